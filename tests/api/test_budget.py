"""What requests cost, and what becomes of a client that has spent its budget."""

import os
from contextlib import suppress
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from api import budget
from api.budget import Budget, Budgets, MemoryStore, RateLimited, RedisStore, Spent
from tenants.access import Role, Viewer, ViewerKind
from tenants.settings import get_settings
from tests.api.asking import codes, post, token_of
from tests.factories import make_client

pytestmark = pytest.mark.usefixtures("connection")


class Clock:
    """A clock that stands still until it is set."""

    now = 600.0

    def __call__(self) -> float:
        return self.now


async def test_a_budget_is_leased_and_never_overspent() -> None:
    store, clock = MemoryStore(), Clock()
    processes = [Budget("client", 1_000, store, clock) for _ in range(3)]
    granted = []
    for number in range(600):
        with suppress(RateLimited):
            await processes[number % 3].spend("key", 7)
            granted.append(7)
    # Each process may keep what is left of a lease: less than one request's points.
    assert 1_000 - 3 * 7 <= sum(granted) <= 1_000


async def test_the_next_window_begins_anew_and_other_keys_have_their_own() -> None:
    clock = Clock()
    one = Budget("client", 100, MemoryStore(), clock)

    async def told(key: str, points: int) -> Spent | int:
        try:
            return await one.spend(key, points)
        except RateLimited as error:
            return error.spent.seconds

    found = [await told("a", 60), await told("a", 60), await told("b", 60)]
    clock.now += 45.5
    found += [await told("a", 60), await told("a", 40)]
    clock.now += 14.5
    found.append(await told("a", 60))
    assert found == [
        Spent("client", 100, 40, 61),
        61,
        Spent("client", 100, 40, 61),
        15,
        Spent("client", 100, 0, 15),
        Spent("client", 100, 40, 61),
    ]


async def test_redis_counts_for_all_and_is_not_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    url = os.environ.get("REDIS_URL")
    if url is None:
        pytest.skip("NOT TESTED: REDIS_URL is not set")
    key = uuid4().hex
    clients = [Redis.from_url(url) for _ in range(2)]
    sums = [await RedisStore(one).add(key, 5) for one in clients]
    assert sums == [5, 10]
    lifetime = await clients[0].ttl(f"afterword:budget:{key}")
    assert budget.WINDOW_SECONDS < lifetime <= 2 * budget.WINDOW_SECONDS
    for one in clients:
        await one.aclose()
    warnings: list[str] = []
    monkeypatch.setattr(budget._logger, "warning", warnings.append)
    absent = RedisStore(Redis.from_url("redis://127.0.0.1:1", socket_connect_timeout=0.5))
    assert [await absent.add(key, 5), await absent.add(key, 5)] == [5, 10]
    assert len(warnings) == 1


async def test_who_pays_from_what() -> None:
    everything = Budgets(MemoryStore(), Clock())
    here, there = uuid4(), uuid4()
    person = uuid4()
    for viewer, names in (
        (Viewer(), []),
        (Viewer(ViewerKind.PERSON, person), ["client"]),
        (Viewer(ViewerKind.PERSON, person, roles={here: Role.HR}), ["client", "organisation"]),
        (
            Viewer(ViewerKind.PERSON, person, roles=dict.fromkeys((here, there), Role.CONSULTANT)),
            ["client"],
        ),
        (
            Viewer(ViewerKind.CANDIDATE, uuid4(), roles={here: Role.CANDIDATE}),
            ["client", "organisation"],
        ),
    ):
        spent = await everything.spend(viewer, 1)
        assert [one.name for one in spent] == names
    assert spent[1].remaining == get_settings().organisation_budget - 2


async def test_no_link_is_named_where_others_can_read_it() -> None:
    class Listening(MemoryStore):
        keys: list[str] = []  # noqa: RUF012 - of this test.

        async def add(self, key: str, points: int) -> int:
            self.keys.append(key)
            return await super().add(key, points)

    organisation, invitation = uuid4(), uuid4()
    viewer = Viewer(ViewerKind.CANDIDATE, invitation, roles={organisation: Role.CANDIDATE})
    await Budgets(Listening(), Clock()).spend(viewer, 1)
    assert Listening.keys == [f"organisation:{organisation.hex}:10"]


async def test_a_request_tells_what_it_cost_and_what_is_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = Clock()
    monkeypatch.setenv("CLIENT_BUDGET", "50000")
    monkeypatch.setenv("ORGANISATION_BUDGET", "60000")
    get_settings.cache_clear()
    monkeypatch.setattr(budget, "_current", [Budgets(MemoryStore(), clock)])
    client = await make_client()
    token = await token_of(client.hr)
    query = "{ organisations(first: %s) { nodes { offers(first: %s) { totalCount } } } }"
    response = await post({"query": query % (3, 10)}, token=token)
    assert response.json()["extensions"] == {
        "cost": {"requested": 33, "limit": 50_000, "remaining": 49_967}
    }
    assert response.headers["ratelimit-policy"] == (
        '"client";q=50000;w=60;qu="points", "organisation";q=60000;w=60;qu="points"'
    )
    assert response.headers["ratelimit"] == ('"client";r=49967;t=61, "organisation";r=59967;t=61')
    for _ in range(4):
        response = await post({"query": query % (100, 100)}, token=token)
        assert response.status_code == 200
    for accept in ("application/json", "application/graphql-response+json"):
        response = await post(
            {"query": query % (100, 100)}, token=token, headers={"accept": accept}
        )
        assert (response.status_code, codes(response)) == (429, ["RATE_LIMITED"])
        assert "data" not in response.json()
        assert response.headers["retry-after"] == "61"
        assert response.headers["ratelimit"] == '"client";r=9567;t=61'
    # What is left is still there for less, and others have their own.
    assert (await post({"query": "{ viewer { id } }"}, token=token)).status_code == 200
    other = await token_of(client.leadership)
    assert (await post({"query": query % (100, 100)}, token=other)).status_code == 200
    response = await post({"query": query % (100, 100)}, token=other)
    assert (response.status_code, codes(response)) == (429, ["RATE_LIMITED"])
    assert response.headers["ratelimit"] == '"organisation";r=9466;t=61'
    assert response.json()["errors"][0]["message"] == (
        "The budget of this organisation, 60000 points in 60 seconds, is spent."
        " Send again in 61 seconds."
    )
    monkeypatch.undo()
    get_settings.cache_clear()
