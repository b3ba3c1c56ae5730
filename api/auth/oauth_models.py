"""Clients, people, codes and refresh tokens, as the OAuth library asks about them."""

import secrets
from uuid import UUID

from authlib.oauth2.rfc6749 import AuthorizationCodeMixin, ClientMixin, TokenMixin

from tenants.integrations import token_queries as tokens
from tenants.integrations.models import Integration, IntegrationKind
from tenants.integrations.queries import good_secrets
from tenants.integrations.service import client_id
from tenants.integrations.token_models import AccessGrant, AuthorizationCode, RefreshToken


class Client(ClientMixin):
    """An integration, as the library asks about it.

    Attributes:
        integration: The integration.
    """

    def __init__(self, integration: Integration) -> None:
        """Keep the integration."""
        self.integration = integration

    @property
    def is_public(self) -> bool:
        """Whether it keeps no secret."""
        return self.integration.kind is IntegrationKind.OAUTH_PUBLIC

    def get_client_id(self) -> str:
        """Return the client identifier."""
        return client_id(self.integration.organisation_id, self.integration.id)

    def get_default_redirect_uri(self) -> str | None:
        """Return where to lead back to when the request does not say, if there is one place."""
        addresses = self.integration.redirect_uris
        return addresses[0] if len(addresses) == 1 else None

    def get_allowed_scope(self, scope: str | None) -> str | None:
        """Return the scopes that it gets: those asked for, or all; None if one is not its own."""
        own = self.integration.scopes
        asked = own if scope is None else scope.split()
        known = [one for one in own if one in asked]
        return " ".join(known) if known and len(known) == len(set(asked)) else None

    def still_allowed(self, scopes: list[str]) -> str:
        """Return those of the scopes that were not taken from it since."""
        return " ".join(one for one in scopes if one in self.integration.scopes)

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """Return whether an address is registered, letter by letter."""
        return redirect_uri in self.integration.redirect_uris

    def check_client_secret(self, client_secret: str) -> bool:
        """Return whether a secret is one that counts now."""
        given = tokens.hash_of(client_secret)
        return any(secrets.compare_digest(given, one) for one in good_secrets(self.integration))

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        """Return whether it may prove itself in a way: public ones only by their identifier."""
        del endpoint
        return (method == "none") == self.is_public

    def check_response_type(self, response_type: str) -> bool:
        """Return whether it may send people to the authorization endpoint."""
        return response_type == "code" and bool(self.integration.redirect_uris)

    def check_grant_type(self, grant_type: str) -> bool:
        """Return whether it may get tokens in a way."""
        if grant_type == "client_credentials":
            return not self.is_public
        return bool(self.integration.redirect_uris)


class User:
    """The person behind a code or a refresh token.

    Attributes:
        person_id: Who it is.
        grant: What the person consented to; None at the consent itself.
    """

    def __init__(self, person_id: UUID, grant: AccessGrant | None = None) -> None:
        """Keep both."""
        self.person_id = person_id
        self.grant = grant

    @property
    def grant_id(self) -> UUID | None:
        """The consent."""
        return self.grant.id if self.grant is not None else None

    def get_user_id(self) -> str:
        """Return the subject of the person's tokens."""
        return str(self.person_id)


class PresentedCode(AuthorizationCodeMixin):
    """A code that is good, with what it was given for.

    Attributes:
        row: The code's row, locked.
        code_challenge: What the verifier has to fit.
        code_challenge_method: How.
    """

    code_challenge_method = "S256"

    def __init__(self, row: AuthorizationCode, client: Client) -> None:
        """Keep the row, and what its client may have today."""
        self.row = row
        self.code_challenge = row.code_challenge
        self._scopes = client.still_allowed(row.scopes)

    def get_redirect_uri(self) -> str:
        """Return where the code was sent to, if the request for it said so."""
        return self.row.redirect_uri

    def get_scope(self) -> str:
        """Return what was consented to, without what the client has lost since."""
        return self._scopes


class PresentedRefreshToken(TokenMixin):
    """A refresh token that is good.

    Attributes:
        row: The token's row, locked.
    """

    def __init__(self, row: RefreshToken, client: Client) -> None:
        """Keep the row, and what its client may have today."""
        self.row = row
        self._scopes = client.still_allowed(row.scopes)

    def check_client(self, client: ClientMixin) -> bool:
        """Return that it is the client's: no other one finds it."""
        del client
        return True

    def get_scope(self) -> str:
        """Return what was consented to, without what the client has lost since."""
        return self._scopes
