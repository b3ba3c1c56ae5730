"""All SQL of operators: who they are, the job that makes a release, and what was done."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Row, and_, delete, func, select, text
from sqlalchemy.dialects.postgresql import insert

from tenants.access import Permission, Viewer, require_operating, require_operator
from tenants.benchmarks.models import BenchmarkRelease
from tenants.operators.models import InstallationAction, InstallationEvent
from tenants.organisations.models import Operator, Person
from tenants.work import Job, JobState, Session

RELEASE: Final = "benchmarks.release"
# Any number, as long as nothing else of the installation locks it.
_ASKING: Final = 0xAF7E_0BE9


async def add_operator(session: Session, viewer: Viewer, *, person_id: UUID) -> bool:
    """Let a person operate the installation; return whether that is new."""
    require_operator(viewer)
    added = await session.scalar(
        insert(Operator)
        .values(person_id=person_id, granted_at=datetime.now(UTC))
        .on_conflict_do_nothing()
        .returning(Operator.person_id)
    )
    return added is not None


async def remove_operator(session: Session, viewer: Viewer, *, person_id: UUID) -> bool:
    """Let a person operate the installation no more; return whether they did."""
    require_operator(viewer)
    removed = await session.scalar(
        delete(Operator).where(Operator.person_id == person_id).returning(Operator.person_id)
    )
    return removed is not None


async def is_operator(session: Session, viewer: Viewer, *, person_id: UUID) -> bool:
    """Return whether somebody operates the installation."""
    require_operator(viewer)
    return await session.get(Operator, person_id) is not None


async def list_operators(session: Session, viewer: Viewer) -> Sequence[tuple[str, datetime]]:
    """Return the address of each operator and since when, by address."""
    require_operator(viewer)
    rows = await session.execute(
        select(Person.email, Operator.granted_at)
        .join(Operator, Operator.person_id == Person.id)
        .order_by(Person.email)
    )
    return [(row[0], row[1]) for row in rows]


async def list_events(
    session: Session, viewer: Viewer, *, limit: int
) -> Sequence[Row[datetime, InstallationAction, str, UUID]]:
    """Return what was last done to the installation: when, what, whose address did it, to what."""
    require_operator(viewer)
    rows = await session.execute(
        select(
            InstallationEvent.done_at,
            InstallationEvent.action,
            Person.email.label("actor"),
            InstallationEvent.subject_id,
        )
        .join(Person, Person.id == InstallationEvent.actor_id, isouter=True)
        .order_by(InstallationEvent.id.desc())
        .limit(limit)
    )
    return rows.all()


async def record(
    session: Session,
    viewer: Viewer,
    *,
    action: InstallationAction,
    subject_id: UUID,
    at: datetime | None = None,
) -> None:
    """Add what was done to the log, in the transaction of what it tells of."""
    session.add(
        InstallationEvent(
            done_at=at or datetime.now(UTC),
            action=action,
            actor_id=viewer.id,
            subject_id=subject_id,
        )
    )


async def find_newest_release(session: Session, viewer: Viewer) -> int:
    """Return the number of the newest release that is whole, and let nobody else ask meanwhile.

    Raises:
        Forbidden: The viewer does not operate the installation.
    """
    require_operating(viewer, Permission.BENCHMARK_RELEASE)
    await session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ASKING})
    newest = await session.scalar(
        select(func.max(BenchmarkRelease.number)).where(BenchmarkRelease.finished_at.is_not(None))
    )
    return newest or 0


async def find_release_job(
    session: Session, viewer: Viewer, *, job_id: UUID | None = None
) -> Job | None:
    """Return a job that makes a release, or the one that is not done yet if no id is given.

    Raises:
        Forbidden: The viewer does not operate the installation.
    """
    require_operating(viewer, Permission.BENCHMARK_RELEASE)
    which = Job.id == job_id
    if job_id is None:
        which = Job.state.in_((JobState.QUEUED, JobState.RUNNING))
    return await session.scalar(
        select(Job)
        .where(and_(Job.organisation_id.is_(None), Job.name == RELEASE, which))
        .order_by(Job.id)
        .limit(1)
        .execution_options(populate_existing=True)
    )
