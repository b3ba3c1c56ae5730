"""The attacker of agreement: finds out that some few all answered alike, by subtracting shares.

An interval to four digits tells the count behind a share, or the two that a bound stands for. The
attacker knows who stands in each cell, takes the counts of parts from the whole's, and the answers
that it reads from what is left. It shares no code with the rules but Wilson's formula.
"""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from tenants.statistics import wilson
from tests.attacks.editions.attacker import People

FEW = 20


@dataclass(frozen=True)
class Shown:
    """A share of a cell, as it was published.

    Attributes:
        people: Whom it covers.
        lower: End of its interval.
        upper: The other end.
    """

    people: People
    lower: float
    upper: float

    @property
    def counts(self) -> tuple[int, int]:
        """The least and the most of them who may be behind the share."""
        n = len(self.people)
        ends = [wilson(count, n) for count in range(n + 1)]
        least = [count for count, one in enumerate(ends) if round(one.lower, 4) == self.lower]
        most = [count for count, one in enumerate(ends) if round(one.upper, 4) == self.upper]
        return least[0], most[-1]


def agreeing(
    whole: Shown | None,
    parts: Sequence[Shown],
    readable: Mapping[Hashable, bool],
    *,
    of_none: bool = True,
) -> Iterator[People]:
    """Yield fewer than 20 of whom it is certain that all succeed, or that none does.

    Args:
        whole: Of the organisation.
        parts: Of values of the dimension; they share nobody.
        readable: Of those whom the attacker reads, whether they succeed.
        of_none: Whether that none of them does counts.
    """
    told = [(one.people, *one.counts) for one in parts]
    sums = list(told)
    if whole is not None:
        for size in range(len(parts) + 1):
            for taken in combinations(told, size):
                people = whole.people.difference(*(one[0] for one in taken))
                least, most = whole.counts
                sums.append(
                    (
                        people,
                        least - sum(one[2] for one in taken),
                        most - sum(one[1] for one in taken),
                    )
                )
    for people, least, most in sums:
        left = people - readable.keys()
        known = sum(readable[one] for one in people & readable.keys())
        if 0 < len(left) < FEW and (least - known >= len(left) or (of_none and most - known <= 0)):
            yield left
