"""Idempotency keys, and how mutations refuse."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from graphql import GraphQLInputObjectType, get_named_type
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from api.relay import encode_id
from api.schema import GRAPH
from tenants import read_graph
from tenants.access import Viewer
from tenants.db import run
from tenants.integrations.idempotency import once
from tenants.offers.statuses import OfferStatus
from tenants.reading import Key
from tenants.work import Session
from tests.api.conftest import Ask
from tests.api.world import count_jobs, fingerprint, make_world, organisation_id_of
from tests.factories import Client, make_client, make_invited_candidate, make_offer

RECORD = """mutation ($input: RecordOfferOutcomeInput!) { recordOfferOutcome(input: $input) {
  offer { id applicationId status } userErrors { code message field } } }"""


def declined(client: Client, application: str, key: str | None) -> dict[str, Any]:
    """Return an offer to be recorded."""
    return {
        "organisationId": organisation_id_of(client),
        "applicationId": application,
        "status": "DECLINED",
        "resolvedOn": "2026-01-05",
        "candidate": {"email": "robin@candidates.example"},
        "requisition": {"title": "Engineer"},
        "idempotencyKey": key,
    }


async def record(
    ask: Ask, viewer: Viewer, given: dict[str, Any]
) -> tuple[dict[str, Any] | None, list[dict[str, Any]]]:
    """Return the offer and the refusals."""
    answer = await ask(viewer, RECORD, input=given)
    payload = answer["data"]["recordOfferOutcome"]
    return payload["offer"], payload["userErrors"]


@pytest.mark.usefixtures("connection")
async def test_a_repetition_does_nothing_and_finds_the_same(ask: Ask) -> None:
    client = await make_client()
    first, _ = await record(ask, client.hr, declined(client, "one", "key"))
    before = await fingerprint(client)
    assert before["idempotency_keys"][0] == 1
    again, errors = await record(ask, client.hr, declined(client, "one", "key"))
    assert (again, errors) == (first, [])
    # In another order, and with a null where nothing was said.
    backwards = dict(reversed(declined(client, "one", "key").items())) | {"extendedOn": None}
    again, errors = await record(ask, client.hr, backwards)
    assert (again, errors) == (first, [])
    assert await fingerprint(client) == before


@pytest.mark.usefixtures("connection")
async def test_a_key_is_not_taken_for_another_input(ask: Ask) -> None:
    client = await make_client()
    await record(ask, client.hr, declined(client, "one", "key"))
    before = await fingerprint(client)
    for other in (
        {"applicationId": "another"},
        {"resolvedOn": "2026-01-06"},
        {"candidate": {"email": "robin@elsewhere.example"}},
        {"candidate": None},
        {"requisition": {"title": "Engineer", "department": "Legal"}},
    ):
        offer, errors = await record(ask, client.hr, declined(client, "one", "key") | other)
        assert offer is None
        assert errors == [
            {
                "code": "IDEMPOTENCY_KEY_REUSED",
                "message": "This key came with another input before."
                " Choose a new one for a new request.",
                "field": ["idempotencyKey"],
            }
        ]
    assert await fingerprint(client) == before


# Says how many there were in a month; said again, it says the same.
# What only says how something stands.
REPEATABLE = {"recordMonthlyCounts", "recordNoInterview", "requestCall"}
CREATES = (
    "create", "record", "open", "invite", "import", "request", "rotate", "register", "start",
    "join", "releaseBenchmark",
)  # fmt: skip


def test_whatever_creates_takes_a_key() -> None:
    mutation = GRAPH.mutation_type
    assert mutation is not None
    creating = [
        name for name in mutation.fields if name.startswith(CREATES) and name not in REPEATABLE
    ]
    assert len(creating) >= 6
    for name in creating:
        given = get_named_type(mutation.fields[name].args["input"].type)
        assert isinstance(given, GraphQLInputObjectType)
        assert "idempotencyKey" in given.fields, name


async def test_what_was_cut_off_has_not_happened(committing: AsyncEngine, ask: Ask) -> None:
    """The key goes with what was made: the server dies in the middle, and a repetition makes it."""
    del committing
    client = await make_client()
    organisation_id = client.organisation_id

    async def once_and_die(session: Session, viewer: Viewer) -> None:
        async def make() -> UUID:
            await session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
            return organisation_id

        await once(
            session,
            viewer,
            organisation_id=organisation_id,
            operation="recordOfferOutcome",
            key="key",
            make=make,
        )

    with pytest.raises(DBAPIError):
        await run(once_and_die, client.hr)
    assert (await fingerprint(client))["idempotency_keys"][0] == 0
    offer, errors = await record(ask, client.hr, declined(client, "one", "key"))
    assert offer is not None
    assert (await record(ask, client.hr, declined(client, "one", "key"))) == (offer, errors)


@pytest.mark.usefixtures("connection")
async def test_a_repetition_shows_the_noun_as_it_is_now(ask: Ask) -> None:
    client = await make_client()
    first, _ = await record(ask, client.hr, declined(client, "one", "key"))
    later = declined(client, "one", "later") | {"version": 2, "status": "ACCEPTED"}
    await record(ask, client.hr, later)
    again, _ = await record(ask, client.hr, declined(client, "one", "key"))
    assert first is not None
    assert again == {**first, "status": "ACCEPTED"}


@pytest.mark.usefixtures("connection")
async def test_other_keys_and_other_peoples_keys_are_others(ask: Ask) -> None:
    client = await make_client()
    ids = set()
    for viewer, key in (
        (client.hr, "key"),
        (client.hr, "Key"),
        (client.consultant, "key"),
        (client.hr, None),
    ):
        offer, _ = await record(ask, viewer, declined(client, f"{viewer.name} {key}", key))
        assert offer is not None
        ids.add(offer["id"])
    assert len(ids) == 4
    assert (await fingerprint(client))["idempotency_keys"][0] == 3


@pytest.mark.usefixtures("connection")
async def test_keys_of_other_mutations_are_others(ask: Ask) -> None:
    world = await make_world()
    opened = await ask(
        world.client.hr,
        'mutation ($id: ID!) { openInterview(input: {offerId: $id, idempotencyKey: "key"}) {'
        " interview { id } } }",
        id=world.id("Offer", world.lapsed),
    )
    invited = await ask(
        world.client.hr,
        'mutation ($id: ID!) { inviteCandidate(input: {interviewId: $id, idempotencyKey: "key"})'
        " { interview { id } } }",
        id=world.id("Interview", world.again.interview_id),
    )
    assert opened["data"]["openInterview"]["interview"] is not None
    assert invited["data"]["inviteCandidate"]["interview"] == {
        "id": world.id("Interview", world.again.interview_id)
    }


@pytest.mark.usefixtures("connection")
async def test_a_repeated_invitation_sends_nothing(ask: Ask) -> None:
    client = await make_client()
    invited = await make_invited_candidate(client)
    query = """mutation ($input: InviteCandidateInput!) { inviteCandidate(input: $input) {
      interview { status } userErrors { code field } } }"""
    world_id = {"interviewId": interview_id(client, invited.interview_id)}
    jobs = []
    for key in ("first", "first", "second", "first", "third"):
        answer = await ask(client.hr, query, input={**world_id, "idempotencyKey": key})
        payload = answer["data"]["inviteCandidate"]
        jobs.append(await count_jobs(client))
    # The invitation and two reminders; then no more.
    assert jobs == [2, 2, 3, 3, 3]
    assert payload == {
        "interview": None,
        "userErrors": [{"code": "CONFLICT", "field": ["interviewId"]}],
    }


def interview_id(client: Client, row: Any) -> str:
    """Return an interview's global id."""
    return encode_id(read_graph.INTERVIEW, Key(client.organisation_id, row))


@pytest.mark.usefixtures("connection")
async def test_after_a_refusal_the_key_is_free_again(ask: Ask) -> None:
    client = await make_client()
    wrong = declined(client, "one", "key") | {"resolvedOn": None}
    before = await fingerprint(client)
    offer, errors = await record(ask, client.hr, wrong)
    assert (offer, [(one["code"], one["field"]) for one in errors]) == (
        None,
        [("INVALID_INPUT", ["resolvedOn"])],
    )
    assert await fingerprint(client) == before
    offer, errors = await record(ask, client.hr, declined(client, "one", "key"))
    assert offer is not None
    assert errors == []


@pytest.mark.usefixtures("connection")
@pytest.mark.parametrize("key", ["", "x" * 256, "\u00e4" * 256])
async def test_a_key_has_1_to_255_characters(ask: Ask, key: str) -> None:
    client = await make_client()
    offer, errors = await record(ask, client.hr, declined(client, "one", key))
    assert offer is None
    assert errors == [
        {
            "code": "INVALID_INPUT",
            "message": "An idempotency key has 1 to 255 characters.",
            "field": ["idempotencyKey"],
        }
    ]
    for longest in ("x" * 255, "\u00e4" * 255):
        offer, errors = await record(ask, client.hr, declined(client, "one", longest))
        assert offer is not None


async def test_the_same_key_at_once_makes_one(committing: AsyncEngine, ask: Ask) -> None:
    """Really committed transactions, side by side: all of them find the same offer."""
    del committing
    client = await make_client()
    given = [declined(client, "application", "key") for _ in range(6)]
    found = await asyncio.gather(*(record(ask, client.hr, one) for one in given))
    ids = [offer["id"] for offer, errors in found if offer is not None and errors == []]
    assert ids == [ids[0]] * 6
    held = await fingerprint(client)
    assert {name: held[name][0] for name in ("offers", "applications", "idempotency_keys")} == {
        "offers": 1,
        "applications": 1,
        "idempotency_keys": 1,
    }


async def test_two_who_open_one_interview_at_once_get_the_same(
    committing: AsyncEngine, ask: Ask
) -> None:
    del committing
    client = await make_client()
    offer_id = await make_offer(client, status=OfferStatus.LAPSED)
    offer = encode_id(read_graph.OFFER, Key(client.organisation_id, offer_id))
    query = """mutation ($id: ID!) { openInterview(input: {offerId: $id}) {
      interview { id status } userErrors { code } } }"""
    answers = await asyncio.gather(
        *(ask(viewer, query, id=offer) for viewer in (client.hr, client.consultant) * 3)
    )
    assert all(answer == answers[0] for answer in answers)
    assert answers[0]["data"]["openInterview"]["interview"]["status"] == "OPENED"
    assert (await fingerprint(client))["interviews"][0] == 1
