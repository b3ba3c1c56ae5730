"""A version as the candidate would see it, for those who work on it; nothing is sent or saved."""

from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response

from api.pages.questions import Surroundings, view_questions
from api.pages.rendering import respond
from api.pages.steps import Way
from api.pages.texts import chosen_language
from api.relay import decode_id
from tenants import read_graph
from tenants.access import Viewer
from tenants.db import run
from tenants.errors import NotFound
from tenants.questionnaires.conditions import OfferFact
from tenants.questionnaires.definition import Definition, Page, parse_draft
from tenants.questionnaires.texts import TextKey
from tenants.questionnaires.translations import filled_up
from tenants.questionnaires.visibility import show
from tenants.reading import fetch_by_keys

PATH = "/console/preview/{id}"


async def show_preview(request: Request, viewer: Viewer) -> Response:
    """Show every page of a version below each other, with the conditions at work.

    Texts that are not translated stand in the first language. Facts of the offer are those of the
    address: `?department=Sales`.

    Raises:
        NotFound: There is no such version for the viewer.
    """
    decoded = decode_id(request.path_params["id"])
    if decoded is None or decoded[0] is not read_graph.QUESTIONNAIRE_VERSION:
        raise NotFound
    noun, key = decoded
    record = (await run(fetch_by_keys, viewer, noun, [key])).get(key)
    if record is None:
        raise NotFound
    definition, _ = parse_draft(filled_up(record.values["definition"]))
    language = chosen_language([request.query_params.get("lang")], definition.languages)
    around = _surroundings(request, definition, language)
    views = {view.code: view for view in view_questions(around, problems={})}
    return respond(
        "preview.html",
        language,
        title=definition.title[language],
        number=record.values["number"],
        languages=definition.languages,
        pages=[
            (page.title[language], [views[one.code] for one in page.questions if one.code in views])
            for page in definition.pages
        ],
        fields={},
        do_not_quote=definition.texts[TextKey.DO_NOT_QUOTE_LABEL][language],
    )


def _surroundings(request: Request, definition: Definition, language: str) -> Surroundings:
    """Return what the questions are drawn by: all of them on one page."""
    given = {fact: request.query_params.get(fact.value) for fact in OfferFact}
    facts = {fact: value for fact, value in given.items() if value}
    together = tuple(
        # What hides a page hides its questions.
        replace(question, visible_if=question.visible_if or page.visible_if)
        for page in definition.pages
        for question in page.questions
    )
    page = Page("preview", definition.title, together, None)
    whole = replace(definition, pages=(page,))
    return Surroundings(
        page=page,
        language=language,
        way=Way((page,), show(whole, {}, facts)),
        definition=whole,
        facts=facts,
        seed=0,
    )
