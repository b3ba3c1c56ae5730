"""A request ends in time, or when nobody waits for it any more, down to the database."""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from starlette.types import Message, Scope

from api import requests
from api.app import create_app
from tenants.access import Viewer
from tenants.db import psycopg_url, read, reading, run
from tenants.errors import TookTooLong
from tenants.settings import get_settings
from tenants.work import Session
from tests.api.asking import codes, post, site, token_of
from tests.factories import make_client

pytestmark = pytest.mark.usefixtures("committing")


@pytest.fixture
def hurry(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[float], None]]:
    """Let requests take so many seconds only."""

    def within(seconds: float) -> None:
        monkeypatch.setenv("REQUEST_SECONDS", str(seconds))
        get_settings.cache_clear()

    yield within
    monkeypatch.undo()
    get_settings.cache_clear()


@asynccontextmanager
async def locked() -> AsyncIterator[Callable[[], Awaitable[int]]]:
    """Let nobody read offers; yields how many wait for that."""
    owner = create_async_engine(psycopg_url(os.environ["DATABASE_URL"]))
    waiting = text(
        "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'offers'::regclass"
    )
    async with owner.connect() as connection:
        await connection.execute(text("LOCK TABLE offers IN ACCESS EXCLUSIVE MODE"))

        async def count() -> int:
            return int(await connection.scalar(waiting) or 0)

        yield count
        await connection.rollback()
    await owner.dispose()


OFFERS = {"query": "{ organisations { nodes { offers { nodes { id } } } } }"}


async def until(count: Callable[[], Awaitable[int]], number: int) -> None:
    """Wait until so many wait."""
    while await count() != number:  # noqa: ASYNC110 - PostgreSQL tells in no other way.
        await asyncio.sleep(0.02)


async def test_a_request_has_so_long_and_no_longer(hurry: Callable[[float], None]) -> None:
    client = await make_client()
    token = await token_of(client.hr)
    async with locked() as waiting:
        hurry(0.4)
        for accept in ("application/json", "application/graphql-response+json"):
            response = await post(OFFERS, token=token, headers={"accept": accept})
            assert (response.status_code, codes(response)) == (503, ["TOOK_TOO_LONG"])
            assert "data" not in response.json()
        await until(waiting, 0)
    hurry(20)
    assert (await post(OFFERS, token=token)).status_code == 200


async def test_what_nobody_waits_for_is_not_done() -> None:
    """Whoever closes the connection ends the statement that PostgreSQL is busy with."""
    client = await make_client()
    token = await token_of(client.hr)
    left = asyncio.Event()
    body = iter([json.dumps(OFFERS).encode()])
    sent: list[Message] = []

    async def receive() -> Message:
        for part in body:
            return {"type": "http.request", "body": part}
        await left.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    async with locked() as waiting:
        request = asyncio.create_task(create_app()(scope_of(token), receive, send))
        await until(waiting, 1)
        left.set()
        await request
        await until(waiting, 0)
    assert sent[0]["status"] == 503


def scope_of(token: str) -> Scope:
    """Return the ASGI scope of a request to GraphQL."""
    headers = {"content-type": "application/json", "authorization": f"Bearer {token}"}
    return {
        "type": "http",
        "method": "POST",
        "path": "/graphql",
        "scheme": "http",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }


async def test_one_statement_has_so_long_and_a_job_has_longer(
    hurry: Callable[[float], None],
) -> None:
    async def sleep(session: Session, _viewer: Viewer, seconds: float) -> str:
        await session.execute(text("SELECT pg_sleep(:seconds)"), {"seconds": seconds})
        return "slept"

    client = await make_client()
    hurry(0.2)
    with pytest.raises(TookTooLong):
        await run(sleep, client.hr, 30)
    assert await run(sleep, client.job, 0.4) == "slept"
    assert await run(sleep, client.hr, 0) == "slept"


async def test_the_planned_way_ends_in_time_as_well(hurry: Callable[[float], None]) -> None:
    client = await make_client()
    token = await token_of(client.hr)
    async with reading(1):
        async with locked() as waiting:
            hurry(0.4)
            response = await post(OFFERS, token=token)
            assert (response.status_code, codes(response)) == (503, ["TOOK_TOO_LONG"])
            await until(waiting, 0)
            with pytest.raises(TookTooLong):
                await read(client.hr, b"SELECT pg_sleep(30)", [])
        # The only connection there is can be used again.
        hurry(20)
        response = await post(OFFERS, token=token)
        assert response.json()["data"]["organisations"]["nodes"] == [{"offers": {"nodes": []}}]


async def test_slow_bodies_are_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests, "READ_SECONDS", 0.2)

    async def slow() -> AsyncIterator[bytes]:
        yield b'{"query": "{ __typename }'
        await asyncio.sleep(30)
        yield b'"}'

    async with site() as client:
        response = await client.post(
            "/graphql", content=slow(), headers={"content-type": "application/json"}
        )
    assert (response.status_code, codes(response)) == (408, ["BAD_REQUEST"])


async def test_a_normal_request_beside_a_slow_one_is_served() -> None:
    served = asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        yield b'{"query": "{ __type'
        await served.wait()
        yield b'name }"}'

    async with site() as client:
        headers = {"content-type": "application/json"}
        late = asyncio.create_task(client.post("/graphql", content=slow(), headers=headers))
        response = await post({"query": "{ __typename }"})
        assert (response.status_code, late.done()) == (200, False)
        served.set()
        assert (await late).json()["data"] == {"__typename": "Query"}
