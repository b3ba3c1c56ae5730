"""Jobs about what is kept for those who watch."""

from jobs.actor import Task, actor
from tenants.events import service as events


@actor("events.trim")
async def trim(task: Task) -> None:
    """Forget events that nobody takes up any more."""
    await task.complete(events.trim_events, organisation_id=task.organisation)
