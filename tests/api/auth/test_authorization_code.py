"""People who let an application act for them: the request, the page, the code, the tokens."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from tenants.access import Viewer
from tenants.audit import AuditAction, AuditEvent
from tenants.db import run
from tenants.integrations.models import IntegrationKind
from tenants.integrations.service import update_integration
from tenants.integrations.token_models import AccessGrant, AuthorizationCode, RefreshToken
from tenants.settings import get_settings
from tenants.work import Session
from tests.api.asking import ask_over_http
from tests.api.auth.oauth_world import (
    AUTHORIZE,
    TOKEN,
    WHO,
    Proof,
    change,
    code_for,
    decide,
    hidden,
    is_good,
    led_to,
    make_front_end,
    part,
    redemption,
    renewal,
    send,
    tokens_for,
    wish,
)
from tests.api.pages.browsing import Browser, session_of
from tests.factories import Client, make_client

_MINUTE = timedelta(minutes=2)
HERE = pytest.mark.usefixtures("connection")


async def count(client: Client, table: Any) -> int:
    """Return how many rows of a table an organisation has."""

    async def read(session: Session, _viewer: Viewer) -> int:
        return len((await session.scalars(select(table))).all())

    return await run(read, client.job)


@HERE
async def test_a_person_consents_and_the_application_is_the_person_within_its_scopes() -> None:
    client = await make_client(name="Northwind Robotics")
    board = await make_front_end(client)
    browser, proof = await session_of(client.hr), Proof()
    page = await browser.get(wish(board, proof))
    assert page.status == 200
    for words in (
        "Allow Hiring board?",
        "the data of Northwind Robotics in your name",
        "See job offers and their openings",
        "See the published figures",
        "led back to board.example",
    ):
        assert words in page.text
    assert "Record job offers" not in page.text
    policy = page.headers["content-security-policy"]
    assert "form-action 'self' https://board.example;" in policy
    assert "default-src 'none'" in policy
    assert "script" not in page.html.lower()
    told = led_to(await browser.post(AUTHORIZE, {**hidden(page), "decision": "allow"}))
    assert (told["state"], told["iss"], set(told)) == (
        "xyz",
        get_settings().public_url,
        {"code", "state", "iss"},
    )
    answer = await send(TOKEN, redemption(board, told["code"], proof))
    tokens = answer.json()
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert {**tokens, "access_token": "", "refresh_token": ""} == {
        "token_type": "Bearer",
        "expires_in": 600,
        "scope": "offers:read insights:read",
        "access_token": "",
        "refresh_token": "",
    }
    assert part(tokens["access_token"], 1)["sub"] == str(client.hr.id)
    found = await ask_over_http(tokens["access_token"], WHO["query"])
    assert found["data"]["viewer"] == {"kind": "PERSON", "name": f"Hr of {client.slug}"}
    assert found["data"]["organisations"]["nodes"][0]["viewerPermissions"] == [
        "CODEBOOK_READ",
        "INSIGHTS_READ",
        "OFFER_COUNT",
        "OFFER_READ",
        "ORGANISATION_READ",
        "REQUISITION_READ",
    ]

    async def events(session: Session, _viewer: Viewer) -> list[AuditEvent]:
        of_consent = AuditEvent.action == AuditAction.ACCESS_GRANTED
        return [*await session.scalars(select(AuditEvent).where(of_consent))]

    (event,) = await run(events, client.job)
    assert event.actor_id == client.hr.id


@HERE
async def test_nobody_else_finds_anything_by_a_code_or_token() -> None:
    client = await make_client()
    board, other = await make_front_end(client), await make_front_end(client, name="Other")
    proof = Proof()
    code = await code_for(board, client.hr, proof)
    for form in (
        {**redemption(board, code, proof), "client_id": other.client_id},
        {**redemption(board, code, proof), "code_verifier": Proof().verifier},
        {**redemption(board, code, proof), "redirect_uri": "https://board.example/other"},
        {**redemption(board, code, proof), "code": "another"},
    ):
        answer = await send(TOKEN, form)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    for form in (
        {name: one for name, one in redemption(board, code, proof).items() if name != missing}
        for missing in ("code", "code_verifier")
    ):
        answer = await send(TOKEN, form)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    without = redemption(board, code, proof)
    del without["redirect_uri"]
    assert (await send(TOKEN, without)).json()["error"] == "invalid_grant"
    tokens = (await send(TOKEN, redemption(board, code, proof))).json()
    stolen = await send(TOKEN, renewal(other, tokens["refresh_token"]))
    assert (stolen.status_code, stolen.json()["error"]) == (400, "invalid_grant")
    # Nobody lost anything by what others tried.
    assert (await send(TOKEN, renewal(board, tokens["refresh_token"]))).status_code == 200


@HERE
@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": None}, "unsupported_response_type"),
        ({"scope": "everything"}, "invalid_scope"),
    ],
)
async def test_what_cannot_be_is_told_to_the_application(
    given: dict[str, str | None], error: str
) -> None:
    client = await make_client()
    for kind in (IntegrationKind.OAUTH_PUBLIC, IntegrationKind.OAUTH_CONFIDENTIAL):
        board = await make_front_end(client, kind=kind)
        page = await Browser().get(wish(board, Proof(), **given))
        told = led_to(page)
        assert (told["error"], told["iss"], told["state"]) == (
            error,
            get_settings().public_url,
            "xyz",
        )
    assert await count(client, AuthorizationCode) == 0


@HERE
async def test_nobody_is_led_where_nothing_is_registered() -> None:
    client = await make_client()
    board = await make_front_end(client)
    proof = Proof()
    for address in (
        wish(board, proof, redirect_uri="https://evil.example/callback"),
        wish(board, proof, redirect_uri="https://board.example/callback/"),
        wish(board, proof, redirect_uri="https://board.example/callback?x=1"),
        wish(board, proof, redirect_uri="https://BOARD.example/callback"),
        wish(board, proof, client_id="unknown"),
        wish(board, proof, client_id=None),
        wish(board, proof, redirect_uri="https://evil.example/", response_type="token"),
        wish(board, proof) + "&redirect_uri=https%3A%2F%2Fevil.example",
        wish(board, proof) + "&scope=%00",
        AUTHORIZE,
    ):
        page = await (await session_of(client.hr)).get(address)
        assert page.status == 400, address
        assert "location" not in page.headers
        assert "Nothing was allowed" in page.text
    # With one address registered it may be left out.
    assert led_to(await decide(await session_of(client.hr), wish(board, proof, redirect_uri=None)))
    await run(update_integration, client.hr, **board.key, is_enabled=False)
    page = await (await session_of(client.hr)).get(wish(board, proof))
    assert page.status == 400


@HERE
async def test_who_is_not_signed_in_signs_in_first() -> None:
    client = await make_client()
    board = await make_front_end(client)
    address = wish(board, Proof())
    page = await Browser().get(address)
    assert page.status == 303
    assert page.location.startswith("/sign-in?next=")
    # A token, even the person's own, is not the person at the browser.
    token = (await tokens_for(board, client.hr))["access_token"]
    page = await Browser().get(address, authorization=f"Bearer {token}")
    assert page.location.startswith("/sign-in?next=")
    browser = await session_of(client.hr)
    fields = {**hidden(await browser.get(address)), "decision": "allow"}
    refused = await Browser().post(AUTHORIZE, fields, authorization=f"Bearer {token}")
    assert refused.status == 403


@HERE
async def test_a_refusal_is_told_and_gives_nothing() -> None:
    client = await make_client()
    board = await make_front_end(client)
    told = led_to(await decide(await session_of(client.hr), wish(board, Proof()), "deny"))
    assert (told["error"], told["state"]) == ("access_denied", "xyz")
    assert await count(client, AccessGrant) == 0


@HERE
async def test_another_site_cannot_consent() -> None:
    client = await make_client()
    board, proof = await make_front_end(client), Proof()
    browser = await session_of(client.hr)
    fields = {**hidden(await browser.get(wish(board, proof))), "decision": "allow"}
    for headers in ({"sec_fetch_site": "cross-site"}, {"origin": "https://evil.example"}):
        refused = await browser.post(AUTHORIZE, fields, **headers)
        assert refused.status == 403
    other = hidden(await browser.get(wish(board, proof, scope="members:read")))
    for forged in (
        {**fields, "seal": ""},
        {**fields, "seal": "0" * 64},
        {**fields, "seal": "\u00fc"},
        {**fields, "request": other["request"]},
        {name: one for name, one in fields.items() if name != "seal"},
    ):
        again = await browser.post(AUTHORIZE, forged)
        assert again.status in {400, 403}
        assert "location" not in again.headers
    # The page of one person's session is no consent of another's.
    manager = await session_of(client.hiring_manager)
    again = await manager.post(AUTHORIZE, fields)
    assert (again.status, "Please decide again" in again.text) == (403, True)
    assert await count(client, AccessGrant) == 0
    assert led_to(await browser.post(AUTHORIZE, fields))["code"]


@HERE
async def test_somebody_without_a_part_learns_nothing_of_the_organisation() -> None:
    client, other = await make_client(name="Secret Client"), await make_client()
    board = await make_front_end(client)
    browser = await session_of(other.hr)
    page = await browser.get(wish(board, Proof()))
    assert page.status == 403
    assert "no part in the organisation" in page.text
    assert "Secret Client" not in page.text
    assert "Hiring board" not in page.text


@HERE
async def test_the_page_says_what_the_role_does_not_include() -> None:
    client = await make_client()
    board = await make_front_end(client)
    browser = await session_of(client.leadership)
    page = await browser.get(wish(board, Proof(), scope="insights:read candidates:read"))
    within, _, beyond = page.text.partition("It asked for this, too, and will not get it")
    assert "See the published figures" in within
    # Leadership counts interviews, which is in this scope, and sees nobody's name.
    assert "names and addresses of candidates" in within
    page = await browser.get(wish(board, Proof(), scope="insights:read members:read"))
    within, _, beyond = page.text.partition("It asked for this, too, and will not get it")
    assert "See who has which role" in beyond
    tokens = await tokens_for(board, client.leadership, scope="insights:read members:read")
    found = await ask_over_http(tokens["access_token"], WHO["query"])
    assert found["data"]["organisations"]["nodes"][0]["viewerPermissions"] == [
        "CODEBOOK_READ",
        "INSIGHTS_READ",
        "ORGANISATION_READ",
    ]


@HERE
async def test_a_confidential_application_needs_its_secret_and_the_proof() -> None:
    client = await make_client()
    board = await make_front_end(client, kind=IntegrationKind.OAUTH_CONFIDENTIAL)
    proof = Proof()
    code = await code_for(board, client.hr, proof)
    form = redemption(board, code, proof)
    answer = await send(TOKEN, form)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    unproven = {name: one for name, one in form.items() if name != "code_verifier"}
    answer = await send(TOKEN, unproven, headers=board.basic)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    tokens = (await send(TOKEN, form, headers=board.basic)).json()
    assert await is_good(tokens["access_token"])
    answer = await send(TOKEN, renewal(board, tokens["refresh_token"]))
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


@HERE
async def test_a_public_application_does_not_act_for_itself() -> None:
    client = await make_client()
    board = await make_front_end(client)
    answer = await send(TOKEN, {"grant_type": "client_credentials", "client_id": board.client_id})
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


@HERE
async def test_a_used_code_that_comes_again_takes_its_tokens_with_it() -> None:
    client = await make_client()
    board, proof = await make_front_end(client), Proof()
    form = redemption(board, await code_for(board, client.hr, proof), proof)
    tokens = (await send(TOKEN, form)).json()
    assert await is_good(tokens["access_token"])
    again = await send(TOKEN, form)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    # That was a double click; later it is a replay.
    assert await is_good(tokens["access_token"])
    used_at = AuthorizationCode.used_at - timedelta(seconds=11)
    await change(client, update(AuthorizationCode).values(used_at=used_at))
    again = await send(TOKEN, form)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert not await is_good(tokens["access_token"])
    answer = await send(TOKEN, renewal(board, tokens["refresh_token"]))
    assert answer.json()["error"] == "invalid_grant"


@HERE
async def test_codes_and_tokens_are_kept_as_hashes_and_end() -> None:
    client = await make_client()
    board, proof = await make_front_end(client), Proof()
    code = await code_for(board, client.hr, proof)

    async def look(session: Session, _viewer: Viewer) -> list[bytes]:
        codes = await session.scalars(select(AuthorizationCode.code_hash))
        tokens = await session.scalars(select(RefreshToken.token_hash))
        return [*codes, *tokens]

    assert code.encode() not in b"".join(await run(look, client.job))
    await change(
        client, update(AuthorizationCode).values(expires_at=AuthorizationCode.expires_at - _MINUTE)
    )
    late = await send(TOKEN, redemption(board, code, proof))
    assert late.json()["error"] == "invalid_grant"
    tokens = await tokens_for(board, client.hr)
    hashes = await run(look, client.job)
    assert {len(one) for one in hashes} == {32}
    assert tokens["refresh_token"].encode() not in b"".join(hashes)
    await change(client, update(RefreshToken).values(expires_at=RefreshToken.created_at))
    late = await send(TOKEN, renewal(board, tokens["refresh_token"]))
    assert late.json()["error"] == "invalid_grant"


async def test_of_five_at_once_with_one_code_one_gets_tokens(committing: AsyncEngine) -> None:
    del committing  # Being there is enough.
    client = await make_client()
    board, proof = await make_front_end(client), Proof()
    form = redemption(board, await code_for(board, client.hr, proof), proof)
    answers = await asyncio.gather(*(send(TOKEN, form) for _ in range(5)))
    assert sorted(one.status_code for one in answers) == [200, 400, 400, 400, 400]
    assert {one.json()["error"] for one in answers if one.status_code == 400} == {"invalid_grant"}
    assert await count(client, RefreshToken) == 1
    # Nobody is signed out by a double click.
    (tokens,) = [one.json() for one in answers if one.status_code == 200]
    assert await is_good(tokens["access_token"])
    form = renewal(board, tokens["refresh_token"])
    answers = await asyncio.gather(*(send(TOKEN, form) for _ in range(5)))
    assert sorted(one.status_code for one in answers) == [200, 400, 400, 400, 400]
    assert await count(client, RefreshToken) == 2
