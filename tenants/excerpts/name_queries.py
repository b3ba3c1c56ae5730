"""All SQL of whose names must not stand in an excerpt."""

from uuid import UUID

from sqlalchemy import select

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
    # Each key is looked up: joined, they are compared row by row where statistics know no better.
    offer = select(Interview.offer_id).where(
        Interview.organisation_id == organisation_id, Interview.id == interview_id
    )
    application = select(Offer.application_id).where(
        Offer.organisation_id == organisation_id, Offer.id == offer.scalar_subquery()
    )
    candidate = select(Application.candidate_id).where(
        Application.organisation_id == organisation_id,
        Application.id == application.scalar_subquery(),
    )
    rows = await session.execute(
        select(Candidate.first_name, Candidate.last_name, Candidate.email).where(
            Candidate.organisation_id == organisation_id,
            Candidate.id == candidate.scalar_subquery(),
        )
    )
    return [
        NamedPerson(" ".join(filter(None, (first, last))), email, NamedPart.CANDIDATE)
        for first, last, email in rows
        if first or last or email
    ]
