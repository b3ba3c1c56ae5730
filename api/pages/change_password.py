"""Choosing another password while signed in, with the present one."""

from http import HTTPStatus
from typing import Final
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from api.pages.own_forms import address_of, read_form, show_form
from api.pages.posted import Refused
from api.pages.sign_in import begin_session, find_person, lead_to_sign_in
from tenants.access import Viewer
from tenants.audit import AuditAction
from tenants.db import run
from tenants.errors import InvalidInput, Unauthenticated
from tenants.organisations import passwords, queries, sessions
from tenants.organisations.attempts import (
    AttemptKind,
    TooManyAttempts,
    begin_attempt,
    forgive_attempt,
    note_failure,
)

_ADDRESS: Final = "/account/password"
_OPERATOR: Final = Viewer.operator()


def routes() -> list[BaseRoute]:
    """Return the routes of changing one's password."""
    return [
        Route(_ADDRESS, show_change, methods=["GET"]),
        Route(_ADDRESS, post_change, methods=["POST"]),
    ]


async def show_change(request: Request) -> Response:
    """Ask for the present password and the new one."""
    viewer = await find_person(request)
    if viewer is None:
        return lead_to_sign_in(request)
    return await _page(request, viewer)


async def post_change(request: Request) -> Response:
    """Set the new password; every session but this browser's ends."""
    viewer = await find_person(request)
    if viewer is None or viewer.id is None:
        return lead_to_sign_in(request)
    try:
        fields = await read_form(request)
        await _change(request, viewer, viewer.id, fields)
    except Refused as refusal:
        problem = "This was not sent from the form on this page. Please try again."
        return await _page(request, viewer, status=refusal.status, problem=problem)
    except TooManyAttempts as refusal:
        status = HTTPStatus.TOO_MANY_REQUESTS
        response = await _page(request, viewer, status=status, problem=refusal.message)
        response.headers["Retry-After"] = str(refusal.seconds)
        return response
    except Unauthenticated:
        problem = "That is not your present password."
        status = HTTPStatus.FORBIDDEN
        return await _page(request, viewer, status=status, problem=problem, at_fault="present")
    except InvalidInput as refusal:
        return await _page(
            request,
            viewer,
            status=HTTPStatus.BAD_REQUEST,
            problem=refusal.message,
            at_fault="password",
        )
    return await begin_session(request, viewer.id, "/account", with_password=True)


async def _change(
    request: Request, viewer: Viewer, person_id: UUID, fields: dict[str, str]
) -> None:
    person = await run(queries.get_own_person, viewer)
    # Whoever found a browser open guesses no faster here than at the door.
    attempt = await run(
        begin_attempt,
        _OPERATOR,
        kind=AttemptKind.SIGN_IN,
        account=person.email,
        address=address_of(request),
    )
    try:
        await run(
            passwords.change_password,
            _OPERATOR,
            person_id=person_id,
            present=fields.get("present", ""),
            chosen=fields.get("password", ""),
        )
    except Unauthenticated:
        await run(note_failure, _OPERATOR, attempt=attempt, account=person.email)
        raise
    await run(forgive_attempt, _OPERATOR, attempt=attempt)
    await run(sessions.note_everywhere, viewer, action=AuditAction.PASSWORD_CHANGED)


async def _page(
    request: Request,
    viewer: Viewer,
    *,
    status: HTTPStatus = HTTPStatus.OK,
    problem: str | None = None,
    at_fault: str | None = None,
) -> Response:
    person = await run(queries.get_own_person, viewer)
    return show_form(
        request,
        "change_password",
        status=status,
        problem=problem,
        at_fault=at_fault,
        email=person.email,
        has_password=person.password_hash is not None,
        shortest=passwords.SHORTEST_PASSWORD,
    )
