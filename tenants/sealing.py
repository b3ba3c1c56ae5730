"""The logs sealed in batches, into one hash chain per organisation or firm: no edit goes unseen.

A batch holds the digests of its events and the digest of the batch before it. Whoever edits,
removes or moves a sealed event breaks the chain, and whoever makes the whole chain anew does not
get the head that was kept elsewhere. Erasing a candidate touches no event: it deletes the mapping
from the candidate to the random token by which the events speak of them.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, Select, Text, func, select, type_coerce

from tenants.access import Permission, Viewer, require, require_operator
from tenants.audit import AuditBatch, AuditEvent, FirmAuditBatch, FirmAuditEvent, Log
from tenants.model import Coded
from tenants.work import Session

BATCH_EVENTS: Final = 1000
# How long after its time an event may still be committed and sealed. No transaction lasts so long.
LATE: Final = timedelta(hours=1)
GENESIS: Final = bytes(32)


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a log's chain; kept elsewhere it anchors everything before it."""

    log: Log
    number: int
    digest: bytes


class Flaw(StrEnum):
    """What is wrong with a log.

    EDITED: an event is not what was sealed. REMOVED: a sealed event is gone. INSERTED: an event of
    a time that is sealed was not there then. BROKEN: a batch does not follow from the one before,
    or its events were moved, added or taken out. MISSING: a batch is gone. ANCHOR: the chain is not
    the one whose head was kept.
    """

    EDITED = "EDITED"
    REMOVED = "REMOVED"
    INSERTED = "INSERTED"
    BROKEN = "BROKEN"
    MISSING = "MISSING"
    ANCHOR = "ANCHOR"


@dataclass(frozen=True, slots=True)
class Finding:
    """One flaw, and where it is."""

    flaw: Flaw
    batch: int | None = None
    event_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Verification:
    """What a log was found to be.

    Attributes:
        head: The end of the chain; None before anything was sealed.
        sealed: How many events the chain holds.
        unsealed: How many events wait for the next batch; they are not protected yet.
        findings: What is wrong; empty when nothing is.
    """

    head: Head | None
    sealed: int
    unsealed: int
    findings: tuple[Finding, ...]


def digest_of(event: Row[Any] | AuditEvent | FirmAuditEvent) -> bytes:
    """Return SHA-256 over an event's canonical form.

    That is JSON of the columns that are not null, sorted by name, without spaces; ids as text,
    times in UTC with microseconds. A column that is added later and null leaves it as it was.
    """
    at = event.at.astimezone(UTC).isoformat(timespec="microseconds")
    values = {
        **_owner_of(event),
        "id": str(event.id),
        "at": at,
        "action": event.action,
        "actor_kind": event.actor_kind,
        "actor_id": _text(event.actor_id),
        "actor_role": event.actor_role,
        "subject": _text(event.subject),
        "subjects": None if event.subjects is None else [str(one) for one in event.subjects],
    }
    return _sha256({name: value for name, value in values.items() if value is not None})


def digest_of_batch(batch: AuditBatch | FirmAuditBatch) -> bytes:
    """Return SHA-256 over a batch: its place, the batch before it, its events and their digests."""
    events = zip(batch.event_ids, batch.event_digests, strict=False)
    return _sha256(
        {
            **_owner_of(batch),
            "number": batch.number,
            "previous": batch.previous.hex(),
            "sealed_at": batch.sealed_at.astimezone(UTC).isoformat(timespec="microseconds"),
            "counts": [len(batch.event_ids), len(batch.event_digests)],
            "events": [[str(event_id), digest.hex()] for event_id, digest in events],
        }
    )


async def seal_events(
    session: Session, viewer: Viewer, *, log: Log, now: datetime | None = None
) -> int:
    """Seal every event that no batch holds, and return how many.

    Sealers of one log wait for each other. An event whose transaction ended after a batch
    was made is sealed by the next one; one that appears more than `LATE` after its time is left
    alone, and `verify_events` tells of it.
    """
    _require_sealing(viewer, log)
    key = int.from_bytes(log.owner_id.bytes[8:], "big", signed=True)
    await session.execute(select(func.pg_advisory_xact_lock(key)))
    last = await session.scalar(_newest(log))
    events = (await session.execute(_unsealed(log, last))).all()
    sealed_at = now or datetime.now(UTC)
    number, previous = (last.number, last.digest) if last else (0, GENESIS)
    for start in range(0, len(events), BATCH_EVENTS):
        part = events[start : start + BATCH_EVENTS]
        number += 1
        batch = log.batches(
            **{log.key: log.owner_id},
            number=number,
            previous=previous,
            digest=b"",
            event_ids=[one.id for one in part],
            event_digests=[digest_of(one) for one in part],
            sealed_at=sealed_at,
        )
        previous = batch.digest = digest_of_batch(batch)
        session.add(batch)
    await session.flush()
    return len(events)


async def find_head(session: Session, viewer: Viewer, *, log: Log) -> Head | None:
    """Return the end of a log's chain, or None before anything was sealed."""
    _require_sealing(viewer, log)
    last = await session.scalar(_newest(log))
    return None if last is None else Head(log, last.number, last.digest)


async def verify_events(
    session: Session, viewer: Viewer, *, log: Log, anchor: Head | None = None
) -> Verification:
    """Compare a log with its chain, and the chain with a head kept elsewhere."""
    _require_sealing(viewer, log)
    table: Any = log.events
    findings: list[Finding] = []
    number, previous, sealed, last = 0, GENESIS, 0, None
    held: set[UUID] = set()
    while batch := await session.scalar(_after(log, number)):
        findings += [Finding(Flaw.MISSING, one) for one in range(number + 1, batch.number)]
        events = await session.execute(
            select(*_columns(log)).where(log.owns(table), table.id.in_(batch.event_ids))
        )
        before = None if batch.number > number + 1 else previous
        findings += _flaws(batch, {one.id: one for one in events}, before)
        findings += [
            Finding(Flaw.BROKEN, batch.number, one) for one in batch.event_ids if one in held
        ]
        if anchor is not None and batch.number == anchor.number and batch.digest != anchor.digest:
            findings.append(Finding(Flaw.ANCHOR, batch.number))
        held.update(batch.event_ids)
        number, previous, last = batch.number, batch.digest, batch
        sealed += len(batch.event_ids)
    if anchor is not None and anchor.number > number:
        findings.append(Finding(Flaw.ANCHOR, anchor.number))
    times = await session.execute(
        select(table.id, table.at).where(log.owns(table)).order_by(table.at, table.id)
    )
    waiting = [(event_id, at) for event_id, at in times if event_id not in held]
    since = None if last is None else last.sealed_at - LATE
    inserted = [event_id for event_id, at in waiting if since is not None and at < since]
    findings += [Finding(Flaw.INSERTED, None, one) for one in inserted]
    head = None if last is None else Head(log, last.number, last.digest)
    return Verification(head, sealed, len(waiting) - len(inserted), tuple(findings))


def _flaws(
    batch: AuditBatch | FirmAuditBatch, events: Mapping[UUID, Row[Any]], previous: bytes | None
) -> list[Finding]:
    """Return what is wrong with one batch and its events."""
    found = []
    if digest_of_batch(batch) != batch.digest or previous not in (None, batch.previous):
        found.append(Finding(Flaw.BROKEN, batch.number))
    for event_id, digest in zip(batch.event_ids, batch.event_digests, strict=False):
        event = events.get(event_id)
        if event is None:
            found.append(Finding(Flaw.REMOVED, batch.number, event_id))
        elif digest_of(event) != digest:
            found.append(Finding(Flaw.EDITED, batch.number, event_id))
    return found


def _require_sealing(viewer: Viewer, log: Log) -> None:
    if log.is_firms:
        require_operator(viewer)
    else:
        require(viewer, Permission.AUDIT_SEAL, log.owner_id)


def _owner_of(row: Any) -> dict[str, str]:
    """Return whose a row of a log or a chain is, as its canonical form says it."""
    key = "firm_id" if hasattr(row, "firm_id") else "organisation_id"
    return {key: str(getattr(row, key))}


def _columns(log: Log) -> tuple[Any, ...]:
    """Return the events' columns as they stand there: somebody may have written what no enum knows.

    `type_coerce` reads them as texts, so that this is told and not raised.
    """
    return tuple(
        type_coerce(column, Text).label(column.key) if isinstance(column.type, Coded) else column
        for column in log.events.__table__.columns
    )


def _after(log: Log, number: int) -> Select[Any]:
    table = log.batches
    return (
        select(table).where(log.owns(table), table.number > number).order_by(table.number).limit(1)
    )


def _newest(log: Log) -> Select[Any]:
    table = log.batches
    return select(table).where(log.owns(table)).order_by(table.number.desc()).limit(1)


def _unsealed(log: Log, last: AuditBatch | FirmAuditBatch | None) -> Select[*tuple[Any, ...]]:
    """Select the events that no batch holds and that are not too late for one, oldest first."""
    events, batches = log.events, log.batches
    statement = select(*_columns(log)).where(log.owns(events))
    if last is not None:
        # What is younger than that was sealed by a batch that is; twice, for clocks that differ.
        recent = (
            select(func.unnest(batches.event_ids))
            .where(log.owns(batches), batches.sealed_at >= last.sealed_at - 2 * LATE)
            .scalar_subquery()
        )
        statement = statement.where(events.at >= last.sealed_at - LATE, events.id.not_in(recent))
    return statement.order_by(events.at, events.id)


def _text(value: UUID | None) -> str | None:
    return None if value is None else str(value)


def _sha256(document: dict[str, Any]) -> bytes:
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).digest()
