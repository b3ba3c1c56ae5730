"""What is shown of a number: clipped where it would speak of everybody, rounded, in bands."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from enum import StrEnum
from typing import Any, Final

from tenants.ranks import fisher
from tenants.statistics import Estimate, Interval, wilson

# Below this many respondents a share near none or all would tell of each of them.
FEW: Final = 20
DISTRIBUTION_FLOOR: Final = 10
# The fewest respondents that an option of a distribution stands for.
OPTION_MINIMUM: Final = 3
# The fewest respondents behind a correlation, and the strongest one that is told.
CORRELATION_FLOOR: Final = 30
STRONGEST: Final = 0.9
_NOISE: Final = 1e-9


class Relation(StrEnum):
    """How a shown value relates to the real one."""

    EXACT = "EXACT"
    AT_LEAST = "AT_LEAST"
    AT_MOST = "AT_MOST"


class Unit(StrEnum):
    """What a value is measured in."""

    SHARE = "SHARE"
    POINTS = "POINTS"
    SCALE = "SCALE"
    DAYS = "DAYS"
    CORRELATION = "CORRELATION"


class CountBand(StrEnum):
    """How many stand behind a figure, in bands: an exact number would help to subtract."""

    UNDER_5 = "UNDER_5"
    FROM_5 = "FROM_5"
    FROM_10 = "FROM_10"
    FROM_20 = "FROM_20"
    FROM_50 = "FROM_50"
    FROM_100 = "FROM_100"


_BANDS: Final = (
    (100, CountBand.FROM_100),
    (50, CountBand.FROM_50),
    (20, CountBand.FROM_20),
    (10, CountBand.FROM_10),
    (5, CountBand.FROM_5),
)

# Steps that values are rounded to: for few respondents, and for at least FEW of them.
STEPS: Final[Mapping[Unit, tuple[Decimal, Decimal]]] = {
    Unit.SHARE: (Decimal("0.05"), Decimal("0.01")),
    Unit.POINTS: (Decimal(10), Decimal(5)),
    Unit.SCALE: (Decimal("0.5"), Decimal("0.1")),
    Unit.DAYS: (Decimal(2), Decimal(1)),
    Unit.CORRELATION: (Decimal("0.1"), Decimal("0.1")),
}


@dataclass(frozen=True, slots=True)
class Figure:
    """A value that may be shown.

    Attributes:
        value: Rounded; a share lies between 0 and 1.
        relation: EXACT, or the bound that stands for a value near none or all.
        unit: What it is measured in.
        lower: End of the 95 % interval, from the exact counts; None where there is none.
        upper: The other end.
        base: How many stand behind it.
        note: Whose answers are behind it, or what else must be known; None when nothing.
    """

    value: float
    relation: Relation
    unit: Unit
    lower: float | None
    upper: float | None
    base: CountBand
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A value that is withheld: too few answers, whichever rule said so.

    Attributes:
        message: The same words for every cause that must not be told apart.
        minimum: The size of a crowd.
    """

    message: str
    minimum: int


Statistic = Figure | Suppressed


def suppressed(minimum: int) -> Suppressed:
    """Return what stands in place of a figure that too few are behind."""
    return Suppressed(f"At least {minimum} answers are needed.", minimum)


def band(count: int) -> CountBand:
    """Return the band that a count lies in."""
    return next((name for least, name in _BANDS if count >= least), CountBand.UNDER_5)


def rounded(value: float, unit: Unit, count: int, rounding: str = ROUND_HALF_EVEN) -> float:
    """Return a value in the step of its unit: the coarse one below `FEW`, the fine one from there.

    Args:
        value: Exact.
        unit: Of the value.
        count: How many respondents or contributors stand behind it.
        rounding: Up for AT_MOST and down for AT_LEAST, so that both stay true.
    """
    coarse, fine = STEPS[unit]
    step = coarse if count < FEW else fine
    # Through text, because 0.1 + 0.2 must not decide on which side of a half a value lies.
    exact = Decimal(repr(round(value, 12)))
    return float((exact / step).quantize(Decimal(1), rounding=rounding) * step)


# Successes, or a value, and how many respondents are behind it.
Part = tuple[float, int]


def share(
    successes: int,
    n: int,
    *,
    note: str | None = None,
    parts: Sequence[tuple[int, int]] = (),
    is_symmetric: bool = True,
) -> Figure:
    """Return a share with its Wilson interval as it may be shown.

    With n < 20, at most one success is AT_MOST 1/n and at most one failure AT_LEAST 1 − 1/n, so
    that no share says of everybody what they answered. The interval is then that of the bound:
    the one of the exact count would tell none from one.

    The same holds of each part that is left when a reader takes away the answers that it reads:
    of fewer than 20 hidden respondents nobody learns that all of them agree, however many others
    the share rests on. The count is then shown as if one of them had answered otherwise.

    Args:
        successes: Of the n, exact.
        n: Respondents, at least one.
        note: Passed on.
        parts: Successes and respondents of what subtracting leaves: the hidden, the ANONYMOUS of
            these, and whom the shown parts of the organisation leave over.
        is_symmetric: Whether not to succeed is an answer as well, as with yes and no. If not, that
            none of a part did is shown: that nobody named one of many reasons points at nobody.
    """
    few = [(one, m) for one, m in parts if 0 < m < FEW]
    whole = [(successes, n)] if n < FEW else []
    low = [one for one, _ in (few if is_symmetric else []) + whole if one <= 1]
    bounded = few + whole
    if low:
        bound = successes + (0 in low)
        value = rounded(bound / n, Unit.SHARE, n, ROUND_CEILING)
        # Where one part names it hardly and another nearly always, the count may lie on either
        # side: told from its neighbour on one side only, it would tell of the other part.
        lowest = bound - 1 - any(m - one == 0 for one, m in bounded if 0 in low)
        lower, upper = _ends(wilson(max(0, lowest), n))[0], _ends(wilson(bound, n))[1]
        return Figure(value, Relation.AT_MOST, Unit.SHARE, lower, upper, band(n), note)
    if any(m - one <= 1 for one, m in bounded):
        bound = successes - any(one == m for one, m in bounded)
        value = rounded(bound / n, Unit.SHARE, n, ROUND_FLOOR)
        lower, upper = _ends(wilson(bound, n))[0], _ends(wilson(bound + 1, n))[1]
        return Figure(value, Relation.AT_LEAST, Unit.SHARE, lower, upper, band(n), note)
    value = rounded(successes / n, Unit.SHARE, n)
    lower, upper = _ends(wilson(successes, n))
    return Figure(value, Relation.EXACT, Unit.SHARE, lower, upper, band(n), note)


def average(
    estimate: Estimate,
    n: int,
    *,
    unit: Unit,
    lowest: float,
    highest: float,
    note: str | None = None,
    parts: Sequence[Part] = (),
) -> Figure:
    """Return a mean, or a score on a fixed scale, as it may be shown.

    With n < 20 it stays one scale range / n away from either end, because at the end everybody
    gave the same answer; NPS, with a range of 200, so stays within ±(100 − 200/n). It then has no
    interval either: the ends of one follow from the spread, which with few respondents gives away
    what each of them answered (of the 126 sets of five answers on a scale of five, 60).

    The same holds of each part of fewer than 20 that is left when a reader takes away the answers
    that it reads: the mean is shown as if theirs stayed off the ends, and without an interval.

    Args:
        estimate: The exact value and its interval.
        n: Respondents, at least one.
        unit: SCALE or POINTS.
        lowest: Lower end of the scale.
        highest: Upper end of the scale.
        note: Passed on.
        parts: The exact value and the respondents of what subtracting leaves, as of `share`.
    """
    few = [(value, m) for value, m in ((estimate.value, n), *parts) if 0 < m < FEW]
    room = highest - lowest
    # How far the whole must be moved for each part to stay off either end.
    up = max((m * (lowest - value) + room for value, m in few), default=0.0) / n
    down = max((m * (value - highest) + room for value, m in few), default=0.0) / n
    if up > _NOISE:
        value = rounded(min(highest, estimate.value + up), unit, n, ROUND_CEILING)
        return Figure(value, Relation.AT_MOST, unit, None, None, band(n), note)
    if down > _NOISE:
        value = rounded(max(lowest, estimate.value - down), unit, n, ROUND_FLOOR)
        return Figure(value, Relation.AT_LEAST, unit, None, None, band(n), note)
    value = rounded(estimate.value, unit, n)
    if few:
        return Figure(value, Relation.EXACT, unit, None, None, band(n), note)
    lower, upper = _ends(estimate.interval)
    return Figure(value, Relation.EXACT, unit, lower, upper, band(n), note)


def correlation(value: float, n: int, *, note: str | None = None) -> Figure:
    """Return a rank correlation as it may be shown: to a tenth, between −0.9 and 0.9.

    Its interval is that of the value as it is shown, so that it tells nothing more of the answers
    than that does; and nobody learns that one answer of everybody follows from another.

    Args:
        value: Between −1 and 1.
        n: Respondents, at least `CORRELATION_FLOOR`.
        note: Passed on.
    """
    relation = Relation.EXACT
    if abs(value) > STRONGEST:
        relation = Relation.AT_LEAST if value > 0 else Relation.AT_MOST
    shown = max(-STRONGEST, min(STRONGEST, rounded(value, Unit.CORRELATION, n)))
    lower, upper = _ends(fisher(shown, n))
    return Figure(shown, relation, Unit.CORRELATION, lower, upper, band(n), note)


def _ends(interval: Interval) -> tuple[float, float]:
    """Return both ends to four digits, which is more than anybody reads."""
    return round(interval.lower, 4), round(interval.upper, 4)


def merged(
    options: int, held: Callable[[int, int], int], minimum: int = OPTION_MINIMUM
) -> list[tuple[int, int]]:
    """Return runs of neighbouring options of which each is nobody's or at least `minimum` people's.

    Runs are half-open ranges of indices and cover all options. A run that too few chose grows
    towards the neighbour that fewer chose; options that nobody chose stay by themselves.

    Args:
        options: How many there are, in the questionnaire's order.
        held: How many people chose any option of a half-open range; who chose several counts once.
        minimum: The fewest people behind a run, unless there is nobody.
    """
    runs = [(index, index + 1) for index in range(options)]
    counts = [held(*run) for run in runs]
    while len(runs) > 1:
        small = [at for at, count in enumerate(counts) if 0 < count < minimum]
        if not small:
            break
        at = min(small, key=lambda index: (counts[index], index))
        beside = [index for index in (at - 1, at + 1) if 0 <= index < len(runs)]
        # A neighbour with somebody is better company than one with nobody.
        other = min(beside, key=lambda index: (counts[index] == 0, counts[index], index))
        first, last = min(at, other), max(at, other)
        runs[first : last + 1] = [(runs[first][0], runs[last][1])]
        counts[first : last + 1] = [held(*runs[first])]
    return runs


def to_json(statistic: Statistic) -> dict[str, Any]:
    """Return a statistic as it is kept in an edition or a release."""
    match statistic:
        case Suppressed(message, minimum):
            return {"suppressed": message, "minimum": minimum}
        case Figure():
            return {
                "value": statistic.value,
                "relation": statistic.relation.value,
                "unit": statistic.unit.value,
                "lower": statistic.lower,
                "upper": statistic.upper,
                "base": statistic.base.value,
                "note": statistic.note,
            }


def from_json(document: Mapping[str, Any]) -> Statistic:
    """Return the statistic that `to_json` wrote."""
    if "suppressed" in document:
        return Suppressed(document["suppressed"], document["minimum"])
    return Figure(
        value=document["value"],
        relation=Relation(document["relation"]),
        unit=Unit(document["unit"]),
        lower=document["lower"],
        upper=document["upper"],
        base=CountBand(document["base"]),
        note=document["note"],
    )
