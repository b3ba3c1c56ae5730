"""What a mail is, whoever it is for."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from tenants.keys import Purpose, mac
from tenants.settings import get_settings


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail ready to be sent.

    Attributes:
        to: The address.
        subject: One line.
        body: Plain text, with the link in it; what is sent has the same as HTML beside it.
        message_id: The same whenever this letter is written.
        language: In which it is written.
        stop: Where whoever gets it asks for no more of the kind; None for what nobody asked for.
        stops_with_one_click: Whether a post to that address is enough, as mail programs send it.
        tracer: By which a letter that comes back is known; None if nobody looks for that.
    """

    to: str
    subject: str
    body: str = field(repr=False)
    message_id: str
    language: str
    stop: str | None = field(default=None, repr=False)
    stops_with_one_click: bool = False
    tracer: str | None = field(default=None, repr=False)


def message_id(purpose: Purpose, *parts: bytes) -> str:
    """Return the id of the mail that the parts tell from all others of the purpose."""
    digest = mac(purpose, b"message", *parts)
    host = urlsplit(get_settings().public_url).hostname or "localhost"
    return f"<{digest[:16].hex()}@{host}>"
