"""What holds for questions whose answers are typed in: numbers, days and texts."""

import datetime as dt
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from tenants.questionnaires.forms import Form, Settings, field
from tenants.questionnaires.json_object import JsonObject
from tenants.questionnaires.problems import AnswerProblem, InvalidAnswer
from tenants.questionnaires.values import Date, Number, Operand, Text

if TYPE_CHECKING:
    from tenants.questionnaires.definition import Option, Question

LARGEST_NUMBER: Final = 10**12
MOST_DECIMALS: Final = 6
MOST_DIGITS: Final = 15
LONGEST_TEXT: Final = 20_000
LONG_TEXT_LENGTH: Final = 4_000
SHORT_TEXT_LENGTH: Final = 200

_DECIMAL_NUMBER = re.compile(r"[+-]?\d{1,13}(?:[.,]\d{1,9})?")
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_ISO_MONTH = re.compile(r"(\d{4}-\d{2})(?:-01)?", re.ASCII)


def read_number_settings(settings: JsonObject, _: Sequence["Option"]) -> Settings:
    """Read `minimum` and `maximum`, `decimals` (0 by default, at most 6) and a worded `unit`."""
    minimum = settings.integer("minimum", -LARGEST_NUMBER, LARGEST_NUMBER)
    return {
        "minimum": minimum,
        "maximum": settings.integer("maximum", minimum, LARGEST_NUMBER),
        "decimals": settings.integer("decimals", 0, MOST_DECIMALS, default=0),
        "unit": settings.optional_wording("unit"),
    }


def read_date_settings(settings: JsonObject, _: Sequence["Option"]) -> Settings:
    """Read `earliest` and `latest`, ISO 8601 days; each is kept only where it is set."""
    bounds = {name: _read_bound(settings, name) for name in ("earliest", "latest")}
    found = {name: bound for name, bound in bounds.items() if bound is not None}
    if len(found) == len(bounds) and found["earliest"] > found["latest"]:
        settings.refuse("must not be before the earliest day", "latest")
    return found


def _read_bound(settings: JsonObject, name: str) -> str | None:
    if not settings.has(name):
        return None
    word = settings.text(name, longest=10)
    if _parse_day(word) is None:
        settings.refuse("must be a day such as 2026-03-31", name)
    return word


def read_long_text_settings(settings: JsonObject, _: Sequence["Option"]) -> Settings:
    """Read `max_length` in characters, and `privacy_note`: what to leave out of the text."""
    return _read_text_settings(settings, LONG_TEXT_LENGTH)


def read_short_text_settings(settings: JsonObject, _: Sequence["Option"]) -> Settings:
    """Read `max_length` in characters, and `privacy_note`: what to leave out of the text."""
    return _read_text_settings(settings, SHORT_TEXT_LENGTH)


def _read_text_settings(settings: JsonObject, usual: int) -> Settings:
    most = settings.integer("max_length", 1, LONGEST_TEXT, usual)
    note = settings.optional_wording("privacy_note")
    return {"max_length": most} | ({} if note is None else {"privacy_note": note})


def read_number(question: "Question", form: Form) -> Number | None:
    """Read a number with a decimal point or comma and nothing between the thousands."""
    word = field(form, question.code)
    if word and not _DECIMAL_NUMBER.fullmatch(word):
        raise InvalidAnswer(AnswerProblem.NOT_A_NUMBER)
    return Number(Decimal(word.replace(",", "."))) if word else None


def read_date(question: "Question", form: Form) -> Date | None:
    """Read a day as year-month-day."""
    word = field(form, question.code)
    if not word:
        return None
    day = _parse_day(word)
    if day is None:
        raise InvalidAnswer(AnswerProblem.NOT_A_DATE)
    return Date(day)


def read_month(question: "Question", form: Form) -> Date | None:
    """Read a month as year-month or its first day; not every browser has a control for months."""
    word = field(form, question.code)
    if not word:
        return None
    match = _ISO_MONTH.fullmatch(word)
    day = _parse_day(f"{match[1]}-01") if match else None
    if day is None:
        raise InvalidAnswer(AnswerProblem.NOT_A_MONTH)
    return Date(day)


def _parse_day(word: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(word) if _ISO_DAY.fullmatch(word) else None
    except ValueError:
        return None


def read_nothing(_: "Question", __: Form) -> None:
    """Return None: whatever stands in a field, it is no answer."""


def read_text(question: "Question", form: Form) -> Text | None:
    """Read a text as it stands."""
    return Text(field(form, question.code))


def number_operand(_: "Question", item: object) -> Operand | None:
    """Return a number that answers can be compared with: at most 15 digits, 6 of them decimals."""
    if isinstance(item, bool) or not isinstance(item, int | float | Decimal):
        return None
    number = Decimal(str(item))
    if not number.is_finite() or abs(number) > LARGEST_NUMBER:
        return None
    if number == number.to_integral_value():
        return int(number)
    parts = number.as_tuple()
    fits = isinstance(parts.exponent, int) and -parts.exponent <= MOST_DECIMALS
    return number if fits and len(parts.digits) <= MOST_DIGITS else None


def day_operand(_: "Question", item: object) -> Operand | None:
    """Return an ISO 8601 day that answers can be compared with."""
    return item if isinstance(item, str) and _parse_day(item) is not None else None


def month_operand(question: "Question", item: object) -> Operand | None:
    """Return a month's first day, as ISO 8601, that answers can be compared with."""
    day = day_operand(question, item)
    return day if isinstance(day, str) and day.endswith("-01") else None


def verify_number(question: "Question", value: Number) -> Number:
    """Refuse what is no number, beyond the bounds or finer than the question wants."""
    settings = question.settings
    exponent = value.value.as_tuple().exponent
    if not isinstance(exponent, int):
        raise InvalidAnswer(AnswerProblem.NOT_A_NUMBER)
    lowest, highest = settings["minimum"], settings["maximum"]
    if not lowest <= value.value <= highest:
        raise InvalidAnswer(AnswerProblem.OUT_OF_RANGE, lowest=lowest, highest=highest)
    if -exponent > settings["decimals"]:
        raise InvalidAnswer(AnswerProblem.TOO_MANY_DECIMALS, decimals=settings["decimals"])
    return value


def verify_date(question: "Question", value: Date) -> Date:
    """Refuse a day outside of the bounds that are set."""
    earliest, latest = question.settings.get("earliest"), question.settings.get("latest")
    day = value.value.isoformat()
    if earliest is not None and day < earliest:
        raise InvalidAnswer(AnswerProblem.TOO_EARLY, earliest=earliest)
    if latest is not None and day > latest:
        raise InvalidAnswer(AnswerProblem.TOO_LATE, latest=latest)
    return value


def verify_month(question: "Question", value: Date) -> Date:
    """Refuse a day that is not a month's first, and a month outside of the bounds."""
    if value.value.day != 1:
        raise InvalidAnswer(AnswerProblem.NOT_A_MONTH)
    first = question.settings.get("earliest")
    if first is not None and value.value == dt.date.fromisoformat(first).replace(day=1):
        return value
    return verify_date(question, value)


def verify_long_text(question: "Question", value: Text) -> Text:
    """Refuse a text that is too long."""
    most = question.settings["max_length"]
    if len(value.text) > most:
        raise InvalidAnswer(AnswerProblem.TEXT_TOO_LONG, maximum=most, length=len(value.text))
    return value


def verify_short_text(question: "Question", value: Text) -> Text:
    """Return the text on one line; refuse one that is too long."""
    if "\n" in value.text:
        value = Text(" ".join(value.text.splitlines()))
    return verify_long_text(question, value)
