"""A firm's library in the console: what it holds, what pushing would change, and pushing it."""

from http import HTTPStatus
from typing import Any, Final
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from api.pages import library_keeping
from api.pages.console_words import in_words, moment
from api.pages.operations import NoAnswer, ask
from api.pages.own_forms import read_form, show_form
from api.pages.posted import Refused
from api.pages.rendering import lead_to
from api.pages.sign_in import find_person, lead_to_sign_in
from tenants.access import Role, Viewer
from tenants.errors import Conflict, Forbidden, NotFound

ADDRESS: Final = "/console/library"
_STALE: Final = "This was not sent from this page, so nothing was done. Please try again."
_NOT_HERE: Final = (
    "You cannot push there: an engagement of the firm with this client has to name you, and the"
    " template must not be retired."
)


def routes() -> list[BaseRoute]:
    """Return the routes of the library."""
    return [
        Route(ADDRESS, show_library, methods=["GET"]),
        Route(f"{ADDRESS}/compare", show_comparison, methods=["GET"]),
        Route(f"{ADDRESS}/push", post_push, methods=["POST"]),
        Route(f"{ADDRESS}/keep", post_keeping, methods=["POST"]),
    ]


async def show_library(request: Request) -> Response:
    """Show the libraries of the firms that the person belongs to."""
    viewer = await find_person(request)
    if viewer is None:
        return lead_to_sign_in(request)
    return await _library(request, viewer)


async def show_comparison(request: Request) -> Response:
    """Show what pushing a template or a codebook to a client would change there."""
    viewer = await find_person(request)
    if viewer is None:
        return lead_to_sign_in(request)
    return await _comparison(request, viewer, dict(request.query_params))


async def post_push(request: Request) -> Response:
    """Push, and lead to what the client's people read of it; or say why nothing was done."""
    viewer = await find_person(request)
    if viewer is None:
        return lead_to("/sign-in")
    try:
        fields = await read_form(request)
    except Refused as refusal:
        return await _library(request, viewer, status=refusal.status, problem=_STALE)
    what = {name: fields.get(name) for name in ("template", "firm")}
    name = "push_template" if what["template"] else "push_codebook"
    replaces = fields.get("replaces", "")
    try:
        data = await ask(
            viewer,
            name,
            organisation=fields.get("organisation", ""),
            key=fields.get("key") or None,
            **(
                {"template": what["template"], "replaces": int(replaces) if replaces else None}
                if what["template"]
                else {"firm": what["firm"] or ""}
            ),
        )
    except (NoAnswer, ValueError):
        return await _library(request, viewer, status=HTTPStatus.CONFLICT, problem=_NOT_HERE)
    payload = next(iter((data or {}).values()), None)
    if payload is None or payload["push"] is None:
        told = " ".join(one["message"] for one in payload["userErrors"]) if payload else _NOT_HERE
        return await _comparison(request, viewer, fields, status=HTTPStatus.CONFLICT, problem=told)
    return lead_to(f"/console/{fields.get('slug', '')}/pushes")


async def post_keeping(request: Request) -> Response:
    """Save or retire something in a firm's library, and show it; or say why nothing was done."""
    viewer = await find_person(request)
    if viewer is None:
        return lead_to("/sign-in")
    try:
        fields = await read_form(request)
    except Refused as refusal:
        return await _library(request, viewer, status=refusal.status, problem=_STALE)
    problem = await library_keeping.keep(viewer, fields)
    if problem is None:
        return lead_to(ADDRESS)
    return await _library(request, viewer, status=HTTPStatus.CONFLICT, problem=problem)


async def _library(
    request: Request,
    viewer: Viewer,
    *,
    status: HTTPStatus = HTTPStatus.OK,
    problem: str | None = None,
) -> Response:
    data = await ask(viewer, "library")
    firms = [
        {
            **firm,
            "served": [
                one for one in firm["clients"] if one["viewerRole"] == Role.CONSULTANT.value
            ],
            "own_themes": [one for one in firm["codebook"] if one["level"] == "FIRM"],
            "sources": await library_keeping.list_sources(viewer, firm),
        }
        for firm in data["viewer"]["firms"]
    ]
    return _page(
        request,
        viewer,
        "library",
        status=status,
        problem=problem,
        firms=firms,
        built_in=library_keeping.BUILT_IN,
        controllabilities=library_keeping.CONTROLLABILITIES,
        audiences=library_keeping.AUDIENCES,
    )


async def _comparison(
    request: Request,
    viewer: Viewer,
    asked: dict[str, str],
    *,
    status: HTTPStatus = HTTPStatus.OK,
    problem: str | None = None,
) -> Response:
    template, organisation = asked.get("template"), asked.get("organisation", "")
    try:
        if template:
            data = await ask(viewer, "template_diff", template=template, organisation=organisation)
            diff = data["templateDiff"]
        else:
            firm = asked.get("firm", "")
            data = await ask(viewer, "codebook_diff", firm=firm, organisation=organisation)
            changes = data["codebookDiff"]
            diff = None if changes is None else _of_codebook(changes)
    except NoAnswer as refusal:
        if refusal.code not in {NotFound.code, Forbidden.code, Conflict.code}:
            raise
        return await _library(request, viewer, status=HTTPStatus.NOT_FOUND, problem=_NOT_HERE)
    if diff is None or data["node"] is None:
        return await _library(request, viewer, status=HTTPStatus.NOT_FOUND, problem=_NOT_HERE)
    return _page(
        request,
        viewer,
        "library_comparison",
        status=status,
        problem=problem,
        client=data["node"],
        diff=diff,
        template_id=template,
        firm_id=asked.get("firm"),
        key=uuid4().hex,
    )


def _of_codebook(changes: list[str]) -> dict[str, Any]:
    """Return the comparison of a codebook in the words of a template's."""
    return {
        "template": None,
        "outcome": "CODEBOOK" if changes else "UNCHANGED",
        "changes": changes,
        "draftChanges": [],
        "findings": [],
        "draftRevision": None,
        "note": "",
    }


def _page(
    request: Request, viewer: Viewer, template: str, *, status: HTTPStatus, **context: Any
) -> Response:
    return show_form(
        request,
        template,
        status=status,
        person=viewer.name,
        organisation=None,
        here="library",
        roles={},
        moment=moment,
        in_words=in_words,
        **context,
    )
