"""Statistics of ranks: how two scales go together, and points for what was put in an order.

Pure arithmetic, as `tenants.statistics`.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from statistics import NormalDist
from typing import Final

from tenants.statistics import Interval

# The normal distribution's quantile for 95 %.
_Z: Final = NormalDist().inv_cdf(0.975)


def spearman(pairs: Mapping[tuple[int, int], int]) -> float | None:
    """Return Spearman's rank correlation, ties with the mean of their ranks; None without spread.

    It is Pearson's correlation of the ranks. Points of a scale are in an order but not in equal
    steps, and a few extreme answers move ranks little.

    Source: Spearman, C. (1904), The proof and measurement of association between two things,
    American Journal of Psychology 15; for ties Kendall, M. G. (1948), Rank Correlation Methods.

    Args:
        pairs: How often each pair of values was given together.
    """
    n = sum(pairs.values())
    first, second = Counter[int](), Counter[int]()
    for (one, other), count in pairs.items():
        first[one] += count
        second[other] += count
    ranks, others = _ranks(first), _ranks(second)
    # Twice the distance from the middle rank, (n + 1) / 2, is whole.
    product = sum(
        (ranks[one] - n - 1) * (others[other] - n - 1) * count
        for (one, other), count in pairs.items()
    )
    spread = sum((ranks[value] - n - 1) ** 2 * count for value, count in first.items())
    scatter = sum((others[value] - n - 1) ** 2 * count for value, count in second.items())
    if spread == 0 or scatter == 0:
        return None
    return max(-1.0, min(1.0, product / math.sqrt(spread * scatter)))


def _ranks(counts: Mapping[int, int]) -> dict[int, int]:
    """Return twice the mean rank of each value."""
    ranks, below = {}, 0
    for value in sorted(counts):
        ranks[value] = 2 * below + counts[value] + 1
        below += counts[value]
    return ranks


def fisher(correlation: float, n: int) -> Interval:
    """Return the interval of a rank correlation by Fisher's z, with Bonett and Wright's variance.

    tanh(artanh r ± 1.96 · √((1 + r²/2) / (n − 3))). Fisher's own variance, 1 / (n − 3), is right
    for Pearson's correlation of normal values and too small for ranks.

    Source: Bonett, D. G. and Wright, T. A. (2000), Sample size requirements for estimating Pearson,
    Kendall and Spearman correlations, Psychometrika 65.

    Args:
        correlation: Spearman's, strictly between −1 and 1.
        n: Pairs, more than three.

    Raises:
        ValueError: An argument lies outside its range.
    """
    if not (-1 < correlation < 1 and n > 3):  # noqa: PLR2004 - of the formula.
        message = f"A correlation of {correlation} among {n} has no interval."
        raise ValueError(message)
    half = _Z * math.sqrt((1 + correlation * correlation / 2) / (n - 3))
    middle = math.atanh(correlation)
    return Interval(math.tanh(middle - half), math.tanh(middle + half))


def borda(ranking: Sequence[str], options: Sequence[str]) -> dict[str, float]:
    """Return the Borda points that one ranking gives each option, from 0 to 100.

    The first of m options gets m − 1 points, the next m − 2, down to none for the last, each times
    100 / (m − 1). Options that were left out share the points that remain evenly, so that everybody
    gives away equally many and nobody weighs less for ranking fewer: the averaged model.

    Sources: Borda, J.-C. de (1781), Mémoire sur les élections au scrutin; Baumeister, D.,
    Faliszewski, P., Lang, J. and Rothe, J. (2012), Campaigns for lazy voters: truncated ballots,
    AAMAS 2012, which set the averaged model beside the pessimistic and the optimistic one.

    Args:
        ranking: Some of the options, the first one before all others.
        options: All of them; at least two.
    """
    highest = len(options) - 1
    placed = {option: highest - place for place, option in enumerate(ranking)}
    # Of r options that are left the points are 0 to r − 1, of which this is the mean.
    rest = (highest - len(placed)) / 2
    return {option: 100 * placed.get(option, rest) / highest for option in options}
