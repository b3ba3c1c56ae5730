"""Which questions are shown, and what becomes of the answers to them."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tenants.questionnaires.conditions import Condition, OfferCondition, OfferFacts, holds, leaves
from tenants.questionnaires.definition import Definition, Question
from tenants.questionnaires.forms import Form, field
from tenants.questionnaires.problems import AnswerProblem, InvalidAnswer, InvalidAnswers
from tenants.questionnaires.question_types import AnswerState
from tenants.questionnaires.values import Value, free_text, from_json, to_json


@dataclass(frozen=True, slots=True)
class Answered:
    """What a candidate gave as an answer, not yet checked.

    Attributes:
        value: The value, if there is one.
        state: What the candidate said of it, if anything: PREFER_NOT_TO_SAY needs saying.
        do_not_quote: Whether the text must not be shared word for word.
        problem: Why the value could not even be read.
    """

    value: Value | None = None
    state: AnswerState | None = None
    do_not_quote: bool = False
    problem: InvalidAnswer | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one question.

    Attributes:
        state: ANSWERED exactly when there is a value.
        value: Checked, and with its texts cleaned.
        do_not_quote: Whether the text in the value must not be shared word for word.
    """

    state: AnswerState
    value: Value | None = None
    do_not_quote: bool = False


def read_form(questions: Iterable[Question], form: Form) -> dict[str, Answered]:
    """Return what the form's fields say about each of the questions.

    Besides the fields of the question's type, a ticked `code.prefer_not_to_say` is an answer that
    puts aside whatever else was filled in, and a ticked `code.do_not_quote` protects a text.
    What cannot be read becomes a problem, which `check_answers` reports.

    Args:
        questions: The questions of the page, shown or not.
        form: The values of every field by its name.
    """
    return {
        question.code: _read_answer(question, form)
        for question in questions
        if question.question_type.takes_answers
    }


def _read_answer(question: Question, form: Form) -> Answered:
    if question.question_type.declinable and field(form, question.code, "prefer_not_to_say"):
        return Answered(state=AnswerState.PREFER_NOT_TO_SAY)
    do_not_quote = bool(field(form, question.code, "do_not_quote"))
    try:
        value = question.question_type.parse(question, form)
    except InvalidAnswer as problem:
        return Answered(do_not_quote=do_not_quote, problem=problem)
    return Answered(value, do_not_quote=do_not_quote)


def visible_questions(
    definition: Definition, answers: Mapping[str, Answered | Answer], offer_facts: OfferFacts
) -> frozenset[str]:
    """Return the codes of the questions that are shown.

    An answer that is refused, or whose question is hidden, counts as none.

    Args:
        definition: The version that is being answered.
        answers: What was answered so far, by the question's code.
        offer_facts: What is known of the offer.
    """
    visible: set[str] = set()
    values: dict[str, Value] = {}
    for page in definition.pages:
        if not _is_met(page.visible_if, values, offer_facts):
            continue
        for question in page.questions:
            if _is_met(question.visible_if, values, offer_facts):
                visible.add(question.code)
                value = _valid_value(question, answers.get(question.code, Answered()))
                if value is not None:
                    values[question.code] = value
    return frozenset(visible)


def _is_met(condition: Condition | None, values: Mapping[str, Value], facts: OfferFacts) -> bool:
    return condition is None or holds(condition, values, facts)


def _valid_value(question: Question, given: Answered | Answer) -> Value | None:
    try:
        return _check_answer(question, given).value
    except InvalidAnswer:
        return None


def depends_on_offer(definition: Definition) -> frozenset[str]:
    """Return the codes of the questions whose being shown tells something of the offer.

    These are the ones with a condition on a fact of the offer, on themselves or their page, and
    the ones with a condition on the answer to such a question.
    """
    dependent: set[str] = set()

    def tells(condition: Condition | None) -> bool:
        return condition is not None and any(
            isinstance(leaf, OfferCondition) or leaf.question in dependent
            for leaf in leaves(condition)
        )

    for page in definition.pages:
        page_tells = tells(page.visible_if)
        for question in page.questions:
            if page_tells or tells(question.visible_if):
                dependent.add(question.code)
    return frozenset(dependent)


def check_answers(
    definition: Definition,
    answers: Mapping[str, Answered | Answer],
    offer_facts: OfferFacts,
    *,
    page: str | None = None,
) -> dict[str, Answer]:
    """Return what became of every question, with answers to hidden questions left out.

    Args:
        definition: The version that is being answered.
        answers: Everything answered so far, by the question's code; a draft's answers will do.
        offer_facts: What is known of the offer.
        page: The code of the only page to check and to return; all of them when None.

    Raises:
        InvalidAnswers: Some answers are missing or refused; it holds a problem for each question.
    """
    visible = visible_questions(definition, answers, offer_facts)
    known = {one.code for one in definition.questions() if one.question_type.takes_answers}
    problems = {
        code: InvalidAnswer(AnswerProblem.UNKNOWN_QUESTION) for code in answers if code not in known
    }
    checked: dict[str, Answer] = {}
    questions = definition.questions() if page is None else definition.page(page).questions
    for question in questions:
        if not question.question_type.takes_answers:
            continue
        if question.code not in visible:
            checked[question.code] = Answer(AnswerState.NOT_SHOWN)
            continue
        try:
            given = answers.get(question.code, Answered())
            checked[question.code] = _check_answer(question, given)
        except InvalidAnswer as problem:
            problems[question.code] = problem
    if problems:
        raise InvalidAnswers(problems)
    return checked


def check_given(
    definition: Definition,
    answers: Mapping[str, Answered | Answer],
    offer_facts: OfferFacts,
    given: Collection[str],
) -> dict[str, Answer]:
    """Return what became of some questions, each for itself; what is missing yet does not matter.

    Args:
        definition: The version that is being answered.
        answers: Everything answered so far, by the question's code.
        offer_facts: What is known of the offer.
        given: The codes to check and to return.

    Raises:
        InvalidAnswers: Some of them are refused; it holds a problem for each question.
    """
    try:
        checked = check_answers(definition, answers, offer_facts)
    except InvalidAnswers as error:
        refused = {
            code: problem
            for code, problem in error.problems.items()
            if code in given and problem.problem is not AnswerProblem.ANSWER_REQUIRED
        }
        if refused:
            raise InvalidAnswers(refused) from error
        sound = {code: one for code, one in answers.items() if code not in error.problems}
        visible = visible_questions(definition, sound, offer_facts)
        checked = {
            question.code: _check_answer(question, sound[question.code])
            for question in definition.questions()
            if question.code in visible and question.code in sound
        }
    return {code: checked.get(code, Answer(AnswerState.SKIPPED)) for code in given}


def _check_answer(question: Question, given: Answered | Answer) -> Answer:
    """Return what becomes of a question that is shown."""
    if isinstance(given, Answered) and given.problem is not None:
        raise given.problem
    if given.state is AnswerState.PREFER_NOT_TO_SAY:
        if not question.question_type.declinable:
            raise InvalidAnswer(AnswerProblem.CONSENT_NEEDED)
        if given.value is not None:
            raise InvalidAnswer(AnswerProblem.STATE_CONTRADICTS_VALUE)
        return Answer(AnswerState.PREFER_NOT_TO_SAY)
    value = question.question_type.check(question, given.value)
    state = AnswerState.SKIPPED if value is None else AnswerState.ANSWERED
    # A question that an earlier page hid may be shown by now: NOT_SHOWN without a value is nothing.
    said_answered = given.state is AnswerState.ANSWERED
    if given.state is not None and said_answered is not (state is AnswerState.ANSWERED):
        raise InvalidAnswer(AnswerProblem.STATE_CONTRADICTS_VALUE)
    return Answer(state, value, given.do_not_quote and free_text(value) is not None)


def answers_to_json(answers: Mapping[str, Answer]) -> dict[str, Any]:
    """Return checked answers as JSON, to be sealed as a draft or in the holding place."""
    return {
        code: {
            "state": answer.state.value,
            "value": None if answer.value is None else to_json(answer.value),
            "do_not_quote": answer.do_not_quote,
        }
        for code, answer in answers.items()
    }


def answers_from_json(document: Mapping[str, Any]) -> dict[str, Answer]:
    """Return the answers that `answers_to_json` wrote."""
    return {
        code: Answer(
            AnswerState(item["state"]),
            None if item["value"] is None else from_json(item["value"]),
            item["do_not_quote"],
        )
        for code, item in document.items()
    }
