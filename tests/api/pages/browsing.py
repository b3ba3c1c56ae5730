"""A browser without JavaScript, at the real application."""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from http.cookies import SimpleCookie
from urllib.parse import urlencode

import httpx2
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp

from api.app import create_app
from api.auth.bearer import SESSION_COOKIE, cookie_name
from api.auth.csrf import FORM_COOKIE, form_token
from tenants.access import Viewer
from tenants.db import run
from tenants.organisations import service as organisations
from tenants.organisations.models import TokenKind

_HIDDEN = re.compile(r"<(style|script|head)\b.*?</\1>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True)
class Page:
    """What came back.

    Attributes:
        status: Of the response.
        headers: Of the response.
        html: The body.
    """

    status: int
    headers: httpx2.Headers
    html: str

    @property
    def text(self) -> str:
        """What a person reads, in one line."""
        return " ".join(html.unescape(_TAG.sub(" ", _HIDDEN.sub(" ", self.html))).split())

    @property
    def location(self) -> str:
        """Where the response leads."""
        return self.headers["location"]

    def links(self, label: str) -> list[str]:
        """Return where the links lead that are labelled so."""
        pattern = rf'<a [^>]*href="([^"]*)"[^>]*>\s*{re.escape(label)}\s*<'
        return [html.unescape(found) for found in re.findall(pattern, self.html)]

    def places(self) -> list[str]:
        """Return what the main navigation offers."""
        nav = re.search(r'<nav class="tabs".*?</nav>', self.html, re.DOTALL)
        assert nav is not None
        return [words.strip() for words in re.findall(r">([^<>]+)</a>", nav[0])]

    def rows(self) -> list[str]:
        """Return the rows of the table, each in one line."""
        body = re.search(r'<tbody role="rowgroup">(.*?)</tbody>', self.html, re.DOTALL)
        found = re.findall(r"<tr.*?</tr>", body[1], re.DOTALL) if body is not None else []
        return [" ".join(html.unescape(_TAG.sub(" ", row)).split()) for row in found]


@dataclass
class Browser:
    """Keeps cookies, and follows no redirect by itself."""

    app: ASGIApp = field(default_factory=create_app)
    cookies: dict[str, str] = field(default_factory=dict)
    address: str = "192.0.2.1"

    @property
    def token(self) -> str | None:
        """The session's token."""
        return self.cookies.get(cookie_name(SESSION_COOKIE))

    @property
    def csrf(self) -> str:
        """The token of a form that was shown to this browser."""
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        scope = {"type": "http", "headers": [(b"cookie", cookies.encode())] if cookies else []}
        token, secret = form_token(HTTPConnection(scope))
        if secret is not None:
            self.cookies[cookie_name(FORM_COOKIE)] = secret
            return self.csrf
        return token

    async def get(self, path: str, **headers: str) -> Page:
        """Ask for a page."""
        return await self._send("GET", path, headers=headers)

    async def post(self, path: str, form: Mapping[str, str], **headers: str) -> Page:
        """Post a form as our own page does, unless headers say otherwise."""
        sent = {
            "sec_fetch_site": "same-origin",
            "content_type": "application/x-www-form-urlencoded",
            **headers,
        }
        return await self._send("POST", path, headers=sent, form={"csrf": self.csrf, **form})

    async def _send(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str],
        form: Mapping[str, str] | None = None,
    ) -> Page:
        transport = httpx2.ASGITransport(app=self.app, client=(self.address, 40_000))
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.cookies:
            named["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        async with httpx2.AsyncClient(
            transport=transport, base_url="http://127.0.0.1:8000"
        ) as client:
            response = await client.request(
                method, path, headers=named, content=urlencode(form or {})
            )
        for line in response.headers.get_list("set-cookie"):
            for name, morsel in SimpleCookie(line).items():
                self.cookies[name] = morsel.value
                if morsel["max-age"] == "0":
                    del self.cookies[name]
        return Page(response.status_code, response.headers, response.text)


async def session_of(viewer: Viewer, *, lifetime: timedelta = timedelta(hours=1)) -> Browser:
    """Return a browser in which a person is signed in."""
    assert viewer.id is not None
    token = await run(
        organisations.issue_token,
        Viewer.operator(),
        person_id=viewer.id,
        kind=TokenKind.SESSION,
        lifetime=lifetime,
    )
    return Browser(cookies={cookie_name(SESSION_COOKIE): token})
