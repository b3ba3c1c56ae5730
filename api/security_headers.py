"""What every response says, so that a browser is not used against its owner."""

from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.auth.bearer import is_secure
from api.content_security import content_security_policy

Headers = tuple[tuple[bytes, bytes], ...]
"""Header fields as ASGI has them."""

_ALWAYS: Final[Headers] = (
    (b"content-security-policy", content_security_policy().encode()),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)
_OVER_TLS: Final[Headers] = (
    *_ALWAYS,
    (b"strict-transport-security", b"max-age=63072000; includeSubDomains"),
)


def security_headers(scope: Scope) -> Headers:
    """Return what the response to a request says, wherever it does not say something else."""
    return _OVER_TLS if scope["scheme"] == "https" or is_secure() else _ALWAYS


class SecurityHeaders:
    """Adds `security_headers` to every response."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an application."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and the response back with the headers added."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = security_headers(scope)

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = {name for name, _ in message.get("headers", ())}
                message["headers"] = [
                    *message.get("headers", ()),
                    *(header for header in headers if header[0] not in present),
                ]
            await send(message)

        await self.app(scope, receive, with_headers)
