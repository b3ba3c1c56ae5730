"""What a client may spend: points of cost in a window of time, counted over all processes.

A process leases a hundredth of a budget at a time, so that most requests ask nobody, and no two
processes spend the same points. The windows are fixed minutes.
"""

import logging
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Protocol

from redis.asyncio import Redis
from redis.exceptions import RedisError

from tenants.access import Viewer, ViewerKind
from tenants.errors import DomainError
from tenants.settings import get_settings

WINDOW_SECONDS: Final = 60
_LEASES_IN_A_BUDGET: Final = 100
_MOST_KEYS: Final = 20_000
_REDIS_SECONDS: Final = 0.5

_logger = logging.getLogger("afterword.api")


class RateLimited(DomainError):
    """The budget of the window is spent."""

    code = "RATE_LIMITED"
    status = 429

    def __init__(self, spent: "Spent") -> None:
        """Say whose budget, and how long to wait."""
        super().__init__(
            f"The budget of this {spent.name}, {spent.quota} points in {WINDOW_SECONDS} seconds,"
            f" is spent. Send again in {spent.seconds} seconds."
        )
        self.spent = spent


@dataclass(slots=True)
class Spent:
    """How a budget stands after a request.

    Attributes:
        name: Whose budget: `client` or `organisation`.
        quota: Points in a window.
        remaining: Points left in this window, as far as this process knows.
        seconds: Until the next window.
    """

    name: str
    quota: int
    remaining: int
    seconds: int

    @property
    def policy(self) -> str:
        """How the budget is measured out, as a header field has it."""
        return _policy(self.name, self.quota)

    @property
    def state(self) -> str:
        """What is left of it, likewise."""
        return f'"{self.name}";r={self.remaining};t={self.seconds}'


@lru_cache(maxsize=8)
def _policy(name: str, quota: int) -> str:
    return f'"{name}";q={quota};w={WINDOW_SECONDS};qu="points"'


class Store(Protocol):
    """Counts points by key and window."""

    async def add(self, key: str, points: int) -> int:
        """Add points to a key and return the sum; a key is forgotten soon after its window."""
        ...


class MemoryStore:
    """Counts in the memory of this process; the keys that were used longest ago are forgotten."""

    def __init__(self) -> None:
        """Start with nothing counted."""
        self._sums: OrderedDict[str, int] = OrderedDict()

    async def add(self, key: str, points: int) -> int:
        """Add points to a key and return the sum."""
        total = self._sums[key] = self._sums.pop(key, 0) + points
        if len(self._sums) > _MOST_KEYS:
            self._sums.popitem(last=False)
        return total


class RedisStore:
    """Counts in Redis or Valkey, for all processes; without an answer, in memory.

    A budget that cannot be counted together is no reason to refuse anybody.
    """

    def __init__(self, client: Redis) -> None:
        """Count with a connected client."""
        self._client = client
        self._memory = MemoryStore()
        self._told = -WINDOW_SECONDS * 1.0

    async def add(self, key: str, points: int) -> int:
        """Add points to a key and return the sum."""
        name = f"afterword:budget:{key}"
        try:
            async with self._client.pipeline(transaction=True) as pipe:
                _ = pipe.incrby(name, points), pipe.expire(name, 2 * WINDOW_SECONDS)
                total, _ = await pipe.execute()
        except (RedisError, OSError, TimeoutError):
            if time.monotonic() - self._told >= WINDOW_SECONDS:
                self._told = time.monotonic()
                _logger.warning("Redis does not answer: budgets are counted in each process alone")
            return await self._memory.add(key, points)
        return int(total)


@dataclass(slots=True)
class _Lease:
    window: int
    left: int
    beyond: int


class Budget:
    """One kind of budget, spent by key."""

    def __init__(
        self, name: str, quota: int, store: Store, clock: Callable[[], float] = time.time
    ) -> None:
        """Start with nothing leased.

        Args:
            name: As headers and messages have it.
            quota: Points in a window.
            store: Counts over all processes.
            clock: Says the time in seconds.
        """
        self.name = name
        self.quota = quota
        self._store = store
        self._clock = clock
        self._leases: OrderedDict[str, _Lease] = OrderedDict()

    def spend_leased(self, key: str, points: int) -> Spent | None:
        """Return how the budget of a key stands if the points could be had without asking, or None.

        Nothing was spent then.
        """
        window, into = divmod(self._clock(), WINDOW_SECONDS)
        lease = self._leases.get(key)
        if lease is None or lease.window != window or lease.left < points:
            return None
        self._leases.move_to_end(key)
        lease.left -= points
        seconds = int(WINDOW_SECONDS - into) + 1
        return Spent(self.name, self.quota, lease.left + lease.beyond, seconds)

    async def spend(self, key: str, points: int) -> Spent:
        """Return how the budget of a key stands after a request of so many points.

        Raises:
            RateLimited: They are not there any more; nothing was spent.
        """
        window, into = divmod(self._clock(), WINDOW_SECONDS)
        lease = self._lease(key, int(window))
        if lease.left < points and lease.beyond > 0:
            wanted = max(points - lease.left, self.quota // _LEASES_IN_A_BUDGET)
            total = await self._store.add(f"{self.name}:{key}:{lease.window}", wanted)
            lease.left += max(0, min(wanted, self.quota - total + wanted))
            lease.beyond = max(0, self.quota - total)
        seconds = int(WINDOW_SECONDS - into) + 1
        if lease.left < points:
            raise RateLimited(Spent(self.name, self.quota, lease.left, seconds))
        lease.left -= points
        return Spent(self.name, self.quota, lease.left + lease.beyond, seconds)

    def _lease(self, key: str, window: int) -> _Lease:
        lease = self._leases.get(key)
        if lease is None or lease.window != window:
            lease = self._leases[key] = _Lease(window, 0, self.quota)
            if len(self._leases) > _MOST_KEYS:
                self._leases.popitem(last=False)
        self._leases.move_to_end(key)
        return lease


class Budgets:
    """The budgets of an installation."""

    def __init__(self, store: Store, clock: Callable[[], float] = time.time) -> None:
        """Read the quotas from the settings; 0 sets no limit."""
        settings = get_settings()
        self._clients = Budget("client", settings.client_budget, store, clock)
        # A link's key in a place that outlives the process would tell when somebody answers.
        self._links = Budget("client", settings.client_budget, MemoryStore(), clock)
        self._organisations = Budget("organisation", settings.organisation_budget, store, clock)

    @property
    def are_unlimited(self) -> bool:
        """Whether there is nothing to count."""
        return not (self._clients.quota or self._organisations.quota)

    async def spend(self, viewer: Viewer, points: int) -> Sequence[Spent]:
        """Return how the budgets stand that a viewer's request is paid from.

        The client's own, and the organisation's of whoever acts in one organisation only: who works
        for many must not spend what belongs to their people.

        Raises:
            RateLimited: One of them does not hold so many points any more.
        """
        spent = []
        if viewer.id is not None and self._clients.quota:
            own = self._links if viewer.kind is ViewerKind.CANDIDATE else self._clients
            key = viewer.id.hex
            spent.append(own.spend_leased(key, points) or await own.spend(key, points))
        if len(viewer.roles) == 1 and self._organisations.quota:
            (organisation_id,) = viewer.roles
            key, its = organisation_id.hex, self._organisations
            spent.append(its.spend_leased(key, points) or await its.spend(key, points))
        return spent


_current: list[Budgets] = []


def budgets() -> Budgets:
    """Return the budgets of this process; they are counted in its memory unless connected."""
    if not _current:
        _current.append(Budgets(MemoryStore()))
    return _current[-1]


@asynccontextmanager
async def counting_together() -> AsyncIterator[None]:
    """Count with all processes for the time of the block, where the installation has Redis."""
    url = get_settings().redis_url
    if url is None:
        yield
        return
    client = Redis.from_url(
        url, socket_timeout=_REDIS_SECONDS, socket_connect_timeout=_REDIS_SECONDS
    )
    together = Budgets(RedisStore(client))
    _current.append(together)
    try:
        yield
    finally:
        _current.remove(together)
        await client.aclose()


class Bill:
    """What one request costs, and how the budgets stand after it.

    Attributes:
        cost: In points; 0 until it is known.
        spent: How each budget stands that it was paid from.
        retry_after: Seconds to wait where a budget was spent already, else None.
    """

    def __init__(self) -> None:
        """Start with nothing to pay."""
        self.cost = 0
        self.spent: Sequence[Spent] = ()
        self.retry_after: int | None = None

    async def pay(self, viewer: Viewer, points: int) -> None:
        """Pay from the viewer's budgets.

        Raises:
            RateLimited: One of them does not hold so many points any more.
        """
        self.cost = points
        together = budgets()
        if together.are_unlimited:
            return
        try:
            self.spent = await together.spend(viewer, points)
        except RateLimited as error:
            self.spent, self.retry_after = [error.spent], error.spent.seconds
            raise

    def extensions(self) -> str:
        """Return what the answer says of it, as JSON; empty until the cost is known.

        Limit and remaining are of a window, and null without one.
        """
        if not self.cost:
            return ""
        limit = self.spent[0].quota if self.spent else "null"
        remaining = self.spent[0].remaining if self.spent else "null"
        return f'{{"cost":{{"requested":{self.cost},"limit":{limit},"remaining":{remaining}}}}}'

    def headers(self) -> list[tuple[bytes, bytes]]:
        """Return the header fields of draft-ietf-httpapi-ratelimit-headers-10."""
        if not self.spent:
            return []
        policies = ", ".join([one.policy for one in self.spent])
        states = ", ".join([one.state for one in self.spent])
        headers = [(b"ratelimit-policy", policies.encode()), (b"ratelimit", states.encode())]
        if self.retry_after is not None:
            headers.append((b"retry-after", str(self.retry_after).encode()))
        return headers
