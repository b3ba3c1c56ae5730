"""Links and intake addresses that carry their scope, so that they need not be stored."""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from uuid import UUID

from tenants.keys import Purpose, mac

_ID_BYTES = 16
_MAC_BYTES = 16
_BODY_BYTES = 2 * _ID_BYTES + 1


@dataclass(frozen=True, slots=True)
class Token:
    """What a token says, once its seal was found good.

    Attributes:
        organisation_id: Whose scope it opens.
        subject_id: Invitation or integration.
        number: Which mail of the invitation; 0 for an integration.
    """

    organisation_id: UUID
    subject_id: UUID
    number: int = 0


def hash_token(token: str) -> bytes:
    """Return what is kept of a token. It is random, so that a plain digest cannot be guessed."""
    return hashlib.sha256(token.encode()).digest()


def make_token(purpose: Purpose, token: Token) -> str:
    """Return base64url(organisation id ‖ subject id ‖ number ‖ 128 bits of HMAC over the rest)."""
    body = token.organisation_id.bytes + token.subject_id.bytes + token.number.to_bytes(1, "big")
    return base64.urlsafe_b64encode(body + mac(purpose, body)[:_MAC_BYTES]).decode().rstrip("=")


def read_token(purpose: Purpose, text: str) -> Token | None:
    """Return what a token says, or None if this installation did not make it for this purpose."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    body, seal = raw[:_BODY_BYTES], raw[_BODY_BYTES:]
    # Base64 has several spellings of one text; only the one that we write is ours.
    if len(seal) != _MAC_BYTES or base64.urlsafe_b64encode(raw).decode().rstrip("=") != text:
        return None
    if not hmac.compare_digest(seal, mac(purpose, body)[:_MAC_BYTES]):
        return None
    return Token(
        UUID(bytes=body[:_ID_BYTES]), UUID(bytes=body[_ID_BYTES : 2 * _ID_BYTES]), body[-1]
    )
