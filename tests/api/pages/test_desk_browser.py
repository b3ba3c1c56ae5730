"""The moderation desk in a real browser: from a text to what readers see, by keyboard alone."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, BrowserContext, Page
from sqlalchemy.ext.asyncio import AsyncConnection

from tenants.access import Role
from tests.api.excerpt_world import write
from tests.api.insight_world import (
    ANONYMOUS,
    ATTRIBUTED,
    CONFIDENTIAL,
    make_year_old_client,
    publish,
)
from tests.api.pages.test_console_browser import check, sign_in
from tests.factories import Client

pytestmark = pytest.mark.browser

TEXTS = (
    (CONFIDENTIAL, "Herr Petersen kept me waiting for four weeks. The team was lovely."),
    (CONFIDENTIAL, "Nobody answered my mails."),
)

# Selects words of the text, as a mouse does.
_SELECT = """words => {
  const walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const start = walker.currentNode.data.indexOf(words);
    if (start < 0) continue;
    getSelection().setBaseAndExtent(
      walker.currentNode, start, walker.currentNode, start + words.length);
    return;
  }
}"""


@pytest.fixture
async def client(connection: AsyncConnection) -> Client:
    del connection  # Being there is enough: every `run()` is a savepoint of its transaction.
    client = await make_year_old_client(name="Northwind Robotics")
    for confidentiality, words in TEXTS:
        await write(client, confidentiality, words)
    for number in range(5):
        await write(client, ANONYMOUS, f"The office is far out, {number + 3} stops away.")
    for number in range(3):
        await write(client, ATTRIBUTED, f"Please decide faster than in {number + 5} weeks.")
    return client


@pytest.fixture
async def context(chromium: Browser) -> AsyncIterator[BrowserContext]:
    context = await chromium.new_context()
    yield context
    await context.close()


async def press(page: Page, *keys: str) -> None:
    """Press keys that each lead to a page."""
    for key in keys:
        async with page.expect_navigation():
            await page.keyboard.press(key)


async def settle(page: Page) -> None:
    """Bring the text on the desk to a released excerpt, with a key for each step."""
    await press(page, "e")
    if await page.locator("[data-key=a]").count():
        await press(page, "a")
    await press(page, "1", "o", "r")


async def test_every_text_is_released_by_keyboard_alone(
    client: Client, context: BrowserContext, address: str
) -> None:
    await publish(client)
    await sign_in(context, address, client.consultant)
    page = await context.new_page()
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text))
    await page.goto(f"{address}/console/{client.slug}/desk")
    first = page.url
    await press(page, "j", "k")
    assert page.url == first
    await press(page, "e")
    await check(page)
    # What was typed and not kept is kept by whatever comes next.
    await page.keyboard.press("p")
    await page.keyboard.type("It took too long.")
    await page.keyboard.press("Escape")
    await press(page, "2")
    assert await page.get_by_text("In your words: It took too long.").count() == 1
    await press(page, "u")
    await press(page, "u")
    assert await page.get_by_text("In your words").count() == 0
    if await page.locator("[data-key=a]").count():
        await press(page, "a")
    await press(page, "1", "o", "r")
    for _ in range(3):
        await settle(page)
    # The others by button alone are the same; nine of them would only take time.
    assert await page.get_by_text("6 of 10 texts have something left to do").count() == 1
    await publish(client)
    for role in (Role.HR, Role.LEADERSHIP):
        await sign_in(context, address, client.people[role])
        await page.goto(f"{address}/console/{client.slug}/excerpts")
        await check(page)
        words = await page.locator("blockquote").all_inner_texts()
        assert len(words) == 4
        assert [one for one in words if "Petersen" in one] == []
    assert [one for one in refused if "Security Policy" in one] == []


async def test_words_that_are_selected_are_taken_out_by_a_key(
    client: Client, context: BrowserContext, address: str
) -> None:
    await publish(client)
    await sign_in(context, address, client.consultant)
    page = await context.new_page()
    desk = f"{address}/console/{client.slug}/desk"
    await page.goto(desk)
    # Texts lie there in no order: go on to the one that was not written for this.
    while not await page.get_by_text("Nobody answered my mails.").count():
        await press(page, "j")
    await press(page, "e")
    line = page.locator("[data-key=d]")
    # With nothing selected the key leads to the line to type in, which keeps what one types.
    await page.keyboard.press("d")
    assert await line.evaluate("one => one === document.activeElement")
    await page.keyboard.type("odd")
    assert await line.input_value() == "odd"
    await line.fill("")
    await page.keyboard.press("Escape")
    await page.evaluate(_SELECT, "my mails")
    await page.keyboard.press("d")
    assert await line.input_value() == "my mails"
    await press(page, "Enter")
    taken = page.locator(".redactions mark.out")
    assert await taken.all_inner_texts() == ["my mails"]
    shown = await page.get_by_text("Readers would get:").inner_text()
    assert "Nobody answered" in shown
    assert "my mails" not in shown
    # A key of somebody who turned them off does nothing.
    await page.keyboard.press("?")
    await page.keyboard.press("d")
    assert not await line.evaluate("one => one === document.activeElement")
