"""Fields written straight from their columns, where the resolver would only carry them over.

There are many answers to one of anything else. What is not plainly one column after the other is
left to the resolver, which decides; the differential test holds both against each other.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from graphql import get_nullable_type
from graphql.execution.collect_fields import FieldDetailsList

from api.plan.leaves import Encode, quote, text_leaf
from api.plan.request import NULL, Row
from api.plan.selecting import TYPENAME, Selecting, field_of, name_of
from api.plan.templates import Template
from tenants.questionnaires.values import COLUMNS

Shortcut = Callable[[Row], str | None]
"""The text of a row's field, or None where the resolver is to be asked."""

# For the column that says which shape a value is of: its type, and the column of each field.
_SHAPES: Final[Mapping[str, tuple[str, Mapping[str, str]]]] = {
    "choice": ("ChoiceValue", {"code": "choice", "otherText": "other_text"}),
    "scale": ("ScaleValue", {"scale": "scale"}),
    "text": ("TextValue", {"text": "text"}),
    "boolean": ("BooleanValue", {"boolean": "boolean"}),
    "date": ("DateValue", {"date": "date"}),
}
# It stands beside a choice and says nothing alone.
_BESIDE: Final = "other_text"


def value_of_answer(
    selecting: Selecting, template: Template, details: FieldDetailsList
) -> Callable[[], Shortcut]:
    """Return what writes the value of an answer that may be quoted."""
    guarded = template.column("do_not_quote")
    places = [(name, template.column(name)) for name in COLUMNS if name != _BESIDE]
    shapes = {name: _shape(selecting, template, name, details) for name, _ in places}

    def finish() -> Shortcut:
        guard = guarded()
        found = [(where(), write() if (write := shapes[name]) else None) for name, where in places]

        def shortcut(row: Row) -> str | None:
            if row[guard] != "false":
                return None
            for index, write in found:
                if row[index] is not None:
                    return None if write is None else write(row)
            return NULL

        return shortcut

    return finish


def _shape(
    selecting: Selecting, template: Template, name: str, details: FieldDetailsList
) -> Callable[[], Shortcut] | None:
    """Return what writes values of one shape, or None where something else is selected of them."""
    if name not in _SHAPES:
        return None
    type_name, columns = _SHAPES[name]
    kind: Any = selecting.schema.type_map[type_name]
    parts: list[str] = []
    fields: list[tuple[Callable[[], int], Encode]] = []
    for key, below in selecting.below(kind, details).items():
        field = name_of(below)
        if field == TYPENAME:
            parts.append(f"{quote(key)}:{quote(type_name)}")
        elif field in columns:
            column = template.noun.columns[columns[field]]
            leaf: Any = get_nullable_type(field_of(kind, field).type)
            fields.append(
                (template.column(columns[field]), text_leaf(leaf, column.expression.type))
            )
            parts.append(f"{quote(key)}:%s")
        else:
            return None
    text = f"{{{','.join(parts)}}}"

    def finish() -> Shortcut:
        places = [(where(), encode) for where, encode in fields]
        if not places:
            return lambda _row: text
        if len(places) == 1:
            ((index, encode),) = places
            return lambda row: text % encode(row[index]) if row[index] is not None else None

        def write(row: Row) -> str | None:
            return text % tuple(
                [NULL if row[index] is None else encode(row[index]) for index, encode in places]
            )

        return write

    return finish


SHORTCUTS: Final[Mapping[tuple[str, str], Any]] = {("Answer", "value"): value_of_answer}
