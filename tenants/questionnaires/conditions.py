"""When a page or question is shown: conditions on earlier answers and on facts of the offer."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from tenants.questionnaires.json_object import LONGEST_WORDING, JsonObject
from tenants.questionnaires.question_types import QUESTION_TYPES, Operator
from tenants.questionnaires.values import Operand, Value, operands_of

if TYPE_CHECKING:
    from tenants.questionnaires.definition import Question

DEEPEST: Final = 5
MOST_PARTS: Final = 20
MOST_OPERANDS: Final = 100


class OfferFact(StrEnum):
    """What a condition may know of the offer."""

    DEPARTMENT = "department"
    LOCATION = "location"
    JOB_TITLE = "job_title"


OfferFacts: TypeAlias = Mapping[OfferFact, str | None]


@dataclass(frozen=True, slots=True)
class AnswerCondition:
    """An earlier answer compares so with any of the operands.

    A question without an answer, left out or not shown, holds for `answered: false` alone.
    """

    question: str
    operator: Operator
    operands: tuple[Operand, ...]


@dataclass(frozen=True, slots=True)
class OfferCondition:
    """A fact of the offer is, letter for letter, one of the operands."""

    fact: OfferFact
    operator: Operator
    operands: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part holds."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: "Condition"


Condition: TypeAlias = AnswerCondition | OfferCondition | AllOf | AnyOf | Not


def parse_condition(
    raw: JsonObject, earlier: Mapping[str, "Question"], depth: int = 1
) -> Condition:
    """Return the condition that the object describes.

    Args:
        raw: One of `{"question": code, operator: ...}`, `{"offer": fact, operator: ...}`,
            `{"all": [...]}`, `{"any": [...]}` and `{"not": ...}`.
        earlier: The questions that come before what the condition decides about.
        depth: How deep the object stands in others, from 1.

    Raises:
        InvalidInput: It is none of these, nested too deep, or asks what cannot be asked.
    """
    if depth > DEEPEST:
        raw.refuse(f"is nested more than {DEEPEST} deep")
    kinds = [kind for kind in ("question", "offer", "all", "any", "not") if raw.has(kind)]
    if len(kinds) != 1:
        raw.refuse("must have exactly one of question, offer, all, any, not")
    condition: Condition
    match kinds[0]:
        case "question":
            condition = _parse_answer(raw, earlier)
        case "offer":
            condition = _parse_offer(raw)
        case "not":
            condition = Not(parse_condition(raw.nested("not"), earlier, depth + 1))
        case kind:
            parts = tuple(
                parse_condition(part, earlier, depth + 1)
                for part in raw.objects(kind, most=MOST_PARTS)
            )
            condition = AllOf(parts) if kind == "all" else AnyOf(parts)
    raw.finish()
    return condition


def _parse_answer(raw: JsonObject, earlier: Mapping[str, "Question"]) -> AnswerCondition:
    code = raw.code("question")
    question = earlier.get(code)
    if question is None:
        raw.refuse(f"{code} is not an earlier question", "question")
    question_type = QUESTION_TYPES[question.type]
    operator, given = _parse_comparison(raw, question_type.operators)
    if operator is Operator.ANSWERED:
        known: tuple[Operand, ...] = (True, False)
    else:
        known = question_type.operands(question)
    # True equals 1 in Python, so the type has to be compared as well.
    operands = [one for item in given for one in known if (type(one), one) == (type(item), item)]
    if len(operands) < len(given):
        raw.refuse(f"is no possible answer to {code}", operator.value)
    return AnswerCondition(code, operator, tuple(operands))


def _parse_offer(raw: JsonObject) -> OfferCondition:
    fact = raw.member("offer", OfferFact)
    operator, given = _parse_comparison(raw, frozenset({Operator.EQUALS, Operator.IN}))
    texts = tuple(raw.clean(item, (operator.value,), LONGEST_WORDING) for item in given)
    return OfferCondition(fact, operator, texts)


def _parse_comparison(
    raw: JsonObject, allowed: frozenset[Operator]
) -> tuple[Operator, tuple[object, ...]]:
    """Return the only operator that is there, and what it compares with."""
    present = [operator for operator in Operator if raw.has(operator.value)]
    if len(present) != 1 or present[0] not in allowed:
        names = ", ".join(operator.value for operator in Operator if operator in allowed)
        raw.refuse(f"must have exactly one of {names}")
    operator = present[0]
    if operator is Operator.IN:
        return operator, tuple(raw.items(operator.value, most=MOST_OPERANDS))
    return operator, (raw.take(operator.value),)


def condition_json(condition: Condition) -> dict[str, Any]:
    """Return the object that `parse_condition` reads."""
    match condition:
        case AnswerCondition(code, operator, operands):
            return {"question": code, **_comparison_json(operator, operands)}
        case OfferCondition(fact, operator, texts):
            return {"offer": fact.value, **_comparison_json(operator, texts)}
        case AllOf(parts):
            return {"all": [condition_json(part) for part in parts]}
        case AnyOf(parts):
            return {"any": [condition_json(part) for part in parts]}
        case Not(part):
            return {"not": condition_json(part)}


def _comparison_json(operator: Operator, operands: tuple[Operand, ...]) -> dict[str, Any]:
    return {operator.value: list(operands) if operator is Operator.IN else operands[0]}


def leaves(condition: Condition) -> Iterator[AnswerCondition | OfferCondition]:
    """Yield every comparison within the condition."""
    match condition:
        case AnswerCondition() | OfferCondition():
            yield condition
        case Not(part):
            yield from leaves(part)
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from leaves(part)


def holds(condition: Condition, answers: Mapping[str, Value], facts: OfferFacts) -> bool:
    """Tell whether the condition is met.

    Args:
        condition: What to decide.
        answers: The values of the questions that were shown and answered.
        facts: What is known of the offer; an unknown fact equals nothing.
    """
    match condition:
        case AnswerCondition(code, Operator.ANSWERED, operands):
            return (code in answers) is operands[0]
        case AnswerCondition(code, _, operands):
            given = operands_of(answers[code]) if code in answers else ()
            return any(operand in operands for operand in given)
        case OfferCondition(fact, _, texts):
            return facts.get(fact) in texts
        case AllOf(parts):
            return all(holds(part, answers, facts) for part in parts)
        case AnyOf(parts):
            return any(holds(part, answers, facts) for part in parts)
        case Not(part):
            return not holds(part, answers, facts)
