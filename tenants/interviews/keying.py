"""Submitting for a candidate what was keyed in during a conversation, with the consent recorded."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from tenants.access import Permission, Reach, Viewer, part_of, require
from tenants.errors import Conflict, InvalidInput
from tenants.interviews import conversation_queries as queries
from tenants.interviews.asking import offer_facts
from tenants.interviews.conversation_models import ConversationMode, KeyedResponse
from tenants.interviews.conversations import ToHold, state_of
from tenants.interviews.keeping import keep_response
from tenants.interviews.keyed import Keyed, merge
from tenants.interviews.models import Confidentiality, Submission
from tenants.interviews.sittings import get_under_way, view_guided_interview
from tenants.interviews.spoken import SPOKEN
from tenants.interviews.submission import receipt_keys
from tenants.keys import Purpose, seal, unseal
from tenants.looks import record_looks
from tenants.questionnaires.logic import Answer, Answered, check_answers
from tenants.questionnaires.versions import definition_of
from tenants.work import Session


class AnonymousNeedsForm(InvalidInput):
    """Somebody heard the answers: they can be anonymous in the online form only."""

    code = "ANONYMOUS_NEEDS_FORM"


@dataclass(frozen=True, slots=True)
class Consent:
    """What a candidate agreed to, and what the interviewer wrote down beside the answers.

    Attributes:
        mode: By phone or by video.
        text: Exactly what was read out, the choice of confidentiality included.
        language: In which.
        recorded_by: The name of who recorded it, if they are still known.
        recorded_at: When.
        notes: The interviewer's own, by the question's code, "" for the interview's; empty once the
            candidate was erased.
    """

    mode: ConversationMode
    text: str
    language: str
    recorded_by: str | None
    recorded_at: datetime
    notes: Mapping[str, str]


async def submit_keyed_response(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    interview_id: UUID,
    revision: int,
    answers: Mapping[str, Answered | Answer],
    confidentiality: Confidentiality,
    consent_text: str,
    has_consented: bool,
    receipt_code: str,
) -> str:
    """Send on the candidate's behalf what was keyed in; the candidate's links are dead afterwards.

    The same checks hold as for what candidates send themselves. An interview that was answered
    anonymously is like one that was not answered: both responses are kept. Each has a receipt code
    of its own, nothing ties the one to the other, and no cell of an edition shows fewer than five
    people by it, because ANONYMOUS ones are only ever shown five and more together.

    Args:
        session: The transaction.
        viewer: Who keyed in.
        organisation_id: Whose interview.
        interview_id: Which.
        revision: That the viewer has seen.
        answers: By the question's code, on top of what was saved.
        confidentiality: The candidate's choice, ATTRIBUTED or CONFIDENTIAL.
        consent_text: What was read out, as `GuidedInterview.consents` has it for the choice.
        has_consented: Whether the candidate agreed.
        receipt_code: Random; to be given to the candidate. The same one again is the same response.

    Returns:
        The receipt code.

    Raises:
        NotFound: There is no such interview for the viewer.
        Forbidden: The role does not include keying in.
        InvalidAnswers: Some are missing or refused; nothing was sent.
        AnonymousNeedsForm: ANONYMOUS was chosen.
        InvalidInput: Nobody agreed, or the receipt code is too short or was used before.
        ChangedMeanwhile: Something was changed since the revision; nothing was sent.
        AlreadyAnswered: The candidate has answered meanwhile, not anonymously.
        Conflict: What was read out is not what has to be; or nobody has begun, somebody else keys
            in, the interview is closed, or the candidate may not be asked any more.
    """
    where: Any = {"organisation_id": organisation_id, "interview_id": interview_id}
    await queries.get_interview_to_hold(session, viewer, **where)
    require(viewer, Permission.RESPONSE_KEY_IN, organisation_id)
    _check_consent(confidentiality, has_consented=has_consented)
    receipt_key, _ = receipt_keys(organisation_id, receipt_code)
    sent = await queries.find_response(session, viewer, **where)
    if sent is not None and sent.receipt_key == receipt_key:
        return receipt_code
    held = await get_under_way(session, viewer, organisation_id, interview_id)
    guided = await view_guided_interview(session, viewer, held)
    if consent_text != guided.consents[confidentiality]:
        message = "The text to be read out is another one: read it to the candidate again."
        raise Conflict(message, field="consentText")
    if await queries.is_receipt_taken(
        session, viewer, organisation_id=organisation_id, receipt_key=receipt_key
    ):
        message = "This receipt code was used before; please make a new one."
        raise InvalidInput(message, field="receiptCode")
    keyed = merge(held, revision=revision, answers=answers, notes={})
    await _send(
        session,
        viewer,
        held,
        keyed,
        confidentiality=confidentiality,
        consent=Consent(
            mode=guided.mode,
            text=consent_text,
            language=guided.language,
            recorded_by=viewer.name,
            recorded_at=datetime.now(UTC),
            notes=keyed.notes,
        ),
        receipt_key=receipt_key,
    )
    return receipt_code


async def _send(
    session: Session,
    viewer: Viewer,
    held: ToHold,
    keyed: Keyed,
    *,
    confidentiality: Confidentiality,
    consent: Consent,
    receipt_key: bytes,
) -> None:
    """Add the response with its consent, and leave nothing behind that it does not need."""
    case, conversation = held.case, held.conversation
    where = conversation.organisation_id
    checked = check_answers(definition_of(case.version), keyed.answers, offer_facts(case))
    response = await keep_response(
        session,
        viewer,
        case,
        answers=checked,
        confidentiality=confidentiality,
        receipt_key=receipt_key,
        language=consent.language,
    )
    notes = dict(consent.notes)
    session.add(
        KeyedResponse(
            organisation_id=where,
            response_id=response.id,
            mode=consent.mode,
            consent_text=consent.text,
            language=consent.language,
            person_id=viewer.id,
            recorded_at=consent.recorded_at,
            notes=seal(Purpose.KEYED_IN, response.id.bytes, notes) if notes else None,
        )
    )
    # An invitation that an anonymous submission used up stays as it is, for the flush to find.
    if case.invitation.submission is None:
        case.invitation.submission = Submission.KEYED_IN
    await queries.delete_candidates_draft(
        session, viewer, organisation_id=where, invitation_id=case.invitation.id
    )
    conversation.held_on = response.submitted_on
    conversation.sealed = None
    conversation.state = state_of(conversation)


async def get_consent(
    session: Session, viewer: Viewer, *, organisation_id: UUID, interview_id: UUID
) -> Consent | None:
    """Return what the candidate agreed to and the interviewer's notes; None if not keyed in.

    Who holds single interviews sees nothing of them any more once they are answered, and is given
    None. That somebody looked is recorded.

    Raises:
        NotFound: There is no such interview for the viewer.
        Forbidden: The role does not include keying in.
    """
    where: Any = {"organisation_id": organisation_id, "interview_id": interview_id}
    await queries.get_interview_to_hold(session, viewer, **where)
    require(viewer, Permission.RESPONSE_KEY_IN, organisation_id)
    if part_of(viewer.role_in(organisation_id)).responses is Reach.NONE:
        return None
    found = await queries.find_keyed_response(session, viewer, **where)
    if found is None:
        return None
    kept, recorded_by = found
    rows = [(organisation_id, kept.response_id)]
    await record_looks(session, viewer, noun="Response", rows=rows)
    return Consent(
        mode=kept.mode,
        text=kept.consent_text,
        language=kept.language,
        recorded_by=recorded_by,
        recorded_at=kept.recorded_at,
        notes=unseal(Purpose.KEYED_IN, kept.response_id.bytes, kept.notes) if kept.notes else {},
    )


def _check_consent(confidentiality: Confidentiality, *, has_consented: bool) -> None:
    if confidentiality not in SPOKEN:
        message = (
            "Answers that somebody hears cannot be anonymous: offer CONFIDENTIAL, or let the"
            " candidate use the online form."
        )
        raise AnonymousNeedsForm(message, field="confidentiality")
    if not has_consented:
        message = "Nothing is sent for a candidate who did not agree; discard it instead."
        raise InvalidInput(message, field="hasConsented")
