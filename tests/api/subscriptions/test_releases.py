"""Who is told of a release of the benchmark."""

from typing import Any

import pytest

from api.context import Context
from api.relay import encode_id
from api.requests import GraphQLRequest
from api.subscriptions.streaming import stream
from tenants import read_graph
from tenants.access import Role, Viewer
from tenants.benchmarks import service as benchmarks
from tenants.db import run
from tenants.events import service as events
from tenants.reading import Key
from tenants.work import JobState
from tests.api.subscriptions.serving import EVENTS
from tests.jobs.conftest import Perform, perform
from tests.jobs.rows import job_of, jobs_of
from tests.tenants.benchmarks.town import Member, make_member, make_release, make_town

__all__ = ["perform"]

pytestmark = pytest.mark.usefixtures("connection")


async def first_event(member: Member, viewer: Viewer, after: str) -> Any:
    """Return what the first event behind a place shows somebody."""
    organisation = encode_id(
        read_graph.ORGANISATION, Key(member.organisation_id, member.organisation_id)
    )
    given = {"organisation": organisation, "after": after}
    results = stream(Context(viewer), GraphQLRequest(EVENTS, given))
    try:
        return (await anext(results)).body
    finally:
        await results.aclose()


async def test_those_who_are_compared_are_told(perform: Perform) -> None:
    town = await make_town([index / 20 for index in range(9)])
    outside = await make_member(joined_on=None)
    released = await make_release()
    await run(benchmarks.announce_everywhere, Viewer.operator(), number=released.number)
    for member in (town[0], outside):
        (job,) = await jobs_of(member.organisation_id, "benchmarks.announce")
        await perform("benchmarks.announce", job.id, member.organisation_id)
        assert (await job_of(job.id)).state is JobState.DONE
    start = events.event_id(town[0].organisation_id, 0)
    for viewer in (town[0].hr, town[0].leadership):
        told = (await first_event(town[0], viewer, start))["data"]["organisationEvents"]
        assert (told["__typename"], told["release"]) == (
            "BenchmarkReleased",
            {"number": released.number},
        )
    assert town[0].hr.roles == {town[0].organisation_id: Role.HR}
    nothing = await run(events.find_latest, outside.hr, organisation_id=outside.organisation_id)
    assert nothing == events.event_id(outside.organisation_id, 0)
