"""Who sends a request: a machine's or person's token, a session, or a candidate's link."""

import hashlib
from collections.abc import Mapping
from typing import Final, Protocol

from starlette.requests import HTTPConnection

from api.auth import access_tokens
from api.auth.links import candidate_viewer
from api.recent import Recent
from tenants.access import Viewer
from tenants.authentication import authenticate
from tenants.errors import Unauthenticated
from tenants.keys import Purpose, key
from tenants.settings import get_settings
from tenants.tokens import hash_token

SESSION_COOKIE = "afterword_session"
# A candidate sends about a dozen requests.
_KEPT_LINKS: Final = 512
_PERSON: Final = b"kept link"


def is_secure() -> bool:
    """Return whether the installation is reached over TLS alone."""
    return get_settings().public_url.startswith("https:")


def cookie_name(name: str) -> str:
    """Return what a cookie is called: over TLS such that no other host can set or see it."""
    return f"__Host-{name}" if is_secure() else name


class WithCookies(Protocol):
    """What has cookies: a connection, or a request that says so in another way."""

    @property
    def cookies(self) -> Mapping[str, str]:
        """By their names."""
        ...


def session_token(connection: WithCookies) -> str:
    """Return the token of the browser's session; empty without one."""
    return connection.cookies.get(cookie_name(SESSION_COOKIE), "")


async def viewer_of(connection: HTTPConnection) -> Viewer:
    """Return who sends a request.

    `Authorization: Bearer` carries an access token of OAuth, a person's own token or the token of a
    candidate's link; a browser that signed in carries a cookie. A cookie alone never authorises a
    request that another site could have sent; the caller checks that.

    Raises:
        Unauthenticated: A token was sent and is unknown or has expired.
    """
    return await viewer_with(connection.headers.get("authorization", ""), connection)


async def viewer_with(authorization: str, connection: WithCookies) -> Viewer:
    """Return who sends a request, of which the field `Authorization` was read already.

    Raises:
        Unauthenticated: A token was sent and is unknown or has expired.
    """
    scheme, _, token = authorization.partition(" ")
    token = token.strip()
    if not scheme:
        token = session_token(connection).strip()
        if not token:
            return Viewer()
    elif scheme.lower() != "bearer" or not token:
        message = "Send the token as Authorization: Bearer <token>."
        raise Unauthenticated(message)
    candidate = _candidate(token)
    if candidate is not None:
        return candidate
    if access_tokens.looks_like_one(token):
        return await access_tokens.viewer_of_access_token(token)
    return await authenticate(Viewer(token_hash=hash_token(token)))


_candidates: Final[Recent[bytes, Viewer]] = Recent(most=_KEPT_LINKS)


def _candidate(token: str) -> Viewer | None:
    """Return the candidate who holds a link, or None; the seal of the same link is checked once.

    What a link says is written in it: nothing that is kept here could change, and whether the
    invitation still stands is for the domain to say, each time. Links are not kept themselves, and
    what stands for one is of no use without the installation's key.
    """
    place = hashlib.blake2b(token.encode(), key=key(Purpose.LINK), person=_PERSON).digest()
    found = _candidates.find(place)
    if found is None:
        found = candidate_viewer(token)
        if found is not None:
            _candidates.keep(place, found)
    return found
