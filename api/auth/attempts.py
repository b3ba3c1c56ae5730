"""Limits how often somebody may fail to sign in: a bounded count in the memory of this process.

Each process counts by itself and forgets when it ends, so that an installation of N processes lets
N times as many attempts through. That is enough to make guessing hopeless against argon2id, and
needs no table that grows with what strangers type.
"""

import hashlib
import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Final

MOST_FAILURES: Final = 10
WINDOW_SECONDS: Final = 15 * 60
# About 10 MB at most. Whoever fills it pushes out what was tried longest ago.
_MOST_KEYS: Final = 20_000
_SHORTEST_PREFIX: Final = 64


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt that was let through; it counts as a failure until it is forgiven.

    Attributes:
        keys: What it counts against.
        at: When it began, in seconds of the clock.
    """

    keys: tuple[str, ...]
    at: float


class TooManyAttempts(Exception):
    """There were too many failures for one account or from one address.

    Attributes:
        seconds: After which another attempt is let through.
    """

    def __init__(self, seconds: int) -> None:
        """Keep how long to wait."""
        super().__init__(seconds)
        self.seconds = seconds


class Attempts:
    """Counts attempts in a sliding window, by account and by address."""

    def __init__(
        self,
        *,
        limit: int = MOST_FAILURES,
        window_seconds: float = WINDOW_SECONDS,
        most_keys: int = _MOST_KEYS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Start with nothing counted.

        Args:
            limit: Failures that are let through for one key within the window.
            window_seconds: How long a failure counts.
            most_keys: Accounts and addresses that are remembered at a time.
            clock: Says the time in seconds.
        """
        self._limit = limit
        self._window = window_seconds
        self._most_keys = most_keys
        self._clock = clock
        self._times: OrderedDict[str, list[float]] = OrderedDict()
        self._lock = Lock()

    def start(self, *, account: str, address: str | None) -> Attempt:
        """Return an attempt that counts as a failure from now on.

        It counts before its outcome is known, so that many at once get no further than one by one.

        Args:
            account: What was typed as the account, whether it exists or not.
            address: Where it came from, if that is known.

        Raises:
            TooManyAttempts: The account or the address has failed too often; nothing is counted.
        """
        now = self._clock()
        keys = (_account_key(account), _address_key(address))
        with self._lock:
            waits = [self._seconds_to_wait(key, now) for key in keys]
            if any(waits):
                raise TooManyAttempts(max(waits))
            for key in keys:
                self._times.setdefault(key, []).append(now)
                self._times.move_to_end(key)
            while len(self._times) > self._most_keys:
                self._times.popitem(last=False)
        return Attempt(keys, now)

    def forgive(self, attempt: Attempt) -> None:
        """Stop counting an attempt, because it succeeded; earlier failures still count."""
        with self._lock:
            for key in attempt.keys:
                times = self._times.get(key)
                if times and attempt.at in times:
                    times.remove(attempt.at)
                if times is not None and not times:
                    del self._times[key]

    def _seconds_to_wait(self, key: str, now: float) -> int:
        times = self._times.get(key)
        if times is None:
            return 0
        while times and times[0] <= now - self._window:
            times.pop(0)
        if not times:
            del self._times[key]
            return 0
        if len(times) < self._limit:
            return 0
        return int(times[-self._limit] + self._window - now) + 1


def _account_key(account: str) -> str:
    """Return what stands for an account, which may be anything and is not kept as it was typed."""
    return "account " + hashlib.sha256(account.strip().lower().encode()).hexdigest()


def _address_key(address: str | None) -> str:
    """Return what stands for an address; all of an IPv6 network of one household are one."""
    try:
        known = ipaddress.ip_address(address or "")
    except ValueError:
        return f"address {(address or '')[:64]}"
    if isinstance(known, ipaddress.IPv6Address):
        if known.ipv4_mapped is not None:
            return f"address {known.ipv4_mapped}"
        plain = known.packed
        return f"address {ipaddress.IPv6Network((plain, _SHORTEST_PREFIX), strict=False)}"
    return f"address {known}"
