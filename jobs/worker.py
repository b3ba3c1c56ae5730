"""The worker: `dramatiq jobs.worker`. Importing it connects the broker and registers every job."""

import dramatiq

from jobs.broker import make_broker
from jobs.doorbell import Doorbell
from tenants import db
from tenants.settings import get_settings

broker = make_broker(get_settings())
dramatiq.set_broker(broker)


class Connections(dramatiq.Middleware):
    """Connects each worker process to the database, after the fork."""

    def before_worker_boot(self, broker: dramatiq.Broker, worker: dramatiq.Worker) -> None:
        """Make the engine and the doorbell of this process."""
        del worker
        db.sessions.configure(bind=db.make_engine(pool_size=8, max_overflow=8))
        db.ring_with(Doorbell(broker).ring)


broker.add_middleware(Connections())

# The broker must be set before a job is declared.
from jobs import (  # noqa: E402 - see above.
    audit,
    benchmarks,
    digests,
    events,
    firms,
    insights,
    integrations,
    interviews,
    invitations,
    members,
    people,
)

__all__ = [
    "audit",
    "benchmarks",
    "broker",
    "digests",
    "events",
    "firms",
    "insights",
    "integrations",
    "interviews",
    "invitations",
    "members",
    "people",
]
