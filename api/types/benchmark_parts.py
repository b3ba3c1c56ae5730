"""An organisation's own part in the benchmark, joining and leaving it, and its course over time."""

from datetime import UTC, date, datetime
from typing import Annotated
from uuid import UUID

import strawberry

from api.derive import Info, selected_names
from api.errors import UserError, mutation, require_somebody
from api.relay import After, Before, Connection, First, Last, as_connection, key_of
from api.types.benchmarks import (
    BenchmarkRelease,
    MetricDefinition,
    MetricKey,
    PeerGroupChoice,
    PeerGroupKey,
    PeerGroupType,
    as_peer_group,
    as_release,
    define_metric,
)
from api.types.scalars import YearMonth
from api.types.statistics import StatisticType, as_statistic
from tenants import read_graph
from tenants.benchmarks import participation, participation_queries, service, trends
from tenants.benchmarks.participation_queries import require_few
from tenants.disclosure.figures import CountBand
from tenants.disclosure.peers import LOWER_QUARTILE, MEDIAN, P10, P90, UPPER_QUARTILE
from tenants.insights.windows import months_after
from tenants.metrics import DECLINE_RATE
from tenants.paging import Part, Window, make_window
from tenants.reading import Record

OverTimeMetric = Annotated[
    MetricKey, strawberry.argument(description="Which; the decline rate if absent.")
]
LastReleases = Annotated[
    int, strawberry.argument(description="How many of the newest ones, 1 to 40.")
]


@strawberry.type
class BenchmarkTrendPoint:
    """One metric of an organisation's peers in one release.

    Attributes:
        release: Which release.
        peer_group: The group that the figures are of; null where too few stood behind any.
        contributors: How many corporate families beside those that the viewer knows are in it.
        median: Half of the families lie below it.
        lower_quartile: A quarter of the families lies below it.
        upper_quartile: Three quarters of the families lie below it.
        p10: A tenth of the families lies below it.
        p90: Nine tenths of the families lie below it.
    """

    release: BenchmarkRelease
    peer_group: PeerGroupType | None
    contributors: CountBand | None
    median: StatisticType
    lower_quartile: StatisticType
    upper_quartile: StatisticType
    p10: StatisticType
    p90: StatisticType


@strawberry.type
class OwnContribution:
    """What an organisation gives to one metric of the benchmark.

    Attributes:
        metric: Which metric.
        value: Exactly, where it is one of offers that the viewer may list; else as published, and
            the exact value goes in.
        counts: Whether enough stand behind it.
        note: What is to be known of it.
    """

    metric: MetricDefinition
    value: StatisticType
    counts: bool
    note: str | None


@strawberry.type
class BenchmarkParticipation:
    """An organisation's part in the benchmark, and exactly what of its own goes in.

    Attributes:
        takes_part: Whether its consent is in force today.
        text: The words that it consented to.
        given_on: Since when.
        rejoins_on: From when it may join again after it left; null when it may at any time.
        is_verified: Whether the operator vouches for it, without which nothing of it counts.
        contributions: What it gave for the newest window; nothing else of it crosses to others.
        starts_in: The first month of that window; null before the first contribution.
        ends_in: The last month inside that window.
    """

    takes_part: bool
    text: str | None
    given_on: date | None
    rejoins_on: date | None
    is_verified: bool
    contributions: list[OwnContribution]
    starts_in: YearMonth | None = strawberry.field(name="from")
    ends_in: YearMonth | None = strawberry.field(name="to")


@strawberry.input
class JoinBenchmarkInput:
    """Consent to the benchmark.

    Attributes:
        organisation_id: Which organisation joins.
        text: The words that were shown and agreed to; they are kept.
        idempotency_key: A repetition with the same key does nothing.
    """

    organisation_id: strawberry.ID
    text: str
    idempotency_key: str | None = None


@strawberry.type
class JoinBenchmarkPayload:
    """The part that the organisation has now.

    Attributes:
        participation: Null when it was refused.
        user_errors: Why, in words that help.
    """

    participation: BenchmarkParticipation | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.input
class LeaveBenchmarkInput:
    """Consent taken back.

    Attributes:
        organisation_id: Which organisation leaves.
    """

    organisation_id: strawberry.ID


@strawberry.type
class LeaveBenchmarkPayload:
    """The part that the organisation has no more.

    Attributes:
        participation: Null when it was refused.
        user_errors: Why, in words that help.
    """

    participation: BenchmarkParticipation | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@mutation
async def join_benchmark(
    info: Info,
    input: JoinBenchmarkInput,  # noqa: A002 - the argument's name in the API.
) -> JoinBenchmarkPayload:
    """Opt an organisation in; whoever has joined already stays so, with the words of then."""
    key = key_of(read_graph.ORGANISATION, input.organisation_id, field="organisationId")
    await info.context.run(
        service.join_benchmark,
        organisation_id=key.organisation_id,
        text=input.text,
        joined_on=datetime.now(UTC).date(),
        idempotency_key=input.idempotency_key,
    )
    return JoinBenchmarkPayload(participation=await find_participation(info, key.organisation_id))


@mutation
async def leave_benchmark(
    info: Info,
    input: LeaveBenchmarkInput,  # noqa: A002 - the argument's name in the API.
) -> LeaveBenchmarkPayload:
    """Take consent back: the next release is made without it, and it may rejoin after a year."""
    key = key_of(read_graph.ORGANISATION, input.organisation_id, field="organisationId")
    await info.context.run(
        service.leave_benchmark,
        organisation_id=key.organisation_id,
        left_on=datetime.now(UTC).date(),
    )
    return LeaveBenchmarkPayload(participation=await find_participation(info, key.organisation_id))


async def find_participation(info: Info, organisation_id: UUID) -> BenchmarkParticipation:
    """Return an organisation's part in the benchmark."""
    found = await info.context.run(participation.get_participation, organisation_id=organisation_id)
    window = found.window
    return BenchmarkParticipation(
        takes_part=found.takes_part,
        text=found.text,
        given_on=found.given_on,
        rejoins_on=found.rejoins_on,
        is_verified=found.is_verified,
        contributions=[
            OwnContribution(
                metric=define_metric(one.metric),
                value=as_statistic(one.value),
                counts=one.counts,
                note=one.note,
            )
            for one in found.contributions
        ],
        starts_in=None if window is None else YearMonth(window.starts_on),
        ends_in=None if window is None else YearMonth(months_after(window.ends_on, -1)),
    )


async def find_trend(
    info: Info,
    organisation_id: UUID,
    *,
    metric: str,
    peer_group: PeerGroupKey | None,
    last: int,
) -> list[BenchmarkTrendPoint]:
    """Return what the newest releases say of one metric, the oldest first."""
    require_few(last)
    part = await _trend(info, organisation_id, metric, peer_group, make_window(first=last))
    return [_point(one) for one in part.items][::-1]


async def benchmark_over_time(
    root: strawberry.Parent[Record],
    info: Info,
    *,
    metric: OverTimeMetric = MetricKey(DECLINE_RATE),  # noqa: B008 - a string.
    peer_group: PeerGroupChoice = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Connection[BenchmarkTrendPoint] | None:
    """What releases say of one metric of its peers, the newest release first."""
    organisation_id = root.key.organisation_id
    window = make_window(first=first, after=after, last=last, before=before)
    part = await _trend(info, organisation_id, metric, peer_group, window)
    total = None
    if "totalCount" in selected_names(info):
        total = await info.context.run(
            participation_queries.count_trend, organisation_id=organisation_id, metric=metric
        )
    return as_connection(part, _point, total)


async def _trend(
    info: Info,
    organisation_id: UUID,
    metric: str,
    peer_group: PeerGroupKey | None,
    window: Window,
) -> Part[trends.TrendPoint]:
    return await info.context.run(
        trends.list_trend,
        organisation_id=organisation_id,
        metric=metric,
        peer_group=None if peer_group is None else peer_group.value,
        window=window,
    )


def _point(one: trends.TrendPoint) -> BenchmarkTrendPoint:
    shown = {name: as_statistic(value) for name, value in one.quantiles.items()}
    return BenchmarkTrendPoint(
        release=as_release(one.release),
        peer_group=as_peer_group(one.peer_group),
        contributors=one.contributors,
        median=shown[MEDIAN],
        lower_quartile=shown[LOWER_QUARTILE],
        upper_quartile=shown[UPPER_QUARTILE],
        p10=shown[P10],
        p90=shown[P90],
    )


async def find_newest_releases(info: Info, *, last: int) -> list[BenchmarkRelease]:
    """Return the newest releases, the newest first."""
    require_few(last)
    part = await info.context.run(trends.list_releases, window=make_window(first=last))
    return [as_release(one) for one in part.items]


async def find_releases(
    info: Info,
    *,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Connection[BenchmarkRelease] | None:
    """The releases of the benchmark, the newest first."""
    require_somebody(info)
    window = make_window(first=first, after=after, last=last, before=before)
    part = await info.context.run(trends.list_releases, window=window)
    total = None
    if "totalCount" in selected_names(info):
        total = await info.context.run(participation_queries.count_releases)
    return as_connection(part, as_release, total)
