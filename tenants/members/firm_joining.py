"""Accepting an invitation to work for a firm: its mail, what the link shows, taking the part."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from tenants import audit
from tenants.access import Role, Viewer, ViewerKind
from tenants.audit import AuditAction
from tenants.errors import Conflict, LinkExpired, LinkUnusable, LinkUsed
from tenants.keys import Purpose
from tenants.letters import Letter, message_id
from tenants.members import firm_queries as queries
from tenants.members.joining import make_person
from tenants.members.provider_joining import Identified, require_invited
from tenants.organisations.models import FirmRole, IdentityProvider
from tenants.settings import get_settings
from tenants.tokens import Token, make_token
from tenants.work import Session

_ROLES = {FirmRole.ADMINISTRATOR: "administrator", FirmRole.CONSULTANT: "consultant"}
_BODY = """\
Hello,

you are invited to join {firm} on Afterword as {role}. Afterword asks candidates who turned an offer
down for their reasons, in confidence.

Accept the invitation here until {day}:

{link}

The link is meant for {email} alone; please do not pass it on. If you did not expect this mail, do
nothing: without the link nobody joins.
"""


@dataclass(frozen=True, slots=True)
class FirmJoining:
    """What an invitation into a firm offers.

    Attributes:
        firm: The firm's name.
        slug: Its short name in addresses.
        email: Who was invited.
        role: The part that waits.
        expires_at: When the link dies.
        provider: Through which the firm's people sign in, if one is set up.
    """

    firm: str
    slug: str
    email: str
    role: FirmRole
    expires_at: datetime
    provider: IdentityProvider | None


async def write_firm_invitation(
    session: Session, viewer: Viewer, *, firm_id: UUID, invitation_id: UUID, mail_number: int
) -> Letter | None:
    """Return a mail of an invitation, or None if it is no longer wanted.

    Args:
        session: The transaction.
        viewer: The operator.
        firm_id: Whose.
        invitation_id: Which.
        mail_number: Which of its mails, from 1; an earlier one's link is dead.
    """
    found = await queries.find_offered_part(
        session, viewer, firm_id=firm_id, invitation_id=invitation_id
    )
    if found is None or found.invitation.settled_at is not None:
        return None
    invitation, firm = found
    if invitation.mail_number != mail_number:
        return None
    expires = invitation.expires_at
    token = make_token(Purpose.FIRM_MEMBER, Token(firm_id, invitation_id, mail_number))
    return Letter(
        to=invitation.email,
        subject=f"Join {firm.name} on Afterword",
        body=_BODY.format(
            firm=firm.name,
            role=_ROLES[invitation.role],
            day=f"{expires.day} {expires:%B %Y, %H:%M} UTC",
            link=f"{get_settings().public_url}/join-firm/{token}",
            email=invitation.email,
        ),
        message_id=message_id(
            Purpose.FIRM_MEMBER, invitation.id.bytes, mail_number.to_bytes(1, "big")
        ),
        language="en",
    )


async def get_firm_joining(session: Session, viewer: Viewer, *, link: Token) -> FirmJoining:
    """Return what the link that somebody holds offers.

    Raises:
        LinkUnusable: It leads nowhere, or a newer mail replaced it.
        LinkUsed: It was accepted.
        LinkExpired: Its time is over, or it was withdrawn.
    """
    invitation, firm = await _find_usable(session, viewer, link, for_update=False)
    return FirmJoining(
        firm=firm.name,
        slug=firm.slug,
        email=invitation.email,
        role=invitation.role,
        expires_at=invitation.expires_at,
        provider=await queries.find_provider_of_firm(session, viewer, firm_id=link.organisation_id),
    )


async def join_firm(
    session: Session, viewer: Viewer, *, link: Token, person_id: UUID, email: str
) -> None:
    """Give a signed-in person the part, if the invitation went to their own address.

    Args:
        session: The transaction.
        viewer: The operator: nobody else writes to a firm they have no part in.
        link: What the mail's link says.
        person_id: Who is signed in.
        email: That person's address.

    Raises:
        LinkUnusable: As `get_firm_joining`.
        Conflict: The invitation is for another address.
    """
    found = await _find_usable(session, viewer, link, for_update=True)
    if found.invitation.email != email:
        message = "This invitation is for another address than yours."
        raise Conflict(message, field="email")
    await _settle(session, viewer, found, person_id)


async def join_firm_as_new_person(
    session: Session, viewer: Viewer, *, link: Token, name: str, password: str
) -> UUID:
    """Make an account for the invited address, give it the part, and return who it is.

    The link came by mail, so that whoever holds it owns the address.

    Raises:
        LinkUnusable: As `get_firm_joining`.
        InvalidInput: There is no name, or the password may not be chosen.
        Conflict: The address has an account already, or the firm's provider is required.
    """
    found = await _find_usable(session, viewer, link, for_update=True)
    person_id = await make_person(
        session,
        viewer,
        email=found.invitation.email,
        name=name,
        password=password,
        owner=found.firm.name,
        provider=await queries.find_provider_of_firm(session, viewer, firm_id=found.firm.id),
    )
    await _settle(session, viewer, found, person_id)
    return person_id


async def join_firm_with_identity(
    session: Session,
    viewer: Viewer,
    *,
    link: Token,
    identity: Identified,
    proved_id: UUID | None,
) -> UUID:
    """Give the part to whoever the firm's provider says came, and return who it is.

    Raises:
        LinkUnusable: As `get_firm_joining`.
        Forbidden: The provider is not the firm's, or does not let this address in.
        Conflict: The invitation is for another address, or the address has an account.
    """
    found = await _find_usable(session, viewer, link, for_update=True)
    person_id = await require_invited(
        session,
        viewer,
        identity=identity,
        proved_id=proved_id,
        email=found.invitation.email,
        provider=await queries.find_provider_of_firm(session, viewer, firm_id=found.firm.id),
    )
    await _settle(session, viewer, found, person_id)
    return person_id


async def _find_usable(
    session: Session, viewer: Viewer, link: Token, *, for_update: bool
) -> queries.OfferedPart:
    found = await queries.find_offered_part(
        session,
        viewer,
        firm_id=link.organisation_id,
        invitation_id=link.subject_id,
        for_update=for_update,
    )
    if found is None or link.number != found.invitation.mail_number:
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
    session: Session, viewer: Viewer, found: queries.OfferedPart, person_id: UUID
) -> None:
    found.invitation.settled_at = datetime.now(UTC)
    found.invitation.accepted_by = person_id
    await queries.add_firm_member(
        session,
        viewer,
        firm_id=found.firm.id,
        person_id=person_id,
        role=found.invitation.role,
    )
    await session.flush()
    is_administrator = found.invitation.role is FirmRole.ADMINISTRATOR
    part = Role.FIRM_ADMINISTRATOR if is_administrator else Role.CONSULTANT
    person = Viewer(ViewerKind.PERSON, person_id, firms={found.firm.id: part})
    await audit.record_in_firm(
        session, person, AuditAction.FIRM_MEMBER_JOINED, found.firm.id, person_id
    )
