"""OpenID providers: setting one up, and what a session that came through one opens."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from tenants import audit
from tenants.access import (
    Permission,
    Role,
    Viewer,
    ViewerKind,
    require,
    require_firm,
    require_operator,
)
from tenants.audit import AuditAction, Log
from tenants.errors import Conflict, InvalidInput, NotFound
from tenants.keys import decrypt_text, encrypt_text
from tenants.model import new_id
from tenants.organisations import provider_queries as queries
from tenants.organisations import queries as organisations
from tenants.organisations.client_logs import note_with_clients
from tenants.organisations.models import AccessToken, IdentityProvider
from tenants.settings import get_settings
from tenants.work import Session

_DOMAIN: Final = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+", re.ASCII)
_LONGEST: Final = 500
# An organisation's own, and a firm's in the logs of those whom it serves.
_CONFIGURED: Final = (
    AuditAction.IDENTITY_PROVIDER_CONFIGURED,
    AuditAction.FIRM_PROVIDER_CONFIGURED,
)
_REMOVED: Final = (AuditAction.IDENTITY_PROVIDER_REMOVED, AuditAction.FIRM_PROVIDER_REMOVED)
_MOST_DOMAINS: Final = 50
REFUSALS_TOLD_EVERY: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class ProviderInput:
    """How an organisation's or a firm's people sign in.

    Attributes:
        name: What the button calls it.
        issuer: The provider's address, under which its discovery document lies.
        client_id: How the provider knows us.
        client_secret: What we prove it with; None keeps the one that is there.
        email_domains: Addresses of other domains are refused; empty allows all.
        is_required: Whether passwords are refused for the members.
    """

    name: str
    issuer: str
    client_id: str
    client_secret: str | None
    email_domains: tuple[str, ...]
    is_required: bool


@dataclass(frozen=True, slots=True)
class Proof:
    """How the person of a session proved who they are.

    Attributes:
        with_password: Whether by a password.
        provider_ids: Through which providers.
    """

    with_password: bool
    provider_ids: frozenset[UUID]


async def configure_identity_provider(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID | None = None,
    firm_id: UUID | None = None,
    given: ProviderInput,
) -> None:
    """Let the people of an organisation or a firm sign in through a provider.

    The client's secret is kept encrypted.

    Raises:
        NotFound: The organisation or firm is unknown or not the viewer's.
        Forbidden: The role does not include managing the provider.
        InvalidInput: A part of it cannot be.
        Conflict: It is to be required, and the viewer did not come through it.
    """
    _require_managing(viewer, organisation_id, firm_id)
    checked = _checked(given)
    provider = await queries.find_provider_of(
        session, viewer, organisation_id=organisation_id, firm_id=firm_id
    )
    if provider is None:
        if checked.client_secret is None:
            message = "A new provider needs the client's secret."
            raise InvalidInput(message, field="clientSecret")
        provider = IdentityProvider(id=new_id(), organisation_id=organisation_id, firm_id=firm_id)
        session.add(provider)
    elif provider.issuer != checked.issuer and checked.client_secret is None:
        # A secret is for the one whom it was agreed with.
        message = "Another issuer needs its own secret."
        raise InvalidInput(message, field="clientSecret")
    if checked.is_required:
        await _require_proof(session, viewer, provider.id, checked, provider.issuer)
    provider.name, provider.issuer = checked.name, checked.issuer
    provider.client_id = checked.client_id
    provider.email_domains = list(checked.email_domains)
    provider.required = checked.is_required
    provider.updated_at = datetime.now(UTC)
    if checked.client_secret is not None:
        provider.client_secret = encrypt_text(provider.id.bytes, checked.client_secret)
    await session.flush()
    await _note(session, viewer, provider, *_CONFIGURED)


async def remove_identity_provider(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID | None = None,
    firm_id: UUID | None = None,
) -> None:
    """Let people sign in by password alone, as if there never was a provider.

    Raises:
        NotFound: The organisation or firm is unknown or not the viewer's.
        Forbidden: The role does not include managing the provider.
    """
    _require_managing(viewer, organisation_id, firm_id)
    provider = await queries.find_provider_of(
        session, viewer, organisation_id=organisation_id, firm_id=firm_id
    )
    if provider is None:
        return
    await session.delete(provider)
    await session.flush()
    await _note(session, viewer, provider, *_REMOVED)


async def get_identity_provider(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID | None = None,
    firm_id: UUID | None = None,
) -> IdentityProvider | None:
    """Return what is set up for an organisation or a firm, to somebody who manages it."""
    return await queries.find_provider_of(
        session, viewer, organisation_id=organisation_id, firm_id=firm_id
    )


async def get_provider(session: Session, viewer: Viewer, *, provider_id: UUID) -> IdentityProvider:
    """Return a provider, to let somebody sign in through it.

    Raises:
        NotFound: There is none.
    """
    require_operator(viewer)
    provider = await queries.find_provider(session, viewer, provider_id=provider_id)
    if provider is None:
        noun = "provider"
        raise NotFound(noun)
    return provider


async def find_provider_for(
    session: Session, viewer: Viewer, *, who: str
) -> IdentityProvider | None:
    """Return the provider of an organisation or a firm by its slug, or by an address's domain.

    Two who share a domain are told apart by their slugs only.
    """
    require_operator(viewer)
    typed = who.strip().lower()
    if "@" in typed:
        domain = typed.rpartition("@")[2]
        found = await queries.list_providers_of_domain(session, viewer, domain=domain)
        return found[0] if len(found) == 1 else None
    return await queries.find_provider_of_slug(session, viewer, slug=typed)


def owner_of(provider: IdentityProvider) -> Viewer:
    """Return the operator in the scope of whose provider it is."""
    here = provider.organisation_id
    return Viewer(ViewerKind.OPERATOR, roles={} if here is None else {here: Role.JOB})


async def note_refused(session: Session, viewer: Viewer, *, provider: IdentityProvider) -> None:
    """Write into its owner's log that somebody whom a provider knows was nobody here.

    At most once an hour; who it was is the provider's to say.

    Args:
        session: The transaction.
        viewer: `owner_of(provider)`.
        provider: Through which they came.
    """
    require_operator(viewer)
    action, owner = AuditAction.IDENTITY_PROVIDER_REFUSED, provider.organisation_id
    log = Log(owner) if owner is not None else Log(_firm_of(provider), is_firms=True)
    within = REFUSALS_TOLD_EVERY
    await audit.record_once(session, Viewer(), log, action, provider.id, within=within)


def _firm_of(provider: IdentityProvider) -> UUID:
    assert provider.firm_id is not None  # noqa: S101 - a constraint gives each one owner.
    return provider.firm_id


def client_secret_of(provider: IdentityProvider) -> str:
    """Return the secret by which we prove to the provider who we are."""
    return decrypt_text(provider.id.bytes, provider.client_secret)


def allows_email(provider: IdentityProvider, email: str) -> bool:
    """Return whether somebody with an address may come through the provider at all."""
    return not provider.email_domains or email.rpartition("@")[2] in provider.email_domains


async def narrow_to_proof(
    session: Session,
    viewer: Viewer,
    *,
    token: AccessToken,
    roles: Mapping[UUID, Role],
    firms: Mapping[UUID, Role],
) -> tuple[dict[UUID, Role], dict[UUID, Role]]:
    """Return the roles that a session opens, given how its person proved who they are.

    A provider speaks for its own organisation or firm alone: whoever runs it could say of anybody
    that they are somebody. A password speaks for everything whose provider is not required.
    """
    proof = proof_of(token)
    owners = await queries.list_own_providers(session, viewer)
    if not owners and proof.with_password:
        return dict(roles), dict(firms)
    by_organisation = {one.organisation_id: one for one in owners}
    by_firm = {one.firm_id: one for one in owners if one.firm_id is not None}
    serving: Mapping[UUID, Sequence[UUID]] = {}
    if by_firm or not proof.with_password:
        serving = await queries.list_own_engagements(session, viewer)
    kept = {}
    for organisation_id, role in roles.items():
        speaking: Iterable[IdentityProvider | None] = [by_organisation.get(organisation_id)]
        if role in {Role.CONSULTANT, Role.FIRM_ADMINISTRATOR}:
            served_by = [by_firm.get(firm) for firm in serving.get(organisation_id, ())]
            speaking = served_by or [*by_firm.values()] or [None]
        if any(opens(one, proof) for one in speaking):
            kept[organisation_id] = role
    return kept, {key: role for key, role in firms.items() if opens(by_firm.get(key), proof)}


async def find_only_way_in(session: Session, viewer: Viewer) -> IdentityProvider | None:
    """Return the provider of a person to whom a password opens nothing; None for all others."""
    if viewer.id is None:
        return None
    roles, firms = await organisations.list_parts(session, viewer, person_id=viewer.id)
    token = AccessToken(with_password=True, provider_ids=[])
    kept, working_for = await narrow_to_proof(
        session, viewer, token=token, roles=roles, firms=firms
    )
    if kept or working_for or not (roles or firms):
        return None
    owners = await queries.list_own_providers(session, viewer)
    return next(one for one in owners if one.required)


async def list_closed_providers(session: Session, viewer: Viewer) -> Sequence[IdentityProvider]:
    """Return the providers through which the person who is signed in would see more."""
    token = await queries.find_presented(session, viewer)
    if token is None:
        return []
    proof = proof_of(token)
    owners = await queries.list_own_providers(session, viewer)
    return [one for one in owners if not opens(one, proof)]


def opens(provider: IdentityProvider | None, proof: Proof) -> bool:
    """Return whether a proof opens what has a provider, or has none."""
    if provider is None:
        return proof.with_password
    return provider.id in proof.provider_ids or (proof.with_password and not provider.required)


def proof_of(token: AccessToken) -> Proof:
    """Return how the person of a token proved who they are; of old ones by a password."""
    return Proof(token.with_password is not False, frozenset(token.provider_ids or ()))


async def _note(
    session: Session,
    viewer: Viewer,
    provider: IdentityProvider,
    own: AuditAction,
    of_firm: AuditAction,
) -> None:
    """Write what was done to a provider into the log of everybody whose sign-in it concerns."""
    if provider.organisation_id is not None:
        await audit.record(session, viewer, own, provider.organisation_id, provider.id)
    elif provider.firm_id is not None:
        await note_with_clients(
            session, viewer, firm_id=provider.firm_id, action=of_firm, subject_id=provider.id
        )


def _require_managing(viewer: Viewer, organisation_id: UUID | None, firm_id: UUID | None) -> None:
    if organisation_id is None:
        if firm_id not in viewer.firms:
            noun = "firm"
            raise NotFound(noun, field="firmId")
        require_firm(viewer, firm_id)
        return
    if viewer.role_in(organisation_id) is None:
        noun = "organisation"
        raise NotFound(noun, field="organisationId")
    require(viewer, Permission.IDENTITY_PROVIDER_MANAGE, organisation_id)


async def _require_proof(
    session: Session, viewer: Viewer, provider_id: UUID, given: ProviderInput, issuer: str | None
) -> None:
    """Return only if the viewer came through the provider, so that nobody locks themself out.

    Raises:
        Conflict: They did not.
    """
    token = await queries.find_presented(session, viewer)
    came = token is not None and provider_id in (token.provider_ids or ())
    if not came or given.issuer != issuer:
        message = "Sign in through the provider yourself first; then passwords can be refused."
        raise Conflict(message, field="isRequired")


def _checked(given: ProviderInput) -> ProviderInput:
    parts = {"name": given.name, "issuer": given.issuer, "clientId": given.client_id}
    if given.client_secret is not None:
        parts["clientSecret"] = given.client_secret
    for field, value in parts.items():
        if not 0 < len(value.strip()) <= _LONGEST or not value.isprintable():
            message = f"This has 1 to {_LONGEST} characters on one line."
            raise InvalidInput(message, field=field)
    issuer = urlsplit(given.issuer.strip())
    schemes = {"https", "http"} if get_settings().reach_private_addresses else {"https"}
    if issuer.scheme not in schemes or not issuer.hostname or issuer.query or issuer.fragment:
        message = "An issuer is an address that begins with https:// and has no query."
        raise InvalidInput(message, field="issuer")
    domains = tuple(dict.fromkeys(one.strip().lower() for one in given.email_domains))
    if len(domains) > _MOST_DOMAINS or not all(_DOMAIN.fullmatch(one) for one in domains):
        message = "Domains look like example.com."
        raise InvalidInput(message, field="emailDomains")
    return ProviderInput(
        name=given.name.strip(),
        issuer=given.issuer.strip(),
        client_id=given.client_id.strip(),
        client_secret=given.client_secret,
        email_domains=domains,
        is_required=given.is_required,
    )
