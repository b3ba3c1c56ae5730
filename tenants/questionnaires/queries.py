"""All SQL of questionnaires and their versions."""

from typing import Final
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy.dialects.postgresql import insert

from tenants.access import Permission, Viewer, require
from tenants.errors import NotFound
from tenants.model import new_id
from tenants.questionnaires.models import (
    Question,
    Questionnaire,
    QuestionnaireVersion,
    VersionState,
)
from tenants.work import Session

# The questionnaire that interviews are opened with.
DEFAULT_CODE: Final = "declined_offer"


async def get_current_version(
    session: Session, viewer: Viewer, *, organisation_id: UUID, code: str = DEFAULT_CODE
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


async def ensure_questionnaire(
    session: Session, viewer: Viewer, *, organisation_id: UUID, code: str, name: str
) -> Questionnaire:
    """Return an organisation's questionnaire with a code, made if there is none, and locked."""
    require(viewer, Permission.INTERVIEW_OPEN, organisation_id)
    await session.execute(
        insert(Questionnaire)
        .values(organisation_id=organisation_id, id=new_id(), code=code, name=name)
        .on_conflict_do_nothing()
    )
    return (
        await session.scalars(
            select(Questionnaire)
            .where(Questionnaire.organisation_id == organisation_id, Questionnaire.code == code)
            .with_for_update()
        )
    ).one()


async def list_published_hashes(
    session: Session, viewer: Viewer, *, organisation_id: UUID, questionnaire_id: UUID
) -> dict[str, UUID]:
    """Return the id of each published version of a questionnaire by the hash of its content."""
    require(viewer, Permission.INTERVIEW_OPEN, organisation_id)
    rows = await session.execute(
        select(QuestionnaireVersion.content_hash, QuestionnaireVersion.id).where(
            QuestionnaireVersion.organisation_id == organisation_id,
            QuestionnaireVersion.questionnaire_id == questionnaire_id,
            QuestionnaireVersion.state == VersionState.PUBLISHED,
        )
    )
    return dict(rows.all())


async def next_version_number(
    session: Session, viewer: Viewer, *, organisation_id: UUID, questionnaire_id: UUID
) -> int:
    """Return the number of the version after a questionnaire's newest one, drafts included."""
    require(viewer, Permission.INTERVIEW_OPEN, organisation_id)
    newest = await session.scalar(
        select(func.max(QuestionnaireVersion.number)).where(
            QuestionnaireVersion.organisation_id == organisation_id,
            QuestionnaireVersion.questionnaire_id == questionnaire_id,
        )
    )
    return (newest or 0) + 1


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
