"""The job that seals the log."""

from jobs.actor import Task, actor
from tenants import sealing
from tenants.access import Viewer
from tenants.db import run
from tenants.organisations import queries as organisations
from tenants.work import Session


@actor("audit.seal")
async def seal(task: Task) -> None:
    """Seal what every organisation's log has gained; each in a transaction of its own."""
    for organisation_id in await run(organisations.list_organisation_ids, task.viewer):
        await run(sealing.seal_events, Viewer.job(organisation_id), organisation_id=organisation_id)
    await task.complete(_nothing_more)


async def _nothing_more(_session: Session, _viewer: Viewer) -> None:
    """Leave it at that: every log is sealed."""
