"""What can be done with integrations: setting up, changing, new secrets, removing."""

import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID

from tenants import audit
from tenants.access import Permission, Viewer, require
from tenants.audit import AuditAction
from tenants.errors import Conflict, InvalidInput, NotFound
from tenants.integrations import queries, token_queries
from tenants.integrations.addresses import checked_redirect_uris
from tenants.integrations.idempotency import once
from tenants.integrations.models import NO_SECRET, OAUTH_KINDS, Integration, IntegrationKind
from tenants.integrations.scopes import Scope, is_for_machines
from tenants.keys import Purpose, encrypt_text
from tenants.model import new_id
from tenants.settings import get_settings
from tenants.tokens import Token, make_token
from tenants.work import Session

LONGEST_NAME: Final = 100
LONGEST_OVERLAP: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class HandedOut:
    """An integration with the secret that was made for it.

    Attributes:
        integration_id: Which.
        secret: To be shown this once; None when there is none, or when it was shown before.
        is_repeat: Whether an earlier request with the same key had made it.
    """

    integration_id: UUID
    secret: str | None = field(repr=False)
    is_repeat: bool = False


def hash_secret(secret: str) -> bytes:
    """Return what is kept of a secret. It is random, so that a plain digest cannot be guessed."""
    return sha256(secret.encode()).digest()


def client_id(organisation_id: UUID, integration_id: UUID) -> str:
    """Return the OAuth client identifier, which says in whose scope the integration is found."""
    return make_token(Purpose.CLIENT, Token(organisation_id, integration_id))


def intake_url(kind: IntegrationKind, organisation_id: UUID, integration_id: UUID) -> str:
    """Return the address that an applicant-tracking system posts to."""
    token = make_token(Purpose.INTAKE, Token(organisation_id, integration_id))
    return f"{get_settings().public_url}/intake/{kind.value.lower()}/{token}"


async def create_integration(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    kind: IntegrationKind,
    name: str,
    scopes: Sequence[str] = (),
    redirect_uris: Sequence[str] = (),
    secret: str | None = None,
    idempotency_key: str | None = None,
) -> HandedOut:
    """Let a machine in, and return the secret that it proves itself with.

    Args:
        session: The transaction.
        viewer: Somebody who manages integrations.
        organisation_id: Whose data it is for; it never reaches another organisation.
        kind: What sort of machine.
        name: How people tell it from others.
        scopes: What it may ask for at most; OAuth only.
        redirect_uris: Where a browser may be led back to; OAuth only.
        secret: What an applicant-tracking system signs with, if that is known already.
        idempotency_key: A repeat with the same key makes nothing and shows no secret again.

    Raises:
        NotFound: The organisation is unknown or not the viewer's.
        Forbidden: The role does not include managing integrations.
        InvalidInput: A part of it does not suit the kind; the field is named.
    """
    if viewer.role_in(organisation_id) is None:
        noun = "organisation"
        raise NotFound(noun, field="organisationId")
    require(viewer, Permission.INTEGRATION_MANAGE, organisation_id)
    made = None if kind is IntegrationKind.OAUTH_PUBLIC else secret or _new_secret()

    async def make() -> UUID:
        integration = Integration(
            organisation_id=organisation_id,
            id=new_id(),
            kind=kind,
            name=_checked_name(name),
            scopes=_checked_scopes(kind, scopes, acts_for_people=bool(redirect_uris)),
            redirect_uris=_checked_addresses(kind, redirect_uris),
            created_at=datetime.now(UTC),
        )
        integration.secret = NO_SECRET if made is None else _kept(integration, made)
        await queries.add_integration(session, viewer, integration)
        await audit.record(
            session, viewer, AuditAction.INTEGRATION_CREATED, organisation_id, integration.id
        )
        return integration.id

    return await _hand_out(
        session,
        viewer,
        organisation_id=organisation_id,
        operation="createIntegration",
        key=idempotency_key,
        make=make,
        secret=made,
    )


async def rotate_integration_secret(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    integration_id: UUID,
    overlap: timedelta = timedelta(0),
    idempotency_key: str | None = None,
) -> HandedOut:
    """Give an integration a new secret, and return it.

    Args:
        session: The transaction.
        viewer: Somebody who manages integrations.
        organisation_id: Whose.
        integration_id: Which.
        overlap: How long the secret so far still counts beside the new one; up to 30 days.
        idempotency_key: A repeat with the same key makes nothing and shows no secret again.

    Raises:
        NotFound: There is no such integration for the viewer.
        InvalidInput: The overlap is negative or too long.
        Conflict: It is of a kind that has no secret.
    """
    integration = await queries.get_integration(
        session, viewer, organisation_id=organisation_id, integration_id=integration_id
    )
    if not timedelta(0) <= overlap <= LONGEST_OVERLAP:
        message = f"The old secret can go on for 0 to {LONGEST_OVERLAP.days * 24} hours."
        raise InvalidInput(message, field="overlapHours")
    if integration.kind is IntegrationKind.OAUTH_PUBLIC:
        message = "A public integration has no secret; PKCE protects each authorization."
        raise Conflict(message, field="integrationId")
    made = _new_secret()

    async def make() -> UUID:
        goes_on = overlap > timedelta(0)
        integration.previous_secret = integration.secret if goes_on else None
        integration.previous_secret_ends_at = datetime.now(UTC) + overlap if goes_on else None
        integration.secret = _kept(integration, made)
        await audit.record(
            session, viewer, AuditAction.INTEGRATION_SECRET_ROTATED, organisation_id, integration_id
        )
        return integration_id

    return await _hand_out(
        session,
        viewer,
        organisation_id=organisation_id,
        operation="rotateIntegrationSecret",
        key=idempotency_key,
        make=make,
        secret=made,
    )


async def update_integration(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    integration_id: UUID,
    name: str | None = None,
    scopes: Sequence[str] | None = None,
    redirect_uris: Sequence[str] | None = None,
    is_enabled: bool | None = None,
) -> None:
    """Change what is said of an integration; None leaves a thing as it is.

    What is taken away from it is taken away from its tokens at once. Disabled, nothing of it works;
    enabled again, what has not expired does.

    Raises:
        NotFound: There is no such integration for the viewer.
        InvalidInput: Something does not suit its kind; the field is named.
    """
    integration = await queries.get_integration(
        session, viewer, organisation_id=organisation_id, integration_id=integration_id
    )
    kind = integration.kind
    if name is not None:
        integration.name = _checked_name(name)
    if redirect_uris is not None:
        integration.redirect_uris = _checked_addresses(kind, redirect_uris)
    if scopes is not None or redirect_uris is not None:
        integration.scopes = _checked_scopes(
            kind,
            integration.scopes if scopes is None else scopes,
            acts_for_people=bool(integration.redirect_uris),
        )
    actions = []
    if (name, scopes, redirect_uris) != (None, None, None):
        actions.append(AuditAction.INTEGRATION_CHANGED)
    if is_enabled is not None and is_enabled is (integration.disabled_at is not None):
        integration.disabled_at = None if is_enabled else datetime.now(UTC)
        actions.append(
            AuditAction.INTEGRATION_ENABLED if is_enabled else AuditAction.INTEGRATION_DISABLED
        )
    for action in actions:
        await audit.record(session, viewer, action, organisation_id, integration_id)


async def delete_integration(
    session: Session, viewer: Viewer, *, organisation_id: UUID, integration_id: UUID
) -> None:
    """Remove an integration for good; its tokens, secrets and intake address stop working at once.

    What it posted stays, and says that it came from something removed.

    Raises:
        NotFound: There is no such integration for the viewer.
    """
    integration = await queries.get_integration(
        session, viewer, organisation_id=organisation_id, integration_id=integration_id
    )
    integration.secret = NO_SECRET
    integration.previous_secret = integration.previous_secret_ends_at = None
    integration.deleted_at = datetime.now(UTC)
    await audit.record(
        session, viewer, AuditAction.INTEGRATION_DELETED, organisation_id, integration_id
    )


async def revoke_access(
    session: Session, viewer: Viewer, *, organisation_id: UUID, grant_id: UUID
) -> None:
    """End a person's consent: every token that came of it is worthless, at once and for good.

    Whoever gave it may, and whoever manages the integrations.

    Raises:
        NotFound: There is no such consent for the viewer.
    """
    integration_id = await token_queries.end_grant(
        session, viewer, organisation_id=organisation_id, grant_id=grant_id
    )
    if integration_id is None:
        noun = "consent"
        raise NotFound(noun, field="grantId")
    await audit.record(session, viewer, AuditAction.ACCESS_REVOKED, organisation_id, integration_id)


async def _hand_out(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    operation: str,
    key: str | None,
    make: Callable[[], Awaitable[UUID]],
    secret: str | None,
) -> HandedOut:
    """Return what was made, with its secret if it was made now and not by an earlier request."""
    fresh = False

    async def make_now() -> UUID:
        nonlocal fresh
        fresh = True
        return await make()

    found = await once(
        session,
        viewer,
        organisation_id=organisation_id,
        operation=operation,
        key=key,
        make=make_now,
    )
    return HandedOut(found, secret if fresh else None, is_repeat=not fresh)


def _new_secret() -> str:
    return secrets.token_urlsafe(32)


def _kept(integration: Integration, secret: str) -> bytes:
    """Return what the database keeps of a secret, which depends on what it is needed for."""
    if integration.kind in OAUTH_KINDS:
        return hash_secret(secret)
    return encrypt_text(integration.id.bytes, secret)


def _checked_name(name: str) -> str:
    stripped = name.strip()
    if not 0 < len(stripped) <= LONGEST_NAME or not stripped.isprintable():
        message = f"A name has 1 to {LONGEST_NAME} characters in one line."
        raise InvalidInput(message, field="name")
    return stripped


def _checked_scopes(
    kind: IntegrationKind, scopes: Sequence[str], *, acts_for_people: bool
) -> list[str]:
    if kind not in OAUTH_KINDS:
        if scopes:
            message = "Only OAuth integrations have scopes; this one posts and reads nothing."
            raise InvalidInput(message, field="scopes")
        return []
    unknown = sorted(set(scopes) - set(Scope))
    if unknown or not scopes:
        message = f"Give at least one of these scopes: {', '.join(Scope)}."
        raise InvalidInput(message, field="scopes")
    idle = [one for one in Scope if one in scopes and not is_for_machines(one)]
    if idle and not acts_for_people:
        message = f"Only for people, and there is no redirect address: {', '.join(idle)}."
        raise InvalidInput(message, field="scopes")
    return [one.value for one in Scope if one in scopes]


def _checked_addresses(kind: IntegrationKind, redirect_uris: Sequence[str]) -> list[str]:
    if redirect_uris and kind not in OAUTH_KINDS:
        message = "Only OAuth integrations have redirect addresses."
        raise InvalidInput(message, field="redirectUris")
    if not redirect_uris and kind is IntegrationKind.OAUTH_PUBLIC:
        message = "A public integration acts for people and needs a redirect address."
        raise InvalidInput(message, field="redirectUris")
    return checked_redirect_uris(redirect_uris, field="redirectUris")
