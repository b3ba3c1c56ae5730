"""The console's page of the mails: shown, previewed, saved, and saved by nobody else."""

import re

import pytest

from tests.api.pages.browsing import Browser, Page, session_of
from tests.factories import Client, make_client

pytestmark = pytest.mark.usefixtures("connection")

BODY = "Dear {first_name}, it is about {job_title}: {link} until {closes_on}."


@pytest.fixture
async def client() -> Client:
    return await make_client(name="Acme")


def address(client: Client) -> str:
    """Return where the page is."""
    return f"/console/{client.slug}/mails"


def texts(**changes: str) -> dict[str, str]:
    """Return the fields of the texts as the page posts them."""
    fields = {
        f"{language}.{kind}.{part}": words
        for language in ("en", "de")
        for kind in ("INVITATION", "REMINDER")
        for part, words in (("subject", "From {organisation}"), ("body", BODY))
    }
    return {"based_on": "0", "go": "texts", **fields, **changes}


def field(page: Page, name: str) -> str:
    """Return the value of a line to type in."""
    found = re.search(rf'name="{re.escape(name)}" value="([^"]*)"', page.html)
    assert found is not None
    return found[1]


async def test_hr_previews_and_saves_texts(client: Client) -> None:
    browser = await session_of(client.hr)
    page = await browser.get(address(client))
    assert page.status == 200
    assert "The standard texts are in force." in page.text
    assert field(page, "en.INVITATION.subject") == "Your view would help {organisation} improve"
    # A preview saves nothing and keeps what was typed.
    shown = await browser.post(address(client), texts(go="preview"))
    assert shown.status == 200
    assert "Dear Robin, it is about Engineer: http://127.0.0.1:8000/i/... until" in shown.text
    assert "From Acme" in shown.text
    assert field(shown, "de.REMINDER.subject") == "From {organisation}"
    assert "The standard texts are in force." in (await browser.get(address(client))).text
    assert (await browser.post(address(client), texts())).location == address(client)
    assert "Version 1 is in force." in (await browser.get(address(client))).text
    # Whoever began earlier is told, and loses nothing.
    stale = await browser.post(address(client), texts(**{"en.INVITATION.subject": "Mine"}))
    assert (stale.status, field(stale, "en.INVITATION.subject")) == (422, "Mine")
    assert "Somebody wrote version 1 meanwhile." in stale.text


@pytest.mark.parametrize("go", ["preview", "texts"])
async def test_a_text_that_will_not_do_is_not_saved(client: Client, go: str) -> None:
    browser = await session_of(client.consultant)
    page = await browser.post(
        address(client), texts(go=go, **{"en.INVITATION.body": "Dear {first_name}, {pay}"})
    )
    assert page.status == 422
    assert "placeholder" in page.text or "Nothing fills in {pay}" in page.text
    assert "Dear {first_name}, {pay}" in page.text


async def test_times_are_saved(client: Client) -> None:
    browser = await session_of(client.hr)
    given = {
        "go": "timing",
        "revision": "0",
        "delay_hours": "48",
        "first_reminder": "7",
        "second_reminder": "",
        "quiet_from": "20",
        "quiet_to": "8",
        "time_zone": "Europe/Berlin",
    }
    assert (await browser.post(address(client), given)).location == address(client)
    page = await browser.get(address(client))
    assert (field(page, "delay_hours"), field(page, "first_reminder")) == ("48", "7")
    assert '<option value="20" selected>20:00</option>' in page.html
    for wrong, words in (
        ({"quiet_to": ""}, "Quiet hours have a beginning and an end"),
        ({"delay_hours": "soon"}, "The delay is 0 to 720 hours."),
        ({"time_zone": "Berlin"}, "A time zone is given by its IANA name"),
        ({"revision": "0", "delay_hours": "1"}, "Somebody changed these settings meanwhile."),
    ):
        refused = await browser.post(address(client), {**given, "revision": "1", **wrong})
        assert (refused.status, words in refused.text) == (422, True)


async def test_nobody_else_sees_or_changes_it(client: Client) -> None:
    other = await make_client()
    for viewer in (client.hiring_manager, client.leadership, other.hr):
        browser = await session_of(viewer)
        assert (await browser.get(address(client))).status == 404
        assert (await browser.post(address(client), texts())).status == 404
    browser = await session_of(client.hr)
    page = await browser.post(address(client), {**texts(), "csrf": "x"})
    assert (page.status, "nothing was saved" in page.text) == (403, True)
    stranger = Browser()
    assert (await stranger.post(address(client), texts())).location.startswith("/sign-in")
    assert "The standard texts are in force." in (await browser.get(address(client))).text
