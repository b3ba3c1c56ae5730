"""The console: what the API tells a person, as pages. Everything works without JavaScript."""

import json
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from api.pages import (
    account,
    actions,
    change_password,
    digest,
    guided_sending,
    guiding,
    integrations,
    join,
    join_firm,
    library,
    portfolio,
    preview,
    reset_password,
    sign_in,
    talking,
)
from api.pages import providers as provider_pages
from api.pages.benchmark import BENCHMARK
from api.pages.benchmark_part import post_benchmark, show_benchmark
from api.pages.console_frame import (
    PersonHandler,
    Showing,
    known,
    show_page,
    shown,
    with_person,
)
from api.pages.console_lists import LISTS, ConsoleList, ask_list
from api.pages.console_mails import MAILS, MailsView, change_mails, view_mails
from api.pages.desk import DESK, post_desk, show_desk
from api.pages.editions import EDITIONS, post_editions, show_editions
from api.pages.examples import list_examples
from api.pages.excerpts import EXCERPTS, show_excerpts
from api.pages.operations import ask
from api.pages.rendering import lead_to
from api.pages.why import WHY, ask_why
from api.relay import decode_id
from tenants import read_graph
from tenants.access import Permission, Viewer
from tenants.db import run
from tenants.disclosure.figures import FEW
from tenants.errors import NotFound
from tenants.organisations import providers
from tenants.organisations.models import FirmRole
from tenants.reading import Key
from tenants.settings import get_settings


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
        Route("/console", with_person(show_organisations), methods=["GET"]),
        Route(portfolio.ADDRESS, with_person(portfolio.show_portfolio), methods=["GET"]),
        Route("/console/api", with_person(show_api), methods=["GET"]),
        Route(preview.PATH, with_person(preview.show_preview), methods=["GET"]),
        Route(home, with_person(show_overview), methods=["GET"]),
        Route(f"{home}/{WHY.name}", with_person(show_why), methods=["GET"]),
        Route(f"{home}/{BENCHMARK.name}", with_person(shown(show_benchmark)), methods=["GET"]),
        Route(f"{home}/{BENCHMARK.name}", with_person(shown(post_benchmark)), methods=["POST"]),
        Route(f"{home}/{EXCERPTS.name}", with_person(shown(show_excerpts)), methods=["GET"]),
        Route(f"{home}/{DESK.name}", with_person(shown(show_desk)), methods=["GET"]),
        Route(f"{home}/{DESK.name}", with_person(shown(post_desk)), methods=["POST"]),
        *(
            Route(f"{home}/{one.name}", with_person(_show_list(one)), methods=["GET"])
            for one in LISTS
        ),
        Route(f"{home}/pushes", with_person(show_pushes), methods=["GET"]),
        Route(f"{home}/{EDITIONS.name}", with_person(shown(show_editions)), methods=["GET"]),
        Route(f"{home}/{EDITIONS.name}", with_person(shown(post_editions)), methods=["POST"]),
        Route(f"{home}/digest", with_person(shown(digest.show_digest)), methods=["GET"]),
        Route(f"{home}/digest", with_person(shown(digest.post_digest)), methods=["POST"]),
        Route("/console/firms/{slug}/log", with_person(show_firm_log), methods=["GET"]),
        *_changing_routes(home),
        Route(f"{home}/{MAILS.name}", with_person(show_mails), methods=["GET"]),
        Route(f"{home}/{MAILS.name}", with_person(post_mails), methods=["POST"]),
        Route(f"{home}/interviews/{{id}}", with_person(show_interview), methods=["GET"]),
        Route(talk, with_person(show_talk), methods=both),
        Route(f"{talk}/guide", with_person(_show_guide(guiding.guide)), methods=["GET"]),
        Route(
            f"{talk}/guide/{guiding.SEND}",
            with_person(_show_guide(guided_sending.send)),
            methods=both,
        ),
        Route(f"{talk}/guide/{{page}}", with_person(_show_guide(guiding.guide)), methods=both),
        Route("/console/{path:path}", with_person(show_nothing), methods=["GET"]),
    ]


async def show_firm_log(request: Request, viewer: Viewer) -> Response:
    """Show what was done in a firm to whoever administers it."""
    data = await ask(viewer, "firm_log", after=request.query_params.get("after"))
    for firm in data["viewer"]["firms"]:
        if firm["slug"] == request.path_params["slug"] and firm["role"] == FirmRole.ADMINISTRATOR:
            return show_page("firm_log", viewer, firm=firm)
    raise NotFound


def _changing_routes(home: str) -> list[BaseRoute]:
    """Return the routes of integrations and actions; a new one comes before one with an id."""
    letting_in = f"{home}/{integrations.INTEGRATIONS.name}"
    pages: list[tuple[str, Showing, str]] = [
        (letting_in, integrations.show_integrations, "GET"),
        (letting_in, integrations.post_integrations, "POST"),
        (f"{home}/actions", actions.show_actions, "GET"),
        (f"{home}/actions/new", actions.show_new_action, "GET"),
        (f"{home}/actions/new", actions.post_new_action, "POST"),
        (f"{home}/actions/{{id}}", actions.show_action, "GET"),
        (f"{home}/actions/{{id}}", actions.post_action, "POST"),
    ]
    return [
        Route(path, with_person(shown(handle)), methods=[method]) for path, handle, method in pages
    ]


async def show_organisations(request: Request, viewer: Viewer) -> Response:
    """Show the viewer's organisations, or lead to the only one."""
    data = await ask(viewer, "organisations", after=request.query_params.get("after"))
    found, page = data["organisations"]["nodes"], data["organisations"]["pageInfo"]
    closed = await run(providers.list_closed_providers, viewer)
    if len(found) == 1 and not closed and not page["hasNextPage"] and not request.url.query:
        return lead_to(f"/console/{found[0]['slug']}")
    return show_page(
        "organisations",
        viewer,
        firms=[one["name"] for one in data["viewer"]["firms"]],
        administered=[
            one for one in data["viewer"]["firms"] if one["role"] == FirmRole.ADMINISTRATOR
        ],
        organisations=found,
        page=page,
        closed=closed,
    )


async def show_overview(request: Request, viewer: Viewer) -> Response:
    """Show the numbers of an organisation, what waits and what goes wrong."""
    slug = request.path_params["slug"]
    data = await ask(viewer, "overview", slug=slug)
    return show_page(
        "overview",
        viewer,
        organisation=known(data["organisation"]),
        slug=slug,
        interview_statuses=LISTS[0].choices,
        offer_statuses=LISTS[2].choices,
        is_first=len(viewer.roles) == 1,
    )


async def show_pushes(request: Request, viewer: Viewer) -> Response:
    """Show what consulting firms pushed to an organisation, by whom and what it changed."""
    slug = request.path_params["slug"]
    data = await ask(viewer, "pushes", slug=slug)
    return show_page(
        "pushes", viewer, organisation=known(data["organisation"]), slug=slug, here="pushes"
    )


async def show_why(request: Request, viewer: Viewer) -> Response:
    """Show why candidates decline, as far as the viewer's role may know."""
    slug = request.path_params["slug"]
    data, view = await ask_why(viewer, slug, request.query_params)
    return show_page(
        WHY.name,
        viewer,
        organisation=data["organisation"],
        slug=slug,
        here=WHY.name,
        view=view,
        few=FEW,
    )


def _show_list(kind: ConsoleList) -> PersonHandler:
    async def show_list(request: Request, viewer: Viewer) -> Response:
        slug = request.path_params["slug"]
        data, view = await ask_list(viewer, kind, slug, request.query_params)
        return show_page(
            kind.name,
            viewer,
            organisation=known(data["organisation"]),
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
    organisation, interview = known(data["organisation"]), known(data["node"])
    if not _belong_together(organisation["id"], interview.get("id")):
        raise NotFound
    return show_page(
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
    return show_page(
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
    organisation, found = known(data["organisation"]), known(data["node"])
    may_hold = Permission.RESPONSE_KEY_IN.name in organisation["viewerPermissions"]
    if not may_hold or not _belong_together(organisation["id"], found.get("id")):
        raise NotFound
    return show_page(
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
    return show_page(
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


def _belong_together(organisation_id: str, interview_id: str | None) -> bool:
    """Tell whether an interview is the organisation's; a consultant sees those of several."""
    ids = [decode_id(one) for one in (organisation_id, interview_id or "")]
    return len({one[1].organisation_id for one in ids if one is not None}) == 1 and None not in ids
