"""All SQL of publishing excerpts in the cells of editions, and of taking them out of thin ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import and_, func, select, update

from tenants.access import Permission, Viewer, require
from tenants.disclosure.excerpts import ExcerptRules
from tenants.disclosure.rules import EditionRules
from tenants.excerpts.models import Excerpt, ExcerptState
from tenants.insights.counting_queries import counted_by_edition, counted_segment
from tenants.insights.models import CellKind, Edition
from tenants.interviews.models import Confidentiality, Response
from tenants.work import Session


@dataclass(frozen=True, slots=True)
class WaitingExcerpt:
    """A released excerpt that no cell shows yet, of a response that an edition counts."""

    id: UUID
    edition_id: UUID
    segment: str | None


@dataclass(frozen=True, slots=True)
class Counted:
    """A response that an edition counts, as the rule looks at it."""

    id: UUID
    confidentiality: Confidentiality
    segment: str | None


async def list_waiting(
    session: Session, viewer: Viewer, *, organisation_id: UUID
) -> Sequence[WaitingExcerpt]:
    """Return the released excerpts that may be published now, locked, in the order of their ids."""
    require(viewer, Permission.INSIGHTS_PUBLISH, organisation_id)
    rows = await session.execute(
        select(Excerpt.id, Response.edition_id, counted_segment())
        .join(
            Response,
            and_(
                Response.organisation_id == Excerpt.organisation_id,
                Response.id == Excerpt.response_id,
            ),
        )
        .join(Edition, counted_by_edition())
        .where(
            Excerpt.organisation_id == organisation_id,
            Excerpt.state == ExcerptState.RELEASED,
            Excerpt.edition_id.is_(None),
            Excerpt.is_suppressed.is_(False),
            Response.edition_id.is_not(None),
        )
        .order_by(Excerpt.id)
        .with_for_update(of=Excerpt)
    )
    return [
        WaitingExcerpt(excerpt_id, edition_id, segment)
        for excerpt_id, edition_id, segment in rows
        if edition_id is not None
    ]


async def list_counted(
    session: Session, viewer: Viewer, *, organisation_id: UUID, edition_id: UUID
) -> Sequence[Counted]:
    """Return the responses that an edition counts and that are still there."""
    require(viewer, Permission.INSIGHTS_PUBLISH, organisation_id)
    rows = await session.execute(
        select(Response.id, Response.confidentiality, counted_segment())
        .join(Edition, counted_by_edition())
        .where(Response.organisation_id == organisation_id, Response.edition_id == edition_id)
        .order_by(Response.id)
    )
    return [Counted(*row) for row in rows]


async def get_rules(
    session: Session, viewer: Viewer, *, organisation_id: UUID, edition_id: UUID
) -> ExcerptRules:
    """Return the rule of excerpts that an edition was published by."""
    require(viewer, Permission.INSIGHTS_PUBLISH, organisation_id)
    rules = await session.scalar(
        select(Edition.rules).where(
            Edition.organisation_id == organisation_id, Edition.id == edition_id
        )
    )
    return EditionRules.from_json(rules or {}).excerpts


async def publish_in(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    edition_id: UUID,
    cell: tuple[CellKind, str],
    ids: Sequence[UUID],
) -> None:
    """Show some excerpts in a cell of an edition from now on."""
    require(viewer, Permission.INSIGHTS_PUBLISH, organisation_id)
    kind, segment = cell
    await session.execute(
        update(Excerpt)
        .where(Excerpt.organisation_id == organisation_id, Excerpt.id == func.any(list(ids)))
        .values(edition_id=edition_id, cell_kind=kind, segment=segment)
    )


async def list_shown_cells(
    session: Session, viewer: Viewer, *, organisation_id: UUID, edition_id: UUID
) -> set[tuple[CellKind, str]]:
    """Return the cells of an edition in which excerpts are shown."""
    require(viewer, Permission.INSIGHTS_PUBLISH, organisation_id)
    rows = await session.execute(
        select(Excerpt.cell_kind, Excerpt.segment)
        .where(Excerpt.organisation_id == organisation_id, Excerpt.edition_id == edition_id)
        .distinct()
    )
    return {(kind, segment or "") for kind, segment in rows if kind is not None}


async def suppress_cell(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    edition_id: UUID,
    cell: tuple[CellKind, str],
) -> None:
    """Take the excerpts of a cell of an edition out of it for good."""
    require(viewer, Permission.INSIGHTS_PUBLISH, organisation_id)
    kind, segment = cell
    await session.execute(
        update(Excerpt)
        .where(
            Excerpt.organisation_id == organisation_id,
            Excerpt.edition_id == edition_id,
            Excerpt.cell_kind == kind,
            Excerpt.segment == segment,
        )
        .values(edition_id=None, cell_kind=None, segment=None, is_suppressed=True)
    )
