"""Who stands in each peer group of one metric: families with one vote each, in order of value."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from uuid import UUID

from tenants.benchmarks.field import Place
from tenants.disclosure.groups import Vote, Votes


@dataclass(frozen=True, slots=True)
class Given:
    """What an organisation contributed to one metric."""

    organisation_id: UUID
    value: float
    n: int
    wording_hash: str | None


@dataclass(frozen=True)
class Crowd(Mapping[str, Vote]):
    """The votes of a peer group by family, the smallest value first and then by family.

    The lists are those of all families of a metric, of which a group takes some: what is not asked
    for is not taken.

    Attributes:
        order: Which of the others' elements the group takes, in its order.
        all_families: Names.
        all_values: The value of each.
        all_numbers: Offers or respondents that each rests on.
        all_carried: For how many releases each has stood in; empty where nobody has.
    """

    order: Sequence[int]
    all_families: Sequence[str]
    all_values: Sequence[float]
    all_numbers: Sequence[int]
    all_carried: Sequence[int] = ()

    @classmethod
    def of(cls, votes: Votes) -> "Crowd":
        """Return some votes in their order."""
        if isinstance(votes, Crowd):
            return votes
        ordered = sorted(votes.items(), key=lambda one: (one[1].value, one[0]))
        return cls(
            range(len(ordered)),
            [family for family, _ in ordered],
            [vote.value for _, vote in ordered],
            [vote.n for _, vote in ordered],
            [vote.carried for _, vote in ordered],
        )

    @cached_property
    def families(self) -> Sequence[str]:
        """Their names."""
        return list(map(self.all_families.__getitem__, self.order))

    @cached_property
    def given(self) -> Sequence[float]:
        """The value of each, the smallest first."""
        return list(map(self.all_values.__getitem__, self.order))

    @cached_property
    def positions(self) -> Mapping[str, int]:
        """Where each family stands, from 0."""
        return {family: at for at, family in enumerate(self.families)}

    def __getitem__(self, family: str) -> Vote:
        """Return a family's vote."""
        at = self.order[self.positions[family]]
        carried = self.all_carried[at] if self.all_carried else 0
        return Vote(self.all_values[at], self.all_numbers[at], carried)

    def __contains__(self, family: object) -> bool:
        """Return whether a family is in the group."""
        return family in self.positions

    def __iter__(self) -> Iterator[str]:
        """Yield the families, in order."""
        return iter(self.families)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.order)


@dataclass(frozen=True, slots=True)
class Gathered:
    """What families give to one metric.

    Attributes:
        crowds: By peer group in which any gives enough.
        keys_of: The peer groups of each family: its organisation's own tuple where it has one.
        single: Whether every family is of one organisation, and so in one of the groups of each
            kind.
    """

    crowds: Mapping[str, Crowd]
    keys_of: Mapping[str, tuple[str, ...]]
    single: bool


def combined(given: Sequence[Given]) -> tuple[float, int]:
    """Return the value of one family, and from how many.

    Its organisations count by how many offers or respondents stand behind each. That is exact for
    shares, means and the NPS; for the decision time it is the weighted mean of their medians.
    """
    n = sum(one.n for one in given)
    if len(given) == 1:
        return given[0].value, n
    return sum(one.value * one.n for one in given) / n, n


def gather(given: Sequence[tuple[Place, Given]], floor: int) -> Gathered:
    """Return the peer groups in which any family gives enough.

    All votes are put in order once; each group is then what is left of that order. A family of
    several organisations has a vote of its own in each group, of those of them that belong there.

    Args:
        given: In the order of the organisations' ids.
        floor: How many offers or respondents a vote needs.
    """
    numbers = Counter([place.family for place, _ in given])
    ballots: list[tuple[float, str, int, tuple[str, ...]]] = []
    keys_of: dict[str, tuple[str, ...]] = {}
    several: dict[str, list[tuple[Place, Given]]] = defaultdict(list)
    for place, one in given:
        family = place.family
        if numbers[family] > 1:
            several[family].append((place, one))
        elif one.n >= floor:
            ballots.append((one.value, family, one.n, place.keys))
            keys_of[family] = place.keys
    for family, ones in several.items():
        cast = [(key, value, n) for key, value, n in _votes_of_several(ones) if n >= floor]
        ballots += [(value, family, n, (key,)) for key, value, n in cast]
        if cast:
            keys_of[family] = tuple(key for key, _, _ in cast)
    return Gathered(_in_order(ballots), keys_of, not several)


def _in_order(ballots: list[tuple[float, str, int, tuple[str, ...]]]) -> dict[str, Crowd]:
    """Return the crowds of some votes: value, family, number, and the groups that each is in."""
    ballots.sort()
    ranks: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for rank, ballot in enumerate(ballots):
        ranks[ballot[3]].append(rank)
    parts: dict[str, list[list[int]]] = defaultdict(list)
    for keys, some in ranks.items():
        for key in keys:
            parts[key].append(some)
    values, names, numbers, _ = zip(*ballots, strict=True) if ballots else ((), (), (), ())
    crowds = {}
    for key, lists in parts.items():
        # Each list is in order already, which is what makes this quick.
        order = sorted(chain.from_iterable(lists))
        crowds[key] = Crowd(order, names, values, numbers)
    return crowds


def _votes_of_several(
    ones: Sequence[tuple[Place, Given]],
) -> Iterator[tuple[str, float, int]]:
    """Yield the vote of a family of several organisations in each group: value and number."""
    parts: dict[str, list[Given]] = defaultdict(list)
    for place, given in ones:
        for key in place.keys:
            parts[key].append(given)
    for key, some in parts.items():
        yield (key, *combined(some))
