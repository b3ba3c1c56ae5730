"""What a row means, or why it is rejected."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenants.errors import InvalidInput
from tenants.imports.coding import CodedResponse, Coding, Rejection
from tenants.imports.mapping import ResponseMapping
from tenants.imports.occurrences import Occurrence, counting
from tenants.imports.tables import Row
from tenants.imports.wording import make_definition
from tenants.interviews.models import Confidentiality
from tenants.questionnaires.logic import Answer
from tenants.questionnaires.question_types import AnswerState
from tenants.questionnaires.values import (
    Boolean,
    Choice,
    Choices,
    Date,
    Matrix,
    Number,
    Ranking,
    Scale,
    Text,
    Value,
)
from tests.tenants.imports.surveys import HEADER, cells, empty, make_mapping

TODAY = date(2024, 5, 31)


def _codes(
    *rows: list[str],
    mapping: ResponseMapping | None = None,
    faults: Mapping[int, str] | None = None,
) -> Iterator[CodedResponse | Rejection]:
    mapping = mapping or make_mapping()
    with counting() as occurrences:
        coding = Coding(mapping, make_definition(mapping), HEADER, occurrences, today=TODAY)
        for line, row in enumerate(rows, start=2):
            yield coding.code(Row(line, row, faults or {}))


def _coded(row: list[str], mapping: ResponseMapping | None = None) -> CodedResponse:
    (coded,) = _codes(row, mapping=mapping)
    assert isinstance(coded, CodedResponse), coded
    return coded


def _rejected(row: list[str], mapping: ResponseMapping | None = None) -> tuple[str, str]:
    (rejection,) = _codes(row, mapping=mapping)
    assert isinstance(rejection, Rejection)
    assert rejection.line == 2
    return rejection.column, rejection.reason


def _answered(value: Value) -> Answer:
    return Answer(AnswerState.ANSWERED, value)


def test_a_full_row_is_a_response() -> None:
    assert _coded(cells()) == CodedResponse(
        line=2,
        slug="acme-t",
        record_id="r1",
        occurrence=1,
        month=date(2018, 12, 1),
        confidentiality=Confidentiality.CONFIDENTIAL,
        segment="Sales",
        answers={
            "factors": _answered(Choices(("PAY_BASE",))),
            "any_money": _answered(Choices(("MONEY",))),
            "main": _answered(Choice("PAY_BASE")),
            "views": _answered(Matrix({"PACE": 2})),
            "nps": _answered(Scale(9)),
            "again": _answered(Boolean(value=True)),
            # Nobody was asked whether it may be quoted.
            "note": Answer(AnswerState.ANSWERED, Text("All fine"), do_not_quote=True),
            "choice": Answer(
                AnswerState.ANSWERED, Choices(("JOB", "OTHER"), "a sabbatical"), do_not_quote=True
            ),
            "days": _answered(Number(Decimal("12.5"))),
            "left": _answered(Date(date(2018, 5, 31))),
        },
    )


def test_a_row_without_any_answer_is_a_response_all_the_same() -> None:
    coded = _coded(empty())
    assert (coded.slug, coded.month, coded.segment) == ("birch-t", date(2019, 6, 1), None)
    assert set(coded.answers.values()) == {Answer(AnswerState.SKIPPED)}
    dashes = _coded(empty(pay="-", place="-", none="-", respect="n/a", team="-"))
    assert dashes.answers == coded.answers
    assert dashes.segment is None


def test_none_is_an_answer_and_to_prefer_not_to_is_another() -> None:
    coded = _coded(empty(pay="-", place="-", none="x", main="secret"))
    assert coded.answers["factors"] == _answered(Choices(("NONE",)))
    assert coded.answers["any_money"] == Answer(AnswerState.SKIPPED)
    assert coded.answers["main"] == Answer(AnswerState.PREFER_NOT_TO_SAY)


@pytest.mark.parametrize(
    ("changes", "column", "reason"),
    [
        ({"client": "Nobody"}, "client", "“Nobody” is none of the mapping's organisations"),
        ({"client": ""}, "client", "an empty cell is none of the mapping's organisations"),
        ({"id": ""}, "id", "a record's id needs 1 to 1000 characters"),
        ({"id": "x" * 1001}, "id", "a record's id needs 1 to 1000 characters"),
        ({"when": "18"}, "when", "“18” is no year as the mapping says it is written"),
        ({"when": "0018"}, "when", "“0018” is no year as the mapping says it is written"),
        ({"when": "2024"}, "when", "“2024” means 2024-12, which is still to come"),
        ({"team": "x" * 201}, "team", "a segment has at most 200 characters"),
        ({"team": "\ud800"}, "team", "holds characters that cannot be stored"),
        ({"pay": "perhaps"}, "pay", "“perhaps” is neither chosen nor not_chosen"),
        (
            {"none": "x"},
            "pay, place, none",
            "factors: One of your choices cannot be combined with others.",
        ),
        ({"main": "Luck"}, "main", "“Luck” is none of the mapping's values"),
        ({"main": "x" * 99}, "main", f"“{'x' * 60}…” is none of the mapping's values"),
        ({"pace": "4"}, "pace", "“4” is none of the mapping's values"),
        ({"nps": "11"}, "nps", "nps: Please stay between 0 and 10."),
        ({"nps": "nine"}, "nps", "nps: Please enter a number in digits."),
        ({"again": "yes"}, "again", "“yes” is none of the mapping's values"),
        (
            {"note": "x" * 4001},
            "note",
            "note: Please shorten your text: at most 4000 characters, yours has 4001.",
        ),
        ({"note": "\udc00"}, "note", "note: Your text contains characters that cannot be stored."),
        ({"choice": "JOB"}, "other", "choice: own words stand beside an option that asks for none"),
        ({"choice": "JOB;LUCK"}, "choice", "choice: Please choose from the answers on offer."),
        ({"days": "12.55"}, "days", "days: Please use at most 1 digits after the decimal point."),
        ({"left": "5/31/18"}, "left", "“5/31/18” is no date as the mapping says it is written"),
        (
            {"left": "2018-02-30"},
            "left",
            "left: Please enter a date as year-month-day, for example 2026-03-31.",
        ),
    ],
)
def test_a_row_that_cannot_be_used_is_told_where(
    changes: dict[str, str], column: str, reason: str
) -> None:
    assert _rejected(cells(**changes)) == (column, reason)


def test_a_fault_matters_where_the_mapping_looks() -> None:
    (rejection,) = _codes(cells(), faults={HEADER.index("nps"): "holds a formula"})
    assert rejection == Rejection(2, "nps", "holds a formula")
    (rejection,) = _codes(cells(), faults={len(HEADER): "there are too many cells"})
    assert rejection == Rejection(2, "", "there are too many cells")
    mapping = make_mapping()
    with counting() as occurrences:
        coding = Coding(mapping, make_definition(mapping), (*HEADER, "x"), occurrences)
        assert isinstance(coding.code(Row(2, [*cells(), ""], {len(HEADER): "odd"})), CodedResponse)


@pytest.mark.parametrize(
    ("form", "text", "month"),
    [
        ('form = "month"', "2018-05", date(2018, 5, 1)),
        ('form = "month"', "2018-05-31", date(2018, 5, 1)),
        ('form = "month"\nformat = "%m/%Y"', "05/2018", date(2018, 5, 1)),
        ('form = "date"', "2018-05-31", date(2018, 5, 1)),
        ('form = "date"', "2018-05-31 10:30:00", date(2018, 5, 1)),
        ('form = "date"\nformat = "%d/%m/%Y"', "02/03/2018", date(2018, 3, 1)),
        ('form = "date"\nformat = "%d/%m/%Y"', "2018-03-02", date(2018, 3, 1)),
        ('form = "date"', "2024-05-31", date(2024, 5, 1)),
        ('form = "date"', "unknown", date(2019, 6, 1)),
        ('form = "date"', "", date(2019, 6, 1)),
    ],
)
def test_the_month_is_kept_of_any_date(form: str, text: str, month: date) -> None:
    mapping = make_mapping(form=form, year_means="")
    assert _coded(cells(when=text), mapping).month == month


@pytest.mark.parametrize("text", ["41609", "2018-13-01", "31/02/2018", "2018-05-31x", "2018"])
def test_a_date_as_a_number_or_of_no_calendar_is_none(text: str) -> None:
    mapping = make_mapping(form='form = "date"', year_means="")
    reason = f"“{text}” is no date as the mapping says it is written"
    assert _rejected(cells(when=text), mapping) == ("when", reason)


def test_a_year_may_look_like_a_number() -> None:
    assert _coded(cells(when="2018.0")).month == date(2018, 12, 1)


def test_without_a_meaning_a_missing_date_rejects_the_row() -> None:
    mapping = make_mapping(missing_means="")
    assert _rejected(cells(when="unknown"), mapping) == ("when", "the date is missing")


def test_confidentiality_and_segment_may_stand_in_columns() -> None:
    lines = 'source = "s"\nconfidentiality = { column = "note", values = { open = "ATTRIBUTED" } }'
    mapping = make_mapping(source=lines)
    assert _coded(cells(note="open"), mapping).confidentiality is Confidentiality.ATTRIBUTED
    assert _rejected(cells(note="shut"), mapping) == (
        "note",
        "“shut” is none of the mapping's values",
    )
    dumped = make_mapping().model_dump() | {
        "segment": {"column": "team", "values": {"Sales": "North"}}
    }
    mapping = ResponseMapping.model_validate(dumped)
    assert _coded(cells(), mapping).segment == "North"
    assert _rejected(cells(team="Ops"), mapping)[0] == "team"


def test_a_repeated_id_is_rejected_or_counted() -> None:
    rows = [cells(), cells(client="Birch"), cells(when="?"), cells()]
    rejected = list(_codes(*rows))
    assert rejected[3] == Rejection(5, "id", "the record in line 2 has the same id")
    assert isinstance(rejected[1], CodedResponse)
    mapping = make_mapping(column='column = "id"\nrepeated = "number"')
    numbered = list(_codes(*rows, mapping=mapping))
    assert [getattr(one, "occurrence", None) for one in numbered] == [1, 1, None, 3]


def test_one_organisation_needs_no_column() -> None:
    text = make_mapping().model_dump()
    text["organisation"] = {"always": "Birch"}
    mapping = ResponseMapping.model_validate(text)
    assert _coded(cells(client="whatever"), mapping).slug == "birch-t"


def test_a_column_that_is_missing_or_there_twice_is_named() -> None:
    mapping = make_mapping()
    definition = make_definition(mapping)
    with counting() as occurrences:
        with pytest.raises(InvalidInput, match="has no column “pay”, “again”"):
            Coding(
                mapping, definition, [n for n in HEADER if n not in {"pay", "again"}], occurrences
            )
        with pytest.raises(InvalidInput, match="more than one column “pay”"):
            Coding(mapping, definition, (*HEADER, "pay", "unused", "unused"), occurrences)


def test_a_value_that_its_question_does_not_take_is_found_before_any_row() -> None:
    mapping = make_mapping(values='values = { Money = "MONEY" }')
    with counting() as occurrences, pytest.raises(InvalidInput) as refused:
        Coding(mapping, make_definition(mapping), HEADER, occurrences)
    assert refused.value.field == ("questions", "main", "values")
    assert refused.value.message == (
        "The mapping cannot be used. The question main does not take “MONEY”, which “Money” stands"
        " for: main: Please choose from the answers on offer."
    )


def test_places_make_a_ranking() -> None:
    dumped = make_mapping().model_dump()
    ranking = dumped["questions"][0] | {"type": "RANKING", "chosen": ()}
    with pytest.raises(ValueError, match="chosen and not_chosen are for the columns"):
        ResponseMapping.model_validate(dumped | {"questions": [ranking]})
    ranking |= {"not_chosen": (), "not_answered": ("-",)}
    ranking["options"] = [
        {"code": code, "wording": code} for code in ("PAY_BASE", "LOCATION_COMMUTE", "NONE")
    ]
    mapping = ResponseMapping.model_validate(dumped | {"questions": [ranking]})
    coded = _coded(cells(pay="2", place="1"), mapping)
    assert coded.answers == {"factors": _answered(Ranking(("LOCATION_COMMUTE", "PAY_BASE")))}
    assert _rejected(cells(pay="1", place="1"), mapping) == (
        "pay, place",
        "factors: Please give each place only once.",
    )


def test_ids_are_counted_for_each_organisation() -> None:
    with counting() as occurrences:
        assert occurrences.meet("a", "1", 2) == Occurrence(1, 2)
        assert occurrences.meet("a", "1", 9) == Occurrence(2, 2)
        assert occurrences.meet("b", "1", 10) == Occurrence(1, 10)
        assert occurrences.meet("a", "\ud800", 11) == Occurrence(1, 11)


@given(st.lists(st.text(max_size=12), min_size=len(HEADER), max_size=len(HEADER)))
def test_whatever_stands_in_a_row_it_is_coded_or_rejected(row: list[str]) -> None:
    for known in (row, ["r", "Birch", "2018", *row[3:]]):
        (coded,) = _codes([cell.strip() for cell in known])
        assert isinstance(coded, CodedResponse | Rejection)
        assert coded.line == 2
