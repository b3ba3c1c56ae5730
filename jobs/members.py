"""Jobs about members."""

from uuid import UUID

from jobs import mail
from jobs.actor import Task, actor
from tenants.db import run
from tenants.members.mails import write_member_invitation


@actor("members.invite")
async def invite(task: Task) -> None:
    """Send one mail of an invitation to become a member, unless it is no longer wanted."""
    letter = await run(
        write_member_invitation,
        task.viewer,
        organisation_id=task.organisation,
        invitation_id=UUID(task.arguments["invitation_id"]),
        mail_number=int(task.arguments["mail_number"]),
    )
    if letter is not None:
        await mail.send(letter)
    await task.finish()
