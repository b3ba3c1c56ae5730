"""The page of an invitation to become a member."""

import pytest

from tenants.access import Role
from tenants.members.mails import join_url
from tenants.settings import get_settings
from tests.api.pages.browsing import Browser, session_of
from tests.factories import Client, make_client, make_member_invitation

pytestmark = pytest.mark.usefixtures("connection")

PASSWORD = "a password of some length"


async def invited(client: Client, email: str, role: Role = Role.LEADERSHIP) -> str:
    """Return the path of the link in the mail that invites somebody."""
    one = await make_member_invitation(client, email=email, role=role)
    return join_url(client.organisation_id, one, 1).removeprefix(get_settings().public_url)


async def test_somebody_new_chooses_a_name_and_a_password_and_is_in() -> None:
    client = await make_client(name="Northwind Robotics")
    path = await invited(client, "robin@client.example", Role.HR)
    browser = Browser()
    page = await browser.get(path)
    assert page.status == 200
    for words in ("Join Northwind Robotics", "as HR", "robin@client.example"):
        assert words in page.text
    page = await browser.post(path, {"name": "Robin", "password": "short"})
    assert (page.status, "at least 12 characters" in page.text) == (400, True)
    assert 'value="Robin"' in page.html
    assert "short" not in page.html
    page = await browser.post(path, {"name": "Robin", "password": PASSWORD})
    assert (page.status, page.location) == (303, f"/console/{client.slug}")
    assert "Northwind Robotics" in (await browser.get(page.location)).text
    again = await Browser().post(path, {"name": "Other", "password": PASSWORD})
    assert (again.status, "has been accepted" in again.text) == (410, True)
    email = {"email": "robin@client.example", "password": PASSWORD}
    assert (await Browser().post("/sign-in", email)).location == "/console"


async def test_somebody_with_an_account_signs_in_to_accept() -> None:
    client, other = await make_client(), await make_client()
    path = await invited(client, f"hr@{other.slug}.example")
    stranger = await Browser().get(path)
    assert stranger.links("Sign in") == [f"/sign-in?next={path.replace('/', '%2F')}"] or (
        stranger.links("Sign in") == [f"/sign-in?next={path}"]
    )
    taken = await Browser().post(path, {"name": "Robin", "password": PASSWORD})
    assert (taken.status, "There is an account" in taken.text) == (400, True)
    wrong = await session_of(other.leadership)
    page = await wrong.get(path)
    assert f"You are signed in as leadership@{other.slug}.example" in page.text
    assert (await wrong.post(path, {})).status == 400
    right = await session_of(other.hr)
    assert f"Join as hr@{other.slug}.example" in (await right.get(path)).text
    before = right.token
    page = await right.post(path, {})
    assert (page.status, page.location) == (303, f"/console/{client.slug}")
    assert right.token != before
    # Both organisations are on one page, to switch between them.
    page = await right.get("/console")
    assert f"/console/{client.slug}" in page.html
    assert f"/console/{other.slug}" in page.html


@pytest.mark.parametrize("forge", ["{}A", "AA{}", "x"])
async def test_a_forged_link_says_no_more(forge: str) -> None:
    client = await make_client(name="Northwind Robotics")
    path = await invited(client, "robin@client.example")
    token = path.rsplit("/", 1)[1]
    page = await Browser().get(f"/join/{forge.format(token)}")
    assert page.status == 410
    assert "Northwind" not in page.html
    assert "robin" not in page.html


async def test_another_sites_form_joins_nobody() -> None:
    client = await make_client()
    path = await invited(client, "robin@client.example")
    form = {"name": "Robin", "password": PASSWORD}
    for headers in ({"sec_fetch_site": "cross-site"}, {"origin": "https://evil.example"}):
        assert (await Browser().post(path, form, **headers)).status == 403
    assert (await Browser().post(path, {**form, "csrf": "x"})).status == 403
    assert (await Browser().post(path, form, content_type="text/plain")).status == 415
    assert "Choose a password" in (await Browser().get(path)).text
