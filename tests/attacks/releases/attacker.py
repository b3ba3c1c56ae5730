"""The attacker of releases: which values a family may still have, by linear optimisation.

It knows the values of some families exactly, who else stands in a group, every weight, and what was
published: quantiles, each to half a rounding step. It does not know who stands where. A value is
possible for a family if some order of all families and some values of the unknown ones give what
was published. Within one order that is a linear programme over sorted values.

Orders are tried from the true one outwards, until the range is as wide as it must be. What is found
is possible, so a range that is wide enough is proven so; one that stays narrow counts as a leak,
although an order that was not tried might have widened it.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from scipy.optimize import linprog

from tenants.disclosure.figures import FEW, STEPS, Unit
from tenants.disclosure.peers import QUANTILES
from tenants.quantiles import harrell_davis_weights

SHIFTS: Final = (0, -1, 1, -2, 2, -3, 3, -4, 4)


@dataclass(frozen=True)
class Seen:
    """What somebody sees of a group of families.

    Attributes:
        values: Of each family.
        known: Families whose values the attacker has.
        quantiles: Those that are published, rounded.
        step: What they are rounded to.
    """

    values: Mapping[str, float]
    known: frozenset[str]
    quantiles: Mapping[str, float]
    step: float


def step_of(unknown: int) -> float:
    """Return what a share is rounded to."""
    coarse, fine = STEPS[Unit.SHARE]
    return float(coarse if unknown < FEW else fine)


def needed(value: float, step: float) -> float:
    """Return how wide the range of a share must stay.

    It is 10 % of the value, or half a rounding step, to either side, as far as there are shares.
    """
    reach = max(0.1 * value, step / 2)
    return min(1.0, value + reach) - max(0.0, value - reach)


def is_found(seen: Seen, target: str) -> bool:
    """Return whether the attacker knows a family's value closer than the protection interval."""
    wanted = needed(seen.values[target], seen.step)
    lower, upper = np.inf, -np.inf
    for order in _orders(seen, target):
        between = _range(seen, order, target)
        if between is not None:
            lower, upper = min(lower, between[0]), max(upper, between[1])
            if upper - lower >= wanted - 1e-9:
                return False
    return True


def _orders(seen: Seen, target: str) -> Iterator[list[str]]:
    truth = sorted(seen.values, key=lambda one: (seen.values[one], one))
    others = [one for one in truth if one != target]
    places = _places([seen.values[one] for one in truth], seen.values[target])
    for shift in SHIFTS if seen.known else (0,):
        for place in places:
            moved = [*others[:place], target, *others[place:]]
            yield _shifted(moved, seen.known, shift)


def _places(values: Sequence[float], value: float) -> list[int]:
    """Return where among sorted values one of them may stand, the likeliest to widen it first.

    Among equals it may stand anywhere, and at their ends it is freest.
    """
    first = values.index(value)
    last = first + values.count(value) - 1
    return sorted(
        range(len(values)),
        key=lambda one: (max(first - one, one - last, 0), min(one - first, last - one)),
    )


def _shifted(order: Sequence[str], known: Collection[str], shift: int) -> list[str]:
    """Return the same families with the known ones that much further up."""
    fixed = [one for one in order if one in known]
    rest = iter([one for one in order if one not in known])
    room = len(order) - len(fixed)
    places = {}
    for number, one in enumerate(fixed):
        places[min(max(order.index(one) + shift, number), room + number)] = one
    return [places[at] if at in places else next(rest) for at in range(len(order))]


def _range(seen: Seen, order: Sequence[str], target: str) -> tuple[float, float] | None:
    """Return the smallest and largest value of a family in one order, or None if it cannot be."""
    size = len(order)
    rising = np.eye(size)[:-1] - np.eye(size)[1:]
    rows, bounds = [rising], [np.zeros(size - 1)]
    for name, value in seen.quantiles.items():
        weights = np.array(harrell_davis_weights(size, QUANTILES[name]))
        rows.append(np.array([weights, -weights]))
        bounds.append(np.array([value + seen.step / 2, seen.step / 2 - value]))
    given: dict[str, Any] = {
        "A_ub": np.vstack(rows),
        "b_ub": np.concatenate(bounds),
        "bounds": [
            (seen.values[one], seen.values[one]) if one in seen.known else (0, 1) for one in order
        ],
        "method": "highs",
    }
    at = np.zeros(size)
    at[list(order).index(target)] = 1
    lowest, highest = linprog(at, **given), linprog(-at, **given)
    return (lowest.fun, -highest.fun) if lowest.success and highest.success else None
