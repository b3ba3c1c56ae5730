"""Answers as they are given and as they are kept, and the check of a single one."""

from dataclasses import dataclass
from typing import Final

from tenants.questionnaires.definition import Question
from tenants.questionnaires.problems import AnswerProblem, InvalidAnswer
from tenants.questionnaires.question_types import AnswerState
from tenants.questionnaires.values import Value, free_text


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


NO_ANSWER: Final = Answered()
_SKIPPED: Final = Answer(AnswerState.SKIPPED)


def check_answer(question: Question, given: Answered | Answer) -> Answer:
    """Return what becomes of a question that is shown.

    Args:
        question: As it is shown, without options that are hidden.
        given: What was given, hidden options already taken out.

    Raises:
        InvalidAnswer: It is refused.
    """
    if given is NO_ANSWER and not question.required:
        return _SKIPPED
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
