"""Variables read straight into what a resolver takes, where everything in them is plainly right.

graphql-core makes dictionaries of a variable, asking of each value anew what its type is, and
`api.plan.inputs` makes objects of those. A reader that is made once for a type does both at once.
It gives up at whatever is not plainly right, a value that would be converted included: then
graphql-core decides, and all refusals are its own.
"""

from collections.abc import Callable, Mapping
from dataclasses import MISSING
from enum import Enum
from typing import Any, Final

from graphql import (
    GRAPHQL_MAX_INT,
    GRAPHQL_MIN_INT,
    DocumentNode,
    FieldNode,
    GraphQLBoolean,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInt,
    GraphQLString,
    OperationDefinitionNode,
    Undefined,
    VariableNode,
    Visitor,
    is_enum_type,
    is_input_object_type,
    is_list_type,
    is_non_null_type,
    is_required_input_field,
    print_ast,
    visit,
)
from graphql.utilities.coerce_input_value import coerce_default_value
from strawberry.types.base import StrawberryList, StrawberryMaybe, StrawberryOptional
from strawberry.types.field import StrawberryField
from strawberry.types.lazy_type import LazyType

from api.plan.inputs import converter_of
from api.plan.selecting import python_field
from api.schema import schema

Read = Callable[[Any], Any]

_UNCHANGING: Final = (str, int, float, bool, type(None))


class NotPlain(Exception):
    """A value is refused, or would be converted first."""


class NotStraight(Exception):
    """Values of a type are left to graphql-core."""


class Straight:
    """Reads what the only field of an operation takes.

    Attributes:
        node: The field.
    """

    def __init__(
        self, document: DocumentNode, operation: OperationDefinitionNode, field: GraphQLField
    ) -> None:
        """Make a reader for each variable.

        Args:
            document: Valid.
            operation: With one field at its top, whose arguments are variables.
            field: The declaration of the field.

        Raises:
            NotStraight: A variable is used elsewhere, has a default, or is of such a type.
        """
        node = operation.selection_set.selections[0]
        assert isinstance(node, FieldNode)  # noqa: S101 - whoever calls this has seen to it.
        self.node = node
        types = {
            one.variable.name.value: print_ast(one.type)
            for one in operation.variable_definitions or ()
            if one.default_value is None
        }
        name_of = schema.config.name_converter.from_argument
        declared = {name_of(one): one for one in python_field(field).arguments}
        self._readers: list[tuple[str, str, Read]] = []
        for argument in node.arguments or ():
            name, value = argument.name.value, argument.value
            kind = field.args[name].type
            if not isinstance(value, VariableNode) or types.get(value.name.value) != str(kind):
                raise NotStraight(name)
            read = _reader(kind, declared[name].type, ())
            self._readers.append((value.name.value, declared[name].python_name, read))
        # Each is told once, declared once, and asked by nothing else, such as @include.
        if _variables_in(document) != 2 * len(self._readers):
            raise NotStraight

    def read(self, variables: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return the arguments by their names in Python, or None where graphql-core decides."""
        try:
            return {python_name: read(variables[name]) for name, python_name, read in self._readers}
        except (NotPlain, KeyError):
            return None


class _Variables(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def enter_variable(self, *_: Any) -> None:
        self.count += 1


def _variables_in(document: DocumentNode) -> int:
    counting = _Variables()
    visit(document, counting)
    return counting.count


def _reader(kind: Any, declared: Any, within: tuple[Any, ...]) -> Read:
    """Return what reads values of a type.

    Args:
        kind: As GraphQL has it.
        declared: As Strawberry has it.
        within: The types of objects around it.

    Raises:
        NotStraight: It leads back to itself, or its class makes something of its own of a value.
    """
    if is_non_null_type(kind):
        return _present(kind.of_type, _plain(declared), within)
    present = _present(kind, _plain(declared), within)
    return lambda value: None if value is None else present(value)


def _plain(declared: Any) -> Any:
    if isinstance(declared, LazyType):
        return _plain(declared.resolve_type())
    if isinstance(declared, StrawberryOptional) and not isinstance(declared, StrawberryMaybe):
        return _plain(declared.of_type)
    return declared


def _present(kind: Any, declared: Any, within: tuple[Any, ...]) -> Read:
    """Return what reads values of a type, none of which is null."""
    if is_list_type(kind):
        if not isinstance(declared, StrawberryList):
            raise NotStraight(str(kind))
        return _list(_reader(kind.of_type, declared.of_type, within))
    if is_input_object_type(kind):
        return _object(kind, declared, within)
    plain = _PLAIN.get((kind, declared))
    if plain is not None:
        return plain
    convert = converter_of(declared)
    if is_enum_type(kind):
        return _member({name: convert(kind.coerce_input_value(name)) for name in kind.values})
    return _scalar(kind.coerce_input_value, convert)


def _exactly(wanted: type) -> Read:
    def read(value: Any) -> Any:
        if type(value) is wanted:
            return value
        raise NotPlain

    return read


def _integer(value: Any) -> Any:
    if type(value) is int and GRAPHQL_MIN_INT <= value <= GRAPHQL_MAX_INT:
        return value
    raise NotPlain


_PLAIN: Final[Mapping[Any, Read]] = {
    (GraphQLString, str): _exactly(str),
    (GraphQLBoolean, bool): _exactly(bool),
    (GraphQLInt, int): _integer,
}


def _member(members: Mapping[str, Any]) -> Read:
    def read(value: Any) -> Any:
        if type(value) is str and value in members:
            return members[value]
        raise NotPlain

    return read


def _scalar(coerce: Read, convert: Read) -> Read:
    def read(value: Any) -> Any:
        if value is None:
            raise NotPlain
        try:
            return convert(coerce(value))
        except Exception as error:  # graphql-core asks for no more either.
            raise NotPlain from error

    return read


def _list(item: Read) -> Read:
    def read(value: Any) -> Any:
        if type(value) is list:
            return [item(one) for one in value]
        raise NotPlain

    return read


def _object(kind: GraphQLInputObjectType, declared: Any, within: tuple[Any, ...]) -> Read:
    """Return what makes an input object."""
    definition = getattr(declared, "__strawberry_definition__", None)
    if kind in within or definition is None or definition.from_input is not None:
        raise NotStraight(kind.name)
    # What Strawberry checks of a coerced dictionary is known of one kind only.
    if kind.out_type is not GraphQLInputObjectType.out_type and not definition.is_one_of:
        raise NotStraight(kind.name)
    name_of = schema.config.name_converter.from_field
    own = {name_of(one): one for one in definition.fields}
    types = {name: one.resolve_type(type_definition=definition) for name, one in own.items()}
    fields = {
        name: (own[name].python_name, _reader(one.type, types[name], (*within, kind)))
        for name, one in kind.fields.items()
    }
    required = [name for name, one in kind.fields.items() if is_required_input_field(one)]
    silent = {
        own[name].python_name: _default(one, own[name], types[name])
        for name, one in kind.fields.items()
        if name not in required
    }
    silent = {name: one for name, one in silent.items() if one is not MISSING}

    def read(value: Any) -> Any:
        if type(value) is not dict:
            raise NotPlain
        given = silent.copy()
        for name, one in value.items():
            if name not in fields:
                raise NotPlain
            python_name, read_field = fields[name]
            given[python_name] = read_field(one)
        for name in required:
            if name not in value:
                raise NotPlain
        return declared(**given)

    return _only_one(read) if definition.is_one_of else read


def _default(field: GraphQLInputField, own: StrawberryField, declared: Any) -> Any:
    """Return what a field is where nothing is said, or MISSING where its class knows."""
    default = coerce_default_value(field)
    if default is not Undefined:
        return _unchanging(converter_of(declared)(default))
    unknown = own.default is MISSING and own.default_factory is MISSING
    return None if unknown else MISSING


def _unchanging(value: Any) -> Any:
    """Return a default, if all that take it may share it.

    Raises:
        NotStraight: They may not.
    """
    if isinstance(value, (*_UNCHANGING, Enum)):
        return value
    raise NotStraight(repr(value))


def _only_one(read: Read) -> Read:
    def read_one(value: Any) -> Any:
        if type(value) is dict and len(value) == 1 and None not in value.values():
            return read(value)
        raise NotPlain

    return read_one
