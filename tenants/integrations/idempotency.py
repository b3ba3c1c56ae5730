"""A creating mutation repeated with the same key does nothing again and finds the same noun."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from tenants.access import Viewer
from tenants.errors import DomainError, InvalidInput
from tenants.integrations.models import IdempotencyKey
from tenants.keys import Purpose, mac
from tenants.work import Session

MAX_KEY_LENGTH = 255

_sent: ContextVar[Callable[[], bytes] | None] = ContextVar("_sent", default=None)


class IdempotencyKeyReused(DomainError):
    """The key was used before, with another input."""

    code = "IDEMPOTENCY_KEY_REUSED"


@contextmanager
def asked_with(spell: Callable[[], bytes]) -> Iterator[None]:
    """Let keys within the block belong to a whole input.

    Only whoever was asked knows the input as a whole; what a verb is given is read already.

    Args:
        spell: Returns the input in one canonical spelling; called where there is a key.
    """
    before = _sent.set(spell)
    try:
        yield
    finally:
        _sent.reset(before)


def _digest() -> bytes | None:
    spell = _sent.get()
    return None if spell is None else mac(Purpose.TOKEN, b"input of a key", spell())


async def once(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    operation: str,
    key: str | None,
    make: Callable[[], Awaitable[UUID]],
) -> UUID:
    """Return the noun that a key stands for, made now if the key is new.

    The key's row is inserted first: a concurrent request with the same key waits for this
    transaction and then finds its outcome, and a refusal takes the key back with it. Keys of
    different principals never meet.

    Args:
        session: The transaction.
        viewer: Whose key.
        organisation_id: In which organisation.
        operation: Name of the mutation.
        key: What the client chose; None makes without remembering.
        make: Does the work and returns the noun's id.

    Raises:
        InvalidInput: The key is empty or longer than `MAX_KEY_LENGTH` characters.
        IdempotencyKeyReused: It came with another input before (`asked_with`).
    """
    if key is None:
        return await make()
    if not 0 < len(key) <= MAX_KEY_LENGTH:
        message = f"An idempotency key has 1 to {MAX_KEY_LENGTH} characters."
        raise InvalidInput(message, field="idempotencyKey")
    principal = viewer.id.bytes if viewer.id else b""
    identity = {
        "organisation_id": organisation_id,
        "operation": operation,
        "key_hash": mac(Purpose.TOKEN, b"idempotency", principal, key.encode()),
    }
    fresh = await session.scalar(
        insert(IdempotencyKey)
        .values(**identity, noun_id=None, input_digest=_digest(), created_at=datetime.now(UTC))
        .on_conflict_do_nothing()
        .returning(IdempotencyKey.operation)
    )
    table = IdempotencyKey.__table__
    where = [table.c[name] == value for name, value in identity.items()]
    if fresh is None:
        held = select(table.c.noun_id, table.c.input_digest).where(*where)
        made, digest = (await session.execute(held)).one()
        sent = _digest()
        if digest is not None and sent is not None and digest != sent:
            message = "This key came with another input before. Choose a new one for a new request."
            raise IdempotencyKeyReused(message, field="idempotencyKey")
        return UUID(str(made))
    noun_id = await make()
    await session.execute(update(IdempotencyKey).where(*where).values(noun_id=noun_id))
    return noun_id
