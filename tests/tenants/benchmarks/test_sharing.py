"""Several workers make one release: nothing twice, nothing lost, seen only when it is whole."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import create_engine, insert, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from deploy.benchmark_verification import verify_connected
from tenants.access import Viewer
from tenants.benchmarks import release_queries, releases
from tenants.benchmarks.models import BenchmarkRelease, Contribution
from tenants.db import run
from tenants.disclosure.peers import PeerRules
from tenants.metrics import DECISION_TIME, DECLINE_RATE, RENEGE_RATE, RESPONSE_RATE
from tenants.work import Session
from tests.tenants.benchmarks.shown import read, values
from tests.tenants.benchmarks.town import RELEASED, Compared, Member, comparisons_of, make_member

# A window in which nobody else contributes.
WINDOW: Any = {"starts_on": date(1998, 1, 1), "ends_on": date(1999, 1, 1)}
AS_OF = date(1999, 2, 3)
METRICS = (DECISION_TIME, DECLINE_RATE, RENEGE_RATE, RESPONSE_RATE)
BENCHMARK = Viewer.benchmark()


@pytest.fixture
async def town(committing: AsyncEngine, database: str) -> AsyncIterator[list[Member]]:
    """Make nine members whose contributions are committed; forget releases afterwards."""
    del committing
    long_ago = date(1997, 1, 1)
    members = [await make_member(founded=long_ago, joined_on=long_ago) for _ in range(9)]

    async def give(session: Session, _viewer: Viewer, *, one: Member, number: int) -> None:
        given = [
            {
                "organisation_id": one.organisation_id,
                **WINDOW,
                "metric": metric,
                "value": 0.1 * number,
                "n": 20,
                "contributed_at": datetime.now(UTC),
            }
            for metric in METRICS
        ]
        await session.execute(insert(Contribution), given)

    for number, one in enumerate(members):
        await run(give, one.job, one=one, number=number)
    yield members
    forget(database)
    engine = create_engine(database)
    with engine.begin() as connection:
        gone = text("DELETE FROM contributions WHERE starts_on = :starts_on AND ends_on = :ends_on")
        connection.execute(gone, WINDOW)
    engine.dispose()


def forget(database: str) -> None:
    """Remove every release, as the owner of the tables."""
    owner = create_engine(database)
    with owner.begin() as connection:
        for table in RELEASED:
            connection.execute(text(f"DELETE FROM {table}"))  # noqa: S608 - our own names.
    owner.dispose()


@pytest.fixture
def owner(database: str) -> Iterator[Any]:
    """Connect as the owner of the tables, who can end a worker's connection."""
    engine = create_engine(database, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


async def begin() -> int:
    begun = await run(releases.begin_release, BENCHMARK, **WINDOW, as_of=AS_OF)
    assert not begun.finished
    return begun.number


async def release_of(number: int) -> BenchmarkRelease:
    async def find(session: Session, _viewer: Viewer) -> BenchmarkRelease:
        rows = await session.scalars(
            select(BenchmarkRelease).where(BenchmarkRelease.number == number)
        )
        return rows.one()

    return await run(find, Viewer.operator())


async def said(members: list[Member]) -> list[Compared]:
    return [row for one in members for row in await comparisons_of(one)]


async def test_four_workers_with_one_killed_make_what_one_makes(
    town: list[Member], owner: Any, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = await begin()
    await releases.share_release(alone)
    by_one = await said(town)
    kept = await release_of(alone)
    assert {row.metric for row in by_one} == set(METRICS)
    assert len(by_one) == len(town) * len(METRICS)
    forget(database)

    number = await begin()
    whole = await run(releases.find_field, BENCHMARK, number=number)
    holding = asyncio.Event()
    write = release_queries.write_partition

    async def die(session: Session, viewer: Viewer) -> None:
        """Write a metric, and be killed before the word that it is made is committed."""
        metric = await release_queries.take_partition(session, viewer, number=number, wait=False)
        assert metric == DECISION_TIME
        inputs, draft = await releases.compute_partition(
            session, viewer, number=number, metric=metric, whole=whole,
            rules=PeerRules(),
        )  # fmt: skip
        await write(
            session, viewer, number=number, metric=metric, draft=draft, inputs_hash=inputs.digest()
        )
        backend = await session.scalar(text("SELECT pg_backend_pid()"))
        holding.set()
        # The others have made everything else by now, and wait for this one.
        await others_wait(owner, number)
        owner.execute(text("SELECT pg_terminate_backend(:backend)"), {"backend": backend})
        await session.execute(text("SELECT 1"))

    made: list[str] = []

    async def and_note(session: Session, viewer: Viewer, *, metric: str, **given: Any) -> None:
        made.append(metric)
        await write(session, viewer, metric=metric, **given)

    monkeypatch.setattr(release_queries, "write_partition", and_note)

    async def work() -> None:
        await holding.wait()
        await releases.share_release(number)

    killed, *done = await asyncio.gather(
        run(die, BENCHMARK), *(work() for _ in range(3)), return_exceptions=True
    )
    assert isinstance(killed, DBAPIError)
    assert done == [None, None, None]
    # The killed one's metric was taken over, and none was made twice.
    assert sorted(made) == sorted(METRICS)
    again = await release_of(number)
    assert (again.outcome_hash, again.inputs_hash) == (kept.outcome_hash, kept.inputs_hash)
    assert await said(town) == by_one


async def others_wait(owner: Any, number: int) -> None:
    """Return when every metric but one is made and somebody waits for that one."""
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        " AND query LIKE '%benchmark_partitions%' AND datname = current_database()"
    )
    left = text(
        "SELECT count(*) FROM benchmark_partitions"
        " WHERE release_number = :number AND finished_at IS NULL"
    )

    while owner.scalar(left, {"number": number}) > 1 or owner.scalar(waiting) == 0:  # noqa: ASYNC110
        await asyncio.sleep(0.01)


async def test_a_half_done_release_is_seen_by_nobody(town: list[Member]) -> None:
    number = await begin()
    one = town[0]
    whole = await run(releases.find_field, BENCHMARK, number=number)
    given: Any = {"number": number, "whole": whole}
    for _ in METRICS[1:]:
        assert await run(releases.make_partition, BENCHMARK, **given, wait=False) is not None
        assert not await run(releases.finish_release, BENCHMARK, **given)
    assert (await release_of(number)).finished_at is None
    found = await read(one.hr, one)
    assert (found.release, values(found)) == (None, {})
    # Whoever comes later finishes it, and coming again changes nothing.
    for _ in range(2):
        await releases.share_release(number)
    found = await read(one.hr, one)
    assert found.release is not None
    assert found.release.number == number
    assert values(found) == {"lower_quartile": 0.15, "median": 0.4, "upper_quartile": 0.65}


async def test_a_release_can_be_made_again_from_what_was_kept(
    town: list[Member], owner: Any
) -> None:
    number = await begin()
    await releases.share_release(number)
    # Whatever is contributed or withdrawn since, it is made of what was there.
    owner.execute(
        text("UPDATE contributions SET value = 1 WHERE organisation_id = :one"),
        {"one": town[0].organisation_id},
    )
    found = await verify_connected(number)
    assert found == {
        "release": number,
        "metrics": 4,
        "rows": 36,
        "inputs": True,
        "outcome": True,
        "stored": True,
        "verified": True,
    }
    for table, change, broken in (
        ("benchmark_comparisons", "quantiles[3] = 0.99", {"stored"}),
        ("benchmark_places", "family = family || '!'", {"inputs"}),
        ("benchmark_partitions", "contributed_values[1] = 0.99", {"inputs", "outcome", "stored"}),
    ):
        key = "release_number = :number"
        before = owner.execute(text(f"SELECT * FROM {table} WHERE {key}"), {"number": number})  # noqa: S608 - our own names.
        columns, rows = list(before.keys()), before.mappings().all()
        owner.execute(text(f"UPDATE {table} SET {change} WHERE {key}"), {"number": number})  # noqa: S608 - likewise.
        found = await verify_connected(number)
        assert {name for name in ("inputs", "outcome", "stored") if not found[name]} >= broken
        assert not found["verified"]
        owner.execute(text(f"DELETE FROM {table} WHERE {key}"), {"number": number})  # noqa: S608 - likewise.
        names = ", ".join(columns)
        places = ", ".join(f":{one}" for one in columns)
        owner.execute(
            text(f"INSERT INTO {table} ({names}) VALUES ({places})"),  # noqa: S608 - likewise.
            [{**row} for row in rows],
        )
    assert (await verify_connected(number))["verified"]


async def test_an_unknown_release_is_not_verified(town: list[Member]) -> None:
    assert len(town) == 9
    assert await verify_connected(10**6) == {"release": 10**6, "verified": False}
