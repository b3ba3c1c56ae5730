"""What the console and the documents ask is planned, in one statement whatever a list's length."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from api import plan
from api.console_documents import document
from api.plan import blocks, looks
from api.relay import encode_id
from tenants import db, read_graph
from tenants.reading import Key
from tests.api.pages.test_operations import NAMES
from tests.api.plan.ways import ordinary, planned
from tests.api.test_statement_counts import COUNTS, add
from tests.api.world import World, make_world

pytestmark = pytest.mark.usefixtures("connection")

_CHANGES = re.compile("^(mutation|subscription) ", re.MULTILINE)
QUERIES = [name for name in NAMES if not _CHANGES.search(document(name))]
README = Path(__file__).parents[3] / "README.md"
EXAMPLES = [
    one
    for one in re.findall(r"```graphql\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    if not _CHANGES.search(one)
]


def variables_of(world: World, query: str) -> dict[str, Any]:
    """Return what an operation of the console is asked with."""
    given = {
        "firm": encode_id(read_graph.FIRM, Key(world.client.firm_id, world.client.firm_id)),
        "organisation": world.organisation,
        "template": "unknown",
        "mails": [],
        "slug": world.client.slug,
        "id": world.id("Interview", world.attributed.interview_id),
        "first": 3,
    }
    return {name: value for name, value in given.items() if f"${name}:" in query}


def test_the_documents_hold_queries() -> None:
    assert len(EXAMPLES) >= 1
    assert {"interview", "why", "examples/interviews"} <= set(QUERIES)


async def test_every_query_of_the_console_and_the_documents_is_planned() -> None:
    world = await make_world()
    for query in (*map(document, QUERIES), *EXAMPLES):
        variables = variables_of(world, query)
        for viewer in world.client.people.values():
            outcome, by_plan = await planned(viewer, query, variables)
            assert outcome == plan.PLANNED, query
            assert by_plan == await ordinary(viewer, query, variables)


async def test_a_list_with_its_children_takes_one_statement(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world, sent = await make_world(), []

    def counted(read: Callable[..., Any]) -> Callable[..., Any]:
        async def send(*arguments: Any) -> Any:
            sent.append(arguments)
            return await read(*arguments)

        return send

    # What is recorded as a look is read within a transaction that can write.
    monkeypatch.setattr(db, "read", counted(db.read))
    monkeypatch.setattr(blocks, "read_and_record", counted(looks.read_and_record))
    monkeypatch.setattr(blocks, "read_along", counted(looks.read_along))
    # Segments are those of published editions, of which there is none.
    selections = [one for (_, field), (one, _) in COUNTS.items() if field != "editions"]
    for more in (0, 2):
        await add(world.client, more)
        for selection in selections:
            query = f"{{ organisations(first: 1) {{ nodes {{ {selection} }} }} }}"
            sent.clear()
            outcome, _ = await planned(world.client.consultant, query)
            assert (outcome, len(sent)) == (plan.PLANNED, 1)


async def test_what_is_not_planned_is_counted_by_its_reason() -> None:
    world = await make_world()
    viewer = world.client.hr
    both = "offers(first: 1, last: 1) { totalCount }"
    asked = {
        "{ __schema { queryType { name } } }": plan.Reason.INTROSPECTION,
        f'{{ organisation(slug: "{world.client.slug}") {{ {both} }} }}': plan.Reason.ARGUMENT,
        "mutation { openInterview(input: { offerId: 1 }) { userErrors { code } } }": (
            plan.Reason.KIND
        ),
    }
    for query, reason in asked.items():
        outcome, answer = await planned(viewer, query)
        assert outcome == reason
        assert answer == await ordinary(viewer, query)


async def test_what_candidates_send_takes_the_short_way() -> None:
    world = await make_world()
    candidate = world.again.viewer
    score = {"questionCode": "recommendation", "value": {"scale": 7}}
    reason = {"questionCode": "main_reason", "value": {"choice": {"code": "PAY_BASE"}}}
    save = """mutation ($input: SaveAnswersInput!) { saveAnswers(input: $input) { __typename
        answers { questionCode state value { ... on ScaleValue { scale } } }
        userErrors { code } } }"""
    submit = """mutation ($input: SubmitResponseInput!) { submitResponse(input: $input) {
        receiptCode userErrors { code field } } }"""
    chosen = {"confidentiality": "ATTRIBUTED", "receiptCode": "shortwaycode1"}
    whole = {**chosen, "answers": [score, reason]}
    for query, given in (
        (save, {"answers": [score]}),
        (submit, {**chosen, "answers": [{**score, "questionCode": "unknown"}]}),
        (submit, whole),
        # The same code again is the same submission, and another one is refused.
        (submit, whole),
        (submit, {**whole, "receiptCode": "anothercode12"}),
    ):
        outcome, answer = await planned(candidate, query, {"input": given})
        assert outcome == plan.PLANNED
        assert answer == await ordinary(candidate, query, {"input": given})
