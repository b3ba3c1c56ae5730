"""Publishing released excerpts in the cells of editions, and taking them out of thin cells."""

from collections.abc import Collection
from typing import Final
from uuid import UUID

from tenants.access import Permission, Viewer, require
from tenants.disclosure.cells import Respondent
from tenants.disclosure.excerpts import ExcerptCells, choose_cells
from tenants.excerpts import publishing_queries as queries
from tenants.excerpts.publishing_queries import Counted
from tenants.insights.models import CellKind
from tenants.interviews.models import Confidentiality
from tenants.work import Session

Place = tuple[CellKind, str]
_ORGANISATION: Final[Place] = (CellKind.ORGANISATION, "")


async def publish_excerpts(session: Session, viewer: Viewer, *, organisation_id: UUID) -> int:
    """Publish every released excerpt whose window has an edition and whose cell is a crowd.

    It happens where editions are published, for all that moderators have released since, so that
    neither the hour nor the order of their work shows. What an excerpt was published in stays.

    Returns:
        How many are shown from now on; the others wait.
    """
    require(viewer, Permission.INSIGHTS_PUBLISH, organisation_id)
    waiting = await queries.list_waiting(session, viewer, organisation_id=organisation_id)
    count = 0
    for edition_id in sorted({one.edition_id for one in waiting}):
        counted = await queries.list_counted(
            session, viewer, organisation_id=organisation_id, edition_id=edition_id
        )
        rules = await queries.get_rules(
            session, viewer, organisation_id=organisation_id, edition_id=edition_id
        )
        cells = choose_cells(_respondents(counted), rules)
        by_place: dict[Place, list[UUID]] = {}
        for one in waiting:
            place = place_of(one.segment, cells)
            if one.edition_id == edition_id and place is not None:
                by_place.setdefault(place, []).append(one.id)
        for place, ids in sorted(by_place.items()):
            count += len(ids)
            await queries.publish_in(
                session,
                viewer,
                organisation_id=organisation_id,
                edition_id=edition_id,
                cell=place,
                ids=ids,
            )
    return count


def place_of(segment: str | None, cells: ExcerptCells) -> Place | None:
    """Return the cell that shows a text whose author stands in a value, or None: it waits."""
    if segment in cells.segments:
        return (CellKind.NO_SEGMENT, "") if segment is None else (CellKind.SEGMENT, segment)
    return _ORGANISATION if cells.organisation else None


def _respondents(counted: Collection[Counted]) -> list[Respondent]:
    return [
        Respondent(
            one.id,
            hidden=one.confidentiality is not Confidentiality.ATTRIBUTED,
            anonymous=one.confidentiality is Confidentiality.ANONYMOUS,
            segment=one.segment,
        )
        for one in counted
    ]


async def thin_out_excerpts(
    session: Session, viewer: Viewer, *, organisation_id: UUID, edition_id: UUID
) -> None:
    """Take excerpts out of an edition's cells behind which too few hidden respondents are left.

    Called when somebody behind an edition has taken the answers back. What is taken out stays out.
    """
    require(viewer, Permission.INSIGHTS_PUBLISH, organisation_id)
    counted = await queries.list_counted(
        session, viewer, organisation_id=organisation_id, edition_id=edition_id
    )
    left = [one for one in _respondents(counted) if one.hidden]
    shown = await queries.list_shown_cells(
        session, viewer, organisation_id=organisation_id, edition_id=edition_id
    )
    rules = await queries.get_rules(
        session, viewer, organisation_id=organisation_id, edition_id=edition_id
    )
    for place in sorted(thin_places(left, shown, rules.hidden)):
        await queries.suppress_cell(
            session,
            viewer,
            organisation_id=organisation_id,
            edition_id=edition_id,
            cell=place,
        )


def thin_places(
    hidden: Collection[Respondent], shown: Collection[Place], minimum: int
) -> set[Place]:
    """Return which shown cells must go, given the hidden respondents that are left.

    A value's cell goes when fewer than the minimum are left in it; the organisation's when fewer
    are left outside the values that show anything.
    """
    values = {place for place in shown if place != _ORGANISATION}
    inside = {place: sum(_stands_in(one, place) for one in hidden) for place in values}
    gone = {place for place, count in inside.items() if count < minimum}
    outside = [one for one in hidden if not any(_stands_in(one, place) for place in values)]
    if _ORGANISATION in shown and len(outside) < minimum:
        gone.add(_ORGANISATION)
    return gone


def _stands_in(one: Respondent, place: Place) -> bool:
    kind, segment = place
    return one.segment == (segment if kind is CellKind.SEGMENT else None)
