"""The OAuth 2 authorization server: Authlib's grants and endpoints over the verbs of the domain.

Authlib is synchronous. One server is made for each request, inside `AsyncSession.run_sync`; it
calls the domain's verbs through `call`, which waits for them in the request's own transaction.
"""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import AuthorizationServer, grants
from authlib.oauth2.rfc6749.errors import InvalidRequestError
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc9207 import IssuerParameter
from joserfc.jwk import KeySet

from api.auth.access_tokens import TokenGenerator
from api.auth.oauth_models import Client, PresentedCode, PresentedRefreshToken, User
from api.auth.oauth_requests import Answer, ServerRequest, refusal
from tenants.access import Viewer
from tenants.integrations import token_queries as tokens
from tenants.integrations.scopes import Scope
from tenants.integrations.token_holders import find_role
from tenants.integrations.token_models import AccessGrant, AuthorizationCode, RefreshToken
from tenants.keys import Purpose
from tenants.settings import get_settings
from tenants.tokens import read_token

Call = Callable[..., Any]

# Whoever has the code still lacks the verifier (PKCE), so that nothing is lost by waiting so long.
DOUBLE_CLICK: Final = timedelta(seconds=10)
SECRET_METHODS = ["client_secret_basic", "client_secret_post"]
ALL_METHODS = [*SECRET_METHODS, "none"]


class OAuthServer(AuthorizationServer):
    """One request's server.

    Attributes:
        call: Waits for a verb of the domain: `call(verb, **arguments)`.
        viewer: In whose scope the client is found.
        began_at: When the request came (UTC).
    """

    def __init__(self, call: Call, viewer: Viewer, keys: KeySet) -> None:
        """Register the ways to get a token, and what replaces or ends one."""
        super().__init__(scopes_supported=list(Scope))
        self.call = call
        self.viewer = viewer
        self.began_at = datetime.now(UTC)
        self.issuer = Issuer()
        self.register_token_generator("default", TokenGenerator(keys, _new_token))
        self.register_grant(ClientCredentialsGrant)
        self.register_grant(AuthorizationCodeGrant, [S256Challenge()])
        self.register_grant(RefreshTokenGrant)
        self.register_extension(self.issuer)

    @property
    def organisation_id(self) -> UUID:
        """Whose integration asks."""
        return next(iter(self.viewer.roles))

    def query_client(self, client_id: str) -> Client | None:
        """Return the client, if it is of the organisation in whose scope we are."""
        token = read_token(Purpose.CLIENT, client_id)
        if token is None or token.organisation_id not in self.viewer.roles:
            return None
        found = self.call(
            tokens.find_client,
            organisation_id=token.organisation_id,
            integration_id=token.subject_id,
        )
        return None if found is None else Client(found)

    def save_token(self, token: dict[str, Any], request: ServerRequest) -> None:
        """Keep the hash of a refresh token; an access token proves itself.

        That a machine signed in is recorded; what is done for a person, their consent tells.
        """
        if request.user is None:
            self.call(tokens.note_sign_in, integration=request.client.integration)
        if "refresh_token" in token:
            # The next one is good for as much as the one before, whatever was asked for this time.
            before: PresentedRefreshToken | None = request.refresh_token
            self.call(
                tokens.add_refresh_token,
                grant=request.user.grant,
                token=token["refresh_token"],
                scopes=(token["scope"] if before is None else before.get_scope()).split(),
            )

    def create_oauth2_request(self, request: ServerRequest) -> ServerRequest:
        """Return the request, which is one already."""
        return request

    def handle_response(self, status: int, body: Any, headers: Any) -> Answer:
        """Return an answer."""
        return Answer(status, body, dict(headers or ()))

    def handle_error_response(self, request: ServerRequest, error: OAuth2Error) -> Answer:
        """Return the answer that an error is."""
        del request
        return refusal(error)

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Tell nobody."""

    def find_grant(self, grant_id: UUID, client: Client) -> AccessGrant | None:
        """Return a consent that still stands and was given to the client, or None."""
        found: AccessGrant | None = self.call(
            tokens.find_grant, organisation_id=self.organisation_id, grant_id=grant_id
        )
        is_own = found is not None and found.integration_id == client.integration.id
        return found if is_own else None

    def find_user(self, grant_id: UUID, client: Client) -> User | None:
        """Return who gave a consent, if they have a part in the organisation today, or None."""
        grant = self.find_grant(grant_id, client)
        if grant is None:
            return None
        role = self.call(find_role, organisation_id=self.organisation_id, person_id=grant.person_id)
        return None if role is None else User(grant.person_id, grant)

    def revoke(self, grant_id: UUID) -> None:
        """Make every token of a consent worthless."""
        self.call(tokens.revoke_grant, organisation_id=self.organisation_id, grant_id=grant_id)


class Issuer(IssuerParameter):
    """Names us in every answer that goes through a browser, against mix-up (RFC 9207)."""

    def get_issuer(self) -> str:
        """Return who we are."""
        return get_settings().public_url


class ClientCredentialsGrant(grants.ClientCredentialsGrant):
    """A machine that acts for itself."""

    TOKEN_ENDPOINT_AUTH_METHODS = SECRET_METHODS


class S256Challenge(CodeChallenge):
    """PKCE, which every client needs, and by SHA-256 only."""

    SUPPORTED_CODE_CHALLENGE_METHOD = ("S256",)
    DEFAULT_CODE_CHALLENGE_METHOD = "S256"

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
        """Return only if there is a challenge, of the one method.

        Raises:
            InvalidRequestError: There is none, or it is plain. A request that names no method
                means plain (RFC 7636, section 4.3).
        """
        data = grant.request.payload.data
        if not data.get("code_challenge") or data.get("code_challenge_method") != "S256":
            message = "Send a code_challenge with code_challenge_method=S256."
            raise InvalidRequestError(message)
        super().validate_code_challenge(grant, redirect_uri)


class AuthorizationCodeGrant(grants.AuthorizationCodeGrant):
    """A person who consents in the browser, and an application that fetches the tokens."""

    TOKEN_ENDPOINT_AUTH_METHODS = ALL_METHODS
    server: OAuthServer

    @staticmethod
    def validate_authorization_redirect_uri(request: Any, client: Client) -> str:
        """Return where to lead back to.

        Raises:
            InvalidRequestError: It is not registered; nobody is led there.
        """
        given = request.payload.redirect_uri or client.get_default_redirect_uri()
        if given is None or not client.check_redirect_uri(given):
            message = "The redirect_uri is missing or not registered."
            raise InvalidRequestError(message)
        address: str = given
        return address

    def generate_authorization_code(self) -> str:
        """Return a new code."""
        return _new_token()

    def save_authorization_code(self, code: str, request: ServerRequest) -> None:
        """Keep the hash of a code with what it stands for."""
        self.server.call(
            tokens.add_code,
            integration=request.client.integration,
            person_id=request.user.person_id,
            code=code,
            scopes=request.scope.split(),
            redirect_uri=request.payload.redirect_uri or "",
            code_challenge=request.payload.data["code_challenge"],
        )

    def query_authorization_code(self, code: str, client: Client) -> PresentedCode | None:
        """Return a code that is good, locked; one that was used takes its tokens with it.

        Within seconds of its use it is a double click, which gets nothing and costs nothing.
        """
        found: AuthorizationCode | None = self.server.call(
            tokens.lock_code, organisation_id=self.server.organisation_id, code=code
        )
        if found is None or self.server.find_grant(found.grant_id, client) is None:
            return None
        if found.used_at is not None:
            if found.used_at < self.server.began_at - DOUBLE_CLICK:
                self.server.revoke(found.grant_id)
            return None
        is_good = found.expires_at > self.server.began_at
        return PresentedCode(found, client) if is_good else None

    def delete_authorization_code(self, authorization_code: PresentedCode) -> None:
        """Note that the code was used; it stays, to know a replay by."""
        authorization_code.row.used_at = datetime.now(UTC)

    def authenticate_user(self, authorization_code: PresentedCode) -> User | None:
        """Return the person who consented, with a part in the organisation still."""
        return self.server.find_user(authorization_code.row.grant_id, self.request.client)


class RefreshTokenGrant(grants.RefreshTokenGrant):
    """The next tokens of a consent; each refresh token is good once."""

    TOKEN_ENDPOINT_AUTH_METHODS = ALL_METHODS
    INCLUDE_NEW_REFRESH_TOKEN = True
    server: OAuthServer

    def authenticate_refresh_token(self, refresh_token: str) -> PresentedRefreshToken | None:
        """Return a refresh token that is good, locked; a replay takes the whole family with it.

        Of two that hold the same token one may be a thief, and nobody can tell which
        (RFC 9700, section 4.14).
        """
        found: RefreshToken | None = self.server.call(
            tokens.lock_refresh_token,
            organisation_id=self.server.organisation_id,
            token=refresh_token,
        )
        if found is None or self.server.find_grant(found.grant_id, self.request.client) is None:
            return None
        if found.used_at is not None:
            self.server.revoke(found.grant_id)
            return None
        is_good = found.expires_at > self.server.began_at
        return PresentedRefreshToken(found, self.request.client) if is_good else None

    def authenticate_user(self, refresh_token: PresentedRefreshToken) -> User | None:
        """Return the person who consented, with a part in the organisation still."""
        return self.server.find_user(refresh_token.row.grant_id, self.request.client)

    def revoke_old_credential(self, refresh_token: PresentedRefreshToken) -> None:
        """Note that the refresh token was used."""
        refresh_token.row.used_at = datetime.now(UTC)


def _new_token(*_: Any, **__: Any) -> str:
    return secrets.token_urlsafe(32)
