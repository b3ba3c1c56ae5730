"""The disjoint windows that editions are published for."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from tenants.disclosure.rules import WINDOW_MONTHS, Dimension
from tenants.organisations.insight_models import InsightSettings
from tenants.organisations.insight_settings import settings_at

# Each window of a year must have had so many hidden respondents before windows may be so short.
HIDDEN_FOR_SHORTER: Final = 20
_YEAR: Final = 12


@dataclass(frozen=True, slots=True)
class Window:
    """Whole months, half-open: from the first day of one to the first day of another."""

    starts_on: date
    ends_on: date
    dimension: Dimension = Dimension.DEPARTMENT


def month_of(day: date) -> date:
    """Return the first day of a day's month."""
    return day.replace(day=1)


def months_after(month: date, count: int) -> date:
    """Return the first day of the month that lies so many months after, or before, another."""
    index = month.year * 12 + month.month - 1 + count
    return date(index // 12, index % 12 + 1, 1)


def length_of(wanted: int, starts_on: date, hidden: Mapping[date, int]) -> int:
    """Return how many months a window has: those wanted, if the year before was full enough.

    Windows of 6 or 3 months take at least `HIDDEN_FOR_SHORTER` hidden respondents in each such
    window of the twelve months before; else the next longer ones are tried, up to twelve.

    Args:
        wanted: 12, 6 or 3.
        starts_on: First day of the window.
        hidden: CONFIDENTIAL and ANONYMOUS responses by month.
    """

    def count(months: int, back: int) -> int:
        return sum(hidden.get(months_after(starts_on, -back + one), 0) for one in range(months))

    while wanted < _YEAR:
        if all(count(wanted, b) >= HIDDEN_FOR_SHORTER for b in range(wanted, _YEAR + 1, wanted)):
            break
        wanted *= 2
    return wanted


def windows_from(
    starts_on: date,
    versions: Sequence[InsightSettings] = (),
    hidden: Mapping[date, int] | None = None,
) -> Iterator[Window]:
    """Yield the window that begins on a day and those that follow it, without end.

    Each begins where the one before ends, whatever the settings say: no two have a month in common,
    so that nobody is counted in two figures that could be subtracted from each other.

    Args:
        starts_on: First day of the first one.
        versions: Of the settings, the oldest first.
        hidden: CONFIDENTIAL and ANONYMOUS responses by month; none if absent.
    """
    while True:
        version = settings_at(versions, starts_on)
        months, dimension = WINDOW_MONTHS, Dimension.DEPARTMENT
        if version is not None:
            months = length_of(version.window_months, starts_on, hidden or {})
            dimension = version.dimension
        ends_on = months_after(starts_on, months)
        yield Window(starts_on, ends_on, dimension)
        starts_on = ends_on


def ended_windows(
    *,
    first_day: date,
    published_until: date | None,
    as_of: date,
    versions: Sequence[InsightSettings] = (),
    hidden: Mapping[date, int] | None = None,
) -> Iterator[Window]:
    """Yield the windows that are to be published, oldest first.

    Args:
        first_day: Of the organisation; its month begins the first window.
        published_until: End of the newest edition; None before the first.
        as_of: A day of the last month that counts as ended.
        versions: Of the settings, the oldest first.
        hidden: CONFIDENTIAL and ANONYMOUS responses by month.
    """
    end_of_time = months_after(month_of(as_of), 1)
    for window in windows_from(published_until or month_of(first_day), versions, hidden):
        if window.ends_on > end_of_time:
            return
        yield window


def window_of(
    day: date,
    *,
    first_day: date,
    published_until: date | None,
    versions: Sequence[InsightSettings],
    hidden: Mapping[date, int],
) -> Window:
    """Return the window that a day lies in, published or not; the first one for days before it."""
    begins = published_until or month_of(first_day)
    return next(one for one in windows_from(begins, versions, hidden) if day < one.ends_on)
