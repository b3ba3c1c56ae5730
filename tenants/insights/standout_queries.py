"""All SQL of what stands out in the parts of an edition."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, select

from tenants.access import Permission, Viewer, require
from tenants.disclosure.rules import Dimension
from tenants.insights.models import CellKind, Edition, EditionCell
from tenants.offers.models import HiringManager, Requisition
from tenants.work import Session


class Cell(NamedTuple):
    """A published cell, and whether the viewer hires for that part."""

    kind: CellKind
    segment: str
    figures: Mapping[str, Any]
    is_own: bool


async def list_cells(
    session: Session, viewer: Viewer, *, organisation_id: UUID, ends_on: date | None
) -> Sequence[Cell]:
    """Return the cells of an edition but that of no value, whoever may read which.

    Args:
        session: The transaction.
        viewer: Reads insights.
        organisation_id: Whose.
        ends_on: End of the edition's window; the newest edition if absent.
    """
    require(viewer, Permission.INSIGHTS_READ, organisation_id)
    newest = (
        select(Edition.id)
        .where(Edition.organisation_id == organisation_id)
        .order_by(Edition.ends_on.desc())
        .limit(1)
    )
    if ends_on is not None:
        newest = newest.where(Edition.ends_on == ends_on)
    rows = await session.execute(
        select(
            EditionCell.kind,
            EditionCell.segment,
            EditionCell.figures,
            _hires_there(viewer, organisation_id),
        )
        .join(
            Edition,
            and_(
                Edition.organisation_id == EditionCell.organisation_id,
                Edition.id == EditionCell.edition_id,
            ),
        )
        .where(
            EditionCell.organisation_id == organisation_id,
            EditionCell.edition_id == newest.scalar_subquery(),
            EditionCell.kind != CellKind.NO_SEGMENT,
        )
    )
    return [Cell(*row) for row in rows]


def _hires_there(viewer: Viewer, organisation_id: UUID) -> ColumnElement[bool]:
    """Return whether the viewer hires for an opening of a cell's part."""
    by_location = Edition.dimension == Dimension.LOCATION
    return (
        select(Requisition.id)
        .join(
            HiringManager,
            and_(
                HiringManager.organisation_id == Requisition.organisation_id,
                HiringManager.requisition_id == Requisition.id,
            ),
        )
        .where(
            Requisition.organisation_id == organisation_id,
            case((by_location, Requisition.location), else_=Requisition.department)
            == EditionCell.segment,
            HiringManager.person_id == viewer.id,
        )
        .exists()
    )
