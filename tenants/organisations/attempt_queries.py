"""All SQL of attempts to prove who one is."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from tenants.access import Viewer, require_operator
from tenants.organisations.models import Person, SignInAttempts
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
        .where(SignInAttempts.last_tried_at < before, SignInAttempts.person_id.is_(None))
        .limit(_FORGOTTEN_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    await session.execute(
        delete(SignInAttempts).where(SignInAttempts.key_hash.in_(old.scalar_subquery()))
    )


async def mark_failure(
    session: Session,
    viewer: Viewer,
    *,
    key_hash: bytes,
    account: str,
    failed_at: datetime,
    limited_at: datetime | None,
) -> None:
    """Note the first failure, and the first that closed the account, and who owns it if anybody."""
    require_operator(viewer)
    owner = select(Person.id).where(Person.email == account.strip().lower()).scalar_subquery()
    await session.execute(
        update(SignInAttempts)
        .where(SignInAttempts.key_hash == key_hash)
        .values(
            person_id=owner,
            failed_at=func.coalesce(SignInAttempts.failed_at, failed_at),
            limited_at=func.coalesce(SignInAttempts.limited_at, limited_at),
        )
        .execution_options(synchronize_session=False)
    )


async def list_failures(session: Session, viewer: Viewer) -> Sequence[tuple[bytes, UUID]]:
    """Return the keys of accounts that somebody owns and whose failures are not told yet."""
    require_operator(viewer)
    rows = await session.execute(
        select(SignInAttempts.key_hash, SignInAttempts.person_id).where(
            SignInAttempts.person_id.is_not(None)
        )
    )
    return [(key_hash, person_id) for key_hash, person_id in rows if person_id is not None]


async def get_failure(
    session: Session, viewer: Viewer, *, key_hash: bytes
) -> SignInAttempts | None:
    """Return what was tried under a key, held until the transaction ends, or None."""
    require_operator(viewer)
    return await session.scalar(
        select(SignInAttempts).where(SignInAttempts.key_hash == key_hash).with_for_update()
    )
