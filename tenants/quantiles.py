"""Harrell and Davis' quantiles, which rest on all values: pure arithmetic."""

import math
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final

from tenants.statistics import incomplete_beta

# From so many values on a quantile's weights are computed where there are any.
_MANY: Final = 1000
_FAR: Final = 12
# Points between 0 and 1 and their shares, of Gauss-Legendre quadrature with three of them.
_GAUSS: Final = (
    (0.5 - math.sqrt(0.15), 5 / 18),
    (0.5, 8 / 18),
    (0.5 + math.sqrt(0.15), 5 / 18),
)


@lru_cache(maxsize=4096)
def harrell_davis_span(n: int, p: float) -> tuple[int, tuple[float, ...]]:
    """Return the first order statistic that has weight in the Harrell-Davis quantile, and weights.

    The i-th of n has I_{i/n}(a, b) − I_{(i−1)/n}(a, b), a = (n + 1)p and b = (n + 1)(1 − p). The
    weights are not negative and sum to 1. With many values those that lie more than twelve standard
    deviations of the distribution away have less than 1e-20 together and are taken for none; the
    others are then integrals of the density over intervals so short that three points suffice.

    Source: Harrell, F. E. and Davis, C. E. (1982), A new distribution-free quantile estimator,
    Biometrika 69; Gauss-Legendre quadrature, NIST Digital Library of Mathematical Functions 3.5.

    Args:
        n: How many values, at least one.
        p: Which quantile, strictly between 0 and 1.

    Returns:
        The position of the first one, from 0, and the weights from there on.

    Raises:
        ValueError: An argument lies outside its range.
    """
    if not (n >= 1 and 0 < p < 1):
        message = f"{n} values have no quantile of {p}."
        raise ValueError(message)
    if p > 1 / 2:
        # The mirror image, of which a decimal such as 0.9 must find the weights of 0.1.
        first, mirrored = harrell_davis_span(n, round(1 - p, 15))
        return n - first - len(mirrored), mirrored[::-1]
    a, b = (n + 1) * p, (n + 1) * (1 - p)
    if n < _MANY:
        steps = [incomplete_beta(a, b, i / n) for i in range(n + 1)]
        return 0, tuple(max(0.0, upper - lower) for lower, upper in pairwise(steps))
    reach = _FAR * math.sqrt(p * (1 - p) / (n + 2))
    first = max(0, math.floor(n * (p - reach)))
    last = min(n, math.ceil(n * (p + reach)))
    front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)

    def density(x: float) -> float:
        return math.exp(front + (a - 1) * math.log(x) + (b - 1) * math.log1p(-x))

    weights = [
        math.fsum(part * density((i + at) / n) for at, part in _GAUSS) / n
        for i in range(first, last)
    ]
    total = math.fsum(weights)
    return first, tuple(weight / total for weight in weights)


def harrell_davis_weights(n: int, p: float) -> tuple[float, ...]:
    """Return the weight of each order statistic in the Harrell-Davis quantile.

    Those of 1 − p are these in reverse. Args and errors as in `harrell_davis_span`.
    """
    first, weights = harrell_davis_span(n, p)
    return (0.0,) * first + weights + (0.0,) * (n - first - len(weights))


def harrell_davis(values: Sequence[float], p: float) -> float:
    """Return a quantile as the Harrell-Davis mean of all order statistics.

    It never rests on one or two values alone, lies between the smallest and the largest, and does
    not depend on the order of the values. Source: see `harrell_davis_span`.

    Args:
        values: At least one, in any order.
        p: Which quantile, strictly between 0 and 1.

    Raises:
        ValueError: There is no value, or p lies outside its range.
    """
    return harrell_davis_sorted(sorted(values), p)


def harrell_davis_sorted(ordered: Sequence[float], p: float) -> float:
    """Return what `harrell_davis` does of values that are in order, the smallest first."""
    first, weights = harrell_davis_span(len(ordered), p)
    part = ordered[first : first + len(weights)]
    quantile = math.fsum(weight * value for weight, value in zip(weights, part, strict=True))
    # The weights sum to 1 but for rounding, which must not carry the quantile past either end.
    return min(max(quantile, ordered[0]), ordered[-1])
