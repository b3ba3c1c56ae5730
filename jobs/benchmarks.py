"""Jobs about the benchmark: each organisation contributes, then the installation releases."""

from datetime import UTC, date, datetime, timedelta
from time import monotonic

from jobs.actor import Task, actor
from tenants import work
from tenants.access import Viewer
from tenants.benchmarks import queries, releases
from tenants.benchmarks import service as benchmarks
from tenants.benchmarks.gathering import contribute_everywhere
from tenants.benchmarks.windows import window_of
from tenants.db import run
from tenants.insights.windows import Window
from tenants.settings import get_settings
from tenants.work import Session

# Other workers that are asked to help; one that finds nothing left to do is done at once.
HELPERS = 3
# In percent, and how often progress is written down.
HALF = 50
TELL_SECONDS = 1.0


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
    transactions. Asked for by an operator, every organisation contributes first; else a job of each
    has. A window that has its release is not released again, unless an operator asked for
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
    course = _Course(task)
    if given.get("contribute"):
        await contribute_everywhere(
            starts_on=window.starts_on, ends_on=window.ends_on, report=course.gathered
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
        await releases.share_release(begun.number, course.made)
    await task.complete(benchmarks.announce_everywhere, number=begun.number)


class _Course:
    """How far a release has come; while it goes on nobody else takes the job up."""

    def __init__(self, task: Task) -> None:
        self._task, self._first, self._told_at = task, 0, 0.0

    async def gathered(self, asked: int, of: int) -> None:
        """Note that so many organisations have contributed: the first half."""
        self._first = HALF * asked // of
        # A transaction for each of many organisations would be most of the work.
        if asked == of or monotonic() - self._told_at > TELL_SECONDS:
            await self._tell(self._first)

    async def made(self, made: int, of: int) -> None:
        """Note that so many metrics are made: what is left."""
        await self._tell(self._first + (99 - self._first) * made // of)

    async def _tell(self, percent: int) -> None:
        self._told_at = monotonic()
        await run(
            work.report,
            self._task.viewer,
            job_id=self._task.job_id,
            percent=percent,
            lease=timedelta(seconds=get_settings().job_lease_seconds),
        )


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
