"""Which respondents a published cell covers, so that no difference of cells isolates a few.

A window's respondents stand in one organisation cell and in one cell for each value of the
organisation's dimension, "no value" included. Everyone is assumed to know the ATTRIBUTED answers,
the consultant the CONFIDENTIAL ones, too, and everyone every exact count. What is published is
therefore safe only if what remains after taking away the answers one can read is nobody or a crowd,
in each cell and in what the cells leave over.
"""

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

MINIMUM_FLOOR = 5


class Coverage(StrEnum):
    """Whose answers are behind a figure; whether none or a few were left out is not told."""

    ALL_ANSWERS = "ALL_ANSWERS"
    IDENTIFIED_ONLY = "IDENTIFIED_ONLY"


@dataclass(frozen=True, slots=True)
class Respondent:
    """Somebody who answered, or several whom no rule tells apart.

    Attributes:
        key: Who; unique within a window.
        hidden: CONFIDENTIAL or ANONYMOUS.
        anonymous: ANONYMOUS.
        segment: The value of the organisation's dimension; None for "no value".
        count: How many stand together under this key.
    """

    key: Hashable
    hidden: bool
    anonymous: bool
    segment: str | None
    count: int = 1


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell that is published.

    Attributes:
        coverage: What its note says.
        respondents: Keys of those whom its figures cover.
    """

    coverage: Coverage
    respondents: frozenset[Hashable]


@dataclass(frozen=True, slots=True)
class Lattice:
    """The cells of one window, or of one question of it, that are published.

    Attributes:
        organisation: The cell of all; None when it is suppressed, and then so are all the others.
        segments: By value of the dimension; a suppressed one is absent.
    """

    organisation: Cell | None
    segments: Mapping[str | None, Cell]


NOTHING = Lattice(None, MappingProxyType({}))

# Three counts that must each be nobody or a crowd: all, hidden, anonymous.
_COUNTED: tuple[Callable[[Respondent], bool], ...] = (
    lambda _: True,
    lambda one: one.hidden,
    lambda one: one.anonymous,
)


def nobody_or_a_crowd(count: int, minimum: int) -> bool:
    """Return whether a number of respondents points at nobody in particular."""
    return count == 0 or count >= minimum


def cover(respondents: Collection[Respondent], minimum: int) -> Cell | None:
    """Return the cell of some respondents as it may be published, or None.

    It covers all of them when its hidden ones are nobody or a crowd and its ANONYMOUS ones are,
    otherwise the ATTRIBUTED only; either way it needs `minimum` respondents.
    """
    hidden = sum(one.count for one in respondents if one.hidden)
    anonymous = sum(one.count for one in respondents if one.anonymous)
    coverage = Coverage.ALL_ANSWERS if hidden else Coverage.IDENTIFIED_ONLY
    covered = respondents
    if not (nobody_or_a_crowd(hidden, minimum) and nobody_or_a_crowd(anonymous, minimum)):
        coverage = Coverage.IDENTIFIED_ONLY
        covered = [one for one in respondents if not one.hidden]
    if sum(one.count for one in covered) < minimum:
        return None
    return Cell(coverage, frozenset(one.key for one in covered))


def make_lattice(
    respondents: Collection[Respondent], minimum: int, within: Lattice | None = None
) -> Lattice:
    """Return which cells are published, each with those it covers.

    Args:
        respondents: Of one window; or, of them, those who answered one question.
        minimum: The size of a crowd.
        within: The lattice of the window, when this one is of a question: nobody counts in a
            question's figure who does not in the window's cell.
    """
    everybody = list(respondents)
    if within is not None:
        everybody = _covered_by(within.organisation, everybody)
    organisation = cover(everybody, minimum)
    if organisation is None:
        return NOTHING
    # Whom the organisation's cell leaves out must not be counted in a part of it: those of them
    # who are hidden wait for the next window and would be counted twice.
    counted = _covered_by(organisation, everybody)
    segments: dict[str | None, Cell] = {}
    for value in {one.segment for one in counted}:
        part = [one for one in counted if one.segment == value]
        if within is not None:
            part = _covered_by(within.segments.get(value), part)
        cell = cover(part, minimum)
        if cell is not None:
            segments[value] = cell
    return Lattice(organisation, MappingProxyType(_without_siblings(counted, segments, minimum)))


def _covered_by(cell: Cell | None, respondents: Iterable[Respondent]) -> list[Respondent]:
    return [] if cell is None else [one for one in respondents if one.key in cell.respondents]


def _without_siblings(
    counted: Collection[Respondent], segments: Mapping[str | None, Cell], minimum: int
) -> dict[str | None, Cell]:
    """Return the values that can be published beside the organisation's cell.

    Whom no published value covers is what subtracting leaves over; while that is somebody but no
    crowd, the smallest published value is dropped.
    """
    kept = dict(segments)
    sizes = {one.key: one.count for one in counted}

    def size(cell: Cell) -> int:
        return sum(sizes.get(key, 0) for key in cell.respondents)

    while kept and not leftover_is_safe(counted, kept, minimum):
        # The name breaks ties, so that the same rows give the same edition.
        smallest = min(kept, key=lambda value: (size(kept[value]), value or ""))
        del kept[smallest]
    return kept


def leftover_is_safe(
    counted: Collection[Respondent], segments: Mapping[str | None, Cell], minimum: int
) -> bool:
    """Return whether those whom no value covers are nobody or a crowd, in each of three counts."""
    covered = {key for cell in segments.values() for key in cell.respondents}
    left = [one for one in counted if one.key not in covered]
    return all(
        nobody_or_a_crowd(sum(one.count for one in left if counts(one)), minimum)
        for counts in _COUNTED
    )


def may_be_split(
    lattice: Lattice,
    respondents: Collection[Respondent],
    inside: Mapping[Hashable, int],
    minimum: int,
) -> bool:
    """Return whether a figure of a part of the organisation's cell isolates nobody beside the rest.

    Published are the organisation's cell, its values, and now a part that runs across the values.
    Call a value, or what the values leave over, mixed if it has some of the part and some others.
    A sum of published cells that counts everybody once or not at all holds of all mixed ones the
    part alone or the others alone, and any of the unmixed ones in whole, which are crowds already.
    So the part within the mixed ones, and the others within them, must be nobody or a crowd: in
    each of the three counts, because a reader takes away whom it reads before it calls any mixed.

    Args:
        lattice: What is published of the question.
        respondents: Those who answered it.
        inside: How many of each of them are in the part, by key; none of those that are absent.
        minimum: The size of a crowd.
    """
    if lattice.organisation is None:
        return False
    counted = _covered_by(lattice.organisation, respondents)
    for counts in _COUNTED:
        places: dict[object, list[int]] = {}
        for one in filter(counts, counted):
            cell = lattice.segments.get(one.segment)
            is_shown = cell is not None and one.key in cell.respondents
            place = places.setdefault((one.segment,) if is_shown else None, [0, 0])
            place[0] += inside.get(one.key, 0)
            place[1] += one.count - inside.get(one.key, 0)
        mixed = [place for place in places.values() if all(place)]
        if not all(
            nobody_or_a_crowd(sum(place[side] for place in mixed), minimum) for side in (0, 1)
        ):
            return False
    return True
