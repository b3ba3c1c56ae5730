"""The console's pages for those who hold interviews, without JavaScript, and "I'd rather talk"."""

import html
import re
from datetime import UTC, datetime, timedelta

import pytest

from tenants.access import Role
from tenants.db import run
from tenants.interviews import receipts
from tenants.interviews.models import Confidentiality
from tests.api.pages.browsing import Browser, Page, session_of
from tests.api.pages.conftest import Site, field_value
from tests.api.pages.console_world import World, make_world
from tests.api.test_conversations import count, id_of
from tests.factories import Client, Invited, make_client, make_invited_candidate, submit

pytestmark = pytest.mark.usefixtures("connection")


def talk_of(invited: Invited) -> str:
    return f"/console/{invited.client.slug}/interviews/{id_of(invited)}/talk"


async def begin(browser: Browser, invited: Invited) -> str:
    """Begin an interview; return the address of its first page."""
    begun = await browser.post(talk_of(invited), {"go": "begin", "mode": "PHONE"})
    assert begun.status == 303, begun.text
    first = await browser.get(begun.location)
    assert first.status == 303
    return first.location


def hidden(page: Page, name: str) -> str:
    return field_value(page.html, name)


async def test_a_candidate_asks_for_a_call_on_the_form(client: Client, site: Site) -> None:
    invited = await make_invited_candidate(client)
    welcome = (await site.get(f"/i/{invited.token}")).text
    assert "I would rather talk" in welcome
    address = f"/i/{invited.token}/rather-talk"
    refused = await site.post(address, {"phone": ["call me"], "times": [""]})
    assert refused.status_code == 422
    assert "Please give a phone number" in refused.text
    asked = await site.post(address, {"phone": ["+49 30 901820"], "times": ["After <six>"]})
    assert asked.status_code == 303
    shown = (await site.get(address)).text
    assert "You have asked for a call" in shown
    assert "After &lt;six&gt;" in shown
    consultant = await session_of(client.consultant)
    listed = await consultant.get(f"/console/{client.slug}/conversations")
    (row,) = listed.rows()
    assert "Asked for a call" in row
    assert "After <six>" in row
    page = await consultant.get(talk_of(invited))
    assert "+49 30 901820" in page.text
    await site.post(address, {"go": ["cancel"]})
    assert "You have asked for a call" not in (await site.get(address)).text
    assert "+49 30 901820" not in (await consultant.get(talk_of(invited))).text


async def test_the_console_shows_conversations_to_nobody_who_hires() -> None:
    world = await make_world()
    invited = await make_invited_candidate(world.client)
    for role in (Role.HR, Role.HIRING_MANAGER, Role.LEADERSHIP):
        browser = await session_of(world.client.people[role])
        before = await browser.get(f"/console/{world.client.slug}")
        assert "Conversations" not in before.places()
        assert (await browser.get(talk_of(invited))).status == 404
        assert (await browser.get(f"{talk_of(invited)}/guide")).status == 404
        posted = await browser.post(talk_of(invited), {"go": "begin", "mode": "PHONE"})
        assert posted.status == 404
        listed = await browser.get(f"/console/{world.client.slug}/conversations")
        assert listed.rows() == []
        assert "are not shown to your role" in listed.text
    assert await count(world.client, "SELECT count(*) FROM conversations") == 0


async def test_a_call_is_planned_tried_and_given_up_on_the_page() -> None:
    world: World = await make_world()
    invited = await make_invited_candidate(world.client)
    browser = await session_of(world.client.consultant)
    address = talk_of(invited)
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()
    plan = {"go": "plan", "mode": "VIDEO", "day": tomorrow, "time": "17:30"}
    for zone, status in (("Nowhere/Land", 422), ("Asia/Tokyo", 303)):
        assert (await browser.post(address, {**plan, "time_zone": zone})).status == status
    page = await browser.get(address)
    assert "17:30 (Asia/Tokyo)" in page.text
    tried = await browser.post(
        address, {"go": "attempt", "channel": "PHONE", "outcome": "NO_ANSWER"}
    )
    assert tried.status == 303
    assert "phone, no answer" in (await browser.get(address)).text
    assert (await browser.post(address, {"go": "clear"})).status == 303
    assert "(Asia/Tokyo)" not in (await browser.get(address)).text
    await browser.post(address, {"go": "give_up", "reason": "NOT_REACHED"})
    assert "Not reached" in (await browser.get(address)).text
    await browser.post(address, {"go": "try_again"})
    assert "To be reached" in (await browser.get(address)).text
    # Not from our own page.
    stale = await browser.post(address, {"go": "begin", "mode": "PHONE", "csrf": "another"})
    assert stale.status == 422
    assert "nothing was done" in stale.text


async def test_an_interview_is_keyed_in_and_sent_without_javascript(site: Site) -> None:
    client = await make_client()
    invited = await make_invited_candidate(client)
    browser = await session_of(client.consultant)
    first = await browser.get(await begin(browser, invited))
    assert first.status == 200
    home = talk_of(invited)
    page = await browser.get(f"{home}/guide/decision")
    # What to ask further stands here, and nowhere on the candidate's own form.
    probe = "Did you tell anybody of it at the time?"
    assert probe in page.text
    assert probe not in (await site.get(f"/i/{invited.token}/decision")).text
    saved = await browser.post(
        f"{home}/guide/decision",
        {
            "revision": hidden(page, "revision"),
            "main_reason": "PAY_BASE",
            "note.main_reason": "Was quick to say <so>.",
            "note.": "A good line.",
        },
    )
    assert saved.status == 303
    assert saved.location != f"{home}/guide/decision"
    again = await browser.get(f"{home}/guide/decision")
    assert "Was quick to say &lt;so&gt;." in again.html
    assert re.search(r'value="PAY_BASE"[^>]* checked|PAY_BASE" selected', again.html)
    send = f"{home}/guide/read-out-and-send"
    early = await browser.get(send)
    assert "Something is still missing" in early.text
    pages = re.findall(rf'href="{re.escape(home)}/guide/(\w+)#q-recommendation"', early.html)
    last = f"{home}/guide/{pages[0]}"
    current = await browser.get(last)
    await browser.post(
        last, {"revision": hidden(current, "revision"), "recommendation": "8", "go": "stay"}
    )
    ready = await browser.get(send)
    assert "Do you agree?" in ready.text
    code = hidden(ready, "receipt_code")
    given = {
        "revision": hidden(ready, "revision"),
        "receipt_code": code,
        "go": "send",
        **{
            f"consent.{choice}": browser_value(ready, f"consent.{choice}")
            for choice in ("CONFIDENTIAL", "ATTRIBUTED")
        },
    }
    for missing in ({"confidentiality": "CONFIDENTIAL"}, {"agreed": "yes"}):
        refused = await browser.post(send, {**given, **missing})
        assert refused.status == 409
        assert "Nothing was sent" in refused.text
    chosen = {**given, "confidentiality": "CONFIDENTIAL", "agreed": "yes"}
    for _ in range(2):
        # A second click finds the same code again.
        sent = await browser.post(send, chosen)
        assert sent.status == 200
        assert code in sent.text
    receipt = await run(receipts.get_receipt, invited.viewer, receipt_code=code)
    assert receipt.confidentiality is Confidentiality.CONFIDENTIAL
    after = await browser.get(home)
    assert "What the candidate agreed to" in after.text
    assert "Was quick to say <so>." in after.text
    assert (await browser.get(send)).status == 303


def browser_value(page: Page, name: str) -> str:
    """Return what a browser would send of a hidden field: its line ends are its own."""
    return html.unescape(field_value(page.html, name)).replace("\n", "\r\n")


async def test_two_windows_are_shown_both_versions() -> None:
    client = await make_client()
    invited = await make_invited_candidate(client)
    browser = await session_of(client.consultant)
    await begin(browser, invited)
    address = f"{talk_of(invited)}/guide/decision"
    drawn = await browser.get(address)
    revision = hidden(drawn, "revision")
    given = {"revision": revision, "go": "stay"}
    await browser.post(address, {**given, "note.main_reason": "First window"})
    refused = await browser.post(address, {**given, "note.main_reason": "Second window"})
    assert refused.status == 409
    assert "Changed meanwhile" in refused.text
    assert "Second window" in refused.html
    assert hidden(refused, "revision") != revision
    given["revision"] = hidden(refused, "revision")
    assert (await browser.post(address, {**given, "note.main_reason": "Both"})).status == 303


async def test_the_script_is_answered_in_json() -> None:
    client = await make_client()
    invited = await make_invited_candidate(client)
    browser = await session_of(client.consultant)
    await begin(browser, invited)
    address = f"{talk_of(invited)}/guide/decision"
    quiet = {"go": "autosave", "save_id": "one", "revision": "1"}
    saved = await browser.post(
        address, {**quiet, "only": "note.main_reason", "note.main_reason": "Quietly"}
    )
    assert (saved.status, saved.html) == (200, '{"revision":2}')
    # What the window did not change is not sent, whatever the form says.
    other = await browser.post(
        address, {**quiet, "save_id": "two", "only": "main_reason", "main_reason": "PAY_BASE"}
    )
    assert (other.status, other.html) == (200, '{"revision":3}')
    wrong = {**quiet, "save_id": "three", "only": "main_reason", "main_reason": "NO_SUCH"}
    refused = await browser.post(address, wrong)
    assert (refused.status, refused.html) == (422, '{"invalid":["main_reason"]}')
    await submit(invited, Confidentiality.CONFIDENTIAL)
    late = await browser.post(address, {**quiet, "save_id": "four", "only": "note."})
    assert late.status == 409
    assert "has answered" in late.html
