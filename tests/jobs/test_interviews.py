"""The scheduled jobs of interviews: closing on the fixed day, and the flush."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, update

from tenants.access import Viewer
from tenants.db import run
from tenants.interviews.models import (
    Confidentiality,
    HeldSubmission,
    Interview,
    InterviewStatus,
    Response,
)
from tenants.work import JobState, Session
from tests.api.world import submit_words
from tests.factories import Client, make_client, make_invited_candidate
from tests.jobs.conftest import Perform
from tests.jobs.rows import enqueue, job_of

pytestmark = pytest.mark.usefixtures("connection", "bells")


async def statuses(client: Client) -> list[InterviewStatus]:
    """Return the statuses of an organisation's interviews, the oldest first."""

    async def find(session: Session, _viewer: Viewer) -> list[InterviewStatus]:
        return [*await session.scalars(select(Interview.status).order_by(Interview.id))]

    return await run(find, client.job)


async def _close_on(session: Session, _viewer: Viewer, interview_id: UUID, day: date) -> None:
    statement = update(Interview).where(Interview.id == interview_id).values(closes_on=day)
    await session.execute(statement)


async def test_an_interview_closes_on_its_day_and_not_before(perform: Perform) -> None:
    client, other = await make_client(), await make_client()
    today = datetime.now(UTC).date()
    days = (today - timedelta(days=1), today, today + timedelta(days=1))
    for one in (client, other):
        for day in days:
            invited = await make_invited_candidate(one)
            await run(_close_on, one.job, invited.interview_id, day)
    job_id = await run(enqueue, client.job, client.organisation_id, "interviews.close")
    await perform("interviews.close", job_id, client.organisation_id)
    assert (await job_of(job_id)).state is JobState.DONE
    closed, invited_ = InterviewStatus.CLOSED, InterviewStatus.INVITED
    assert await statuses(client) == [closed, closed, invited_]
    assert await statuses(other) == [invited_] * 3


async def counts(client: Client) -> tuple[int, int]:
    """Return how many submissions are held, and how many anonymous responses there are."""

    async def count(session: Session, _viewer: Viewer) -> tuple[int, int]:
        held = (await session.scalars(select(HeldSubmission.id))).all()
        responses = (await session.scalars(select(Response.id))).all()
        return len(held), len(responses)

    return await run(count, client.job)


async def test_five_anonymous_submissions_leave_together(perform: Perform) -> None:
    client = await make_client()
    seen = []
    for _ in range(6):
        invited = await make_invited_candidate(client)
        await submit_words(invited, Confidentiality.ANONYMOUS)
        job_id = await run(enqueue, client.job, client.organisation_id, "interviews.flush")
        await perform("interviews.flush", job_id, client.organisation_id)
        job = await job_of(job_id)
        # The job looks the same whether it found enough or not.
        assert (job.state, job.progress, job.attempts) == (JobState.DONE, 100, 1)
        seen.append(await counts(client))
    assert seen == [(1, 0), (2, 0), (3, 0), (4, 0), (0, 5), (1, 5)]
