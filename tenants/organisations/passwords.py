"""Passwords: hashed by argon2id, checked at the same cost for everybody, forgotten and set anew."""

import asyncio
import secrets
from typing import Final
from uuid import UUID

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from tenants.access import Viewer
from tenants.errors import InvalidInput, Unauthenticated
from tenants.organisations import queries
from tenants.work import Session

SHORTEST_PASSWORD: Final = 12
LONGEST_PASSWORD: Final = 1_000

_PASSWORDS = PasswordHash((Argon2Hasher(),))
# Checked when there is nobody, so that an unknown address takes as long as a wrong password.
_NOBODYS_HASH = _PASSWORDS.hash(secrets.token_urlsafe())


def hash_password(password: str) -> str:
    """Return what is kept of a password."""
    return _PASSWORDS.hash(password)


def check_new_password(password: str, *, email: str) -> None:
    """Return only if a password may be chosen.

    Raises:
        InvalidInput: It is too short or too long, or the address itself.
    """
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        message = f"A password has at least {SHORTEST_PASSWORD} characters."
        raise InvalidInput(message, field="password")
    if password.strip().lower() == email or len(set(password)) == 1:
        message = "This password would be tried first. Choose another one."
        raise InvalidInput(message, field="password")


async def hash_new_password(password: str, *, email: str) -> str:
    """Return what is kept of a password that somebody chose.

    Raises:
        InvalidInput: It may not be chosen.
    """
    check_new_password(password, email=email)
    # Hashing is slow on purpose, and nobody else should wait for it.
    return await asyncio.to_thread(_PASSWORDS.hash, password)


async def sign_in(session: Session, viewer: Viewer, *, email: str, password: str) -> UUID:
    """Return who signs in with an address and a password.

    A hash that was made with weaker parameters than today's is replaced on the way.

    Raises:
        Unauthenticated: Unknown address or wrong password; the answer and its time do not tell.
    """
    person = await queries.find_person_by_email(session, viewer, email=email)
    known = person.password_hash if person is not None else None
    fits, renewed = await asyncio.to_thread(
        _PASSWORDS.verify_and_update, password, known or _NOBODYS_HASH
    )
    if not fits or person is None or known is None:
        message = "This address and password do not belong together."
        raise Unauthenticated(message)
    if renewed is not None:
        person.password_hash = renewed
    return person.id
