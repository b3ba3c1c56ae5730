"""The addresses of the OAuth 2 server at which no person is present: tokens, keys, what it can do.

Authlib is synchronous and runs inside `AsyncSession.run_sync`. There it calls the same verbs of the
domain as everything else: `await_` waits for one in the request's own transaction.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Final

from authlib.oauth2 import OAuth2Error
from joserfc.jwk import KeySet
from sqlalchemy.util import await_
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from api.auth.oauth_requests import Answer, ServerRequest, client_viewer, read_form, refusal
from api.auth.oauth_server import SECRET_METHODS, OAuthServer
from tenants.access import Viewer
from tenants.db import run
from tenants.integrations.scopes import Scope
from tenants.integrations.signing_keys import get_published_keys, get_signing_key
from tenants.settings import get_settings
from tenants.work import Session

METADATA: Final = "/.well-known/oauth-authorization-server"
AUTHORIZE: Final = "/oauth/authorize"
TOKEN: Final = "/oauth/token"  # noqa: S105 - an address, not a secret.
REVOKE: Final = "/oauth/revoke"
INTROSPECT: Final = "/oauth/introspect"
JWKS: Final = "/oauth/jwks.json"

Respond = Callable[[OAuthServer], Answer]


def routes() -> list[BaseRoute]:
    """Return the routes."""
    return [
        Route(METADATA, show_metadata, methods=["GET"]),
        Route(JWKS, show_keys, methods=["GET"]),
        Route(TOKEN, _posted(_create_token), methods=["POST"]),
    ]


async def serve(viewer: Viewer, respond: Respond) -> Answer:
    """Return what the server answers; what it wrote is committed, with an error as well.

    A replayed token must take its family with it although the answer is a refusal.

    Args:
        viewer: In whose scope the client is found.
        respond: Asks the server, which lives for this one transaction.
    """
    keys = await run(get_signing_key, Viewer.operator())
    return await run(_serve, viewer, keys, respond)


async def _serve(session: Session, viewer: Viewer, keys: KeySet, respond: Respond) -> Answer:
    def call(verb: Callable[..., Awaitable[Any]], **arguments: Any) -> Any:
        return await_(verb(session, viewer, **arguments))

    return await session.run_sync(lambda _: respond(OAuthServer(call, viewer, keys)))


def _posted(
    respond: Callable[[OAuthServer, ServerRequest], Answer],
) -> Callable[[Request], Awaitable[Response]]:
    """Return a handler of posted requests, which come from programs and never from pages."""

    async def handle(request: Request) -> Response:
        try:
            asked = await read_form(request)
        except OAuth2Error as error:
            return refusal(error).response()
        answer = await serve(client_viewer(asked), lambda server: respond(server, asked))
        return answer.response()

    return handle


def _create_token(server: OAuthServer, asked: ServerRequest) -> Answer:
    """Give out tokens for what a client or a person has (RFC 6749, section 3.2)."""
    answer: Answer = server.create_token_response(asked)
    return answer


async def show_keys(_request: Request) -> Response:
    """Show the public keys (RFC 7517) by which anybody can check an access token."""
    keys = await run(get_published_keys, Viewer.operator())
    return JSONResponse(
        keys.as_dict(private=False),
        headers={"Cache-Control": "public, max-age=300"},
        media_type="application/jwk-set+json",
    )


async def show_metadata(_request: Request) -> Response:
    """Show what the server can do and where (RFC 8414)."""
    issuer = get_settings().public_url
    return JSONResponse(
        {
            "issuer": issuer,
            "token_endpoint": issuer + TOKEN,
            "jwks_uri": issuer + JWKS,
            "scopes_supported": list(Scope),
            "response_types_supported": [],
            "grant_types_supported": ["client_credentials"],
            "token_endpoint_auth_methods_supported": SECRET_METHODS,
            "service_documentation": issuer + "/schema.graphql",
        },
        headers={"Cache-Control": "public, max-age=300"},
    )
