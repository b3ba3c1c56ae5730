"""The intake's door: who is let in, what is answered, and what must never be kept."""

import json
import re
from collections.abc import MutableMapping
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from starlette.applications import Starlette

from api import intake
from tenants.integrations.models import IntakeEvent
from tenants.interviews.models import Interview, Invitation
from tenants.keys import Purpose
from tenants.tokens import Token, make_token
from tenants.work import Job
from tests.api.posting import (
    APPLIED,
    LONG_AGO,
    NEEDS_REVIEW,
    NOT_NEEDED,
    NOW,
    WAITING,
    Case,
    Greenhouse,
    History,
    case_of,
    dump,
    example,
    example_names,
    rows_of,
    sign,
)
from tests.factories import make_client

pytestmark = pytest.mark.usefixtures("connection")

OFFER = json.dumps(History(1, 2, 3).offer("Rejected")).encode()

# What becomes of the examples when each comes alone to an organisation that knows nothing.
STATES = {
    "application_updated": APPLIED,
    "candidate_anonymized": APPLIED,
    "candidate_stage_change": APPLIED,
    "delete_application": NOT_NEEDED,
    "delete_candidate": APPLIED,
    "department_deleted": NOT_NEEDED,
    "hire_candidate": APPLIED,
    "interview_deleted": NOT_NEEDED,
    "job_approved": APPLIED,
    "job_created": APPLIED,
    "job_deleted": NOT_NEEDED,
    "job_interview_stage_deleted": NOT_NEEDED,
    "job_post_created": NOT_NEEDED,
    "job_post_deleted": NOT_NEEDED,
    "job_post_updated": NOT_NEEDED,
    "job_updated": APPLIED,
    "merge_candidate": APPLIED,
    "new_candidate_application": APPLIED,
    "new_prospect_application": NOT_NEEDED,
    "offer_approved": WAITING,
    "offer_created": WAITING,
    "offer_deleted": WAITING,
    "offer_updated": WAITING,
    "office_deleted": NOT_NEEDED,
    "reject_candidate": APPLIED,
    "scorecard_deleted": NOT_NEEDED,
    "unhire_candidate": WAITING,
    "unreject_candidate": APPLIED,
    "update_candidate": NOT_NEEDED,
}


@pytest.mark.parametrize("name", STATES)
async def test_each_example_alone_is_accepted(name: str) -> None:
    account = Greenhouse(await make_client())
    response = await account.post_bytes(example(name))
    assert (response.status_code, response.json()) == (200, STATES[name])


@pytest.mark.parametrize("order", [1, -1])
async def test_all_examples_together_are_accepted_and_kept_once(order: int) -> None:
    client = await make_client()
    account = Greenhouse(client)
    names = example_names()[::order]
    assert len(names) == 29
    for name in names:
        assert (await account.post_bytes(example(name), event_id=name)).status_code == 200
    before = await dump(client.organisation_id)
    for name in names:
        answer = await account.post_bytes(example(name), event_id=name)
        assert (answer.status_code, answer.json()["duplicate"]) == (200, True)
    assert await dump(client.organisation_id) == before
    assert len(await rows_of(client, IntakeEvent)) == 29
    # The one offer whose candidate an example tells was accepted; nobody is asked.
    assert await rows_of(client, Interview) == []


SIGNATURES = (
    None,
    "",
    "sha256",
    "sha256 " + 64 * "0",
    "sha1 " + 40 * "0",
    "sha256 \xff",
    sign(b"another body"),
    sign(OFFER, "another secret"),
    sign(OFFER)[:-1],
    sign(OFFER) + "0",
)


async def test_a_bad_signature_leaves_no_trace() -> None:
    client = await make_client()
    account = Greenhouse(client)
    await account.post(History(1, 2, 3).application())
    before = await dump(client.organisation_id)
    for signature in SIGNATURES:
        headers = {"Greenhouse-Event-ID": "1"}
        if signature is not None:
            headers["Signature"] = signature
        response = await account.send(OFFER, headers)
        assert (response.status_code, response.json()) == (
            401,
            {
                "code": "SIGNATURE_INVALID",
                "message": "The signature does not belong to this body.",
            },
        ), signature
        assert await dump(client.organisation_id) == before


async def test_a_byte_changed_after_signing_is_refused() -> None:
    account = Greenhouse(await make_client())
    body = json.dumps(History().offer("Rejected")).encode()
    changed = body.replace(b"Rejected", b"Accepted")
    assert (await account.send(changed, {"Signature": sign(body)})).status_code == 401
    assert (await account.send(body, {"Signature": sign(body)})).status_code == 200


UNREADABLE = (
    b"",
    b"null",
    b'"x"',
    b"[]",
    b"{}",
    b"0",
    b"NaN",
    b"\xff\xfe{}",
    b"\x00",
    "ä".encode("latin-1"),
    b'{"action": "offer_updated"',
    b'{"action": 7, "payload": {}}',
    b'{"action": "x y", "payload": {}}',
    b"[" * 50_000,
    b'{"action": "offer_updated", "payload": ' + b'{"a":' * 50_000 + b"1" + b"}" * 50_001,
    b'{"action": "offer_updated", "n": ' + b"9" * 5_000 + b"}",
    *(OFFER[:length] for length in range(1, len(OFFER) - 1)),
)
HUGE = (
    b" " * 1_048_577,
    b'{"action": "offer_updated", "payload": "' + b"x" * 2_000_000 + b'"}',
)


@pytest.mark.parametrize(
    ("bodies", "status", "code"),
    [(UNREADABLE, 400, "UNREADABLE"), (HUGE, 413, "BODY_TOO_LARGE")],
    ids=["unreadable", "huge"],
)
async def test_what_cannot_be_read_is_refused_and_not_kept(
    bodies: tuple[bytes, ...], status: int, code: str
) -> None:
    client = await make_client()
    before = await dump(client.organisation_id)
    for body in bodies:
        response = await Greenhouse(client).post_bytes(body)
        assert (response.status_code, response.json()["code"]) == (status, code), body[:100]
        assert set(response.json()) == {"code", "message"}
    assert await dump(client.organisation_id) == before


@pytest.mark.parametrize(
    ("payload", "code", "reason"),
    [
        ({"action": "offer_updated"}, "FIELD_MISSING", "The field payload is missing."),
        (
            {"action": "offer_updated", "payload": {"application_id": 5, "version": -1}},
            "FIELD_MISSING",
            "The field offer_status is missing.",
        ),
        (
            History(5, 6, 7).offer("Haggling"),
            "OFFER_STATUS_UNKNOWN",
            "The field offer_status is no status that Greenhouse documents.",
        ),
        (
            History(5, 6, 7).offer("Rejected", sent_on="2026-02-31"),
            "DATE_INVALID",
            "The field sent_on is not a possible date.",
        ),
    ],
)
async def test_what_makes_no_sense_waits_for_review(
    payload: dict[str, Any], code: str, reason: str
) -> None:
    client = await make_client()
    assert await Greenhouse(client).post(payload) == NEEDS_REVIEW
    (event,) = await rows_of(client, IntakeEvent)
    assert (event.action, event.reason_code, event.reason) == ("offer_updated", code, reason)
    assert event.application_id == ("5" if payload.get("payload") else None)


async def test_unknown_forged_and_foreign_addresses_answer_alike() -> None:
    client, other = await make_client(), await make_client()
    account = Greenhouse(client)
    mine = account.path.rsplit("/", 1)[1]
    unknown = make_token(Purpose.INTAKE, Token(client.organisation_id, uuid4()))
    foreign = make_token(Purpose.INTAKE, Token(other.organisation_id, client.integration_id))
    nowhere = make_token(Purpose.INTAKE, Token(uuid4(), client.integration_id))
    link = make_token(Purpose.LINK, Token(client.organisation_id, client.integration_id))
    forged = ("A" if mine[0] != "A" else "B") + mine[1:]
    paths = [
        *(f"/intake/greenhouse/{token}" for token in (unknown, foreign, nowhere, link, forged)),
        "/intake/greenhouse/x",
        "/intake/greenhouse/%FF%C3%A4",
        f"/intake/lever/{mine}",
        f"/intake/GREENHOUSE/{mine}",
        f"/intake/%00/{mine}",
    ]
    body = json.dumps(History().offer("Rejected")).encode()
    before = await dump(client.organisation_id, other.organisation_id)
    for path in paths:
        response = await account.send(body, {"Signature": sign(body)}, path=path)
        assert (response.status_code, response.json()) == (
            404,
            {"code": "NOT_FOUND", "message": "There is no such intake."},
        ), path
    assert await dump(client.organisation_id, other.organisation_id) == before


async def test_one_decline_is_one_interview_and_one_mail_however_often_it_is_posted() -> None:
    client = await make_client()
    account = Greenhouse(client)
    # The vendor's own examples: Hector's application, and the offer, resolved yesterday.
    application = json.loads(example("reject_candidate"))
    offer = json.loads(example("offer_updated"))
    history = History(application_id=265293)
    offer["payload"] |= {
        "application_id": 265293,
        "offer_status": "Rejected",
        "resolved_at": NOW.isoformat(),
    }
    assert await account.post(application) == APPLIED
    assert await account.post(offer, event_id="1") == APPLIED
    assert await account.post(offer, event_id="1") == {"state": "APPLIED", "duplicate": True}
    assert await account.post(offer, event_id="1") == {"state": "APPLIED", "duplicate": True}
    assert await account.post(offer, event_id="2") == APPLIED
    assert await account.post(application) == APPLIED
    assert await case_of(client, history) == Case("DECLINED", interviews=1, mails=1)
    assert len(await rows_of(client, Interview)) == 1
    (invitation,) = await rows_of(client, Invitation)
    assert [job.arguments for job in await rows_of(client, Job)] == [
        {"invitation_id": str(invitation.id), "mail_number": 1}
    ]
    assert len(await rows_of(client, IntakeEvent)) == 4


async def test_two_organisations_with_the_same_ids_do_not_meet() -> None:
    one, other = await make_client(), await make_client()
    history = History(265293, 265788, 371417)
    for client in (one, other):
        await Greenhouse(client).post(history.application(), event_id="1")
    assert await Greenhouse(one).post(history.offer("Rejected"), event_id="2") == APPLIED
    assert await case_of(one, history) == Case("DECLINED", interviews=1, mails=1)
    assert await case_of(other, history) == Case(None, interviews=0, mails=0)
    keys = {
        row
        for client in (one, other)
        for row in await dump(client.organisation_id)
        if row.startswith("candidates ")
    }
    assert len(keys) == 2
    assert len({re.findall(r"\\\\x[0-9a-f]{64}", row)[0] for row in keys}) == 2
    # A post signed for one cannot be made at the other's address with the other's secret unknown.
    stranger = Greenhouse(other, secret="not the other's secret")
    body = json.dumps(history.offer("Rejected")).encode()
    assert (await stranger.post_bytes(body)).status_code == 401


async def test_a_mail_is_not_asked_for_after_sixty_days() -> None:
    client = await make_client()
    account = Greenhouse(client)
    history = History()
    await account.post(history.application())
    assert await account.post(history.offer("Rejected", at=LONG_AGO)) == APPLIED
    assert await case_of(client, history) == Case("DECLINED", interviews=1, mails=0)


async def test_only_posts_are_taken() -> None:
    account = Greenhouse(await make_client())
    transport = httpx2.ASGITransport(app=Starlette(routes=intake.routes()))
    async with httpx2.AsyncClient(transport=transport, base_url="http://intake.test") as http:
        for method in ("GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"):
            assert (await http.request(method, account.path)).status_code == 405


async def test_a_connection_that_breaks_off_is_no_error_of_ours() -> None:
    client = await make_client()
    before = await dump(client.organisation_id)
    coming: list[MutableMapping[str, Any]] = [
        {"type": "http.request", "body": OFFER[:100], "more_body": True},
        {"type": "http.disconnect"},
    ]
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        return coming.pop(0)

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": Greenhouse(client).path,
        "query_string": b"",
        "headers": [(b"signature", sign(OFFER).encode())],
    }
    await Starlette(routes=intake.routes())(scope, receive, send)
    assert sent[0]["status"] == 400
    assert await dump(client.organisation_id) == before
