"""All SQL of drafts, of publishing and of retiring versions."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from sqlalchemy import delete, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from tenants.access import Permission, Viewer, require
from tenants.errors import NotFound
from tenants.model import Model, new_id
from tenants.organisations.models import Engagement
from tenants.questionnaires.models import (
    Questionnaire,
    QuestionnaireVersion,
    VersionState,
)
from tenants.work import Session


async def get_version(
    session: Session, viewer: Viewer, *, organisation_id: UUID, version_id: UUID
) -> QuestionnaireVersion:
    """Return a version, as it is now.

    Raises:
        NotFound: There is none in the organisation, or the viewer has no part in that.
        Forbidden: The viewer may not edit questionnaires there.
    """
    _require_part(viewer, organisation_id, "versionId")
    require(viewer, Permission.QUESTIONNAIRE_EDIT, organisation_id)
    version = await session.scalar(
        select(QuestionnaireVersion)
        .where(
            QuestionnaireVersion.organisation_id == organisation_id,
            QuestionnaireVersion.id == version_id,
        )
        .execution_options(populate_existing=True)
    )
    if version is None:
        noun = "version"
        raise NotFound(noun, field="versionId")
    return version


def _require_part(viewer: Viewer, organisation_id: UUID, field: str) -> None:
    if viewer.role_in(organisation_id) is None:
        noun = "version" if field == "versionId" else "organisation"
        raise NotFound(noun, field=field)


async def require_editor(session: Session, viewer: Viewer, *, organisation_id: UUID) -> None:
    """Return only if the viewer may edit questionnaires in an organisation.

    Raises:
        NotFound: The viewer has no part in the organisation.
        Forbidden: The role does not include it.
    """
    del session  # Every verb has one.
    _require_part(viewer, organisation_id, "organisationId")
    require(viewer, Permission.QUESTIONNAIRE_EDIT, organisation_id)


async def add_questionnaire(
    session: Session, viewer: Viewer, *, organisation_id: UUID, codes: Iterable[str], name: str
) -> UUID | None:
    """Add a questionnaire under the first of some codes that is free; None if none is.

    Raises:
        NotFound: The viewer has no part in the organisation.
        Forbidden: The viewer may not edit questionnaires there.
    """
    await require_editor(session, viewer, organisation_id=organisation_id)
    for code in codes:
        made: UUID | None = await session.scalar(
            insert(Questionnaire)
            .values(organisation_id=organisation_id, id=new_id(), code=code, name=name)
            .on_conflict_do_nothing()
            .returning(Questionnaire.id)
        )
        if made is not None:
            return made
    return None


async def lock_questionnaire(
    session: Session, viewer: Viewer, *, organisation_id: UUID, questionnaire_id: UUID
) -> Questionnaire:
    """Return a questionnaire whose versions nobody else adds to until the transaction ends."""
    require(viewer, Permission.QUESTIONNAIRE_EDIT, organisation_id)
    return (
        await session.scalars(
            select(Questionnaire)
            .where(
                Questionnaire.organisation_id == organisation_id,
                Questionnaire.id == questionnaire_id,
            )
            .with_for_update()
        )
    ).one()


async def list_states(
    session: Session, viewer: Viewer, *, organisation_id: UUID, questionnaire_id: UUID
) -> dict[int, VersionState]:
    """Return the state of each version of a questionnaire by its number."""
    require(viewer, Permission.QUESTIONNAIRE_EDIT, organisation_id)
    rows = await session.execute(
        select(QuestionnaireVersion.number, QuestionnaireVersion.state).where(
            QuestionnaireVersion.organisation_id == organisation_id,
            QuestionnaireVersion.questionnaire_id == questionnaire_id,
        )
    )
    return dict(rows.all())


async def take_draft(
    session: Session, viewer: Viewer, *, organisation_id: UUID, version_id: UUID, revision: int
) -> bool:
    """Delete a draft if it is of the revision; return whether it was.

    A row is never changed: a draft is written anew, and the database lets the application delete
    drafts only. Of two who take the same revision the second waits and then finds it gone.
    """
    require(viewer, Permission.QUESTIONNAIRE_EDIT, organisation_id)
    taken = await session.scalar(
        delete(QuestionnaireVersion)
        .where(
            QuestionnaireVersion.organisation_id == organisation_id,
            QuestionnaireVersion.id == version_id,
            QuestionnaireVersion.state == VersionState.DRAFT,
            QuestionnaireVersion.revision == revision,
        )
        .returning(QuestionnaireVersion.id)
        .execution_options(synchronize_session=False)
    )
    return taken is not None


async def delete_questionnaire(
    session: Session, viewer: Viewer, *, organisation_id: UUID, questionnaire_id: UUID
) -> bool:
    """Delete a questionnaire that nothing refers to any more; return whether that was so."""
    require(viewer, Permission.QUESTIONNAIRE_EDIT, organisation_id)
    referring = [
        key.parent
        for table in Model.metadata.tables.values()
        for key in table.foreign_keys
        if key.column.table is Questionnaire.__table__ and key.parent.name != "organisation_id"
    ]
    gone = await session.scalar(
        delete(Questionnaire)
        .where(
            Questionnaire.organisation_id == organisation_id,
            Questionnaire.id == questionnaire_id,
            *(
                ~exists().where(
                    column.table.c.organisation_id == organisation_id, column == questionnaire_id
                )
                for column in referring
            ),
        )
        .returning(Questionnaire.id)
        .execution_options(synchronize_session=False)
    )
    return gone is not None


async def retire(
    session: Session, viewer: Viewer, *, organisation_id: UUID, version_id: UUID
) -> bool:
    """Retire a published version; return whether it was published."""
    require(viewer, Permission.QUESTIONNAIRE_PUBLISH, organisation_id)
    retired = await session.scalar(
        update(QuestionnaireVersion)
        .where(
            QuestionnaireVersion.organisation_id == organisation_id,
            QuestionnaireVersion.id == version_id,
            QuestionnaireVersion.state == VersionState.PUBLISHED,
        )
        .values(state=VersionState.RETIRED)
        .returning(QuestionnaireVersion.id)
        .execution_options(synchronize_session=False)
    )
    return retired is not None


async def is_engaged(
    session: Session, viewer: Viewer, *, organisation_id: UUID, today: date
) -> bool:
    """Return whether a firm serves the organisation on a day; its end is the first day without."""
    require(viewer, Permission.QUESTIONNAIRE_EDIT, organisation_id)
    found = await session.scalar(
        select(func.count())
        .select_from(Engagement)
        .where(
            Engagement.organisation_id == organisation_id,
            Engagement.starts_on <= today,
            or_(Engagement.ends_on.is_(None), Engagement.ends_on > today),
        )
    )
    return bool(found)
