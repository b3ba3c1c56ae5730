"""All SQL of sessions."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import delete, select, update

from tenants.access import Viewer, ViewerKind, require_operator
from tenants.organisations.models import AccessToken, TokenKind
from tenants.organisations.queries import is_alive
from tenants.work import Session


async def add_session(session: Session, viewer: Viewer, *, row: AccessToken) -> None:
    """Keep a new session."""
    require_operator(viewer)
    session.add(row)


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
    rows = await session.scalars(
        select(AccessToken)
        .where(
            AccessToken.person_id == viewer.id,
            AccessToken.kind == TokenKind.SESSION,
            is_alive(datetime.now(UTC)),
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
