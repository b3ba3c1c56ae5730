"""Who sends a request: a machine's or person's token, a session, or a candidate's link."""

from starlette.requests import HTTPConnection

from api.auth import access_tokens
from api.auth.links import candidate_viewer
from tenants.access import Viewer
from tenants.authentication import authenticate
from tenants.errors import Unauthenticated
from tenants.settings import get_settings
from tenants.tokens import hash_token

SESSION_COOKIE = "afterword_session"


def is_secure() -> bool:
    """Return whether the installation is reached over TLS alone."""
    return get_settings().public_url.startswith("https:")


def cookie_name(name: str) -> str:
    """Return what a cookie is called: over TLS such that no other host can set or see it."""
    return f"__Host-{name}" if is_secure() else name


def session_token(connection: HTTPConnection) -> str:
    """Return the token of the browser's session; empty without one."""
    return connection.cookies.get(cookie_name(SESSION_COOKIE), "")


async def viewer_of(request: HTTPConnection) -> Viewer:
    """Return who sends a request.

    `Authorization: Bearer` carries an access token of OAuth, a person's own token or the token of a
    candidate's link; a browser that signed in carries a cookie. A cookie alone never authorises a
    request that another site could have sent; the caller checks that.

    Raises:
        Unauthenticated: A token was sent and is unknown or has expired.
    """
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if not scheme:
        token = session_token(request)
        if not token:
            return Viewer()
    elif scheme.lower() != "bearer" or not token.strip():
        message = "Send the token as Authorization: Bearer <token>."
        raise Unauthenticated(message)
    candidate = candidate_viewer(token.strip())
    if candidate is not None:
        return candidate
    if access_tokens.looks_like_one(token.strip()):
        return await access_tokens.viewer_of_access_token(token.strip())
    return await authenticate(Viewer(token_hash=hash_token(token.strip())))
