"""Jobs about invitations."""

from uuid import UUID

from jobs import mail
from jobs.actor import Task, actor
from tenants.db import run
from tenants.interviews import letters


@actor("invitations.send")
async def send(task: Task) -> None:
    """Send one mail of an invitation, unless it is no longer wanted."""
    letter = await run(
        letters.write_invitation,
        task.viewer,
        organisation_id=task.organisation,
        invitation_id=UUID(task.arguments["invitation_id"]),
        mail_number=int(task.arguments["mail_number"]),
    )
    if letter is not None:
        await mail.send(letter)
    else:
        # While the relay is away the jobs of those who have answered look like all others.
        await mail.greet()
    await task.finish()
