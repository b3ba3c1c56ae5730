"""The scheduler: each scheduled job once per organisation and turn, in UTC."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID, uuid4

import dramatiq
import pytest
from cronsim import CronSim
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from jobs import scheduler
from jobs.schedule import ONCE, SCHEDULE
from tenants import work
from tenants.access import Viewer
from tenants.db import run
from tenants.organisations.models import Organisation
from tenants.work import Bell, Job, Schedule, Session
from tests.factories import make_client
from tests.jobs.rows import enqueue, let_pass

OPERATOR = Viewer.operator()
ALWAYS = "* * * * *"


async def last_ran(name: str, at: datetime) -> None:
    """Say when a scheduled job last ran."""

    async def write(session: Session, _viewer: Viewer) -> None:
        await session.merge(Schedule(name=name, last_run_at=at))

    await run(write, OPERATOR)


async def turn(name: str, cron: str = ALWAYS) -> int:
    """Return for how many organisations a scheduler enqueues a job now."""
    return await run(scheduler.start_scheduled, OPERATOR, name=name, cron=cron)


async def jobs_named(name: str) -> Counter[UUID]:
    """Return how many jobs of a name each organisation has."""

    async def find(session: Session, _viewer: Viewer) -> Counter[UUID]:
        rows = await session.scalars(select(Job.organisation_id).where(Job.name == name))
        return Counter(row for row in rows if row is not None)

    return await run(find, OPERATOR)


async def organisations() -> int:
    """Return how many organisations the installation has."""

    async def count(session: Session, _viewer: Viewer) -> int:
        return (await session.scalars(select(func.count()).select_from(Organisation))).one()

    return await run(count, OPERATOR)


async def test_two_schedulers_at_once_enqueue_once(committing: AsyncEngine) -> None:
    del committing
    clients = [await make_client() for _ in range(2)]
    name = f"test.{uuid4()}"
    await last_ran(name, datetime.now(UTC) - timedelta(days=1))
    started = await asyncio.gather(*(turn(name) for _ in range(6)))
    there = await organisations()
    assert sorted(started) == [0, 0, 0, 0, 0, there]
    found = await jobs_named(name)
    assert set(found.values()) == {1}
    assert len(found) == there
    assert {client.organisation_id for client in clients} <= set(found)
    # And not again in this minute.
    assert await turn(name, "0 0 1 1 *") == 0


async def test_two_schedulers_that_see_a_job_first_wait_for_its_time(
    committing: AsyncEngine,
) -> None:
    del committing
    name = f"test.{uuid4()}"
    assert await asyncio.gather(*(turn(name, "0 0 1 1 *") for _ in range(4))) == [0, 0, 0, 0]
    assert await jobs_named(name) == Counter()


@pytest.mark.usefixtures("connection", "bells")
async def test_a_job_that_was_never_scheduled_waits_for_its_time() -> None:
    await make_client()
    name = f"test.{uuid4()}"
    assert await turn(name) == 0
    assert await jobs_named(name) == Counter()
    await last_ran(name, datetime.now(UTC) - timedelta(minutes=1))
    assert await turn(name) == await organisations()


@pytest.mark.usefixtures("connection", "bells")
@pytest.mark.parametrize(
    ("hours", "cron_hour", "due"),
    [
        # It last ran so many hours ago; its hour lies so many hours from now.
        (1, +2, False),
        (1, -2, False),
        (3, -2, True),
        (23, -2, True),
        (21, +2, False),
        (23, +2, True),
        # Days that were missed are made up for once.
        (240, +2, True),
    ],
)
async def test_when_a_daily_job_is_due(hours: int, cron_hour: int, *, due: bool) -> None:
    await make_client()
    now = datetime.now(UTC)
    hour = now + timedelta(hours=cron_hour)
    cron = f"{hour.minute} {hour.hour} * * *"
    name = f"test.{uuid4()}"
    await last_ran(name, now - timedelta(hours=hours))
    there = await organisations()
    assert [await turn(name, cron), await turn(name, cron)] == [there if due else 0, 0]


@pytest.mark.usefixtures("connection", "bells")
async def test_the_time_of_a_schedule_is_in_utc() -> None:
    """The database answers in its own time zone; a day may have begun there already."""
    await make_client()
    now = datetime.now(UTC)
    hour = now - timedelta(hours=2)
    cron = f"{hour.minute} {hour.hour} * * *"
    for offset in (-11, 0, 11):
        name = f"test.{uuid4()}"
        await last_ran(name, now - timedelta(hours=3))

        async def elsewhere(session: Session, viewer: Viewer, *, zone: int, name: str) -> int:
            row = await session.get_one(Schedule, name)
            row.last_run_at = row.last_run_at.astimezone(timezone(timedelta(hours=zone)))
            await session.flush()
            return await scheduler.start_scheduled(session, viewer, name=name, cron=cron)

        assert await run(elsewhere, OPERATOR, zone=offset, name=name) == await organisations()


@pytest.mark.usefixtures("perform")
def test_every_scheduled_job_has_a_time_and_somebody_who_does_it() -> None:
    new_year = datetime(2026, 1, 1, tzinfo=UTC)
    first = {name: next(CronSim(cron, new_year)) for name, cron in {**SCHEDULE, **ONCE}.items()}
    assert first == {
        "audit.seal": datetime(2026, 1, 1, 0, 7, tzinfo=UTC),
        # Later than the editions are published.
        "digests.queue": datetime(2026, 1, 1, 6, 30, tzinfo=UTC),
        "events.trim": datetime(2026, 1, 1, 0, 50, tzinfo=UTC),
        "interviews.close": datetime(2026, 1, 1, 0, 5, tzinfo=UTC),
        "interviews.flush": datetime(2026, 1, 1, 2, 23, tzinfo=UTC),
        "integrations.forget_expired": datetime(2026, 1, 1, 2, 50, tzinfo=UTC),
        "integrations.rotate_keys": datetime(2026, 1, 1, 2, 55, tzinfo=UTC),
        "insights.publish": datetime(2026, 1, 1, 3, 10, tzinfo=UTC),
        # Everybody contributes before the release of the quarter is made.
        "benchmarks.contribute": datetime(2026, 1, 2, 3, 40, tzinfo=UTC),
        "benchmarks.release": datetime(2026, 1, 3, 3, 40, tzinfo=UTC),
    }
    assert set(first) <= set(dramatiq.get_broker().actors)
    assert not set(SCHEDULE) & set(ONCE)


@pytest.mark.usefixtures("connection", "bells")
async def test_a_job_of_the_installation_is_enqueued_once_and_belongs_to_nobody() -> None:
    await make_client()
    name = f"test.{uuid4()}"
    await last_ran(name, datetime.now(UTC) - timedelta(minutes=1))
    given: Any = {"name": name, "cron": ALWAYS, "once": True}
    assert await run(scheduler.start_scheduled, OPERATOR, **given) == 1

    async def find(session: Session, _viewer: Viewer) -> list[UUID | None]:
        rows = await session.scalars(select(Job.organisation_id).where(Job.name == name))
        return list(rows)

    assert await run(find, OPERATOR) == [None]


@pytest.mark.usefixtures("connection")
async def test_a_tick_rings_for_what_was_not_heard(bells: list[Bell]) -> None:
    client = await make_client()
    job_id = await run(enqueue, client.job, client.organisation_id)
    bells.clear()
    heard: list[Bell] = []

    class Doorbell:
        """Hears instead of handing on to a broker."""

        def ring(self, rung: list[Bell]) -> None:
            """Hear."""
            heard.extend(one for one in rung if one.organisation_id == client.organisation_id)

    for span, expected in ((timedelta(), 0), (work.RING_AGAIN, 1), (timedelta(), 1)):
        await let_pass(job_id, span)
        await scheduler.tick(Doorbell())  # type: ignore[arg-type]  # rings alike.
        assert heard == [Bell(job_id, "test.job", client.organisation_id)] * expected
    # The sweep does not ring by way of the transaction's own bells.
    assert bells == []
