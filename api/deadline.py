"""How long a request may take, and how it ends when nobody waits for it any more."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import Final, TypeVar

from starlette.requests import Request

from tenants.errors import TookTooLong

T = TypeVar("T")

# Most requests are answered before anybody could leave; watching the others costs them nothing.
_WATCHED_AFTER_SECONDS: Final = 0.25


@asynccontextmanager
async def deadline(request: Request, seconds: float) -> AsyncIterator[None]:
    """End the block after so many seconds, or when the client has gone.

    What is awaited in the block is cancelled, a statement that PostgreSQL is busy with included.
    The request's body must have been read.

    Raises:
        TookTooLong: The block did not end by itself.
    """
    watching: list[asyncio.Task[None]] = []
    loop = asyncio.get_running_loop()
    ends = loop.time() + seconds
    try:
        async with asyncio.timeout(None) as limit:

            def watch() -> None:
                limit.reschedule(ends)
                watching.append(loop.create_task(_end_without(request, limit)))

            # One timer, which hardly any request lives to see, instead of two.
            timer = loop.call_later(min(_WATCHED_AFTER_SECONDS, seconds), watch)
            try:
                yield
            finally:
                timer.cancel()
                for one in watching:
                    one.cancel()
    except TimeoutError as error:
        raise _took_too_long(seconds) from error


async def in_time(answer: Awaitable[T], seconds: float) -> T:
    """Return what is awaited, for whose client somebody else watches.

    Raises:
        TookTooLong: It was not there after so many seconds, and was cancelled.
    """
    try:
        async with asyncio.timeout(seconds):
            return await answer
    except TimeoutError as error:
        raise _took_too_long(seconds) from error


def _took_too_long(seconds: float) -> TookTooLong:
    return TookTooLong(f"An answer takes at most {seconds:g} seconds; ask for less at once.")


async def _end_without(request: Request, limit: asyncio.Timeout) -> None:
    """Let the limit be now as soon as the client has gone."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
    limit.reschedule(asyncio.get_running_loop().time())
