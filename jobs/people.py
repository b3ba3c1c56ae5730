"""Jobs about people who sign in."""

from uuid import UUID

from jobs import mail
from jobs.actor import Task, actor
from tenants.db import run
from tenants.organisations.password_resets import write_password_reset


@actor("people.reset_password")
async def reset_password(task: Task) -> None:
    """Send the link for a new password, if the address has an account."""
    letter = await run(write_password_reset, task.viewer, reset_id=UUID(task.arguments["reset_id"]))
    if letter is not None:
        await mail.send(letter)
    await task.finish()
