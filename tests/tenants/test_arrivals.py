"""Connections whose socket is watched for good: what they answer, and how they end."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
from psycopg import OperationalError
from psycopg.errors import DivisionByZero
from sqlalchemy import create_engine, text

from tenants import db
from tenants.arrivals import Arrivals
from tenants.pipeline import Pool, Prepared, rows_of
from tenants.settings import get_settings

_PID: Prepared = (b"SELECT pg_backend_pid()::text", [])


@pytest.fixture
async def pool(database: str) -> AsyncIterator[Pool]:
    """Give two connections."""
    assert database
    url = db.application_url(get_settings()).set(drivername="postgresql")
    pool = Pool(url.render_as_string(hide_password=False), 2)
    yield pool
    await pool.close()


async def pid_of(pool: Pool) -> str:
    """Return which backend answers."""
    (result,) = await pool.send([_PID])
    return str(rows_of(result)[0][0])


def end(database: str, function: str, pid: str) -> None:
    """End a backend or what it does."""
    engine = create_engine(database)
    with engine.connect() as connection:
        connection.execute(text(f"SELECT {function}({int(pid)})"))
    engine.dispose()


async def test_answers_of_all_lengths_come_as_they_are(pool: Pool) -> None:
    for length in (0, 1, 10_000, 10_000_000):
        asked: Prepared = (b"SELECT $1::text", [b"a" * length])
        found = await pool.send([asked, _PID, asked])
        assert [len(rows_of(found[one])[0][0]) for one in (0, 2)] == [length, length]
    assert await pid_of(pool) == await pid_of(pool)


async def test_each_gets_its_own_answer(pool: Pool) -> None:
    async def ask(number: int) -> None:
        asked: Prepared = (b"SELECT $1::text, pg_sleep(0.001)::text", [str(number).encode()])
        (result,) = await pool.send([asked])
        assert rows_of(result)[0][0] == str(number)

    await asyncio.gather(*(ask(number) for number in range(200)))


async def test_a_connection_goes_on_after_a_statement_has_failed(pool: Pool) -> None:
    before = await pid_of(pool)
    with pytest.raises(DivisionByZero):
        await pool.send([_PID, (b"SELECT 1 / 0", []), _PID])
    assert await pid_of(pool) == before


async def test_a_connection_that_was_closed_while_nobody_used_it_is_replaced(
    pool: Pool, database: str
) -> None:
    before = await pid_of(pool)
    end(database, "pg_terminate_backend", before)
    await asyncio.sleep(0.2)
    # A socket that was closed can be read for ever; nobody may go on looking at it.
    began = time.process_time()
    await asyncio.sleep(0.3)
    assert time.process_time() - began < 0.1
    assert await pid_of(pool) != before


async def test_a_connection_that_is_closed_while_somebody_waits_says_so(
    pool: Pool, database: str
) -> None:
    async with pool.lend() as lent:
        (result,) = await lent.send([_PID])
        # The first statement might be sent again, the second one not.
        waiting = asyncio.create_task(lent.send([(b"SELECT pg_sleep(30)", [])]))
        await asyncio.sleep(0.2)
        end(database, "pg_terminate_backend", str(rows_of(result)[0][0]))
        with pytest.raises(OperationalError):
            await asyncio.wait_for(waiting, 5)
    assert await pid_of(pool)


async def test_who_waits_no_more_ends_what_was_asked(pool: Pool, database: str) -> None:
    before = await pid_of(pool)
    asked = asyncio.create_task(pool.send([(b"SELECT pg_sleep(30)", [])]))
    await asyncio.sleep(0.2)
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    assert await pid_of(pool) != before
    engine = create_engine(database)
    with engine.connect() as connection:
        statement = text(
            "SELECT count(*) FROM pg_stat_activity WHERE query ~ 'pg_sleep.30'"
            " AND state = 'active' AND pid <> pg_backend_pid()"
        )
        assert connection.scalar(statement) == 0
    engine.dispose()


async def test_one_that_is_cancelled_when_the_answer_is_there_leaves_it_usable(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await pid_of(pool)
    take = Arrivals._take

    def take_and_cancel(self: Arrivals) -> None:
        take(self)
        asked.cancel()

    async with pool.lend() as lent:
        await lent.send([_PID])
        assert lent.taken is not None
        arrivals = lent.taken.arrivals
        monkeypatch.setattr(Arrivals, "_take", take_and_cancel)
        arrivals.stop()
        arrivals.watch()
        asked = asyncio.create_task(lent.send([_PID]))
        with pytest.raises(asyncio.CancelledError):
            await asked
        monkeypatch.undo()
        arrivals.stop()
        arrivals.watch()
    assert await asyncio.wait_for(pid_of(pool), 5) == before
