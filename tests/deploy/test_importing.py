"""`afterword import responses`, from a file to rows in the database."""

import json
import os
import pty
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from deploy import importing
from deploy.errors import DeployError
from deploy.import_report import Rejections, Summary, preview_in_words, written
from tenants.access import Viewer
from tenants.db import run
from tenants.imports.coding import Rejection
from tenants.model import new_id
from tenants.organisations import queries as organisations
from tests.deploy.conftest import python
from tests.tenants.imports.surveys import HEADER, cells, empty, mapping_text, write_csv

FULL = [
    cells(),
    cells(id="r2", client="ACME", nps="11"),
    cells(id="r3", client="Birch", note="two\nlines"),
    cells(id="r4", client="Nobody"),
    empty(id="r5"),
]


@pytest.fixture
def tag() -> str:
    return new_id().hex[-8:]


def _mapping(path: Path, tag: str, **sections: str) -> Path:
    file = path / "mapping.toml"
    file.write_text(mapping_text(tag, **sections))
    return file


async def _rows(connection: AsyncConnection, slug: str, statement: str) -> list[Any]:
    organisation_id = await run(organisations.find_organisation_id, Viewer.operator(), slug=slug)
    await connection.execute(text(f"SET LOCAL app.organisations = '{{{organisation_id}}}'"))
    return [tuple(row) for row in await connection.execute(text(statement))]


def _told(tag: str, acme: tuple[bool, int, int], birch: tuple[bool, int, int]) -> list[Any]:
    return [
        {"slug": f"{name}-{tag}", "created": new, "imported": imported, "alreadyThere": known}
        for name, (new, imported, known) in (("acme", acme), ("birch", birch))
    ]


async def test_every_row_is_accounted_for_and_none_is_there_twice(
    connection: AsyncConnection, tmp_path: Path, tag: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file, mapping = write_csv(tmp_path / "old.csv", FULL), _mapping(tmp_path, tag)
    first = await importing.import_responses(file, mapping)
    assert first.to_json() == {
        "rows": 5,
        "imported": 3,
        "alreadyThere": 0,
        "rejected": 2,
        "organisations": _told(tag, (True, 1, 0), (True, 2, 0)),
        "analysed": None,
    }
    # Line 5 follows a record of two lines.
    assert capsys.readouterr().err == (
        "line 3, nps: nps: Please stay between 0 and 10.\n"
        "line 6, client: “Nobody” is none of the mapping's organisations\n"
    )
    again = await importing.import_responses(file, mapping)
    assert (again.imported, again.already_there, again.rejected) == (0, 3, 2)
    assert again.to_json()["organisations"] == _told(tag, (False, 0, 1), (False, 0, 2))
    put_right = [FULL[0], cells(id="r2", client="ACME"), *FULL[2:]]
    third = await importing.import_responses(write_csv(file, put_right), mapping)
    assert (third.imported, third.already_there, third.rejected) == (1, 3, 1)
    counted = "SELECT count(*) FROM responses"
    assert await _rows(connection, f"acme-{tag}", counted) == [(2,)]
    assert await _rows(connection, f"birch-{tag}", counted) == [(2,)]
    notes = "SELECT text FROM answers WHERE text IS NOT NULL"
    assert await _rows(connection, f"birch-{tag}", notes) == [("two\nlines",)]


async def test_a_workbook_is_the_same_file(
    connection: AsyncConnection, tmp_path: Path, tag: str
) -> None:
    del connection
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    for row in ([*HEADER], cells(), ["r5", "Birch", 2018, *[None] * 7, 9]):
        sheet.append(row)
    sheet["D3"] = '="S"&"ales"'
    workbook.save(tmp_path / "old.xlsx")
    mapping, report = _mapping(tmp_path, tag), tmp_path / "report.csv"
    table = await importing.import_responses(tmp_path / "old.xlsx", mapping, report=report)
    assert (table.rows, table.imported, table.rejected) == (2, 1, 1)
    assert report.read_text().splitlines() == [
        "line,column,reason",
        "3,team,holds a formula: copy the column and paste it as values",
    ]
    assert report.stat().st_mode & 0o777 == 0o600
    again = await importing.import_responses(write_csv(tmp_path / "old.csv", FULL), mapping)
    assert again.to_json()["organisations"] == _told(tag, (False, 0, 1), (True, 2, 0))


async def test_a_new_organisation_with_consent_joins_and_a_known_one_is_left_alone(
    connection: AsyncConnection, tmp_path: Path, tag: str
) -> None:
    file, mapping = write_csv(tmp_path / "old.csv", FULL), _mapping(tmp_path, tag)
    await importing.import_responses(file, mapping)
    members = "SELECT family, industry FROM benchmark_members"
    consents = "SELECT text, given_on, withdrawn_on FROM benchmark_consents"
    acme, birch = f"acme-{tag}", f"birch-{tag}"
    assert await _rows(connection, acme, members) == [(f"acme-family-{tag}", "TECHNOLOGY")]
    assert await _rows(connection, acme, consents) == [
        ("Our figures may count.", date(2015, 3, 1), None)
    ]
    assert await _rows(connection, birch, members) == []
    # Taken back since: importing once more must not give it again.
    taken_back = "UPDATE benchmark_consents SET withdrawn_on = '2020-01-01' RETURNING 1"
    assert await _rows(connection, acme, taken_back) == [(1,)]
    await importing.import_responses(file, mapping)
    assert await _rows(connection, acme, consents) == [
        ("Our figures may count.", date(2015, 3, 1), date(2020, 1, 1))
    ]


async def test_what_stands_before_an_unreadable_line_is_imported(
    connection: AsyncConnection, tmp_path: Path, tag: str
) -> None:
    file, mapping = write_csv(tmp_path / "old.csv", FULL[:1]), _mapping(tmp_path, tag)
    with file.open("a") as stream:
        stream.write('"never closed')
    with pytest.raises(DeployError) as refused:
        await importing.import_responses(file, mapping)
    assert str(refused.value) == (
        "The record that begins in line 3 is no CSV: unexpected end of data. 1 responses were"
        " imported; put it right and run the command again, which adds the rest"
    )
    assert await _rows(connection, f"acme-{tag}", "SELECT count(*) FROM responses") == [(1,)]


async def test_batches_of_many_organisations_lose_nothing(
    connection: AsyncConnection, tmp_path: Path, tag: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "BATCH", 3)
    monkeypatch.setattr(importing, "MOST_WAITING", 4)
    rows = [empty(id=f"r{n}", client=("Birch", "ACME")[n % 3 == 0]) for n in range(23)]
    summary = await importing.import_responses(
        write_csv(tmp_path / "old.csv", rows), _mapping(tmp_path, tag)
    )
    assert summary.rows == 23
    assert summary.to_json()["organisations"] == _told(tag, (True, 8, 0), (True, 15, 0))
    counted = "SELECT count(*), count(DISTINCT receipt_key) FROM responses"
    assert await _rows(connection, f"acme-{tag}", counted) == [(8, 8)]
    assert await _rows(connection, f"birch-{tag}", counted) == [(15, 15)]


@pytest.mark.usefixtures("connection")
async def test_after_a_large_import_the_tables_are_analysed(
    tmp_path: Path, tag: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "WORTH_ANALYSING", 2)
    file, mapping = write_csv(tmp_path / "old.csv", FULL[:1]), _mapping(tmp_path, tag)
    assert (await importing.import_responses(file, mapping)).analysed is None
    file = write_csv(tmp_path / "old.csv", FULL)
    assert (await importing.import_responses(file, mapping)).analysed is True


def test_a_preview_says_what_rows_would_become(tmp_path: Path, tag: str) -> None:
    file, mapping = write_csv(tmp_path / "old.csv", FULL), _mapping(tmp_path, tag)
    rows = importing.preview(file, mapping, 2)
    assert [row["line"] for row in rows] == [2, 3]
    assert rows[0]["answers"]["views"] == {"matrix": {"PACE": 2}}
    assert preview_in_words(rows).splitlines() == [
        f"line 2: acme-{tag}, 2018-12, CONFIDENTIAL, Sales",
        "  factors: PAY_BASE",
        "  any_money: MONEY",
        "  main: PAY_BASE",
        "  views: PACE 2",
        "  nps: 9",
        "  again: True",
        "  note: All fine",
        "  choice: JOB, OTHER; a sabbatical",
        "  days: 12.5",
        "  left: 2018-05-31",
        "line 3, nps: rejected, nps: Please stay between 0 and 10.",
        "nothing was written",
    ]


def test_a_file_or_mapping_that_is_not_there_is_named(tmp_path: Path, tag: str) -> None:
    mapping = _mapping(tmp_path, tag)
    with pytest.raises(DeployError, match=r"gone\.csv cannot be read: No such file"):
        importing.preview(tmp_path / "gone.csv", mapping, 1)
    with pytest.raises(DeployError, match=r"gone\.toml cannot be read: No such file"):
        importing.preview(tmp_path / "gone.csv", tmp_path / "gone.toml", 1)
    mapping.write_bytes(b"x" * 5_000_000)
    with pytest.raises(DeployError, match="is it the spreadsheet"):
        importing.preview(tmp_path / "gone.csv", mapping, 1)


def test_twenty_rejections_are_shown_and_the_others_counted(
    capsys: pytest.CaptureFixture[str],
) -> None:
    rejections = Rejections(None)
    for line in range(2, 25):
        rejections.add(Rejection(line, "", "odd"))
    rejections.show(sys.stderr)
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "line 2: odd"
    assert lines[19:] == ["line 21: odd", "and 3 more: --report FILE lists all of them"]


def test_a_report_holds_nothing_that_a_spreadsheet_would_compute(tmp_path: Path) -> None:
    with written(tmp_path / "report.csv") as stream:
        Rejections(stream).add(Rejection(2, "=cmd()", "“=cmd()” is no year"))
    assert (tmp_path / "report.csv").read_text().splitlines()[1] == "2,'=cmd(),“=cmd()” is no year"
    with (
        pytest.raises(DeployError, match="cannot be written: No such file"),
        written(tmp_path / "gone" / "report.csv"),
    ):
        pass


def test_a_summary_says_when_the_tables_have_to_be_analysed_by_hand() -> None:
    assert Summary(analysed=False).in_words().splitlines() == [
        "0 rows: 0 imported, 0 already there, 0 rejected",
        "DATABASE_URL is not set: let the tables' owner run ANALYZE responses, answers",
    ]


def _command(*words: str | Path, stderr: int = subprocess.PIPE) -> subprocess.CompletedProcess[str]:
    command = python("-m", "deploy.cli", "import", "responses", *map(str, words))
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    return subprocess.run(
        command, stdout=subprocess.PIPE, stderr=stderr, env=environment, text=True, check=False
    )


@pytest.mark.usefixtures("database")
def test_the_command_counts_shows_its_progress_and_says_what_was_rejected(
    tmp_path: Path, tag: str
) -> None:
    file, mapping = write_csv(tmp_path / "old.csv", FULL), _mapping(tmp_path, tag)
    ours, theirs = pty.openpty()
    done = _command(file, "--mapping", mapping, "--json", stderr=theirs)
    os.close(theirs)
    shown = os.read(ours, 1 << 16).decode()
    os.close(ours)
    assert done.returncode == 1
    assert json.loads(done.stdout)["organisations"] == _told(tag, (True, 1, 0), (True, 2, 0))
    assert "old.csv" in shown
    assert "100%" in shown
    assert "line 3, nps: nps: Please stay between 0 and 10." in shown
    good = write_csv(tmp_path / "good.csv", [FULL[0], FULL[4]])
    again = _command(good, "--mapping", mapping)
    assert (again.returncode, again.stderr) == (0, "")
    assert again.stdout.splitlines() == [
        "2 rows: 0 imported, 2 already there, 0 rejected",
        f"  acme-{tag}: 0 imported, 1 already there",
        f"  birch-{tag}: 0 imported, 1 already there",
    ]


def test_the_command_says_why_it_cannot_run(tmp_path: Path, tag: str) -> None:
    file = write_csv(tmp_path / "old.csv", FULL, header=[*HEADER[1:], "other"])
    failed = _command(file, "--mapping", _mapping(tmp_path, tag), "--preview")
    assert (failed.returncode, failed.stdout) == (2, "")
    assert failed.stderr == (
        "afterword: The file has no column “id”: put the header or the mapping right.\n"
    )
    odd = _command(file, "--mapping", file, "--preview", "0")
    assert odd.returncode == 2
    assert "argument --preview: 0 is no number" in odd.stderr
