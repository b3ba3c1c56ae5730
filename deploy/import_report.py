"""What an import tells of itself: a preview, the rejected rows and what became of all of them."""

import csv
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TextIO

from deploy.errors import DeployError
from tenants.imports.coding import CodedResponse, Rejection
from tenants.questionnaires.question_types import AnswerState
from tenants.questionnaires.values import to_json

REJECTIONS_SHOWN: Final = 20
# What a spreadsheet program would take for a formula.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


@dataclass
class Tally:
    """What became of the rows of one organisation."""

    created: bool
    imported: int = 0
    already_there: int = 0


@dataclass
class Summary:
    """What became of every row: `rows` is imported, already there and rejected together."""

    rows: int = 0
    rejected: int = 0
    organisations: dict[str, Tally] = field(default_factory=dict)
    analysed: bool | None = None

    @property
    def imported(self) -> int:
        """How many responses were added."""
        return sum(one.imported for one in self.organisations.values())

    @property
    def already_there(self) -> int:
        """How many an earlier run had added."""
        return sum(one.already_there for one in self.organisations.values())

    def to_json(self) -> dict[str, Any]:
        """Return it as one JSON object; `analysed` is null where it was not worth while."""
        return {
            "rows": self.rows,
            "imported": self.imported,
            "alreadyThere": self.already_there,
            "rejected": self.rejected,
            "organisations": [
                {
                    "slug": slug,
                    "created": one.created,
                    "imported": one.imported,
                    "alreadyThere": one.already_there,
                }
                for slug, one in sorted(self.organisations.items())
            ],
            "analysed": self.analysed,
        }

    def in_words(self) -> str:
        """Return it as lines to read."""
        became = (
            f"{self.imported} imported, {self.already_there} already there,"
            f" {self.rejected} rejected"
        )
        lines = [f"{self.rows} rows: {became}"]
        for slug, one in sorted(self.organisations.items()):
            new = " (new)" if one.created else ""
            lines.append(
                f"  {slug}{new}: {one.imported} imported, {one.already_there} already there"
            )
        if self.analysed is False:
            lines.append(
                "DATABASE_URL is not set: let the tables' owner run ANALYZE responses, answers"
            )
        return "\n".join(lines)


class Rejections:
    """The report of rejected rows: in a file, or the first of them on standard error."""

    def __init__(self, stream: TextIO | None) -> None:
        """Begin the report with its header."""
        self.count = 0
        self._first: list[Rejection] = []
        self._writer = None if stream is None else csv.writer(stream)
        if self._writer is not None:
            self._writer.writerow(("line", "column", "reason"))

    def add(self, rejection: Rejection) -> None:
        """Report a row."""
        self.count += 1
        if self._writer is not None:
            column = rejection.column
            guarded = f"'{column}" if column.startswith(_FORMULA) else column
            self._writer.writerow((rejection.line, guarded, rejection.reason))
        elif len(self._first) < REJECTIONS_SHOWN:
            self._first.append(rejection)

    def show(self, stream: TextIO) -> None:
        """Write the first ones in words, unless they are in a file."""
        for one in self._first:
            column = f", {one.column}" if one.column else ""
            stream.write(f"line {one.line}{column}: {one.reason}\n")
        more = self.count - len(self._first)
        if self._first and more:
            stream.write(f"and {more} more: --report FILE lists all of them\n")


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


@contextmanager
def written(report: Path) -> Iterator[TextIO]:
    """Open the report for ourselves alone: it quotes cells."""
    try:
        stream = open(report, "w", encoding="utf-8", newline="", opener=_private)  # noqa: SIM115 - only this one takes an opener; closed below.
    except OSError as error:
        message = f"{report} cannot be written: {error.strerror or error}"
        raise DeployError(message) from error
    with stream:
        yield stream


def previewed(coded: CodedResponse | Rejection) -> dict[str, Any]:
    """Return what a row would become, as JSON; unanswered questions are left out."""
    if isinstance(coded, Rejection):
        return {"line": coded.line, "column": coded.column, "rejected": coded.reason}
    return {
        "line": coded.line,
        "organisation": coded.slug,
        "month": f"{coded.month:%Y-%m}",
        "confidentiality": coded.confidentiality.value,
        "segment": coded.segment,
        "answers": {
            code: answer.state.value if answer.value is None else to_json(answer.value)
            for code, answer in coded.answers.items()
            if answer.value is not None or answer.state is not AnswerState.SKIPPED
        },
    }


def preview_in_words(rows: list[dict[str, Any]]) -> str:
    """Return a preview as lines to read."""
    lines = []
    for row in rows:
        if "rejected" in row:
            column = f", {row['column']}" if row["column"] else ""
            lines.append(f"line {row['line']}{column}: rejected, {row['rejected']}")
            continue
        segment = f", {row['segment']}" if row["segment"] else ""
        lines.append(
            f"line {row['line']}: {row['organisation']}, {row['month']},"
            f" {row['confidentiality']}{segment}"
        )
        for code, answer in row["answers"].items():
            said = answer if isinstance(answer, str) else _said(answer)
            lines.append(f"  {code}: {said}")
    return "\n".join([*lines, "nothing was written"])


def _said(answer: dict[str, Any]) -> str:
    parts = []
    for item in answer.values():
        if isinstance(item, list):
            parts.append(", ".join(item))
        elif isinstance(item, dict):
            parts.append(", ".join(f"{row} {point}" for row, point in item.items()))
        else:
            parts.append(str(item))
    return "; ".join(parts)
