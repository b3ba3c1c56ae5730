"""A forgotten password: asking for a link, and choosing a new one by the link."""

from dataclasses import replace
from http import HTTPStatus
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from api.pages.own_forms import address_of, read_form, show_form
from api.pages.posted import Refused
from tenants.access import Viewer, ViewerKind
from tenants.audit import AuditAction
from tenants.db import run
from tenants.errors import InvalidInput, LinkUnusable
from tenants.organisations import password_resets as resets
from tenants.organisations import queries, sessions
from tenants.organisations.attempts import AttemptKind, TooManyAttempts, begin_attempt
from tenants.organisations.passwords import SHORTEST_PASSWORD

_LONGEST_EMAIL = 320


def routes() -> list[BaseRoute]:
    """Return the routes of forgotten passwords."""
    return [
        Route("/reset-password", show_request, methods=["GET"]),
        Route("/reset-password", post_request, methods=["POST"]),
        Route("/reset-password/{token}", show_reset, methods=["GET"]),
        Route("/reset-password/{token}", post_reset, methods=["POST"]),
    ]


async def show_request(request: Request) -> Response:
    """Ask for the address."""
    return show_form(request, "forgotten")


async def post_request(request: Request) -> Response:
    """Send a link if the address has an account, and say the same if it has none."""
    try:
        fields = await read_form(request)
    except Refused as refusal:
        problem = "This was not sent from the form on this page. Please try again."
        return show_form(request, "forgotten", status=refusal.status, problem=problem)
    email = fields.get("email", "").strip()
    # Nobody has such an address; what follows is the same.
    typed = "" if "\0" in email or len(email) > _LONGEST_EMAIL else email
    operator = Viewer.operator()
    try:
        await run(
            begin_attempt,
            operator,
            kind=AttemptKind.PASSWORD_RESET,
            account=typed,
            address=address_of(request),
        )
    except TooManyAttempts as refusal:
        status = HTTPStatus.TOO_MANY_REQUESTS
        response = show_form(request, "forgotten", status=status, problem=refusal.message)
        response.headers["Retry-After"] = str(refusal.seconds)
        return response
    await run(resets.request_password_reset, operator, email=typed)
    return show_form(
        request,
        "told",
        title="Look into your mail",
        told="If there is an account with this address, a link for a new password is on its way.",
        address="/sign-in",
        label="Back to signing in",
    )


async def show_reset(request: Request) -> Response:
    """Show the form for a new password, if the link is good."""
    token = request.path_params["token"]
    try:
        email = await run(resets.get_password_reset, Viewer.operator(), token=token)
    except LinkUnusable as refusal:
        return _dead(request, refusal)
    return show_form(request, "new_password", email=email, shortest=SHORTEST_PASSWORD)


async def post_reset(request: Request) -> Response:
    """Set the new password; whoever was signed in with the old one is not any more."""
    operator, token = Viewer.operator(), request.path_params["token"]
    try:
        email = await run(resets.get_password_reset, operator, token=token)
        fields = await read_form(request)
        chosen = fields.get("password", "")
        person_id = await run(resets.reset_password, operator, token=token, password=chosen)
    except LinkUnusable as refusal:
        return _dead(request, refusal)
    except Refused as refusal:
        problem = "This was not sent from the form on this page. Please try again."
        return _again(request, email, problem, refusal.status)
    except InvalidInput as refusal:
        return _again(request, email, refusal.message, HTTPStatus.BAD_REQUEST)
    await _note(person_id)
    return show_form(
        request,
        "told",
        title="Your password is changed",
        told="You were signed out everywhere. Sign in with the new password.",
        address="/sign-in",
        label="Sign in",
    )


async def _note(person_id: UUID) -> None:
    """Write into the log of each of the person's organisations that the password is another."""
    person = Viewer(ViewerKind.PERSON, person_id)
    roles, _ = await run(queries.list_parts, person, person_id=person_id)
    whole = replace(person, roles=roles)
    await run(sessions.note_everywhere, whole, action=AuditAction.PASSWORD_RESET)


def _again(request: Request, email: str, problem: str, status: HTTPStatus) -> Response:
    return show_form(
        request,
        "new_password",
        status=status,
        email=email,
        problem=problem,
        shortest=SHORTEST_PASSWORD,
    )


def _dead(request: Request, refusal: LinkUnusable) -> Response:
    return show_form(
        request,
        "told",
        status=HTTPStatus.GONE,
        title="This link is dead",
        told=refusal.message,
        address="/reset-password",
        label="Ask for a new link",
    )
