"""What each reader of a release may be shown, worked out again from the contributions alone.

Nothing here is of the product's but the names of groups: the weights come from SciPy's incomplete
beta function, and every rule is written down once more.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy import special

NEEDED = {"p10": 17, "lower_quartile": 7, "median": 5, "upper_quartile": 7, "p90": 17}
P = {"p10": 0.1, "lower_quartile": 0.25, "median": 0.5, "upper_quartile": 0.75, "p90": 0.9}
EVERYBODY = 6
LEFT_OVER = 5
HALF = 0.5
Where = tuple[str, str, str]
Group = frozenset[str]


@dataclass(frozen=True)
class Given:
    """What a family of one organisation contributed to a metric."""

    family: str
    where: Where
    value: float


def groups_of(where: Where) -> Iterator[Group]:
    """Yield the groups of a place: what its members have in common, at most two things."""
    facts = [f"{at}:{one}" for at, one in enumerate(where)]
    for size in (0, 1, 2):
        yield from map(frozenset, combinations(facts, size))


def spelt(group: Group) -> str:
    """Return a group's key."""
    names = ("INDUSTRY", "SIZE", "REGION")
    return "_".join(f"{names[int(one[0])]}_{one[2:]}" for one in sorted(group)) or "ALL"


def published(given: Sequence[Given]) -> dict[Group, list[Given]]:
    """Return the groups of a first release that anybody may be shown, the smallest value first."""
    crowds: dict[Group, list[Given]] = defaultdict(list)
    for one in sorted(given, key=lambda each: (each.value, each.family)):
        for group in groups_of(one.where):
            crowds[group].append(one)
    crowds = {group: crowd for group, crowd in crowds.items() if len(crowd) >= EVERYBODY}
    return without_remainders(crowds, frozenset())


def without_remainders(
    crowds: Mapping[Group, list[Given]], known: Collection[str]
) -> dict[Group, list[Given]]:
    """Return groups of which nobody or a crowd is in none of the narrower ones in a respect."""
    left = dict(crowds)
    while True:
        dropped = next(_too_narrow(left, known), None)
        if dropped is None:
            return left
        del left[dropped]


def _too_narrow(left: Mapping[Group, list[Given]], known: Collection[str]) -> Iterator[Group]:
    for wide, crowd in left.items():
        for respect in "012":
            inside = [
                one
                for one in left
                if one > wide and len(one) == len(wide) + 1 and min(one - wide)[0] == respect
            ]
            covered = {each.family for one in inside for each in left[one]}
            rest = {each.family for each in crowd} - covered - set(known)
            if inside and 0 < len(rest) < LEFT_OVER:
                yield min(inside, key=lambda one: (len(left[one]), spelt(one)))


def shown(crowd: Sequence[Given], known: Collection[str]) -> set[str]:
    """Return which quantiles of a group those may be shown who know some families."""
    n = len(crowd)
    unknown = sum(one.family not in known for one in crowd)
    found = set()
    for name, p in P.items():
        steps = special.betainc((n + 1) * p, (n + 1) * (1 - p), np.arange(n + 1) / n)
        if unknown >= NEEDED[name] and largest(crowd, known, np.diff(steps)) <= HALF:
            found.add(name)
    return found


def largest(crowd: Sequence[Given], known: Collection[str], weights: Sequence[float]) -> float:
    """Return the most that rests on one unknown family, of what rests on all of them.

    Families with the same value have no order: one of them stands where the weight is greatest,
    the other unknown ones where it is least.
    """
    runs: dict[float, list[tuple[float, bool]]] = defaultdict(list)
    for one, weight in zip(crowd, weights, strict=True):
        runs[one.value].append((weight, one.family not in known))
    least = {
        value: sum(sorted(weight for weight, _ in run)[: sum(free for _, free in run)])
        for value, run in runs.items()
    }
    shares = []
    for value, run in runs.items():
        in_order, free = sorted(weight for weight, _ in run), sum(free for _, free in run)
        if free:
            others = sum(in_order[: free - 1]) + sum(least.values()) - least[value]
            shares.append(in_order[-1] / (in_order[-1] + others))
    return max(shares)


def suppressed(
    crowds: Mapping[Group, list[Given]], reader: Where, known: Collection[str]
) -> set[tuple[Group, str]]:
    """Return which quantiles of a contributor's seven groups are withheld from a reader.

    Args:
        crowds: What `published` says of a metric.
        reader: The place of the contributor.
        known: The families that the reader knows, the contributor among them.
    """
    told = {group: shown(crowd, known) for group, crowd in crowds.items()}
    if len(known) > 1:
        open_ones = {group: crowd for group, crowd in crowds.items() if told[group]}
        told = {group: told[group] for group in without_remainders(open_ones, known)}
    return {
        (group, name)
        for group in groups_of(reader)
        for name in P
        if name not in told.get(group, ())
    }
