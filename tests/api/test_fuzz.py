"""Operations by lot from the schema, sent as anybody: never a bug, never an undocumented code.

The generator is the one that schemathesis uses for GraphQL.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from random import Random
from typing import Any

import pytest
from graphql import ArgumentNode, Node, ObjectFieldNode, StringValueNode, Visitor, parse, print_ast
from graphql import visit as visit_graphql
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis_graphql import mutations, nodes, queries

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


def by_lot(strategy: Callable[..., Any]) -> list[str]:
    """Return so many documents, the same for the same schema."""
    found: list[str] = []

    @settings(
        database=None,
        derandomize=True,
        max_examples=COUNT,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy(sdl(), custom_scalars=_ANY))
    def collect(document: object) -> None:
        found.append(str(document))

    collect()
    return found


class _Ids(Visitor):
    """Puts ids that exist where an id is wanted, most of the time."""

    def __init__(self, ids: Sequence[str], random: Random) -> None:
        super().__init__()
        self._ids, self._random = ids, random

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


@pytest.mark.parametrize("strategy", [queries, mutations])
async def test_no_operation_is_a_bug(strategy: Callable[..., Any]) -> None:
    async with reading(2):
        await ask_by_lot(strategy)


async def ask_by_lot(strategy: Callable[..., Any]) -> None:
    """Send operations as anybody, and look at what comes back."""
    world, other = await make_world(), await make_client()
    client = world.client
    people = (client.consultant, client.hr, client.hiring_manager, client.leadership, other.hr)
    tokens = [None, world.unanswered.token, *[await token_of(one) for one in people]]
    random = Random(1)  # noqa: S311 - no secret.
    ids = ids_of(world)
    seen: set[str] = set()
    for text in by_lot(strategy):
        document = print_ast(visit_graphql(parse(text), _Ids(ids, random)))
        response = await post({"query": document}, token=random.choice(tokens))
        answer = response.json()
        codes = {one["extensions"]["code"] for one in answer.get("errors", ())}
        codes |= set(user_error_codes(answer.get("data")))
        assert response.status_code in {200, 400}, document
        assert codes <= DOCUMENTED - {"INTERNAL"}, document
        seen |= codes
        if response.status_code == 200:
            assert "data" in answer
    # Otherwise most of it would not have been asked for anything.
    assert len(seen) >= 4
