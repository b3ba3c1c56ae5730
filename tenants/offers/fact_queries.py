"""All SQL about which facts of offers are how frequent."""

from datetime import date
from typing import TypeAlias
from uuid import UUID

from sqlalchemy import and_, cast, func, select
from sqlalchemy.types import Date

from tenants.access import Permission, Viewer, require
from tenants.offers.models import Application, Offer, Requisition
from tenants.work import Session

# Department, location and title.
Facts: TypeAlias = tuple[str | None, str | None, str | None]


async def count_offers_by_facts(
    session: Session, viewer: Viewer, *, organisation_id: UUID, since: date
) -> dict[Facts, int]:
    """Return how many offers there are with each combination of facts.

    Args:
        session: The transaction.
        viewer: Somebody who edits questionnaires.
        organisation_id: Whose.
        since: Offers resolved, sent or, where neither is known, recorded on this day or later.
    """
    require(viewer, Permission.QUESTIONNAIRE_EDIT, organisation_id)
    facts = (Requisition.department, Requisition.location, Requisition.title)
    happened_on = func.coalesce(
        cast(Offer.resolved_at, Date), Offer.extended_on, cast(Offer.recorded_at, Date)
    )
    rows = await session.execute(
        select(*facts, func.count())
        .select_from(Offer)
        .join(
            Application,
            and_(
                Application.organisation_id == Offer.organisation_id,
                Application.id == Offer.application_id,
            ),
        )
        .join(
            Requisition,
            and_(
                Requisition.organisation_id == Application.organisation_id,
                Requisition.id == Application.requisition_id,
            ),
        )
        .where(Offer.organisation_id == organisation_id, happened_on >= since)
        .group_by(*facts)
    )
    return {(department, location, title): count for department, location, title, count in rows}
