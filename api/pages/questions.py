"""Questions as the templates draw them: worded in one language, with what was filled in."""

import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from api.pages.live_conditions import live_condition
from api.pages.texts import words
from tenants.questionnaires.choice_rules import LONGEST_OTHER_TEXT
from tenants.questionnaires.conditions import OfferFacts
from tenants.questionnaires.definition import Option, Page, Question
from tenants.questionnaires.logic import Answer
from tenants.questionnaires.problems import InvalidAnswer
from tenants.questionnaires.question_types import QuestionTypeKey
from tenants.questionnaires.scale_rules import scale_points
from tenants.questionnaires.values import ValueShape

_K = QuestionTypeKey

# The macro of templates/questions.html that draws each type.
MACROS: Final[Mapping[QuestionTypeKey, str]] = MappingProxyType(
    {
        _K.SINGLE_CHOICE: "choice",
        _K.MULTIPLE_CHOICE: "choices",
        _K.BOOLEAN: "boolean",
        _K.RATING: "scale",
        _K.RECOMMENDATION: "scale",
        _K.MATRIX: "matrix",
        _K.RANKING: "ranking",
        _K.NUMBER: "number",
        _K.MONEY_BAND: "choice",
        _K.DATE: "date",
        _K.MONTH: "month",
        _K.SHORT_TEXT: "short_text",
        _K.LONG_TEXT: "long_text",
        _K.CONSENT: "consent",
        _K.INFORMATION: "information",
    }
)
# Types that need a word on how to answer them.
_HINTS: Final[Mapping[QuestionTypeKey, str]] = MappingProxyType(
    {_K.RANKING: "ranking_hint", _K.MONTH: "month_hint"}
)
# From this many options on, one of them is chosen from a list that folds away.
_MANY_OPTIONS: Final = 13
# A closed choice: "prefer not to say" is one of its options instead of a box of its own.
_CLOSED: Final = frozenset({ValueShape.CHOICE, ValueShape.SCALE, ValueShape.BOOLEAN})
# One control that a label names; everything else is a group of controls.
_ENTERED: Final = frozenset({ValueShape.TEXT, ValueShape.NUMBER, ValueShape.DATE})


@dataclass(frozen=True, slots=True)
class OptionGroup:
    """Neighbouring options under one heading, or under none."""

    heading: str | None
    options: tuple[tuple[str, str, bool], ...]


@dataclass(frozen=True, slots=True)
class QuestionView:
    """One question of a page.

    Attributes:
        code: As in the version; its fields are named after it.
        macro: Which macro draws it.
        wording: What is asked.
        hint: What stands below the wording, or nothing.
        required: Whether it needs an answer.
        problem: What is wrong with the answer, or None.
        condition: When the browser shows it, as JSON; None if that cannot change on the page.
        is_shown: Whether it is shown before the browser changes anything.
        entered: Whether it is one control to type in, which its label names.
        prefers: Whether "prefer not to say" stands beside it as a box of its own.
        groups: The options, each as code, wording and whether it excludes the others.
        points: The points of a scale with their labels, or None.
        other_option: The option that asks for own words, or None.
        longest: Of what is typed in, in characters.
        earliest: The first day or month that will do, or nothing.
        latest: The last one, or nothing.
        statement: What a consent agrees to.
        unit: Of a number.
        free_text: Whether there is something that must perhaps not be quoted.
    """

    code: str
    macro: str
    wording: str
    hint: str
    required: bool
    problem: str | None
    condition: str | None
    is_shown: bool
    entered: bool
    prefers: bool
    groups: tuple[OptionGroup, ...]
    points: tuple[tuple[int, str | None], ...]
    other_option: str | None
    longest: int
    earliest: str
    latest: str
    statement: str
    unit: str | None
    free_text: bool

    @property
    def described_by(self) -> str:
        """The ids of what explains the question, for its controls to refer to."""
        ids = [f"e-{self.code}"] if self.problem else []
        return " ".join([*ids, f"h-{self.code}"] if self.hint else ids)

    @property
    def options(self) -> list[tuple[str, str, bool]]:
        """Every option, whatever its group."""
        return [option for group in self.groups for option in group.options]


def view_questions(
    page: Page,
    language: str,
    *,
    answers: Mapping[str, Answer],
    visible: frozenset[str],
    facts: OfferFacts,
    problems: Mapping[str, InvalidAnswer],
) -> list[QuestionView]:
    """Return the questions of a page that are shown, or may be once others are answered.

    Args:
        page: Which.
        language: One of the version's.
        answers: What was saved.
        visible: The codes of the questions that are shown at the moment.
        facts: What is known of the offer.
        problems: What is wrong with the answers, by the question's code.
    """
    values = {
        code: answer.value
        for code, answer in answers.items()
        if code in visible and answer.value is not None
    }
    on_page = {question.code for question in page.questions}
    views = []
    for question in page.questions:
        condition = live_condition(question.visible_if, on_page, values, facts)
        if condition is not False:
            problem = problems.get(question.code)
            views.append(
                _view(
                    question,
                    language,
                    problem=None if problem is None else problem.wording(language),
                    condition=None if condition is True else json.dumps(condition),
                    is_shown=question.code in visible,
                )
            )
    return views


def _view(
    question: Question,
    language: str,
    *,
    problem: str | None,
    condition: str | None,
    is_shown: bool,
) -> QuestionView:
    shape = question.question_type.shape
    settings = question.settings
    unit = settings.get("unit")
    other_option = settings.get("other_option")
    return QuestionView(
        code=question.code,
        macro=_macro(question),
        wording=question.wording[language],
        hint=_hint(question, language),
        required=question.required,
        problem=problem,
        condition=condition,
        is_shown=is_shown,
        entered=shape in _ENTERED or _macro(question) == "dropdown",
        # An optional text is left out by leaving it empty.
        prefers=question.question_type.declinable
        and shape not in _CLOSED
        and (question.required or shape is not ValueShape.TEXT),
        groups=_groups(question.options, language),
        points=_points(question, language) if "labels" in settings else (),
        other_option=other_option,
        longest=settings.get("max_length", LONGEST_OTHER_TEXT),
        earliest=_day(question, "earliest"),
        latest=_day(question, "latest"),
        statement=settings["statement"][language] if "statement" in settings else "",
        unit=unit[language] if unit else None,
        free_text=shape is ValueShape.TEXT or other_option is not None,
    )


def _macro(question: Question) -> str:
    if question.type is _K.SINGLE_CHOICE and len(question.options) >= _MANY_OPTIONS:
        return "dropdown"
    return MACROS[question.type]


def _hint(question: Question, language: str) -> str:
    parts = [question.help[language]] if question.help else []
    if question.type in _HINTS:
        parts.append(words(language)[_HINTS[question.type]])
    if "privacy_note" in question.settings:
        parts.append(question.settings["privacy_note"][language])
    return " ".join(parts)


def _day(question: Question, bound: str) -> str:
    """Return a bound as the browser's control wants it: a day, or a month for a month."""
    day: str = question.settings.get(bound, "")
    return day[:7] if question.type is _K.MONTH else day


def _groups(options: tuple[Option, ...], language: str) -> tuple[OptionGroup, ...]:
    grouped = itertools.groupby(options, key=lambda one: one.group[language] if one.group else None)
    return tuple(
        OptionGroup(
            heading, tuple((one.code, one.wording[language], one.exclusive) for one in members)
        )
        for heading, members in grouped
    )


def _points(question: Question, language: str) -> tuple[tuple[int, str | None], ...]:
    labels: Mapping[str, Any] = question.settings["labels"]
    return tuple(
        (point, labels[str(point)][language] if str(point) in labels else None)
        for point in scale_points(question)
    )
