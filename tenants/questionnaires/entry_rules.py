"""What holds for questions whose answers are typed in: numbers, days and texts."""

import datetime as dt
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from tenants.questionnaires.forms import Form, Settings, field
from tenants.questionnaires.json_object import JsonObject
from tenants.questionnaires.problems import AnswerProblem, InvalidAnswer
from tenants.questionnaires.values import Date, Number, Text

if TYPE_CHECKING:
    from tenants.questionnaires.definition import Option, Question

LARGEST_NUMBER: Final = 10**12
LONGEST_TEXT: Final = 20_000
LONG_TEXT_LENGTH: Final = 4_000
SHORT_TEXT_LENGTH: Final = 200

_DECIMAL_NUMBER = re.compile(r"[+-]?\d{1,13}(?:[.,]\d{1,9})?")
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def read_number_settings(settings: JsonObject, _: Sequence["Option"]) -> Settings:
    """Read `minimum` and `maximum`, `decimals` (0 by default, at most 6) and a worded `unit`."""
    minimum = settings.integer("minimum", -LARGEST_NUMBER, LARGEST_NUMBER)
    return {
        "minimum": minimum,
        "maximum": settings.integer("maximum", minimum, LARGEST_NUMBER),
        "decimals": settings.integer("decimals", 0, 6, default=0),
        "unit": settings.optional_wording("unit"),
    }


def read_long_text_settings(settings: JsonObject, _: Sequence["Option"]) -> Settings:
    """Read `max_length` in characters."""
    return {"max_length": settings.integer("max_length", 1, LONGEST_TEXT, LONG_TEXT_LENGTH)}


def read_short_text_settings(settings: JsonObject, _: Sequence["Option"]) -> Settings:
    """Read `max_length` in characters."""
    return {"max_length": settings.integer("max_length", 1, LONGEST_TEXT, SHORT_TEXT_LENGTH)}


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
    try:
        day = dt.date.fromisoformat(word) if _ISO_DAY.fullmatch(word) else None
    except ValueError:
        day = None
    if day is None:
        raise InvalidAnswer(AnswerProblem.NOT_A_DATE)
    return Date(day)


def read_text(question: "Question", form: Form) -> Text | None:
    """Read a text as it stands."""
    return Text(field(form, question.code))


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


def verify_long_text(question: "Question", value: Text) -> Text:
    """Refuse a text that is too long."""
    most = question.settings["max_length"]
    if len(value.text) > most:
        raise InvalidAnswer(AnswerProblem.TEXT_TOO_LONG, maximum=most, length=len(value.text))
    return value


def verify_short_text(question: "Question", value: Text) -> Text:
    """Return the text on one line; refuse one that is too long."""
    return verify_long_text(question, Text(" ".join(value.text.splitlines())))
