"""All SQL of attempts to prove who one is."""

from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from tenants.access import Viewer, require_operator
from tenants.organisations.models import SignInAttempts
from tenants.work import Session

_FORGOTTEN_AT_ONCE = 50


async def hold_attempts(
    session: Session, viewer: Viewer, *, key_hash: bytes, now: datetime
) -> SignInAttempts:
    """Return what was tried under a key, held until the transaction ends."""
    require_operator(viewer)
    fresh = insert(SignInAttempts).values(key_hash=key_hash, tried_at=[], last_tried_at=now)
    await session.execute(fresh.on_conflict_do_nothing())
    rows = await session.scalars(
        select(SignInAttempts).where(SignInAttempts.key_hash == key_hash).with_for_update()
    )
    return rows.one()


async def drop_attempt(session: Session, viewer: Viewer, *, key_hash: bytes, at: datetime) -> None:
    """Take one attempt out of what was tried under a key."""
    require_operator(viewer)
    await session.execute(
        update(SignInAttempts)
        .where(SignInAttempts.key_hash == key_hash)
        .values(tried_at=func.array_remove(SignInAttempts.tried_at, at))
    )


async def forget_attempts(session: Session, viewer: Viewer, *, before: datetime) -> None:
    """Forget some of what was last tried before a time, and nothing that others hold."""
    require_operator(viewer)
    old = (
        select(SignInAttempts.key_hash)
        .where(SignInAttempts.last_tried_at < before)
        .limit(_FORGOTTEN_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    await session.execute(
        delete(SignInAttempts).where(SignInAttempts.key_hash.in_(old.scalar_subquery()))
    )
