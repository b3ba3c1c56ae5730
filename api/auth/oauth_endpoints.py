"""Endpoints about tokens that were given out: what one is worth, and making one worthless.

What an access token says is read before the transaction begins (`RequestAboutToken.said`), because
its keys are the installation's and lie in another scope.
"""

from datetime import UTC, datetime
from typing import Any

from authlib.oauth2.rfc6749 import InvalidRequestError
from authlib.oauth2.rfc7009 import RevocationEndpoint as Revocation
from authlib.oauth2.rfc7662 import IntrospectionEndpoint as Introspection

from api.auth.access_tokens import claims_of
from api.auth.oauth_models import Client
from api.auth.oauth_requests import ServerRequest
from api.auth.oauth_server import ALL_METHODS, SECRET_METHODS, OAuthServer
from tenants.errors import Unauthenticated
from tenants.integrations import token_queries as tokens
from tenants.integrations.token_holders import authenticate_token
from tenants.integrations.token_models import AccessGrant, RefreshToken
from tenants.settings import get_settings


class PresentedAccessToken:
    """An access token that somebody asks about.

    Attributes:
        said: Its claims as they are in it.
    """

    def __init__(self, server: OAuthServer, said: dict[str, Any]) -> None:
        """Keep what it says."""
        self.said = said
        self._server = server
        self._claims = claims_of(said)

    def check_client(self, client: Client) -> bool:
        """Return whether it was given to a client."""
        return self._claims.integration_id == client.integration.id

    def revoke(self) -> None:
        """Make it worthless before its time."""
        self._server.call(
            tokens.deny_token,
            organisation_id=self._claims.organisation_id,
            token_id=self._claims.token_id,
            expires_at=datetime.fromtimestamp(self.said["exp"], UTC),
        )

    def describe(self, client: Client) -> dict[str, Any]:
        """Return what it is worth now (RFC 7662, section 2.2)."""
        try:
            self._server.call(authenticate_token, self._claims.presenter(), claims=self._claims)
        except Unauthenticated:
            return {"active": False}
        names = ("client_id", "sub", "aud", "iss", "exp", "iat", "jti")
        return {
            "active": True,
            "token_type": "Bearer",
            "scope": client.still_allowed(self.said["scope"].split()),
            **{name: self.said[name] for name in names},
        }


class PresentedForEndpoint:
    """A refresh token that somebody asks about, used or not."""

    def __init__(self, server: OAuthServer, row: RefreshToken, grant: AccessGrant) -> None:
        """Keep its row, and the consent that it is of."""
        self._server = server
        self._row = row
        self._grant = grant

    def check_client(self, client: Client) -> bool:
        """Return whether it was given to a client."""
        return self._grant.integration_id == client.integration.id

    def revoke(self) -> None:
        """Make it worthless, with every other token of the consent."""
        self._server.revoke(self._grant.id)

    def describe(self, client: Client) -> dict[str, Any]:
        """Return what it is worth now."""
        is_good = self._row.used_at is None and self._row.expires_at > self._server.began_at
        if not is_good or self._server.find_user(self._grant.id, client) is None:
            return {"active": False}
        return {
            "active": True,
            "scope": client.still_allowed(self._row.scopes),
            "client_id": client.get_client_id(),
            "sub": str(self._grant.person_id),
            "iss": get_settings().public_url,
            "exp": int(self._row.expires_at.timestamp()),
            "iat": int(self._row.created_at.timestamp()),
        }


Presented = PresentedAccessToken | PresentedForEndpoint


class _Finds:
    """How both endpoints find a token."""

    server: OAuthServer

    def __init__(self, said: dict[str, Any] | None) -> None:
        self._said = said

    def check_params(self, request: ServerRequest, client: Client) -> None:
        """Return only if there is a token; a hint is no more than that, and none is needed."""
        del client
        if "token" not in request.form:
            message = "Send the token."
            raise InvalidRequestError(message)

    def query_token(self, token_string: str, token_type_hint: str | None) -> Presented | None:
        """Return a token of the organisation, or None."""
        del token_type_hint
        if self._said is not None:
            return PresentedAccessToken(self.server, self._said)
        organisation_id = self.server.organisation_id
        row: RefreshToken | None = self.server.call(
            tokens.lock_refresh_token, organisation_id=organisation_id, token=token_string
        )
        if row is None:
            return None
        grant: AccessGrant | None = self.server.call(
            tokens.find_grant, organisation_id=organisation_id, grant_id=row.grant_id
        )
        return None if grant is None else PresentedForEndpoint(self.server, row, grant)


class RevocationEndpoint(_Finds, Revocation):
    """Makes a token worthless for the client that has it (RFC 7009)."""

    CLIENT_AUTH_METHODS = ALL_METHODS

    def __init__(self, said: dict[str, Any] | None) -> None:
        """Keep what the token says, if it is an access token."""
        _Finds.__init__(self, said)
        Revocation.__init__(self)

    def revoke_token(self, token: Presented, request: ServerRequest) -> None:
        """Make a token worthless."""
        del request
        token.revoke()


class IntrospectionEndpoint(_Finds, Introspection):
    """Says what a token is worth to the client that has it (RFC 7662)."""

    CLIENT_AUTH_METHODS = SECRET_METHODS

    def __init__(self, said: dict[str, Any] | None) -> None:
        """Keep what the token says, if it is an access token."""
        _Finds.__init__(self, said)
        Introspection.__init__(self)

    def check_permission(self, token: Presented, client: Client, request: ServerRequest) -> bool:
        """Return whether a client may know of a token: if it is its own."""
        del request
        return token.check_client(client)

    def create_introspection_payload(self, token: Presented | None) -> dict[str, Any]:
        """Return what a token is worth; one that the client may not know of is worth nothing."""
        return {"active": False} if token is None else token.describe(self._client)

    def authenticate_token(self, request: ServerRequest, client: Client) -> Presented | None:
        """Return the token, if the client may know of it."""
        self._client = client
        found: Presented | None = super().authenticate_token(request, client)
        return found
