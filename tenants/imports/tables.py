"""Spreadsheets read row by row: never more of a file in memory than one row of it.

Every cell comes out as text without the white space around it. What cannot be read as a table at
all is refused with the line at which it cannot; a single cell that cannot be read is a fault of
its row.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Final, Protocol

from tenants.errors import InvalidInput

MOST_COLUMNS: Final = 2_000
NO_FAULTS: Final[Mapping[int, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Row:
    """One row below the header.

    Attributes:
        line: Where it begins in the file; the header is line 1.
        cells: Their texts, trimmed.
        faults: Why a cell cannot be read, by its index; beyond the last one, why the row cannot.
    """

    line: int
    cells: Sequence[str]
    faults: Mapping[int, str] = field(default_factory=lambda: NO_FAULTS)


class Table(Protocol):
    """An open spreadsheet.

    Attributes:
        header: The names of the columns, trimmed.
        size: How much there is to read, in the unit of `position`; 0 if that is unknown.
    """

    header: tuple[str, ...]
    size: int

    def rows(self) -> Iterator[Row]:
        """Yield the rows that have any content, once.

        Raises:
            InvalidInput: The rest of the file cannot be read.
        """

    def position(self) -> int:
        """Return how much has been read."""


def checked_header(names: Sequence[str]) -> tuple[str, ...]:
    """Return the names of the columns without empty ones at the end.

    Raises:
        InvalidInput: There are none, or too many.
    """
    header = tuple(name.strip() for name in names)
    while header and not header[-1]:
        header = header[:-1]
    if not header:
        message = "The file has no header: its first line must name the columns."
        raise InvalidInput(message, field="file")
    if len(header) > MOST_COLUMNS:
        message = f"The file has {len(header)} columns and may have {MOST_COLUMNS}: delete some."
        raise InvalidInput(message, field="file")
    return header


def refuse_unreadable(path: Path, error: OSError) -> InvalidInput:
    """Return the refusal of a file that the system does not let us read."""
    message = f"{path.name} cannot be read: {error.strerror or error}."
    return InvalidInput(message, field="file")
