"""Spreadsheets read row by row: never more of a file in memory than one row of it.

Every cell comes out as text without the white space around it. What cannot be read as a table at
all is refused with the line at which it cannot; a single cell that cannot be read is a fault of
its row.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from io import BufferedReader, TextIOWrapper
from pathlib import Path
from types import MappingProxyType
from typing import Final, Protocol

from tenants.errors import InvalidInput

MOST_COLUMNS: Final = 2_000
# Of a line with its line break. A cell may hold what the csv module lets it, 131,072 characters.
LONGEST_LINE: Final = 1 << 20
HEADER_LINE: Final = 1
_NO_FAULTS: Final[Mapping[int, str]] = MappingProxyType({})


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
    faults: Mapping[int, str] = field(default_factory=lambda: _NO_FAULTS)


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


def open_table(
    path: Path, *, delimiter: str = ",", sheet: str | None = None
) -> AbstractContextManager[Table]:
    """Open a CSV or XLSX file, by the end of its name, for the time of a block.

    Args:
        path: Where it is.
        delimiter: Between the cells of a CSV file.
        sheet: Of an XLSX file; its first one if absent.

    Raises:
        InvalidInput: It is neither, cannot be opened, or has no header.
    """
    kind = path.suffix.lower()
    if kind == ".csv":
        return _open_csv(path, delimiter)
    if kind == ".xlsx":
        from tenants.imports.workbooks import open_workbook  # noqa: PLC0415 - slow to import.

        return open_workbook(path, sheet)
    message = f"{path.name} is neither .csv nor .xlsx: save the spreadsheet as one of them."
    raise InvalidInput(message, field="file")


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


@contextmanager
def _open_csv(path: Path, delimiter: str) -> Iterator[Table]:
    try:
        binary = path.open("rb")
    except OSError as error:
        raise refuse_unreadable(path, error) from None
    # With the mark that Excel begins a file with, or without it.
    with TextIOWrapper(binary, encoding="utf-8-sig", newline="") as stream:
        yield _CsvTable(stream, binary, delimiter, path.stat().st_size)


class _CsvTable:
    def __init__(
        self, stream: TextIOWrapper, binary: BufferedReader, delimiter: str, size: int
    ) -> None:
        self.size = size
        self._stream = stream
        self._binary = binary
        self._reader = csv.reader(self._lines(), delimiter=delimiter, strict=True)
        first = next(self._records(), (HEADER_LINE, []))
        self.header = checked_header(first[1])

    def position(self) -> int:
        # The text's own position cannot be asked for while it is read line by line.
        return self._binary.tell()

    def rows(self) -> Iterator[Row]:
        width = len(self.header)
        for line, record in self._records():
            cells = [cell.strip() for cell in record]
            if not any(cells):
                continue
            faults = _NO_FAULTS
            # Too few or too many: some cell was not quoted, and what follows it is out of place.
            if len(cells) < width or any(cells[width:]):
                message = f"there are {len(cells)} cells and the header names {width} columns"
                faults = {width: message}
            yield Row(line, cells[:width] + [""] * (width - len(cells)), faults)

    def _lines(self) -> Iterator[str]:
        number = 0
        while text := self._stream.readline(LONGEST_LINE):
            number += 1
            if len(text) >= LONGEST_LINE:
                message = f"Line {number} has more than {LONGEST_LINE} characters: is this a CSV?"
                raise InvalidInput(message, field="file")
            yield text

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        """Yield each record with the line it begins in, which quoted line breaks put before."""
        while True:
            line = self._reader.line_num + 1
            try:
                yield line, next(self._reader)
            except StopIteration:
                return
            except UnicodeDecodeError:
                message = (
                    f"The file is not UTF-8, somewhere after line {line - 1}: save it as CSV UTF-8."
                )
                raise InvalidInput(message, field="file") from None
            except csv.Error as error:
                message = f"The record that begins in line {line} is no CSV: {error}."
                raise InvalidInput(message, field="file") from None
