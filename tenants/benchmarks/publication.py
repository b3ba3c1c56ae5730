"""One release as a whole: who is compared with whom, and what each may be shown, by the rules.

Pure: the same inputs give the same release. What goes in are the contributions of those who take
part, the peer catalogue, and who could see whom; nothing else of anybody.
"""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final
from uuid import UUID

from tenants.benchmarks.peer_groups import ALL, groups_of
from tenants.disclosure import figures, peers
from tenants.disclosure.peers import PeerRules
from tenants.metrics import (
    CONTRIBUTION_FLOOR,
    DECISION_TIME,
    DECLINE_RATE,
    RENEGE_RATE,
    Metric,
    find_metric,
)
from tenants.organisations.models import Industry, Region, SizeBand

# The organisation's own people, of whom none can see another family.
OWN_PEOPLE: Final = b""
# What an organisation's people know exactly of themselves, so that a fine standing tells them
# nothing of their own candidates' answers.
EXACTLY_KNOWN: Final = frozenset({DECLINE_RATE, RENEGE_RATE, DECISION_TIME})


@dataclass(frozen=True, slots=True)
class Place:
    """An organisation in the peer catalogue."""

    organisation_id: UUID
    family: str
    industry: Industry
    size_band: SizeBand
    region: Region


@dataclass(frozen=True, slots=True)
class Given:
    """What an organisation contributed to one metric."""

    organisation_id: UUID
    metric: str
    value: float
    n: int
    wording_hash: str | None


@dataclass(frozen=True, slots=True)
class Sight:
    """That a firm or person, as a keyed hash, could see an organisation since the window began."""

    observer_key: bytes
    organisation_id: UUID


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything that a release is made of.

    Attributes:
        places: Of every organisation in the catalogue, whether it takes part or not.
        taking_part: Those who do: consent in force, old enough.
        given: Contributions of the window.
        sights: Who could see whom.
    """

    places: Mapping[UUID, Place]
    taking_part: frozenset[UUID]
    given: Sequence[Given]
    sights: Collection[Sight]

    def digest(self, **facts: Any) -> str:
        """Return the SHA-256 of these inputs and some further facts, in hexadecimal digits."""
        document = {
            **facts,
            "places": sorted(
                [str(one.organisation_id), one.family, one.industry, one.size_band, one.region]
                for one in self.places.values()
            ),
            "taking_part": sorted(str(one) for one in self.taking_part),
            "given": sorted(
                [str(one.organisation_id), one.metric, one.value, one.n, one.wording_hash or ""]
                for one in self.given
            ),
            "sights": sorted(
                [one.observer_key.hex(), str(one.organisation_id)] for one in self.sights
            ),
        }
        canonical = json.dumps(document, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class DraftComparison:
    """What one audience of one contributor may be shown of one metric."""

    organisation_id: UUID
    audience: bytes
    metric: str
    peer_groups: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class GroupFigures:
    """What stands behind one group's statistics: for the operator, and for nobody else.

    Attributes:
        metric: Key of the metric.
        peer_group: Key of the group.
        contributors: Families, exactly.
        exact: Every quantile, unrounded.
        shown: As an organisation's own people see them, where any of them does.
    """

    metric: str
    peer_group: str
    contributors: int
    exact: Mapping[str, float]
    shown: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Draft:
    """One release before it is written."""

    comparisons: list[DraftComparison]
    groups: list[GroupFigures]


@dataclass(frozen=True, slots=True)
class _Group:
    """The families of one peer group that contribute to one metric, the smallest value first."""

    positions: Mapping[str, int]
    values: Sequence[float]
    exact: Mapping[str, float]

    def known(self, coalition: Collection[str]) -> tuple[int, ...]:
        """Return the positions of a coalition's families."""
        return tuple(sorted(self.positions[one] for one in coalition if one in self.positions))


def make_release(inputs: Inputs, rules: PeerRules, hashed: Callable[[str], str]) -> Draft:
    """Return the release of some inputs.

    Args:
        inputs: What it is made of.
        rules: In force.
        hashed: Makes a family's name unreadable; equal names give equal hashes.
    """
    by_metric: dict[str, list[Given]] = defaultdict(list)
    for one in inputs.given:
        if one.organisation_id in inputs.taking_part:
            by_metric[one.metric].append(one)
    coalitions = _coalitions(inputs)
    draft = Draft([], [])
    for key in sorted(by_metric):
        metric = find_metric(key)
        if metric is None:
            continue
        given = comparable(inputs.places, by_metric[key])
        groups = _make_groups(inputs.places, given, CONTRIBUTION_FLOOR[metric.rows])
        release = _MetricRelease(metric, groups, rules, {}, {})
        for one in sorted(given, key=lambda each: each.organisation_id):
            place = inputs.places[one.organisation_id]
            if ALL in groups and place.family in groups[ALL].positions:
                for audience, coalition in coalitions[one.organisation_id].items():
                    alone = not (coalition - {place.family}) & groups[ALL].positions.keys()
                    if alone and audience != OWN_PEOPLE:
                        continue
                    entries = release.entries(place, one, coalition)
                    entries[-1]["coalition"] = sorted(map(hashed, coalition))
                    draft.comparisons.append(
                        DraftComparison(one.organisation_id, audience, key, entries)
                    )
        draft.groups.extend(release.summaries())
    return draft


def _coalitions(inputs: Inputs) -> dict[UUID, dict[bytes, frozenset[str]]]:
    """Return, for each organisation, the families that each of its audiences could see.

    Whoever sees one organisation of a family is taken to know the family's value.
    """
    seen: dict[bytes, set[str]] = defaultdict(set)
    sights = [one for one in inputs.sights if one.organisation_id in inputs.places]
    for one in sights:
        seen[one.observer_key].add(inputs.places[one.organisation_id].family)
    found: dict[UUID, dict[bytes, frozenset[str]]] = {
        key: {OWN_PEOPLE: frozenset({place.family})} for key, place in inputs.places.items()
    }
    for one in sorted(sights, key=lambda each: each.observer_key):
        found[one.organisation_id][one.observer_key] = frozenset(seen[one.observer_key])
    return found


def comparable(places: Mapping[UUID, Place], given: Iterable[Given]) -> list[Given]:
    """Return those who asked the same: the wording that most families used, and nobody else's.

    Another wording, scale or set of options is another question, and its answers would be compared
    with answers to something else. Of wordings that as many families used, the one with more
    respondents counts, then the smaller hash.
    """
    found = list(given)
    families: dict[str, set[str]] = defaultdict(set)
    respondents: Counter[str] = Counter()
    for one in found:
        families[one.wording_hash or ""].add(places[one.organisation_id].family)
        respondents[one.wording_hash or ""] += one.n
    usual = min(families, key=lambda one: (-len(families[one]), -respondents[one], one))
    return [one for one in found if (one.wording_hash or "") == usual]


def combined(given: Sequence[Given]) -> tuple[float, int]:
    """Return the value of one family, and from how many.

    Its organisations count by how many offers or respondents stand behind each. That is exact for
    shares, means and the NPS; for the decision time it is the weighted mean of their medians.
    """
    n = sum(one.n for one in given)
    if len(given) == 1:
        return given[0].value, n
    return sum(one.value * one.n for one in given) / n, n


def _make_groups(
    places: Mapping[UUID, Place], given: Iterable[Given], floor: int
) -> dict[str, _Group]:
    """Return the peer groups in which any family contributes enough, by key."""
    found: dict[str, dict[str, list[Given]]] = defaultdict(lambda: defaultdict(list))
    for one in sorted(given, key=lambda each: each.organisation_id):
        place = places[one.organisation_id]
        for key in groups_of(place.industry, place.size_band, place.region):
            found[key][place.family].append(one)
    groups = {}
    for key, families in found.items():
        values = {family: combined(ones) for family, ones in families.items()}
        enough = sorted((value, family) for family, (value, n) in values.items() if n >= floor)
        if enough:
            ordered = [value for value, _ in enough]
            exact = peers.quantiles(ordered)
            positions = {family: at for at, (_, family) in enumerate(enough)}
            groups[key] = _Group(positions, ordered, exact)
    return groups


@dataclass(frozen=True, slots=True)
class _Told:
    """What some coalitions are told of a group, and the same as a release keeps it."""

    statistics: Mapping[str, figures.Statistic]
    document: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _MetricRelease:
    """One metric's groups, with what was decided about them so far.

    Most coalitions of a group are told the same, and most of them because of their size alone;
    what is equal is made once and shared.
    """

    metric: Metric
    groups: Mapping[str, _Group]
    rules: PeerRules
    settled: dict[tuple[str, int], tuple[frozenset[str], frozenset[str]]]
    told: dict[tuple[str, int, frozenset[str]], _Told]

    def entries(self, place: Place, own: Given, coalition: Collection[str]) -> list[dict[str, Any]]:
        """Return what one audience is shown of each group of an organisation, nearest first."""
        return [
            self._entry(key, place, own, coalition)
            for key in groups_of(place.industry, place.size_band, place.region)
        ]

    def _entry(
        self, key: str, place: Place, own: Given, coalition: Collection[str]
    ) -> dict[str, Any]:
        group = self.groups.get(key)
        # Give to get: a family that contributes too little to a group is not shown it.
        if group is None or place.family not in group.positions:
            return {**self._tell(key, {}, frozenset(), 0).document, "standing": None}
        known = group.known(coalition)
        told = self.tell(key, group, known)
        standing = None
        if self.metric.key in EXACTLY_KNOWN:
            unknown = len(group.values) - len(known)
            standing = peers.fine_standing(
                own.value, group.values, group.positions[place.family], unknown, told.statistics
            )
        return {**told.document, "standing": None if standing is None else asdict(standing)}

    def tell(self, key: str, group: _Group, known: tuple[int, ...]) -> _Told:
        """Return what a coalition at some positions is told of a group."""
        size = (key, len(known))
        if size not in self.settled:
            self.settled[size] = peers.settled(len(group.values), len(known), self.rules)
        published, open_ones = self.settled[size]
        if open_ones:
            published |= {
                one for one in open_ones if peers.hides_each(group.values, known, one, self.rules)
            }
        return self._tell(key, group.exact, published, len(group.values) - len(known))

    def _tell(
        self, key: str, exact: Mapping[str, float], published: frozenset[str], unknown: int
    ) -> _Told:
        place = (key, unknown, published)
        if place not in self.told:
            shown = peers.told(exact, published, unknown, self.metric.unit, self.rules)
            self.told[place] = _Told(shown, _as_json(key, shown))
        return self.told[place]

    def summaries(self) -> Iterator[GroupFigures]:
        """Yield what stands behind each group from which anybody may be shown anything."""
        for key, group in sorted(self.groups.items()):
            if len(group.values) <= self.rules.median_minimum:
                continue
            shown: dict[str, float] = {}
            for position in range(len(group.values)):
                for name, one in self.tell(key, group, (position,)).statistics.items():
                    if isinstance(one, figures.Figure):
                        shown[name] = one.value
            yield GroupFigures(self.metric.key, key, len(group.values), group.exact, shown)


def _as_json(key: str, shown: Mapping[str, figures.Statistic]) -> dict[str, Any]:
    band = peers.contributors(shown)
    return {
        "key": key,
        "contributors": None if band is None else band.value,
        **{name: figures.to_json(one) for name, one in shown.items()},
    }
