"""Machines that act for themselves: what they get, and what it is worth."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet
from sqlalchemy import select, update

from tenants.access import Viewer
from tenants.audit import AuditAction, AuditEvent
from tenants.db import run
from tenants.integrations.models import Integration
from tenants.integrations.service import (
    delete_integration,
    rotate_integration_secret,
    update_integration,
)
from tenants.integrations.signing_keys import get_signing_key
from tenants.integrations.token_models import SigningKey
from tenants.settings import get_settings
from tenants.work import Session
from tests.api.asking import ask_over_http, post
from tests.api.auth.oauth_world import (
    JWKS,
    METADATA,
    TOKEN,
    WHO,
    Machine,
    basic,
    get,
    is_good,
    make_machine,
    part,
    send,
    token_for,
)
from tests.api.world import organisation_id_of
from tests.factories import make_client, make_offer

pytestmark = pytest.mark.usefixtures("connection")

GRANT = {"grant_type": "client_credentials"}


async def test_a_machine_gets_a_token_and_is_an_integration() -> None:
    client = await make_client()
    machine = await make_machine(client, scopes=["offers:read", "insights:read"])
    answer = await send(TOKEN, GRANT, headers=machine.basic)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert {**body, "access_token": None} == {
        "token_type": "Bearer",
        "access_token": None,
        "expires_in": 600,
        "scope": "offers:read insights:read",
    }
    token = body["access_token"]
    found = await ask_over_http(token, WHO["query"])
    assert found == {
        "data": {
            "viewer": {"kind": "INTEGRATION", "name": "Reporting"},
            "organisations": {
                "nodes": [
                    {
                        "slug": client.slug,
                        "viewerPermissions": [
                            "CODEBOOK_READ",
                            "INSIGHTS_READ",
                            "OFFER_COUNT",
                            "OFFER_READ",
                            "ORGANISATION_READ",
                            "REQUISITION_READ",
                        ],
                    }
                ]
            },
        }
    }


async def test_that_a_machine_signed_in_is_in_the_log() -> None:
    client, other = await make_client(), await make_client()
    machine = await make_machine(client, scopes=["offers:read"])

    async def signed_in(session: Session, _viewer: Viewer) -> int:
        rows = await session.scalars(
            select(AuditEvent).where(AuditEvent.action == AuditAction.INTEGRATION_SIGNED_IN)
        )
        return len(rows.all())

    await token_for(machine)
    refused = await send(TOKEN, GRANT, headers=basic(machine.client_id, "not the secret"))
    assert refused.status_code == 401
    assert await run(signed_in, client.job) == 1
    assert await run(signed_in, other.job) == 0


async def test_the_token_is_one_of_rfc_9068() -> None:
    client = await make_client()
    machine = await make_machine(client, scopes=["offers:read"])
    token = await token_for(machine)
    published = (await get(JWKS)).json()
    header, claims = part(token, 0), part(token, 1)
    assert {one["kid"] for one in published["keys"]} >= {header["kid"]}
    assert all(
        set(one) == {"crv", "kty", "x", "y", "kid", "alg", "use"} for one in published["keys"]
    )
    assert header == {"alg": "ES256", "typ": "at+jwt", "kid": header["kid"]}
    now = datetime.now(UTC).timestamp()
    assert claims["exp"] - claims["iat"] == 600
    assert abs(claims["iat"] - now) < 300
    issuer = get_settings().public_url
    assert claims == {
        "iss": issuer,
        "aud": f"{issuer}/graphql",
        "sub": machine.client_id,
        "client_id": machine.client_id,
        "scope": "offers:read",
        "exp": claims["exp"],
        "iat": claims["iat"],
        "jti": claims["jti"],
    }
    read = jwt.decode(token, KeySet.import_key_set(published), algorithms=["ES256"])
    assert read.claims == claims


async def test_the_metadata_says_where_everything_is() -> None:
    said = (await get(METADATA)).json()
    issuer = get_settings().public_url
    assert said["issuer"] == issuer
    assert said["token_endpoint"] == issuer + TOKEN
    assert said["jwks_uri"] == issuer + JWKS
    assert "client_credentials" in said["grant_types_supported"]


async def test_a_machine_proves_itself_in_one_of_two_ways() -> None:
    client = await make_client()
    machine = await make_machine(client)
    posted = {**GRANT, "client_id": machine.client_id, "client_secret": machine.secret or ""}
    assert (await send(TOKEN, posted)).status_code == 200
    # What we do not know is ignored, whatever is in it and however often it comes.
    unknown = f"{urlencode(posted)}&audience=%C3%BC&resource=a&resource=b"
    assert (await send(TOKEN, unknown)).status_code == 200
    named = {**GRANT, "client_id": machine.client_id}
    assert (await send(TOKEN, named, headers=machine.basic)).status_code == 200
    for form, headers, status, error in (
        (GRANT, {}, 401, "invalid_client"),
        (named, {}, 401, "invalid_client"),
        (GRANT, basic(machine.client_id, "wrong"), 401, "invalid_client"),
        (GRANT, basic(machine.client_id, ""), 401, "invalid_client"),
        (GRANT, basic("unknown", machine.secret or ""), 401, "invalid_client"),
        ({**posted, "client_secret": "wrong"}, {}, 401, "invalid_client"),
        (posted, machine.basic, 400, "invalid_request"),
        ({**GRANT, "client_id": "another"}, machine.basic, 400, "invalid_request"),
        (GRANT, {"authorization": "Basic !!!"}, 401, "invalid_client"),
        (GRANT, {"authorization": "Bearer x"}, 401, "invalid_client"),
    ):
        answer = await send(TOKEN, form, headers=headers)
        assert (answer.status_code, answer.json()["error"]) == (status, error)
        if status == 401:
            assert answer.headers["www-authenticate"].startswith("Basic ")


async def test_a_secret_of_one_organisation_is_none_of_another() -> None:
    one, other = await make_machine(await make_client()), await make_machine(await make_client())
    answer = await send(TOKEN, GRANT, headers=basic(one.client_id, other.secret or ""))
    assert answer.json()["error"] == "invalid_client"
    query = (
        "query ($slug: String!) { organisation(slug: $slug) { name } organisations { totalCount } }"
    )
    found = await ask_over_http(await token_for(one), query, slug=other.client.slug)
    assert found == {"data": {"organisation": None, "organisations": {"totalCount": 1}}}


async def test_scopes_are_those_of_the_integration() -> None:
    client = await make_client()
    machine = await make_machine(client, scopes=["offers:read", "insights:read"])
    assert part(await token_for(machine, "insights:read"), 1)["scope"] == "insights:read"
    for scope in ("everything", "offers:read candidates:read", "offers:read,insights:read"):
        answer = await send(TOKEN, {**GRANT, "scope": scope}, headers=machine.basic)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")


async def test_a_token_records_offers_only_with_the_scope_for_it() -> None:
    client = await make_client()
    machine = await make_machine(client, scopes=["offers:read", "offers:write"])
    document = """mutation ($input: RecordOfferOutcomeInput!) { recordOfferOutcome(input: $input) {
      offer { status interview { id } } userErrors { code } } }"""
    given = {
        "organisationId": organisation_id_of(client),
        "applicationId": "one",
        "status": "DECLINED",
        "resolvedOn": "2026-01-05",
        "requisition": {"title": "Engineer"},
    }
    refused = await ask_over_http(await token_for(machine, "offers:read"), document, input=given)
    assert [one["extensions"]["code"] for one in refused["errors"]] == ["FORBIDDEN"]
    done = await ask_over_http(await token_for(machine, "offers:write"), document, input=given)
    assert done["data"], done
    assert done["data"]["recordOfferOutcome"]["offer"]["status"] == "DECLINED"
    # It is there, and not this token's to see.
    assert [one["path"][-1] for one in done["errors"]] == ["interview"]


async def _change(machine: Machine, statement: Any) -> None:
    async def send(session: Session, _viewer: Viewer) -> None:
        await session.execute(statement)

    await run(send, machine.client.job)


async def test_a_token_stops_with_its_integration() -> None:
    client = await make_client()
    machine = await make_machine(client)
    token = await token_for(machine)
    which: dict[str, Any] = machine.key
    assert await is_good(token)
    await run(update_integration, client.hr, **which, is_enabled=False)
    assert not await is_good(token)
    refused = await send(TOKEN, GRANT, headers=machine.basic)
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")
    await run(update_integration, client.hr, **which, is_enabled=True)
    assert await is_good(token)
    await run(delete_integration, client.hr, **which)
    assert not await is_good(token)
    refused = await send(TOKEN, GRANT, headers=machine.basic)
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")


async def test_a_scope_that_is_taken_away_is_lost_at_once() -> None:
    client = await make_client()
    await make_offer(client)
    machine = await make_machine(client, scopes=["offers:read", "insights:read"])
    token = await token_for(machine)
    query = "{ organisations { nodes { offers { totalCount } } } }"
    found = await ask_over_http(token, query)
    assert found["data"]["organisations"]["nodes"] == [{"offers": {"totalCount": 1}}]
    await run(
        update_integration,
        client.hr,
        **machine.key,
        scopes=["insights:read"],
    )
    found = await ask_over_http(token, query)
    assert found["data"]["organisations"]["nodes"] == [{"offers": None}]
    assert [one["extensions"]["code"] for one in found["errors"]] == ["FORBIDDEN"]


async def test_the_old_secret_counts_for_the_stated_time() -> None:
    client = await make_client()
    machine = await make_machine(client)
    which: dict[str, Any] = machine.key
    rotated = await run(rotate_integration_secret, client.hr, **which, overlap=timedelta(hours=1))
    fresh = Machine(client, machine.integration_id, rotated.secret)
    for one in (machine, fresh):
        assert (await send(TOKEN, GRANT, headers=one.basic)).status_code == 200
    await _change(machine, update(Integration).values(previous_secret_ends_at=datetime.now(UTC)))
    assert (await send(TOKEN, GRANT, headers=machine.basic)).status_code == 401
    assert (await send(TOKEN, GRANT, headers=fresh.basic)).status_code == 200


def _forged(token: str, header: dict[str, Any], claims: dict[str, Any], signature: str) -> str:
    def encoded(document: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(document).encode()).decode().rstrip("=")

    parts = token.split(".")
    return ".".join(
        (
            encoded({**part(token, 0), **header}) if header else parts[0],
            encoded({**part(token, 1), **claims}) if claims else parts[1],
            signature or parts[2],
        )
    )


async def test_a_token_that_is_not_ours_is_worth_nothing() -> None:
    client, other = await make_client(), await make_client()
    machine, foreign = await make_machine(client), await make_machine(other)
    token = await token_for(machine)
    theirs = await token_for(foreign)
    assert await is_good(token)
    key = ECKey.generate_key("P-256", {"kid": part(token, 0)["kid"]})
    header, claims = {**part(token, 0)}, part(token, 1)
    for bad in (
        _forged(token, {}, {"client_id": foreign.client_id}, ""),
        _forged(token, {}, part(theirs, 1), ""),
        _forged(token, {"alg": "none"}, {}, ""),
        _forged(token, {"alg": "HS256"}, {}, ""),
        _forged(token, {"kid": "unknown"}, {}, ""),
        _forged(token, {"kid": None}, {}, ""),
        token[:-2] + ("AA" if token[-2:] != "AA" else "BB"),
        token.rsplit(".", 1)[0] + ".",
        "..",
        "a.b.c",
        "ä.ö.ü",
        "." * 2 + "x" * 10_000,
        jwt.encode(header, claims, key, algorithms=["ES256"]),
    ):
        answer = await post(WHO, headers={"authorization": f"Bearer {bad}".encode()})
        assert answer.status_code == 401, bad
    ours = await run(get_signing_key, Viewer.operator())

    def signed(header: dict[str, Any], claims: dict[str, Any]) -> str:
        return jwt.encode(header, claims, ours, algorithms=["ES256"], default_type=None)

    assert await is_good(signed(header, {**claims, "jti": "another"}))
    past = int(datetime.now(UTC).timestamp()) - 1
    for other_claims in (
        {**claims, "exp": past},
        {**claims, "iss": "https://elsewhere.example"},
        {**claims, "aud": "https://elsewhere.example"},
        {**claims, "client_id": "unknown"},
        {name: value for name, value in claims.items() if name != "jti"},
        {name: value for name, value in claims.items() if name != "exp"},
    ):
        assert not await is_good(signed(header, other_claims))
    del header["typ"]
    for other_header in (header, {**header, "typ": "JWT"}):
        assert not await is_good(signed(other_header, claims))


async def test_the_private_part_of_a_key_is_sealed() -> None:
    await token_for(await make_machine(await make_client()))

    async def keys(session: Session, _viewer: Viewer) -> list[SigningKey]:
        return [*await session.scalars(select(SigningKey))]

    found = await run(keys, Viewer.operator())
    assert found
    for key in found:
        assert b"PRIVATE" not in key.private_key
        assert "d" not in key.public_key
    # Nobody else reads even what is public of them.
    assert await run(keys, Viewer()) == []


async def test_an_integration_sees_no_members_and_manages_nothing() -> None:
    client = await make_client()
    token = await token_for(await make_machine(client))
    found = await ask_over_http(
        token,
        "{ viewer { firm { slug } memberships { role } } organisations { nodes { viewerRole"
        " members { totalCount } integrations { name } } } }",
    )
    assert found["data"] == {
        "viewer": {"firm": None, "memberships": []},
        "organisations": {"nodes": [{"viewerRole": None, "members": None, "integrations": None}]},
    }
