"""The disjoint windows that editions are published for."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

WINDOW_MONTHS: Final = 12


@dataclass(frozen=True, slots=True)
class Window:
    """Whole months, half-open: from the first day of one to the first day of another."""

    starts_on: date
    ends_on: date


def month_of(day: date) -> date:
    """Return the first day of a day's month."""
    return day.replace(day=1)


def months_after(month: date, count: int) -> date:
    """Return the first day of the month that lies so many months after, or before, another."""
    index = month.year * 12 + month.month - 1 + count
    return date(index // 12, index % 12 + 1, 1)


def ended_windows(
    *, first_day: date, published_until: date | None, as_of: date, months: int = WINDOW_MONTHS
) -> Iterator[Window]:
    """Yield the windows that are to be published, oldest first.

    Args:
        first_day: Of the organisation; its month begins the first window.
        published_until: End of the newest edition; None before the first.
        as_of: A day of the last month that counts as ended.
        months: Length of a window.
    """
    end_of_time = months_after(month_of(as_of), 1)
    starts_on = published_until or month_of(first_day)
    while (ends_on := months_after(starts_on, months)) <= end_of_time:
        yield Window(starts_on, ends_on)
        starts_on = ends_on
