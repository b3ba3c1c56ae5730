"""One candidate to be called tomorrow, and one who asks for a call, for the first client."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from deploy.demo.clients import CLIENTS, Client
from deploy.demo.world import PEOPLE
from tenants.access import Role, Viewer, ViewerKind
from tenants.interviews import calls, conversations
from tenants.interviews.conversation_models import (
    AttemptChannel,
    AttemptOutcome,
    ConversationMode,
)
from tenants.interviews.models import Interview, InterviewStatus, Invitation
from tenants.work import Session

_WHERE = "Europe/Berlin"


async def make_calls(
    session: Session, viewer: Viewer, client: Client, *, people: dict[str, UUID], today: date
) -> None:
    """Plan a call with one candidate who has not answered, and let another one ask for a call."""
    if client is not CLIENTS[0] or viewer.role_in(client.organisation_id) is not Role.JOB:
        return
    rows = await session.execute(
        select(Interview.id, Invitation.id, Invitation.mails)
        .join(Invitation, Invitation.interview_id == Interview.id)
        .where(
            Interview.organisation_id == client.organisation_id,
            Invitation.organisation_id == client.organisation_id,
            Interview.status == InterviewStatus.INVITED,
            Interview.closes_on > today + timedelta(days=3),
            Invitation.submission.is_(None),
        )
        .order_by(Interview.closes_on.desc(), Interview.id)
        .limit(2)
    )
    waiting = rows.all()
    if not waiting:
        return
    consultant = Viewer(
        ViewerKind.PERSON,
        people[next(one.email for one in PEOPLE if one.role is Role.CONSULTANT)],
        roles={client.organisation_id: Role.CONSULTANT},
    )
    where: Any = {"organisation_id": client.organisation_id, "interview_id": waiting[0][0]}
    await conversations.record_attempt(
        session,
        consultant,
        **where,
        attempted_at=datetime.now(UTC) - timedelta(hours=3),
        channel=AttemptChannel.PHONE,
        outcome=AttemptOutcome.CALL_BACK,
    )
    await conversations.schedule_interview(
        session,
        consultant,
        **where,
        mode=ConversationMode.PHONE,
        at=datetime.combine(today + timedelta(days=1), time(17, 30), ZoneInfo(_WHERE)),
        time_zone=_WHERE,
    )
    if len(waiting) > 1:
        await _ask_for_call(session, client, waiting[1][1], waiting[1][2])


async def _ask_for_call(
    session: Session, client: Client, invitation_id: UUID, mail_number: int
) -> None:
    candidate = Viewer(
        ViewerKind.CANDIDATE,
        invitation_id,
        roles={client.organisation_id: Role.CANDIDATE},
        mail_number=mail_number,
    )
    await calls.request_call(
        session, candidate, phone="+49 30 901820", preferred_times="Any day after six."
    )
