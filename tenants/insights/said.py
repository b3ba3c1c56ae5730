"""What respondents behind a figure answered, and what subtracting other figures leaves of it."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from typing import Final

from tenants.disclosure import figures
from tenants.disclosure.figures import Figure
from tenants.insights.items import Measured
from tenants.insights.tally import Group
from tenants.interviews.models import Confidentiality

Counts = Counter[Measured]


@dataclass(frozen=True, slots=True)
class Said:
    """What the respondents of a cell answered to one item: how often each answer was given.

    Attributes:
        everybody: By all whom the cell covers.
        hidden: By the hidden among them, which is what is left to a reader of identified answers.
        anonymous: By the ANONYMOUS among those, which is what is left to the consultant.
        left_over: By those, of the whole organisation, whose counts follow from subtracting the
            shares of its parts; a set for each reader and each way to subtract.
        untold: By those whose sums follow from subtracting the means of its parts, likewise.
    """

    everybody: Counts
    hidden: Counts
    anonymous: Counts
    left_over: tuple[Counts, ...] = ()
    untold: tuple[Counts, ...] = ()

    @property
    def n(self) -> int:
        """How many answered."""
        return self.everybody.total()

    @property
    def parts(self) -> tuple[Counts, ...]:
        """What is left of a share to readers of rows, and of parts of the organisation."""
        return self.hidden, self.anonymous, *self.left_over

    @property
    def mean_parts(self) -> tuple[Counts, ...]:
        """What is left of a mean to them."""
        return self.hidden, self.anonymous, *self.untold

    def share(
        self, holds: Callable[[Measured], bool], note: str, *, is_symmetric: bool = True
    ) -> Figure:
        """Return the share of the respondents of whose answer something holds."""

        def count(counts: Counts) -> int:
            return sum(count for answer, count in counts.items() if holds(answer))

        return figures.share(
            count(self.everybody),
            self.n,
            note=note,
            parts=[(count(part), part.total()) for part in self.parts],
            is_symmetric=is_symmetric,
        )


NOBODY: Final = Said(Counts(), Counts(), Counts())


def said(counters: Iterable[tuple[Group, Counts]]) -> Said:
    """Return what groups of respondents answered together."""
    everybody, hidden, anonymous = Counts(), Counts(), Counts()
    for group, counts in counters:
        everybody.update(counts)
        if group.confidentiality is not Confidentiality.ATTRIBUTED:
            hidden.update(counts)
        if group.confidentiality is Confidentiality.ANONYMOUS:
            anonymous.update(counts)
    return Said(everybody, hidden, anonymous)


def with_what_is_left(whole: Said, parts: Collection[Said]) -> Said:
    """Return the answers behind the organisation's figure, with what its parts leave of them.

    A share of fewer than 20 tells its count nearly as well as one of more, so that whoever takes
    all parts' counts but one away is left with that one's and with whom no part covers: with
    nobody left over, with that part's alone. What is not homogeneous stays so beside any others, so
    whom no part covers is the only set then that has to be looked at. A mean tells its sum by its
    interval, and has none where few stand behind it: what is left are all parts without one.

    Args:
        whole: Of the organisation's cell.
        parts: Of the published cells of its parts.
    """
    told = [
        one
        for one in parts
        if one.n >= figures.FEW
        and all(not part.total() or part.total() >= figures.FEW for part in one.parts)
    ]
    left_over: list[Counts] = []
    untold: list[Counts] = []
    for name in ("everybody", "hidden", "anonymous"):
        everybody: Counts = getattr(whole, name)
        inside: list[Counts] = [getattr(one, name) for one in parts]
        left = _without(everybody, inside)
        left_over += [left] if left else inside
        untold.append(_without(everybody, [getattr(one, name) for one in told]))
    return replace(whole, left_over=tuple(left_over), untold=tuple(untold))


def _without(everybody: Counts, parts: Iterable[Counts]) -> Counts:
    left = Counts(everybody)
    for part in parts:
        left.subtract(part)
    return +left
