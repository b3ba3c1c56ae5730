"""Signing in through a real OpenID provider in a real browser, and what comes back wrong."""

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.async_api import Browser, BrowserContext, Page
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.auth.bearer import SESSION_COOKIE
from tenants.access import Role, Viewer, ViewerKind
from tenants.audit import AuditAction, AuditEvent
from tenants.db import run
from tenants.members.mails import join_url
from tenants.organisations import providers
from tenants.organisations.providers import ProviderInput
from tenants.settings import get_settings
from tenants.work import Session
from tests.api.pages.test_console_browser import check
from tests.api.world import organisation_id_of
from tests.factories import Client, make_client, make_member_invitation
from tests.npm import installed

pytestmark = pytest.mark.browser

SECRET = "the secret of a test that is long enough"
PROGRAM = Path(__file__).with_name("openid_provider.mjs")


@pytest.fixture(scope="session")
async def issuer() -> AsyncIterator[str]:
    """Run a real provider."""
    folder = await asyncio.to_thread(installed, "oidc-provider@9.13.3")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    node = await asyncio.create_subprocess_exec(
        "node",
        str(PROGRAM),
        str(folder),
        str(port),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert node.stdout is not None
    while (line := await node.stdout.readline()) != b"ready\n":
        assert line, "the provider did not start"
    yield f"http://localhost:{port}"
    node.terminate()
    await node.wait()


@dataclass(frozen=True)
class Site:
    """The application as its people reach it, with a provider set up for one organisation."""

    client: Client
    address: str
    issuer: str
    context: BrowserContext

    @property
    def home(self) -> str:
        return f"{self.address}/console/{self.client.slug}"

    async def configure(self, *, client_id: str = "afterword", required: bool = False) -> None:
        await run(
            providers.configure_identity_provider,
            self.client.hr,
            organisation_id=self.client.organisation_id,
            given=ProviderInput(
                "Northwind ID", self.issuer, client_id, SECRET, ("client.example",), required
            ),
        )

    async def invited(self, email: str) -> str:
        one = await make_member_invitation(self.client, email=email, role=Role.HR)
        return join_url(self.client.organisation_id, one, 1)

    async def leave(self, page: Page) -> None:
        """Go to the provider by the page of the organisation."""
        await page.goto(f"{self.address}/sign-in/at/{self.client.slug}")
        await page.get_by_role("link", name="Continue with Northwind ID").click()

    async def callback(self, page: Page, email: str) -> str:
        """Return where the provider sends the browser back to, without going there."""
        await prove(page, email)
        form = page.locator("form")
        action = await form.get_attribute("action")
        asking = self.context.request
        answer = await asking.post(str(action), form={"prompt": "consent"}, max_redirects=0)
        while not (found := answer.headers["location"]).startswith(self.address):
            answer = await asking.get(found, max_redirects=0)
        return found


async def prove(page: Page, email: str) -> None:
    """Say at the provider who one is."""
    await page.locator("input[name=login]").fill(email)
    await page.locator("input[name=password]").fill("whatever")
    await page.get_by_role("button", name="Sign-in").click()
    await page.get_by_role("button", name="Continue").wait_for()


async def come_through(page: Page, email: str) -> None:
    await prove(page, email)
    await page.get_by_role("button", name="Continue").click()


def changed(address: str, **parameters: str) -> str:
    parts = urlsplit(address)
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    return parts._replace(query=urlencode(query | parameters)).geturl()


@pytest.fixture
async def site(
    connection: AsyncConnection,
    monkeypatch: pytest.MonkeyPatch,
    chromium: Browser,
    address: str,
    issuer: str,
) -> AsyncIterator[Site]:
    del connection  # Being there is enough: every `run()` is a savepoint of its transaction.
    monkeypatch.setenv("PUBLIC_URL", address)
    monkeypatch.setenv("REACH_PRIVATE_ADDRESSES", "true")
    get_settings.cache_clear()
    context = await chromium.new_context()
    site = Site(await make_client(name="Northwind Robotics"), address, issuer, context)
    await site.configure()
    yield site
    await context.close()
    monkeypatch.undo()
    get_settings.cache_clear()


async def test_an_invited_person_joins_signs_out_and_comes_back(site: Site) -> None:
    page = await site.context.new_page()
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text))
    await page.goto(await site.invited("robin@client.example"))
    await check(page)
    await page.get_by_role("link", name="Continue with Northwind ID").click()
    await come_through(page, "robin@client.example")
    await page.wait_for_url(site.home)
    await page.get_by_role("link", name="Robin of the provider").wait_for()
    # Out here, and out there by a link.
    await page.get_by_role("button", name="Sign out").click()
    await page.get_by_role("link", name="Sign out of Northwind ID").click()
    await page.get_by_role("button", name="Yes, sign me out").click()
    await page.wait_for_url(f"{site.address}/sign-in**")
    # The invitation is used up, and the identity known; the way in is found by the address.
    await page.get_by_role("link", name="Sign in with your organisation's account").click()
    await check(page)
    await page.get_by_label("Organisation, firm or e-mail address").fill("robin@client.example")
    await page.keyboard.press("Enter")
    await page.get_by_role("link", name="Continue with Northwind ID").wait_for()
    await check(page)
    await page.get_by_role("link", name="Continue with Northwind ID").click()
    await come_through(page, "robin@client.example")
    await page.wait_for_url(site.home)
    assert [one for one in refused if "Security Policy" in one] == []


@pytest.mark.parametrize(
    ("email", "words"),
    [
        ("stranger@client.example", "Ask whoever manages the members to invite you"),
        ("stranger@elsewhere.example", "Addresses like yours are not let in here"),
        ("unverified.robin@client.example", "has not verified your e-mail address"),
    ],
)
async def test_an_unknown_person_is_refused_kindly(site: Site, email: str, words: str) -> None:
    # Being a member's address is not enough: the hr of the client never bound an identity.
    page = await site.context.new_page()
    await site.leave(page)
    await come_through(page, email)
    await page.get_by_role("heading", name="You are not let in here yet").wait_for()
    assert words in await page.inner_text("main")
    await check(page)
    await page.goto(site.home)
    assert page.url.startswith(f"{site.address}/sign-in")

    # The organisation's log tells it, without saying who it was.
    async def told(session: Session, _viewer: Viewer) -> list[ViewerKind]:
        refused = AuditEvent.action == AuditAction.IDENTITY_PROVIDER_REFUSED
        return [*await session.scalars(select(AuditEvent.actor_kind).where(refused))]

    assert await run(told, site.client.job) == [ViewerKind.NOBODY]


async def test_a_wrong_state_nonce_or_flow_lets_nobody_in(site: Site) -> None:
    page = await site.context.new_page()
    await page.goto(await site.invited("robin@client.example"))
    await page.get_by_role("link", name="Continue with Northwind ID").click()
    back = await site.callback(page, "robin@client.example")
    for tampered in (
        changed(back, state="another"),
        # What was remembered is gone with the first return, whatever came back.
        back,
        changed(back, iss="https://evil.example"),
    ):
        await page.goto(tampered)
        await page.get_by_role("heading", name="That did not work").wait_for()
    await site.context.clear_cookies()
    # The nonce in what the provider signs is not the one that this browser remembers.
    answer = await site.context.request.get(
        f"{site.address}/sign-in/at/{site.client.slug}", max_redirects=0
    )
    way = (await answer.text()).split('href="/sign-in/with/')[1].split('"')[0]
    answer = await site.context.request.get(f"{site.address}/sign-in/with/{way}", max_redirects=0)
    await page.goto(changed(answer.headers["location"], nonce="another"))
    await come_through(page, "robin@client.example")
    await page.get_by_role("heading", name="That did not work").wait_for()
    await page.goto(site.home)
    assert page.url.startswith(f"{site.address}/sign-in")


async def test_an_expired_code_lets_nobody_in(site: Site) -> None:
    await site.configure(client_id="hasty")
    page = await site.context.new_page()
    await site.leave(page)
    back = await site.callback(page, "robin@client.example")
    # The provider's codes are good for one second.
    await asyncio.sleep(2.1)
    await page.goto(back)
    await page.get_by_role("heading", name="That did not work").wait_for()


REQUIRE = """mutation ($input: ConfigureIdentityProviderInput!) {
  configureIdentityProvider(input: $input) {
    identityProvider { isRequired } userErrors { code field } } }"""


async def require_provider(site: Site) -> dict[str, Any]:
    """Ask for passwords to be refused, in the session of the browser."""
    given = {
        "organisationId": organisation_id_of(site.client),
        "name": "Northwind ID",
        "issuer": site.issuer,
        "clientId": "afterword",
        "emailDomains": ["client.example"],
        "isRequired": True,
    }
    answer = await site.context.request.post(
        f"{site.address}/graphql", data={"query": REQUIRE, "variables": {"input": given}}
    )
    payload: dict[str, Any] = (await answer.json())["data"]["configureIdentityProvider"]
    return payload


async def test_a_member_with_a_password_binds_the_provider_and_requires_it(site: Site) -> None:
    page = await site.context.new_page()
    email, words = "robin@client.example", "a password of some length"
    await page.goto(await site.invited(email))
    await page.get_by_label("Your name").fill("Robin")
    await page.get_by_label("Choose a password").fill(words)
    await page.keyboard.press("Enter")
    await page.wait_for_url(site.home)
    # Nobody locks themself out: who requires the provider has to have come through it.
    assert await require_provider(site) == {
        "identityProvider": None,
        "userErrors": [{"code": "CONFLICT", "field": ["isRequired"]}],
    }
    await site.leave(page)
    await come_through(page, email)
    await page.wait_for_url(site.home)
    assert await require_provider(site) == {
        "identityProvider": {"isRequired": True},
        "userErrors": [],
    }
    await site.context.clear_cookies()
    await page.goto(f"{site.address}/sign-in")
    await page.get_by_label("E-mail address").fill(email)
    await page.get_by_label("Password", exact=True).fill(words)
    await page.keyboard.press("Enter")
    await page.get_by_role("status").wait_for()
    assert "lets you in through Northwind ID only" in await page.inner_text("main")
    await check(page)
    assert SESSION_COOKIE not in [one["name"] for one in await site.context.cookies()]
    await page.get_by_role("link", name="Continue with Northwind ID").click()
    await come_through(page, email)
    await page.wait_for_url(f"{site.address}/console**")
    await page.goto(site.home)
    assert page.url == site.home
