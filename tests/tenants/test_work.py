"""The rows of jobs: asked for, rung for, claimed, counted, given up."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from tenants import work
from tenants.access import Viewer
from tenants.db import run
from tenants.work import ABANDONED, MAX_ATTEMPTS, RING_AGAIN, Bell, Job, JobState, Session
from tests.factories import Client, make_client
from tests.jobs.bells import bells
from tests.jobs.rows import change, enqueue, job_of, jobs_of, let_pass

__all__ = ["bells"]

OPERATOR = Viewer.operator()
LEASE = timedelta(seconds=60)
SECOND = timedelta(seconds=1)


async def claimed(client: Client, job_id: UUID, lease: timedelta = LEASE) -> Job | None:
    """Return the job if it is to be done now."""
    return await run(work.claim, client.job, job_id=job_id, lease=lease)


async def swept(client: Client) -> list[UUID]:
    """Return which of an organisation's jobs a sweep rings for."""
    found = await run(work.sweep, OPERATOR)
    return [bell.job_id for bell in found if bell.organisation_id == client.organisation_id]


@pytest.mark.usefixtures("connection")
async def test_a_job_is_a_row_and_a_bell(bells: list[Bell]) -> None:
    client = await make_client()
    job_id = await run(enqueue, client.job, client.organisation_id, number=7, text="x")
    assert bells == [Bell(job_id, "test.job", client.organisation_id)]
    job = await job_of(job_id)
    assert (job.state, job.attempts, job.progress, job.error_code) == (JobState.QUEUED, 0, 0, None)
    assert job.arguments == {"number": 7, "text": "x"}
    assert job.due_at == job.created_at == job.rung_at
    assert job.finished_at is None


@pytest.mark.usefixtures("connection")
async def test_a_refused_transaction_leaves_no_row_and_rings_nothing(bells: list[Bell]) -> None:
    client = await make_client()
    asked: list[UUID] = []

    async def refuse(session: Session, viewer: Viewer) -> None:
        asked.append(await enqueue(session, viewer, client.organisation_id))
        await session.flush()
        message = "no"
        raise RuntimeError(message)

    with pytest.raises(RuntimeError, match="no"):
        await run(refuse, client.job)
    assert len(asked) == 1
    assert await jobs_of(client.organisation_id) == []
    assert bells == []


@pytest.mark.usefixtures("connection")
async def test_the_bell_rings_when_the_transaction_is_over(bells: list[Bell]) -> None:
    """Whoever hears it finds the row."""
    client = await make_client()

    async def ask_and_look(session: Session, viewer: Viewer) -> UUID:
        job_id = await enqueue(session, viewer, client.organisation_id)
        await session.flush()
        assert bells == []
        return job_id

    job_id = await run(ask_and_look, client.job)
    assert bells == [Bell(job_id, "test.job", client.organisation_id)]


@pytest.mark.usefixtures("connection")
async def test_a_job_for_later_is_rung_for_by_the_sweep(bells: list[Bell]) -> None:
    client = await make_client()
    later = datetime.now(UTC) + timedelta(hours=1)
    job_id = await run(enqueue, client.job, client.organisation_id, due_at=later)
    assert bells == []
    assert await swept(client) == []
    assert await claimed(client, job_id) is None
    await let_pass(job_id, timedelta(hours=1))
    assert await swept(client) == [job_id]
    assert await claimed(client, job_id) is not None


@pytest.mark.usefixtures("connection", "bells")
async def test_a_lost_bell_is_rung_again_after_a_while() -> None:
    client = await make_client()
    job_id = await run(enqueue, client.job, client.organisation_id)
    assert timedelta(seconds=10) == RING_AGAIN
    assert await swept(client) == []
    await let_pass(job_id, RING_AGAIN - SECOND)
    assert await swept(client) == []
    await let_pass(job_id, SECOND)
    assert await swept(client) == [job_id]
    # And not at every sweep from then on.
    assert await swept(client) == []
    await let_pass(job_id, RING_AGAIN)
    assert await swept(client) == [job_id]


@pytest.mark.usefixtures("connection", "bells")
async def test_a_claimed_job_is_nobody_elses_while_its_lease_runs() -> None:
    client = await make_client()
    job_id = await run(enqueue, client.job, client.organisation_id)
    job = await claimed(client, job_id)
    assert job is not None
    assert (job.state, job.attempts) == (JobState.RUNNING, 1)
    await let_pass(job_id, LEASE - SECOND)
    assert await claimed(client, job_id) is None
    assert await swept(client) == []


@pytest.mark.usefixtures("connection", "bells")
async def test_a_job_whose_worker_died_is_begun_again_and_counted() -> None:
    client = await make_client()
    job_id = await run(enqueue, client.job, client.organisation_id)
    for attempt in range(1, MAX_ATTEMPTS + 1):
        job = await claimed(client, job_id)
        assert job is not None
        assert job.attempts == attempt
        if attempt < MAX_ATTEMPTS:
            await let_pass(job_id, LEASE)
            assert await swept(client) == [job_id]
    await let_pass(job_id, LEASE)
    # It would kill the next worker as well.
    assert await swept(client) == []
    job = await job_of(job_id)
    assert (job.state, job.attempts, job.error_code) == (JobState.FAILED, 12, ABANDONED)
    assert job.finished_at is not None
    assert await claimed(client, job_id) is None


@pytest.mark.usefixtures("connection", "bells")
async def test_a_last_attempt_may_still_come_to_its_end() -> None:
    client = await make_client()
    job_id = await run(enqueue, client.job, client.organisation_id)
    await change(job_id, attempts=MAX_ATTEMPTS - 1)
    assert await claimed(client, job_id) is not None
    assert await swept(client) == []
    await let_pass(job_id, LEASE)
    await swept(client)
    await run(work.finish, client.job, job_id=job_id)
    job = await job_of(job_id)
    assert (job.state, job.error_code, job.progress) == (JobState.DONE, None, 100)


@pytest.mark.usefixtures("connection", "bells")
async def test_pauses_grow_and_come_to_an_end() -> None:
    client = await make_client()
    job_id = await run(enqueue, client.job, client.organisation_id)
    pauses = []
    for _ in range(MAX_ATTEMPTS):
        assert await claimed(client, job_id) is not None
        before = datetime.now(UTC)
        await run(work.fail, client.job, job_id=job_id, code="Broken", retry=True)
        job = await job_of(job_id)
        assert job.error_code == "Broken"
        if job.state is JobState.QUEUED:
            pause = job.due_at - before
            pauses.append(round(pause.total_seconds()))
            assert job.rung_at is None
            assert await swept(client) == []
            await let_pass(job_id, pause + SECOND)
            assert await swept(client) == [job_id]
    assert pauses == [2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048]
    assert (job.state, job.attempts) == (JobState.FAILED, MAX_ATTEMPTS)
    assert job.finished_at is not None
    assert await claimed(client, job_id) is None


@pytest.mark.usefixtures("connection", "bells")
async def test_what_cannot_help_is_not_repeated() -> None:
    client = await make_client()
    job_id = await run(enqueue, client.job, client.organisation_id)
    assert await claimed(client, job_id) is not None
    await run(work.fail, client.job, job_id=job_id, code="NOT_FOUND", retry=False)
    job = await job_of(job_id)
    assert (job.state, job.attempts, job.error_code) == (JobState.FAILED, 1, "NOT_FOUND")


@pytest.mark.usefixtures("connection", "bells")
async def test_what_is_done_stays_done() -> None:
    client = await make_client()
    job_id = await run(enqueue, client.job, client.organisation_id)
    assert await claimed(client, job_id) is not None
    await run(work.finish, client.job, job_id=job_id)
    # A worker whose lease had run out, and who failed after the other one was done.
    await run(work.fail, client.job, job_id=job_id, code="Broken", retry=True)
    await run(work.fail, client.job, job_id=uuid4(), code="Broken", retry=True)
    job = await job_of(job_id)
    assert (job.state, job.error_code) == (JobState.DONE, None)
    await let_pass(job_id, timedelta(days=1))
    assert await swept(client) == []
    assert await claimed(client, job_id) is None


@pytest.mark.usefixtures("connection", "bells")
async def test_the_sweep_rings_for_the_oldest_first_and_for_so_many() -> None:
    client = await make_client()
    ids = [await run(enqueue, client.job, client.organisation_id) for _ in range(5)]
    order = [ids[3], ids[0], ids[4], ids[1], ids[2]]
    # Longer ago than whatever other tests have left.
    for days, job_id in enumerate(reversed(order), start=4_000):
        await change(job_id, due_at=datetime.now(UTC) - timedelta(days=days), rung_at=None)
    rung: list[UUID] = []
    for size in (2, 2, 1):
        batch = {bell.job_id for bell in await run(work.sweep, OPERATOR, limit=size)}
        assert batch == set(order[len(rung) : len(rung) + 2])
        rung += order[len(rung) : len(rung) + 2]
    assert rung == order


@pytest.mark.usefixtures("connection", "bells")
async def test_jobs_of_others_are_out_of_reach() -> None:
    client, other = await make_client(), await make_client()
    job_id = await run(enqueue, client.job, client.organisation_id)
    assert await claimed(other, job_id) is None
    await run(work.finish, other.job, job_id=job_id)
    await run(work.fail, other.job, job_id=job_id, code="Broken", retry=False)
    assert (await job_of(job_id)).state is JobState.QUEUED
    assert list(await run(work.sweep, other.job)) == []


async def test_of_two_claims_at_once_one_wins(committing: AsyncEngine) -> None:
    del committing
    client = await make_client()
    job_id = await run(enqueue, client.job, client.organisation_id)
    found = await asyncio.gather(*(claimed(client, job_id) for _ in range(8)))
    assert [job.attempts for job in found if job is not None] == [1]
    assert (await job_of(job_id)).attempts == 1


async def test_whoever_comes_while_a_claim_is_open_waits_and_gets_nothing(
    committing: AsyncEngine,
) -> None:
    del committing
    client = await make_client()
    job_id = await run(enqueue, client.job, client.organisation_id)
    begun, may_end = asyncio.Event(), asyncio.Event()

    async def slowly(session: Session, viewer: Viewer) -> bool:
        job = await work.claim(session, viewer, job_id=job_id, lease=LEASE)
        begun.set()
        await may_end.wait()
        return job is not None

    first = asyncio.create_task(run(slowly, client.job))
    await begun.wait()
    second = asyncio.create_task(claimed(client, job_id))
    done, _ = await asyncio.wait({second}, timeout=0.2)
    assert done == set()
    may_end.set()
    assert await first is True
    assert await second is None


async def test_two_sweeps_at_once_ring_for_different_jobs(committing: AsyncEngine) -> None:
    del committing
    client = await make_client()
    ids = [await run(enqueue, client.job, client.organisation_id) for _ in range(20)]
    for job_id in ids:
        await let_pass(job_id, timedelta(days=400))
    found = await asyncio.gather(*(run(work.sweep, OPERATOR, limit=5) for _ in range(4)))
    rung = [bell.job_id for bells_ in found for bell in bells_]
    assert len(rung) == len(set(rung)) == 20
    assert set(rung) == set(ids)


@pytest.mark.usefixtures("connection")
async def test_work_and_its_end_happen_together_or_not_at_all(bells: list[Bell]) -> None:
    client = await make_client()
    job_id = await run(enqueue, client.job, client.organisation_id)
    assert await claimed(client, job_id) is not None

    async def half(session: Session, viewer: Viewer) -> None:
        await enqueue(session, viewer, client.organisation_id, "test.more")
        await work.finish(session, viewer, job_id=job_id)
        message = "half way"
        raise RuntimeError(message)

    bells.clear()
    with pytest.raises(RuntimeError, match="half way"):
        await run(half, client.job)
    assert (await job_of(job_id)).state is JobState.RUNNING
    assert await jobs_of(client.organisation_id, "test.more") == []
    assert bells == []
