"""What the flush keeps of an anonymous answer, for each type and each kind of condition."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from tenants.access import Viewer
from tenants.db import run
from tenants.interviews import holding, submission
from tenants.interviews.models import Answer, Confidentiality, Response
from tenants.questionnaires import service as questionnaires
from tenants.questionnaires.definition import Definition, parse_definition
from tenants.questionnaires.logic import Answered
from tenants.questionnaires.models import Question, Questionnaire
from tenants.questionnaires.question_types import QUESTION_TYPES, AnswerState, QuestionTypeKey
from tenants.questionnaires.values import (
    COLUMNS,
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
    from_columns,
)
from tenants.work import Session
from tests.factories import invite_hundred, make_client, make_invited_candidate
from tests.tenants.questionnaires.examples import PARTICULARS, Json, document, question_document

K = QuestionTypeKey
VALUES: Mapping[K, Value] = {
    K.SINGLE_CHOICE: Choice("OTHER", "own words"),
    K.MULTIPLE_CHOICE: Choices(("B", "C")),
    K.BOOLEAN: Boolean(value=False),
    K.RATING: Scale(4),
    K.RECOMMENDATION: Scale(9),
    K.MATRIX: Matrix({"B": 2, "C": 5}),
    K.RANKING: Ranking(("C", "B")),
    K.NUMBER: Number(Decimal("12.50")),
    K.MONEY_BAND: Choice("B"),
    K.DATE: Date(dt.date(2026, 3, 31)),
    K.MONTH: Date(dt.date(2026, 3, 1)),
    K.SHORT_TEXT: Text("a line"),
    K.LONG_TEXT: Text("some\nlines"),
    K.CONSENT: Boolean(value=True),
}
HERE = {"offer": "department", "equals": "Engineering"}
KINDS: Mapping[str, Json] = {
    "plain": {},
    "after": {"visible_if": {"question": "gate", "equals": True}},
    "offer": {"visible_if": HERE},
    "through": {"visible_if": {"question": "offer_RATING", "answered": True}},
}
KEPT = ("plain", "after")
GATE = {"question": "gate", "answered": True}
# What conditions are put together of, on a question and on a page of one without any of its own.
WITHIN: Mapping[str, Json] = {
    "own": {"any": [GATE, {"not": {"question": "gate", "equals": False}}]},
    "negated": {"not": {"offer": "department", "in": ["Sales", "Legal"]}},
    "either": {"any": [GATE, HERE]},
    "both": {"all": [GATE, {"not": {"all": [{"offer": "location", "equals": "Oslo"}]}}]},
    "indirect": {"not": {"question": "offer_BOOLEAN", "equals": True}},
}


def every_type(kind: str, **particulars: Any) -> list[Json]:
    """Return a question of every type that can be answered."""
    return [question_document(key, f"{kind}_{key.value}", **particulars) for key in VALUES]


def everything() -> Definition:
    """Return a questionnaire with every type under every kind of condition."""
    first = [question_document(K.BOOLEAN, "gate")]
    for kind, particulars in KINDS.items():
        first += every_type(kind, **particulars)
    for key in VALUES:
        options = PARTICULARS[key].get("options")
        if options:
            shown = [{**options[0], "visible_if": HERE}, *options[1:]]
            first.append(question_document(key, f"option_{key.value}", options=shown))
    last = [question_document(K.LONG_TEXT, "last")]
    pages: list[Json] = [
        {
            "code": "first",
            "questions": first,
            "skips": [{"if": {"offer": "department", "equals": "Sales"}, "to": "third"}],
        },
        {"code": "second", "questions": every_type("skipped")},
        {
            "code": "third",
            "questions": last
            + [
                question_document(K.RATING, f"if_{name}", visible_if=condition)
                for name, condition in WITHIN.items()
            ],
        },
        *(
            {
                "code": f"page_{name}",
                "visible_if": condition,
                "questions": [question_document(K.NUMBER, f"on_{name}")],
            }
            for name, condition in WITHIN.items()
        ),
    ]
    return parse_definition(document(pages=[{"title": {"en": "P"}, **page} for page in pages]))


async def _publish(session: Session, _viewer: Viewer, definition: Definition) -> None:
    questionnaire = (await session.scalars(select(Questionnaire))).one()
    await questionnaires.add_version(
        session,
        organisation_id=questionnaire.organisation_id,
        questionnaire_id=questionnaire.id,
        definition=definition,
        number=2,
    )


async def _kept(session: Session, _viewer: Viewer) -> list[tuple[Response, str, Answer]]:
    rows = await session.execute(
        select(Response, Question.code, Answer)
        .join(Answer, Answer.response_id == Response.id)
        .join(Question, Question.id == Answer.question_id)
    )
    return [(response, code, answer) for response, code, answer in rows]


def test_every_type_that_can_be_answered_is_here() -> None:
    assert set(VALUES) == {key for key, one in QUESTION_TYPES.items() if one.takes_answers}


@pytest.mark.usefixtures("connection")
async def test_the_flush_keeps_what_tells_nothing_of_the_offer() -> None:
    client = await make_client()
    await invite_hundred(client)
    definition = everything()
    await run(_publish, client.job, definition)
    answers = {"gate": Answered(Boolean(value=True)), "last": Answered(Text("the end"))}
    for question in definition.questions():
        if question.code not in answers:
            answers[question.code] = Answered(VALUES[question.type])
    for _ in range(5):
        candidate = await make_invited_candidate(client)
        await run(
            submission.submit_response,
            candidate.viewer,
            answers=answers,
            confidentiality=Confidentiality.ANONYMOUS,
            receipt_code=submission.new_receipt_code(),
            language="en",
        )
    assert await run(holding.flush, client.job, organisation_id=client.organisation_id) == 5
    rows = await run(_kept, client.job)
    wanted = {
        "gate",
        "last",
        "if_own",
        "on_own",
        *(f"{kind}_{key.value}" for kind in KEPT for key in VALUES),
    }
    responses = {response.id: response for response, _, _ in rows}
    assert len(responses) == 5
    for response in responses.values():
        kept = {code: answer for one, code, answer in rows if one.id == response.id}
        assert set(kept) == wanted
        assert {answer.state for answer in kept.values()} == {AnswerState.ANSWERED}
        for code, answer in kept.items():
            value = from_columns({name: getattr(answer, name) for name in COLUMNS})
            assert value == answers[code].value
        assert (response.interview_id, response.language, response.submitted_on) == (None,) * 3
        assert (response.order_seed, response.source) == (None, None)
