"""How long a request may take, and how it ends when nobody waits for it any more."""

import asyncio
from collections.abc import Awaitable, Coroutine, Generator
from types import coroutine
from typing import Any, Final, TypeVar, cast

from starlette.types import Receive

from tenants.errors import TookTooLong

T = TypeVar("T")
Work = Coroutine[Any, Any, T]

# Most requests are answered before anybody could leave; watching the others costs them nothing.
_WATCHED_AFTER_SECONDS: Final = 0.25


async def answered(work: Work[T], seconds: float, receive: Receive) -> T:
    """Return what a coroutine returns, if it does within so many seconds and the client stays.

    What it awaits is cancelled otherwise, a statement that PostgreSQL is busy with included. What
    ends without waiting for anything has no need of a timer, and gets none.

    Args:
        work: What answers the request.
        seconds: How long it may take.
        receive: The request's, whose body must have been read.

    Raises:
        TookTooLong: The coroutine did not end by itself.
    """
    try:
        first = work.send(None)
    except StopIteration as ended:
        value: T = ended.value
        return value
    except TimeoutError as error:
        raise _took_too_long(seconds) from error
    return await _watched(_resumed(work, first), seconds, receive)


async def _watched(answer: Awaitable[T], seconds: float, receive: Receive) -> T:
    watching: list[asyncio.Task[None]] = []
    loop = asyncio.get_running_loop()
    ends = loop.time() + seconds
    try:
        async with asyncio.timeout(None) as limit:

            def watch() -> None:
                limit.reschedule(ends)
                watching.append(loop.create_task(_end_without(receive, limit)))

            # One timer, which hardly any request lives to see, instead of two.
            timer = loop.call_later(min(_WATCHED_AFTER_SECONDS, seconds), watch)
            try:
                return await answer
            finally:
                timer.cancel()
                for one in watching:
                    one.cancel()
    except TimeoutError as error:
        raise _took_too_long(seconds) from error


async def within(work: Work[T], seconds: float) -> T:
    """Return what a coroutine returns; what ends without waiting for anything needs no timer.

    Raises:
        TimeoutError: It did not end within so many seconds, and was cancelled.
    """
    try:
        first = work.send(None)
    except StopIteration as ended:
        value: T = ended.value
        return value
    async with asyncio.timeout(seconds):
        return cast("T", await _resumed(work, first))


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


@coroutine
def _resumed(work: Work[T], waits_for: Any) -> Generator[Any, Any, Any]:
    """Return what a coroutine returns that was begun already and waits for something."""
    try:
        yield waits_for
    except BaseException as error:  # noqa: BLE001 - whatever is thrown in here is meant for it.
        try:
            waits_for = work.throw(error)
        except StopIteration as ended:
            return ended.value
        return (yield from _resumed(work, waits_for))
    return (yield from work)


def _took_too_long(seconds: float) -> TookTooLong:
    return TookTooLong(f"An answer takes at most {seconds:g} seconds; ask for less at once.")


async def _end_without(receive: Receive, limit: asyncio.Timeout) -> None:
    """Let the limit be now as soon as the client has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass
    limit.reschedule(asyncio.get_running_loop().time())
