"""A request ends in time, or when nobody waits for it any more, down to the database."""

import asyncio
import json
import logging
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from starlette.types import Message, Scope

from api import http, requests
from api.app import create_app
from api.deadline import answered, within
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


async def never() -> Message:
    """Receive from a client that stays and says nothing more."""
    await asyncio.Event().wait()
    raise AssertionError


async def test_what_waits_for_nothing_needs_no_timer(monkeypatch: pytest.MonkeyPatch) -> None:
    timers: list[float] = []
    loop = asyncio.get_running_loop()
    call_at = loop.call_at

    def noted(when: float, *given: Any, **named: Any) -> asyncio.TimerHandle:
        timers.append(when)
        return call_at(when, *given, **named)

    monkeypatch.setattr(loop, "call_at", noted)

    async def ready() -> str:
        return "ready"

    async def soon() -> str:
        await asyncio.sleep(0)
        return "soon"

    assert await answered(ready(), 1, never) == await within(ready(), 1) == "ready"
    assert timers == []
    assert await answered(soon(), 1, never) == await within(soon(), 1) == "soon"
    assert len(timers) == 2


async def test_what_is_given_up_may_still_clean_up() -> None:
    """What was begun before the timer is cancelled like everything else, and may await then."""
    cleaned: list[str] = []

    async def stubborn() -> str:
        try:
            await asyncio.sleep(30)
        finally:
            await asyncio.sleep(0.01)
            cleaned.append("cleaned")
        return "never"

    with pytest.raises(TookTooLong):
        await answered(stubborn(), 0.05, never)
    with pytest.raises(TimeoutError):
        await within(stubborn(), 0.05)
    assert cleaned == ["cleaned", "cleaned"]
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0


async def test_who_is_cancelled_from_outside_is_cancelled() -> None:
    began = asyncio.Event()

    async def long() -> None:
        began.set()
        await asyncio.sleep(30)

    for waiting in (answered(long(), 20, never), within(long(), 20)):
        began.clear()
        task = asyncio.create_task(waiting)
        await began.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_limits_within_limits_keep_to_themselves() -> None:
    """A limit that was begun inside before the outer one ends what it is for, and no more."""

    async def inner() -> str:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.02):
                await asyncio.sleep(30)
        await asyncio.sleep(0.02)
        return "went on"

    assert await answered(inner(), 5, never) == "went on"
    assert await within(inner(), 5) == "went on"

    async def outlasts() -> str:
        async with asyncio.timeout(30):
            await asyncio.sleep(30)
        return "never"

    with pytest.raises(TookTooLong):
        await answered(outlasts(), 0.05, never)


async def test_failures_come_out_as_they_are() -> None:
    async def at_once() -> None:
        raise LookupError

    async def later() -> None:
        await asyncio.sleep(0)
        raise LookupError

    async def caught() -> str:
        for _ in range(3):
            with pytest.raises(LookupError):
                await later()
        return "caught"

    for work in (at_once, later):
        with pytest.raises(LookupError):
            await answered(work(), 1, never)
        with pytest.raises(LookupError):
            await within(work(), 1)
    assert await answered(caught(), 1, never) == "caught"


async def test_a_bug_before_execution_is_masked_and_logged_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(*_: object) -> None:
        message = "secret of robin@candidates.example"
        raise RuntimeError(message)

    monkeypatch.setattr(http, "viewer_with", broken)
    transport = httpx2.ASGITransport(create_app(), raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
        response = await client.post("/graphql", json={"query": "{ __typename }"})
    assert (response.status_code, response.json()["code"]) == (500, "INTERNAL")
    assert "secret" not in response.text
    (record,) = [one for one in caplog.records if one.levelno >= logging.WARNING]
    assert record.name == "afterword.api"
    assert record.getMessage().startswith("a request failed\n")
