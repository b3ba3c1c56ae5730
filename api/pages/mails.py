"""Mails read from the files in which the demo's mail catcher keeps them."""

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import MessageError
from email.message import EmailMessage
from email.policy import default as modern
from email.utils import parsedate_to_datetime
from functools import lru_cache
from pathlib import Path
from typing import Final, TypeVar

from tenants.letter_html import Piece, split_addresses

T = TypeVar("T")

_SUFFIX: Final = ".eml"
_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,128}", re.ASCII)
# What the parser of the standard library raises over a header or a body that is none.
_UNREADABLE: Final = (
    ArithmeticError,
    AttributeError,
    LookupError,
    MessageError,
    TypeError,
    ValueError,
)


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail that was caught.

    Attributes:
        id: The name of its file, without what every name ends in.
        to: Whom it is for.
        sender: Whom it is from.
        subject: One line.
        date: When it was written (UTC), or caught, if it does not say.
        message_id: As its header has it; empty without one.
        text: The plain text.
        markup: The part in HTML as it was sent; empty without one.
    """

    id: str
    to: str
    sender: str
    subject: str
    date: dt.datetime
    message_id: str
    text: str
    markup: str

    @property
    def pieces(self) -> list[Piece]:
        """The text, with the addresses in it apart."""
        return split_addresses(self.text)

    @property
    def links(self) -> list[str]:
        """The addresses in the text, in order, each once."""
        return list(dict.fromkeys(piece.text for piece in self.pieces if piece.is_link))


def list_mails(folder: Path) -> list[Mail]:
    """Return every mail in a folder, the newest first; none if there is no folder."""
    found = (find_mail(folder, path.stem) for path in folder.glob(f"*{_SUFFIX}"))
    mails = [mail for mail in found if mail is not None]
    return sorted(mails, key=lambda mail: (mail.date, mail.id), reverse=True)


def find_mail(folder: Path, mail_id: str) -> Mail | None:
    """Return a mail by its id, or None; no id leads out of the folder."""
    path = find_file(folder, mail_id)
    try:
        return _read(path, path.stat().st_mtime_ns) if path is not None else None
    except FileNotFoundError:
        return None


def find_file(folder: Path, mail_id: str) -> Path | None:
    """Return the file of a mail, or None; no id leads out of the folder."""
    if not _NAME.fullmatch(mail_id):
        return None
    path = folder / f"{mail_id}{_SUFFIX}"
    return path if path.is_file() and not path.is_symlink() else None


@lru_cache(maxsize=2_000)
def _read(path: Path, written_at: int) -> Mail:
    """Return a mail; a part of it that cannot be read is empty."""
    raw = path.read_bytes()
    message = message_from_bytes(raw, policy=modern)
    assert isinstance(message, EmailMessage)  # noqa: S101 - the policy says so, typeshed does not.
    caught_at = dt.datetime.fromtimestamp(written_at / 1e9, dt.UTC)
    return Mail(
        id=path.stem,
        to=_header(message, "To"),
        sender=_header(message, "From"),
        subject=_header(message, "Subject"),
        date=_attempt(lambda: _date(message), caught_at),
        message_id=_header(message, "Message-ID"),
        text=_attempt(lambda: _text(message, "plain"), ""),
        markup=_attempt(lambda: _text(message, "html"), ""),
    )


def _header(message: EmailMessage, name: str) -> str:
    value = _attempt(lambda: str(message[name] or ""), "")
    # Bytes that are in no known encoding come as lone surrogates, which no page can be made of.
    return " ".join(value.encode(errors="replace").decode().split())


def _date(message: EmailMessage) -> dt.datetime:
    said = parsedate_to_datetime(str(message["Date"]))
    return said.replace(tzinfo=said.tzinfo or dt.UTC).astimezone(dt.UTC)


def _text(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    content = str(body.get_content()) if body is not None else ""
    return content.replace("\r\n", "\n").encode(errors="replace").decode()


def _attempt(read: Callable[[], T], otherwise: T) -> T:
    try:
        return read()
    except _UNREADABLE:
        return otherwise
