"""The console and the outbox in a real browser: nothing for axe to find, nothing runs over."""

from collections.abc import AsyncIterator, Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, Page
from sqlalchemy.ext.asyncio import AsyncConnection

from api.auth.bearer import SESSION_COOKIE
from tenants.access import Role, Viewer
from tenants.db import run
from tenants.members.mails import join_url
from tenants.organisations import service as organisations
from tenants.settings import get_settings
from tests.api.pages.browsing import session_of
from tests.api.pages.console_world import EVERYWHERE, World, make_world
from tests.api.posting import Greenhouse, History
from tests.factories import make_member_invitation

pytestmark = pytest.mark.browser

# The rule of WCAG 2.2 about the size of targets is off unless asked for.
AXE_OPTIONS = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
WIDTHS = (1280, 390, 320)
# What axe finds at 320 pixels it finds at 390.
INSPECTED = WIDTHS[:2]


@pytest.fixture
def outbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("OUTBOX_DIR", str(tmp_path))
    get_settings.cache_clear()
    yield tmp_path
    monkeypatch.undo()
    get_settings.cache_clear()


@pytest.fixture
async def world(connection: AsyncConnection) -> World:
    del connection  # Being there is enough: every `run()` is a savepoint of its transaction.
    world = await make_world()
    greenhouse = Greenhouse(world.client)
    await greenhouse.post(History().offer("Rejected"))
    await greenhouse.post(History().offer("Whatever"))
    return world


@pytest.fixture
async def context(chromium: Browser) -> AsyncIterator[BrowserContext]:
    context = await chromium.new_context(java_script_enabled=True)
    yield context
    await context.close()


async def sign_in(context: BrowserContext, address: str, viewer: Viewer) -> None:
    token = (await session_of(viewer)).token
    assert token is not None
    await context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": address}])


async def check(page: Page) -> None:
    """Look at a page at every width, with the parts that fold away unfolded."""
    await page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    for width in WIDTHS:
        await page.set_viewport_size({"width": width, "height": 800})
        if width in INSPECTED:
            results = await Axe().run(page, options=AXE_OPTIONS)
            assert results.response["violations"] == [], (page.url, width)
        over = await page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert over == 0, (page.url, width)


@pytest.mark.parametrize("role", [Role.CONSULTANT, Role.HR, Role.HIRING_MANAGER, Role.LEADERSHIP])
async def test_everybody_can_use_every_page(
    world: World, context: BrowserContext, address: str, role: Role
) -> None:
    await sign_in(context, address, world.client.people[role])
    page = await context.new_page()
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text))
    home = f"{address}/console/{world.client.slug}"
    paths = ["", *(f"/{name}" for name in EVERYWHERE), world.interview(world.attributed)]
    if role in {Role.CONSULTANT, Role.HR}:
        paths += ["/mails", "/log"]
    if role is Role.HR:
        paths.append("/integrations")
    for url in (*(f"{home}{path}" for path in paths), f"{address}/console/api"):
        await page.goto(url)
        await check(page)
    assert [one for one in refused if "Security Policy" in one] == []


@pytest.mark.usefixtures("world")
async def test_signing_in_takes_a_keyboard(context: BrowserContext, address: str) -> None:
    await run(
        organisations.create_person,
        Viewer.operator(),
        email="dana@client.example",
        name="Dana",
        password="correct horse",
    )
    page = await context.new_page()
    await page.goto(f"{address}/console/api")
    await check(page)
    await page.keyboard.type("dana@client.example")
    await page.keyboard.press("Tab")
    await page.keyboard.type("wrong")
    await page.keyboard.press("Enter")
    await page.get_by_role("alert").wait_for()
    await check(page)
    await page.keyboard.type("correct horse")
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"{address}/console/api")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    assert await page.evaluate("document.activeElement.id") == "main"
    await page.get_by_role("button", name="Sign out").click()
    await page.wait_for_url(f"{address}/sign-in")
    await page.goto(f"{address}/console/api")
    assert page.url.startswith(f"{address}/sign-in?next=")


async def test_the_outbox_can_be_used(
    # First, because the application looks for it when it is made.
    outbox: Path,
    address: str,
    context: BrowserContext,
) -> None:
    page = await context.new_page()
    await page.goto(f"{address}/outbox")
    await check(page)
    message = EmailMessage()
    message["To"] = "a-rather-long-address-of-a-candidate@candidates.northwind.example"
    message["Subject"] = "Your view counts"
    link = f"{address}/sign-in?{'AaB-_9' * 15}"
    message.set_content(f"Dear Ada,\n\n{link}\n")
    markup = (
        f'<p style="color:red">Dear Ada,</p><img src="{address}/pixel"><a href="{link}">{link}</a>'
    )
    message.add_alternative(markup, subtype="html")
    (outbox / "mail.eml").write_bytes(bytes(message))
    await page.reload()
    await check(page)
    await page.get_by_role("link", name="Your view counts").click()
    await page.get_by_text("The same as HTML").click()
    await check(page)
    assert await page.locator("img").count() == 0
    await page.get_by_role("link", name=link).click()
    await page.wait_for_url(link)
    async with page.expect_download() as download:
        await page.goto(f"{address}/outbox/mail")
        await page.get_by_role("link", name="Download as it was sent").click()
    assert (await download.value).suggested_filename == "mail.eml"


async def test_an_invitation_a_forgotten_password_and_the_account_can_be_used(
    world: World, context: BrowserContext, address: str
) -> None:
    one = await make_member_invitation(world.client, email="robin@client.example")
    link = join_url(world.client.organisation_id, one, 1)
    path = link.removeprefix(get_settings().public_url)
    page = await context.new_page()
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text))
    await page.goto(f"{address}/join/unknown")
    await check(page)
    await page.goto(f"{address}{path}")
    await check(page)
    await page.get_by_label("Your name").fill("Robin")
    await page.get_by_label("Choose a password").fill("a" * 12)
    await page.keyboard.press("Enter")
    await page.get_by_role("alert").wait_for()
    await check(page)
    await page.get_by_label("Choose a password").fill("a password of some length")
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"{address}/console/{world.client.slug}")
    await page.get_by_role("link", name="Robin").click()
    await page.get_by_role("heading", name="Where you are signed in").wait_for()
    await check(page)
    await page.goto(f"{address}/reset-password")
    await check(page)
    await page.get_by_label("E-mail address").fill("robin@client.example")
    await page.keyboard.press("Enter")
    await page.get_by_role("heading", name="Look into your mail").wait_for()
    await check(page)
    assert [one for one in refused if "Security Policy" in one] == []
