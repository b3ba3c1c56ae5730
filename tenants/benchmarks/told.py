"""What one audience is told of an organisation's peer groups, as a release stores it.

A row holds numbers only: five quantiles of each of the seven groups, how many stand behind them in
bands, and standings. Words and units follow from the metric and the rules.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tenants.disclosure import peers
from tenants.disclosure.figures import CountBand, Figure, Relation, Statistic, Unit
from tenants.disclosure.peers import QUANTILES, PeerRules, Standing
from tenants.metrics import DECISION_TIME, DECLINE_RATE, RENEGE_RATE

# What an organisation's people know exactly of themselves, so that a fine standing tells them
# nothing of their own candidates' answers.
EXACTLY_KNOWN: Final = frozenset({DECLINE_RATE, RENEGE_RATE, DECISION_TIME})
_BANDS: Final = tuple(CountBand)
_FINE: Final = frozenset({CountBand.FROM_50, CountBand.FROM_100})


@dataclass(frozen=True, slots=True)
class GroupTold:
    """What is told of one group.

    Attributes:
        quantiles: Rounded, in the order of `QUANTILES`; None where one is withheld.
        band: How many families stand behind it, as a position in `CountBand`; None if hidden.
    """

    quantiles: tuple[float | None, ...]
    band: int | None


NOTHING: Final = GroupTold((None,) * len(QUANTILES), None)


def group_told(statistics: dict[str, Statistic]) -> GroupTold:
    """Return the numbers of what is shown of a group."""
    shown = [statistics[name] for name in QUANTILES]
    band = peers.contributors(statistics)
    return GroupTold(
        tuple(one.value if isinstance(one, Figure) else None for one in shown),
        None if band is None else _BANDS.index(band),
    )


@dataclass(frozen=True, slots=True)
class Told:
    """What one audience is told of the groups of an organisation.

    Attributes:
        keys: Of the groups, the nearest first.
        quantiles: Of all groups one after the other; None where one is withheld.
        bands: Of each group.
        standings: Of each group; None where it is not told here.
        coalition: Hashed families that the audience is taken to know.
    """

    keys: Sequence[str]
    quantiles: Sequence[float | None]
    bands: Sequence[int | None]
    standings: Sequence[int | None]
    coalition: frozenset[str]

    def statistics(self, key: str, unit: Unit, rules: PeerRules) -> dict[str, Statistic]:
        """Return every quantile of a group, as a figure or withheld."""
        at = self.keys.index(key)
        start = at * len(QUANTILES)
        band = self.bands[at]
        base = _BANDS[0] if band is None else _BANDS[band]
        return {
            name: peers.withheld(name, rules)
            if (value := self.quantiles[start + number]) is None
            else Figure(value, Relation.EXACT, unit, None, None, base)
            for number, name in enumerate(QUANTILES)
        }

    def standing(self, key: str) -> Standing | None:
        """Return the standing in a group, in tenths or hundredths, where the release tells one."""
        at = self.keys.index(key)
        part, band = self.standings[at], self.bands[at]
        if part is None or band is None:
            return None
        return Standing(part, 100 if _BANDS[band] in _FINE else 10)

    def publishes(self, key: str) -> bool:
        """Return whether a group says anything: the median is what needs the fewest families."""
        median = list(QUANTILES).index(peers.MEDIAN)
        return self.quantiles[self.keys.index(key) * len(QUANTILES) + median] is not None
