"""All SQL of sessions."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import delete, exists, not_, or_, select, update
from sqlalchemy.orm import aliased

from tenants.access import Viewer, ViewerKind, require_operator
from tenants.organisations.models import AccessToken, TokenKind
from tenants.organisations.queries import is_alive
from tenants.work import Session


async def add_session(session: Session, viewer: Viewer, *, row: AccessToken) -> None:
    """Keep a new session."""
    require_operator(viewer)
    session.add(row)


async def find_living(
    session: Session, viewer: Viewer, *, token_hash: bytes | None, person_id: UUID
) -> AccessToken | None:
    """Return a living session of a person, or None."""
    require_operator(viewer)
    if token_hash is None:
        return None
    return await session.scalar(
        select(AccessToken).where(
            AccessToken.token_hash == token_hash,
            AccessToken.person_id == person_id,
            AccessToken.kind == TokenKind.SESSION,
            AccessToken.expires_at > datetime.now(UTC),
        )
    )


async def extend_presented(
    session: Session, viewer: Viewer, *, used_at: datetime, expires_at: datetime
) -> None:
    """Say that the presented session was used, and until when it lives unless it is again."""
    await session.execute(
        update(AccessToken)
        .where(AccessToken.token_hash == viewer.token_hash)
        .values(used_at=used_at, expires_at=expires_at)
    )


async def list_own_sessions(session: Session, viewer: Viewer) -> Sequence[AccessToken]:
    """Return the person's own living sessions, the last used first.

    A machine has none, nor has whoever holds a narrowed token of the person.
    """
    if viewer.kind is not ViewerKind.PERSON or viewer.id is None or viewer.scopes is not None:
        return []
    # Who came through a provider alone sees no others than such: it speaks for its organisation.
    asking = aliased(AccessToken)
    by_provider = exists().where(
        asking.token_hash == viewer.token_hash, asking.with_password.is_(False)
    )
    rows = await session.scalars(
        select(AccessToken)
        .where(
            AccessToken.person_id == viewer.id,
            AccessToken.kind == TokenKind.SESSION,
            is_alive(datetime.now(UTC)),
            or_(not_(by_provider), AccessToken.with_password.is_(False)),
        )
        .order_by(AccessToken.used_at.desc().nulls_last(), AccessToken.created_at.desc())
    )
    return rows.all()


async def delete_own_sessions(
    session: Session, viewer: Viewer, *, token_hashes: Sequence[bytes]
) -> None:
    """End sessions of the person who asks."""
    await session.execute(
        delete(AccessToken).where(
            AccessToken.person_id == viewer.id, AccessToken.token_hash.in_(token_hashes)
        )
    )


async def delete_sessions_of(session: Session, viewer: Viewer, *, person_id: UUID) -> None:
    """End every session of a person."""
    require_operator(viewer)
    await session.execute(
        delete(AccessToken).where(
            AccessToken.person_id == person_id, AccessToken.kind == TokenKind.SESSION
        )
    )
