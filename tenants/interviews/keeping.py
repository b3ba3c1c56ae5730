"""Keeping a response that somebody keyed in; candidates' own go out in one text (`submission`)."""

from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import uuid4

from tenants import audit
from tenants.access import Viewer
from tenants.audit import AuditAction
from tenants.interviews import holding
from tenants.interviews.asking import order_seed
from tenants.interviews.conversation_queries import forget_contact
from tenants.interviews.models import Confidentiality, Response
from tenants.interviews.queries import Case
from tenants.questionnaires import queries as questionnaires
from tenants.questionnaires.logic import Answer
from tenants.questionnaires.versions import definition_of
from tenants.work import Session


async def keep_response(
    session: Session,
    viewer: Viewer,
    case: Case,
    *,
    answers: Mapping[str, Answer],
    confidentiality: Confidentiality,
    receipt_key: bytes,
    language: str,
) -> Response:
    """Add an ATTRIBUTED or CONFIDENTIAL response and its answers; return it. Nobody calls now."""
    today = datetime.now(UTC).date()
    is_shuffled = any(question.shuffle for question in definition_of(case.version).questions())
    response = Response(
        organisation_id=case.invitation.organisation_id,
        id=uuid4(),
        questionnaire_version_id=case.version.id,
        interview_id=case.interview.id,
        confidentiality=confidentiality,
        submitted_month=today.replace(day=1),
        submitted_on=today,
        language=language,
        segment=case.requisition.department if case.requisition else None,
        receipt_key=receipt_key,
        order_seed=order_seed(case.invitation.id) if is_shuffled else None,
    )
    session.add(response)
    await session.flush()
    ids = await questionnaires.question_ids(
        session,
        viewer,
        organisation_id=response.organisation_id,
        version_id=case.version.id,
    )
    session.add_all(holding.answer_rows(response, ids, answers))
    await audit.record(
        session,
        viewer,
        AuditAction.RESPONSE_SUBMITTED,
        response.organisation_id,
        response.id,
    )
    await forget_contact(
        session,
        viewer,
        organisation_id=response.organisation_id,
        interview_id=case.interview.id,
    )
    return response
