"""What a process remembers of editions, so that figures that never change are read once.

An edition changes in one way only: a withdrawal suppresses some of its figures. Then its row is
another one, and so is the version by which everything here is looked up. Who may see a cell is
asked in each transaction, whatever is remembered; nothing here is found but by what that has given.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Generic, TypeVar
from uuid import UUID

from tenants.reasons import REASONS, Audience, Controllability, DeclineReason

T = TypeVar("T")

MadeOf = tuple[UUID, str, str | None, tuple[str, ...], frozenset[Audience], bool]
"""Organisation, version, segment, segments, what the role reads, whether it may count the offers.

A version names its row; the organisation stands there so that nothing rests on that alone.
"""

Place = tuple[UUID, date | None, str | None]
"""Organisation, end of the window as it was asked for, and segment."""

MOST_CELLS: Final = 64


@dataclass(frozen=True, slots=True)
class Documents:
    """What an edition says of one cell.

    Attributes:
        version: Of the rows that say so: where they are and which transaction wrote them.
        whole: Figures of the whole organisation beside its cell's.
        figures: The cell's figures, by metric.
        questions: The cell's questions.
    """

    version: str
    whole: Mapping[str, Any]
    figures: Mapping[str, Any]
    questions: Sequence[Mapping[str, Any]]


class Kept(Generic[T]):
    """Cells by where they were asked for, and what was made of them; the oldest are forgotten."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._documents: OrderedDict[Place, Documents] = OrderedDict()
        self._made: OrderedDict[MadeOf, T] = OrderedDict()

    def find(self, place: Place) -> Documents | None:
        """Return what was last read at a place, which need not be sent again."""
        return self._documents.get(place)

    def keep(self, place: Place, row: Any) -> Documents:
        """Return what a row says, which is remembered."""
        found = Documents(row.version, row.whole or {}, row.figures or {}, row.questions or ())
        _keep(self._documents, place, found)
        return found

    def made_once(self, made_of: MadeOf, make: Callable[[], T]) -> T:
        """Return what was made of the same before, or make it."""
        found = self._made.get(made_of)
        if found is None:
            found = make()
            _keep(self._made, made_of, found)
        return found


def _keep(kept: OrderedDict[Any, Any], key: Any, value: Any) -> None:
    kept[key] = value
    if len(kept) > MOST_CELLS:
        kept.popitem(last=False)


def controllability_of(
    questions: Sequence[Mapping[str, Any]],
) -> dict[DeclineReason, Controllability]:
    """Return of each reason whether it can be changed, as a cell's questions say or by default."""
    said: Mapping[str, str] = next(
        (one["controllability"] for one in questions if "controllability" in one), {}
    )
    return {
        reason: Controllability(said.get(reason.value, facts.controllability))
        for reason, facts in REASONS.items()
    }
