"""Where one is signed in, and the token that each form carries."""

import pytest

from api.auth.bearer import SESSION_COOKIE
from tests.api.pages.browsing import Browser, session_of
from tests.factories import make_client, make_session

pytestmark = pytest.mark.usefixtures("connection")


async def test_sessions_are_listed_and_ended() -> None:
    client = await make_client()
    browser = await session_of(client.hr)
    other = await make_session(client.hr)
    await make_session(client.hr)
    page = await browser.get("/account")
    assert len(page.rows()) == 3
    assert page.text.count("This one") == 1
    assert f'value="{other}"' in page.html
    assert (await browser.post("/account/sessions", {"which": other})).location == "/account"
    assert len((await browser.get("/account")).rows()) == 2
    # One that is not theirs, or not there.
    assert (await browser.post("/account/sessions", {"which": other})).location == "/account"
    stranger = await session_of(client.leadership)
    await make_session(client.leadership)
    await browser.post("/account/sessions", {"which": "others"})
    page = await browser.get("/account")
    assert len(page.rows()) == 1
    assert "Sign out everywhere else" not in page.text
    assert len((await stranger.get("/account")).rows()) == 2


async def test_ending_the_own_session_is_signing_out() -> None:
    client = await make_client()
    browser = await session_of(client.hr)
    page = await browser.get("/account")
    (own,) = [one.split('"')[0] for one in page.html.split('name="which" value="')[1:]]
    assert (await browser.post("/account/sessions", {"which": own})).location == "/sign-in"
    assert browser.token is None
    assert (await browser.get("/account")).location == "/sign-in?next=%2Faccount"
    assert (await browser.post("/account/sessions", {"which": "others"})).location == "/sign-in"


async def test_a_form_without_its_token_does_nothing() -> None:
    client = await make_client()
    browser, other = await session_of(client.hr), await session_of(client.hr)
    stranger = await session_of(client.leadership)
    for token in ("", "x", "\u00e4", stranger.csrf, Browser().csrf):
        page = await browser.post("/account/sessions", {"which": "others", "csrf": token})
        assert (page.status, "nothing was done" in page.text) == (403, True)
        page = await browser.post("/sign-out", {"csrf": token})
        assert page.status == 403
    assert (await other.get("/account")).status == 200
    assert (await browser.get("/account")).status == 200
    # The token of one session is not another's.
    assert browser.csrf != other.csrf


async def test_signing_in_needs_the_token_of_the_form_that_was_shown() -> None:
    browser = Browser()
    page = await browser.get("/sign-in")
    assert f'name="csrf" value="{browser.csrf}"' in page.html
    assert "HttpOnly" in page.headers["set-cookie"]
    assert "SameSite=lax" in page.headers["set-cookie"]
    # It is set once.
    assert "set-cookie" not in (await browser.get("/sign-in")).headers
    page = await browser.post("/sign-in", {"email": "x", "password": "y", "csrf": "z"})
    assert (page.status, "too old" in page.text) == (403, True)
    assert SESSION_COOKIE not in browser.cookies
