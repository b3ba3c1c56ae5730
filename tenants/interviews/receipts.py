"""What a receipt code opens: one's own response, to be read again or withdrawn, by nobody else."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from tenants import audit
from tenants.access import Permission, Viewer, require
from tenants.audit import AuditAction
from tenants.errors import Conflict, NotFound
from tenants.interviews import holding
from tenants.interviews import response_queries as responses
from tenants.interviews.models import Confidentiality, HeldSubmission, Response
from tenants.interviews.submission import receipt_keys
from tenants.keys import Purpose
from tenants.questionnaires.definition import Definition
from tenants.questionnaires.logic import Answer
from tenants.questionnaires.versions import definition_of
from tenants.settings import get_settings
from tenants.tokens import Token, make_token
from tenants.work import Session


@dataclass(frozen=True, slots=True)
class Receipt:
    """A response as the candidate who sent it may see it.

    Attributes:
        confidentiality: What was chosen.
        submitted_month: When it was sent, or left the holding place; None while it waits there.
        definition: What was asked.
        answers: What was answered, by the question's code.
    """

    confidentiality: Confidentiality
    submitted_month: date | None
    definition: Definition
    answers: Mapping[str, Answer]


def receipt_url(organisation_id: UUID) -> str:
    """Return the address at which an organisation's receipt codes open responses.

    It is the same for every candidate, so that it tells nothing of who opens it.
    """
    token = make_token(Purpose.RECEIPT, Token(organisation_id, organisation_id))
    return f"{get_settings().public_url}/receipt/{token}"


async def get_receipt(session: Session, viewer: Viewer, *, receipt_code: str) -> Receipt:
    """Return the response that was sent with a receipt code.

    Raises:
        NotFound: There is none, it was withdrawn, or it was deleted unread after 24 months.
        InvalidInput: No receipt code looks like this.
    """
    organisation_id, found = await _find(session, viewer, receipt_code)
    version = await responses.get_version_of_receipt(
        session, viewer, organisation_id=organisation_id, version_id=found.questionnaire_version_id
    )
    definition = definition_of(version)
    if isinstance(found, HeldSubmission):
        opened = holding.open_held(found)
        return Receipt(Confidentiality.ANONYMOUS, None, definition, opened.answers)
    answers = await responses.list_answers_of_receipt(
        session, viewer, organisation_id=organisation_id, response_id=found.id
    )
    return Receipt(found.confidentiality, found.submitted_month, definition, answers)


async def withdraw_response(
    session: Session, viewer: Viewer, *, receipt_code: str
) -> tuple[UUID, UUID | None]:
    """Erase the response that was sent with a receipt code, whether it waits or is kept.

    Of an ANONYMOUS response there is no event, of another one the event names a token that is cut
    off at once. `insights.withdrawals` is the way to call it: it sees to the published figures.

    Returns:
        The organisation, and the edition that counted the response, if one did.

    Raises:
        NotFound: There is none, or it was withdrawn before.
        InvalidInput: No receipt code looks like this.
    """
    organisation_id, found = await _find(session, viewer, receipt_code)
    kept = found if isinstance(found, Response) else None
    edition_id = kept.edition_id if kept else None
    if kept is not None and kept.interview_id is not None:
        await audit.record(
            session, viewer, AuditAction.RESPONSE_WITHDRAWN, organisation_id, kept.id
        )
        await _forget_looks(session, viewer, kept)
    await session.delete(found)
    await session.flush()
    return organisation_id, edition_id


async def tighten_confidentiality(
    session: Session, viewer: Viewer, *, receipt_code: str
) -> Confidentiality:
    """Make an ATTRIBUTED response CONFIDENTIAL: from now on only the third party knows who it was.

    Nothing else ever changes what was chosen. A response that is CONFIDENTIAL stays as it is, and
    figures that were published with it stand. The log says that this happened and not to what, and
    no longer whose response and identity were looked at before.

    Returns:
        What the response is now.

    Raises:
        NotFound: There is no such response, or it was withdrawn.
        Conflict: It is ANONYMOUS, which nobody can know better.
        InvalidInput: No receipt code looks like this.
    """
    organisation_id, found = await _find(session, viewer, receipt_code)
    if isinstance(found, HeldSubmission) or found.confidentiality is Confidentiality.ANONYMOUS:
        message = "An anonymous response cannot be made more confidential than it is."
        raise Conflict(message, field="receiptCode")
    if found.confidentiality is Confidentiality.ATTRIBUTED:
        found.confidentiality = Confidentiality.CONFIDENTIAL
        await session.flush()
        await _forget_looks(session, viewer, found)
        await audit.record(session, viewer, AuditAction.RESPONSE_TIGHTENED, organisation_id)
    return found.confidentiality


async def _forget_looks(session: Session, viewer: Viewer, response: Response) -> None:
    """Cut what ties the log to a response and to whose it is."""
    organisation_id = response.organisation_id
    await audit.cut(session, viewer, organisation_id, response.id)
    candidate_id = await responses.find_candidate_of_receipt(
        session, viewer, organisation_id=organisation_id, response_id=response.id
    )
    if candidate_id is not None:
        await audit.cut(session, viewer, organisation_id, candidate_id)


async def _find(
    session: Session, viewer: Viewer, receipt_code: str
) -> tuple[UUID, Response | HeldSubmission]:
    """Return the organisation, and the response or held submission of a code, locked."""
    organisation_id = next(iter(viewer.roles), UUID(int=0))
    require(viewer, Permission.RESPONSE_SUBMIT, organisation_id)
    receipt_key, _ = receipt_keys(organisation_id, receipt_code)
    response = await responses.find_receipt(
        session, viewer, organisation_id=organisation_id, receipt_key=receipt_key
    )
    if response is not None:
        return organisation_id, response
    # What is held is sealed, so that every one of them must be opened to find it.
    held = await responses.list_held_for_receipt(session, viewer, organisation_id=organisation_id)
    for one in held:
        if hmac.compare_digest(holding.open_held(one).receipt_key, receipt_key):
            return organisation_id, one
    # A flush may have moved it while we waited for what it had locked.
    response = await responses.find_receipt(
        session, viewer, organisation_id=organisation_id, receipt_key=receipt_key
    )
    if response is not None:
        return organisation_id, response
    noun = "response"
    raise NotFound(noun, field="receiptCode")
