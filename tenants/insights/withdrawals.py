"""What becomes of published figures when somebody behind them takes the answers back."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tenants.access import Viewer
from tenants.disclosure.cells import Coverage, nobody_or_a_crowd
from tenants.excerpts.publishing import thin_out_excerpts
from tenants.insights import publishing_queries as queries
from tenants.insights.items import measure
from tenants.insights.models import CellKind, EditionCell
from tenants.interviews import receipts
from tenants.interviews.models import Confidentiality
from tenants.metrics import RECOMMENDATION
from tenants.work import Session


@dataclass(frozen=True, slots=True)
class Left:
    """A hidden respondent whom an edition counts and who is still there.

    Attributes:
        anonymous: ANONYMOUS.
        segment: The value of the organisation's dimension; None for "no value".
        answered: Questions that were answered; those of a matrix with each of its rows.
    """

    anonymous: bool
    segment: str | None
    answered: frozenset[tuple[str, str | None]]


async def withdraw_response(session: Session, viewer: Viewer, *, receipt_code: str) -> None:
    """Erase the response that was sent with a receipt code, whether it waits or is kept.

    Figures that were published with it stand, as the form says, unless too few hidden respondents
    are left behind them: then they are suppressed, and never computed anew.

    Raises:
        NotFound: There is none, or it was withdrawn before.
        InvalidInput: No receipt code looks like this.
    """
    organisation_id, edition_id = await receipts.withdraw_response(
        session, viewer, receipt_code=receipt_code
    )
    if edition_id is not None:
        # The house does this, not the candidate, who may read nobody else's answers.
        await thin_out(
            session,
            Viewer.job(organisation_id),
            organisation_id=organisation_id,
            edition_id=edition_id,
        )


async def thin_out(
    session: Session, viewer: Viewer, *, organisation_id: UUID, edition_id: UUID
) -> None:
    """Suppress the figures of an edition behind which too few hidden respondents are left.

    What a suppressed value leaves over must be nobody or a crowd, as at publication: else the
    smallest published value goes, too. Nothing else of an edition ever changes, and what is
    suppressed stays so.
    """
    edition, cells = await queries.lock_edition(
        session, viewer, organisation_id=organisation_id, edition_id=edition_id
    )
    left = await _read_left(session, viewer, organisation_id, edition_id)
    minimum = edition.rules["minimum"]
    shown = {cell for cell in cells if cell.coverage is Coverage.ALL_ANSWERS}
    gone = _thinned(shown, left, minimum)
    for cell in gone:
        await session.delete(cell)
    kept = [cell for cell in cells if cell not in gone]
    # Every cell of an edition lists the same questions in the same order.
    for index in range(len(kept[0].questions) if kept else 0):
        document = kept[0].questions[index]
        asked, row = document["asked"], document["row"]
        behind = [one for one in left if any((code, row) in one.answered for code in asked)]
        covering = {cell for cell in kept if _covers_hidden(cell.questions[index])}
        for cell in _thinned(covering, behind, minimum):
            _suppress(cell, index)
    _thin_out_together(kept, left, minimum)
    await session.flush()
    await thin_out_excerpts(session, viewer, organisation_id=organisation_id, edition_id=edition_id)


def _thin_out_together(
    cells: Collection[EditionCell], left: Collection[Left], minimum: int
) -> None:
    """Withhold what holds aspects against the score, if too few hidden are left behind all of them.

    Or if the score itself is withheld, which it rests on as well.
    """
    for cell in cells:
        together = [one for one in cell.questions if "together" in one]
        if not together:
            continue
        behind = [
            one
            for one in left
            if all(
                any((code, document["row"]) in one.answered for code in document["asked"])
                for document in together
            )
        ]
        is_thin = together[0]["together"] == Coverage.ALL_ANSWERS and len(behind) < minimum
        score = next(one for one in together if one["concept"] == RECOMMENDATION)
        if is_thin or score["coverage"] is None:
            cell.questions = [
                {name: value for name, value in one.items() if name != "importance"}
                for one in cell.questions
            ]


async def _read_left(
    session: Session, viewer: Viewer, organisation_id: UUID, edition_id: UUID
) -> list[Left]:
    """Return the hidden respondents whom an edition counts and who are still there."""
    rows = await queries.list_counted(
        session, viewer, organisation_id=organisation_id, edition_id=edition_id
    )
    hidden = [row for row in rows if row.confidentiality is not Confidentiality.ATTRIBUTED]
    answered: dict[UUID, set[tuple[str, str | None]]] = {row.id: set() for row in hidden}
    for response_id, question_id, value in await queries.list_answers(
        session, viewer, organisation_id=organisation_id, response_ids=list(answered)
    ):
        answered[response_id] |= measure(str(question_id), value).keys()
    return [
        Left(
            row.confidentiality is Confidentiality.ANONYMOUS,
            row.segment,
            frozenset(answered[row.id]),
        )
        for row in hidden
    ]


def _thinned(
    cells: Collection[EditionCell], left: Collection[Left], minimum: int
) -> set[EditionCell]:
    """Return which cells that cover hidden respondents too few of them are left for.

    Args:
        cells: Those that show something of hidden respondents.
        left: The hidden respondents who are behind the whole organisation's cell.
        minimum: The size of a crowd.
    """
    inside = {cell: [one for one in left if _is_in(cell, one)] for cell in cells}
    gone = {cell for cell, behind in inside.items() if len(behind) < minimum}
    if any(cell.kind is CellKind.ORGANISATION for cell in gone):
        return set(cells)
    values = {cell for cell in cells if cell.kind is not CellKind.ORGANISATION} - gone
    while values and not _leftover_is_safe(values, left, minimum):
        # The name breaks ties, so that the same rows end alike.
        smallest = min(values, key=lambda cell: (len(inside[cell]), cell.kind, cell.segment))
        values.remove(smallest)
        gone.add(smallest)
    return gone


def _leftover_is_safe(
    values: Collection[EditionCell], left: Collection[Left], minimum: int
) -> bool:
    """Return whether the hidden whom no value covers are nobody or a crowd, ANONYMOUS likewise."""
    over = [one for one in left if not any(_is_in(cell, one) for cell in values)]
    anonymous = sum(one.anonymous for one in over)
    return nobody_or_a_crowd(len(over), minimum) and nobody_or_a_crowd(anonymous, minimum)


def _is_in(cell: EditionCell, one: Left) -> bool:
    if cell.kind is CellKind.ORGANISATION:
        return True
    return one.segment == (cell.segment if cell.kind is CellKind.SEGMENT else None)


def _covers_hidden(document: Mapping[str, Any]) -> bool:
    return bool(document["coverage"] == Coverage.ALL_ANSWERS.value)


def _suppress(cell: EditionCell, index: int) -> None:
    """Withhold one question of a cell, and the metrics that rest on it."""
    document = cell.questions[index]
    gone = {"mean", "favourable", "distribution", "ranking", "importance", "openness", "metrics"}
    bare = {name: value for name, value in document.items() if name not in gone}
    questions: Sequence[dict[str, Any]] = cell.questions
    cell.questions = [*questions[:index], bare | {"coverage": None}, *questions[index + 1 :]]
    metrics = set(document["metrics"])
    cell.figures = {key: one for key, one in cell.figures.items() if key not in metrics}
