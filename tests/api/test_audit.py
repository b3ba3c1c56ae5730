"""The log through the API: who reads which events, looks at identified feedback, and tightening."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from tenants.access import AuditArea, Viewer
from tenants.audit import AuditAction, area_of
from tenants.db import run
from tenants.interviews import submission
from tenants.interviews.models import Confidentiality
from tenants.settings import get_settings
from tenants.work import Session
from tests.api.conftest import Ask
from tests.api.world import World, fingerprint, make_world
from tests.factories import Client, Invited, complete_answers, make_client, make_invited_candidate

pytestmark = pytest.mark.usefixtures("connection")

EVENTS = """query ($id: ID!, $only: [AuditAction!]) { node(id: $id) { ... on Organisation {
  auditEvents(first: 100, filter: {action: $only}) { totalCount nodes {
    action actorKind actorRole actorName subjects } } } } }"""
TIGHTEN = """mutation ($code: String!) { tightenConfidentiality(input: {receiptCode: $code}) {
  confidentiality userErrors { code field } } }"""
WITHDRAW = """mutation ($code: String!) { withdrawResponse(input: {receiptCode: $code}) {
  isWithdrawn userErrors { code field } } }"""
RESPONSES = """query ($id: ID!) { node(id: $id) { ... on Organisation { responses(first: 1) {
  nodes { id answers { state } } } } } }"""
CANDIDATES = """query ($id: ID!) { node(id: $id) { ... on Organisation { interviews {
  nodes { candidate { lastName } } } } } }"""


def test_every_action_has_its_area() -> None:
    areas: dict[str, set[str]] = {}
    for action in AuditAction:
        areas.setdefault(area_of(action), set()).add(action.value.partition(".")[0])
    assert areas[AuditArea.RESPONSE] == {"response", "conversation", "excerpt"}
    assert areas[AuditArea.ENGAGEMENT] == {"engagement", "firm"}
    assert areas[AuditArea.CASE] >= {"offer", "interview", "candidate", "requisition"}
    # Who answered is in none that HR reads.
    hrs = areas[AuditArea.CASE] | areas[AuditArea.ADMINISTRATION]
    assert not {"response", "conversation", "excerpt"} & hrs


async def events(ask: Ask, world: World, viewer: Viewer, *only: str) -> list[Any]:
    """Return the events of the log that a viewer reads."""
    answer = await ask(viewer, EVENTS, id=world.organisation, only=list(only) or None)
    found = answer["data"]["node"]["auditEvents"]
    assert found["totalCount"] == len(found["nodes"])
    return [*found["nodes"]]


async def test_who_reads_which_events(ask: Ask) -> None:
    world = await make_world()
    by_role = {
        role: {one["action"] for one in await events(ask, world, viewer)}
        for role, viewer in (("consultant", world.client.consultant), ("hr", world.client.hr))
    }
    done = {"OFFER_RECORDED", "INTERVIEW_OPENED", "INTERVIEW_INVITED", "HIRING_MANAGER_ASSIGNED"}
    assert by_role["hr"] >= done
    assert by_role["consultant"] >= {*done, "RESPONSE_SUBMITTED"}
    assert not {one for one in by_role["hr"] if one.startswith("RESPONSE")}
    for viewer in (world.client.hiring_manager, world.client.leadership):
        answer = await ask(viewer, EVENTS, id=world.organisation)
        assert answer["data"]["node"] == {"auditEvents": None}
        assert [one["extensions"]["code"] for one in answer["errors"]] == ["FORBIDDEN"]
    # ATTRIBUTED and CONFIDENTIAL; of the ANONYMOUS one there is nothing.
    submitted = await events(ask, world, world.client.consultant, "RESPONSE_SUBMITTED")
    assert [(one["actorKind"], one["actorName"]) for one in submitted] == [("CANDIDATE", None)] * 2


async def test_a_look_at_identified_feedback_is_in_the_log(ask: Ask) -> None:
    world = await make_world()
    client = world.client
    read = ("RESPONSE_READ", "CANDIDATE_READ")
    assert await events(ask, world, client.consultant, *read) == []
    await ask(client.hr, RESPONSES, id=world.organisation)
    await ask(client.consultant, RESPONSES, id=world.organisation)
    (consultants, of_hr) = await events(ask, world, client.consultant, "RESPONSE_READ")
    assert (of_hr["actorRole"], of_hr["actorName"]) == ("HR", f"Hr of {client.slug}")
    assert consultants["actorRole"] == "CONSULTANT"
    # One is on the page; that another one is behind it is no look.
    assert [len(one["subjects"]) for one in (consultants, of_hr)] == [1, 1]
    # HR learns of the looks of HR; a consultant's would tell that somebody answered in confidence.
    assert await events(ask, world, client.hr, "RESPONSE_READ") == [of_hr]
    await ask(client.consultant, CANDIDATES, id=world.organisation)
    (look,) = await events(ask, world, client.hr, "CANDIDATE_READ")
    # Five interviews, two of one person.
    assert (look["actorRole"], len(set(look["subjects"]))) == ("CONSULTANT", 4)
    before = await fingerprint(client)
    for viewer in (client.hiring_manager, client.leadership):
        await ask(viewer, CANDIDATES, id=world.organisation)
        await ask(viewer, RESPONSES, id=world.organisation)
    assert await fingerprint(client) == before


async def send(invited: Invited, confidentiality: Confidentiality) -> str:
    code = submission.new_receipt_code()
    return await run(
        submission.submit_response,
        invited.viewer,
        answers=complete_answers(),
        confidentiality=confidentiality,
        receipt_code=code,
    )


async def links(client: Client) -> set[UUID]:
    """Return which records the log still speaks of by a token."""

    async def find(session: Session, _viewer: Viewer) -> set[UUID]:
        rows = await session.execute(text("SELECT subject_id FROM audit_subjects"))
        return {one for (one,) in rows}

    return await run(find, client.job)


async def test_an_attributed_response_becomes_confidential_and_never_looser(ask: Ask) -> None:
    client = await make_client()
    invited = await make_invited_candidate(client)
    code = await send(invited, Confidentiality.ATTRIBUTED)
    where = "query ($s: String!) { organisation(slug: $s) { responses { nodes { id } } } }"
    seen = await ask(client.hr, where, s=client.slug)
    assert len(seen["data"]["organisation"]["responses"]["nodes"]) == 1
    looked_at = await links(client)
    for _ in range(2):
        answer = await ask(invited.viewer, TIGHTEN, code=code)
        assert answer["data"]["tightenConfidentiality"] == {
            "confidentiality": "CONFIDENTIAL",
            "userErrors": [],
        }
    seen = await ask(client.hr, where, s=client.slug)
    assert seen["data"]["organisation"]["responses"]["nodes"] == []
    # The response is spoken of no more; the interview's token, which HR can follow, stays.
    left = await links(client)
    assert len(looked_at - left) == 1
    assert invited.interview_id in left
    actions = await ask(
        client.consultant,
        "query ($s: String!) { organisation(slug: $s) { auditEvents("
        "filter: {action: [RESPONSE_TIGHTENED]}) { nodes { subjects } } } }",
        s=client.slug,
    )
    assert actions["data"]["organisation"]["auditEvents"]["nodes"] == [{"subjects": []}]


async def test_a_response_is_withdrawn_once(ask: Ask) -> None:
    client = await make_client()
    invited = await make_invited_candidate(client)
    code = await send(invited, Confidentiality.CONFIDENTIAL)
    answer = await ask(invited.viewer, WITHDRAW, code=code)
    assert answer["data"]["withdrawResponse"] == {"isWithdrawn": True, "userErrors": []}
    other = await make_invited_candidate(await make_client())
    before = await fingerprint(client)
    for query in (WITHDRAW, TIGHTEN):
        answer = await ask(invited.viewer, query, code=code)
        (payload,) = answer["data"].values()
        assert payload["userErrors"] == [{"code": "NOT_FOUND", "field": ["receiptCode"]}]
    answer = await ask(other.viewer, WITHDRAW, code=code)
    assert answer["data"]["withdrawResponse"]["userErrors"][0]["code"] == "NOT_FOUND"
    assert await fingerprint(client) == before


async def test_an_anonymous_response_cannot_be_made_more_confidential(ask: Ask) -> None:
    world = await make_world()
    code = await send_anonymously(world)
    before = await fingerprint(world.client)
    answer = await ask(world.again.viewer, TIGHTEN, code=code)
    assert answer["data"]["tightenConfidentiality"]["userErrors"] == [
        {"code": "CONFLICT", "field": ["receiptCode"]}
    ]
    assert await fingerprint(world.client) == before


async def send_anonymously(world: World) -> str:
    """Send an anonymous response, as if there were invitations enough."""
    few = get_settings().model_copy(update={"anonymous_minimum_invitations": 1})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(submission, "get_settings", lambda: few)
        return await send(world.again, Confidentiality.ANONYMOUS)
