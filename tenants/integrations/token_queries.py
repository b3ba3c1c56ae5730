"""All SQL of codes, grants and tokens, within the organisation that a client identifier names."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID

from sqlalchemy import and_, delete, select, true, update
from sqlalchemy.dialects.postgresql import insert

from tenants import audit
from tenants.access import Permission, Viewer, ViewerKind, require
from tenants.audit import AuditAction, Log
from tenants.integrations.models import OAUTH_KINDS, Integration
from tenants.integrations.token_models import (
    AccessGrant,
    AuthorizationCode,
    DeniedToken,
    RefreshToken,
)
from tenants.model import new_id
from tenants.work import Session

CODE_LIFETIME: Final = timedelta(seconds=60)
REFRESH_LIFETIME: Final = timedelta(days=30)
# After this a person is asked again, however often the tokens were renewed.
GRANT_LIFETIME: Final = timedelta(days=180)
# What has expired is kept for a while, so that a late replay is still known for one.
KEPT_AFTERWARDS: Final = timedelta(days=7)
REFUSALS_TOLD_EVERY: Final = timedelta(hours=1)


def hash_of(text: str) -> bytes:
    """Return what is kept of a code or token. It is random, so a plain digest cannot be guessed."""
    return sha256(text.encode()).digest()


async def find_client(
    session: Session, viewer: Viewer, *, organisation_id: UUID, integration_id: UUID
) -> Integration | None:
    """Return the integration that an OAuth client identifier names, if it is let in, or None."""
    require(viewer, Permission.TOKEN_ISSUE, organisation_id)
    return await session.scalar(
        select(Integration).where(
            Integration.organisation_id == organisation_id,
            Integration.id == integration_id,
            Integration.kind.in_(OAUTH_KINDS),
            Integration.disabled_at.is_(None),
            Integration.deleted_at.is_(None),
        )
    )


async def note_sign_in(session: Session, viewer: Viewer, *, integration: Integration) -> None:
    """Write into the organisation's log that a machine was given a token for itself."""
    organisation_id = integration.organisation_id
    require(viewer, Permission.TOKEN_ISSUE, organisation_id)
    await audit.record(
        session, viewer, AuditAction.INTEGRATION_SIGNED_IN, organisation_id, integration.id
    )


async def note_refused(session: Session, viewer: Viewer) -> None:
    """Write into the organisation's log that somebody named an integration and did not prove it.

    At most once an hour for each integration, and for none that does not exist.

    Args:
        session: The transaction.
        viewer: In whose scope the client was looked for; it names the integration.
    """
    if viewer.id is None:
        return
    for organisation_id in viewer.organisations_with(Permission.TOKEN_ISSUE):
        known = await session.scalar(
            select(Integration.id).where(
                Integration.organisation_id == organisation_id, Integration.id == viewer.id
            )
        )
        if known is not None:
            await audit.record_once(
                session,
                Viewer(),
                Log(organisation_id),
                AuditAction.INTEGRATION_REFUSED,
                known,
                within=REFUSALS_TOLD_EVERY,
            )


async def add_code(
    session: Session,
    viewer: Viewer,
    *,
    integration: Integration,
    person_id: UUID,
    code: str,
    scopes: Sequence[str],
    redirect_uri: str,
    code_challenge: str,
) -> None:
    """Keep a new authorization code with the grant that it stands for."""
    organisation_id = integration.organisation_id
    require(viewer, Permission.TOKEN_ISSUE, organisation_id)
    now = datetime.now(UTC)
    grant = AccessGrant(
        organisation_id=organisation_id,
        id=new_id(),
        integration_id=integration.id,
        person_id=person_id,
        created_at=now,
        expires_at=now + GRANT_LIFETIME,
    )
    session.add(grant)
    await session.flush()
    session.add(
        AuthorizationCode(
            organisation_id=organisation_id,
            code_hash=hash_of(code),
            grant_id=grant.id,
            scopes=list(scopes),
            redirect_uri=redirect_uri,
            code_challenge=code_challenge,
            expires_at=now + CODE_LIFETIME,
        )
    )
    await audit.record(session, viewer, AuditAction.ACCESS_GRANTED, organisation_id, integration.id)


async def lock_code(
    session: Session, viewer: Viewer, *, organisation_id: UUID, code: str
) -> AuthorizationCode | None:
    """Return a code, used or not, or None; whoever redeems it at the same time waits."""
    require(viewer, Permission.TOKEN_ISSUE, organisation_id)
    return await session.scalar(
        select(AuthorizationCode)
        .where(
            AuthorizationCode.organisation_id == organisation_id,
            AuthorizationCode.code_hash == hash_of(code),
        )
        .with_for_update()
    )


async def lock_refresh_token(
    session: Session, viewer: Viewer, *, organisation_id: UUID, token: str
) -> RefreshToken | None:
    """Return a refresh token, used or not, or None; whoever redeems it at the same time waits."""
    require(viewer, Permission.TOKEN_ISSUE, organisation_id)
    return await session.scalar(
        select(RefreshToken)
        .where(
            RefreshToken.organisation_id == organisation_id,
            RefreshToken.token_hash == hash_of(token),
        )
        .with_for_update()
    )


async def find_grant(
    session: Session, viewer: Viewer, *, organisation_id: UUID, grant_id: UUID
) -> AccessGrant | None:
    """Return a grant that still stands, or None."""
    require(viewer, Permission.TOKEN_ISSUE, organisation_id)
    return await session.scalar(
        select(AccessGrant).where(
            AccessGrant.organisation_id == organisation_id,
            AccessGrant.id == grant_id,
            AccessGrant.revoked_at.is_(None),
            AccessGrant.expires_at > datetime.now(UTC),
        )
    )


async def add_refresh_token(
    session: Session, viewer: Viewer, *, grant: AccessGrant, token: str, scopes: Sequence[str]
) -> None:
    """Keep a new refresh token of a grant."""
    require(viewer, Permission.TOKEN_ISSUE, grant.organisation_id)
    now = datetime.now(UTC)
    session.add(
        RefreshToken(
            organisation_id=grant.organisation_id,
            token_hash=hash_of(token),
            grant_id=grant.id,
            scopes=list(scopes),
            created_at=now,
            expires_at=min(now + REFRESH_LIFETIME, grant.expires_at),
        )
    )
    await session.flush()


async def revoke_grant(
    session: Session, viewer: Viewer, *, organisation_id: UUID, grant_id: UUID
) -> None:
    """Make every token of a grant worthless, at once and for good."""
    require(viewer, Permission.TOKEN_ISSUE, organisation_id)
    integration_id = await session.scalar(
        update(AccessGrant)
        .where(
            AccessGrant.organisation_id == organisation_id,
            AccessGrant.id == grant_id,
            AccessGrant.revoked_at.is_(None),
        )
        .values(revoked_at=datetime.now(UTC))
        .returning(AccessGrant.integration_id)
    )
    if integration_id is not None:
        await audit.record(
            session, viewer, AuditAction.ACCESS_REVOKED, organisation_id, integration_id
        )


async def revoke_grants_of(
    session: Session, viewer: Viewer, *, organisation_id: UUID, person_id: UUID
) -> None:
    """Make every token worthless that somebody let an integration have, also if they come back."""
    require(viewer, Permission.MEMBER_MANAGE, organisation_id)
    await session.execute(
        update(AccessGrant)
        .where(
            AccessGrant.organisation_id == organisation_id,
            AccessGrant.person_id == person_id,
            AccessGrant.revoked_at.is_(None),
        )
        .values(revoked_at=datetime.now(UTC))
    )


async def list_own_grants(session: Session, viewer: Viewer) -> Sequence[tuple[UUID, UUID]]:
    """Return organisation and id of the consents by which applications act for the viewer.

    Those in organisations in which the viewer has a part, whose integration is not removed; the
    newest first.
    """
    if not _is_person(viewer):
        return []
    rows = await session.execute(
        select(AccessGrant.organisation_id, AccessGrant.id)
        .join(
            Integration,
            and_(
                Integration.organisation_id == AccessGrant.organisation_id,
                Integration.id == AccessGrant.integration_id,
            ),
        )
        .where(
            AccessGrant.person_id == viewer.id,
            AccessGrant.organisation_id.in_(viewer.roles),
            AccessGrant.revoked_at.is_(None),
            AccessGrant.expires_at > datetime.now(UTC),
            Integration.deleted_at.is_(None),
        )
        .order_by(AccessGrant.id.desc())
    )
    return [(organisation_id, grant_id) for organisation_id, grant_id in rows]


async def end_grant(
    session: Session, viewer: Viewer, *, organisation_id: UUID, grant_id: UUID
) -> UUID | None:
    """End a consent of the viewer, or anybody's if the viewer manages integrations.

    Returns:
        The integration that loses it; None if there is no such consent for the viewer.
    """
    if not viewer.may(Permission.INTEGRATION_MANAGE, organisation_id):
        if not _is_person(viewer) or viewer.role_in(organisation_id) is None:
            return None
        own = AccessGrant.person_id == viewer.id
    else:
        own = true()
    return await session.scalar(
        update(AccessGrant)
        .where(
            AccessGrant.organisation_id == organisation_id,
            AccessGrant.id == grant_id,
            AccessGrant.revoked_at.is_(None),
            own,
        )
        .values(revoked_at=datetime.now(UTC))
        .returning(AccessGrant.integration_id)
    )


def _is_person(viewer: Viewer) -> bool:
    """Return whether the viewer is a person, and not one of a person's tokens."""
    return viewer.kind is ViewerKind.PERSON and viewer.scopes is None


async def deny_token(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    token_id: str,
    expires_at: datetime,
) -> None:
    """Make one access token worthless before its time."""
    require(viewer, Permission.TOKEN_ISSUE, organisation_id)
    denied = insert(DeniedToken).values(
        organisation_id=organisation_id, token_id=token_id, expires_at=expires_at
    )
    await session.execute(denied.on_conflict_do_nothing())


async def is_denied(
    session: Session, viewer: Viewer, *, organisation_id: UUID, token_id: str
) -> bool:
    """Return whether an access token was revoked."""
    require(viewer, Permission.TOKEN_ISSUE, organisation_id)
    found = await session.scalar(
        select(DeniedToken.token_id).where(
            DeniedToken.organisation_id == organisation_id, DeniedToken.token_id == token_id
        )
    )
    return found is not None


async def forget_expired(session: Session, viewer: Viewer, *, organisation_id: UUID) -> int:
    """Delete what has been worthless for a while; return how many rows that were."""
    require(viewer, Permission.INTEGRATION_MANAGE, organisation_id)
    before = datetime.now(UTC) - KEPT_AFTERWARDS
    count = 0
    # Grants last: the others refer to them.
    for table in (DeniedToken, AuthorizationCode, RefreshToken):
        gone = delete(table).where(
            table.organisation_id == organisation_id, table.expires_at < before
        )
        count += len((await session.execute(gone.returning(table.expires_at))).all())
    needed = [
        select(table.grant_id).where(
            table.organisation_id == AccessGrant.organisation_id, table.grant_id == AccessGrant.id
        )
        for table in (AuthorizationCode, RefreshToken)
    ]
    gone = delete(AccessGrant).where(
        AccessGrant.organisation_id == organisation_id,
        AccessGrant.created_at < before,
        *(~one.exists() for one in needed),
    )
    return count + len((await session.execute(gone.returning(AccessGrant.id))).all())
