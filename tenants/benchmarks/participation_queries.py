"""All SQL of reading an organisation's own part in the benchmark, and releases over time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, select, text

from tenants.access import Permission, Viewer, ViewerKind, require
from tenants.benchmarks.comparison_queries import ReleaseInfo
from tenants.benchmarks.models import BenchmarkRelease
from tenants.errors import InvalidInput, NotFound, Unauthenticated
from tenants.work import Session

MOST_RELEASES: Final = 40


@dataclass(frozen=True, slots=True)
class Part:
    """What is kept of an organisation's part in the benchmark.

    Attributes:
        given_on: Since when its consent is in force; None without.
        text: The words of it.
        left_on: When it last left after a release that it could be in.
        is_verified: Whether the operator vouches for it.
        starts_on: Of the newest window that it contributed to; None before the first.
        ends_on: End of that window, exclusive.
        contributions: Metric, value and number of each.
    """

    given_on: date | None
    text: str | None
    left_on: date | None
    is_verified: bool
    starts_on: date | None
    ends_on: date | None
    contributions: Sequence[tuple[str, float, int]]


_PART: Final = text(
    """
    WITH newest AS (
        SELECT starts_on, ends_on FROM contributions
        WHERE organisation_id = :organisation
        ORDER BY ends_on DESC, starts_on DESC LIMIT 1
    ), consent AS (
        SELECT given_on, text FROM benchmark_consents
        WHERE organisation_id = :organisation AND given_on <= :today
          AND (withdrawn_on IS NULL OR withdrawn_on > :today)
        ORDER BY given_on LIMIT 1
    )
    SELECT k.given_on, k.text, w.starts_on, w.ends_on, o.verified_on IS NOT NULL AS is_verified,
           (SELECT max(l.withdrawn_on) FROM benchmark_consents l
            WHERE l.organisation_id = :organisation AND l.withdrawn_on <= :today
              AND EXISTS (SELECT FROM benchmark_releases r
                          WHERE r.finished_at IS NOT NULL AND r.as_of_on >= l.given_on
                            AND r.as_of_on < l.withdrawn_on)) AS left_on,
           coalesce((SELECT jsonb_agg(jsonb_build_array(c.metric, c.value, c.n))
                     FROM contributions c
                     WHERE c.organisation_id = :organisation AND c.starts_on = w.starts_on
                       AND c.ends_on = w.ends_on), '[]') AS contributions
    FROM organisations o LEFT JOIN consent k ON true LEFT JOIN newest w ON true
    WHERE o.id = :organisation
    """
)


async def find_part(
    session: Session, viewer: Viewer, *, organisation_id: UUID, today: date
) -> Part:
    """Return consent, verification and the newest contributions of an organisation.

    Raises:
        Forbidden: The viewer's role reads no benchmark.
        NotFound: There is no such organisation.
    """
    require(viewer, Permission.BENCHMARK_READ, organisation_id)
    given = {"organisation": organisation_id, "today": today}
    row = (await session.execute(_PART, given)).one_or_none()
    if row is None:
        noun = "organisation"
        raise NotFound(noun)
    return Part(**row._asdict())


def require_few(limit: int) -> None:
    """Return only if a number of releases can be asked for at once.

    Raises:
        InvalidInput: It cannot.
    """
    if not 1 <= limit <= MOST_RELEASES:
        message = f"Ask for 1 to {MOST_RELEASES} releases."
        raise InvalidInput(message, field="last")


async def list_releases(session: Session, viewer: Viewer, *, limit: int) -> Sequence[ReleaseInfo]:
    """Return the newest releases that are whole, the newest first.

    Raises:
        InvalidInput: None or more than 40 are asked for.
        Unauthenticated: Nobody asks.
    """
    require_few(limit)
    if viewer.kind is ViewerKind.NOBODY:
        message = "Sign in to see when the benchmark was released."
        raise Unauthenticated(message)
    rows = await session.scalars(
        select(BenchmarkRelease)
        .where(BenchmarkRelease.finished_at.is_not(None))
        .order_by(BenchmarkRelease.number.desc())
        .limit(limit)
    )
    return [
        ReleaseInfo(one.number, one.starts_on, one.ends_on, one.released_at.astimezone(UTC).date())
        for one in rows
    ]


# One row for each release that compared the organisation in the metric, while it takes part.
_TREND: Final = text(
    """
    SELECT r.number, r.starts_on, r.ends_on, r.released_at,
           (SELECT jsonb_agg(jsonb_build_array(c.metric, encode(c.audience, 'hex'), c.quantiles,
                                               c.bands, c.standings))
            FROM benchmark_comparisons c
            WHERE c.organisation_id = :organisation AND c.release_number = r.number
              AND c.metric = :metric) AS comparisons,
           (SELECT jsonb_object_agg(encode(a.audience, 'hex'), jsonb_build_array(
                       a.industry, a.size_band, a.region,
                       ARRAY(SELECT encode(f, 'hex') FROM unnest(a.families) f)))
            FROM benchmark_audiences a
            WHERE a.organisation_id = :organisation
              AND a.release_number = r.number) AS audiences_of,
           ARRAY(SELECT encode(a.families[1], 'hex')
                 FROM benchmark_comparisons c
                 JOIN benchmark_audiences a ON a.organisation_id = c.organisation_id
                     AND a.release_number = c.release_number AND a.audience = c.audience
                 WHERE c.organisation_id = ANY (:others) AND c.audience = ''
                   AND c.release_number = r.number AND c.metric = :metric) AS others,
           ARRAY(SELECT f.firm_id FROM firm_members f WHERE f.person_id = :person) AS firms
    FROM benchmark_releases r
    WHERE r.finished_at IS NOT NULL
      AND EXISTS (SELECT FROM benchmark_comparisons c
                  WHERE c.organisation_id = :organisation AND c.release_number = r.number
                    AND c.metric = :metric)
      AND EXISTS (SELECT FROM benchmark_consents k
                  WHERE k.organisation_id = :organisation AND k.given_on <= :today
                    AND (k.withdrawn_on IS NULL OR k.withdrawn_on > :today))
    ORDER BY r.number DESC
    LIMIT :limit
    """
)


async def list_trend(
    session: Session, viewer: Viewer, *, organisation_id: UUID, metric: str, limit: int
) -> Sequence[Row[Any]]:
    """Return what each of the newest releases says of one metric, the newest first.

    Raises:
        Forbidden: The viewer's role reads no benchmark.
        InvalidInput: None or more than 40 releases are asked for.
    """
    require(viewer, Permission.BENCHMARK_READ, organisation_id)
    require_few(limit)
    given = {
        "organisation": organisation_id,
        "others": [one for one in viewer.roles if one != organisation_id],
        "metric": metric,
        "person": viewer.id,
        "today": datetime.now(UTC).date(),
        "limit": limit,
    }
    return (await session.execute(_TREND, given)).all()
