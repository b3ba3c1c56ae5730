"""All SQL of reading a comparison: one statement, whatever is asked for."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, exists, select, text

from tenants.access import Permission, Viewer, require
from tenants.benchmarks.models import BenchmarkComparison, BenchmarkRelease
from tenants.benchmarks.peer_groups import groups_of
from tenants.benchmarks.told import Told
from tenants.errors import NotFound
from tenants.insights.offer_figures import OfferCounts
from tenants.insights.offer_queries import OFFERS_OF_WINDOW
from tenants.organisations.models import Industry, Region, SizeBand
from tenants.work import Session


@dataclass(frozen=True, slots=True)
class ReleaseInfo:
    """Which release a comparison is from; its window is half-open."""

    number: int
    starts_on: date
    ends_on: date
    released_on: date


@dataclass(frozen=True, slots=True)
class Found:
    """Everything around an organisation's comparisons that somebody may need.

    Attributes:
        takes_part: Whether its consent is in force today.
        release: The newest one that it was compared in; None before the first.
        comparisons: What each audience is told, by metric; the own people's audience is empty.
        others: Hashed families of the viewer's other organisations that contributed, by metric.
        firm_ids: Firms that the viewer belongs to.
        offers: What became of its offers in the release's window; none without a release.
        edition: Figures of its newest edition, of the whole organisation, by metric.
        audiences: Whose question each concept is, in that edition.
    """

    takes_part: bool
    release: ReleaseInfo | None
    comparisons: Mapping[str, Sequence[tuple[bytes, Told]]]
    others: Mapping[str, frozenset[str]]
    firm_ids: Sequence[UUID]
    offers: OfferCounts
    edition: Mapping[str, Any]
    audiences: Mapping[str, str]


# Consent is as of today, the figures are the release's. Firms and other organisations come by
# row-level security: a firm's people are read by themselves, organisations by who is in scope.
_TEXT: Final = f"""
    WITH released AS (
        SELECT r.number, r.starts_on, r.ends_on, r.released_at
        FROM benchmark_releases r
        WHERE r.number = (SELECT max(c.release_number) FROM benchmark_comparisons c
                          JOIN benchmark_releases f ON f.number = c.release_number
                          WHERE c.organisation_id = :organisation AND f.finished_at IS NOT NULL)
    ), span AS (
        SELECT starts_on, ends_on, NULL AS dimension FROM released
    ), {OFFERS_OF_WINDOW}, edition AS (
        SELECT e.id, e.figures
        FROM editions e
        WHERE e.organisation_id = :organisation
        ORDER BY e.ends_on DESC
        LIMIT 1
    ), cell AS (
        SELECT c.figures, c.questions
        FROM edition_cells c
        WHERE c.organisation_id = :organisation AND c.edition_id = (SELECT id FROM edition)
          AND c.kind = 'ORGANISATION' AND c.segment = ''
    ), others AS (
        SELECT c.metric, jsonb_agg(encode(a.families[1], 'hex')) AS families
        FROM benchmark_comparisons c
        JOIN benchmark_audiences a ON a.organisation_id = c.organisation_id
            AND a.release_number = c.release_number AND a.audience = c.audience
        WHERE c.organisation_id = ANY (:others) AND c.audience = ''
          AND c.release_number = (SELECT number FROM released)
          AND (CAST(:metrics AS text[]) IS NULL OR c.metric = ANY (:metrics))
        GROUP BY c.metric
    )
    SELECT o.id, r.number, r.starts_on, r.ends_on, r.released_at, to_jsonb(n) AS offers,
           EXISTS (SELECT FROM benchmark_consents k
                   WHERE k.organisation_id = :organisation AND k.given_on <= :today
                     AND (k.withdrawn_on IS NULL OR k.withdrawn_on > :today)) AS takes_part,
           (SELECT jsonb_agg(jsonb_build_array(c.metric, encode(c.audience, 'hex'), c.quantiles,
                                               c.bands, c.standings))
            FROM benchmark_comparisons c
            WHERE c.organisation_id = :organisation AND c.release_number = r.number
              AND (CAST(:metrics AS text[]) IS NULL OR c.metric = ANY (:metrics))) AS comparisons,
           (SELECT jsonb_object_agg(encode(a.audience, 'hex'), jsonb_build_array(
                       a.industry, a.size_band, a.region,
                       ARRAY(SELECT encode(f, 'hex') FROM unnest(a.families) f)))
            FROM benchmark_audiences a
            WHERE a.organisation_id = :organisation
              AND a.release_number = r.number) AS audiences_of,
           (SELECT jsonb_object_agg(metric, families) FROM others) AS others,
           ARRAY(SELECT f.firm_id FROM firm_members f WHERE f.person_id = :person) AS firms,
           coalesce((SELECT figures FROM edition), '{{}}')
               || coalesce((SELECT figures FROM cell), '{{}}') AS edition,
           (SELECT jsonb_object_agg(q ->> 'concept', q ->> 'audience')
            FROM cell, jsonb_array_elements(cell.questions) q
            WHERE q ->> 'concept' IS NOT NULL) AS audiences
    FROM organisations o
    CROSS JOIN counted n
    LEFT JOIN released r ON true
    WHERE o.id = :organisation
"""  # noqa: S608 - our own words.
_READ: Final = text(_TEXT)
# The same for each of several: what is looked up for one is looked up for each by itself.
_READ_SEVERAL: Final = text(
    "SELECT f.* FROM unnest(CAST(:wanted AS uuid[])) WITH ORDINALITY w(id, at) CROSS JOIN LATERAL ("  # noqa: S608 - likewise.
    + _TEXT.replace(":organisation", "w.id").replace(
        ":others", "(array_remove(CAST(:mine AS uuid[]), w.id))"
    )
    + ") f ORDER BY w.at"
)


async def find_comparisons(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    metrics: Collection[str] | None,
) -> Found:
    """Return what there is of some metrics, or of all, in the newest release.

    Raises:
        Forbidden: The viewer's role reads no benchmark.
        NotFound: There is no such organisation.
    """
    require(viewer, Permission.BENCHMARK_READ, organisation_id)
    given = {
        "organisation": organisation_id,
        "others": [one for one in viewer.roles if one != organisation_id],
        "metrics": None if metrics is None else list(metrics),
        "person": viewer.id,
        "segment": None,
        "today": datetime.now(UTC).date(),
    }
    row = (await session.execute(_READ, given)).one_or_none()
    if row is None:
        noun = "organisation"
        raise NotFound(noun)
    return _found(row)


async def find_several(
    session: Session,
    viewer: Viewer,
    *,
    organisation_ids: Sequence[UUID],
    metrics: Collection[str],
) -> dict[UUID, Found]:
    """Return the same of several organisations, in one statement.

    Raises:
        Forbidden: The viewer's role in one of them reads no benchmark.
    """
    for organisation_id in organisation_ids:
        require(viewer, Permission.BENCHMARK_READ, organisation_id)
    given = {
        "wanted": list(organisation_ids),
        "mine": list(viewer.roles),
        "metrics": list(metrics),
        "person": viewer.id,
        "segment": None,
        "today": datetime.now(UTC).date(),
    }
    rows = await session.execute(_READ_SEVERAL, given)
    return {row.id: _found(row) for row in rows}


def _found(row: Row[Any]) -> Found:
    return Found(
        takes_part=row.takes_part,
        release=None
        if row.number is None
        else ReleaseInfo(
            row.number, row.starts_on, row.ends_on, row.released_at.astimezone(UTC).date()
        ),
        comparisons=told_by_metric(row.comparisons or (), row.audiences_of or {}),
        others={metric: frozenset(names) for metric, names in (row.others or {}).items()},
        firm_ids=row.firms,
        offers=OfferCounts(**row.offers),
        edition=row.edition,
        audiences=row.audiences or {},
    )


async def find_release_of(
    session: Session, viewer: Viewer, *, organisation_id: UUID, number: int
) -> ReleaseInfo | None:
    """Return a release by its number, or None if the organisation was not compared in it.

    Raises:
        Forbidden: The viewer's role reads no benchmark.
    """
    require(viewer, Permission.BENCHMARK_READ, organisation_id)
    compared = exists().where(
        BenchmarkComparison.organisation_id == organisation_id,
        BenchmarkComparison.release_number == number,
    )
    release = await session.scalar(
        select(BenchmarkRelease).where(BenchmarkRelease.number == number, compared)
    )
    if release is None:
        return None
    released_on = release.released_at.astimezone(UTC).date()
    return ReleaseInfo(release.number, release.starts_on, release.ends_on, released_on)


def told_by_metric(
    rows: Sequence[Sequence[Any]], audiences: Mapping[str, Sequence[Any]]
) -> dict[str, list[tuple[bytes, Told]]]:
    """Return what each audience of an organisation is told in a release, by metric.

    Args:
        rows: Metric, audience in hexadecimal digits, quantiles, bands and standings of each.
        audiences: By audience, the industry, size band and region of the organisation in the
            release, and the hashed families that it may know.
    """
    found: dict[str, list[tuple[bytes, Told]]] = {}
    places = {
        audience: (groups_of(Industry(one[0]), SizeBand(one[1]), Region(one[2])), frozenset(one[3]))
        for audience, one in audiences.items()
    }
    for metric, audience, quantiles, bands, standings in rows:
        keys, coalition = places[audience]
        told = Told(keys, quantiles, bands, standings, coalition)
        found.setdefault(metric, []).append((bytes.fromhex(audience), told))
    return found


async def list_stored(
    session: Session, viewer: Viewer, *, organisation_ids: Sequence[UUID], number: int
) -> dict[tuple[UUID, bytes, str], tuple[str, str, str]]:
    """Return what is stored of organisations in a release: by each, audience and metric, as text.

    Raises:
        Forbidden: The viewer is no job of one of them.
    """
    for organisation_id in organisation_ids:
        require(viewer, Permission.BENCHMARK_CONTRIBUTE, organisation_id)
    rows = await session.execute(
        text(
            "SELECT organisation_id, audience, metric, quantiles::text AS quantiles,"
            " bands::text AS bands, standings::text AS standings FROM benchmark_comparisons"
            " WHERE organisation_id = ANY (:organisations) AND release_number = :number"
        ),
        {"organisations": list(organisation_ids), "number": number},
    )
    return {
        (row.organisation_id, bytes(row.audience), row.metric): (
            row.quantiles,
            row.bands,
            row.standings,
        )
        for row in rows
    }
