"""Forgotten passwords: a link by mail, and a new password by the link."""

import base64
from datetime import UTC, datetime, timedelta
from uuid import UUID

from tenants import work
from tenants.access import Viewer, require_operator
from tenants.errors import LinkUnusable
from tenants.keys import Purpose, mac
from tenants.letters import Letter, message_id
from tenants.model import new_id
from tenants.organisations import password_queries as queries
from tenants.organisations import session_queries
from tenants.organisations.models import PasswordReset, Person
from tenants.organisations.passwords import hash_new_password
from tenants.settings import get_settings
from tenants.tokens import hash_token
from tenants.work import Session

_BODY = """\
Hello,

somebody asked for a new password for {email} on Afterword. Choose it here within {minutes} minutes:

{link}

The link works once. Choosing a password ends every session in which you are signed in. If you did
not ask for this, do nothing: your password stays as it is.
"""


async def request_password_reset(session: Session, viewer: Viewer, *, email: str) -> None:
    """Send a link for a new password to an address that has an account.

    Whether it has one shows nowhere: a row and a job are made in any case.
    """
    require_operator(viewer)
    now = datetime.now(UTC)
    await queries.forget_resets(session, viewer, before=now - timedelta(days=1))
    person_id = await queries.find_person_id(session, viewer, email=email.strip().lower())
    reset_id = new_id()
    session.add(
        PasswordReset(
            id=reset_id,
            token_hash=hash_token(_token(reset_id)),
            person_id=person_id,
            created_at=now,
            expires_at=now + timedelta(minutes=get_settings().password_reset_minutes),
            used_at=None,
        )
    )
    work.enqueue(session, "people.reset_password", None, reset_id=str(reset_id))


async def write_password_reset(
    session: Session, viewer: Viewer, *, reset_id: UUID
) -> Letter | None:
    """Return the mail with the link, or None if there is nobody to write to, or no more time."""
    found = await queries.find_reset(session, viewer, reset_id=reset_id)
    if found is None:
        return None
    reset, person = found
    if reset.used_at is not None or reset.expires_at <= datetime.now(UTC):
        return None
    settings = get_settings()
    return Letter(
        to=person.email,
        subject="A new password for Afterword",
        body=_BODY.format(
            email=person.email,
            minutes=settings.password_reset_minutes,
            link=f"{settings.public_url}/reset-password/{_token(reset_id)}",
        ),
        message_id=message_id(Purpose.RESET, reset_id.bytes),
        language="en",
    )


async def get_password_reset(session: Session, viewer: Viewer, *, token: str) -> str:
    """Return the address whose password the link lets its holder choose.

    Raises:
        LinkUnusable: It is unknown, was used, or its time is over.
    """
    _, person = await _find_usable(session, viewer, token)
    return person.email


async def reset_password(session: Session, viewer: Viewer, *, token: str, password: str) -> UUID:
    """Let the link's holder choose a password; every session of theirs ends. Return who it is.

    Raises:
        LinkUnusable: The link is unknown, was used, or its time is over.
        InvalidInput: The password may not be chosen.
    """
    reset, person = await _find_usable(session, viewer, token)
    person.password_hash = await hash_new_password(password, email=person.email)
    reset.used_at = datetime.now(UTC)
    await session.flush()
    await queries.use_up_resets(session, viewer, person_id=person.id)
    await session_queries.delete_sessions_of(session, viewer, person_id=person.id)
    return person.id


async def _find_usable(
    session: Session, viewer: Viewer, token: str
) -> tuple[PasswordReset, Person]:
    found = await queries.hold_reset_of_token(session, viewer, token_hash=hash_token(token))
    if found is not None:
        reset, _ = found
        if reset.used_at is None and reset.expires_at > datetime.now(UTC):
            return found
    message = "This link is not valid any more. Ask for a new one."
    raise LinkUnusable(message)


def _token(reset_id: UUID) -> str:
    """Return the link's secret, which is made again when the mail is written and kept nowhere."""
    return (
        base64.urlsafe_b64encode(mac(Purpose.RESET, b"link", reset_id.bytes)).decode().rstrip("=")
    )
