"""New signing keys in good time, and what has expired is forgotten."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, func, select, update

from api.auth import access_tokens
from deploy import key_rotation
from tenants import db
from tenants.access import Viewer
from tenants.db import run
from tenants.integrations.signing_keys import KEY_LIFETIME, get_published_keys, get_signing_key
from tenants.integrations.token_models import (
    AccessGrant,
    AuthorizationCode,
    DeniedToken,
    RefreshToken,
    SigningKey,
)
from tenants.work import Session
from tests.api.auth.oauth_world import is_good, keep_one_of_each, make_machine, token_for
from tests.factories import make_client
from tests.jobs.rows import enqueue

pytestmark = pytest.mark.usefixtures("connection", "bells")
Perform = Callable[[str, UUID, UUID | None], Awaitable[None]]
OPERATOR = Viewer.operator()


async def change(viewer: Viewer, statement: Any) -> None:
    """Let something have happened."""

    async def send(session: Session, _viewer: Viewer) -> None:
        await session.execute(statement)

    await run(send, viewer)


async def published() -> set[str | None]:
    """Return the ids of the published keys."""
    return {key.kid for key in await run(get_published_keys, OPERATOR)}


async def signing() -> str | None:
    """Return the id of the key that signs."""
    (key,) = await run(get_signing_key, OPERATOR)
    return key.kid


async def older(span: timedelta) -> None:
    """Let every key be older."""
    await change(
        OPERATOR,
        update(SigningKey).values(
            active_at=SigningKey.active_at - span, created_at=SigningKey.created_at - span
        ),
    )


async def rotate(perform: Perform) -> None:
    """Do the job."""
    job_id = await run(enqueue, OPERATOR, None, "integrations.rotate_keys")
    await perform("integrations.rotate_keys", job_id, None)


async def test_a_key_is_followed_by_another_without_a_token_noticing(perform: Perform) -> None:
    await change(OPERATOR, delete(SigningKey))
    machine = await make_machine(await make_client())
    token, first = await token_for(machine), await signing()
    await rotate(perform)
    assert await published() == {first}
    await older(KEY_LIFETIME)
    await rotate(perform)
    await rotate(perform)
    known = await published()
    assert len(known) == 2
    # It is known for an hour before it signs anything.
    assert await signing() == first
    await older(timedelta(hours=1))
    (second,) = known - {first}
    assert await signing() == second
    assert await is_good(token)
    assert await is_good(await token_for(machine))
    await rotate(perform)
    assert await published() == known
    await older(timedelta(minutes=16))
    await rotate(perform)
    assert await published() == {second}


async def test_a_key_that_became_known_is_forgotten_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    machine = await make_machine(await make_client())
    token = await token_for(machine)
    assert await is_good(token)

    class Connected:
        """The test is connected already."""

        async def __aenter__(self) -> None:
            """Do nothing."""

        async def __aexit__(self, *_: object) -> None:
            """Do nothing."""

    monkeypatch.setattr(db, "connected", lambda **_: Connected())
    assert "signs in 60 minutes" in await key_rotation.rotate(at_once=False)
    assert "published already" in await key_rotation.rotate(at_once=False)
    assert "signs now" in await key_rotation.rotate(at_once=True)
    access_tokens.forget_keys()
    assert not await is_good(token)
    assert await is_good(await token_for(machine))


async def test_what_has_been_worthless_for_a_week_is_forgotten(perform: Perform) -> None:
    client = await make_client()
    await keep_one_of_each(client)
    tables = (AccessGrant, AuthorizationCode, RefreshToken, DeniedToken)

    async def count(session: Session, _viewer: Viewer) -> list[int | None]:
        return [await session.scalar(select(func.count()).select_from(one)) for one in tables]

    async def forget() -> list[int | None]:
        job_id = await run(
            enqueue, client.job, client.organisation_id, "integrations.forget_expired"
        )
        await perform("integrations.forget_expired", job_id, client.organisation_id)
        return await run(count, client.job)

    assert await forget() == [1, 1, 1, 1]
    long_ago = datetime.now(UTC) - timedelta(days=8)
    for table in (AuthorizationCode, DeniedToken):
        await change(client.job, update(table).values(expires_at=long_ago))
    await change(client.job, update(AccessGrant).values(created_at=long_ago))
    # The grant is needed for as long as one of its tokens is good.
    assert await forget() == [1, 0, 1, 0]
    await change(client.job, update(RefreshToken).values(expires_at=long_ago))
    assert await forget() == [0, 0, 0, 0]
