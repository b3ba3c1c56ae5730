"""The keys that sign access tokens: one signs at a time, the others are still, or already, known.

A new key is published an hour before it signs, so that whoever keeps a copy of the published keys
knows it by then; the one before it stays published until its last token has expired.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from cryptography.exceptions import InvalidTag
from joserfc.jwk import ECKey, KeyParameters, KeySet

from tenants.access import Viewer, require_operator
from tenants.integrations import signing_key_queries as queries
from tenants.integrations.token_models import SigningKey
from tenants.keys import Purpose, decrypt_text, encrypt_text
from tenants.work import Session

ALGORITHM: Final = "ES256"
ACCESS_TOKEN_SECONDS: Final = 600
KEY_LIFETIME: Final = timedelta(days=30)
# Copies of the published keys may be older than the header of the answer says.
PUBLISHED_BEFORE: Final = timedelta(hours=1)
_PUBLISHED_AFTER: Final = timedelta(seconds=ACCESS_TOKEN_SECONDS) + timedelta(minutes=5)


async def get_signing_key(session: Session, viewer: Viewer) -> KeySet:
    """Return the key that signs now, alone in a set; made if the installation has none yet."""
    require_operator(viewer)
    row = _signing(await queries.list_keys(session, viewer))
    if row is None:
        await queries.lock_keys(session, viewer)
        row = _signing(await queries.list_keys(session, viewer))
    if row is None:
        row = await _add_key(session, viewer, datetime.now(UTC))
    private = open_private_key(row.id, row.private_key)
    if private is None:
        message = "the signing key was sealed with another SECRET_KEY"
        raise RuntimeError(message)
    parameters: KeyParameters = {"kid": row.id, "alg": ALGORITHM, "use": "sig"}
    return KeySet([ECKey.import_key(private, parameters)])


def open_private_key(key_id: str, sealed: bytes) -> str | None:
    """Return the private part of a key, or None if another `SECRET_KEY` has sealed it."""
    try:
        return decrypt_text(_context(key_id), sealed)
    except InvalidTag:
        return None


async def get_published_keys(session: Session, viewer: Viewer) -> KeySet:
    """Return the public part of every key whose tokens are good, now or soon."""
    require_operator(viewer)
    rows = await queries.list_keys(session, viewer)
    return KeySet([ECKey.import_key(row.public_key) for row in rows])


async def rotate_signing_keys(
    session: Session,
    viewer: Viewer,
    *,
    least_age: timedelta = timedelta(0),
    at_once: bool = False,
) -> bool:
    """Put a new key in the place of the one that signs, and drop those that nobody needs any more.

    Args:
        session: The transaction.
        viewer: The operator.
        least_age: A key younger than this is left to sign.
        at_once: Let the new key sign now and forget all others: every access token is worthless,
            and integrations have to ask for new ones. For a key that has become known.

    Returns:
        Whether a new key was made.
    """
    require_operator(viewer)
    await queries.lock_keys(session, viewer)
    now = datetime.now(UTC)
    rows = await queries.list_keys(session, viewer)
    if at_once:
        await queries.delete_keys(session, viewer, ids=[row.id for row in rows])
        await _add_key(session, viewer, now)
        return True
    superseded = [
        older.id
        for older, younger in zip(rows[1:], rows, strict=False)
        if younger.active_at + _PUBLISHED_AFTER < now
    ]
    await queries.delete_keys(session, viewer, ids=superseded)
    newest = rows[0] if rows else None
    if newest is not None and (newest.active_at > now or newest.active_at + least_age > now):
        return False
    await _add_key(session, viewer, now if newest is None else now + PUBLISHED_BEFORE)
    return True


def _signing(rows: Sequence[SigningKey]) -> SigningKey | None:
    """Return the youngest key that is active, of those that our secret key opens."""
    now = datetime.now(UTC)
    opened = (
        row for row in rows if row.active_at <= now and open_private_key(row.id, row.private_key)
    )
    return next(opened, None)


async def _add_key(session: Session, viewer: Viewer, active_at: datetime) -> SigningKey:
    key = ECKey.generate_key("P-256")
    key_id = key.thumbprint()
    row = SigningKey(
        id=key_id,
        public_key={
            **key.as_dict(private=False),
            "kid": key_id,
            "alg": ALGORITHM,
            "use": "sig",
        },
        private_key=encrypt_text(_context(key_id), key.as_pem(private=True).decode()),
        created_at=datetime.now(UTC),
        active_at=active_at,
    )
    await queries.add_key(session, viewer, row)
    return row


def _context(key_id: str) -> bytes:
    return f"{Purpose.SIGNING} {key_id}".encode()
