"""One round trip to PostgreSQL for a scope and a prepared statement, below every ORM.

psycopg's libpq layer (`psycopg.pq`, driven by its own generators) sends everything at once and
hands the result over as bytes. What is sent up to one sync is one transaction, unless one is open
already.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Final

from psycopg import AsyncConnection, OperationalError, errors, generators
from psycopg.abc import PQGen
from psycopg.adapt import Transformer
from psycopg.pq import ConnStatus, DiagnosticField, ExecStatus, TransactionStatus
from psycopg.pq.abc import PGresult

from tenants.arrivals import Arrivals

Parameters = Sequence[bytes | None]
Prepared = tuple[bytes, Parameters]

# Statements that a connection keeps prepared; the one not used for longest goes first.
KEPT: Final = 200
_GOOD: Final = (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK)


class _Names:
    """What a connection has prepared. A name is never used twice: it outlives a rollback."""

    def __init__(self) -> None:
        self.known: OrderedDict[bytes, bytes] = OrderedDict()
        self.used = 0

    def new(self, text: bytes) -> bytes:
        self.used += 1
        name = self.known[text] = b"afterword_%d" % self.used
        return name

    def surplus(self, wanted: int) -> list[bytes]:
        """Return the names of statements to be forgotten, which are no longer known then."""
        count = max(0, len(self.known) - max(KEPT, wanted))
        return [self.known.popitem(last=False)[1] for _ in range(count)]


async def send(connection: AsyncConnection[Any], statements: Sequence[Prepared]) -> list[PGresult]:
    """Return the results of statements that went to PostgreSQL together.

    Nothing stays prepared, so that the connection may be anybody's.

    Args:
        connection: One that nobody else uses meanwhile.
        statements: Texts with numbered parameters, and their values as text.

    Raises:
        Error: What PostgreSQL says of the first one that failed; none has had an effect then.
    """
    libpq = connection.pgconn
    with _pipeline(libpq):
        for text, parameters in statements:
            libpq.send_query_params(text, parameters)
        return await _results(connection, len(statements))


async def _send_prepared(taken: "_Open", statements: Sequence[Prepared]) -> list[PGresult]:
    """Return the same; each text is parsed and planned once for the connection."""
    libpq, names = taken.connection.pgconn, taken.names
    fresh: list[bytes] = []
    with _pipeline(libpq):
        try:
            for text, _ in statements:
                if text not in names.known:
                    libpq.send_prepare(names.new(text), text)
                    fresh.append(text)
            for text, parameters in statements:
                names.known.move_to_end(text)
                libpq.send_query_prepared(names.known[text], parameters)
            surplus = names.surplus(len(statements))
            for name in surplus:
                libpq.send_query_params(b"DEALLOCATE " + name, None)
            results = await _arrived(taken, len(fresh) + len(statements) + len(surplus))
        except BaseException:
            for text in fresh:
                names.known.pop(text, None)
            raise
    return results[len(fresh) : len(fresh) + len(statements)]


def rows_of(result: PGresult) -> list[tuple[Any, ...]]:
    """Return the rows of a result, texts as texts and the rest as psycopg reads them."""
    transformer = Transformer()
    transformer.set_pgresult(result)
    return transformer.load_rows(0, result.ntuples, tuple)


@contextmanager
def _pipeline(libpq: Any) -> Iterator[None]:
    libpq.enter_pipeline_mode()
    try:
        yield
    finally:
        if libpq.status == ConnStatus.OK:
            # Refused while results are on their way, when the wait was cancelled.
            with suppress(OperationalError):
                libpq.exit_pipeline_mode()


async def _results(connection: AsyncConnection[Any], count: int) -> list[PGresult]:
    """Return the results of so many statements, up to the sync behind them."""
    connection.pgconn.pipeline_sync()
    results = (await connection.wait(_fetched(connection.pgconn, count + 1)))[:-1]
    _check(results, connection)
    return results


async def _arrived(taken: "_Open", count: int) -> list[PGresult]:
    """Return the same on a connection whose arrivals are watched."""
    libpq, arrivals = taken.connection.pgconn, taken.arrivals
    libpq.pipeline_sync()
    if libpq.flush():
        # More than the socket takes at once: psycopg waits until all of it is sent.
        arrivals.stop()
        try:
            results = await taken.connection.wait(_fetched(libpq, count + 1))
        finally:
            if libpq.status == ConnStatus.OK:
                arrivals.watch()
    else:
        results = await arrivals.results(count + 1)
    results.pop()
    _check(results, taken.connection)
    return results


def _fetched(libpq: Any, count: int) -> PQGen[list[PGresult]]:
    """Send what waits and return so many results."""

    def steps() -> Generator[Any, Any, list[PGresult]]:
        yield from generators.send(libpq)
        results: list[PGresult] = []
        while len(results) < count:
            result = yield from generators.fetch(libpq)
            if result is not None:
                results.append(result)
        return results

    return steps()


def _check(results: Sequence[PGresult], connection: AsyncConnection[Any]) -> None:
    for result in results:
        if result.status not in _GOOD:
            state = (result.error_field(DiagnosticField.SQLSTATE) or b"").decode()
            raise _error_class(state)(result.get_error_message(connection.info.encoding))


def _error_class(state: str) -> type[errors.Error]:
    try:
        return errors.lookup(state)
    except KeyError:
        return errors.DatabaseError


@dataclass(frozen=True, slots=True)
class _Open:
    connection: AsyncConnection[Any]
    arrivals: Arrivals
    names: _Names = field(default_factory=_Names)

    async def close(self) -> None:
        self.arrivals.stop()
        await self.connection.close()


class Pool:
    """Connections that send prepared statements, opened when they are first needed."""

    def __init__(self, conninfo: str, size: int) -> None:
        """Open none yet.

        Args:
            conninfo: Where and as whom, as libpq reads it.
            size: At most so many; who comes when all are in use waits.
        """
        self._conninfo = conninfo
        self._free = _Free(size)

    async def send(self, statements: Sequence[Prepared]) -> list[PGresult]:
        """Return what `send` returns, on any connection; only what can be repeated may be sent."""
        async with self.lend() as lent:
            return await lent.send(statements)

    def lend(self) -> "Lending":
        """Give a connection for the time of the block; what is left open on it ends with it."""
        return Lending(self._conninfo, self._free)

    async def close(self) -> None:
        """Close what is open and free."""
        for taken in self._free.clear():
            if taken is not None:
                await taken.close()


class _Free:
    """What of a pool may be taken: the one given back last, by whoever has waited longest.

    A queue of asyncio wakes who waits and lets anybody take what is there meanwhile; who finds
    nothing then waits behind all others. Many requests at once would starve one of them.
    """

    def __init__(self, size: int) -> None:
        self._there: list[_Open | None] = [None] * size
        self._waiting: deque[asyncio.Future[_Open | None]] = deque()

    async def take(self) -> _Open | None:
        """Return one, once it is this one's turn."""
        if self._there:
            return self._there.pop()
        turn: asyncio.Future[_Open | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            return await turn
        except BaseException:
            if turn.done() and not turn.cancelled():
                # It was given in the moment in which nobody waited for it any more.
                self.give(turn.result())
            raise

    def give(self, one: _Open | None) -> None:
        """Give one back."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(one)
                return
        self._there.append(one)

    def clear(self) -> list[_Open | None]:
        """Return all that are there, and leave none."""
        there, self._there = self._there, []
        return there


class Lending:
    """A block that has a connection of a pool."""

    def __init__(self, conninfo: str, free: "_Free") -> None:
        """Take none yet."""
        self._conninfo, self._free = conninfo, free

    async def __aenter__(self) -> "Lent":
        """Take a connection, once one is free."""
        self._lent = Lent(self._conninfo, await self._free.take())
        return self._lent

    async def __aexit__(self, *_: object) -> None:
        """Put it back, or leave room for another one."""
        self._free.give(await _reusable(self._lent.taken))


class Lent:
    """A connection of a pool, used by nobody else meanwhile.

    Attributes:
        taken: The connection, once it is open.
    """

    def __init__(self, conninfo: str, taken: _Open | None) -> None:
        """Open none yet, if none is given."""
        self._conninfo = conninfo
        self._is_used = taken is not None
        self.taken = taken

    async def send(self, statements: Sequence[Prepared]) -> list[PGresult]:
        """Return what `send` returns; each text is parsed and planned once for the connection.

        A connection that PostgreSQL has closed meanwhile is replaced once, so that what is sent
        first must be such that it can be repeated.
        """
        taken = self.taken = self.taken or await _opened(self._conninfo)
        may_be_stale, self._is_used = self._is_used, False
        try:
            return await _send_prepared(taken, statements)
        except OperationalError:
            if not may_be_stale or taken.connection.pgconn.status == ConnStatus.OK:
                raise
            await taken.close()
            taken = self.taken = await _opened(self._conninfo)
            return await _send_prepared(taken, statements)


async def _opened(conninfo: str) -> _Open:
    # Statements are planned once for all values: to plan one takes longer than to run it.
    connection = await AsyncConnection.connect(
        conninfo, autocommit=True, options="-c plan_cache_mode=force_generic_plan"
    )
    return _Open(connection, Arrivals(connection))


async def _reusable(taken: _Open | None) -> _Open | None:
    """Return what was taken if nothing is left on it, or None once it is closed."""
    if taken is None:
        return None
    libpq = taken.connection.pgconn
    idle = libpq.transaction_status == TransactionStatus.IDLE
    if libpq.status == ConnStatus.OK and not libpq.pipeline_status and idle:
        return taken
    await taken.close()
    return None
