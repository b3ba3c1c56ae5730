"""Planning to talk to candidates: who sees it, what is refused, and what it tells nobody."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from api.relay import encode_id
from tenants import read_graph
from tenants.access import Role, Viewer, ViewerKind
from tenants.db import run
from tenants.interviews import erasure
from tenants.interviews import service as interviews
from tenants.interviews.models import Confidentiality
from tenants.offers.statuses import OfferStatus
from tenants.reading import Key
from tenants.work import Session
from tests.api.conftest import Ask
from tests.api.test_assignments import make_held
from tests.api.world import fingerprint
from tests.conversing import make_conversation
from tests.factories import (
    Client,
    Invited,
    invite_hundred,
    make_client,
    make_invited_candidate,
    make_offer,
    submit,
)

pytestmark = pytest.mark.usefixtures("connection")

SCHEDULE = """mutation ($input: ScheduleInterviewInput!) { scheduleInterview(input: $input) {
  conversation { state mode scheduledAt timeZone } userErrors { code field } } }"""
ATTEMPT = """mutation ($input: RecordAttemptInput!) { recordAttempt(input: $input) {
  conversation { state attempts { channel outcome } } userErrors { code field } } }"""
GIVE_UP = """mutation ($input: RecordNoInterviewInput!) { recordNoInterview(input: $input) {
  conversation { state noInterviewReason scheduledAt phone } userErrors { code field } } }"""
CALL = """mutation ($input: RequestCallInput!) { requestCall(input: $input) {
  callRequest { phone preferredTimes } userErrors { code field } } }"""
LIST = """query ($slug: String!, $filter: ConversationFilter) { organisation(slug: $slug) {
  conversations(filter: $filter) { totalCount nodes { state phone preferredTimes
    interview { id status closesOn candidate { lastName } } } } } }"""
AS_HR = """query ($id: ID!) { node(id: $id) { ... on Interview { id status mode administrator
  invitedOn closesOn language candidate { id } response { id }
  offer { status interview { id } } } } }"""


def id_of(invited: Invited) -> str:
    return encode_id(
        read_graph.INTERVIEW, Key(invited.client.organisation_id, invited.interview_id)
    )


def tomorrow(**changes: Any) -> dict[str, Any]:
    at = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    return {"mode": "PHONE", "at": at, "timeZone": "Europe/Berlin", **changes}


async def open_list(ask: Ask, client: Client) -> list[Any]:
    answer = await ask(client.consultant, LIST, slug=client.slug, filter={"isOpen": True})
    found: list[Any] = answer["data"]["organisation"]["conversations"]["nodes"]
    return found


async def count(client: Client, statement: str) -> int:
    async def look(session: Session, _viewer: Viewer) -> int:
        return await session.scalar(text(statement)) or 0

    return await run(look, client.job)


async def test_an_interview_is_planned_tried_and_given_up(ask: Ask) -> None:
    client = await make_client()
    invited = await make_invited_candidate(client)
    asked = {"interviewId": id_of(invited)}
    given = tomorrow()
    answer = await ask(client.consultant, SCHEDULE, input={**asked, **given})
    planned = answer["data"]["scheduleInterview"]["conversation"]
    assert (planned["state"], planned["mode"], planned["timeZone"]) == (
        "SCHEDULED",
        "PHONE",
        "Europe/Berlin",
    )
    assert datetime.fromisoformat(planned["scheduledAt"]) == datetime.fromisoformat(given["at"])
    attempts = [("PHONE", "NO_ANSWER", 2), ("TEXT_MESSAGE", "CALL_BACK", 1)]
    for channel, outcome, hours in [*attempts, attempts[-1]]:
        at = (datetime.now(UTC) - timedelta(hours=hours)).replace(minute=0, second=0, microsecond=0)
        answer = await ask(
            client.consultant,
            ATTEMPT,
            input={
                **asked,
                "attemptedAt": at.isoformat(),
                "channel": channel,
                "outcome": outcome,
                "idempotencyKey": outcome,
            },
        )
    assert answer["data"]["recordAttempt"]["conversation"] == {
        "state": "SCHEDULED",
        # The newest first; the repetition with the same key is the same attempt.
        "attempts": [
            {"channel": "TEXT_MESSAGE", "outcome": "CALL_BACK"},
            {"channel": "PHONE", "outcome": "NO_ANSWER"},
        ],
    }
    assert [one["state"] for one in await open_list(ask, client)] == ["SCHEDULED"]
    for reason, state, left in (("NOT_REACHED", "NO_INTERVIEW", 0), (None, "TRIED", 1)):
        answer = await ask(client.consultant, GIVE_UP, input={**asked, "reason": reason})
        assert answer["data"]["recordNoInterview"] == {
            "conversation": {
                "state": state,
                "noInterviewReason": reason,
                "scheduledAt": None,
                "phone": None,
            },
            "userErrors": [],
        }
        assert len(await open_list(ask, client)) == left
    await ask(client.consultant, SCHEDULE, input={**asked, **given})
    cleared = await ask(client.consultant, SCHEDULE, input=asked)
    assert cleared["data"]["scheduleInterview"]["conversation"] == {
        "state": "TRIED",
        "mode": None,
        "scheduledAt": None,
        "timeZone": None,
    }


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"at": "2020-01-01T10:00:00Z"}, "at"),
        ({"at": "2999-01-01T10:00:00Z"}, "at"),
        ({"at": "2999-01-01T10:00:00"}, "at"),
        ({"mode": None}, "mode"),
        ({"timeZone": None}, "timeZone"),
        ({"timeZone": "../../etc/passwd"}, "timeZone"),
        ({"timeZone": "Middle/Earth"}, "timeZone"),
    ],
)
async def test_a_plan_that_cannot_be_kept_is_refused(
    ask: Ask, given: dict[str, Any], field: str
) -> None:
    client = await make_client()
    invited = await make_invited_candidate(client)
    before = await fingerprint(client)
    answer = await ask(
        client.consultant, SCHEDULE, input={"interviewId": id_of(invited), **tomorrow(**given)}
    )
    assert answer["data"]["scheduleInterview"] == {
        "conversation": None,
        "userErrors": [{"code": "INVALID_INPUT", "field": [field]}],
    }
    assert await fingerprint(client) == before


async def test_an_attempt_that_has_not_been_made_is_refused(ask: Ask) -> None:
    client = await make_client()
    invited = await make_invited_candidate(client)
    for at in ("2999-01-01T10:00:00Z", "2026-01-01T10:00:00"):
        answer = await ask(
            client.consultant,
            ATTEMPT,
            input={
                "interviewId": id_of(invited),
                "attemptedAt": at,
                "channel": "PHONE",
                "outcome": "HELD",
            },
        )
        refusal = {"code": "INVALID_INPUT", "field": ["attemptedAt"]}
        assert answer["data"]["recordAttempt"]["userErrors"] == [refusal]


async def test_those_who_hire_see_the_same_whatever_is_planned(ask: Ask) -> None:
    client = await make_client()
    left, talked = [await make_invited_candidate(client) for _ in range(2)]
    await ask(talked.viewer, CALL, input={"phone": "+49 30 901820", "preferredTimes": "Evenings"})
    await make_conversation(talked)
    for viewer in (client.hr, client.hiring_manager, client.leadership, machine(client)):
        seen = []
        for one in (left, talked):
            answer = await ask(viewer, AS_HR, id=id_of(one))
            seen.append(str(answer).replace(id_of(one), ""))
        assert seen[0] == seen[1]
        asked = await ask(viewer, LIST, slug=client.slug)
        assert asked["data"]["organisation"] == {"conversations": None}
        assert [one["extensions"]["code"] for one in asked["errors"]] == ["FORBIDDEN"]
    log = """query ($slug: String!) { organisation(slug: $slug) {
      auditEvents(first: 100) { nodes { action } } } }"""
    answer = await ask(client.hr, log, slug=client.slug)
    actions = {one["action"] for one in answer["data"]["organisation"]["auditEvents"]["nodes"]}
    assert not [one for one in actions if one.startswith("CONVERSATION")]
    answer = await ask(client.consultant, log, slug=client.slug)
    actions = {one["action"] for one in answer["data"]["organisation"]["auditEvents"]["nodes"]}
    assert {"CONVERSATION_REQUESTED", "CONVERSATION_SCHEDULED", "CONVERSATION_ATTEMPTED"} <= actions


def machine(client: Client) -> Viewer:
    return Viewer(
        ViewerKind.INTEGRATION,
        client.integration_id,
        "Reporting",
        {client.organisation_id: Role.INTEGRATION},
    )


async def test_who_answered_in_confidence_is_not_asked_and_an_anonymous_one_looks_unanswered(
    ask: Ask,
) -> None:
    client = await make_client()
    await invite_hundred(client)
    unanswered, anonymous, confidential = [await make_invited_candidate(client) for _ in range(3)]
    for one in (unanswered, anonymous, confidential):
        await ask(one.viewer, CALL, input={"phone": "12345 678"})
    await submit(anonymous, Confidentiality.ANONYMOUS)
    await submit(confidential, Confidentiality.CONFIDENTIAL)
    assert {one["interview"]["id"] for one in await open_list(ask, client)} == {
        id_of(unanswered),
        id_of(anonymous),
    }
    given, seen = tomorrow(), []
    tried = {"attemptedAt": "2026-01-01T10:00:00Z", "channel": "PHONE", "outcome": "HELD"}
    for one in (unanswered, anonymous):
        steps = [
            await ask(client.consultant, mutation, input={"interviewId": id_of(one), **more})
            for mutation, more in (
                (SCHEDULE, given),
                (ATTEMPT, tried),
                (GIVE_UP, {"reason": "REFUSED"}),
            )
        ]
        seen.append(steps)
    assert seen[0] == seen[1]
    refused = await ask(
        client.consultant, SCHEDULE, input={"interviewId": id_of(confidential), **given}
    )
    assert refused["data"]["scheduleInterview"]["userErrors"] == [
        {"code": "ALREADY_ANSWERED", "field": ["interviewId"]}
    ]
    # Nobody will call: how to do it is forgotten.
    assert await count(client, "SELECT count(*) FROM conversations WHERE phone <> ''") == 0


async def test_a_candidate_asks_for_a_call_and_takes_it_back(ask: Ask) -> None:
    client = await make_client()
    invited = await make_invited_candidate(client)
    given = {"phone": " +49 (30) 90-1820 ", "preferredTimes": "After six,\nnot on Monday"}
    answer = await ask(invited.viewer, CALL, input=given)
    kept = {"phone": "+49 (30) 90-1820", "preferredTimes": "After six,\nnot on Monday"}
    assert answer["data"]["requestCall"] == {"callRequest": kept, "userErrors": []}
    own = await ask(
        invited.viewer, "{ viewer { invitation { callRequest { phone preferredTimes } } } }"
    )
    assert own["data"]["viewer"]["invitation"]["callRequest"] == kept
    (listed,) = await open_list(ask, client)
    assert {name: listed[name] for name in kept} == kept
    assert listed["state"] == "REQUESTED"
    assert listed["interview"]["candidate"] is not None
    answer = await ask(invited.viewer, CALL, input={"isWanted": False})
    assert answer["data"]["requestCall"] == {"callRequest": None, "userErrors": []}
    (listed,) = await open_list(ask, client)
    assert (listed["phone"], listed["preferredTimes"]) == (None, None)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"phone": "call me"}, "phone"),
        ({"phone": "+-()  /"}, "phone"),
        ({"phone": "1" * 41}, "phone"),
        ({"preferredTimes": "x" * 301}, "preferredTimes"),
    ],
)
async def test_what_is_no_way_to_call_is_refused(ask: Ask, given: Any, field: str) -> None:
    client = await make_client()
    invited = await make_invited_candidate(client)
    before = await fingerprint(client)
    answer = await ask(invited.viewer, CALL, input=given)
    refusal = {"code": "INVALID_INPUT", "field": [field]}
    assert answer["data"]["requestCall"] == {"callRequest": None, "userErrors": [refusal]}
    assert await fingerprint(client) == before


async def test_how_to_call_is_erased_when_nobody_will(ask: Ask) -> None:
    client = await make_client()
    closed, erased, given_up = [await make_invited_candidate(client) for _ in range(3)]
    for one in (closed, erased, given_up):
        await ask(one.viewer, CALL, input={"phone": "+49 30 901820", "preferredTimes": "Now"})
        await make_conversation(one)
    asked = {"interviewId": id_of(given_up), "reason": "NO_CONTACT_DETAILS"}
    await ask(client.consultant, GIVE_UP, input=asked)
    assert await count(client, "SELECT count(*) FROM conversations WHERE phone <> ''") == 2

    async def application(session: Session, _viewer: Viewer) -> UUID:
        row = await session.execute(
            text("SELECT application_id FROM offers WHERE id = :id"), {"id": erased.offer_id}
        )
        found: UUID = row.scalar_one()
        return found

    await run(
        erasure.revoke_invitations,
        Viewer(ViewerKind.JOB, roles={client.organisation_id: Role.INTAKE}),
        organisation_id=client.organisation_id,
        application_ids=[await run(application, client.job)],
    )
    assert await count(client, "SELECT count(*) FROM conversations") == 2
    refused = await ask(client.consultant, SCHEDULE, input={"interviewId": id_of(erased)})
    assert refused["data"]["scheduleInterview"]["userErrors"][0]["code"] == "CONFLICT"
    await run(
        interviews.close_due_interviews,
        client.job,
        organisation_id=client.organisation_id,
        today=datetime.now(UTC).date() + timedelta(days=90),
    )
    assert await count(client, "SELECT count(*) FROM conversations WHERE phone <> ''") == 0
    assert await open_list(ask, client) == []
    refused = await ask(client.consultant, SCHEDULE, input={"interviewId": id_of(closed)})
    assert refused["data"]["scheduleInterview"]["userErrors"][0]["code"] == "CONFLICT"


async def test_one_who_was_never_mailed_is_invited_by_the_first_step(ask: Ask) -> None:
    client = await make_client()
    offer_id = await make_offer(client, status=OfferStatus.LAPSED)
    interview_id = await run(
        interviews.open_interview,
        client.consultant,
        organisation_id=client.organisation_id,
        offer_id=offer_id,
    )
    interview = encode_id(read_graph.INTERVIEW, Key(client.organisation_id, interview_id))
    await ask(client.consultant, SCHEDULE, input={"interviewId": interview, **tomorrow()})
    seen = (await ask(client.hr, AS_HR, id=interview))["data"]["node"]
    assert (seen["status"], seen["invitedOn"]) == ("INVITED", None)
    assert seen["closesOn"] is not None
    # A mail can still follow; from then on the candidate was asked online.
    await run(
        interviews.invite_candidate,
        client.consultant,
        organisation_id=client.organisation_id,
        interview_id=interview_id,
    )
    seen = (await ask(client.hr, AS_HR, id=interview))["data"]["node"]
    assert seen["invitedOn"] == datetime.now(UTC).date().isoformat()


async def test_an_independent_administrator_plans_the_own_interview_alone(ask: Ask) -> None:
    world = await make_held(ask)
    await make_conversation(world.other)
    mine = await ask(world.viewer, SCHEDULE, input={"interviewId": id_of(world.held), **tomorrow()})
    assert mine["data"]["scheduleInterview"]["conversation"]["state"] == "SCHEDULED"
    before = await fingerprint(world.client)
    theirs = await ask(
        world.viewer, SCHEDULE, input={"interviewId": id_of(world.other), **tomorrow()}
    )
    assert theirs["data"]["scheduleInterview"]["userErrors"] == [
        {"code": "NOT_FOUND", "field": ["interviewId"]}
    ]
    assert await fingerprint(world.client) == before
    for answered in (False, True):
        if answered:
            await submit(world.held, Confidentiality.CONFIDENTIAL)
        seen = await ask(world.viewer, LIST, slug=world.client.slug)
        found = seen["data"]["organisation"]["conversations"]["nodes"]
        assert [one["interview"]["id"] for one in found] == (
            [] if answered else [id_of(world.held)]
        )
