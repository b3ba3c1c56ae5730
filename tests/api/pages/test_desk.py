"""The moderation desk without script, and what its page says to those who have none."""

import re
from dataclasses import replace
from html import unescape

import pytest

from tenants.access import Role
from tests.api.conftest import Ask
from tests.api.excerpt_world import desk as texts_of
from tests.api.excerpt_world import take, write
from tests.api.insight_world import CONFIDENTIAL
from tests.api.pages.browsing import Browser, Page, session_of
from tests.factories import Client, make_client

pytestmark = pytest.mark.usefixtures("connection")

WORDS = "Herr Petersen kept me waiting. The team was lovely."


def hidden(page: Page) -> dict[str, str]:
    """Return the hidden fields of the last form of the page."""
    form = page.html[page.html.rindex("<form method") :]
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form)
    return {name: unescape(value) for name, value in found if name != "csrf"}


async def step(browser: Browser, desk: str, page: Page, step: str, **more: str) -> Page:
    """Press a button of the last form, and follow where it leads."""
    answer = await browser.post(desk, {**hidden(page), "step": step, **more})
    return answer if answer.status != 303 else await browser.get(answer.location)


async def make(words: str = WORDS) -> tuple[Client, Browser, str, Page]:
    client = await make_client(name="Northwind Robotics")
    await write(client, CONFIDENTIAL, words)
    browser = await session_of(client.consultant)
    desk = f"/console/{client.slug}/desk"
    first = await browser.get(desk)
    return client, browser, desk, await browser.get(first.location)


async def test_a_piece_is_released_by_buttons_alone() -> None:
    client, browser, desk, page = await make()
    assert "1 of 1 texts have something left to do" in page.text
    page = await step(browser, desk, page, "make", piece="0-30")
    assert "Herr Petersen" in page.text
    refused = await step(browser, desk, page, "release")
    assert refused.status == 409
    assert "Decide first whether to take out “Herr Petersen”." in refused.text
    page = await step(browser, desk, page, "accept")
    missed = await step(browser, desk, page, "add", out="lovely")
    assert (missed.status, "These words are not in the excerpt." in missed.text) == (409, True)
    page = await step(browser, desk, page, "add", out="waiting")
    assert "Readers would get: [name] kept me [name]." in page.text
    page = await step(browser, desk, page, "undo")
    page = await step(browser, desk, page, "theme:PROCESS_SLOW")
    assert "Readers would get: [name] kept me waiting." in page.text
    # Words that were typed are kept by whatever button is pressed.
    page = await step(browser, desk, page, "route:HR", paraphrase="It took long.")
    assert "Readers would get: It took long." in page.text
    page = await step(browser, desk, page, "undo")
    page = await step(browser, desk, page, "undo")
    assert "Readers would get: [name] kept me waiting." in page.text
    page = await step(browser, desk, page, "release")
    assert "Nothing is left to do" in page.text
    again = await browser.get((await browser.get(f"{desk}?show=all")).location)
    assert "Readers get: [name] kept me waiting." in again.text
    assert "Waits for enough people" in again.text
    page = await step(browser, desk, again, "withhold")
    assert "Withheld" in (await browser.get((await browser.get(f"{desk}?show=all")).location)).text
    assert client.slug in desk


async def test_what_was_not_posted_from_the_page_does_nothing() -> None:
    client, browser, desk, page = await make()
    foreign = await browser.post(
        desk, {**hidden(page), "step": "make"}, sec_fetch_site="cross-site"
    )
    assert foreign.status == 403
    assert "nothing was done" in foreign.text
    stale = await browser.post(desk, {**hidden(page), "step": "make", "csrf": "another"})
    assert stale.status == 403
    assert "1 of 1 texts" in (await browser.get((await browser.get(desk)).location)).text
    nonsense = await browser.post(desk, {**hidden(page), "step": "burn"})
    assert nonsense.status in {303, 404}
    for role in (Role.HR, Role.HIRING_MANAGER, Role.LEADERSHIP):
        other = await session_of(client.people[role])
        shown = await other.get(desk)
        assert "Your role does not moderate" in shown.text
        assert "Petersen" not in shown.text
        assert "Desk" not in shown.places()
        answer = await other.post(desk, {**hidden(page), "step": "make"})
        assert "Petersen" not in answer.text
    assert "Excerpt 1" not in (await browser.get((await browser.get(desk)).location)).text


async def test_a_second_coder_sees_no_themes_and_is_compared(ask: Ask) -> None:
    client, browser, desk, page = await make()
    await step(browser, desk, page, "make", piece="0-30")
    (text,) = await texts_of(ask, client.consultant, client)
    colleague = replace(client.consultant, id=client.leadership.id)
    given = {"excerptId": text["excerpts"][0]["id"], "themes": ["PROCESS_SLOW"]}
    await take(ask, colleague, "codeExcerpt", **given)
    page = await browser.get((await browser.get(f"{desk}?show=second")).location)
    assert "No excerpt has been coded by two people yet." in page.text
    assert "Keep as second coder" in page.text
    assert "aria-pressed" not in page.html
    await step(browser, desk, page, "second", chosen="PROCESS_SLOW")
    page = await browser.get((await browser.get(desk)).location)
    assert "Two coders: Over 1 excerpts, kappa is 1.00" in page.text
