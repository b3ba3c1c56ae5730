"""Jobs about interviews and what was answered."""

from jobs.actor import Task, actor
from tenants.interviews import holding
from tenants.interviews import service as interviews


@actor("interviews.flush")
async def flush(task: Task) -> None:
    """Let anonymous submissions leave the holding place where enough wait together."""
    await task.complete(holding.flush, organisation_id=task.organisation)


@actor("interviews.close")
async def close(task: Task) -> None:
    """Close the interviews whose fixed day has come."""
    await task.complete(interviews.close_due_interviews, organisation_id=task.organisation)
