"""The demo's mail catcher: a real mail server that keeps each mail as one file and sends none on.

A mail is accepted only when its file is on disk. Its name is the SHA-256 of the Message-ID, so a
mail that is sent twice, because its sender was killed before it heard the answer, is kept once.
"""

import argparse
import asyncio
import hashlib
import signal
import socket
from email.parser import BytesHeaderParser
from email.policy import default as modern
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from deploy import lifeline
from deploy.folder import write_whole

LARGEST_MAIL_BYTES = 10_000_000


class Outbox:
    """Keeps mails in a folder; the handler of an SMTP server."""

    def __init__(self, folder: Path) -> None:
        """Use a folder, which exists."""
        self._folder = folder

    async def handle_DATA(  # noqa: N802  # the name is aiosmtpd's
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Keep one mail.

        Returns:
            The server's answer: 250 once it is on disk, 451 when it could not be written.
        """
        del server, session
        content = envelope.content
        raw = content.encode() if isinstance(content, str) else content or b""
        try:
            await asyncio.to_thread(write_whole, self._folder / file_name(raw), raw)
        except OSError as error:
            return f"451 The mail could not be kept: {error.strerror}"
        return "250 Kept"


def file_name(mail: bytes) -> str:
    """Return the name of a mail's file, the same for each copy of it."""
    header = BytesHeaderParser(policy=modern).parsebytes(mail)["Message-ID"]
    identity = str(header).strip().encode() if header else mail
    return f"{hashlib.sha256(identity).hexdigest()}.eml"


async def serve(folder: Path, listener: socket.socket) -> None:
    """Receive mail on a listening socket until SIGTERM."""
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stopped.set)

    def connection() -> SMTP:
        return SMTP(
            Outbox(folder),
            hostname="localhost",
            ident="Afterword outbox",
            data_size_limit=LARGEST_MAIL_BYTES,
            enable_SMTPUTF8=True,
            loop=loop,
        )

    server = await loop.create_server(connection, sock=listener)
    lifeline.report_ready()
    await stopped.wait()
    server.close()


def main() -> None:
    """Run the mail catcher as a part of a demo: `python -m deploy.outbox FOLDER DESCRIPTOR`."""
    parser = argparse.ArgumentParser(prog="python -m deploy.outbox", description=main.__doc__)
    parser.add_argument("folder", type=Path, help="where the mails are kept")
    parser.add_argument("descriptor", type=int, help="number of an inherited listening socket")
    arguments = parser.parse_args()
    lifeline.hold()
    asyncio.run(serve(arguments.folder, socket.socket(fileno=arguments.descriptor)))


if __name__ == "__main__":
    main()
