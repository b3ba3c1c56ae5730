"""Does the same for many organisations, two of them at a time."""

from asyncio import TaskGroup
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

T = TypeVar("T")

# While the database writes one, another is thought up.
AT_ONCE = 2


async def in_pairs(function: Callable[[T], Awaitable[None]], items: Iterable[T]) -> None:
    """Call a function once for each item, in their order, never for more than two at once.

    Raises:
        ExceptionGroup: One of them failed; no further item is begun then.
    """
    queue = iter(items)

    async def work() -> None:
        for item in queue:
            await function(item)

    async with TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(work())
