"""The chain over the log: what it finds, late rows, and sealers at the same time."""

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.ext.asyncio import AsyncEngine

from deploy import auditing
from deploy.errors import DeployError
from tenants import audit, db, sealing
from tenants.access import Viewer, ViewerKind
from tenants.audit import AuditAction, AuditEvent, Log
from tenants.db import run
from tenants.model import new_id
from tenants.sealing import Finding, Flaw, Verification, digest_of
from tenants.work import Session
from tests.factories import Client, make_client

# Behind what making a client leaves in its log.
START = datetime.now(UTC) + timedelta(days=1)


async def add(client: Client, count: int, *, at: datetime) -> list[UUID]:
    """Add events of a time."""

    async def write(session: Session, _viewer: Viewer) -> list[UUID]:
        events = [
            AuditEvent(
                organisation_id=client.organisation_id,
                id=new_id(),
                at=at + timedelta(seconds=number),
                action=AuditAction.OFFER_RECORDED,
                actor_kind=ViewerKind.PERSON,
                actor_id=client.hr.id,
                actor_role=None,
                subject=new_id(),
                subjects=None,
            )
            for number in range(count)
        ]
        session.add_all(events)
        return [one.id for one in events]

    return await run(write, client.job)


async def seal(client: Client, *, now: datetime) -> int:
    here = Log(client.organisation_id)
    return await run(sealing.seal_events, client.job, log=here, now=now)


async def verify(client: Client, **given: Any) -> Verification:
    here = Log(client.organisation_id)
    return await run(sealing.verify_events, client.job, log=here, **given)


@pytest.fixture
def owner(database: str) -> Iterator[Engine]:
    """Connect as somebody who may do everything to the tables."""
    engine = create_engine(database)
    yield engine
    engine.dispose()


def tamper(owner: Engine, statement: str, **given: Any) -> None:
    with owner.begin() as connection:
        connection.execute(text("SET LOCAL row_security = off"))
        connection.execute(text(statement), given)


async def sealed(client: Client) -> list[UUID]:
    """Give a client a log of four batches, the first one from its making, and two that wait."""
    assert await seal(client, now=datetime.now(UTC)) == 1
    ids = []
    for day in range(3):
        at = START + timedelta(days=day)
        ids += await add(client, 3, at=at)
        assert await seal(client, now=at + timedelta(minutes=1)) == 3
    await add(client, 2, at=START + timedelta(days=3))
    return ids


@pytest.mark.usefixtures("committing")
async def test_a_log_that_nobody_touched_is_sound() -> None:
    client = await make_client()
    assert (await verify(client)).head is None
    await sealed(client)
    found = await verify(client)
    assert (found.sealed, found.unsealed, found.findings) == (10, 2, ())
    assert found.head is not None
    assert found.head.number == 4
    assert found.head == await run(sealing.find_head, client.job, log=Log(client.organisation_id))
    # Nothing new, no batch.
    assert await seal(client, now=START + timedelta(days=4)) == 2
    assert await seal(client, now=START + timedelta(days=4)) == 0
    assert (await verify(client, anchor=found.head)).findings == ()


def gone(number: int, event: UUID) -> list[Finding]:
    return [Finding(Flaw.REMOVED, number, event)]


@pytest.mark.usefixtures("committing")
async def test_what_is_done_to_events_is_found(owner: Engine) -> None:
    cases: dict[str, Any] = {
        "UPDATE audit_events SET action = 'offer.erased' WHERE id = :second": (
            lambda ids: [Finding(Flaw.EDITED, 2, ids[1])]
        ),
        "UPDATE audit_events SET actor_id = NULL WHERE id = :second": (
            lambda ids: [Finding(Flaw.EDITED, 2, ids[1])]
        ),
        "DELETE FROM audit_events WHERE id = :second": lambda ids: gone(2, ids[1]),
        # Two events change places.
        "UPDATE audit_events SET at = at + interval '1 second' * CASE id WHEN :first THEN 1"
        " ELSE -1 END WHERE id IN (:first, :second)": (
            lambda ids: [Finding(Flaw.EDITED, 2, one) for one in ids[:2]]
        ),
        "UPDATE audit_batches SET event_ids = ARRAY[event_ids[2], event_ids[1], event_ids[3]]"
        " WHERE organisation_id = :here AND number = 2": (
            lambda ids: [
                Finding(Flaw.BROKEN, 2),
                *(Finding(Flaw.EDITED, 2, one) for one in (ids[1], ids[0])),
            ]
        ),
        "DELETE FROM audit_batches WHERE organisation_id = :here AND number = 3": (
            lambda ids: [
                Finding(Flaw.MISSING, 3),
                *(Finding(Flaw.INSERTED, None, one) for one in ids[3:6]),
            ]
        ),
    }
    for statement, expected in cases.items():
        client = await make_client()
        ids = await sealed(client)
        head = (await verify(client)).head
        given = {"first": ids[0], "second": ids[1], "here": client.organisation_id}
        names = [name for name in given if f":{name}" in statement]
        tamper(owner, statement, **{name: given[name] for name in names})
        found = await verify(client, anchor=head)
        assert [*found.findings] == expected(ids), statement


@pytest.mark.usefixtures("committing")
async def test_an_event_of_a_time_that_was_sealed_is_found_and_never_sealed() -> None:
    client = await make_client()
    await sealed(client)
    (late,) = await add(client, 1, at=START + timedelta(days=2) - timedelta(minutes=30))
    # A transaction may have taken so long.
    assert (await verify(client)).findings == ()
    assert await seal(client, now=START + timedelta(days=4)) == 3
    (inserted,) = await add(client, 1, at=START)
    assert await seal(client, now=START + timedelta(days=5)) == 0
    assert (await verify(client)).findings == (Finding(Flaw.INSERTED, None, inserted),)
    assert late != inserted


async def test_a_chain_that_was_made_anew_is_not_the_one_that_was_kept(
    committing: AsyncEngine, owner: Engine, tmp_path: Path
) -> None:
    client = await make_client()
    ids = await sealed(client)
    kept = tmp_path / "heads.json"
    kept.write_text(json.dumps(await auditing.heads(client.slug)))
    assert (await auditing.verify(client.slug, kept))["sound"]
    with pytest.raises(DeployError, match=r"holds no heads that `afterword audit head` wrote"):
        await auditing.verify(client.slug, tmp_path / "none.json")
    # The command connects by itself, and leaves nobody connected.
    db.sessions.configure(bind=committing)
    where = {"here": client.organisation_id}
    tamper(owner, "DELETE FROM audit_events WHERE id = :second", second=ids[1])
    tamper(owner, "DELETE FROM audit_batches WHERE organisation_id = :here", **where)
    assert await seal(client, now=START + timedelta(days=4)) == 11
    report = await auditing.verify(client.slug, None)
    assert report["sound"]
    report = await auditing.verify(client.slug, kept)
    db.sessions.configure(bind=committing)
    assert not report["sound"]
    assert [one["flaw"] for one in report["organisations"][0]["findings"]] == ["ANCHOR"]
    assert "is not the one whose head was kept" in auditing.in_words(report)


@pytest.mark.usefixtures("committing")
async def test_sealers_at_the_same_time_seal_each_event_once() -> None:
    client = await make_client()
    await add(client, 20, at=START)
    counts = await asyncio.gather(*(seal(client, now=datetime.now(UTC)) for _ in range(4)))
    assert sorted(counts) == [0, 0, 0, 21]
    found = await verify(client)
    assert (found.sealed, found.findings) == (21, ())


@pytest.mark.usefixtures("committing")
async def test_erasing_a_subject_breaks_the_link_and_not_the_chain() -> None:
    client, subject = await make_client(), new_id()
    where = client.organisation_id
    await run(audit.record, client.hr, AuditAction.OFFER_RECORDED, where, subject)
    await seal(client, now=datetime.now(UTC))
    await run(audit.cut, client.job, where, subject)
    assert (await verify(client)).findings == ()
    await run(audit.record, client.hr, AuditAction.OFFER_RECORDED, where, subject)

    async def tokens(session: Session, _viewer: Viewer) -> list[UUID | None]:
        rows = await session.execute(text("SELECT subject FROM audit_events ORDER BY at"))
        return [one for (one,) in rows]

    _, before, after = await run(tokens, client.job)
    assert before != after


def test_an_event_has_one_canonical_form() -> None:
    """Source: written down by hand from `digest_of`'s words."""
    event = AuditEvent(
        organisation_id=UUID(int=1),
        id=UUID(int=2),
        at=datetime(2026, 11, 5, 12, tzinfo=UTC),
        action=AuditAction.OFFER_RECORDED,
        actor_kind=ViewerKind.JOB,
        actor_id=None,
        actor_role=None,
        subject=UUID(int=3),
        subjects=None,
    )
    written = (
        '{"action":"offer.recorded","actor_kind":"JOB","at":"2026-11-05T12:00:00.000000+00:00",'
        '"id":"00000000-0000-0000-0000-000000000002",'
        '"organisation_id":"00000000-0000-0000-0000-000000000001",'
        '"subject":"00000000-0000-0000-0000-000000000003"}'
    )
    assert digest_of(event) == sha256(written.encode()).digest()
