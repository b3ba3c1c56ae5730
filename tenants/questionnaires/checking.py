"""Static checks of a draft: everything that can be known before anybody answers it."""

import datetime as dt
import itertools
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

from tenants.questionnaires.comparability import incomparable
from tenants.questionnaires.conditions import (
    AnswerCondition,
    Condition,
    OfferCondition,
    OfferFact,
    holds,
    leaves,
)
from tenants.questionnaires.definition import Definition, Page, Question, parse_draft
from tenants.questionnaires.findings import Finding, FindingCode
from tenants.questionnaires.question_types import Operator
from tenants.questionnaires.scale_rules import scale_points
from tenants.questionnaires.values import (
    Boolean,
    Choice,
    Choices,
    Date,
    Number,
    Operand,
    Ranking,
    Scale,
    Text,
    Value,
    ValueShape,
)

# Conditions on more combinations than these are taken to be possible.
MOST_COMBINATIONS: Final = 4096
_ELSEWHERE: Final = "\x00elsewhere"


def check_content(document: object) -> tuple[Definition, list[Finding]]:
    """Return what a draft says and everything found in it that needs no look at the offers.

    Raises:
        InvalidInput: The document breaks a rule that a draft has to keep, too.
    """
    definition, findings = parse_draft(document)
    found = [_refined(one, definition) for one in findings]
    found += _unreachable(definition)
    for path, question in placed_questions(definition):
        difference = incomparable(question)
        if difference is not None:
            message = f"{question.code}: answers cannot be compared under {question.concept}"
            found.append(Finding(FindingCode.NOT_COMPARABLE, f"{message}: {difference}.", path))
    return definition, found


def placed_questions(definition: Definition) -> Iterator[tuple[tuple[str, ...], Question]]:
    """Yield every question with its path in the content."""
    for number, page in enumerate(definition.pages):
        for index, question in enumerate(page.questions):
            yield ("pages", str(number), "questions", str(index)), question


def _refined(finding: Finding, definition: Definition) -> Finding:
    """Return a finding about an unknown code as what it is, if the code is known elsewhere."""
    if finding.code is not FindingCode.UNKNOWN_CODE or finding.about is None:
        return finding
    if "skips" in finding.path and finding.path[-1] == "to":
        known = finding.about in [page.code for page in definition.pages]
        code = FindingCode.CYCLE if known else FindingCode.UNKNOWN_CODE
        return Finding(code, finding.message, finding.path, finding.about)
    if finding.about not in [question.code for question in definition.questions()]:
        return finding
    page = definition.pages[int(finding.path[1])]
    owners = {question.code for question in page.questions}
    if "questions" in finding.path:
        owners = {page.questions[int(finding.path[3])].code}
    is_cycle = not owners.isdisjoint(_reached(finding.about, _needed(definition)))
    code = FindingCode.CYCLE if is_cycle else FindingCode.FORWARD_REFERENCE
    return Finding(code, finding.message, finding.path, finding.about)


def _needed(definition: Definition) -> Mapping[str, set[str]]:
    """Return the questions that the conditions of each question look at."""
    needed: dict[str, set[str]] = {}
    for page in definition.pages:
        for question in page.questions:
            conditions = [
                page.visible_if,
                question.visible_if,
                *(option.visible_if for option in question.options),
            ]
            needed[question.code] = {
                leaf.question
                for condition in conditions
                if condition is not None
                for leaf in leaves(condition)
                if isinstance(leaf, AnswerCondition)
            }
    return needed


def _reached(start: str, needed: Mapping[str, set[str]]) -> set[str]:
    """Return the question and all that its conditions look at, however indirectly."""
    reached: set[str] = set()
    left = [start]
    while left:
        code = left.pop()
        if code not in reached:
            reached.add(code)
            left += needed.get(code, ())
    return reached


def _unreachable(definition: Definition) -> Iterator[Finding]:
    """Yield the pages and questions that no candidate can come to."""
    passed = _always_passed(definition)
    for number, page in enumerate(definition.pages):
        where = ("pages", str(number))
        if page.code in passed or not _is_possible(page.visible_if, definition):
            message = f"{page.code}: no candidate can come to this page."
            yield Finding(FindingCode.UNREACHABLE_PAGE, message, where)
            continue
        for index, question in enumerate(page.questions):
            if not _is_possible(question.visible_if, definition):
                message = f"{question.code}: no candidate can be asked this question."
                place = (*where, "questions", str(index))
                yield Finding(FindingCode.UNREACHABLE_QUESTION, message, place)


def _always_passed(definition: Definition) -> set[str]:
    """Return the pages that lie behind a skip that everybody takes."""
    order = [page.code for page in definition.pages]
    passed: set[str] = set()
    for number, page in enumerate(definition.pages):
        if page.visible_if is not None or _may_be_passed(page, definition.pages[:number], order):
            continue
        for skip in page.skips:
            if skip.condition is None:
                end = order.index(skip.to) if skip.to in order else len(order)
                others = [one.to for one in page.skips[: page.skips.index(skip)]]
                passed.update(set(order[number + 1 : end]) - set(others))
                break
    return passed


def _may_be_passed(page: Page, before: tuple[Page, ...], order: list[str]) -> bool:
    """Return whether an earlier page may lead past a page."""
    place = order.index(page.code)
    return any(
        skip.to is None or (skip.to in order and order.index(skip.to) > place)
        for one in before
        for skip in one.skips
    )


def _is_possible(condition: Condition | None, definition: Definition) -> bool:
    """Return whether some answers and some offer meet a condition, tried one after the other."""
    if condition is None:
        return True
    known = {question.code: question for question in definition.questions()}
    asked: dict[str, set[Operand]] = {}
    facts: dict[OfferFact, set[str]] = {}
    for leaf in leaves(condition):
        match leaf:
            case AnswerCondition(code, _, operands):
                asked.setdefault(code, set()).update(
                    operands if leaf.operator is not Operator.ANSWERED else ()
                )
            case OfferCondition(fact, _, texts):
                facts.setdefault(fact, set()).update(texts)
    # What is asked of a question that is not there is found elsewhere.
    domains = [[(code, one) for one in _values(known.get(code), asked[code])] for code in asked]
    offers = [[(fact, text) for text in (*texts, _ELSEWHERE)] for fact, texts in facts.items()]
    combinations = itertools.product(itertools.product(*domains), itertools.product(*offers))
    for number, (answers, offer) in enumerate(combinations):
        values = {code: value for code, value in answers if value is not None}
        if number >= MOST_COMBINATIONS or holds(condition, values, dict(offer)):
            return True
    return False


def _values(question: Question | None, operands: set[Operand]) -> list[Value | None]:
    """Return values of a question that tell its operands apart, and no value."""
    if question is None:
        return [None]
    codes = [option.code for option in question.options]
    shape = question.question_type.shape
    found: list[Value | None] = [None]
    match shape:
        case ValueShape.CHOICE:
            found += [Choice(code) for code in codes]
        case ValueShape.CHOICES | ValueShape.RANKING:
            named = [code for code in codes if code in operands][:8]
            others = [code for code in codes if code not in operands][:1]
            kind = Choices if shape is ValueShape.CHOICES else Ranking
            found += [
                kind(some)
                for count in range(1, len(named) + 2)
                for some in itertools.combinations([*named, *others], count)
            ]
        case ValueShape.SCALE:
            found += [Scale(point) for point in scale_points(question)]
        case ValueShape.BOOLEAN:
            found += [Boolean(value=True), Boolean(value=False)]
        case ValueShape.NUMBER:
            low, high = question.settings["minimum"], question.settings["maximum"]
            around = {Decimal(one) for one in operands if isinstance(one, int | Decimal)}
            near = {one + step for one in around for step in (-1, 0, 1)} | {Decimal(low)}
            found += [Number(one) for one in sorted(near) if low <= one <= high]
        case ValueShape.DATE:
            found += [Date(day) for day in _days(operands)]
        case _:
            found.append(Text("…"))
    return found


def _days(operands: set[Operand]) -> Iterator[dt.date]:
    """Yield the days that are named, with those before and after them."""
    for operand in operands:
        if isinstance(operand, str):
            day = dt.date.fromisoformat(operand)
            for step in (-1, 0, 1):
                yield day + dt.timedelta(days=step)
