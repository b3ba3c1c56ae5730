"""Statements as texts with numbered parameters, for connections that SQLAlchemy does not drive."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ClauseElement, TextClause
from sqlalchemy.dialects.postgresql import psycopg

from tenants.access import Viewer

Encoded = bytes | None
Source = Callable[[Viewer, Mapping[str, Any]], Any]

DIALECT: Final = psycopg.dialect()  # type: ignore[no-untyped-call]
_PARAMETER: Final = re.compile(r"%\((\w+)\)s|%%")
_SPECIAL: Final = re.compile(rb'([\\"])')


class NotCompilable(Exception):
    """Something in a statement cannot be bound, or not anew for another viewer."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A text with numbered parameters, and where each of them comes from.

    Attributes:
        text: For a prepared statement.
        sources: For each parameter, from the viewer and the request's own parameters to its value.
    """

    text: bytes
    sources: Sequence[Callable[[Viewer, Mapping[str, Any]], Any]]

    def bind(self, viewer: Viewer, given: Mapping[str, Any]) -> list[Encoded]:
        """Return the parameters for a viewer.

        Args:
            viewer: One of the shape that the statement was compiled for.
            given: What the request brings: keys, slugs, and the values of conditions.
        """
        return [encode(source(viewer, given)) for source in self.sources]


def compile_named(statement: ClauseElement) -> Statement:
    """Return a statement whose parameters are bound by name, whoever runs it."""
    compiled = statement.compile(dialect=DIALECT, compile_kwargs={"render_postcompile": True})
    text, names = numbered(str(compiled))
    return Statement(text.encode(), [_named(name, compiled.params.get(name)) for name in names])


def number_text(statement: TextClause, casts: Mapping[str, str]) -> tuple[bytes, Sequence[str]]:
    """Return a text with its parameters numbered and cast, and their names in that order."""
    compiled = str(statement.compile(dialect=DIALECT))
    for name, kind in casts.items():
        if kind:
            compiled = compiled.replace(f"%({name})s", f"CAST(%({name})s AS {kind})")
    text, names = numbered(compiled)
    return text.encode(), names


def _named(name: str, value: Any) -> Source:
    return lambda _viewer, given: given[name] if value is None else value


def numbered(text: str) -> tuple[str, Sequence[str]]:
    """Return a text with its parameters numbered, and their names in that order."""
    numbers: dict[str, int] = {}

    def number(match: re.Match[str]) -> str:
        name = match[1]
        return "%" if name is None else f"${numbers.setdefault(name, len(numbers) + 1)}"

    return _PARAMETER.sub(number, text), list(numbers)


def encode(value: Any) -> Encoded:
    """Return a parameter as PostgreSQL reads it.

    Raises:
        NotCompilable: It is of a kind that no condition has had so far.
    """
    if value is None:
        return None
    # Nearly all values are of these types themselves and of none that is derived from them.
    write = _WRITERS_BY_TYPE.get(type(value))
    if write is not None:
        return write(value).encode()
    if isinstance(value, (list, tuple)):
        return _array(value)
    for kind, write_kind in _WRITERS:
        if isinstance(value, kind):
            return write_kind(value).encode()
    raise NotCompilable(type(value).__name__)


# A member of an enum may be a text as well, and a truth value is a number.
_WRITERS: Final[Sequence[tuple[type, Callable[[Any], str]]]] = (
    (Enum, lambda value: str(value.value)),
    (bool, lambda value: "true" if value else "false"),
    (bytes, lambda value: f"\\x{value.hex()}"),
    (str, str),
    (int, str),
    (float, str),
    (Decimal, str),
    (UUID, str),
    (date, lambda value: value.isoformat()),
)
_WRITERS_BY_TYPE: Final[Mapping[type, Callable[[Any], str]]] = {
    **{kind: write for kind, write in _WRITERS if kind is not Enum},
    datetime: lambda value: value.isoformat(),
}


def _array(values: Sequence[Any]) -> bytes:
    if set(map(type, values)) == {str}:
        # Most texts are ids: nothing in them is to be escaped, which is quickly seen of all.
        joined = '","'.join(values)
        if "\\" not in joined and joined.count('"') == 2 * (len(values) - 1):
            return b'{"%s"}' % joined.encode()
    return b"{%s}" % b",".join([_element(one) for one in values])


def _element(value: Any) -> bytes:
    """Return a value as an element of an array."""
    if isinstance(value, UUID):
        return str(value).encode()
    encoded = encode(value)
    if encoded is None:
        return b"NULL"
    if b'"' in encoded or b"\\" in encoded:
        encoded = _SPECIAL.sub(rb"\\\1", encoded)
    return b'"%s"' % encoded
