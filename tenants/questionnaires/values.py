"""The typed value of an answer, and its forms in table columns and in sealed JSON."""

import datetime as dt
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, TypeAlias


class ValueShape(StrEnum):
    """What kind of value a question takes."""

    CHOICE = "CHOICE"
    CHOICES = "CHOICES"
    SCALE = "SCALE"
    NUMBER = "NUMBER"
    TEXT = "TEXT"
    RANKING = "RANKING"
    MATRIX = "MATRIX"
    BOOLEAN = "BOOLEAN"
    DATE = "DATE"
    NOTHING = "NOTHING"


@dataclass(frozen=True, slots=True)
class Choice:
    """One option, with the candidate's own words where the option asks for them."""

    code: str
    other_text: str | None = None


@dataclass(frozen=True, slots=True)
class Choices:
    """Any number of options; their order means nothing."""

    codes: tuple[str, ...]
    other_text: str | None = None


@dataclass(frozen=True, slots=True)
class Scale:
    """A point on a scale of whole numbers."""

    value: int


@dataclass(frozen=True, slots=True)
class Number:
    """A number, in the question's unit."""

    value: Decimal


@dataclass(frozen=True, slots=True)
class Text:
    """Free text."""

    text: str


@dataclass(frozen=True, slots=True)
class Ranking:
    """Options in the candidate's order, the first one first; some may be left out."""

    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """A point on the scale for each row that was answered."""

    rows: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Boolean:
    """Yes or no."""

    value: bool


@dataclass(frozen=True, slots=True)
class Date:
    """A calendar day; a month is its first day."""

    value: dt.date


class Nothing:
    """What a block of information takes for an answer: no value is one."""


Value: TypeAlias = Choice | Choices | Scale | Number | Text | Ranking | Matrix | Boolean | Date
Operand: TypeAlias = str | int | bool | Decimal

COLUMNS = (
    "choice",
    "choices",
    "other_text",
    "scale",
    "number",
    "text",
    "ranking",
    "matrix",
    "boolean",
    "date",
)


def clean_text(raw: str) -> str:
    """Return the text as it is kept: NFC, trimmed, lines ended by LF, no control characters.

    PostgreSQL refuses NUL, and the other control characters have no meaning for a reader.

    Raises:
        UnicodeEncodeError: The text holds half a surrogate pair, which no encoding can store.
    """
    if raw.isprintable():
        # Neither line ends nor control characters nor halves of surrogate pairs are printable.
        return unicodedata.normalize("NFC", raw).strip()
    raw.encode("utf-8")
    lines = raw.replace("\t", " ").splitlines()
    kept = "\n".join(
        # What is printable has no control characters, and hardly any line is not.
        line if line.isprintable() else "".join(c for c in line if unicodedata.category(c) != "Cc")
        for line in lines
    )
    return unicodedata.normalize("NFC", kept).strip()


def normalised(value: Value) -> Value | None:
    """Return the value with its texts cleaned, or None when nothing is left of it.

    Raises:
        UnicodeEncodeError: A text holds half a surrogate pair.
    """
    match value:
        case Text(text):
            cleaned = clean_text(text)
            if cleaned == text:
                return value if text else None
            return Text(cleaned) if cleaned else None
        case Choice(_, other_text) | Choices(_, other_text) if other_text is not None:
            return _if_any(replace(value, other_text=clean_text(other_text) or None))
        case _:
            return _if_any(value)


def _if_any(value: Value) -> Value | None:
    """Return the value, or None when it chooses nothing."""
    match value:
        case Choice("", None) | Choices((), None) | Ranking(()):
            return None
        case Matrix(rows) if not rows:
            return None
        case _:
            return value


def free_text(value: Value | None) -> str | None:
    """Return what the candidate wrote in their own words, if the value holds any."""
    match value:
        case Text(text):
            return text
        case Choice(_, other_text) | Choices(_, other_text):
            return other_text
        case _:
            return None


def operands_of(value: Value) -> tuple[Operand, ...]:  # noqa: PLR0911 - one per shape.
    """Return what a condition can compare the value with; nothing for texts and matrices."""
    match value:
        case Choice(code):
            return (code,)
        case Choices(codes) | Ranking(codes):
            return codes
        case Scale(number):
            return (number,)
        case Boolean(yes):
            return (yes,)
        case Number(amount):
            return (amount,)
        case Date(day):
            return (day.isoformat(),)
        case _:
            return ()


def to_columns(value: Value | None) -> dict[str, Any]:
    """Return every column of an answer's value, None in all those that the value does not use."""
    return {**dict.fromkeys(COLUMNS), **used_columns(value)}


_USED: Final[Mapping[type, Callable[[Any], dict[str, Any]]]] = {
    Choice: lambda one: {"choice": one.code, "other_text": one.other_text},
    Choices: lambda one: {"choices": list(one.codes), "other_text": one.other_text},
    Scale: lambda one: {"scale": one.value},
    Number: lambda one: {"number": one.value},
    Text: lambda one: {"text": one.text},
    Ranking: lambda one: {"ranking": list(one.codes)},
    Matrix: lambda one: {"matrix": dict(one.rows)},
    Boolean: lambda one: {"boolean": one.value},
    Date: lambda one: {"date": one.value},
}


def used_columns(value: Value | None) -> dict[str, Any]:
    """Return the columns that the value uses."""
    return {} if value is None else _USED[type(value)](value)


def from_columns(columns: Mapping[str, Any]) -> Value | None:  # noqa: PLR0911 - one per shape.
    """Return the value that the columns hold, or None when all are null.

    Args:
        columns: At least the columns in use; others may be missing, further ones are ignored.
    """
    used = {name: columns[name] for name in COLUMNS if columns.get(name) is not None}
    match used:
        case {"choice": code}:
            return Choice(code, used.get("other_text"))
        case {"choices": codes}:
            return Choices(tuple(codes), used.get("other_text"))
        case {"scale": point}:
            return Scale(point)
        case {"number": number}:
            return Number(Decimal(number))
        case {"text": text}:
            return Text(text)
        case {"ranking": codes}:
            return Ranking(tuple(codes))
        case {"matrix": rows}:
            return Matrix(dict(rows))
        case {"boolean": yes}:
            return Boolean(yes)
        case {"date": day}:
            return Date(day)
        case _:
            return None


def to_json(value: Value) -> dict[str, Any]:
    """Return the columns in use as JSON: a number as a string of digits, a date as ISO 8601."""
    document = {name: item for name, item in used_columns(value).items() if item is not None}
    match value:
        case Number(number):
            document["number"] = str(number)
        case Date(day):
            document["date"] = day.isoformat()
        case _:
            pass
    return document


def from_json(document: Mapping[str, Any]) -> Value | None:
    """Return the value that `to_json` wrote."""
    if "date" in document:
        return Date(dt.date.fromisoformat(document["date"]))
    return from_columns(document)
