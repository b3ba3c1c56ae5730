"""Who leaves alone behind a withheld release, and somebody who knows every other member exactly.

The group is published, withheld once because one family has left, and published again: two quarters
lie between. The insider has the exact value of everybody who stayed, as of the second release,
takes it for that of the first, and looks for the value of the one that fits what was published.
Two windows of a year then share half of their months, which is all that hides the family.
"""

from typing import Final

import numpy as np

from tenants.disclosure.figures import Unit, rounded
from tenants.disclosure.peers import QUANTILES, PeerRules, settled
from tenants.quantiles import harrell_davis_weights
from tests.attacks.releases.attacker import step_of

OFFERS_A_QUARTER: Final = 10
YEAR: Final = 4
TRIALS: Final = 60
GRID: Final = np.linspace(0, 1, 401)


def looked_for(families: int, quarters: int, chance: np.random.Generator) -> tuple[bool, bool]:
    """Return whether the insider comes within the protection interval, and whether a guess does.

    The guess is the median that was published. Rates are of offers: each family has one of its
    own, and a quarter's offers are declined by chance.
    """
    rates = chance.beta(4, 16, size=families)
    declined = chance.binomial(OFFERS_A_QUARTER, rates[:, None], size=(families, YEAR + quarters))
    year = YEAR * OFFERS_A_QUARTER
    before = declined[:, :YEAR].sum(axis=1) / year
    after = declined[:, quarters : quarters + YEAR].sum(axis=1) / year
    left = int(chance.integers(families))
    stayed = np.delete(after, left)
    sure, open_ones = settled(families, 1, PeerRules())
    order = np.sort(before)
    tried = np.sort(np.column_stack([np.tile(stayed, (len(GRID), 1)), GRID]), axis=1)
    misfit = np.zeros(len(GRID))
    shown = {}
    for name in sure | open_ones:
        weights = np.array(harrell_davis_weights(families, QUANTILES[name]))
        shown[name] = rounded(float(weights @ order), Unit.SHARE, families - 1)
        misfit += (tried @ weights - shown[name]) ** 2
    found = float(np.median(GRID[misfit <= misfit.min() + 1e-12]))
    near = max(0.1 * before[left], step_of(families - 1) / 2)
    return abs(found - before[left]) <= near, abs(shown["median"] - before[left]) <= near


def rates_of(quarters: int) -> tuple[float, float]:
    """Return how often the insider and the guess come near, over groups of several sizes."""
    chance = np.random.default_rng(5)
    tries = [looked_for(size, quarters, chance) for size in (12, 21, 35) for _ in range(TRIALS)]
    insider, guess = np.mean(tries, axis=0)
    return float(insider), float(guess)


def test_behind_a_withheld_release_the_insider_does_no_better_than_who_guesses() -> None:
    insider, guess = rates_of(2)
    assert insider <= guess + 0.05
    # Where nothing has moved the same insider finds far more: the attack can see.
    insider, guess = rates_of(0)
    assert insider > 2 * guess
