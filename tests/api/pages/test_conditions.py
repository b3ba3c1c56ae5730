"""The evaluator of conditions in Python and its mirror in the browser, on the same examples."""

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.pages import STATIC
from api.pages.fields import saved_fields
from api.pages.live_conditions import live_condition
from tenants.questionnaires.conditions import OfferFact
from tenants.questionnaires.definition import parse_definition
from tenants.questionnaires.logic import Answer, read_form, visible_questions
from tenants.questionnaires.question_types import AnswerState, QuestionTypeKey
from tests.tenants.questionnaires.examples import (
    DEPARTMENTS,
    VALUES,
    Json,
    define,
    documents,
    question_document,
)

K = QuestionTypeKey
Ask = Callable[[Json], Any]
EXAMPLES: list[Json] = json.loads(
    (Path(__file__).parents[2] / "tenants/questionnaires/condition_examples.json").read_text()
)
QUESTIONS = {
    "one": K.SINGLE_CHOICE,
    "some": K.MULTIPLE_CHOICE,
    "rank": K.RANKING,
    "matrix": K.MATRIX,
    "yes": K.BOOLEAN,
    "agreed": K.CONSENT,
    "rate": K.RATING,
    "recommend": K.RECOMMENDATION,
    "number": K.NUMBER,
    "band": K.MONEY_BAND,
    "day": K.DATE,
    "month": K.MONTH,
    "text": K.LONG_TEXT,
}


@pytest.fixture(scope="module")
def ask_node() -> Iterator[Ask]:
    """Put cases to the browser's evaluator, in one process."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("NOT TESTED IN JAVASCRIPT: there is no node on the PATH; please install it")
    script = Path(__file__).with_name("conditions_in_node.js")
    with subprocess.Popen(
        [node, script, STATIC / "conditions.js"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        sent, received = process.stdin, process.stdout

        def ask(case: Json) -> Any:
            sent.write(json.dumps(case) + "\n")
            sent.flush()
            return json.loads(received.readline())

        yield ask
        sent.close()


def fields_of(form: Mapping[str, Sequence[str]]) -> list[tuple[str, str]]:
    """Return the fields that say something, as a browser has them."""
    return [
        (name, value.strip()) for name, values in form.items() for value in values if value.strip()
    ]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: json.dumps(one["condition"]))
def test_examples_hold_on_the_server(example: Json) -> None:
    asked = [question_document(key, code) for code, key in QUESTIONS.items()]
    last = question_document(K.BOOLEAN, "last", visible_if=example["condition"])
    definition = define(*asked, last)
    answers = read_form(definition.questions(), example["form"])
    assert ("last" in visible_questions(definition, answers, {})) is example["holds"]


def test_examples_hold_in_the_browser(ask_node: Ask) -> None:
    for example in EXAMPLES:
        case = {"condition": example["condition"], "fields": fields_of(example["form"])}
        assert ask_node(case) is example["holds"], example


@given(st.data(), documents(), st.sampled_from([*DEPARTMENTS, None]))
def test_both_show_the_same_of_any_page(
    ask_node: Ask, data: st.DataObject, raw: Json, department: str | None
) -> None:
    """All questions on one page; what the server would refuse is left out, as is ticking twice."""
    questions = [question for page in raw["pages"] for question in page["questions"]]
    for question in questions:
        question["required"] = False
        if question["type"] == K.MULTIPLE_CHOICE.value:
            question["options"] = [
                {name: part for name, part in option.items() if name != "visible_if"}
                for option in question["options"]
            ]
    page = {"code": "page", "title": {"en": "Page"}, "questions": questions}
    definition = parse_definition({**raw, "pages": [page]})
    facts = {OfferFact.DEPARTMENT: department}
    asked = {question.code: question for question in definition.questions()}
    answers = {
        code: Answer(AnswerState.ANSWERED, data.draw(VALUES[question.type]))
        for code, question in asked.items()
        if question.type in VALUES and data.draw(st.booleans())
    }
    case = {
        "questions": [
            {
                "code": code,
                "condition": live_condition(question.visible_if, asked, {}, facts),
                "options": [
                    {
                        "code": option.code,
                        "condition": live_condition(option.visible_if, asked, {}, facts),
                    }
                    for option in question.options
                ],
            }
            for code, question in asked.items()
        ],
        "fields": fields_of(saved_fields(answers)),
    }
    assert set(ask_node(case)) == visible_questions(definition, answers, facts)
