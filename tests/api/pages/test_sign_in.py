"""Signing in and out: sessions, limits, and what another site cannot do."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from http.cookies import SimpleCookie

import pytest

from api.auth.bearer import SESSION_COOKIE, cookie_name
from tenants.access import Viewer, ViewerKind
from tenants.db import run
from tenants.errors import Unauthenticated
from tenants.model import new_id
from tenants.organisations import service as organisations
from tenants.settings import get_settings
from tenants.tokens import hash_token
from tests.api.pages.browsing import Browser, Page, session_of
from tests.factories import make_client, make_invited_candidate

pytestmark = pytest.mark.usefixtures("connection")

PASSWORD = "correct horse battery"


@dataclass(frozen=True)
class Account:
    email: str
    viewer: Viewer

    @property
    def form(self) -> dict[str, str]:
        return {"email": self.email, "password": PASSWORD}


@pytest.fixture
async def account() -> Account:
    email = f"dana-{new_id().hex}@client.example"
    person_id = await run(
        organisations.create_person,
        Viewer.operator(),
        email=email,
        name="Dana",
        password=PASSWORD,
    )
    return Account(email, Viewer(ViewerKind.PERSON, person_id))


@pytest.fixture
def over_https(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("PUBLIC_URL", "https://afterword.example")
    get_settings.cache_clear()
    yield
    monkeypatch.undo()
    get_settings.cache_clear()


async def is_alive(token: str | None) -> bool:
    assert token is not None
    try:
        await run(organisations.authenticate, Viewer(token_hash=hash_token(token)))
    except Unauthenticated:
        return False
    return True


def cookie_of(page: Page) -> dict[str, str]:
    morsel = SimpleCookie(page.headers["set-cookie"])[cookie_name(SESSION_COOKIE)]
    return {name: str(value) for name, value in morsel.items() if value}


async def test_signing_in_begins_a_session_of_twelve_hours(account: Account) -> None:
    browser = Browser()
    page = await browser.post("/sign-in", {**account.form, "email": f" {account.email.upper()} "})
    assert (page.status, page.location) == (303, "/console")
    assert cookie_of(page) == {
        "path": "/",
        "max-age": "43200",
        "httponly": "True",
        "samesite": "lax",
    }
    assert await is_alive(browser.token)
    assert (await browser.get("/console")).status == 200


@pytest.mark.usefixtures("over_https")
async def test_the_cookie_is_secure_where_the_site_is(account: Account) -> None:
    browser = Browser()
    page = await browser.post("/sign-in", account.form, origin="https://afterword.example")
    assert cookie_of(page)["secure"] == "True"
    page = await browser.post("/sign-out", {})
    assert cookie_of(page)["secure"] == "True"


async def test_each_signing_in_has_a_token_of_its_own_and_ends_the_session_before(
    account: Account,
) -> None:
    browser = Browser()
    await browser.post("/sign-in", account.form)
    first = browser.token
    await browser.post("/sign-in", account.form)
    assert browser.token != first
    assert await is_alive(browser.token)
    assert not await is_alive(first)


async def test_a_planted_token_is_not_taken_over(account: Account) -> None:
    browser = Browser(cookies={SESSION_COOKIE: "planted"})
    await browser.post("/sign-in", account.form)
    assert browser.token != "planted"
    assert not await is_alive("planted")


async def test_failures_are_alike(account: Account) -> None:
    client = await make_client()
    # The factories' people have no password.
    without_password = f"hr@{client.slug}.example"
    browser = Browser()
    pages = [
        (email, await browser.post("/sign-in", {"email": email, "password": password}))
        for email, password in (
            (account.email, "wrong"),
            ("nobody@client.example", PASSWORD),
            (without_password, PASSWORD),
        )
    ]
    assert {page.status for _, page in pages} == {403}
    assert len({page.html.replace(email, "EMAIL") for email, page in pages}) == 1
    assert "This e-mail address and password do not belong together." in pages[0][1].text
    assert not any("set-cookie" in page.headers for _, page in pages)


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"email": "", "password": ""},
        {"email": "dana\0@client.example", "password": "x"},
        {"email": "d" * 400, "password": "x"},
        {"email": "dana@client.example", "password": "x" * 100_000},
        {"email": "dana@client.example", "password": "\0"},
        {"email": "\ud7ff\ufffe<script>", "password": "x"},
    ],
)
async def test_nonsense_is_a_failure_like_any_other(form: dict[str, str]) -> None:
    page = await Browser().post("/sign-in", form)
    assert page.status == 403
    assert "<script" not in page.html


async def test_the_eleventh_failure_is_refused_and_so_is_the_right_password(
    account: Account,
) -> None:
    for email in (account.email, "nobody@client.example"):
        for number in range(10):
            browser = Browser(address=f"198.51.100.{number}")
            page = await browser.post("/sign-in", {"email": email, "password": "wrong"})
            assert page.status == 403
        page = await Browser(address="198.51.100.200").post(
            "/sign-in", {"email": email, "password": PASSWORD}
        )
        assert page.status == 429
        assert 0 < int(page.headers["retry-after"]) <= 900
        assert "set-cookie" not in page.headers


async def test_ten_failures_from_one_address_close_it_for_every_account(account: Account) -> None:
    browser = Browser()
    for number in range(10):
        await browser.post("/sign-in", {"email": f"{number}@x.example", "password": "wrong"})
    assert (await browser.post("/sign-in", account.form)).status == 429
    assert (await Browser(address="192.0.2.2").post("/sign-in", account.form)).status == 303


async def test_successes_do_not_count(account: Account) -> None:
    for _ in range(12):
        assert (await Browser().post("/sign-in", account.form)).status == 303


async def test_signing_out_kills_the_token_and_the_cookie(account: Account) -> None:
    browser = Browser()
    await browser.post("/sign-in", account.form)
    token = browser.token
    page = await browser.post("/sign-out", {})
    assert (page.status, page.location) == (303, "/sign-in")
    assert page.headers["clear-site-data"] == '"cache", "storage"'
    assert browser.token is None
    assert not await is_alive(token)
    again = Browser(cookies={SESSION_COOKIE: token or ""})
    assert (await again.get("/console")).location == "/sign-in"
    assert (await again.post("/sign-out", {})).status == 303


async def test_signing_out_is_no_link(account: Account) -> None:
    browser = await session_of(account.viewer)
    assert (await browser.get("/sign-out")).status == 405
    assert await is_alive(browser.token)


@pytest.mark.parametrize(
    "headers",
    [
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"origin": "https://evil.example"},
        {"origin": "http://127.0.0.1:8001"},
    ],
)
async def test_another_site_signs_nobody_in_or_out(
    account: Account, headers: dict[str, str]
) -> None:
    browser = Browser()
    page = await browser.post("/sign-in", account.form, **headers)
    assert (page.status, browser.token) == (403, None)
    browser = await session_of(account.viewer)
    page = await browser.post("/sign-out", {}, **headers)
    assert page.status == 403
    assert await is_alive(browser.token)


async def test_a_form_of_another_kind_is_refused(account: Account) -> None:
    page = await Browser().post("/sign-in", account.form, content_type="text/plain")
    assert page.status == 415


@pytest.mark.parametrize(
    ("wanted", "leads_to"),
    [
        ("/console/northwind/offers?show=DECLINED", "/console/northwind/offers?show=DECLINED"),
        ("", "/console"),
        ("https://evil.example/", "/console"),
        ("//evil.example/", "/console"),
        ("/\\evil.example/", "/console"),
        ("/\t/evil.example/", "/console"),
        ("/\n/evil.example/", "/console"),
        ("javascript:alert(1)", "/console"),
        ("console", "/console"),
    ],
)
async def test_what_was_asked_for_comes_next_if_it_is_ours(
    account: Account, wanted: str, leads_to: str
) -> None:
    browser = Browser()
    page = await browser.post("/sign-in", {**account.form, "next": wanted})
    assert (page.status, page.location) == (303, leads_to)


async def test_whoever_is_signed_in_is_led_on(account: Account) -> None:
    browser = await session_of(account.viewer)
    page = await browser.get("/sign-in?next=/console/api")
    assert (page.status, page.location) == (303, "/console/api")
    assert (await browser.get("/sign-in")).location == "/console"


@pytest.mark.parametrize(
    ("path", "leads_to"),
    [
        ("/console", "/sign-in"),
        ("/console/api", "/sign-in?next=%2Fconsole%2Fapi"),
        (
            "/console/northwind/jobs?show=FAILED",
            "/sign-in?next=%2Fconsole%2Fnorthwind%2Fjobs%3Fshow%3DFAILED",
        ),
        ("/console/a/b/c", "/sign-in?next=%2Fconsole%2Fa%2Fb%2Fc"),
    ],
)
async def test_nobody_and_an_expired_session_are_led_to_the_form(
    account: Account, path: str, leads_to: str
) -> None:
    expired = await session_of(account.viewer, lifetime=timedelta(seconds=-1))
    for browser in (Browser(), expired, Browser(cookies={SESSION_COOKIE: "unknown"})):
        page = await browser.get(path)
        assert (page.status, page.location) == (303, leads_to)
    form = await expired.get(leads_to)
    assert form.status == 200
    assert f'value="{path}"' in form.html.replace("&amp;", "&")


async def test_a_candidates_link_is_no_session() -> None:
    invited = await make_invited_candidate(await make_client())
    browser = Browser(cookies={SESSION_COOKIE: invited.token})
    assert (await browser.get("/console")).location == "/sign-in"


async def test_the_form_tells_where_the_demo_keeps_its_logins_only_in_a_demo() -> None:
    page = await Browser().get("/sign-in")
    assert "demo" not in page.text
    assert page.headers["cache-control"] == "no-store"
