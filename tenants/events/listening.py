"""Hears in this process what other processes announce, and wakes those who wait for it.

A notification is a doorbell: it may be lost, and whoever waits looks from time to time anyway.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import psycopg

from tenants.announcements import CHANNEL

_logger = logging.getLogger("afterword.events")

# How long nothing may be heard before the connection is asked whether it is still there.
QUIET_SECONDS = 30.0
AGAIN_SECONDS = 2.0
# As pg_stat_activity shows it.
APPLICATION_NAME = "afterword events"

_waiting: dict[UUID, set[asyncio.Event]] = {}


@asynccontextmanager
async def doorbell(organisation_id: UUID) -> AsyncIterator[asyncio.Event]:
    """Return what is set whenever something may have happened in an organisation."""
    bell = asyncio.Event()
    own = _waiting.setdefault(organisation_id, set())
    own.add(bell)
    try:
        yield bell
    finally:
        own.discard(bell)
        if not own:
            _waiting.pop(organisation_id, None)


async def wait(bell: asyncio.Event, seconds: float) -> None:
    """Return when the bell has rung, or after so many seconds."""
    try:
        await asyncio.wait_for(bell.wait(), seconds)
    except TimeoutError:
        return
    finally:
        bell.clear()


def _ring(text: str) -> None:
    """Wake who waits for the organisation that a notification names."""
    try:
        bells = _waiting.get(UUID(text), ())
    except ValueError:
        # Not one of ours; anybody who is connected to the database may notify.
        return
    for bell in tuple(bells):
        bell.set()


def _ring_all() -> None:
    for bells in tuple(_waiting.values()):
        for bell in tuple(bells):
            bell.set()


async def listen(address: str) -> None:
    """Listen until cancelled; while the database is away, try again and again.

    Args:
        address: As libpq takes it; directly, because a pool of transactions keeps no listener.
    """
    while True:
        try:
            await _listen_once(address)
        except (psycopg.Error, OSError) as error:
            _logger.warning("not listening for events (%s)", type(error).__name__)
        await asyncio.sleep(AGAIN_SECONDS)


async def _listen_once(address: str) -> None:
    """Listen until the connection is lost."""
    async with await psycopg.AsyncConnection.connect(
        address, autocommit=True, application_name=APPLICATION_NAME
    ) as connection:
        await connection.execute(f"LISTEN {CHANNEL}")
        # What was announced while nobody listened was not heard.
        _ring_all()
        while True:
            async for notification in connection.notifies(timeout=QUIET_SECONDS):
                _ring(notification.payload)
            await connection.execute("SELECT 1")
