"""The SQL of events: read from a place on, and forgotten after a time."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, select

from tenants.access import Permission, Viewer, require
from tenants.announcements import EventPlace, OrganisationEvent
from tenants.work import Session


async def find_bounds(
    session: Session, viewer: Viewer, *, organisation_id: UUID
) -> tuple[int, int]:
    """Return the place of the oldest event that is kept, and of the latest one.

    Where none is kept the oldest is the one that has not happened yet.

    Raises:
        Forbidden: The viewer has no part in the organisation.
    """
    require(viewer, Permission.ORGANISATION_READ, organisation_id)
    latest = (
        await session.scalar(
            select(EventPlace.place).where(EventPlace.organisation_id == organisation_id)
        )
        or 0
    )
    oldest = await session.scalar(
        select(func.min(OrganisationEvent.place)).where(
            OrganisationEvent.organisation_id == organisation_id
        )
    )
    return (latest + 1 if oldest is None else oldest), latest


async def list_events(
    session: Session, viewer: Viewer, *, organisation_id: UUID, after: int, limit: int
) -> Sequence[OrganisationEvent]:
    """Return the events behind a place in their order, at most `limit`.

    Raises:
        Forbidden: The viewer has no part in the organisation.
    """
    require(viewer, Permission.ORGANISATION_READ, organisation_id)
    rows = await session.scalars(
        select(OrganisationEvent)
        .where(
            OrganisationEvent.organisation_id == organisation_id, OrganisationEvent.place > after
        )
        .order_by(OrganisationEvent.place)
        .limit(limit)
    )
    return rows.all()


async def trim_events(
    session: Session, viewer: Viewer, *, organisation_id: UUID, older_than: timedelta
) -> None:
    """Delete the events of an organisation that are older than a span.

    Raises:
        Forbidden: The viewer is no job of the organisation.
    """
    require(viewer, Permission.EVENT_TRIM, organisation_id)
    await session.execute(
        delete(OrganisationEvent).where(
            OrganisationEvent.organisation_id == organisation_id,
            OrganisationEvent.recorded_at < datetime.now(UTC) - older_than,
        )
    )
