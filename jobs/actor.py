"""What every job has in common: claimed by its row, counted, done once, put back when it fails."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Concatenate, ParamSpec, TypeVar
from uuid import UUID

import dramatiq

from jobs.doorbell import QUEUE
from tenants import work
from tenants.access import Viewer
from tenants.db import run
from tenants.errors import DomainError
from tenants.incidents import describe_incident
from tenants.settings import get_settings
from tenants.work import Session

P = ParamSpec("P")
T = TypeVar("T")

_logger = logging.getLogger("afterword.jobs")


@dataclass(frozen=True, slots=True)
class Task:
    """A job that a worker holds the lease of.

    Attributes:
        job_id: Its row.
        organisation_id: Whose job; None for the installation's own.
        viewer: Sees that organisation only.
        arguments: Ids and numbers, as they were enqueued.
        attempt: Which attempt this is, from 1.
    """

    job_id: UUID
    organisation_id: UUID | None
    viewer: Viewer
    arguments: Mapping[str, Any]
    attempt: int

    @property
    def organisation(self) -> UUID:
        """The organisation of a job that has one.

        Raises:
            ValueError: The job is the installation's own.
        """
        if self.organisation_id is None:
            message = "this job belongs to no organisation"
            raise ValueError(message)
        return self.organisation_id

    async def complete(
        self,
        function: Callable[Concatenate[Session, Viewer, P], Awaitable[T]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Run a domain function and mark the job done in the same transaction."""

        async def both(session: Session, viewer: Viewer) -> T:
            result = await function(session, viewer, *args, **kwargs)
            await work.finish(session, viewer, job_id=self.job_id)
            return result

        return await run(both, self.viewer)

    async def finish(self) -> None:
        """Mark the job done: what it had to do is done, and nothing of it is kept."""
        await run(work.finish, self.viewer, job_id=self.job_id)


Perform = Callable[[Task], Awaitable[None]]


def actor(name: str) -> Callable[[Perform], Perform]:
    """Return a decorator that makes a function the worker's part of a job.

    The function is called with the lease of the job's row held; it must do its last writing through
    `Task.complete`. A domain refusal ends the job as FAILED; anything else is tried again later.
    """

    def register(perform: Perform) -> Perform:
        async def hear(*, job_id: str, organisation_id: str | None) -> None:
            await _perform_once(
                perform, UUID(job_id), UUID(organisation_id) if organisation_id else None
            )

        dramatiq.actor(actor_name=name, queue_name=QUEUE)(hear)
        return perform

    return register


async def _perform_once(perform: Perform, job_id: UUID, organisation_id: UUID | None) -> None:
    """Do the job if its row is due; leave word in the row of how it went."""
    viewer = Viewer.operator() if organisation_id is None else Viewer.job(organisation_id)
    lease = timedelta(seconds=get_settings().job_lease_seconds)
    job = await run(work.claim, viewer, job_id=job_id, lease=lease)
    if job is None:
        return
    try:
        await perform(Task(job_id, organisation_id, viewer, job.arguments, job.attempts))
    except DomainError as error:
        await run(work.fail, viewer, job_id=job_id, code=error.code, retry=False)
    except Exception as error:  # noqa: BLE001 - a job must not be lost, whatever happened to it.
        _logger.warning("job %s (%s) failed\n%s", job.name, job_id, describe_incident(error))
        await run(work.fail, viewer, job_id=job_id, code=type(error).__name__, retry=True)
