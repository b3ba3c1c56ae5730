"""Operations by lot from the schema, sent as anybody: never a bug, never an undocumented code.

schemathesis makes them and looks at what comes back. That is not enough: it knows no ids, and calls
every error of a field one of the server's.
"""

from collections.abc import Iterator, Mapping, Sequence
from random import Random
from typing import Any

import pytest
import schemathesis
from graphql import (
    ArgumentNode,
    FieldNode,
    Node,
    ObjectFieldNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    StringValueNode,
    Visitor,
    parse,
    print_ast,
)
from graphql import visit as visit_graphql
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis_graphql import nodes
from schemathesis import Case
from schemathesis.core.result import Ok

from api.pages.error_codes import CODES
from api.schema import sdl
from tenants.db import reading
from tenants.questionnaires.problems import AnswerProblem
from tests.api.asking import post, token_of
from tests.api.world import World, make_world
from tests.factories import make_client

# As it is served: with connections of their own for plans, one of which may be given up half-way.
pytestmark = pytest.mark.usefixtures("committing")

COUNT = 120
DOCUMENTED = {*CODES, *(one.value for one in AnswerProblem)}
_WRITTEN = ("2026-01-31", "2026-01-31T12:00:00Z", "2026-01", "1.5", "DECLINE_RATE", "", "x", "ä")
_ANY: Mapping[str, Any] = dict.fromkeys(
    ("Date", "DateTime", "Decimal", "MetricKey", "YearMonth"),
    st.sampled_from([*map(nodes.String, _WRITTEN), nodes.Int(0), nodes.Boolean(value=True)]),
)


def by_lot(kind: str) -> list[Case[Any]]:
    """Return some operations of every field of a root type, the same for the same schema."""
    for name, strategy in _ANY.items():
        schemathesis.graphql.scalar(name, strategy)
    schema = schemathesis.graphql.from_file(sdl())
    every = [one.ok() for one in schema.get_all_operations() if isinstance(one, Ok)]
    operations = [one for one in every if one.label.startswith(f"{kind}.")]
    found: list[Case[Any]] = []
    for operation in operations:

        @settings(
            database=None,
            derandomize=True,
            max_examples=1 + COUNT // len(operations),
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(operation.as_strategy())
        def collect(case: Case[Any]) -> None:
            found.append(case)

        collect()
    return found


_asking = parse("{ userErrors { code } }").definitions[0]
assert isinstance(_asking, OperationDefinitionNode)
_REFUSED = _asking.selection_set


class _Ids(Visitor):
    """Puts ids that exist where an id is wanted, most of the time."""

    def __init__(self, ids: Sequence[str], random: Random) -> None:
        super().__init__()
        self._ids, self._random = ids, random

    def leave_operation_definition(self, node: OperationDefinitionNode, *_: Any) -> Node:
        """Ask a mutation what was refused, too."""
        if node.operation is not OperationType.MUTATION:
            return node
        fields = [
            FieldNode(
                name=one.name,
                alias=one.alias,
                arguments=one.arguments,
                selection_set=SelectionSetNode(
                    selections=(*one.selection_set.selections, *_REFUSED.selections)
                ),
            )
            for one in node.selection_set.selections
            if isinstance(one, FieldNode) and one.selection_set is not None
        ]
        return OperationDefinitionNode(
            operation=node.operation, selection_set=SelectionSetNode(selections=tuple(fields))
        )

    def leave_argument(self, node: ArgumentNode, *_: Any) -> Node:
        return self._filled(node)

    def leave_object_field(self, node: ObjectFieldNode, *_: Any) -> Node:
        return self._filled(node)

    def _filled(self, node: ArgumentNode | ObjectFieldNode) -> Node:
        wanted = node.name.value == "id" or node.name.value.endswith("Id")
        if not wanted or self._random.random() < 0.2:
            return node
        value = StringValueNode(value=self._random.choice(self._ids))
        return type(node)(name=node.name, value=value)


def user_error_codes(data: Any) -> Iterator[str]:
    """Return the code of every userError in an answer."""
    if isinstance(data, list):
        for one in data:
            yield from user_error_codes(one)
    elif isinstance(data, dict):
        for name, value in data.items():
            if name == "userErrors":
                yield from (one["code"] for one in value if "code" in one)
            else:
                yield from user_error_codes(value)


def ids_of(world: World) -> list[str]:
    """Return ids of things that are there."""
    offers = (world.lapsed, world.open, world.elsewhere)
    cases = (world.again, world.attributed, world.confidential, world.anonymous, world.unanswered)
    return [
        world.organisation,
        *(world.id("Offer", one) for one in offers),
        *(world.id("Interview", one.interview_id) for one in cases),
        world.id("Integration", world.client.integration_id),
    ]


@pytest.mark.parametrize("kind", ["Query", "Mutation"])
async def test_no_operation_is_a_bug(kind: str) -> None:
    async with reading(2):
        await ask_by_lot(kind)


async def ask_by_lot(kind: str) -> None:
    """Send operations as anybody, and look at what comes back."""
    world, other = await make_world(), await make_client()
    client = world.client
    people = (client.consultant, client.hr, client.hiring_manager, client.leadership, other.hr)
    tokens = [None, world.unanswered.token, *[await token_of(one) for one in people]]
    random = Random(1)  # noqa: S311 - no secret.
    ids = ids_of(world)
    seen: set[str] = set()
    for case in by_lot(kind):
        document = print_ast(visit_graphql(parse(str(case.body)), _Ids(ids, random)))
        response = await post({"query": document}, token=random.choice(tokens))
        answer = response.json()
        if "errors" not in answer:
            case.validate_response(response)
        codes = {one["extensions"]["code"] for one in answer.get("errors", ())}
        codes |= set(user_error_codes(answer.get("data")))
        assert response.status_code in {200, 400}, document
        assert codes <= DOCUMENTED - {"INTERNAL"}, document
        seen |= codes
        if response.status_code == 200:
            assert "data" in answer
    # Otherwise most of it would not have been asked for anything.
    assert len(seen) >= 4
