"""Attempts to sign in: counted for account and address, in every process alike."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from tenants.access import Viewer
from tenants.db import run
from tenants.errors import Forbidden
from tenants.model import new_id
from tenants.organisations.attempts import (
    WINDOW,
    Attempt,
    AttemptKind,
    TooManyAttempts,
    begin_attempt,
    forgive_attempt,
)
from tenants.organisations.models import SignInAttempts
from tenants.work import Session

HERE = "198.51.100.7"


async def begin(
    account: str, address: str | None, kind: AttemptKind = AttemptKind.SIGN_IN
) -> Attempt:
    return await run(begin_attempt, Viewer.operator(), kind=kind, account=account, address=address)


async def fail(times: int, *, account: str | None = None, address: str | None = None) -> None:
    for number in range(times):
        await begin(account or f"{number}@x.example", address or f"198.51.100.{100 + number}")


async def count() -> int:
    async def read(session: Session, _viewer: Viewer) -> int:
        return (await session.scalar(select(func.count()).select_from(SignInAttempts))) or 0

    return await run(read, Viewer.operator())


@pytest.mark.usefixtures("connection")
async def test_the_eleventh_failure_of_an_account_is_refused_wherever_it_comes_from() -> None:
    await fail(10, account="dana@x.example")
    with pytest.raises(TooManyAttempts) as refused:
        await begin(" DANA@x.example", HERE)
    assert 0 < refused.value.seconds <= 900
    await begin("robin@x.example", HERE)
    # Forgotten passwords are counted by themselves.
    await begin("dana@x.example", HERE, AttemptKind.PASSWORD_RESET)


@pytest.mark.usefixtures("connection")
@pytest.mark.parametrize(
    ("first", "second", "together"),
    [
        ("203.0.113.5", "203.0.113.5", True),
        ("203.0.113.5", "::ffff:203.0.113.5", True),
        ("203.0.113.5", "203.0.113.6", False),
        ("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        (None, None, True),
        ("a socket", "a socket", True),
    ],
)
async def test_an_address_is_counted_as_its_network(
    first: str | None, second: str | None, *, together: bool
) -> None:
    for number in range(10):
        await begin(f"{number}@x.example", first)
    if together:
        with pytest.raises(TooManyAttempts):
            await begin("dana@x.example", second)
    else:
        await begin("dana@x.example", second)


@pytest.mark.usefixtures("connection")
async def test_what_is_refused_is_not_counted_and_what_succeeds_is_forgiven() -> None:
    for _ in range(30):
        attempt = await begin("dana@x.example", HERE)
        await run(forgive_attempt, Viewer.operator(), attempt=attempt)
    await fail(10, address=HERE)
    before = await count()
    with pytest.raises(TooManyAttempts):
        await begin("robin@x.example", HERE)
    # Neither is the account, which had nothing to do with it.
    assert await count() == before


@pytest.mark.usefixtures("connection")
async def test_failures_count_for_a_quarter_of_an_hour_and_are_forgotten() -> None:
    await fail(10, account="dana@x.example", address=HERE)
    long_ago = datetime.now(UTC) - WINDOW - timedelta(seconds=1)

    async def age(session: Session, _viewer: Viewer) -> None:
        await session.execute(
            update(SignInAttempts).values(tried_at=[long_ago] * 10, last_tried_at=long_ago)
        )

    await run(age, Viewer.operator())
    await begin("robin@x.example", "198.51.100.9")
    assert await count() == 2
    await begin("dana@x.example", HERE)


@pytest.mark.usefixtures("connection")
async def test_nothing_is_kept_as_it_was_typed_and_nobody_else_counts() -> None:
    await begin("dana@x.example", HERE)

    async def read(session: Session, _viewer: Viewer) -> list[bytes]:
        return [*await session.scalars(select(SignInAttempts.key_hash))]

    keys = await run(read, Viewer.operator())
    assert {len(one) for one in keys} == {32}
    assert await run(read, Viewer()) == []
    with pytest.raises(Forbidden):
        await run(begin_attempt, Viewer(), kind=AttemptKind.SIGN_IN, account="x", address=HERE)
    odd = "\ud800 of dana"
    await begin(odd, odd)


async def test_many_at_once_get_no_further_than_one_by_one(committing: AsyncEngine) -> None:
    assert committing is not None
    account, tail = f"{new_id().hex}@x.example", new_id().hex
    outcomes = await asyncio.gather(
        *(begin(account, f"socket {number} {tail}") for number in range(15)),
        return_exceptions=True,
    )
    assert sum(isinstance(one, Attempt) for one in outcomes) == 10
    assert sum(isinstance(one, TooManyAttempts) for one in outcomes) == 5
