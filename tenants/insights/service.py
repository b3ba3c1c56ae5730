"""What can be done with insights: publishing editions, window by window."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from tenants import audit, work
from tenants.access import Permission, Viewer, require
from tenants.announcements import EventKind
from tenants.audit import AuditAction
from tenants.disclosure import figures
from tenants.disclosure.figures import CORRELATION_FLOOR
from tenants.disclosure.rules import EditionRules
from tenants.errors import NotFound
from tenants.excerpts.publishing import publish_excerpts
from tenants.insights import publishing_queries as queries
from tenants.insights import settings_queries, tally_queries
from tenants.insights.items import COUNTED, make_catalogue
from tenants.insights.lattice import Draft, DraftCell, make_draft
from tenants.insights.measures import response_rate
from tenants.insights.models import Edition
from tenants.insights.packing import is_packed, make_layout
from tenants.insights.settings import rules_of
from tenants.insights.tally import Tally, add_up, count_times, find_aspects
from tenants.insights.windows import Window, ended_windows
from tenants.metrics import RESPONSE_RATE
from tenants.model import new_id
from tenants.organisations.insight_queries import list_settings
from tenants.themes.codebook import said_otherwise
from tenants.themes.service import get_codebook
from tenants.work import Session


@dataclass(frozen=True, slots=True)
class Published:
    """What became of an organisation's responses.

    Attributes:
        editions: The windows that were published now, oldest first.
        counted: Responses that some edition counts.
        waiting: Responses that none counts yet.
        held: Anonymous submissions that are still in the holding place.
    """

    editions: tuple[Window, ...]
    counted: int
    waiting: int
    held: int


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
    first_day = await queries.lock_first_day(session, viewer, organisation_id=organisation_id)
    if first_day is None:
        noun = "organisation"
        raise NotFound(noun)
    versions = await list_settings(session, viewer, organisation_id=organisation_id)
    windows = ended_windows(
        first_day=first_day,
        published_until=await queries.find_published_until(
            session, viewer, organisation_id=organisation_id
        ),
        as_of=as_of,
        versions=versions,
        hidden=await settings_queries.count_hidden(
            session, viewer, organisation_id=organisation_id, versions=versions
        ),
    )
    published = []
    for window in windows:
        oldest = await queries.find_oldest_uncounted(
            session, viewer, organisation_id=organisation_id
        )
        rules = rules_of(versions, window, oldest=oldest)
        await _publish(session, viewer, organisation_id, window=window, rules=rules)
        published.append(window)
    await publish_excerpts(session, viewer, organisation_id=organisation_id)
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
    edition_id = new_id()
    draft = await _draft(
        session, viewer, organisation_id, window=window, rules=rules, edition_id=edition_id
    )
    await tally_queries.let_go(
        session,
        viewer,
        organisation_id=organisation_id,
        edition_id=edition_id,
        counted=draft.counted,
    )
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
        id=edition_id,
        starts_on=window.starts_on,
        ends_on=window.ends_on,
        dimension=window.dimension,
        rules=rules.to_json(),
        figures={RESPONSE_RATE: figures.to_json(rate)},
        published_at=datetime.now(UTC),
    )
    await queries.add_edition(
        session, viewer, edition=edition, cells=[_row(edition, cell) for cell in draft.cells]
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
    edition_id: UUID,
) -> Draft:
    """Return the edition of what waits at the end of a window, and mark that with it."""
    those: dict[str, Any] = {"organisation_id": organisation_id, "edition_id": edition_id}
    asked = await queries.list_asked(session, viewer, organisation_id=organisation_id)
    respondents = await tally_queries.mark_uncounted(session, viewer, window=window, **those)
    those["dimension"] = window.dimension
    counted = [one for one in asked if one.type in COUNTED]
    packed = await tally_queries.read_packed(
        session,
        viewer,
        fields=make_layout(one for one in counted if is_packed(one)),
        count=sum(respondents.values()),
        **those,
    )
    counts = packed.count() + await tally_queries.count_answers(
        session, viewer, questions=[one for one in counted if not is_packed(one)], **those
    )
    codebook = await get_codebook(session, viewer, organisation_id=organisation_id)
    catalogue = make_catalogue(asked, count_times(counts), said_otherwise(codebook))
    answers = add_up(catalogue, counts)
    aspects = find_aspects(
        catalogue, {key: sum(one.total() for one in by.values()) for key, by in answers.items()}
    )
    if aspects is not None and sum(respondents.values()) < CORRELATION_FLOOR:
        aspects = None
    pairs = {} if aspects is None else packed.count_pairs(aspects)
    return make_draft(Tally(respondents, answers, pairs), catalogue, rules, aspects)
