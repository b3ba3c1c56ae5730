"""A served application, whose transactions really commit: others hear of nothing else."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from tests.api.subscriptions.serving import serving


@pytest.fixture(scope="module")
async def served(engine: AsyncEngine) -> AsyncIterator[str]:
    """Serve the application; host and port."""
    del engine
    async with serving() as address:
        yield address


@pytest.fixture
def address(served: str, committing: AsyncEngine) -> str:
    """Return host and port of the application, whose transactions commit."""
    del committing
    return served
