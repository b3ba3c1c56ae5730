"""XLSForm: a workbook with a sheet of questions and a sheet of choices."""

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any, Final

from tenants.errors import InvalidInput
from tenants.questionnaires.importers.assembly import (
    Item,
    Outcome,
    Survey,
    SurveyPage,
    SurveyQuestion,
    left_out,
)

Json = dict[str, Any]
Row = Mapping[str, str]

MOST_UNPACKED: Final = 20 * 1024 * 1024
MOST_ROWS: Final = 2_000
MOST_COLUMNS: Final = 60
# The columns of questions and choices that are read; all others are reported where they are used.
_OF_QUESTIONS: Final = frozenset({"type", "name", "label", "hint", "required", "relevant"})
_OF_CHOICES: Final = frozenset({"list_name", "list name", "name", "label"})
_SHEETS: Final = frozenset({"survey", "choices", "settings"})
_METADATA: Final = frozenset(
    {"start", "end", "today", "deviceid", "username", "phonenumber", "email", "audit", "simserial"}
)
_LANGUAGE: Final = re.compile(r"(?:.*\()?([a-z]{2,3}(?:-[A-Z]{2})?)\)?")
_NAMED: Final[Mapping[str, str]] = {"english": "en", "german": "de", "french": "fr"}
_SIMPLE: Final[Mapping[str, Json]] = {
    "text": {"type": "SHORT_TEXT"},
    "integer": {
        "type": "NUMBER",
        "settings": {"minimum": -(10**9), "maximum": 10**9},
    },
    "decimal": {
        "type": "NUMBER",
        "settings": {"minimum": -(10**9), "maximum": 10**9, "decimals": 6},
    },
    "date": {"type": "DATE"},
    "note": {"type": "INFORMATION"},
}


def read(content: bytes) -> Survey:
    """Return the questionnaire of a workbook.

    Raises:
        InvalidInput: It is no workbook that can be read safely, or has no sheet of questions.
    """
    sheets = _sheets(content)
    if "survey" not in sheets:
        message = "The workbook has no sheet named survey."
        raise InvalidInput(message, field="file")
    rows = sheets["survey"]
    default = (sheets.get("settings") or [{}])[0].get("default_language", "")
    named = [*rows, *sheets.get("choices", [])]
    languages = list(dict.fromkeys(_languages(named, _language(default) if default else "en")))
    choices: dict[str, list[Json]] = {}
    for row in sheets.get("choices", []):
        name = row.get("list_name") or row.get("list name") or ""
        option = {"code": row.get("name", ""), "wording": _said(row, "label", languages)}
        choices.setdefault(name, []).append(option)
    title = (sheets.get("settings") or [{}])[0].get("form_title", "")
    items = [
        Item(name, Outcome.DEGRADED, "the sheet was left out")
        for name, filled in sheets.items()
        if filled and name not in _SHEETS
    ]
    columns = dict.fromkeys(
        column for row in sheets.get("choices", []) for column in _unread(row, _OF_CHOICES)
    )
    items += [
        Item(f"choices: {column}", Outcome.DEGRADED, "the column was left out")
        for column in columns
    ]
    pages = _pages(rows, choices, languages, items)
    return Survey({languages[0]: title or "Form"}, languages, pages, items)


def _sheets(content: bytes) -> dict[str, list[Row]]:
    """Return the rows of each sheet as texts by the names of the columns."""
    # It brings numpy where that is installed, which a process that imports nothing need not have.
    from openpyxl import load_workbook  # noqa: PLC0415 - see above.
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415 - likewise.

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(one.file_size for one in archive.infolist()) > MOST_UNPACKED:
                message = f"The workbook unpacks to more than {MOST_UNPACKED} bytes."
                raise InvalidInput(message, field="file")
        workbook = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        return {sheet.title.strip().lower(): list(_rows(sheet)) for sheet in workbook.worksheets}
    except (zipfile.BadZipFile, InvalidFileException, OSError) as error:
        message = "The file is no .xlsx workbook; an older .xls has to be saved as one first."
        raise InvalidInput(message, field="file") from error


def _rows(sheet: Any) -> Iterator[Row]:
    """Yield the rows of a sheet.

    Raises:
        InvalidInput: It is larger than any questionnaire here can be; nothing is cut off.
    """
    rows = sheet.iter_rows(values_only=True, max_row=MOST_ROWS + 1, max_col=MOST_COLUMNS + 1)
    header = [str(cell or "").strip() for cell in next(rows, ())]
    names = [_column(name) for name in header]
    for number, row in enumerate(rows, 2):
        if number > MOST_ROWS or (len(row) > MOST_COLUMNS and row[MOST_COLUMNS] is not None):
            message = f"A sheet has at most {MOST_ROWS} rows and {MOST_COLUMNS} columns."
            raise InvalidInput(message, field="file")
        cells = {
            name: str(cell).strip()
            for name, cell in zip(names, row, strict=False)
            if name and cell is not None
        }
        if cells:
            yield cells


def _column(name: str) -> str:
    """Return a column's name, with the language behind two colons if it has one."""
    base, _, language = name.replace("::", ":").partition(":")
    base = base.strip().lower()
    return f"{base}::{_language(language)}" if language.strip() else base


def _language(name: str) -> str:
    word = name.strip()
    match = _LANGUAGE.fullmatch(word)
    return match[1] if match else _NAMED.get(word.lower(), word.lower()[:3])


def _languages(rows: list[Row], default: str) -> Iterator[str]:
    yield default
    for row in rows:
        yield from (name.split("::")[1] for name in row if name.startswith("label::"))


def _unread(row: Row, read: frozenset[str]) -> list[str]:
    """Return the columns of a row that nobody here reads."""
    return [column for column in row if column.partition("::")[0] not in read]


def _said(row: Row, column: str, languages: list[str]) -> dict[str, str]:
    said = {one: row[f"{column}::{one}"] for one in languages if f"{column}::{one}" in row}
    return ({languages[0]: row[column]} if column in row else {}) | said


def _pages(
    rows: list[Row], choices: Mapping[str, list[Json]], languages: list[str], items: list[Item]
) -> list[SurveyPage]:
    """Return a page for each group, and for what stands between groups."""
    pages = [SurveyPage("form", {}, [])]
    repeats = 0
    within: list[str] = []
    for row in rows:
        kind = " ".join(row.get("type", "").replace("_", " ", 1).split())
        name = row.get("name", kind)
        if kind.startswith(("begin repeat", "end repeat")):
            repeats += 1 if kind.startswith("begin") else -1
            if kind.startswith("begin"):
                items.append(Item(name, Outcome.REFUSED, "repeated groups are not known here"))
        elif kind.startswith("begin group"):
            pages.append(SurveyPage(name, _said(row, "label", languages), []))
            within.append(row.get("relevant", ""))
            losses = left_out(_unread(row, _OF_QUESTIONS))
            if losses:
                items.append(Item(name, Outcome.DEGRADED, "; ".join(losses)))
        elif kind.startswith("end group"):
            pages.append(SurveyPage(f"after {pages[-1].name}", {}, []))
            within = within[:-1]
        elif repeats:
            items.append(Item(name, Outcome.REFUSED, "it is within a repeated group"))
        elif kind:
            question = _question(row, kind, choices, languages, items)
            if question is not None:
                question.within = tuple(within)
                pages[-1].questions.append(question)
    return [page for page in pages if page.questions]


def _question(
    row: Row,
    kind: str,
    choices: Mapping[str, list[Json]],
    languages: list[str],
    items: list[Item],
) -> SurveyQuestion | None:
    """Return a question, or report why it cannot be one."""
    name = row.get("name", kind)
    losses = [
        f"its {column.replace('_', ' ')} was left out: {row[column][:100]}"
        for column in _unread(row, _OF_QUESTIONS)
    ]
    particulars = _particulars(kind, row, choices, languages, losses)
    if particulars is None:
        reason = (
            "it is filled in by a device and not by a person"
            if kind in _METADATA or kind in {"calculate", "hidden"}
            else f"type {kind[:50]} is not known here"
        )
        items.append(Item(name, Outcome.REFUSED, reason))
        return None
    is_asked = particulars["type"] != "INFORMATION"
    document = {
        "wording": _said(row, "label", languages),
        "help": _said(row, "hint", languages) or None,
        "required": is_asked and row.get("required", "").lower() in {"yes", "true", "1"},
        **particulars,
    }
    return SurveyQuestion(name, document, row.get("relevant", ""), losses)


def _particulars(
    kind: str,
    row: Row,
    choices: Mapping[str, list[Json]],
    languages: list[str],
    losses: list[str],
) -> Json | None:
    """Return type, options and settings; None for what is not known here."""
    if kind in _SIMPLE:
        is_long = kind == "text" and "multiline" in row.get("appearance", "")
        return {"type": "LONG_TEXT"} if is_long else dict(_SIMPLE[kind])
    if kind == "acknowledge":
        return {"type": "CONSENT", "settings": {"statement": _said(row, "label", languages)}}
    asked = re.fullmatch(r"(select one|select multiple|rank) (\S+)( or.other)?", kind)
    if asked is None:
        return None
    listed = choices.get(asked[2], [])
    options = [*{option["code"]: option for option in reversed(listed)}.values()][::-1]
    if len(options) < len(listed):
        losses.append("choices that are there twice were taken once")
    types = {"select one": "SINGLE_CHOICE", "select multiple": "MULTIPLE_CHOICE"}
    particulars: Json = {"type": types.get(asked[1], "RANKING"), "options": options}
    if asked[3]:
        other = {"code": "other", "wording": {"en": "Other", "de": "Anderes"}}
        particulars["options"] = [*options, other]
        particulars["settings"] = {"other_option": "other"}
    return particulars
