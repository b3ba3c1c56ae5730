"""`./dev bench`: an organisation-year of answers, published as one edition and read."""

import asyncio
import os
import resource
import statistics
import time
from collections.abc import Callable
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import create_engine, text

from tenants import db
from tenants.insights import queries as insights
from tenants.insights import service
from tests.bench.releasing import database
from tests.factories import Client, make_client

ANSWERS_EACH: Final = 20
LAST_MONTH: Final = date(2025, 12, 1)
READS: Final = 50
Report = Callable[[str, str], None]

# The kinds of answers by lot: what an edition counts, and free text, which it leaves alone.
_FILL: Final = (
    # Nobody checks ten million foreign keys that this file has just made.
    "SET session_replication_role = replica",
    "SET work_mem = '256MB'",
    """
    UPDATE organisations SET created_at = '2025-01-01' WHERE id = :organisation
    """,
    """
    INSERT INTO responses (organisation_id, id, questionnaire_version_id, confidentiality,
                           submitted_month, segment, receipt_key)
    SELECT :organisation, gen_random_uuid(), v.id,
           (ARRAY['ATTRIBUTED', 'ATTRIBUTED', 'ATTRIBUTED', 'CONFIDENTIAL', 'ANONYMOUS'])
               [1 + n % 5],
           date '2025-01-01' + (n % 12) * interval '1 month', 'Department ' || n % 7,
           decode(md5(n::text), 'hex')
    FROM generate_series(1, :responses) n, questionnaire_versions v
    WHERE v.organisation_id = :organisation
    """,
    """
    INSERT INTO answers (organisation_id, response_id, question_id, state, do_not_quote, choice,
                         choices, scale, "boolean", "text", matrix)
    SELECT :organisation, r.id, q.id, 'ANSWERED', false,
        CASE WHEN q.type = 'SINGLE_CHOICE' THEN q.codes[1 + (random() * 7)::int] END,
        CASE WHEN q.type = 'MULTIPLE_CHOICE' THEN ARRAY[q.codes[1 + (random() * 3)::int],
                                                        q.codes[5 + (random() * 2)::int]] END,
        CASE WHEN q.type = 'RECOMMENDATION' THEN (random() * 10)::int END,
        CASE WHEN q.type = 'BOOLEAN' THEN random() < 0.5 END,
        CASE WHEN q.type IN ('SHORT_TEXT', 'LONG_TEXT') THEN 'What somebody wrote.' END,
        CASE WHEN q.type = 'MATRIX' THEN jsonb_build_object(
            q.codes[1], 1 + (random() * 4)::int, q.codes[2], 1 + (random() * 4)::int,
            q.codes[3], 1 + (random() * 4)::int, q.codes[4], 1 + (random() * 4)::int,
            q.codes[5], 1 + (random() * 4)::int, q.codes[6], 1 + (random() * 4)::int) END
    FROM responses r CROSS JOIN (
        SELECT id, type, ARRAY(SELECT one ->> 'code' FROM jsonb_array_elements(options) one)
            AS codes
        FROM questions WHERE organisation_id = :organisation ORDER BY position LIMIT :each) q
    WHERE r.organisation_id = :organisation
    -- A response and its answers are written together, so that they lie together.
    ORDER BY r.id
    """,
    "RESET work_mem",
    "SET session_replication_role = DEFAULT",
)


def measure(answers: int, report: Report) -> None:
    """Publish an edition over so many answers, and report how long it and reading take."""
    with database(answers):
        asyncio.run(_measure(answers, report))


async def _measure(answers: int, report: Report) -> None:
    async with db.connected(pool_size=2):
        client = await make_client(languages="en")
        fill(client.organisation_id, answers // ANSWERS_EACH)
        spent, started = resource.getrusage(resource.RUSAGE_SELF).ru_utime, time.perf_counter()
        done = await db.run(
            service.publish_editions,
            client.job,
            organisation_id=client.organisation_id,
            as_of=LAST_MONTH,
        )
        taken = time.perf_counter() - started
        used = resource.getrusage(resource.RUSAGE_SELF).ru_utime - spent
        assert len(done.editions) == 1, done
        report(f"edition over {answers:,} answers of {done.counted:,} people", f"{taken:.1f} s")
        report("  of which Python itself", f"{used:.1f} s")
        report("  reading its cell, median", f"{1000 * await _read(client):.1f} ms")


async def _read(client: Client) -> float:
    taken = []
    for _ in range(READS):
        started = time.perf_counter()
        await db.run(
            insights.get_insights,
            client.hr,
            organisation_id=client.organisation_id,
            with_offers=False,
        )
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def fill(organisation_id: UUID, responses: int) -> None:
    """Write so many responses of one year, with every answer."""
    engine = create_engine(db.psycopg_url(os.environ["DATABASE_URL"]))
    given = {"organisation": organisation_id, "responses": responses, "each": ANSWERS_EACH}
    with engine.begin() as connection:
        for statement in _FILL:
            wanted = {key: value for key, value in given.items() if f":{key}" in statement}
            connection.execute(text(statement), wanted)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE responses"))
        connection.execute(text("VACUUM ANALYZE answers"))
    engine.dispose()
