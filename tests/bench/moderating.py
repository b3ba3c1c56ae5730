"""How long the moderation desk takes by keyboard: a hundred texts in Chromium, each to a release.

Somebody who reads adds their own time: the goal of a hundred excerpts in half an hour leaves
eighteen seconds for each, of which this is what the desk takes.
"""

import asyncio
import shutil
import statistics
import sys
import time
from collections.abc import Callable
from typing import Final

from playwright.async_api import Page, async_playwright

from api.auth.bearer import SESSION_COOKIE
from tenants import db
from tenants.interviews.models import Confidentiality
from tests.api.excerpt_world import write
from tests.api.pages.browsing import session_of
from tests.bench.hostile import serving
from tests.factories import Client, make_client

TEXTS: Final = 100
# Every fifth has a name to take out.
_NAMED: Final = 5
_ARGUMENTS: Final = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]


def measure(report: Callable[[str, str], None]) -> None:
    """Moderate a hundred texts by keyboard; print keystrokes and seconds for each."""
    path = shutil.which("chromium")
    if path is None:
        report("the desk by keyboard", "no chromium")
        return
    with serving() as (graphql, _):
        keys, taken = asyncio.run(_moderate(graphql.removesuffix("/graphql"), path))
    report(f"{len(taken)} texts at the desk by keyboard, keystrokes for each", f"{keys:.1f}")
    report("  time of the desk for each, median", f"{statistics.median(taken):.2f} s")
    report("  the slowest", f"{max(taken):.2f} s")


async def _moderate(address: str, chromium: str) -> tuple[float, list[float]]:
    async with db.connected(pool_size=1):
        client = await _written()
        token = (await session_of(client.consultant)).token
    if token is None:
        raise LookupError
    keys, taken = 0, []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=_ARGUMENTS)
        context = await browser.new_context()
        await context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": address}])
        page = await context.new_page()
        await page.goto(f"{address}/console/{client.slug}/desk")
        for _ in range(TEXTS):
            started = time.perf_counter()
            keys += await _release(page)
            taken.append(time.perf_counter() - started)
        left = await page.get_by_text("Nothing is left to do").count()
        await browser.close()
    if not left:
        sys.exit("not every text was released")
    return keys / TEXTS, taken


async def _release(page: Page) -> int:
    """Bring the text on the desk to a released excerpt; return how many keys that took."""
    pressed = ["e"]
    await _press(page, "e")
    if await page.locator("[data-key=a]").count():
        pressed.append("a")
        await _press(page, "a")
    for key in ("1", "o", "r"):
        pressed.append(key)
        await _press(page, key)
    return len(pressed)


async def _press(page: Page, key: str) -> None:
    async with page.expect_navigation():
        await page.keyboard.press(key)


async def _written() -> Client:
    client = await make_client(languages="en")
    for number in range(TEXTS):
        words = f"It took {number + 2} weeks until anybody answered, and the pay was too low."
        if number % _NAMED == 0:
            words = f"Herr Petersen kept me waiting for {number + 2} weeks."
        await write(client, Confidentiality.CONFIDENTIAL, words)
    return client
