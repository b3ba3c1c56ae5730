"""A subscription across two API processes survives one of them being killed."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress

import httpx2
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from deploy.ports import free_port
from tests.api.asking import token_of
from tests.api.subscriptions.serving import EVENTS, latest, reading
from tests.api.world import organisation_id_of
from tests.factories import make_client, make_offer

PATIENCE_SECONDS = 60.0


@contextmanager
def api() -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Run an API process on a port of its own."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "deploy.cli", "serve", "--port", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield f"127.0.0.1:{port}", process
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait(10)


async def ready(address: str) -> None:
    """Return when a process answers."""
    async with httpx2.AsyncClient(trust_env=False) as http, asyncio.timeout(PATIENCE_SECONDS):
        while True:
            with suppress(httpx2.TransportError):
                if (await http.get(f"http://{address}/healthz")).status_code == 200:
                    return
            await asyncio.sleep(0.1)


async def next_id(events: AsyncIterator[dict[str, str]]) -> str:
    """Return the id of the next event, passing over comments."""
    while "id" not in (event := await anext(events)):
        pass
    shown = json.loads(event["data"])["data"]["organisationEvents"]
    assert (shown["__typename"], shown["id"]) == ("OfferChanged", event["id"])
    return event["id"]


@pytest.mark.usefixtures("committing")
async def test_the_other_process_goes_on_behind_the_last_event(engine: AsyncEngine) -> None:
    del engine
    if not {"REDIS_URL", "RABBITMQ_URL"} & set(os.environ):
        pytest.skip("NOT TESTED: neither REDIS_URL nor RABBITMQ_URL is set")
    client = await make_client()
    token = await token_of(client.hr)
    given = {"organisation": organisation_id_of(client)}
    start = await latest(client)
    happened, seen = [], []

    async def happen() -> None:
        await make_offer(client)
        happened.append(await latest(client))

    with api() as (first, process), api() as (second, _):
        await asyncio.gather(ready(first), ready(second))
        with suppress(httpx2.TransportError):
            async with reading(first, token, EVENTS, after=start, **given) as events:
                # Announced by this process, shown by that one.
                for _ in range(2):
                    await happen()
                    seen.append(await next_id(events))
                process.send_signal(signal.SIGKILL)
                process.wait(10)
                await happen()
                # A connection that is lost has an end and no event.
                with pytest.raises((StopAsyncIteration, httpx2.TransportError)):
                    await next_id(events)
        await happen()
        async with reading(second, token, EVENTS, last=seen[-1], **given) as events:
            seen += [await next_id(events), await next_id(events)]
            await happen()
            seen.append(await next_id(events))
    assert seen == happened
    assert len(set(seen)) == 5
