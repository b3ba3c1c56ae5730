"""Several sets of rows of the read graph that are read together, and how their rows look."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
)

from tenants.nouns import Noun
from tenants.paging import window_conditions
from tenants.read_graph import NOUNS
from tenants.reading import Listing

# Where things stand in every row that comes back; what a set's columns hold begins at CELLS.
RANK: Final = 0
PARENT_ORGANISATION: Final = 1
PARENT: Final = 2
ORGANISATION: Final = 3
ID: Final = 4
PLACE: Final = 5
CELLS: Final = 6


@dataclass(frozen=True, slots=True)
class ByKeys:
    """Rows whose keys are bound, in two arrays of the same length."""


@dataclass(frozen=True, slots=True)
class BySlug:
    """The organisation whose slug is bound."""


@dataclass(frozen=True, slots=True)
class FollowedFrom:
    """Rows that a to-one relation of another set leads to, each once."""

    parent: int
    relation: str
    """One whose id is not among the other set's keys has that set's own ids."""


@dataclass(frozen=True, slots=True)
class ListedBelow:
    """A list below each row of another set; without one, the viewer's organisations.

    Attributes:
        parent: The other set.
        listing: Which list, and which part of it.
        conditions: Its filters and its window, made once so that their parameters can be found.
        counted: Only how many there are.
        more: With one row beyond the part, if there is one, which tells that the list goes on.
    """

    parent: int | None
    listing: Listing
    conditions: Sequence[ColumnElement[bool]]
    counted: bool = False
    more: bool = True


@dataclass(frozen=True, slots=True)
class Rowset:
    """A set of rows of one noun.

    Attributes:
        noun: Which noun.
        source: Which rows of it.
        columns: Names of the columns that are wanted, in their order.
        keys: Names of the to-one relations whose other end's id is wanted, after the columns.
        placed: Whether the value that the list is ordered by is wanted.
        texts: Texts made of the columns that everybody may see who sees the row, after the keys.
        recorded: Whether every column is wanted, after the texts: as one JSON array of texts.
        joined: The text of a row, where a whole list is wanted as one text with commas between. It
            stands where the id of a row would, however long the list is, and at the place how many
            rows it has. Nothing but what hangs from the rows is wanted then.
    """

    noun: Noun
    source: ByKeys | BySlug | FollowedFrom | ListedBelow
    columns: Sequence[str] = ()
    keys: Sequence[str] = ()
    placed: bool = False
    texts: Sequence[ColumnElement[str]] = ()
    recorded: bool = False
    joined: ColumnElement[str] | None = None

    @property
    def width(self) -> int:
        """How many values a row has."""
        wanted = len(self.columns) + len(self.keys) + len(self.texts) + self.recorded
        return CELLS + (0 if self.joined is not None else wanted)


def conditions_of(listing: Listing) -> list[ColumnElement[bool]]:
    """Return what keeps a list to its filters, and what keeps it to its window.

    Raises:
        BadCursor: A cursor belongs to another list or order.
    """
    noun, relation = NOUNS[listing.relation.target], listing.relation
    filters = [relation.filters[name](value) for name, value in listing.filters.items()]
    return [*filters, *window_conditions(listing.order, noun.id, listing.window)]


def without_window(listing: Listing, conditions: Sequence[ColumnElement[bool]]) -> list[Any]:
    """Return the filters among a list's conditions: what its total is counted under."""
    return list(conditions[: len(listing.filters)])


def keys_parameters(rank: int) -> tuple[str, str]:
    """Return the names of the two parameters that `ByKeys` binds in a set."""
    return f"organisations_{rank}", f"ids_{rank}"


def slug_parameter(rank: int) -> str:
    """Return the name of the parameter that `BySlug` binds in a set."""
    return f"slug_{rank}"


def row_of(organisation: str, row_id: str) -> tuple[str | None, ...]:
    """Return a row of which nothing but the key is known."""
    row: list[str | None] = [None] * CELLS
    row[ORGANISATION], row[ID] = organisation, row_id
    return tuple(row)
