"""All SQL of whose names must not stand in an excerpt."""

from uuid import UUID

from sqlalchemy import and_, select

from tenants.access import Permission, Viewer, require
from tenants.excerpts.redaction import NamedPart, NamedPerson
from tenants.interviews.models import Interview
from tenants.offers.models import Application, Candidate, HiringManager, Offer
from tenants.organisations.models import EngagementConsultant, Membership, Person
from tenants.work import Session


async def list_named(
    session: Session, viewer: Viewer, *, organisation_id: UUID, interview_id: UUID | None
) -> list[NamedPerson]:
    """Return whose names a text may hold: of its case, and of everybody who may have interviewed.

    Who sat in a panel is not on record, so that every member of the organisation, everybody who
    hires for it and every consultant counts as one. A text without an interview, as of an ANONYMOUS
    response, is looked through for those alone.
    """
    require(viewer, Permission.EXCERPT_MODERATE, organisation_id)
    named: list[NamedPerson] = []
    if interview_id is not None:
        named += await _candidate(session, viewer, organisation_id, interview_id)
    for part, keys in (
        (
            NamedPart.HIRING_MANAGER,
            select(HiringManager.person_id).where(HiringManager.organisation_id == organisation_id),
        ),
        (
            NamedPart.INTERVIEW_PANEL,
            select(Membership.person_id)
            .where(Membership.organisation_id == organisation_id)
            .union(
                select(EngagementConsultant.person_id).where(
                    EngagementConsultant.organisation_id == organisation_id
                )
            ),
        ),
    ):
        rows = await session.execute(
            select(Person.name, Person.email).where(Person.id.in_(keys)).order_by(Person.name)
        )
        named += [NamedPerson(name, email, part) for name, email in rows]
    return list(dict.fromkeys(named))


async def _candidate(
    session: Session, viewer: Viewer, organisation_id: UUID, interview_id: UUID
) -> list[NamedPerson]:
    """Return the candidate of a case, unless erased."""
    require(viewer, Permission.EXCERPT_MODERATE, organisation_id)
    rows = await session.execute(
        select(Candidate.first_name, Candidate.last_name, Candidate.email)
        .join(
            Application,
            and_(
                Application.organisation_id == Candidate.organisation_id,
                Application.candidate_id == Candidate.id,
            ),
        )
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
                Interview.organisation_id == Offer.organisation_id, Interview.offer_id == Offer.id
            ),
        )
        .where(Interview.organisation_id == organisation_id, Interview.id == interview_id)
    )
    return [
        NamedPerson(" ".join(filter(None, (first, last))), email, NamedPart.CANDIDATE)
        for first, last, email in rows
        if first or last or email
    ]
