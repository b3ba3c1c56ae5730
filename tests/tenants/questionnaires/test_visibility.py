import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenants.errors import InvalidInput
from tenants.questionnaires.conditions import OfferFact
from tenants.questionnaires.definition import Definition, parse_definition
from tenants.questionnaires.logic import (
    Answer,
    Answered,
    check_answers,
    check_given,
    depends_on_offer,
    list_warnings,
    visible_questions,
)
from tenants.questionnaires.parts import shuffled
from tenants.questionnaires.problems import AnswerProblem, InvalidAnswers
from tenants.questionnaires.question_types import AnswerState, QuestionTypeKey
from tenants.questionnaires.values import Boolean, Choice, Date, Text
from tenants.questionnaires.visibility import show
from tests.tenants.questionnaires.examples import (
    OPTIONS,
    Json,
    define,
    document,
    question_document,
)

K = QuestionTypeKey
P = AnswerProblem
S = AnswerState


def by_pages(*pages: Json) -> Definition:
    """Return a definition of pages, each told by its questions and what else it has."""
    return parse_definition(document(pages=[{"title": {"en": "Page"}, **page} for page in pages]))


def test_a_skip_leads_past_the_pages_between_and_the_first_open_one_is_taken() -> None:
    definition = by_pages(
        {
            "code": "a",
            "questions": [question_document(K.SINGLE_CHOICE, "one")],
            "skips": [
                {"if": {"question": "one", "equals": "A"}, "to": "c"},
                {"if": {"question": "one", "equals": "B"}},
            ],
        },
        {"code": "b", "questions": [question_document(K.DATE, "two", required=True)]},
        {"code": "c", "questions": [question_document(K.DATE, "three")]},
    )
    for code, shown in (
        ("A", {"one", "three"}),
        ("B", {"one"}),
        ("C", {"one", "two", "three"}),
    ):
        assert visible_questions(definition, {"one": Answered(Choice(code))}, {}) == shown
    skipped = check_answers(definition, {"one": Answered(Choice("A"))}, {})
    assert skipped["two"] == Answer(S.NOT_SHOWN)


def test_skips_and_options_by_the_offer_tell_of_it() -> None:
    sales = {"offer": "department", "equals": "Sales"}
    options = [{**one, "visible_if": sales} if one["code"] == "A" else one for one in OPTIONS]
    definition = by_pages(
        {
            "code": "a",
            "questions": [
                question_document(K.RANKING, "free"),
                question_document(K.RANKING, "narrowed", options=options),
            ],
            "skips": [
                {"if": {"question": "free", "answered": True}, "to": "b"},
                {"if": sales, "to": "c"},
            ],
        },
        {"code": "b", "questions": [question_document(K.DATE, "skipped")]},
        {"code": "c", "questions": [question_document(K.DATE, "always")]},
    )
    assert depends_on_offer(definition) == {"narrowed", "skipped"}
    narrowed = show(definition, {}, {}).questions["narrowed"]
    assert [one.code for one in narrowed.options] == ["B", "C", "OTHER"]


@pytest.mark.parametrize("to", ["a", "z"])
def test_a_skip_leads_to_a_later_page(to: str) -> None:
    page = {"code": "a", "questions": [question_document(K.DATE)], "skips": [{"to": to}]}
    with pytest.raises(InvalidInput) as refused:
        by_pages(page)
    assert refused.value.field == ("pages", "0", "skips", "0", "to")


def test_answers_that_break_a_rule_are_refused_and_a_warning_is_told() -> None:
    rules: list[Json] = [
        {
            "broken_if": {"question": "late", "less_than": "2026-03-31"},
            "message": {"en": "Too early."},
            "severity": "ERROR",
        },
        {
            "broken_if": {
                "all": [
                    {"question": "first", "equals": True},
                    {"question": "late", "answered": False},
                ]
            },
            "message": {"en": "Really?"},
            "severity": "WARNING",
        },
    ]
    definition = define(
        question_document(K.BOOLEAN, "first"), question_document(K.DATE, "late", rules=rules)
    )
    early = {"late": Answered(Date(dt.date(2026, 3, 30)))}
    with pytest.raises(InvalidAnswers) as refused:
        check_answers(definition, early, {})
    problem = refused.value.problems["late"]
    assert (problem.problem, problem.wording("de")) == (P.RULE_BROKEN, "Too early.")
    # While the page is not finished, another answer may still mend it.
    assert check_given(definition, early, {}, early)["late"].value is not None
    yes = {"first": Answered(Boolean(value=True))}
    assert list_warnings(definition, yes, {}, page="page") == {"late": {"en": "Really?"}}
    assert list_warnings(definition, {}, {}, page="page") == {}
    assert check_answers(definition, yes, {})["late"] == Answer(S.SKIPPED)
    with pytest.raises(InvalidInput):
        define(
            question_document(
                K.DATE,
                rules=[{**rules[0], "broken_if": {"offer": "department", "equals": "Sales"}}],
            )
        )


def test_answers_and_the_offer_are_filled_into_later_pages() -> None:
    asked = "Why {answer:one}, {answer:two} and not {offer:job_title}?"
    first = {
        "code": "a",
        "questions": [
            question_document(K.SINGLE_CHOICE, "one"),
            question_document(K.SHORT_TEXT, "two"),
            question_document(K.LONG_TEXT, "long"),
        ],
    }
    asking = question_document(K.LONG_TEXT, "three", wording={"en": asked})
    definition = by_pages(first, {"code": "b", "questions": [asking]})
    answers = {
        "one": Answered(Choice("OTHER", "my own")),
        "two": Answered(Text("{answer:one} <b>")),
    }
    facts = {OfferFact.JOB_TITLE: "Clerk\nor so"}
    told = show(definition, answers, facts).questions["three"].wording["en"]
    assert told == "Why my own, {answer:one} <b> and not Clerk or so?"
    told = show(definition, {}, {}).questions["three"].wording["en"]
    assert told == "Why …, … and not …?"
    for wrong in ("{answer:none}", "{answer:three}", "{answer:long}", "{offer:salary}"):
        again = {**asking, "help": {"en": wrong}}
        with pytest.raises(InvalidInput) as refused:
            by_pages(first, {"code": "b", "questions": [again]})
        assert refused.value.field == ("pages", "1", "questions", "0", "help", "en")


@given(st.integers(0, 2**32))
def test_a_seed_shuffles_all_but_the_pinned_and_always_alike(seed: int) -> None:
    options = [{**one, "pinned": one["code"] == "OTHER"} for one in OPTIONS]
    question = define(question_document(K.RANKING, options=options, shuffle=True)).question("q")
    order = shuffled(question.options, "q", seed)
    assert order == shuffled(question.options, "q", seed)
    assert order[-1].code == "OTHER"
    assert {one.code for one in order} == {"A", "B", "C", "OTHER"}
