"""Mistakes that somebody could make, each planted into the running product for one test."""

import json
import os
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from secrets import SystemRandom
from typing import Any
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.ext.asyncio import AsyncSession

from tenants import audit, work
from tenants.access import Viewer
from tenants.audit import AuditAction
from tenants.interviews import holding, submission
from tenants.interviews.models import HeldSubmission
from tenants.interviews.sending_queries import Sending
from tenants.keys import NONCE_BYTES, Purpose, mac
from tenants.model import new_id
from tenants.work import Session

Plant = Callable[[pytest.MonkeyPatch], None]
# Receipt key to whatever the mistake carries from the submission to the response.
Carried = dict[bytes, Any]

_random = SystemRandom()


@contextmanager
def another_column(url: str) -> Iterator[None]:
    """Give responses a column that they must not have, for the time of the block."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE responses ADD COLUMN planted text"))
    try:
        yield
    finally:
        with engine.begin() as connection:
            connection.execute(text("ALTER TABLE responses DROP COLUMN planted"))


def timestamp(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the moment of the submission with the response."""
    _keep(monkeypatch, _carry(monkeypatch, lambda *_: datetime.now(UTC).isoformat()))


def ids_in_order_of_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a uuid7 at the submission and make it the response's id."""
    _make_ids_early(monkeypatch, new_id)


def ordered_insertion(monkeypatch: pytest.MonkeyPatch) -> None:
    """Write the responses in the order in which the holding place was read."""

    def shuffle(items: list[Any]) -> None:
        if not isinstance(items[0], holding.Opened):
            _random.shuffle(items)

    monkeypatch.setattr(holding, "_shuffle", shuffle)


def audit_event(monkeypatch: pytest.MonkeyPatch) -> None:
    """Record each anonymous submission, under the token of the response that it will become."""
    ids = _make_ids_early(monkeypatch, uuid4)
    send = submission.submit_response

    async def submit_response(session: Session, viewer: Viewer, **arguments: Any) -> str:
        code = await send(session, viewer, **arguments)
        organisation_id = next(iter(viewer.roles))
        made = ids.get(submission.receipt_keys(organisation_id, code)[0])
        if made is not None:
            action = AuditAction.RESPONSE_SUBMITTED
            await audit.record(session, viewer, action, organisation_id, made)
        return code

    monkeypatch.setattr(submission, "submit_response", submit_response)


def job(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask for a job about each response, at the submission."""
    ids = _make_ids_early(monkeypatch, uuid4)
    hold = holding.hold

    def and_ask(session: Session, case: Sending, *others: Any) -> None:
        hold(session, case, *others)
        made = str(ids[others[-1]])
        work.enqueue(session, "responses.translate", case.organisation_id, response_id=made)

    monkeypatch.setattr(holding, "hold", and_ask)


def language(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the language with the response."""
    _keep(monkeypatch, _carry(monkeypatch, lambda _, case: case.language))


def held_id(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep with the response under which id it was held."""

    def find(session: Session, _case: Sending) -> str:
        return str(next(one.id for one in session.new if isinstance(one, HeldSubmission)))

    _keep(monkeypatch, _carry(monkeypatch, find))


def one_receipt_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the same digest of the receipt code in both tables; the flush forgets the one."""
    keys = submission.receipt_keys

    def same(organisation_id: UUID, code: str) -> tuple[bytes, bytes]:
        return (keys(organisation_id, code)[0],) * 2

    monkeypatch.setattr(submission, "receipt_keys", same)


def lonely_segment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the department whoever shares it."""

    def keep(departments: Sequence[str | None], _minimum: int) -> list[str | None]:
        return list(departments)

    monkeypatch.setattr(holding, "shared_segments", keep)


def same_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """Write each invitation anew right after its own response."""
    _write_together(monkeypatch, nullcontext)


def one_transaction_each(monkeypatch: pytest.MonkeyPatch) -> None:
    """Write each response and its invitation in a savepoint, which is a transaction of its own."""
    _write_together(monkeypatch, AsyncSession.begin_nested)


def _write_together(
    monkeypatch: pytest.MonkeyPatch, within: Callable[[Session], AbstractAsyncContextManager[Any]]
) -> None:
    carried = _carry(monkeypatch, lambda _, case: case.invitation_id)
    flush_batch = holding._flush_batch

    async def and_write_both(session: Session, viewer: Viewer, **batch: Any) -> None:
        await flush_batch(session, viewer, **batch)
        for receipt_key in _random.sample(sorted(carried), len(carried)):
            async with within(session):
                for statement in (
                    "UPDATE responses SET segment = NULL WHERE receipt_key = :receipt_key",
                    "UPDATE invitations SET mails = 1 WHERE id = :id",
                ):
                    values = {"receipt_key": receipt_key, "id": carried[receipt_key]}
                    await session.execute(text(statement), values)

    monkeypatch.setattr(holding, "_flush_batch", and_write_both)


def draft_length(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seal drafts without padding them."""
    monkeypatch.setattr(submission, "seal", _seal_unpadded)


def held_length(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seal what is held without padding it."""
    monkeypatch.setattr(holding, "seal", _seal_unpadded)


def _seal_unpadded(purpose: Purpose, context: bytes, document: Any) -> bytes:
    packed = zlib.compress(json.dumps(document).encode(), 9)
    nonce = os.urandom(NONCE_BYTES)
    plain = len(packed).to_bytes(4, "big") + packed
    return nonce + AESGCM(mac(purpose, context)).encrypt(nonce, plain, context)


def _carry(
    monkeypatch: pytest.MonkeyPatch, find: Callable[[Session, Sending], Any]
) -> Mapping[bytes, Any]:
    """Note something of each anonymous submission, as if it were sealed with it."""
    carried: Carried = {}
    hold = holding.hold

    def and_note(session: Session, case: Sending, *others: Any) -> None:
        hold(session, case, *others)
        carried[others[-1]] = find(session, case)

    monkeypatch.setattr(holding, "hold", and_note)
    return carried


def _keep(monkeypatch: pytest.MonkeyPatch, carried: Mapping[bytes, Any]) -> None:
    """Write what was carried into the column too many, with the flush and in no order."""
    flush_batch = holding._flush_batch

    async def and_write(session: Session, viewer: Viewer, **batch: Any) -> None:
        await flush_batch(session, viewer, **batch)
        for receipt_key in _random.sample(sorted(carried), len(carried)):
            await session.execute(
                text(
                    "UPDATE responses SET planted = :value"
                    " WHERE receipt_key = :receipt_key AND planted IS NULL"
                ),
                {"value": carried[receipt_key], "receipt_key": receipt_key},
            )

    monkeypatch.setattr(holding, "_flush_batch", and_write)


def _make_ids_early(
    monkeypatch: pytest.MonkeyPatch, make: Callable[[], UUID]
) -> Mapping[bytes, UUID]:
    """Make each response's id at the submission, as if it were sealed with it."""
    made = _carry(monkeypatch, lambda *_: make())
    upcoming: list[UUID] = []

    def shuffle(items: list[Any]) -> None:
        _random.shuffle(items)
        if isinstance(items[0], holding.Opened):
            upcoming[:] = [made[one.receipt_key] for one in items]

    monkeypatch.setattr(holding, "_shuffle", shuffle)
    monkeypatch.setattr(holding, "uuid4", lambda: upcoming.pop(0) if upcoming else uuid4())
    return made
