"""The scheduled jobs of the benchmark: everybody contributes, then one release is made."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from tenants.access import Viewer
from tenants.benchmarks import service as benchmarks
from tenants.benchmarks.models import BenchmarkRelease, Contribution
from tenants.benchmarks.windows import window_of
from tenants.db import run
from tenants.metrics import DECLINE_RATE, RENEGE_RATE
from tenants.offers.statuses import OfferStatus
from tenants.work import JobState, Session
from tests.factories import make_client, make_offer
from tests.jobs.conftest import Perform
from tests.jobs.rows import change, enqueue, job_of
from tests.tenants.benchmarks.town import WORDS

pytestmark = pytest.mark.usefixtures("connection", "bells")

TODAY = datetime.now(UTC).date()
WINDOW = window_of(TODAY)


async def releases() -> list[BenchmarkRelease]:
    """Return every release over the window of today."""

    async def find(session: Session, _viewer: Viewer) -> list[BenchmarkRelease]:
        rows = await session.scalars(
            select(BenchmarkRelease).where(
                BenchmarkRelease.starts_on == WINDOW.starts_on,
                BenchmarkRelease.ends_on == WINDOW.ends_on,
            )
        )
        return [*rows]

    return await run(find, Viewer.operator())


async def test_an_organisation_contributes_to_the_twelve_months_before_the_last(
    perform: Perform,
) -> None:
    client = await make_client()
    await run(
        benchmarks.join_benchmark,
        client.job,
        organisation_id=client.organisation_id,
        family="vale",
        text=WORDS,
        joined_on=TODAY,
    )
    for days in (0, 1):
        # The window's last day, and the first one after it.
        day = WINDOW.ends_on - timedelta(days=1 - days)
        await make_offer(
            client,
            status=OfferStatus.ACCEPTED,
            extended_on=day - timedelta(days=2),
            resolved_on=day,
        )
    job_id = await run(enqueue, client.job, client.organisation_id, "benchmarks.contribute")
    await perform("benchmarks.contribute", job_id, client.organisation_id)
    assert (await job_of(job_id)).state is JobState.DONE

    async def find(session: Session, _viewer: Viewer) -> list[Contribution]:
        return [*await session.scalars(select(Contribution).order_by(Contribution.metric))]

    rows = await run(find, client.job)
    assert {(row.starts_on, row.ends_on) for row in rows} == {(WINDOW.starts_on, WINDOW.ends_on)}
    found = {row.metric: (row.value, row.n) for row in rows}
    assert (found[DECLINE_RATE], found[RENEGE_RATE]) == ((0.0, 1), (0.0, 1))


async def test_the_release_of_a_quarter_is_made_once(perform: Perform) -> None:
    job_id = await run(enqueue, Viewer.operator(), None, "benchmarks.release")
    before = len(await releases())
    await perform("benchmarks.release", job_id, None)
    assert (await job_of(job_id)).state is JobState.DONE
    (made,) = (await releases())[before:]
    assert (made.as_of_on, made.rules["median_minimum"]) == (TODAY, 5)
    # As if the worker had died between the release and the word of it.
    await change(job_id, state=JobState.QUEUED, due_at=datetime.now(UTC) - timedelta(seconds=1))
    await perform("benchmarks.release", job_id, None)
    assert (await job_of(job_id)).state is JobState.DONE
    assert len(await releases()) == before + 1
