"""How much of a quantile's unknown part rests on one family, for many coalitions of one group."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from typing import Final

# Below this much unknown weight it is summed anew, lest what was subtracted decide.
_LITTLE: Final = 1e-3


class Leaning:
    """A quantile of one group: what rests on whom, whoever is known.

    What does not depend on the coalition is made once, so that each costs only as many steps as it
    knows families. Which of several equal values stands first means nothing: their positions are
    dealt out in the way that is worst, the heaviest to one unknown and the lightest to the others.
    """

    def __init__(self, values: Sequence[float], weights: Sequence[float]) -> None:
        """Note the runs of equal values.

        Args:
            values: Of all families, the smallest first.
            weights: Of each position.
        """
        self._run_of: list[int] = []
        self._runs: list[list[float]] = []
        start = 0
        while start < len(values):
            end = start
            while end < len(values) and values[end] == values[start]:
                end += 1
            self._run_of.extend([len(self._runs)] * (end - start))
            self._runs.append(sorted(weights[start:end]))
            start = end
        self._sums = [sum(lightest) for lightest in self._runs]
        self._total = sum(self._sums)
        self._heaviest = sorted(range(len(self._runs)), key=lambda one: -self._runs[one][-1])

    def largest(self, known: Collection[int]) -> float:
        """Return the most of the unknown part that rests on one unknown family.

        It is max over u outside the coalition of w_u / Σ w_v, over all v outside it, at the
        families' actual positions.

        Args:
            known: Positions of the coalition's families.

        Returns:
            Between 0 and 1; 1 when nobody is unknown or the unknown carry no weight at all.
        """
        taken = Counter(self._run_of[position] for position in frozenset(known))
        wholes = {run: self._lightest(run, count) for run, count in taken.items()}
        total = self._total - sum(self._sums[run] - whole for run, whole in wholes.items())
        if total < _LITTLE * self._total:
            others = (self._sums[run] for run in range(len(self._runs)) if run not in taken)
            total = sum(others) + sum(wholes.values())
        return max(self._shares(taken, wholes, total), default=1.0)

    def _lightest(self, run: int, known: int) -> float:
        """Return what the unknown of a run weigh at least."""
        return sum(self._runs[run][: len(self._runs[run]) - known])

    def _shares(
        self, taken: Counter[int], wholes: dict[int, float], total: float
    ) -> Iterator[float]:
        """Yield what may be the largest share: of the runs nobody knows any of, and of the others.

        Among the first, of which all positions are unknown, it is the heaviest position's.
        """
        untouched = next((run for run in self._heaviest if run not in taken), None)
        if untouched is not None and total > 0:
            yield self._runs[untouched][-1] / total
        for run, known in taken.items():
            unknown = len(self._runs[run]) - known
            if not unknown:
                continue
            heaviest = self._runs[run][-1]
            left = heaviest + sum(self._runs[run][: unknown - 1]) + total - wholes[run]
            if left > 0:
                yield heaviest / left
