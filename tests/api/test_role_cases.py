"""What each role learns of a case, answered by name, in confidence, anonymously or not at all."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from api.relay import encode_id
from tenants import read_graph
from tenants.access import PEOPLE_ROLES, Role, Viewer
from tenants.db import run
from tenants.interviews import holding
from tenants.interviews.models import Confidentiality, Response
from tenants.reading import Key
from tenants.work import Session
from tests.api.conftest import Ask
from tests.api.roles import COLUMNS, viewers
from tests.api.world import WORDS, World, make_world, response_of, selection, submit_words
from tests.factories import make_client, make_invited_candidate

pytestmark = pytest.mark.usefixtures("connection")


async def test_who_sees_members_and_hiring_managers(ask: Ask) -> None:
    world = await make_world()
    client = world.client
    answer = await ask(
        client.hr,
        "query ($id: ID!) { node(id: $id) { ... on Organisation { members { nodes { name role } }"
        " requisitions { nodes { hiringManagers { name atsUserId } } } } } }",
        id=world.organisation,
    )
    people = [f"{role.value.title()} of {client.slug}" for role in PEOPLE_ROLES[1:4]]
    assert answer["data"]["node"]["members"]["nodes"] == [
        {"name": name, "role": role.value}
        for name, role in zip(people, PEOPLE_ROLES[1:4], strict=True)
    ]
    # Other is "Analyst" and comes first; nobody hires for it.
    managers = [[], [{"name": people[1], "atsUserId": None}]]
    found = [one["hiringManagers"] for one in answer["data"]["node"]["requisitions"]["nodes"]]
    assert found == managers
    for viewer, wanted in ((client.consultant, managers), (client.hiring_manager, managers[1:])):
        answer = await ask(
            viewer,
            "query ($id: ID!) { node(id: $id) { ... on Organisation {"
            " requisitions { nodes { hiringManagers { name atsUserId } } } } } }",
            id=world.organisation,
        )
        found = [one["hiringManagers"] for one in answer["data"]["node"]["requisitions"]["nodes"]]
        assert found == wanted


async def test_what_each_role_learns_of_each_case(ask: Ask) -> None:
    world = await make_world()
    client = world.client
    query = """query ($id: ID!) { node(id: $id) { ... on Interview {
      completed: completedOn confidentiality candidate { lastName } response { confidentiality }
      status } } }"""
    cases = (world.attributed, world.again, world.confidential, world.anonymous, world.unanswered)
    today = datetime.now(UTC).date().isoformat()
    seen: dict[str, list[Any]] = {}
    for name, viewer in (("consultant", client.consultant), ("hr", client.hr)):
        seen[name] = []
        for case in cases:
            id_ = world.id("Interview", case.interview_id)
            node = (await ask(viewer, query, id=id_))["data"]["node"]
            assert node["status"] == "INVITED"
            response = node["response"] and node["response"]["confidentiality"]
            known = node["candidate"] is not None
            seen[name].append((node["completed"], node["confidentiality"], response, known))
    assert seen["consultant"] == [
        (today, "ATTRIBUTED", "ATTRIBUTED", True),
        (None, None, None, True),
        (today, "CONFIDENTIAL", "CONFIDENTIAL", True),
        # It looks unanswered, like `again` and the last one.
        (None, None, None, True),
        (None, None, None, True),
    ]
    # Of `again` HR does not learn that it is the same person's.
    hidden = (None, None, None, False)
    assert seen["hr"] == [(None, None, "ATTRIBUTED", True), hidden, hidden, hidden, hidden]


@pytest.mark.parametrize("role", [Role.CONSULTANT, Role.HR, Role.HIRING_MANAGER])
async def test_an_anonymous_case_looks_unanswered(ask: Ask, role: Role) -> None:
    world = await make_world()
    viewer = world.client.people[role]
    query = f"query ($id: ID!) {{ node(id: $id) {{ ... on Interview {selection('Interview')} }} }}"
    same = [world.anonymous, world.again]
    if role is not Role.CONSULTANT:
        same.append(world.confidential)
    looks = []
    for case in same:
        answer = await ask(viewer, query, id=world.id("Interview", case.interview_id))
        node = answer["data"]["node"]
        for name in ("id", "offer", "candidate"):
            node.pop(name)
        codes = [(error["path"], error["extensions"]["code"]) for error in answer.get("errors", ())]
        looks.append((node, codes))
    assert all(look == looks[0] for look in looks)
    everything = await ask(
        viewer,
        "query ($id: ID!) { node(id: $id) { ... on Organisation { responses(first: 100"
        " filter: {confidentiality: [ANONYMOUS]}) { totalCount nodes { id } } } } }",
        id=world.organisation,
    )
    found = everything["data"]["node"]["responses"]
    assert found == (None if role is Role.HIRING_MANAGER else {"totalCount": 0, "nodes": []})


async def test_whose_words_each_role_reads(ask: Ask) -> None:
    world = await make_world()
    query = """query ($id: ID!) { node(id: $id) { ... on Response { answers {
      question { code audience } doNotQuote value { __typename ... on TextValue { text }
      ... on ChoicesValue { codes } } } } } }"""
    row = world.id("Response", await response_of(world.attributed))
    found: dict[str, dict[str, Any]] = {}
    audiences: dict[str, set[str]] = {}
    for name, viewer in (("consultant", world.client.consultant), ("hr", world.client.hr)):
        answers = (await ask(viewer, query, id=row))["data"]["node"]["answers"]
        found[name] = {one["question"]["code"]: one["value"] for one in answers}
        audiences[name] = {one["question"]["audience"] for one in answers}
    assert audiences == {
        "consultant": {"HIRING_MANAGER", "HR", "ORGANISATION"},
        "hr": {"HR", "ORGANISATION"},
    }
    assert {len(one) for one in found.values()} == {19, 17}
    for code, words in WORDS.items():
        assert found["consultant"][code] == {"__typename": "TextValue", "text": words}
    assert found["consultant"]["decision_factors"]["codes"] == ["PAY_BASE"]
    assert found["hr"]["observations_hr"]["text"] == "meant for HR"
    assert found["hr"]["observations_organisation"]["text"] == "meant for all"
    # It is not to be shared word for word, and what is for the hiring manager is not HR's.
    assert found["hr"]["concerns"] is None
    assert "observations_hiring_manager" not in found["hr"]


async def test_the_candidate_sees_the_own_invitation_and_nothing_else(ask: Ask) -> None:
    world, other = await make_world(), await make_client()
    query = "{ viewer { kind memberships { role } invitation { organisation jobTitle } } }"
    seen = {}
    for column, viewer in viewers(world, other).items():
        answer = await ask(viewer, query)
        data = answer["data"]
        seen[column] = None if data is None else data["viewer"]["invitation"]
    own = {"organisation": await name_of(ask, world), "jobTitle": "Analyst"}
    assert seen == {**dict.fromkeys(COLUMNS), "candidate": own}
    answer = await ask(
        world.unanswered.viewer,
        "query ($slug: String!) { organisations { totalCount nodes { id } }"
        " organisation(slug: $slug) { id } viewer { memberships { role } firm { slug } } }",
        slug=world.client.slug,
    )
    assert answer == {
        "data": {
            "organisations": {"totalCount": 0, "nodes": []},
            "organisation": None,
            "viewer": {"memberships": [], "firm": None},
        }
    }


async def name_of(ask: Ask, world: World) -> str:
    """Return the organisation's name."""
    answer = await ask(
        world.client.hr,
        "query ($s: String!) { organisation(slug: $s) { name } }",
        s=world.client.slug,
    )
    name: str = answer["data"]["organisation"]["name"]
    return name


async def test_nobody_reads_an_anonymous_response_as_a_row(ask: Ask) -> None:
    client = await make_client()
    for _ in range(5):
        invited = await make_invited_candidate(client)
        await submit_words(invited, Confidentiality.ANONYMOUS)
    assert await run(holding.flush, client.job, organisation_id=client.organisation_id) == 5
    responses = [
        encode_id(read_graph.RESPONSE, Key(client.organisation_id, one))
        for one in await run(_responses, client.job)
    ]
    assert len(responses) == 5
    for viewer in (client.consultant, client.hr):
        answer = await ask(
            viewer,
            "query ($ids: [ID!]!, $s: String!) { nodes(ids: $ids) { id } organisation(slug: $s) {"
            " responses { totalCount nodes { id } } interviews { nodes { response { id } } } } }",
            ids=responses,
            s=client.slug,
        )
        assert answer == {
            "data": {
                "nodes": [None] * 5,
                "organisation": {
                    "responses": {"totalCount": 0, "nodes": []},
                    "interviews": {"nodes": [{"response": None}] * 5},
                },
            }
        }


async def _responses(session: Session, _viewer: Viewer) -> list[UUID]:
    return [*await session.scalars(select(Response.id))]


async def test_who_may_only_count_gets_no_place_in_the_list(
    ask: Ask, statements: Callable[[], list[str]]
) -> None:
    world = await make_world()
    statements()
    answer = await ask(
        world.client.leadership,
        "{ organisations { nodes { offers { totalCount pageInfo { hasNextPage hasPreviousPage"
        " startCursor endCursor } nodes { id } } } } }",
    )
    (organisation,) = answer["data"]["organisations"]["nodes"]
    assert organisation["offers"] == {
        "totalCount": 8,
        "pageInfo": {
            "hasNextPage": False,
            "hasPreviousPage": False,
            "startCursor": None,
            "endCursor": None,
        },
        "nodes": None,
    }
    # The organisations and the number: no row is even read.
    assert len(statements()) == 2
