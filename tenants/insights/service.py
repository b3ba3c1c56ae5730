"""What can be done with insights: publishing editions, window by window."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from tenants import audit, work
from tenants.access import Permission, Viewer, require
from tenants.announcements import EventKind
from tenants.audit import AuditAction
from tenants.disclosure import figures
from tenants.errors import NotFound
from tenants.insights import publishing_queries as queries
from tenants.insights.items import Catalogue, Measured, make_catalogue, measure
from tenants.insights.lattice import Draft, DraftCell, EditionRules, Submission, make_draft
from tenants.insights.measures import response_rate
from tenants.insights.models import Dimension, Edition
from tenants.insights.windows import Window, ended_windows
from tenants.interviews.models import Confidentiality
from tenants.metrics import RESPONSE_RATE
from tenants.model import new_id
from tenants.settings import get_settings
from tenants.work import Session


@dataclass(frozen=True, slots=True)
class Published:
    """What became of an organisation's responses.

    Attributes:
        editions: Ends of the windows that were published now, oldest first.
        counted: Responses that some edition counts.
        waiting: Responses that none counts yet.
        held: Anonymous submissions that are still in the holding place.
    """

    editions: tuple[date, ...]
    counted: int
    waiting: int
    held: int


def rules_in_force() -> EditionRules:
    """Return the rules that this installation publishes by."""
    return EditionRules(minimum=get_settings().disclosure_minimum)


async def publish_editions(
    session: Session, viewer: Viewer, *, organisation_id: UUID, as_of: date
) -> Published:
    """Publish every window that has ended and has no edition yet.

    A window is published once: what comes later, or waits, counts in the next one. The same rows
    give the same edition.

    Args:
        session: The transaction; every edition of it is written or none.
        viewer: A job of the organisation.
        organisation_id: Whose.
        as_of: A day of the last month that counts as ended.

    Raises:
        NotFound: There is no such organisation.
    """
    require(viewer, Permission.INSIGHTS_PUBLISH, organisation_id)
    rules = rules_in_force()
    first_day = await queries.lock_first_day(session, viewer, organisation_id=organisation_id)
    if first_day is None:
        noun = "organisation"
        raise NotFound(noun)
    windows = ended_windows(
        first_day=first_day,
        published_until=await queries.find_published_until(
            session, viewer, organisation_id=organisation_id
        ),
        as_of=as_of,
        months=rules.window_months,
    )
    published = []
    for window in windows:
        await _publish(session, viewer, organisation_id, window=window, rules=rules)
        published.append(window.ends_on)
    counted, waiting, held = await queries.count_responses(
        session, viewer, organisation_id=organisation_id
    )
    return Published(tuple(published), counted, waiting, held)


async def _publish(
    session: Session,
    viewer: Viewer,
    organisation_id: UUID,
    *,
    window: Window,
    rules: EditionRules,
) -> None:
    """Write the edition of one window."""
    draft = await _draft(session, viewer, organisation_id, window=window, rules=rules)
    answered, delivered = await queries.count_invitations(
        session,
        viewer,
        organisation_id=organisation_id,
        starts_on=window.starts_on,
        ends_on=window.ends_on,
    )
    rate = response_rate(
        answered=answered, delivered=delivered, minimum=rules.response_rate_minimum
    )
    edition = Edition(
        organisation_id=organisation_id,
        id=new_id(),
        starts_on=window.starts_on,
        ends_on=window.ends_on,
        dimension=Dimension.DEPARTMENT,
        rules=rules.to_json(),
        figures={RESPONSE_RATE: figures.to_json(rate)},
        published_at=datetime.now(UTC),
    )
    await queries.add_edition(
        session, viewer, edition=edition, cells=[_row(edition, cell) for cell in draft.cells]
    )
    await queries.count_in(
        session,
        viewer,
        organisation_id=organisation_id,
        edition_id=edition.id,
        response_ids=draft.counted,
    )
    await audit.record(session, viewer, AuditAction.EDITION_PUBLISHED, organisation_id, edition.id)
    work.announce(session, EventKind.EDITION_PUBLISHED, organisation_id, subject_id=edition.id)


def _row(edition: Edition, cell: DraftCell) -> dict[str, Any]:
    """Return a cell as its row."""
    return {
        "organisation_id": edition.organisation_id,
        "edition_id": edition.id,
        "kind": cell.kind,
        "segment": cell.segment,
        "coverage": cell.coverage,
        "figures": dict(cell.figures),
        "questions": list(cell.questions),
    }


async def _draft(
    session: Session,
    viewer: Viewer,
    organisation_id: UUID,
    *,
    window: Window,
    rules: EditionRules,
) -> Draft:
    """Return the edition of what waits at the end of a window."""
    rows = await queries.list_uncounted(
        session, viewer, organisation_id=organisation_id, before=window.ends_on
    )
    catalogue, submissions = await read_submissions(
        session, viewer, organisation_id=organisation_id, rows=rows
    )
    return make_draft(submissions, catalogue, rules)


async def read_submissions(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    rows: Sequence[queries.ResponseRow],
) -> tuple[Catalogue, list[Submission]]:
    """Return what some responses say, item by item, and the items."""
    require(viewer, Permission.INSIGHTS_PUBLISH, organisation_id)
    answers = await queries.list_answers(
        session, viewer, organisation_id=organisation_id, response_ids=[row.id for row in rows]
    )
    catalogue = make_catalogue(
        await queries.list_asked(session, viewer, organisation_id=organisation_id),
        Counter(question_id for _, question_id, _ in answers),
    )
    said: dict[UUID, dict[tuple[str, str | None], Measured]] = {row.id: {} for row in rows}
    for response_id, question_id, value in answers:
        key = catalogue.by_question.get(question_id)
        if key is not None:
            said[response_id] |= measure(key, value)
    submissions = [
        Submission(
            id=row.id,
            hidden=row.confidentiality is not Confidentiality.ATTRIBUTED,
            anonymous=row.confidentiality is Confidentiality.ANONYMOUS,
            segment=row.segment,
            answers=said[row.id],
        )
        for row in rows
    ]
    return catalogue, submissions
