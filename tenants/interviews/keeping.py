"""Keeping a response that somebody keyed in; candidates' own go out in one text (`submission`)."""

from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID, uuid4

from tenants import audit
from tenants.access import Viewer
from tenants.audit import AuditAction
from tenants.disclosure.rules import Dimension
from tenants.interviews import holding
from tenants.interviews.asking import order_seed
from tenants.interviews.conversation_queries import forget_contact
from tenants.interviews.models import Confidentiality, Response
from tenants.interviews.queries import Case
from tenants.organisations.insight_queries import list_settings
from tenants.organisations.insight_settings import dimension_at
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
    dimension = await _dimension(session, viewer, case.invitation.organisation_id)
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
        segment=getattr(case.requisition, dimension.lower(), None),
        dimension=dimension,
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


async def _dimension(session: Session, viewer: Viewer, organisation_id: UUID) -> Dimension:
    """Return by what a response of today is divided."""
    versions = await list_settings(session, viewer, organisation_id=organisation_id)
    return dimension_at(versions, datetime.now(UTC).date())
