"""Refreshing, revoking and asking about tokens; and whatever else can be posted there."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any
from urllib.parse import urlencode

import httpx2
import pytest
from authlib.oauth2.rfc6749 import InvalidRequestError
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update

from api.auth.oauth_requests import ServerRequest, client_viewer, read_parameters
from tenants.access import Viewer
from tenants.audit import AuditAction, AuditEvent
from tenants.db import run
from tenants.integrations.service import update_integration
from tenants.integrations.token_models import AccessGrant, DeniedToken
from tenants.organisations.models import Membership
from tenants.settings import get_settings
from tenants.work import Session
from tests.api.auth.oauth_world import (
    AUTHORIZE,
    CALLBACK,
    INTROSPECT,
    JWKS,
    METADATA,
    REVOKE,
    TOKEN,
    Machine,
    Proof,
    basic,
    change,
    code_for,
    get,
    is_good,
    make_front_end,
    make_machine,
    part,
    redemption,
    renewal,
    send,
    token_for,
    tokens_for,
)
from tests.factories import make_client

pytestmark = pytest.mark.usefixtures("connection")


async def refresh(board: Machine, token: str, **given: str) -> httpx2.Response:
    """Ask for the next tokens."""
    return await send(TOKEN, renewal(board, token, **given))


async def test_each_refresh_token_is_good_once_and_a_replay_takes_the_family() -> None:
    client = await make_client()
    board = await make_front_end(client)
    first = await tokens_for(board, client.hr)
    second = (await refresh(board, first["refresh_token"])).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert second["scope"] == first["scope"]
    assert await is_good(second["access_token"])
    replay = await refresh(board, first["refresh_token"])
    assert (replay.status_code, replay.json()["error"]) == (400, "invalid_grant")
    # The refusal was an answer, and what it did is kept.
    late = await refresh(board, second["refresh_token"])
    assert (late.status_code, late.json()["error"]) == (400, "invalid_grant")
    assert not await is_good(first["access_token"])
    assert not await is_good(second["access_token"])

    async def events(session: Session, _viewer: Viewer) -> list[AuditEvent]:
        of_it = AuditEvent.action == AuditAction.ACCESS_REVOKED
        return [*await session.scalars(select(AuditEvent).where(of_it))]

    assert len(await run(events, client.job)) == 1


async def test_fewer_scopes_can_be_asked_for_and_more_never() -> None:
    client = await make_client()
    board = await make_front_end(client)
    tokens = await tokens_for(board, client.hr)
    more = await refresh(board, tokens["refresh_token"], scope="offers:read members:read")
    assert (more.status_code, more.json()["error"]) == (400, "invalid_scope")
    fewer = (await refresh(board, tokens["refresh_token"], scope="offers:read")).json()
    assert part(fewer["access_token"], 1)["scope"] == fewer["scope"] == "offers:read"
    whole = (await refresh(board, fewer["refresh_token"])).json()
    assert whole["scope"] == "offers:read insights:read"


async def test_what_the_application_has_lost_it_does_not_get_again() -> None:
    client = await make_client()
    board = await make_front_end(client)
    tokens = await tokens_for(board, client.hr)
    await run(update_integration, client.hr, **board.key, scopes=["insights:read"])
    again = (await refresh(board, tokens["refresh_token"])).json()
    assert again["scope"] == "insights:read"
    await run(update_integration, client.hr, **board.key, scopes=["members:read"])
    nothing = await refresh(board, again["refresh_token"])
    assert (nothing.status_code, nothing.json()["error"]) == (400, "invalid_scope")


async def test_after_half_a_year_a_person_is_asked_again() -> None:
    client = await make_client()
    board = await make_front_end(client)
    tokens = await tokens_for(board, client.hr)
    await change(client, update(AccessGrant).values(expires_at=datetime.now(UTC)))
    assert not await is_good(tokens["access_token"])
    late = await refresh(board, tokens["refresh_token"])
    assert late.json()["error"] == "invalid_grant"


async def test_a_token_is_revoked_by_the_one_who_has_it() -> None:
    client = await make_client()
    board, other = await make_front_end(client), await make_front_end(client, name="Other")
    tokens = await tokens_for(board, client.hr)
    access, renew = tokens["access_token"], tokens["refresh_token"]
    for token in (access, renew):
        refused = await send(REVOKE, {"token": token, "client_id": other.client_id})
        assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
    own = {"client_id": board.client_id}
    for token in ("unknown", "a.b.c"):
        assert (await send(REVOKE, {"token": token, **own})).status_code == 200
    assert await is_good(access)
    hinted = {"token": access, "token_type_hint": "something", **own}
    done = await send(REVOKE, hinted)
    assert (done.status_code, done.json()) == (200, {})
    assert not await is_good(access)
    assert (await send(REVOKE, hinted)).status_code == 200
    tokens = (await refresh(board, renew)).json()
    assert await is_good(tokens["access_token"])
    await send(REVOKE, {"token": tokens["refresh_token"], **own})
    assert not await is_good(tokens["access_token"])
    assert (await refresh(board, tokens["refresh_token"])).json()["error"] == "invalid_grant"
    machine = await make_machine(client)
    token = await token_for(machine)
    assert (await send(REVOKE, {"token": token})).status_code == 401
    assert (await send(REVOKE, {"token": token}, headers=machine.basic)).status_code == 200
    assert not await is_good(token)

    async def denied(session: Session, _viewer: Viewer) -> set[str]:
        return {*await session.scalars(select(DeniedToken.token_id))}

    assert await run(denied, client.job) == {part(access, 1)["jti"], part(token, 1)["jti"]}


async def introspect(machine: Machine, token: str) -> dict[str, Any]:
    """Ask what a token is worth."""
    answer = await send(INTROSPECT, {"token": token}, headers=machine.basic)
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


async def test_a_token_is_described_to_the_one_who_has_it() -> None:
    client = await make_client()
    machine, other = await make_machine(client), await make_machine(client, name="Other")
    token = await token_for(machine, "offers:read")
    said = part(token, 1)
    assert await introspect(machine, token) == {
        "active": True,
        "token_type": "Bearer",
        "scope": "offers:read",
        **{name: said[name] for name in ("client_id", "sub", "aud", "iss", "exp", "iat", "jti")},
    }
    assert await introspect(other, token) == {"active": False}
    for nothing in ("unknown", "a.b.c", token[:-4] + "AAAA"):
        assert await introspect(machine, nothing) == {"active": False}
    assert (await send(INTROSPECT, {"token": token})).status_code == 401
    await send(REVOKE, {"token": token}, headers=machine.basic)
    assert await introspect(machine, token) == {"active": False}


async def test_a_persons_tokens_are_described_for_as_long_as_they_are_good() -> None:
    client = await make_client()
    board = await make_machine(client, redirect_uris=(CALLBACK,))
    proof = Proof()
    code = await code_for(board, client.hr, proof)
    answer = await send(TOKEN, redemption(board, code, proof), headers=board.basic)
    tokens = answer.json()
    access, renew = tokens["access_token"], tokens["refresh_token"]
    said = await introspect(board, access)
    assert (said["active"], said["sub"]) == (True, str(client.hr.id))
    said = await introspect(board, renew)
    assert {**said, "exp": 0, "iat": 0} == {
        "active": True,
        "scope": "offers:read insights:read",
        "client_id": board.client_id,
        "sub": str(client.hr.id),
        "iss": get_settings().public_url,
        "exp": 0,
        "iat": 0,
    }
    assert said["exp"] - said["iat"] == timedelta(days=30).total_seconds()
    await change(client, delete(Membership).where(Membership.person_id == client.hr.id))
    assert await introspect(board, access) == {"active": False}
    assert await introspect(board, renew) == {"active": False}


async def test_the_metadata_is_that_of_rfc_8414() -> None:
    said = (await get(METADATA)).json()
    issuer = get_settings().public_url
    https = {
        name: one.replace("http://", "https://") if isinstance(one, str) else one
        for name, one in said.items()
    }
    AuthorizationServerMetadata(https).validate()
    assert said["code_challenge_methods_supported"] == ["S256"]
    assert said["response_types_supported"] == ["code"]
    assert said["authorization_response_iss_parameter_supported"] is True
    for name, path in (
        ("authorization_endpoint", AUTHORIZE),
        ("token_endpoint", TOKEN),
        ("revocation_endpoint", REVOKE),
        ("introspection_endpoint", INTROSPECT),
        ("jwks_uri", JWKS),
    ):
        assert said[name] == issuer + path


def hostile(machine: Machine) -> Iterator[tuple[bytes | str, dict[str, str]]]:
    """Return bodies and headers that no honest program sends."""
    name, secret = machine.client_id, machine.secret or ""
    form = f"grant_type=client_credentials&client_id={name}&client_secret={secret}"
    for body in (
        b"",
        b"\xff\xfe",
        b"%",
        b"grant_type",
        "grant_type=%00",
        "grant_type=%FF%FE",
        "grant_type=%ED%A0%80",
        'grant_type="',
        "grant_type=\\",
        "grant_type=" + "x" * 70_000,
        "&".join(f"a{number}=1" for number in range(200)),
        form + "&grant_type=client_credentials",
        form + "&scope=%22",
        form + "&scope=%C3%BC",
        form + "&scope=" + "a+" * 5_000,
        form.replace("client_credentials", "password"),
        form.replace("client_credentials", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
        form.replace(name, "x" * 9_000),
        form.replace(name, name[:-1]),
        "grant_type=authorization_code&code=" + "x" * 5_000 + f"&client_id={name}",
        "grant_type=refresh_token&refresh_token=%27%3B--" + f"&client_id={name}",
        "grant_type=authorization_code&code%5B%5D=x",
        '{"grant_type": "client_credentials"}',
    ):
        yield body, {}
    long = "Basic " + "A" * 9_000
    for header in ("Basic", "Basic =", "Basic 4pyT", long, "Digest x", "Basic //8="):
        yield "grant_type=client_credentials", {"authorization": header}
    yield form, basic("\u00fc", "\u00fc")
    for media in ("application/json", "multipart/form-data; boundary=x", "", "text/plain"):
        yield form, {"content-type": media}


async def test_hostile_requests_get_the_answer_of_the_rfc() -> None:
    client = await make_client()
    machine = await make_machine(client)
    for path in (TOKEN, REVOKE, INTROSPECT):
        for body, headers in hostile(machine):
            answer = await send(path, body, headers=headers)
            assert answer.status_code in {400, 401, 413}, (path, body, headers)
            error = answer.json()
            assert error["error"] in {
                "invalid_request",
                "invalid_client",
                "invalid_grant",
                "invalid_scope",
                "unsupported_grant_type",
            }
            assert set(error) <= {"error", "error_description"}
            if answer.status_code == 401:
                assert answer.headers["www-authenticate"].startswith("Basic ")
        assert (await get(path)).status_code == 405


_words = st.text(max_size=40) | st.sampled_from(
    ["client_credentials", "authorization_code", "refresh_token", "code", "S256", "offers:read"]
)


@settings(max_examples=20)
@given(
    form=st.dictionaries(
        st.sampled_from(
            [
                *("grant_type", "client_id", "client_secret", "code", "redirect_uri", "scope"),
                *("refresh_token", "code_verifier", "token", "token_type_hint", "state"),
                *("response_type", "code_challenge", "code_challenge_method"),
            ]
        ),
        _words,
    )
)
def test_no_form_is_a_bug(form: dict[str, str]) -> None:
    """Whatever is in a form, reading it either refuses or gives what the library can bear."""
    try:
        parameters = read_parameters(urlencode(form).encode())
    except InvalidRequestError:
        return
    assert all(one.isascii() and one.isprintable() and one for one in parameters.values())
    assert client_viewer(ServerRequest("POST", TOKEN, {}, parameters)) == Viewer()


async def test_hostile_addresses_show_a_page_or_lead_back() -> None:
    client = await make_client()
    board = await make_front_end(client)
    good = {
        "response_type": "code",
        "client_id": board.client_id,
        "redirect_uri": CALLBACK,
        "code_challenge": Proof().challenge,
        "code_challenge_method": "S256",
    }
    odd = ["%00", "%22", "%5C", "%FF", "%C3%BC", "x" * 9_000, "%0D%0ASet-Cookie:a=b", "", "<b>"]
    for name, value in product([*good, "state", "scope", "nonce"], odd):
        parts = {**good, name: value}
        query = "&".join(f"{key}={one}" for key, one in parts.items())
        answer = await get(f"{AUTHORIZE}?{query}")
        assert answer.status_code in {303, 400}, query
        if answer.status_code == 303:
            location = answer.headers["location"]
            assert location.startswith((f"{CALLBACK}?", "/sign-in?next="))
            assert "\r" not in location
            assert "\n" not in location
