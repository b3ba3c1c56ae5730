"""JSON of single values, letter for letter as the ordinary way writes it."""

import json
from collections.abc import Callable
from json.encoder import encode_basestring_ascii
from typing import Any

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLID,
    GraphQLInt,
    GraphQLLeafType,
    GraphQLString,
)
from sqlalchemy import Date, String
from sqlalchemy.types import TypeEngine

from api.plan.reasons import Reason, Unplanned
from tenants.row_values import is_plain, load_of

Encode = Callable[[Any], str]

quote: Callable[[str], str] = encode_basestring_ascii
"""Writes a text as JSON."""


def dump(value: Any) -> str:
    """Return a value as JSON, as `api.http` writes it."""
    return json.dumps(value, separators=(",", ":"), default=str)


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
    load, encode = load_of(column), value_leaf(kind)
    return lambda text: encode(load(text))


def _named(names: dict[str, str]) -> Encode:
    def encode(text: str) -> str:
        try:
            return names[text]
        except KeyError as error:
            raise Unplanned(Reason.NULL, text) from error

    return encode
