"""Writing to candidates: the invitation, its reminders, and who is not written to.

Nothing here looks at whether somebody has answered: only the sending job does, and what it leaves
behind is the same for everybody.
"""

from datetime import UTC, datetime, time, timedelta
from typing import Final
from uuid import UUID

from tenants import audit, work
from tenants.access import Permission, Viewer, require
from tenants.audit import AuditAction
from tenants.errors import Conflict, InvitedRecently, OptedOut, Undeliverable
from tenants.interviews import mail_queries, queries
from tenants.interviews.addresses import address_key
from tenants.interviews.letters import KeptMail
from tenants.interviews.mail_settings import MailTiming, timing_of
from tenants.interviews.mail_times import allowed_at, last_invited_before
from tenants.interviews.models import HoldReason, Interview, InterviewStatus, Invitation
from tenants.model import new_id
from tenants.offers import queries as offer_queries
from tenants.offers.models import Candidate
from tenants.organisations import queries as organisations
from tenants.questionnaires import queries as questionnaires
from tenants.settings import get_settings
from tenants.work import Session

# One invitation, two reminders.
MAX_MAILS: Final = 3


def is_reachable(candidate: Candidate | None) -> bool:
    """Return whether an address is known of somebody who may be mailed."""
    return (
        candidate is not None
        and candidate.email is not None
        and candidate.may_be_emailed
        and candidate.erased_at is None
    )


async def language_for(
    session: Session, viewer: Viewer, interview: Interview, candidate: Candidate | None
) -> str:
    """Return the first that the version speaks: the candidate's language, the organisation's."""
    mail_queries.require_opening(viewer, interview.organisation_id)
    organisation_id = interview.organisation_id
    languages = await questionnaires.list_languages(
        session,
        viewer,
        organisation_id=organisation_id,
        version_id=interview.questionnaire_version_id,
    )
    own = candidate.language if candidate is not None else None
    usual = await organisations.get_language(session, viewer, organisation_id=organisation_id)
    return next((one for one in (own, usual) if one in languages), languages[0])


async def invite_when_due(
    session: Session,
    viewer: Viewer,
    interview: Interview,
    candidate: Candidate | None,
    *,
    resolved_at: datetime,
) -> None:
    """Invite a candidate by itself: now, or once the organisation's delay is over.

    Who must not be invited is passed over, and the interview says why.

    Args:
        session: The transaction.
        viewer: Whoever recorded the outcome, or a job.
        interview: Not invited yet.
        candidate: Whose it is.
        resolved_at: When the offer was turned down.
    """
    mail_queries.require_opening(viewer, interview.organisation_id)
    now = datetime.now(UTC)
    timing = await find_timing(session, viewer, interview.organisation_id)
    due_at = _allowed(resolved_at + timedelta(hours=timing.delay_hours), timing, candidate)
    if timing.delay_hours and due_at > now:
        if interview.invite_at is None:
            interview.invite_at = due_at
            work.enqueue(
                session,
                "invitations.begin",
                interview.organisation_id,
                due_at=due_at,
                interview_id=str(interview.id),
            )
        return
    await _invite_or_hold(session, viewer, interview, candidate)


async def begin_invitation(
    session: Session, viewer: Viewer, *, organisation_id: UUID, interview_id: UUID
) -> None:
    """Invite the candidate of an interview whose delay is over, if that is still wanted."""
    require(viewer, Permission.INTERVIEW_INVITE, organisation_id)
    interview = await queries.get_interview(
        session, viewer, organisation_id=organisation_id, interview_id=interview_id
    )
    if interview.status is not InterviewStatus.OPENED:
        return
    candidate = await offer_queries.find_candidate_of_offer(
        session, viewer, organisation_id=organisation_id, offer_id=interview.offer_id
    )
    if is_reachable(candidate):
        await _invite_or_hold(session, viewer, interview, candidate)
    else:
        interview.held = HoldReason.NO_ADDRESS


async def _invite_or_hold(
    session: Session, viewer: Viewer, interview: Interview, candidate: Candidate | None
) -> None:
    try:
        await invite(session, viewer, interview, candidate)
    except OptedOut:
        interview.held = HoldReason.OPTED_OUT
    except InvitedRecently:
        interview.held = HoldReason.INVITED_RECENTLY


async def invite(
    session: Session, viewer: Viewer, interview: Interview, candidate: Candidate | None
) -> None:
    """Count one more mail and enqueue it; the job finds out whether it is still wanted.

    Raises:
        Conflict: The interview is closed by now, or the mails are used up.
        OptedOut: The candidate asked for no more mails before the first one.
        InvitedRecently: The candidate was invited to another interview within half a year.
        Undeliverable: The first mail to the address came back, and no other one is known.
    """
    organisation_id = interview.organisation_id
    mail_queries.require_opening(viewer, organisation_id)
    invitation = await queries.find_invitation(
        session, viewer, organisation_id=organisation_id, interview_id=interview.id
    )
    if invitation is None:
        await _claim(session, viewer, interview, candidate)
        invitation = await _add_invitation(session, viewer, interview, candidate)
    elif invitation.mails == 0:
        # Somebody has called, or planned to: this is the first mail all the same.
        await _claim(session, viewer, interview, candidate)
        interview.invited_on = datetime.now(UTC).date()
        interview.held = None
    elif invitation.is_undeliverable:
        await _try_another_address(session, viewer, invitation, candidate)
    if invitation.mails >= MAX_MAILS:
        message = "The invitation and both reminders have been sent."
        raise Conflict(message, field="interviewId")
    timing = await find_timing(session, viewer, organisation_id)
    due_at = _allowed(datetime.now(UTC), timing, candidate)
    await _enqueue_mail(session, viewer, interview, invitation, due_at)


async def _claim(
    session: Session, viewer: Viewer, interview: Interview, candidate: Candidate | None
) -> None:
    """Return only if the candidate may be invited to this interview, and note the day.

    Raises:
        OptedOut: Of the address or the candidate.
        InvitedRecently: To another interview.
    """
    if candidate is None or candidate.email is None:
        return
    today = datetime.now(UTC).date()
    day = last_invited_before(today)
    scope = {"organisation_id": interview.organisation_id}
    key = address_key(interview.organisation_id, candidate.email)
    if await mail_queries.has_opted_out(session, viewer, **scope, address_key=key):
        message = "This person asked for no more mails on behalf of the organisation."
        raise OptedOut(message, field="interviewId")
    recently = await mail_queries.was_invited_after(
        session, viewer, **scope, candidate_id=candidate.id, interview_id=interview.id, day=day
    )
    if recently or not await mail_queries.claim_address(
        session, viewer, **scope, address_key=key, today=today, invited_before=day
    ):
        message = (
            "This person was invited to another interview of the organisation less than six months"
            " ago. Nobody is asked more often; the interview stays open without a mail."
        )
        raise InvitedRecently(message, field="interviewId")


async def _add_invitation(
    session: Session, viewer: Viewer, interview: Interview, candidate: Candidate | None
) -> Invitation:
    today = datetime.now(UTC).date()
    closes_on = today + timedelta(days=get_settings().invitation_days)
    invitation = Invitation(
        organisation_id=interview.organisation_id,
        id=new_id(),
        interview_id=interview.id,
        mails=0,
        expires_at=datetime.combine(closes_on, time(), UTC),
        revoked=False,
        submission=None,
        held_version_id=None,
        retry_key=None,
        is_undeliverable=False,
    )
    session.add(invitation)
    interview.status = InterviewStatus.INVITED
    interview.invited_on = today
    interview.closes_on = closes_on
    interview.held = None
    interview.language = await language_for(session, viewer, interview, candidate)
    return invitation


async def _try_another_address(
    session: Session, viewer: Viewer, invitation: Invitation, candidate: Candidate | None
) -> None:
    """Let the next mail go to an address that none came back from, if there is one now."""
    organisation_id = invitation.organisation_id
    mails = await mail_queries.list_mails(
        session, viewer, organisation_id=organisation_id, interview_id=invitation.interview_id
    )
    email = candidate.email if candidate is not None else None
    key = address_key(organisation_id, email or "")
    if any(one.bounced_on is not None and one.address_key == key for one in mails):
        message = "The mail to this address came back. Record the candidate's right address first."
        raise Undeliverable(message, field="interviewId")
    if not await mail_queries.claim_address(
        session,
        viewer,
        organisation_id=organisation_id,
        address_key=key,
        today=datetime.now(UTC).date(),
        invited_before=None,
    ):
        message = "This person asked for no more mails on behalf of the organisation."
        raise OptedOut(message, field="interviewId")
    invitation.is_undeliverable = False


async def _enqueue_mail(
    session: Session,
    viewer: Viewer,
    interview: Interview,
    invitation: Invitation,
    due_at: datetime,
) -> None:
    invitation.mails += 1
    await session.flush()
    work.enqueue(
        session,
        "invitations.send",
        interview.organisation_id,
        due_at=due_at,
        invitation_id=str(invitation.id),
        mail_number=invitation.mails,
    )
    await audit.record(
        session, viewer, AuditAction.INTERVIEW_INVITED, interview.organisation_id, interview.id
    )


async def keep_mail(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    invitation_id: UUID,
    kept: KeptMail | None,
) -> None:
    """Keep the text of a mail that is due, and plan the reminder after it.

    It is the same whether the mail went out or was left out.

    Args:
        session: The transaction that ends the sending job.
        viewer: The job.
        organisation_id: Whose.
        invitation_id: Which invitation.
        kept: What to keep; None if nothing was due.
    """
    require(viewer, Permission.INTERVIEW_INVITE, organisation_id)
    if kept is None:
        return
    now = datetime.now(UTC)
    await mail_queries.add_mail(
        session,
        viewer,
        organisation_id=organisation_id,
        values={
            "interview_id": kept.interview_id,
            "number": kept.number,
            "texts_number": kept.texts_number,
            "language": kept.language,
            "subject": kept.text.subject,
            "body": kept.text.body,
            "address_key": kept.address_key,
            "sent_on": now.date(),
        },
    )
    timing = await find_timing(session, viewer, organisation_id)
    if kept.number >= MAX_MAILS or len(timing.reminder_days) < kept.number:
        return
    days = timing.reminder_days[kept.number - 1]
    work.enqueue(
        session,
        "invitations.remind",
        organisation_id,
        due_at=now + timedelta(days=days),
        invitation_id=str(invitation_id),
        mail_number=kept.number + 1,
    )


async def remind(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    invitation_id: UUID,
    mail_number: int,
) -> None:
    """Enqueue a planned reminder, unless somebody sent it by hand or the interview is over.

    Args:
        session: The transaction.
        viewer: A job of the organisation.
        organisation_id: Whose.
        invitation_id: Which invitation.
        mail_number: Which of its mails the reminder would be.
    """
    require(viewer, Permission.INTERVIEW_INVITE, organisation_id)
    found = await mail_queries.lock_invitation(
        session, viewer, organisation_id=organisation_id, invitation_id=invitation_id
    )
    if found is None:
        return
    invitation, interview = found
    now = datetime.now(UTC)
    if (
        invitation.mails != mail_number - 1
        or invitation.revoked
        or invitation.is_undeliverable
        or interview.status is InterviewStatus.CLOSED
    ):
        return
    candidate = await offer_queries.find_candidate_of_offer(
        session, viewer, organisation_id=organisation_id, offer_id=interview.offer_id
    )
    timing = await find_timing(session, viewer, organisation_id)
    due_at = _allowed(now, timing, candidate)
    if due_at < invitation.expires_at and is_reachable(candidate):
        await _enqueue_mail(session, viewer, interview, invitation, due_at)


async def find_timing(session: Session, viewer: Viewer, organisation_id: UUID) -> MailTiming:
    """Return when an organisation's mails go out."""
    mail_queries.require_opening(viewer, organisation_id)
    row = await mail_queries.find_settings(session, viewer, organisation_id=organisation_id)
    return timing_of(row)


def _allowed(moment: datetime, timing: MailTiming, candidate: Candidate | None) -> datetime:
    own = candidate.time_zone if candidate is not None else None
    return allowed_at(moment, timing.quiet, own or timing.time_zone)
