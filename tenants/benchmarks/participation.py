"""Reading: an organisation's part in the benchmark, and exactly what of its own goes in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final
from uuid import UUID

from tenants.access import Permission, Viewer, require
from tenants.benchmarks import participation_queries as queries
from tenants.benchmarks.comparison_queries import find_comparisons
from tenants.benchmarks.comparisons import published_own
from tenants.benchmarks.participation_queries import Part
from tenants.benchmarks.told import EXACTLY_KNOWN
from tenants.benchmarks.windows import REJOIN_MONTHS, months_after_day
from tenants.disclosure.cells import MINIMUM_FLOOR
from tenants.disclosure.figures import Figure, Relation, Statistic, band, rounded, suppressed
from tenants.insights.windows import Window
from tenants.metrics import CONTRIBUTION_FLOOR, METRICS, Metric, find_metric
from tenants.settings import get_settings
from tenants.work import Session

TOO_FEW: Final = "Too few stand behind it; it counts only beside others of its family."


@dataclass(frozen=True, slots=True)
class OwnContribution:
    """What an organisation gives to one metric.

    Attributes:
        metric: Which.
        value: As the viewer may see it: of offers exactly for who may list them, else as published.
        counts: Whether enough stand behind it by itself.
        note: What is to be known of it; None when nothing.
    """

    metric: Metric
    value: Statistic
    counts: bool
    note: str | None


@dataclass(frozen=True, slots=True)
class Participation:
    """An organisation's part in the benchmark.

    Attributes:
        takes_part: Whether its consent is in force today.
        text: The words that it consented to; None without consent.
        given_on: Since when.
        rejoins_on: From when it may join again after it left; None when it may at any time.
        is_verified: Whether the operator vouches for it, without which nothing of it counts.
        window: Over which months it contributed last; None before the first time.
        contributions: What it gave then, in the order of the registry.
    """

    takes_part: bool
    text: str | None
    given_on: date | None
    rejoins_on: date | None
    is_verified: bool
    window: Window | None
    contributions: Sequence[OwnContribution]


async def get_participation(
    session: Session, viewer: Viewer, *, organisation_id: UUID
) -> Participation:
    """Return an organisation's part in the benchmark, in two statements.

    Raises:
        Forbidden: The viewer's role reads no benchmark.
        NotFound: There is no such organisation.
    """
    require(viewer, Permission.BENCHMARK_READ, organisation_id)
    today = datetime.now(UTC).date()
    part = await queries.find_part(session, viewer, organisation_id=organisation_id, today=today)
    found = await find_comparisons(session, viewer, organisation_id=organisation_id, metrics=[])
    given = []
    order = {key: at for at, key in enumerate(METRICS)}
    rows = sorted(part.contributions, key=lambda one: (order.get(one[0], len(order)), one[0]))
    for key, value, n in rows:
        metric = find_metric(key)
        if metric is None:
            continue
        if key in EXACTLY_KNOWN:
            own = _exact(viewer, organisation_id, metric, value, n)
        else:
            own = published_own(viewer, organisation_id, found, metric)
        enough = n >= CONTRIBUTION_FLOOR[metric.rows]
        given.append(OwnContribution(metric, own, enough, None if enough else TOO_FEW))
    return Participation(
        takes_part=part.given_on is not None,
        text=part.text,
        given_on=part.given_on,
        rejoins_on=_rejoins_on(part, today),
        is_verified=part.is_verified,
        window=None
        if part.starts_on is None or part.ends_on is None
        else Window(part.starts_on, part.ends_on),
        contributions=given,
    )


def _rejoins_on(part: Part, today: date) -> date | None:
    if part.given_on is not None or part.left_on is None:
        return None
    until = months_after_day(part.left_on, REJOIN_MONTHS)
    return until if until > today else None


def _exact(
    viewer: Viewer, organisation_id: UUID, metric: Metric, value: float, n: int
) -> Statistic:
    """Return a value that rests on offers, exactly for whoever may list them."""
    minimum = max(MINIMUM_FLOOR, get_settings().disclosure_minimum)
    listed = viewer.may(Permission.OFFER_READ, organisation_id)
    if not listed and n < minimum:
        return suppressed(minimum)
    shown = value if listed else rounded(value, metric.unit, n)
    return Figure(shown, Relation.EXACT, metric.unit, None, None, band(n))
