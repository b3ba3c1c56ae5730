"""What is told of one metric's published peer groups: to each audience of each contributor."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import Final

from tenants.benchmarks.crowds import Crowd, Given
from tenants.benchmarks.field import Field, Place
from tenants.benchmarks.peer_groups import divisions
from tenants.benchmarks.readers import OWN, Kind, Readers, Rows
from tenants.benchmarks.told import EXACTLY_KNOWN, NOTHING, GroupTold, group_told
from tenants.disclosure import groups as rules_of_groups
from tenants.disclosure import peers
from tenants.disclosure.figures import CountBand, Figure, Statistic, band
from tenants.disclosure.leaning import Leaning
from tenants.disclosure.peers import PeerRules
from tenants.metrics import Metric

_NO_STANDINGS: Final = "{" + ",".join(["NULL"] * 7) + "}"


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
class Shown:
    """What one coalition is shown of a group.

    Attributes:
        quantiles: Its numbers, as PostgreSQL writes the elements of an array.
        band: How many stand behind it, likewise.
        statistics: Its figures.
        parts: How many parts a standing is told in; None where none is.
    """

    quantiles: str
    band: str
    statistics: Mapping[str, Statistic]
    parts: int | None


def _shown(told: GroupTold, statistics: Mapping[str, Statistic], parts: int | None) -> Shown:
    return Shown(",".join(map(_number, told.quantiles)), _number(told.band), statistics, parts)


def _number(value: float | None) -> str:
    return "NULL" if value is None else f"{value:.6g}"


_HIDDEN: Final = _shown(NOTHING, {}, None)


@dataclass(frozen=True)
class Group:
    """One published peer group.

    Attributes:
        crowd: Its families.
        usual: Whether every family that gives enough is in it, and nobody else.
        exact: Its quantiles, unrounded.
    """

    crowd: Crowd
    usual: bool
    exact: Mapping[str, float]
    _leanings: dict[str, Leaning] = field(default_factory=dict, init=False)
    _parts: dict[tuple[float, float, int], int] = field(default_factory=dict, init=False)

    def known(self, coalition: Iterable[str]) -> tuple[int, ...]:
        """Return the positions of a coalition's families."""
        positions = self.crowd.positions
        return tuple([positions[one] for one in coalition if one in positions])

    def leaning(self, quantile: str) -> Leaning:
        """Return what one of its quantiles rests on."""
        if quantile not in self._leanings:
            self._leanings[quantile] = peers.lean(self.crowd.given, quantile)
        return self._leanings[quantile]

    def part(self, own: float, family_value: float, parts: int) -> int:
        """Return in which part of the group a value lies."""
        place = (own, family_value, parts)
        if place not in self._parts:
            self._parts[place] = peers.part_among(own, self.crowd.given, family_value, parts)
        return self._parts[place]


@dataclass(frozen=True)
class MetricRelease:
    """One metric's published groups, with what was decided about them so far.

    Most coalitions of a group are told the same, and most of them because of their size alone; most
    organisations of the same groups are told the same. What is equal is made once and shared.

    Attributes:
        whole: The release's field.
        metric: Which.
        groups: By key.
        keys_of: To which groups each family gives enough.
        rules: In force.
        apart: Whether the numbers of groups tell how many are left over (`hide_complements`).
    """

    whole: Field
    metric: Metric
    groups: Mapping[str, Group]
    keys_of: Mapping[str, tuple[str, ...]]
    rules: PeerRules
    apart: bool
    _settled: dict[tuple[str, int], tuple[frozenset[str], frozenset[str]]] = field(
        default_factory=dict, init=False
    )
    _shown: dict[tuple[str, CountBand, frozenset[str]], Shown] = field(
        default_factory=dict, init=False
    )
    _of_size: dict[tuple[str, int], Shown] = field(default_factory=dict, init=False)
    _of_coalition: dict[int, Mapping[str, Shown]] = field(default_factory=dict, init=False)
    _of_kind: dict[int, tuple[int, tuple[Shown, ...]] | None] = field(
        default_factory=dict, init=False
    )
    _texts: dict[tuple[int, ...], int] = field(default_factory=dict, init=False)

    @cached_property
    def _readers(self) -> Readers:
        return self.whole.readers

    @cached_property
    def _alike(self) -> Mapping[str, Shown | None]:
        """By group what all own people are shown; None where it depends on who they are."""
        return {
            key: None
            if peers.settled(len(group.crowd), 1, self.rules)[1]
            else self.tell(key, group, 1, ())
            for key, group in self.groups.items()
        }

    def rows(self, given: Iterable[tuple[Place, Given]]) -> Rows:
        """Return what each audience of some organisations is told of its groups, nearest first.

        Give to get: a family that contributes too little to a group, or waits before it, is not
        told of it.

        Args:
            given: In the order of the organisations' ids.
        """
        readers = self._readers
        rows = Rows(readers)
        exactly = self.metric.key in EXACTLY_KNOWN
        for place, one in given:
            first, last = readers.spans[place.organisation_id]
            usual = self.keys_of.get(place.family) is place.keys
            for reader in range(first, last):
                number = readers.kind_of[reader]
                found = self._for_kind(number, rows) if usual else None
                if found is None:
                    kind = readers.kinds[number]
                    shown = tuple([self._for(key, kind, place.family) for key in kind.keys])
                    found = (self._written(shown, rows), shown)
                rows.readers_of.append(reader)
                rows.figures_of.append(found[0])
                rows.standings_of.append(
                    self._standings(place, one.value, found[1]) if exactly else _NO_STANDINGS
                )
        return rows

    def _for_kind(self, number: int, rows: Rows) -> tuple[int, tuple[Shown, ...]] | None:
        """Return what a kind of audience is told, and its number; None if it depends on whose."""
        if number not in self._of_kind:
            kind = self._readers.kinds[number]
            found = None
            certain = self._certain if kind.coalition == OWN else self._usual
            if all(key in certain for key in kind.keys if key in self.groups):
                if kind.coalition == OWN:
                    shown = tuple([self._alike.get(key) or _HIDDEN for key in kind.keys])
                else:
                    of = self._for_coalition(kind.coalition)
                    shown = tuple([of.get(key, _HIDDEN) for key in kind.keys])
                found = (self._written(shown, rows), shown)
            self._of_kind[number] = found
        return self._of_kind[number]

    def _for(self, key: str, kind: Kind, family: str) -> Shown:
        """Return what an audience of a kind is shown of a group that a family may be in."""
        group = self.groups.get(key)
        if group is None or not self._is_in(key, group, family):
            return _HIDDEN
        if kind.coalition != OWN:
            return self._for_coalition(kind.coalition)[key]
        return self._alike[key] or self.tell(key, group, 1, (family,))

    def _is_in(self, key: str, group: Group, family: str) -> bool:
        return key in self.keys_of.get(family, ()) if group.usual else family in group.crowd

    def _for_coalition(self, number: int) -> Mapping[str, Shown]:
        """Return what a coalition is shown of each group."""
        if number not in self._of_coalition:
            coalition = self._readers.coalitions[number]
            known = self.count_known(coalition)
            told = {
                key: self._of_size.get((key, known[key]))
                or self.tell(key, group, known[key], coalition)
                for key, group in self.groups.items()
            }
            self._of_coalition[number] = self._without_remainders(told, known, coalition)
        return self._of_coalition[number]

    def _without_remainders(
        self, told: Mapping[str, Shown], known: Mapping[str, int], coalition: Collection[str]
    ) -> Mapping[str, Shown]:
        """Return what a coalition is shown where too few that it does not know are left over."""
        crowds = {key: self.groups[key].crowd for key, one in told.items() if one is not _HIDDEN}
        left = rules_of_groups.hide_complements(
            crowds,
            self._divided,
            self.rules,
            apart=self.apart,
            known=coalition,
            unknown={key: len(crowd) - known[key] for key, crowd in crowds.items()},
        )
        return {key: one if key in left else _HIDDEN for key, one in told.items()}

    @cached_property
    def _divided(self) -> Sequence[tuple[str, Sequence[str]]]:
        """The published groups that published ones divide, with these."""
        found = [
            (whole, [one for one in narrower if one in self.groups])
            for whole, narrower in divisions()
            if whole in self.groups
        ]
        return [(whole, narrower) for whole, narrower in found if narrower]

    def count_known(self, coalition: Collection[str]) -> Mapping[str, int]:
        """Return how many families of each group a coalition knows."""
        keys_of = self.keys_of
        found = Counter(chain.from_iterable(keys_of.get(one, ()) for one in coalition))
        for key in self.groups.keys() - self._usual:
            found[key] = sum(one in self.groups[key].crowd for one in coalition)
        return found

    @cached_property
    def _usual(self) -> frozenset[str]:
        return frozenset(key for key, group in self.groups.items() if group.usual)

    @cached_property
    def _certain(self) -> frozenset[str]:
        """Of the usual ones those of which all own people are shown the same."""
        return frozenset(key for key in self._usual if self._alike[key] is not None)

    def tell(self, key: str, group: Group, known: int, coalition: Collection[str]) -> Shown:
        """Return what a coalition is shown of a group.

        Args:
            key: Of the group.
            group: Which.
            known: How many of its families the coalition knows.
            coalition: Who they are, which is looked at only where it matters.
        """
        size = (key, known)
        if size not in self._settled:
            self._settled[size] = peers.settled(len(group.crowd), known, self.rules)
        published, open_ones = self._settled[size]
        if open_ones:
            places, values = group.known(coalition), group.crowd.given
            published |= {
                one
                for one in open_ones
                if peers.hides_each(values, places, one, self.rules, group.leaning(one))
            }
        unknown = len(group.crowd) - known
        # How many are unknown decides by bands only: on the step of rounding, and on the parts of
        # a standing as well.
        made = (key, band(unknown), published)
        if not published:
            self._shown[made] = _HIDDEN
        if made not in self._shown:
            shown = peers.told(group.exact, published, unknown, self.metric.unit, self.rules)
            parts = peers.standing_parts(unknown, shown)
            self._shown[made] = _shown(group_told(shown), shown, parts)
        if not open_ones:
            self._of_size[size] = self._shown[made]
        return self._shown[made]

    def _standings(self, place: Place, own: float, shown: Sequence[Shown]) -> str:
        """Return the standings of an organisation in its groups as PostgreSQL writes an array."""
        found = []
        for key, one in zip(place.keys, shown, strict=True):
            if one.parts is None:
                found.append("NULL")
                continue
            group = self.groups[key]
            # That of a family of several organisations differs from group to group.
            plain = self.keys_of.get(place.family) is place.keys and group.usual
            family_value = own if plain else group.crowd[place.family].value
            found.append(str(group.part(own, family_value, one.parts)))
        return "{" + ",".join(found) + "}"

    def _written(self, shown: tuple[Shown, ...], rows: Rows) -> int:
        """Return the number of the quantiles and bands of some groups, as PostgreSQL has arrays."""
        # What is told is made once and kept, so that it is the same object where it is the same.
        place = tuple(map(id, shown))
        if place not in self._texts:
            self._texts[place] = len(rows.figures)
            quantiles = ",".join([one.quantiles for one in shown])
            bands = ",".join([one.band for one in shown])
            rows.figures.append((f"{{{quantiles}}}", f"{{{bands}}}"))
        return self._texts[place]

    def summaries(self) -> Iterator[GroupFigures]:
        """Yield what stands behind each group."""
        for key, group in self.groups.items():
            shown: dict[str, float] = {}
            alike = self._alike[key]
            told = (
                [alike]
                if alike is not None
                else [self.tell(key, group, 1, (one,)) for one in group.crowd.families]
            )
            for one in told:
                for name, statistic in one.statistics.items():
                    if isinstance(statistic, Figure):
                        shown[name] = statistic.value
            yield GroupFigures(self.metric.key, key, len(group.crowd), group.exact, shown)
