"""What can be done with members: inviting, asking again, another role, taking out."""

from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from tenants import audit, work
from tenants.access import MEMBER_ROLES, Permission, Role, Viewer, require
from tenants.audit import AuditAction
from tenants.errors import Conflict, InvalidInput, NotFound
from tenants.integrations.idempotency import once
from tenants.integrations.token_queries import revoke_grants_of
from tenants.members import queries
from tenants.members.models import MemberInvitation
from tenants.model import new_id
from tenants.offers.ats.reading import one_line, usable_email
from tenants.organisations.models import Membership
from tenants.settings import get_settings
from tenants.work import Session

# The number of a mail is one byte of its link.
MAX_MAILS: Final = 20
_LONGEST_EMAIL: Final = 320
_LONGEST_DEPARTMENT: Final = 200


async def invite_member(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    email: str,
    role: Role,
    department: str | None = None,
    idempotency_key: str | None = None,
) -> UUID:
    """Ask somebody by mail to become a member, and return the invitation's id.

    Raises:
        NotFound: The organisation is unknown or not the viewer's.
        Forbidden: The role does not include managing members.
        InvalidInput: The address cannot be written to, or the role is none of a member.
        Conflict: Somebody with the address is a member already, or was invited and can be again.
    """
    _require_managing(viewer, organisation_id, field="organisationId")
    address = checked_email(email)
    _check_role(role)
    place = _checked_department(department)

    async def make() -> UUID:
        return await _invite(
            session,
            viewer,
            organisation_id=organisation_id,
            email=address,
            role=role,
            department=place,
        )

    return await once(
        session,
        viewer,
        organisation_id=organisation_id,
        operation="inviteMember",
        key=idempotency_key,
        make=make,
    )


async def resend_member_invitation(
    session: Session, viewer: Viewer, *, organisation_id: UUID, invitation_id: UUID
) -> None:
    """Send an invitation once more, with a new link and a new term; the earlier link is dead.

    Raises:
        NotFound: There is no such invitation that waits.
        Conflict: It was sent too often.
    """
    _require_managing(viewer, organisation_id, field="invitationId")
    invitation = await queries.get_open_invitation(
        session, viewer, organisation_id=organisation_id, invitation_id=invitation_id
    )
    if invitation.mail_number >= MAX_MAILS:
        message = f"An invitation is sent at most {MAX_MAILS} times. Withdraw it and invite anew."
        raise Conflict(message)
    invitation.mail_number += 1
    invitation.expires_at = invitation_expiry()
    await _send(session, viewer, invitation)


async def withdraw_member_invitation(
    session: Session, viewer: Viewer, *, organisation_id: UUID, invitation_id: UUID
) -> None:
    """Make an invitation worthless before it is accepted.

    Raises:
        NotFound: There is no such invitation that waits.
    """
    _require_managing(viewer, organisation_id, field="invitationId")
    invitation = await queries.get_open_invitation(
        session, viewer, organisation_id=organisation_id, invitation_id=invitation_id
    )
    invitation.settled_at = datetime.now(UTC)
    await audit.record(
        session,
        viewer,
        AuditAction.MEMBER_INVITATION_WITHDRAWN,
        organisation_id,
        invitation_id,
    )


async def change_role(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    person_id: UUID,
    role: Role,
    department: str | None = None,
) -> None:
    """Give a member another role; their sessions end, and they sign in anew.

    Args:
        session: The transaction.
        viewer: Somebody who manages the members.
        organisation_id: Whose member.
        person_id: The member.
        role: The new role.
        department: Where the member works from now on; None leaves it as it is.

    Raises:
        NotFound: There is no such member.
        InvalidInput: The role is none of a member.
        Conflict: Nobody else is HR.
    """
    _require_managing(viewer, organisation_id, field="membershipId")
    _check_role(role)
    place = _checked_department(department)
    member = await _held_member(session, viewer, organisation_id, person_id)
    if department is not None and member.department != place:
        # Who may be an independent administrator hangs on it.
        member.department = place
        await audit.record(session, viewer, AuditAction.MEMBER_MOVED, organisation_id, person_id)
    if member.role is role:
        return
    await _keep_somebody_in_charge(session, viewer, member)
    member.role = role
    member.role_changed_at = datetime.now(UTC)
    await session.flush()
    await audit.record(session, viewer, AuditAction.MEMBER_ROLE_CHANGED, organisation_id, person_id)


async def sign_member_out(
    session: Session, viewer: Viewer, *, organisation_id: UUID, person_id: UUID
) -> None:
    """End every session of a member, wherever they are signed in; they sign in anew.

    Tokens of applications go on: `revoke_access` ends those.

    Raises:
        NotFound: There is no such member.
    """
    _require_managing(viewer, organisation_id, field="membershipId")
    member = await _held_member(session, viewer, organisation_id, person_id)
    # What ends sessions at another role ends them here.
    member.role_changed_at = datetime.now(UTC)
    await session.flush()
    await audit.record(session, viewer, AuditAction.MEMBER_SIGNED_OUT, organisation_id, person_id)


async def remove_member(
    session: Session, viewer: Viewer, *, organisation_id: UUID, person_id: UUID
) -> None:
    """Take somebody out of an organisation: from now on they see nothing of it.

    What they let applications do is over as well, and stays so if they come back.

    Raises:
        NotFound: There is no such member.
        Conflict: Nobody else is HR.
    """
    _require_managing(viewer, organisation_id, field="membershipId")
    member = await _held_member(session, viewer, organisation_id, person_id)
    await _keep_somebody_in_charge(session, viewer, member)
    await queries.delete_membership(
        session, viewer, organisation_id=organisation_id, person_id=person_id
    )
    await revoke_grants_of(session, viewer, organisation_id=organisation_id, person_id=person_id)
    await audit.record(session, viewer, AuditAction.MEMBER_REMOVED, organisation_id, person_id)


def invitation_expiry() -> datetime:
    """Return when an invitation that is sent now dies."""
    return datetime.now(UTC) + timedelta(days=get_settings().member_invitation_days)


def checked_email(email: str) -> str:
    """Return an address in its one spelling.

    Raises:
        InvalidInput: It cannot be written to.
    """
    address = email.strip().lower()
    if len(address) > _LONGEST_EMAIL or usable_email(address) is None:
        message = "This is no e-mail address that can be written to."
        raise InvalidInput(message, field="email")
    return address


def _require_managing(viewer: Viewer, organisation_id: UUID, *, field: str) -> None:
    # Who may not see the members is told nothing of one, not even that there are any.
    noun = {"membershipId": "member", "invitationId": "invitation"}.get(field)
    if noun is not None and not viewer.may(Permission.MEMBER_MANAGE, organisation_id):
        raise NotFound(noun, field=field)
    if viewer.role_in(organisation_id) is None:
        noun = "organisation"
        raise NotFound(noun, field=field)
    require(viewer, Permission.MEMBER_MANAGE, organisation_id)


async def _invite(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    email: str,
    role: Role,
    department: str | None,
) -> UUID:
    await queries.lock_members(session, viewer, organisation_id=organisation_id)
    if await queries.is_member(session, viewer, organisation_id=organisation_id, email=email):
        message = "Somebody with this address is a member already."
        raise Conflict(message, field="email")
    now = datetime.now(UTC)
    earlier = await queries.find_open_invitation(
        session, viewer, organisation_id=organisation_id, email=email
    )
    if earlier is not None and earlier.expires_at > now:
        message = "This address was invited already. Send that invitation again, or withdraw it."
        raise Conflict(message, field="email")
    if earlier is not None:
        earlier.settled_at = now
        await session.flush()
    invitation = MemberInvitation(
        organisation_id=organisation_id,
        id=new_id(),
        email=email,
        role=role,
        department=department,
        mail_number=1,
        invited_by=viewer.id,
        created_at=now,
        expires_at=invitation_expiry(),
    )
    session.add(invitation)
    await session.flush()
    await _send(session, viewer, invitation)
    return invitation.id


async def _send(session: Session, viewer: Viewer, invitation: MemberInvitation) -> None:
    organisation_id = invitation.organisation_id
    await audit.record(session, viewer, AuditAction.MEMBER_INVITED, organisation_id, invitation.id)
    work.enqueue(
        session,
        "members.invite",
        organisation_id,
        invitation_id=str(invitation.id),
        mail_number=invitation.mail_number,
    )


async def _held_member(
    session: Session, viewer: Viewer, organisation_id: UUID, person_id: UUID
) -> Membership:
    await queries.lock_members(session, viewer, organisation_id=organisation_id)
    return await queries.get_membership(
        session, viewer, organisation_id=organisation_id, person_id=person_id
    )


async def _keep_somebody_in_charge(session: Session, viewer: Viewer, member: Membership) -> None:
    """Return only if somebody is HR without the member.

    Raises:
        Conflict: Nobody else is, and nobody could manage the members any more.
    """
    if member.role is not Role.HR:
        return
    count = await queries.count_members_with_role(
        session, viewer, organisation_id=member.organisation_id, role=Role.HR
    )
    if count <= 1:
        message = "Somebody has to be HR. Make another member HR first."
        raise Conflict(message, field="membershipId")


def _check_role(role: Role) -> None:
    if role not in MEMBER_ROLES:
        message = f"A member is {', '.join(MEMBER_ROLES)}."
        raise InvalidInput(message, field="role")


def _checked_department(department: str | None) -> str | None:
    line = one_line(department or "")
    if len(line) > _LONGEST_DEPARTMENT:
        message = f"A department has at most {_LONGEST_DEPARTMENT} characters."
        raise InvalidInput(message, field="department")
    return line or None
