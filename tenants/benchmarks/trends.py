"""Reading: how an organisation's peers have changed from release to release."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import Any
from uuid import UUID

from tenants.access import Permission, Viewer, require
from tenants.benchmarks import participation_queries as queries
from tenants.benchmarks.comparison_queries import ReleaseInfo, told_by_metric
from tenants.benchmarks.comparisons import choose_audience, nearest_published, observer_keys
from tenants.benchmarks.participation_queries import ReleaseWindow
from tenants.benchmarks.peer_groups import PEER_GROUPS, PeerGroup
from tenants.benchmarks.service import rules_in_force
from tenants.disclosure import peers
from tenants.disclosure.figures import CountBand, Statistic
from tenants.errors import InvalidInput
from tenants.metrics import Metric, find_metric
from tenants.paging import Part, Window
from tenants.work import Session


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """One metric of an organisation's peers in one release.

    Attributes:
        release: Which.
        peer_group: The group that the figures are of; None where too few stood behind any.
        contributors: How many families are in it, in bands; None likewise.
        quantiles: By name, as in `tenants.disclosure.peers.QUANTILES`.
    """

    release: ReleaseInfo
    peer_group: PeerGroup | None
    contributors: CountBand | None
    quantiles: Mapping[str, Statistic]


async def list_trend(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    metric: str,
    peer_group: str | None = None,
    window: Window,
) -> Part[TrendPoint]:
    """Return what releases say of one metric, the newest first, in one statement.

    Args:
        session: The transaction.
        viewer: Somebody whose role reads the benchmark.
        organisation_id: Whose peers.
        metric: Key of a metric.
        peer_group: Key of a group of the organisation; the nearest of each release if absent.
        window: Which part of the list.

    Raises:
        BadCursor: A cursor of the window is of another list.
        Forbidden: The viewer's role reads no benchmark.
        InvalidInput: There is no such metric or group.
    """
    require(viewer, Permission.BENCHMARK_READ, organisation_id)
    wanted = find_metric(metric)
    if wanted is None:
        message = "There is no such metric."
        raise InvalidInput(message, field="metric")
    if peer_group is not None and peer_group not in PEER_GROUPS:
        message = "There is no such peer group."
        raise InvalidInput(message, field="peerGroup")
    page = ReleaseWindow.of(window)
    rows = await queries.list_trend(
        session, viewer, organisation_id=organisation_id, metric=metric, page=page
    )
    points = [_point(viewer, row, wanted, peer_group) for row in rows]
    return page.cut(points, lambda point: point.release.number)


def _point(viewer: Viewer, row: Any, metric: Metric, peer_group: str | None) -> TrendPoint:
    rules = rules_in_force()
    told_of = told_by_metric(row.comparisons, row.audiences_of)[metric.key]
    told = choose_audience(told_of, observer_keys(viewer, row.firms), frozenset(row.others))
    # An organisation that has changed since may not have belonged to the group then.
    asked = peer_group is None or peer_group in told_of[0][1].keys
    key = nearest_published(told, peer_group) if told is not None and asked else None
    shown = (
        peers.nothing(rules)
        if told is None or key is None
        else told.statistics(key, metric.unit, rules)
    )
    release = ReleaseInfo(
        row.number, row.starts_on, row.ends_on, row.released_at.astimezone(UTC).date()
    )
    group = None if key is None else PEER_GROUPS[key]
    return TrendPoint(release, group, peers.contributors(shown), shown)


async def list_releases(session: Session, viewer: Viewer, *, window: Window) -> Part[ReleaseInfo]:
    """Return releases that are whole, the newest first.

    Raises:
        BadCursor: A cursor of the window is of another list.
        Unauthenticated: Nobody asks.
    """
    page = ReleaseWindow.of(window)
    rows = await queries.list_releases(session, viewer, page=page)
    return page.cut(rows, lambda one: one.number)
