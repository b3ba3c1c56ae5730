"""Jobs about the benchmark: each organisation contributes, then the installation releases."""

from datetime import UTC, datetime

from jobs.actor import Task, actor
from tenants.access import Viewer
from tenants.benchmarks import queries
from tenants.benchmarks import service as benchmarks
from tenants.benchmarks.windows import window_of
from tenants.db import run


@actor("benchmarks.contribute")
async def contribute(task: Task) -> None:
    """Write what an organisation contributes to the next release, if it takes part."""
    window = window_of(datetime.now(UTC).date())
    firm_people = await run(queries.list_firm_people, Viewer.operator())
    await task.complete(
        benchmarks.contribute,
        organisation_id=task.organisation,
        starts_on=window.starts_on,
        ends_on=window.ends_on,
        firm_people=firm_people,
    )


@actor("benchmarks.release")
async def release(task: Task) -> None:
    """Make the release of the quarter, unless an earlier attempt has made it.

    The benchmark's role can make a release and cannot know of the job, so these are two
    transactions; a window that has its release is not released again.
    """
    today = datetime.now(UTC).date()
    window = window_of(today)
    released = await run(
        benchmarks.release,
        Viewer.benchmark(),
        starts_on=window.starts_on,
        ends_on=window.ends_on,
        as_of=today,
        again=False,
    )
    await task.complete(benchmarks.announce_everywhere, number=released.number)


@actor("benchmarks.announce")
async def announce(task: Task) -> None:
    """Tell those who watch an organisation that it was compared in a release."""
    await task.complete(
        benchmarks.announce_release,
        organisation_id=task.organisation,
        number=int(task.arguments["number"]),
    )
