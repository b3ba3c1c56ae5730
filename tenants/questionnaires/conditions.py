"""When a page or question is shown: conditions on earlier answers and on facts of the offer."""

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeGuard

from tenants.questionnaires.findings import FindingCode
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


COMPARISONS: Final[Mapping[Operator, Callable[[Any, Any], bool]]] = MappingProxyType(
    {
        Operator.LESS_THAN: operator.lt,
        Operator.AT_MOST: operator.le,
        Operator.AT_LEAST: operator.ge,
        Operator.MORE_THAN: operator.gt,
    }
)


def parse_condition(
    raw: JsonObject, earlier: Mapping[str, "Question"], depth: int = 1, *, offer: bool = True
) -> Condition:
    """Return the condition that the object describes.

    Args:
        raw: One of `{"question": code, operator: ...}`, `{"offer": fact, operator: ...}`,
            `{"all": [...]}`, `{"any": [...]}` and `{"not": ...}`.
        earlier: The questions that come before what the condition decides about.
        depth: How deep the object stands in others, from 1.
        offer: Whether it may ask for facts of the offer.

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
            if not offer:
                raw.refuse("must not ask for facts of the offer", "offer")
            condition = _parse_offer(raw)
        case "not":
            part = raw.nested("not")
            condition = Not(parse_condition(part, earlier, depth + 1, offer=offer))
        case kind:
            parts = tuple(
                parse_condition(part, earlier, depth + 1, offer=offer)
                for part in raw.objects(kind, most=MOST_PARTS)
            )
            condition = AllOf(parts) if kind == "all" else AnyOf(parts)
    raw.finish()
    return condition


def _parse_answer(raw: JsonObject, earlier: Mapping[str, "Question"]) -> AnswerCondition:
    code = raw.code("question")
    question = earlier.get(code)
    if question is None:
        complaint = f"{code} is not an earlier question"
        raw.complain(FindingCode.UNKNOWN_CODE, complaint, "question", about=code)
        # A draft may name a question that stands elsewhere; what is compared is looked at then.
        kind, given = _parse_comparison(raw, frozenset(Operator))
        return AnswerCondition(code, kind, tuple(item for item in given if _may_compare(item)))
    question_type = QUESTION_TYPES[question.type]
    kind, given = _parse_comparison(raw, question_type.operators)
    operands = [_operand(question, kind, item) for item in given]
    found = tuple(operand for operand in operands if operand is not None)
    if len(found) < len(given):
        complaint = f"is no possible answer to {code}"
        raw.complain(FindingCode.IMPOSSIBLE_OPERAND, complaint, kind.value)
    return AnswerCondition(code, kind, found)


def _may_compare(item: object) -> TypeGuard[Operand]:
    return isinstance(item, str | int)


def _operand(question: "Question", kind: Operator, item: object) -> Operand | None:
    """Return what a condition compares an answer with; None for what can be no answer."""
    question_type = QUESTION_TYPES[question.type]
    if kind is Operator.ANSWERED:
        known: tuple[Operand, ...] = (True, False)
    elif question_type.read_operand is not None:
        return question_type.read_operand(question, item)
    else:
        known = question_type.operands(question)
    # True equals 1 in Python, so the type has to be compared as well.
    return next((one for one in known if (type(one), one) == (type(item), item)), None)


def _parse_offer(raw: JsonObject) -> OfferCondition:
    fact = raw.member("offer", OfferFact)
    kind, given = _parse_comparison(raw, frozenset({Operator.EQUALS, Operator.IN}))
    texts = tuple(raw.clean(item, (kind.value,), LONGEST_WORDING) for item in given)
    return OfferCondition(fact, kind, texts)


def _parse_comparison(
    raw: JsonObject, allowed: frozenset[Operator]
) -> tuple[Operator, tuple[object, ...]]:
    """Return the only operator that is there, and what it compares with."""
    present = [kind for kind in Operator if raw.has(kind.value)]
    if len(present) != 1 or present[0] not in allowed:
        names = ", ".join(kind.value for kind in Operator if kind in allowed)
        raw.refuse(f"must have exactly one of {names}")
    kind = present[0]
    if kind is Operator.IN:
        return kind, tuple(raw.items(kind.value, most=MOST_OPERANDS))
    return kind, (raw.take(kind.value),)


def condition_json(condition: Condition) -> dict[str, Any]:
    """Return the object that `parse_condition` reads."""
    match condition:
        case AnswerCondition(code, kind, operands):
            return {"question": code, **_comparison_json(kind, operands)}
        case OfferCondition(fact, kind, texts):
            return {"offer": fact.value, **_comparison_json(kind, texts)}
        case AllOf(parts):
            return {"all": [condition_json(part) for part in parts]}
        case AnyOf(parts):
            return {"any": [condition_json(part) for part in parts]}
        case Not(part):
            return {"not": condition_json(part)}


def _comparison_json(kind: Operator, operands: tuple[Operand, ...]) -> dict[str, Any]:
    # A number with decimals has few enough digits to be the same after JSON.
    written = [float(one) if isinstance(one, Decimal) else one for one in operands]
    return {kind.value: written if kind is Operator.IN else next(iter(written), None)}


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
            return (code in answers) in operands
        case AnswerCondition(code, _, operands):
            return _compares(condition, answers.get(code))
        case OfferCondition(fact, _, texts):
            return facts.get(fact) in texts
        case AllOf(parts):
            return all(holds(part, answers, facts) for part in parts)
        case AnyOf(parts):
            return any(holds(part, answers, facts) for part in parts)
        case Not(part):
            return not holds(part, answers, facts)


def _compares(condition: AnswerCondition, value: Value | None) -> bool:
    """Tell whether an answer that is there compares so."""
    given = () if value is None else operands_of(value)
    compare = COMPARISONS.get(condition.operator)
    if compare is None:
        return any(operand in condition.operands for operand in given)
    return any(compare(one, operand) for one in given for operand in condition.operands)
