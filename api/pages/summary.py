"""Answers in words, for the candidate to check before sending."""

from collections.abc import Mapping
from dataclasses import dataclass

from api.pages.texts import day_in_words
from tenants.questionnaires.definition import Question
from tenants.questionnaires.logic import Answer
from tenants.questionnaires.question_types import AnswerState, QuestionTypeKey
from tenants.questionnaires.scale_rules import scale_points
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


@dataclass(frozen=True, slots=True)
class Summary:
    """One answer in words.

    Attributes:
        code: The question's.
        wording: What was asked.
        lines: What was answered; own words keep their line breaks.
        is_answer: Whether the lines are an answer and not a word about its absence.
        do_not_quote: Whether the text must not be shared word for word.
    """

    code: str
    wording: str
    lines: tuple[str, ...]
    is_answer: bool
    do_not_quote: bool


def summarise(
    question: Question, answer: Answer | None, language: str, words: Mapping[str, str]
) -> Summary:
    """Return what the candidate answered, in words.

    Args:
        question: What was asked.
        answer: What was saved, if anything.
        language: One of the version's.
        words: The pages' own texts in the language.
    """
    wording = question.wording[language]
    if answer is not None and answer.value is not None:
        lines = _lines(question, answer.value, language, words)
        return Summary(question.code, wording, lines, True, answer.do_not_quote)  # noqa: FBT003
    prefers = answer is not None and answer.state is AnswerState.PREFER_NOT_TO_SAY
    line = words["said_nothing"] if prefers else words["no_answer"]
    return Summary(question.code, wording, (line,), is_answer=False, do_not_quote=False)


def _lines(  # noqa: C901, PLR0911 - one per shape.
    question: Question, value: Value, language: str, words: Mapping[str, str]
) -> tuple[str, ...]:
    options = {option.code: option.wording[language] for option in question.options}
    match value:
        case Choice(code, other_text):
            return (_with_own_words(options[code], other_text),)
        case Choices(codes, other_text):
            other = question.settings["other_option"]
            return tuple(
                _with_own_words(options[code], other_text if code == other else None)
                for code in codes
            )
        case Scale(point):
            return (_point(question, point, language),)
        case Number(number):
            return (_number(question, f"{number:f}", language),)
        case Text(text):
            return (text,)
        case Ranking(codes):
            return tuple(f"{place}. {options[code]}" for place, code in enumerate(codes, 1))
        case Matrix(rows):
            return tuple(
                f"{options[code]}: {_point(question, point, language)}"
                for code, point in rows.items()
            )
        case Boolean(yes) if question.type is QuestionTypeKey.CONSENT:
            return (question.settings["statement"][language] if yes else words["no"],)
        case Boolean(yes):
            return (words["yes"] if yes else words["no"],)
        case Date(day) if question.type is QuestionTypeKey.MONTH:
            return (f"{day:%Y-%m}",)
        case Date(day):
            return (day_in_words(day, language),)


def _with_own_words(wording: str, other_text: str | None) -> str:
    return f"{wording}: {other_text}" if other_text else wording


def _point(question: Question, point: int, language: str) -> str:
    label = question.settings["labels"].get(str(point))
    return f"{point} ({label[language]})" if label else f"{point} / {scale_points(question)[-1]}"


def _number(question: Question, digits: str, language: str) -> str:
    unit = question.settings["unit"]
    shown = digits.replace(".", ",") if language.startswith("de") else digits
    return f"{shown} {unit[language]}" if unit else shown
