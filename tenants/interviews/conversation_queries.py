"""All SQL of conversations: plans, attempts, and what was keyed in."""

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, delete, false, or_, select, true, update
from sqlalchemy.dialects.postgresql import insert

from tenants.access import Permission, Reach, Role, Viewer, part_of, require
from tenants.errors import NotFound
from tenants.interviews.conversation_models import (
    AttemptOutcome,
    ContactAttempt,
    Conversation,
    ConversationState,
    KeyedResponse,
    NoInterviewReason,
)
from tenants.interviews.models import Draft, Interview, InterviewStatus, Invitation, Response
from tenants.interviews.queries import goes_on, visible_interviews
from tenants.model import new_id
from tenants.offers.models import Offer
from tenants.organisations.models import Person
from tenants.work import Session


def visible_conversations(viewer: Viewer, role: Role | None) -> ColumnElement[bool]:
    """Return which conversations a role sees: whoever may key in sees those of its interviews.

    An independent administrator sees one until it is answered other than anonymously, or closed.
    """
    if not viewer.grants(role, Permission.RESPONSE_KEY_IN):
        return false()
    if part_of(role).cases is Reach.ALL:
        return true()
    return _of_interview(visible_interviews(viewer, role), goes_on())


def open_conversations() -> ColumnElement[bool]:
    """Return which conversations are still to be held."""
    over = (ConversationState.HELD, ConversationState.NO_INTERVIEW)
    return and_(Conversation.state.not_in(over), _of_interview(goes_on()))


def _of_interview(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return (
        select(Interview.id)
        .where(
            Interview.organisation_id == Conversation.organisation_id,
            Interview.id == Conversation.interview_id,
            *conditions,
        )
        .exists()
    )


async def has_refused(
    session: Session, viewer: Viewer, *, organisation_id: UUID, interview_id: UUID
) -> bool:
    """Return whether the candidate told somebody no; for sending jobs alone, which tell nobody."""
    require(viewer, Permission.INTERVIEW_INVITE, organisation_id)
    last = (
        select(ContactAttempt.outcome)
        .where(
            ContactAttempt.organisation_id == Conversation.organisation_id,
            ContactAttempt.conversation_id == Conversation.id,
        )
        .order_by(ContactAttempt.attempted_at.desc(), ContactAttempt.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    refusals = (NoInterviewReason.REFUSED, NoInterviewReason.WANTS_NO_CONTACT)
    found = await session.scalar(
        select(Conversation.id).where(
            Conversation.organisation_id == organisation_id,
            Conversation.interview_id == interview_id,
            or_(
                Conversation.no_interview_reason.in_(refusals),
                last == AttemptOutcome.REFUSED,
            ),
        )
    )
    return found is not None


async def get_interview_to_hold(
    session: Session, viewer: Viewer, *, organisation_id: UUID, interview_id: UUID
) -> Interview:
    """Return an interview that the viewer may see; the row is not locked.

    Candidates lock their invitation and then, by a key, the interview: who locks the interview
    first could wait for them in a circle.

    Raises:
        NotFound: Unknown, another organisation's, or outside what the role may see.
    """
    interview = await session.scalar(
        select(Interview).where(
            Interview.organisation_id == organisation_id,
            Interview.id == interview_id,
            visible_interviews(viewer, viewer.role_in(organisation_id)),
        )
    )
    if interview is None:
        noun = "interview"
        raise NotFound(noun, field="interviewId")
    return interview


async def find_invitation_id(
    session: Session, viewer: Viewer, *, organisation_id: UUID, interview_id: UUID
) -> UUID | None:
    """Return the id of an interview's invitation, or None."""
    require(viewer, Permission.RESPONSE_KEY_IN, organisation_id)
    return await session.scalar(
        select(Invitation.id).where(
            Invitation.organisation_id == organisation_id, Invitation.interview_id == interview_id
        )
    )


async def add_invitation(session: Session, viewer: Viewer, invitation: Invitation) -> UUID:
    """Add an invitation without a mail, unless there is one meanwhile; return the one there is."""
    where = invitation.organisation_id
    require(viewer, Permission.RESPONSE_KEY_IN, where)
    names = [column.key for column in Invitation.__table__.columns]
    await session.execute(
        insert(Invitation)
        .values(**{name: getattr(invitation, name) for name in names})
        .on_conflict_do_nothing()
    )
    rows = await session.scalars(
        select(Invitation.id).where(
            Invitation.organisation_id == where,
            Invitation.interview_id == invitation.interview_id,
        )
    )
    return rows.one()


async def find_response(
    session: Session, viewer: Viewer, *, organisation_id: UUID, interview_id: UUID
) -> Response | None:
    """Return what was answered by name or in confidence, locked; an ANONYMOUS one is not found."""
    require(viewer, Permission.RESPONSE_KEY_IN, organisation_id)
    return await session.scalar(
        select(Response)
        .where(Response.organisation_id == organisation_id, Response.interview_id == interview_id)
        .with_for_update()
    )


async def find_keyed_response(
    session: Session, viewer: Viewer, *, organisation_id: UUID, interview_id: UUID
) -> tuple[KeyedResponse, str | None] | None:
    """Return how the response of an interview was keyed in and the name of who did, or None."""
    require(viewer, Permission.RESPONSE_KEY_IN, organisation_id)
    name = select(Person.name).where(Person.id == KeyedResponse.person_id).scalar_subquery()
    rows = await session.execute(
        select(KeyedResponse, name)
        .join(
            Response,
            and_(
                Response.organisation_id == KeyedResponse.organisation_id,
                Response.id == KeyedResponse.response_id,
            ),
        )
        .where(
            KeyedResponse.organisation_id == organisation_id,
            Response.interview_id == interview_id,
        )
    )
    found = rows.one_or_none()
    return None if found is None else (found[0], found[1])


async def is_receipt_taken(
    session: Session, viewer: Viewer, *, organisation_id: UUID, receipt_key: bytes
) -> bool:
    """Return whether a response has a receipt key."""
    require(viewer, Permission.RESPONSE_KEY_IN, organisation_id)
    found = select(Response.id).where(
        Response.organisation_id == organisation_id, Response.receipt_key == receipt_key
    )
    return await session.scalar(found) is not None


async def find_conversation(
    session: Session, viewer: Viewer, *, organisation_id: UUID, interview_id: UUID
) -> Conversation | None:
    """Return the conversation of an interview, locked, or None; also to the candidate's link."""
    require_part(viewer, organisation_id)
    return await session.scalar(
        select(Conversation)
        .where(
            Conversation.organisation_id == organisation_id,
            Conversation.interview_id == interview_id,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )


async def ensure_conversation(
    session: Session, viewer: Viewer, *, organisation_id: UUID, interview_id: UUID
) -> Conversation:
    """Return the conversation of an interview, locked, made now if there was none."""
    require_part(viewer, organisation_id)
    await session.execute(
        insert(Conversation)
        .values(
            organisation_id=organisation_id,
            id=new_id(),
            interview_id=interview_id,
            state=ConversationState.TRIED,
            revision=0,
        )
        .on_conflict_do_nothing()
    )
    found = await find_conversation(
        session, viewer, organisation_id=organisation_id, interview_id=interview_id
    )
    if found is None:
        noun = "interview"
        raise NotFound(noun, field="interviewId")
    return found


def require_part(viewer: Viewer, organisation_id: UUID) -> None:
    """Return only if the viewer keys in, or is a candidate, whose own interview it must be.

    Raises:
        Forbidden: Neither.
    """
    if not viewer.may(Permission.RESPONSE_SUBMIT, organisation_id):
        require(viewer, Permission.RESPONSE_KEY_IN, organisation_id)


async def delete_candidates_draft(
    session: Session, viewer: Viewer, *, organisation_id: UUID, invitation_id: UUID
) -> None:
    """Delete what the candidate had saved of an online form that is not needed any more."""
    require(viewer, Permission.RESPONSE_KEY_IN, organisation_id)
    await session.execute(
        delete(Draft).where(
            Draft.organisation_id == organisation_id, Draft.invitation_id == invitation_id
        )
    )


async def forget_contact(
    session: Session, viewer: Viewer, *, organisation_id: UUID, interview_id: UUID
) -> None:
    """Erase how and when a candidate wanted to be called, because nobody will call any more."""
    if viewer.role_in(organisation_id) is None:
        return
    await session.execute(
        update(Conversation)
        .where(
            Conversation.organisation_id == organisation_id,
            Conversation.interview_id == interview_id,
            or_(Conversation.phone.is_not(None), Conversation.preferred_times.is_not(None)),
        )
        .values(phone=None, preferred_times=None)
    )


async def forget_contacts_of_closed(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    interview_ids: Collection[UUID],
    long_ago: date,
) -> None:
    """Erase how candidates wanted to be called whose interviews are closed now.

    What was keyed in and not submitted goes as well where the interview closed before a day.
    """
    require(viewer, Permission.INTERVIEW_CLOSE, organisation_id)
    await session.execute(
        update(Conversation)
        .where(
            Conversation.organisation_id == organisation_id,
            Conversation.interview_id.in_(interview_ids),
        )
        .values(phone=None, preferred_times=None)
    )
    closed = select(Interview.id).where(
        Interview.organisation_id == organisation_id,
        Interview.status == InterviewStatus.CLOSED,
        Interview.closes_on < long_ago,
    )
    await session.execute(
        update(Conversation)
        .where(
            Conversation.organisation_id == organisation_id,
            Conversation.sealed.is_not(None),
            Conversation.interview_id.in_(closed),
        )
        .values(sealed=None, begun_at=None, state=ConversationState.TRIED)
    )


async def erase_conversations(
    session: Session, viewer: Viewer, *, organisation_id: UUID, application_ids: Collection[UUID]
) -> None:
    """Erase what is known of talking to the candidates of applications, but what they had sent.

    The plan, the wish to be called, what was keyed in and not sent, and the interviewers' notes.
    """
    require(viewer, Permission.INTERVIEW_OPEN, organisation_id)
    interviews = _interviews_of(organisation_id, application_ids)
    await session.execute(
        delete(Conversation).where(
            Conversation.organisation_id == organisation_id,
            Conversation.interview_id.in_(interviews),
        )
    )
    answered = select(Response.id).where(
        Response.organisation_id == organisation_id, Response.interview_id.in_(interviews)
    )
    await session.execute(
        update(KeyedResponse)
        .where(
            KeyedResponse.organisation_id == organisation_id,
            KeyedResponse.response_id.in_(answered),
        )
        .values(notes=None)
    )


def _interviews_of(organisation_id: UUID, application_ids: Collection[UUID]) -> Select[Any]:
    return (
        select(Interview.id)
        .join(
            Offer,
            and_(
                Offer.organisation_id == Interview.organisation_id, Offer.id == Interview.offer_id
            ),
        )
        .where(
            Interview.organisation_id == organisation_id,
            Offer.application_id.in_(application_ids),
        )
    )
