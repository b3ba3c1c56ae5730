"""Starts a scheduled job by hand, for the organisations that it is wanted for."""

from collections.abc import Sequence
from uuid import UUID

from deploy.errors import DeployError
from jobs.broker import make_broker
from jobs.doorbell import QUEUE, message_of
from jobs.schedule import ONCE, SCHEDULE
from tenants import db, work
from tenants.access import Viewer
from tenants.organisations import queries as organisations
from tenants.settings import get_settings
from tenants.work import Bell, Session


async def start_job(name: str, slug: str | None) -> int:
    """Enqueue a scheduled job now and ring for it; return how many times.

    A worker does it, under the same rules as on schedule: a flush still needs five.

    Args:
        name: One of the scheduled jobs.
        slug: Of the only organisation that it is wanted for; None for every one.

    Raises:
        DeployError: There is no such job or organisation, or the job belongs to none.
    """
    known = {**SCHEDULE, **ONCE}
    if name not in known:
        message = f"there is no scheduled job {name}; there are: {', '.join(sorted(known))}"
        raise DeployError(message)
    if name in ONCE and slug is not None:
        message = f"{name} is a job of the installation, not of an organisation"
        raise DeployError(message)
    broker = make_broker(get_settings())
    broker.declare_queue(QUEUE)

    def ring(bells: Sequence[Bell]) -> None:
        for bell in bells:
            broker.enqueue(message_of(bell))

    db.ring_with(ring)
    async with db.connected(pool_size=1):
        return await db.run(_enqueue, Viewer.operator(), name, slug)


async def _enqueue(session: Session, viewer: Viewer, name: str, slug: str | None) -> int:
    if name in ONCE:
        work.enqueue(session, name, None)
        return 1
    ids: Sequence[UUID | None]
    if slug is None:
        ids = await organisations.list_organisation_ids(session, viewer)
    else:
        ids = [await organisations.find_organisation_id(session, viewer, slug=slug)]
    for organisation_id in ids:
        if organisation_id is None:
            message = f"there is no organisation {slug}"
            raise DeployError(message)
        work.enqueue(session, name, organisation_id)
    return len(ids)
