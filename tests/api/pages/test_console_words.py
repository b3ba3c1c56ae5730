"""What the console says: codes, days, names and answers of every shape."""

from typing import Any

import pytest

from api.pages.console_roles import ROLES
from api.pages.console_words import (
    day,
    full_name,
    in_words,
    moment,
    say,
)
from tenants.access import PEOPLE_ROLES

QUESTION: dict[str, Any] = {
    "wording": "What do you think?",
    "unit": None,
    "options": [{"code": "A", "wording": "Apples"}, {"code": "P", "wording": "Pears"}],
    "scale": [
        {"point": 1, "wording": "Poor"},
        {"point": 2, "wording": None},
        {"point": 3, "wording": "Good"},
    ],
}


def answer(value: dict[str, Any] | None, *, state: str = "ANSWERED", **changes: Any) -> Any:
    return {
        "state": state,
        "doNotQuote": False,
        "question": {**QUESTION, **changes},
        "value": value,
    }


@pytest.mark.parametrize(
    ("value", "lines"),
    [
        ({"__typename": "ChoiceValue", "code": "A", "otherText": None}, ("Apples",)),
        ({"__typename": "ChoiceValue", "code": "A", "otherText": "red"}, ("Apples", "“red”")),
        (
            {"__typename": "ChoicesValue", "codes": ["P", "A"], "otherText": "both"},
            ("Pears", "Apples", "“both”"),
        ),
        ({"__typename": "ScaleValue", "scale": 3}, ("3 of 3 (Good)",)),
        ({"__typename": "ScaleValue", "scale": 2}, ("2 of 3",)),
        ({"__typename": "NumberValue", "number": "4.50"}, ("4.50",)),
        ({"__typename": "RankingValue", "ranking": ["P", "A"]}, ("1. Pears", "2. Apples")),
        (
            {
                "__typename": "MatrixValue",
                "rows": [{"row": "A", "scale": 1}, {"row": "P", "scale": 2}],
            },
            ("Apples: 1 of 3 (Poor)", "Pears: 2 of 3"),
        ),
        ({"__typename": "BooleanValue", "boolean": True}, ("Yes",)),
        ({"__typename": "BooleanValue", "boolean": False}, ("No",)),
        ({"__typename": "DateValue", "date": "2026-11-05"}, ("5 November 2026",)),
        ({"__typename": "TextValue", "text": "Well.\nQuite."}, ("Well.\nQuite.",)),
    ],
)
def test_an_answer_in_words(value: dict[str, Any], lines: tuple[str, ...]) -> None:
    said = say(answer(value))
    assert (said.question, said.lines, said.is_answer) == ("What do you think?", lines, True)
    assert said.is_own_words is (value["__typename"] == "TextValue")


def test_a_number_has_its_unit() -> None:
    value = {"__typename": "NumberValue", "number": "12"}
    assert say(answer(value, unit="percent")).lines == ("12 percent",)


@pytest.mark.parametrize(
    ("state", "line"),
    [
        ("SKIPPED", "No answer"),
        ("PREFER_NOT_TO_SAY", "Prefers not to say"),
        ("NOT_SHOWN", "Not asked"),
        ("ANSWERED", "Answered, and not to be shared word for word"),
    ],
)
def test_what_is_said_where_there_is_no_answer_to_show(state: str, line: str) -> None:
    said = say(answer(None, state=state))
    assert (said.lines, said.is_answer, said.is_own_words) == ((line,), False, False)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (None, ""),
        ("DECLINED", "Declined"),
        ("NOT_NEEDED", "Not needed"),
        ("RENEGED", "Turned down after accepting"),
        ("PAY_BASE", "Base pay"),
        ("invitations.send", "Send an invitation"),
    ],
)
def test_a_code_in_words(code: str | None, words: str) -> None:
    assert in_words(code) == words


def test_days_and_moments() -> None:
    assert (day(None), day("2026-11"), day("2026-02-03")) == (
        "",
        "November 2026",
        "3 February 2026",
    )
    assert moment("2026-11-05T23:30:00-01:00") == "6 November 2026, 00:30 UTC"
    assert moment(None) == ""


def test_names() -> None:
    assert full_name(None) == ""
    assert full_name({"firstName": None, "lastName": None}) == ""
    assert full_name({"firstName": "Ada", "lastName": None}) == "Ada"
    assert full_name({"firstName": "Ada", "lastName": "Vale"}) == "Ada Vale"


def test_every_role_of_people_has_its_words() -> None:
    assert set(ROLES) == {role.name for role in PEOPLE_ROLES}
    assert [words.as_words for words in ROLES.values()] == [
        "consultant",
        "HR",
        "hiring manager",
        "leadership",
        "independent administrator",
        "firm administrator",
    ]
