"""All SQL of a submission that goes out as one message, before anything was read of its case.

What a candidate answers is checked against the version that the organisation's candidates were
last asked. The statement writes only if the interview is pinned to that version and nothing else
stands in the way; what it has refused is decided anew by who reads first.
"""

from datetime import UTC, datetime
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import text

from tenants.access import Permission, Viewer, require
from tenants.audit import AuditAction
from tenants.interviews.models import Confidentiality
from tenants.interviews.sending_queries import Asked
from tenants.model import new_id
from tenants.work import Session

_LOCK: Final = text(
    """
    SELECT FROM invitations WHERE organisation_id = :organisation AND id = :invitation FOR UPDATE
    """
)

# After the lock, and so behind everything that another transaction did while it was held. Each key
# is looked up by itself: decision 11. The database's clock may only refuse: ours may be behind by
# what the lock had to be waited for.
_SEND: Final = text(
    """
    WITH fit AS MATERIALIZED (
        SELECT id, offer_id, language FROM interviews
        WHERE organisation_id = :organisation AND questionnaire_version_id = :version AND id = (
            SELECT interview_id FROM invitations
            WHERE organisation_id = :organisation AND id = :invitation AND submission IS NULL
              AND mails >= :mail AND NOT revoked AND expires_at > :now
              AND expires_at > clock_timestamp()
        ) AND NOT EXISTS (
            SELECT FROM drafts WHERE organisation_id = :organisation AND invitation_id = :invitation
        ) AND NOT EXISTS (
            SELECT FROM responses
            WHERE organisation_id = :organisation AND receipt_key = :receipt_key)
    ), requisition AS MATERIALIZED (
        SELECT department, location FROM requisitions
        WHERE organisation_id = :organisation AND id = (
            SELECT requisition_id FROM applications
            WHERE organisation_id = :organisation AND id = (
                SELECT application_id FROM offers
                WHERE organisation_id = :organisation AND id = (SELECT offer_id FROM fit)))
    ), dimension AS (
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
)


async def add_response_at_once(
    session: Session,
    viewer: Viewer,
    asked: Asked,
    *,
    organisation_id: UUID,
    invitation_id: UUID,
    answers: str,
    confidentiality: Confidentiality,
    receipt_key: bytes,
    language: str | None,
    order_seed: int | None,
) -> bool:
    """Add an ATTRIBUTED or CONFIDENTIAL response with its answers, if nothing stands in the way.

    All of it is written or nothing. What stands in the way: a link that is not usable, an interview
    that is pinned to another version, answers that were saved before, a receipt code that was used.

    Args:
        session: The transaction, in which nothing has happened yet.
        viewer: The candidate, whom the log does not name.
        asked: Against which version the answers were checked.
        organisation_id: Whose.
        invitation_id: By which invitation.
        answers: A JSON array of rows of `answers`.
        confidentiality: What was chosen.
        receipt_key: With which the candidate finds the response again.
        language: The language last used; the interview's if None.
        order_seed: By which shuffled options were ordered.

    Returns:
        Whether it was written; the links are dead then.
    """
    require(viewer, Permission.RESPONSE_SUBMIT, organisation_id)
    now, role = datetime.now(UTC), viewer.role_in(organisation_id)
    key = {"organisation": organisation_id, "invitation": invitation_id}
    given = {
        **key,
        "mail": viewer.mail_number,
        "response": uuid4(),
        "version": asked.id,
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
    _, written = await session.attempt((_LOCK, key), (_SEND, given))
    return bool(written)
