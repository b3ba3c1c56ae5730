"""Front-ends on other origins: a browser may let them read what they ask for with a token.

No answer says that cookies may be sent along, so that a browser never reads one to another origin
that was given to the person's session; what a page of ours shows is not opened at all.
"""

from typing import Final

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from api.auth.oauth import JWKS, METADATA, REVOKE, TOKEN
from api.security_headers import Headers

OPEN: Final = frozenset({"/graphql", "/schema.graphql", METADATA, JWKS, TOKEN, REVOKE})
_REQUEST_HEADERS: Final = ("Accept", "Authorization", "Content-Type")
_ANSWER_HEADERS: Final = (
    "RateLimit",
    "RateLimit-Policy",
    "Retry-After",
    "WWW-Authenticate",
    "X-Request-Id",
)
_REMEMBERED_SECONDS: Final = 600
_FOR_EVERYBODY: Final = ((b"vary", b"Origin"),)
_FOR_FRONT_ENDS: Final = (
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", ", ".join(_ANSWER_HEADERS).encode()),
    *_FOR_EVERYBODY,
)


def cross_origin_headers(*, is_crossing: bool) -> Headers:
    """Return what `ForFrontEnds` adds to the answer of what is open.

    Args:
        is_crossing: Whether the browser says of which origin the page is that asks.
    """
    return _FOR_FRONT_ENDS if is_crossing else _FOR_EVERYBODY


def _opened(app: ASGIApp) -> CORSMiddleware:
    return CORSMiddleware(
        app,
        allow_origins=["*"],
        allow_methods=["GET", "POST"],
        allow_headers=_REQUEST_HEADERS,
        expose_headers=_ANSWER_HEADERS,
        allow_credentials=False,
        max_age=_REMEMBERED_SECONDS,
    )


class ForFrontEnds:
    """Opens what front-ends need to every origin, without cookies (Fetch standard, CORS)."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an application."""
        self._app = app
        self._open = _opened(app)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; what is open gets the headers that say so."""
        is_open = scope["type"] == "http" and scope["path"] in OPEN
        await (self._open if is_open else self._app)(scope, receive, send)
