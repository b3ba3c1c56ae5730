"""Jobs about digests by mail."""

from datetime import UTC, datetime
from uuid import UUID

from jobs import mail
from jobs.actor import Task, actor
from tenants.actions.digest_mails import queue_digest_mails, write_digest_mail
from tenants.db import run


@actor("digests.queue")
async def queue(task: Task) -> None:
    """Queue a mail for each member who wants one and for whom something is new."""
    await task.complete(
        queue_digest_mails, organisation_id=task.organisation, today=datetime.now(UTC).date()
    )


@actor("digests.send")
async def send(task: Task) -> None:
    """Send one mail of a digest, unless it is no longer wanted."""
    letter = await run(
        write_digest_mail,
        task.viewer,
        organisation_id=task.organisation,
        mail_id=UUID(task.arguments["mail_id"]),
    )
    if letter is not None:
        await mail.send(letter)
    await task.finish()
