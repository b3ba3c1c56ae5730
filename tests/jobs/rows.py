"""The rows of jobs, as they are and moved in time."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from tenants import work
from tenants.access import Viewer
from tenants.db import run
from tenants.work import Job, Session


async def job_of(job_id: UUID) -> Job:
    """Return a job's row."""

    async def find(session: Session, _viewer: Viewer) -> Job:
        return (await session.scalars(select(Job).where(Job.id == job_id))).one()

    return await run(find, Viewer.operator())


async def jobs_of(organisation_id: UUID, name: str | None = None) -> list[Job]:
    """Return an organisation's jobs, the oldest first."""

    async def find(session: Session, _viewer: Viewer) -> list[Job]:
        statement = select(Job).where(Job.organisation_id == organisation_id).order_by(Job.id)
        if name is not None:
            statement = statement.where(Job.name == name)
        return [*await session.scalars(statement)]

    return await run(find, Viewer.operator())


async def change(job_id: UUID, **values: Any) -> None:
    """Write values into a job's row."""

    async def send(session: Session, _viewer: Viewer) -> None:
        await session.execute(update(Job).where(Job.id == job_id).values(**values))

    await run(send, Viewer.operator())


async def let_pass(job_id: UUID, span: timedelta) -> None:
    """Move a job into the past, as if so much time had gone by."""
    moved = {name: getattr(Job, name) - span for name in ("due_at", "rung_at", "created_at")}
    await change(job_id, **moved)


async def enqueue(
    session: Session,
    _viewer: Viewer,
    /,
    organisation_id: UUID | None,
    name: str = "test.job",
    **more: Any,
) -> UUID:
    """Ask for a job in a transaction of its own."""
    return work.enqueue(session, name, organisation_id, **more)
