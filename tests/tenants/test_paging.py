"""Windows, cursors and the conditions that they stand for."""

import base64
import json
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import ColumnElement, column
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

from tenants.errors import BadCursor, InvalidInput
from tenants.paging import (
    DEFAULT_PAGE,
    MAX_PAGE,
    Ordering,
    Window,
    make_cursor,
    make_window,
    read_cursor,
    window_conditions,
    window_order,
)

BY_DAY = Ordering("DAY", column("day"), date.fromisoformat)
BY_DAY_DESC = Ordering("DAY_DESC", column("day"), date.fromisoformat, descending=True)
BY_TITLE = Ordering("TITLE", column("title"), str)
ROW = UUID("12345678-1234-4234-8234-123456789abc")
DIALECT = PGDialect_psycopg()  # type: ignore[no-untyped-call]  # SQLAlchemy has no types here.
WORDS = "This cursor does not belong to this list; take one from pageInfo or an edge."


def test_a_page_has_20_rows_unless_asked_for_up_to_100() -> None:
    assert (DEFAULT_PAGE, MAX_PAGE) == (20, 100)
    assert make_window() == Window(20)
    assert make_window(after="a", before="b") == Window(20, after="a", before="b")
    assert make_window(first=0) == Window(0)
    assert make_window(first=100) == Window(100)
    assert make_window(last=7, before="b") == Window(7, backward=True, before="b")


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"first": 1, "last": 1}, "first"),
        ({"first": 0, "last": 0}, "first"),
        ({"first": -1}, "first"),
        ({"first": 101}, "first"),
        ({"last": 101}, "last"),
        ({"last": -1}, "last"),
        ({"first": 2**31 - 1}, "first"),
    ],
)
def test_other_sizes_are_refused(arguments: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        make_window(**arguments)
    assert refusal.value.code == "INVALID_INPUT"
    assert refusal.value.field == (field,)


@given(st.dates(), st.uuids())
def test_a_cursor_names_its_place(day: date, row: UUID) -> None:
    cursor = make_cursor(BY_DAY, day, row)
    assert read_cursor(BY_DAY, cursor, field="after") == (day, row)
    with pytest.raises(BadCursor):
        read_cursor(BY_DAY_DESC, cursor, field="after")


# What PostgreSQL can hold: neither U+0000 nor half a surrogate pair.
TEXTS = st.text(st.characters(exclude_characters="\0", codec="utf-8"))


@given(TEXTS, st.uuids())
def test_a_cursor_names_its_place_among_texts(title: str, row: UUID) -> None:
    assert read_cursor(BY_TITLE, make_cursor(BY_TITLE, title, row), field="after") == (title, row)


def encoded(raw: bytes) -> str:
    """Return what a client would have to send to make us read something."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def refused(ordering: Ordering, cursor: str) -> bool:
    """Return whether a cursor is refused, in our own words and with its field."""
    with pytest.raises(BadCursor) as refusal:
        read_cursor(ordering, cursor, field="before")
    return (refusal.value.code, refusal.value.message, refusal.value.field) == (
        "BAD_CURSOR",
        WORDS,
        ("before",),
    )


BAD = {
    "nothing": "",
    "a word": "cursor",
    "not in the alphabet": "§§§",
    "half a surrogate pair": "\ud800",
    "a space inside": encoded(b'["DAY", "2026-01-01", "x"]')[:5] + " ",
    "no JSON": encoded(b"day"),
    "deep": encoded(b"[" * 50_000),
    "a number of 5,000 digits": encoded(b"[" + b"9" * 5_000 + b"]"),
    "null": encoded(b"null"),
    "a number": encoded(b"1"),
    "two parts": encoded(b'["DAY","2026-01-01"]'),
    "four parts": encoded(b'["DAY","2026-01-01","1","2"]'),
    "another order": make_cursor(BY_DAY_DESC, date(2026, 1, 1), ROW),
    "a list for the order": encoded(json.dumps([["DAY"], "2026-01-01", ROW.hex]).encode()),
    "no day": make_cursor(BY_DAY, "yesterday", ROW),
    "a day that is none": make_cursor(BY_DAY, "2026-02-30", ROW),
    "a number for the day": encoded(json.dumps(["DAY", 5, ROW.hex]).encode()),
    "no id": encoded(json.dumps(["DAY", "2026-01-01", "x"]).encode()),
    "null for the id": encoded(json.dumps(["DAY", "2026-01-01", None]).encode()),
    "invalid UTF-8": encoded(b'["DAY","\xff","x"]'),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_cursor_is_refused(name: str) -> None:
    assert refused(BY_DAY, BAD[name])


@pytest.mark.parametrize("title", ["\0", "a\0b", "\ud800", "\udfff!"])
def test_a_cursor_with_a_text_that_cannot_be_stored_is_refused(title: str) -> None:
    raw = json.dumps(["TITLE", title, ROW.hex]).encode()
    assert refused(BY_TITLE, encoded(raw))


@given(st.text() | st.binary().map(encoded))
def test_nothing_but_bad_cursor_is_ever_raised(cursor: str) -> None:
    for ordering in (BY_DAY, BY_TITLE):
        assert refused(ordering, cursor)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists))
def test_whatever_json_says_it_is_no_cursor(document: object) -> None:
    assert refused(BY_DAY, encoded(json.dumps(document).encode()))


def sql(ordering: Ordering, window: Window) -> str:
    """Return what a window is in SQL."""
    row_id: ColumnElement[UUID] = column("id")
    conditions = window_conditions(ordering, row_id, window)
    order = window_order(ordering, row_id, window)
    compiled = [
        str(one.compile(dialect=DIALECT, compile_kwargs={"literal_binds": True}))
        for one in (*conditions, *order)
    ]
    return "; ".join(compiled)


def test_the_parts_of_a_list_in_sql() -> None:
    early, late = (make_cursor(BY_DAY, date(2026, 1, day), UUID(int=day)) for day in (1, 9))
    first = "('2026-01-01', '00000000-0000-0000-0000-000000000001')"
    last = "('2026-01-09', '00000000-0000-0000-0000-000000000009')"
    assert sql(BY_DAY, Window(5)) == "day ASC; id ASC"
    assert sql(BY_DAY, Window(5, backward=True)) == "day DESC; id DESC"
    assert sql(BY_DAY, Window(5, after=early, before=late)) == (
        f"(day, id) > {first}; (day, id) < {last}; day ASC; id ASC"
    )
    early, late = (make_cursor(BY_DAY_DESC, date(2026, 1, day), UUID(int=day)) for day in (1, 9))
    assert sql(BY_DAY_DESC, Window(5, after=late, before=early)) == (
        f"(day, id) < {last}; (day, id) > {first}; day DESC; id DESC"
    )
    assert sql(BY_DAY_DESC, Window(5, backward=True)) == "day ASC; id ASC"


def test_ids_of_one_place_differ() -> None:
    day = date(2026, 1, 1)
    assert make_cursor(BY_DAY, day, uuid4()) != make_cursor(BY_DAY, day, uuid4())
