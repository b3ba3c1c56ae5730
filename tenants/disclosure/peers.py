"""Which quantiles across organisations may be shown to whom, so that no one family's value is told.

A quantile is a weighted sum of the values of a group's families. Whoever reads it may know some of
these values exactly: those of the *coalition*, every family that the reader or anybody of the same
firm could see. What is left is a weighted sum of the unknown values, and it must neither rest on
too few of them nor lean on one.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from itertools import accumulate
from types import MappingProxyType
from typing import Any, Final

from tenants.disclosure.figures import (
    FEW,
    CountBand,
    Figure,
    Relation,
    Statistic,
    Suppressed,
    Unit,
    band,
    rounded,
)
from tenants.disclosure.leaning import Leaning
from tenants.quantiles import harrell_davis_sorted, harrell_davis_span, harrell_davis_weights

P10: Final = "p10"
LOWER_QUARTILE: Final = "lower_quartile"
MEDIAN: Final = "median"
UPPER_QUARTILE: Final = "upper_quartile"
P90: Final = "p90"
QUANTILES: Final[Mapping[str, float]] = MappingProxyType(
    {P10: 0.1, LOWER_QUARTILE: 0.25, MEDIAN: 0.5, UPPER_QUARTILE: 0.75, P90: 0.9}
)

MEDIAN_FLOOR: Final = 5
QUARTILE_FLOOR: Final = 7
TAIL_FLOOR: Final = 17
LARGEST_SHARE_CEILING: Final = 0.5
COMPLEMENT_FLOOR: Final = 5
TOGETHER_FLOOR: Final = 3
STABLE_FLOOR: Final = 50
CARRIED_CEILING: Final = 2
# From so many unknown families on a standing is told in tenths, and in hundredths.
TENTHS_FROM: Final = FEW
HUNDREDTHS_FROM: Final = 50
_QUARTERS: Final = 4


@dataclass(frozen=True, slots=True)
class PeerRules:
    """The numbers of the rules in force; each may be made stricter, none laxer.

    Attributes:
        median_minimum: Families outside the coalition that a median needs.
        quartile_minimum: Those that a quartile needs.
        tail_minimum: Those that the tenth and the ninetieth percentile need.
        largest_share: How much of the unknown part of a quantile may rest on one family.
        complement_minimum: So many families of a group, or none, are in no narrower published one.
        together_minimum: So many must come into a small group, or go from it, in one release.
        stable_from: Families from which on a group is not small.
        carried_releases: For how many releases those who lapsed stay in a small group.
    """

    median_minimum: int = MEDIAN_FLOOR
    quartile_minimum: int = QUARTILE_FLOOR
    tail_minimum: int = TAIL_FLOOR
    largest_share: float = LARGEST_SHARE_CEILING
    complement_minimum: int = COMPLEMENT_FLOOR
    together_minimum: int = TOGETHER_FLOOR
    stable_from: int = STABLE_FLOOR
    carried_releases: int = CARRIED_CEILING

    def __post_init__(self) -> None:
        """Refuse numbers that promise less than the product does.

        Raises:
            ValueError: One of them does.
        """
        numbers = (
            self.median_minimum,
            self.quartile_minimum,
            self.tail_minimum,
            self.complement_minimum,
            self.together_minimum,
            self.stable_from,
        )
        floors = (
            MEDIAN_FLOOR,
            QUARTILE_FLOOR,
            TAIL_FLOOR,
            COMPLEMENT_FLOOR,
            TOGETHER_FLOOR,
            STABLE_FLOOR,
        )
        if any(number < floor for number, floor in zip(numbers, floors, strict=True)):
            message = f"the minimum numbers of families must not be below {floors}"
            raise ValueError(message)
        if not 0 < self.largest_share <= LARGEST_SHARE_CEILING:
            message = f"the largest unknown share must not be above {LARGEST_SHARE_CEILING}"
            raise ValueError(message)
        if not 0 <= self.carried_releases <= CARRIED_CEILING:
            message = f"carried releases must not be more than {CARRIED_CEILING}"
            raise ValueError(message)

    def minimum_of(self, quantile: str) -> int:
        """Return how many families outside the coalition a quantile needs."""
        if quantile == MEDIAN:
            return self.median_minimum
        if quantile in (LOWER_QUARTILE, UPPER_QUARTILE):
            return self.quartile_minimum
        return self.tail_minimum

    @property
    def family_minimum(self) -> int:
        """How many families a group needs before anybody is told anything of it."""
        return self.median_minimum + 1

    def to_json(self) -> dict[str, Any]:
        """Return the rules as a release keeps them."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Standing:
    """In which part of its peers an organisation lies, counted from the lowest values.

    Attributes:
        part: From 1 for the lowest values to `parts` for the highest.
        parts: 4, 10 or 100.
    """

    part: int
    parts: int


def has_enough(quantile: str, unknown: int, rules: PeerRules) -> bool:
    """Return whether enough families stand behind a quantile for those who know the others."""
    return unknown >= rules.minimum_of(quantile)


def hides_each(
    values: Sequence[float],
    known: Collection[int],
    quantile: str,
    rules: PeerRules,
    leaning: Leaning | None = None,
) -> bool:
    """Return whether no unknown family carries too much of the unknown part of a quantile.

    Args:
        values: Of all families, the smallest first.
        known: Positions of the coalition's families among them.
        quantile: Which.
        rules: In force.
        leaning: What `lean` made of the values and the quantile, if it is there already.
    """
    return (leaning or lean(values, quantile)).largest(known) <= rules.largest_share


def lean(values: Sequence[float], quantile: str) -> Leaning:
    """Return what a quantile of some values, the smallest first, rests on."""
    return Leaning(values, harrell_davis_weights(len(values), QUANTILES[quantile]))


def largest_share_at_worst(n: int, p: float, known: int) -> float:
    """Return what `largest_unknown_share` cannot exceed, whichever of n families are known.

    That is so even if the known ones were those with the most weight; with many families it
    settles the matter without a look at who stands where.
    """
    heaviest, without = _without_heaviest(n, p)
    rest = without[known] if known < len(without) else 0.0
    return min(1.0, heaviest / rest) if rest > 0 else 1.0


@lru_cache(maxsize=4096)
def _without_heaviest(n: int, p: float) -> tuple[float, tuple[float, ...]]:
    """Return the heaviest weight, and what all weigh without the heaviest none, one, two, ..."""
    lightest_first = sorted(harrell_davis_span(n, p)[1])
    sums = tuple(accumulate(lightest_first))
    return lightest_first[-1], sums[::-1]


def largest_unknown_share(
    values: Sequence[float], known: Collection[int], weights: Sequence[float]
) -> float:
    """Return the most of a quantile's unknown part that rests on one unknown family.

    Args:
        values: Of all families, the smallest first.
        known: Positions of the coalition's families among them.
        weights: Of each position.
    """
    return Leaning(values, weights).largest(known)


def withheld(quantile: str, rules: PeerRules) -> Suppressed:
    """Return what stands in place of a quantile, in the same words for every cause."""
    minimum = rules.minimum_of(quantile)
    return Suppressed(f"At least {minimum} other organisations are needed.", minimum)


def nothing(rules: PeerRules) -> dict[str, Statistic]:
    """Return every quantile withheld."""
    return {quantile: withheld(quantile, rules) for quantile in QUANTILES}


def quantiles(values: Sequence[float]) -> dict[str, float]:
    """Return the exact Harrell-Davis quantiles of some families, each with one vote.

    Args:
        values: At least one, the smallest first.
    """
    return {name: harrell_davis_sorted(values, p) for name, p in QUANTILES.items()}


def shown_to(
    values: Sequence[float],
    exact: Mapping[str, float],
    known: Collection[int],
    unit: Unit,
    rules: PeerRules,
) -> dict[str, Statistic]:
    """Return the quantiles of a group as one coalition may be shown them.

    They are over all families; the coalition decides only which are shown, and how coarsely.

    Args:
        values: Of all families, the smallest first.
        exact: Their `quantiles`.
        known: Positions of the coalition's families among them.
        unit: Of the values.
        rules: In force.
    """
    sure, open_ones = settled(len(values), len(known), rules)
    published = sure | {one for one in open_ones if hides_each(values, known, one, rules)}
    return told(exact, published, len(values) - len(known), unit, rules)


def settled(families: int, known: int, rules: PeerRules) -> tuple[frozenset[str], frozenset[str]]:
    """Return which quantiles any so large coalition may be shown, and which only some may.

    Args:
        families: All of a group.
        known: How many of them the coalition knows.
        rules: In force.
    """
    enough = [one for one in QUANTILES if has_enough(one, families - known, rules)]
    sure = {
        one
        for one in enough
        if largest_share_at_worst(families, QUANTILES[one], known) <= rules.largest_share
    }
    return frozenset(sure), frozenset(enough) - sure


def told(
    exact: Mapping[str, float],
    published: Collection[str],
    unknown: int,
    unit: Unit,
    rules: PeerRules,
) -> dict[str, Statistic]:
    """Return every quantile, rounded or withheld.

    Args:
        exact: The quantiles of a group.
        published: Names of those that are shown.
        unknown: How many families of the group the reader does not know.
        unit: Of the values.
        rules: In force.
    """
    return {
        quantile: Figure(
            value=rounded(exact[quantile], unit, unknown),
            relation=Relation.EXACT,
            unit=unit,
            lower=None,
            upper=None,
            base=band(unknown),
        )
        if quantile in published
        else withheld(quantile, rules)
        for quantile in QUANTILES
    }


def is_published(statistics: Mapping[str, Statistic]) -> bool:
    """Return whether a group says anything: the median is what needs the fewest families."""
    return isinstance(statistics[MEDIAN], Figure)


def has_quartiles(statistics: Mapping[str, Statistic]) -> bool:
    """Return whether both quartiles are shown, without which nobody's standing is."""
    return all(isinstance(statistics[one], Figure) for one in (LOWER_QUARTILE, UPPER_QUARTILE))


def contributors(statistics: Mapping[str, Statistic]) -> CountBand | None:
    """Return how many families a group has beside the reader's own, in bands; None if hidden."""
    median = statistics[MEDIAN]
    return median.base if isinstance(median, Figure) else None


def standing_parts(unknown: int, statistics: Mapping[str, Statistic]) -> int | None:
    """Return how many parts a standing is told in, or None for few peers.

    With few the exact order would tell too much of each; `quarter` says then what the shown
    quartiles say already.

    Args:
        unknown: How many families the reader does not know.
        statistics: What the reader is shown of the group.
    """
    if unknown < TENTHS_FROM or not has_quartiles(statistics):
        return None
    return 100 if unknown >= HUNDREDTHS_FROM else 10


def part_among(value: float, values: Sequence[float], family_value: float, parts: int) -> int:
    """Return in which of so many parts of its peers a value lies, from 1 for the lowest.

    Half of those with the same value count as lower.

    Args:
        value: The organisation's own, exact, which its own people know anyway.
        values: Of all families, the smallest first.
        family_value: That of its own family among them, with which it is not compared.
        parts: 10 or 100.
    """
    lower = bisect_left(values, value)
    equal = bisect_right(values, value) - lower - (family_value == value)
    # Twice as many, so that a half is a whole number.
    below = 2 * (lower - (family_value < value)) + equal
    return min(parts, parts * below // (2 * (len(values) - 1)) + 1)


def fine_standing(
    value: float,
    values: Sequence[float],
    own: int,
    unknown: int,
    statistics: Mapping[str, Statistic],
) -> Standing | None:
    """Return in which tenth or hundredth of its peers a value lies, or None for few of them.

    Args:
        value: The organisation's own, exact.
        values: Of all families, the smallest first.
        own: Position of its own family among them.
        unknown: How many families the reader does not know.
        statistics: What the reader is shown of the group.
    """
    parts = standing_parts(unknown, statistics)
    if parts is None:
        return None
    return Standing(part_among(value, values, values[own], parts), parts)


def quarter(own: Statistic, statistics: Mapping[str, Statistic]) -> Standing | None:
    """Return in which quarter an own figure lies, from nothing but what is shown anyway.

    So it tells nothing new: neither of the others nor, for a figure from responses, of answers
    that its published figure leaves out. A value on a boundary counts to the lower quarter. None
    when a quartile, the median or the own figure is withheld, or when the own figure is a bound
    that leaves the quarter open.
    """
    ends = [statistics[one] for one in (LOWER_QUARTILE, MEDIAN, UPPER_QUARTILE)]
    bounds = [one.value for one in ends if isinstance(one, Figure)]
    if not isinstance(own, Figure) or len(bounds) < len(ends):
        return None
    part = 1 + sum(own.value > bound for bound in bounds)
    if own.relation is Relation.AT_MOST and part > 1:
        return None
    if own.relation is Relation.AT_LEAST and part < _QUARTERS:
        return None
    return Standing(part, _QUARTERS)
