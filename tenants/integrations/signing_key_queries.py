"""All SQL of the keys that sign access tokens."""

from collections.abc import Sequence

from sqlalchemy import delete, func, select

from tenants.access import Viewer, require_operator
from tenants.integrations.token_models import SigningKey
from tenants.work import Session

# Any number; what matters is that everybody who makes keys takes the same.
_LOCK = 5_318_008_250_412


async def lock_keys(session: Session, viewer: Viewer) -> None:
    """Wait until nobody else makes keys, and keep others from it until the transaction ends."""
    require_operator(viewer)
    await session.execute(select(func.pg_advisory_xact_lock(_LOCK)))


async def list_keys(session: Session, viewer: Viewer) -> Sequence[SigningKey]:
    """Return every key, the one that signs last first."""
    require_operator(viewer)
    rows = await session.scalars(
        select(SigningKey).order_by(SigningKey.active_at.desc(), SigningKey.id)
    )
    return rows.all()


async def add_key(session: Session, viewer: Viewer, key: SigningKey) -> None:
    """Add a key."""
    require_operator(viewer)
    session.add(key)
    await session.flush()


async def delete_keys(session: Session, viewer: Viewer, *, ids: Sequence[str]) -> None:
    """Forget keys: no token that they signed is good any more."""
    require_operator(viewer)
    await session.execute(delete(SigningKey).where(SigningKey.id.in_(ids)))
