"""When somebody may be written to: properties over moments, zones and days."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenants.errors import InvalidInput
from tenants.interviews.mail_times import (
    QuietHours,
    allowed_at,
    check_time_zone,
    invited_again_from,
    last_invited_before,
)

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe")
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - the strategy adds the zone.
HOURS = st.integers(0, 23)


@given(MOMENTS, HOURS, HOURS, st.sampled_from(ZONES))
def test_a_mail_waits_for_the_end_of_the_quiet_hours_and_no_longer(
    moment: datetime, starts_at: int, ends_at: int, zone: str
) -> None:
    if starts_at == ends_at:
        return
    quiet = QuietHours(starts_at, ends_at)
    allowed = allowed_at(moment, quiet, zone)
    assert moment <= allowed <= moment + timedelta(hours=25)
    assert not quiet.has(allowed.astimezone(ZoneInfo(zone)).time())
    if not quiet.has(moment.astimezone(ZoneInfo(zone)).time()):
        assert allowed == moment
    assert allowed_at(allowed, quiet, zone) == allowed


def test_quiet_hours_over_midnight() -> None:
    night = QuietHours(20, 8)
    late = datetime(2026, 1, 15, 22, 30, tzinfo=UTC)
    assert allowed_at(late, night, "Europe/Berlin") == datetime(2026, 1, 16, 7, tzinfo=UTC)
    assert allowed_at(late, None, "Europe/Berlin") == late
    assert allowed_at(late, night, "America/New_York") == late


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.dates(date(2020, 1, 1), date(2040, 1, 1)))
def test_the_two_ways_to_count_six_months_agree(invited_on: date, today: date) -> None:
    assert (invited_on <= last_invited_before(today)) is (today >= invited_again_from(invited_on))


def test_six_months_end_on_the_same_day_or_the_next_one_that_there_is() -> None:
    assert invited_again_from(date(2026, 3, 15)) == date(2026, 9, 15)
    assert invited_again_from(date(2026, 8, 31)) == date(2027, 3, 1)
    assert invited_again_from(date(2026, 12, 5)) == date(2027, 6, 5)


def test_a_time_zone_has_to_be_one() -> None:
    assert check_time_zone("Europe/Berlin", "timeZone") == "Europe/Berlin"
    with pytest.raises(InvalidInput, match="IANA"):
        check_time_zone("../../etc/passwd", "timeZone")
