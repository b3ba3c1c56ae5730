"""What an organisation's answers and offers come to, metric by metric."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from tenants.benchmarks.measuring import (
    Measurement,
    concept_of,
    measure_answers,
    measure_offers,
    wording_hash,
)
from tenants.insights.items import AskedQuestion
from tenants.insights.offer_figures import OfferCounts
from tenants.questionnaires.comparability import concepts
from tenants.questionnaires.definition import question_json
from tenants.questionnaires.question_types import QuestionTypeKey
from tenants.questionnaires.values import Boolean, Choice, Choices, Matrix, Scale, Value
from tenants.reasons import Audience


def ask(
    concept: str | None, kind: QuestionTypeKey, codes: str = "", points: int | None = None
) -> AskedQuestion:
    """Return a question with options of some codes, or a scale."""
    settings: dict[str, Any] = {}
    if points is not None:
        settings = {
            "points": points,
            "labels": {
                "1": {"en": "Low", "de": "Wenig"},
                str(points): {"en": "High", "de": "Viel"},
            },
        }
    return AskedQuestion(
        id=uuid4(),
        questionnaire_id=UUID(int=1),
        asked_from=datetime(2026, 1, 1, tzinfo=UTC),
        code="question",
        position=1,
        type=kind,
        concept=concept,
        audience=Audience.ORGANISATION,
        wording={"en": "Why?", "de": "Warum?"},
        options=tuple({"code": one, "wording": {"en": one.title()}} for one in codes.split()),
        settings=settings,
    )


def ask_as_built_in(concept: str) -> AskedQuestion:
    """Return a question of the built-in questionnaires, as its row says it."""
    document = question_json(concepts()[concept].question)
    return replace(
        ask(concept, QuestionTypeKey(document["type"])),
        wording=document["wording"],
        options=tuple(document.get("options", ())),
        settings=document.get("settings", {}),
    )


def measured(question: AskedQuestion, *answers: tuple[Value, int]) -> dict[str, tuple[float, int]]:
    """Return what answers to one question come to."""
    found = measure_answers([question], [(question.id, value, n) for value, n in answers])
    return {one.metric: (one.value, one.n) for one in found}


YES, NO = Boolean(True), Boolean(False)  # noqa: FBT003 - the value itself.


def test_the_share_of_each_option() -> None:
    question = ask("exit.destination", QuestionTypeKey.SINGLE_CHOICE, "ELSEWHERE STAYED NONE")
    assert measured(question, (Choice("ELSEWHERE"), 6), (Choice("STAYED"), 2)) == {
        "SHARE:exit.destination:ELSEWHERE": (0.75, 8),
        "SHARE:exit.destination:STAYED": (0.25, 8),
        "SHARE:exit.destination:NONE": (0.0, 8),
    }
    yes_or_no = ask("exit.counter_offer", QuestionTypeKey.BOOLEAN)
    assert measured(yes_or_no, (YES, 1), (NO, 3)) == {
        "SHARE:exit.counter_offer:YES": (0.25, 4),
        "SHARE:exit.counter_offer:NO": (0.75, 4),
    }


def test_reasons_and_their_groups_as_far_as_they_could_be_chosen() -> None:
    question = ask_as_built_in("decision_factors")
    found = measured(
        question,
        (Choices(("PAY_BASE", "BENEFITS")), 2),
        (Choices(("PAY_BASE",)), 1),
        (Choices(("GROWTH",)), 1),
    )
    # Who names two reasons of a group counts once in it.
    named = {key: value for key, value in found.items() if value[0] > 0}
    assert {key: value for key, value in named.items() if key.startswith("REASON_")} == {
        "REASON_PAY_BASE": (0.75, 4),
        "REASON_BENEFITS": (0.5, 4),
        "REASON_GROWTH": (0.25, 4),
        "REASON_GROUP_PAY_AND_PACKAGE": (0.75, 4),
        "REASON_GROUP_ROLE_AND_EMPLOYER": (0.25, 4),
    }
    assert found["REASON_VISA"] == (0.0, 4)
    main = ask_as_built_in("decision_factors.main")
    answers = ((Choice("PAY_BASE"), 5), (Choice("GROWTH"), 3), (Choice("OTHER_OFFER"), 2))
    assert measured(main, *answers)["CONTROLLABLE_SHARE"] == (0.3, 10)


def test_scales_and_the_candidate_nps() -> None:
    question = ask_as_built_in("recommendation")
    answers = ((Scale(10), 6), (Scale(9), 4), (Scale(7), 6), (Scale(6), 4))
    assert measured(question, *answers) == {
        "MEAN:recommendation": ((60 + 36 + 42 + 24) / 20, 20),
        "CANDIDATE_NPS": (30.0, 20),
    }
    matrix = ask("exit.process", QuestionTypeKey.MATRIX, "SPEED CARE", 5)
    assert measured(matrix, (Matrix({"SPEED": 1, "CARE": 5}), 1), (Matrix({"SPEED": 2}), 3)) == {
        "MEAN:exit.process:CARE": (5.0, 1),
        "MEAN:exit.process:SPEED": (1.75, 4),
    }


def test_what_has_no_concept_or_is_written_in_words_is_no_metric() -> None:
    assert measured(ask(None, QuestionTypeKey.SINGLE_CHOICE, "A B"), (Choice("A"), 9)) == {}
    assert measured(ask("pay.amount", QuestionTypeKey.NUMBER), (Scale(3), 9)) == {}
    question = ask("destination", QuestionTypeKey.SINGLE_CHOICE, "A B")
    assert list(measure_answers([question], [(uuid4(), Choice("A"), 9)])) == []


def test_of_two_wordings_the_one_with_more_answers_counts_alone() -> None:
    first = ask("exit.destination", QuestionTypeKey.SINGLE_CHOICE, "A B")
    second = replace(first, id=uuid4(), wording={"en": "Where to?"})
    answers: list[tuple[UUID, Value | None, int]] = [
        (first.id, Choice("A"), 5),
        (second.id, Choice("A"), 1),
        (second.id, Choice("B"), 5),
    ]
    found = list(measure_answers([first, second], answers))
    digest = wording_hash(second)
    assert found == [
        Measurement("SHARE:exit.destination:A", 1 / 6, 6, digest),
        Measurement("SHARE:exit.destination:B", 5 / 6, 6, digest),
    ]
    # Asked again in the same words, in a new version, it is the same question.
    again = replace(first, id=uuid4(), position=7, asked_from=datetime(2026, 5, 1, tzinfo=UTC))
    answers = [(first.id, Choice("A"), 5), (again.id, Choice("B"), 5)]
    assert [one.n for one in measure_answers([first, again], answers)] == [10, 10]


def test_a_concept_of_the_product_counts_only_as_the_product_asks_it() -> None:
    question = ask_as_built_in("recommendation")
    answers = ((Scale(9), 6), (Scale(3), 4))
    assert set(measured(question, *answers)) == {"MEAN:recommendation", "CANDIDATE_NPS"}
    reworded = replace(question, wording={"en": "Would you praise us?"})
    assert measured(reworded, *answers) == {}
    # One more translation makes no other question.
    translated = replace(question, wording={**question.wording, "fr": "Nous conseilleriez-vous ?"})
    assert measured(translated, *answers) == measured(question, *answers)
    # In each language that the product has, the words have to be the product's.
    german = replace(question, wording={"de": question.wording["de"]})
    assert measured(german, *answers) == measured(question, *answers)
    (alike,) = {
        one.wording_hash
        for asked in (german, question)
        for one in measure_answers([asked], [(asked.id, value, n) for value, n in answers])
    }
    assert alike == concepts()["recommendation"].wording_hash
    for wording in (
        {**question.wording, "de": "Würden Sie uns loben?"},
        {"de": "Würden Sie uns loben?"},
        {"fr": "Nous conseilleriez-vous ?"},
    ):
        assert measured(replace(question, wording=wording), *answers) == {}


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ({"position": 9, "code": "renamed", "audience": Audience.HR}, True),
        ({"wording": {"en": "Why?", "de": "Weshalb?", "fr": "Pourquoi?"}}, True),
        ({"wording": {"en": "Why not?", "de": "Warum?"}}, False),
        ({"type": QuestionTypeKey.RATING}, False),
        ({"options": ({"code": "A", "wording": {"en": "Aa"}},)}, False),
        ({"options": ({"code": "B", "wording": {"en": "A"}},)}, False),
        ({"settings": {"points": 5, "labels": {"1": {"en": "Low"}, "5": {"en": "High"}}}}, True),
        ({"settings": {"points": 5, "labels": {"1": {"en": "Low"}, "5": {"en": "Top"}}}}, False),
        ({"settings": {"points": 7, "labels": {"1": {"en": "Low"}, "7": {"en": "High"}}}}, False),
    ],
)
def test_what_makes_a_question_comparable(change: dict[str, Any], *, same: bool) -> None:
    question = ask("ratings", QuestionTypeKey.MATRIX, "A", 5)
    assert (wording_hash(replace(question, **change)) == wording_hash(question)) is same
    assert len(wording_hash(question)) == 64


def test_the_metrics_of_offers() -> None:
    counts = OfferCounts(
        accepted=14, declined=5, lapsed=1, due=8, reneged=2, decided=19, decision_days=6.5
    )
    assert list(measure_offers(counts, answered=9, delivered=30)) == [
        Measurement("DECLINE_RATE", 0.3, 20, None),
        Measurement("RENEGE_RATE", 0.25, 8, None),
        Measurement("RESPONSE_RATE", 0.3, 30, None),
        Measurement("DECISION_TIME", 6.5, 19, None),
    ]
    assert list(measure_offers(OfferCounts(), answered=0, delivered=0)) == []


def test_which_concept_a_metric_is_of() -> None:
    assert concept_of("DECLINE_RATE") is None
    assert concept_of("RESPONSE_RATE") is None
    assert concept_of("CANDIDATE_NPS") == "recommendation"
    assert concept_of("CONTROLLABLE_SHARE") == "decision_factors.main"
    assert concept_of("REASON_GROUP_PROCESS") == "decision_factors"
    assert concept_of("SHARE:exit.factors:PAY") == "exit.factors"
    assert concept_of("MEAN:ratings.process:SPEED") == "ratings.process"
