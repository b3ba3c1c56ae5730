"""Machines that are let in, changed, given new secrets and removed, by those who may."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from api.relay import decode_id, encode_id
from tenants import read_graph
from tenants.access import Role, Viewer, ViewerKind
from tenants.audit import AuditAction, AuditEvent
from tenants.db import run
from tenants.errors import InvalidInput
from tenants.integrations.addresses import checked_redirect_uris
from tenants.integrations.models import Integration, IntegrationKind
from tenants.integrations.queries import list_signing_secrets
from tenants.integrations.scopes import SCOPES, Scope, is_for_machines
from tenants.integrations.service import hash_secret, intake_url
from tenants.keys import Purpose
from tenants.reading import Key
from tenants.tokens import read_token
from tenants.work import Session
from tests.api.asking import site
from tests.api.conftest import Ask
from tests.api.world import fingerprint, organisation_id_of
from tests.factories import GREENHOUSE_SECRET, Client, make_client

FIELDS = """integration { id name kind isEnabled scopes redirectUris clientId intakeUrl
  previousSecretEndsAt createdAt } secret"""


def document(name: str, fields: str = FIELDS) -> str:
    """Return a mutation with everything that its payload has."""
    kind = name[0].upper() + name[1:]
    return (
        f"mutation ($input: {kind}Input!) {{ {name}(input: $input) {{"
        f" {fields} userErrors {{ code field message }} }} }}"
    )


async def change(ask: Ask, viewer: Viewer, operation: str, /, **given: Any) -> dict[str, Any]:
    """Return the payload of a mutation about integrations."""
    fields = FIELDS
    if operation == "deleteIntegration":
        fields = "integrationId"
    elif operation == "updateIntegration":
        fields = FIELDS.removesuffix(" secret")
    answer = await ask(viewer, document(operation, fields), input=given)
    assert "errors" not in answer, answer
    payload: dict[str, Any] = answer["data"][operation]
    return payload


async def create(ask: Ask, client: Client, **given: Any) -> dict[str, Any]:
    """Return the payload of createIntegration, asked by HR."""
    asked = {
        "organisationId": organisation_id_of(client),
        "kind": "OAUTH_CONFIDENTIAL",
        "name": "Reporting",
        "scopes": ["offers:read"],
        **given,
    }
    return await change(ask, client.hr, "createIntegration", **asked)


async def kept(client: Client) -> Mapping[str, Integration]:
    """Return what the database holds of the integrations, by name."""

    async def read(session: Session, _viewer: Viewer) -> dict[str, Integration]:
        return {one.name: one for one in await session.scalars(select(Integration))}

    return await run(read, client.job)


@pytest.mark.usefixtures("connection")
async def test_a_machine_is_let_in_and_its_secret_kept_as_a_hash(ask: Ask) -> None:
    client = await make_client()
    made = await create(ask, client, scopes=["insights:read", "offers:read", "offers:read"])
    shown, secret = made["integration"], made["secret"]
    assert made["userErrors"] == []
    assert len(secret) == 43
    assert shown["scopes"] == ["offers:read", "insights:read"]
    assert (shown["name"], shown["kind"], shown["isEnabled"]) == (
        "Reporting",
        "OAUTH_CONFIDENTIAL",
        True,
    )
    assert (shown["intakeUrl"], shown["redirectUris"], shown["previousSecretEndsAt"]) == (
        None,
        [],
        None,
    )
    decoded = decode_id(shown["id"])
    assert decoded is not None
    token = read_token(Purpose.CLIENT, shown["clientId"])
    assert token is not None
    assert (token.organisation_id, token.subject_id) == decoded[1]
    row = (await kept(client))["Reporting"]
    assert row.secret == hash_secret(secret)
    listed = await ask(
        client.hr,
        "query ($slug: String!) { organisation(slug: $slug) { integrations { name kind } } }",
        slug=client.slug,
    )
    assert listed["data"]["organisation"]["integrations"] == [
        {"name": "Greenhouse", "kind": "GREENHOUSE"},
        {"name": "Reporting", "kind": "OAUTH_CONFIDENTIAL"},
    ]


@pytest.mark.usefixtures("connection")
async def test_a_public_one_has_no_secret_and_an_intake_an_address(ask: Ask) -> None:
    client = await make_client()
    given = {
        "kind": "OAUTH_PUBLIC",
        "name": "Front-end",
        "scopes": ["members:read"],
        "redirectUris": ["https://app.example/callback", "http://127.0.0.1:5173/"],
        "idempotencyKey": "public",
    }
    public = await create(ask, client, **given)
    assert (public["secret"], public["userErrors"]) == (None, [])
    again = await create(ask, client, **given)
    assert again == public
    intake = await create(
        ask, client, kind="GREENHOUSE", name="Greenhouse 2", scopes=None, redirectUris=None
    )
    assert intake["integration"]["clientId"] is None
    decoded = decode_id(intake["integration"]["id"])
    assert decoded is not None
    assert intake["integration"]["intakeUrl"] == intake_url(IntegrationKind.GREENHOUSE, *decoded[1])
    secrets = await run(
        list_signing_secrets,
        _intake(client),
        organisation_id=client.organisation_id,
        integration_id=decoded[1].id,
        kind=IntegrationKind.GREENHOUSE,
    )
    assert secrets == [intake["secret"]]
    assert intake["secret"].encode() not in ((await kept(client))["Greenhouse 2"].secret)


def _intake(client: Client) -> Viewer:
    return Viewer(ViewerKind.INTEGRATION, roles={client.organisation_id: Role.INTAKE})


@pytest.mark.usefixtures("connection")
async def test_a_repetition_makes_nothing_and_shows_no_secret(ask: Ask) -> None:
    client = await make_client()
    first = await create(ask, client, idempotencyKey="once")
    before = await fingerprint(client)
    again = await create(ask, client, idempotencyKey="once")
    assert (again["integration"], again["secret"]) == (first["integration"], None)
    assert [(one["code"], one["field"]) for one in again["userErrors"]] == [
        ("SECRET_ALREADY_SHOWN", ["idempotencyKey"])
    ]
    assert await fingerprint(client) == before
    which = {"integrationId": first["integration"]["id"], "idempotencyKey": "rotated"}
    rotated = await change(ask, client.hr, "rotateIntegrationSecret", **which)
    assert rotated["userErrors"] == []
    assert rotated["secret"] not in {None, first["secret"]}
    before = await fingerprint(client)
    repeated = await change(ask, client.hr, "rotateIntegrationSecret", **which)
    assert repeated["secret"] is None
    assert repeated["userErrors"][0]["code"] == "SECRET_ALREADY_SHOWN"
    assert await fingerprint(client) == before


async def test_of_five_at_once_with_one_key_one_shows_the_secret(
    ask: Ask, committing: AsyncEngine
) -> None:
    del committing  # Being there is enough.
    client = await make_client()
    made = await asyncio.gather(*(create(ask, client, idempotencyKey="five") for _ in range(5)))
    assert len({one["integration"]["id"] for one in made}) == 1
    assert len([one for one in made if one["secret"]]) == 1
    assert len(await kept(client)) == 2


IMPOSSIBLE: list[tuple[dict[str, Any], str]] = [
    ({"name": " "}, "name"),
    ({"name": "x" * 101}, "name"),
    ({"name": "two\nlines"}, "name"),
    ({"scopes": []}, "scopes"),
    ({"scopes": ["offers:read", "everything"]}, "scopes"),
    ({"scopes": ["members:read"]}, "scopes"),
    ({"kind": "GREENHOUSE"}, "scopes"),
    (
        {"kind": "GREENHOUSE", "scopes": [], "redirectUris": ["https://a.example"]},
        "redirectUris",
    ),
    ({"kind": "OAUTH_PUBLIC"}, "redirectUris"),
    ({"redirectUris": [f"https://a.example/{n}" for n in range(21)]}, "redirectUris"),
    ({"idempotencyKey": ""}, "idempotencyKey"),
]


@pytest.mark.usefixtures("connection")
async def test_what_cannot_be_is_refused_and_changes_nothing(ask: Ask) -> None:
    client = await make_client()
    before = await fingerprint(client)
    for given, field in IMPOSSIBLE:
        refused = await create(ask, client, **given)
        assert (refused["integration"], refused["secret"]) == (None, None)
        assert [(one["code"], one["field"]) for one in refused["userErrors"]] == [
            ("INVALID_INPUT", [field])
        ]
    assert await fingerprint(client) == before


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "http://a.example/cb",
        "https://a.example/cb#fragment",
        "https://user@a.example/cb",
        "https://*.example/cb",
        "https:///cb",
        "https://a.example:port/",
        "https://[::1/",
        "https://a.example/\u00fc",
        "https://a.example/a b",
        "https://a.example/\\",
        'https://a.example/"',
        "https://a.example/\n",
        "javascript:alert(1)",
        "com.example.app:/cb",
        "//a.example/cb",
        "https://a.example/" + "x" * 500,
        "http://127.0.0.1.example/",
    ],
)
def test_a_redirect_address_leads_to_one_place(bad: str) -> None:
    fine = ["https://fine.example/cb?a=b", "http://localhost:8080/", "http://[::1]/", "https://a"]
    assert checked_redirect_uris([*fine, *fine], field="redirectUris") == fine
    with pytest.raises(InvalidInput):
        checked_redirect_uris([*fine, bad], field="redirectUris")


@pytest.mark.usefixtures("connection")
async def test_the_old_secret_of_an_intake_counts_for_the_stated_time(ask: Ask) -> None:
    client = await make_client()
    which = encode_id(read_graph.INTEGRATION, Key(client.organisation_id, client.integration_id))

    async def good() -> list[str]:
        return await run(
            list_signing_secrets,
            _intake(client),
            organisation_id=client.organisation_id,
            integration_id=client.integration_id,
            kind=IntegrationKind.GREENHOUSE,
        )

    assert await good() == [GREENHOUSE_SECRET]
    rotated = await change(
        ask, client.hr, "rotateIntegrationSecret", integrationId=which, overlapHours=2
    )
    ends_at = datetime.fromisoformat(rotated["integration"]["previousSecretEndsAt"])
    assert abs(ends_at - datetime.now(UTC) - timedelta(hours=2)) < timedelta(minutes=5)
    assert await good() == [rotated["secret"], GREENHOUSE_SECRET]

    async def let_it_end(session: Session, _viewer: Viewer) -> None:
        await session.execute(update(Integration).values(previous_secret_ends_at=datetime.now(UTC)))

    await run(let_it_end, client.job)
    assert await good() == [rotated["secret"]]
    at_once = await change(ask, client.hr, "rotateIntegrationSecret", integrationId=which)
    assert at_once["integration"]["previousSecretEndsAt"] is None
    assert await good() == [at_once["secret"]]
    for hours in (-1, 721):
        refused = await change(
            ask, client.hr, "rotateIntegrationSecret", integrationId=which, overlapHours=hours
        )
        assert refused["userErrors"][0]["field"] == ["overlapHours"]
        assert await good() == [at_once["secret"]]


@pytest.mark.usefixtures("connection")
@pytest.mark.parametrize("how", ["disabled", "deleted"])
async def test_an_intake_that_is_shut_out_looks_unknown(ask: Ask, how: str) -> None:
    client = await make_client()
    which = encode_id(read_graph.INTEGRATION, Key(client.organisation_id, client.integration_id))
    address = intake_url(IntegrationKind.GREENHOUSE, client.organisation_id, client.integration_id)

    async def post() -> int:
        async with site() as http:
            return (await http.post(address, content=b"{}")).status_code

    assert await post() == 401
    if how == "disabled":
        await change(ask, client.hr, "updateIntegration", integrationId=which, isEnabled=False)
    else:
        await change(ask, client.hr, "deleteIntegration", integrationId=which)
    assert await post() == 404
    if how == "disabled":
        await change(ask, client.hr, "updateIntegration", integrationId=which, isEnabled=True)
        assert await post() == 401
        return
    row = (await kept(client))["Greenhouse"]
    assert (row.secret, row.previous_secret) == (b"", None)
    for name in ("updateIntegration", "rotateIntegrationSecret", "deleteIntegration"):
        gone = await change(ask, client.hr, name, integrationId=which)
        assert [one["code"] for one in gone["userErrors"]] == ["NOT_FOUND"]
    answer = await ask(client.hr, "query ($id: ID!) { node(id: $id) { id } }", id=which)
    assert answer == {"data": {"node": None}}


@pytest.mark.usefixtures("connection")
async def test_what_is_left_out_of_a_change_stays(ask: Ask) -> None:
    client = await make_client()
    made = await create(ask, client, redirectUris=["https://a.example/cb"])
    which = {"integrationId": made["integration"]["id"]}
    changed = await change(ask, client.hr, "updateIntegration", **which, name="Renamed")
    assert changed["integration"] == {**made["integration"], "name": "Renamed"}
    changed = await change(ask, client.hr, "updateIntegration", **which, scopes=["members:read"])
    assert changed["integration"]["scopes"] == ["members:read"]
    # Without an address nobody could use what is for people only.
    before = await fingerprint(client)
    refused = await change(ask, client.hr, "updateIntegration", **which, redirectUris=[])
    assert refused["userErrors"][0]["field"] == ["scopes"]
    assert await fingerprint(client) == before


@pytest.mark.usefixtures("connection")
async def test_every_change_is_in_the_log(ask: Ask) -> None:
    client = await make_client()
    made = await create(ask, client)
    which = {"integrationId": made["integration"]["id"]}
    await change(ask, client.hr, "updateIntegration", **which, name="Renamed", isEnabled=False)
    await change(ask, client.hr, "updateIntegration", **which, isEnabled=False)
    await change(ask, client.hr, "updateIntegration", **which, isEnabled=True)
    await change(ask, client.hr, "rotateIntegrationSecret", **which)
    await change(ask, client.hr, "deleteIntegration", **which)

    async def read(session: Session, _viewer: Viewer) -> list[AuditAction]:
        events = await session.scalars(
            select(AuditEvent).where(AuditEvent.actor_id == client.hr.id).order_by(AuditEvent.id)
        )
        found = list(events)
        assert len({one.subject for one in found}) == 1
        return [one.action for one in found]

    assert await run(read, client.job) == [
        AuditAction.INTEGRATION_CREATED,
        AuditAction.INTEGRATION_CHANGED,
        AuditAction.INTEGRATION_DISABLED,
        AuditAction.INTEGRATION_ENABLED,
        AuditAction.INTEGRATION_SECRET_ROTATED,
        AuditAction.INTEGRATION_DELETED,
    ]


def test_every_scope_says_what_it_allows_and_who_may_use_it() -> None:
    assert set(SCOPES) == set(Scope)
    assert all(one.words.endswith(".") and one.permissions for one in SCOPES.values())
    assert [one.value for one in Scope if not is_for_machines(one)] == [
        "requisitions:write",
        "actions:write",
        "members:read",
        "operations:read",
    ]
