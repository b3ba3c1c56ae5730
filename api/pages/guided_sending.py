"""The last step of a guided interview: reading out, the consent, sending, and the receipt code."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from api.auth.csrf import FIELD, fits
from api.pages.guiding import SEND, STALE, Sitting, open_sitting
from api.pages.notices import notify
from api.pages.posted import Refused, read_posted
from api.pages.rendering import lead_to, respond
from api.pages.sending import Section
from api.pages.steps import find_way
from api.pages.summary import summarise
from api.pages.texts import words
from tenants.access import Viewer
from tenants.db import run
from tenants.errors import Conflict, DomainError
from tenants.interviews import sittings
from tenants.interviews.keying import submit_keyed_response
from tenants.interviews.models import Confidentiality
from tenants.interviews.receipts import receipt_url
from tenants.interviews.spoken import SPOKEN
from tenants.interviews.submission import new_receipt_code
from tenants.questionnaires.forms import Form, field
from tenants.questionnaires.logic import check_answers
from tenants.questionnaires.problems import InvalidAnswer, InvalidAnswers
from tenants.reading import Key

_LONGEST_REVISION: Final = 9


async def send(request: Request, viewer: Viewer, interview: Key, home: str) -> Response:
    """Show everything once more and what to read out; or send it, and show the receipt code.

    Raises:
        NotFound: There is no such interview for the viewer.
    """
    if request.method != "POST":
        sitting = await _open(viewer, interview, home, {})
        return lead_to(home) if sitting is None else _draw(sitting, _problems(sitting))
    try:
        form = await read_posted(request)
    except Refused as refusal:
        return notify(request, refusal.notice, refusal.status)
    problems: Mapping[str, InvalidAnswer] = {}
    message, status = STALE, HTTPStatus.FORBIDDEN
    if fits(request, field(form, FIELD)):
        try:
            return await _act(viewer, interview, home, form)
        except InvalidAnswers as refused:
            problems, message, status = refused.problems, "", HTTPStatus.UNPROCESSABLE_ENTITY
        except DomainError as refused:
            message, status = refused.message, HTTPStatus.CONFLICT
    sitting = await _open(viewer, interview, home, form)
    if sitting is None:
        return lead_to(home)
    return _draw(sitting, problems or _problems(sitting), refused=message, status=status)


async def _act(viewer: Viewer, interview: Key, home: str, form: Form) -> Response:
    """Send what was keyed in, or discard it.

    Raises:
        InvalidAnswers: Some are missing or refused; nothing was sent.
        DomainError: Why nothing was sent or discarded.
    """
    revision = field(form, "revision")
    is_number = revision.isdigit() and len(revision) <= _LONGEST_REVISION
    given: dict[str, Any] = {
        "organisation_id": interview.organisation_id,
        "interview_id": interview.id,
        "revision": int(revision) if is_number else -1,
    }
    if field(form, "go") == "discard":
        await run(sittings.discard_keyed_answers, viewer, **given)
        return lead_to(home)
    chosen = next(
        (one for one in Confidentiality if one.value == field(form, "confidentiality")),
        # Nothing was chosen: that is told like any other confidentiality that cannot be had.
        Confidentiality.ANONYMOUS,
    )
    code = await run(
        submit_keyed_response,
        viewer,
        **given,
        answers={},
        confidentiality=chosen,
        # Browsers send line ends of their own.
        consent_text=field(form, f"consent.{chosen.value}").replace("\r\n", "\n"),
        has_consented=field(form, "agreed") == "yes",
        receipt_code=field(form, "receipt_code"),
    )
    return respond(
        "guided_sent.html",
        "en",
        home=home,
        receipt_code=code,
        receipt_address=receipt_url(interview.organisation_id),
    )


async def _open(viewer: Viewer, interview: Key, home: str, form: Form) -> Sitting | None:
    """Return the sitting, or None where nothing is being keyed in by the viewer."""
    try:
        return await open_sitting(viewer, interview, home, form)
    except Conflict:
        return None


def _problems(sitting: Sitting) -> Mapping[str, InvalidAnswer]:
    guided = sitting.guided
    try:
        check_answers(guided.definition, guided.answers, guided.offer_facts)
    except InvalidAnswers as refused:
        return refused.problems
    return {}


def _draw(
    sitting: Sitting,
    problems: Mapping[str, InvalidAnswer],
    *,
    refused: str = "",
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    """Return the page; it can be sent from only when there is no problem."""
    guided = sitting.guided
    way = find_way(guided)
    language = guided.language
    sections = [
        Section(
            page.code,
            page.title[language],
            [
                summarise(
                    way.shown.questions[question.code],
                    guided.answers.get(question.code),
                    language,
                    words(language),
                )
                for question in page.questions
                if question.code in way.visible and question.question_type.takes_answers
            ],
        )
        for page in way.pages
    ]
    return respond(
        "guided_send.html",
        language,
        status=status,
        sitting=sitting,
        number=len(sitting.steps),
        count=len(sitting.steps),
        sections=sections,
        problems={code: one.wording(language) for code, one in problems.items()},
        refused=refused,
        step=SEND,
        consents=[
            (one.value, guided.definition.texts[SPOKEN[one][0]][language], text)
            for one, text in guided.consents.items()
        ],
        chosen=field(sitting.form, "confidentiality"),
        receipt_code=field(sitting.form, "receipt_code") or new_receipt_code(),
    )
