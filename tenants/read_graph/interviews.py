"""Interviews, candidates and responses as nouns of the read graph."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, false, select, true
from sqlalchemy.orm import aliased

from tenants.access import Permission, Reach, Role, Viewer, part_of
from tenants.interviews import queries as interviews
from tenants.interviews.conversation_models import Conversation
from tenants.interviews.mail_models import InvitationMail
from tenants.interviews.models import Answer, Confidentiality, Interview, Invitation, Response
from tenants.nouns import Beside, Column, Noun, ToMany, ToOne, shown_with, within_scopes
from tenants.offers.models import Application, Candidate, Offer
from tenants.paging import Ordering
from tenants.questionnaires.models import Question
from tenants.questionnaires.values import COLUMNS
from tenants.read_graph.orders import by_day
from tenants.reasons import Audience


def _visible_answers(_viewer: Viewer, role: Role | None) -> ColumnElement[bool]:
    """Return which answers of a readable response a role reads: those that are meant for it."""
    audiences = part_of(role).audiences
    if part_of(role).responses is Reach.NONE:
        return false()
    if audiences == frozenset(Audience):
        return true()
    return Question.audience.in_(sorted(audiences))


# An interview's own response; an ANONYMOUS one has no interview.
_OWN: Final = aliased(Response, name="own")


def _attributed(_viewer: Viewer, role: Role | None) -> ColumnElement[bool]:
    """Return from which interviews a role learns who was asked, or goes on to the response.

    HR from ATTRIBUTED ones only. It may know of a candidate by another interview; that one then
    says nothing of this one. And to look for a CONFIDENTIAL response in vain takes a statement
    more than to look for none, which would tell that somebody has answered.
    """
    if part_of(role).candidates is Reach.ATTRIBUTED:
        return _OWN.confidentiality == Confidentiality.ATTRIBUTED
    if part_of(role).candidates is Reach.ASSIGNED:
        return interviews.goes_on()
    return true()


def _is_undeliverable() -> ColumnElement[bool]:
    """Return whether the first mail to the address that is known came back."""
    return (
        select(Invitation.id)
        .where(
            Invitation.organisation_id == Interview.organisation_id,
            Invitation.interview_id == Interview.id,
            Invitation.is_undeliverable,
        )
        .exists()
    )


INTERVIEW_ORDERS = (
    by_day("INVITED_ON_DESC", Interview.invited_on, descending=True),
    by_day("INVITED_ON_ASC", Interview.invited_on, descending=False),
)

BY_NUMBER = Ordering("NUMBER", InvitationMail.number, int)

INTERVIEW_FILTERS: Mapping[str, Any] = MappingProxyType(
    {
        "status": Interview.status.in_,
        "invited_from": lambda day: Interview.invited_on >= day,
        "invited_to": lambda day: Interview.invited_on < day,
    }
)

INTERVIEW = Noun(
    name="Interview",
    organisation_id=Interview.organisation_id,
    id=Interview.id,
    visible=within_scopes(Permission.INTERVIEW_READ, interviews.visible_interviews),
    columns={
        "status": Column(Interview.status),
        "mode": Column(Interview.mode),
        "administrator": Column(Interview.administrator),
        "language": Column(Interview.language),
        "invited_on": Column(Interview.invited_on),
        "closes_on": Column(Interview.closes_on),
        "held": Column(Interview.held, Permission.INTERVIEW_INVITE),
        "is_undeliverable": Column(_is_undeliverable(), Permission.INTERVIEW_INVITE),
        "completed_on": Column(_OWN.submitted_on, Permission.INTERVIEW_OUTCOME_READ),
        "confidentiality": Column(_OWN.confidentiality, Permission.INTERVIEW_OUTCOME_READ),
    },
    to_many={
        "mails": ToMany(
            "InvitationMail",
            key=InvitationMail.interview_id,
            permission=Permission.INTERVIEW_INVITE,
            orderings=(BY_NUMBER,),
            paged=False,
        )
    },
    to_one={
        "offer": ToOne("Offer", Interview.offer_id),
        "candidate": ToOne(
            "Candidate",
            select(Application.candidate_id)
            .join(
                Offer,
                and_(
                    Offer.organisation_id == Application.organisation_id,
                    Offer.application_id == Application.id,
                ),
            )
            .where(
                Offer.organisation_id == Interview.organisation_id, Offer.id == Interview.offer_id
            )
            .scalar_subquery(),
            Permission.CANDIDATE_READ,
            _attributed,
        ),
        "conversation": ToOne(
            "Conversation",
            select(Conversation.id)
            .where(
                Conversation.organisation_id == Interview.organisation_id,
                Conversation.interview_id == Interview.id,
            )
            .scalar_subquery(),
            Permission.RESPONSE_KEY_IN,
        ),
        "response": ToOne("Response", _OWN.id, Permission.RESPONSE_READ, _attributed),
    },
    beside=Beside(
        _OWN,
        and_(_OWN.organisation_id == Interview.organisation_id, _OWN.interview_id == Interview.id),
        may_be_absent=True,
    ),
)

CANDIDATE = Noun(
    name="Candidate",
    organisation_id=Candidate.organisation_id,
    id=Candidate.id,
    visible=within_scopes(Permission.CANDIDATE_READ, interviews.visible_candidates),
    columns={
        "first_name": Column(Candidate.first_name),
        "last_name": Column(Candidate.last_name),
        "email": Column(Candidate.email),
        "language": Column(Candidate.language),
    },
)

RESPONSE = Noun(
    name="Response",
    organisation_id=Response.organisation_id,
    id=Response.id,
    visible=within_scopes(Permission.RESPONSE_READ, interviews.visible_responses),
    columns={
        "confidentiality": Column(Response.confidentiality),
        "submitted_month": Column(Response.submitted_month),
        "language": Column(Response.language),
    },
    to_one={
        "questionnaire_version": ToOne("QuestionnaireVersion", Response.questionnaire_version_id)
    },
    to_many={
        # Those of its interview: an ANONYMOUS response has none.
        "mails": ToMany(
            "InvitationMail",
            key=select(Response.id)
            .where(
                Response.organisation_id == InvitationMail.organisation_id,
                Response.interview_id == InvitationMail.interview_id,
            )
            .scalar_subquery(),
            permission=Permission.INTERVIEW_INVITE,
            orderings=(BY_NUMBER,),
            paged=False,
        ),
        "answers": ToMany(
            "Answer",
            key=Answer.response_id,
            orderings=(Ordering("POSITION", Question.position, int),),
            paged=False,
        ),
    },
)

ANSWER = Noun(
    name="Answer",
    organisation_id=Answer.organisation_id,
    id=Answer.question_id,
    visible=within_scopes(Permission.RESPONSE_READ, _visible_answers),
    columns={
        "state": Column(Answer.state),
        "do_not_quote": Column(Answer.do_not_quote),
        **{name: Column(getattr(Answer, name)) for name in COLUMNS},
    },
    to_one={"question": ToOne("Question", Answer.question_id)},
    beside=Beside(
        Question,
        and_(Question.organisation_id == Answer.organisation_id, Question.id == Answer.question_id),
        key=Answer.question_id,
    ),
)

INVITATION_MAIL = Noun(
    name="InvitationMail",
    organisation_id=InvitationMail.organisation_id,
    id=InvitationMail.id,
    visible=within_scopes(Permission.INTERVIEW_INVITE, shown_with(Permission.INTERVIEW_INVITE)),
    columns={
        "number": Column(InvitationMail.number),
        "language": Column(InvitationMail.language),
        "texts_number": Column(InvitationMail.texts_number),
        "subject": Column(InvitationMail.subject),
        "body": Column(InvitationMail.body),
    },
)
