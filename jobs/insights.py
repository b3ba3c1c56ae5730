"""Jobs about insights."""

from datetime import UTC, datetime, timedelta

from jobs.actor import Task, actor
from tenants.insights import service as insights


@actor("insights.publish")
async def publish(task: Task) -> None:
    """Publish the editions of the windows that have ended with last month."""
    last_month = datetime.now(UTC).date().replace(day=1) - timedelta(days=1)
    await task.complete(
        insights.publish_editions, organisation_id=task.organisation, as_of=last_month
    )
