"""Which questions and options are shown: the one evaluator of conditions, skips and placeholders.

The browser mirrors what may change within a page (`api/pages/static/conditions.js`); both go
through the same table of examples in the tests.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from tenants.questionnaires.answers import NO_ANSWER, Answer, Answered, check_answer
from tenants.questionnaires.conditions import Condition, OfferCondition, OfferFacts, holds, leaves
from tenants.questionnaires.definition import Definition, Question
from tenants.questionnaires.parts import Skip
from tenants.questionnaires.piping import filled_in
from tenants.questionnaires.problems import InvalidAnswer
from tenants.questionnaires.question_types import AnswerState
from tenants.questionnaires.values import (
    Choice,
    Choices,
    Matrix,
    Ranking,
    Value,
    normalised,
)


@dataclass(frozen=True, slots=True)
class Shown:
    """What is shown, given some answers.

    Attributes:
        questions: Those that are shown, in order, by code: without options that are hidden, and
            with every placeholder filled in.
        values: The values of those that are answered well, by code.
        outcomes: What became of each that is shown, or why its answer is refused, by code.
    """

    questions: Mapping[str, Question]
    values: Mapping[str, Value]
    outcomes: Mapping[str, Answer | InvalidAnswer]


def show(
    definition: Definition, answers: Mapping[str, Answered | Answer], offer_facts: OfferFacts
) -> Shown:
    """Return what is shown.

    An answer that is refused, or whose question is hidden, counts as none; so does an option that
    is hidden. A page that is shown may lead past the pages behind it.

    Args:
        definition: The version that is being answered.
        answers: What was answered so far, by the question's code.
        offer_facts: What is known of the offer.
    """
    shown: dict[str, Question] = {}
    values: dict[str, Value] = {}
    outcomes: dict[str, Answer | InvalidAnswer] = {}
    order = [page.code for page in definition.pages]
    next_page = 0
    for index, page in enumerate(definition.pages):
        if index < next_page or not is_met(page.visible_if, values, offer_facts):
            continue
        for question in page.questions:
            # This runs for each question of each answer that is sent: what is nearly always so is
            # asked here and not in a function.
            code, condition = question.code, question.visible_if
            if condition is not None and not holds(condition, values, offer_facts):
                continue
            narrowed: Question | None = question
            given = answers.get(code, NO_ANSWER)
            if question.may_hide_options:
                narrowed = _narrowed(question, values, offer_facts)
                given = given if narrowed is None else pruned(question, narrowed, given)
            if narrowed is not None:
                shown[code] = filled_in(narrowed, definition, values, offer_facts)
                outcome = outcomes[code] = _outcome(narrowed, given)
                if isinstance(outcome, Answer) and outcome.value is not None:
                    values[code] = outcome.value
        for skip in page.skips:
            if is_met(skip.condition, values, offer_facts):
                next_page = _target(order, skip)
                break
    return Shown(shown, values, outcomes)


def _outcome(question: Question, given: Answered | Answer) -> Answer | InvalidAnswer:
    """Return what becomes of a question that is shown, or why its answer is refused."""
    try:
        return check_answer(question, given)
    except InvalidAnswer as problem:
        return problem


def _target(order: Sequence[str], skip: Skip) -> int:
    """Return the index of the page that a skip leads to, or of the end."""
    if skip.to is None:
        return len(order)
    # A draft may still name a page that does not exist.
    return order.index(skip.to) if skip.to in order else 0


def visible_questions(
    definition: Definition, answers: Mapping[str, Answered | Answer], offer_facts: OfferFacts
) -> frozenset[str]:
    """Return the codes of the questions that are shown.

    Args:
        definition: The version that is being answered.
        answers: What was answered so far, by the question's code.
        offer_facts: What is known of the offer.
    """
    return frozenset(show(definition, answers, offer_facts).questions)


def is_met(condition: Condition | None, values: Mapping[str, Value], facts: OfferFacts) -> bool:
    """Tell whether there is no condition, or it holds."""
    return condition is None or holds(condition, values, facts)


def _narrowed(
    question: Question, values: Mapping[str, Value], facts: OfferFacts
) -> Question | None:
    """Return the question with the options that are shown; None when none of them is."""
    options = tuple(one for one in question.options if is_met(one.visible_if, values, facts))
    if not options:
        return None
    settings = dict(question.settings)
    if settings.get("other_option") not in [option.code for option in options]:
        settings["other_option"] = None
    if "min_choices" in settings:
        enough = sum(not option.exclusive for option in options)
        settings["min_choices"] = max(1, min(settings["min_choices"], enough))
    return replace(question, options=options, settings=settings)


def pruned(question: Question, narrowed: Question, given: Answered | Answer) -> Answered | Answer:
    """Return what was given without the options that are hidden.

    Args:
        question: With all of its options.
        narrowed: With those that are shown.
        given: What was given; options that the question never had are left for the check.
    """
    if narrowed.options is question.options or given.value is None:
        return given
    hidden = {one.code for one in question.options} - {one.code for one in narrowed.options}
    if not hidden:
        return given
    value = _without(given.value, hidden)
    if value == given.value:
        return given
    state = given.state if value is not None else None
    if isinstance(given, Answer):
        return Answer(state or AnswerState.SKIPPED, value, given.do_not_quote)
    return replace(given, value=value, state=state)


def _without(value: Value, hidden: set[str]) -> Value | None:
    match value:
        case Choice(code) if code in hidden:
            return None
        case Choices(codes):
            return normalised(replace(value, codes=tuple(c for c in codes if c not in hidden)))
        case Ranking(codes):
            return normalised(Ranking(tuple(code for code in codes if code not in hidden)))
        case Matrix(rows):
            return normalised(Matrix({k: v for k, v in rows.items() if k not in hidden}))
        case _:
            return value


def depends_on_offer(definition: Definition) -> frozenset[str]:
    """Return the codes of the questions whose answer or absence tells something of the offer.

    These are the ones with a condition on a fact of the offer, on themselves, an option, their page
    or a skip past it, and the ones with a condition on the answer to such a question.
    """
    dependent: set[str] = set()

    def tells(condition: Condition | None) -> bool:
        return condition is not None and any(
            isinstance(leaf, OfferCondition) or leaf.question in dependent
            for leaf in leaves(condition)
        )

    order = [page.code for page in definition.pages]
    told_pages: set[str] = set()
    for index, page in enumerate(definition.pages):
        page_tells = page.code in told_pages or tells(page.visible_if)
        for question in page.questions:
            conditions = [question.visible_if, *(one.visible_if for one in question.options)]
            if page_tells or any(tells(one) for one in conditions):
                dependent.add(question.code)
        skip_tells = page_tells
        for skip in page.skips:
            # Whether a later skip is looked at depends on those before it.
            skip_tells = skip_tells or tells(skip.condition)
            if skip_tells:
                told_pages.update(order[index + 1 : _target(order, skip)])
    return frozenset(dependent)
