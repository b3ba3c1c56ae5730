"""Planning conversations with candidates: when, how often it was tried, and why there is none.

Only the third party knows of any of this. What those who hire see of an interview does not change
with it: one that nobody was invited to by mail is INVITED from the first step on, answered or not,
and all close on their fixed day.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tenants import audit
from tenants.access import Permission, Viewer, require
from tenants.audit import AuditAction
from tenants.errors import Conflict, DomainError, InvalidInput
from tenants.integrations.idempotency import once
from tenants.interviews import conversation_queries as queries
from tenants.interviews import mail_queries
from tenants.interviews.conversation_models import (
    AttemptChannel,
    AttemptOutcome,
    ContactAttempt,
    Conversation,
    ConversationMode,
    ConversationState,
    NoInterviewReason,
)
from tenants.interviews.delivery import find_address_keys
from tenants.interviews.models import Interview, InterviewStatus, Invitation
from tenants.interviews.queries import Case, get_case
from tenants.model import new_id
from tenants.settings import get_settings
from tenants.work import Session

# Clocks differ a little.
_AHEAD = timedelta(minutes=5)


class AlreadyAnswered(DomainError):
    """The candidate has answered, by name or in confidence: there is nothing left to ask."""

    code = "ALREADY_ANSWERED"


@dataclass(frozen=True, slots=True)
class ToHold:
    """An interview that the viewer may hold, its invitation locked.

    Attributes:
        case: Everything around it.
        conversation: What is known of talking to the candidate, locked.
    """

    case: Case
    conversation: Conversation


async def schedule_interview(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    interview_id: UUID,
    mode: ConversationMode | None,
    at: datetime | None,
    time_zone: str | None,
) -> None:
    """Plan when and how an interview will be held, or clear the plan when there is no time.

    Args:
        session: The transaction.
        viewer: Who may key in.
        organisation_id: Whose interview.
        interview_id: Which.
        mode: By phone or by video; needed with a time.
        at: When, with an offset from UTC; None clears the plan.
        time_zone: The candidate's, by its IANA name, in which the time is shown; needed with one.

    Raises:
        NotFound: There is no such interview for the viewer.
        Forbidden: The role does not include keying in.
        InvalidInput: The time has no offset, has passed or lies behind the interview's last day;
            or there is no such time zone.
        AlreadyAnswered: The candidate has answered, not anonymously.
        Conflict: The interview is closed, or the candidate may not be asked any more.
    """
    held = await hold(session, viewer, organisation_id=organisation_id, interview_id=interview_id)
    conversation = held.conversation
    if at is None:
        conversation.mode = conversation.mode if conversation.begun_at else None
        conversation.scheduled_at = conversation.time_zone = None
    else:
        _check_time(at, held.case.invitation.expires_at)
        if mode is None:
            message = "Say whether it will be by phone or by video."
            raise InvalidInput(message, field="mode")
        conversation.mode, conversation.scheduled_at = mode, at
        conversation.time_zone = _checked_zone(time_zone)
        conversation.no_interview_reason = None
    conversation.state = state_of(conversation)
    await audit.record(
        session, viewer, AuditAction.CONVERSATION_SCHEDULED, organisation_id, interview_id
    )


async def record_attempt(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    interview_id: UUID,
    attempted_at: datetime,
    channel: AttemptChannel,
    outcome: AttemptOutcome,
    idempotency_key: str | None = None,
) -> UUID:
    """Write down that somebody tried to reach the candidate, and what became of it.

    Returns:
        The id of the attempt.

    Raises:
        NotFound: There is no such interview for the viewer.
        Forbidden: The role does not include keying in.
        InvalidInput: The moment has no offset from UTC, or has not come.
        AlreadyAnswered: The candidate has answered, not anonymously.
        Conflict: The interview is closed, or the candidate may not be asked any more.
    """
    if attempted_at.tzinfo is None or attempted_at > datetime.now(UTC) + _AHEAD:
        message = "Give the moment of the attempt with its offset from UTC; it must have passed."
        raise InvalidInput(message, field="attemptedAt")
    held = await hold(session, viewer, organisation_id=organisation_id, interview_id=interview_id)

    async def make() -> UUID:
        attempt = ContactAttempt(
            organisation_id=organisation_id,
            id=new_id(),
            conversation_id=held.conversation.id,
            attempted_at=attempted_at,
            channel=channel,
            outcome=outcome,
            person_id=viewer.id,
        )
        session.add(attempt)
        held.conversation.state = state_of(held.conversation)
        await audit.record(
            session, viewer, AuditAction.CONVERSATION_ATTEMPTED, organisation_id, interview_id
        )
        return attempt.id

    return await once(
        session,
        viewer,
        organisation_id=organisation_id,
        operation="recordAttempt",
        key=idempotency_key,
        make=make,
    )


async def record_no_interview(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    interview_id: UUID,
    reason: NoInterviewReason | None,
) -> None:
    """Say why nobody will talk to the candidate, or with no reason that somebody will after all.

    The plan and how the candidate wanted to be called are erased. The interview itself stays as it
    is until its fixed day, so that nobody learns from it who did not answer; the candidate's link
    goes on working. Whoever refused gets no more mails of this interview, and whoever wants no
    contact none of the organisation, for good, even if somebody tries again after all.

    Raises:
        NotFound: There is no such interview for the viewer.
        Forbidden: The role does not include keying in.
        AlreadyAnswered: The candidate has answered, not anonymously.
        Conflict: Answers are being keyed in; or the interview is closed, or the candidate may not
            be asked any more.
    """
    held = await hold(
        session,
        viewer,
        organisation_id=organisation_id,
        interview_id=interview_id,
        # Why there was none can be said afterwards.
        when_closed=True,
    )
    conversation = held.conversation
    if reason is not None and conversation.sealed is not None:
        message = "Answers are being keyed in: submit them or discard them first."
        raise Conflict(message, field="interviewId")
    conversation.no_interview_reason = reason
    if reason is NoInterviewReason.WANTS_NO_CONTACT:
        keys = await find_address_keys(session, viewer, held.case)
        await mail_queries.refuse(
            session, viewer, organisation_id=organisation_id, address_keys=keys
        )
    if reason is not None:
        conversation.scheduled_at = conversation.time_zone = None
        conversation.phone = conversation.preferred_times = conversation.requested_at = None
    conversation.state = state_of(conversation)
    await audit.record(
        session, viewer, AuditAction.CONVERSATION_GIVEN_UP, organisation_id, interview_id
    )


async def hold(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    interview_id: UUID,
    when_closed: bool = False,
) -> ToHold:
    """Return an interview that the viewer may hold, locked, with a conversation made if needed.

    An interview that was answered anonymously is like one that was not answered. Whoever began to
    key in may go on after the interview's last day.

    Args:
        session: The transaction.
        viewer: Who may key in.
        organisation_id: Whose interview.
        interview_id: Which.
        when_closed: Whether a closed one will do, too.

    Raises:
        NotFound: There is no such interview for the viewer.
        Forbidden: The role does not include keying in.
        AlreadyAnswered: The candidate has answered, not anonymously.
        Conflict: The interview is closed, or the candidate may not be asked any more.
    """
    interview = await queries.get_interview_to_hold(
        session, viewer, organisation_id=organisation_id, interview_id=interview_id
    )
    require(viewer, Permission.RESPONSE_KEY_IN, organisation_id)
    where: Any = {"organisation_id": organisation_id, "interview_id": interview_id}
    invitation_id = await queries.find_invitation_id(session, viewer, **where)
    if invitation_id is None:
        invitation_id = await _invite_without_mail(session, viewer, interview)
    case = await get_case(
        session, viewer, organisation_id=organisation_id, invitation_id=invitation_id, lock=True
    )
    if await queries.find_response(session, viewer, **where) is not None:
        message = "The candidate has answered; there is nothing left to ask."
        raise AlreadyAnswered(message, field="interviewId")
    if case.invitation.revoked or (case.candidate and case.candidate.erased_at):
        message = "The candidate of this interview may not be asked any more."
        raise Conflict(message, field="interviewId")
    conversation = await queries.ensure_conversation(session, viewer, **where)
    if conversation.held_on is not None:
        message = "This interview has been held, and what was answered was withdrawn."
        raise Conflict(message, field="interviewId")
    closed = case.interview.status is InterviewStatus.CLOSED
    if closed and not (when_closed or conversation.sealed is not None):
        message = "The interview is closed."
        raise Conflict(message, field="interviewId")
    return ToHold(case, conversation)


def state_of(conversation: Conversation) -> ConversationState:
    """Return what is to be done next, from what is known."""
    reached = (
        (ConversationState.HELD, conversation.held_on),
        (ConversationState.NO_INTERVIEW, conversation.no_interview_reason),
        (ConversationState.UNDER_WAY, conversation.begun_at),
        (ConversationState.SCHEDULED, conversation.scheduled_at),
        (ConversationState.REQUESTED, conversation.requested_at),
    )
    return next((state for state, fact in reached if fact is not None), ConversationState.TRIED)


async def _invite_without_mail(session: Session, viewer: Viewer, interview: Interview) -> UUID:
    """Give an interview its fixed day, and an invitation whose links do not exist yet.

    No day of a first mail: the candidate was not asked online.
    """
    closes_on = datetime.now(UTC).date() + timedelta(days=get_settings().invitation_days)
    if interview.status is InterviewStatus.OPENED:
        interview.status = InterviewStatus.INVITED
        interview.closes_on = closes_on
        await session.flush()
        await audit.record(
            session,
            viewer,
            AuditAction.INTERVIEW_INVITED,
            interview.organisation_id,
            interview.id,
        )
    return await queries.add_invitation(
        session,
        viewer,
        Invitation(
            organisation_id=interview.organisation_id,
            id=new_id(),
            interview_id=interview.id,
            mails=0,
            expires_at=datetime.combine(interview.closes_on or closes_on, time(), UTC),
            revoked=False,
            is_undeliverable=False,
        ),
    )


def _check_time(at: datetime, until: datetime) -> None:
    if at.tzinfo is None:
        message = "Give the time with its offset from UTC."
        raise InvalidInput(message, field="at")
    if at < datetime.now(UTC) - _AHEAD:
        message = "This time has passed."
        raise InvalidInput(message, field="at")
    if at >= until:
        message = f"The interview closes before that, on {until.date().isoformat()}."
        raise InvalidInput(message, field="at")


def _checked_zone(name: str | None) -> str:
    """Return the name of a time zone that exists.

    Raises:
        InvalidInput: It does not, or none was given.
    """
    try:
        return ZoneInfo(name or "").key
    except (ValueError, OSError, ZoneInfoNotFoundError):
        message = "Give the candidate's time zone by its IANA name, such as Europe/Berlin."
        raise InvalidInput(message, field="timeZone") from None
