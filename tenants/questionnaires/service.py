"""What can be done with questionnaires: publishing a version, the built-in ones included."""

from datetime import UTC, datetime
from uuid import UUID

from tenants.access import Permission, Viewer, require
from tenants.model import new_id
from tenants.questionnaires import queries
from tenants.questionnaires.definition import Definition, content_hash, question_json, to_json
from tenants.questionnaires.models import (
    Question,
    Questionnaire,
    QuestionnaireVersion,
    VersionState,
)
from tenants.questionnaires.templates import load
from tenants.work import Session


async def install_template(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    name: str = "declined_offer",
    published_at: datetime | None = None,
) -> UUID:
    """Give an organisation a built-in questionnaire, published; return the version's id.

    Args:
        session: The transaction.
        viewer: Somebody who sets up the organisation.
        organisation_id: Whose.
        name: Which built-in questionnaire.
        published_at: When it counts as published: now, unless the organisation is older.
    """
    require(viewer, Permission.INTERVIEW_OPEN, organisation_id)
    definition = load(name)
    questionnaire = Questionnaire(
        organisation_id=organisation_id,
        id=new_id(),
        code=name,
        name=definition.title[definition.languages[0]],
    )
    session.add(questionnaire)
    await session.flush()
    return await add_version(
        session,
        organisation_id=organisation_id,
        questionnaire_id=questionnaire.id,
        definition=definition,
        number=1,
        published_at=published_at,
    )


async def install_definition(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    code: str,
    definition: Definition,
) -> UUID:
    """Return the published version of a questionnaire that says exactly this.

    The questionnaire is made if the organisation has none with the code, and gets one more version
    if no published one has this content.
    """
    require(viewer, Permission.INTERVIEW_OPEN, organisation_id)
    questionnaire = await queries.ensure_questionnaire(
        session,
        viewer,
        organisation_id=organisation_id,
        code=code,
        name=definition.title[definition.languages[0]],
    )
    versions = await queries.list_published_hashes(
        session, viewer, organisation_id=organisation_id, questionnaire_id=questionnaire.id
    )
    known = versions.get(content_hash(definition))
    if known is not None:
        return known
    number = await queries.next_version_number(
        session, viewer, organisation_id=organisation_id, questionnaire_id=questionnaire.id
    )
    return await add_version(
        session,
        organisation_id=organisation_id,
        questionnaire_id=questionnaire.id,
        definition=definition,
        number=number,
    )


async def add_version(
    session: Session,
    *,
    organisation_id: UUID,
    questionnaire_id: UUID,
    definition: Definition,
    number: int,
    version_id: UUID | None = None,
    revision: int = 1,
    published_at: datetime | None = None,
) -> UUID:
    """Add a published version with its questions as rows; return its id.

    A step of verbs that have looked at who asks.
    """
    version = QuestionnaireVersion(
        organisation_id=organisation_id,
        id=version_id or new_id(),
        questionnaire_id=questionnaire_id,
        number=number,
        state=VersionState.PUBLISHED,
        definition=to_json(definition),
        languages=list(definition.languages),
        content_hash=content_hash(definition),
        published_at=published_at or datetime.now(UTC),
        revision=revision,
    )
    session.add(version)
    await session.flush()
    position = 0
    for page in definition.pages:
        for question in page.questions:
            position += 1
            document = question_json(question)
            session.add(
                Question(
                    organisation_id=version.organisation_id,
                    id=new_id(),
                    questionnaire_version_id=version.id,
                    code=question.code,
                    position=position,
                    page=page.code,
                    type=question.type,
                    concept=question.concept,
                    audience=question.audience,
                    required=question.required,
                    wording=document["wording"],
                    options=document.get("options", []),
                    settings=document.get("settings", {}),
                )
            )
    await session.flush()
    return version.id
