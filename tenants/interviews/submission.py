"""The candidate's way: look at the invitation, save as it goes, send once."""

import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from tenants.access import Permission, Viewer, require
from tenants.errors import InvalidInput, LinkExpired, LinkUsed
from tenants.interviews import holding, queries
from tenants.interviews import response_queries as responses
from tenants.interviews import sending_queries as sending
from tenants.interviews.asking import answer_rows, collect, facts_of, offer_facts, order_seed
from tenants.interviews.at_once_queries import add_response_at_once
from tenants.interviews.models import Confidentiality, InterviewMode, Invitation
from tenants.interviews.queries import Case
from tenants.interviews.sending_queries import Sending
from tenants.keys import Purpose, mac, seal, unseal
from tenants.questionnaires.conditions import OfferFacts
from tenants.questionnaires.definition import Definition
from tenants.questionnaires.logic import (
    Answer,
    Answered,
    answers_from_json,
    answers_to_json,
    check_answers,
)
from tenants.questionnaires.problems import InvalidAnswers
from tenants.questionnaires.versions import definition_of
from tenants.settings import get_settings
from tenants.work import Session

# 100 bits, in letters and digits that cannot be taken for one another (Crockford's base 32).
_RECEIPT_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_RECEIPT_GROUPS = 5
_RECEIPT_GROUP = 4
_RECEIPT = re.compile(r"[A-Z0-9]{12,64}")


@dataclass(frozen=True, slots=True)
class InvitationView:
    """What a candidate's link leads to.

    Attributes:
        organisation_id: Whose interview it is.
        organisation: Its name.
        firm: The third party's name, or None.
        job_title: What the offer was for, if known.
        first_name: How to address the candidate, if known.
        language: In which the candidate was invited.
        closes_on: The day from which on the link is dead.
        definition: The version that the interview is pinned to.
        version_id: Its id.
        confidentialities: What may be chosen from.
        offer_facts: What conditions of the questionnaire may look at.
        order_seed: By which shuffled options are ordered, the same whenever the link is opened.
        answers: What was saved so far, checked page by page.
        saved_language: The language last used, if any.
        saved_confidentiality: The choice last saved, if any.
    """

    organisation_id: UUID
    organisation: str
    firm: str | None
    job_title: str | None
    first_name: str | None
    language: str
    closes_on: date
    definition: Definition
    version_id: UUID
    confidentialities: tuple[Confidentiality, ...]
    offer_facts: OfferFacts
    order_seed: int
    answers: Mapping[str, Answer]
    saved_language: str | None
    saved_confidentiality: Confidentiality | None


def new_receipt_code() -> str:
    """Return a random receipt code of 100 bits, in groups that can be read out."""
    groups = (
        "".join(secrets.choice(_RECEIPT_ALPHABET) for _ in range(_RECEIPT_GROUP))
        for _ in range(_RECEIPT_GROUPS)
    )
    return "-".join(groups)


def receipt_keys(organisation_id: UUID, code: str) -> tuple[bytes, bytes]:
    """Return what is kept of a receipt code: with the response, and with the invitation till then.

    The two tell nothing of each other without the key, so that a row of one table cannot be tied to
    a row of the other.

    Raises:
        InvalidInput: The code has fewer than 12 or more than 64 letters and digits.
    """
    plain = re.sub(r"[\s_-]", "", code).upper()
    if not _RECEIPT.fullmatch(plain):
        message = "A receipt code has 12 to 64 random letters and digits."
        raise InvalidInput(message, field="receiptCode")
    scope, text = organisation_id.bytes, plain.encode()
    return mac(Purpose.RECEIPT, scope, text), mac(Purpose.RETRY, scope, text)


async def get_invitation(
    session: Session, viewer: Viewer, *, sent_too: bool = False
) -> InvitationView:
    """Return what the candidate's link leads to, with what was saved so far.

    Args:
        session: The transaction.
        viewer: The candidate.
        sent_too: Whether the answers may have been sent already; for the page that says so.

    Raises:
        LinkUnusable: The link leads nowhere.
        LinkUsed: The answers have been sent.
        LinkExpired: The interview is closed.
    """
    organisation_id, invitation_id = _identity(viewer)
    case = await queries.get_case(
        session, viewer, organisation_id=organisation_id, invitation_id=invitation_id
    )
    if case.invitation.submission is None or not sent_too:
        check_usable(case.invitation)
    draft = await responses.find_draft(session, viewer, organisation_id=organisation_id)
    saved = _open_draft(invitation_id, None if draft is None else draft.sealed)
    requisition = case.requisition
    return InvitationView(
        organisation_id=organisation_id,
        organisation=case.organisation.name,
        firm=await queries.find_firm_name(session, viewer, organisation_id=organisation_id),
        job_title=(requisition.title or None) if requisition else None,
        first_name=case.candidate.first_name if case.candidate else None,
        language=case.interview.language,
        closes_on=case.invitation.expires_at.date(),
        definition=definition_of(case.version),
        version_id=case.version.id,
        confidentialities=await _on_offer(session, viewer, case),
        offer_facts=offer_facts(case),
        order_seed=order_seed(invitation_id),
        answers=answers_from_json(saved.get("answers", {})),
        saved_language=saved.get("language"),
        saved_confidentiality=_confidentiality(saved.get("confidentiality")),
    )


async def save_answers(
    session: Session,
    viewer: Viewer,
    *,
    answers: Mapping[str, Answered | Answer],
    language: str | None = None,
    confidentiality: Confidentiality | None = None,
    page: str | None = None,
) -> None:
    """Keep answers, sealed, until they are sent; those given now win over those saved before.

    Args:
        session: The transaction.
        viewer: The candidate.
        answers: By the question's code; a question that is absent keeps what was saved.
        language: The language last used.
        confidentiality: The choice as it stands; it may still be changed freely.
        page: Check this page as a whole, required questions included. Without it each answer is
            checked for itself.

    Raises:
        InvalidAnswers: Some are refused; nothing was saved.
        LinkUnusable: The link leads nowhere, was used, or has expired.
    """
    organisation_id, invitation_id = _identity(viewer)
    case = await sending.lock_case(
        session, viewer, organisation_id=organisation_id, invitation_id=invitation_id
    )
    check_usable(case)
    definition, facts = case.asked.definition, _facts(case)
    saved = _open_draft(invitation_id, case.draft)
    kept = collect(
        definition, answers_from_json(saved.get("answers", {})), answers, facts, page=page
    )
    document: dict[str, Any] = {
        "answers": answers_to_json(kept),
        "language": language or saved.get("language"),
        "confidentiality": confidentiality or saved.get("confidentiality"),
    }
    sealed = seal(Purpose.DRAFT, invitation_id.bytes, document)
    await sending.keep_draft(session, viewer, case, sealed=sealed)


async def submit_response(
    session: Session,
    viewer: Viewer,
    *,
    answers: Mapping[str, Answered | Answer],
    confidentiality: Confidentiality,
    receipt_code: str,
    language: str | None = None,
) -> str:
    """Send the answers; every link of the invitation is dead afterwards.

    An ANONYMOUS submission is sealed into the holding place and leaves no trace of its own beside
    the invitation's being used. The same receipt code sent again is the same submission.

    Args:
        session: The transaction.
        viewer: The candidate.
        answers: By the question's code, on top of what was saved.
        confidentiality: The candidate's choice.
        receipt_code: Random, chosen by the form or client; the candidate's key to the response.
        language: The language last used; not kept of an ANONYMOUS submission.

    Returns:
        The receipt code.

    Raises:
        InvalidAnswers: Some are missing or refused; nothing was sent.
        InvalidInput: The confidentiality is not on offer, or the receipt code is too short or was
            used for other answers.
        LinkUsed: Answers were sent before, with another receipt code.
        LinkUnusable: The link leads nowhere or has expired.
    """
    organisation_id, invitation_id = _identity(viewer)
    receipt_key, retry_key = receipt_keys(organisation_id, receipt_code)
    anonymous = confidentiality is Confidentiality.ANONYMOUS
    if await _submit_at_once(
        session, viewer, answers, confidentiality, receipt_key=receipt_key, language=language
    ):
        return receipt_code
    case = await sending.lock_case(
        session,
        viewer,
        organisation_id=organisation_id,
        invitation_id=invitation_id,
        receipt_key=receipt_key,
    )
    if case.submission is not None:
        _accept_repetition(case, retry_key)
        return receipt_code
    check_usable(case)
    await _check_choice(session, viewer, case, anonymous=anonymous)
    saved = _open_draft(invitation_id, case.draft)
    given = {**answers_from_json(saved.get("answers", {})), **answers}
    checked = check_answers(case.asked.definition, given, _facts(case))
    if anonymous:
        holding.hold(session, case, case.asked.definition, checked, receipt_key)
        await sending.note_held(session, viewer, case, retry_key=retry_key)
        return receipt_code
    await sending.add_response(
        session,
        viewer,
        case,
        answers=answer_rows(case.asked.question_ids, checked),
        confidentiality=confidentiality,
        receipt_key=receipt_key,
        language=language or case.language,
        order_seed=order_seed(invitation_id) if case.asked.is_shuffled else None,
    )
    return receipt_code


async def _check_choice(
    session: Session, viewer: Viewer, case: Sending, *, anonymous: bool
) -> None:
    """Return only if the confidentiality is on offer and the receipt code is new.

    Raises:
        InvalidInput: One of them is not.
    """
    if anonymous and not await _offers_anonymity(session, viewer, case.organisation_id, case.mode):
        message = f"{Confidentiality.ANONYMOUS.value} cannot be chosen here."
        raise InvalidInput(message, field="confidentiality")
    if case.receipt_taken:
        message = "This receipt code was used before; please make a new one."
        raise InvalidInput(message, field="receiptCode")


async def _submit_at_once(
    session: Session,
    viewer: Viewer,
    answers: Mapping[str, Answered | Answer],
    confidentiality: Confidentiality,
    *,
    receipt_key: bytes,
    language: str | None,
) -> bool:
    """Return whether the answers could be sent without reading anything of the case first.

    Nearly always they can: nothing was saved before, and the version is the one that others of the
    organisation were asked. Whatever else is so, and every refusal, is left to who reads first.
    """
    organisation_id, invitation_id = _identity(viewer)
    asked = sending.find_last_asked(viewer, organisation_id=organisation_id)
    anonymous = confidentiality is Confidentiality.ANONYMOUS
    if asked is None or asked.looks_at_offer or anonymous or not answers:
        return False
    try:
        checked = check_answers(asked.definition, answers, {})
    except InvalidAnswers:
        return False
    return await add_response_at_once(
        session,
        viewer,
        asked,
        organisation_id=organisation_id,
        invitation_id=invitation_id,
        answers=answer_rows(asked.question_ids, checked),
        confidentiality=confidentiality,
        receipt_key=receipt_key,
        language=language or None,
        order_seed=order_seed(invitation_id) if asked.is_shuffled else None,
    )


def _accept_repetition(case: Sending, retry_key: bytes) -> None:
    """Return only if what was sent before was sent with the same receipt code."""
    if case.retry_key is not None and hmac.compare_digest(case.retry_key, retry_key):
        return
    if not case.receipt_taken or case.receipt_interview_id != case.interview_id:
        message = "The answers to this invitation have been sent already."
        raise LinkUsed(message)


def _facts(case: Sending) -> OfferFacts:
    return facts_of(case.department, case.location, case.title)


def _identity(viewer: Viewer) -> tuple[UUID, UUID]:
    """Return the organisation and the invitation of a candidate.

    Raises:
        Forbidden: The viewer is no candidate.
    """
    organisation_id = next(iter(viewer.roles), UUID(int=0))
    require(viewer, Permission.RESPONSE_SUBMIT, organisation_id)
    return organisation_id, viewer.id or UUID(int=0)


def check_usable(invitation: Invitation | Sending) -> None:
    """Return only if the links of an invitation still open the form.

    Raises:
        LinkUsed: The answers have been sent.
        LinkExpired: The interview is closed, or the candidate may not be asked any more.
    """
    if invitation.submission is not None:
        message = "The answers to this invitation have been sent already."
        raise LinkUsed(message)
    if invitation.revoked or invitation.expires_at <= datetime.now(UTC):
        message = "This invitation has expired."
        raise LinkExpired(message)


async def _on_offer(session: Session, viewer: Viewer, case: Case) -> tuple[Confidentiality, ...]:
    """Return what the candidate may choose from."""
    named = (Confidentiality.ATTRIBUTED, Confidentiality.CONFIDENTIAL)
    enough = await _offers_anonymity(session, viewer, case.organisation.id, case.interview.mode)
    return (*named, Confidentiality.ANONYMOUS) if enough else named


async def _offers_anonymity(
    session: Session, viewer: Viewer, organisation_id: UUID, mode: InterviewMode
) -> bool:
    """Return whether ANONYMOUS may be chosen.

    It needs a form, and so many invitations that five who choose it come together in time.
    """
    return mode is InterviewMode.ONLINE_FORM and await sending.has_invited(
        session,
        viewer,
        organisation_id=organisation_id,
        since=queries.anonymous_since(datetime.now(UTC).date()),
        enough=get_settings().anonymous_minimum_invitations,
    )


def _open_draft(invitation_id: UUID, sealed: bytes | None) -> dict[str, Any]:
    if sealed is None:
        return {}
    document: dict[str, Any] = unseal(Purpose.DRAFT, invitation_id.bytes, sealed)
    return document


def _confidentiality(code: str | None) -> Confidentiality | None:
    return None if code is None else Confidentiality(code)
