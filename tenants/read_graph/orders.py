"""Orders that lists of several rooms are walked in."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Date, func, literal_column

from tenants.paging import Ordering

# A literal, because an index is of an expression and not of a parameter.
_LONG_AGO = literal_column("date '0001-01-01'", Date())


def by_day(name: str, column: Any, *, descending: bool) -> Ordering:
    """Return the order by a day; a row without one comes as the oldest."""
    return Ordering(name, func.coalesce(column, _LONG_AGO), date.fromisoformat, descending)


def by_id(column: Any) -> tuple[Ordering, ...]:
    """Return the one order of a list that is only ever walked by id."""
    return (Ordering("ID", column, UUID),)
