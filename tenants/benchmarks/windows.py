"""Over which months a release compares."""

from datetime import date, timedelta
from typing import Final

from tenants.errors import InvalidInput
from tenants.insights.windows import Window, month_of, months_after

RELEASE_MONTHS: Final = 12
# The last month before a release is left out: its candidates are still answering.
LAG_MONTHS: Final = 1
MINIMUM_AGE: Final = timedelta(days=90)
# How long a family that withdrew stays out.
REJOIN_MONTHS: Final = 12


def window_of(as_of: date) -> Window:
    """Return the window of a release that is made on a day, half-open in whole months."""
    ends_on = months_after(month_of(as_of), -LAG_MONTHS)
    return Window(months_after(ends_on, -RELEASE_MONTHS), ends_on)


def months_after_day(day: date, months: int) -> date:
    """Return the same day so many months later, or the last one of that month."""
    first = months_after(month_of(day), months)
    last = months_after(first, 1) - timedelta(days=1)
    return first.replace(day=min(day.day, last.day))


def require_months(starts_on: date, ends_on: date) -> None:
    """Return only if a window is made of whole months, at least one.

    Raises:
        InvalidInput: It is not.
    """
    if starts_on >= ends_on or starts_on != month_of(starts_on) or ends_on != month_of(ends_on):
        message = "A window begins with the first day of a month and ends with that of a later one."
        raise InvalidInput(message, field="window")
