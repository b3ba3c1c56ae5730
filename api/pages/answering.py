"""The pages of the questionnaire: showing one, and saving what was answered on it."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from api.pages.fields import saved_fields, spread_preferences
from api.pages.notices import notify
from api.pages.questions import Surroundings, view_questions
from api.pages.rendering import lead_to, respond
from api.pages.steps import REVIEW, Way, find_way, resume_at
from api.pages.visit import Visit
from tenants.db import run
from tenants.errors import InvalidInput
from tenants.interviews.submission import get_invitation, save_answers
from tenants.questionnaires.definition import Page
from tenants.questionnaires.forms import Form
from tenants.questionnaires.json_object import Wording
from tenants.questionnaires.logic import Answer, Answered, list_warnings, read_form
from tenants.questionnaires.problems import InvalidAnswer, InvalidAnswers
from tenants.questionnaires.question_types import AnswerState
from tenants.questionnaires.texts import TextKey

_NOTHING: Final = Answered()


async def show_page(request: Request, visit: Visit) -> Response:
    """Show one page of the questionnaire with what was saved of it.

    A page that the answers so far leave out leads to the next one that they do not.
    """
    page = _find_page(request, visit)
    if page is None:
        return _no_page(request, visit)
    way = find_way(visit.invitation)
    if page not in way.pages:
        return _go_past(visit, page, way)
    return _draw(visit, page, way, saved_fields(visit.invitation.answers))


async def answer_page(request: Request, visit: Visit) -> Response:
    """Save one page and lead on: to the next, back, or to itself in another language.

    Going back or changing the language needs no complete page. Where answers make more questions
    of the page appear that the browser did not show, the page comes again with them.
    """
    page = _find_page(request, visit)
    if page is None:
        return _no_page(request, visit)
    given = read_form(page.questions, spread_preferences(page.questions, visit.form))
    way = find_way(visit.invitation, given)
    if page not in way.pages:
        return _go_past(visit, page, way)
    more = _unseen(visit, page, way)
    leaves = visit.goes_back or visit.other_language is not None
    is_done = not (leaves or more)
    problems: Mapping[str, InvalidAnswer] = {}
    try:
        await run(
            save_answers,
            visit.viewer,
            answers=given if is_done else _worth_keeping(visit, page, given),
            language=visit.other_language or visit.language,
            page=page.code if is_done else None,
        )
    except InvalidAnswers as refused:
        problems = refused.problems
    except InvalidInput:
        return _draw(visit, page, way, visit.form, too_much=True)
    if problems or (more and not leaves):
        return _draw(visit, page, way, visit.form, problems=problems, more=more)
    warnings = _new_warnings(visit, page, given) if is_done else {}
    if warnings:
        return _draw(visit, page, way, visit.form, warnings=warnings)
    return lead_to(await _target(visit, page, way))


def _new_warnings(visit: Visit, page: Page, given: Mapping[str, Answered]) -> Mapping[str, Wording]:
    """Return what should be looked at again; nothing when all of it was shown before.

    Each warning that is drawn carries a field named `warned`.
    """
    invitation = visit.invitation
    answers: Mapping[str, Answer | Answered] = {**invitation.answers, **given}
    found = list_warnings(invitation.definition, answers, invitation.offer_facts, page=page.code)
    return {} if set(found) <= set(visit.form.get("warned", ())) else found


async def _target(visit: Visit, page: Page, way: Way) -> str:
    """Return the address to go to once the page was saved."""
    if visit.other_language is not None:
        return visit.address(page.code, language=visit.other_language, returns=visit.returns)
    if visit.goes_back:
        return visit.address(REVIEW if visit.returns else way.before(page.code))
    if visit.returns:
        # What the change opened comes before the review.
        step = resume_at(await run(get_invitation, visit.viewer))
        return visit.address(step, returns=step != REVIEW)
    return visit.address(way.after(page.code, visit.invitation.definition.pages))


def _find_page(request: Request, visit: Visit) -> Page | None:
    code = request.path_params["page"]
    return next((one for one in visit.invitation.definition.pages if one.code == code), None)


def _no_page(request: Request, visit: Visit) -> Response:
    return notify(request, "no_page", HTTPStatus.NOT_FOUND, address=visit.address())


def _go_past(visit: Visit, page: Page, way: Way) -> Response:
    return lead_to(visit.address(way.after(page.code, visit.invitation.definition.pages)))


def _unseen(visit: Visit, page: Page, way: Way) -> list[str]:
    """Return the questions that are to be shown and that the browser left hidden.

    Each question that may come and go carries a field named `shown` while it is there.
    """
    views = view_questions(_surroundings(visit, page, way), problems={})
    shown = visit.form.get("shown", ())
    return [
        view.code for view in views if view.condition and view.is_shown and view.code not in shown
    ]


def _worth_keeping(visit: Visit, page: Page, given: Mapping[str, Answered]) -> dict[str, Answered]:
    """Return what to save of a page that is not finished.

    What was left empty is no answer yet, so that resuming leads back to it, unless it was saved
    before and has now been cleared.
    """
    required = {question.code for question in page.questions if question.required}
    cleared = {
        code
        for code, answer in visit.invitation.answers.items()
        if answer.state in {AnswerState.ANSWERED, AnswerState.PREFER_NOT_TO_SAY}
    } - required
    return {code: answer for code, answer in given.items() if answer != _NOTHING or code in cleared}


def _surroundings(visit: Visit, page: Page, way: Way) -> Surroundings:
    invitation = visit.invitation
    return Surroundings(
        page=page,
        language=visit.language,
        way=way,
        definition=invitation.definition,
        facts=invitation.offer_facts,
        seed=invitation.order_seed,
    )


def _draw(
    visit: Visit,
    page: Page,
    way: Way,
    fields: Form,
    *,
    problems: Mapping[str, InvalidAnswer] | None = None,
    warnings: Mapping[str, Wording] | None = None,
    more: list[str] | None = None,
    too_much: bool = False,
) -> Response:
    """Return the page, with what was typed and what is wrong with it."""
    refused = bool(problems) or too_much
    questions = view_questions(
        _surroundings(visit, page, way), problems=problems or {}, warnings=warnings
    )
    return respond(
        "page.html",
        visit.language,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK,
        visit=visit,
        title=visit.say(page.title),
        number=way.number(page.code),
        count=len(way.steps),
        questions=questions,
        fields=fields,
        more=more or [],
        too_much=too_much,
        do_not_quote=" ".join(visit.text(TextKey.DO_NOT_QUOTE_LABEL)),
    )
