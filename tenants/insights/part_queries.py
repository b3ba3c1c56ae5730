"""Which parts of an organisation are a viewer's own, as SQL."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, case, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from tenants.access import Role, Viewer
from tenants.disclosure.rules import Dimension
from tenants.insights.models import Edition
from tenants.offers.models import Requisition
from tenants.offers.queries import visible_requisitions


def own_parts(
    viewer: Viewer,
    role: Role | None,
    *,
    organisation_id: InstrumentedAttribute[UUID],
    edition_id: Any,
) -> Select[Any]:
    """Return the values of an edition's dimension that a role's own openings have.

    Args:
        viewer: Who looks.
        role: The viewer's in the organisation.
        organisation_id: Column of the row that is looked at.
        edition_id: Likewise; the edition that the row belongs to.
    """
    edition = aliased(Edition)
    by_location = edition.dimension == Dimension.LOCATION
    return (
        select(case((by_location, Requisition.location), else_=Requisition.department))
        .select_from(Requisition)
        .join(
            edition,
            and_(edition.organisation_id == Requisition.organisation_id, edition.id == edition_id),
        )
        .where(Requisition.organisation_id == organisation_id, visible_requisitions(viewer, role))
    )
