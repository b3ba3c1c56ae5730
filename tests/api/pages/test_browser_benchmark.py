"""The page "Compared with peers" in a real browser: for axe, on a phone and at a desk."""

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser
from sqlalchemy.ext.asyncio import AsyncConnection

from api.auth.bearer import SESSION_COOKIE
from tests.api.pages.browsing import session_of
from tests.tenants.benchmarks.town import (
    give,
    look,
    make_firm,
    make_release,
    make_town,
    record_offers,
)

pytestmark = pytest.mark.browser

AXE_OPTIONS = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}


async def test_it_is_readable_and_drawn_in_proportion(
    chromium: Browser, connection: AsyncConnection, address: str
) -> None:
    del connection  # Being there is enough: every `run()` is a savepoint of its transaction.
    members = await make_town([0.02 * at for at in range(25)])
    one = members[5]
    # Of one metric six families give something, and the firm knows two of them.
    for member in members[:6]:
        await give(member, 0.5, metric="RENEGE_RATE")
    await record_offers(one, declined=3, accepted=12)
    _, consultant = await make_firm([one, members[4]])
    await look(members)
    await make_release()
    context = await chromium.new_context()
    token = (await session_of(consultant)).token
    assert token is not None
    await context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": address}])
    page = await context.new_page()
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text))
    await page.goto(f"{address}/console/{one.slug}/benchmark")
    await page.get_by_text("At least 5 other organisations are needed.").first.wait_for()
    share = await page.evaluate(
        """(() => { const of = name => document.querySelector(`.mark .${name}`)
             .getBoundingClientRect(), track = of('track'), median = of('peers');
             return (median.x + median.width / 2 - track.x) / track.width })()"""
    )
    assert share == pytest.approx(0.48, abs=0.01)
    await page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    for width in (1280, 390):
        await page.set_viewport_size({"width": width, "height": 800})
        results = await Axe().run(page, options=AXE_OPTIONS)
        found = [
            (one["id"], [node["html"] for node in one["nodes"]])
            for one in results.response["violations"]
        ]
        assert found == [], width
        over = await page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert over == 0, width
    assert [one for one in refused if "Security Policy" in one] == []
    await context.close()
