"""Dates, texts and addresses as they come from systems that nobody here controls."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenants.offers.ats.reading import FieldError, Fields, one_line, usable_email


@pytest.mark.parametrize(
    ("text", "moment", "day"),
    [
        ("2013-03-22", datetime(2013, 3, 22, tzinfo=UTC), date(2013, 3, 22)),
        ("04/15/2013", datetime(2013, 4, 15, tzinfo=UTC), date(2013, 4, 15)),
        ("4/5/2013", datetime(2013, 4, 5, tzinfo=UTC), date(2013, 4, 5)),
        (" 2013-03-22 ", datetime(2013, 3, 22, tzinfo=UTC), date(2013, 3, 22)),
        ("2013-03-25T00:00:00Z", datetime(2013, 3, 25, tzinfo=UTC), date(2013, 3, 25)),
        ("2013-03-25T10:20:30", datetime(2013, 3, 25, 10, 20, 30, tzinfo=UTC), date(2013, 3, 25)),
        ("2013-03-25T10:20", datetime(2013, 3, 25, 10, 20, tzinfo=UTC), date(2013, 3, 25)),
        (
            "2018-06-06T20:23:10.378Z",
            datetime(2018, 6, 6, 20, 23, 10, 378000, tzinfo=UTC),
            date(2018, 6, 6),
        ),
        (
            "2018-06-06T20:23:10.123456789Z",
            datetime(2018, 6, 6, 20, 23, 10, 123456, tzinfo=UTC),
            date(2018, 6, 6),
        ),
        ("2018-06-06 20:23:10 UTC", datetime(2018, 6, 6, 20, 23, 10, tzinfo=UTC), date(2018, 6, 6)),
        (
            "2018-06-06T20:23:10-05:00",
            datetime(2018, 6, 7, 1, 23, 10, tzinfo=UTC),
            date(2018, 6, 7),
        ),
        (
            "2018-06-06T20:23:10+0530",
            datetime(2018, 6, 6, 14, 53, 10, tzinfo=UTC),
            date(2018, 6, 6),
        ),
        ("2024-02-29", datetime(2024, 2, 29, tzinfo=UTC), date(2024, 2, 29)),
    ],
)
def test_a_date_of_either_style_is_read_as_utc(text: str, moment: datetime, day: date) -> None:
    fields = Fields({"at": text})
    assert fields.moment("at") == moment
    assert fields.moment("at").tzinfo is UTC  # type: ignore[union-attr] # Compared just above.
    assert fields.day("at") == day


@pytest.mark.parametrize(
    "value",
    [
        *("2013-02-29", "2013-13-01", "22.03.2013", "22/03/2013", "00/10/2013", "03/22/13"),
        *("20130322", "2013-W12-5", "2013-3-2", "2013-03-22T", "2013-03-22T10", "T10:00"),
        *("2013-03-22T24:30:00Z", "2013-03-22T10:60Z", "2013-03-22T10:20:61Z", "now", "1363910400"),
        *("2013-03-22T10:2033", "1989-12-31", "2101-01-01", "0000-00-00", "2013-03-22Z"),
        *("٢٠١٣-٠٣-٢٢", "2013-03-22T10:20:30+99:99", "2013-03-22\n2014-03-22", 1363910400, 1.5),
        *(True, False, [], {}, ["2013-03-22"]),
    ],
)
def test_anything_else_is_no_date(value: object) -> None:
    with pytest.raises(FieldError, match=r"^The field a\.at is not a possible date\.$"):
        Fields({"at": value}, "a").moment("at")


def test_the_first_field_that_says_anything_gives_the_date() -> None:
    fields = Fields({"a": None, "b": "", "c": "2013-03-22", "d": "nonsense"})
    assert fields.day("a", "b", "c", "d") == date(2013, 3, 22)
    assert fields.day("a", "b", "missing") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  Ana  María ", "Ana María"),
        ("a\r\nBcc: b@x.org", "a Bcc: b@x.org"),
        ("a\x00b\x7fc\u0085d\u2028e", "a b c d e"),
        ("\ud800a\udfff", "a"),
        ("e\u0301", "\u00e9"),
        ("\u0645\u06cc\u200c\u062e", "\u0645\u06cc\u200c\u062e"),
        ("\t\n", ""),
    ],
)
def test_text_becomes_one_line(text: str, expected: str) -> None:
    assert one_line(text) == expected


@given(st.text(alphabet=st.characters(codec=None, categories=None), max_size=40))
def test_one_line_is_always_storable_and_settled(text: str) -> None:
    line = one_line(text)
    assert "\x00" not in line
    assert line == line.strip()
    assert len(line.splitlines()) <= 1
    assert line.encode().decode() == line
    assert one_line(line) == line


@pytest.mark.parametrize(
    "address",
    ["a@b.org", "first.last+tag@sub.example.com", "o'hara@example.ie", "josé@münchen.example"],
)
def test_a_usable_address_is_taken(address: str) -> None:
    assert usable_email(f" {address} ") == address


@pytest.mark.parametrize(
    "address",
    [
        *("", "a", "a@", "@b.org", "a@b", "a@b.", "a@.org", "a@b..org", ".a@b.org", "a.@b.org"),
        *("a..b@c.org", "a b@c.org", "a@b@c.org", "<a@b.org>", "A <a@b.org>", "a@b.org,c@d.org"),
        *(
            "a@b.org;c@d.org",
            "a@b.org\nBcc: c@d.org",
            "a\x00@b.org",
            "a\u200b@b.org",
            "\ud800@b.org",
        ),
        "a" * 250 + "@b.org",
    ],
)
def test_an_unusable_address_is_not(address: str) -> None:
    assert usable_email(address) is None
