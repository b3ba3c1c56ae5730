"""The types of questions: one entry each, with everything that is particular to it.

To add a type, add its key and its entry. A question's form fields are named after its code: `code`
alone for most types, `code.other` for the candidate's own words beside an option, and
`code.<option>` for each row of a matrix (a point) and each option of a ranking (a place from 1).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from tenants.questionnaires import choice_rules, entry_rules, scale_rules, scoring
from tenants.questionnaires.forms import Form, Settings
from tenants.questionnaires.json_object import JsonObject
from tenants.questionnaires.problems import AnswerProblem, InvalidAnswer
from tenants.questionnaires.scale_rules import scale_points
from tenants.questionnaires.values import (
    Boolean,
    Choice,
    Choices,
    Date,
    Matrix,
    Nothing,
    Number,
    Operand,
    Ranking,
    Scale,
    Text,
    Value,
    ValueShape,
    free_text,
    from_columns,
    from_json,
    normalised,
    to_columns,
    to_json,
)

if TYPE_CHECKING:
    from tenants.questionnaires.definition import Option, Question

__all__ = [
    "QUESTION_TYPES",
    "AnswerProblem",
    "AnswerState",
    "Boolean",
    "Choice",
    "Choices",
    "Date",
    "Form",
    "InvalidAnswer",
    "Matrix",
    "Number",
    "Operator",
    "QuestionType",
    "QuestionTypeKey",
    "Ranking",
    "Scale",
    "Statistics",
    "Text",
    "Value",
    "ValueShape",
    "free_text",
    "from_columns",
    "from_json",
    "scale_points",
    "to_columns",
    "to_json",
]

V = TypeVar("V", bound=Value)


class QuestionTypeKey(StrEnum):
    """What kind of question it is."""

    SINGLE_CHOICE = "SINGLE_CHOICE"
    MULTIPLE_CHOICE = "MULTIPLE_CHOICE"
    BOOLEAN = "BOOLEAN"
    RATING = "RATING"
    RECOMMENDATION = "RECOMMENDATION"
    MATRIX = "MATRIX"
    RANKING = "RANKING"
    NUMBER = "NUMBER"
    MONEY_BAND = "MONEY_BAND"
    DATE = "DATE"
    MONTH = "MONTH"
    SHORT_TEXT = "SHORT_TEXT"
    LONG_TEXT = "LONG_TEXT"
    CONSENT = "CONSENT"
    INFORMATION = "INFORMATION"


class AnswerState(StrEnum):
    """What became of a question in a response."""

    ANSWERED = "ANSWERED"
    SKIPPED = "SKIPPED"
    NOT_SHOWN = "NOT_SHOWN"
    PREFER_NOT_TO_SAY = "PREFER_NOT_TO_SAY"


class Statistics(StrEnum):
    """What an edition counts of a type of question."""

    NONE = "NONE"
    SHARES = "SHARES"
    SCALE = "SCALE"
    RANKS = "RANKS"


class Operator(StrEnum):
    """How a condition compares an earlier answer; every type can be asked whether ANSWERED."""

    EQUALS = "equals"
    IN = "in"
    CONTAINS = "contains"
    LESS_THAN = "less_than"
    AT_MOST = "at_most"
    AT_LEAST = "at_least"
    MORE_THAN = "more_than"
    ANSWERED = "answered"


_ONE = frozenset({Operator.EQUALS, Operator.IN, Operator.ANSWERED})
_ORDERED = _ONE | {
    Operator.LESS_THAN,
    Operator.AT_MOST,
    Operator.AT_LEAST,
    Operator.MORE_THAN,
}
_MANY = frozenset({Operator.CONTAINS, Operator.ANSWERED})
_NONE = frozenset({Operator.ANSWERED})


def _no_settings(_: JsonObject, __: Sequence["Option"]) -> Settings:
    return {}


def _no_operands(_: "Question") -> tuple[Operand, ...]:
    return ()


def _as_it_is(_: "Question", value: V) -> V:
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionType(Generic[V]):
    """Everything that is particular to one type of question.

    Attributes:
        summary: What it asks for, in one line for the documentation.
        shape: The shape of its values.
        value_class: The class of its values.
        read: Reads the form's fields; None, or a value of nothing, when they are empty.
        verify: Returns the value as it is stored, or raises InvalidAnswer.
        read_settings: Reads the settings strictly and writes every default out.
        fewest_options: How many options, rows or things to rank it needs; 0 means it takes none.
        exclusive_options: Whether an option may exclude all the others.
        operators: How a condition may compare its values.
        operands: What a condition may compare its values with, where that can be listed.
        read_operand: Returns what a condition compares with as it is kept, or None for what can be
            no answer; None where `operands` lists everything.
        score: How favourable a value is, from 0 to 1; None for what is neither good nor bad.
        statistics: What an edition counts.
        declinable: Whether "prefer not to say" is an answer.
    """

    summary: str
    shape: ValueShape
    value_class: type[V]
    read: Callable[["Question", Form], V | None]
    verify: Callable[["Question", V], V] = _as_it_is
    read_settings: Callable[[JsonObject, Sequence["Option"]], Settings] = _no_settings
    fewest_options: int = 0
    exclusive_options: bool = False
    operators: frozenset[Operator] = _NONE
    operands: Callable[["Question"], tuple[Operand, ...]] = _no_operands
    read_operand: Callable[["Question", object], Operand | None] | None = None
    score: Callable[["Question", V], Fraction | None] = scoring.no_score
    statistics: Statistics = Statistics.NONE
    declinable: bool = True

    @property
    def takes_answers(self) -> bool:
        """Whether there is anything to answer."""
        return self.shape is not ValueShape.NOTHING

    def parse(self, question: "Question", form: Form) -> Value | None:
        """Return the value in the form's fields, or None when they are missing or empty.

        Whether the value will do is for `check` to say.

        Args:
            question: A question of this type.
            form: The values of every field by its name.

        Raises:
            InvalidAnswer: A field holds something that cannot be read as such a value.
        """
        return _cleaned(self.read(question, form))

    def check(self, question: "Question", value: Value | None) -> Value | None:
        """Return the value as it is stored, or None when the question was left out.

        Args:
            question: A question of this type.
            value: What the candidate answered, if anything.

        Raises:
            InvalidAnswer: The answer is missing though required, or breaks a rule of the question.
        """
        cleaned = _cleaned(value)
        if cleaned is None:
            if question.required:
                raise InvalidAnswer(AnswerProblem.ANSWER_REQUIRED)
            return None
        if not isinstance(cleaned, self.value_class):
            raise InvalidAnswer(AnswerProblem.WRONG_SHAPE)
        return self.verify(question, cleaned)


def _cleaned(value: Value | None) -> Value | None:
    """Return the value with its texts cleaned, or None when nothing is left of it."""
    try:
        return None if value is None else normalised(value)
    except UnicodeEncodeError:
        raise InvalidAnswer(AnswerProblem.TEXT_NOT_UNICODE) from None


_K = QuestionTypeKey

QUESTION_TYPES: Mapping[QuestionTypeKey, QuestionType[Any]] = MappingProxyType(
    {
        _K.SINGLE_CHOICE: QuestionType(
            summary="One of several options, one of which may ask for own words.",
            shape=ValueShape.CHOICE,
            value_class=Choice,
            read=choice_rules.read_choice,
            verify=choice_rules.verify_choice,
            read_settings=choice_rules.read_choice_settings,
            fewest_options=2,
            operators=_ONE,
            operands=choice_rules.option_codes,
            statistics=Statistics.SHARES,
        ),
        _K.MULTIPLE_CHOICE: QuestionType(
            summary="Some of several options, between a smallest and a largest number of them.",
            shape=ValueShape.CHOICES,
            value_class=Choices,
            read=choice_rules.read_choices,
            verify=choice_rules.verify_choices,
            read_settings=choice_rules.read_choices_settings,
            fewest_options=2,
            exclusive_options=True,
            operators=_MANY,
            operands=choice_rules.option_codes,
            statistics=Statistics.SHARES,
        ),
        _K.BOOLEAN: QuestionType(
            summary="Yes or no.",
            shape=ValueShape.BOOLEAN,
            value_class=Boolean,
            read=choice_rules.read_boolean,
            operators=_ONE,
            operands=choice_rules.yes_or_no,
            statistics=Statistics.SHARES,
        ),
        _K.RATING: QuestionType(
            summary="A point on a scale from 1 to between 2 and 10.",
            shape=ValueShape.SCALE,
            value_class=Scale,
            read=scale_rules.read_scale,
            verify=scale_rules.verify_scale,
            read_settings=scale_rules.read_rating_settings,
            operators=_ORDERED,
            operands=scale_rules.operand_points,
            score=scoring.score_scale,
            statistics=Statistics.SCALE,
        ),
        _K.RECOMMENDATION: QuestionType(
            summary="How likely a recommendation is, from 0 to 10.",
            shape=ValueShape.SCALE,
            value_class=Scale,
            read=scale_rules.read_scale,
            verify=scale_rules.verify_scale,
            read_settings=scale_rules.read_recommendation_settings,
            operators=_ORDERED,
            operands=scale_rules.operand_points,
            score=scoring.score_scale,
            statistics=Statistics.SCALE,
        ),
        _K.MATRIX: QuestionType(
            summary="A point on one scale for each of several rows.",
            shape=ValueShape.MATRIX,
            value_class=Matrix,
            read=scale_rules.read_matrix,
            verify=scale_rules.verify_matrix,
            read_settings=scale_rules.read_rating_settings,
            fewest_options=1,
            score=scoring.score_matrix,
            statistics=Statistics.SCALE,
        ),
        _K.RANKING: QuestionType(
            summary="Options in order of weight; some may be left out.",
            shape=ValueShape.RANKING,
            value_class=Ranking,
            read=choice_rules.read_ranking,
            verify=choice_rules.verify_ranking,
            fewest_options=2,
            operators=_MANY,
            operands=choice_rules.option_codes,
            statistics=Statistics.RANKS,
        ),
        _K.NUMBER: QuestionType(
            summary="A number between two bounds, in a unit.",
            shape=ValueShape.NUMBER,
            value_class=Number,
            read=entry_rules.read_number,
            verify=entry_rules.verify_number,
            read_settings=entry_rules.read_number_settings,
            operators=_ORDERED,
            read_operand=entry_rules.number_operand,
        ),
        _K.MONEY_BAND: QuestionType(
            summary="One of several bands of an amount of money.",
            shape=ValueShape.CHOICE,
            value_class=Choice,
            read=choice_rules.read_band,
            verify=choice_rules.verify_band,
            read_settings=choice_rules.read_band_settings,
            fewest_options=2,
            operators=_ONE,
            operands=choice_rules.option_codes,
            statistics=Statistics.SHARES,
        ),
        _K.DATE: QuestionType(
            summary="A calendar day, between two days where they are set.",
            shape=ValueShape.DATE,
            value_class=Date,
            read=entry_rules.read_date,
            verify=entry_rules.verify_date,
            read_settings=entry_rules.read_date_settings,
            operators=_ORDERED,
            read_operand=entry_rules.day_operand,
        ),
        _K.MONTH: QuestionType(
            summary="A calendar month, kept as its first day.",
            shape=ValueShape.DATE,
            value_class=Date,
            read=entry_rules.read_month,
            verify=entry_rules.verify_month,
            read_settings=entry_rules.read_date_settings,
            operators=_ORDERED,
            read_operand=entry_rules.month_operand,
        ),
        _K.SHORT_TEXT: QuestionType(
            summary="A line of free text.",
            shape=ValueShape.TEXT,
            value_class=Text,
            read=entry_rules.read_text,
            verify=entry_rules.verify_short_text,
            read_settings=entry_rules.read_short_text_settings,
        ),
        _K.LONG_TEXT: QuestionType(
            summary="Free text of several lines.",
            shape=ValueShape.TEXT,
            value_class=Text,
            read=entry_rules.read_text,
            verify=entry_rules.verify_long_text,
            read_settings=entry_rules.read_long_text_settings,
        ),
        _K.CONSENT: QuestionType(
            summary="A box to tick beside a statement; a required one has to be ticked.",
            shape=ValueShape.BOOLEAN,
            value_class=Boolean,
            read=choice_rules.read_consent,
            verify=choice_rules.verify_consent,
            read_settings=choice_rules.read_consent_settings,
            operators=_NONE,
            declinable=False,
        ),
        _K.INFORMATION: QuestionType(
            summary="Something to read; there is no answer to it.",
            shape=ValueShape.NOTHING,
            value_class=Nothing,
            read=entry_rules.read_nothing,
            operators=frozenset(),
            declinable=False,
        ),
    }
)
