"""CSV files, read a record at a time."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader, TextIOWrapper
from pathlib import Path
from typing import Final

from tenants.errors import InvalidInput
from tenants.imports.tables import NO_FAULTS, Row, Table, checked_header, refuse_unreadable

# Of a line with its line break. A cell may hold what the csv module lets it, 131,072 characters.
LONGEST_LINE: Final = 1 << 20
HEADER_LINE: Final = 1


@contextmanager
def open_csv(path: Path, delimiter: str) -> Iterator[Table]:
    """Open a CSV file for the time of a block.

    Raises:
        InvalidInput: It cannot be opened, or has no header.
    """
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
            faults = NO_FAULTS
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
