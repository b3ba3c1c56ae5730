"""Passwords: hashed by argon2id, checked at the same cost for everybody, forgotten and set anew."""

import asyncio
import secrets
from typing import Final
from uuid import UUID

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from tenants.access import Viewer
from tenants.errors import InvalidInput, Unauthenticated
from tenants.organisations import queries, session_queries
from tenants.work import Session

SHORTEST_PASSWORD: Final = 12
LONGEST_PASSWORD: Final = 1_000

# Of 0 to 4: more than 10^8 guesses, which ten in a quarter of an hour never come to.
_WEAKEST: Final = 3
# What it looks at; a longer password is none that anybody guesses by its beginning.
_LOOKED_AT: Final = 100

_PASSWORDS = PasswordHash((Argon2Hasher(),))
# Checked when there is nobody, so that an unknown address takes as long as a wrong password.
_NOBODYS_HASH = _PASSWORDS.hash(secrets.token_urlsafe())


def hash_password(password: str) -> str:
    """Return what is kept of a password."""
    return _PASSWORDS.hash(password)


def check_new_password(password: str, *, email: str) -> None:
    """Return only if a password may be chosen.

    Besides its length it is held against the commonest 30,000 passwords, names, words, dates and
    keyboard patterns, in common spellings (zxcvbn; Wheeler, USENIX Security 2016), and against the
    person's own address.

    Raises:
        InvalidInput: It is too short or too long, or guessed too easily.
    """
    # Its words take some megabytes, which a process that sets no password need not have.
    from zxcvbn import zxcvbn  # noqa: PLC0415 - see above.

    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        message = f"A password has at least {SHORTEST_PASSWORD} characters."
        raise InvalidInput(message, field="password")
    name, _, host = email.partition("@")
    own = [email, name, *host.split("."), "afterword"]
    found = zxcvbn(password[:_LOOKED_AT], user_inputs=own, max_length=_LOOKED_AT)
    if found["score"] < _WEAKEST:
        message = (
            "This password is easily guessed. Take four words that do not belong together, or let"
            " your browser make one up."
        )
        raise InvalidInput(message, field="password")


async def hash_new_password(password: str, *, email: str) -> str:
    """Return what is kept of a password that somebody chose.

    Raises:
        InvalidInput: It may not be chosen.
    """

    def check_and_hash() -> str:
        check_new_password(password, email=email)
        return _PASSWORDS.hash(password)

    # Hashing is slow on purpose, and nobody else should wait for it.
    return await asyncio.to_thread(check_and_hash)


async def change_password(
    session: Session, viewer: Viewer, *, person_id: UUID, present: str, chosen: str
) -> None:
    """Give a person who knows the present password another one; every session of theirs ends.

    Args:
        session: The transaction.
        viewer: The operator.
        person_id: Who is signed in.
        present: What they say the password is.
        chosen: What it shall be.

    Raises:
        Unauthenticated: It is another one, or there is none.
        InvalidInput: The new one may not be chosen, or is the present one.
    """
    person = await queries.get_person(session, viewer, person_id=person_id)
    known = person.password_hash
    fits = await asyncio.to_thread(_PASSWORDS.verify, present, known or _NOBODYS_HASH)
    if not fits or known is None:
        message = "This is not the present password."
        raise Unauthenticated(message)
    if chosen == present:
        message = "This is your present password. Choose another one."
        raise InvalidInput(message, field="password")
    person.password_hash = await hash_new_password(chosen, email=person.email)
    await session.flush()
    await session_queries.delete_sessions_of(session, viewer, person_id=person_id)


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
