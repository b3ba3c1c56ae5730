"""All SQL of imports: many responses with their answers in two statements."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text

from tenants.access import Permission, Viewer, require
from tenants.work import Session

# The application plans each statement anew, and with it the look-ups of every row's foreign keys:
# two thirds of the time of an import. Within it they keep their plans, once there is a table to
# plan for: a plan made for an empty one takes any index, and soon reads all of an organisation.
_KEEP_PLANS = text(
    """
    SELECT set_config('plan_cache_mode', CASE WHEN pg_relation_size('responses') > 1048576
                      THEN 'force_generic_plan' ELSE 'force_custom_plan' END, true),
           set_config('enable_seqscan', 'off', true)
    """
)
# COPY is refused under row-level security. A set of rows in one parameter is the next fastest.
_INSERT_RESPONSES = text(
    """
    INSERT INTO responses (organisation_id, id, questionnaire_version_id, confidentiality,
                           submitted_month, language, segment, receipt_key, source)
    SELECT CAST(:organisation_id AS uuid), r.id, CAST(:version_id AS uuid), r.confidentiality,
           r.submitted_month, CAST(:language AS text), r.segment, decode(r.receipt_key, 'hex'),
           CAST(:source AS text)
    FROM json_to_recordset(CAST(:rows AS json)) AS r(
        id uuid, confidentiality text, submitted_month date, segment text, receipt_key text)
    ON CONFLICT (organisation_id, receipt_key) DO NOTHING
    RETURNING id
    """
)
_INSERT_ANSWERS = text(
    """
    INSERT INTO answers (organisation_id, response_id, question_id, state, do_not_quote, choice,
                         choices, other_text, scale, number, "text", ranking, matrix, "boolean",
                         "date")
    SELECT CAST(:organisation_id AS uuid), a.response_id, a.question_id, a.state,
           coalesce(a.do_not_quote, false), a.choice, a.choices, a.other_text, a.scale, a.number,
           a."text", a.ranking, a.matrix, a."boolean", a."date"
    FROM json_to_recordset(CAST(:rows AS json)) AS a(
        response_id uuid, question_id uuid, state text, do_not_quote boolean, choice text,
        choices text[], other_text text, scale smallint, number numeric, "text" text,
        ranking text[], matrix jsonb, "boolean" boolean, "date" date)
    """
)


async def insert_responses(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    version_id: UUID,
    source: str,
    language: str,
    rows: Sequence[Mapping[str, Any]],
) -> set[UUID]:
    """Add those responses whose key the organisation does not have yet; return their ids.

    Args:
        session: The transaction.
        viewer: A job of the organisation.
        organisation_id: Whose.
        version_id: What was answered.
        source: Where they are from.
        language: In which they were answered.
        rows: With `id`, `confidentiality`, `submitted_month`, `segment` and `receipt_key` in
            hexadecimal digits, as JSON has them; no key twice.
    """
    require(viewer, Permission.RESPONSE_IMPORT, organisation_id)
    await session.execute(_KEEP_PLANS)
    added = await session.scalars(
        _INSERT_RESPONSES,
        {
            "organisation_id": organisation_id,
            "version_id": version_id,
            "source": source,
            "language": language,
            "rows": json.dumps(rows, ensure_ascii=False),
        },
    )
    return set(added)


async def insert_answers(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    rows: Sequence[Mapping[str, Any]],
) -> None:
    """Add answers to responses that were just added.

    Args:
        session: The transaction.
        viewer: A job of the organisation.
        organisation_id: Whose.
        rows: With `response_id`, `question_id`, `state` and the columns of the value in use.
    """
    require(viewer, Permission.RESPONSE_IMPORT, organisation_id)
    await session.execute(
        _INSERT_ANSWERS,
        {"organisation_id": organisation_id, "rows": json.dumps(rows, ensure_ascii=False)},
    )
