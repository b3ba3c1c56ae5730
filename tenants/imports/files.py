"""Opens a spreadsheet, whichever kind of file it is."""

from contextlib import AbstractContextManager
from pathlib import Path

from tenants.errors import InvalidInput
from tenants.imports.csv_files import open_csv
from tenants.imports.tables import Table


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
        return open_csv(path, delimiter)
    if kind == ".xlsx":
        from tenants.imports.workbooks import open_workbook  # noqa: PLC0415 - slow to import.

        return open_workbook(path, sheet)
    message = f"{path.name} is neither .csv nor .xlsx: save the spreadsheet as one of them."
    raise InvalidInput(message, field="file")
