"""Who somebody at a provider is here: bound once, by an invitation or by the person themself."""

from dataclasses import dataclass
from uuid import UUID

from tenants.access import Viewer, require_operator
from tenants.errors import Conflict, Forbidden
from tenants.members import joining, queries
from tenants.model import new_id
from tenants.offers.ats.reading import one_line
from tenants.organisations import provider_queries, providers
from tenants.organisations.models import IdentityProvider, Person
from tenants.organisations.queries import get_person
from tenants.work import Session


@dataclass(frozen=True, slots=True)
class Identified:
    """Who a provider says somebody is.

    Attributes:
        provider_id: Through which configured provider they came.
        issuer: Which provider.
        subject: Its lasting name of the person.
        email: Their verified address, or None.
        name: How to address them.
    """

    provider_id: UUID
    issuer: str
    subject: str
    email: str | None
    name: str | None


async def sign_in_with_identity(
    session: Session, viewer: Viewer, *, identity: Identified, proved_id: UUID | None
) -> UUID:
    """Return who signs in: whoever was bound, never whoever has the same address.

    Args:
        session: The transaction.
        viewer: The operator.
        identity: Who the provider says came.
        proved_id: Who the browser has already proved to be, by a password or a session; such a
            person is bound if the provider has verified the same address.

    Raises:
        Forbidden: They are nobody here.
    """
    require_operator(viewer)
    known = await _find_bound(session, viewer, identity)
    if known is not None:
        return known
    provider = await _allowing(session, viewer, identity)
    if proved_id is not None:
        person = await get_person(session, viewer, person_id=proved_id)
        if person.email == identity.email:
            await _bind(session, viewer, identity, person.id)
            return person.id
    message = (
        f"{provider.name} knows you, but nobody here does. Ask whoever manages the members to"
        " invite you, and open the link in the mail."
    )
    raise Forbidden(message)


async def join_with_identity(
    session: Session,
    viewer: Viewer,
    *,
    identity: Identified,
    proved_id: UUID | None,
    organisation_id: UUID,
    invitation_id: UUID,
) -> UUID:
    """Make whoever the provider says came a member, by their invitation; return who it is.

    The address has to be the invited one, verified by the provider. One that has an account is
    bound to it only if the browser has proved to be its owner: a provider says what it wants.

    Raises:
        LinkUnusable: The link is dead.
        Forbidden: The provider does not let this address in.
        Conflict: The invitation is for another address, or the address has an account.
    """
    offer = await joining.get_joining(
        session, viewer, organisation_id=organisation_id, invitation_id=invitation_id
    )
    known = await require_invited(
        session,
        viewer,
        identity=identity,
        proved_id=proved_id,
        email=offer.email,
        provider=offer.provider,
    )
    await joining.settle(
        session,
        viewer,
        organisation_id=organisation_id,
        invitation_id=invitation_id,
        person_id=known,
    )
    return known


async def require_invited(
    session: Session,
    viewer: Viewer,
    *,
    identity: Identified,
    proved_id: UUID | None,
    email: str,
    provider: IdentityProvider | None,
) -> UUID:
    """Return who comes through a provider with an invitation, made and bound now if need be.

    Args:
        session: The transaction.
        viewer: The operator.
        identity: Who the provider says came.
        proved_id: Who the browser has already proved to be.
        email: The invited address.
        provider: That of the organisation or firm that invites, if one is set up.

    Raises:
        Forbidden: The provider is another one, or does not let this address in.
        Conflict: The invitation is for another address, or the address has an account.
    """
    if provider is None or provider.id != identity.provider_id:
        message = "This provider does not speak for the organisation that invited you."
        raise Forbidden(message)
    known = await _find_bound(session, viewer, identity)
    if known is None:
        await _allowing(session, viewer, identity)
        if identity.email != email:
            message = "This invitation is for another address than the one your provider knows."
            raise Conflict(message)
        known = await _make_or_prove(session, viewer, identity, email, proved_id)
        await _bind(session, viewer, identity, known)
    person = await get_person(session, viewer, person_id=known)
    if person.email != email:
        message = "This invitation is for another address than yours."
        raise Conflict(message)
    return known


async def _find_bound(session: Session, viewer: Viewer, identity: Identified) -> UUID | None:
    person = await provider_queries.find_person_of_identity(
        session, viewer, issuer=identity.issuer, subject=identity.subject
    )
    return person.id if person is not None else None


async def _allowing(session: Session, viewer: Viewer, identity: Identified) -> IdentityProvider:
    """Return the provider, if it lets an address like theirs in.

    Raises:
        Forbidden: It does not, or has not verified the address.
    """
    provider = await providers.get_provider(session, viewer, provider_id=identity.provider_id)
    if identity.email is None:
        message = f"{provider.name} has not verified your e-mail address."
        raise Forbidden(message)
    if not providers.allows_email(provider, identity.email):
        message = "Addresses like yours are not let in here."
        raise Forbidden(message)
    return provider


async def _make_or_prove(
    session: Session, viewer: Viewer, identity: Identified, email: str, proved_id: UUID | None
) -> UUID:
    called = one_line(identity.name or "")[:200] or email.partition("@")[0]
    made = await queries.add_person(
        session,
        viewer,
        person=Person(id=new_id(), email=email, name=called, password_hash=None),
    )
    if made is not None:
        return made
    if proved_id is not None:
        person = await get_person(session, viewer, person_id=proved_id)
        if person.email == email:
            return person.id
    message = (
        "There is an account with this address already. Sign in to it first, then open the link in"
        " the mail once more."
    )
    raise Conflict(message)


async def _bind(session: Session, viewer: Viewer, identity: Identified, person_id: UUID) -> None:
    await provider_queries.add_identity(
        session,
        viewer,
        issuer=identity.issuer,
        subject=identity.subject,
        person_id=person_id,
    )
