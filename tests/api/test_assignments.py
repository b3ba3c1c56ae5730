"""Independent administrators: of another department, and only their own interviews."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from api.relay import encode_id
from tenants import read_graph
from tenants.access import Role, Viewer, ViewerKind
from tenants.db import run
from tenants.interviews.models import Confidentiality
from tenants.offers.inputs import RequisitionInput
from tenants.organisations import service as organisations
from tenants.reading import Key
from tenants.work import Session
from tests.api.conftest import Ask
from tests.api.world import fingerprint
from tests.factories import Client, Invited, make_client, make_invited_candidate, submit

pytestmark = pytest.mark.usefixtures("connection")

ASSIGN = """mutation ($interview: ID!, $person: ID!) { assignInterview(input: {
  interviewId: $interview, personId: $person}) { interview { administrator status }
  userErrors { code field } } }"""
SEEN = """query ($slug: String!, $ids: [ID!]!) { nodes(ids: $ids) { id }
  organisation(slug: $slug) { viewerRole requisitions { totalCount } offers { totalCount }
    questionnaires { totalCount }
    interviews { totalCount nodes { id status candidate { lastName } } } } }"""


@dataclass(frozen=True)
class Held:
    """An interview that an independent administrator holds, and one that nobody holds."""

    client: Client
    viewer: Viewer
    held: Invited
    other: Invited

    def id(self, noun: str, row: UUID) -> str:
        return encode_id(read_graph.NOUNS[noun], Key(self.client.organisation_id, row))


async def add_administrator(client: Client, department: str | None) -> Viewer:
    """Add a member who may be assigned interviews."""
    person = await run(
        organisations.create_person,
        Viewer.operator(),
        email=f"independent-{department}@{client.slug}.example",
        name="Ira Neutral",
    )
    await run(
        organisations.add_member,
        client.job,
        organisation_id=client.organisation_id,
        person_id=person,
        role=Role.INDEPENDENT_ADMINISTRATOR,
        department=department,
    )
    return Viewer(
        ViewerKind.PERSON, person, "Ira", {client.organisation_id: Role.INDEPENDENT_ADMINISTRATOR}
    )


async def assign(ask: Ask, client: Client, invited: Invited, person: Viewer) -> Any:
    """Return what becomes of an assignment by HR."""
    assert person.id is not None
    where = client.organisation_id
    answer = await ask(
        client.hr,
        ASSIGN,
        interview=encode_id(read_graph.INTERVIEW, Key(where, invited.interview_id)),
        person=encode_id(read_graph.MEMBERSHIP, Key(where, person.id)),
    )
    return answer["data"]["assignInterview"]


async def make_held(ask: Ask) -> Held:
    client = await make_client()
    elsewhere = RequisitionInput(external_id="other", title="Analyst", department="Finance")
    held = await make_invited_candidate(client)
    other = await make_invited_candidate(client, requisition=elsewhere)
    viewer = await add_administrator(client, "Legal")
    assigned = await assign(ask, client, held, viewer)
    assert assigned == {
        "interview": {"administrator": "INTERNAL_INDEPENDENT", "status": "INVITED"},
        "userErrors": [],
    }
    return Held(client, viewer, held, other)


async def look(ask: Ask, world: Held) -> Any:
    """Return what the administrator is shown, and which records by id."""
    rows = {"Interview": "interview_id", "Offer": "offer_id"}
    ids = [
        world.id(noun, getattr(one, name))
        for one in (world.held, world.other)
        for noun, name in rows.items()
    ]
    answer = await ask(world.viewer, SEEN, slug=world.client.slug, ids=ids)
    return answer["data"], ids


async def test_the_administrator_sees_the_own_interview_until_it_is_answered(ask: Ask) -> None:
    world = await make_held(ask)
    data, ids = await look(ask, world)
    assert data["nodes"] == [{"id": ids[0]}, {"id": ids[1]}, None, None]
    organisation = data["organisation"]
    assert organisation["viewerRole"] == "INDEPENDENT_ADMINISTRATOR"
    counts = {name: one["totalCount"] for name, one in organisation.items() if name != "viewerRole"}
    assert counts == {"requisitions": 1, "offers": 1, "questionnaires": 1, "interviews": 1}
    (interview,) = organisation["interviews"]["nodes"]
    assert interview["candidate"] is not None
    await submit(world.held, Confidentiality.CONFIDENTIAL)
    data, _ = await look(ask, world)
    (interview,) = data["organisation"]["interviews"]["nodes"]
    assert interview == {"id": ids[0], "status": "INVITED", "candidate": None}


async def test_what_an_administrator_never_gets(ask: Ask) -> None:
    world = await make_held(ask)
    await submit(world.held)
    answer = await ask(
        world.viewer,
        """query ($s: String!) { organisation(slug: $s) { responses { totalCount }
          insights { coverage } editions { totalCount } members { totalCount }
          benchmarks { own { __typename } } jobs { totalCount } auditEvents { totalCount }
          interviews { nodes { completedOn confidentiality response { id } } } } }""",
        s=world.client.slug,
    )
    found = answer["data"]["organisation"]
    (interview,) = found.pop("interviews")["nodes"]
    assert set(found.values()) == {None}
    assert set(interview.values()) == {None}
    assert {one["extensions"]["code"] for one in answer["errors"]} == {"FORBIDDEN"}
    assert len(answer["errors"]) == len(found) + len(interview)


async def test_one_who_holds_nothing_sees_nothing(ask: Ask) -> None:
    world = await make_held(ask)
    nobody = await add_administrator(world.client, "Sales")
    data, _ = await look(ask, Held(world.client, nobody, world.held, world.other))
    assert data["nodes"] == [None] * 4
    found = {name: one for name, one in data["organisation"].items() if name != "viewerRole"}
    assert {one["totalCount"] for one in found.values()} == {0}
    # Assigned anew, the interview is theirs, and not the first one's any more.
    await assign(ask, world.client, world.held, nobody)
    data, _ = await look(ask, world)
    assert data["nodes"] == [None] * 4


@pytest.mark.parametrize("department", ["Engineering", " engineering ", None, "", "  "])
async def test_who_is_not_independent_is_refused(ask: Ask, department: str | None) -> None:
    client = await make_client()
    invited = await make_invited_candidate(client)
    person = await add_administrator(client, department)
    before = await fingerprint(client)
    assert await assign(ask, client, invited, person) == {
        "interview": None,
        "userErrors": [{"code": "NOT_INDEPENDENT", "field": ["personId"]}],
    }
    assert await fingerprint(client) == before


async def test_a_hiring_department_that_is_unknown_is_refused(ask: Ask) -> None:
    client = await make_client()
    nowhere = RequisitionInput(external_id="nowhere", title="Engineer")
    invited = await make_invited_candidate(client, requisition=nowhere)
    person = await add_administrator(client, "Legal")
    refused = await assign(ask, client, invited, person)
    assert refused["userErrors"] == [{"code": "NOT_INDEPENDENT", "field": ["personId"]}]


async def test_assigning_does_not_tell_who_answered(ask: Ask) -> None:
    client = await make_client()
    person = await add_administrator(client, "Legal")
    unanswered, answered = [await make_invited_candidate(client) for _ in range(2)]
    await submit(answered, Confidentiality.CONFIDENTIAL)
    looks = [await assign(ask, client, one, person) for one in (unanswered, answered)]
    assert looks[0] == looks[1]

    async def close(session: Session, _viewer: Viewer) -> None:
        await session.execute(text("UPDATE interviews SET status = 'CLOSED'"))

    await run(close, client.job)
    refused = await assign(ask, client, unanswered, person)
    assert refused["userErrors"] == [{"code": "CONFLICT", "field": ["interviewId"]}]
