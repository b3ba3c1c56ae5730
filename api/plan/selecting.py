"""What an operation selects, as graphql-core itself collects it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    get_named_type,
    is_non_null_type,
    is_object_type,
)
from graphql.execution.collect_fields import (
    CollectedFields,
    FieldDetailsList,
    FragmentDetails,
    collect_fields,
    collect_subfields,
)
from strawberry.types.field import StrawberryField

from api.plan.reasons import Reason, Unplanned
from api.plan.request import Nodes, Render

TYPENAME = "__typename"

Selected = Mapping[str, FieldDetailsList]
Finish = Callable[[], Render]
"""Gives the render of something once all sets of rows know what is wanted of them."""


@dataclass(frozen=True, slots=True)
class Selecting:
    """One operation with the values of the variables that steer its shape.

    Attributes:
        schema: The schema.
        operation: Which operation.
        fragments: Of the document, by name.
        variables: Coerced; only those of @skip and @include are looked at.
    """

    schema: GraphQLSchema
    operation: OperationDefinitionNode
    fragments: dict[str, FragmentDetails]
    variables: Any

    def roots(self, kind: GraphQLObjectType) -> Selected:
        """Return the fields at the top, by the name that each has in the response."""
        return _plain(
            collect_fields(self.schema, self.fragments, self.variables, kind, self.operation)
        )

    def names(self, field: GraphQLField, details: FieldDetailsList) -> frozenset[str]:
        """Return the names of the fields selected below one that gives objects of one type."""
        kind: Any = get_named_type(field.type)
        if not is_object_type(kind):
            return frozenset()
        return frozenset(map(name_of, self.below(kind, details).values()))

    def below(self, kind: GraphQLObjectType, details: FieldDetailsList) -> Selected:
        """Return the fields selected below some fields of one name, likewise."""
        return _plain(
            collect_subfields(
                self.schema, self.fragments, self.variables, self.operation, kind, details
            )
        )


def fragments_of(document: DocumentNode) -> dict[str, FragmentDetails]:
    """Return the fragments of a document, by name.

    Raises:
        Unplanned: One has variables of its own.
    """
    found = {}
    for one in document.definitions:
        if isinstance(one, FragmentDefinitionNode):
            if one.variable_definitions:
                raise Unplanned(Reason.DIRECTIVE)
            found[one.name.value] = FragmentDetails(one)
    return found


def _plain(collected: CollectedFields) -> Selected:
    if collected.new_defer_usages:
        raise Unplanned(Reason.DIRECTIVE)
    return collected.grouped_field_set


def name_of(details: FieldDetailsList) -> str:
    """Return the name of the field that is selected."""
    return details[0].node.name.value


def nodes_of(details: FieldDetailsList) -> Nodes:
    """Return where the field is selected; what an error's locations are."""
    return [one.node for one in details]


def field_of(kind: GraphQLObjectType, name: str) -> GraphQLField:
    """Return a field of a type.

    Raises:
        Unplanned: It is one of the schema's own.
    """
    field: GraphQLField | None = kind.fields.get(name)
    if field is None:
        raise Unplanned(Reason.INTROSPECTION, name)
    return field


def python_field(field: GraphQLField) -> StrawberryField:
    """Return how a field is declared.

    Raises:
        Unplanned: Something stands between the field and its resolver.
    """
    found: StrawberryField = field.extensions["strawberry-definition"]
    if found.extensions:
        raise Unplanned(Reason.FIELD, found.python_name)
    return found


def python_class(kind: GraphQLObjectType) -> type | None:
    """Return the class that an object type is declared by."""
    found: type | None = getattr(kind.extensions.get("strawberry-definition"), "origin", None)
    return found


def is_nullable(field: GraphQLField) -> bool:
    """Return whether a field may be null."""
    return not is_non_null_type(field.type)
