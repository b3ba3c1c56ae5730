"""Reading of untrusted JSON: every field is checked as it is taken, and a fault is one sentence."""

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final, NoReturn

from tenants.offers.ats.events import ReviewCode, Unreadable

MAX_BODY_BYTES: Final = 1_048_576
MAX_DEPTH: Final = 64
MAX_TEXT_CHARACTERS: Final = 300
_MAX_IDENTIFIER: Final = 10**20
_MAX_VERSION: Final = 2**31
_YEARS: Final = range(1990, 2101)

_ISO: Final = re.compile(
    r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?:[T ](?P<time>[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?)"
    r" ?(?P<zone>Z|UTC|[+-][0-9]{2}:?[0-9]{2})?)?"
)
_US: Final = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")

_ATOM: Final = (
    r"[^\s@<>()\[\],;:\\\".\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060\ufeff\ud800-\udfff]+"
)
_EMAIL: Final = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@{_ATOM}(?:\.{_ATOM})+")
_MAX_EMAIL_CHARACTERS: Final = 254


class FieldError(Exception):
    """A field of a readable payload makes no sense.

    Attributes:
        code: Machine-readable.
        reason: One sentence that names the field and never its value, which may be anybody's pay.
    """

    def __init__(self, code: ReviewCode, reason: str) -> None:
        """Keep the code and the sentence."""
        super().__init__(reason)
        self.code = code
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Fields:
    """A JSON object and where it stands in the payload, read with checks.

    A missing field and null are the same: nothing was said. Empty text says nothing either.

    Attributes:
        values: The object.
        path: Its place, as `application.candidate`; empty at the top of the payload.
    """

    values: Mapping[str, object]
    path: str = ""

    def place(self, key: str) -> str:
        """Return the field's name as a sentence gives it."""
        return f"{self.path}.{key}" if self.path else key

    def fail(self, code: ReviewCode, key: str, fault: str) -> NoReturn:
        """Raise what is wrong with a field.

        Raises:
            FieldError: Always.
        """
        raise FieldError(code, f"The field {self.place(key)} {fault}.")

    def child(self, key: str) -> "Fields | None":
        """Return the object in a field, or None when nothing was said.

        Raises:
            FieldError: It is something else.
        """
        value = self.values.get(key)
        if value is None:
            return None
        if not isinstance(value, dict):
            self.fail(ReviewCode.FIELD_WRONG_TYPE, key, "is not an object")
        return Fields(value, self.place(key))

    def required_child(self, key: str) -> "Fields":
        """Return the object in a field.

        Raises:
            FieldError: There is none.
        """
        return self.child(key) or self.fail(ReviewCode.FIELD_MISSING, key, "is missing")

    def children(self, key: str) -> "list[Fields] | None":
        """Return the list of objects in a field, or None when nothing was said.

        Raises:
            FieldError: It is something else.
        """
        value = self.values.get(key)
        if value is None:
            return None
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            self.fail(ReviewCode.FIELD_WRONG_TYPE, key, "is not a list of objects")
        return [Fields(item, f"{self.place(key)}[{at}]") for at, item in enumerate(value)]

    def truth(self, key: str) -> bool | None:
        """Return the truth value in a field, or None when nothing was said.

        Raises:
            FieldError: It is something else.
        """
        value = self.values.get(key)
        if value is None or isinstance(value, bool):
            return value
        return self.fail(ReviewCode.FIELD_WRONG_TYPE, key, "is neither true nor false")

    def raw_text(self, key: str) -> str | None:
        """Return the text in a field as it was sent, or None when nothing was said.

        Raises:
            FieldError: It is something else.
        """
        value = self.values.get(key)
        if value is None or isinstance(value, str):
            return value or None
        return self.fail(ReviewCode.FIELD_WRONG_TYPE, key, "is not text")

    def text(self, key: str) -> str | None:
        """Return the text in a field on one line, storable anywhere; None when nothing was said.

        Raises:
            FieldError: It is something else, or longer than `MAX_TEXT_CHARACTERS`.
        """
        line = one_line(self.raw_text(key) or "")
        if len(line) > MAX_TEXT_CHARACTERS:
            self.fail(ReviewCode.FIELD_TOO_LONG, key, f"exceeds {MAX_TEXT_CHARACTERS} characters")
        return line or None

    def texts(self, key: str) -> list[str]:
        """Return the list of texts in a field.

        Raises:
            FieldError: There is none, or it holds something else.
        """
        value = self.values.get(key)
        if value is None:
            self.fail(ReviewCode.FIELD_MISSING, key, "is missing")
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.fail(ReviewCode.FIELD_WRONG_TYPE, key, "is not a list of texts")
        return value

    def optional_identifier(self, key: str) -> str | None:
        """Return the id in a field as decimal digits, or None when nothing was said.

        Raises:
            FieldError: It is not a whole number above zero, as a number or in digits.
        """
        value = self.values.get(key)
        return None if value is None else self._identifier(key, value)

    def identifier(self, key: str) -> str:
        """Return the id in a field as decimal digits.

        Raises:
            FieldError: It is missing, or not a whole number above zero.
        """
        if (found := self.optional_identifier(key)) is None:
            self.fail(ReviewCode.FIELD_MISSING, key, "is missing")
        return found

    def identifiers(self, key: str) -> tuple[str, ...]:
        """Return the list of ids in a field as decimal digits, each once.

        Raises:
            FieldError: There is no list, or not only of whole numbers above zero.
        """
        value = self.values.get(key)
        if value is None:
            self.fail(ReviewCode.FIELD_MISSING, key, "is missing")
        if not isinstance(value, list):
            self.fail(ReviewCode.FIELD_WRONG_TYPE, key, "is not a list")
        found = (self._identifier(f"{key}[{at}]", item) for at, item in enumerate(value))
        return tuple(dict.fromkeys(found))

    def version(self, key: str) -> int:
        """Return the version number in a field.

        Raises:
            FieldError: It is missing, or not a whole number from 1 to what a column holds.
        """
        value = self.values.get(key)
        if value is None:
            self.fail(ReviewCode.FIELD_MISSING, key, "is missing")
        number = _whole_number(value)
        if number is None or not 0 < number < _MAX_VERSION:
            self.fail(ReviewCode.VERSION_INVALID, key, "is not a version number")
        return number

    def moment(self, *keys: str) -> datetime | None:
        """Return the time in the first of the fields that says anything, UTC.

        A day alone, or a time without a zone, is taken for UTC.

        Raises:
            FieldError: It is no time that this can have happened at.
        """
        for key in keys:
            if self.values.get(key) not in (None, ""):
                value = self.values[key]
                found = _moment(value) if isinstance(value, str) else None
                if found is None:
                    self.fail(ReviewCode.DATE_INVALID, key, "is not a possible date")
                return found
        return None

    def day(self, *keys: str) -> date | None:
        """Return the day, of UTC, in the first of the fields that says anything.

        Raises:
            FieldError: It is no day that this can have happened on.
        """
        found = self.moment(*keys)
        return found.date() if found else None

    def _identifier(self, key: str, value: object) -> str:
        """Return an id as decimal digits without leading zeros."""
        number = _whole_number(value)
        if number is None or not 0 < number < _MAX_IDENTIFIER:
            self.fail(ReviewCode.IDENTIFIER_INVALID, key, "is not a whole number above zero")
        return str(number)


def decode(body: bytes) -> Fields:
    """Return the object that the bytes of a message hold.

    Raises:
        Unreadable: Too many bytes, not UTF-8, not JSON, too deep, or not an object.
    """
    if len(body) > MAX_BODY_BYTES:
        message = f"The body exceeds {MAX_BODY_BYTES} bytes."
        raise Unreadable(message)
    try:
        value = json.loads(body.decode("utf-8"), parse_constant=_refuse_constant)
    except RecursionError:
        message = f"The body nests deeper than {MAX_DEPTH} levels."
        raise Unreadable(message) from None
    except ValueError:
        # The decoder's own message quotes the body, which must not reach a log.
        message = "The body is not JSON in UTF-8."
        raise Unreadable(message) from None
    if not isinstance(value, dict):
        message = "The body is not a JSON object."
        raise Unreadable(message)
    _check_depth(value)
    return Fields(value)


def one_line(text: str) -> str:
    """Return the text composed (NFC), on one line, without what a database or a mail refuses.

    Control characters and line breaks become spaces, lone surrogates vanish.
    """
    kept = "".join(
        " " if unicodedata.category(character) in {"Cc", "Zl", "Zp"} else character
        for character in text
        if unicodedata.category(character) != "Cs"
    )
    return " ".join(unicodedata.normalize("NFC", kept).split())


def usable_email(text: str) -> str | None:
    """Return the address when a mail can be sent to it, else None."""
    address = text.strip()
    fits = len(address) <= _MAX_EMAIL_CHARACTERS and _EMAIL.fullmatch(address)
    return address if fits else None


def _refuse_constant(_: str) -> NoReturn:
    """Refuse NaN and the infinities, which Python reads and JSON does not know."""
    raise ValueError


def _check_depth(value: object) -> None:
    """Raise Unreadable when the value nests too deep, without recursing into it."""
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [
            child
            for item in level
            if isinstance(item, dict | list)
            for child in (item.values() if isinstance(item, dict) else item)
        ]
        if not level:
            return
    message = f"The body nests deeper than {MAX_DEPTH} levels."
    raise Unreadable(message)


def _whole_number(value: object) -> int | None:
    """Return a JSON integer, or one in decimal digits; None for all else, booleans too."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, str) and re.fullmatch("[0-9]{1,40}", value):
        return int(value)
    return None


def _moment(text: str) -> datetime | None:
    """Return the time that a text of ISO or US style gives, UTC; None when it is impossible."""
    us = _US.fullmatch(text.strip())
    iso = _ISO.fullmatch(text.strip())
    try:
        if us:
            month, day, year = (int(part) for part in us.groups())
            found = datetime(year, month, day, tzinfo=UTC)
        elif iso:
            zone = (iso["zone"] or "Z").replace("UTC", "Z")
            found = datetime.fromisoformat(f"{iso['day']}T{iso['time'] or '00:00'}{zone}")
        else:
            return None
    except ValueError:
        return None
    return found.astimezone(UTC) if found.year in _YEARS else None
