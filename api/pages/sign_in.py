"""Signing in with an address and a password, and signing out."""

import logging
from http import HTTPStatus
from time import time
from typing import Final
from uuid import UUID

from starlette.datastructures import URL
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from api.auth.bearer import SESSION_COOKIE, session_token, viewer_of
from api.auth.openid import FLOW_SECONDS, find_logout, seal_flow
from api.pages.own_forms import address_of, drop_cookie, read_form, set_cookie, show_form
from api.pages.posted import Refused
from api.pages.rendering import lead_to
from tenants.access import Viewer, ViewerKind
from tenants.audit import AuditAction
from tenants.db import run
from tenants.errors import NotFound, Unauthenticated
from tenants.operators.models import InstallationAction
from tenants.operators.service import note_session
from tenants.organisations import passwords, providers, queries, sessions
from tenants.organisations.attempts import (
    AttemptKind,
    TooManyAttempts,
    begin_attempt,
    forgive_attempt,
    note_failure,
)
from tenants.organisations.models import IdentityProvider
from tenants.organisations.provider_queries import find_presented
from tenants.organisations.service import authenticate
from tenants.settings import get_settings
from tenants.tokens import hash_token

_logger = logging.getLogger("afterword.api")
HOME: Final = "/console"
LINK_COOKIE: Final = "afterword_proved"
_LONGEST_EMAIL: Final = 320


def routes() -> list[BaseRoute]:
    """Return the routes of signing in and out."""
    return [
        Route("/sign-in", show_sign_in, methods=["GET"]),
        Route("/sign-in", post_sign_in, methods=["POST"]),
        Route("/sign-out", post_sign_out, methods=["POST"]),
    ]


async def find_person(request: Request) -> Viewer | None:
    """Return the person who is signed in, or None: nobody, no person, or an expired session."""
    try:
        viewer = await viewer_of(request)
    except Unauthenticated:
        return None
    # Whoever holds a token that is narrowed to scopes is not the person at the browser.
    return viewer if viewer.kind is ViewerKind.PERSON and viewer.scopes is None else None


def lead_to_sign_in(request: Request) -> Response:
    """Return a response that leads to signing in, and from there to what was asked for."""
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    address = URL("/sign-in")
    return lead_to(str(address if wanted == HOME else address.include_query_params(next=wanted)))


def local_path(text: str) -> str:
    """Return where to go after signing in: the path, if it is one of this site, else the console.

    Browsers read a backslash as a slash and leave out tabs and line ends, so that a path with any
    of them may lead elsewhere.
    """
    is_path = text.startswith("/") and not text.startswith("//")
    return text if is_path and "\\" not in text and text.isprintable() else HOME


async def show_sign_in(request: Request) -> Response:
    """Show the form, or lead on whoever is signed in."""
    wanted = local_path(request.query_params.get("next", ""))
    if await find_person(request) is not None:
        return lead_to(wanted)
    return _form(request, wanted)


async def post_sign_in(request: Request) -> Response:
    """Begin a session with a new token, or say that address and password do not fit."""
    try:
        fields = await read_form(request)
    except Refused as refusal:
        return _form(request, HOME, refusal.status, f"refused_{refusal.notice}")
    email, password = _typed(fields)
    wanted = local_path(fields.get("next", ""))
    try:
        attempt = await run(
            begin_attempt,
            Viewer.operator(),
            kind=AttemptKind.SIGN_IN,
            account=email,
            address=address_of(request),
        )
        person_id = await run(passwords.sign_in, Viewer.operator(), email=email, password=password)
    except TooManyAttempts as refusal:
        _logger.info("signing in was refused after too many failures")
        response = _form(request, wanted, HTTPStatus.TOO_MANY_REQUESTS, "too_many", email)
        response.headers["Retry-After"] = str(refusal.seconds)
        return response
    except Unauthenticated:
        # The same for everybody: whether there is such an account is not to be told by its time.
        await run(note_failure, Viewer.operator(), attempt=attempt, account=email)
        _logger.info("signing in with a password failed")
        return _form(request, wanted, HTTPStatus.FORBIDDEN, "wrong", email)
    await run(forgive_attempt, Viewer.operator(), attempt=attempt)
    provider = await run(providers.find_only_way_in, Viewer(ViewerKind.PERSON, person_id))
    if provider is not None:
        return _lead_to_provider(request, provider, person_id)
    return await begin_session(request, person_id, wanted, with_password=True)


async def begin_session(
    request: Request,
    person_id: UUID,
    wanted: str,
    *,
    with_password: bool = False,
    provider_id: UUID | None = None,
    id_token: str | None = None,
) -> Response:
    """Return a response that leads on, in a new session; the one before it has ended.

    What the same person has proved in the session before stays proved.
    """
    earlier = session_token(request)
    token = await run(
        sessions.start_session,
        Viewer.operator(),
        person_id=person_id,
        user_agent=request.headers.get("user-agent"),
        with_password=with_password,
        provider_id=provider_id,
        id_token=id_token,
        earlier_hash=hash_token(earlier) if earlier else None,
    )
    viewer = await run(authenticate, Viewer(token_hash=hash_token(token)))
    await run(sessions.note_everywhere, viewer, action=AuditAction.PERSON_SIGNED_IN)
    if viewer.operates:
        await run(note_session, viewer, action=InstallationAction.OPERATOR_SIGNED_IN)
    await _end_session(request)
    response = lead_to(wanted)
    set_cookie(response, SESSION_COOKIE, token, max_age=get_settings().session_hours * 3600)
    return response


async def post_sign_out(request: Request) -> Response:
    """End the session: its token is worthless, and the browser forgets it."""
    try:
        await read_form(request)
    except Refused as refusal:
        return _form(request, HOME, refusal.status, f"refused_{refusal.notice}")
    viewer = await find_person(request)
    if viewer is not None:
        await run(sessions.note_everywhere, viewer, action=AuditAction.PERSON_SIGNED_OUT)
        if viewer.operates:
            await run(note_session, viewer, action=InstallationAction.OPERATOR_SIGNED_OUT)
    elsewhere = await _find_logout(request)
    await _end_session(request)
    response = lead_to("/sign-in") if elsewhere is None else _signed_out(request, *elsewhere)
    drop_cookie(response, SESSION_COOKIE)
    # What the desk and GraphiQL keep in the browser, for whoever sits there next.
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


async def _find_logout(request: Request) -> tuple[str, str] | None:
    """Return the name and address at which the person signs out of their provider, too."""
    presented = Viewer(token_hash=hash_token(session_token(request)))
    token = await run(find_presented, presented)
    id_token = sessions.id_token_of(token) if token is not None else None
    if token is None or id_token is None or not token.provider_ids:
        return None
    try:
        last = token.provider_ids[-1]
        provider = await run(providers.get_provider, Viewer.operator(), provider_id=last)
    except NotFound:
        return None
    address = await find_logout(provider, id_token)
    return None if address is None else (provider.name, address)


def _signed_out(request: Request, name: str, address: str) -> Response:
    # A link, because a form of ours must not lead away from this site.
    return show_form(
        request,
        "told",
        title="You are signed out here",
        told=f"Are you at a computer that others use? Then sign out of {name}, too.",
        address=address,
        label=f"Sign out of {name}",
    )


def _lead_to_provider(request: Request, provider: IdentityProvider, person_id: UUID) -> Response:
    """Return the way to the only provider that lets the person in, and remember the password."""
    response = show_form(
        request, "provider", status=HTTPStatus.FORBIDDEN, provider=provider, only=True
    )
    kept = {"until": time() + FLOW_SECONDS, "proved": str(person_id)}
    set_cookie(response, LINK_COOKIE, seal_flow(kept), max_age=FLOW_SECONDS)
    return response


def _typed(fields: dict[str, str]) -> tuple[str, str]:
    """Return the address and the password that were typed, or neither where they are nonsense.

    Nobody has such an address or password, but the answer has to take as long as any other.
    """
    email, password = fields.get("email", "").strip(), fields.get("password", "")
    too_long = len(email) > _LONGEST_EMAIL or len(password) > passwords.LONGEST_PASSWORD
    return ("", "") if "\0" in email or too_long else (email, password)


async def _end_session(request: Request) -> None:
    """Make the token in the browser's cookie worthless, if it has one."""
    token = session_token(request)
    if token:
        await run(queries.delete_token, Viewer(token_hash=hash_token(token)))


def _form(
    request: Request,
    wanted: str,
    status: HTTPStatus = HTTPStatus.OK,
    problem: str | None = None,
    email: str = "",
) -> Response:
    return show_form(request, "sign_in", status=status, wanted=wanted, problem=problem, email=email)
