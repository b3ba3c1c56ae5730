"""Files as they come: good ones row by row, bad ones in words."""

import io
import zipfile
from datetime import datetime
from pathlib import Path

import pytest
from openpyxl import Workbook

from tenants.errors import InvalidInput
from tenants.imports import csv_files, workbooks
from tenants.imports.files import open_table
from tenants.imports.tables import Row


def _rows(path: Path, delimiter: str = ",") -> tuple[tuple[str, ...], list[Row]]:
    with open_table(path, delimiter=delimiter) as table:
        rows = list(table.rows())
        assert table.position() == table.size
        return table.header, rows


def _csv(path: Path, content: bytes) -> Path:
    file = path / "file.csv"
    file.write_bytes(content)
    return file


def test_lines_are_those_of_the_file_whatever_is_quoted(tmp_path: Path) -> None:
    content = b'id, note ,\r\n1,"two\r\nlines"\r\n\r\n,,\r\n 2 ,"say ""so"""\r\n'
    header, rows = _rows(_csv(tmp_path, content))
    assert header == ("id", "note")
    assert rows == [Row(2, ["1", "two\r\nlines"]), Row(6, ["2", 'say "so"'])]


def test_excels_mark_and_other_delimiters_are_read(tmp_path: Path) -> None:
    header, rows = _rows(_csv(tmp_path, "\ufeffid;größe\n1;2,5\n".encode()), ";")
    assert (header, rows) == (("id", "größe"), [Row(2, ["1", "2,5"])])


def test_cells_out_of_place_are_a_fault_of_their_row(tmp_path: Path) -> None:
    _, rows = _rows(_csv(tmp_path, b"a,b\n1\n1,2,3\n1,2,\n"))
    assert [row.faults for row in rows] == [
        {2: "there are 1 cells and the header names 2 columns"},
        {2: "there are 3 cells and the header names 2 columns"},
        {},
    ]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "has no header"),
        (b"\n\n", "has no header"),
        (b" , ,\n", "has no header"),
        (b"a\n" + b"\xe4\n", "not UTF-8, somewhere after line"),
        (b"\xff\xfea\x00", "not UTF-8"),
        (b'a\n"never closed\n', "begins in line 2 is no CSV: unexpected end"),
        (b'a\n1\n"x"y\n', "begins in line 3 is no CSV"),
        (b"a\n" + b"x" * 140_000 + b"\n", "begins in line 2 is no CSV: field larger"),
        (b"a\n" + b"x," * 600_000 + b"\n", "Line 2 has more than 1048576 characters"),
        (b"a," * 2_001 + b"a\n", "has 2002 columns and may have 2000"),
    ],
)
def test_a_file_that_is_no_csv_is_told_where(tmp_path: Path, content: bytes, words: str) -> None:
    with pytest.raises(InvalidInput, match=words) as refused:
        _rows(_csv(tmp_path, content))
    assert refused.value.field == ("file",)


def test_a_nul_byte_is_a_character_like_others(tmp_path: Path) -> None:
    assert _rows(_csv(tmp_path, b"a\n1\x002\n"))[1] == [Row(2, ["1\x002"])]


def test_only_two_kinds_of_files_are_read(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"neither \.csv nor \.xlsx"):
        open_table(tmp_path / "old.xls")
    for name in ("gone.csv", "gone.xlsx"):
        with (
            pytest.raises(InvalidInput, match="cannot be read: No such file"),
            open_table(tmp_path / name),
        ):
            pass


def _workbook(path: Path, *rows: list[object]) -> Path:
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    file = path / "file.xlsx"
    workbook.save(file)
    return file


def test_typed_cells_become_the_text_of_a_csv(tmp_path: Path) -> None:
    moment = datetime(2018, 5, 31, 10, 30)  # noqa: DTZ001 - spreadsheets know no zones.
    day = datetime(2018, 5, 31)  # noqa: DTZ001 - likewise.
    file = _workbook(
        tmp_path,
        [" id ", "n", "x", "yes", "day", None],
        ["a ", 2011, 0.1 + 0.2, True, day],
        [],
        ["b", 2.0, 1e20, False, moment, "beyond"],
        [None, None, None],
    )
    header, rows = _rows_of_workbook(file)
    assert header == ("id", "n", "x", "yes", "day")
    assert rows == [
        Row(2, ["a", "2011", "0.3", "true", "2018-05-31"]),
        Row(4, ["b", "2", "1e+20", "false", "2018-05-31 10:30:00"]),
    ]


def _rows_of_workbook(file: Path, sheet: str | None = None) -> tuple[tuple[str, ...], list[Row]]:
    with open_table(file, sheet=sheet) as table:
        return table.header, list(table.rows())


def test_a_formula_and_an_error_are_faults_not_blanks(tmp_path: Path) -> None:
    file = _workbook(tmp_path, ["a", "b"], ["=1+1", "#N/A"], ["x", "y"])
    rows = _rows_of_workbook(file)[1]
    assert [row.faults for row in rows] == [
        {0: "holds a formula: copy the column and paste it as values", 1: "holds the error #N/A"},
        {},
    ]


def test_a_sheet_is_chosen_by_its_name(tmp_path: Path) -> None:
    workbook = Workbook()
    workbook.create_sheet("Second").append(["two"])
    workbook.save(tmp_path / "file.xlsx")
    assert _rows_of_workbook(tmp_path / "file.xlsx", "Second")[0] == ("two",)
    with pytest.raises(InvalidInput, match="no sheet Third in the file: Sheet, Second"):
        _rows_of_workbook(tmp_path / "file.xlsx", "Third")
    with pytest.raises(InvalidInput, match="has no header"):
        _rows_of_workbook(tmp_path / "file.xlsx")


def _rewritten(file: Path, part: str, content: bytes) -> Path:
    """Replace a part of a workbook."""
    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    changed = io.BytesIO()
    with zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, old in parts.items():
            archive.writestr(name, content if name == part else old)
    file.write_bytes(changed.getvalue())
    return file


_SHEET = "xl/worksheets/sheet1.xml"
_BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    b'<row r="1"><c t="inlineStr"><is><t>&b;</t></is></c></row></sheetData></worksheet>'
)


@pytest.mark.parametrize(
    ("part", "content"),
    [
        (_SHEET, b"<worksheet"),
        (_SHEET, _BOMB),
        ("xl/workbook.xml", b"nothing"),
        ("[Content_Types].xml", b"<a/>"),
    ],
)
def test_a_broken_workbook_is_said_to_be_broken(tmp_path: Path, part: str, content: bytes) -> None:
    file = _rewritten(_workbook(tmp_path, ["a"], ["1"]), part, content)
    with pytest.raises(InvalidInput, match="no readable XLSX file"):
        _rows_of_workbook(file)


def test_what_is_no_archive_at_all_is_no_workbook(tmp_path: Path) -> None:
    file = tmp_path / "file.xlsx"
    for content in (b"", b"id,client\n1,2\n", b"PK\x03\x04 and then nothing"):
        file.write_bytes(content)
        with pytest.raises(InvalidInput, match=r"no readable XLSX file \(BadZipFile\)"):
            _rows_of_workbook(file)


def test_a_workbook_that_unpacks_to_too_much_is_not_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = _workbook(tmp_path, ["a"], ["1"])
    monkeypatch.setattr(workbooks, "MOST_UNPACKED_BYTES", 1_000)
    with pytest.raises(InvalidInput, match="too large to be read"):
        _rows_of_workbook(file)


def test_a_sheet_that_claims_endless_rows_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbooks, "MOST_ROWS", 100)
    sheet = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        b'<row r="1"><c r="A1"><v>1</v></c></row><row r="2000000000"><c><v>1</v></c></row>'
        b"</sheetData></worksheet>"
    )
    file = _rewritten(_workbook(tmp_path, ["a"]), _SHEET, sheet)
    with pytest.raises(InvalidInput, match="more than 100 rows"):
        _rows_of_workbook(file)


def test_a_file_is_never_held_as_a_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first rows are there before the last ones were looked at."""
    monkeypatch.setattr(csv_files, "LONGEST_LINE", 1_000)
    lines = b"a\n" + b"1\n" * 200_000 + b"x" * 2_000
    with open_table(_csv(tmp_path, lines)) as table:
        rows = table.rows()
        assert next(rows) == Row(2, ["1"])
        assert table.position() < table.size // 10
        with pytest.raises(InvalidInput, match="Line 200002 has more than 1000 characters"):
            list(rows)
