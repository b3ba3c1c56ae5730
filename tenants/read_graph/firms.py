"""Firms, their people and their engagements as nouns of the read graph."""

from datetime import date

from sqlalchemy import ColumnElement, and_, select

from tenants.access import Permission, Role, Viewer
from tenants.library.models import LibraryTemplate
from tenants.library.queries import visible_templates
from tenants.members.firm_queries import visible_firm_invitations
from tenants.members.models import FirmInvitation
from tenants.nouns import Column, Noun, ToMany, ToOne
from tenants.organisations import engagement_queries as engagements
from tenants.organisations.models import (
    Engagement,
    EngagementConsultant,
    Firm,
    FirmMember,
    Person,
)
from tenants.paging import Ordering
from tenants.read_graph.audit import FIRM_AUDIT_EVENTS
from tenants.read_graph.orders import by_id

NEWEST_ENGAGEMENT = (Ordering("NEWEST", Engagement.starts_on, date.fromisoformat, descending=True),)

# A firm is nobody's tenant: both parts of its key are its own id, and of its members' keys the
# first one is.
FIRM = Noun(
    name="Firm",
    organisation_id=Firm.id,
    id=Firm.id,
    visible=engagements.visible_firms,
    columns={"slug": Column(Firm.slug), "name": Column(Firm.name)},
    to_many={
        "members": ToMany("FirmMember", orderings=by_id(FirmMember.person_id), paged=False),
        "invitations": ToMany("FirmInvitation", orderings=by_id(FirmInvitation.id), paged=False),
        "templates": ToMany("LibraryTemplate", orderings=by_id(LibraryTemplate.id), paged=False),
        "audit_events": FIRM_AUDIT_EVENTS,
    },
)

LIBRARY_TEMPLATE = Noun(
    name="LibraryTemplate",
    organisation_id=LibraryTemplate.firm_id,
    id=LibraryTemplate.id,
    visible=visible_templates,
    columns={
        "code": Column(LibraryTemplate.code),
        "name": Column(LibraryTemplate.name),
        "is_retired": Column(LibraryTemplate.is_retired),
    },
)

FIRM_MEMBER = Noun(
    name="FirmMember",
    organisation_id=FirmMember.firm_id,
    id=FirmMember.person_id,
    visible=engagements.visible_firm_members,
    columns={
        "name": Column(
            select(Person.name).where(Person.id == FirmMember.person_id).scalar_subquery()
        ),
        "email": Column(
            select(Person.email).where(Person.id == FirmMember.person_id).scalar_subquery()
        ),
        "role": Column(FirmMember.role),
    },
)

FIRM_INVITATION = Noun(
    name="FirmInvitation",
    organisation_id=FirmInvitation.firm_id,
    id=FirmInvitation.id,
    visible=visible_firm_invitations,
    columns={
        "email": Column(FirmInvitation.email),
        "role": Column(FirmInvitation.role),
        "mail_number": Column(FirmInvitation.mail_number),
        "created_at": Column(FirmInvitation.created_at),
        "expires_at": Column(FirmInvitation.expires_at),
    },
)

ENGAGEMENT = Noun(
    name="Engagement",
    organisation_id=Engagement.organisation_id,
    id=Engagement.id,
    visible=engagements.visible_engagements,
    columns={
        "firm_name": Column(
            select(Firm.name).where(Firm.id == Engagement.firm_id).scalar_subquery()
        ),
        "firm_slug": Column(
            select(Firm.slug).where(Firm.id == Engagement.firm_id).scalar_subquery()
        ),
        "starts_on": Column(Engagement.starts_on),
        "ends_on": Column(Engagement.ends_on),
        "ended_by": Column(Engagement.ended_by),
    },
    to_one={"organisation": ToOne("Organisation", Engagement.organisation_id)},
    to_many={
        "consultants": ToMany(
            "Consultant",
            key=EngagementConsultant.engagement_id,
            orderings=by_id(EngagementConsultant.person_id),
            paged=False,
        )
    },
)


def _visible_consultants(viewer: Viewer, role: Role | None) -> ColumnElement[bool]:
    """Return whom of those that engagements name a role may see: of those that it sees."""
    return (
        select(Engagement.id)
        .where(
            and_(
                Engagement.organisation_id == EngagementConsultant.organisation_id,
                Engagement.id == EngagementConsultant.engagement_id,
            ),
            engagements.visible_engagements(viewer, role),
        )
        .exists()
    )


CONSULTANT = Noun(
    name="Consultant",
    organisation_id=EngagementConsultant.organisation_id,
    id=EngagementConsultant.person_id,
    visible=_visible_consultants,
    columns={
        "name": Column(
            select(Person.name).where(Person.id == EngagementConsultant.person_id).scalar_subquery()
        ),
    },
)

ENGAGEMENTS = ToMany(
    "Engagement", permission=Permission.ENGAGEMENT_READ, orderings=NEWEST_ENGAGEMENT
)
