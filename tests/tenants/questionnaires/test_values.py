import json
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenants.questionnaires.question_types import QuestionTypeKey
from tenants.questionnaires.values import (
    COLUMNS,
    Boolean,
    Choice,
    Choices,
    Matrix,
    Number,
    Ranking,
    Scale,
    Text,
    Value,
    clean_text,
    free_text,
    from_columns,
    from_json,
    normalised,
    to_columns,
    to_json,
)
from tests.tenants.questionnaires.examples import VALUES


@pytest.mark.parametrize("key", VALUES)
@given(data=st.data())
def test_every_value_survives_the_columns_and_sealed_json(
    key: QuestionTypeKey, data: st.DataObject
) -> None:
    value = data.draw(VALUES[key])
    columns = to_columns(value)
    assert tuple(columns) == COLUMNS
    assert from_columns(columns) == value
    assert from_json(json.loads(json.dumps(to_json(value)))) == value
    assert normalised(value) == value


def test_no_value_is_null_in_every_column() -> None:
    assert to_columns(None) == dict.fromkeys(COLUMNS)
    assert from_columns(to_columns(None)) is None


@pytest.mark.parametrize(
    ("value", "used"),
    [
        (Choice("A", "own words"), {"choice": "A", "other_text": "own words"}),
        (Choices(("A", "B")), {"choices": ["A", "B"]}),
        (Scale(0), {"scale": 0}),
        (Text("so"), {"text": "so"}),
        (Ranking(("B", "A")), {"ranking": ["B", "A"]}),
        (Matrix({"A": 1}), {"matrix": {"A": 1}}),
        (Boolean(value=False), {"boolean": False}),
    ],
)
def test_a_value_uses_its_own_columns_only(value: Value, used: dict[str, Any]) -> None:
    assert {name: item for name, item in to_columns(value).items() if item is not None} == used


@given(st.text())
def test_clean_text_is_clean_already(raw: str) -> None:
    try:
        text = clean_text(raw)
    except UnicodeEncodeError:
        assert any(unicodedata.category(character) == "Cs" for character in raw)
        return
    assert clean_text(text) == text
    assert unicodedata.is_normalized("NFC", text)
    assert text == text.strip()
    assert {character for character in text if unicodedata.category(character) == "Cc"} <= {"\n"}


def test_text_is_kept_in_one_form() -> None:
    assert clean_text("  Zu\u0308rich\x00\r\nund\tso\x07\rweiter \x1b[31m ") == (
        "Zürich\nund so\nweiter [31m"
    )


@pytest.mark.parametrize(
    "nothing",
    [
        Text(" \x00 \n"),
        Choice(""),
        Choices(()),
        Choices((), " "),
        Ranking(()),
        Matrix({}),
    ],
)
def test_what_holds_nothing_is_no_answer(nothing: Value) -> None:
    assert normalised(nothing) is None


def test_words_without_an_option_are_not_dropped_in_silence() -> None:
    assert normalised(Choices((), "words")) == Choices((), "words")


def test_free_text_is_what_the_candidate_wrote() -> None:
    assert free_text(Text("wrote")) == "wrote"
    assert free_text(Choice("OTHER", "wrote")) == "wrote"
    assert free_text(Choices(("OTHER",))) is None
    assert free_text(Scale(3)) is None
    assert free_text(None) is None


def test_a_number_keeps_its_digits_in_json() -> None:
    number = from_json({"number": "0.10"})
    assert isinstance(number, Number)
    assert str(number.value) == "0.10"
