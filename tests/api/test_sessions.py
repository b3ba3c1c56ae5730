"""Sessions: how long they live, what ends them, and what their owner sees of them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from tenants.access import Role, Viewer
from tenants.db import run
from tenants.errors import Unauthenticated
from tenants.members import service as members
from tenants.organisations import service as organisations
from tenants.organisations import sessions
from tenants.organisations.models import AccessToken
from tenants.settings import get_settings
from tenants.tokens import hash_token
from tenants.work import Session
from tests.api.asking import ask_over_http, token_of
from tests.factories import make_client

pytestmark = pytest.mark.usefixtures("connection")

SESSIONS = "{ viewer { sessions { id userAgent isCurrent startedAt usedAt endsAt } } }"
REVOKE = """mutation ($id: ID!) { revokeSession(input: {sessionId: $id}) {
  session { isCurrent } userErrors { code field } } }"""


@pytest.fixture
def hours() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SESSION_HOURS", "8")
        patch.setenv("SESSION_IDLE_MINUTES", "30")
        get_settings.cache_clear()
        yield
    get_settings.cache_clear()


async def start(viewer: Viewer, user_agent: str | None = None) -> str:
    assert viewer.id is not None
    return await run(
        sessions.start_session, Viewer.operator(), person_id=viewer.id, user_agent=user_agent
    )


async def is_alive(token: str) -> bool:
    try:
        await run(organisations.authenticate, Viewer(token_hash=hash_token(token)))
    except Unauthenticated:
        return False
    return True


async def set_times(token: str, **times: datetime) -> None:
    async def change(session: Session, _viewer: Viewer) -> None:
        where = AccessToken.token_hash == hash_token(token)
        await session.execute(update(AccessToken).where(where).values(**times))

    await run(change, Viewer.operator())


async def times_of(token: str) -> AccessToken:
    async def read(session: Session, _viewer: Viewer) -> AccessToken:
        return await session.get_one(AccessToken, hash_token(token))

    return await run(read, Viewer.operator())


@pytest.mark.usefixtures("hours")
async def test_a_session_lives_while_it_is_used_and_not_beyond_its_end() -> None:
    client = await make_client()
    token = await start(client.hr)
    row = await times_of(token)
    assert row.ends_at is not None
    assert row.ends_at - row.created_at == timedelta(hours=8)
    assert row.expires_at - row.created_at == timedelta(minutes=30)
    # A look within the minute writes nothing.
    assert await is_alive(token)
    assert (await times_of(token)).expires_at == row.expires_at
    now = datetime.now(UTC)
    soon = now + timedelta(minutes=5)
    await set_times(token, used_at=now - timedelta(minutes=25), expires_at=soon)
    assert await is_alive(token)
    extended = (await times_of(token)).expires_at
    assert timedelta(minutes=29) < extended - now < timedelta(minutes=31)
    # Near its end it is not extended beyond it.
    await set_times(token, used_at=now - timedelta(minutes=25), ends_at=soon)
    assert await is_alive(token)
    assert (await times_of(token)).expires_at == soon
    await set_times(token, expires_at=now)
    assert not await is_alive(token)


async def test_a_token_for_the_api_is_not_extended() -> None:
    client = await make_client()
    token = await token_of(client.hr)
    before = (await times_of(token)).expires_at
    assert await is_alive(token)
    row = await times_of(token)
    assert (row.expires_at, row.used_at) == (before, None)


async def test_sessions_are_listed_and_ended_by_their_owner_alone() -> None:
    client = await make_client()
    first, second = await start(client.hr, "Browser A"), await start(client.hr, "x" * 999)
    api = await token_of(client.hr)
    stranger = await start(client.leadership)
    listed = (await ask_over_http(second, SESSIONS))["data"]["viewer"]["sessions"]
    assert [(one["userAgent"], one["isCurrent"]) for one in listed] == [
        ("x" * 300, True),
        ("Browser A", False),
    ]
    (own,) = (await ask_over_http(stranger, SESSIONS))["data"]["viewer"]["sessions"]
    assert own["userAgent"] is None
    for name in ("x", "", own["id"], first):
        refused = (await ask_over_http(second, REVOKE, id=name))["data"]["revokeSession"]
        assert refused == {
            "session": None,
            "userErrors": [{"code": "NOT_FOUND", "field": ["sessionId"]}],
        }
    assert [await is_alive(one) for one in (first, second, stranger, api)] == [True] * 4
    ended = (await ask_over_http(second, REVOKE, id=listed[1]["id"]))["data"]["revokeSession"]
    assert ended == {"session": {"isCurrent": False}, "userErrors": []}
    assert [await is_alive(one) for one in (first, second, stranger, api)] == [
        False,
        True,
        True,
        True,
    ]


@pytest.mark.parametrize(("keep", "count"), [(True, 2), (False, 3)])
async def test_everywhere_else_and_everywhere(*, keep: bool, count: int) -> None:
    client = await make_client()
    tokens = [await start(client.hr) for _ in range(3)]
    stranger = await start(client.leadership)
    query = """mutation ($keep: Boolean!) { revokeSessions(input: {keepCurrent: $keep}) {
      revokedCount userErrors { code } } }"""
    answer = await ask_over_http(tokens[0], query, keep=keep)
    assert answer["data"]["revokeSessions"] == {"revokedCount": count, "userErrors": []}
    assert [await is_alive(one) for one in (*tokens, stranger)] == [keep, False, False, True]


async def test_another_role_ends_the_sessions_and_no_others() -> None:
    client = await make_client()
    token, api = await start(client.leadership), await token_of(client.leadership)
    bystander = await start(client.hr)
    assert client.leadership.id is not None
    given: dict[str, Any] = {
        "organisation_id": client.organisation_id,
        "person_id": client.leadership.id,
    }
    # The same role is no change.
    await run(members.change_role, client.hr, role=Role.LEADERSHIP, **given)
    assert await is_alive(token)
    await run(members.change_role, client.hr, role=Role.HIRING_MANAGER, **given)
    assert not await is_alive(token)
    assert await is_alive(bystander)
    answer = await ask_over_http(api, "{ viewer { memberships { role } sessions { id } } }")
    assert answer["data"]["viewer"] == {
        "memberships": [{"role": "HIRING_MANAGER"}],
        "sessions": [],
    }
    assert await is_alive(await start(client.leadership))
