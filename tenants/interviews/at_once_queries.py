"""All SQL of a submission that goes out as one message, before anything was read of its case.

What a candidate answers is checked against the version that the organisation's candidates were
last asked. The statement writes only if the interview is pinned to that version and nothing else
stands in the way; what it has refused is decided anew by who reads first.
"""

from typing import Final
from uuid import UUID

from sqlalchemy import text

from tenants.access import Permission, Viewer, require
from tenants.interviews.models import Confidentiality
from tenants.interviews.sending_queries import Asked
from tenants.interviews.writing_queries import WRITE, values_of
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
    f"""
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
    ), {WRITE}
    """  # noqa: S608 - of texts given here.
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
    given = values_of(
        viewer,
        asked.id,
        organisation_id=organisation_id,
        invitation_id=invitation_id,
        answers=answers,
        confidentiality=confidentiality,
        receipt_key=receipt_key,
        language=language,
        order_seed=order_seed,
    )
    key = {"organisation": organisation_id, "invitation": invitation_id}
    _, written = await session.attempt((_LOCK, key), (_SEND, given | {"mail": viewer.mail_number}))
    return bool(written)
