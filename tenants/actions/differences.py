"""How far two published figures lie apart, from what is published of them and nothing else."""

import math
from statistics import NormalDist
from typing import Final

from tenants.disclosure.figures import Figure, Relation, Unit
from tenants.statistics import Estimate, Interval, Share, newcombe, wilson_counts

# The normal distribution's quantile for 95 %, which published intervals are made with.
_Z: Final = NormalDist().inv_cdf(0.975)


def difference(before: Figure, after: Figure) -> Estimate | None:
    """Return after less before with its 95 % interval, or None where that cannot be told.

    Of two shares it is Newcombe's hybrid interval, from the counts that Wilson's intervals tell. Of
    net promoter scores and means it is recovered in the same way from the intervals themselves:
    the distances to their ends are squared and added (MOVER), which is as good as those intervals
    are. A bound is no estimate, and a figure without an interval says nothing of its chance.

    Sources: Newcombe, R. G. (1998), Interval estimation for the difference between independent
    proportions: comparison of eleven methods, Statistics in Medicine 17, method 10; Zou, G. Y. and
    Donner, A. (2008), Construction of confidence limits about effect measures: a general approach,
    Statistics in Medicine 27.

    Args:
        before: A figure of one sample.
        after: One of another, independent sample, in the same unit.
    """
    one, other = _estimate(before), _estimate(after)
    if one is None or other is None or before.unit is not after.unit:
        return None
    if before.unit is Unit.SHARE:
        return newcombe(_counts(one), _counts(other))
    value = other.value - one.value
    down = math.hypot(other.value - other.interval.lower, one.interval.upper - one.value)
    up = math.hypot(other.interval.upper - other.value, one.value - one.interval.lower)
    return Estimate(value, Interval(value - down, value + up))


def level(found: Estimate) -> float:
    """Return about the level at which an interval of a difference would just reach 0.

    It widens the interval in proportion to the normal distribution's quantile, which is what both
    intervals behind it do but for their shift towards the middle. 1 where nothing changed.

    Args:
        found: As of `difference`.
    """
    if found.value == 0:
        return 1.0
    towards = found.interval.lower if found.value > 0 else found.interval.upper
    reach = abs(found.value - towards)
    if reach == 0:
        return 0.0
    return 2 * NormalDist().cdf(-_Z * abs(found.value) / reach)


def _counts(share: Estimate) -> Share:
    return wilson_counts(share.interval.lower, share.interval.upper)


def _estimate(figure: Figure) -> Estimate | None:
    if figure.relation is not Relation.EXACT or figure.lower is None or figure.upper is None:
        return None
    # Value and ends are rounded apart: a coarse value may lie outside of fine ends.
    lower, upper = figure.lower, figure.upper
    if figure.unit is not Unit.SHARE:
        lower, upper = min(lower, figure.value), max(upper, figure.value)
    return Estimate(figure.value, Interval(lower, upper))
