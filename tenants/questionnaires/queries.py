"""All SQL of questionnaires and their versions."""

from uuid import UUID

from sqlalchemy import and_, select

from tenants.access import Viewer
from tenants.errors import NotFound
from tenants.questionnaires.models import (
    Question,
    Questionnaire,
    QuestionnaireVersion,
    VersionState,
)
from tenants.work import Session


async def get_current_version(
    session: Session, viewer: Viewer, *, organisation_id: UUID, code: str = "declined_offer"
) -> QuestionnaireVersion:
    """Return the newest published version of one of the organisation's questionnaires.

    Args:
        session: The transaction.
        viewer: Anybody with a role in the organisation; everyone may know what is asked.
        organisation_id: Whose.
        code: Which questionnaire.

    Raises:
        NotFound: None is published, or the organisation is not in the viewer's scope.
    """
    version = None
    if viewer.role_in(organisation_id) is not None:
        version = await session.scalar(
            select(QuestionnaireVersion)
            .join(
                Questionnaire,
                and_(
                    Questionnaire.organisation_id == QuestionnaireVersion.organisation_id,
                    Questionnaire.id == QuestionnaireVersion.questionnaire_id,
                ),
            )
            .where(
                QuestionnaireVersion.organisation_id == organisation_id,
                Questionnaire.code == code,
                QuestionnaireVersion.state == VersionState.PUBLISHED,
            )
            .order_by(QuestionnaireVersion.number.desc())
            .limit(1)
        )
    if version is None:
        noun = "published questionnaire"
        raise NotFound(noun)
    return version


async def question_ids(
    session: Session, viewer: Viewer, *, organisation_id: UUID, version_id: UUID
) -> dict[str, UUID]:
    """Return the id of every question of a version by its code."""
    if viewer.role_in(organisation_id) is None:
        return {}
    rows = await session.execute(
        select(Question.code, Question.id).where(
            Question.organisation_id == organisation_id,
            Question.questionnaire_version_id == version_id,
        )
    )
    return dict(rows.all())


async def list_languages(
    session: Session, viewer: Viewer, *, organisation_id: UUID, version_id: UUID
) -> list[str]:
    """Return the languages that a version speaks, its fallback first.

    Raises:
        NotFound: There is no such version for the viewer.
    """
    languages = None
    if viewer.role_in(organisation_id) is not None:
        languages = await session.scalar(
            select(QuestionnaireVersion.languages).where(
                QuestionnaireVersion.organisation_id == organisation_id,
                QuestionnaireVersion.id == version_id,
            )
        )
    if languages is None:
        noun = "version"
        raise NotFound(noun)
    return languages
