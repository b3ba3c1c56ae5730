"""What adds a response that is not ANONYMOUS, however its case was found."""

from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID, uuid4

from tenants.access import Viewer
from tenants.audit import AuditAction
from tenants.interviews.models import Confidentiality
from tenants.model import new_id

# Adds a response with its answers and kills its link, for each row of `fit` (an interview's id and
# language), of which there is one or none; `requisition` has its department and location.
WRITE: Final = """
    dimension AS (
        SELECT coalesce((SELECT s.dimension FROM insight_settings s
                         WHERE s.organisation_id = :organisation AND s.starts_on <= :today
                         ORDER BY s.number DESC LIMIT 1), 'DEPARTMENT') AS dimension
    ), invitation AS (
        UPDATE invitations SET submission = 'SUBMITTED'
        WHERE organisation_id = :organisation AND id = :invitation AND EXISTS (SELECT FROM fit)
    ), response AS (
        INSERT INTO responses (organisation_id, id, questionnaire_version_id, interview_id,
            confidentiality, submitted_month, submitted_on, language, segment, dimension,
            receipt_key, order_seed)
        SELECT :organisation, :response, :version, f.id, :confidentiality,
            date_trunc('month', CAST(:today AS date))::date, :today,
            coalesce(:language, f.language),
            CASE d.dimension WHEN 'LOCATION' THEN r.location ELSE r.department END, d.dimension,
            :receipt_key, :order_seed
        FROM fit f CROSS JOIN dimension d LEFT JOIN requisition r ON true
    ), answer AS (
        INSERT INTO answers (organisation_id, response_id, question_id, state, do_not_quote,
            choice, choices, other_text, scale, number, text, ranking, matrix, boolean, date)
        SELECT :organisation, :response, a.question_id, a.state, a.do_not_quote,
            a.choice, a.choices, a.other_text, a.scale, a.number, a.text, a.ranking, a.matrix,
            a.boolean, a.date
        FROM fit CROSS JOIN jsonb_to_recordset(CAST(:answers AS jsonb)) AS a(
            question_id uuid, state text, do_not_quote boolean,
            choice text, choices text[], other_text text, scale smallint, number numeric,
            text text, ranking text[], matrix jsonb, boolean boolean, date date)
    ), conversation AS (
        -- Nobody will call any more.
        UPDATE conversations SET phone = NULL, preferred_times = NULL
        WHERE organisation_id = :organisation AND interview_id = (SELECT id FROM fit)
    ), subject AS (
        INSERT INTO audit_subjects (organisation_id, subject_id, token)
        SELECT :organisation, :response, :token FROM fit
    )
    INSERT INTO audit_events (organisation_id, id, at, action, actor_kind, actor_role, subject)
    SELECT :organisation, :event, :now, :action, :actor_kind, :actor_role, :token FROM fit
    RETURNING true AS is_written
"""


def values_of(
    viewer: Viewer,
    version_id: UUID,
    *,
    organisation_id: UUID,
    invitation_id: UUID,
    answers: str,
    confidentiality: Confidentiality,
    receipt_key: bytes,
    language: str | None,
    order_seed: int | None,
) -> dict[str, Any]:
    """Return the parameters of `WRITE` for an ATTRIBUTED or CONFIDENTIAL response.

    Args:
        viewer: The candidate, whom the log does not name.
        version_id: What was asked.
        organisation_id: Whose.
        invitation_id: By which invitation.
        answers: A JSON array of rows of `answers`.
        confidentiality: What was chosen.
        receipt_key: With which the candidate finds the response again.
        language: The language last used; the interview's if None.
        order_seed: By which shuffled options were ordered.
    """
    now, role = datetime.now(UTC), viewer.role_in(organisation_id)
    return {
        "organisation": organisation_id,
        "invitation": invitation_id,
        "response": uuid4(),
        "version": version_id,
        "confidentiality": confidentiality.value,
        "today": now.date(),
        "language": language,
        "receipt_key": receipt_key,
        "order_seed": order_seed,
        "answers": answers,
        "token": uuid4(),
        "event": new_id(),
        "now": now,
        "action": AuditAction.RESPONSE_SUBMITTED.value,
        "actor_kind": viewer.kind.value,
        "actor_role": None if role is None else role.value,
    }
