"""Reading: how an organisation compares, as far as the viewer may be shown it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from tenants.access import Permission, Viewer, part_of, require
from tenants.benchmarks import comparison_queries as queries
from tenants.benchmarks.comparison_queries import Found, ReleaseInfo
from tenants.benchmarks.measuring import concept_of
from tenants.benchmarks.observers import firm_key, person_key
from tenants.benchmarks.peer_groups import PEER_GROUPS, PeerGroup
from tenants.benchmarks.readers import OWN_PEOPLE
from tenants.benchmarks.service import rules_in_force
from tenants.benchmarks.told import EXACTLY_KNOWN, Told
from tenants.disclosure import figures, peers
from tenants.disclosure.cells import MINIMUM_FLOOR
from tenants.disclosure.figures import CountBand, Figure, Statistic, Suppressed
from tenants.disclosure.peers import Standing
from tenants.errors import InvalidInput
from tenants.insights.offer_figures import offer_figures
from tenants.metrics import CONTRIBUTION_FLOOR, METRICS, Metric, MetricRows, find_metric
from tenants.settings import get_settings
from tenants.work import Session

GOES_IN_EXACTLY: Final = "The exact value goes into the benchmark."
_THINGS: Final[Mapping[MetricRows, str]] = {
    MetricRows.OFFERS: "resolved offers",
    MetricRows.RESPONSES: "answers to the question as others ask it",
}


@dataclass(frozen=True, slots=True)
class Comparison:
    """One metric of an organisation beside its peers.

    Attributes:
        metric: Which.
        release: The one that the peers' figures are from; None before the first.
        own: The organisation's own figure.
        requested: The peer group that was asked for: the nearest one, unless another was named.
        peer_group: The group that the figures are of: the requested one or the nearest of its
            parents behind which enough stand; None when there is none.
        contributors: How many families are in it, in bands; None likewise.
        quantiles: By name, as in `tenants.disclosure.peers.QUANTILES`.
        standing: In which part of the group the own figure lies; None where that is not shown.
    """

    metric: Metric
    release: ReleaseInfo | None
    own: Statistic
    requested: PeerGroup | None
    peer_group: PeerGroup | None
    contributors: CountBand | None
    quantiles: Mapping[str, Statistic]
    standing: Standing | None


async def get_benchmark(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    metric: str,
    peer_group: str | None = None,
) -> Comparison:
    """Return how an organisation compares in one metric, in one statement.

    Who does not take part, has not been compared yet or contributes too little is told so in the
    words of every withheld statistic.

    Args:
        session: The transaction.
        viewer: Somebody whose role reads the benchmark.
        organisation_id: Whose.
        metric: Key of a metric.
        peer_group: Key of one of the organisation's groups; the nearest if absent.

    Raises:
        Forbidden: The viewer's role reads no benchmark.
        InvalidInput: There is no such metric or group, or the organisation is not of that group.
        NotFound: There is no such organisation.
    """
    require(viewer, Permission.BENCHMARK_READ, organisation_id)
    wanted = require_metric(metric)
    if peer_group is not None and peer_group not in PEER_GROUPS:
        message = "There is no such peer group."
        raise InvalidInput(message, field="peerGroup")
    found = await queries.find_comparisons(
        session, viewer, organisation_id=organisation_id, metrics=[metric]
    )
    return compare(viewer, organisation_id, found, wanted, peer_group)


async def list_benchmarks(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    metrics: Sequence[str] | None = None,
) -> list[Comparison]:
    """Return how an organisation compares in some metrics, in one statement.

    Args:
        session: The transaction.
        viewer: Somebody whose role reads the benchmark.
        organisation_id: Whose.
        metrics: Keys, in the order of the result; all that the newest release has if absent, in
            the order of the registry and then of their keys.

    Raises:
        Forbidden: The viewer's role reads no benchmark.
        InvalidInput: There is no such metric.
        NotFound: There is no such organisation.
    """
    require(viewer, Permission.BENCHMARK_READ, organisation_id)
    wanted = None if metrics is None else [require_metric(key) for key in metrics]
    found = await queries.find_comparisons(
        session, viewer, organisation_id=organisation_id, metrics=metrics
    )
    if wanted is None:
        order = {key: at for at, key in enumerate(METRICS)}
        keys = sorted(found.comparisons, key=lambda key: (order.get(key, len(order)), key))
        wanted = [require_metric(key) for key in keys]
    return [compare(viewer, organisation_id, found, one, None) for one in wanted]


def require_metric(key: str) -> Metric:
    """Return the metric of a key.

    Raises:
        InvalidInput: There is none.
    """
    metric = find_metric(key)
    if metric is None:
        message = "There is no such metric."
        raise InvalidInput(message, field="metric")
    return metric


def compare(
    viewer: Viewer, organisation_id: UUID, found: Found, metric: Metric, requested: str | None
) -> Comparison:
    """Return how an organisation compares, from what was found of it.

    Raises:
        InvalidInput: It is not of the group that was asked for.
    """
    own = _own(viewer, organisation_id, found, metric)
    rows = found.comparisons.get(metric.key, ())
    reason = _reason(found, metric, compared=bool(rows))
    if reason is not None:
        wanted = None if requested is None else PEER_GROUPS[requested]
        withheld = dict.fromkeys(peers.QUANTILES, reason)
        release = found.release if found.takes_part else None
        return Comparison(metric, release, own, wanted, None, None, withheld, None)
    groups = rows[0][1].keys
    if requested is not None and requested not in groups:
        message = "The organisation does not belong to this peer group."
        raise InvalidInput(message, field="peerGroup")
    nearest = requested or groups[0]
    rules = rules_in_force()
    nothing = Comparison(
        metric, found.release, own, PEER_GROUPS[nearest], None, None, peers.nothing(rules), None
    )
    told = choose_audience(
        rows, observer_keys(viewer, found.firm_ids), found.others.get(metric.key, frozenset())
    )
    key = None if told is None else nearest_published(told, requested)
    if told is None or key is None:
        return nothing
    shown = told.statistics(key, metric.unit, rules)
    return replace(
        nothing,
        peer_group=PEER_GROUPS[key],
        contributors=peers.contributors(shown),
        quantiles=shown,
        standing=_standing(own, told.standing(key), shown),
    )


def nearest_published(told: Told, requested: str | None) -> str | None:
    """Return the nearest group that says anything, or None.

    Asked for nothing, any of its groups will do; asked for one, that one or what contains it.
    """
    ways = told.keys if requested is None else (requested, *PEER_GROUPS[requested].parents)
    return next((one for one in ways if told.publishes(one)), None)


def observer_keys(viewer: Viewer, firm_ids: Iterable[UUID]) -> list[bytes]:
    """Return the keys under which a viewer observes: the firms' and the account's own."""
    keys = [firm_key(one) for one in firm_ids]
    if viewer.id is not None:
        keys.append(person_key(viewer.id))
    return keys


def choose_audience(
    rows: Sequence[tuple[bytes, Told]], keys: Collection[bytes], others: frozenset[str]
) -> Told | None:
    """Return what a viewer may be told, or None for nothing.

    The row must be made for somebody who knows everything that the viewer knows: the families that
    the viewer's firm and account could see by the release, and those of the organisations that the
    viewer sees by now.

    Args:
        rows: Audience and what it is told, of each row of one comparison.
        keys: Those under which the viewer observes.
        others: Hashed families of the viewer's other organisations that contributed, too.
    """
    mine = [told for audience, told in rows if audience in keys]
    mine = mine or [told for audience, told in rows if audience == OWN_PEOPLE]
    known = others.union(*(told.coalition for told in mine))
    return next((told for told in mine if known <= told.coalition), None)


def _reason(found: Found, metric: Metric, *, compared: bool) -> Suppressed | None:
    """Return why there is no comparison, where that is no secret, or None if there is one."""
    least = CONTRIBUTION_FLOOR[metric.rows]
    if not found.takes_part:
        return Suppressed("The organisation does not take part in the benchmark.", least)
    if found.release is None:
        return Suppressed("No release of the benchmark has compared the organisation yet.", least)
    if not compared:
        things = _THINGS[metric.rows]
        return Suppressed(f"The organisation itself needs at least {least} {things}.", least)
    return None


def _own(viewer: Viewer, organisation_id: UUID, found: Found, metric: Metric) -> Statistic:
    """Return the organisation's own figure.

    Of offers it is exact for a role that may list them, over the release's window. The response
    rate and everything from responses is what the newest edition says; anything finer would tell
    of those whom the edition leaves out.
    """
    minimum = max(MINIMUM_FLOOR, get_settings().disclosure_minimum)
    if metric.key in EXACTLY_KNOWN:
        if found.release is None:
            return Suppressed("No release of the benchmark has compared the organisation yet.", 1)
        listed = viewer.may(Permission.OFFER_READ, organisation_id)
        return offer_figures(found.offers, listed=listed, minimum=minimum)[metric.key]
    return published_own(viewer, organisation_id, found, metric)


def published_own(viewer: Viewer, organisation_id: UUID, found: Found, metric: Metric) -> Statistic:
    """Return what the newest edition says of a metric, with the word that the exact value counts.

    Withheld where the edition withholds it, and where the question is for others to read.
    """
    minimum = max(MINIMUM_FLOOR, get_settings().disclosure_minimum)
    concept = concept_of(metric.key)
    audiences = part_of(viewer.role_in(organisation_id)).audiences
    audience = found.audiences.get(concept or "")
    readable = audience is None or audience in audiences
    if metric.key not in found.edition or not readable:
        return figures.suppressed(minimum)
    own = figures.from_json(found.edition[metric.key])
    if isinstance(own, Figure):
        note = f"{own.note} {GOES_IN_EXACTLY}" if own.note else GOES_IN_EXACTLY
        own = replace(own, note=note)
    return own


def _standing(
    own: Statistic, fine: Standing | None, shown: Mapping[str, Statistic]
) -> Standing | None:
    """Return the standing that the release has, or what the shown figures say by themselves."""
    if not isinstance(own, Figure):
        return None
    return peers.quarter(own, shown) if fine is None else fine
