"""All SQL of reading insights: one statement for a cell of an edition and the offers beside it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text

from tenants.access import Permission, Reach, Viewer, part_of, require
from tenants.disclosure import figures
from tenants.disclosure.cells import MINIMUM_FLOOR, Coverage
from tenants.disclosure.figures import CORRELATION_FLOOR, Statistic, Suppressed
from tenants.disclosure.rules import WINDOW_MONTHS, Dimension
from tenants.errors import NotFound
from tenants.insights.findings import OpennessFinding
from tenants.insights.kept import Documents, Kept, MadeOf, controllability_of
from tenants.insights.models import CellKind
from tenants.insights.offer_figures import OfferCounts, offer_figures
from tenants.insights.offer_queries import OFFERS_OF_WINDOW, WITH_TYPED_MONTHS
from tenants.insights.trends import Trend, find_trend
from tenants.insights.windows import month_of, months_after
from tenants.metrics import METRICS, RECOMMENDATION
from tenants.questionnaires.question_types import QuestionTypeKey
from tenants.reasons import Audience, Controllability, DeclineReason
from tenants.settings import get_settings
from tenants.work import Session

SERIES_MONTHS: Final = 24


@dataclass(frozen=True, slots=True)
class EditionInfo:
    """Which edition a cell belongs to; its window is half-open."""

    id: UUID
    starts_on: date
    ends_on: date
    dimension: Dimension
    published_at: datetime
    rules: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class OptionShare:
    """The share of some neighbouring options together, by code; points of a scale as text."""

    options: tuple[str, ...]
    share: Statistic


@dataclass(frozen=True, slots=True)
class OptionPoints:
    """The mean Borda points of an option that was put in an order with others, by its code."""

    option: str
    points: Statistic


@dataclass(frozen=True, slots=True)
class QuestionInsight:
    """What a cell says of one question, or of one row of a matrix.

    Attributes:
        code: Of the question.
        concept: Its key across organisations, if it has one.
        row: Code of the matrix's row; None of other types.
        type: What kind of question it is.
        audience: Who may read it.
        wording: What was asked, by language.
        row_wording: What the row says, by language.
        option_wordings: What each option says, by code and language.
        points: Ends of its scale; None where the type has none.
        coverage: Whose answers its figures rest on; None when they are suppressed.
        mean: Of a scale; None where the type has none.
        favourable: Share of points above the middle; None likewise.
        distribution: Shares of the options; None where too few make one.
        ranking: Borda points of the options that were put in an order; None where too few make it,
            and of other types.
        importance: How it goes together with the overall score; None but for a scale of the whole
            organisation other than that score.
    """

    code: str
    concept: str | None
    row: str | None
    type: QuestionTypeKey
    audience: Audience
    wording: Mapping[str, str]
    row_wording: Mapping[str, str] | None
    option_wordings: Mapping[str, Mapping[str, str]]
    points: tuple[int, int] | None
    coverage: Coverage | None
    mean: Statistic | None
    favourable: Statistic | None
    distribution: Sequence[OptionShare] | None
    ranking: Sequence[OptionPoints] | None
    importance: Statistic | None


@dataclass(frozen=True, slots=True)
class Insights:
    """What a viewer may know of one cell.

    Attributes:
        edition: Which edition; None before the first one.
        segment: The value of the dimension; None for the whole organisation.
        starts_on: The window of every figure, half-open: the edition's, or before the first one
            the twelve months that end with the current one.
        ends_on: Its end.
        coverage: Whose answers the cell covers; None when it is suppressed.
        figures: Every listed metric, by key.
        questions: Those that the viewer's role reads.
        openness: Whether hidden answers name controllable main reasons more often; None in a cell
            of less than the whole organisation.
        controllability: Of each reason, as the organisation said when it was published.
        trend: The decline rate of each of the last 24 months, live, and what became of it.
        segments: The cells that the viewer may ask for, whether suppressed or not.
        frozen_as: Equal for what is equal in everything but the figures of offers, which are as of
            none then; None where those were asked for, and before the first edition.
    """

    edition: EditionInfo | None
    segment: str | None
    starts_on: date
    ends_on: date
    coverage: Coverage | None
    figures: Mapping[str, Statistic]
    questions: Sequence[QuestionInsight]
    openness: OpennessFinding | None
    controllability: Mapping[DeclineReason, Controllability]
    trend: Trend
    segments: Sequence[str]
    frozen_as: MadeOf | None


_ASKED_FOR: Final = "WHERE o.organisation_id = :organisation\n"
# Thousands of offers are counted anew for each reader: not for who looks at other figures.
_OFFERS_IF_WANTED: Final = OFFERS_OF_WINDOW.replace(
    _ASKED_FOR, f"{_ASKED_FOR}          AND CAST(:with_offers AS boolean)\n"
)

# Parts come from requisitions and not from responses: that a department is listed must not
# tell that somebody answered.
_READ: Final = text(
    f"""
    WITH edition AS (
        SELECT id, starts_on, ends_on, dimension, published_at, rules, figures,
               concat_ws('/', id, xmin, ctid) AS version
        FROM editions
        WHERE organisation_id = :organisation
          AND (CAST(:ends_on AS date) IS NULL OR ends_on = :ends_on)
        ORDER BY ends_on DESC
        LIMIT 1
    ), span AS (
        SELECT coalesce((SELECT starts_on FROM edition), CAST(:starts_on AS date)) AS starts_on,
               coalesce((SELECT ends_on FROM edition), CAST(:until AS date)) AS ends_on,
               (SELECT dimension FROM edition) AS dimension
    ), parts AS (
        SELECT DISTINCT p.part
        FROM requisitions r CROSS JOIN span s CROSS JOIN LATERAL (
            SELECT CASE s.dimension WHEN 'LOCATION' THEN r.location ELSE r.department END) p (part)
        WHERE r.organisation_id = :organisation AND p.part IS NOT NULL
          AND (CAST(:person AS uuid) IS NULL OR r.id IN (
              SELECT h.requisition_id FROM hiring_managers h
              WHERE h.organisation_id = :organisation AND h.person_id = :person))
    ), {_OFFERS_IF_WANTED}, {WITH_TYPED_MONTHS}, monthly AS (
        SELECT date_trunc('month', resolved_on)::date AS month,
               count(*) FILTER (WHERE declined OR lapsed) AS refused, count(*) AS resolved
        FROM facts
        WHERE resolved_on >= :series_from AND resolved_on < :until
        GROUP BY 1
        UNION ALL
        SELECT month, declined + lapsed, accepted + declined + lapsed
        FROM typed
        WHERE month >= :series_from AND month < :until
    )
    SELECT e.id, e.dimension, e.published_at, e.rules, s.starts_on, s.ends_on, c.coverage,
           v.version,
           CASE WHEN v.unknown THEN e.figures END AS whole,
           CASE WHEN v.unknown THEN c.figures END AS figures,
           CASE WHEN v.unknown THEN c.questions END AS questions, to_jsonb(totals) AS offers,
           (SELECT jsonb_object_agg(month, jsonb_build_array(refused, resolved)) FROM monthly)
               AS months,
           ARRAY(SELECT part FROM parts) AS parts,
           ARRAY(SELECT n.segment FROM edition_cells n
                 WHERE n.organisation_id = :organisation AND n.edition_id = e.id
                   AND n.kind = 'SEGMENT') AS published
    FROM span s CROSS JOIN totals
    LEFT JOIN edition e ON true
    LEFT JOIN edition_cells c ON c.organisation_id = :organisation AND c.edition_id = e.id
        AND c.kind = :kind AND c.segment = coalesce(:segment, '')
    CROSS JOIN LATERAL (
        SELECT version, version IS DISTINCT FROM CAST(:known AS text) AS unknown
        FROM (SELECT concat_ws('/', e.version, c.xmin, c.ctid)) AS rows (version)) v
    """  # noqa: S608 - our own words.
)


kept: Final[Kept[Insights]] = Kept()


async def get_insights(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    ends_on: date | None = None,
    segment: str | None = None,
    with_offers: bool = True,
) -> Insights:
    """Return a cell of an edition, with the figures of offers beside it, in one statement.

    Args:
        session: The transaction.
        viewer: Sees the cells and the questions that the role reads.
        organisation_id: Whose.
        ends_on: End of the edition's window, exclusive; the newest edition if absent.
        segment: A value of the dimension; the whole organisation if absent.
        with_offers: Whether the figures of offers are wanted; otherwise they are as of none.

    Raises:
        Forbidden: The viewer's role reads no insights.
        NotFound: There is no such edition or cell, or it is not the viewer's to see.
    """
    require(viewer, Permission.INSIGHTS_READ, organisation_id)
    part = part_of(viewer.role_in(organisation_id))
    own_only = part.segments is Reach.OWN
    place = (organisation_id, ends_on, segment)
    # What is held here stays here, whoever drops it meanwhile: the row does not say it again.
    known = kept.find(place)
    asked = _asked(viewer, place, own_only=own_only, with_offers=with_offers, known=known)
    row = (await session.execute(_READ, asked)).one()
    segments = set(row.parts)
    if not own_only:
        segments |= set(row.published)
    if part.segments is Reach.NONE:
        segments = set()
    if (ends_on is not None and row.id is None) or (
        segment is not None and segment not in segments
    ):
        noun = "cell of an edition"
        raise NotFound(noun)
    is_known = known is not None and known.version == row.version
    documents = known if known is not None and is_known else kept.keep(place, row)
    listed = viewer.may(Permission.OFFER_READ, organisation_id) and (part.cases is Reach.ALL)
    seen = (row.version, segment, tuple(sorted(segments)), part.audiences, listed)
    made_of = (organisation_id, *seen)
    if with_offers or row.id is None:
        return _insights(row, documents, made_of, None)
    return kept.made_once(made_of, lambda: _insights(row, documents, made_of, made_of))


def _asked(
    viewer: Viewer,
    place: tuple[UUID, date | None, str | None],
    *,
    own_only: bool,
    with_offers: bool,
    known: Documents | None,
) -> dict[str, Any]:
    """Return the parameters with which a cell is read."""
    organisation_id, ends_on, segment = place
    today = datetime.now(UTC).date()
    until = months_after(month_of(today), 1)
    return {
        "organisation": organisation_id,
        "ends_on": ends_on,
        "segment": segment,
        "kind": (CellKind.ORGANISATION if segment is None else CellKind.SEGMENT).value,
        "person": viewer.id if own_only else None,
        "starts_on": months_after(until, -WINDOW_MONTHS),
        "until": until,
        "series_from": months_after(until, -SERIES_MONTHS),
        "today": today,
        "with_offers": with_offers,
        "known": None if known is None else known.version,
    }


def _insights(
    row: Any, documents: Documents, made_of: MadeOf, frozen_as: MadeOf | None
) -> Insights:
    """Return what a role reads of the row that was found."""
    _, _, segment, segments, audiences, listed = made_of
    minimum = max(MINIMUM_FLOOR, get_settings().disclosure_minimum)
    # A metric is for whom its question is for.
    unread = {
        key
        for one in documents.questions
        if Audience(one["audience"]) not in audiences
        for key in one.get("metrics", ())
    }
    responses = {**(documents.whole if segment is None else {}), **documents.figures}
    responses = {key: one for key, one in responses.items() if key not in unread}
    shown: dict[str, Statistic] = {
        key: figures.from_json(responses[key]) if key in responses else figures.suppressed(minimum)
        for key in METRICS
    }
    offers = offer_figures(OfferCounts(**row.offers), listed=listed, minimum=minimum)
    months = {date.fromisoformat(key): tuple(pair) for key, pair in (row.months or {}).items()}
    first = months_after(month_of(datetime.now(UTC).date()), 1 - SERIES_MONTHS)
    series = {
        month: months.get(month, (0, 0))
        for month in (months_after(first, count) for count in range(SERIES_MONTHS))
    }
    withheld = figures.suppressed(minimum)
    questions = [_question(one, withheld, is_whole=segment is None) for one in documents.questions]
    return Insights(
        edition=None
        if row.id is None
        else EditionInfo(
            row.id,
            row.starts_on,
            row.ends_on,
            Dimension(row.dimension),
            row.published_at,
            row.rules,
        ),
        segment=segment,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        coverage=None if row.coverage is None else Coverage(row.coverage),
        figures=shown | offers,
        questions=[one for one in questions if one.audience in audiences],
        openness=_openness(documents.questions, audiences, withheld) if segment is None else None,
        controllability=controllability_of(documents.questions),
        trend=find_trend(series, listed=listed, minimum=minimum),
        segments=segments,
        frozen_as=frozen_as,
    )


def _openness(
    documents: Sequence[Mapping[str, Any]], audiences: Collection[Audience], withheld: Suppressed
) -> OpennessFinding:
    """Return the finding that stands beside the main reason, as far as the role reads of that."""
    kept = next(
        (
            one["openness"]
            for one in documents
            if "openness" in one and Audience(one["audience"]) in audiences
        ),
        None,
    )
    if kept is None:
        return OpennessFinding(withheld, withheld)
    return OpennessFinding(figures.from_json(kept["identified"]), figures.from_json(kept["hidden"]))


def _question(
    document: Mapping[str, Any], withheld: Suppressed, *, is_whole: bool
) -> QuestionInsight:
    """Return a question as an edition keeps it."""

    def statistic(name: str) -> Statistic | None:
        if document["points"] is None:
            return None
        return figures.from_json(document[name]) if name in document else withheld

    distribution = document.get("distribution")
    row = document["row"]
    coverage = document["coverage"]
    return QuestionInsight(
        code=document["code"],
        concept=document["concept"],
        row=row,
        type=QuestionTypeKey(document["type"]),
        audience=Audience(document["audience"]),
        wording=document["wording"],
        row_wording=None if row is None else document["options"][row],
        option_wordings=document["options"],
        points=None if document["points"] is None else tuple(document["points"]),
        coverage=None if coverage is None else Coverage(coverage),
        mean=statistic("mean"),
        favourable=statistic("favourable"),
        distribution=None
        if distribution is None
        else [
            OptionShare(tuple(run["options"]), figures.from_json(run["share"]))
            for run in distribution
        ],
        ranking=None
        if "ranking" not in document
        else [
            OptionPoints(one["option"], figures.from_json(one["points"]))
            for one in document["ranking"]
        ],
        importance=_importance(document) if is_whole else None,
    )


def _importance(document: Mapping[str, Any]) -> Statistic | None:
    """Return how a scale goes together with the score; None of what is no scale beside it."""
    if document["points"] is None or document["concept"] in (None, RECOMMENDATION):
        return None
    if "importance" in document:
        return figures.from_json(document["importance"])
    return figures.suppressed(CORRELATION_FLOOR)
