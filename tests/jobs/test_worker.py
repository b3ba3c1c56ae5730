"""From a commit by way of the broker to a worker's thread and a mail, with the real parts."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import dramatiq
import pytest
from dramatiq.brokers.redis import RedisBroker
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import NullPool

from tenants import db
from tenants.interviews.models import Confidentiality
from tenants.settings import get_settings
from tenants.work import Bell, JobState
from tests.api.world import submit_words
from tests.factories import make_client, make_invited_candidate
from tests.jobs.conftest import Relay
from tests.jobs.rows import jobs_of

PATIENCE_SECONDS = 20.0


@pytest.fixture
async def connections(committing: AsyncEngine) -> AsyncIterator[AsyncEngine]:
    """Give each transaction a connection of its own: test and worker have different event loops."""
    engine = db.make_engine(poolclass=NullPool)
    ring = db._ring.copy()
    yield engine
    await engine.dispose()
    db.sessions.configure(bind=committing)
    db._ring[:] = ring


@contextmanager
def working(broker: dramatiq.Broker, engine: AsyncEngine) -> Iterator[None]:
    """Run a worker in threads of this process."""
    worker = dramatiq.Worker(broker, worker_threads=2, worker_timeout=100)
    worker.start()
    db.sessions.configure(bind=engine, join_transaction_mode="conditional_savepoint")
    try:
        yield
    finally:
        worker.stop(timeout=5_000)


def broker_of_worker() -> dramatiq.Broker:
    """Return the worker's broker, apart from whoever else uses the same server."""
    from jobs import worker  # noqa: PLC0415 - makes its broker from the settings of the test.

    if isinstance(worker.broker, RedisBroker):
        worker.broker.namespace = f"test-{uuid4()}"
    return worker.broker


@pytest.mark.usefixtures("perform")
async def test_a_refusal_becomes_a_mail(connections: AsyncEngine, relay: Relay) -> None:
    settings = get_settings()
    if settings.redis_url is None and settings.rabbitmq_url is None:
        pytest.skip("NOT TESTED: neither REDIS_URL nor RABBITMQ_URL is set")
    with working(broker_of_worker(), connections):
        client = await make_client()
        first = await make_invited_candidate(client)
        await make_invited_candidate(client)
        await submit_words(first, Confidentiality.CONFIDENTIAL)
        async with asyncio.timeout(PATIENCE_SECONDS):
            jobs = await jobs_of(client.organisation_id)
            while {job.state for job in jobs} != {JobState.DONE}:
                await asyncio.sleep(0.05)
                jobs = await jobs_of(client.organisation_id)
    assert [(job.name, job.attempts) for job in jobs] == [("invitations.send", 1)] * 2
    recipients = [one.rcpt_tos for one in relay.taken]
    # Whoever answered before the mail was due got none; the other one got one.
    assert len(recipients) in {1, 2}
    assert all(one[0].endswith("@candidates.example") for one in recipients)
    assert len({one[0] for one in recipients}) == len(recipients)


@pytest.mark.usefixtures("perform")
def test_a_bell_is_a_message_that_names_the_row() -> None:
    from jobs.doorbell import QUEUE, message_of  # noqa: PLC0415 - after the broker.

    job, organisation = uuid4(), uuid4()
    message = message_of(Bell(job, "interviews.close", organisation))
    assert (message.queue_name, message.actor_name, message.args) == (QUEUE, "interviews.close", ())
    assert message.kwargs == {"job_id": str(job), "organisation_id": str(organisation)}
    installation = message_of(Bell(job, "interviews.close", None))
    assert installation.kwargs == {"job_id": str(job), "organisation_id": None}


@pytest.mark.usefixtures("perform")
def test_a_broker_that_is_away_stops_nobody() -> None:
    """Ringing returns at once and raises nothing; the sweep will ring again."""
    from jobs.doorbell import Doorbell  # noqa: PLC0415 - after the broker.

    class Away(dramatiq.Broker):
        """A broker that takes nothing."""

        asked = 0

        def enqueue(self, message: Any, *, delay: int | None = None) -> Any:
            """Refuse."""
            del message, delay
            self.asked += 1
            raise ConnectionError

    broker = Away(middleware=[])
    doorbell = Doorbell(broker)
    bell = Bell(uuid4(), "interviews.close", uuid4())
    doorbell.ring([bell] * 3)
    for _ in range(200):
        if broker.asked == 3:
            break
        time.sleep(0.01)
    assert broker.asked == 3
    doorbell.ring([bell] * 20_000)
