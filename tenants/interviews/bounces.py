"""Reading what mail systems send back: delivery status notifications (RFC 3464)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import MessageError
from email.message import EmailMessage, Message
from email.policy import default as modern
from typing import Final

from tenants.keys import Purpose
from tenants.tokens import Token, read_token

# The header by which a mail that comes back is known; a notification brings the headers with it.
TRACER: Final = "X-Afterword-Mail"
LONGEST_NOTIFICATION: Final = 10_000_000
# What is posted is read in the process that answers people; our own mails are a few kilobytes.
LONGEST_POSTED: Final = 256 * 1024
_STATUS: Final = re.compile(r"5\.\d{1,3}\.\d{1,3}")
# Not the address but its sender is at fault (RFC 3463).
_OF_THE_SENDER: Final = frozenset({"5.1.7", "5.1.8"})
_UNREADABLE: Final = (AttributeError, LookupError, MessageError, TypeError, ValueError)


@dataclass(frozen=True, slots=True)
class Bounce:
    """A mail that will never be delivered.

    Attributes:
        mail: Organisation, invitation and number of the mail.
        status: The enhanced status code, such as 5.1.1.
    """

    mail: Token
    status: str


def is_final(status: str) -> bool:
    """Return whether a status says that an address is wrong or its mailbox takes nothing."""
    return status.startswith(("5.0.", "5.1.", "5.2.")) and status not in _OF_THE_SENDER


def read_bounce(raw: bytes) -> Bounce | None:
    """Return what a notification says of a mail of ours; None of anything else.

    A notification of a delay, of a success, or about a mail that this installation did not send
    says nothing, and so does whatever cannot be read.
    """
    try:
        message = message_from_bytes(raw[:LONGEST_NOTIFICATION], policy=modern)
        status = next(_failures(message), None)
        mail = next(_tracers(message), None)
    except _UNREADABLE:
        return None
    return Bounce(mail, status) if status is not None and mail is not None else None


def _failures(message: Message) -> Iterator[str]:
    """Yield the statuses of the recipients whom a notification gives up."""
    for part in message.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        groups = part.get_payload()
        for group in groups if isinstance(groups, list) else ():
            if not isinstance(group, Message):
                continue
            if str(group.get("Action", "")).strip().lower() != "failed":
                continue
            found = _STATUS.match(str(group.get("Status", "")).strip())
            if found is not None and is_final(found[0]):
                yield found[0]


def _tracers(message: Message) -> Iterator[Token]:
    """Yield the mails whose headers a notification brings back."""
    for part in message.walk():
        said = part.get(TRACER)
        kind = part.get_content_type()
        if said is None and kind in {"text/rfc822-headers", "message/rfc822-headers"}:
            said = message_from_bytes(_bytes_of(part), policy=modern).get(TRACER)
        mail = read_token(Purpose.MAIL, "".join(str(said or "").split()))
        if mail is not None:
            yield mail


def _bytes_of(part: Message) -> bytes:
    if isinstance(part, EmailMessage) and not part.is_multipart():
        payload = part.get_payload(decode=True)
        return payload if isinstance(payload, bytes) else b""
    return part.as_bytes().partition(b"\n\n")[2]
