"""Documentation and GraphiQL in a real browser, under the strict policy."""

import json

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser

from api.auth.bearer import SESSION_COOKIE
from tests.api.pages.browsing import session_of
from tests.factories import Client, make_invited_candidate

pytestmark = pytest.mark.browser


async def test_documentation_is_readable_and_graphiql_answers(
    chromium: Browser, address: str, client: Client
) -> None:
    context = await chromium.new_context(viewport={"width": 1280, "height": 900})
    said: list[str] = []
    page = await context.new_page()
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    own = f"/i/{(await make_invited_candidate(client)).token}/protection"
    documented = ("/docs", "/docs/reference", "/docs/errors", "/docs/methodology")
    for path in (*documented, "/docs/protection", "/docs/protection?lang=de", own):
        await page.goto(address + path)
        # One part of a kind looks like another, and looking at all of them takes long.
        await page.evaluate(
            "[...document.querySelectorAll('.entry')].slice(5).map(e => e.remove())"
        )
        await page.evaluate("document.querySelectorAll('.contents li').forEach(e => e.remove())")
        results = await Axe().run(page, options={"resultTypes": ["violations"]})
        assert results.response["violations"] == [], path
        for width in (1280, 390):
            await page.set_viewport_size({"width": width, "height": 900})
            assert await page.evaluate("document.documentElement.scrollWidth") == width, path
    token = (await session_of(client.hr)).token
    assert token is not None
    await context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": address}])
    await page.set_viewport_size({"width": 1280, "height": 900})
    await page.goto(address + "/graphiql")
    await page.get_by_role("button", name="The interviews that are still open").click()
    # Until both editors show it: a new tab begins empty, and empties them a moment later.
    for words in ("OpenInterviews", client.slug):
        await page.locator(".graphiql-editors").get_by_text(words).first.wait_for()
    await page.wait_for_timeout(1_000)
    async with page.expect_response(
        lambda one: "OpenInterviews" in (one.request.post_data or "")
    ) as asked:
        await page.get_by_role("button", name="Execute query").click()
    answer = json.loads(await (await asked.value).text())
    assert "errors" not in answer, answer
    assert answer["data"]["organisation"]["interviews"]["totalCount"] == 1
    await page.get_by_text('"totalCount"').wait_for()
    assert said == []
    await context.close()
