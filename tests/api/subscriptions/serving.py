"""The whole application behind a real server, and what clients say to it."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import httpx2
import uvicorn
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from api.app import create_app
from api.subscriptions.websocket import PROTOCOL
from tenants.db import listening_address, run
from tenants.events import service
from tenants.events.listening import doorbell, listen, wait
from tenants.settings import get_settings
from tests.factories import Client

PATIENCE_SECONDS = 20.0
EVENTS = """subscription ($organisation: ID!, $after: ID) {
  organisationEvents(organisationId: $organisation, after: $after) {
    id __typename
    ... on OfferChanged { offer { id } }
    ... on EditionPublished { edition { id } }
    ... on ActionChanged { action { id } }
    ... on BenchmarkReleased { release { number } }
    ... on JobChanged { job { id state progress } }
  }
}"""
PROGRESS = "subscription ($job: ID!) { jobProgress(id: $job) { state progress errorCode } }"


@asynccontextmanager
async def serving() -> AsyncIterator[str]:
    """Serve the application and listen for events; return host and port."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        config = uvicorn.Config(
            create_app(), lifespan="off", access_log=False, log_level="error", ws_ping_interval=None
        )
        server = uvicorn.Server(config)
        serve = asyncio.create_task(server.serve([listener]))
        async with doorbell(UUID(int=0)) as bell:
            hear = asyncio.create_task(listen(listening_address(get_settings())))
            # It wakes everybody when it begins.
            await wait(bell, PATIENCE_SECONDS)
        while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it.
            await asyncio.sleep(0.01)
        host, port = listener.getsockname()
        try:
            yield f"{host}:{port}"
        finally:
            hear.cancel()
            server.should_exit = True
            await serve
            await asyncio.gather(hear, return_exceptions=True)


class Talk:
    """A conversation in graphql-transport-ws, message by message."""

    def __init__(self, connection: ClientConnection) -> None:
        """Talk on an open connection."""
        self.connection = connection

    async def say(self, **message: Any) -> None:
        """Send a message."""
        await self.connection.send(json.dumps(message))

    async def hear(self) -> dict[str, Any]:
        """Return the next message that is no ping."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                message: dict[str, Any] = json.loads(await self.connection.recv())
                if message["type"] != "ping":
                    return message

    async def begin(self, token: str) -> None:
        """Say who we are."""
        await self.say(type="connection_init", payload={"Authorization": f"Bearer {token}"})
        assert await self.hear() == {"type": "connection_ack"}

    async def subscribe(self, name: str, query: str, **variables: Any) -> None:
        """Begin an operation."""
        await self.say(type="subscribe", id=name, payload={"query": query, "variables": variables})

    async def next(self, name: str) -> Any:
        """Return the data of the operation's next result."""
        message = await self.hear()
        assert (message["type"], message["id"]) == ("next", name), message
        return message["payload"]["data"]

    async def closed(self) -> tuple[int, str]:
        """Return code and reason of the close frame that ends the conversation."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            await self.connection.wait_closed()
        assert self.connection.close_code is not None
        return self.connection.close_code, self.connection.close_reason or ""


@asynccontextmanager
async def talking(
    address: str, protocol: str = PROTOCOL, headers: dict[str, str] | None = None
) -> AsyncIterator[Talk]:
    """Open a WebSocket to the application."""
    async with connect(
        f"ws://{address}/graphql",
        subprotocols=[Subprotocol(protocol)],
        additional_headers=headers,
        proxy=None,
    ) as connection:
        yield Talk(connection)


@asynccontextmanager
async def reading(
    address: str, token: str, query: str, *, last: str | None = None, **variables: Any
) -> AsyncIterator[AsyncIterator[dict[str, str]]]:
    """Post an operation and read its server-sent events, each by the names of its lines."""
    headers = {"authorization": f"Bearer {token}", "accept": "text/event-stream"}
    if last is not None:
        headers["last-event-id"] = last
    body = {"query": query, "variables": variables}
    async with (
        httpx2.AsyncClient(timeout=PATIENCE_SECONDS, trust_env=False) as client,
        client.stream("POST", f"http://{address}/graphql", json=body, headers=headers) as response,
    ):
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        yield _events(response)


async def _events(response: httpx2.Response) -> AsyncIterator[dict[str, str]]:
    event: dict[str, str] = {}
    async for line in response.aiter_lines():
        if line:
            name, _, value = line.partition(":")
            event[name] = value.strip()
        elif event:
            yield event
            event = {}


async def latest(client: Client) -> str:
    """Return the id behind which everything follows."""
    return await run(service.find_latest, client.hr, organisation_id=client.organisation_id)
