"""What monitoring is told: numbers without a name, nothing of candidates, to nobody else."""

from collections.abc import Iterator

import pytest

from tenants.settings import get_settings
from tests.api.asking import post, site, token_of
from tests.factories import make_client, make_invited_candidate

pytestmark = pytest.mark.usefixtures("connection")

TOKEN = "a token of monitoring"
PLANNED = 'afterword_graphql_operations_total{outcome="planned"}'
ORDINARY = 'afterword_graphql_operations_total{outcome="introspection"}'
GOOD = 'afterword_graphql_answers_total{status="200"}'
BAD = 'afterword_graphql_answers_total{status="400"}'


@pytest.fixture
def monitored(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("METRICS_TOKEN", TOKEN)
    get_settings.cache_clear()
    yield
    monkeypatch.undo()
    get_settings.cache_clear()


async def look() -> dict[str, float]:
    async with site() as client:
        response = await client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert response.status_code == 200
    lines = [line for line in response.text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


@pytest.mark.usefixtures("monitored")
async def test_operations_are_counted_by_what_became_of_their_plan() -> None:
    client = await make_client()
    token = await token_of(client.hr)
    before = await look()
    await post({"query": "{ viewer { id } }"}, token=token)
    await post({"query": "{ __schema { queryType { name } } }"}, token=token)
    await post({"query": "{ nothing }"}, token=token)
    after = await look()
    rises = {name: after[name] - before.get(name, 0) for name in (PLANNED, ORDINARY, GOOD, BAD)}
    assert rises == {PLANNED: 1, ORDINARY: 1, GOOD: 2, BAD: 1}
    seconds = "afterword_graphql_answer_seconds_count"
    assert after[seconds] - before[seconds] == 3
    assert client.slug not in str(after)


@pytest.mark.usefixtures("monitored")
async def test_what_candidates_do_leaves_no_trace() -> None:
    invited = await make_invited_candidate(await make_client())
    before = await look()
    await post({"query": "{ viewer { id } }"}, token=invited.token)
    await post({"query": "{ nothing }"}, token=invited.token)
    after = await look()
    ours = {name for name in after if name.startswith("afterword")}
    assert {name: after[name] for name in ours} == {name: before[name] for name in ours}


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer another token of it", TOKEN, "Bearer é"])
@pytest.mark.usefixtures("monitored")
async def test_nobody_else_is_told(header: str) -> None:
    async with site() as client:
        response = await client.get("/metrics", headers=[(b"Authorization", header.encode())])
    assert (response.status_code, response.content) == (401, b"")


async def test_without_a_token_there_is_no_such_page() -> None:
    async with site() as client:
        assert (await client.get("/metrics")).status_code == 404
