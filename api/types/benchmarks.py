"""Comparison across organisations: metrics, peer groups, releases and the rules in words."""

from collections.abc import Iterable, Sequence
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, NewType
from uuid import UUID

import strawberry
from graphql import EnumValueNode, GraphQLError, StringValueNode, ValueNode

from api.derive import Info
from api.types.scalars import YearMonth
from api.types.statistics import StatisticType, as_statistic
from tenants.access import Permission
from tenants.benchmarks import comparisons
from tenants.benchmarks.comparison_queries import ReleaseInfo, find_release_of
from tenants.benchmarks.comparisons import Comparison
from tenants.benchmarks.methodology import Rule, describe_methodology
from tenants.benchmarks.peer_groups import PEER_GROUPS, PeerGroup
from tenants.disclosure.figures import CountBand, Unit
from tenants.disclosure.peers import LOWER_QUARTILE, MEDIAN, P10, P90, UPPER_QUARTILE
from tenants.insights.windows import months_after
from tenants.metrics import METRICS, Better, Metric, MetricRows
from tenants.organisations.models import Industry, Region, SizeBand
from tenants.protection import describe_protection

if TYPE_CHECKING:

    class PeerGroupKey(StrEnum):
        """A group of the fixed catalogue."""

else:
    PeerGroupKey = StrEnum("PeerGroupKey", {key: key for key in PEER_GROUPS})

strawberry.enum(
    PeerGroupKey,
    description="A group of the fixed catalogue: of all, or by industry, size and region, at most"
    " two at once.",
)
for _enum in (Better, MetricRows):
    strawberry.enum(_enum, description=(_enum.__doc__ or "").strip())

MetricKey = NewType("MetricKey", str)
"""What can be measured: one of `metrics`, or SHARE and MEAN of a concept."""

_NOT_A_KEY = "A metric's key is a string such as DECLINE_RATE."


def _read_key(value: object) -> MetricKey:
    if isinstance(value, str):
        return MetricKey(value)
    raise GraphQLError(_NOT_A_KEY)


def _read_literal(node: ValueNode, _variables: Any = None) -> MetricKey:
    # DECLINE_RATE without quotes is what somebody writes who takes it for an enum.
    if isinstance(node, StringValueNode | EnumValueNode):
        return MetricKey(node.value)
    raise GraphQLError(_NOT_A_KEY, node)


METRIC_KEY = strawberry.scalar(
    name="MetricKey",
    description="The key of a metric: one that `metrics` lists, or of a questionnaire's concept"
    " SHARE:<concept>:<option>, MEAN:<concept> or MEAN:<concept>:<row>. Listed ones can be written"
    " without quotes.",
    serialize=str,
    parse_value=_read_key,
    parse_literal=_read_literal,
)


Metrics = Annotated[
    list[MetricKey] | None,
    strawberry.argument(description="Which; all that the newest release has if absent."),
]
PeerGroupChoice = Annotated[
    PeerGroupKey | None,
    strawberry.argument(description="A group that it belongs to; the nearest one if absent."),
]


@strawberry.type(name="MetricDefinition")
class MetricDefinition:
    """What can be measured.

    Attributes:
        key: Stable; what `benchmark` takes.
        title: A few words, as a heading.
        unit: Of its values; a SHARE lies between 0 and 1.
        rows: What it is computed from.
        better: In which direction an organisation wants it to move.
        formula: How it is computed.
        source: Where the formula is from.
        lowest: The smallest value that it can take.
        highest: The largest; null if there is none.
        combination: How the values of one corporate family's organisations become its vote.
    """

    key: MetricKey
    title: str
    unit: Unit
    rows: MetricRows
    better: Better
    formula: str
    source: str
    lowest: float
    highest: float | None
    combination: str


@strawberry.type(name="PeerGroup")
class PeerGroupType:
    """Organisations that are alike in no, one or two respects.

    Attributes:
        key: Stable; what `benchmark` takes.
        title: In words.
        industry: What all of them do; null if that differs.
        size_band: How many people they employ; null if that differs.
        region: Where they mainly hire; null if that differs.
        parents: Wider groups that are used where too few stand behind this one, in their order.
    """

    key: PeerGroupKey
    title: str
    industry: Industry | None
    size_band: SizeBand | None
    region: Region | None
    parents: list[PeerGroupKey]


@strawberry.type
class BenchmarkRelease:
    """A numbered snapshot of peer statistics, which never changes.

    Attributes:
        number: Counted from 1.
        released_on: When it was made.
        starts_in: The first month of the window.
        ends_in: The last month inside the window.
    """

    number: int
    released_on: date
    starts_in: YearMonth = strawberry.field(name="from")
    ends_in: YearMonth = strawberry.field(name="to")


@strawberry.type(name="Standing")
class StandingType:
    """In which part of its peers an organisation lies.

    Attributes:
        part: From 1 for the lowest values to `parts` for the highest.
        parts: 4 for quarters, 10 for tenths, 100 for hundredths.
    """

    part: int
    parts: int


@strawberry.type
class BenchmarkComparison:
    """One metric of an organisation beside its peers.

    Attributes:
        metric: What is compared.
        release: Which release the peers' figures are from; null before the first that compares it.
        own: The organisation's own figure: exact over the release's window where it is one of
            offers that the viewer may list, else as published.
        peer_group: The group that the figures are of: the requested one, or the nearest wider one
            behind which enough stand; null when there is none.
        requested_peer_group: The group that was asked for, the nearest one unless it was named.
        contributors: How many corporate families beside those that the viewer knows are in it.
        median: Half of the families lie below it.
        lower_quartile: A quarter of the families lies below it.
        upper_quartile: Three quarters of the families lie below it.
        p10: A tenth of the families lies below it.
        p90: Nine tenths of the families lie below it.
        standing: In which part of the group the own figure lies; null where either is withheld.
    """

    metric: MetricDefinition
    release: BenchmarkRelease | None
    own: StatisticType
    peer_group: PeerGroupType | None
    requested_peer_group: PeerGroupType | None
    contributors: CountBand | None
    median: StatisticType
    lower_quartile: StatisticType
    upper_quartile: StatisticType
    p10: StatisticType
    p90: StatisticType
    standing: StandingType | None


@strawberry.type
class MethodologyRule:
    """One rule.

    Attributes:
        title: A few words, as a heading.
        text: What it says.
    """

    title: str
    text: str


@strawberry.type(name="Methodology")
class MethodologyType:
    """How figures come about and which of them are withheld: the rules in force, in words.

    Attributes:
        title: Of the whole.
        insights: What holds inside an organisation.
        benchmark: What holds across organisations.
        candidates: What protects those who answer.
        limits: What cannot be promised to them.
    """

    title: str
    insights: list[MethodologyRule]
    benchmark: list[MethodologyRule]
    candidates: list[MethodologyRule]
    limits: list[MethodologyRule]


def define_metric(metric: Metric) -> MetricDefinition:
    """Return a metric as the API shows it."""
    return MetricDefinition(
        key=MetricKey(metric.key),
        title=metric.title,
        unit=metric.unit,
        rows=metric.rows,
        better=metric.better,
        formula=metric.formula,
        source=metric.source,
        lowest=metric.lowest,
        highest=metric.highest,
        combination=metric.combination,
    )


def as_peer_group(group: PeerGroup | None) -> PeerGroupType | None:
    """Return a peer group as the API shows it."""
    if group is None:
        return None
    return PeerGroupType(
        key=PeerGroupKey(group.key),
        title=group.title,
        industry=group.industry,
        size_band=group.size_band,
        region=group.region,
        parents=[PeerGroupKey(key) for key in group.parents],
    )


async def find_release(info: Info, organisation_id: UUID, number: int) -> BenchmarkRelease | None:
    """Return a release; None if the viewer or the organisation has no part in it."""
    if not info.context.viewer.may(Permission.BENCHMARK_READ, organisation_id):
        return None
    found = await info.context.run(find_release_of, organisation_id=organisation_id, number=number)
    return None if found is None else as_release(found)


def as_release(release: ReleaseInfo) -> BenchmarkRelease:
    """Return a release as the API shows it."""
    return BenchmarkRelease(
        number=release.number,
        released_on=release.released_on,
        starts_in=YearMonth(release.starts_on),
        ends_in=YearMonth(months_after(release.ends_on, -1)),
    )


def as_comparison(found: Comparison) -> BenchmarkComparison:
    """Return a comparison as the API shows it."""
    standing = found.standing
    return BenchmarkComparison(
        metric=define_metric(found.metric),
        release=None if found.release is None else as_release(found.release),
        own=as_statistic(found.own),
        peer_group=as_peer_group(found.peer_group),
        requested_peer_group=as_peer_group(found.requested),
        contributors=found.contributors,
        median=as_statistic(found.quantiles[MEDIAN]),
        lower_quartile=as_statistic(found.quantiles[LOWER_QUARTILE]),
        upper_quartile=as_statistic(found.quantiles[UPPER_QUARTILE]),
        p10=as_statistic(found.quantiles[P10]),
        p90=as_statistic(found.quantiles[P90]),
        standing=None
        if standing is None
        else StandingType(part=standing.part, parts=standing.parts),
    )


def list_metrics() -> list[MetricDefinition]:
    """Return every listed metric; those of a concept follow from its name."""
    return [define_metric(one) for one in METRICS.values()]


def list_peer_groups() -> list[PeerGroupType]:
    """Return the catalogue of peer groups, the widest first."""
    groups = [as_peer_group(one) for one in PEER_GROUPS.values()]
    return [one for one in groups if one is not None]


def find_methodology() -> MethodologyType:
    """Return the rules in force."""
    found = describe_methodology()

    def shown(rules: Iterable[Rule]) -> list[MethodologyRule]:
        return [MethodologyRule(title=one.title, text=one.text) for one in rules]

    protection = describe_protection()
    return MethodologyType(
        title=found.title,
        insights=shown(found.insights),
        benchmark=shown(found.benchmark),
        candidates=shown(protection.rules),
        limits=shown(protection.limits),
    )


async def find_benchmark(
    info: Info, organisation_id: UUID, *, metric: str, peer_group: PeerGroupKey | None
) -> BenchmarkComparison:
    """Return how an organisation compares in one metric."""
    found = await info.context.run(
        comparisons.get_benchmark,
        organisation_id=organisation_id,
        metric=metric,
        peer_group=None if peer_group is None else peer_group.value,
    )
    return as_comparison(found)


async def find_benchmarks(
    info: Info, organisation_id: UUID, *, metrics: Sequence[str] | None
) -> list[BenchmarkComparison]:
    """Return how an organisation compares in some metrics, or in all that it was compared in."""
    found = await info.context.run(
        comparisons.list_benchmarks, organisation_id=organisation_id, metrics=metrics
    )
    return [as_comparison(one) for one in found]
