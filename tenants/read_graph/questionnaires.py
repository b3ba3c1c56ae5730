"""Questionnaires, their versions and questions as nouns of the read graph."""

from sqlalchemy import ColumnElement, false, select, true

from tenants.access import Permission, Role, Viewer
from tenants.nouns import Column, Noun, ToMany, ToOne, shown_with
from tenants.paging import Ordering
from tenants.questionnaires.models import (
    Question,
    Questionnaire,
    QuestionnaireVersion,
    VersionState,
)

QUESTIONNAIRE = Noun(
    name="Questionnaire",
    organisation_id=Questionnaire.organisation_id,
    id=Questionnaire.id,
    visible=shown_with(Permission.QUESTIONNAIRE_READ),
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
    return QuestionnaireVersion.state != VersionState.DRAFT


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
    visible=shown_with(Permission.QUESTIONNAIRE_READ),
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
