"""Typed answers: a union by shape on the way out, one of many on the way in."""

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Annotated, Any, TypeAlias

import strawberry

from api.derive import Info, of_noun
from api.types.questionnaires import Question
from tenants import read_graph
from tenants.access import Reach, part_of
from tenants.questionnaires import values
from tenants.questionnaires.logic import Answer as CheckedAnswer
from tenants.questionnaires.logic import Answered
from tenants.questionnaires.question_types import AnswerState
from tenants.reading import Record


@strawberry.type
class ChoiceValue:
    """One option.

    Attributes:
        code: The option's code.
        other_text: The candidate's own words, where the option asks for them.
    """

    code: str
    other_text: str | None


@strawberry.type
class ChoicesValue:
    """Any number of options.

    Attributes:
        codes: The options' codes.
        other_text: The candidate's own words, where an option asks for them.
    """

    codes: list[str]
    other_text: str | None


@strawberry.type
class ScaleValue:
    """A point on a scale.

    Attributes:
        scale: The point.
    """

    scale: int


@strawberry.type
class NumberValue:
    """A number in the question's unit.

    Attributes:
        number: The number, exactly.
    """

    number: Decimal


@strawberry.type
class TextValue:
    """Free text.

    Attributes:
        text: What the candidate wrote.
    """

    text: str


@strawberry.type
class RankingValue:
    """Options in the candidate's order.

    Attributes:
        ranking: Codes, the first one first; some may be left out.
    """

    ranking: list[str]


@strawberry.type
class MatrixRowValue:
    """A point on the scale for one row.

    Attributes:
        row: The row's code.
        scale: The point.
    """

    row: str
    scale: int


@strawberry.type
class MatrixValue:
    """A point on the scale for each row that was answered.

    Attributes:
        rows: The rows.
    """

    rows: list[MatrixRowValue]


@strawberry.type
class BooleanValue:
    """Yes or no.

    Attributes:
        boolean: True is yes.
    """

    boolean: bool


@strawberry.type
class DateValue:
    """A calendar day.

    Attributes:
        date: The day.
    """

    date: dt.date


AnswerValue = Annotated[
    ChoiceValue
    | ChoicesValue
    | ScaleValue
    | NumberValue
    | TextValue
    | RankingValue
    | MatrixValue
    | BooleanValue
    | DateValue,
    strawberry.union("AnswerValue", description="What was answered, by the question's shape."),
]
_AnyValue: TypeAlias = (
    ChoiceValue
    | ChoicesValue
    | ScaleValue
    | NumberValue
    | TextValue
    | RankingValue
    | MatrixValue
    | BooleanValue
    | DateValue
)


def show_value(value: values.Value | None) -> _AnyValue | None:  # noqa: C901, PLR0911 - one case per shape.
    """Return a value as the API spells it."""
    match value:
        case values.Choice(code, other_text):
            return ChoiceValue(code=code, other_text=other_text)
        case values.Choices(codes, other_text):
            return ChoicesValue(codes=list(codes), other_text=other_text)
        case values.Scale(point):
            return ScaleValue(scale=point)
        case values.Number(number):
            return NumberValue(number=number)
        case values.Text(text):
            return TextValue(text=text)
        case values.Ranking(codes):
            return RankingValue(ranking=list(codes))
        case values.Matrix(rows):
            return MatrixValue(rows=[MatrixRowValue(row=k, scale=v) for k, v in rows.items()])
        case values.Boolean(yes):
            return BooleanValue(boolean=yes)
        case values.Date(day):
            return DateValue(date=day)
        case None:
            return None


@of_noun(read_graph.ANSWER, behind=values.COLUMNS)
class Answer:
    """What became of one question in a response.

    Attributes:
        state: Whether it was answered, and if not, why.
        do_not_quote: Whether the candidate asked that the text is not shared word for word.
        question: What was asked.
    """

    state: AnswerState
    do_not_quote: bool
    question: Question

    @strawberry.field
    def value(self, root: strawberry.Parent[Record], info: Info) -> AnswerValue | None:
        """The answer; null without one, and for text that must not be shared word for word."""
        if root.values["do_not_quote"]:
            role = info.context.viewer.role_in(root.key.organisation_id)
            if part_of(role).responses is not Reach.IDENTIFIED:
                return None
        return show_value(values.from_columns(root.values))


@strawberry.type
class DraftAnswer:
    """An answer that is saved and not yet sent.

    Attributes:
        question_code: Which question.
        state: Whether it is answered, and if not, why.
        value: The answer.
        do_not_quote: Whether the text must not be shared word for word.
    """

    question_code: str
    state: AnswerState
    value: AnswerValue | None
    do_not_quote: bool


def show_drafts(answers: Mapping[str, CheckedAnswer]) -> list[DraftAnswer]:
    """Return saved answers as the API spells them."""
    return [
        DraftAnswer(
            question_code=code,
            state=answer.state,
            value=show_value(answer.value),
            do_not_quote=answer.do_not_quote,
        )
        for code, answer in answers.items()
    ]


@strawberry.input
class ChoiceInput:
    """One option.

    Attributes:
        code: The option's code.
        other_text: Own words, where the option asks for them.
    """

    code: str
    other_text: str | None = None


@strawberry.input
class ChoicesInput:
    """Any number of options.

    Attributes:
        codes: The options' codes.
        other_text: Own words, where an option asks for them.
    """

    codes: list[str]
    other_text: str | None = None


@strawberry.input
class MatrixRowInput:
    """A point on the scale for one row.

    Attributes:
        row: The row's code.
        scale: The point.
    """

    row: str
    scale: int


@strawberry.input(one_of=True)
class AnswerValueInput:
    """An answer: exactly the one field that fits the question's shape.

    Attributes:
        choice: For a single choice.
        choices: For a multiple choice.
        scale: For a rating or recommendation.
        number: For a number.
        text: For a text.
        ranking: Codes, the first one first.
        matrix: For a matrix.
        boolean: For yes or no.
        date: For a day.
    """

    choice: ChoiceInput | None = strawberry.UNSET
    choices: ChoicesInput | None = strawberry.UNSET
    scale: int | None = strawberry.UNSET
    number: Decimal | None = strawberry.UNSET
    text: str | None = strawberry.UNSET
    ranking: list[str] | None = strawberry.UNSET
    matrix: list[MatrixRowInput] | None = strawberry.UNSET
    boolean: bool | None = strawberry.UNSET
    date: dt.date | None = strawberry.UNSET


@strawberry.input
class AnswerInput:
    """An answer to one question.

    Attributes:
        question_code: Which question.
        value: The answer; null when there is none.
        state: PREFER_NOT_TO_SAY instead of a value, where that is meant.
        do_not_quote: Whether a text must not be shared word for word.
    """

    question_code: str
    value: AnswerValueInput | None = None
    state: AnswerState | None = None
    do_not_quote: bool | None = None


_READ: Mapping[str, Callable[[Any], values.Value]] = {
    "choice": lambda given: values.Choice(given.code, given.other_text),
    "choices": lambda given: values.Choices(tuple(given.codes), given.other_text),
    "scale": values.Scale,
    "number": values.Number,
    "text": values.Text,
    "ranking": lambda given: values.Ranking(tuple(given)),
    "matrix": lambda given: values.Matrix({row.row: row.scale for row in given}),
    "boolean": values.Boolean,
    "date": values.Date,
}


def _read_value(given: AnswerValueInput) -> values.Value:
    """Return the value in the one field that was given."""
    (told,) = (item for item in vars(given).items() if item[1] is not strawberry.UNSET)
    return _READ[told[0]](told[1])


def read_answers(given: list[AnswerInput]) -> dict[str, Answered]:
    """Return answers as the domain takes them; of two to one question the last one counts."""
    return {
        one.question_code: Answered(
            value=None if one.value is None else _read_value(one.value),
            state=one.state,
            do_not_quote=bool(one.do_not_quote),
        )
        for one in given
    }
