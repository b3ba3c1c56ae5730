"""The page of how editions are made: who reads it, who decides, and what is said beside a field."""

import re

import pytest

from tenants.access import Role
from tests.api.insight_world import ATTRIBUTED, answer, make_year_old_client, window
from tests.api.pages.browsing import Browser, Page, session_of
from tests.api.pages.console_world import make_world
from tests.factories import Client

pytestmark = pytest.mark.usefixtures("connection")

FORM = {
    "revision": "0",
    "windowMonths": "12",
    "dimension": "DEPARTMENT",
    "minimum": "6",
    "distributionMinimum": "10",
    "responseRateMinimum": "20",
    "excerptRespondents": "10",
    "excerptHidden": "5",
}
ROLES = (Role.CONSULTANT, Role.HR, Role.HIRING_MANAGER, Role.LEADERSHIP)


def address(client: Client) -> str:
    return f"/console/{client.slug}/editions"


def field(page: Page, name: str) -> str:
    """Return the value of a line to type in."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page.html)
    assert found is not None, name
    return found[1]


def row(page: Page, label: str) -> list[str]:
    """Return what the table says of a number: in force, and decided."""
    found = re.search(rf'<th scope="row">{label}</th><td>(\d+)</td><td>(\d+)</td>', page.html)
    assert found is not None, label
    return list(found.groups())


@pytest.mark.parametrize("role", ROLES)
async def test_every_role_reads_it_and_the_consultant_decides(role: Role) -> None:
    world = await make_world()
    browser = await session_of(world.client.people[role])
    page = await browser.get(address(world.client))
    assert page.status == 200
    assert row(page, "Months of a period") == ["12", "12"]
    assert f'href="{address(world.client)}" aria-current="page"' in page.html
    decides = role is Role.CONSULTANT
    assert ("How they shall be made" in page.text) is decides
    assert ("The consulting firm decides this" in page.text) is not decides
    posted = await browser.post(address(world.client), FORM)
    if decides:
        assert (posted.status, posted.location) == (303, address(world.client))
    else:
        assert posted.status == 422
        assert "Your role does not decide this, so nothing was saved." in posted.text
    now = await (await session_of(world.client.consultant)).get(address(world.client))
    assert field(now, "minimum") == ("6" if decides else "5")


async def test_what_is_decided_and_what_is_in_force_stand_beside_each_other() -> None:
    client = await make_year_old_client()
    await answer(client, ATTRIBUTED)
    browser = await session_of(client.consultant)
    begins, ends = window()
    page = await browser.get(address(client))
    assert f"{begins.day} {begins:%B %Y} to" in page.text
    assert "Nobody has decided anything else yet" in page.text
    changed = {**FORM, "windowMonths": "6", "dimension": "LOCATION"}
    assert (await browser.post(address(client), changed)).status == 303
    page = await browser.get(address(client))
    assert row(page, "Months of a period") == ["12", "6"]
    from_then_on = f"hold for periods that begin on {ends.day} {ends:%B %Y} or later"
    assert f"Decided are answers by location; that and the length {from_then_on}." in page.text
    assert '<option value="6" selected>' in page.html
    assert '<option value="LOCATION" selected>' in page.html


async def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays() -> None:
    client = await make_year_old_client()
    browser = await session_of(client.consultant)
    low = await browser.post(address(client), {**FORM, "minimum": "4", "excerptHidden": "7"})
    assert low.status == 422
    assert "Nothing was saved: one field needs another look." in low.text
    assert (field(low, "minimum"), field(low, "excerptHidden")) == ("4", "7")
    said = problems(low)
    assert set(said) == {"minimum"}
    assert said["minimum"] == "It can be raised, up to 1000, and is never below 5."
    odd = {**FORM, "minimum": "many", "responseRateMinimum": "", "excerptHidden": "<b>"}
    none = await browser.post(address(client), odd)
    number = "Give a whole number."
    assert problems(none) == dict.fromkeys(
        ("minimum", "responseRateMinimum", "excerptHidden"), number
    )
    assert field(none, "excerptHidden") == "&lt;b&gt;"
    length = await browser.post(address(client), {**FORM, "windowMonths": "5"})
    assert problems(length)["windowMonths"].startswith("A window has 12 months")
    nowhere = await browser.post(address(client), {**FORM, "dimension": "PERSON"})
    assert problems(nowhere) == {"dimension": "Choose one of them."}
    assert field(await browser.get(address(client)), "minimum") == "5"


def problems(page: Page) -> dict[str, str]:
    """Return what stands beside each field that is marked, which must name what describes it."""
    found = dict(re.findall(r'<p class="problem" id="(\w+)-problem">([^<]*)</p>', page.html))
    for name in found:
        (control,) = re.findall(rf'<(?:input|select) id="{name}"[^>]*>', page.html)
        assert 'aria-invalid="true"' in control
        assert f'aria-describedby="{name}-hint {name}-problem"' in control
    assert page.html.count('aria-invalid="true"') == len(found)
    return found


async def test_who_is_late_is_told_and_sees_what_was_decided_meanwhile() -> None:
    client = await make_year_old_client()
    browser = await session_of(client.consultant)
    assert (await browser.post(address(client), FORM)).status == 303
    late = await browser.post(address(client), {**FORM, "minimum": "9"})
    assert late.status == 422
    assert "Somebody changed these settings meanwhile." in late.text
    assert problems(late) == {}
    assert row(late, "Fewest people behind a figure, and fewest of them who are not named")[1] == (
        "6"
    )
    assert (field(late, "minimum"), field(late, "revision")) == ("9", "1")
    again = await browser.post(address(client), {**FORM, "minimum": "9", "revision": "1"})
    assert again.status == 303
    forged = await browser.post(address(client), {**FORM, "csrf": "forged"})
    assert forged.status == 403
    assert "was not sent from this page" in forged.text


async def test_nobody_else_s_settings_are_shown() -> None:
    client, other = await make_year_old_client(), await make_world()
    browser: Browser = await session_of(client.hr)
    for path in (address(other.client), "/console/nowhere/editions"):
        assert (await browser.get(path)).status == 404
        assert (await browser.post(path, FORM)).status == 404
