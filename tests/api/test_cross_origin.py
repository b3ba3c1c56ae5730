"""What another origin's page may read: answers to tokens, and nothing that a cookie opens."""

import httpx2
import pytest

from api.app import create_app
from api.auth.bearer import SESSION_COOKIE
from api.cross_origin import OPEN
from tenants.organisations.models import TokenKind
from tests.api.asking import token_of
from tests.api.auth.oauth_world import make_machine, token_for
from tests.factories import make_client

pytestmark = pytest.mark.usefixtures("connection")

ORIGIN = {"origin": "https://board.example"}


async def ask(method: str, path: str, **headers: str) -> httpx2.Response:
    """Ask as a browser does for a page of another origin."""
    transport = httpx2.ASGITransport(create_app())
    async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as http:
        sent = {name.replace("_", "-"): one for name, one in headers.items()}
        content = b'{"query": "{ viewer { kind } }"}' if method == "POST" else None
        return await http.request(method, path, headers={**ORIGIN, **sent}, content=content)


async def test_a_front_end_may_ask_and_read_with_a_token() -> None:
    for path in OPEN:
        preflight = await ask(
            "OPTIONS",
            path,
            access_control_request_method="POST",
            access_control_request_headers="authorization,content-type",
        )
        assert preflight.status_code == 200, path
        assert preflight.headers["access-control-allow-origin"] == "*"
        assert "authorization" in preflight.headers["access-control-allow-headers"].lower()
        assert "access-control-allow-credentials" not in preflight.headers
    token = await token_for(await make_machine(await make_client()))
    answer = await ask(
        "POST", "/graphql", authorization=f"Bearer {token}", content_type="application/json"
    )
    assert answer.json() == {"data": {"viewer": {"kind": "INTEGRATION"}}} or answer.json()["data"]
    assert answer.headers["access-control-allow-origin"] == "*"
    # Nobody's session is opened by it: such an answer is not handed over to another origin.
    assert "access-control-allow-credentials" not in answer.headers


async def test_what_a_session_opens_stays_closed() -> None:
    client = await make_client()
    session = await token_of(client.hr, TokenKind.SESSION)
    cookie = f"{SESSION_COOKIE}={session}"
    refused = await ask(
        "POST",
        "/graphql",
        cookie=cookie,
        content_type="application/json",
        sec_fetch_site="cross-site",
    )
    assert refused.status_code == 403
    for path in ("/console", "/oauth/authorize", "/oauth/introspect", "/sign-in"):
        answer = await ask("GET", path, cookie=cookie)
        assert "access-control-allow-origin" not in answer.headers
        preflight = await ask("OPTIONS", path, access_control_request_method="POST")
        assert "access-control-allow-origin" not in preflight.headers
