"""Domain functions that send a text and read its rows, run in one round trip.

A transaction of `tenants.db.run` takes four: it begins, sets its scope, asks and commits. What only
asks, and only by `text()`, needs none of the rest.
"""

from collections import namedtuple
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Concatenate, Final, ParamSpec, TypeVar, cast
from uuid import UUID

from sqlalchemy import TextClause

from tenants import db
from tenants.access import Viewer
from tenants.binding import encode, number_text
from tenants.pipeline import rows_of
from tenants.work import Session

P = ParamSpec("P")
T = TypeVar("T")

# How a value's type is told where the text leaves it open; the last ones are kinds of others.
_CASTS: Final[Mapping[type, str]] = {
    str: "text",
    UUID: "uuid",
    datetime: "timestamptz",
    date: "date",
    bool: "boolean",
    int: "bigint",
}
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
        values = given or {}
        kinds = tuple(_kind_of(value) for value in values.values())
        known = _texts.get((id(statement), kinds))
        if known is None:
            casts = dict(zip(values, kinds, strict=True))
            if len(_texts) >= _KEPT:
                _texts.clear()
            # The statement is kept, too, so that its id is nobody else's.
            known = _texts[id(statement), kinds] = (statement, *number_text(statement, casts))
        _, text, names = known
        result = await db.read(self._viewer, text, [encode(values[name]) for name in names])
        columns = [(result.fname(index) or b"").decode() for index in range(result.nfields)]
        row = namedtuple("row", columns)  # type: ignore[misc]  # the text says which.  # noqa: PYI024
        return Rows([row(*one) for one in rows_of(result)])

    def __getattr__(self, name: str) -> Any:
        """Tell that a function wants more than this."""
        raise NeedsSession(name)


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
    if value is None:
        return ""
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
