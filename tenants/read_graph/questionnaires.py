"""Questionnaires, their versions and questions as nouns of the read graph."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, select, true

from tenants.access import Permission, Reach, Role, Viewer, part_of
from tenants.interviews.models import Interview
from tenants.nouns import Column, Noun, ToMany, ToOne, Visibility, shown_with
from tenants.offers.assignment_queries import assigned_offers
from tenants.paging import Ordering
from tenants.questionnaires.models import (
    Question,
    Questionnaire,
    QuestionnaireVersion,
    VersionState,
)


def _used(viewer: Viewer, organisation_id: Any) -> Select[Any]:
    """Return the ids of the versions that the interviews held by the viewer ask."""
    return select(Interview.questionnaire_version_id).where(
        Interview.organisation_id == organisation_id,
        Interview.offer_id.in_(assigned_offers(viewer, Interview.organisation_id)),
    )


def _visible(version_id: Any, organisation_id: Any) -> Visibility:
    """Return the visibility of what belongs to a version: all, or of those that the viewer uses."""

    def visible(viewer: Viewer, role: Role | None) -> ColumnElement[bool]:
        everything = shown_with(Permission.QUESTIONNAIRE_READ)(viewer, role)
        if part_of(role).cases is not Reach.ASSIGNED:
            return everything
        used: ColumnElement[bool] = version_id.in_(_used(viewer, organisation_id))
        return and_(everything, used)

    return visible


def _visible_questionnaires(viewer: Viewer, role: Role | None) -> ColumnElement[bool]:
    """Return which questionnaires a role reads: all, or those of the versions that it uses."""
    everything = shown_with(Permission.QUESTIONNAIRE_READ)(viewer, role)
    if part_of(role).cases is not Reach.ASSIGNED:
        return everything
    return and_(
        everything,
        Questionnaire.id.in_(
            select(QuestionnaireVersion.questionnaire_id).where(
                QuestionnaireVersion.organisation_id == Questionnaire.organisation_id,
                QuestionnaireVersion.id.in_(_used(viewer, QuestionnaireVersion.organisation_id)),
            )
        ),
    )


QUESTIONNAIRE = Noun(
    name="Questionnaire",
    organisation_id=Questionnaire.organisation_id,
    id=Questionnaire.id,
    visible=_visible_questionnaires,
    columns={"code": Column(Questionnaire.code), "name": Column(Questionnaire.name)},
    to_many={
        "versions": ToMany(
            "QuestionnaireVersion",
            key=QuestionnaireVersion.questionnaire_id,
            orderings=(Ordering("NEWEST", QuestionnaireVersion.number, int, descending=True),),
            paged=False,
        )
    },
)


def _visible_versions(viewer: Viewer, role: Role | None) -> ColumnElement[bool]:
    """Return which versions are seen: drafts by those alone who work on them."""
    if not viewer.grants(role, Permission.QUESTIONNAIRE_READ):
        return false()
    if viewer.grants(role, Permission.QUESTIONNAIRE_EDIT):
        return true()
    published = QuestionnaireVersion.state != VersionState.DRAFT
    if part_of(role).cases is not Reach.ASSIGNED:
        return published
    used = QuestionnaireVersion.id.in_(_used(viewer, QuestionnaireVersion.organisation_id))
    return and_(published, used)


QUESTIONNAIRE_VERSION = Noun(
    name="QuestionnaireVersion",
    organisation_id=QuestionnaireVersion.organisation_id,
    id=QuestionnaireVersion.id,
    visible=_visible_versions,
    columns={
        "number": Column(QuestionnaireVersion.number),
        "state": Column(QuestionnaireVersion.state),
        "languages": Column(QuestionnaireVersion.languages),
        "content_hash": Column(QuestionnaireVersion.content_hash),
        "published_at": Column(QuestionnaireVersion.published_at),
        "revision": Column(QuestionnaireVersion.revision),
        "definition": Column(QuestionnaireVersion.definition),
    },
    to_one={"questionnaire": ToOne("Questionnaire", QuestionnaireVersion.questionnaire_id)},
    to_many={
        "questions": ToMany(
            "Question",
            key=Question.questionnaire_version_id,
            orderings=(Ordering("POSITION", Question.position, int),),
            paged=False,
        )
    },
)

QUESTION = Noun(
    name="Question",
    organisation_id=Question.organisation_id,
    id=Question.id,
    visible=_visible(Question.questionnaire_version_id, Question.organisation_id),
    columns={
        "code": Column(Question.code),
        "type": Column(Question.type),
        "page": Column(Question.page),
        "position": Column(Question.position),
        "concept": Column(Question.concept),
        "audience": Column(Question.audience),
        "required": Column(Question.required),
        "wording": Column(Question.wording),
        "options": Column(Question.options),
        # JSON objects forget the order of their keys, so the fallback is asked for by name.
        "first_language": Column(
            select(QuestionnaireVersion.languages[1])
            .where(
                QuestionnaireVersion.organisation_id == Question.organisation_id,
                QuestionnaireVersion.id == Question.questionnaire_version_id,
            )
            .scalar_subquery()
        ),
        "settings": Column(Question.settings),
    },
)
