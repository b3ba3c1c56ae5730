"""Placeholders in questions: earlier answers and facts of the offer, in the candidate's words.

`{answer:code}` stands for the answer to a question of an earlier page, `{offer:job_title}` for a
fact of the offer. What is filled in is one line and is not searched again; pages escape it as they
escape every text.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tenants.questionnaires.conditions import OfferFact, OfferFacts
from tenants.questionnaires.findings import FindingCode
from tenants.questionnaires.json_object import JsonObject, Wording
from tenants.questionnaires.question_types import QuestionTypeKey
from tenants.questionnaires.values import Choice, Choices, Number, Scale, Text, Value

if TYPE_CHECKING:
    from tenants.questionnaires.definition import Definition, Question

_PLACEHOLDER: Final = re.compile(r"\{(answer|offer):([A-Za-z][A-Za-z0-9_]{0,63})\}")
LONGEST_FILLING: Final = 200
UNKNOWN: Final = "…"

# What can be said in a line within a sentence.
PIPED: Final = frozenset(
    {
        QuestionTypeKey.SINGLE_CHOICE,
        QuestionTypeKey.MULTIPLE_CHOICE,
        QuestionTypeKey.MONEY_BAND,
        QuestionTypeKey.RATING,
        QuestionTypeKey.RECOMMENDATION,
        QuestionTypeKey.NUMBER,
        QuestionTypeKey.SHORT_TEXT,
    }
)


def placeholders(wording: Wording | None) -> Iterator[tuple[str, str, str]]:
    """Yield the language, kind and name of every placeholder in a wording."""
    for language, text in (wording or {}).items():
        for kind, name in _PLACEHOLDER.findall(text):
            yield language, kind, name


def check_placeholders(document: JsonObject, definition: "Definition") -> None:
    """Complain of placeholders that nothing can be filled into.

    Raises:
        InvalidInput: There is one, and complaints are not collected.
    """
    earlier: dict[str, Question] = {}
    for number, page in enumerate(definition.pages):
        for index, question in enumerate(page.questions):
            where = ("pages", str(number), "questions", str(index))
            for path, wording in _worded(question):
                for language, kind, code in placeholders(wording):
                    complaint = _complaint(kind, code, earlier)
                    if complaint is not None:
                        unknown = FindingCode.UNKNOWN_CODE
                        document.complain(unknown, complaint, *where, *path, language)
        earlier.update({question.code: question for question in page.questions})


def _worded(question: "Question") -> Iterator[tuple[tuple[str, ...], Wording | None]]:
    """Yield every wording that may have placeholders, with its path in the question."""
    yield ("wording",), question.wording
    yield ("help",), question.help
    for number, probe in enumerate(question.probes):
        yield ("probes", str(number), "wording"), probe


def _complaint(kind: str, name: str, earlier: "Mapping[str, Question]") -> str | None:
    if kind == "offer":
        known = name in {fact.value for fact in OfferFact}
        return None if known else f"{name} is not a fact of the offer that may be told"
    question = earlier.get(name)
    if question is None:
        return f"{name} is not a question of an earlier page"
    return None if question.type in PIPED else f"an answer to {name} does not fit into a sentence"


def filled_in(
    question: "Question", definition: "Definition", values: Mapping[str, Value], facts: OfferFacts
) -> "Question":
    """Return the question with its placeholders filled in, in every language.

    Args:
        question: Which.
        definition: Its version.
        values: The answers so far; what is not among them becomes an ellipsis.
        facts: What is known of the offer.
    """
    if not question.may_be_filled_in:
        return question

    def fill(wording: Wording) -> Wording:
        return {
            language: _PLACEHOLDER.sub(lambda match: said(match, language), text)  # noqa: B023 - used at once.
            for language, text in wording.items()
        }

    def said(match: re.Match[str], language: str) -> str:
        kind, name = match.groups()
        if kind == "offer":
            told = next((facts.get(fact) for fact in OfferFact if fact == name), None) or UNKNOWN
        elif name in values:
            told = _in_words(definition.question(name), values[name], language)
        else:
            told = UNKNOWN
        return " ".join(told.split())[:LONGEST_FILLING]

    return replace(
        question,
        wording=fill(question.wording),
        help=None if question.help is None else fill(question.help),
        probes=tuple(fill(probe) for probe in question.probes),
    )


def _in_words(question: "Question", value: Value, language: str) -> str:
    wordings = {option.code: option.wording for option in question.options}
    match value:
        case Choice(code, other_text):
            return other_text or _say(wordings[code], language)
        case Choices(codes, other_text):
            other = question.settings["other_option"]
            return ", ".join(
                (other_text if code == other else None) or _say(wordings[code], language)
                for code in codes
            )
        case Scale(point):
            return str(point)
        case Number(number):
            return f"{number:f}"
        case Text(text):
            return text
        case _:
            return UNKNOWN


def _say(wording: Wording, language: str) -> str:
    return wording.get(language) or next(iter(wording.values()))
