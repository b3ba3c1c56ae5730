"""Domain functions that send texts and read their rows, run in few round trips.

A transaction of `tenants.db.run` takes four and one for each statement: it begins, sets its scope,
asks and commits. What only asks, and only by `text()`, takes one. What writes by a text at its end
(`Session.end_with`) takes one to ask and one to write and commit.
"""

from collections import namedtuple
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Concatenate, Final, ParamSpec, TypeVar, cast
from uuid import UUID

from psycopg.pq.abc import PGresult
from sqlalchemy import TextClause

from tenants import db
from tenants.access import Viewer
from tenants.binding import encode, number_text
from tenants.pipeline import Prepared, rows_of
from tenants.work import Question, Session

P = ParamSpec("P")
T = TypeVar("T")

# How a value's type is told where the text leaves it open; the last ones are kinds of others.
_CASTS: Final[Mapping[type, str]] = {
    str: "text",
    bytes: "bytea",
    UUID: "uuid",
    datetime: "timestamptz",
    date: "date",
    bool: "boolean",
    int: "bigint",
}
_CASTS_BY_TYPE: Final[Mapping[type, str]] = {**_CASTS, type(None): ""}
# More than there are texts in the code; one that is made anew each time is not kept for good.
_KEPT: Final = 500
_texts: dict[tuple[int, tuple[str, ...]], tuple[TextClause, bytes, Sequence[str]]] = {}
_in_need_of_a_session: set[Any] = set()


class NeedsSession(Exception):
    """A function does more than asking by a text."""


class TextReader:
    """What stands in for a session; it asks by texts and can do nothing else."""

    def __init__(self, viewer: Viewer) -> None:
        """Read for a viewer."""
        self._viewer = viewer

    async def execute(self, statement: object, given: Mapping[str, Any] | None = None) -> "Rows":
        """Return the rows of a text.

        Raises:
            NeedsSession: It is no text, or has a parameter of an unknown type.
        """
        if not isinstance(statement, TextClause):
            raise NeedsSession
        result = await db.read(self._viewer, *_prepared(statement, given or {}))
        return Rows(_named_rows(result))

    def __getattr__(self, name: str) -> Any:
        """Tell that a function wants more than this."""
        raise NeedsSession(name)


class ShortSession:
    """What stands in for a session that asks by texts first and writes by one at the end."""

    def __init__(self, transaction: db.Short) -> None:
        """Ask within a transaction.

        Args:
            transaction: Whose commit is sent with what `last` says.
        """
        self._transaction = transaction
        self.last: list[Prepared] = []

    async def ask(self, *questions: Question) -> list[Sequence[Any]]:
        """Return the rows of texts that are sent together."""
        results = await self._transaction.send(*(_prepared(*one) for one in questions))
        return [_named_rows(result) for result in results]

    async def attempt(self, *questions: Question) -> list[Sequence[Any]]:
        """Return the rows of texts that are sent as a whole transaction."""
        results = await self._transaction.attempt(*(_prepared(*one) for one in questions))
        return [_named_rows(result) for result in results]

    async def end_with(self, statement: TextClause, given: Mapping[str, Any]) -> None:
        """Keep a text to be sent with the commit."""
        self.last.append(_prepared(statement, given))

    def __getattr__(self, name: str) -> Any:
        """Tell that a function wants more than this."""
        raise NeedsSession(name)


def _prepared(statement: TextClause, given: Mapping[str, Any]) -> Prepared:
    """Return a text with its parameters numbered, and their values.

    Raises:
        NeedsSession: One is of an unknown type.
    """
    kinds = tuple(_kind_of(value) for value in given.values())
    known = _texts.get((id(statement), kinds))
    if known is None:
        casts = dict(zip(given, kinds, strict=True))
        if len(_texts) >= _KEPT:
            _texts.clear()
        # The statement is kept, too, so that its id is nobody else's.
        known = _texts[id(statement), kinds] = (statement, *number_text(statement, casts))
    _, text, names = known
    return text, [encode(given[name]) for name in names]


def _named_rows(result: PGresult) -> list[Any]:
    """Return the rows of a result, whose columns have names."""
    columns = tuple((result.fname(index) or b"").decode() for index in range(result.nfields))
    return [*map(_row_type(columns)._make, rows_of(result))]


@lru_cache(maxsize=_KEPT)
def _row_type(columns: tuple[str, ...]) -> Any:
    return namedtuple("row", columns)  # noqa: PYI024 - the text says which columns.


class Rows:
    """The rows of a text."""

    def __init__(self, rows: Sequence[Any]) -> None:
        """Keep them."""
        self._rows = rows

    def one(self) -> Any:
        """Return the only row."""
        (row,) = self._rows
        return row

    def first(self) -> Any:
        """Return the first row, or None."""
        return self._rows[0] if self._rows else None

    def one_or_none(self) -> Any:
        """Return the only row, or None."""
        return self.one() if self._rows else None

    def all(self) -> Sequence[Any]:
        """Return every row."""
        return self._rows


def _kind_of(value: Any) -> str:
    """Return the type that a value is sent as; none for null, which fits any."""
    name = _CASTS_BY_TYPE.get(type(value))
    if name is not None:
        return name
    for kind, name in _CASTS.items():
        if isinstance(value, kind) and not (kind is int and isinstance(value, bool)):
            return name
    raise NeedsSession(type(value).__name__)


async def run_reading(
    function: Callable[Concatenate[Session, Viewer, P], Awaitable[T]],
    viewer: Viewer,
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """Return what a function that only asks by texts returns, in one round trip for each.

    Raises:
        NeedsSession: It does something else; it has changed nothing then. Run it by `db.run`.
    """
    if function in _in_need_of_a_session:
        raise NeedsSession
    try:
        return await function(cast("Session", TextReader(viewer)), viewer, *args, **kwargs)
    except NeedsSession:
        # A function inside another one is a new one each time, and of those there is no end.
        if "<locals>" not in getattr(function, "__qualname__", "<locals>"):
            _in_need_of_a_session.add(function)
        raise


async def run_short(
    function: Callable[Concatenate[Session, Viewer, P], Awaitable[T]],
    viewer: Viewer,
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """Return what a function returns that asks by texts and writes by texts at its end.

    The same as `db.run`, in two messages. One that needs more of a session gets a transaction of
    its own, and nothing has happened before.
    """
    try:
        async with db.short(viewer) as transaction:
            session = ShortSession(transaction)
            result = await function(cast("Session", session), viewer, *args, **kwargs)
            await transaction.commit_after(*session.last)
            return result
    except NeedsSession:
        return await db.run(function, viewer, *args, **kwargs)
