"""What is told of one metric's published peer groups: to each audience of each contributor."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final
from uuid import UUID

from tenants.benchmarks.field import Field, Place
from tenants.benchmarks.peer_groups import groups_of
from tenants.benchmarks.told import NOTHING, GroupTold, group_told
from tenants.disclosure import peers
from tenants.disclosure.figures import CountBand, Figure, Statistic, band
from tenants.disclosure.groups import Votes
from tenants.disclosure.peers import PeerRules
from tenants.metrics import DECISION_TIME, DECLINE_RATE, RENEGE_RATE, Metric

# What an organisation's people know exactly of themselves, so that a fine standing tells them
# nothing of their own candidates' answers.
EXACTLY_KNOWN: Final = frozenset({DECLINE_RATE, RENEGE_RATE, DECISION_TIME})


@dataclass(frozen=True, slots=True)
class Row:
    """What one audience of one contributor is told, as PostgreSQL writes arrays."""

    organisation_id: UUID
    audience: bytes
    quantiles: str
    bands: str
    standings: str


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
class Group:
    """The families of one published peer group, the smallest value first."""

    positions: Mapping[str, int]
    values: Sequence[float]
    exact: Mapping[str, float]

    @classmethod
    def of(cls, votes: Votes) -> "Group":
        """Return the group of some votes."""
        ordered = sorted((vote.value, family) for family, vote in votes.items())
        values = [value for value, _ in ordered]
        positions = {family: at for at, (_, family) in enumerate(ordered)}
        return cls(positions, values, peers.quantiles(values))

    def known(self, coalition: Iterable[str]) -> tuple[int, ...]:
        """Return the positions of a coalition's families."""
        positions = self.positions
        return tuple(sorted([positions[one] for one in coalition if one in positions]))


@dataclass(frozen=True, slots=True)
class MetricRelease:
    """One metric's published groups, with what was decided about them so far.

    Most coalitions of a group are told the same, and most of them because of their size alone;
    what is equal is made once and shared.
    """

    whole: Field
    metric: Metric
    groups: Mapping[str, Group]
    rules: PeerRules
    _settled: dict[tuple[str, int], tuple[frozenset[str], frozenset[str]]] = field(
        default_factory=dict, init=False
    )
    _told: dict[tuple[str, CountBand, frozenset[str]], tuple[GroupTold, dict[str, Statistic]]] = (
        field(default_factory=dict, init=False)
    )
    _of_coalition: dict[tuple[str, bytes], tuple[GroupTold, dict[str, Statistic], int]] = field(
        default_factory=dict, init=False
    )
    _alike: dict[str, tuple[GroupTold, dict[str, Statistic]] | None] = field(
        default_factory=dict, init=False
    )
    _shared: dict[tuple[bytes, Sequence[str]] | None, tuple[str, str, str]] = field(
        default_factory=dict, init=False
    )
    _texts: dict[tuple[int, ...], tuple[str, str]] = field(default_factory=dict, init=False)

    def rows(self, place: Place, own: float) -> Iterator[Row]:
        """Yield what each audience of an organisation is told of its groups, nearest first.

        Give to get: a family that contributes too little to a group, or waits before it, is not
        told of it.
        """
        keys = groups_of(place.industry, place.size_band, place.region)
        family = place.family
        inside = all(family in self.groups[key].positions for key in keys if key in self.groups)
        for audience, coalition in self.whole.audiences(place):
            # Without standings, and in every group, it is what the audience is told of any other
            # organisation of the same groups.
            shared = (audience, keys) if inside and self.metric.key not in EXACTLY_KNOWN else None
            if shared in self._shared:
                yield Row(place.organisation_id, audience, *self._shared[shared])
                continue
            texts, certain = self._texts_for(keys, audience, coalition, family, own)
            if shared is not None and certain:
                self._shared[shared] = texts
            yield Row(place.organisation_id, audience, *texts)

    def _texts_for(
        self,
        keys: Sequence[str],
        audience: bytes,
        coalition: frozenset[str],
        family: str,
        own: float,
    ) -> tuple[tuple[str, str, str], bool]:
        """Return quantiles, bands and standings, and whether any other family has the same."""
        found, standings, certain = [], [], True
        for key in keys:
            group = self.groups.get(key)
            if group is None or family not in group.positions:
                found.append(NOTHING)
                standings.append("NULL")
                continue
            told, statistics, known = self._for(key, group, audience, coalition, family)
            certain = certain and (bool(audience) or self._alike[key] is not None)
            found.append(told)
            standings.append(self._standing(group, family, own, known, statistics))
        quantiles, bands = self._written(tuple(found))
        return (quantiles, bands, "{" + ",".join(standings) + "}"), certain

    def _standing(
        self,
        group: Group,
        family: str,
        own: float,
        known: int,
        statistics: dict[str, Statistic],
    ) -> str:
        if self.metric.key not in EXACTLY_KNOWN:
            return "NULL"
        unknown = len(group.values) - known
        standing = peers.fine_standing(
            own, group.values, group.positions[family], unknown, statistics
        )
        return "NULL" if standing is None else str(standing.part)

    def _for(
        self,
        key: str,
        group: Group,
        audience: bytes,
        coalition: frozenset[str],
        family: str,
    ) -> tuple[GroupTold, dict[str, Statistic], int]:
        """Return what an audience is told of a group, and how many families of it it knows."""
        if not audience:
            return (*self._for_own_people(key, group, family), 1)
        place = (key, audience)
        if place not in self._of_coalition:
            known = group.known(coalition)
            self._of_coalition[place] = (*self.tell(key, group, known), len(known))
        return self._of_coalition[place]

    def _for_own_people(
        self, key: str, group: Group, family: str
    ) -> tuple[GroupTold, dict[str, Statistic]]:
        """Return what those are told who know one family: in all but small groups all the same."""
        if key not in self._alike:
            certain = not peers.settled(len(group.values), 1, self.rules)[1]
            self._alike[key] = self.tell(key, group, (0,)) if certain else None
        return self._alike[key] or self.tell(key, group, (group.positions[family],))

    def tell(
        self, key: str, group: Group, known: tuple[int, ...]
    ) -> tuple[GroupTold, dict[str, Statistic]]:
        """Return what a coalition at some positions is told of a group."""
        size = (key, len(known))
        if size not in self._settled:
            self._settled[size] = peers.settled(len(group.values), len(known), self.rules)
        published, open_ones = self._settled[size]
        if open_ones:
            published |= {
                one for one in open_ones if peers.hides_each(group.values, known, one, self.rules)
            }
        unknown = len(group.values) - len(known)
        # How many are unknown decides by bands only, on the step of rounding as well.
        place = (key, band(unknown), published)
        if place not in self._told:
            shown = peers.told(group.exact, published, unknown, self.metric.unit, self.rules)
            self._told[place] = (group_told(shown), shown)
        return self._told[place]

    def _written(self, found: tuple[GroupTold, ...]) -> tuple[str, str]:
        """Return the quantiles and bands of some groups as PostgreSQL writes arrays."""
        # What is told is made once and kept, so that it is the same object where it is the same.
        place = tuple(map(id, found))
        if place not in self._texts:
            written = partial(map, lambda one: "NULL" if one is None else f"{one:.6g}")
            self._texts[place] = (
                "{" + ",".join(written(value for one in found for value in one.quantiles)) + "}",
                "{" + ",".join(written(one.band for one in found)) + "}",
            )
        return self._texts[place]

    def summaries(self) -> Iterator[GroupFigures]:
        """Yield what stands behind each group."""
        for key, group in self.groups.items():
            shown: dict[str, float] = {}
            size = len(group.values)
            # Where nothing depends on who it is, one position says what all are told.
            alike = not peers.settled(size, 1, self.rules)[1]
            for position in range(1 if alike else size):
                for name, one in self.tell(key, group, (position,))[1].items():
                    if isinstance(one, Figure):
                        shown[name] = one.value
            yield GroupFigures(self.metric.key, key, size, group.exact, shown)
