"""Accepting an invitation: what the link shows, and becoming a member."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from tenants import audit
from tenants.access import Permission, Role, Viewer, ViewerKind, require
from tenants.audit import AuditAction
from tenants.errors import Conflict, InvalidInput, LinkExpired, LinkUnusable, LinkUsed
from tenants.members import queries
from tenants.members.models import MemberInvitation
from tenants.model import new_id
from tenants.offers.ats.reading import one_line
from tenants.organisations import passwords, provider_queries
from tenants.organisations.models import IdentityProvider, Membership, Person
from tenants.work import Session

_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Joining:
    """What an invitation offers.

    Attributes:
        organisation_id: Which organisation.
        organisation: Its name.
        slug: Its short name in addresses.
        email: Who was invited.
        role: The part that waits.
        expires_at: When the link dies.
        provider: Through which the organisation's members sign in, if one is set up.
    """

    organisation_id: UUID
    organisation: str
    slug: str
    email: str
    role: Role
    expires_at: datetime
    provider: IdentityProvider | None


async def get_joining(
    session: Session, viewer: Viewer, *, organisation_id: UUID, invitation_id: UUID
) -> Joining:
    """Return what the link that somebody holds offers.

    Raises:
        LinkUnusable: It leads nowhere, or a newer mail replaced it.
        LinkUsed: It was accepted.
        LinkExpired: Its time is over, or it was withdrawn.
    """
    invitation, organisation = await _find_usable(
        session, viewer, organisation_id, invitation_id, for_update=False
    )
    return Joining(
        organisation_id=organisation_id,
        organisation=organisation.name,
        slug=organisation.slug,
        email=invitation.email,
        role=invitation.role,
        expires_at=invitation.expires_at,
        provider=await provider_queries.find_provider_to_join(
            session, viewer, organisation_id=organisation_id
        ),
    )


async def join(
    session: Session, viewer: Viewer, *, organisation_id: UUID, invitation_id: UUID, email: str
) -> None:
    """Make the signed-in person a member, if the invitation went to their own address.

    Args:
        session: The transaction.
        viewer: The person, with the role that the link gives.
        organisation_id: Of which organisation.
        invitation_id: Which invitation.
        email: The person's address.

    Raises:
        LinkUnusable: As `get_joining`.
        Conflict: The invitation is for another address.
    """
    found = await _find_usable(session, viewer, organisation_id, invitation_id, for_update=True)
    if viewer.kind is not ViewerKind.PERSON or viewer.id is None:
        message = "Sign in to accept the invitation."
        raise Conflict(message)
    if found.invitation.email != email:
        message = "This invitation is for another address than yours."
        raise Conflict(message, field="email")
    await _settle(session, viewer, found.invitation, viewer.id)


async def settle(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    invitation_id: UUID,
    person_id: UUID,
) -> None:
    """Make a person a member who has proved that they were invited.

    Raises:
        LinkUnusable: As `get_joining`.
    """
    found = await _find_usable(session, viewer, organisation_id, invitation_id, for_update=True)
    await _settle(session, viewer, found.invitation, person_id)


async def join_as_new_person(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    invitation_id: UUID,
    name: str,
    password: str,
) -> UUID:
    """Make an account for the invited address and its owner a member; return who it is.

    The link came by mail, so that whoever holds it owns the address.

    Args:
        session: The transaction.
        viewer: The operator, with the role that the link gives.
        organisation_id: Of which organisation.
        invitation_id: Which invitation.
        name: How to address the person.
        password: What they will sign in with.

    Raises:
        LinkUnusable: As `get_joining`.
        InvalidInput: There is no name, or the password may not be chosen.
        Conflict: The address has an account already.
    """
    found = await _find_usable(session, viewer, organisation_id, invitation_id, for_update=True)
    person_id = await make_person(
        session,
        viewer,
        email=found.invitation.email,
        name=name,
        password=password,
        owner=found.organisation.name,
        provider=await provider_queries.find_provider_to_join(
            session, viewer, organisation_id=organisation_id
        ),
    )
    await _settle(session, viewer, found.invitation, person_id)
    return person_id


async def make_person(
    session: Session,
    viewer: Viewer,
    *,
    email: str,
    name: str,
    password: str,
    owner: str,
    provider: IdentityProvider | None,
) -> UUID:
    """Make an account for an address whose owner holds an invitation; return who it is.

    Args:
        session: The transaction.
        viewer: The operator.
        email: The invited address.
        name: How to address the person.
        password: What they will sign in with.
        owner: The name of the organisation or firm that invites.
        provider: Through which its people sign in, if one is set up.

    Raises:
        InvalidInput: There is no name, or the password may not be chosen.
        Conflict: The provider is required, or the address has an account already.
    """
    called = one_line(name)
    if not 0 < len(called) <= _LONGEST_NAME:
        message = f"A name has 1 to {_LONGEST_NAME} characters."
        raise InvalidInput(message, field="name")
    if provider is not None and provider.required:
        message = f"{owner} lets its members sign in with {provider.name} only."
        raise Conflict(message)
    kept = await passwords.hash_new_password(password, email=email)
    person = Person(id=new_id(), email=email, name=called, password_hash=kept)
    person_id = await queries.add_person(session, viewer, person=person)
    if person_id is None:
        message = "There is an account with this address already. Sign in with it to accept."
        raise Conflict(message)
    return person_id


async def _find_usable(
    session: Session,
    viewer: Viewer,
    organisation_id: UUID,
    invitation_id: UUID,
    *,
    for_update: bool,
) -> queries.Offered:
    require(viewer, Permission.MEMBER_JOIN, organisation_id)
    found = await queries.find_offered(
        session,
        viewer,
        organisation_id=organisation_id,
        invitation_id=invitation_id,
        for_update=for_update,
    )
    if found is None or viewer.mail_number != found.invitation.mail_number:
        message = "This link is not valid. A newer mail may have replaced it."
        raise LinkUnusable(message)
    if found.invitation.accepted_by is not None:
        message = "This invitation has been accepted."
        raise LinkUsed(message)
    if found.invitation.settled_at is not None or found.invitation.expires_at <= datetime.now(UTC):
        message = "This invitation is over. Ask whoever invited you for a new one."
        raise LinkExpired(message)
    return found


async def _settle(
    session: Session, viewer: Viewer, invitation: MemberInvitation, person_id: UUID
) -> None:
    organisation_id = invitation.organisation_id
    invitation.settled_at = datetime.now(UTC)
    invitation.accepted_by = person_id
    # Whoever became a member otherwise in the meantime keeps the part they have.
    if not await queries.has_membership(
        session, viewer, organisation_id=organisation_id, person_id=person_id
    ):
        session.add(
            Membership(
                organisation_id=organisation_id,
                person_id=person_id,
                role=invitation.role,
                department=invitation.department,
                ats_user_id=None,
            )
        )
    await session.flush()
    person = Viewer(ViewerKind.PERSON, person_id, roles=viewer.roles)
    await audit.record(session, person, AuditAction.MEMBER_JOINED, organisation_id, person_id)
