"""Organisations, their members, jobs and posted events as nouns of the read graph."""

from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, and_, not_, select

from tenants.access import Permission, Role, Viewer
from tenants.integrations.models import IntakeEvent, Integration
from tenants.interviews import queries as interviews
from tenants.interviews.models import Response
from tenants.members.models import MemberInvitation
from tenants.nouns import Column, Noun, ToMany, shown_with, within_scopes
from tenants.offers import queries as offers
from tenants.offers.models import MonthlyCounts, Requisition
from tenants.organisations.models import Membership, Organisation, Person
from tenants.paging import Ordering
from tenants.questionnaires.models import Questionnaire
from tenants.read_graph.actions import ACTIONS
from tenants.read_graph.audit import AUDIT_EVENTS
from tenants.read_graph.conversations import CONVERSATIONS
from tenants.read_graph.excerpts import DESK_EXCERPTS, DESK_TEXTS, EXCERPTS
from tenants.read_graph.firms import ENGAGEMENTS
from tenants.read_graph.insights import NEWEST_EDITION
from tenants.read_graph.interviews import INTERVIEW_FILTERS, INTERVIEW_ORDERS
from tenants.read_graph.offers import OFFER_FILTERS, OFFER_ORDERS
from tenants.read_graph.orders import by_id
from tenants.work import Job

ORGANISATION = Noun(
    name="Organisation",
    organisation_id=Organisation.id,
    id=Organisation.id,
    visible=shown_with(Permission.ORGANISATION_READ),
    columns={
        "slug": Column(Organisation.slug),
        "name": Column(Organisation.name),
        "industry": Column(Organisation.industry),
        "size_band": Column(Organisation.size_band),
        "region": Column(Organisation.region),
        "language": Column(Organisation.language),
    },
    to_many={
        "requisitions": ToMany(
            "Requisition",
            permission=Permission.REQUISITION_READ,
            orderings=(Ordering("TITLE_ASC", Requisition.title, str),),
            filters={
                "department": lambda value: Requisition.department == value,
                "external_id": lambda value: Requisition.external_id == value,
            },
        ),
        "offers": ToMany(
            "Offer",
            permission=Permission.OFFER_READ,
            count_permission=Permission.OFFER_COUNT,
            countable=within_scopes(Permission.OFFER_COUNT, offers.countable_offers),
            orderings=OFFER_ORDERS,
            filters=OFFER_FILTERS,
        ),
        "interviews": ToMany(
            "Interview",
            permission=Permission.INTERVIEW_READ,
            count_permission=Permission.INTERVIEW_COUNT,
            countable=within_scopes(Permission.INTERVIEW_COUNT, interviews.countable_interviews),
            orderings=INTERVIEW_ORDERS,
            filters=INTERVIEW_FILTERS,
        ),
        "conversations": CONVERSATIONS,
        "responses": ToMany(
            "Response",
            permission=Permission.RESPONSE_READ,
            orderings=by_id(Response.id),
            filters={
                "confidentiality": Response.confidentiality.in_,
                "submitted_month": lambda month: Response.submitted_month == month,
            },
        ),
        "questionnaires": ToMany(
            "Questionnaire",
            permission=Permission.QUESTIONNAIRE_READ,
            orderings=(Ordering("NAME_ASC", Questionnaire.name, str),),
        ),
        "monthly_counts": ToMany(
            "MonthlyCounts",
            permission=Permission.OFFER_RECORD,
            orderings=(
                Ordering("NEWEST", MonthlyCounts.month, date.fromisoformat, descending=True),
            ),
            paged=False,
        ),
        "editions": ToMany(
            "Edition", permission=Permission.INSIGHTS_READ, orderings=NEWEST_EDITION
        ),
        "excerpts": EXCERPTS,
        "desk_texts": DESK_TEXTS,
        "desk_excerpts": DESK_EXCERPTS,
        "members": ToMany(
            "Membership",
            permission=Permission.MEMBER_READ,
            orderings=by_id(Membership.person_id),
        ),
        "member_invitations": ToMany(
            "MemberInvitation",
            permission=Permission.MEMBER_MANAGE,
            orderings=(Ordering("NEWEST", MemberInvitation.id, UUID, descending=True),),
        ),
        "engagements": ENGAGEMENTS,
        "actions": ACTIONS,
        "audit_events": AUDIT_EVENTS,
        "intake_events": ToMany(
            "IntakeEvent",
            permission=Permission.INTAKE_READ,
            orderings=(Ordering("NEWEST", IntakeEvent.id, UUID, descending=True),),
            filters={"state": IntakeEvent.state.in_},
        ),
        "integrations": ToMany(
            "Integration",
            permission=Permission.INTEGRATION_READ,
            orderings=(Ordering("NAME_ASC", Integration.name, str),),
            paged=False,
        ),
        "jobs": ToMany(
            "Job",
            permission=Permission.JOB_READ,
            orderings=(Ordering("NEWEST", Job.id, UUID, descending=True),),
            filters={
                "state": Job.state.in_,
                "name": lambda value: Job.name == value,
            },
        ),
    },
)

MEMBERSHIP = Noun(
    name="Membership",
    organisation_id=Membership.organisation_id,
    id=Membership.person_id,
    visible=shown_with(Permission.MEMBER_READ),
    columns={
        "name": Column(
            select(Person.name).where(Person.id == Membership.person_id).scalar_subquery()
        ),
        "email": Column(
            select(Person.email).where(Person.id == Membership.person_id).scalar_subquery()
        ),
        "role": Column(Membership.role),
        "department": Column(Membership.department),
    },
)


def _visible_invitations(viewer: Viewer, role: Role | None) -> ColumnElement[bool]:
    """Return which invitations a role sees: those that wait, expired or not."""
    manages = shown_with(Permission.MEMBER_MANAGE)(viewer, role)
    return and_(manages, MemberInvitation.settled_at.is_(None))


MEMBER_INVITATION = Noun(
    name="MemberInvitation",
    organisation_id=MemberInvitation.organisation_id,
    id=MemberInvitation.id,
    visible=_visible_invitations,
    columns={
        "email": Column(MemberInvitation.email),
        "role": Column(MemberInvitation.role),
        "department": Column(MemberInvitation.department),
        "mail_number": Column(MemberInvitation.mail_number),
        "created_at": Column(MemberInvitation.created_at),
        "expires_at": Column(MemberInvitation.expires_at),
    },
)

INTAKE_EVENT = Noun(
    name="IntakeEvent",
    organisation_id=IntakeEvent.organisation_id,
    id=IntakeEvent.id,
    visible=shown_with(Permission.INTAKE_READ),
    columns={
        "action": Column(IntakeEvent.action),
        "application_id": Column(IntakeEvent.application_id),
        "state": Column(IntakeEvent.state),
        "reason_code": Column(IntakeEvent.reason_code),
        "reason": Column(IntakeEvent.reason),
        "received_at": Column(IntakeEvent.received_at),
    },
)


def _visible_jobs(viewer: Viewer, role: Role | None) -> ColumnElement[bool]:
    """Return which jobs a role sees: all but reminders.

    A reminder to somebody who has answered is not sent, so that its job ends at once and never
    fails: it would tell who answered. An invitation goes out before anybody can answer.
    """
    reminds = and_(Job.name == "invitations.send", Job.arguments["mail_number"].as_integer() > 1)
    return and_(shown_with(Permission.JOB_READ)(viewer, role), not_(reminds))


JOB = Noun(
    name="Job",
    organisation_id=Job.organisation_id,
    id=Job.id,
    visible=_visible_jobs,
    columns={
        "name": Column(Job.name),
        "state": Column(Job.state),
        "attempts": Column(Job.attempts),
        "progress": Column(Job.progress),
        "error_code": Column(Job.error_code),
        "created_at": Column(Job.created_at),
        "finished_at": Column(Job.finished_at),
    },
)

ORGANISATIONS = ToMany("Organisation", orderings=(Ordering("NAME_ASC", Organisation.name, str),))
