"""The form's fields of an answer: filling them from a saved one, the inverse of `read_form`."""

from collections.abc import Iterable, Mapping
from typing import Final

from tenants.questionnaires.definition import Question
from tenants.questionnaires.forms import Form, field
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

# Where one of several is chosen, "prefer not to say" is one of them, so that nothing contradicts
# it. No option has such a code, because codes have no dots.
PREFER_NOT_TO_SAY: Final = ".prefer_not_to_say"


def spread_preferences(questions: Iterable[Question], form: Form) -> Form:
    """Return the form with each chosen "prefer not to say" in the field that `read_form` reads."""
    spread = dict(form)
    for question in questions:
        if field(form, question.code) == PREFER_NOT_TO_SAY:
            spread[question.code] = []
            spread[f"{question.code}.prefer_not_to_say"] = ["yes"]
    return spread


def saved_fields(answers: Mapping[str, Answer]) -> dict[str, list[str]]:
    """Return the fields by which answers would be given again.

    Args:
        answers: Checked, by the question's code.
    """
    form: dict[str, list[str]] = {}
    for code, answer in answers.items():
        if answer.state is AnswerState.PREFER_NOT_TO_SAY:
            form[f"{code}.prefer_not_to_say"] = ["yes"]
        if answer.do_not_quote:
            form[f"{code}.do_not_quote"] = ["yes"]
        if answer.value is not None:
            form.update(_fields(code, answer.value))
    return form


def _fields(code: str, value: Value) -> dict[str, list[str]]:  # noqa: PLR0911 - one per shape.
    match value:
        case Choice(option, other_text):
            return {code: [option], f"{code}.other": [other_text or ""]}
        case Choices(options, other_text):
            return {code: list(options), f"{code}.other": [other_text or ""]}
        case Scale(point):
            return {code: [str(point)]}
        case Number(number):
            return {code: [f"{number:f}"]}
        case Text(text):
            return {code: [text]}
        case Ranking(options):
            return {f"{code}.{option}": [str(place)] for place, option in enumerate(options, 1)}
        case Matrix(rows):
            return {f"{code}.{row}": [str(point)] for row, point in rows.items()}
        case Boolean(yes):
            return {code: ["true" if yes else "false"]}
        case Date(day):
            return {code: [day.isoformat()]}
