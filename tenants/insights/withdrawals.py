"""What becomes of published figures when somebody behind them takes the answers back."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from tenants.access import Viewer
from tenants.disclosure.cells import Coverage
from tenants.insights import publishing_queries as queries
from tenants.insights.items import Catalogue
from tenants.insights.lattice import Submission
from tenants.insights.models import CellKind, EditionCell
from tenants.insights.service import read_submissions
from tenants.interviews import receipts
from tenants.work import Session


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

    Nothing else of an edition ever changes. What is suppressed stays so.
    """
    edition, cells = await queries.lock_edition(
        session, viewer, organisation_id=organisation_id, edition_id=edition_id
    )
    rows = await queries.list_counted(
        session, viewer, organisation_id=organisation_id, edition_id=edition_id
    )
    catalogue, submissions = await read_submissions(
        session,
        viewer,
        organisation_id=organisation_id,
        rows=rows,
        asked_until=edition.published_at,
    )
    hidden = [one for one in submissions if one.hidden]
    minimum = edition.rules["minimum"]
    for cell in cells:
        inside = [one for one in hidden if _is_in(cell, one)]
        if cell.coverage is Coverage.ALL_ANSWERS and len(inside) < minimum:
            await session.delete(cell)
            continue
        questions = [_thinned(one, catalogue, inside, minimum) for one in cell.questions]
        gone = {
            key
            for before, after in zip(cell.questions, questions, strict=True)
            if after is not before
            for key in before["metrics"]
        }
        if questions != cell.questions:
            cell.questions = questions
            cell.figures = {key: value for key, value in cell.figures.items() if key not in gone}
    await session.flush()


def _is_in(cell: EditionCell, submission: Submission) -> bool:
    if cell.kind is CellKind.ORGANISATION:
        return True
    return submission.segment == (cell.segment if cell.kind is CellKind.SEGMENT else None)


def _thinned(
    document: dict[str, Any],
    catalogue: Catalogue,
    hidden: Sequence[Submission],
    minimum: int,
) -> dict[str, Any]:
    """Return a question as it stands once only those hidden respondents are left."""
    if document["coverage"] != Coverage.ALL_ANSWERS.value:
        return document
    keys = {
        item.key
        for item in catalogue.items
        if (item.question.code, item.question.concept, item.row) == _identity(document)
    }
    left = sum(not keys.isdisjoint(one.answers) for one in hidden)
    if left >= minimum:
        return document
    shown = {"mean", "favourable", "distribution", "metrics"}
    kept = {name: value for name, value in document.items() if name not in shown}
    return kept | {"coverage": None}


def _identity(document: Mapping[str, Any]) -> tuple[str, str | None, str | None]:
    return document["code"], document["concept"], document["row"]
