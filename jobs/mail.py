"""Sends mail. Together with the sender of webhooks the only code that talks to the outside."""

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from email.message import EmailMessage
from email.utils import formatdate
from typing import Final
from urllib.parse import unquote, urlsplit

import aiosmtplib

from tenants.interviews import bounces
from tenants.interviews.bounces import TRACER
from tenants.letter_html import to_html
from tenants.letters import Letter
from tenants.settings import get_settings

_TIMEOUT_SECONDS = 20.0
# No mailbox, not here, not this name (RFC 5321).
_PERMANENT: Final = frozenset({550, 551, 553})
_STATUS: Final = re.compile(r"\b5\.\d{1,3}\.\d{1,3}\b")


class MailNotTaken(Exception):
    """The relay did not take a letter; says why in a word, and not for whom the letter was."""


class AddressRefused(MailNotTaken):
    """The relay says that a letter will never reach its address.

    Attributes:
        status: The enhanced status code (RFC 3463), such as 5.1.1.
    """

    def __init__(self, status: str) -> None:
        """Keep the status."""
        super().__init__(status)
        self.status = status


async def send(letter: Letter) -> None:
    """Hand a letter to the mail relay; returns once the relay has taken it.

    The message id is the letter's, so that a repetition after a crash can be told as one.

    Raises:
        AddressRefused: The relay knows that it cannot be delivered, and somebody looks for that.
        MailNotTaken: The relay did not take it, or cannot be reached.
    """
    settings = get_settings()
    message = EmailMessage()
    message["From"] = settings.mail_from
    message["To"] = letter.to
    message["Subject"] = letter.subject
    message["Date"] = formatdate()
    message["Message-ID"] = letter.message_id
    message["Auto-Submitted"] = "auto-generated"
    if letter.stop is not None:
        # RFC 2369, and with one click RFC 8058.
        message["List-Unsubscribe"] = f"<{letter.stop}>"
        if letter.stops_with_one_click:
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    if letter.tracer is not None:
        message[TRACER] = letter.tracer
    message.set_content(letter.body)
    message.add_alternative(to_html(letter), subtype="html")
    # Setting the content drops what was said of it before.
    message["Content-Language"] = letter.language
    sender = settings.mail_bounces_to if letter.tracer is not None else None
    async with _relay() as relay:
        try:
            await relay.send_message(message, sender=sender)
        except aiosmtplib.SMTPRecipientsRefused as error:
            answers = [(one.code, one.message) for one in error.recipients]
            _tell_if_final(letter, answers)
            raise
        except aiosmtplib.SMTPResponseException as error:
            _tell_if_final(letter, [(error.code, error.message)])
            raise


def _tell_if_final(letter: Letter, answers: Sequence[tuple[int, str]]) -> None:
    """Return only if it may help to try again, or nobody looks for addresses that are wrong.

    Raises:
        AddressRefused: The address is wrong, or its mailbox takes nothing.
    """
    if letter.tracer is None:
        return
    for code, message in answers:
        enhanced = _STATUS.search(message)
        status = enhanced[0] if enhanced else ""
        # What a relay refuses for reasons of its own (5.7: policy) says nothing of the address.
        if code in _PERMANENT and (status == "" or bounces.is_final(status)):
            raise AddressRefused(status or f"{code // 100}.0.0") from None


async def greet() -> None:
    """Return once the relay has answered, and send nothing.

    Raises:
        MailNotTaken: It cannot be reached.
    """
    async with _relay() as relay:
        await relay.noop()


@asynccontextmanager
async def _relay() -> AsyncIterator[aiosmtplib.SMTP]:
    """Connect to the relay for the time of the block."""
    relay = urlsplit(get_settings().smtp_url)
    try:
        async with aiosmtplib.SMTP(
            hostname=relay.hostname,
            port=relay.port or (465 if relay.scheme == "smtps" else 25),
            username=unquote(relay.username) if relay.username else None,
            password=unquote(relay.password) if relay.password else None,
            use_tls=relay.scheme == "smtps",
            timeout=_TIMEOUT_SECONDS,
        ) as connection:
            yield connection
    except (aiosmtplib.SMTPException, OSError) as error:
        # The relay's own words name the candidate, and are written to the log with the job.
        raise MailNotTaken(type(error).__name__) from None
