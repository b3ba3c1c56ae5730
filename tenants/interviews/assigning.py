"""Assigning an interview to somebody of the organisation whom the candidate need not fear."""

from uuid import UUID

from tenants import audit
from tenants.access import Permission, Role, Viewer, require
from tenants.audit import AuditAction
from tenants.errors import Conflict, InvalidInput, NotIndependent
from tenants.interviews import queries
from tenants.interviews.models import AdministratorKind, InterviewStatus
from tenants.offers import assignment_queries as offers
from tenants.organisations import queries as organisations
from tenants.work import Session


async def assign_interview(
    session: Session, viewer: Viewer, *, organisation_id: UUID, interview_id: UUID, person_id: UUID
) -> None:
    """Let an independent administrator hold an interview, instead of whoever did so far.

    They see that interview and its offer, and until it is closed or answered other than anonymously
    who is asked. Assigning is alike whether or not somebody has answered.

    Raises:
        NotFound: There is no such interview or member for the viewer.
        Forbidden: The role does not include assigning.
        InvalidInput: The member has another part here, and would learn what it must not.
        NotIndependent: The member's department is the hiring one, or one of them is unknown.
        Conflict: The interview is closed.
    """
    interview = await queries.get_interview(
        session, viewer, organisation_id=organisation_id, interview_id=interview_id
    )
    require(viewer, Permission.INTERVIEW_ASSIGN, organisation_id)
    member = await organisations.get_member(
        session, viewer, organisation_id=organisation_id, person_id=person_id
    )
    if member.role is not Role.INDEPENDENT_ADMINISTRATOR:
        message = "Only a member with the role INDEPENDENT_ADMINISTRATOR can hold an interview."
        raise InvalidInput(message, field="personId")
    hiring = await offers.find_department(
        session, viewer, organisation_id=organisation_id, offer_id=interview.offer_id
    )
    _check_independent(member.department, hiring)
    if interview.status is InterviewStatus.CLOSED:
        message = "The interview is closed."
        raise Conflict(message, field="interviewId")
    await offers.set_administrator(
        session,
        viewer,
        organisation_id=organisation_id,
        offer_id=interview.offer_id,
        person_id=person_id,
    )
    interview.administrator = AdministratorKind.INTERNAL_INDEPENDENT
    await session.flush()
    await audit.record(
        session, viewer, AuditAction.INTERVIEW_ASSIGNED, organisation_id, interview_id
    )


def _check_independent(own: str | None, hiring: str | None) -> None:
    """Return only if two departments are known and are not the same."""
    mine, theirs = ((one or "").strip().casefold() for one in (own, hiring))
    if not mine or not theirs:
        message = "The department of the member and that of the requisition must both be known."
        raise NotIndependent(message, field="personId")
    if mine == theirs:
        message = "The member works in the hiring department; choose somebody of another one."
        raise NotIndependent(message, field="personId")
