"""One's own account: where one is signed in, what one let applications do, and ending both."""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from api.auth.bearer import SESSION_COOKIE
from api.pages.console_words import moment
from api.pages.operations import NoAnswer, ask
from api.pages.own_forms import drop_cookie, read_form, show_form
from api.pages.posted import Refused
from api.pages.rendering import lead_to
from api.pages.sign_in import find_person, lead_to_sign_in
from tenants.access import Viewer

_ADDRESS = "/account"


def routes() -> list[BaseRoute]:
    """Return the routes of one's own account."""
    return [
        Route(_ADDRESS, show_account, methods=["GET"]),
        Route(f"{_ADDRESS}/sessions", post_sessions, methods=["POST"]),
        Route(f"{_ADDRESS}/consents", post_consents, methods=["POST"]),
    ]


async def show_account(request: Request) -> Response:
    """Show where the person is signed in, and which applications act for them."""
    viewer = await find_person(request)
    if viewer is None:
        return lead_to_sign_in(request)
    return await _page(request, viewer)


async def post_sessions(request: Request) -> Response:
    """End one session, or all but this one."""
    viewer = await find_person(request)
    if viewer is None:
        return lead_to("/sign-in")
    try:
        fields = await read_form(request)
    except Refused as refusal:
        problem = "This was not sent from this page, so nothing was done. Please try again."
        return await _page(request, viewer, status=refusal.status, problem=problem)
    if fields.get("which") == "others":
        await ask(viewer, "revoke_other_sessions")
        return lead_to(_ADDRESS)
    try:
        data = await ask(viewer, "revoke_session", id=fields.get("which", ""))
    except NoAnswer:
        return lead_to(_ADDRESS)
    ended = data["revokeSession"]["session"]
    if ended is None or not ended["isCurrent"]:
        return lead_to(_ADDRESS)
    response = lead_to("/sign-in")
    drop_cookie(response, SESSION_COOKIE)
    return response


async def post_consents(request: Request) -> Response:
    """End a consent by which an application acts for the person."""
    viewer = await find_person(request)
    if viewer is None:
        return lead_to("/sign-in")
    try:
        fields = await read_form(request)
    except Refused as refusal:
        problem = "This was not sent from this page, so nothing was done. Please try again."
        return await _page(request, viewer, status=refusal.status, problem=problem)
    # One that is not there, or not theirs, has ended as far as they are concerned.
    await ask(viewer, "revoke_access", grantId=fields.get("which", ""))
    return lead_to(_ADDRESS)


async def _page(
    request: Request,
    viewer: Viewer,
    *,
    status: HTTPStatus = HTTPStatus.OK,
    problem: str | None = None,
) -> Response:
    data = await ask(viewer, "account")
    return show_form(
        request,
        "account",
        status=status,
        person=viewer.name,
        problem=problem,
        organisation=None,
        here="account",
        roles={},
        moment=moment,
        sessions=data["viewer"]["sessions"],
        grants=data["viewer"]["accessGrants"],
    )
