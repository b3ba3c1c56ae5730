"""What every response carries, and what no form of people takes from elsewhere."""

from collections.abc import Iterator

import pytest
from starlette.routing import Mount, Route

from api.app import create_app
from api.auth.bearer import SESSION_COOKIE
from api.auth.csrf import FORM_COOKIE
from tenants.settings import get_settings
from tests.api.pages.browsing import Browser, session_of
from tests.factories import make_client

pytestmark = pytest.mark.usefixtures("connection")

# Forms that a browser posts with a cookie. A candidate's links, intake and OAuth's endpoints take
# no cookie: what is posted there proves by itself where it comes from.
FORMS = {
    "/account/password",
    "/account/consents",
    "/account/sessions",
    "/console/library/keep",
    "/console/library/push",
    "/console/{slug}/actions/new",
    "/console/{slug}/benchmark",
    "/console/{slug}/actions/{id}",
    "/console/{slug}/desk",
    "/console/{slug}/digest",
    "/console/{slug}/editions",
    "/console/{slug}/integrations",
    "/console/{slug}/interviews/{id}/talk",
    "/console/{slug}/interviews/{id}/talk/guide/read-out-and-send",
    "/console/{slug}/interviews/{id}/talk/guide/{page}",
    "/console/{slug}/mails",
    "/join-firm/{token}",
    "/join/{token}",
    "/oauth/authorize",
    "/reset-password",
    "/reset-password/{token}",
    "/sign-in",
    "/sign-in/provider",
    "/sign-out",
}
# By the link of a mail alone: whoever holds it may.
WITHOUT_COOKIE = (
    "/graphql",
    "/i/",
    "/intake/",
    "/receipt/",
    "/oauth/",
    "/docs",
    "/o/",
    "/digest-mails/",
)


@pytest.fixture
def over_https(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("PUBLIC_URL", "https://afterword.example")
    get_settings.cache_clear()
    yield
    monkeypatch.undo()
    get_settings.cache_clear()


def test_every_form_with_a_cookie_is_known() -> None:
    posted = {
        one.path
        for one in create_app().routes
        if isinstance(one, Route) and "POST" in (one.methods or ())
    }
    assert {one for one in posted if not one.startswith(WITHOUT_COOKIE)} | {
        "/oauth/authorize"
    } == FORMS


@pytest.mark.parametrize("path", sorted(FORMS))
async def test_a_form_is_taken_from_our_own_pages_only(path: str) -> None:
    client = await make_client()
    browser = await session_of(client.hr)
    unknown = dict.fromkeys(("token", "id", "page"), "unknown")
    address = path.format(slug=client.slug, **unknown)
    for headers in (
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"origin": "https://evil.example"},
        {"content_type": "text/plain"},
        {"content_type": "application/json"},
    ):
        page = await browser.post(address, {"which": "others"}, **headers)
        # A dead link, and what is not there, says so before anything is read.
        assert page.status in {400, 403, 404, 410, 415}, (path, headers)
        assert "set-cookie" not in page.headers
    page = await browser.post(address, {"csrf": "another", "which": "others"})
    assert page.status in {400, 403, 404, 410}
    assert (await browser.get("/account")).status == 200


@pytest.mark.usefixtures("over_https")
async def test_over_tls_cookies_belong_to_this_host_alone() -> None:
    browser = Browser()
    page = await browser.get("/sign-in")
    (cookie,) = page.headers.get_list("set-cookie")
    name, _, rest = cookie.partition("=")
    assert name == f"__Host-{FORM_COOKIE}"
    flags = {one.strip().partition("=")[0].lower() for one in rest.split(";")[1:]}
    assert flags == {"httponly", "path", "samesite", "secure"}
    assert page.headers["strict-transport-security"] == "max-age=63072000; includeSubDomains"
    # A cookie that another host could have set is none.
    token = (await session_of((await make_client()).hr)).token
    assert token is not None
    planted = Browser(cookies={SESSION_COOKIE: token})
    assert (await planted.get("/account")).status == 303
    own = Browser(cookies={f"__Host-{SESSION_COOKIE}": token})
    assert (await own.get("/account")).status == 200


async def test_every_page_says_what_a_browser_may_do_with_it() -> None:
    browser = await session_of((await make_client()).hr)
    paths = [
        one.path.replace("{token}", "x")
        for one in create_app().routes
        if isinstance(one, Route) and "GET" in (one.methods or ()) and "{" not in one.path
    ]
    assert any(isinstance(one, Mount) for one in create_app().routes)
    for path in ("/static/console.css", "/nowhere", *paths):
        headers = (await browser.get(path)).headers
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'none'"), path
        assert "unsafe-eval" not in policy, path
        assert headers["referrer-policy"] == "no-referrer", path
        assert headers["x-content-type-options"] == "nosniff", path
        assert "frame-ancestors 'none'" in policy, path
        if path != "/graphiql":
            assert "unsafe-inline" not in policy, path
