"""The candidate's way through the form: which pages come, in which order, and where to resume."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from tenants.interviews.submission import InvitationView
from tenants.questionnaires.conditions import OfferFacts
from tenants.questionnaires.definition import Definition, Page, Question
from tenants.questionnaires.logic import Answer, Answered
from tenants.questionnaires.question_types import AnswerState
from tenants.questionnaires.values import ValueShape
from tenants.questionnaires.visibility import Shown, show

# No page of a questionnaire can have such a code, because codes have no hyphens.
CONFIDENTIALITY: Final = "how-confidential"
REVIEW: Final = "check-and-send"

# How long a question of each shape takes to read and answer; a matrix counts its rows.
_SECONDS: Final[Mapping[ValueShape, int]] = {
    ValueShape.CHOICE: 20,
    ValueShape.CHOICES: 30,
    ValueShape.SCALE: 15,
    ValueShape.NUMBER: 15,
    ValueShape.TEXT: 45,
    ValueShape.RANKING: 40,
    ValueShape.MATRIX: 7,
    ValueShape.BOOLEAN: 10,
    ValueShape.DATE: 10,
    ValueShape.NOTHING: 15,
}


# Shorter questionnaires say their minutes; longer ones are rounded.
_TO_THE_MINUTE: Final = 5


@dataclass(frozen=True, slots=True)
class Way:
    """The steps that are to be taken, given the answers so far.

    Attributes:
        pages: The pages with something to show, in order.
        shown: The questions that are shown, and what was answered well.
    """

    pages: tuple[Page, ...]
    shown: Shown

    @property
    def visible(self) -> frozenset[str]:
        """The codes of the questions that are shown."""
        return frozenset(self.shown.questions)

    @property
    def steps(self) -> tuple[str, ...]:
        """The codes of all steps in order, the pages first."""
        return (*(page.code for page in self.pages), CONFIDENTIALITY, REVIEW)

    def number(self, step: str) -> int:
        """Return which step it is, from 1."""
        return self.steps.index(step) + 1

    def after(self, step: str, order: tuple[Page, ...]) -> str:
        """Return the step that follows a page, shown or not, in the questionnaire's order."""
        codes = [page.code for page in order]
        later = codes[codes.index(step) + 1 :]
        return next((code for code in later if code in self.steps), CONFIDENTIALITY)

    def before(self, step: str) -> str | None:
        """Return the step before one that is to be taken, or None before the first."""
        index = self.steps.index(step)
        return self.steps[index - 1] if index else None


class Asked(Protocol):
    """Whatever is answered page by page: a candidate's form, or a guided interview."""

    @property
    def definition(self) -> Definition:
        """The version that is asked."""

    @property
    def answers(self) -> Mapping[str, Answer]:
        """What was saved so far."""

    @property
    def offer_facts(self) -> OfferFacts:
        """What conditions may look at."""


def find_way(invitation: Asked, changed: Mapping[str, Answer | Answered] | None = None) -> Way:
    """Return the steps of an invitation or a guided interview.

    Args:
        invitation: With what was saved.
        changed: Answers that win over those.
    """
    definition = invitation.definition
    answers = {**invitation.answers, **(changed or {})}
    shown = show(definition, answers, invitation.offer_facts)
    pages = (
        page
        for page in definition.pages
        if any(question.code in shown.questions for question in page.questions)
    )
    return Way(tuple(pages), shown)


def resume_at(invitation: InvitationView) -> str:
    """Return the first step that is not done yet; the last one when all are."""
    way = find_way(invitation)
    for page in way.pages:
        if any(
            question.code in way.visible and not _is_done(invitation, question)
            for question in page.questions
        ):
            return page.code
    return REVIEW if chosen_confidentiality_stands(invitation) else CONFIDENTIALITY


def chosen_confidentiality_stands(invitation: InvitationView) -> bool:
    """Tell whether a choice was saved that is still on offer."""
    return invitation.saved_confidentiality in invitation.confidentialities


def minutes_needed(pages: tuple[Page, ...]) -> int:
    """Return about how long the pages take, in minutes, from five on to the nearest five."""
    seconds = sum(
        _SECONDS[shape] * (len(question.options) if shape is ValueShape.MATRIX else 1)
        for page in pages
        for question in page.questions
        for shape in (question.question_type.shape,)
    )
    minutes = max(1, round(seconds / 60))
    return minutes if minutes < _TO_THE_MINUTE else 5 * round(seconds / 300)


def _is_done(invitation: InvitationView, question: Question) -> bool:
    if not question.question_type.takes_answers:
        return True
    answer = invitation.answers.get(question.code)
    return answer is not None and answer.state is not AnswerState.NOT_SHOWN
