"""All SQL of who of another department than the hiring one asks about an offer."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import InstrumentedAttribute

from tenants.access import Permission, Viewer, require
from tenants.offers.models import Application, IndependentAdministrator, Offer, Requisition
from tenants.work import Session


def assigned_offers(viewer: Viewer, organisation_id: InstrumentedAttribute[UUID]) -> Select[Any]:
    """Return the ids of the offers whose interviews the viewer holds."""
    return (
        select(IndependentAdministrator.offer_id)
        .where(
            IndependentAdministrator.organisation_id == organisation_id,
            IndependentAdministrator.person_id == viewer.id,
        )
        # However deep it stands: by itself it would look at the next select only, and join all
        # rows of the table anew.
        .correlate(organisation_id.parent.selectable)
    )


def assigned_requisitions(
    viewer: Viewer, organisation_id: InstrumentedAttribute[UUID]
) -> Select[Any]:
    """Return the ids of the requisitions of those offers."""
    return (
        select(Application.requisition_id)
        .join(
            Offer,
            and_(
                Offer.organisation_id == Application.organisation_id,
                Offer.application_id == Application.id,
            ),
        )
        .where(
            Application.organisation_id == organisation_id,
            Offer.id.in_(assigned_offers(viewer, organisation_id)),
        )
    )


async def find_department(
    session: Session, viewer: Viewer, *, organisation_id: UUID, offer_id: UUID
) -> str | None:
    """Return the department that an offer was made for, or None."""
    require(viewer, Permission.INTERVIEW_ASSIGN, organisation_id)
    return await session.scalar(
        select(Requisition.department)
        .join(
            Application,
            and_(
                Application.organisation_id == Requisition.organisation_id,
                Application.requisition_id == Requisition.id,
            ),
        )
        .join(
            Offer,
            and_(
                Offer.organisation_id == Application.organisation_id,
                Offer.application_id == Application.id,
            ),
        )
        .where(
            Offer.organisation_id == organisation_id,
            Offer.id == offer_id,
        )
    )


async def set_administrator(
    session: Session, viewer: Viewer, *, organisation_id: UUID, offer_id: UUID, person_id: UUID
) -> None:
    """Say who of another department asks about an offer, instead of whoever did so far."""
    require(viewer, Permission.INTERVIEW_ASSIGN, organisation_id)
    await session.execute(
        insert(IndependentAdministrator)
        .values(organisation_id=organisation_id, offer_id=offer_id, person_id=person_id)
        .on_conflict_do_update(
            index_elements=["organisation_id", "offer_id"], set_={"person_id": person_id}
        )
    )
