"""What can be done with interviews: opening, inviting, closing; and what an outcome sets off."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from tenants import audit
from tenants.access import Permission, Viewer, require
from tenants.audit import AuditAction
from tenants.errors import Conflict, InvalidInput, NotFound
from tenants.integrations.idempotency import once
from tenants.interviews import queries
from tenants.interviews.conversation_queries import forget_contacts_of_closed
from tenants.interviews.inviting import invite, invite_when_due, is_reachable, language_for
from tenants.interviews.models import (
    AdministratorKind,
    Interview,
    InterviewMode,
    InterviewStatus,
)
from tenants.model import new_id
from tenants.offers import queries as offer_queries
from tenants.offers import service as offers
from tenants.offers.models import Offer
from tenants.offers.statuses import OPENS_INTERVIEW
from tenants.questionnaires import queries as questionnaires
from tenants.settings import get_settings
from tenants.work import Session

# What was keyed in can be submitted so long after the interview's last day.
UNFINISHED_KEPT = timedelta(days=30)


async def record_offer_outcome(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    offer: offers.OfferInput,
    idempotency_key: str | None = None,
) -> UUID:
    """Record an offer as it now stands; a declined or reneged one has an interview afterwards.

    Args:
        session: The transaction.
        viewer: Somebody who may record offers.
        organisation_id: Whose offer.
        offer: What is known of it; older knowledge than what is recorded changes nothing.
        idempotency_key: A repeat with the same key does nothing and returns the same offer.

    Returns:
        The offer's id.

    Raises:
        NotFound: The organisation is unknown or not the viewer's.
        Forbidden: The role does not include recording offers.
        InvalidInput: The facts contradict each other.
    """
    if viewer.role_in(organisation_id) is None:
        noun = "organisation"
        raise NotFound(noun, field="organisationId")
    require(viewer, Permission.OFFER_RECORD, organisation_id)

    async def make() -> UUID:
        recorded = await offers.record_offer(
            session, viewer, organisation_id=organisation_id, offer=offer
        )
        await follow_outcome(session, viewer, organisation_id=organisation_id, offer=recorded)
        return recorded.id

    return await once(
        session,
        viewer,
        organisation_id=organisation_id,
        operation="recordOfferOutcome",
        key=idempotency_key,
        make=make,
    )


async def follow_outcome(
    session: Session, viewer: Viewer, *, organisation_id: UUID, offer: Offer
) -> None:
    """Open the interview that an outcome calls for, and invite where that is due by itself.

    Intake, import and mutation all end here, in the transaction that recorded the outcome. Called
    again for the same offer, or once its candidate has become known, it does what is still missing.
    An accepted offer closes an interview that an earlier refusal had opened.
    """
    require(viewer, Permission.OFFER_RECORD, organisation_id)
    if offer.status not in OPENS_INTERVIEW:
        await _close_after_acceptance(session, viewer, offer)
        return
    interview = await _ensure_interview(session, viewer, offer)
    resolved = offer.resolved_at
    oldest = datetime.now(UTC) - timedelta(days=get_settings().invite_within_days)
    candidate = await offer_queries.find_candidate_of_offer(
        session, viewer, organisation_id=organisation_id, offer_id=offer.id
    )
    if (
        interview.status is InterviewStatus.OPENED
        and resolved is not None
        and resolved >= oldest
        and is_reachable(candidate)
    ):
        await invite_when_due(session, viewer, interview, candidate, resolved_at=resolved)


async def open_interview(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    offer_id: UUID,
    idempotency_key: str | None = None,
) -> UUID:
    """Open an interview by hand, for instance after an offer that lapsed; no mail is sent yet.

    Returns:
        The interview's id; the existing one if the offer already has one.

    Raises:
        NotFound: There is no such offer for the viewer.
        Forbidden: The role does not include opening interviews.
        InvalidInput: The offer is neither declined, reneged nor lapsed.
    """
    offer = await offer_queries.get_offer(
        session, viewer, organisation_id=organisation_id, offer_id=offer_id
    )
    require(viewer, Permission.INTERVIEW_OPEN, organisation_id)
    if offer.status not in {*OPENS_INTERVIEW, offers.OfferStatus.LAPSED}:
        message = "Only a declined, reneged or lapsed offer has an interview."
        raise InvalidInput(message, field="offerId")

    async def make() -> UUID:
        return (await _ensure_interview(session, viewer, offer)).id

    return await once(
        session,
        viewer,
        organisation_id=organisation_id,
        operation="openInterview",
        key=idempotency_key,
        make=make,
    )


async def invite_candidate(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    interview_id: UUID,
    idempotency_key: str | None = None,
) -> UUID:
    """Send the candidate a link, or a reminder with a new one; alike whether they answered or not.

    Somebody who has answered gets no mail, and nothing that the caller sees tells so.

    Returns:
        The interview's id.

    Raises:
        NotFound: There is no such interview for the viewer.
        Forbidden: The role does not include inviting.
        Conflict: Closed, no address known, or the mails are used up.
        OptedOut: The candidate had asked for no more mails before the first one.
        InvitedRecently: The candidate was invited to another interview within half a year.
        Undeliverable: The first mail came back, and no other address is known.
    """
    interview = await queries.get_interview(
        session, viewer, organisation_id=organisation_id, interview_id=interview_id
    )
    require(viewer, Permission.INTERVIEW_INVITE, organisation_id)

    async def make() -> UUID:
        if interview.status is InterviewStatus.CLOSED:
            message = "The interview is closed; nobody can be invited to it any more."
            raise Conflict(message, field="interviewId")
        candidate = await offer_queries.find_candidate_of_offer(
            session, viewer, organisation_id=organisation_id, offer_id=interview.offer_id
        )
        if not is_reachable(candidate):
            message = "No e-mail address of the candidate is known yet."
            raise Conflict(message, field="interviewId")
        await invite(session, viewer, interview, candidate)
        return interview.id

    return await once(
        session,
        viewer,
        organisation_id=organisation_id,
        operation="inviteCandidate",
        key=idempotency_key,
        make=make,
    )


async def close_due_interviews(
    session: Session, viewer: Viewer, *, organisation_id: UUID, today: date | None = None
) -> int:
    """Close every interview whose fixed day has come, answered or not; return how many.

    Nobody calls any more, and what was keyed in and never submitted is deleted after a month.
    """
    require(viewer, Permission.INTERVIEW_CLOSE, organisation_id)
    day = today or datetime.now(UTC).date()
    closed = await queries.close_invited_before(
        session, viewer, organisation_id=organisation_id, today=day
    )
    await forget_contacts_of_closed(
        session,
        viewer,
        organisation_id=organisation_id,
        interview_ids=closed,
        long_ago=day - UNFINISHED_KEPT,
    )
    for interview_id in closed:
        await audit.record(
            session, viewer, AuditAction.INTERVIEW_CLOSED, organisation_id, interview_id
        )
    return len(closed)


async def _ensure_interview(session: Session, viewer: Viewer, offer: Offer) -> Interview:
    """Return the offer's interview, opened now if there was none. The offer's row is locked."""
    organisation_id = offer.organisation_id
    found = await queries.find_interview_of_offer(
        session, viewer, organisation_id=organisation_id, offer_id=offer.id
    )
    if found is not None:
        return found
    version = await questionnaires.get_current_version(
        session, viewer, organisation_id=organisation_id
    )
    firm = await queries.find_firm_name(session, viewer, organisation_id=organisation_id)
    candidate = await offer_queries.find_candidate_of_offer(
        session, viewer, organisation_id=organisation_id, offer_id=offer.id
    )
    interview = Interview(
        organisation_id=organisation_id,
        id=new_id(),
        offer_id=offer.id,
        questionnaire_version_id=version.id,
        status=InterviewStatus.OPENED,
        mode=InterviewMode.ONLINE_FORM,
        administrator=AdministratorKind.EXTERNAL_FIRM if firm else AdministratorKind.SELF_SERVICE,
        language=version.languages[0],
        opened_at=datetime.now(UTC),
        invited_on=None,
        closes_on=None,
        invite_at=None,
        held=None,
    )
    interview.language = await language_for(session, viewer, interview, candidate)
    session.add(interview)
    await session.flush()
    await audit.record(session, viewer, AuditAction.INTERVIEW_OPENED, organisation_id, interview.id)
    return interview


async def _close_after_acceptance(session: Session, viewer: Viewer, offer: Offer) -> None:
    if offer.status is not offers.OfferStatus.ACCEPTED:
        return
    interview = await queries.find_interview_of_offer(
        session, viewer, organisation_id=offer.organisation_id, offer_id=offer.id
    )
    if interview is None or interview.status is InterviewStatus.CLOSED:
        return
    interview.status = InterviewStatus.CLOSED
    invitation = await queries.find_invitation(
        session, viewer, organisation_id=offer.organisation_id, interview_id=interview.id
    )
    if invitation is not None:
        invitation.revoked = True
    await audit.record(
        session, viewer, AuditAction.INTERVIEW_CLOSED, offer.organisation_id, interview.id
    )
