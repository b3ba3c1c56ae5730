"""`afterword bounces`: reads what mail systems send back, and notes what cannot be delivered.

A mail system pipes each notification to the command, or it is run now and then over the mailbox to
which they go (`MAIL_BOUNCES_TO`). Reading one twice changes nothing.
"""

import asyncio
import mailbox
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

from deploy.errors import DeployError
from tenants import db
from tenants.access import Viewer
from tenants.interviews import bounces, delivery

_MBOX_BEGINS = b"From "


def main(places: Sequence[Path]) -> int:
    """Read the places, or the standard input if none is named, and say what was found."""
    raw = list(read_places(places)) if places else [sys.stdin.buffer.read()]
    seen, noted = asyncio.run(record(raw))
    sys.stdout.write(f"{seen} mails read, {noted} of ours cannot be delivered\n")
    return 0


def read_places(places: Sequence[Path]) -> Iterator[bytes]:
    """Yield every mail in some files, mboxes and Maildirs.

    Raises:
        DeployError: A place is not there or cannot be read.
    """
    for place in places:
        try:
            yield from _read(place)
        except OSError as error:
            message = f"{place} cannot be read: {error.strerror}"
            raise DeployError(message) from None


def _read(place: Path) -> Iterator[bytes]:
    if place.is_dir():
        yield from (one.as_bytes() for one in mailbox.Maildir(place, create=False))
        return
    raw = place.read_bytes()
    if raw.startswith(_MBOX_BEGINS):
        with closing(mailbox.mbox(place, create=False)) as box:
            yield from (one.as_bytes() for one in box)
    else:
        yield raw


async def record(mails: Sequence[bytes]) -> tuple[int, int]:
    """Note which of our mails came back; return how many were read, and how many are noted.

    Args:
        mails: Notifications, and whatever else has come to the mailbox.
    """
    noted = 0
    async with db.connected(pool_size=1):
        for raw in mails:
            bounce = bounces.read_bounce(raw)
            if bounce is None:
                continue
            organisation_id = bounce.mail.organisation_id
            noted += await db.run(
                delivery.record_bounce,
                Viewer.job(organisation_id),
                organisation_id=organisation_id,
                invitation_id=bounce.mail.subject_id,
                mail_number=bounce.mail.number,
                status=bounce.status,
            )
    return len(mails), noted
