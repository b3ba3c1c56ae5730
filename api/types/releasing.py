"""What operators of the installation do: start a release of the benchmark, and watch it."""

import strawberry

from api.derive import Info, as_type
from api.errors import UserError, mutation
from api.types.integrations import Job
from tenants import read_graph
from tenants.operators import service
from tenants.reading import NO_PARENT, Key, Record
from tenants.work import Job as JobRow


@strawberry.input
class ReleaseBenchmarkInput:
    """A release that is wanted now, over the twelve months before the last one.

    Attributes:
        idempotency_key: A repetition with the same key does nothing and returns the same job.
    """

    idempotency_key: str | None = None


@strawberry.type
class ReleaseBenchmarkPayload:
    """The job that lets everybody contribute and makes the release.

    Attributes:
        job: What `jobProgress` takes the id of; null when it was refused.
        user_errors: Why, in words that help.
    """

    job: Job | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@mutation
async def release_benchmark(
    info: Info,
    input: ReleaseBenchmarkInput,  # noqa: A002 - the argument's name in the API.
) -> ReleaseBenchmarkPayload:
    """Make the next release of the benchmark; for operators of the installation alone."""
    job = await info.context.run(service.release_benchmark, idempotency_key=input.idempotency_key)
    return ReleaseBenchmarkPayload(job=as_type(_record(job)))


async def find_release_job(info: Info, key: Key) -> Record:
    """Return a job of the installation that makes a release, for its operators.

    Raises:
        NotFound: There is none, or the viewer is no operator.
    """
    return _record(await info.context.run(service.get_release_job, job_id=key.id))


def _record(job: JobRow) -> Record:
    values = {name: getattr(job, name) for name in read_graph.JOB.columns}
    return Record(read_graph.JOB, Key(NO_PARENT, job.id), values, {})
