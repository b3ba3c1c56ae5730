"""When a candidate may be written to: after a delay, not at night, not twice in half a year."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from tenants.errors import InvalidInput

MONTHS_BETWEEN_INVITATIONS: Final = 6


@dataclass(frozen=True, slots=True)
class QuietHours:
    """The part of each day in which no mail is sent, half-open, over midnight if need be.

    Attributes:
        starts_at: Its first hour, 0 to 23.
        ends_at: The hour with which it is over, another one than the first.
    """

    starts_at: int
    ends_at: int

    def has(self, moment: time) -> bool:
        """Return whether a time of day lies within."""
        if self.starts_at < self.ends_at:
            return self.starts_at <= moment.hour < self.ends_at
        return moment.hour >= self.starts_at or moment.hour < self.ends_at


def allowed_at(moment: datetime, quiet: QuietHours | None, zone: str) -> datetime:
    """Return the first moment (UTC) from a given one on that is in nobody's quiet hours.

    Args:
        moment: The earliest, with a time zone.
        quiet: Which hours are left out; None for none.
        zone: The time zone that they are meant in, by its IANA name.
    """
    local = moment.astimezone(ZoneInfo(zone))
    if quiet is None or not quiet.has(local.time()):
        return moment.astimezone(UTC)
    over = datetime.combine(local.date(), time(quiet.ends_at), local.tzinfo)
    # A clock that was put back shows an hour twice: the comparison has to be of moments.
    if over.astimezone(UTC) <= moment.astimezone(UTC):
        over = datetime.combine(local.date() + timedelta(days=1), time(quiet.ends_at), local.tzinfo)
    return over.astimezone(UTC)


def check_time_zone(name: str, *field: str) -> str:
    """Return the name of a time zone that there is.

    Raises:
        InvalidInput: There is none of this name.
    """
    if name not in available_timezones():
        message = "A time zone is given by its IANA name, as Europe/Berlin or America/New_York."
        raise InvalidInput(message, field=field)
    return name


def invited_again_from(invited_on: date) -> date:
    """Return the first day on which somebody who was invited may be invited to another interview.

    That is the same day six months later, or the first of the next month where there is none.
    """
    months = invited_on.month - 1 + MONTHS_BETWEEN_INVITATIONS
    year, month = invited_on.year + months // 12, months % 12 + 1
    try:
        return invited_on.replace(year=year, month=month)
    except ValueError:
        return date(year + month // 12, month % 12 + 1, 1)


def last_invited_before(today: date) -> date:
    """Return the last day of another invitation that does not stand in the way of one today."""
    day = today
    months = today.month - 1 - MONTHS_BETWEEN_INVITATIONS
    year, month = today.year + months // 12, months % 12 + 1
    try:
        day = today.replace(year=year, month=month)
    except ValueError:
        first = date(year + month // 12, month % 12 + 1, 1)
        day = first - timedelta(days=1)
    return day
