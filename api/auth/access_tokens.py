"""Access tokens (RFC 9068): how they are made, and what one says that is presented."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final
from uuid import UUID, uuid4

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc9068 import JWTBearerTokenGenerator, JWTBearerTokenValidator
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from tenants.access import Viewer
from tenants.db import run
from tenants.errors import Unauthenticated
from tenants.integrations.signing_keys import (
    ACCESS_TOKEN_SECONDS,
    ALGORITHM,
    get_published_keys,
)
from tenants.integrations.token_holders import TokenClaims, authenticate_token
from tenants.keys import Purpose
from tenants.settings import get_settings
from tenants.tokens import read_token

# How long another process may go on trusting a key that was forgotten at once.
_KEYS_SECONDS: Final = 60
_LONGEST: Final = 4096
_known: dict[str, Any] = {"keys": KeySet([]), "until": 0.0}


def audience() -> str:
    """Return what access tokens are for: the address of the API."""
    return f"{get_settings().public_url}/graphql"


class TokenGenerator(JWTBearerTokenGenerator):
    """Makes access tokens, signed with the one key that signs now."""

    def __init__(self, keys: KeySet, refresh_token: Any) -> None:
        """Keep the key."""
        super().__init__(
            get_settings().public_url,
            ALGORITHM,
            refresh_token_generator=refresh_token,
            expires_generator=ACCESS_TOKEN_SECONDS,
        )
        self._keys = keys

    def get_jwks(self) -> KeySet:
        """Return the key."""
        return self._keys

    def get_audiences(self, client: Any, user: Any, scope: str) -> str:
        """Return what the token is for."""
        del client, user, scope
        return audience()

    def get_jti(self, client: Any, grant_type: str, user: Any, scope: str) -> str:
        """Return by which the token can be revoked."""
        del client, grant_type, user, scope
        return uuid4().hex

    def get_extra_claims(
        self, client: Any, grant_type: str, user: Any, scope: str
    ) -> dict[str, str]:
        """Return of which consent the token is, if it is a person's."""
        del client, grant_type, scope
        return {} if user is None else {"grant_id": str(user.grant_id)}


class _Validator(JWTBearerTokenValidator):
    def __init__(self, keys: KeySet) -> None:
        super().__init__(get_settings().public_url, audience())
        self._keys = keys

    def get_jwks(self) -> KeySet:
        return self._keys


def forget_keys() -> None:
    """Ask for the published keys again when they are next needed."""
    _known.update(until=0.0)


def looks_like_one(token: str) -> bool:
    """Return whether a bearer token can only be an access token: no other has dots in it."""
    return token.count(".") == 2  # noqa: PLR2004 - header, claims and signature.


async def read_access_token(token: str) -> dict[str, Any]:
    """Return what an access token of ours says, if its time is not over.

    Raises:
        Unauthenticated: It is not ours, was altered, is for something else, or has expired.
    """
    header: dict[str, Any] = {}
    with _good_or_worthless():
        header = jws.extract_compact(token[:_LONGEST].encode()).headers()
    keys = await _keys_with(str(header.get("kid")))
    validator = _Validator(keys)
    with _good_or_worthless():
        claims = validator.authenticate_token(token)
        validator.validate_token(claims, None, None)
    if (header.get("typ"), header.get("alg")) != ("at+jwt", ALGORITHM):
        raise worthless()
    return dict(claims)


@contextmanager
def _good_or_worthless() -> Iterator[None]:
    try:
        yield
    except (JoseError, OAuth2Error, ValueError, TypeError):
        raise worthless() from None


def worthless() -> Unauthenticated:
    """Return what is said of every token that is not good, whatever is wrong with it."""
    message = "The access token is unknown or has expired."
    return Unauthenticated(message)


def claims_of(said: dict[str, Any]) -> TokenClaims:
    """Return what the claims of an access token mean to us.

    Raises:
        Unauthenticated: They name a client that we know nothing of.
    """
    client = read_token(Purpose.CLIENT, str(said["client_id"]))
    if client is None:
        raise worthless()
    grant = said.get("grant_id")
    return TokenClaims(
        client.organisation_id,
        client.subject_id,
        token_id=said["jti"],
        scopes=tuple(str(said.get("scope", "")).split()),
        person_id=None if grant is None else UUID(said["sub"]),
        grant_id=None if grant is None else UUID(grant),
    )


async def viewer_of_access_token(token: str) -> Viewer:
    """Return whom an access token stands for, now.

    Raises:
        Unauthenticated: It is not good, or not any more.
    """
    claims = claims_of(await read_access_token(token))
    return await run(authenticate_token, claims.presenter(), claims=claims)


async def _keys_with(key_id: str) -> KeySet:
    """Return the published keys, read anew when they are old or this one is not among them."""
    keys: KeySet = _known["keys"]
    if _known["until"] < time.monotonic() or all(key.kid != key_id for key in keys):
        keys = await run(get_published_keys, Viewer.operator())
        _known.update(keys=keys, until=time.monotonic() + _KEYS_SECONDS)
    return keys
