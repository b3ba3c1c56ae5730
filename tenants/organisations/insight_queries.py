"""All SQL of reading how an organisation's editions are made."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from tenants.access import Viewer
from tenants.organisations.insight_models import InsightSettings
from tenants.work import Session


async def list_settings(
    session: Session, viewer: Viewer, *, organisation_id: UUID
) -> Sequence[InsightSettings]:
    """Return all versions, the oldest first; nothing outside the viewer's scope.

    They are no secret: candidates read what protects them.
    """
    if viewer.role_in(organisation_id) is None:
        return []
    rows = await session.scalars(
        select(InsightSettings)
        .where(InsightSettings.organisation_id == organisation_id)
        .order_by(InsightSettings.number)
    )
    return rows.all()
