"""What a document may cost before anything is executed: one pass, each fragment counted once."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    NullValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_composite_type,
    is_list_type,
    is_object_type,
)

from tenants.errors import DomainError
from tenants.paging import DEFAULT_PAGE, MAX_PAGE
from tenants.settings import MAX_COST

MAX_TOKENS: Final = 4_000
MAX_DEPTH: Final = 15
MAX_FIELDS: Final = 2_000
MAX_ROOT_FIELDS: Final = 50
MAX_ALIASES: Final = 100
MAX_DIRECTIVES: Final = 50
# Validation compares all fields of one name with each other: the square of their number.
MAX_REPETITIONS: Final = 100
MAX_NESTED_FRAGMENTS: Final = 50
# What a list that comes as a whole is taken to hold, and what a change costs beside its answer.
LIST_LENGTH: Final = 10
# What a questionnaire consists of comes with its row, so that another of these is no more work.
LENGTHS: Final[Mapping[str, int]] = MappingProxyType(
    {
        "Condition": 1,
        "Operand": 1,
        "Option": 4,
        "OptionContent": 4,
        "PageContent": 5,
        "PointLabel": 1,
        "RuleContent": 1,
        "SkipContent": 1,
        "Translation": 1,
    }
)
MUTATION_COST: Final = 10

_INTROSPECTION = frozenset({"__schema", "__type"})
_INCREMENTAL = frozenset({"defer", "stream"})


class QueryTooLarge(DomainError):
    """The document asks for more than one request may."""

    code = "QUERY_TOO_LARGE"


def lengths_of(graph: GraphQLSchema) -> Mapping[str, int]:
    """Return how many objects a field of each name brings, when no argument says how many.

    A connection brings a page, another list of objects `LIST_LENGTH` or what `LENGTHS` says of its
    type, an object one; of fields that share a name the longest counts, because a document is
    measured before its types are known. What only wraps a connection's rows (`edges`, `node`,
    `nodes`, `pageInfo`) costs nothing more.
    """
    lengths: dict[str, int] = {}
    wrappers: set[str] = set()
    for parent in graph.type_map.values():
        if not is_object_type(parent) or parent.name.startswith("__"):
            continue
        wraps = parent.name.endswith(("Connection", "Edge"))
        for name, field in parent.fields.items():
            named = get_named_type(field.type)
            if not is_composite_type(named):
                continue
            if wraps:
                wrappers.add(name)
            elif named.name.endswith("Connection"):
                lengths[name] = max(DEFAULT_PAGE, lengths.get(name, 0))
            else:
                many = is_list_type(get_nullable_type(field.type))
                usual = LENGTHS.get(named.name, LIST_LENGTH) if many else 1
                lengths[name] = max(usual, lengths.get(name, 0))
    return MappingProxyType({name: n for name, n in lengths.items() if name not in wrappers})


@dataclass(frozen=True, slots=True)
class Size:
    """How large a selection is once its fragments are spread out.

    Attributes:
        depth: Levels of fields.
        fields: Fields in all.
        aliases: Aliases in all.
        directives: Directives in all.
        cost: Objects that it may bring, each list as long as the page that is asked for.
    """

    depth: int = 0
    fields: int = 0
    aliases: int = 0
    directives: int = 0
    cost: int = 0


@dataclass(frozen=True, slots=True)
class Measured:
    """An operation that was measured.

    Attributes:
        node: The operation.
        size: Of everything it selects.
        breadth: Fields at the top.
    """

    node: OperationDefinitionNode
    size: Size
    breadth: int


class Measure:
    """Measures every selection once; a fragment spread a thousand times is looked at once.

    Attributes:
        visited: How many nodes were looked at, which is never more than the document has.
        names: How often each response name is written.
        introspects: Whether the schema itself is asked for.
        defers: Whether `@defer` or `@stream` is written anywhere.
        operations: Each with its size.
    """

    def __init__(
        self, document: DocumentNode, variables: Mapping[str, Any], lengths: Mapping[str, int]
    ) -> None:
        """Measure everything that the document defines.

        Raises:
            QueryTooLarge: Fragments spread others, which spread others, too many times.
        """
        self.visited = 0
        self.names: Counter[str] = Counter()
        self.introspects = False
        self.defers = False
        self._within = 0
        self._variables = variables
        self._lengths = lengths
        # Sizes of pages that variables said, by the variable.
        self._said: dict[str, int] = {}
        self._sizes: dict[str, Size] = {}
        self._fragments: dict[str, FragmentDefinitionNode] = {}
        self._defaults: dict[str, ValueNode] = {}
        operations = []
        for one in document.definitions:
            if isinstance(one, FragmentDefinitionNode):
                self._fragments[one.name.value] = one
            elif isinstance(one, OperationDefinitionNode):
                operations.append(one)
                self._read_defaults(one)
        self.operations = [self._operation(one) for one in operations]
        # Validation looks at fragments that nothing spreads as well.
        for one in document.definitions:
            if isinstance(one, FragmentDefinitionNode):
                if self._fragments[one.name.value] is one:
                    self._fragment(one.name.value)
                else:
                    self._selection(one.selection_set)

    def holds_for(self, variables: Mapping[str, Any]) -> bool:
        """Return whether other variables say the same sizes of pages."""
        return all(self._said_by(name, variables) == size for name, size in self._said.items())

    def cost_of(self, operation: OperationDefinitionNode) -> int:
        """Return what an operation of the document costs, in points; at least 1."""
        return next(max(1, one.size.cost) for one in self.operations if one.node is operation)

    def _read_defaults(self, node: OperationDefinitionNode) -> None:
        for one in node.variable_definitions or ():
            if one.default_value is not None:
                self._defaults[one.variable.name.value] = one.default_value

    def _operation(self, node: OperationDefinitionNode) -> Measured:
        size = self._selection(node.selection_set)
        breadth = len(node.selection_set.selections)
        directives = size.directives + len(node.directives or ())
        directives += sum(len(one.directives or ()) for one in node.variable_definitions or ())
        changes = MUTATION_COST * breadth if node.operation is OperationType.MUTATION else 0
        whole = Size(size.depth, size.fields, size.aliases, directives, size.cost + changes)
        return Measured(node, whole, breadth)

    def _selection(self, node: SelectionSetNode | None) -> Size:
        """Return the size of a selection."""
        depth = fields = aliases = directives = cost = 0
        for one in node.selections if node is not None else ():
            self.visited += 1
            if one.directives:
                directives += len(one.directives)
                self.defers |= any(each.name.value in _INCREMENTAL for each in one.directives)
            if isinstance(one, FieldNode):
                size = self._field(one)
            elif isinstance(one, InlineFragmentNode):
                size = self._selection(one.selection_set)
            elif isinstance(one, FragmentSpreadNode):
                size = self._fragment(one.name.value)
            else:
                continue
            depth = max(depth, size.depth)
            fields += size.fields
            aliases += size.aliases
            directives += size.directives
            cost += size.cost
        return Size(depth, fields, aliases, directives, cost)

    def _field(self, node: FieldNode) -> Size:
        self.names[(node.alias or node.name).value] += 1
        self.introspects = self.introspects or node.name.value in _INTROSPECTION
        below = self._selection(node.selection_set)
        length = self._length(node)
        return Size(
            below.depth + 1,
            below.fields + 1,
            below.aliases + (node.alias is not None),
            below.directives,
            below.cost if length is None else length * (1 + below.cost),
        )

    def _fragment(self, name: str) -> Size:
        known = self._sizes.get(name)
        if known is None:
            fragment = self._fragments.get(name)
            # Stands in while the fragment is measured, so that a cycle ends; validation refuses it.
            self._sizes[name] = Size()
            self._within += 1
            if self._within > MAX_NESTED_FRAGMENTS:
                raise QueryTooLarge(_too_large(MAX_NESTED_FRAGMENTS, "fragments in one another"))
            known = self._selection(fragment.selection_set) if fragment is not None else Size()
            if fragment is not None and fragment.directives:
                directives = known.directives + len(fragment.directives)
                known = Size(known.depth, known.fields, known.aliases, directives, known.cost)
            self._within -= 1
            self._sizes[name] = known
        return known

    def _length(self, node: FieldNode) -> int | None:
        """Return how many objects a field may bring, or None if it brings none of its own."""
        given = [
            self._number(argument.value)
            for argument in node.arguments or ()
            if argument.name.value in {"first", "last", "ids"}
        ]
        return max(given) if given else self._lengths.get(node.name.value)

    def _number(self, node: ValueNode) -> int:
        """Return the number that a page's size says, at most the largest page."""
        if isinstance(node, VariableNode):
            name = node.name.value
            size = self._said[name] = self._said_by(name, self._variables)
            return size
        return _written(node)

    def _said_by(self, name: str, variables: Mapping[str, Any]) -> int:
        """Return the number that a variable says, or its default."""
        if name not in variables:
            default = self._defaults.get(name)
            return DEFAULT_PAGE if default is None else _written(default)
        value = variables[name]
        size = len(value) if isinstance(value, list) else value
        return DEFAULT_PAGE if size is None else _at_most(size)


def _written(node: ValueNode) -> int:
    """Return the number that a value in the document says."""
    if isinstance(node, IntValueNode):
        return _at_most(int(node.value)) if len(node.value) <= len(str(MAX_PAGE)) else MAX_PAGE
    if isinstance(node, ListValueNode):
        return _at_most(len(node.values))
    return DEFAULT_PAGE if isinstance(node, NullValueNode) else MAX_PAGE


def _at_most(number: Any) -> int:
    """Return a size; what is none is refused when it is read, and counts as the largest."""
    known = isinstance(number, int) and 0 <= number <= MAX_PAGE
    return number if known else MAX_PAGE


def check_size(
    document: DocumentNode, variables: Mapping[str, Any], lengths: Mapping[str, int]
) -> Measure:
    """Return what was measured if the document is small enough to be validated and executed.

    The work is linear in the document's length: a fragment's size is computed once and added
    wherever it is spread, so that doubled spreads cost nothing.

    Args:
        document: What a client sent, parsed.
        variables: What came with it.
        lengths: How many objects each field brings (`lengths_of`).

    Raises:
        QueryTooLarge: It names the limit that was passed.
    """
    measure = Measure(document, variables, lengths)
    repeated = max(measure.names.values(), default=0)
    for one in measure.operations:
        for found, limit, name in _limits(one, repeated):
            if found > limit:
                raise QueryTooLarge(_too_large(limit, name))
    return measure


def _limits(one: Measured, repeated: int) -> Sequence[tuple[int, int, str]]:
    """Return each number of an operation with its limit and what it counts."""
    return (
        (one.size.depth, MAX_DEPTH, "levels deep"),
        (one.size.fields, MAX_FIELDS, "fields in all"),
        (one.breadth, MAX_ROOT_FIELDS, "fields at the top"),
        (one.size.aliases, MAX_ALIASES, "aliases"),
        (one.size.directives, MAX_DIRECTIVES, "directives"),
        (repeated, MAX_REPETITIONS, "fields of one name"),
        (one.size.cost, MAX_COST, "points of cost"),
    )


def _too_large(limit: int, name: str) -> str:
    return f"The document is too large: at most {limit} {name}."
