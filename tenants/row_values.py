"""Values of rows that came as text, as the ordinary way of reading would have them."""

import json
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    JSON,
    BigInteger,
    Boolean,
    Date,
    DateTime,
    Float,
    Integer,
    Numeric,
    String,
    Uuid,
)
from sqlalchemy.types import TypeEngine

from tenants.model import Coded

Load = Callable[[str], Any]


class UnknownType(Exception):
    """A column has no type, or one that no column of the read graph has had so far."""


def load_of(kind: TypeEngine[Any]) -> Load:
    """Return what makes a value of a column's text, which is never null.

    Raises:
        UnknownType: The column's type says nothing; give the expression one (`type_=`).
    """
    if isinstance(kind, Coded):
        return kind.members
    if isinstance(kind, ARRAY):
        if not isinstance(kind.item_type, String):
            raise UnknownType(repr(kind))
        return json.loads
    for known, load in _LOADS:
        if isinstance(kind, known):
            return load
    raise UnknownType(repr(kind))


def is_plain(kind: TypeEngine[Any]) -> bool:
    """Return whether a column's text is JSON already: small whole numbers, true and false."""
    whole = isinstance(kind, Integer) and not isinstance(kind, BigInteger)
    return whole or isinstance(kind, Boolean)


def _boolean(text: str) -> bool:
    return text == "true"


_LOADS: tuple[tuple[type[TypeEngine[Any]], Load], ...] = (
    (String, str),
    (Boolean, _boolean),
    (Integer, int),
    (Float, float),
    (Numeric, Decimal),
    (Date, date.fromisoformat),
    (DateTime, datetime.fromisoformat),
    (Uuid, UUID),
    (JSON, json.loads),
)
