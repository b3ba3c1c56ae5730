"""Who may ask for the schema, and what everybody else is told of a mistake."""

from typing import Any
from uuid import uuid4

import pytest

from api.requests import GRAPHQL_RESPONSE
from tenants.access import Viewer, ViewerKind
from tenants.settings import get_settings
from tests.api.asking import codes, post, site, token_of
from tests.api.conftest import Ask
from tests.factories import make_client

pytestmark = pytest.mark.usefixtures("connection")

OLD = "application/json"

INTROSPECTION = (
    "{ __schema { queryType { name } } }",
    '{ __type(name: "Offer") { name } }',
    "query A { ...F } fragment F on Query { __schema { queryType { name } } }",
    "{ ... { a: __schema { queryType { name } } } }",
)


@pytest.mark.parametrize("query", INTROSPECTION)
async def test_the_schema_is_introspected_by_people_only(query: str) -> None:
    client = await make_client()
    for accept, status in ((GRAPHQL_RESPONSE, 400), (OLD, 200)):
        response = await post({"query": query}, headers={"accept": accept})
        assert (response.status_code, codes(response)) == (status, ["INTROSPECTION_FORBIDDEN"])
        assert "data" not in response.json()
    response = await post({"query": query}, token=await token_of(client.leadership))
    assert response.status_code == 200
    assert next(iter(response.json()["data"].values())) in (
        {"queryType": {"name": "Query"}},
        {"name": "Offer"},
    )


@pytest.mark.parametrize("query", INTROSPECTION)
async def test_in_a_demo_everybody_may_introspect(
    query: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OUTBOX_DIR", "outbox")
    get_settings.cache_clear()
    response = await post({"query": query})
    monkeypatch.undo()
    get_settings.cache_clear()
    assert response.status_code == 200
    assert "errors" not in response.json()


async def test_the_schema_document_is_for_everybody() -> None:
    async with site() as client:
        response = await client.get("/schema.graphql")
    assert response.status_code == 200
    assert "type Query {" in response.text


@pytest.mark.parametrize(
    ("query", "variables", "said"),
    [
        (
            'query ($d: Date) { organisation(slug: "a") { insights(endsOn: $d) { segment } } }',
            {"d": "2026-13-45"},
            "Variable '$d' has invalid value: Value cannot represent a Date.",
        ),
        (
            '{ organisation(slug: "a") { insights(endsOn: "x") { segment } } }',
            {},
            "Value cannot represent a Date.",
        ),
        (
            "{ organisatons { totalCount } }",
            {},
            "Cannot query field 'organisatons' on type 'Query'.",
        ),
    ],
)
async def test_strangers_are_told_what_is_wrong_and_nothing_else(
    query: str, variables: dict[str, Any], said: str
) -> None:
    response = await post({"query": query, "variables": variables})
    assert codes(response) == ["GRAPHQL_VALIDATION_FAILED"]
    assert response.json()["errors"][0]["message"] == said
    client = await make_client()
    response = await post({"query": query, "variables": variables}, token=await token_of(client.hr))
    hint = " Did you mean 'organisations' or 'organisation'?" if "organisatons" in query else ""
    assert response.json()["errors"][0]["message"] == said + hint


async def test_long_values_are_not_told_back_as_a_whole() -> None:
    query = "query ($n: Int) { organisations(first: $n) { totalCount } }"
    response = await post({"query": query, "variables": {"n": "x" * 100_000}})
    assert len(response.json()["errors"][0]["message"]) <= 501


async def test_machines_may_introspect_and_candidates_not(ask: Ask) -> None:
    for query in INTROSPECTION:
        answer = await ask(Viewer(ViewerKind.INTEGRATION, uuid4()), query)
        assert list(answer) == ["data"]
        answer = await ask(Viewer(ViewerKind.CANDIDATE, uuid4()), query)
        assert [one["extensions"]["code"] for one in answer["errors"]] == [
            "INTROSPECTION_FORBIDDEN"
        ]
