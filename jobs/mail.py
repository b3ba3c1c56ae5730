"""Sends mail. Together with the sender of webhooks the only code that talks to the outside."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage
from email.utils import formatdate
from urllib.parse import unquote, urlsplit

import aiosmtplib

from tenants.letters import Letter
from tenants.settings import get_settings

_TIMEOUT_SECONDS = 20.0


class MailNotTaken(Exception):
    """The relay did not take a letter; says why in a word, and not for whom the letter was."""


async def send(letter: Letter) -> None:
    """Hand a letter to the mail relay; returns once the relay has taken it.

    The message id is the letter's, so that a repetition after a crash can be told as one.

    Raises:
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
        message["List-Unsubscribe"] = f"<{letter.stop}>"
    message.set_content(letter.body)
    # Setting the content drops what was said of it before.
    message["Content-Language"] = letter.language
    async with _relay() as relay:
        await relay.send_message(message)


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
