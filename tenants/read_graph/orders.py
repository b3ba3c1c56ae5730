"""Orders that lists of several rooms are walked in."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func

from tenants.paging import Ordering

_LONG_AGO = date(1, 1, 1)


def by_day(name: str, column: Any, *, descending: bool) -> Ordering:
    """Return the order by a day; a row without one comes as the oldest."""
    return Ordering(name, func.coalesce(column, _LONG_AGO), date.fromisoformat, descending)


def by_id(column: Any) -> tuple[Ordering, ...]:
    """Return the one order of a list that is only ever walked by id."""
    return (Ordering("ID", column, UUID),)
