"""Keyset paging: cursors, and the part of a list that the arguments of a connection ask for."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from tenants.errors import BadCursor, InvalidInput

T = TypeVar("T")

DEFAULT_PAGE = 20
MAX_PAGE = 100


@dataclass(frozen=True, slots=True)
class Ordering:
    """An order in which a list can be walked; the id breaks ties.

    Attributes:
        name: As the API spells it; part of the cursor, so that orders are not mixed.
        expression: What is sorted; never null (coalesce it).
        read: Makes the value of a cursor's text, raising ValueError on anything else.
        descending: Largest first.
    """

    name: str
    expression: ColumnElement[Any] | InstrumentedAttribute[Any]
    read: Callable[[str], Any]
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Window:
    """Which part of a list is wanted.

    Attributes:
        size: At most this many.
        backward: Counted from the end.
        after: The cursor behind which the part begins, or None.
        before: The cursor ahead of which it ends, or None.
    """

    size: int
    backward: bool = False
    after: str | None = None
    before: str | None = None


def make_window(
    *,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
) -> Window:
    """Return the window that a connection's arguments ask for; the first 20 if they are silent.

    Raises:
        InvalidInput: Both `first` and `last`, or a size outside 0 to 100.
    """
    if first is not None and last is not None:
        message = "Give either first or last, not both."
        raise InvalidInput(message, field="first")
    name, size = ("last", last) if last is not None else ("first", first)
    if size is not None and not 0 <= size <= MAX_PAGE:
        message = f"{name} is between 0 and {MAX_PAGE}."
        raise InvalidInput(message, field=name)
    return Window(
        size=DEFAULT_PAGE if size is None else size,
        backward=last is not None,
        after=after,
        before=before,
    )


def make_cursor(ordering: Ordering, value: Any, row_id: UUID) -> str:
    """Return an opaque text that names a place in a list in one order."""
    text = value.isoformat() if isinstance(value, (date, datetime)) else str(value)
    place = json.dumps([ordering.name, text, row_id.hex], separators=(",", ":"))
    return base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")


def read_cursor(ordering: Ordering, cursor: str, *, field: str) -> tuple[Any, UUID]:
    """Return the place that a cursor names.

    Raises:
        BadCursor: The cursor is not of a list in this order.
    """
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        name, text, row_id = json.loads(raw)
        if name == ordering.name and isinstance(text, str) and isinstance(row_id, str):
            # PostgreSQL takes neither half a surrogate pair, which this refuses, nor U+0000.
            text.encode()
            if "\0" not in text:
                return ordering.read(text), UUID(hex=row_id)
    except (binascii.Error, ValueError, TypeError, RecursionError):
        pass
    message = "This cursor does not belong to this list; take one from pageInfo or an edge."
    raise BadCursor(message, field=field)


def window_conditions(
    ordering: Ordering, row_id: ColumnElement[UUID] | InstrumentedAttribute[UUID], window: Window
) -> Sequence[ColumnElement[bool]]:
    """Return what keeps a statement to the part between the window's cursors.

    Raises:
        BadCursor: A cursor is not of a list in this order.
    """
    if window.after is None and window.before is None:
        return []
    place = tuple_(ordering.expression, row_id)
    conditions = []
    if window.after is not None:
        after = tuple_(*read_cursor(ordering, window.after, field="after"))
        conditions.append(place < after if ordering.descending else place > after)
    if window.before is not None:
        before = tuple_(*read_cursor(ordering, window.before, field="before"))
        conditions.append(place > before if ordering.descending else place < before)
    return conditions


def window_order(
    ordering: Ordering, row_id: ColumnElement[UUID] | InstrumentedAttribute[UUID], window: Window
) -> Sequence[ColumnElement[Any]]:
    """Return the columns to order by; a backward window is read from its end."""
    if ordering.descending != window.backward:
        return [ordering.expression.desc(), row_id.desc()]
    return [ordering.expression.asc(), row_id.asc()]


@dataclass(frozen=True, slots=True)
class Part(Generic[T]):
    """A part of a list that is no noun's, with the cursor of each item.

    Attributes:
        items: In the list's order.
        cursors: Parallel.
        has_previous: Whether something precedes the part, as far as the window tells.
        has_next: Whether something follows it, likewise.
    """

    items: Sequence[T]
    cursors: Sequence[str]
    has_previous: bool
    has_next: bool


def cut_part(window: Window, rows: Sequence[T], cursor_of: Callable[[T], str]) -> Part[T]:
    """Return the window's part of rows that were read one beyond it.

    Args:
        window: Which part.
        rows: In the order of reading; from its end where the window is counted from there.
        cursor_of: Returns the place of a row.
    """
    more = len(rows) > window.size
    kept = rows[: window.size]
    if window.backward:
        kept = kept[::-1]
    return Part(
        kept,
        [cursor_of(row) for row in kept],
        has_previous=more if window.backward else window.after is not None,
        has_next=window.before is not None if window.backward else more,
    )
