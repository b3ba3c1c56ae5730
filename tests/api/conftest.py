"""Ways to ask the API as somebody, through the schema and row-level security."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any, Protocol

import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from api import plan
from api.execution import execute
from api.requests import GraphQLRequest
from tenants.access import Viewer
from tests.api.world import World, make_world
from tests.conftest import rolled_back
from tests.factories import Client, make_client


class Ask(Protocol):
    """Send one operation as a viewer."""

    async def __call__(self, viewer: Viewer, query: str, **variables: Any) -> dict[str, Any]:
        """Return the whole response."""
        ...


@dataclass(frozen=True)
class Shared:
    """A world and another client, made once for a module; each of its tests begins from there."""

    connection: AsyncConnection
    world: World
    other: Client


@pytest.fixture(scope="module")
async def shared(engine: AsyncEngine) -> AsyncIterator[Shared]:
    """Make what the tests of a module share; such a test takes `connection_of_shared`."""
    async with engine.connect() as connection, rolled_back(connection):
        yield Shared(connection, await make_world(), await make_client())


@pytest.fixture
async def connection_of_shared(shared: Shared) -> AsyncIterator[AsyncConnection]:
    """Undo after the test what it did to what its module shares."""
    async with rolled_back(shared.connection):
        yield shared.connection


@pytest.fixture
def ask() -> Ask:
    """Send one operation as a viewer and get the whole response."""

    async def send(viewer: Viewer, query: str, **variables: Any) -> dict[str, Any]:
        return (await execute(viewer, GraphQLRequest(query, variables))).body

    return send


@pytest.fixture
def unplanned(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every operation go the ordinary way."""

    async def no_plan(*_: object) -> None:
        return None

    monkeypatch.setattr(plan, "answer", no_plan)


@pytest.fixture
def statements(connection: AsyncConnection, unplanned: None) -> Callable[[], list[str]]:
    """Collect the statements of the ordinary way, without those that set the scope."""
    del unplanned
    sent: list[str] = []

    def listen(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith(("SET LOCAL", "SAVEPOINT", "RELEASE", "ROLLBACK")):
            sent.append(statement)

    sync = connection.sync_connection
    assert sync is not None
    event.listen(sync, "before_cursor_execute", listen)

    def collected() -> list[str]:
        found = sent.copy()
        sent.clear()
        return found

    return collected
