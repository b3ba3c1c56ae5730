"""Asking the whole application over HTTP."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx2

from api.app import create_app
from api.requests import GRAPHQL_RESPONSE
from tenants.access import Viewer
from tenants.db import run
from tenants.organisations import service as organisations
from tenants.organisations.models import TokenKind

TYPENAME = {"query": "{ __typename }"}


async def token_of(
    viewer: Viewer, kind: TokenKind = TokenKind.API, lifetime: timedelta = timedelta(hours=1)
) -> str:
    """Return a new token of a person."""
    assert viewer.id is not None
    return await run(
        organisations.issue_token,
        Viewer.operator(),
        person_id=viewer.id,
        kind=kind,
        lifetime=lifetime,
    )


@asynccontextmanager
async def site() -> AsyncIterator[httpx2.AsyncClient]:
    """Open a client of the application, which is not started: `run()` is connected already."""
    transport = httpx2.ASGITransport(create_app())
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


async def post(
    body: bytes | str | Mapping[str, Any],
    *,
    token: str | None = None,
    headers: Mapping[str, str | bytes] | None = None,
) -> httpx2.Response:
    """Post a body to /graphql as it is, or a mapping as JSON."""
    content = body if isinstance(body, (bytes, str)) else json.dumps(body)
    sent: dict[str, str | bytes] = {
        "content-type": "application/json",
        "accept": GRAPHQL_RESPONSE,
        **(headers or {}),
    }
    if token is not None:
        sent["authorization"] = f"Bearer {token}"
    async with site() as client:
        return await client.post(
            "/graphql",
            content=content,
            headers=[(name.encode(), _bytes(value)) for name, value in sent.items() if value],
        )


def _bytes(value: str | bytes) -> bytes:
    return value.encode() if isinstance(value, str) else value


async def ask_over_http(token: str, query: str, **variables: Any) -> Any:
    """Return what the application answers to somebody with a token, without what it cost."""
    response = await post({"query": query, "variables": variables}, token=token)
    assert response.status_code == 200
    return without_cost(response)


def without_cost(response: httpx2.Response) -> Any:
    """Return what a response says, without what it cost."""
    answer = response.json()
    assert list(answer.pop("extensions")) == ["cost"]
    return answer


def codes(response: httpx2.Response) -> list[str]:
    """Return the codes of the errors in a response."""
    return [error["extensions"]["code"] for error in response.json()["errors"]]
