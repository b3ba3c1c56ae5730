"""Input values as resolvers take them, by converters that are made once for each type.

Strawberry decides for every value anew what its type is and what its fields are called, which takes
longer than all else that becomes of a dozen answers.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import MISSING
from typing import Any, Final

from strawberry.types.arguments import StrawberryArgument, convert_argument
from strawberry.types.base import StrawberryList, StrawberryMaybe, StrawberryOptional
from strawberry.types.lazy_type import LazyType
from strawberry.types.unset import UNSET

from api.schema import schema

Convert = Callable[[Any], Any]

_TAKEN_AS_THEY_ARE: Final = (str, int, float, bool)
_made: dict[Any, Convert] = {}


class Inputs:
    """The arguments of a field, as `strawberry.types.arguments.convert_arguments` gives them."""

    def __init__(self, declared: Sequence[StrawberryArgument]) -> None:
        """Make what converts each of them."""
        name_of = schema.config.name_converter.from_argument
        self._fields = [(name_of(one), one.python_name, converter_of(one.type)) for one in declared]

    def convert(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return the arguments that are given, by their names in Python."""
        return {
            python_name: convert(given[name])
            for name, python_name, convert in self._fields
            if name in given
        }


def converter_of(kind: Any) -> Convert:
    """Return what converts coerced values of a type as Strawberry has it."""
    if isinstance(kind, LazyType):
        kind = kind.resolve_type()
    if isinstance(kind, StrawberryOptional) and not isinstance(kind, StrawberryMaybe):
        return converter_of(kind.of_type)
    if isinstance(kind, StrawberryList):
        return _listed(converter_of(kind.of_type))
    if kind in _TAKEN_AS_THEY_ARE:
        return lambda value: value
    definition: Any = getattr(kind, "__strawberry_definition__", None)
    if getattr(definition, "is_input", False) and definition.from_input is None:
        return _object(kind, definition)
    return lambda value: convert_argument(
        value, kind, schema.schema_converter.scalar_registry, schema.config
    )


def _listed(item: Convert) -> Convert:
    def convert(values: Iterable[Any] | None) -> Any:
        if values is None or values is UNSET:
            return values
        return [item(value) for value in values]

    return convert


def _object(kind: Any, definition: Any) -> Convert:
    """Return what makes an input object, whose type may lead back to itself."""
    known = _made.get(kind)
    if known is not None:
        return known
    fields: list[tuple[str, str, Convert]] = []

    def convert(value: Mapping[str, Any] | None) -> Any:
        if value is None or value is UNSET:
            return value
        given = {
            python_name: convert_field(value[name])
            for name, python_name, convert_field in fields
            if name in value
        }
        return kind(**{**silent, **given})

    _made[kind] = convert
    # Whatever has no default is None where nothing is said.
    silent = {
        field.python_name: None
        for field in definition.fields
        if field.default_value is MISSING and field.default_factory is MISSING
    }
    for field in definition.fields:
        name = schema.config.name_converter.from_field(field)
        resolved = field.resolve_type(type_definition=definition)
        fields.append((name, field.python_name, converter_of(resolved)))
    return convert
