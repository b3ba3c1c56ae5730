"""The scheduler: rings for due jobs whose bell was lost, and starts the scheduled ones.

Any number of schedulers may run; each job is started once.
"""

import asyncio
import logging
import signal
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from cronsim import CronSim
from sqlalchemy.exc import SQLAlchemyError

from jobs.broker import make_broker
from jobs.doorbell import QUEUE, Doorbell
from jobs.schedule import ONCE, SCHEDULE
from tenants import db, work
from tenants.access import Viewer
from tenants.organisations import queries as organisations
from tenants.settings import get_settings
from tenants.work import Session

_logger = logging.getLogger("afterword.jobs")

SWEEP_SECONDS = 1.0
SCHEDULE_SECONDS = 20.0


async def start_scheduled(
    session: Session, viewer: Viewer, *, name: str, cron: str, once: bool = False
) -> int:
    """Enqueue a scheduled job if it is due; return how many times.

    Args:
        session: The transaction.
        viewer: The operator.
        name: The job's name.
        cron: When it is due.
        once: Whether it is the installation's own, and not one of every organisation.
    """

    def is_due(last_run_at: datetime) -> bool:
        # The database answers in the time zone of its server.
        return next(CronSim(cron, last_run_at.astimezone(UTC))) <= datetime.now(UTC)

    if not await work.take_turn(session, viewer, name=name, is_due=is_due):
        return 0
    ids: Sequence[UUID | None] = [None]
    if not once:
        ids = await organisations.list_organisation_ids(session, viewer)
    for organisation_id in ids:
        work.enqueue(session, name, organisation_id)
    return len(ids)


async def tick(doorbell: Doorbell) -> None:
    """Ring for every job that is due and was not heard."""
    doorbell.ring(await db.run(work.sweep, Viewer.operator()))


async def serve(stop: asyncio.Event) -> None:
    """Sweep and schedule until told to stop; a database that is away is waited for."""
    broker = make_broker(get_settings())
    broker.declare_queue(QUEUE)
    doorbell = Doorbell(broker)
    db.ring_with(doorbell.ring)
    scheduled_at = 0.0
    while not stop.is_set():
        try:
            await tick(doorbell)
            if time.monotonic() - scheduled_at >= SCHEDULE_SECONDS:
                for name, cron in {**SCHEDULE, **ONCE}.items():
                    await db.run(
                        start_scheduled,
                        Viewer.operator(),
                        name=name,
                        cron=cron,
                        once=name in ONCE,
                    )
                scheduled_at = time.monotonic()
        except (SQLAlchemyError, OSError) as error:
            _logger.warning("the database is away (%s)", type(error).__name__)
        try:
            await asyncio.wait_for(stop.wait(), SWEEP_SECONDS)
        except TimeoutError:
            continue


async def _main() -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for one in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(one, stop.set)
    async with db.connected(pool_size=2):
        await serve(stop)


def main() -> None:
    """Run the scheduler until SIGINT or SIGTERM."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    asyncio.run(_main())


if __name__ == "__main__":
    main()
