"""Keys derived from the one secret outside the database, and what is sealed with them."""

import hmac
import json
import os
import zlib
from enum import StrEnum
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tenants.errors import InvalidInput
from tenants.settings import get_settings

NONCE_BYTES = 12
# Every sealed text has this length, so that the length of what a candidate wrote does not show
# beside the invitation. Four times what the longest built-in questionnaire compresses to.
SEALED_BYTES = 1 << 16
_MAX_UNPACKED_BYTES = 1 << 20


class Purpose(StrEnum):
    """What a derived key is for; keys of different purposes tell nothing of each other."""

    DATABASE = "database"
    LINK = "link"
    DRAFT = "draft"
    KEYED_IN = "keyed_in"
    HOLDING = "holding"
    INTAKE = "intake"
    CLIENT = "client"
    CONSENT = "consent"
    SIGNING = "signing"
    SECRET = "secret"  # noqa: S105 - the name of a purpose, not a secret.
    CANDIDATE = "candidate"
    RECEIPT = "receipt"
    RETRY = "retry"
    IMPORT = "import"
    TOKEN = "token"  # noqa: S105 - likewise.
    OBSERVER = "observer"
    ORDER = "order"
    EVENT = "event"
    MEMBER = "member"
    FIRM_MEMBER = "firm member"
    FORM = "form"
    ATTEMPT = "attempt"
    RESET = "reset"
    DIGEST = "digest"
    ADDRESS = "address"
    OPT_OUT = "opt-out"
    MAIL = "mail"


@lru_cache(maxsize=64)
def _derive(secret: bytes, purpose: Purpose) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=b"afterword/" + purpose.encode()).derive(secret)


def key(purpose: Purpose) -> bytes:
    """Return the 32-byte key of one purpose.

    Source: RFC 5869 (HKDF-SHA256).
    """
    return _derive(get_settings().secret_key.get_secret_value().encode(), purpose)


def mac(purpose: Purpose, *parts: bytes) -> bytes:
    """Return HMAC-SHA256 over the parts, each preceded by its length so that none runs over."""
    whole = b"".join([len(part).to_bytes(4, "big") + part for part in parts])
    return hmac.digest(key(purpose), whole, "sha256")


def seal(purpose: Purpose, context: bytes, document: Any) -> bytes:
    """Return a JSON document encrypted to a text of always the same length.

    Args:
        purpose: Which key.
        context: Bound to the text: it opens only with the same context.
        document: Anything that JSON can say.

    Returns:
        Nonce, then AES-256-GCM over the compressed document padded to `SEALED_BYTES`.

    Raises:
        InvalidInput: The document does not fit (code INVALID_INPUT).
    """
    packed = zlib.compress(json.dumps(document, separators=(",", ":")).encode(), 9)
    if len(packed) + 4 > SEALED_BYTES:
        message = "These answers are too long to be kept together; please shorten the longest."
        raise InvalidInput(message, field="answers")
    padded = (len(packed).to_bytes(4, "big") + packed).ljust(SEALED_BYTES, b"\0")
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(mac(purpose, context)).encrypt(nonce, padded, context)


def unseal(purpose: Purpose, context: bytes, sealed: bytes) -> Any:
    """Return the document that `seal` was given.

    Raises:
        ValueError: The text was altered, or sealed with another key or context.
    """
    try:
        padded = AESGCM(mac(purpose, context)).decrypt(
            sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], context
        )
    except InvalidTag as error:
        message = "the sealed text does not open with this key"
        raise ValueError(message) from error
    length = int.from_bytes(padded[:4], "big")
    unpacked = zlib.decompressobj().decompress(padded[4 : 4 + length], _MAX_UNPACKED_BYTES)
    return json.loads(unpacked)


def seal_number(purpose: Purpose, context: bytes, number: int) -> bytes:
    """Return a number as bytes that say nothing of it: the same for the same number and context.

    Source: RFC 5297 (AES-SIV).
    """
    return AESSIV(key(purpose)).encrypt(number.to_bytes(8, "big"), [context])


def unseal_number(purpose: Purpose, context: bytes, sealed: bytes) -> int:
    """Return the number that `seal_number` was given.

    Raises:
        ValueError: The bytes are others, or were made with another key or context.
    """
    try:
        return int.from_bytes(AESSIV(key(purpose)).decrypt(sealed, [context]), "big")
    except InvalidTag as error:
        message = "the sealed number does not open with this key"
        raise ValueError(message) from error


def encrypt_text(context: bytes, text: str) -> bytes:
    """Return a short secret (a webhook's key) encrypted for the database."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key(Purpose.SECRET)).encrypt(nonce, text.encode(), context)


def decrypt_text(context: bytes, sealed: bytes) -> str:
    """Return what `encrypt_text` was given with the same context."""
    cipher = AESGCM(key(Purpose.SECRET))
    return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], context).decode()
