"""The console's page of integrations, and consents: who is let in, for whom, and ending it."""

import html
import re

import pytest

from tests.api.asking import ask_over_http
from tests.api.auth.oauth_world import (
    TOKEN,
    basic,
    is_good,
    make_front_end,
    renewal,
    send,
    tokens_for,
)
from tests.api.conftest import Ask
from tests.api.pages.browsing import Page, session_of
from tests.api.world import fingerprint
from tests.factories import Client, make_client

pytestmark = pytest.mark.usefixtures("connection")

CREDENTIALS = {"grant_type": "client_credentials"}
GRANTS = """{ viewer { accessGrants { id personName integrationName organisationName scopes } }
  organisations { nodes { integrations { name grants { id personName } } } } }"""
REVOKE = """mutation ($id: ID!) { revokeAccess(input: {grantId: $id}) {
  revokedGrantId userErrors { code field } } }"""


def home(client: Client) -> str:
    return f"/console/{client.slug}/integrations"


def secret_of(page: Page) -> str:
    (found,) = re.findall(r'<p class="secret"><code>([^<]+)</code>', page.html)
    return html.unescape(found)


def ids_of(page: Page) -> list[str]:
    """Return the ids of the integrations on the page, in its order."""
    found = re.findall(
        r'name="which" value="([^"]+)">\s*<button [^>]*value="(?:dis|en)able"', page.html
    )
    return [html.unescape(one) for one in found]


async def test_from_a_new_integration_to_its_end(ask: Ask) -> None:
    client = await make_client()
    browser = await session_of(client.hr)
    page = await browser.get(home(client))
    assert page.status == 200
    assert "Integrations" in page.places()
    assert page.text.count("Greenhouse, which posts offers") == 2
    given = {"go": "create", "name": "Reporting", "kind": "OAUTH_CONFIDENTIAL", "key": "once"}
    page = await browser.post(home(client), given)
    assert (page.status, 'value="Reporting"' in page.html) == (422, True)
    given |= {"scope.offers:read": "yes", "scope.insights:read": "yes"}
    page = await browser.post(home(client), given)
    secret = secret_of(page)
    assert (page.status, page.headers["cache-control"]) == (200, "no-store")
    assert "offers:read, insights:read" in page.text
    # Sent again by mistake it makes nothing, and the secret is nowhere any more.
    page = await browser.post(home(client), given)
    assert (page.status, secret in page.html) == (422, False)
    assert page.text.count("Client identifier") == 1
    assert secret not in (await browser.get(home(client))).html
    (name,) = re.findall(r"Client identifier</dt><dd class=\"secret\"><code>([^<]+)", page.html)
    authorised = basic(html.unescape(name), secret)
    answer = await send(TOKEN, CREDENTIALS, headers=authorised)
    token = answer.json()["access_token"]
    assert await is_good(token)
    (_, reporting) = ids_of(await browser.get(home(client)))
    # A new secret, the old one beside it for a day.
    rotating = {"go": "rotate", "which": reporting, "overlap": "24", "key": "twice"}
    page = await browser.post(home(client), rotating)
    assert secret_of(page) != secret
    assert "The old secret works until" in page.text
    assert (await send(TOKEN, CREDENTIALS, headers=authorised)).status_code == 200
    page = await browser.post(home(client), {"go": "disable", "which": reporting})
    assert (page.status, page.location) == (303, home(client))
    assert "Shut out" in (await browser.get(home(client))).text
    assert not await is_good(token)
    await browser.post(home(client), {"go": "enable", "which": reporting})
    assert await is_good(token)
    events = await ask(
        client.hr,
        "query ($s: String!) { organisation(slug: $s) { auditEvents(filter: {action: ["
        "INTEGRATION_CREATED, INTEGRATION_SECRET_ROTATED, INTEGRATION_DISABLED,"
        " INTEGRATION_ENABLED]}) { nodes { action } } } }",
        s=client.slug,
    )
    told = [one["action"] for one in events["data"]["organisation"]["auditEvents"]["nodes"]]
    assert told[:4] == [
        "INTEGRATION_ENABLED",
        "INTEGRATION_DISABLED",
        "INTEGRATION_SECRET_ROTATED",
        "INTEGRATION_CREATED",
    ]


async def test_nobody_else_sees_or_changes_integrations() -> None:
    client, other = await make_client(), await make_client()
    mine = await session_of(client.hr)
    (greenhouse,) = ids_of(await mine.get(home(client)))
    asking = (client.consultant, client.hiring_manager, client.leadership, other.hr)
    browsers = [await session_of(one) for one in asking]
    before = await fingerprint(client)
    create = {"go": "create", "name": "X", "kind": "OAUTH_CONFIDENTIAL", "scope.offers:read": "yes"}
    for browser in browsers:
        assert (await browser.get(home(client))).status == 404
        for fields in (create, {"go": "disable", "which": greenhouse}):
            assert (await browser.post(home(client), fields)).status == 404
    # Of another organisation, unknown, or not from a page of ours.
    foreign = browsers[-1]
    for go in ("disable", "rotate", "revoke"):
        assert (await foreign.post(home(other), {"go": go, "which": greenhouse})).status == 422
        assert (await mine.post(home(client), {"go": go, "which": "unknown"})).status == 422
    assert (await mine.post(home(client), {**create, "kind": "UNKNOWN"})).status == 400
    assert (await mine.post(home(client), {"go": "nothing"})).status == 404
    assert (await mine.post(home(client), {**create, "csrf": "another"})).status == 403
    assert await fingerprint(client) == before


async def test_a_consent_is_seen_and_ended_by_its_person_and_by_hr(ask: Ask) -> None:
    client, other = await make_client(), await make_client()
    front_end = await make_front_end(client, scopes=["offers:read", "insights:read"])
    first = await tokens_for(front_end, client.leadership)
    seen = (await ask(client.leadership, GRANTS))["data"]
    (own,) = seen["viewer"]["accessGrants"]
    assert own == {
        "id": own["id"],
        "personName": f"Leadership of {client.slug}",
        "integrationName": "Hiring board",
        "organisationName": own["organisationName"],
        "scopes": ["offers:read", "insights:read"],
    }
    # Managers of integrations see everybody's of the organisation, others nobody's.
    listed = (await ask(client.hr, GRANTS))["data"]
    assert listed["viewer"]["accessGrants"] == []
    (integrations,) = [one["integrations"] for one in listed["organisations"]["nodes"]]
    assert [len(one["grants"]) for one in integrations] == [0, 1]
    before = await fingerprint(client)
    scoped = (await ask_over_http(first["access_token"], GRANTS))["data"]
    assert scoped["viewer"]["accessGrants"] == []
    for viewer in (client.consultant, client.hiring_manager, other.hr, other.leadership):
        assert (await ask(viewer, GRANTS))["data"]["viewer"]["accessGrants"] == []
        refused = (await ask(viewer, REVOKE, id=own["id"]))["data"]["revokeAccess"]
        assert refused["userErrors"] == [{"code": "NOT_FOUND", "field": ["grantId"]}]
    assert await fingerprint(client) == before
    # By the person, on the page of the account.
    browser = await session_of(client.leadership)
    page = await browser.get("/account")
    assert "Hiring board" in page.text
    assert "offers:read, insights:read" in page.text
    page = await browser.post("/account/consents", {"which": own["id"]})
    assert (page.status, page.location) == (303, "/account")
    assert "Hiring board" not in (await browser.get("/account")).text
    assert not await is_good(first["access_token"])
    again = await send(TOKEN, renewal(front_end, first["refresh_token"]))
    assert again.json()["error"] == "invalid_grant"
    for which in (own["id"], "nothing"):
        assert (await browser.post("/account/consents", {"which": which})).location == "/account"
    # By whoever manages integrations, on their page.
    second = await tokens_for(front_end, client.leadership)
    hr = await session_of(client.hr)
    page = await hr.get(home(client))
    assert f"Leadership of {client.slug}" in page.text
    (grant,) = (await ask(client.leadership, GRANTS))["data"]["viewer"]["accessGrants"]
    assert (await hr.post(home(client), {"go": "revoke", "which": grant["id"]})).status == 303
    assert not await is_good(second["access_token"])
