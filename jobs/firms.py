"""Jobs about firms."""

from uuid import UUID

from jobs import mail
from jobs.actor import Task, actor
from tenants.db import run
from tenants.members.firm_joining import write_firm_invitation


@actor("firms.invite")
async def invite(task: Task) -> None:
    """Send one mail of an invitation to work for a firm, unless it is no longer wanted."""
    letter = await run(
        write_firm_invitation,
        task.viewer,
        firm_id=UUID(task.arguments["firm_id"]),
        invitation_id=UUID(task.arguments["invitation_id"]),
        mail_number=int(task.arguments["mail_number"]),
    )
    if letter is not None:
        await mail.send(letter)
    await task.finish()
