"""The mail that invites a member, written when it is sent and kept nowhere."""

from uuid import UUID

from tenants.access import Role, Viewer
from tenants.keys import Purpose
from tenants.letters import Letter, message_id
from tenants.members import queries
from tenants.settings import get_settings
from tenants.tokens import Token, make_token
from tenants.work import Session

_ROLES = {
    Role.HR: "HR",
    Role.HIRING_MANAGER: "hiring manager",
    Role.LEADERSHIP: "leadership",
    Role.INDEPENDENT_ADMINISTRATOR: "independent administrator",
}
_BODY = """\
Hello,

you are invited to join {organisation} on Afterword as {role}. Afterword asks candidates who turned
an offer down for their reasons, in confidence.

Accept the invitation here until {day}:

{link}

The link is meant for {email} alone; please do not pass it on. If you did not expect this mail, do
nothing: without the link nobody becomes a member.
"""


async def write_member_invitation(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    invitation_id: UUID,
    mail_number: int,
) -> Letter | None:
    """Return a mail of an invitation, or None if it is no longer wanted.

    Args:
        session: The transaction.
        viewer: A job of the organisation.
        organisation_id: Whose.
        invitation_id: Which.
        mail_number: Which of its mails, from 1; an earlier one's link is dead.
    """
    found = await queries.find_offered(
        session, viewer, organisation_id=organisation_id, invitation_id=invitation_id
    )
    if (
        found is None
        or found.invitation.settled_at is not None
        or found.invitation.mail_number != mail_number
    ):
        return None
    invitation, organisation = found
    expires = invitation.expires_at
    return Letter(
        to=invitation.email,
        subject=f"Join {organisation.name} on Afterword",
        body=_BODY.format(
            organisation=organisation.name,
            role=_ROLES[invitation.role],
            day=f"{expires.day} {expires:%B %Y, %H:%M} UTC",
            link=join_url(organisation_id, invitation_id, mail_number),
            email=invitation.email,
        ),
        message_id=message_id(Purpose.MEMBER, invitation.id.bytes, mail_number.to_bytes(1, "big")),
        language="en",
    )


def join_url(organisation_id: UUID, invitation_id: UUID, mail_number: int) -> str:
    """Return the address at which an invitation is accepted."""
    token = make_token(Purpose.MEMBER, Token(organisation_id, invitation_id, mail_number))
    return f"{get_settings().public_url}/join/{token}"
