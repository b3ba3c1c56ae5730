"""The console: what the API tells a person, as pages. Everything works without JavaScript."""

import json
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any, Final, TypeAlias
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from api.auth.csrf import session_form_token
from api.pages import (
    account,
    actions,
    change_password,
    console_words,
    digest,
    guided_sending,
    guiding,
    join,
    join_firm,
    library,
    preview,
    reset_password,
    sign_in,
    talking,
)
from api.pages import providers as provider_pages
from api.pages.benchmark import BENCHMARK, ask_benchmark
from api.pages.console_lists import LISTS, ConsoleList, ask_list
from api.pages.console_mails import MAILS, MailsView, change_mails, view_mails
from api.pages.console_roles import ROLES
from api.pages.desk import DESK, post_desk, show_desk
from api.pages.examples import list_examples
from api.pages.excerpts import EXCERPTS, show_excerpts
from api.pages.operations import NoAnswer, ask
from api.pages.rendering import lead_to, respond
from api.pages.why import WHY, ask_why
from api.relay import decode_id
from api.requests import BadRequest
from tenants import read_graph
from tenants.access import Permission, Viewer
from tenants.benchmarks.windows import MINIMUM_AGE
from tenants.db import run
from tenants.disclosure.figures import FEW
from tenants.errors import BadCursor, Forbidden, InvalidInput, NotFound, Unauthenticated
from tenants.organisations import providers
from tenants.reading import Key
from tenants.settings import get_settings

Handler: TypeAlias = Callable[[Request], Awaitable[Response]]
PersonHandler: TypeAlias = Callable[[Request, Viewer], Awaitable[Response]]
Showing: TypeAlias = Callable[[Request, Viewer], Awaitable[actions.Shown | Response]]

# What a template may call.
_SPOKEN: Final = {
    "in_words": console_words.in_words,
    "day": console_words.day,
    "moment": console_words.moment,
    "local_moment": talking.local_moment,
    "full_name": console_words.full_name,
    "say": console_words.say,
    "roles": ROLES,
}
_PLACES: Final = (
    WHY,
    BENCHMARK,
    EXCERPTS,
    digest.DIGEST,
    actions.ACTIONS,
    DESK,
    *LISTS,
)
_PLACES: Final = (WHY, BENCHMARK, digest.DIGEST, actions.ACTIONS, *LISTS, MAILS)
_FAULTS_OF_THE_ADDRESS: Final = frozenset({InvalidInput.code, BadCursor.code, BadRequest.code})


def routes() -> list[BaseRoute]:
    """Return the routes of the console, of signing in and of signing out."""
    home, both = "/console/{slug}", ["GET", "POST"]
    talk = f"{home}/interviews/{{id}}/talk"
    return [
        *sign_in.routes(),
        *provider_pages.routes(),
        *reset_password.routes(),
        *join.routes(),
        *join_firm.routes(),
        *account.routes(),
        *library.routes(),
        *digest.routes(),
        *change_password.routes(),
        Route("/console", _with_person(show_organisations), methods=["GET"]),
        Route("/console/api", _with_person(show_api), methods=["GET"]),
        Route(preview.PATH, _with_person(preview.show_preview), methods=["GET"]),
        Route(home, _with_person(show_overview), methods=["GET"]),
        Route(f"{home}/{WHY.name}", _with_person(show_why), methods=["GET"]),
        Route(f"{home}/{BENCHMARK.name}", _with_person(show_benchmark), methods=["GET"]),
        Route(f"{home}/{EXCERPTS.name}", _with_person(_shown(show_excerpts)), methods=["GET"]),
        Route(f"{home}/{DESK.name}", _with_person(_shown(show_desk)), methods=["GET"]),
        Route(f"{home}/{DESK.name}", _with_person(_shown(post_desk)), methods=["POST"]),
        *(
            Route(f"{home}/{one.name}", _with_person(_show_list(one)), methods=["GET"])
            for one in LISTS
        ),
        Route(f"{home}/pushes", _with_person(show_pushes), methods=["GET"]),
        Route(f"{home}/digest", _with_person(_shown(digest.show_digest)), methods=["GET"]),
        Route(f"{home}/digest", _with_person(_shown(digest.post_digest)), methods=["POST"]),
        *_action_routes(f"{home}/actions"),
        Route(f"{home}/{MAILS.name}", _with_person(show_mails), methods=["GET"]),
        Route(f"{home}/{MAILS.name}", _with_person(post_mails), methods=["POST"]),
        Route(f"{home}/interviews/{{id}}", _with_person(show_interview), methods=["GET"]),
        Route(talk, _with_person(show_talk), methods=both),
        Route(f"{talk}/guide", _with_person(_show_guide(guiding.guide)), methods=["GET"]),
        Route(
            f"{talk}/guide/{guiding.SEND}",
            _with_person(_show_guide(guided_sending.send)),
            methods=both,
        ),
        Route(f"{talk}/guide/{{page}}", _with_person(_show_guide(guiding.guide)), methods=both),
        Route("/console/{path:path}", _with_person(show_nothing), methods=["GET"]),
    ]


def _action_routes(home: str) -> list[BaseRoute]:
    """Return the routes of the pages of actions; a new one is asked for before one with an id."""
    shown: list[tuple[str, Showing, str]] = [
        (home, actions.show_actions, "GET"),
        (f"{home}/new", actions.show_new_action, "GET"),
        (f"{home}/new", actions.post_new_action, "POST"),
        (f"{home}/{{id}}", actions.show_action, "GET"),
        (f"{home}/{{id}}", actions.post_action, "POST"),
    ]
    return [
        Route(path, _with_person(_shown(handle)), methods=[method])
        for path, handle, method in shown
    ]


def _shown(handle: Showing) -> PersonHandler:
    """Return a handler that shows what another one says to show."""

    async def show(request: Request, viewer: Viewer) -> Response:
        found = await handle(request, viewer)
        if isinstance(found, Response):
            return found
        return _page(
            found.template,
            viewer,
            organisation=found.organisation,
            slug=request.path_params["slug"],
            here=found.here,
            **found.context,
        )

    return show


def _with_person(handle: PersonHandler) -> Handler:
    """Return a handler that leads to signing in first, and says kindly what cannot be shown."""

    async def handle_anybody(request: Request) -> Response:
        viewer = await sign_in.find_person(request)
        if viewer is None:
            return sign_in.lead_to_sign_in(request)
        try:
            return await handle(request, viewer)
        except (NotFound, Forbidden):
            return _unknown(viewer)
        except NoAnswer as refusal:
            return _no_answer(request, viewer, refusal)

    return handle_anybody


def _no_answer(request: Request, viewer: Viewer, refusal: NoAnswer) -> Response:
    if refusal.code == Unauthenticated.code:
        return sign_in.lead_to_sign_in(request)
    if refusal.code in _FAULTS_OF_THE_ADDRESS:
        return lead_to(request.url.path) if request.url.query else _unknown(viewer)
    return _page(
        "broken",
        viewer,
        here="nowhere",
        status=HTTPStatus.INTERNAL_SERVER_ERROR,
        request_id=refusal.request_id,
    )


def _unknown(viewer: Viewer) -> Response:
    return _page("unknown", viewer, here="nowhere", status=HTTPStatus.NOT_FOUND)


def _page(
    template: str,
    viewer: Viewer,
    *,
    organisation: dict[str, Any] | None = None,
    slug: str | None = None,
    status: HTTPStatus = HTTPStatus.OK,
    **context: Any,
) -> Response:
    """Return a page of the console.

    Args:
        template: Its name in templates/console/.
        viewer: Who is signed in.
        organisation: As the API gives it: its name, the viewer's role and permissions, and more.
        slug: Of the organisation.
        status: Of the response.
        **context: What else the template names.
    """
    may = set(organisation["viewerPermissions"]) if organisation is not None else set()
    return respond(
        f"console/{template}.html",
        "en",
        status=status,
        person=viewer.name,
        csrf=session_form_token(viewer.token_hash or b""),
        organisation=organisation,
        slug=slug,
        may=may,
        places=[one for one in _PLACES if one.permission.name in may],
        **_SPOKEN,
        **context,
    )


async def show_organisations(request: Request, viewer: Viewer) -> Response:
    """Show the viewer's organisations, or lead to the only one."""
    data = await ask(viewer, "organisations", after=request.query_params.get("after"))
    found, page = data["organisations"]["nodes"], data["organisations"]["pageInfo"]
    closed = await run(providers.list_closed_providers, viewer)
    if len(found) == 1 and not closed and not page["hasNextPage"] and not request.url.query:
        return lead_to(f"/console/{found[0]['slug']}")
    return _page(
        "organisations",
        viewer,
        firm=data["viewer"]["firm"],
        organisations=found,
        page=page,
        closed=closed,
    )


async def show_overview(request: Request, viewer: Viewer) -> Response:
    """Show the numbers of an organisation, what waits and what goes wrong."""
    slug = request.path_params["slug"]
    data = await ask(viewer, "overview", slug=slug)
    return _page(
        "overview",
        viewer,
        organisation=_known(data["organisation"]),
        slug=slug,
        interview_statuses=LISTS[0].choices,
        offer_statuses=LISTS[2].choices,
        is_first=len(viewer.roles) == 1,
    )


async def show_pushes(request: Request, viewer: Viewer) -> Response:
    """Show what consulting firms pushed to an organisation, by whom and what it changed."""
    slug = request.path_params["slug"]
    data = await ask(viewer, "pushes", slug=slug)
    return _page(
        "pushes", viewer, organisation=_known(data["organisation"]), slug=slug, here="pushes"
    )


async def show_why(request: Request, viewer: Viewer) -> Response:
    """Show why candidates decline, as far as the viewer's role may know."""
    slug = request.path_params["slug"]
    data, view = await ask_why(viewer, slug, request.query_params)
    return _page(
        WHY.name,
        viewer,
        organisation=data["organisation"],
        slug=slug,
        here=WHY.name,
        view=view,
        few=FEW,
    )


async def show_benchmark(request: Request, viewer: Viewer) -> Response:
    """Show how an organisation compares with its peers, as far as the viewer may know."""
    slug = request.path_params["slug"]
    data, view = await ask_benchmark(viewer, slug)
    return _page(
        BENCHMARK.name,
        viewer,
        organisation=data["organisation"],
        slug=slug,
        here=BENCHMARK.name,
        view=view,
        age=MINIMUM_AGE.days,
    )


def _show_list(kind: ConsoleList) -> PersonHandler:
    async def show_list(request: Request, viewer: Viewer) -> Response:
        slug = request.path_params["slug"]
        data, view = await ask_list(viewer, kind, slug, request.query_params)
        return _page(
            kind.name,
            viewer,
            organisation=_known(data["organisation"]),
            slug=slug,
            here=kind.name,
            kind=kind,
            view=view,
        )

    return show_list


async def show_interview(request: Request, viewer: Viewer) -> Response:
    """Show one interview with what the viewer may know of its candidate and answers."""
    slug, interview_id = request.path_params["slug"], request.path_params["id"]
    data = await ask(viewer, "interview", slug=slug, id=interview_id)
    organisation, interview = _known(data["organisation"]), _known(data["node"])
    if not _belong_together(organisation["id"], interview.get("id")):
        raise NotFound
    return _page(
        "interview",
        viewer,
        organisation=organisation,
        slug=slug,
        here="interviews",
        interview=interview,
    )


async def show_mails(request: Request, viewer: Viewer) -> Response:
    """Show when mails to candidates go out and what they say."""
    slug = request.path_params["slug"]
    return _mails_page(viewer, slug, await view_mails(viewer, slug), HTTPStatus.OK)


async def post_mails(request: Request, viewer: Viewer) -> Response:
    """Save times or texts, or show a preview of the texts."""
    slug = request.path_params["slug"]
    view, status = await change_mails(request, viewer, slug)
    if view is None:
        return lead_to(f"/console/{slug}/{MAILS.name}")
    return _mails_page(viewer, slug, view, status)


def _mails_page(viewer: Viewer, slug: str, view: MailsView, status: HTTPStatus) -> Response:
    return _page(
        MAILS.name,
        viewer,
        organisation=view.organisation,
        slug=slug,
        here=MAILS.name,
        status=status,
        view=view,
    )


async def show_talk(request: Request, viewer: Viewer) -> Response:
    """Show what is planned, tried and agreed of talking to a candidate; or change it."""
    slug, interview = request.path_params["slug"], _interview_of(request)
    problem = None
    form: dict[str, str] = {}
    if request.method == "POST":
        outcome = await talking.act(request, viewer, interview)
        if isinstance(outcome, Response):
            return outcome
        problem, form = outcome
    data = await ask(viewer, "talk", slug=slug, id=request.path_params["id"])
    organisation, found = _known(data["organisation"]), _known(data["node"])
    may_hold = Permission.RESPONSE_KEY_IN.name in organisation["viewerPermissions"]
    if not may_hold or not _belong_together(organisation["id"], found.get("id")):
        raise NotFound
    return _page(
        "talk",
        viewer,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK,
        organisation=organisation,
        slug=slug,
        here="conversations",
        interview=found,
        nothing=talking.NOTHING,
        problem=problem,
        fields=form,
        time_zones=talking.TIME_ZONES,
        **talking.CHOICES,
    )


def _show_guide(
    show: Callable[[Request, Viewer, Key, str], Awaitable[Response]],
) -> PersonHandler:
    """Return the handler of a page of the guided interview, below the conversation's address."""

    async def show_page(request: Request, viewer: Viewer) -> Response:
        slug, interview = request.path_params["slug"], request.path_params["id"]
        home = f"/console/{quote(slug)}/interviews/{quote(interview)}/talk"
        return await show(request, viewer, _interview_of(request), home)

    return show_page


def _interview_of(request: Request) -> Key:
    """Return which interview an address names.

    Raises:
        NotFound: None.
    """
    decoded = decode_id(request.path_params["id"])
    if decoded is None or decoded[0] is not read_graph.INTERVIEW:
        raise NotFound
    return decoded[1]


async def show_api(_request: Request, viewer: Viewer) -> Response:
    """Show how to ask the API, with examples to copy."""
    _, examples = await list_examples(viewer)
    return _page(
        "api",
        viewer,
        here="api",
        endpoint=f"{get_settings().public_url}/graphql",
        examples=[
            (one.title, one.query, json.dumps(one.variables, indent=2) if one.variables else None)
            for one in examples
        ],
    )


async def show_nothing(_request: Request, _viewer: Viewer) -> Response:
    """Say that there is no such page."""
    raise NotFound


def _known(found: dict[str, Any] | None) -> dict[str, Any]:
    """Return what the API found.

    Raises:
        NotFound: It found nothing: unknown and not the viewer's to see are the same.
    """
    if found is None:
        raise NotFound
    return found


def _belong_together(organisation_id: str, interview_id: str | None) -> bool:
    """Tell whether an interview is the organisation's; a consultant sees those of several."""
    ids = [decode_id(one) for one in (organisation_id, interview_id or "")]
    return len({one[1].organisation_id for one in ids if one is not None}) == 1 and None not in ids
