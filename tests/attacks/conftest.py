"""What the attacks need of the worker."""

from collections.abc import Awaitable, Callable

import pytest

from tenants.db import run
from tests.attacks.rounds import ask_for_flush
from tests.factories import Client


@pytest.fixture
def flush(database: str) -> Callable[[Client], Awaitable[None]]:
    """Run the flush of an organisation as the worker does: claimed by its row, done once."""
    assert database
    # The broker is made from the settings, which the database's fixture has just made.
    from jobs import worker  # noqa: PLC0415
    from jobs.actor import _perform_once  # noqa: PLC0415

    async def perform(client: Client) -> None:
        job_id = await run(ask_for_flush, client.job, client.organisation_id)
        await _perform_once(worker.interviews.flush, job_id, client.organisation_id)

    return perform
