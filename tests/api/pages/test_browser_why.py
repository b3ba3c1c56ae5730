"""The page "Why candidates decline" in a real browser: for axe, on a phone and at a desk."""

from collections.abc import AsyncIterator
from itertools import cycle

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, Page
from sqlalchemy.ext.asyncio import AsyncConnection

from api.auth.bearer import SESSION_COOKIE
from tests.api.insight_world import (
    ANONYMOUS,
    ATTRIBUTED,
    CONFIDENTIAL,
    ENGINEERING,
    FINANCE,
    answer,
    hire_for,
    make_year_old_client,
    publish,
    record_history,
)
from tests.api.pages.browsing import session_of
from tests.factories import Client

pytestmark = pytest.mark.browser

# The rule of WCAG 2.2 about the size of targets is off unless asked for.
AXE_OPTIONS = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
WIDTHS = (1280, 390)


@pytest.fixture
async def client(connection: AsyncConnection) -> Client:
    del connection  # Being there is enough: every `run()` is a savepoint of its transaction.
    client = await make_year_old_client(name="Northwind Robotics")
    await record_history(client)
    reasons = cycle(
        (
            ("PROCESS_SLOW", "OTHER_OFFER"),
            ("PANEL_UNREPRESENTATIVE", "PAY_BASE"),
            ("PAY_BASE",),
            ("COMMUNICATION_POOR", "COUNTER_OFFER"),
        )
    )
    chosen = cycle((ATTRIBUTED, CONFIDENTIAL, ANONYMOUS))
    for number in range(20):
        await answer(client, next(chosen), reasons=next(reasons), recommends=4 + number % 7)
    for _ in range(3):
        await answer(client, ATTRIBUTED, department=FINANCE)
    await hire_for(client, ENGINEERING)
    await publish(client)
    return client


@pytest.fixture
async def page(chromium: Browser, client: Client, address: str) -> AsyncIterator[Page]:
    # The page needs no script of its own; axe brings one from outside the page.
    context: BrowserContext = await chromium.new_context()
    token = (await session_of(client.hr)).token
    assert token is not None
    await context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": address}])
    yield await context.new_page()
    await context.close()


async def check(page: Page) -> None:
    """Look at a page at every width, with the parts that fold away unfolded."""
    await page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    for width in WIDTHS:
        await page.set_viewport_size({"width": width, "height": 800})
        results = await Axe().run(page, options=AXE_OPTIONS)
        assert results.response["violations"] == [], (page.url, width)
        over = await page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert over == 0, (page.url, width)


async def test_the_full_page_and_a_department_that_is_withheld(
    page: Page, client: Client, address: str
) -> None:
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text))
    await page.goto(f"{address}/console/{client.slug}")
    await page.get_by_role("link", name="Why candidates decline").click()
    await page.get_by_role("heading", name="What can be changed first").wait_for()
    # A bar is as long as its share of the axis says.
    lengths = await page.evaluate(
        """[...document.querySelectorAll('.bars .mark .value')].slice(0, 2).map(
             one => Math.round(100 * one.getBoundingClientRect().width
                               / one.parentNode.getBoundingClientRect().width))"""
    )
    assert lengths[0] >= lengths[1] > 0
    await check(page)
    await page.select_option("#segment", label=FINANCE)
    await page.get_by_role("button", name="Show").click()
    await page.get_by_role("heading", name="At least 5 answers are needed.").first.wait_for()
    assert f"segment={FINANCE}" in page.url
    await check(page)
    assert [one for one in refused if "Security Policy" in one] == []
