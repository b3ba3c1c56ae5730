"""All SQL of interviews, invitations and responses."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, false, not_, select, true, update

from tenants.access import Permission, Reach, Role, Viewer, part_of, require
from tenants.errors import LinkUnusable, NotFound
from tenants.interviews.models import (
    Confidentiality,
    Interview,
    InterviewStatus,
    Invitation,
    Response,
)
from tenants.model import Tenant
from tenants.offers.assignment_queries import assigned_offers
from tenants.offers.models import Application, Candidate, Offer, Requisition
from tenants.offers.queries import managed_offers
from tenants.organisations.models import Engagement, Firm, Organisation
from tenants.questionnaires.models import QuestionnaireVersion
from tenants.work import Session


def visible_interviews(viewer: Viewer, role: Role | None) -> ColumnElement[bool]:
    """Return which interviews a role may see as rows: all of the client, or its own offers'."""
    reach = part_of(role).cases
    if reach is Reach.ALL:
        return true()
    if reach is Reach.OWN:
        return Interview.offer_id.in_(managed_offers(viewer, Interview.organisation_id))
    if reach is Reach.ASSIGNED:
        return Interview.offer_id.in_(assigned_offers(viewer, Interview.organisation_id))
    return false()


def countable_interviews(viewer: Viewer, role: Role | None) -> ColumnElement[bool]:
    """Return which interviews a role may count: leadership counts all and sees none."""
    return true() if part_of(role).counts is Reach.ALL else visible_interviews(viewer, role)


def visible_responses(_viewer: Viewer, role: Role | None) -> ColumnElement[bool]:
    """Return which responses a role may read as rows; nobody reads an ANONYMOUS one."""
    reach = part_of(role).responses
    if reach is Reach.IDENTIFIED:
        return Response.confidentiality.in_(
            (Confidentiality.ATTRIBUTED, Confidentiality.CONFIDENTIAL)
        )
    if reach is Reach.ATTRIBUTED:
        return Response.confidentiality == Confidentiality.ATTRIBUTED
    return false()


def visible_candidates(viewer: Viewer, role: Role | None) -> ColumnElement[bool]:
    """Return whose identity a role may know: the consultant everyone's, HR the ATTRIBUTED ones'."""
    reach = part_of(role).candidates
    if reach is Reach.ALL:
        return true()
    if reach is Reach.ATTRIBUTED:
        return (
            select(Response.id)
            .join(
                Interview,
                and_(
                    Interview.organisation_id == Response.organisation_id,
                    Interview.id == Response.interview_id,
                ),
            )
            .join(
                Offer,
                and_(
                    Offer.organisation_id == Interview.organisation_id,
                    Offer.id == Interview.offer_id,
                ),
            )
            .join(
                Application,
                and_(
                    Application.organisation_id == Offer.organisation_id,
                    Application.id == Offer.application_id,
                ),
            )
            .where(
                Response.organisation_id == Candidate.organisation_id,
                Response.confidentiality == Confidentiality.ATTRIBUTED,
                Application.candidate_id == Candidate.id,
            )
            .exists()
        )
    if reach is Reach.ASSIGNED:
        return Candidate.id.in_(_asked(viewer))
    return false()


def _asked(viewer: Viewer) -> Select[Any]:
    """Return the ids of the candidates of interviews that the viewer holds and that go on."""
    return (
        select(Application.candidate_id)
        .join(
            Offer,
            and_(
                Offer.organisation_id == Application.organisation_id,
                Offer.application_id == Application.id,
            ),
        )
        .join(
            Interview,
            and_(
                Interview.organisation_id == Offer.organisation_id,
                Interview.offer_id == Offer.id,
            ),
        )
        .where(
            Application.organisation_id == Candidate.organisation_id,
            Offer.id.in_(assigned_offers(viewer, Candidate.organisation_id)),
            goes_on(),
        )
    )


def goes_on() -> ColumnElement[bool]:
    """Return which interviews go on: not closed, and not answered by name or in confidence.

    One that was answered anonymously goes on like any other, until it is closed.
    """
    answered = (
        select(Response.id)
        .where(
            Response.organisation_id == Interview.organisation_id,
            Response.interview_id == Interview.id,
        )
        .exists()
    )
    return and_(Interview.status != InterviewStatus.CLOSED, not_(answered))


async def get_interview(
    session: Session, viewer: Viewer, *, organisation_id: UUID, interview_id: UUID
) -> Interview:
    """Return an interview that the viewer may see.

    Raises:
        NotFound: Unknown, another organisation's, or outside what the role may see.
    """
    interview = await session.scalar(
        select(Interview)
        .where(
            Interview.organisation_id == organisation_id,
            Interview.id == interview_id,
            visible_interviews(viewer, viewer.role_in(organisation_id)),
        )
        .with_for_update()
    )
    if interview is None:
        noun = "interview"
        raise NotFound(noun)
    return interview


async def find_interview_of_offer(
    session: Session, viewer: Viewer, *, organisation_id: UUID, offer_id: UUID
) -> Interview | None:
    """Return the interview that an offer has, or None."""
    return await session.scalar(
        select(Interview).where(
            Interview.organisation_id == organisation_id,
            Interview.offer_id == offer_id,
            visible_interviews(viewer, viewer.role_in(organisation_id)),
        )
    )


async def find_invitation(
    session: Session, viewer: Viewer, *, organisation_id: UUID, interview_id: UUID
) -> Invitation | None:
    """Return the invitation of an interview that the viewer may see, or None."""
    return await session.scalar(
        select(Invitation)
        .join(
            Interview,
            and_(
                Interview.organisation_id == Invitation.organisation_id,
                Interview.id == Invitation.interview_id,
            ),
        )
        .where(
            Invitation.organisation_id == organisation_id,
            Invitation.interview_id == interview_id,
            visible_interviews(viewer, viewer.role_in(organisation_id)),
        )
    )


@dataclass(frozen=True, slots=True)
class Case:
    """Everything around one invitation: what the form and the mail are made of."""

    invitation: Invitation
    interview: Interview
    organisation: Organisation
    version: QuestionnaireVersion
    offer: Offer
    candidate: Candidate | None
    requisition: Requisition | None


def _case(
    organisation_id: UUID, invitation_id: UUID
) -> Select[
    Invitation, Interview, Organisation, QuestionnaireVersion, Offer, Candidate, Requisition
]:
    """Start every look at a case.

    Each key is looked up by itself instead of joined: of an organisation that the planner's
    statistics do not know yet it expects one row, and then a join of seven tables may compare every
    row of one with every row of the next (measured: nine seconds at 300 interviews).
    """

    def of(table: type[Tenant], column: Any, key: Any) -> Any:
        """Return one value of the organisation's row with a key."""
        return (
            select(column)
            .where(table.organisation_id == organisation_id, table.id == key)
            .scalar_subquery()
        )

    interview_id = of(Invitation, Invitation.interview_id, invitation_id)
    version_id = of(Interview, Interview.questionnaire_version_id, interview_id)
    offer_id = of(Interview, Interview.offer_id, interview_id)
    application_id = of(Offer, Offer.application_id, offer_id)
    parts: dict[type[Tenant], Any] = {
        Interview: interview_id,
        QuestionnaireVersion: version_id,
        Offer: offer_id,
        Candidate: of(Application, Application.candidate_id, application_id),
        Requisition: of(Application, Application.requisition_id, application_id),
    }
    statement = (
        select(
            Invitation, Interview, Organisation, QuestionnaireVersion, Offer, Candidate, Requisition
        )
        .select_from(Invitation)
        .join(Organisation, Organisation.id == Invitation.organisation_id)
    )
    for table, key in parts.items():
        statement = statement.join(
            table,
            and_(table.organisation_id == organisation_id, table.id == key),
            isouter=table in (Candidate, Requisition),
        )
    return statement.where(
        Invitation.organisation_id == organisation_id, Invitation.id == invitation_id
    )


async def get_case(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    invitation_id: UUID,
    lock: bool = False,
) -> Case:
    """Return the case behind an invitation: to its candidate, to who holds the interview, to a job.

    Args:
        session: The transaction.
        viewer: The candidate, somebody who holds the interview, or a job of the organisation.
        organisation_id: Whose.
        invitation_id: Which.
        lock: Keep the invitation locked until the transaction ends.

    Raises:
        LinkUnusable: There is no such invitation.
    """
    role = viewer.role_in(organisation_id)
    if viewer.may(Permission.RESPONSE_KEY_IN, organisation_id):
        own = visible_interviews(viewer, role)
    elif role is Role.CANDIDATE:
        own = true() if viewer.id == invitation_id else false()
    else:
        own = true() if role is Role.JOB else false()
    statement = _case(organisation_id, invitation_id).where(own)
    if lock:
        statement = statement.with_for_update(of=Invitation)
    row = (await session.execute(statement)).one_or_none()
    if row is None or (role is Role.CANDIDATE and viewer.mail_number > row[0].mails):
        message = "This link is not valid."
        raise LinkUnusable(message)
    return Case(*row)


async def find_firm_name(session: Session, viewer: Viewer, *, organisation_id: UUID) -> str | None:
    """Return the name of the firm that serves the organisation today, for mail and form."""
    if viewer.role_in(organisation_id) is None:
        return None
    today = datetime.now(UTC).date()
    return await session.scalar(
        select(Firm.name)
        .join(Engagement, Engagement.firm_id == Firm.id)
        .where(
            Engagement.organisation_id == organisation_id,
            Engagement.starts_on <= today,
            (Engagement.ends_on.is_(None)) | (Engagement.ends_on > today),
        )
        .order_by(Engagement.starts_on.desc())
        .limit(1)
    )


async def close_invited_before(
    session: Session, viewer: Viewer, *, organisation_id: UUID, today: date
) -> Sequence[UUID]:
    """Close the interviews whose fixed day has come, answered or not; return their ids."""
    require(viewer, Permission.INTERVIEW_CLOSE, organisation_id)
    rows = await session.scalars(
        update(Interview)
        .where(
            Interview.organisation_id == organisation_id,
            Interview.status == InterviewStatus.INVITED,
            Interview.closes_on <= today,
        )
        .values(status=InterviewStatus.CLOSED)
        .returning(Interview.id)
    )
    return rows.all()


def anonymous_since(today: date) -> date:
    """Return the first day of the 12 months in which invitations are counted."""
    return today - timedelta(days=365)
