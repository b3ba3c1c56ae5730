"""Estimates and their uncertainty: pure arithmetic, the same on every machine.

Intervals are two-sided with 95 % confidence. What has no meaning, such as a share of nobody, raises
ValueError: it is the caller's mistake and never a figure.
"""

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from statistics import NormalDist
from typing import Final

_CONFIDENCE: Final = 0.95
_TAIL: Final = (1 - _CONFIDENCE) / 2
# The normal distribution's quantile for 95 %, 1.96.
_Z: Final = NormalDist().inv_cdf(1 - _TAIL)
# What lies beyond three standard deviations on one side, as control charts have it.
_BEYOND: Final = 0.00135
# A quantile of the normal distribution that no sample reaches.
_FARTHEST: Final = 38.0
_TERMS: Final = 10_000
_PRECISION: Final = 1e-16
_TINY: Final = 1e-300

# Successes, and of how many.
Share = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Interval:
    """A closed interval that holds the true value in 95 of 100 samples.

    Attributes:
        lower: One end.
        upper: The other, never below `lower`.
    """

    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value and what the true one may be.

    Attributes:
        value: Of the sample, exact.
        interval: Holds `value`, and stays on the value's scale.
    """

    value: float
    interval: Interval


def wilson(successes: int, n: int, *, z: float = _Z) -> Interval:
    """Return the Wilson score interval of a share.

    It stays between 0 and 1 and is right for few respondents and for shares near none or all, where
    the textbook's interval is not; 3 of 12 give 0.089 to 0.532 and 5 of 5 give 0.566 to 1.

    Source: Wilson, E. B. (1927), Probable inference, the law of succession, and statistical
    inference, Journal of the American Statistical Association 22.

    Args:
        successes: Of the n.
        n: Respondents, at least one.
        z: The normal distribution's quantile of the confidence; 1.96, for 95 %, if absent.

    Raises:
        ValueError: There is nobody, or there are fewer than no or more than n successes.
    """
    if not (n >= 1 and 0 <= successes <= n):
        message = f"{successes} of {n} is no share."
        raise ValueError(message)
    share = successes / n
    square = z * z
    scale = 1 + square / n
    centre = (share + square / (2 * n)) / scale
    half = z * math.sqrt(share * (1 - share) / n + square / (4 * n * n)) / scale
    # At either end the formula gives exactly none or all; rounding must not miss that.
    lower = 0.0 if successes == 0 else centre - half
    upper = 1.0 if successes == n else centre + half
    return Interval(lower, upper)


def wilson_counts(lower: float, upper: float) -> Share:
    """Return the successes and respondents whose Wilson interval this is, nearest to it.

    With d the distance of the middle from ½, h half the width and a = z² / n, Wilson's formula says
    d²a² + (d² + h² − ¼)a + h² = 0, of which the smaller root is meant. Ends to four digits give the
    counts back exactly up to some 90 respondents, and nearly beyond.

    Args:
        lower: One end, not below 0.
        upper: The other, above it and not above 1.

    Raises:
        ValueError: It is empty or leaves the scale.
    """
    if not 0 <= lower < upper <= 1:
        message = f"{lower} to {upper} is no interval of a share."
        raise ValueError(message)
    if lower == 0:
        return 0, max(1, round(_Z * _Z * (1 - upper) / upper))
    if upper == 1:
        n = max(1, round(_Z * _Z * lower / (1 - lower)))
        return n, n
    off, half = (lower + upper) / 2 - 0.5, (upper - lower) / 2
    linear = 0.25 - off * off - half * half
    root = math.sqrt(max(0.0, linear * linear - 4 * off * off * half * half))
    a = 2 * half * half / (linear + root)
    n = max(1, round(_Z * _Z / a))
    share = 0.5 + off * (1 + a)
    return min(n, max(0, round(share * n))), n


def newcombe(before: Share, after: Share, *, z: float = _Z) -> Estimate:
    """Return how much a share has changed, after less before, with Newcombe's hybrid interval.

    It squares and adds the distances to the ends of both Wilson intervals, so that it is right for
    few respondents and never leaves −1 to 1. 56 of 70 less 48 of 80 give 0.2, 0.0524 to 0.3339.

    Source: Newcombe, R. G. (1998), Interval estimation for the difference between independent
    proportions: comparison of eleven methods, Statistics in Medicine 17, method 10.

    Args:
        before: Successes and respondents of one sample.
        after: Of another, independent one.
        z: As of `wilson`.

    Raises:
        ValueError: One of them is no share.
    """
    (first, first_n), (second, second_n) = before, after
    one, other = wilson(first, first_n, z=z), wilson(second, second_n, z=z)
    was, became = first / first_n, second / second_n
    value = became - was
    down = math.hypot(became - other.lower, one.upper - was)
    up = math.hypot(other.upper - became, was - one.lower)
    return Estimate(value, Interval(max(-1.0, value - down), min(1.0, value + up)))


def level_of_change(before: Share, after: Share) -> float:
    """Return the two-sided level at which Newcombe's interval of a change just reaches 0.

    The smaller, the surer; 1 where nothing changed. At less than 0.05 the 95 % interval excludes 0.

    Args:
        before: As of `newcombe`.
        after: Likewise.

    Raises:
        ValueError: One of them is no share.
    """
    low, high = 0.0, _FARTHEST
    while low < (middle := (low + high) / 2) < high:
        interval = newcombe(before, after, z=middle).interval
        if interval.lower > 0 or interval.upper < 0:
            low = middle
        else:
            high = middle
    return 2 * NormalDist().cdf(-low)


def exact_level(before: Share, after: Share) -> float:
    """Return the two-sided p-value of Fisher's exact test that two shares are the same.

    Given the successes of both together, the sum of the probabilities of all tables that are no
    likelier than the one that was found.

    Source: Fisher, R. A. (1934), Statistical Methods for Research Workers, 5th edition, 21.02.

    Args:
        before: As of `newcombe`.
        after: Likewise.
    """
    (first, first_n), (second, second_n) = before, after
    successes, n = first + second, first_n + second_n
    tables = range(max(0, successes - second_n), min(successes, first_n) + 1)
    weights = {k: math.comb(first_n, k) * math.comb(second_n, successes - k) for k in tables}
    no_likelier = sum(weight for weight in weights.values() if weight <= weights[first])
    return no_likelier / math.comb(n, successes)


def holm(levels: Sequence[float], *, alpha: float = 1 - _CONFIDENCE) -> list[bool]:
    """Return which of several comparisons are certain, all of them together at the same alpha.

    The surest of m must pass alpha / m, the next alpha / (m − 1), and so on until one does not.

    Source: Holm, S. (1979), A simple sequentially rejective multiple test procedure, Scandinavian
    Journal of Statistics 6.

    Args:
        levels: The level (p-value) of each comparison, in any order.
        alpha: The probability that any of those called certain is by chance.
    """
    certain = [False] * len(levels)
    for place, index in enumerate(sorted(range(len(levels)), key=levels.__getitem__)):
        if levels[index] > alpha / (len(levels) - place):
            break
        certain[index] = True
    return certain


@lru_cache(maxsize=4096)
def control_limits(n: int, share: float) -> tuple[int, int]:
    """Return the fewest and the most successes of n that chance explains at 99.73 %.

    Each tail beyond them has at most 0.135 %, as those of three standard deviations have, computed
    from the binomial distribution itself: of ten a normal one says nothing.

    Source: Montgomery, D. C. (2012), Introduction to Statistical Quality Control, 7th edition, 7.2,
    with exact probability limits.

    Args:
        n: Trials, not negative.
        share: What is expected of each, between 0 and 1, ends included.

    Raises:
        ValueError: An argument lies outside its range.
    """
    if not (n >= 0 and 0 <= share <= 1):
        message = f"{n} trials at {share} have no limits."
        raise ValueError(message)
    # P(X ≥ k) = I_share(k, n − k + 1) falls with k, and so P(X ≤ k) = 1 − P(X ≥ k + 1) rises.
    fewest = bisect_left(
        range(n), x=True, key=lambda k: 1 - incomplete_beta(k + 1, n - k, share) > _BEYOND
    )
    most = bisect_left(
        range(1, n + 1), x=True, key=lambda k: incomplete_beta(k, n - k + 1, share) <= _BEYOND
    )
    return fewest, most


def net_promoter(*, promoters: int, detractors: int, n: int) -> Estimate:
    """Return the net promoter score in points, −100 to 100, with its adjusted Wald interval.

    The interval is computed as if ¾ promoter, 1½ passives and ¾ detractor had answered besides,
    which keeps its promise for small samples. It is clamped to the scale and widened to hold the
    score where the added answers have moved it past, as they do with a single respondent.
    10 promoters and 4 detractors of 20 give 30 with −6 to 58.

    Sources: Agresti, A. and Coull, B. A. (1998), Approximate is better than "exact" for interval
    estimation of binomial proportions, The American Statistician 52; Bonett, D. G. and Price, R. M.
    (2012), Adjusted Wald confidence interval for a difference of binomial proportions based on
    paired data, Journal of Educational and Behavioral Statistics 37; Rocks, B. (2016), Interval
    estimation for the "net promoter score", The American Statistician 70.

    Args:
        promoters: Who gave 9 or 10.
        detractors: Who gave 0 to 6.
        n: Respondents, passives included; at least one.

    Raises:
        ValueError: There is nobody, or the parts are more than the whole.
    """
    if not (n >= 1 and promoters >= 0 and detractors >= 0 and promoters + detractors <= n):
        message = f"{promoters} promoters and {detractors} detractors of {n} are no score."
        raise ValueError(message)
    value = 100 * (promoters - detractors) / n
    added = n + 3
    plus, minus = (promoters + 0.75) / added, (detractors + 0.75) / added
    centre = plus - minus
    half = _Z * math.sqrt((plus + minus - centre * centre) / added)
    lower = max(-100.0, min(value, 100 * (centre - half)))
    upper = min(100.0, max(value, 100 * (centre + half)))
    return Estimate(value, Interval(lower, upper))


def mean(values: Sequence[float], *, lowest: float, highest: float) -> Estimate:
    """Return the arithmetic mean with its Student t interval, clamped to the scale.

    As `mean_of_counts`, of values one by one; their order does not change the result.
    """
    return mean_of_counts(Counter(values), lowest=lowest, highest=highest)


def mean_of_counts(counts: Mapping[float, int], *, lowest: float, highest: float) -> Estimate:
    """Return the arithmetic mean with its Student t interval, clamped to the scale.

    Values without spread (a single one, or all alike) say nothing of how far others lie, and the t
    interval would shrink to a point and claim certainty. What n respondents never showed may still
    be the answer of a share of up to q = wilson(0, n).upper; were all of it at one end of the
    scale, the mean would lie q of the way towards that end. That is the interval then.

    Source: Student (1908), The probable error of a mean, Biometrika 6; for values without spread
    the rule above, with Wilson (1927).

    Args:
        counts: How often each value was given; at least one.
        lowest: Lower end of the scale.
        highest: Upper end of the scale; infinite where there is none.

    Raises:
        ValueError: There is no value, or one that is not on the scale.
    """
    values = sorted(value for value, count in counts.items() if count)
    if not values or not lowest <= values[0] <= values[-1] <= highest:
        message = f"A mean needs values between {lowest} and {highest}."
        raise ValueError(message)
    n = sum(counts.values())
    if len(values) == 1:
        unseen, only = wilson(0, n).upper, values[0]
        below, above = unseen * (only - lowest), unseen * (highest - only)
        return Estimate(only, Interval(only - below, only + above))
    exact = sum(Fraction(value) * counts[value] for value in values) / n
    squares = sum((Fraction(value) - exact) ** 2 * counts[value] for value in values)
    value = min(max(float(exact), values[0]), values[-1])
    half = _student(n - 1) * math.sqrt(squares / (n - 1) / n)
    return Estimate(value, Interval(max(lowest, value - half), min(highest, value + half)))


@lru_cache(maxsize=1024)
def _student(freedom: int) -> float:
    """Return the t distribution's quantile that leaves 2.5 % above it.

    P(|T| > t) = I_x(f/2, 1/2) at x = f / (f + t²), which rises with x: bisect for x.
    """
    low, high = 0.0, 1.0
    while low < (middle := (low + high) / 2) < high:
        if incomplete_beta(freedom / 2, 0.5, middle) < 2 * _TAIL:
            low = middle
        else:
            high = middle
    return math.sqrt(freedom * (1 - high) / high)


def incomplete_beta(a: float, b: float, x: float) -> float:
    """Return the regularised incomplete beta function I_x(a, b), the Beta(a, b) distribution at x.

    Source: the continued fraction of the NIST Digital Library of Mathematical Functions, 8.17.22,
    evaluated as in Lentz, W. J. (1976), Generating Bessel functions in Mie scattering calculations
    using continued fractions, Applied Optics 15.

    Args:
        a: Positive.
        b: Positive.
        x: Between 0 and 1, ends included.

    Raises:
        ValueError: An argument lies outside its range.
    """
    if not (0 < a < math.inf and 0 < b < math.inf and 0 <= x <= 1):
        message = f"I_{x}({a}, {b}) is not defined."
        raise ValueError(message)
    if x in (0, 1):
        return float(x)
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
        + a * math.log(x) + b * math.log1p(-x)
    )  # fmt: skip
    # The fraction converges fast on this side of the mean; I_x(a, b) = 1 − I_{1−x}(b, a).
    if x < (a + 1) / (a + b + 2):
        return min(1.0, front * _fraction(a, b, x) / a)
    return max(0.0, 1 - front * _fraction(b, a, 1 - x) / b)


def _fraction(a: float, b: float, x: float) -> float:
    """Return 1 / (1 + d₁ / (1 + d₂ / (1 + …))), the continued fraction of I_x(a, b)."""
    c = 1.0
    d = 1 / _away_from_zero(1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, _TERMS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        before = value
        for coefficient in (even, odd):
            d = 1 / _away_from_zero(1 + coefficient * d)
            c = _away_from_zero(1 + coefficient / c)
            value *= c * d
        if abs(value - before) <= _PRECISION * abs(value):
            break
    return value


def _away_from_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
