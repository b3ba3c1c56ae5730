"""All SQL of themes."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from tenants.access import Permission, Viewer, require
from tenants.model import new_id
from tenants.themes.codebook import ThemeLine
from tenants.themes.models import OrganisationTheme, PushedTheme
from tenants.work import Session

_SAID = ("labels", "descriptions", "controllability", "audience", "is_retired", "changed_at")


async def list_own_lines(
    session: Session, viewer: Viewer, *, organisation_id: UUID
) -> Sequence[ThemeLine]:
    """Return what the organisation itself says of themes, the first said first."""
    # Whoever publishes figures does so by the codebook.
    if not viewer.may(Permission.INSIGHTS_PUBLISH, organisation_id):
        require(viewer, Permission.CODEBOOK_READ, organisation_id)
    rows = await session.scalars(
        select(OrganisationTheme)
        .where(OrganisationTheme.organisation_id == organisation_id)
        .order_by(OrganisationTheme.id)
    )
    return [_line(row) for row in rows]


async def list_pushed_lines(
    session: Session, viewer: Viewer, *, organisation_id: UUID
) -> Sequence[ThemeLine]:
    """Return what firms pushed to the organisation, the first pushed first."""
    if not viewer.may(Permission.INSIGHTS_PUBLISH, organisation_id):
        require(viewer, Permission.CODEBOOK_READ, organisation_id)
    rows = await session.scalars(
        select(PushedTheme)
        .where(PushedTheme.organisation_id == organisation_id)
        .order_by(PushedTheme.id)
    )
    return [_line(row) for row in rows]


def _line(row: OrganisationTheme | PushedTheme) -> ThemeLine:
    return ThemeLine(
        code=row.code,
        labels=row.labels,
        descriptions=row.descriptions,
        controllability=row.controllability,
        audience=row.audience,
        is_retired=row.is_retired,
    )


async def save_line(
    session: Session, viewer: Viewer, *, organisation_id: UUID, line: ThemeLine
) -> UUID:
    """Write what the organisation says of one theme over what it said before.

    Returns:
        The id of the row, which stays the same.
    """
    require(viewer, Permission.CODEBOOK_EDIT, organisation_id)
    statement = insert(OrganisationTheme).values(
        organisation_id=organisation_id,
        id=new_id(),
        code=line.code,
        labels=dict(line.labels),
        descriptions=dict(line.descriptions),
        controllability=line.controllability,
        audience=line.audience,
        is_retired=line.is_retired,
        changed_at=datetime.now(UTC),
    )
    saved = await session.scalar(
        statement.on_conflict_do_update(
            index_elements=["organisation_id", "code"],
            set_={name: statement.excluded[name] for name in _SAID},
        ).returning(OrganisationTheme.id)
    )
    return UUID(str(saved))


async def save_pushed_line(
    session: Session, viewer: Viewer, *, organisation_id: UUID, line: ThemeLine
) -> None:
    """Write what a firm says of one theme over what was pushed before."""
    require(viewer, Permission.CODEBOOK_EDIT, organisation_id)
    statement = insert(PushedTheme).values(
        organisation_id=organisation_id,
        id=new_id(),
        code=line.code,
        labels=dict(line.labels),
        descriptions=dict(line.descriptions),
        controllability=line.controllability,
        audience=line.audience,
        is_retired=line.is_retired,
    )
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["organisation_id", "code"],
            set_={name: statement.excluded[name] for name in _SAID if name != "changed_at"},
        )
    )
