"""Signing in through an OpenID provider: Authlib's Starlette client, with a provider per owner.

What the client has to remember between leaving and coming back (state, nonce, PKCE's verifier) is
sealed into a cookie of the browser that left, so that nobody else can come back with it.
"""

import binascii
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from time import time
from typing import Any, Final
from uuid import UUID

import httpx2
from authlib.integrations.base_client import OAuthError
from authlib.integrations.starlette_client import StarletteIntegration, StarletteOAuth2App
from cryptography.exceptions import InvalidTag
from joserfc.errors import JoseError
from starlette.requests import Request

from api.auth.outgoing import PublicTransport, Unreachable
from tenants.keys import decrypt_text, encrypt_text
from tenants.organisations.models import IdentityProvider
from tenants.organisations.providers import client_secret_of
from tenants.settings import get_settings

FLOW_COOKIE: Final = "afterword_flow"
FLOW_SECONDS: Final = 600
_CONTEXT: Final = b"flow of signing in"
# None signs nothing, and a secret that both know signs for either.
_ALGORITHMS: Final = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"}) | {
    "ES256",
    "ES384",
    "ES512",
    "EdDSA",
}


class SignInFailed(Exception):
    """Nobody came back from the provider as somebody; says why in a word, for the log.

    Attributes:
        is_temporary: Whether the provider cannot be reached or makes no sense, rather than the
            browser.
    """

    def __init__(self, reason: str, *, is_temporary: bool = False) -> None:
        """Keep the reason."""
        super().__init__(reason)
        self.is_temporary = is_temporary


@dataclass(frozen=True, slots=True)
class Flow:
    """What is remembered of somebody who left for a provider.

    Attributes:
        provider_id: For which one.
        wanted: Where to go afterwards.
        person_id: Who proved a moment ago by a password who they are.
        join: The token of the invitation's link that brought them.
    """

    provider_id: UUID
    wanted: str
    person_id: UUID | None = None
    join: str | None = None


@dataclass(frozen=True, slots=True)
class Claimed:
    """Who the provider says came.

    Attributes:
        issuer: Which provider.
        subject: Its lasting name of the person.
        email: Their address, in lower case; None unless the provider has verified it.
        name: How to address them.
        id_token: What to show the provider at signing out.
    """

    issuer: str
    subject: str
    email: str | None
    name: str | None
    id_token: str


def redirect_uri() -> str:
    """Return where providers send browsers back to."""
    return f"{get_settings().public_url}/sign-in/callback"


async def leave(request: Request, provider: IdentityProvider, flow: Flow) -> tuple[str, str]:
    """Return where the browser goes, and what it has to remember.

    Raises:
        SignInFailed: The provider cannot be reached or makes no sense.
    """
    request.scope["session"] = {}
    try:
        client = await _client(provider)
        response = await client.authorize_redirect(request, redirect_uri())
    except _REFUSED as error:
        raise SignInFailed(type(error).__name__, is_temporary=True) from None
    kept = {
        "until": time() + FLOW_SECONDS,
        "provider": str(provider.id),
        "wanted": flow.wanted,
        "person": str(flow.person_id) if flow.person_id else None,
        "join": flow.join,
        "session": request.session,
    }
    return response.headers["location"], seal_flow(kept)


def read_flow(sealed: str) -> tuple[Flow, dict[str, Any]]:
    """Return what the browser remembered.

    Raises:
        SignInFailed: Nothing of ours, or too old.
    """
    kept = open_flow(sealed)
    person = kept["person"]
    flow = Flow(
        UUID(kept["provider"]), kept["wanted"], UUID(person) if person else None, kept["join"]
    )
    return flow, kept["session"]


async def come_back(
    request: Request, provider: IdentityProvider, remembered: dict[str, Any]
) -> Claimed:
    """Return who came back, once the provider's word for it is checked.

    Raises:
        SignInFailed: State, code, nonce, signature, issuer or audience is not what it has to be.
    """
    request.scope["session"] = remembered
    named = request.query_params.get("iss")
    if named is not None and named != provider.issuer:
        # RFC 9207: another provider's answer.
        reason = "another issuer"
        raise SignInFailed(reason)
    try:
        client = await _client(provider)
        token = await client.authorize_access_token(request)
        claims = token.get("userinfo")
        if claims is None:
            reason = "no id token"
            raise SignInFailed(reason)
        facts = {**claims}
        endpoint = client.server_metadata.get("userinfo_endpoint")
        if facts.get("email") is None and endpoint:
            more = await client.userinfo(token=token)
            if more.get("sub") != facts["sub"]:
                reason = "another subject"
                raise SignInFailed(reason)
            facts = {**more, **facts}
    except Unreachable as error:
        raise SignInFailed(str(error), is_temporary=True) from None
    except _REFUSED as error:
        raise SignInFailed(type(error).__name__) from None
    return _claimed(facts, str(token["id_token"]))


async def find_logout(provider: IdentityProvider, id_token: str) -> str | None:
    """Return where somebody signs out at the provider, too; None if that is not possible."""
    try:
        client = await _client(provider)
        found = await client.create_logout_url(
            post_logout_redirect_uri=f"{get_settings().public_url}/sign-in",
            id_token_hint=id_token,
            client_id=provider.client_id,
        )
    except _REFUSED:
        return None
    return str(found["url"])


def seal_flow(kept: dict[str, Any]) -> str:
    """Return something to remember as a cookie's value that only we can read or make."""
    return urlsafe_b64encode(encrypt_text(_CONTEXT, json.dumps(kept))).decode()


def open_flow(sealed: str) -> dict[str, Any]:
    """Return what `seal_flow` was given.

    Raises:
        SignInFailed: It is not ours, or too old.
    """
    try:
        kept: dict[str, Any] = json.loads(decrypt_text(_CONTEXT, urlsafe_b64decode(sealed)))
    except (binascii.Error, ValueError, InvalidTag):
        reason = "no flow"
        raise SignInFailed(reason) from None
    if kept["until"] < time():
        reason = "too late"
        raise SignInFailed(reason)
    return kept


async def _client(provider: IdentityProvider) -> StarletteOAuth2App:
    """Return a client of the provider, whose own document was read and agrees with what is set."""
    client = StarletteOAuth2App(
        StarletteIntegration("provider"),
        name="provider",
        client_id=provider.client_id,
        client_secret=client_secret_of(provider),
        server_metadata_url=f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={
            "scope": "openid email profile",
            "code_challenge_method": "S256",
            "transport": PublicTransport(),
            "follow_redirects": False,
            "trust_env": False,
        },
        user_agent="Afterword",
    )
    metadata = await client.load_server_metadata()
    if metadata.get("issuer") != provider.issuer:
        reason = "its document names another issuer"
        raise Unreachable(reason)
    offered = metadata.get("id_token_signing_alg_values_supported") or ["RS256"]
    metadata["id_token_signing_alg_values_supported"] = [
        one for one in offered if one in _ALGORITHMS
    ]
    return client


def _claimed(facts: dict[str, Any], id_token: str) -> Claimed:
    email, name = facts.get("email"), facts.get("name")
    verified = facts.get("email_verified") in {True, "true"} and isinstance(email, str)
    return Claimed(
        issuer=str(facts["iss"]),
        subject=str(facts["sub"]),
        email=str(email).strip().lower() if verified else None,
        name=name if isinstance(name, str) else None,
        id_token=id_token,
    )


# What Authlib, the transport and a provider that makes no sense raise.
_REFUSED: Final = (
    Unreachable,
    OAuthError,
    JoseError,
    httpx2.HTTPError,
    RuntimeError,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
)
