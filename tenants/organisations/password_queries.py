"""All SQL of forgotten passwords."""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import Select, delete, select, update

from tenants.access import Viewer, require_operator
from tenants.organisations.models import PasswordReset, Person
from tenants.work import Session

_FORGOTTEN_AT_ONCE = 50


async def find_person_id(session: Session, viewer: Viewer, *, email: str) -> UUID | None:
    """Return whose address it is, or None."""
    require_operator(viewer)
    return await session.scalar(select(Person.id).where(Person.email == email))


async def find_reset(
    session: Session, viewer: Viewer, *, reset_id: UUID
) -> tuple[PasswordReset, Person] | None:
    """Return a reset and whose password it is for, or None if it is nobody's."""
    require_operator(viewer)
    found = (await session.execute(_PAIRS.where(PasswordReset.id == reset_id))).first()
    return (found[0], found[1]) if found is not None else None


async def hold_reset_of_token(
    session: Session, viewer: Viewer, *, token_hash: bytes
) -> tuple[PasswordReset, Person] | None:
    """Return a reset by its link, held until the transaction ends, or None."""
    require_operator(viewer)
    statement = _PAIRS.where(PasswordReset.token_hash == token_hash)
    found = (await session.execute(statement.with_for_update())).first()
    return (found[0], found[1]) if found is not None else None


async def use_up_resets(session: Session, viewer: Viewer, *, person_id: UUID) -> None:
    """Make every link of a person worthless."""
    require_operator(viewer)
    await session.execute(
        update(PasswordReset)
        .where(PasswordReset.person_id == person_id, PasswordReset.used_at.is_(None))
        .values(used_at=datetime.now(UTC))
    )


async def forget_resets(session: Session, viewer: Viewer, *, before: datetime) -> None:
    """Delete some of the resets whose time was over before a time."""
    require_operator(viewer)
    old = (
        select(PasswordReset.id)
        .where(PasswordReset.expires_at < before)
        .limit(_FORGOTTEN_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    await session.execute(delete(PasswordReset).where(PasswordReset.id.in_(old.scalar_subquery())))


_PAIRS: Select[PasswordReset, Person] = select(PasswordReset, Person).join(
    Person, Person.id == PasswordReset.person_id
)
