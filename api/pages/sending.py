"""The last steps: how confidential, everything in words once more, sending, the receipt."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from api.pages.rendering import lead_to, respond
from api.pages.steps import (
    CONFIDENTIALITY,
    REVIEW,
    Way,
    chosen_confidentiality_stands,
    find_way,
)
from api.pages.summary import Summary, summarise
from api.pages.visit import Visit
from tenants.db import run
from tenants.errors import InvalidInput
from tenants.interviews.models import Confidentiality
from tenants.interviews.receipts import receipt_url
from tenants.interviews.submission import new_receipt_code, save_answers, submit_response
from tenants.questionnaires.definition import Question
from tenants.questionnaires.forms import field
from tenants.questionnaires.logic import Answer, check_answers
from tenants.questionnaires.problems import InvalidAnswer, InvalidAnswers
from tenants.questionnaires.texts import TextKey
from tenants.questionnaires.visibility import pruned

_TEXTS: Final[Mapping[Confidentiality, tuple[TextKey, TextKey]]] = {
    Confidentiality.ATTRIBUTED: (TextKey.ATTRIBUTED_LABEL, TextKey.ATTRIBUTED),
    Confidentiality.CONFIDENTIAL: (TextKey.CONFIDENTIAL_LABEL, TextKey.CONFIDENTIAL),
    Confidentiality.ANONYMOUS: (TextKey.ANONYMOUS_LABEL, TextKey.ANONYMOUS),
}
_SUGGESTED: Final = Confidentiality.CONFIDENTIAL


@dataclass(frozen=True, slots=True)
class Choice:
    """A confidentiality on offer.

    Attributes:
        code: Which.
        label: Its name, in the version's words.
        explanation: What it means, by paragraphs.
        is_suggested: Whether we would choose it.
    """

    code: str
    label: str
    explanation: list[str]
    is_suggested: bool


@dataclass(frozen=True, slots=True)
class Section:
    """The answers to one page, in words."""

    page: str
    title: str
    answers: list[Summary]


def view_choice(visit: Visit, confidentiality: Confidentiality) -> Choice:
    """Return a confidentiality in words."""
    label, explanation = _TEXTS[confidentiality]
    return Choice(
        confidentiality.value,
        " ".join(visit.text(label)),
        visit.text(explanation),
        confidentiality is _SUGGESTED,
    )


async def show_confidentiality(_request: Request, visit: Visit) -> Response:
    """Show the confidentialities on offer; none is chosen that the candidate did not choose."""
    return _draw_choices(visit, visit.invitation.saved_confidentiality)


async def choose_confidentiality(_request: Request, visit: Visit) -> Response:
    """Save the choice and lead on; going back and changing the language need none."""
    chosen = _chosen(visit)
    is_offered = chosen in visit.invitation.confidentialities
    leaves = visit.goes_back or visit.other_language is not None
    if not (is_offered or leaves):
        return _draw_choices(visit, None, is_missing=True)
    await run(
        save_answers,
        visit.viewer,
        answers={},
        language=visit.other_language or visit.language,
        confidentiality=chosen if is_offered else None,
    )
    if visit.other_language is not None:
        return lead_to(visit.address(CONFIDENTIALITY, language=visit.other_language))
    before = find_way(visit.invitation).before(CONFIDENTIALITY)
    return lead_to(visit.address(before if visit.goes_back else REVIEW))


async def show_review(_request: Request, visit: Visit) -> Response:
    """Show every answer in words, and a receipt code made for this showing."""
    if not chosen_confidentiality_stands(visit.invitation):
        return lead_to(visit.address(CONFIDENTIALITY))
    invitation = visit.invitation
    problems: Mapping[str, InvalidAnswer] = {}
    try:
        check_answers(invitation.definition, invitation.answers, invitation.offer_facts)
    except InvalidAnswers as refused:
        problems = refused.problems
    return _draw_review(visit, problems)


async def send_answers(_request: Request, visit: Visit) -> Response:
    """Send what the review showed, and show the receipt; the same code again shows it again."""
    chosen = _chosen(visit)
    if chosen is None:
        return lead_to(visit.address(CONFIDENTIALITY))
    try:
        receipt_code = await run(
            submit_response,
            visit.viewer,
            answers={},
            confidentiality=chosen,
            receipt_code=field(visit.form, "receipt_code"),
            language=visit.language,
        )
    except InvalidAnswers as refused:
        return _draw_review(visit, refused.problems, HTTPStatus.UNPROCESSABLE_ENTITY)
    except InvalidInput as refused:
        if refused.field == ("receiptCode",):
            return _draw_review(visit, {}, HTTPStatus.UNPROCESSABLE_ENTITY, is_renewed=True)
        return lead_to(visit.address(CONFIDENTIALITY))
    return respond(
        "thanks.html",
        visit.language,
        visit=visit,
        thanks=visit.text(TextKey.THANK_YOU),
        receipt_code=receipt_code,
        about_receipt=visit.text(TextKey.RECEIPT),
        receipt_address=receipt_url(visit.invitation.organisation_id),
    )


def _chosen(visit: Visit) -> Confidentiality | None:
    code = field(visit.form, "confidentiality")
    return next((one for one in Confidentiality if one.value == code), None)


def _draw_choices(
    visit: Visit, chosen: Confidentiality | None, *, is_missing: bool = False
) -> Response:
    way = find_way(visit.invitation)
    on_offer = visit.invitation.confidentialities
    unavailable = (
        [] if Confidentiality.ANONYMOUS in on_offer else visit.text(TextKey.ANONYMOUS_UNAVAILABLE)
    )
    return respond(
        "confidentiality.html",
        visit.language,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if is_missing else HTTPStatus.OK,
        visit=visit,
        title=visit.words["confidentiality"],
        number=way.number(CONFIDENTIALITY),
        count=len(way.steps),
        choices=[view_choice(visit, one) for one in on_offer],
        chosen=chosen.value if chosen else None,
        unavailable=unavailable,
        is_missing=is_missing,
    )


def _said(way: Way, question: Question, answer: Answer | None) -> Answer | None:
    """Return a saved answer without options that are hidden by now."""
    if answer is None:
        return None
    said = pruned(question, way.shown.questions[question.code], answer)
    return said if isinstance(said, Answer) else None


def _draw_review(
    visit: Visit,
    problems: Mapping[str, InvalidAnswer],
    status: HTTPStatus = HTTPStatus.OK,
    *,
    is_renewed: bool = False,
) -> Response:
    """Return the review; it can be sent from only when there is no problem."""
    invitation = visit.invitation
    chosen = invitation.saved_confidentiality
    way = find_way(invitation)
    sections = [
        Section(
            page.code,
            visit.say(page.title),
            [
                summarise(
                    way.shown.questions[question.code],
                    _said(way, question, invitation.answers.get(question.code)),
                    visit.language,
                    visit.words,
                )
                for question in page.questions
                if question.code in way.visible and question.question_type.takes_answers
            ],
        )
        for page in way.pages
    ]
    return respond(
        "review.html",
        visit.language,
        status=status,
        visit=visit,
        title=visit.words["review"],
        number=way.number(REVIEW),
        count=len(way.steps),
        sections=sections,
        problems={code: problem.wording(visit.language) for code, problem in problems.items()},
        choice=view_choice(visit, chosen) if chosen else None,
        confidentiality_step=CONFIDENTIALITY,
        receipt_code=new_receipt_code(),
        about_receipt=visit.text(TextKey.RECEIPT),
        is_renewed=is_renewed,
        do_not_quote=" ".join(visit.text(TextKey.DO_NOT_QUOTE_LABEL)),
    )
