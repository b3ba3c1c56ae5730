"""How much one client may keep open at once in one process."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from uuid import UUID

from tenants.access import Viewer, ViewerKind
from tenants.errors import DomainError

MAX_OPERATIONS: Final = 50
MAX_SOCKETS: Final = 20
# Sockets in one process that have not said yet whose they are.
MAX_HANDSHAKES: Final = 200

_Client = tuple[ViewerKind, UUID | None]


class TooManySubscriptions(DomainError):
    """The client has as much open as it may."""

    code = "TOO_MANY_SUBSCRIPTIONS"


class Quota:
    """Counts what is open, client by client."""

    def __init__(self, name: str, most: int) -> None:
        """Let each client have `most` things of that name open at once."""
        self._name = name
        self._most = most
        self._open: Counter[_Client] = Counter()

    @contextmanager
    def one(self, viewer: Viewer) -> Iterator[None]:
        """Count one thing of a client for the time of the block.

        Raises:
            TooManySubscriptions: The client has as many open as it may.
        """
        client = (viewer.kind, viewer.id)
        if self._open[client] >= self._most:
            message = f"At most {self._most} {self._name} may be open at once; close another first."
            raise TooManySubscriptions(message)
        self._open[client] += 1
        try:
            yield
        finally:
            self._open[client] -= 1
            if not self._open[client]:
                del self._open[client]


operations: Final = Quota("subscriptions", MAX_OPERATIONS)
sockets: Final = Quota("WebSockets", MAX_SOCKETS)
# All of them are nobody's, so that this is the number in the process.
handshakes: Final = Quota("WebSockets of nobody", MAX_HANDSHAKES)
