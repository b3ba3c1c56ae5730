"""Jobs about the benchmark: each organisation contributes, then the installation releases."""

from datetime import UTC, date, datetime

from jobs.actor import Task, actor
from tenants import work
from tenants.access import Viewer
from tenants.benchmarks import queries, releases
from tenants.benchmarks import service as benchmarks
from tenants.benchmarks.windows import window_of
from tenants.db import run
from tenants.insights.windows import Window
from tenants.work import Session

# Other workers that are asked to help; one that finds nothing left to do is done at once.
HELPERS = 3


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
    """Make the release of the quarter, or of a window that was asked for, with whoever helps.

    The benchmark's role can make a release and cannot know of the job, so these are several
    transactions. A window that has its release is not released again, unless an operator asked for
    one after the newest that there was; one that an earlier attempt has begun is finished.
    """
    today = datetime.now(UTC).date()
    given = task.arguments
    as_of = date.fromisoformat(given["as_of"]) if "as_of" in given else today
    window = window_of(as_of)
    if "starts_on" in given:
        window = Window(
            date.fromisoformat(given["starts_on"]), date.fromisoformat(given["ends_on"])
        )
    begun = await run(
        releases.begin_release,
        Viewer.benchmark(),
        starts_on=window.starts_on,
        ends_on=window.ends_on,
        as_of=as_of,
        after=given.get("after", 0),
    )
    if not begun.finished:
        await run(_ask_for_help, task.viewer, begun.number)

        async def report(made: int, of: int) -> None:
            await run(work.report, task.viewer, job_id=task.job_id, percent=99 * made // of)

        await releases.share_release(begun.number, report)
    await task.complete(benchmarks.announce_everywhere, number=begun.number)


@actor("benchmarks.announce")
async def announce(task: Task) -> None:
    """Tell those who watch an organisation that it was compared in a release."""
    await task.complete(
        benchmarks.announce_release,
        organisation_id=task.organisation,
        number=int(task.arguments["number"]),
    )


@actor("benchmarks.share")
async def share(task: Task) -> None:
    """Help to make a release that somebody has begun, until it is finished."""
    await releases.share_release(int(task.arguments["release"]))
    await task.complete(_nothing_more)


async def _ask_for_help(session: Session, _viewer: Viewer, number: int) -> None:
    for _ in range(HELPERS):
        work.enqueue(session, "benchmarks.share", None, release=number)


async def _nothing_more(_session: Session, _viewer: Viewer) -> None:
    """Leave it at that: the release is made."""
