"""Mutated payloads never raise anything unexpected, and what must not be kept never passes."""

import contextlib
import copy
import dataclasses
import json
import re
from collections.abc import Iterator
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenants.offers.ats import greenhouse
from tenants.offers.ats.events import NeedsReview, Parsed, ReviewCode, Unreadable
from tenants.offers.statuses import OfferStatus
from tenants.reasons import DeclineReason

Json = Any
Place = tuple[str | int, ...]

EXAMPLES: dict[str, Json] = {
    path.stem.removeprefix("webhook_"): json.loads(path.read_bytes())
    for path in sorted(
        (Path(__file__).parents[3] / "data" / "greenhouse").glob("webhook_*.json"),
    )
}
NEVER_KEPT = {
    *("custom_fields", "notes", "phone_numbers", "addresses", "website_addresses"),
    *("social_media_addresses", "attachments", "educations", "employments", "tags", "company"),
    *("rejection_details", "credited_to", "recruiter", "coordinator", "content", "headline"),
}
REPLACEMENTS: list[Json] = [
    *(None, True, 0, -1, 1.5, 10**30, "", "x", "\x00\ud800", [], [[]], {}, [{}]),
]
KEPT_TEXTS = {"first_name", "last_name", "email", "title", "department", "location"}

any_text = st.text(alphabet=st.characters(codec=None, categories=None), max_size=20)
awkward = st.sampled_from(
    [
        *("", " ", "0", "-1", "1.5", "9" * 30, "Infinity", "true", "null", "\x00", "\ud800"),
        *("2013-02-30", "04/15/2013", "0001-01-01T00:00:00-23:59", "9999-12-31T23:59:59-12:00"),
        *("Rejected", "They rejected us", "a@b.org", "x" * 1000, 0, -1, 1e308, 2**63, 10**25),
        *(True, False, None),
    ]
)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | any_text
    | awkward,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(any_text, inner, max_size=3),
    max_leaves=6,
)


def paths(value: object, at: Place = ()) -> Iterator[Place]:
    """Yield the path of every subtree and leaf."""
    yield at
    children = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, child in children:
        yield from paths(child, (*at, key))


def leaves(value: object) -> Iterator[object]:
    """Yield every scalar."""
    if isinstance(value, dict | list):
        for child in value.values() if isinstance(value, dict) else value:
            yield from leaves(child)
    else:
        yield value


def place(message: Json, path: Place) -> Json:
    """Return what stands at a path."""
    for key in path:
        message = message[key]
    return message


def check(parsed: Parsed) -> None:
    """Assert what holds of every result, whatever was sent."""
    assert len(parsed.events) >= 1
    reviews = [event for event in parsed.events if isinstance(event, NeedsReview)]
    if reviews:
        assert len(parsed.events) == 1
        assert isinstance(reviews[0].code, ReviewCode)
        assert re.fullmatch(r"The field [A-Za-z_.\[\]0-9]+ [A-Za-z0-9' ]+\.", reviews[0].reason)
    for event in parsed.events:
        for field, leaf in _scalars(dataclasses.asdict(event)):
            assert (
                leaf is None
                or isinstance(
                    leaf, str | bool | datetime | date | OfferStatus | DeclineReason | ReviewCode
                )
                or (field == "version" and isinstance(leaf, int))
            )
            if isinstance(leaf, str) and not isinstance(leaf, Enum):
                # A database, a log and a mail's header take it.
                assert "\x00" not in leaf
                assert leaf.encode()
                assert len(leaf.splitlines()) == 1
            if field.endswith(("_id", "_ids")) and leaf is not None:
                assert isinstance(leaf, str)
                assert re.fullmatch("[1-9][0-9]{0,19}", leaf)
            if isinstance(leaf, datetime):
                assert leaf.utcoffset() is not None
                assert 1989 <= leaf.year <= 2101


def _scalars(value: object, field: str = "") -> Iterator[tuple[str, object]]:
    """Yield every scalar with the name of the field that holds it."""
    if isinstance(value, dict):
        for key, child in value.items():
            yield from _scalars(child, key)
    elif isinstance(value, tuple):
        for child in value:
            yield from _scalars(child, field)
    else:
        yield field, value


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_no_mutation_raises_anything_but_unreadable(data: st.DataObject) -> None:
    message = copy.deepcopy(EXAMPLES[data.draw(st.sampled_from(sorted(EXAMPLES)))])
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(list(paths(message))))
        if not path:
            message = data.draw(json_values)
        elif data.draw(st.booleans()):
            del place(message, path[:-1])[path[-1]]
        else:
            place(message, path[:-1])[path[-1]] = data.draw(json_values)
        if not isinstance(message, dict):
            break
    body = json.dumps(message, ensure_ascii=True).encode()
    try:
        parsed = greenhouse.parse(body)
    except Unreadable:
        action = message.get("action") if isinstance(message, dict) else None
        assert not (isinstance(action, str) and re.fullmatch("[A-Za-z0-9_.:-]{1,100}", action))
    else:
        check(parsed)


@pytest.mark.parametrize("action", EXAMPLES)
def test_dropping_or_replacing_any_one_place_of_an_example_is_taken(action: str) -> None:
    def taken(message: object) -> None:
        check(greenhouse.parse(json.dumps(message).encode()))

    for path in paths(EXAMPLES[action]):
        if not path or path == ("action",):
            continue
        dropped = copy.deepcopy(EXAMPLES[action])
        del place(dropped, path[:-1])[path[-1]]
        taken(dropped)
        for value in REPLACEMENTS:
            replaced = copy.deepcopy(EXAMPLES[action])
            place(replaced, path[:-1])[path[-1]] = value
            taken(replaced)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_raise_anything_but_unreadable(body: bytes) -> None:
    with contextlib.suppress(Unreadable):
        check(greenhouse.parse(body))


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_no_flipped_byte_of_an_example_raises_anything_but_unreadable(data: st.DataObject) -> None:
    example = EXAMPLES[data.draw(st.sampled_from(sorted(EXAMPLES)))]
    body = bytearray(json.dumps(example).encode())
    for _ in range(data.draw(st.integers(1, 4))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(Unreadable):
        check(greenhouse.parse(bytes(body)))


def forbidden_places(message: Json) -> list[Place]:
    """Return the outermost places of pay, notes, custom fields, phones, addresses and the like."""
    return [
        path
        for path in paths(message)
        if path and path[-1] in NEVER_KEPT and NEVER_KEPT.isdisjoint(path[:-1])
    ]


@pytest.mark.parametrize("action", EXAMPLES)
def test_no_pay_note_custom_field_phone_or_address_of_an_example_is_in_its_events(
    action: str,
) -> None:
    message = EXAMPLES[action]
    forbidden = {
        str(leaf)
        for path in forbidden_places(message)
        for leaf in leaves(place(message, path))
        # A boolean is everywhere, and so are two letters.
        if leaf is not None and not isinstance(leaf, bool) and len(str(leaf)) > 2
    }
    events = greenhouse.parse(json.dumps(message).encode()).events
    said = [
        leaf
        for event in events
        for _, leaf in _scalars(dataclasses.asdict(event))
        if isinstance(leaf, str | int)
    ]
    for secret in forbidden:
        assert not [text for text in said if secret in str(text)]


@pytest.mark.parametrize("action", EXAMPLES)
def test_what_must_not_be_kept_makes_no_difference_to_an_examples_events(action: str) -> None:
    expected = greenhouse.parse(json.dumps(EXAMPLES[action]).encode())
    without, other = copy.deepcopy(EXAMPLES[action]), copy.deepcopy(EXAMPLES[action])
    for path in forbidden_places(EXAMPLES[action]):
        del place(without, path[:-1])[path[-1]]
        place(other, path[:-1])[path[-1]] = {"salary": {"value": {"amount": 80000}}}
    assert greenhouse.parse(json.dumps(without).encode()) == expected
    assert greenhouse.parse(json.dumps(other).encode()) == expected


def test_the_examples_do_hold_what_must_not_be_kept() -> None:
    held = [path for message in EXAMPLES.values() for path in forbidden_places(message)]
    assert {path[-1] for path in held} == NEVER_KEPT


@pytest.mark.parametrize("action", EXAMPLES)
def test_a_mark_left_in_any_place_is_only_found_in_the_texts_that_are_kept(
    action: str,
) -> None:
    mark = "Mark4711"
    for path in paths(EXAMPLES[action]):
        if not path or path == ("action",):
            continue
        message = copy.deepcopy(EXAMPLES[action])
        place(message, path[:-1])[path[-1]] = mark
        parsed = greenhouse.parse(json.dumps(message).encode())
        for event in parsed.events:
            for field, leaf in _scalars(dataclasses.asdict(event)):
                if mark in str(leaf):
                    assert field in KEPT_TEXTS
                    assert not NEVER_KEPT.intersection(path)
