"""Notifications that a mail system posts: with the operator's secret alone, and once is enough."""

from collections.abc import Iterator

import httpx2
import pytest
from sqlalchemy import select

from api.app import create_app
from tenants.access import Viewer
from tenants.db import run
from tenants.interviews.bounces import LONGEST_POSTED
from tenants.interviews.models import Invitation
from tenants.keys import Purpose
from tenants.settings import get_settings
from tenants.tokens import Token, make_token
from tenants.work import Session
from tests.api.test_mail_settings import send
from tests.factories import make_client, make_invited_candidate
from tests.tenants.interviews.test_bounces import notification

pytestmark = pytest.mark.usefixtures("connection")

SECRET = "a-mail-systems-own-secret-of-forty-letters"


@pytest.fixture
def secret(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("MAIL_BOUNCES_SECRET", SECRET)
    get_settings.cache_clear()
    yield SECRET
    monkeypatch.undo()
    get_settings.cache_clear()


async def post(raw: bytes, **headers: str) -> httpx2.Response:
    """Post a notification to the application as it is set up now."""
    transport = httpx2.ASGITransport(app=create_app())
    async with httpx2.AsyncClient(transport=transport, base_url="http://testserver") as http:
        return await http.post("/mail-bounces", content=raw, headers=headers)


async def test_a_posted_notification_is_noted_once_and_from_nobody_else(secret: str) -> None:
    client = await make_client()
    invited = await make_invited_candidate(client)
    await send(invited)

    async def is_undeliverable() -> bool:
        async def look(session: Session, _viewer: Viewer) -> bool:
            return (await session.scalars(select(Invitation.is_undeliverable))).one()

        return await run(look, client.job)

    organisation = client.organisation_id
    token = make_token(Purpose.MAIL, Token(organisation, invited.invitation_id, 1))
    raw = notification(tracer=token)
    for wrong in ({}, {"authorization": f"Bearer {secret}x"}, {"authorization": "Bearer "}):
        refused = await post(raw, **wrong)
        assert (refused.status_code, refused.json()["code"]) == (401, "UNAUTHENTICATED")
    ours = {"authorization": f"Bearer {secret}"}
    other = make_token(Purpose.MAIL, Token(organisation, invited.interview_id, 1))
    for nothing in (b"", b"Subject: Out of office\n\nI am away.", notification(tracer=other)):
        answer = await post(nothing, **ours)
        assert (answer.status_code, answer.json()) == (200, {"noted": False})
    assert await is_undeliverable() is False
    long = await post(b"x" * (LONGEST_POSTED + 1), **ours)
    assert (long.status_code, long.json()["code"]) == (413, "BODY_TOO_LARGE")
    for _ in range(2):
        assert (await post(raw, **ours)).json() == {"noted": True}
    assert await is_undeliverable() is True


async def test_without_a_secret_there_is_no_such_address() -> None:
    assert (await post(notification())).status_code == 404
