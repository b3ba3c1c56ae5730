"""What a document may cost before anything is executed: one pass, each fragment counted once."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
)

from tenants.errors import DomainError
from tenants.paging import DEFAULT_PAGE, MAX_PAGE

MAX_TOKENS = 4_000
MAX_DEPTH = 15
MAX_FIELDS = 2_000
MAX_ROOT_FIELDS = 50
MAX_ALIASES = 100
MAX_DIRECTIVES = 50
# Validation compares all fields of one name with each other: the square of their number.
MAX_REPETITIONS = 100
MAX_RECORDS = 50_000
MAX_NESTED_FRAGMENTS = 50

_INTROSPECTION = frozenset({"__schema", "__type"})


class QueryTooLarge(DomainError):
    """The document asks for more than one request may."""

    code = "QUERY_TOO_LARGE"


@dataclass(frozen=True, slots=True)
class Size:
    """How large a selection is once its fragments are spread out.

    Attributes:
        depth: Levels of fields.
        fields: Fields in all.
        aliases: Aliases in all.
        directives: Directives in all.
        records: Records that its lists may hold, each list as long as the page that is asked for.
    """

    depth: int = 0
    fields: int = 0
    aliases: int = 0
    directives: int = 0
    records: int = 0

    def beside(self, other: "Size") -> "Size":
        """Return the size of both in one selection."""
        return Size(
            max(self.depth, other.depth),
            self.fields + other.fields,
            self.aliases + other.aliases,
            self.directives + other.directives,
            self.records + other.records,
        )


class Measure:
    """Measures every selection once; a fragment spread a thousand times is looked at once.

    Attributes:
        visited: How many nodes were looked at, which is never more than the document has.
        names: How often each response name is written.
        introspects: Whether the schema itself is asked for.
    """

    def __init__(
        self, document: DocumentNode, variables: Mapping[str, Any], lists: Collection[str]
    ) -> None:
        """Measure everything that the document defines.

        Raises:
            QueryTooLarge: Fragments spread others, which spread others, too many times.
        """
        self.visited = 0
        self.names: Counter[str] = Counter()
        self.introspects = False
        self._within = 0
        self._variables = variables
        self._lists = lists
        self._sizes: dict[str, Size] = {}
        self._fragments = {
            one.name.value: one
            for one in document.definitions
            if isinstance(one, FragmentDefinitionNode)
        }
        self.operations = [
            (self._selection(one.selection_set), len(one.selection_set.selections))
            for one in document.definitions
            if isinstance(one, OperationDefinitionNode)
        ]
        # Validation looks at fragments that nothing spreads as well.
        for one in document.definitions:
            if isinstance(one, FragmentDefinitionNode):
                if self._fragments[one.name.value] is one:
                    self._fragment(one.name.value)
                else:
                    self._selection(one.selection_set)

    def _selection(self, node: SelectionSetNode | None) -> Size:
        """Return the size of a selection."""
        total = Size()
        for one in node.selections if node is not None else ():
            self.visited += 1
            total = total.beside(Size(directives=len(one.directives or ())))
            if isinstance(one, FieldNode):
                total = total.beside(self._field(one))
            elif isinstance(one, InlineFragmentNode):
                total = total.beside(self._selection(one.selection_set))
            elif isinstance(one, FragmentSpreadNode):
                total = total.beside(self._fragment(one.name.value))
        return total

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
            below.records if length is None else length * (1 + below.records),
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
            self._within -= 1
            self._sizes[name] = known
        return known

    def _length(self, node: FieldNode) -> int | None:
        """Return how many records a field may bring, or None if it is no list of records."""
        given = [
            self._number(argument.value)
            for argument in node.arguments or ()
            if argument.name.value in {"first", "last", "ids"}
        ]
        if given:
            return max(given)
        return DEFAULT_PAGE if node.name.value in self._lists else None

    def _number(self, node: ValueNode) -> int:
        """Return the number that a page's size says, at most the largest page."""
        if isinstance(node, VariableNode):
            # One that is not given may have a default of any size.
            value = self._variables.get(node.name.value, MAX_PAGE)
            size = len(value) if isinstance(value, list) else value
            number = DEFAULT_PAGE if size is None else size
        elif isinstance(node, ListValueNode):
            number = len(node.values)
        elif isinstance(node, IntValueNode):
            number = int(node.value) if len(node.value) <= len(str(MAX_PAGE)) else MAX_PAGE
        else:
            number = DEFAULT_PAGE
        # Anything else is refused when it is read, and counts as the largest until then.
        known = isinstance(number, int) and 0 <= number <= MAX_PAGE
        return number if known else MAX_PAGE


def check_size(
    document: DocumentNode,
    variables: Mapping[str, Any] | None = None,
    lists: Collection[str] = (),
) -> Measure:
    """Return what was measured if the document is small enough to be validated and executed.

    The work is linear in the document's length: a fragment's size is computed once and added
    wherever it is spread, so that doubled spreads cost nothing.

    Args:
        document: What a client sent, parsed.
        variables: What came with it.
        lists: The names of the fields that are connections, which bring a page without being asked.

    Raises:
        QueryTooLarge: It names the limit that was passed.
    """
    measure = Measure(document, variables or {}, lists)
    repeated = max(measure.names.values(), default=0)
    for size, roots in measure.operations:
        for name, found, limit in (
            ("levels deep", size.depth, MAX_DEPTH),
            ("fields in all", size.fields, MAX_FIELDS),
            ("fields at the top", roots, MAX_ROOT_FIELDS),
            ("aliases", size.aliases, MAX_ALIASES),
            ("directives", size.directives, MAX_DIRECTIVES),
            ("fields of one name", repeated, MAX_REPETITIONS),
            ("records on all its pages", size.records, MAX_RECORDS),
        ):
            if found > limit:
                raise QueryTooLarge(_too_large(limit, name))
    return measure


def _too_large(limit: int, name: str) -> str:
    return f"The document is too large: at most {limit} {name}."
