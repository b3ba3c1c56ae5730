"""Makes a typed module of a schema and a folder of operations.

`python -m afterword_client.generate SCHEMA OPERATIONS MODULE`: where /schema.graphql was saved, the
folder of .graphql files, each with one named operation and its fragments, and the file to write.
"""

import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    build_schema,
    get_named_type,
    get_nullable_type,
    is_abstract_type,
    is_composite_type,
    is_list_type,
    is_non_null_type,
    is_required_input_field,
    parse,
    print_ast,
    type_from_ast,
    validate,
)

_SCALARS: Final = {"ID": "str", "String": "str", "Int": "int", "Float": "float", "Boolean": "bool"}
_HEADER: Final = '''"""Operations of Afterword, made by afterword_client.generate. Do not edit."""

from collections.abc import Iterator
from typing import Any, Literal, NotRequired, TypedDict, cast

from afterword_client.client import Client
'''


class Module:
    """The text of a module, type by type, each written once and before it is used."""

    def __init__(self, schema: GraphQLSchema) -> None:
        """Start with nothing but imports."""
        self._schema = schema
        self._known: dict[str, str] = {}
        self._fragments: Mapping[str, FragmentDefinitionNode] = {}
        self._functions: list[str] = []

    def __str__(self) -> str:
        """Return the module's text."""
        return "\n\n".join([_HEADER, *self._known.values(), *self._functions]) + "\n"

    def add(self, document: DocumentNode) -> None:
        """Add the function of a document's operation, and the types that it takes and returns.

        Raises:
            ValueError: The document does not fit the schema, or has no one named operation.
        """
        problems = validate(self._schema, document)
        operations = [
            one for one in document.definitions if isinstance(one, OperationDefinitionNode)
        ]
        if problems or len(operations) != 1 or operations[0].name is None:
            message = problems[0].message if problems else "one named operation is expected"
            raise ValueError(message)
        self._fragments = {
            one.name.value: one
            for one in document.definitions
            if isinstance(one, FragmentDefinitionNode)
        }
        (operation,) = operations
        root = self._schema.get_root_type(operation.operation)
        assert root is not None  # noqa: S101 - it is valid.
        name = operation.name.value if operation.name is not None else ""
        self._object(name, root, [operation.selection_set])
        self._functions.append(self._function(name, operation, document))

    def _function(
        self, name: str, operation: OperationDefinitionNode, document: DocumentNode
    ) -> str:
        parameters, given = [], []
        for variable in operation.variable_definitions or ():
            own = variable.variable.name.value
            graphql_type = type_from_ast(self._schema, variable.type)
            written = self._input(graphql_type)
            required = is_non_null_type(graphql_type) and variable.default_value is None
            parameters.append(f"{_snake(own)}: {written}" + ("" if required else " = None"))
            given.append((own, _snake(own), required))
        variables = ", ".join(f'"{own}": {snake}' for own, snake, required in given if required)
        lines = [f"    variables: dict[str, Any] = {{{variables}}}"]
        for own, snake, required in given:
            if not required:
                lines += [f"    if {snake} is not None:", f'        variables["{own}"] = {snake}']
        watches = operation.operation is OperationType.SUBSCRIPTION
        returned = f"Iterator[{name}]" if watches else name
        call = f"client.{'watch' if watches else 'execute'}({_constant(name)}, variables)"
        signature = ", ".join(["client: Client", *(["*", *parameters] if parameters else [])])
        kind = operation.operation.value
        return "\n".join(
            [
                f'{_constant(name)} = """\n{print_ast(document)}\n"""',
                "",
                "",
                f"def {_snake(name)}({signature}) -> {returned}:",
                f'    """Send the {kind} {name}."""',
                *lines,
                f'    return cast("{returned}", {call})',
            ]
        )

    def _output(self, name: str, graphql_type: Any, selections: list[SelectionSetNode]) -> str:
        """Return how a field's type is written; name is for the type that it may need."""
        nullable = get_nullable_type(graphql_type)
        if is_list_type(nullable):
            written = f"list[{self._output(name, nullable.of_type, selections)}]"
        elif is_composite_type(nullable):
            written = self._composite(name, nullable, selections)
        else:
            # An enum may get another value any day, which no client knows yet.
            written = _SCALARS.get(get_named_type(nullable).name, "str")
        return written if is_non_null_type(graphql_type) else f"{written} | None"

    def _composite(self, name: str, graphql_type: Any, selections: list[SelectionSetNode]) -> str:
        if not is_abstract_type(graphql_type):
            return self._object(name, graphql_type, selections)
        parts = [
            self._object(f"{name}{one.name}", one, selections)
            for one in self._schema.get_possible_types(graphql_type)
        ]
        self._known[name] = f"{name} = {' | '.join(parts)}"
        return name

    def _object(self, name: str, graphql_type: Any, selections: list[SelectionSetNode]) -> str:
        fields: dict[str, tuple[FieldNode, list[SelectionSetNode]]] = {}
        for selection in selections:
            for node in self._fields(selection, graphql_type):
                key = (node.alias or node.name).value
                below = fields.setdefault(key, (node, []))[1]
                if node.selection_set is not None:
                    below.append(node.selection_set)
        written = {}
        for key, (node, below) in fields.items():
            if node.name.value == "__typename":
                written[key] = f'Literal["{graphql_type.name}"]'
            else:
                field = graphql_type.fields[node.name.value]
                written[key] = self._output(f"{name}{_pascal(key)}", field.type, below)
        self._known[name] = _typed_dict(name, written)
        return name

    def _fields(self, selection: SelectionSetNode, graphql_type: Any) -> Iterator[FieldNode]:
        """Return the fields that a selection selects of an object type."""
        for node in selection.selections:
            if isinstance(node, FieldNode):
                yield node
                continue
            if isinstance(node, FragmentSpreadNode):
                fragment: Any = self._fragments[node.name.value]
            elif isinstance(node, InlineFragmentNode):
                fragment = node
            else:
                continue
            condition = fragment.type_condition
            if condition is None or self._fits(condition.name.value, graphql_type):
                yield from self._fields(fragment.selection_set, graphql_type)

    def _fits(self, condition: str, graphql_type: Any) -> bool:
        wanted: Any = self._schema.get_type(condition)
        if is_abstract_type(wanted):
            return self._schema.is_sub_type(wanted, graphql_type)
        return bool(wanted is graphql_type)

    def _input(self, graphql_type: Any) -> str:
        nullable = get_nullable_type(graphql_type)
        if is_list_type(nullable):
            written = f"list[{self._input(nullable.of_type)}]"
        elif isinstance(nullable, GraphQLInputObjectType):
            written = self._input_object(nullable)
        else:
            written = self._leaf(nullable)
        return written if is_non_null_type(graphql_type) else f"{written} | None"

    def _input_object(self, graphql_type: GraphQLInputObjectType) -> str:
        name = graphql_type.name
        if name not in self._known:
            # Stands in for itself in case that one of its fields leads back to it.
            self._known[name] = ""
            written = {}
            for key, field in graphql_type.fields.items():
                inner = self._input(field.type)
                required = is_required_input_field(field)
                written[key] = inner if required else f"NotRequired[{inner}]"
            del self._known[name]
            self._known[name] = _typed_dict(name, written)
        return name

    def _leaf(self, graphql_type: Any) -> str:
        name: str = get_named_type(graphql_type).name
        if isinstance(graphql_type, GraphQLEnumType):
            values = ", ".join(f'"{value}"' for value in graphql_type.values)
            self._known.setdefault(name, f"{name} = Literal[{values}]")
            return name
        # Days, months and times are texts in ISO 8601; decimals are texts, too.
        return _SCALARS.get(name, "str")


def _typed_dict(name: str, fields: Mapping[str, str]) -> str:
    lines = [f'    "{key}": {written},' for key, written in fields.items()]
    inner = [f"    {line}" for line in lines]
    return "\n".join([f"{name} = TypedDict(", f'    "{name}",', "    {", *inner, "    },", ")"])


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def _constant(name: str) -> str:
    return _snake(name).upper()


def _pascal(name: str) -> str:
    return name[:1].upper() + name[1:]


def generate(schema: str, operations: Mapping[str, str]) -> str:
    """Return the text of a module.

    Args:
        schema: In the schema definition language.
        operations: Documents by the name of their file.

    Raises:
        ValueError: A document is not one operation that fits the schema; it is named.
    """
    module = Module(build_schema(schema))
    for name, text in sorted(operations.items()):
        try:
            module.add(parse(text))
        except ValueError as error:
            message = f"{name}: {error}"
            raise ValueError(message) from error
    return str(module)


def main(arguments: list[str]) -> None:
    """Write a module."""
    schema, folder, target = (Path(one) for one in arguments)
    operations = {path.name: path.read_text("utf-8") for path in folder.glob("*.graphql")}
    target.write_text(generate(schema.read_text("utf-8"), operations), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
