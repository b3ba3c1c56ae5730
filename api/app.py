"""The ASGI application: routes, headers, lifespan."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Final

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.types import Receive, Scope, Send

from api import bounces, http, intake
from api.auth import oauth
from api.budget import counting_together
from api.cross_origin import ForFrontEnds
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
from api.security_headers import SecurityHeaders
from api.subscriptions.websocket import graphql_socket
from api.unexpected import unexpected
from tenants.db import connected, listening_address, reading
from tenants.events.listening import listen
from tenants.settings import get_settings

_graphql: Final = http.GraphQLOverHTTP()

Check = Callable[[], Awaitable[str | None]]


async def healthz(_request: Request) -> Response:
    """Say that the process is alive."""
    return PlainTextResponse("ok")


async def schema_document(_request: Request) -> Response:
    """Return the schema in the schema definition language."""
    return PlainTextResponse(sdl())


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


class Site(Starlette):
    """Everything that is served: GraphQL by itself, pages and the rest by Starlette's routes."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or one connection of WebSocket."""
        if (
            scope["type"] == "http"
            and scope["path"] == http.PATH
            and scope["method"] in http.METHODS
        ):
            await _graphql(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


def create_app(checks: Sequence[Check] = ()) -> Starlette:
    """Return the application.

    Args:
        checks: What /readyz asks; each returns what is wrong, or None.
    """
    routes: list[BaseRoute] = [
        Route(http.PATH, _graphql, methods=["GET", "POST"]),
        WebSocketRoute(http.PATH, graphql_socket),
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
    return Site(
        routes=routes,
        middleware=[Middleware(SecurityHeaders), Middleware(ForFrontEnds)],
        exception_handlers={Exception: unexpected},
        lifespan=_lifespan,
    )
