"""All SQL of reading an organisation's own part in the benchmark, and releases over time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final, Self, TypeVar
from uuid import UUID

from sqlalchemy import Row, func, select, text

from tenants.access import Permission, Viewer, ViewerKind, require
from tenants.benchmarks.comparison_queries import ReleaseInfo
from tenants.benchmarks.models import BenchmarkRelease
from tenants.errors import InvalidInput, NotFound, Unauthenticated
from tenants.paging import Ordering, Window, cut_part, make_cursor, read_cursor
from tenants.paging import Part as Page
from tenants.work import Session

MOST_RELEASES: Final = 40
# Of a release's number as a cursor has it, so that it fits the column.
MOST_DIGITS: Final = 10

T = TypeVar("T")


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


@dataclass(frozen=True, slots=True)
class ReleaseWindow:
    """Which part of a list by release is wanted, the newest release first.

    Attributes:
        window: As a connection's arguments say it.
        older_than: Only releases with a smaller number.
        newer_than: Only releases with a greater number.
    """

    window: Window
    older_than: int | None
    newer_than: int | None

    @classmethod
    def of(cls, window: Window) -> Self:
        """Read the cursors of a window.

        Raises:
            BadCursor: One is not of a list by release.
        """
        older, newer = (
            None if cursor is None else read_cursor(_BY_NUMBER, cursor, field=name)[0]
            for name, cursor in (("after", window.after), ("before", window.before))
        )
        return cls(window, older, newer)

    def cut(self, rows: Sequence[T], number_of: Callable[[T], int]) -> Page[T]:
        """Return the part from rows that were read one beyond it, in the order of reading."""
        numbers = {id(row): number_of(row) for row in rows}
        return cut_part(
            self.window,
            rows,
            lambda row: make_cursor(_BY_NUMBER, numbers[id(row)], UUID(int=numbers[id(row)])),
        )


def _read_number(text_: str) -> int:
    if not (text_.isascii() and text_.isdecimal() and len(text_) < MOST_DIGITS):
        message = "no number of a release"
        raise ValueError(message)
    return int(text_)


_BY_NUMBER: Final = Ordering("RELEASE_DESC", BenchmarkRelease.number, _read_number, descending=True)


async def list_releases(
    session: Session, viewer: Viewer, *, page: ReleaseWindow
) -> Sequence[ReleaseInfo]:
    """Return releases that are whole, one more than the page holds if there is one.

    In the order of reading: the newest first, or the oldest of a page that is counted from the end.

    Raises:
        Unauthenticated: Nobody asks.
    """
    require_somebody(viewer)
    number, window = BenchmarkRelease.number, page.window
    statement = select(BenchmarkRelease).where(BenchmarkRelease.finished_at.is_not(None))
    if page.older_than is not None:
        statement = statement.where(number < page.older_than)
    if page.newer_than is not None:
        statement = statement.where(number > page.newer_than)
    rows = await session.scalars(
        statement.order_by(number.asc() if window.backward else number.desc()).limit(
            window.size + 1
        )
    )
    return [
        ReleaseInfo(one.number, one.starts_on, one.ends_on, one.released_at.astimezone(UTC).date())
        for one in rows
    ]


async def count_releases(session: Session, viewer: Viewer) -> int:
    """Return how many releases are whole.

    Raises:
        Unauthenticated: Nobody asks.
    """
    require_somebody(viewer)
    return (
        await session.scalar(
            select(func.count())
            .select_from(BenchmarkRelease)
            .where(BenchmarkRelease.finished_at.is_not(None))
        )
        or 0
    )


def require_somebody(viewer: Viewer) -> None:
    """Return only if somebody asks.

    Raises:
        Unauthenticated: Nobody does.
    """
    if viewer.kind is ViewerKind.NOBODY:
        message = "Sign in to see when the benchmark was released."
        raise Unauthenticated(message)


# One row for each release that compared the organisation in the metric, while it takes part.
_COMPARED: Final = """
    FROM benchmark_releases r
    WHERE r.finished_at IS NOT NULL
      AND EXISTS (SELECT FROM benchmark_comparisons c
                  WHERE c.organisation_id = :organisation AND c.release_number = r.number
                    AND c.metric = :metric)
      AND EXISTS (SELECT FROM benchmark_consents k
                  WHERE k.organisation_id = :organisation AND k.given_on <= :today
                    AND (k.withdrawn_on IS NULL OR k.withdrawn_on > :today))
      AND (CAST(:older_than AS integer) IS NULL OR r.number < :older_than)
      AND (CAST(:newer_than AS integer) IS NULL OR r.number > :newer_than)
"""
_TREND: Final = """
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
"""
_NEWEST_FIRST: Final = text(f"{_TREND}{_COMPARED} ORDER BY r.number DESC LIMIT :limit")
_OLDEST_FIRST: Final = text(f"{_TREND}{_COMPARED} ORDER BY r.number LIMIT :limit")
_COUNT: Final = text(f"SELECT count(*) {_COMPARED}")


async def list_trend(
    session: Session, viewer: Viewer, *, organisation_id: UUID, metric: str, page: ReleaseWindow
) -> Sequence[Row[Any]]:
    """Return what releases say of one metric, in the order and number of `list_releases`.

    Raises:
        Forbidden: The viewer's role reads no benchmark.
    """
    require(viewer, Permission.BENCHMARK_READ, organisation_id)
    given = {
        **_of_trend(organisation_id, metric, page.older_than, page.newer_than),
        "others": [one for one in viewer.roles if one != organisation_id],
        "person": viewer.id,
        "limit": page.window.size + 1,
    }
    statement = _OLDEST_FIRST if page.window.backward else _NEWEST_FIRST
    return (await session.execute(statement, given)).all()


async def count_trend(
    session: Session, viewer: Viewer, *, organisation_id: UUID, metric: str
) -> int:
    """Return how many releases compare an organisation in one metric, while it takes part.

    Raises:
        Forbidden: The viewer's role reads no benchmark.
    """
    require(viewer, Permission.BENCHMARK_READ, organisation_id)
    given = _of_trend(organisation_id, metric, None, None)
    return int((await session.execute(_COUNT, given)).scalar_one())


def _of_trend(
    organisation_id: UUID, metric: str, older_than: int | None, newer_than: int | None
) -> dict[str, Any]:
    return {
        "organisation": organisation_id,
        "metric": metric,
        "today": datetime.now(UTC).date(),
        "older_than": older_than,
        "newer_than": newer_than,
    }
