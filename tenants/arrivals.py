"""What PostgreSQL answers on a connection, taken in as it arrives.

The event loop watches the connection's socket for as long as the connection is open. To have it
watched anew for each message, as psycopg does, takes as long as all else that becomes of a small
message, and the one who waits is woken for each part of an answer.
"""

import asyncio
from typing import Any, Final

from psycopg import AsyncConnection, OperationalError
from psycopg.pq import ConnStatus, TransactionStatus
from psycopg.pq.abc import PGresult

_SECONDS_TO_CANCEL: Final = 5.0


class Arrivals:
    """Takes in the results on a connection that nobody else reads from."""

    def __init__(self, connection: AsyncConnection[Any]) -> None:
        """Watch a connection that is open."""
        self._connection = connection
        self._libpq = connection.pgconn
        self._socket = self._libpq.socket
        self._loop = asyncio.get_running_loop()
        self._waiting: asyncio.Future[list[PGresult]] | None = None
        self._results: list[PGresult] = []
        self._wanted = 0
        self._is_watched = False
        self.watch()

    def watch(self) -> None:
        """Watch the socket, from now on or again."""
        self._loop.add_reader(self._socket, self._take)
        self._is_watched = True

    def stop(self) -> None:
        """Watch no more; whoever closes the connection has to say so first."""
        if self._is_watched:
            self._is_watched = False
            self._loop.remove_reader(self._socket)

    async def results(self, count: int) -> list[PGresult]:
        """Return so many results of what was sent already, once all of them are there.

        Whoever is cancelled meanwhile cancels what PostgreSQL does; the connection is of no use
        then.

        Raises:
            OperationalError: The connection was lost.
        """
        if not self._is_watched:
            message = "the connection was lost"
            raise OperationalError(message)
        waiting: asyncio.Future[list[PGresult]] = self._loop.create_future()
        self._waiting = waiting
        self._results, self._wanted = [], count
        try:
            # What is there already would not be told of again.
            self._take_results()
            return await waiting
        except asyncio.CancelledError:
            if self._libpq.transaction_status == TransactionStatus.ACTIVE:
                await self._connection.cancel_safe(timeout=_SECONDS_TO_CANCEL)
            raise
        finally:
            self._waiting = None

    def _take(self) -> None:
        """Take in what has arrived, be it that the connection was closed."""
        try:
            self._libpq.consume_input()
            self._take_results()
        except OperationalError as error:
            self.stop()
            if self._waiting is not None and not self._waiting.done():
                self._waiting.set_exception(error)

    def _take_results(self) -> None:
        waiting, results = self._waiting, self._results
        if waiting is None or waiting.done():
            return
        ended = 0
        while not self._libpq.is_busy():
            result = self._libpq.get_result()
            if result is None:
                # It stands behind the results of each statement; two of them are nobody's end.
                ended += 1
                if ended > 1 or self._libpq.status != ConnStatus.OK:
                    message = "the connection was lost"
                    raise OperationalError(message)
                continue
            ended = 0
            results.append(result)
            if len(results) == self._wanted:
                waiting.set_result(results)
                return
