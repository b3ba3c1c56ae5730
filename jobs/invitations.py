"""Jobs about invitations."""

from uuid import UUID

from jobs import mail
from jobs.actor import Task, actor
from tenants.access import Viewer
from tenants.db import run
from tenants.interviews import delivery, inviting, letters
from tenants.work import Session


@actor("invitations.send")
async def send(task: Task) -> None:
    """Send one mail of an invitation, unless it is no longer wanted."""
    which = {
        "organisation_id": task.organisation,
        "invitation_id": UUID(task.arguments["invitation_id"]),
    }
    number = int(task.arguments["mail_number"])
    writing = await run(letters.write_invitation, task.viewer, **which, mail_number=number)
    refused: str | None = None
    if writing is not None and writing.letter is not None:
        try:
            await mail.send(writing.letter)
        except mail.AddressRefused as refusal:
            refused = refusal.status
    else:
        # While the relay is away the jobs of those who have answered look like all others.
        await mail.greet()

    async def end(session: Session, viewer: Viewer) -> None:
        kept = writing.kept if writing is not None else None
        await inviting.keep_mail(session, viewer, **which, kept=kept)
        if refused is not None:
            await delivery.record_bounce(
                session, viewer, **which, mail_number=number, status=refused
            )

    await task.complete(end)


@actor("invitations.begin")
async def begin(task: Task) -> None:
    """Invite a candidate whose offer was turned down some time ago."""
    await task.complete(
        inviting.begin_invitation,
        organisation_id=task.organisation,
        interview_id=UUID(task.arguments["interview_id"]),
    )


@actor("invitations.remind")
async def remind(task: Task) -> None:
    """Let a planned reminder be sent, unless that was done by hand meanwhile."""
    await task.complete(
        inviting.remind,
        organisation_id=task.organisation,
        invitation_id=UUID(task.arguments["invitation_id"]),
        mail_number=int(task.arguments["mail_number"]),
    )
