"""A set of rows that a plan reads, as far as it is known before a request."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

from sqlalchemy import ColumnElement

from api.plan.request import Request
from tenants import rowsets
from tenants.nouns import Noun
from tenants.reading import Listing
from tenants.rowsets import ByKeys, BySlug, FollowedFrom

_numbers = count()


@dataclass(slots=True)
class Template:
    """A set of rows, as far as it is known before a request.

    Attributes:
        noun: Of which noun.
        number: Unique over all blocks: where a request keeps the rows.
        source: How its rows are found; of a list only the noun's place is known.
        parent: The set that it hangs from, by rank.
        listing: What makes the listing of a list for a request.
        counted: Only how many there are.
        texts: What PostgreSQL writes of each row.
        recorded: Whether every column is wanted in one text.
        more: Whether it matters that a list goes on behind its part.
        joined: The text of an item, where a list is wanted as one text.
    """

    noun: Noun
    source: ByKeys | BySlug | FollowedFrom | None = None
    parent: int | None = None
    listing: Callable[[Request], Listing] | None = None
    counted: bool = False
    placed: bool = False
    columns: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    texts: list[ColumnElement[str]] = field(default_factory=list)
    recorded: bool = False
    more: bool = False
    joined: ColumnElement[str] | None = None
    number: int = field(default_factory=lambda: next(_numbers))

    def column(self, name: str) -> Callable[[], int]:
        """Want a column, and return what tells where it stands once all are wanted."""
        if name not in self.columns:
            self.columns.append(name)
        return lambda: rowsets.CELLS + self.columns.index(name)

    def key(self, name: str) -> Callable[[], int]:
        """Want the id at the other end of a relation, likewise."""
        relation = self.noun.to_one[name]
        hidden = relation.permission is not None or relation.followed is not None
        if relation.key is self.noun.id and not hidden:
            return lambda: rowsets.ID
        if name not in self.keys:
            self.keys.append(name)
        return lambda: rowsets.CELLS + len(self.columns) + self.keys.index(name)

    def text(self, expression: ColumnElement[str]) -> Callable[[], int]:
        """Want a text that PostgreSQL makes of a row's columns, likewise.

        Args:
            expression: Of columns that need no permission.
        """
        index = len(self.texts)
        self.texts.append(expression)
        return lambda: rowsets.CELLS + len(self.columns) + len(self.keys) + index

    def record(self) -> Callable[[], int]:
        """Want every column in one text, likewise."""
        self.recorded = True
        return lambda: rowsets.CELLS + len(self.columns) + len(self.keys) + len(self.texts)
