"""Questions and definitions for the tests of this folder, and strategies that make them up."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from tenants.questionnaires.definition import Definition, Question, parse_definition
from tenants.questionnaires.question_types import QUESTION_TYPES, QuestionTypeKey
from tenants.questionnaires.texts import TEXT_RULES
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

Json = dict[str, Any]

OPTIONS = [{"code": code, "wording": {"en": code}} for code in ("A", "B", "C", "OTHER")]
LABELS = {"1": {"en": "low"}, "5": {"en": "high"}}

# One example of each type, with everything that its entry lets a questionnaire set.
PARTICULARS: Mapping[QuestionTypeKey, Json] = {
    QuestionTypeKey.SINGLE_CHOICE: {"options": OPTIONS, "settings": {"other_option": "OTHER"}},
    QuestionTypeKey.MULTIPLE_CHOICE: {
        "options": [*OPTIONS, {"code": "NONE", "wording": {"en": "none"}, "exclusive": True}],
        "settings": {"other_option": "OTHER", "min_choices": 2, "max_choices": 3},
    },
    QuestionTypeKey.BOOLEAN: {},
    QuestionTypeKey.RATING: {"settings": {"points": 5, "labels": LABELS}},
    QuestionTypeKey.RECOMMENDATION: {
        "settings": {"labels": {"0": {"en": "never"}, "10": {"en": "surely"}}}
    },
    QuestionTypeKey.MATRIX: {"options": OPTIONS, "settings": {"points": 5, "labels": LABELS}},
    QuestionTypeKey.RANKING: {"options": OPTIONS},
    QuestionTypeKey.NUMBER: {
        "settings": {"minimum": -5, "maximum": 1000, "decimals": 2, "unit": {"en": "days"}}
    },
    QuestionTypeKey.MONEY_BAND: {
        "options": OPTIONS[:3],
        "settings": {"currency": "EUR", "period": "YEAR", "bounds": [40_000, 60_000]},
    },
    QuestionTypeKey.DATE: {},
    QuestionTypeKey.MONTH: {},
    QuestionTypeKey.SHORT_TEXT: {"settings": {"max_length": 20}},
    QuestionTypeKey.LONG_TEXT: {"settings": {"max_length": 100}},
    QuestionTypeKey.CONSENT: {"settings": {"statement": {"en": "I agree."}}},
    QuestionTypeKey.INFORMATION: {},
}


def question_document(key: QuestionTypeKey, code: str = "q", **changes: Any) -> Json:
    """Return a question of the type as it stands in a document, with the changes made."""
    return {
        "code": code,
        "type": key.value,
        "wording": {"en": "What?"},
        "audience": "HR",
        "required": False,
        **PARTICULARS[key],
        **changes,
    }


def document(*questions: Json, **changes: Any) -> Json:
    """Return a questionnaire in English with one page of questions, with the changes made."""
    page = {"code": "page", "title": {"en": "Page"}, "questions": list(questions)}
    return {
        "title": {"en": "Title"},
        "languages": ["en"],
        "texts": {
            key.value: {"en": " ".join(["text", *sorted(f"{{{one}}}" for one in rule.needed)])}
            for key, rule in TEXT_RULES.items()
        },
        "pages": [page],
        **changes,
    }


def define(*questions: Json) -> Definition:
    """Return a definition with one page of questions."""
    return parse_definition(document(*questions))


def ask(key: QuestionTypeKey, **changes: Any) -> Question:
    """Return a question of the type."""
    return define(question_document(key, **changes)).question("q")


def texts(longest: int) -> st.SearchStrategy[str]:
    """Make up texts that are kept as they are."""
    return st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=longest).filter(
        lambda text: text == text.strip() and text.isascii()
    )


def _some(codes: list[str], fewest: int, most: int) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(codes), unique=True, min_size=fewest, max_size=most).map(tuple)


CODES = ["A", "B", "C", "OTHER"]

# Values that the example of each type accepts and keeps as they are.
VALUES: Mapping[QuestionTypeKey, st.SearchStrategy[Value]] = {
    QuestionTypeKey.SINGLE_CHOICE: st.sampled_from(CODES[:3]).map(Choice)
    | st.builds(Choice, st.just("OTHER"), st.none() | texts(500)),
    QuestionTypeKey.MULTIPLE_CHOICE: _some(CODES, 2, 3)
    .map(sorted)
    .flatmap(
        lambda codes: st.builds(
            Choices,
            st.just(tuple(codes)),
            (st.none() | texts(500)) if "OTHER" in codes else st.none(),
        )
    )
    | st.just(Choices(("NONE",))),
    QuestionTypeKey.BOOLEAN: st.builds(Boolean, st.booleans()),
    QuestionTypeKey.RATING: st.builds(Scale, st.integers(1, 5)),
    QuestionTypeKey.RECOMMENDATION: st.builds(Scale, st.integers(0, 10)),
    QuestionTypeKey.MATRIX: st.builds(
        Matrix, st.dictionaries(st.sampled_from(CODES), st.integers(1, 5), min_size=1)
    ),
    QuestionTypeKey.RANKING: st.builds(Ranking, _some(CODES, 1, 4)),
    QuestionTypeKey.NUMBER: st.builds(
        Number, st.decimals(Decimal(-5), Decimal(1000), places=2, allow_nan=False)
    ),
    QuestionTypeKey.MONEY_BAND: st.sampled_from(CODES[:3]).map(Choice),
    QuestionTypeKey.DATE: st.builds(Date, st.dates(dt.date(1900, 1, 1), dt.date(2100, 12, 31))),
    QuestionTypeKey.MONTH: st.builds(
        Date, st.builds(dt.date, st.integers(1900, 2100), st.integers(1, 12), st.just(1))
    ),
    QuestionTypeKey.SHORT_TEXT: st.builds(Text, texts(20)),
    QuestionTypeKey.LONG_TEXT: st.builds(Text, texts(100)),
    QuestionTypeKey.CONSENT: st.just(Boolean(value=True)),
}

# What a condition may ask of the example of each type.
_OPERANDS: Mapping[QuestionTypeKey, tuple[str, list[str | int | bool | float]]] = {
    QuestionTypeKey.SINGLE_CHOICE: ("equals", ["A", "B", "OTHER"]),
    QuestionTypeKey.MULTIPLE_CHOICE: ("contains", ["A", "NONE"]),
    QuestionTypeKey.BOOLEAN: ("equals", [True, False]),
    QuestionTypeKey.RATING: ("equals", [1, 3, 5]),
    QuestionTypeKey.NUMBER: ("equals", [-5, 0, 2.5]),
    QuestionTypeKey.DATE: ("equals", ["2000-02-29", "2026-03-31"]),
    QuestionTypeKey.MONTH: ("equals", ["2026-03-01"]),
    QuestionTypeKey.RECOMMENDATION: ("equals", [0, 10]),
    QuestionTypeKey.MONEY_BAND: ("equals", ["A", "C"]),
    QuestionTypeKey.RANKING: ("contains", ["C"]),
}

_ORDERED = {
    QuestionTypeKey.RATING,
    QuestionTypeKey.RECOMMENDATION,
    QuestionTypeKey.NUMBER,
    QuestionTypeKey.DATE,
    QuestionTypeKey.MONTH,
}
_ORDERS = ["less_than", "at_most", "at_least", "more_than"]

DEPARTMENTS = ["Sales", "Research"]


@st.composite
def _conditions(  # noqa: PLR0911 - one per kind.
    draw: st.DrawFn, earlier: list[Json], depth: int = 1, *, offer: bool = True
) -> Json:
    kinds = ["offer"] if offer or not earlier else []
    kinds += [*(["question"] if earlier else []), *(["all", "any", "not"] * (depth < 3))]
    kind = draw(st.sampled_from(kinds))
    part = _conditions(earlier, depth + 1, offer=offer)
    if kind == "offer":
        departments = st.lists(st.sampled_from(DEPARTMENTS), min_size=1, max_size=2, unique=True)
        return draw(
            st.sampled_from(DEPARTMENTS).map(lambda name: {"offer": "department", "equals": name})
            | departments.map(lambda names: {"offer": "department", "in": names})
        )
    if kind == "not":
        return {"not": draw(part)}
    if kind in {"all", "any"}:
        return {kind: draw(st.lists(part, min_size=1, max_size=3))}
    question = draw(st.sampled_from(earlier))
    key = QuestionTypeKey(question["type"])
    operator, operands = _OPERANDS.get(key, ("", []))
    if not operands or draw(st.booleans()):
        return {"question": question["code"], "answered": draw(st.booleans())}
    operand = draw(st.sampled_from(operands))
    if key in _ORDERED and draw(st.booleans()):
        return {"question": question["code"], draw(st.sampled_from(_ORDERS)): operand}
    if operator == "equals" and draw(st.booleans()):
        return {"question": question["code"], "in": [operand]}
    return {"question": question["code"], operator: operand}


@st.composite
def _particulars(draw: st.DrawFn, key: QuestionTypeKey, earlier: list[Json]) -> Json:
    """Make up conditions on the question and its options, and a shuffling."""
    made: Json = {}
    if draw(st.booleans()):
        made["visible_if"] = draw(_conditions(list(earlier)))
    if QUESTION_TYPES[key].takes_answers and draw(st.integers(0, 3)) == 0:
        made["probes"] = [{"wording": {"en": draw(texts(20))}}]
    options = PARTICULARS[key].get("options")
    if options and draw(st.integers(0, 2)) == 0:
        condition = draw(_conditions(list(earlier)))
        made["options"] = [{**options[0], "visible_if": condition}, *options[1:]]
        made["shuffle"] = draw(st.booleans())
    return made


def with_all_options(raw: Json) -> Json:
    """Return a questionnaire whose options are always shown, so that good answers stay good."""
    for page in raw["pages"]:
        for question in page["questions"]:
            for option in question.get("options", ()):
                option.pop("visible_if", None)
    return raw


@st.composite
def documents(draw: st.DrawFn) -> Json:
    """Make up questionnaires of one to three pages, with conditions and skips wherever they go."""
    earlier: list[Json] = []
    pages: list[Json] = []
    count = draw(st.integers(1, 3))
    for number in range(count):
        page: Json = {"code": f"p{number}", "title": {"en": "Page"}, "questions": []}
        if draw(st.integers(0, 3)) == 0:
            page["visible_if"] = draw(_conditions(list(earlier)))
        for index in range(draw(st.integers(1, 4))):
            key = draw(st.sampled_from(QuestionTypeKey))
            answerable = QUESTION_TYPES[key].takes_answers
            question = question_document(
                key,
                f"q{number}_{index}",
                required=answerable and draw(st.booleans()),
                **draw(_particulars(key, earlier)),
            )
            if answerable:
                earlier.append(question)
            page["questions"].append(question)
        if draw(st.integers(0, 3)) == 0:
            skip: Json = {"if": draw(_conditions(list(earlier)))}
            if number + 1 < count and draw(st.booleans()):
                skip["to"] = f"p{draw(st.integers(number + 1, count - 1))}"
            page["skips"] = [skip]
        pages.append(page)
    return document(pages=pages)
