"""Questions as the templates draw them: worded in one language, with what was filled in."""

import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from api.pages.live_conditions import live_condition
from api.pages.steps import Way
from api.pages.texts import words
from tenants.questionnaires.choice_rules import LONGEST_OTHER_TEXT
from tenants.questionnaires.conditions import Condition, OfferFacts
from tenants.questionnaires.definition import Definition, Option, Page, Question
from tenants.questionnaires.json_object import Wording
from tenants.questionnaires.parts import shuffled
from tenants.questionnaires.piping import filled_in
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
class OptionView:
    """One option of a question.

    Attributes:
        code: As in the version.
        wording: What the candidate reads.
        excludes: Whether it rules out the others.
        condition: When the browser shows it, as JSON; None if that cannot change on the page.
    """

    code: str
    wording: str
    excludes: bool
    condition: str | None


@dataclass(frozen=True, slots=True)
class OptionGroup:
    """Neighbouring options under one heading, or under none."""

    heading: str | None
    options: tuple[OptionView, ...]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the questions of a page are drawn by.

    Attributes:
        page: Which page.
        language: One of the version's.
        way: What is shown, and the answers that decide about it.
        definition: The version.
        facts: What is known of the offer.
        seed: The candidate's, for options in an order of their own.
    """

    page: Page
    language: str
    way: Way
    definition: Definition
    facts: OfferFacts
    seed: int

    def left(self, condition: Condition | None) -> bool | dict[str, Any]:
        """Return what the browser has to decide of a condition, or the decision."""
        on_page = {question.code for question in self.page.questions}
        return live_condition(condition, on_page, self.way.shown.values, self.facts)


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
        warning: What should be looked at again, or None.
        condition: When the browser shows it, as JSON; None if that cannot change on the page.
        is_shown: Whether it is shown before the browser changes anything.
        entered: Whether it is one control to type in, which its label names.
        prefers: Whether "prefer not to say" stands beside it as a box of its own.
        groups: The options.
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
    warning: str | None
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
        ids = [f"e-{self.code}"] if self.problem or self.warning else []
        return " ".join([*ids, f"h-{self.code}"] if self.hint else ids)

    @property
    def options(self) -> list[OptionView]:
        """Every option, whatever its group."""
        return [option for group in self.groups for option in group.options]


def view_questions(
    around: Surroundings,
    *,
    problems: Mapping[str, InvalidAnswer],
    warnings: Mapping[str, Wording] | None = None,
) -> list[QuestionView]:
    """Return the questions of a page that are shown, or may be once others are answered.

    Args:
        around: The page and what decides about it.
        problems: What is wrong with the answers, by the question's code.
        warnings: What should be looked at again, by the question's code.
    """
    views = []
    for question in around.page.questions:
        condition = around.left(question.visible_if)
        options = _options(question, around)
        if condition is False or (question.options and not options):
            continue
        problem = problems.get(question.code)
        warning = (warnings or {}).get(question.code)
        views.append(
            _view(
                question,
                options,
                around,
                problem=None if problem is None else problem.wording(around.language),
                warning=None if warning is None else warning[around.language],
                condition=None if condition is True else json.dumps(condition),
            )
        )
    return views


def _options(question: Question, around: Surroundings) -> list[tuple[Option, OptionView]]:
    """Return the options that are shown or may be, in the order of this candidate."""
    order = question.options
    if question.shuffle:
        order = shuffled(order, question.code, around.seed)
    found = []
    for option in order:
        condition = around.left(option.visible_if)
        if condition is not False:
            view = OptionView(
                option.code,
                option.wording[around.language],
                option.exclusive,
                None if condition is True else json.dumps(condition),
            )
            found.append((option, view))
    return found


def _view(
    question: Question,
    options: list[tuple[Option, OptionView]],
    around: Surroundings,
    *,
    problem: str | None,
    warning: str | None,
    condition: str | None,
) -> QuestionView:
    language, values = around.language, around.way.shown.values
    worded = filled_in(question, around.definition, values, around.facts)
    shape = question.question_type.shape
    settings = question.settings
    unit = settings.get("unit")
    other_option = settings.get("other_option")
    if other_option not in [option.code for option, _ in options]:
        other_option = None
    return QuestionView(
        code=question.code,
        macro=_macro(question),
        wording=worded.wording[language],
        hint=_hint(worded, language),
        required=question.required,
        problem=problem,
        warning=warning,
        condition=condition,
        is_shown=question.code in around.way.visible,
        entered=shape in _ENTERED or _macro(question) == "dropdown",
        # An optional text is left out by leaving it empty.
        prefers=question.question_type.declinable
        and shape not in _CLOSED
        and (question.required or shape is not ValueShape.TEXT),
        groups=_groups(options, language),
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


def _groups(options: list[tuple[Option, OptionView]], language: str) -> tuple[OptionGroup, ...]:
    grouped = itertools.groupby(
        options, key=lambda one: one[0].group[language] if one[0].group else None
    )
    return tuple(
        OptionGroup(heading, tuple(view for _, view in members)) for heading, members in grouped
    )


def _points(question: Question, language: str) -> tuple[tuple[int, str | None], ...]:
    labels: Mapping[str, Any] = question.settings["labels"]
    return tuple(
        (point, labels[str(point)][language] if str(point) in labels else None)
        for point in scale_points(question)
    )
