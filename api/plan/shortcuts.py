"""Fields that PostgreSQL writes from their columns, where the resolver would only carry them over.

There are many answers to one of anything else. What is not plainly one column after the other is
left to the resolver, which decides; the differential test holds both against each other.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from graphql import get_nullable_type, is_leaf_type
from graphql.execution.collect_fields import FieldDetailsList
from sqlalchemy import ColumnElement, Text, case, cast, func, null

from api.plan.leaves import quote, written_leaf, written_text
from api.plan.request import NULL
from api.plan.selecting import TYPENAME, Selecting, field_of, name_of
from tenants.nouns import Noun
from tenants.questionnaires.values import COLUMNS

Shortcut = Callable[[Selecting, Noun, FieldDetailsList], ColumnElement[str]]
"""Gives a field's JSON, null where the resolver is to be asked, of columns without permission."""

# For the column that says which shape a value is of: its type, and the column of each field.
_SHAPES: Final[Mapping[str, tuple[str, Mapping[str, str]]]] = {
    "choice": ("ChoiceValue", {"code": "choice", "otherText": "other_text"}),
    "choices": ("ChoicesValue", {"codes": "choices", "otherText": "other_text"}),
    "scale": ("ScaleValue", {"scale": "scale"}),
    "text": ("TextValue", {"text": "text"}),
    "ranking": ("RankingValue", {"ranking": "ranking"}),
    "boolean": ("BooleanValue", {"boolean": "boolean"}),
    "date": ("DateValue", {"date": "date"}),
}
# It stands beside a choice and says nothing alone.
_BESIDE: Final = "other_text"


def value_of_answer(
    selecting: Selecting, noun: Noun, details: FieldDetailsList
) -> ColumnElement[str]:
    """Return the value of an answer that may be quoted."""
    columns = {name: noun.columns[name].expression for name in COLUMNS if name != _BESIDE}
    ask = cast(null(), Text())
    found = []
    for name, column in columns.items():
        text = _shape(selecting, noun, name, details)
        found.append((column.is_not(None), ask if text is None else text))
    guarded = noun.columns["do_not_quote"].expression
    return case((guarded, ask), *found, else_=written_text(NULL))


def _shape(
    selecting: Selecting, noun: Noun, name: str, details: FieldDetailsList
) -> ColumnElement[str] | None:
    """Return the text of values of one shape, or None where something else is selected of them."""
    if name not in _SHAPES:
        return None
    type_name, columns = _SHAPES[name]
    kind: Any = selecting.schema.type_map[type_name]
    parts: list[str | ColumnElement[str]] = []
    for key, below in selecting.below(kind, details).items():
        parts.append(f"{',' if parts else ''}{quote(key)}:")
        field = name_of(below)
        if field == TYPENAME:
            parts.append(quote(type_name))
            continue
        if field not in columns:
            return None
        leaf: Any = get_nullable_type(field_of(kind, field).type)
        column = noun.columns[columns[field]].expression
        # What is no leaf is a list of codes.
        text = written_leaf(leaf, column) if is_leaf_type(leaf) else _list(column)
        if text is None:
            return None
        parts.append(func.coalesce(text, written_text(NULL)))
    return written_text("{", *parts, "}")


def _list(column: Any) -> ColumnElement[str]:
    return cast(func.to_json(column), Text())


SHORTCUTS: Final[Mapping[tuple[str, str], Shortcut]] = {("Answer", "value"): value_of_answer}
