"""All SQL of a release, under the role that reads contributions, the catalogue and consent only."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from sqlalchemy import func, insert, or_, select, text

from tenants.access import Viewer, ViewerKind
from tenants.benchmarks.models import (
    BenchmarkComparison,
    BenchmarkConsent,
    BenchmarkMember,
    BenchmarkObserver,
    BenchmarkRelease,
    Contribution,
)
from tenants.benchmarks.publication import DraftComparison, Given, Inputs, Place, Sight
from tenants.errors import Forbidden
from tenants.work import Session

# Any number, as long as nothing else of the installation locks it.
_NUMBERING: Final = 0xAF7E_BE9C
_BATCH: Final = 500


def require_benchmark(viewer: Viewer) -> None:
    """Return only if the viewer is the one that makes releases.

    Raises:
        Forbidden: It is somebody else.
    """
    if viewer.kind is not ViewerKind.BENCHMARK:
        message = "Only the benchmark may make a release."
        raise Forbidden(message)


async def next_number(session: Session, viewer: Viewer) -> int:
    """Return the number of the next release, and let nobody else make one meanwhile."""
    require_benchmark(viewer)
    await session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _NUMBERING})
    newest = await session.scalar(select(func.max(BenchmarkRelease.number)))
    return (newest or 0) + 1


async def find_release(
    session: Session, viewer: Viewer, *, starts_on: date, ends_on: date
) -> BenchmarkRelease | None:
    """Return the newest release over a window, or None."""
    require_benchmark(viewer)
    return await session.scalar(
        select(BenchmarkRelease)
        .where(BenchmarkRelease.starts_on == starts_on, BenchmarkRelease.ends_on == ends_on)
        .order_by(BenchmarkRelease.number.desc())
        .limit(1)
    )


async def read_inputs(
    session: Session,
    viewer: Viewer,
    *,
    starts_on: date,
    ends_on: date,
    as_of: date,
    minimum_age: timedelta,
) -> Inputs:
    """Return what a release over a window is made of.

    Who takes part has consented by `as_of`, has not taken it back by then, and is old enough. Who
    could see an organisation at any time since the window began knows it, whatever came after.
    """
    require_benchmark(viewer)
    members = (await session.scalars(select(BenchmarkMember))).all()
    consenting = set(
        await session.scalars(
            select(BenchmarkConsent.organisation_id).where(
                BenchmarkConsent.given_on <= as_of,
                or_(BenchmarkConsent.withdrawn_on.is_(None), BenchmarkConsent.withdrawn_on > as_of),
            )
        )
    )
    given = await session.execute(
        select(
            Contribution.organisation_id,
            Contribution.metric,
            Contribution.value,
            Contribution.n,
            Contribution.wording_hash,
        ).where(Contribution.starts_on == starts_on, Contribution.ends_on == ends_on)
    )
    until = BenchmarkObserver.seen_until_on
    sights = await session.execute(
        select(BenchmarkObserver.observer_key, BenchmarkObserver.organisation_id).where(
            or_(until.is_(None), until > starts_on)
        )
    )
    return Inputs(
        places={
            one.organisation_id: Place(
                one.organisation_id, one.family, one.industry, one.size_band, one.region
            )
            for one in members
        },
        taking_part=frozenset(
            one.organisation_id
            for one in members
            if one.organisation_id in consenting and one.began_on <= as_of - minimum_age
        ),
        given=[Given(*row) for row in given],
        sights={Sight(*row) for row in sights},
    )


async def add_release(
    session: Session,
    viewer: Viewer,
    *,
    release: BenchmarkRelease,
    comparisons: Sequence[DraftComparison],
) -> None:
    """Write a release and what each of its contributors may be shown."""
    require_benchmark(viewer)
    session.add(release)
    await session.flush()
    for start in range(0, len(comparisons), _BATCH):
        rows = [
            {
                "organisation_id": one.organisation_id,
                "release_number": release.number,
                "audience": one.audience,
                "metric": one.metric,
                "peer_groups": one.peer_groups,
            }
            for one in comparisons[start : start + _BATCH]
        ]
        # Without RETURNING: the role may write comparisons and not read them.
        await session.execute(insert(BenchmarkComparison), rows)
