"""Documents by lot: from the schema, then made to find something and to vary in shape."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from graphql import (
    ArgumentNode,
    BooleanValueNode,
    DirectiveNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    ListValueNode,
    NameNode,
    OperationDefinitionNode,
    SelectionSetNode,
    StringValueNode,
    ValueNode,
    VariableNode,
    Visitor,
    parse,
    parse_value,
    print_ast,
    visit,
)
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis_graphql import nodes, queries

from api.schema import sdl

ROOTS = ("organisation", "organisations", "node", "nodes", "viewer")
_SCALARS: dict[str, Any] = {
    "Date": st.just(nodes.String("2026-01-01")),
    "DateTime": st.just(nodes.String("2026-01-01T00:00:00Z")),
    "Decimal": st.just(nodes.String("1")),
    "MetricKey": st.sampled_from(
        [nodes.String("DECLINE_RATE"), nodes.String("MEAN:ratings.process:SPEED")]
    ),
    "YearMonth": st.just(nodes.String("2026-01")),
}


@dataclass(frozen=True)
class Vocabulary:
    """What arguments can be filled with so that they mean something.

    Attributes:
        slugs: Of organisations, the viewer's and others.
        ids: Global ids of every noun, of the viewer's organisation and others.
        cursors: By field, places in its list.
    """

    slugs: Sequence[str]
    ids: Sequence[str]
    cursors: Mapping[str, Sequence[str]] = field(default_factory=dict)


def documents(count: int) -> list[str]:
    """Return so many valid documents, the same for the same schema."""
    found: list[str] = []

    @settings(
        database=None,
        derandomize=True,
        max_examples=count,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(queries(sdl(), fields=ROOTS, custom_scalars=_SCALARS, codec="ascii"))
    def collect(document: object) -> None:
        found.append(str(document))

    collect()
    return found


def enrich(text: str, words: Vocabulary, random: Random) -> tuple[str, dict[str, bool]]:
    """Return a document that finds something, in some of GraphQL's shapes, and its variables."""
    document = parse(text)
    document = visit(document, _Arguments(words, random))
    shapes = _Shapes(random)
    document = visit(document, shapes)
    operation, *others = document.definitions
    assert isinstance(operation, OperationDefinitionNode)
    named = print_ast(operation).removeprefix("query").lstrip()
    declared = "".join(f"${name}: Boolean! " for name in shapes.variables)
    head = f"query Lot({declared}) " if declared else "query Lot "
    body = head + named[named.index("{") :]
    fragments = [print_ast(one) for one in (*others, *shapes.fragments)]
    return "\n".join([body, *fragments]), shapes.variables


class _Arguments(Visitor):
    """Fills arguments with what exists, most of the time."""

    def __init__(self, words: Vocabulary, random: Random) -> None:
        super().__init__()
        self._words, self._random = words, random

    def leave_field(self, node: FieldNode, *_: Any) -> FieldNode:
        named = {one.name.value: one for one in node.arguments or ()}
        if not named:
            return node
        kept = []
        for name, argument in named.items():
            value = self._value(node.name.value, name, argument.value)
            if value is not None:
                kept.append(ArgumentNode(name=argument.name, value=value))
        return _changed(node, arguments=tuple(kept))

    def _value(self, on: str, name: str, value: ValueNode) -> ValueNode | None:
        """Return what an argument is given; None where it is left out."""
        random, words = self._random, self._words
        if name in {"endsOn", "segment"}:
            return None
        if name in {"after", "before"}:
            return self._cursor(words.cursors.get(on, ()))
        if name in {"first", "last"}:
            # Both together are refused, which should not be what most documents are about.
            there = name == "first" or random.random() < 0.1
            return parse_value(str(random.randint(0, 5))) if there else None
        filled: dict[str, Callable[[], ValueNode]] = {
            "slug": lambda: _text(random.choice(words.slugs)),
            "id": lambda: _text(random.choice(words.ids)),
            "ids": lambda: ListValueNode(
                values=tuple(map(_text, random.choices(words.ids, k=random.randint(0, 8))))
            ),
            "language": lambda: parse_value(random.choice(['"de"', '"en"', "null"])),
        }
        return filled[name]() if name in filled else value

    def _cursor(self, cursors: Sequence[str]) -> ValueNode | None:
        there = bool(cursors) and self._random.random() < 0.3
        return _text(self._random.choice(cursors)) if there else None


class _Shapes(Visitor):
    """Adds aliases, directives, type names and fragments."""

    def __init__(self, random: Random) -> None:
        super().__init__()
        self._random = random
        self.variables: dict[str, bool] = {}
        self.fragments: list[FragmentDefinitionNode] = []

    def leave_field(self, node: FieldNode, *_: Any) -> FieldNode:
        chance = self._random.random()
        if chance < 0.08:
            alias = f"a{self._random.randint(0, 10**6)}"
            return _changed(node, alias=NameNode(value=alias))
        if chance < 0.16:
            return _changed(node, directives=(self._directive(),))
        return node

    def leave_selection_set(self, node: SelectionSetNode, *_: Any) -> SelectionSetNode:
        added = [FieldNode(name=NameNode(value="__typename"), directives=(), arguments=())]
        if self._random.random() < 0.3:
            return SelectionSetNode(selections=(*added, *node.selections))
        if self._random.random() < 0.15:
            # The same fields twice, which must be merged.
            return SelectionSetNode(selections=(*node.selections, *node.selections))
        return node

    def leave_inline_fragment(
        self, node: InlineFragmentNode, *_: Any
    ) -> InlineFragmentNode | FragmentSpreadNode:
        if node.type_condition is None or self._random.random() < 0.6:
            return node
        name = NameNode(value=f"F{len(self.fragments)}")
        self.fragments.append(
            FragmentDefinitionNode(
                name=name,
                type_condition=node.type_condition,
                selection_set=node.selection_set,
                directives=(),
            )
        )
        return FragmentSpreadNode(name=name, directives=())

    def _directive(self) -> DirectiveNode:
        yes = self._random.random() < 0.7
        value: ValueNode = BooleanValueNode(value=yes)
        if self._random.random() < 0.5:
            name = f"v{self._random.randint(0, 3)}"
            self.variables.setdefault(name, yes)
            value = VariableNode(name=NameNode(value=name))
        kind = "include" if self._random.random() < 0.7 else "skip"
        argument = ArgumentNode(name=NameNode(value="if"), value=value)
        return DirectiveNode(name=NameNode(value=kind), arguments=(argument,))


def _text(text: str) -> StringValueNode:
    return StringValueNode(value=text)


def _changed(node: FieldNode, **changes: Any) -> FieldNode:
    kept = {key: getattr(node, key) for key in node.keys if key != "loc"}
    return FieldNode(**{**kept, **changes})
