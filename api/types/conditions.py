"""Conditions of questionnaires: a union on the way out, one of many on the way in."""

import datetime as dt
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, TypeAlias

import strawberry

from tenants.questionnaires.conditions import OfferFact
from tenants.questionnaires.question_types import Operator

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
Json: TypeAlias = dict[str, Any]


@strawberry.type
class Operand:
    """What an answer is compared with: exactly one of the fields.

    Attributes:
        code: Of an option.
        number: A number or a point on a scale.
        boolean: Yes or no, or whether there is an answer.
        date: A day; of a month its first.
    """

    code: str | None = None
    number: Decimal | None = None
    boolean: bool | None = None
    date: dt.date | None = None


@strawberry.type
class AnswerCondition:
    """An earlier answer compares so with any of the operands.

    Attributes:
        question: The code of the earlier question.
        operator: How it is compared.
        operands: With what.
    """

    question: str
    operator: Operator
    operands: list[Operand]


@strawberry.type
class OfferCondition:
    """A fact of the offer is, letter for letter, one of the texts.

    Attributes:
        fact: Which fact.
        texts: What it may be.
    """

    fact: OfferFact
    texts: list[str]


@strawberry.type
class AllOf:
    """Every part holds.

    Attributes:
        parts: What has to hold.
    """

    parts: list["Condition"]


@strawberry.type
class AnyOf:
    """At least one part holds.

    Attributes:
        parts: What may hold.
    """

    parts: list["Condition"]


@strawberry.type
class NotCondition:
    """The part does not hold.

    Attributes:
        part: What must not hold.
    """

    part: "Condition"


Condition = Annotated[
    AnswerCondition | OfferCondition | AllOf | AnyOf | NotCondition,
    strawberry.union("Condition", description="When something is shown or a rule is broken."),
]
_AnyCondition: TypeAlias = AnswerCondition | OfferCondition | AllOf | AnyOf | NotCondition


def show_condition(raw: Mapping[str, Any] | None) -> _AnyCondition | None:
    """Return a condition of a document as the API spells it."""
    if raw is None:
        return None
    if "all" in raw:
        return AllOf(parts=_parts(raw["all"]))
    if "any" in raw:
        return AnyOf(parts=_parts(raw["any"]))
    if "not" in raw:
        (part,) = _parts([raw["not"]])
        return NotCondition(part=part)
    operator = next(one for one in Operator if one.value in raw)
    compared = raw[operator.value]
    operands = compared if operator is Operator.IN else [compared]
    if "offer" in raw:
        return OfferCondition(fact=OfferFact(raw["offer"]), texts=operands)
    return AnswerCondition(
        question=raw["question"], operator=operator, operands=[_operand(one) for one in operands]
    )


def _parts(raw: list[Json]) -> list[Any]:
    return [show_condition(part) for part in raw]


def _operand(raw: object) -> Operand:
    match raw:
        case bool():
            return Operand(boolean=raw)
        case int() | float():
            return Operand(number=Decimal(str(raw)))
        case str() if _DAY.fullmatch(raw):
            return Operand(date=dt.date.fromisoformat(raw))
        case _:
            return Operand(code=str(raw))


@strawberry.input(one_of=True)
class OperandInput:
    """What an answer is compared with.

    Attributes:
        code: Of an option.
        number: A number or a point on a scale.
        boolean: Yes or no, or whether there is an answer.
        date: A day; of a month its first.
    """

    code: str | None = strawberry.UNSET
    number: Decimal | None = strawberry.UNSET
    boolean: bool | None = strawberry.UNSET
    date: dt.date | None = strawberry.UNSET


@strawberry.input
class AnswerConditionInput:
    """An earlier answer compares so with any of the operands.

    Attributes:
        question: The code of the earlier question.
        operator: How it is compared.
        operands: With what; several for IN only.
    """

    question: str
    operator: Operator
    operands: list[OperandInput]


@strawberry.input
class OfferConditionInput:
    """A fact of the offer is, letter for letter, one of the texts.

    Attributes:
        fact: Which fact.
        texts: What it may be.
    """

    fact: OfferFact
    texts: list[str]


@strawberry.input(one_of=True)
class ConditionInput:
    """When something is shown or a rule is broken.

    Attributes:
        answer: An earlier answer compares so.
        offer: A fact of the offer is so.
        all: Every part holds.
        any: At least one part holds.
        negated: The part does not hold.
    """

    answer: AnswerConditionInput | None = strawberry.UNSET
    offer: OfferConditionInput | None = strawberry.UNSET
    all: list["ConditionInput"] | None = strawberry.UNSET
    any: list["ConditionInput"] | None = strawberry.UNSET
    negated: "ConditionInput | None" = strawberry.UNSET


def condition_document(given: ConditionInput | None) -> Json | None:
    """Return a condition as it stands in a document."""
    if given is None:
        return None
    (kind, content) = next(
        (name, value) for name, value in vars(given).items() if value is not strawberry.UNSET
    )
    match kind:
        case "all" | "any":
            return {kind: [condition_document(part) for part in content]}
        case "negated":
            return {"not": condition_document(content)}
        case "offer":
            return {"offer": content.fact.value, **_compared(Operator.IN, content.texts)}
        case _:
            operands = [_raw_operand(one) for one in content.operands]
            return {"question": content.question, **_compared(content.operator, operands)}


def _compared(operator: Operator, operands: list[Any]) -> Json:
    is_list = operator is Operator.IN or len(operands) != 1
    return {operator.value: operands if is_list else operands[0]}


def _raw_operand(given: OperandInput) -> str | int | float | bool:
    content = next(value for value in vars(given).values() if value is not strawberry.UNSET)
    match content:
        case dt.date():
            return content.isoformat()
        case Decimal() if content.is_finite() and content == content.to_integral_value():
            return int(content)
        case Decimal():
            return float(content)
        case _:
            raw: str | bool = content
            return raw
