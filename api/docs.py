"""Docstrings as GraphQL descriptions, so that everything is described in one place."""

import inspect
import re
from typing import Any

from graphql import GraphQLSchema

_ATTRIBUTE = re.compile(r"^    (\w+): (.*(?:\n {8,}.*)*)", re.MULTILINE)
_SECTION = re.compile(r"\n\n?(?:Args|Attributes|Raises|Returns):\n")


def split_docstring(text: str) -> tuple[str, dict[str, str]]:
    """Return a docstring's prose and what its Attributes or Args section says, by name."""
    prose, *sections = _SECTION.split(text)
    items = {
        name: " ".join(words.split())
        for section in sections
        for name, words in _ATTRIBUTE.findall("\n" + section)
    }
    return " ".join(prose.split()), items


def describe(schema: GraphQLSchema) -> GraphQLSchema:
    """Fill the descriptions of types from class docstrings, of fields from Attributes sections.

    A field with a resolver of its own is described by the resolver's docstring.
    """
    for graphql_type in schema.type_map.values():
        definition: Any = graphql_type.extensions.get("strawberry-definition")
        origin = getattr(definition, "origin", None)
        if origin is None:
            continue
        prose, attributes = split_docstring(inspect.getdoc(origin) or "")
        graphql_type.description = graphql_type.description or prose
        for field in getattr(graphql_type, "fields", {}).values():
            own: Any = field.extensions.get("strawberry-definition")
            resolver = getattr(own, "base_resolver", None)
            written = inspect.getdoc(resolver.wrapped_func) if resolver is not None else None
            name = getattr(own, "python_name", None)
            described = attributes.get(name or "") or (
                split_docstring(written)[0] if written else None
            )
            inherited = _inherited(origin, name)
            field.description = field.description or described or inherited
    return schema


def _inherited(origin: type, name: str | None) -> str | None:
    """Return what a base class says of a field."""
    for base in origin.__mro__[1:]:
        found = split_docstring(inspect.getdoc(base) or "")[1].get(name or "")
        if found:
            return found
    return None
