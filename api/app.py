"""The ASGI application: routes, headers, lifespan."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import bounces, intake
from api.auth import oauth
from api.budget import counting_together
from api.content_security import content_security_policy
from api.cross_origin import ForFrontEnds
from api.http import graphql
from api.metrics import metrics
from api.pages import (
    consent,
    console,
    docs,
    error_codes,
    form,
    graphiql,
    methodology,
    opt_out,
    outbox,
    receipt,
)
from api.pages.static_files import static_files
from api.schema import sdl
from api.subscriptions.websocket import graphql_socket
from tenants.db import connected, listening_address, reading
from tenants.events.listening import listen
from tenants.incidents import describe_incident
from tenants.settings import get_settings

_logger = logging.getLogger("afterword.api")

Check = Callable[[], Awaitable[str | None]]

_HEADERS = (
    (b"content-security-policy", content_security_policy().encode()),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)


class SecurityHeaders:
    """Adds to every response what keeps a browser from being used against its owner."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an application."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and the response back with the headers added."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = list(_HEADERS)
        if scope["scheme"] == "https" or get_settings().public_url.startswith("https:"):
            headers.append((b"strict-transport-security", b"max-age=63072000; includeSubDomains"))

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = {name for name, _ in message.get("headers", ())}
                message["headers"] = [
                    *message.get("headers", ()),
                    *(header for header in headers if header[0] not in present),
                ]
            await send(message)

        await self.app(scope, receive, with_headers)


async def healthz(_request: Request) -> Response:
    """Say that the process is alive."""
    return PlainTextResponse("ok")


async def schema_document(_request: Request) -> Response:
    """Return the schema in the schema definition language."""
    return PlainTextResponse(sdl())


async def unexpected(_request: Request, error: Exception) -> Response:
    """Tell nothing of a bug; the log has it, without the address, which may carry a link."""
    _logger.error("a request failed\n%s", describe_incident(error))
    body = {"code": "INTERNAL", "message": "Something went wrong on our side; we have been told."}
    return JSONResponse(body, 500)


def _readiness(checks: Sequence[Check]) -> Callable[[Request], Awaitable[Response]]:
    async def readyz(_request: Request) -> Response:
        """Say whether everything that requests need answers; if not, what does not."""
        problems = [problem for check in checks if (problem := await check()) is not None]
        return JSONResponse({"ready": not problems, "problems": problems}, 503 if problems else 200)

    return readyz


@asynccontextmanager
async def _lifespan(_app: Starlette) -> AsyncIterator[None]:
    pools = connected(pool_size=10, max_overflow=10), reading(10)
    async with pools[0], pools[1], counting_together():
        listening = asyncio.create_task(listen(listening_address(get_settings())))
        try:
            yield
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)


def create_app(checks: Sequence[Check] = ()) -> Starlette:
    """Return the application.

    Args:
        checks: What /readyz asks; each returns what is wrong, or None.
    """
    routes: list[BaseRoute] = [
        Route("/graphql", graphql, methods=["GET", "POST"]),
        WebSocketRoute("/graphql", graphql_socket),
        Route("/schema.graphql", schema_document, methods=["GET"]),
        Route("/healthz", healthz, methods=["GET"]),
        Route("/readyz", _readiness(checks), methods=["GET"]),
        Route("/metrics", metrics, methods=["GET"]),
        *intake.routes(),
        *bounces.routes(),
        *oauth.routes(),
        *form.routes(),
        *receipt.routes(),
        *opt_out.routes(),
        *consent.routes(),
        *console.routes(),
        *graphiql.routes(),
        *error_codes.routes(),
        *methodology.routes(),
        *docs.routes(),
        Mount("/static", static_files()),
    ]
    if get_settings().outbox_dir is not None:
        routes += outbox.routes()
    return Starlette(
        routes=routes,
        middleware=[Middleware(SecurityHeaders), Middleware(ForFrontEnds)],
        exception_handlers={Exception: unexpected},
        lifespan=_lifespan,
    )
