"""Whoever asks for whatever: the plan's answer is the ordinary executor's, letter for letter."""

from collections import Counter
from dataclasses import replace
from random import Random

import pytest
from sqlalchemy import ColumnElement, true

from api import plan
from tenants import rowset_queries
from tenants.access import Role, Viewer
from tests.api.conftest import Ask
from tests.api.plan.documents import Vocabulary, documents, enrich
from tests.api.plan.ways import ordinary, planned
from tests.api.walking import walk
from tests.api.world import World, make_world, object_type
from tests.factories import make_client, make_invited_candidate

pytestmark = pytest.mark.usefixtures("connection")

DOCUMENTS = 24
LISTS = ("interviews", "offers", "responses", "jobs")


async def make_viewers(world: World) -> list[Viewer]:
    """Return people in every role, one who plays several, and the candidate of a link."""
    client, other = world.client, await make_client()
    await make_invited_candidate(other)
    own, foreign = client.organisation_id, other.organisation_id
    people = [
        replace(client.hr, roles={own: role})
        for role in Role
        if role not in {Role.JOB, Role.OPERATOR, Role.HIRING_MANAGER}
    ]
    return [
        *people,
        client.hiring_manager,
        replace(client.hiring_manager, roles={own: Role.HIRING_MANAGER, foreign: Role.HR}),
        replace(client.consultant, roles={own: Role.CONSULTANT, foreign: Role.LEADERSHIP}),
        other.hr,
        world.attributed.viewer,
    ]


async def make_vocabulary(ask: Ask, world: World) -> Vocabulary:
    """Return what exists in the organisation, and a few things that do not."""
    slug, found = world.client.slug, {}
    for field in LISTS:
        query = (
            f'{{ organisation(slug: "{slug}") {{ {field}(first: 5) {{ edges {{ cursor }} }} }} }}'
        )
        data = (await ask(world.client.consultant, query))["data"]
        places = [edge["cursor"] for edge in data["organisation"][field]["edges"]]
        found[field] = [*places, "bm8gY3Vyc29y"]
    ids = await walk(ask, world.client.consultant, world.organisation)
    by_type = {kind: one for one, kind in ids.items()}
    return Vocabulary([slug, slug, slug, "nothing"], [*by_type.values(), *ids, "no id"], found)


async def differences(
    texts: list[str], words: Vocabulary, viewers: list[Viewer], *, seed: int
) -> tuple[list[str], Counter[str]]:
    """Return documents that are answered differently, and what became of all of them."""
    found, outcomes = [], Counter[str]()
    random = Random(seed)  # noqa: S311 - tests want the same lot each time.
    for text in texts:
        query, variables = enrich(text, words, random)
        for viewer in random.sample(viewers, 2):
            outcome, by_plan = await planned(viewer, query, variables)
            outcomes[outcome] += 1
            if outcome != plan.PLANNED:
                continue
            if by_plan != await ordinary(viewer, query, variables):
                roles = [role.value for role in viewer.roles.values()]
                found.append(f"{roles} {variables}\n{query}\n{by_plan}")
    return found, outcomes


async def test_plans_answer_as_the_ordinary_executor_does(ask: Ask) -> None:
    world = await make_world()
    viewers = await make_viewers(world)
    words = await make_vocabulary(ask, world)
    found, outcomes = await differences(documents(DOCUMENTS), words, viewers, seed=1)
    assert found == []
    # The rest are refused alike by both: a cursor of another list, first and last together.
    # Who names a client in a resolver that they may not see as a row goes the ordinary way.
    assert set(outcomes) <= {plan.PLANNED, plan.Reason.ARGUMENT, plan.Reason.NULL, "refused"}
    assert outcomes[plan.Reason.NULL] <= 2
    assert outcomes[plan.PLANNED] > DOCUMENTS


async def test_a_fault_in_visibility_is_caught(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    world = await make_world()
    viewers = await make_viewers(world)
    words = await make_vocabulary(ask, world)

    def everything(*_: object) -> ColumnElement[bool]:
        return true()

    # Plans alone see too much now; the lot is another one, because plans are kept by text.
    monkeypatch.setattr(rowset_queries, "seen_by", everything)
    for text in documents(DOCUMENTS):
        found, _ = await differences([text], words, viewers, seed=2)
        if found:
            return
    pytest.fail("nothing was noticed")


def test_the_vocabulary_knows_fields_of_the_schema() -> None:
    assert set(LISTS) <= set(object_type("Organisation").fields)
