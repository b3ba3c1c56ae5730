"""XLSX files, row by row. Their cells have types, which become text as the mapping expects it."""

import datetime as dt
import warnings
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Final
from zipfile import ZipFile

from openpyxl import load_workbook
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from tenants.errors import InvalidInput
from tenants.imports.tables import MOST_COLUMNS, Row, Table, checked_header, refuse_unreadable

# What Excel itself can hold; a file that claims more was not made by it.
MOST_ROWS: Final = 1_048_576
# Texts are the one part that is held in memory as a whole.
MOST_UNPACKED_BYTES: Final = 1 << 30
MOST_TEXT_BYTES: Final = 1 << 27
_TEXTS: Final = "xl/sharedstrings.xml"
_LARGEST_EXACT: Final = 10**15


@contextmanager
def open_workbook(path: Path, sheet: str | None) -> Iterator[Table]:
    """Open a sheet of an XLSX file for the time of a block.

    Raises:
        InvalidInput: It is no such file, too large unpacked, or has no such sheet or no header.
    """
    with ExitStack() as stack:
        try:
            stream = stack.enter_context(path.open("rb"))
        except OSError as error:
            raise refuse_unreadable(path, error) from None
        # What openpyxl leaves out of a workbook (styles, validations) is nothing that we read.
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        try:
            _check_archive(stream)
            workbook = load_workbook(stream, read_only=True)
            stack.callback(workbook.close)
            table = _SheetTable(_find_sheet(workbook, sheet))
        except InvalidInput:
            raise
        except Exception as error:  # noqa: BLE001 - a broken file fails in any way there is.
            raise _refuse_broken(error) from None
        yield table


def _check_archive(stream: BinaryIO) -> None:
    """Refuse what would unpack to more than a machine can hold."""
    with ZipFile(stream) as archive:
        sizes = {one.filename.lower(): one.file_size for one in archive.infolist()}
    if sum(sizes.values()) > MOST_UNPACKED_BYTES or sizes.get(_TEXTS, 0) > MOST_TEXT_BYTES:
        message = "The workbook is too large to be read: save its sheet as CSV UTF-8."
        raise InvalidInput(message, field="file")


def _refuse_broken(error: Exception) -> InvalidInput:
    message = (
        f"This is no readable XLSX file ({type(error).__name__}): open it in a spreadsheet program"
        " and save it anew, as XLSX without a password or as CSV UTF-8."
    )
    return InvalidInput(message, field="file")


def _find_sheet(workbook: Any, name: str | None) -> ReadOnlyWorksheet:
    sheets = {one.title: one for one in workbook.worksheets}
    found = next(iter(sheets.values()), None) if name is None else sheets.get(name)
    if not isinstance(found, ReadOnlyWorksheet):
        message = f"There is no sheet {name or 'with rows'} in the file: {', '.join(sheets)}."
        raise InvalidInput(message, field="sheet")
    return found


class _SheetTable:
    def __init__(self, sheet: ReadOnlyWorksheet) -> None:
        self.size = min(sheet.max_row or 0, MOST_ROWS)
        # Some programs write a wrong extent, which would cut rows and columns off.
        sheet.reset_dimensions()
        self._cells = enumerate(self._read(sheet), start=1)
        self._line = 0
        first = next(self._cells, (0, ()))[1]
        self.header = checked_header([_text(cell) for cell in first])

    def position(self) -> int:
        return self._line

    def rows(self) -> Iterator[Row]:
        width = len(self.header)
        for line, cells in self._cells:
            self._line = line
            texts = [_text(cell) for cell in cells[:width]]
            if any(texts):
                faults = {
                    index: fault
                    for index, cell in enumerate(cells[:width])
                    if (fault := _fault(cell)) is not None
                }
                yield Row(line, texts + [""] * (width - len(texts)), faults)

    def _read(self, sheet: ReadOnlyWorksheet) -> Iterator[Sequence[Any]]:
        rows = iter(sheet.rows)
        line = 0
        while True:
            try:
                cells = next(rows)
            except StopIteration:
                return
            except Exception as error:  # noqa: BLE001 - a broken file fails in any way there is.
                raise _refuse_broken(error) from None
            line += 1
            if line > MOST_ROWS:
                message = f"The sheet has more than {MOST_ROWS} rows: save it as CSV UTF-8."
                raise InvalidInput(message, field="file")
            yield cells if len(cells) <= MOST_COLUMNS else cells[: MOST_COLUMNS + 1]


def _fault(cell: Any) -> str | None:
    """Return why a cell's content cannot be known."""
    if cell.data_type == "f":
        return "holds a formula: copy the column and paste it as values"
    if cell.data_type == "e":
        return f"holds the error {cell.value}"
    return None


def _text(cell: Any) -> str:  # noqa: PLR0911 - one per type of cell.
    """Return a cell's content as the text that a CSV file would have."""
    match cell.value:
        case None:
            return ""
        case str(text):
            return text.strip()
        case bool(yes):
            return "true" if yes else "false"
        case int(number):
            return str(number)
        case float(number):
            whole = number.is_integer() and abs(number) < _LARGEST_EXACT
            # Fifteen digits, as the spreadsheet shows it: 0.3 and not 0.30000000000000004.
            return str(int(number)) if whole else f"{number:.15g}"
        case dt.datetime() as moment:
            midnight = moment.time() == dt.time()
            return str(moment.date()) if midnight else str(moment.replace(microsecond=0))
        case other:
            return str(other).strip()
