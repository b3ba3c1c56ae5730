"""The guided interview: the form's questions with notes, keyed in by whoever talks to a candidate.

Everything works without JavaScript; `keying.js` saves in between, and goes on after a break.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from api.auth.csrf import FIELD, fits, session_form_token
from api.pages.fields import saved_fields, spread_preferences
from api.pages.posted import Refused, read_posted
from api.pages.questions import Surroundings, view_questions
from api.pages.rendering import lead_to, respond
from api.pages.steps import Way, find_way
from api.pages.texts import words
from tenants.access import Viewer
from tenants.db import run
from tenants.errors import Conflict, DomainError, InvalidInput, NotFound
from tenants.interviews import sittings
from tenants.interviews.keyed import WHOLE
from tenants.interviews.sittings import GuidedInterview, get_guided_interview
from tenants.questionnaires.definition import Page
from tenants.questionnaires.forms import Form, field
from tenants.questionnaires.logic import Answered, read_form
from tenants.questionnaires.piping import filled_in
from tenants.questionnaires.problems import InvalidAnswer, InvalidAnswers
from tenants.questionnaires.question_types import AnswerState
from tenants.questionnaires.texts import TextKey
from tenants.reading import Key

# No page of a questionnaire can have such a code, because codes have no hyphens.
SEND: Final = "read-out-and-send"
STALE: Final = "This was not sent from this page, so nothing was saved. Please try again."
_NOTHING: Final = Answered()


@dataclass(frozen=True, slots=True)
class Sitting:
    """One request of whoever holds an interview.

    Attributes:
        viewer: Who it is.
        interview: Which interview.
        home: The address of the conversation.
        guided: What is asked and what was keyed in.
        form: What was posted; empty when the page was only asked for.
    """

    viewer: Viewer
    interview: Key
    home: str
    guided: GuidedInterview
    form: Form

    @property
    def language(self) -> str:
        """The language in which the questions are read out."""
        return self.guided.language

    @property
    def where(self) -> dict[str, Any]:
        """What names the interview to the domain."""
        key = self.interview
        return {"organisation_id": key.organisation_id, "interview_id": key.id}

    @property
    def csrf(self) -> str:
        """The token of the page's form."""
        return session_form_token(self.viewer.token_hash or b"")

    def address(self, step: str, *, question: str | None = None) -> str:
        """Return the address of a step, of a question on it if one is named."""
        return f"{self.home}/guide/{step}" + (f"#q-{question}" if question else "")

    @property
    def steps(self) -> tuple[str, ...]:
        """The codes of the pages to be asked, and of the last step."""
        return (*(page.code for page in find_way(self.guided).pages), SEND)


async def open_sitting(viewer: Viewer, interview: Key, home: str, form: Form) -> Sitting | None:
    """Return the sitting of a request, or None where nothing is being keyed in."""
    guided = await run(
        get_guided_interview,
        viewer,
        organisation_id=interview.organisation_id,
        interview_id=interview.id,
    )
    return None if guided is None else Sitting(viewer, interview, home, guided, form)


async def guide(request: Request, viewer: Viewer, interview: Key, home: str) -> Response:
    """Show a page of the guided interview, or save it and lead on.

    Raises:
        NotFound: There is no such interview for the viewer, or no such page.
    """
    form: Form = {}
    if request.method == "POST":
        try:
            form = await read_posted(request)
        except Refused as refusal:
            return JSONResponse({"message": STALE}, refusal.status)
    try:
        sitting = await open_sitting(viewer, interview, home, form)
    except Conflict:
        sitting = None
    if sitting is None:
        return lead_to(home)
    code = request.path_params.get("page") or next(
        (one for one in sitting.steps if one != SEND and not _is_done(sitting, one)), SEND
    )
    if "page" not in request.path_params:
        return lead_to(sitting.address(code))
    page = next((one for one in sitting.guided.definition.pages if one.code == code), None)
    if page is None:
        raise NotFound
    if request.method != "POST":
        return _draw(sitting, page, _fields(sitting.guided))
    return await _answer(request, sitting, page)


async def _answer(request: Request, sitting: Sitting, page: Page) -> Response:
    """Save what was posted of a page, and lead on or answer the page's script."""
    form = sitting.form
    quietly = field(form, "go") == "autosave"
    if not fits(request, field(form, FIELD)):
        return _refuse(sitting, page, STALE, HTTPStatus.FORBIDDEN, quietly=quietly)
    only = set(form.get("only", ())) if quietly else None
    asked = [one for one in page.questions if only is None or one.code in only]
    given = read_form(asked, spread_preferences(asked, form))
    try:
        revision = await run(
            sittings.save_keyed_answers,
            sitting.viewer,
            **sitting.where,
            revision=_number(field(form, "revision")),
            answers=_worth_keeping(sitting, given),
            notes=_notes(page, form, only),
            language=field(form, "lang") or None,
            save_id=field(form, "save_id") or None,
        )
    except InvalidAnswers as refused:
        if quietly:
            # Half a word of a date is no mistake yet: the page says so when it is sent whole.
            return JSONResponse({"invalid": sorted(refused.problems)}, 422)
        return _draw(sitting, page, form, problems=refused.problems)
    except DomainError as refused:
        return _refuse(sitting, page, refused.message, HTTPStatus.CONFLICT, quietly=quietly)
    if quietly:
        return JSONResponse({"revision": revision})
    return lead_to(await _target(sitting, page))


async def _target(sitting: Sitting, page: Page) -> str:
    """Return where to go once a page was saved."""
    go = field(sitting.form, "go")
    if go == "pause":
        return sitting.home
    if field(sitting.form, "lang") or go == "stay":
        return sitting.address(page.code)
    fresh = await run(get_guided_interview, sitting.viewer, **sitting.where)
    if fresh is None:
        return sitting.home
    now = Sitting(sitting.viewer, sitting.interview, sitting.home, fresh, {})
    order = [one.code for one in fresh.definition.pages]
    here = order.index(page.code)
    if go == "back":
        earlier = [code for code in order[:here] if code in now.steps]
        return now.address(earlier[-1]) if earlier else sitting.home
    later = (code for code in order[here + 1 :] if code in now.steps)
    return now.address(next(later, SEND))


def _refuse(
    sitting: Sitting, page: Page, message: str, status: HTTPStatus, *, quietly: bool
) -> Response:
    """Say why nothing was saved, with everything that was typed still there."""
    if quietly:
        return JSONResponse({"message": message}, status)
    return _draw(sitting, page, sitting.form, status=status, refused=message)


def _worth_keeping(sitting: Sitting, given: Mapping[str, Answered]) -> dict[str, Answered]:
    """Return what to save: what was left empty is no answer, unless there was one before."""
    said = {AnswerState.ANSWERED, AnswerState.PREFER_NOT_TO_SAY}
    before = {code for code, one in sitting.guided.answers.items() if one.state in said}
    return {code: one for code, one in given.items() if one != _NOTHING or code in before}


def _notes(page: Page, form: Form, only: set[str] | None) -> dict[str, str]:
    codes = [WHOLE, *(question.code for question in page.questions)]
    return {
        code: field(form, f"note.{code}").replace("\r\n", "\n")
        for code in codes
        if f"note.{code}" in form and (only is None or f"note.{code}" in only)
    }


def _fields(guided: GuidedInterview) -> dict[str, list[str]]:
    """Return the fields of a page as they were saved."""
    notes = {f"note.{code}": [text] for code, text in guided.notes.items()}
    return {**saved_fields(guided.answers), **notes}


def _is_done(sitting: Sitting, code: str) -> bool:
    """Tell whether something was keyed in on a page."""
    page = sitting.guided.definition.page(code)
    answered = {AnswerState.ANSWERED, AnswerState.PREFER_NOT_TO_SAY}
    answers = sitting.guided.answers
    return any(
        question.code in answers and answers[question.code].state in answered
        for question in page.questions
    )


def _probes(around: Surroundings) -> dict[str, list[str]]:
    """Return what may be asked further on a page, by the question's code."""
    values = around.way.shown.values
    filled = (
        filled_in(question, around.definition, values, around.facts)
        for question in around.page.questions
    )
    return {one.code: [probe[around.language] for probe in one.probes] for one in filled}


def _number(text: str) -> int:
    try:
        return int(text[:12])
    except ValueError:
        message = "There is no such revision; open the page anew."
        raise InvalidInput(message, field="revision") from None


def _draw(
    sitting: Sitting,
    page: Page,
    fields: Form,
    *,
    problems: Mapping[str, InvalidAnswer] | None = None,
    status: HTTPStatus = HTTPStatus.OK,
    refused: str | None = None,
) -> Response:
    """Return a page with what was typed, and what is wrong with it."""
    guided = sitting.guided
    posted = read_form(page.questions, spread_preferences(page.questions, fields))
    way: Way = find_way(guided, posted if sitting.form else None)
    around = Surroundings(
        page=page,
        language=guided.language,
        way=way,
        definition=guided.definition,
        facts=guided.offer_facts,
        seed=guided.order_seed,
    )
    steps = sitting.steps
    # What somebody else saved since, to be compared before it is overwritten.
    elsewhere = _fields(guided) if refused else {}
    return respond(
        "guided.html",
        guided.language,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if problems else status,
        sitting=sitting,
        title=page.title[guided.language],
        number=steps.index(page.code) + 1 if page.code in steps else 1,
        count=len(steps),
        questions=view_questions(around, problems=problems or {}),
        probes=_probes(around),
        fields=fields,
        refused=refused,
        elsewhere=elsewhere,
        whole=WHOLE,
        own=words("en"),
        do_not_quote=guided.definition.texts[TextKey.DO_NOT_QUOTE_LABEL][guided.language],
    )
