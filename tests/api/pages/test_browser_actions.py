"""From a published figure to an action and to the digest, in a real browser without scripts."""

from collections.abc import AsyncIterator

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page
from sqlalchemy.ext.asyncio import AsyncConnection

from api.auth.bearer import SESSION_COOKIE
from tenants.db import run
from tenants.insights.service import publish_editions
from tenants.insights.windows import months_after
from tests.api.action_world import TODAY, begin, make_action
from tests.api.insight_world import invite
from tests.api.pages.browsing import session_of
from tests.factories import Client, make_client
from tests.tenants.insights.answered import add_response, answers
from tests.tenants.insights.published import BEGAN, LAST_MONTH, age

pytestmark = pytest.mark.browser

AXE_OPTIONS = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
WIDTHS = (1280, 390)
SECOND = months_after(BEGAN, 12)


@pytest.fixture
async def client(connection: AsyncConnection) -> Client:
    del connection  # Being there is enough: every `run()` is a savepoint of its transaction.
    client = await make_client(name="Northwind Robotics")
    await run(age, client.job, client.organisation_id)
    await invite(client)
    for month, slow, count in ((BEGAN, 7, 20), (SECOND, 4, 20)):
        for number in range(count):
            factors = ("PROCESS_SLOW",) if number < slow else ("PAY_BASE",)
            await add_response(client, month, given=answers(factors=factors))
    here = {"organisation_id": client.organisation_id}
    await run(publish_editions, client.job, **here, as_of=LAST_MONTH)
    faster = await make_action(client, title="Two rounds instead of five", due_on=SECOND)
    await begin(client, faster, SECOND, months_after(SECOND, 2))
    await make_action(client, title="Long overdue", due_on=months_after(TODAY.replace(day=1), -1))
    return client


@pytest.fixture
async def page(chromium: Browser, client: Client, address: str) -> AsyncIterator[Page]:
    # The page needs no script of its own; axe brings one from outside the page.
    context = await chromium.new_context()
    token = (await session_of(client.hr)).token
    assert token is not None
    await context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": address}])
    yield await context.new_page()
    await context.close()


async def check(page: Page, name: str) -> None:
    """Look at a page at every width, with the parts that fold away unfolded."""
    await page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    for width in WIDTHS:
        await page.set_viewport_size({"width": width, "height": 800})
        results = await Axe().run(page, options=AXE_OPTIONS)
        assert results.response["violations"] == [], (name, width)
        over = await page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert over == 0, (name, width)


async def test_from_a_figure_to_an_action_to_the_digest(
    page: Page, client: Client, address: str
) -> None:
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text))
    await page.goto(f"{address}/console/{client.slug}/why")
    await page.get_by_role("link", name="Propose an action against: A process that took").click()
    # The form knows what it is about.
    assert await page.input_value("#theme") == "PROCESS_SLOW"
    assert await page.input_value("#kind") == "PROCESS_SPEED"
    await page.fill("#title", "Decide within a week")
    await page.select_option("#ownerRole", "HR")
    await check(page, "new")
    await page.get_by_role("button", name="Propose it").click()
    await page.get_by_role("heading", name="Decide within a week").wait_for()
    await page.get_by_text("It has not begun").wait_for()
    await page.get_by_role("button", name="Agree on it").click()
    await page.get_by_role("button", name="Begin").click()
    await page.fill("#text", "The first three decisions took four days.")
    await page.get_by_role("button", name="Add the note").click()
    await page.get_by_text("took four days").wait_for()
    await check(page, "action")
    # The list marks what is overdue in words and by a shape.
    await page.get_by_role("link", name="All actions").click()
    late = page.locator("li.late")
    assert await late.count() == 1
    assert "Overdue since" in await late.inner_text()
    assert await late.locator("svg.flag").count() == 1
    await check(page, "list")
    # One that is done shows its effect with the interval, which crosses nothing.
    await page.get_by_role("link", name="Two rounds instead of five").click()
    await page.get_by_text("not yet certain.").wait_for()
    crossed = await page.evaluate(
        """(() => { const [span, line] = ['.effect .row:last-child .span', '.nothing'].map(
             one => document.querySelector(one).getBoundingClientRect());
             return span.left < line.left && line.left < span.right; })()"""
    )
    assert crossed
    await check(page, "effect")
    await page.get_by_role("link", name="Digest").click()
    for title in ("Decide within a week", "Two rounds instead of five", "Long overdue"):
        await page.get_by_role("link", name=title).wait_for()
    headings = await page.locator("main h2").all_inner_texts()
    assert headings == [
        "What works",
        "What is being done",
        "What was done, and what came of it",
        "What is in your hands",
        "By mail",
    ]
    await page.get_by_role("button", name="Send me a mail").click()
    await page.get_by_role("button", name="Send me no more mails").wait_for()
    await check(page, "digest")
    assert [one for one in refused if "Security Policy" in one] == []
