"""All SQL of a release, under the role that reads contributions, the catalogue and consent only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, insert, select, text, update
from sqlalchemy.dialects.postgresql import distinct_on

from tenants.access import Viewer
from tenants.benchmarks.crowds import Given
from tenants.benchmarks.field import Place
from tenants.benchmarks.models import (
    BenchmarkGroup,
    BenchmarkPartition,
    BenchmarkPlace,
    BenchmarkRelease,
)
from tenants.benchmarks.publication import Draft, read_votes
from tenants.benchmarks.telling_queries import add_rows, require_benchmark
from tenants.disclosure.groups import Votes
from tenants.work import Session

# Any number, as long as nothing else of the installation locks it.
_NUMBERING: Final = 0xAF7E_BE9C


@dataclass(frozen=True, slots=True)
class Partition:
    """One metric of a release, with its frozen contributions.

    Attributes:
        metric: Its key.
        given: What organisations contributed.
    """

    metric: str
    given: Sequence[Given]


async def next_number(session: Session, viewer: Viewer) -> int:
    """Return the number of the next release, and let nobody else begin one meanwhile."""
    require_benchmark(viewer)
    await session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _NUMBERING})
    newest = await session.scalar(select(func.max(BenchmarkRelease.number)))
    return (newest or 0) + 1


async def find_release(
    session: Session, viewer: Viewer, *, starts_on: date, ends_on: date
) -> BenchmarkRelease | None:
    """Return the newest release over a window, finished or not, or None."""
    require_benchmark(viewer)
    return await session.scalar(
        select(BenchmarkRelease)
        .where(BenchmarkRelease.starts_on == starts_on, BenchmarkRelease.ends_on == ends_on)
        .order_by(BenchmarkRelease.number.desc())
        .limit(1)
    )


async def find_numbered(
    session: Session, viewer: Viewer, *, number: int
) -> BenchmarkRelease | None:
    """Return the release with a number, finished or not, as it is now, or None."""
    require_benchmark(viewer)
    return await session.scalar(
        select(BenchmarkRelease)
        .where(BenchmarkRelease.number == number)
        .execution_options(populate_existing=True)
    )


async def add_release(session: Session, viewer: Viewer, *, release: BenchmarkRelease) -> None:
    """Write a release that is begun."""
    require_benchmark(viewer)
    session.add(release)
    await session.flush()


# A family that left as a whole, after a release that it was in, stays out for twelve months,
# whichever of its organisations asks. What was erased since the newest release counts, too.
_FREEZE_PLACES: Final = text(
    """
    WITH consents AS (
        SELECT k.organisation_id, m.family, k.given_on, k.withdrawn_on
        FROM benchmark_consents k JOIN benchmark_members m USING (organisation_id)
        WHERE k.given_on <= :as_of
    ), left_lately AS (
        SELECT DISTINCT k.family
        FROM consents k
        WHERE k.withdrawn_on <= :as_of
          AND k.withdrawn_on > CAST(:as_of AS date) - make_interval(months => :months)
          AND NOT EXISTS (SELECT FROM consents o
                          WHERE o.family = k.family AND o.given_on < k.withdrawn_on
                            AND (o.withdrawn_on IS NULL OR o.withdrawn_on > k.withdrawn_on))
          AND EXISTS (SELECT FROM benchmark_releases r
                      WHERE r.finished_at IS NOT NULL AND r.number < :number
                        AND r.as_of_on >= k.given_on AND r.as_of_on < k.withdrawn_on)
    ), standing AS (
        SELECT organisation_id,
               bool_or(withdrawn_on IS NULL OR withdrawn_on > :as_of) AS consents,
               bool_or(withdrawn_on <= :as_of) AS withdrew
        FROM consents GROUP BY organisation_id
    ), last AS (
        SELECT max(as_of_on) AS day FROM benchmark_releases
        WHERE finished_at IS NOT NULL AND number < :number
    )
    INSERT INTO benchmark_places (organisation_id, release_number, family, industry, size_band,
                                  region, takes_part, is_gone, observers)
    SELECT m.organisation_id, :number, m.family, m.industry, m.size_band, m.region,
           coalesce(s.consents, false) AND m.began_on <= :oldest
               AND m.verified_on IS NOT NULL
               AND m.family NOT IN (SELECT family FROM left_lately),
           coalesce(s.withdrew AND NOT s.consents, false)
               OR coalesce(m.erased_on >= (SELECT day FROM last), false),
           ARRAY(SELECT DISTINCT o.observer_key FROM benchmark_observers o
                 WHERE o.organisation_id = m.organisation_id
                   AND (o.seen_until_on IS NULL OR o.seen_until_on > :starts_on)
                 ORDER BY o.observer_key)
    FROM benchmark_members m LEFT JOIN standing s USING (organisation_id)
    """
)
_FREEZE_CONTRIBUTIONS: Final = text(
    """
    INSERT INTO benchmark_partitions (release_number, metric, organisation_ids, contributed_values,
                                      numbers, wording_hashes)
    SELECT :number, c.metric, array_agg(c.organisation_id), array_agg(c.value), array_agg(c.n),
           array_agg(c.wording_hash)
    FROM (SELECT c.* FROM contributions c
          JOIN benchmark_places p ON p.organisation_id = c.organisation_id
                                 AND p.release_number = :number AND p.takes_part
          WHERE c.starts_on = :starts_on AND c.ends_on = :ends_on
          ORDER BY c.metric, c.organisation_id) c
    GROUP BY c.metric
    """
)


async def freeze(
    session: Session,
    viewer: Viewer,
    *,
    release: BenchmarkRelease,
    oldest: date,
    months: int,
) -> None:
    """Keep what a release is made of: the field, and the contributions of those who take part.

    Who takes part has consented by the day of the release, has not taken it back by then, is
    verified and began by `oldest`. Who could see an organisation at any time since the window
    began knows it, whatever came after.
    """
    require_benchmark(viewer)
    given = {
        "number": release.number,
        "starts_on": release.starts_on,
        "ends_on": release.ends_on,
        "as_of": release.as_of_on,
        "oldest": oldest,
        "months": months,
    }
    await session.execute(_FREEZE_PLACES, given)
    await session.execute(_FREEZE_CONTRIBUTIONS, given)


async def list_places(session: Session, viewer: Viewer, *, number: int) -> dict[UUID, Place]:
    """Return the field of a release."""
    require_benchmark(viewer)
    rows = await session.execute(
        select(
            BenchmarkPlace.organisation_id,
            BenchmarkPlace.family,
            BenchmarkPlace.industry,
            BenchmarkPlace.size_band,
            BenchmarkPlace.region,
            BenchmarkPlace.takes_part,
            BenchmarkPlace.is_gone,
            BenchmarkPlace.observers,
        )
        .where(BenchmarkPlace.release_number == number)
        .order_by(BenchmarkPlace.organisation_id)
    )
    return {row[0]: Place(*row[:-1], tuple(bytes(key) for key in row[-1])) for row in rows}


async def list_partitions(session: Session, viewer: Viewer, *, number: int) -> dict[str, bool]:
    """Return the metrics of a release, each with whether it is made."""
    require_benchmark(viewer)
    rows = await session.execute(
        select(BenchmarkPartition.metric, BenchmarkPartition.finished_at.is_not(None))
        .where(BenchmarkPartition.release_number == number)
        .order_by(BenchmarkPartition.metric)
    )
    return {row[0]: row[1] for row in rows}


async def take_partition(
    session: Session, viewer: Viewer, *, number: int, wait: bool
) -> str | None:
    """Return a metric that is not made and that nobody else makes until this transaction ends.

    Args:
        session: The transaction.
        viewer: The benchmark.
        number: Of the release.
        wait: Whether to wait for one that somebody is making, in case that worker dies.
    """
    require_benchmark(viewer)
    return await session.scalar(
        select(BenchmarkPartition.metric)
        .where(
            BenchmarkPartition.release_number == number, BenchmarkPartition.finished_at.is_(None)
        )
        .order_by(BenchmarkPartition.metric)
        .limit(1)
        .with_for_update(skip_locked=not wait)
    )


async def find_partition(
    session: Session, viewer: Viewer, *, number: int, metric: str
) -> Partition:
    """Return one metric of a release with its contributions."""
    require_benchmark(viewer)
    kept = BenchmarkPartition
    row = (
        await session.execute(
            select(
                kept.organisation_ids, kept.contributed_values, kept.numbers, kept.wording_hashes
            ).where(kept.release_number == number, kept.metric == metric)
        )
    ).one()
    return Partition(metric, [Given(*one) for one in zip(*row, strict=True)])


async def list_earlier_groups(
    session: Session, viewer: Viewer, *, number: int, metric: str
) -> Mapping[str, Votes | None]:
    """Return who stood in each group of a metric when it was published last before a release."""
    require_benchmark(viewer)
    rows = await session.execute(
        select(BenchmarkGroup.peer_group, BenchmarkGroup.votes)
        .ext(distinct_on(BenchmarkGroup.peer_group))
        .where(BenchmarkGroup.metric == metric, BenchmarkGroup.release_number < number)
        .order_by(BenchmarkGroup.peer_group, BenchmarkGroup.release_number.desc())
    )
    return {key: read_votes(votes) for key, votes in rows}


async def write_partition(
    session: Session,
    viewer: Viewer,
    *,
    number: int,
    metric: str,
    draft: Draft,
    inputs_hash: bytes,
) -> None:
    """Write one metric of a release, and that it is made."""
    require_benchmark(viewer)
    await add_rows(session, viewer, number=number, metric=metric, rows=draft.rows)
    if draft.standing:
        await session.execute(
            insert(BenchmarkGroup),
            [
                {
                    "release_number": number,
                    "metric": metric,
                    "peer_group": key,
                    "votes": None
                    if votes is None
                    else {
                        family: [one.value, one.n, one.carried]
                        for family, one in sorted(votes.items())
                    },
                }
                for key, votes in sorted(draft.standing.items())
            ],
        )
    await session.execute(
        update(BenchmarkPartition)
        .where(BenchmarkPartition.release_number == number, BenchmarkPartition.metric == metric)
        .values(inputs_hash=inputs_hash, outcome_hash=draft.digest(), finished_at=datetime.now(UTC))
    )


async def list_hashes(
    session: Session, viewer: Viewer, *, number: int
) -> Sequence[tuple[str, bytes | None, bytes | None]]:
    """Return metric, hash of what went in and hash of what came out of each partition."""
    require_benchmark(viewer)
    kept = BenchmarkPartition
    rows = await session.execute(
        select(kept.metric, kept.inputs_hash, kept.outcome_hash)
        .where(kept.release_number == number)
        .order_by(kept.metric)
    )
    return [(row[0], row[1], row[2]) for row in rows]


async def lock_release(session: Session, viewer: Viewer, *, number: int) -> bool:
    """Return whether a release is unfinished, and let nobody else finish it meanwhile."""
    require_benchmark(viewer)
    found = await session.scalar(
        select(BenchmarkRelease.number)
        .where(BenchmarkRelease.number == number, BenchmarkRelease.finished_at.is_(None))
        # Rows that refer to the release are being written elsewhere, and need not wait for this.
        .with_for_update(key_share=True)
    )
    return found is not None


async def finish(
    session: Session, viewer: Viewer, *, number: int, inputs_hash: str, outcome_hash: str
) -> None:
    """Let everybody see a release, whole."""
    require_benchmark(viewer)
    now = datetime.now(UTC)
    await session.execute(
        update(BenchmarkRelease)
        .where(BenchmarkRelease.number == number)
        .values(
            inputs_hash=inputs_hash, outcome_hash=outcome_hash, finished_at=now, released_at=now
        )
    )
