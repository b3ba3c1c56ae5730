"""What a firm's administrator can do with the firm's people: invite, another part, take out."""

from datetime import UTC, datetime
from uuid import UUID

from tenants import audit, work
from tenants.access import Viewer, require_firm
from tenants.audit import AuditAction
from tenants.errors import Conflict, NotFound
from tenants.integrations.idempotency import IdempotencyKeyReused
from tenants.members import firm_queries as queries
from tenants.members.models import FirmInvitation
from tenants.members.service import MAX_MAILS, checked_email, invitation_expiry
from tenants.organisations import engagement_queries
from tenants.organisations.client_logs import note_with_clients
from tenants.organisations.engagements import keyed_id
from tenants.organisations.models import FirmMember, FirmRole
from tenants.work import Session


async def invite_firm_member(
    session: Session,
    viewer: Viewer,
    *,
    firm_id: UUID,
    email: str,
    role: FirmRole,
    idempotency_key: str | None = None,
) -> UUID:
    """Ask somebody by mail to work for a firm, and return the invitation's id.

    They see no client by that: a consultant is named on engagements, an administrator sees that
    there are clients.

    Raises:
        NotFound: The firm is unknown or not the viewer's.
        Forbidden: The viewer does not administer it.
        InvalidInput: The address cannot be written to.
        Conflict: Somebody with the address works for it, or was invited and can be again.
        IdempotencyKeyReused: The key came with another address or part before.
    """
    _require_administrator(viewer, firm_id, noun="firm", field="firmId")
    address = checked_email(email)
    invitation_id = keyed_id(viewer, f"inviteFirmMember {firm_id}", idempotency_key)
    await queries.hold_firm(session, viewer, firm_id=firm_id)
    made = await queries.find_firm_invitation(
        session, viewer, firm_id=firm_id, invitation_id=invitation_id
    )
    if made is not None:
        if (made.email, made.role) != (address, role):
            message = "This key came with another input before. Choose a new one for a new request."
            raise IdempotencyKeyReused(message, field="idempotencyKey")
        return made.id
    await _check_free(session, viewer, firm_id, address)
    invitation = FirmInvitation(
        firm_id=firm_id,
        id=invitation_id,
        email=address,
        role=role,
        mail_number=1,
        created_at=datetime.now(UTC),
        expires_at=invitation_expiry(),
    )
    session.add(invitation)
    await session.flush()
    await _send(session, viewer, invitation)
    return invitation_id


async def resend_firm_invitation(
    session: Session, viewer: Viewer, *, firm_id: UUID, invitation_id: UUID
) -> None:
    """Send an invitation once more, with a new link and a new term; the earlier link is dead.

    Raises:
        NotFound: There is no such invitation that waits.
        Conflict: It was sent too often.
    """
    invitation = await _waiting(session, viewer, firm_id, invitation_id)
    if invitation.mail_number >= MAX_MAILS:
        message = f"An invitation is sent at most {MAX_MAILS} times. Withdraw it and invite anew."
        raise Conflict(message)
    invitation.mail_number += 1
    invitation.expires_at = invitation_expiry()
    await _send(session, viewer, invitation)


async def withdraw_firm_invitation(
    session: Session, viewer: Viewer, *, firm_id: UUID, invitation_id: UUID
) -> None:
    """Make an invitation worthless before it is accepted.

    Raises:
        NotFound: There is no such invitation that waits.
    """
    invitation = await _waiting(session, viewer, firm_id, invitation_id)
    invitation.settled_at = datetime.now(UTC)
    await _note(session, viewer, firm_id, AuditAction.FIRM_INVITATION_WITHDRAWN, invitation.id)


async def change_firm_role(
    session: Session, viewer: Viewer, *, firm_id: UUID, person_id: UUID, role: FirmRole
) -> None:
    """Give somebody another part in a firm; their sessions end, and they sign in anew.

    Raises:
        NotFound: The firm is not the viewer's, or the person has no part in it.
        Forbidden: The viewer does not administer it.
        Conflict: Nobody else administers it.
    """
    member = await _held_member(session, viewer, firm_id, person_id)
    if member.role is role:
        return
    await _keep_an_administrator(session, viewer, member)
    member.role = role
    member.role_changed_at = datetime.now(UTC)
    await session.flush()
    await _note(session, viewer, firm_id, AuditAction.FIRM_ROLE_CHANGED, person_id)


async def remove_firm_member(
    session: Session, viewer: Viewer, *, firm_id: UUID, person_id: UUID
) -> None:
    """Take somebody out of a firm and off its engagements: they see nothing of its clients.

    Raises:
        NotFound: The firm is not the viewer's, or the person has no part in it.
        Forbidden: The viewer does not administer it.
        Conflict: Nobody else administers it.
    """
    member = await _held_member(session, viewer, firm_id, person_id)
    await _keep_an_administrator(session, viewer, member)
    named = await queries.list_engagements_naming(
        session, viewer, firm_id=firm_id, person_id=person_id
    )
    for engagement in named:
        await engagement_queries.delete_consultant(
            session, viewer, engagement=engagement, person_id=person_id
        )
        await audit.record(
            session, viewer, AuditAction.CONSULTANT_REMOVED, engagement.organisation_id, person_id
        )
    await session.delete(member)
    await session.flush()
    await _note(session, viewer, firm_id, AuditAction.FIRM_MEMBER_REMOVED, person_id)


def _require_administrator(viewer: Viewer, firm_id: UUID, *, noun: str, field: str) -> None:
    # Who may not see the firm's people is told nothing of one, not even that there are any.
    if firm_id not in viewer.firms:
        raise NotFound(noun, field=field)
    require_firm(viewer, firm_id)


async def _check_free(session: Session, viewer: Viewer, firm_id: UUID, email: str) -> None:
    """Return only if an address may be invited; an invitation that has expired makes room.

    Raises:
        Conflict: It may not.
    """
    if await queries.is_firm_member(session, viewer, firm_id=firm_id, email=email):
        message = "Somebody with this address works for the firm already."
        raise Conflict(message, field="email")
    now = datetime.now(UTC)
    earlier = await queries.find_open_firm_invitation(session, viewer, firm_id=firm_id, email=email)
    if earlier is not None and earlier.expires_at > now:
        message = "This address was invited already. Send that invitation again, or withdraw it."
        raise Conflict(message, field="email")
    if earlier is not None:
        earlier.settled_at = now
        await session.flush()


async def _waiting(
    session: Session, viewer: Viewer, firm_id: UUID, invitation_id: UUID
) -> FirmInvitation:
    _require_administrator(viewer, firm_id, noun="invitation", field="invitationId")
    return await queries.get_open_firm_invitation(
        session, viewer, firm_id=firm_id, invitation_id=invitation_id
    )


async def _send(session: Session, viewer: Viewer, invitation: FirmInvitation) -> None:
    await _note(session, viewer, invitation.firm_id, AuditAction.FIRM_MEMBER_INVITED, invitation.id)
    work.enqueue(
        session,
        "firms.invite",
        None,
        firm_id=str(invitation.firm_id),
        invitation_id=str(invitation.id),
        mail_number=invitation.mail_number,
    )


async def _held_member(
    session: Session, viewer: Viewer, firm_id: UUID, person_id: UUID
) -> FirmMember:
    _require_administrator(viewer, firm_id, noun="member", field="memberId")
    await queries.hold_firm(session, viewer, firm_id=firm_id)
    return await queries.get_firm_member(session, viewer, firm_id=firm_id, person_id=person_id)


async def _keep_an_administrator(session: Session, viewer: Viewer, member: FirmMember) -> None:
    """Return only if somebody administers the firm without the member.

    Raises:
        Conflict: Nobody else does.
    """
    if member.role is not FirmRole.ADMINISTRATOR:
        return
    if await queries.count_administrators(session, viewer, firm_id=member.firm_id) <= 1:
        message = "Somebody has to administer the firm. Make another member administrator first."
        raise Conflict(message, field="memberId")


async def _note(
    session: Session, viewer: Viewer, firm_id: UUID, action: AuditAction, subject_id: UUID
) -> None:
    await note_with_clients(session, viewer, firm_id=firm_id, action=action, subject_id=subject_id)
