"""What becomes of the answers of a whole page or questionnaire."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from tenants.questionnaires.answers import Answer, Answered
from tenants.questionnaires.conditions import OfferFacts, holds
from tenants.questionnaires.definition import Definition, Question
from tenants.questionnaires.forms import Form, field
from tenants.questionnaires.json_object import Wording
from tenants.questionnaires.parts import Severity
from tenants.questionnaires.problems import (
    AnswerProblem,
    BrokenRule,
    InvalidAnswer,
    InvalidAnswers,
)
from tenants.questionnaires.question_types import AnswerState
from tenants.questionnaires.values import from_json, to_json
from tenants.questionnaires.visibility import Shown, depends_on_offer, show, visible_questions

__all__ = [
    "Answer",
    "Answered",
    "answers_from_json",
    "answers_to_json",
    "check_answers",
    "check_given",
    "depends_on_offer",
    "list_warnings",
    "read_form",
    "visible_questions",
]


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


def check_answers(
    definition: Definition,
    answers: Mapping[str, Answered | Answer],
    offer_facts: OfferFacts,
    *,
    page: str | None = None,
) -> dict[str, Answer]:
    """Return what became of every question, with answers to hidden questions left out.

    Options that are hidden are taken out of an answer as if they had never been chosen.

    Args:
        definition: The version that is being answered.
        answers: Everything answered so far, by the question's code; a draft's answers will do.
        offer_facts: What is known of the offer.
        page: The code of the only page to check and to return; all of them when None.

    Raises:
        InvalidAnswers: Some answers are missing or refused; it holds a problem for each question.
    """
    shown = show(definition, answers, offer_facts)
    problems = {
        code: InvalidAnswer(AnswerProblem.UNKNOWN_QUESTION)
        for code in answers
        if code not in definition.answerable
    }
    checked: dict[str, Answer] = {}
    questions = definition.questions() if page is None else definition.page(page).questions
    for question in questions:
        if not question.question_type.takes_answers:
            continue
        try:
            checked[question.code] = _outcome(question, shown)
            if question.rules:
                _keep_rules(question, shown, offer_facts)
        except InvalidAnswer as problem:
            problems[question.code] = problem
    if problems:
        raise InvalidAnswers(problems)
    return checked


def _outcome(question: Question, shown: Shown) -> Answer:
    """Return what becomes of a question, shown or not.

    Raises:
        InvalidAnswer: Its answer is refused.
    """
    outcome = shown.outcomes.get(question.code)
    if outcome is None:
        return Answer(AnswerState.NOT_SHOWN)
    if isinstance(outcome, InvalidAnswer):
        raise outcome
    return outcome


def _keep_rules(question: Question, shown: Shown, offer_facts: OfferFacts) -> None:
    """Return only if the answers break no rule of a question that is shown.

    Raises:
        BrokenRule: They do.
    """
    if question.code not in shown.questions:
        return
    for rule in question.rules:
        if rule.severity is Severity.ERROR and holds(rule.broken_if, shown.values, offer_facts):
            raise BrokenRule(rule.message)


def list_warnings(
    definition: Definition,
    answers: Mapping[str, Answered | Answer],
    offer_facts: OfferFacts,
    *,
    page: str,
) -> dict[str, Wording]:
    """Return what a candidate should look at again, by the question's code; it may stay.

    Args:
        definition: The version that is being answered.
        answers: Everything answered so far, by the question's code.
        offer_facts: What is known of the offer.
        page: The code of the page.
    """
    shown = show(definition, answers, offer_facts)
    warned: dict[str, Wording] = {}
    for question in definition.page(page).questions:
        for rule in question.rules if question.code in shown.questions else ():
            is_warning = rule.severity is Severity.WARNING
            if is_warning and holds(rule.broken_if, shown.values, offer_facts):
                warned.setdefault(question.code, rule.message)
    return warned


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
        unfinished = {AnswerProblem.ANSWER_REQUIRED, AnswerProblem.RULE_BROKEN}
        refused = {
            code: problem
            for code, problem in error.problems.items()
            if code in given and problem.problem not in unfinished
        }
        if refused:
            raise InvalidAnswers(refused) from error
        broken = {
            code
            for code, problem in error.problems.items()
            if problem.problem is not AnswerProblem.RULE_BROKEN
        }
        sound = {code: one for code, one in answers.items() if code not in broken}
        shown = show(definition, sound, offer_facts)
        checked = {
            question.code: _outcome(question, shown)
            for question in definition.questions()
            if question.code in shown.questions and question.code in sound
        }
    return {code: checked.get(code, Answer(AnswerState.SKIPPED)) for code in given}


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
