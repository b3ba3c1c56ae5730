"""The addresses of the OAuth 2 server at which no person is present: tokens, keys, what it can do.

Authlib is synchronous and runs inside `AsyncSession.run_sync`. There it calls the same verbs of the
domain as everything else: `await_` waits for one in the request's own transaction.
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Final, TypeVar

from authlib.oauth2 import OAuth2Error
from joserfc.jwk import KeySet
from sqlalchemy.util import await_
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from api.auth.access_tokens import read_access_token
from api.auth.oauth_endpoints import IntrospectionEndpoint, RevocationEndpoint
from api.auth.oauth_requests import Answer, ServerRequest, client_viewer, read_form, refusal
from api.auth.oauth_server import ALL_METHODS, SECRET_METHODS, OAuthServer
from tenants.access import Viewer
from tenants.db import run
from tenants.errors import Unauthenticated
from tenants.integrations.scopes import Scope
from tenants.integrations.signing_keys import get_published_keys, get_signing_key
from tenants.integrations.token_queries import note_refused
from tenants.settings import get_settings
from tenants.work import Session

METADATA: Final = "/.well-known/oauth-authorization-server"
AUTHORIZE: Final = "/oauth/authorize"
TOKEN: Final = "/oauth/token"  # noqa: S105 - an address, not a secret.
REVOKE: Final = "/oauth/revoke"
INTROSPECT: Final = "/oauth/introspect"
JWKS: Final = "/oauth/jwks.json"

T = TypeVar("T")
Respond = Callable[[OAuthServer], Answer]
Prepare = Callable[[ServerRequest], Awaitable[Respond]]


def routes() -> list[BaseRoute]:
    """Return the routes."""
    return [
        Route(METADATA, show_metadata, methods=["GET"]),
        Route(JWKS, show_keys, methods=["GET"]),
        Route(TOKEN, _posted(_create_token), methods=["POST"]),
        Route(REVOKE, _posted(_about_token(RevocationEndpoint)), methods=["POST"]),
        Route(INTROSPECT, _posted(_about_token(IntrospectionEndpoint)), methods=["POST"]),
    ]


async def serve(viewer: Viewer, respond: Callable[[OAuthServer], T]) -> T:
    """Return what the server answers; what it wrote is committed, with an error as well.

    A replayed token must take its family with it although the answer is a refusal.

    Args:
        viewer: In whose scope the client is found.
        respond: Asks the server, which lives for this one transaction.
    """
    keys = await run(get_signing_key, Viewer.operator())
    return await run(_serve, viewer, keys, respond)


async def _serve(
    session: Session, viewer: Viewer, keys: KeySet, respond: Callable[[OAuthServer], T]
) -> T:
    def call(verb: Callable[..., Awaitable[Any]], asker: Viewer = viewer, **given: Any) -> Any:
        return await_(verb(session, asker, **given))

    return await session.run_sync(lambda _: respond(OAuthServer(call, viewer, keys)))


def _posted(prepare: Prepare) -> Callable[[Request], Awaitable[Response]]:
    """Return a handler of posted requests, which come from programs and never from pages."""

    async def handle(request: Request) -> Response:
        try:
            asked = await read_form(request)
        except OAuth2Error as error:
            return refusal(error).response()
        respond, viewer = await prepare(asked), client_viewer(asked)
        answer = await serve(viewer, respond)
        if isinstance(answer.body, dict) and answer.body.get("error") == "invalid_client":
            await run(note_refused, viewer)
        return answer.response()

    return handle


async def _create_token(asked: ServerRequest) -> Respond:
    """Give out tokens for what a client or a person has (RFC 6749, section 3.2)."""

    def respond(server: OAuthServer) -> Answer:
        answer: Answer = server.create_token_response(asked)
        return answer

    return respond


def _about_token(
    endpoint: type[RevocationEndpoint] | type[IntrospectionEndpoint],
) -> Prepare:
    async def prepare(asked: ServerRequest) -> Respond:
        """Read what the token says, if it is one of ours that has not expired."""
        said = None
        with suppress(Unauthenticated):
            said = await read_access_token(asked.form.get("token", ""))

        def respond(server: OAuthServer) -> Answer:
            server.register_endpoint(endpoint(said))
            answer: Answer = server.create_endpoint_response(endpoint.ENDPOINT_NAME, asked)
            return answer

        return respond

    return prepare


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
            "authorization_endpoint": issuer + AUTHORIZE,
            "revocation_endpoint": issuer + REVOKE,
            "introspection_endpoint": issuer + INTROSPECT,
            "scopes_supported": list(Scope),
            "service_documentation": issuer + "/docs",
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": [
                "authorization_code",
                "client_credentials",
                "refresh_token",
            ],
            "token_endpoint_auth_methods_supported": ALL_METHODS,
            "revocation_endpoint_auth_methods_supported": ALL_METHODS,
            "introspection_endpoint_auth_methods_supported": SECRET_METHODS,
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
        },
        headers={"Cache-Control": "public, max-age=300"},
    )
