"""JSON of single values, letter for letter as the ordinary way writes it: by us, or by PostgreSQL.

PostgreSQL escapes in a text what Python escapes, and nothing else (`escape_json` in its
`src/backend/utils/adt/json.c`, `encode_basestring` in Python's `json.encoder`).
"""

import json
import re
from collections.abc import Callable
from json.encoder import encode_basestring
from typing import Any, Final

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLID,
    GraphQLInt,
    GraphQLLeafType,
    GraphQLString,
)
from sqlalchemy import ColumnElement, Date, String, Text, bindparam, case, cast, func, literal
from sqlalchemy.types import TypeEngine

from api.plan.reasons import Reason, Unplanned
from tenants.row_values import is_plain, load_of

Encode = Callable[[Any], str]

_HALF_A_PAIR: Final = re.compile("[\ud800-\udfff]")
_YEAR_MONTH: Final = len("2026-11")

quote: Callable[[str], str] = encode_basestring
"""Writes a text as JSON."""


def dump(value: Any) -> str:
    """Return a value as JSON, as `api.execution` writes it."""
    return encodable(json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str))


def encodable(text: str) -> str:
    """Return a JSON text with half a surrogate pair escaped, which no encoding can say."""
    if text.isascii():
        return text
    return _HALF_A_PAIR.sub(lambda half: f"\\u{ord(half[0]):04x}", text)


def value_leaf(kind: GraphQLLeafType) -> Encode:
    """Return what writes a value of Python, never None, as the type says."""
    coerce = kind.coerce_output_value

    def encode(value: Any) -> str:
        return dump(coerce(value))

    if kind is GraphQLString or kind is GraphQLID:
        return lambda value: quote(value) if type(value) is str else encode(value)
    if isinstance(kind, GraphQLEnumType):
        return _remembered(encode)
    return encode


def _remembered(encode: Encode) -> Encode:
    """Return an encoding that knows what it has written; only for values of which there are few."""
    known: dict[Any, str] = {}

    def once(value: Any) -> str:
        found = known.get(value)
        if found is None:
            found = known[value] = encode(value)
        return found

    return once


def text_leaf(kind: GraphQLLeafType, column: TypeEngine[Any]) -> Encode:
    """Return what writes the text of a column, never None, as the type says."""
    if isinstance(kind, GraphQLEnumType):
        names = {value.value: quote(name) for name, value in kind.values.items()}
        return _named(names)
    if kind in {GraphQLString, GraphQLID} and isinstance(column, String):
        return quote
    if kind in {GraphQLInt, GraphQLBoolean} and is_plain(column):
        return str
    if kind.name == "Date" and isinstance(column, Date):
        return lambda text: f'"{text}"'
    if kind.name == "YearMonth" and isinstance(column, Date):
        return lambda text: f'"{text[:_YEAR_MONTH]}"'
    load, encode = load_of(column), value_leaf(kind)
    return lambda text: encode(load(text))


def _named(names: dict[str, str]) -> Encode:
    def encode(text: str) -> str:
        try:
            return names[text]
        except KeyError as error:
            raise Unplanned(Reason.NULL, text) from error

    return encode


def written_text(*parts: str | ColumnElement[str]) -> ColumnElement[str]:
    """Return the expression of several texts one after the other, null if one is null."""
    texts: list[str | ColumnElement[str]] = []
    for one in parts:
        if isinstance(one, str) and texts and isinstance(texts[-1], str):
            texts[-1] += one
        else:
            texts.append(one)
    # In the statement's text, where PostgreSQL need not ask of which type they are.
    first, *others = [
        literal(one, Text(), literal_execute=True) if isinstance(one, str) else one for one in texts
    ]
    for one in others:
        first = first.op("||", return_type=Text())(one)
    return first


def written_leaf(kind: GraphQLLeafType, column: Any) -> ColumnElement[str] | None:
    """Return the expression of what `text_leaf` writes, or None where PostgreSQL writes it not.

    Args:
        kind: The field's type.
        column: The expression of the value. Where it is null, so is the JSON.
    """
    text = cast(column, Text())
    written: ColumnElement[str] | None = None
    if isinstance(kind, GraphQLEnumType):
        names = list(kind.values)
        if [value.value for value in kind.values.values()] == names:
            # A word that we do not know is one that a newer version of us has written.
            known = text.in_(bindparam(None, names, expanding=True, literal_execute=True))
            written = case((known, written_text('"', text, '"')))
    elif kind in {GraphQLString, GraphQLID} and isinstance(column.type, String):
        written = cast(func.to_json(column), Text())
    elif kind in {GraphQLInt, GraphQLBoolean} and is_plain(column.type):
        written = text
    elif kind.name == "Date" and isinstance(column.type, Date):
        written = written_text('"', text, '"')
    elif kind.name == "YearMonth" and isinstance(column.type, Date):
        written = written_text('"', func.left(text, _YEAR_MONTH, type_=Text()), '"')
    return written
