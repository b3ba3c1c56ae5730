"""Why an operation was not planned, counted."""

from collections import Counter
from enum import StrEnum
from typing import Final

from tenants.access import Viewer, ViewerKind


class Reason(StrEnum):
    """What keeps an operation from being planned; it runs the ordinary way then."""

    KIND = "kind"
    """It changes something, in another way than candidates do."""
    NOBODY = "nobody"
    """Nobody asks, and nobody gets anything but one error."""
    INVALID = "invalid"
    """The document or its variables are not of the schema; the ordinary way says how."""
    INTROSPECTION = "introspection"
    """It asks for the schema itself."""
    DIRECTIVE = "directive"
    """It uses a directive other than @skip and @include, or fragments with variables."""
    FIELD = "field"
    """It selects a field whose way of resolving is not one that plans know."""
    COLUMN = "column"
    """It selects a column whose type is unknown."""
    VISIBILITY = "visibility"
    """Who sees what is written so that it cannot be bound anew for each viewer."""
    ARGUMENT = "argument"
    """An argument, such as a cursor or a page's size, is refused; the ordinary way says how."""
    NULL = "null"
    """A field that is never null would be; the ordinary way says so where it belongs."""
    LENGTH = "length"
    """A list that is read as a whole is longer than such lists are, and has to be cut."""
    FAILED = "failed"
    """Something failed; the ordinary way tells and logs it, if it fails as well."""


class Unplanned(Exception):
    """An operation is not planned, or its plan cannot be followed to the end.

    Attributes:
        reason: Why.
    """

    def __init__(self, reason: Reason, what: str = "") -> None:
        """Keep the reason, and for those who debug what it was about."""
        super().__init__(reason, what)
        self.reason = reason


PLANNED: Final = "planned"
operations: Final[Counter[str]] = Counter()
"""Operations since the start of this process: PLANNED, or the reason why not."""
monitored: Final[Counter[str]] = Counter()
"""The same without candidates' operations: what monitoring keeps has times."""


def count(outcome: str, viewer: Viewer) -> None:
    """Count a viewer's operation by what became of it."""
    operations[outcome] += 1
    if viewer.kind is not ViewerKind.CANDIDATE:
        monitored[outcome] += 1
