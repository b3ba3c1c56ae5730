"""Operations: each compiled once for each shape that its variables give it, then followed."""

from collections.abc import Mapping
from typing import Any, Final

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    OperationDefinitionNode,
    OperationType,
    VariableNode,
    Visitor,
    visit,
)
from graphql.execution.values import VariableValues, get_variable_values

from api.context import Context
from api.plan.reasons import Reason, Unplanned
from api.plan.request import Request
from api.plan.roots import Roots, Variant
from api.plan.selecting import Selecting, field_of, fragments_of
from api.plan.straight import NotStraight, Straight
from api.schema import GRAPH

# Ids can name every noun in turn, and so give one operation many shapes.
KEPT_VARIANTS: Final = 16

_STEERING: Final = frozenset({"skip", "include"})
_NOTHING: Final = VariableValues({}, {})


# Written to by every candidate. To send the same receipt code again, or to save the same answers
# again, changes nothing: so the ordinary way may follow where a plan has been given up.
_REPEATABLE: Final = frozenset({"submitResponse", "saveAnswers"})


def _is_short(operation: OperationDefinitionNode) -> bool:
    """Return whether an operation is one change that may be repeated, and nothing else."""
    selected = operation.selection_set.selections
    return (
        operation.operation is OperationType.MUTATION
        and len(selected) == 1
        and isinstance(selected[0], FieldNode)
        and selected[0].name.value in _REPEATABLE
    )


def _straight(document: DocumentNode, operation: OperationDefinitionNode) -> Straight | None:
    """Return what reads the variables of a short operation, if that can be made."""
    kind = GRAPH.get_root_type(operation.operation)
    (selected,) = operation.selection_set.selections
    assert kind is not None  # noqa: S101 - the document is valid.
    assert isinstance(selected, FieldNode)  # noqa: S101 - as in all that are short.
    try:
        return Straight(document, operation, field_of(kind, selected.name.value))
    except NotStraight:
        return None


class _Directives(Visitor):
    """Finds the variables that @skip and @include ask, and refuses other directives."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_directive(self, node: DirectiveNode, *_: Any) -> None:
        if node.name.value not in _STEERING:
            raise Unplanned(Reason.DIRECTIVE, node.name.value)
        for argument in node.arguments or ():
            if isinstance(argument.value, VariableNode):
                self.names.add(argument.value.name.value)


class Operation:
    """One operation of a validated document.

    Attributes:
        writes: Whether it changes anything.
    """

    def __init__(self, document: DocumentNode, operation: OperationDefinitionNode) -> None:
        """Look at what can be planned at all.

        Raises:
            Unplanned: This cannot.
        """
        self.writes = operation.operation is not OperationType.QUERY
        if self.writes and not _is_short(operation):
            raise Unplanned(Reason.KIND)
        self._operation = operation
        self._fragments = fragments_of(document)
        directives = _Directives()
        visit(document, directives)
        self._steering = sorted(directives.names)
        self._straight = _straight(document, operation) if self.writes else None
        self._only: Variant | None = None
        self._roots: dict[Any, Roots] = {}
        self._variants: dict[Any, Variant] = {}

    def request(self, context: Context, variables: Mapping[str, Any]) -> Request:
        """Return a request of the operation with the variables as the schema reads them.

        Raises:
            Unplanned: One of them is refused.
        """
        if self._straight is not None:
            given = self._straight.read(variables)
            if given is not None:
                straight = {id(self._straight.node): given}
                return Request(context, _NOTHING, writes=True, straight=straight)
        return Request(context, self._coerce(variables), writes=self.writes)

    def _coerce(self, variables: Mapping[str, Any]) -> VariableValues:
        defined = self._operation.variable_definitions
        if not defined:
            return _NOTHING
        coerced = get_variable_values(GRAPH, defined, dict(variables))
        if isinstance(coerced, list):
            raise Unplanned(Reason.INVALID)
        return coerced

    def variant(self, request: Request) -> Variant:
        """Return the operation in the shape that a request's variables give it.

        Raises:
            Unplanned: Something in it is not planned.
        """
        if self._only is not None:
            return self._only
        steering = tuple(request.variables.coerced.get(name) for name in self._steering)
        roots = self._roots.get(steering)
        if roots is None:
            roots = self._roots[steering] = Roots(self._selecting(request.variables))
        nouns = roots.nouns(request)
        variant = self._variants.get((steering, nouns))
        if variant is None:
            if len(self._variants) >= KEPT_VARIANTS:
                self._variants.clear()
            variant = self._variants[steering, nouns] = roots.compile(nouns)
            if not (self._steering or roots.reads_by_id):
                self._only = variant
        return variant

    def _selecting(self, variables: VariableValues) -> Selecting:
        """Return what is selected; of the variables only those that steer it are kept."""
        kept = VariableValues(
            {name: one for name, one in variables.sources.items() if name in self._steering},
            {name: one for name, one in variables.coerced.items() if name in self._steering},
        )
        return Selecting(GRAPH, self._operation, self._fragments, kept)
