"""Holding an interview in a real browser: saved as it goes, and nothing lost without connection."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, BrowserContext, Page, Route

from tenants.db import run
from tenants.interviews.sittings import get_guided_interview
from tests.api.pages.test_console_browser import check, sign_in
from tests.api.pages.test_talking import talk_of
from tests.conversing import make_conversation
from tests.factories import Client, Invited, make_invited_candidate

pytestmark = pytest.mark.browser


@pytest.fixture
async def context(chromium: Browser) -> AsyncIterator[BrowserContext]:
    context = await chromium.new_context()
    yield context
    await context.close()


async def notes_of(invited: Invited) -> dict[str, str]:
    guided = await run(
        get_guided_interview,
        invited.client.consultant,
        organisation_id=invited.client.organisation_id,
        interview_id=invited.interview_id,
    )
    assert guided is not None
    return dict(guided.notes)


async def told(page: Page, words: str) -> None:
    """Wait until the page says something about saving."""
    await page.locator("[data-state]", has_text=words).wait_for()


async def test_an_interview_goes_on_through_a_broken_connection(
    client: Client, context: BrowserContext, address: str
) -> None:
    invited = await make_invited_candidate(client)
    await make_conversation(invited)
    await sign_in(context, address, client.consultant)
    page = await context.new_page()
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text))
    for path in (f"/console/{client.slug}/conversations", talk_of(invited), f"/i/{invited.token}"):
        await page.goto(f"{address}{path}")
        await check(page)
    await page.get_by_role("link", name="I would rather talk").click()
    await check(page)
    await page.goto(f"{address}{talk_of(invited)}")
    await page.get_by_role("button", name="Begin now").click()
    await page.wait_for_url("**/guide/*")
    await page.goto(f"{address}{talk_of(invited)}/guide/decision")
    await check(page)
    note = page.locator("textarea[name='note.main_reason']")
    await note.fill("Before the break")
    await told(page, "Saved.")
    assert (await notes_of(invited))["main_reason"] == "Before the break"

    # The server is gone, and so is the answer of a save that did arrive.
    answers: list[object] = []

    async def lose(route: Route) -> None:
        if not answers:
            answers.append(await route.fetch())
        await route.abort()

    await page.route("**/guide/decision", lose)
    await note.fill("Said while the line was broken")
    await told(page, "No connection.")
    await page.locator("textarea[name='note.']").fill("And this, too")
    # A button waits instead of leaving a page that is not saved.
    await page.get_by_role("button", name="Save and go on").click()
    await page.wait_for_timeout(300)
    assert page.url.endswith("/guide/decision")
    await page.unroute("**/guide/decision")
    await page.wait_for_url(lambda url: not url.endswith("/guide/decision"))
    kept = await notes_of(invited)
    assert kept["main_reason"] == "Said while the line was broken"
    assert kept[""] == "And this, too"
    await page.goto(f"{address}{talk_of(invited)}/guide/read-out-and-send")
    await check(page)
    assert [one for one in refused if "Security Policy" in one] == []


async def test_two_devices_do_not_overwrite_each_other(
    client: Client, context: BrowserContext, address: str
) -> None:
    invited = await make_invited_candidate(client)
    await sign_in(context, address, client.consultant)
    page = await context.new_page()
    await page.goto(f"{address}{talk_of(invited)}")
    await page.get_by_role("button", name="Begin now").click()
    await page.wait_for_url("**/guide/*")
    # The same person goes on somewhere else; what the first window still shows overwrites nothing.
    other = await context.new_page()
    await other.goto(f"{address}{talk_of(invited)}/guide/decision")
    again = other.locator("textarea[name='note.main_reason']")
    stale = await context.new_page()
    await stale.goto(f"{address}{talk_of(invited)}/guide/decision")
    await again.fill("From the other device")
    await told(other, "Saved.")
    await stale.locator("textarea[name='note.main_reason']").fill("From the first window")
    await told(stale, "Changed meanwhile")
    assert (await notes_of(invited))["main_reason"] == "From the other device"
    await stale.get_by_role("button", name="Save", exact=True).click()
    await stale.get_by_text("Note saved elsewhere: ").first.wait_for(state="attached", timeout=5000)
    await check(stale)


async def test_offline_is_waited_out(client: Client, context: BrowserContext, address: str) -> None:
    invited = await make_invited_candidate(client)
    await sign_in(context, address, client.consultant)
    page = await context.new_page()
    await page.goto(f"{address}{talk_of(invited)}")
    await page.get_by_role("button", name="Begin now").click()
    await page.wait_for_url("**/guide/*")
    await context.set_offline(True)
    await page.locator("textarea[name='note.']").fill("Offline words")
    await told(page, "No connection.")
    await context.set_offline(False)
    await told(page, "Saved.")
    assert (await notes_of(invited))[""] == "Offline words"
