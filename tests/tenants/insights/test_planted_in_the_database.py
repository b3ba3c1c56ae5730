"""What the demo plants, published from rows: the same figures as without a database, and found."""

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from deploy.demo.timeline import first_day
from tenants.access import Viewer
from tenants.db import run
from tenants.disclosure import figures
from tenants.insights.service import publish_editions
from tenants.insights.standouts import list_standouts
from tenants.metrics import reason_key
from tenants.questionnaires.values import used_columns
from tenants.work import Session
from tests.factories import Client, make_client
from tests.tenants.insights.planted import Sent, editions, submissions
from tests.tenants.insights.test_standouts import NORTHWIND, TODAY

pytestmark = pytest.mark.usefixtures("connection")

SEEDS = (0, 1, 2)
_RESPONSES = """
    INSERT INTO responses (organisation_id, id, questionnaire_version_id, confidentiality,
                           submitted_month, segment, receipt_key)
    SELECT v.organisation_id, r.id, v.id, r.confidentiality, r.month, r.segment,
           decode(md5(r.id::text), 'hex')
    FROM jsonb_to_recordset(CAST(:rows AS jsonb))
        AS r(id uuid, confidentiality text, month date, segment text), questionnaire_versions v
    WHERE v.organisation_id = :organisation
"""
_ANSWERS = """
    INSERT INTO answers (organisation_id, response_id, question_id, state, do_not_quote, choice,
                         choices, scale, ranking, matrix, "boolean", text)
    SELECT q.organisation_id, a.id, q.id, a.state, false, a.choice, a.choices, a.scale, a.ranking,
           a.matrix, a.boolean, a.text
    FROM jsonb_to_recordset(CAST(:rows AS jsonb))
        AS a(id uuid, code text, state text, choice text, choices text[], scale int,
             ranking text[], matrix jsonb, boolean boolean, text text)
    JOIN questions q ON q.organisation_id = :organisation AND q.code = a.code
"""


async def write(
    session: Session, _viewer: Viewer, organisation_id: UUID, sent: Sequence[Sent]
) -> None:
    """Write what a demo's candidates send, and let the organisation begin with the first."""
    ids = [uuid4() for _ in sent]
    responses = [
        {
            "id": str(who),
            "confidentiality": group.confidentiality.value,
            "month": str(day.replace(day=1)),
            "segment": group.segment,
        }
        for who, (day, group, _) in zip(ids, sent, strict=True)
    ]
    answers = [
        {"id": str(who), "code": code, "state": answer.state.value, **used_columns(answer.value)}
        for who, (_, _, given) in zip(ids, sent, strict=True)
        for code, answer in given.items()
    ]
    for statement, rows in ((_RESPONSES, responses), (_ANSWERS, answers)):
        given_rows = {"organisation": organisation_id, "rows": json.dumps(rows, default=str)}
        await session.execute(text(statement), given_rows)
    began = datetime.combine(first_day(NORTHWIND, TODAY), datetime.min.time(), UTC)
    await session.execute(
        text("UPDATE organisations SET created_at = :began WHERE id = :organisation"),
        {"began": began, "organisation": organisation_id},
    )


async def published(session: Session, _viewer: Viewer) -> dict[date, dict[str | None, Any]]:
    """Return the figures of every cell that a reader may ask for, by edition."""
    rows = await session.execute(
        text(
            """
            SELECT e.ends_on, nullif(c.segment, ''), c.figures FROM editions e
            JOIN edition_cells c ON c.organisation_id = e.organisation_id AND c.edition_id = e.id
            WHERE c.kind <> 'NO_SEGMENT'
            """
        )
    )
    found: dict[date, dict[str | None, Any]] = {}
    for ends_on, segment, shown in rows:
        found.setdefault(ends_on, {})[segment] = {
            key: figures.from_json(one) for key, one in shown.items()
        }
    return found


async def make(seed: int) -> Client:
    client = await make_client()
    sent = list(submissions(NORTHWIND, seed, TODAY))
    await run(write, client.job, client.organisation_id, sent)
    await run(
        publish_editions,
        client.job,
        organisation_id=client.organisation_id,
        as_of=TODAY.replace(day=1),
    )
    return client


@pytest.mark.parametrize("seed", SEEDS)
async def test_the_database_publishes_what_the_rules_make_and_it_is_found(seed: int) -> None:
    client = await make(seed)
    found = await run(published, client.job)
    pure = list(editions(NORTHWIND, seed, TODAY))
    assert [found[end] for end in sorted(found)] == pure
    planted = {
        (one.name, reason_key(one.finding.reason)) for one in NORTHWIND.departments if one.finding
    }
    for end in found:
        certain = await run(
            list_standouts, client.hr, organisation_id=client.organisation_id, ends_on=end
        )
        assert {(one.segment, one.metric) for one in certain} == planted
