"""Sessions of browsers: begun, kept alive while they are used, listed, ended."""

import base64
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from tenants import audit
from tenants.access import Viewer
from tenants.audit import AuditAction
from tenants.errors import NotFound
from tenants.keys import Purpose, decrypt_text, encrypt_text, mac
from tenants.organisations import session_queries as queries
from tenants.organisations.models import AccessToken, TokenKind
from tenants.settings import get_settings
from tenants.tokens import hash_token
from tenants.work import Session

# A session's use is written down this often, so that looking at a page is not writing.
KEEP_ALIVE_EVERY: Final = timedelta(minutes=1)
_LONGEST_USER_AGENT: Final = 300
_ID_TOKEN: Final = b"id token"


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A browser in which a person is signed in.

    Attributes:
        id: Names it, and opens nothing.
        started_at: When the person signed in.
        used_at: When it was last used, to the minute.
        ends_at: When it ends at the latest.
        user_agent: What the browser called itself.
        is_current: Whether it is the one that asks.
    """

    id: str
    started_at: datetime
    used_at: datetime
    ends_at: datetime
    user_agent: str | None
    is_current: bool


async def start_session(
    session: Session,
    viewer: Viewer,
    *,
    person_id: UUID,
    user_agent: str | None = None,
    with_password: bool = True,
    provider_id: UUID | None = None,
    id_token: str | None = None,
    earlier_hash: bytes | None = None,
) -> str:
    """Return the token of a new session of a person, which is kept as a hash only.

    Args:
        session: The transaction.
        viewer: The operator.
        person_id: Whose session.
        user_agent: What the browser calls itself.
        with_password: Whether the person has just given their password.
        provider_id: The provider that they have just come through.
        id_token: What that provider wants to see when they sign out.
        earlier_hash: Of the session so far in the same browser; if it is the same person's, what
            it proved stays proved.
    """
    settings, now = get_settings(), datetime.now(UTC)
    token = secrets.token_urlsafe(32)
    earlier = await queries.find_living(
        session, viewer, token_hash=earlier_hash, person_id=person_id
    )
    proved = [] if earlier is None else list(earlier.provider_ids or ())
    kept = encrypt_text(_ID_TOKEN, id_token) if id_token else earlier and earlier.id_token
    ends_at = now + timedelta(hours=settings.session_hours)
    row = AccessToken(
        token_hash=hash_token(token),
        person_id=person_id,
        kind=TokenKind.SESSION,
        created_at=now,
        expires_at=min(ends_at, now + timedelta(minutes=settings.session_idle_minutes)),
        ends_at=ends_at,
        used_at=now,
        user_agent=user_agent[:_LONGEST_USER_AGENT] if user_agent else None,
        with_password=with_password or (earlier is not None and earlier.with_password is not False),
        provider_ids=[one for one in proved if one != provider_id]
        + ([provider_id] if provider_id else []),
        id_token=kept or None,
    )
    await queries.add_session(session, viewer, row=row)
    return token


def is_due(ends_at: datetime | None, used_at: datetime | None) -> bool:
    """Return whether it is to be written down that a session is used."""
    recently = used_at is not None and datetime.now(UTC) - used_at < KEEP_ALIVE_EVERY
    return ends_at is not None and not recently


def id_token_of(token: AccessToken) -> str | None:
    """Return what the provider of a session wants to see when its person signs out."""
    return decrypt_text(_ID_TOKEN, token.id_token) if token.id_token else None


async def keep_alive(session: Session, viewer: Viewer, *, token: AccessToken) -> None:
    """Let the presented session live on, because it was used; other tokens have a fixed end."""
    if token.ends_at is None or not is_due(token.ends_at, token.used_at):
        return
    now = datetime.now(UTC)
    idle = timedelta(minutes=get_settings().session_idle_minutes)
    await queries.extend_presented(
        session, viewer, used_at=now, expires_at=min(token.ends_at, now + idle)
    )


async def list_sessions(session: Session, viewer: Viewer) -> Sequence[OpenSession]:
    """Return the sessions that the viewer has open, the last used first."""
    rows = await queries.list_own_sessions(session, viewer)
    return [_shown(row, viewer) for row in rows]


async def revoke_session(session: Session, viewer: Viewer, *, session_id: str) -> OpenSession:
    """End one of the viewer's sessions and return what it was.

    Raises:
        NotFound: The viewer has no such session.
    """
    for row in await queries.list_own_sessions(session, viewer):
        if _id_of(row) == session_id:
            await queries.delete_own_sessions(session, viewer, token_hashes=[row.token_hash])
            await note_everywhere(session, viewer, action=AuditAction.SESSIONS_ENDED)
            return _shown(row, viewer)
    noun = "session"
    raise NotFound(noun, field="sessionId")


async def revoke_sessions(session: Session, viewer: Viewer, *, keep_current: bool) -> int:
    """End every session of the viewer, or all but the one that asks; return how many there were."""
    kept = viewer.token_hash if keep_current else None
    rows = await queries.list_own_sessions(session, viewer)
    ended = [row.token_hash for row in rows if row.token_hash != kept]
    await queries.delete_own_sessions(session, viewer, token_hashes=ended)
    if ended:
        await note_everywhere(session, viewer, action=AuditAction.SESSIONS_ENDED)
    return len(ended)


async def note_everywhere(session: Session, viewer: Viewer, *, action: AuditAction) -> None:
    """Write into the log of each of the viewer's organisations and firms what they did.

    It is about their own account.
    """
    for organisation_id in viewer.roles:
        await audit.record(session, viewer, action, organisation_id, viewer.id)
    for firm_id in viewer.firms:
        await audit.record_in_firm(session, viewer, action, firm_id, viewer.id)


def _shown(row: AccessToken, viewer: Viewer) -> OpenSession:
    return OpenSession(
        id=_id_of(row),
        started_at=row.created_at,
        used_at=row.used_at or row.created_at,
        ends_at=row.ends_at or row.expires_at,
        user_agent=row.user_agent,
        is_current=row.token_hash == viewer.token_hash,
    )


def _id_of(row: AccessToken) -> str:
    digest = mac(Purpose.TOKEN, b"session", row.token_hash)
    return base64.urlsafe_b64encode(digest[:15]).decode()
