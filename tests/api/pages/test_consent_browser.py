"""The consent page in a real browser: nothing for axe to find, and it leads back."""

from urllib.parse import parse_qs, urlsplit

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Route

from api.auth.bearer import SESSION_COOKIE
from tests.api.auth.oauth_world import CALLBACK, Proof, make_front_end, wish
from tests.api.pages.browsing import session_of
from tests.factories import make_client

pytestmark = pytest.mark.browser

AXE_OPTIONS = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}


async def test_a_person_allows_an_application_without_javascript(
    chromium: Browser, address: str
) -> None:
    client = await make_client(name="Northwind Robotics")
    board = await make_front_end(client)
    token = (await session_of(client.hr)).token
    assert token is not None
    wanted = address + wish(board, Proof(), scope="offers:read insights:read members:read")
    context = await chromium.new_context(java_script_enabled=True)
    await context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": address}])
    page = await context.new_page()
    for width in (1280, 320):
        await page.set_viewport_size({"width": width, "height": 900})
        await page.goto(wanted)
        results = await Axe().run(page, options=AXE_OPTIONS)
        assert results.violations_count == 0, results.generate_report()
        overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert await page.evaluate(overflow) == 0
    await context.close()
    context = await chromium.new_context(java_script_enabled=False)
    await context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": address}])
    page = await context.new_page()
    arrived: list[str] = []

    async def answer(route: Route) -> None:
        arrived.append(route.request.url)
        await route.fulfill(status=200, body="back", content_type="text/plain")

    # The policy of the page lets its form lead there and nowhere else.
    await page.route(f"{CALLBACK}**", answer)
    await page.goto(wanted)
    await page.get_by_role("button", name="Allow", exact=True).click()
    await page.wait_for_url(f"{CALLBACK}**")
    (url,) = arrived
    assert set(parse_qs(urlsplit(url).query)) == {"code", "state", "iss"}
    await context.close()
