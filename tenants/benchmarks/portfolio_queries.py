"""The SQL of a firm's portfolio: whom of its clients somebody sees beside their peers."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, or_, select

from tenants.access import Permission, Viewer
from tenants.organisations.models import Engagement, EngagementConsultant, Organisation
from tenants.paging import Ordering, Window, window_conditions, window_order
from tenants.work import Session

BY_NAME: Final = Ordering("NAME_ASC", Organisation.name, str)


async def list_clients(
    session: Session, viewer: Viewer, *, firm_id: UUID | None, window: Window
) -> Sequence[tuple[UUID, str]]:
    """Return id and name of clients, one more than the window holds if there is one.

    They are those whom the firm, or any of the viewer's firms, serves today by an engagement that
    names the viewer, in the order of reading: by name, or from the end where the window is
    counted from there.

    Raises:
        BadCursor: A cursor of the window is of another list.
    """
    rows = await session.execute(
        select(Organisation.id, Organisation.name)
        .where(
            *visible_clients(viewer, firm_id),
            *window_conditions(BY_NAME, Organisation.id, window),
        )
        .order_by(*window_order(BY_NAME, Organisation.id, window))
        .limit(window.size + 1)
    )
    return [(row[0], row[1]) for row in rows]


async def count_clients(session: Session, viewer: Viewer, *, firm_id: UUID | None) -> int:
    """Return how many clients `list_clients` walks over."""
    counted = (
        select(func.count()).select_from(Organisation).where(*visible_clients(viewer, firm_id))
    )
    return await session.scalar(counted) or 0


def visible_clients(viewer: Viewer, firm_id: UUID | None) -> Sequence[ColumnElement[bool]]:
    """Return which organisations are clients in somebody's portfolio."""
    today = datetime.now(UTC).date()
    firms = [one for one in viewer.firms if firm_id in {None, one}]
    named = exists().where(
        EngagementConsultant.organisation_id == Engagement.organisation_id,
        EngagementConsultant.engagement_id == Engagement.id,
        EngagementConsultant.person_id == viewer.id,
    )
    return [
        Organisation.id.in_(viewer.organisations_with(Permission.BENCHMARK_READ)),
        exists().where(
            Engagement.organisation_id == Organisation.id,
            Engagement.firm_id.in_(firms),
            Engagement.starts_on <= today,
            or_(Engagement.ends_on.is_(None), Engagement.ends_on > today),
            named,
        ),
    ]
