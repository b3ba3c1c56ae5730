"""All SQL of how an organisation's editions are made."""

from collections.abc import Sequence
from datetime import UTC, date
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.dialects.postgresql import insert

from tenants.access import Permission, Viewer, require
from tenants.disclosure.rules import WINDOW_MONTHS
from tenants.errors import NotFound
from tenants.insights.models import Edition
from tenants.interviews.models import Confidentiality, Invitation, Response
from tenants.organisations.insight_models import InsightSettings
from tenants.organisations.models import Organisation
from tenants.work import Session


async def add_settings(session: Session, viewer: Viewer, settings: InsightSettings) -> bool:
    """Add a version; return whether its number was free."""
    require(viewer, Permission.QUESTIONNAIRE_PUBLISH, settings.organisation_id)
    columns = [column.key for column in InsightSettings.__table__.columns]
    made = await session.scalar(
        insert(InsightSettings)
        .values({name: getattr(settings, name) for name in columns})
        .on_conflict_do_nothing()
        .returning(InsightSettings.number)
    )
    return made is not None


async def get_course(
    session: Session, viewer: Viewer, *, organisation_id: UUID
) -> tuple[date, date | None]:
    """Return the organisation's first day, and the end of the newest edition's window.

    Raises:
        NotFound: The viewer has no part in the organisation.
    """
    row = None
    if viewer.role_in(organisation_id) is not None:
        newest = select(func.max(Edition.ends_on)).where(Edition.organisation_id == organisation_id)
        row = (
            await session.execute(
                select(Organisation.created_at, newest.scalar_subquery()).where(
                    Organisation.id == organisation_id
                )
            )
        ).one_or_none()
    if row is None:
        noun = "organisation"
        raise NotFound(noun, field="organisationId")
    return row[0].astimezone(UTC).date(), row[1]


async def count_hidden(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    versions: Sequence[InsightSettings],
) -> dict[date, int]:
    """Return how many CONFIDENTIAL and ANONYMOUS responses there are of each month.

    Nobody is counted where no version wants windows that are shorter than a year.
    """
    is_wanted = any(one.window_months < WINDOW_MONTHS for one in versions)
    if viewer.role_in(organisation_id) is None or not is_wanted:
        return {}
    rows = await session.execute(
        select(Response.submitted_month, func.count())
        .where(
            Response.organisation_id == organisation_id,
            Response.confidentiality != Confidentiality.ATTRIBUTED,
        )
        .group_by(Response.submitted_month)
    )
    return {row[0]: row[1] for row in rows}


async def was_anybody_asked(session: Session, viewer: Viewer, *, organisation_id: UUID) -> bool:
    """Return whether there is an invitation or a response."""
    require(viewer, Permission.QUESTIONNAIRE_PUBLISH, organisation_id)
    invited = exists().where(Invitation.organisation_id == organisation_id)
    answered = exists().where(Response.organisation_id == organisation_id)
    return bool(await session.scalar(select(invited | answered)))
