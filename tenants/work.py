"""Work that must happen later: a row first, in the same transaction; the message is a doorbell."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    DateTime,
    ForeignKey,
    Index,
    SmallInteger,
    TextClause,
    literal,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from tenants.access import Viewer
from tenants.announcements import INSTALLATION, Announcement, EventKind, ring
from tenants.model import Coded, Model, new_id

MAX_ATTEMPTS = 12
# What a job is FAILED with when its workers died of it, or with it.
ABANDONED = "ABANDONED"
# How long a bell may go unheard before the sweep rings again.
RING_AGAIN = timedelta(seconds=10)


# The jobs whose course tells nothing of who answered, or when: only these are announced, and only
# their progress can be watched. A reminder ends at once where somebody has answered, and a flush
# takes longer where something waits.
WATCHED = frozenset({"benchmarks.contribute", "benchmarks.release", "insights.publish"})


class JobState(StrEnum):
    """Where a job stands."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    DONE = "DONE"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class Bell:
    """What a broker message carries: which row is due, and in whose scope to open it."""

    job_id: UUID
    name: str
    organisation_id: UUID | None


Question = tuple[TextClause, Mapping[str, Any]]
"""A text, and the values of its parameters by name."""


class Session(AsyncSession):
    """A session that remembers what `db.run` does at its end.

    Attributes:
        bells: Jobs that were asked for, to be rung for after the commit.
        announced: Events, to be written as the last thing before it.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Start with nothing asked for and nothing announced."""
        super().__init__(*args, **kwargs)
        self.bells: list[Bell] = []
        self.announced: list[Announcement] = []

    async def ask(self, *questions: Question) -> list[Sequence[Any]]:
        """Return the rows of some texts, each of which sees what was committed when it began."""
        return [(await self.execute(statement, given)).all() for statement, given in questions]

    async def attempt(self, *questions: Question) -> list[Sequence[Any]]:
        """Return the rows of some texts, of which the last one does all that is to be done or none.

        Nothing may have happened before; what was done is recognised if it is tried once more.
        Where nothing was done, the transaction is as if it had just begun.
        """
        return await self.ask(*questions)

    async def end_with(self, statement: TextClause, given: Mapping[str, Any]) -> None:
        """Write by a text that is the last thing that happens in the transaction."""
        await self.execute(statement, given)


class Job(Model):
    """One piece of later work.

    The table is not sharded and its key is not led by the organisation, because the sweep for due
    rows crosses organisations; arguments hold ids only, never content.
    """

    __tablename__ = "jobs"
    __table_args__ = (
        Index(
            "ix_jobs_due",
            "due_at",
            postgresql_where=text("state IN ('QUEUED', 'RUNNING')"),
        ),
        Index("ix_jobs_organisation_id_id", "organisation_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id"))
    name: Mapped[str]
    arguments: Mapped[dict[str, Any]] = mapped_column(JSONB)
    state: Mapped[JobState] = mapped_column(Coded(JobState), default=JobState.QUEUED)
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0)
    progress: Mapped[int] = mapped_column(SmallInteger, default=0)
    error_code: Mapped[str | None]
    due_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    rung_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


def enqueue(
    session: Session,
    name: str,
    organisation_id: UUID | None,
    *,
    due_at: datetime | None = None,
    job_id: UUID | None = None,
    **arguments: str | int,
) -> UUID:
    """Add a job to the transaction; the doorbell rings after the commit, if it is due by then.

    Args:
        session: The transaction that the job belongs to; a rollback drops the job.
        name: The job's name, as in the worker's table.
        organisation_id: Whose job; None for the installation's own.
        due_at: Not before this time (UTC); at once if absent.
        job_id: Its id, where something else says which; a new one if absent.
        **arguments: Ids and numbers only. Content would outlive its erasure here.

    Returns:
        The job's id.
    """
    now = datetime.now(UTC)
    at_once = due_at is None or due_at <= now
    job = Job(
        id=job_id or new_id(),
        organisation_id=organisation_id,
        name=name,
        arguments=arguments,
        due_at=due_at or now,
        rung_at=now if at_once else None,
        created_at=now,
        state=JobState.QUEUED,
        attempts=0,
        progress=0,
    )
    session.add(job)
    if at_once:
        session.bells.append(Bell(job.id, name, organisation_id))
    return job.id


def announce(
    session: Session,
    kind: EventKind,
    organisation_id: UUID,
    *,
    subject_id: UUID | None = None,
    release_number: int | None = None,
) -> None:
    """Leave word of what happened for those who watch, if the transaction commits.

    Args:
        session: The transaction.
        kind: What happened.
        organisation_id: In which organisation.
        subject_id: The record that it happened to.
        release_number: Of a release of the benchmark.
    """
    session.announced.append(Announcement(kind, organisation_id, subject_id, release_number))


async def claim(session: Session, _viewer: Viewer, *, job_id: UUID, lease: timedelta) -> Job | None:
    """Return the job, counted as attempted and leased, or None if it is not to be done now.

    Two workers that hear the same bell get it once: the row is locked, and while its lease runs
    `due_at` lies in the future. A worker that dies leaves the row to the sweep.
    """
    now = datetime.now(UTC)
    job = await session.scalar(
        update(Job)
        .where(
            Job.id == job_id,
            Job.state.in_((JobState.QUEUED, JobState.RUNNING)),
            Job.due_at <= now,
        )
        .values(state=JobState.RUNNING, attempts=Job.attempts + 1, due_at=now + lease)
        .returning(Job)
    )
    if job is not None:
        await _tell(session, job)
    return job


async def report(
    session: Session,
    _viewer: Viewer,
    *,
    job_id: UUID,
    percent: int,
    lease: timedelta | None = None,
) -> None:
    """Note how much of a running job is done, for those who watch it.

    Args:
        session: A transaction of its own: progress that is committed with the work is no news.
        job_id: Which job; one that has ended stays as it is.
        percent: From 0 to 99; 100 is `finish`'s to say.
        lease: For how long from now on nobody else takes the job up; as it was if absent.
    """
    changed = {} if lease is None else {"due_at": datetime.now(UTC) + lease}
    job = await session.scalar(
        update(Job)
        .where(
            Job.id == job_id,
            Job.state == JobState.RUNNING,
            or_(Job.progress != percent, literal(bool(changed))),
        )
        .values(progress=percent, **changed)
        .returning(Job)
    )
    if job is not None:
        await _tell(session, job)


async def _tell(session: Session, job: Job) -> None:
    """Announce that a job has changed, if it is one that may be watched.

    Of the installation's own jobs nothing is kept; who watches one is rung for at the commit.
    """
    if job.name not in WATCHED:
        return
    if job.organisation_id is None:
        await ring(session, INSTALLATION)
    else:
        session.announced.append(
            Announcement(EventKind.JOB_CHANGED, job.organisation_id, subject_id=job.id)
        )


async def finish(session: Session, _viewer: Viewer, *, job_id: UUID) -> None:
    """Mark the job done, in the transaction of its work, so that both happen or neither."""
    job = await session.scalar(
        update(Job)
        .where(Job.id == job_id)
        .values(state=JobState.DONE, progress=100, finished_at=datetime.now(UTC), error_code=None)
        .returning(Job)
    )
    if job is not None:
        await _tell(session, job)


async def fail(session: Session, _viewer: Viewer, *, job_id: UUID, code: str, retry: bool) -> None:
    """Put the job back with a growing delay, or end it as FAILED.

    The n-th attempt is followed by a pause of 2ⁿ seconds, at most an hour; after `MAX_ATTEMPTS`,
    or when a repetition cannot help, the job stays FAILED and visible with its code.
    """
    job = await session.get(Job, job_id, with_for_update=True)
    if job is None or job.state is JobState.DONE:
        return
    job.error_code = code
    if retry and job.attempts < MAX_ATTEMPTS:
        job.state = JobState.QUEUED
        job.due_at = datetime.now(UTC) + timedelta(seconds=min(2**job.attempts, 3600))
        job.rung_at = None
    else:
        job.state = JobState.FAILED
        job.finished_at = datetime.now(UTC)
    await _tell(session, job)


async def sweep(session: Session, _viewer: Viewer, *, limit: int = 500) -> Sequence[Bell]:
    """Return the jobs to ring for, oldest first, and note that their bells were rung.

    Due are jobs whose time has come and whose last bell is `RING_AGAIN` old or was never rung: new
    ones whose message was lost, repetitions, and those whose worker died with its lease. One whose
    workers have died `MAX_ATTEMPTS` times is FAILED instead: it would kill the next one, too.
    """
    now = datetime.now(UTC)
    abandoned = await session.scalars(
        update(Job)
        .where(
            Job.state == JobState.RUNNING,
            Job.due_at <= now,
            Job.attempts >= MAX_ATTEMPTS,
        )
        .values(state=JobState.FAILED, error_code=ABANDONED, finished_at=now)
        .returning(Job)
    )
    for job in abandoned.all():
        await _tell(session, job)
    due = (
        select(Job.id)
        .where(
            Job.state.in_((JobState.QUEUED, JobState.RUNNING)),
            Job.due_at <= now,
            or_(Job.rung_at.is_(None), Job.rung_at <= now - RING_AGAIN),
        )
        .order_by(Job.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = await session.execute(
        update(Job)
        .where(Job.id.in_(due.scalar_subquery()))
        .values(rung_at=now)
        .returning(Job.id, Job.name, Job.organisation_id)
    )
    return [Bell(*row) for row in rows]


class Schedule(Model):
    """When each scheduled job last ran; the row's lock makes many schedulers act as one."""

    __tablename__ = "schedule"

    name: Mapped[str] = mapped_column(primary_key=True)
    last_run_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


async def take_turn(
    session: Session, _viewer: Viewer, *, name: str, is_due: Callable[[datetime], bool]
) -> bool:
    """Return whether this scheduler is the one that starts a scheduled job now.

    The row stays locked until the transaction ends, and a scheduler that finds it locked has lost.
    A job that was never scheduled before is first due at its next time, not at once.

    Args:
        session: The transaction, in which the job must be enqueued too.
        name: The job's name.
        is_due: Whether the job is due, given when it last ran (UTC).
    """
    now = datetime.now(UTC)
    await session.execute(
        insert(Schedule).values(name=name, last_run_at=now).on_conflict_do_nothing()
    )
    row = await session.scalar(
        select(Schedule).where(Schedule.name == name).with_for_update(skip_locked=True)
    )
    if row is None or not is_due(row.last_run_at):
        return False
    row.last_run_at = now
    return True
