"""Signing in with an address and a password, and signing out."""

from http import HTTPStatus
from typing import Final

from starlette.datastructures import URL
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from api.auth.attempts import Attempts, TooManyAttempts
from api.auth.bearer import SESSION_COOKIE, viewer_of
from api.pages.posted import Refused, read_posted
from api.pages.rendering import lead_to, respond
from tenants.access import Viewer, ViewerKind
from tenants.db import run
from tenants.errors import Unauthenticated
from tenants.organisations import passwords, queries, sessions
from tenants.settings import get_settings
from tenants.tokens import hash_token

_HOME: Final = "/console"
_LONGEST_EMAIL: Final = 320
_LONGEST_PASSWORD: Final = 1_000

attempts: Final = Attempts()


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
    return lead_to(str(address if wanted == _HOME else address.include_query_params(next=wanted)))


def local_path(text: str) -> str:
    """Return where to go after signing in: the path, if it is one of this site, else the console.

    Browsers read a backslash as a slash and leave out tabs and line ends, so that a path with any
    of them may lead elsewhere.
    """
    is_path = text.startswith("/") and not text.startswith("//")
    return text if is_path and "\\" not in text and text.isprintable() else _HOME


async def show_sign_in(request: Request) -> Response:
    """Show the form, or lead on whoever is signed in."""
    wanted = local_path(request.query_params.get("next", ""))
    if await find_person(request) is not None:
        return lead_to(wanted)
    return _form(wanted)


async def post_sign_in(request: Request) -> Response:
    """Begin a session with a new token, or say that address and password do not fit."""
    try:
        posted = await read_posted(request)
    except Refused as refusal:
        return _form(_HOME, refusal.status, f"refused_{refusal.notice}")
    fields = {name: values[-1] for name, values in posted.items()}
    email, password = fields.get("email", "").strip(), fields.get("password", "")
    wanted = local_path(fields.get("next", ""))
    try:
        address = request.client.host if request.client is not None else None
        attempt = attempts.start(account=email, address=address)
        token = await _sign_in(email, password, request.headers.get("user-agent"))
    except TooManyAttempts as refusal:
        response = _form(wanted, HTTPStatus.TOO_MANY_REQUESTS, "too_many", email)
        response.headers["Retry-After"] = str(refusal.seconds)
        return response
    except Unauthenticated:
        return _form(wanted, HTTPStatus.FORBIDDEN, "wrong", email)
    attempts.forgive(attempt)
    await _end_session(request)
    response = lead_to(wanted)
    response.set_cookie(
        SESSION_COOKIE,
        token,
        max_age=get_settings().session_hours * 3600,
        path="/",
        secure=_is_secure(),
        httponly=True,
        samesite="lax",
    )
    return response


async def post_sign_out(request: Request) -> Response:
    """End the session: its token is worthless, and the browser forgets it."""
    try:
        await read_posted(request)
    except Refused as refusal:
        return _form(_HOME, refusal.status, f"refused_{refusal.notice}")
    await _end_session(request)
    response = lead_to("/sign-in")
    response.delete_cookie(
        SESSION_COOKIE, path="/", secure=_is_secure(), httponly=True, samesite="lax"
    )
    return response


async def _sign_in(email: str, password: str, user_agent: str | None) -> str:
    """Return the token of a new session.

    Raises:
        Unauthenticated: The address and the password do not belong together.
    """
    # Nobody has such an address or password, but the answer has to take as long as any other.
    if "\0" in email or len(email) > _LONGEST_EMAIL or len(password) > _LONGEST_PASSWORD:
        email = password = ""
    person_id = await run(passwords.sign_in, Viewer.operator(), email=email, password=password)
    return await run(
        sessions.start_session,
        Viewer.operator(),
        person_id=person_id,
        user_agent=user_agent,
    )


async def _end_session(request: Request) -> None:
    """Make the token in the browser's cookie worthless, if it has one."""
    token = request.cookies.get(SESSION_COOKIE)
    if token:
        await run(queries.delete_token, Viewer(token_hash=hash_token(token)))


def _is_secure() -> bool:
    return get_settings().public_url.startswith("https:")


def _form(
    wanted: str, status: HTTPStatus = HTTPStatus.OK, problem: str | None = None, email: str = ""
) -> Response:
    return respond(
        "console/sign_in.html",
        "en",
        status=status,
        wanted=wanted,
        problem=problem,
        email=email,
        is_demo=get_settings().outbox_dir is not None,
    )
