"""A guided interview: what somebody keys in while talking to a candidate, saved as it goes.

What is keyed in is not the candidate's own draft, which only the link opens. It is sealed with a
key of its own, and belongs to the interview: whoever may hold it goes on where it was left, on any
device. Each answer and note remembers when it was last changed, so that two windows disturb each
other only where both changed the same one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from tenants import audit
from tenants.access import Permission, Reach, Viewer, part_of, require
from tenants.audit import AuditAction
from tenants.errors import Conflict, InvalidInput
from tenants.interviews import conversation_queries as queries
from tenants.interviews.asking import offer_facts, order_seed
from tenants.interviews.conversation_models import Conversation, ConversationMode
from tenants.interviews.conversations import ToHold, hold, state_of
from tenants.interviews.keyed import (
    LONGEST_SAVE_ID,
    ChangedMeanwhile,
    keep_keyed,
    merge,
    open_keyed,
)
from tenants.interviews.models import Confidentiality
from tenants.interviews.queries import Case, find_firm_name, get_case
from tenants.interviews.spoken import consent_texts
from tenants.questionnaires.conditions import OfferFacts
from tenants.questionnaires.definition import Definition
from tenants.questionnaires.logic import Answer, Answered
from tenants.questionnaires.versions import definition_of
from tenants.work import Session


@dataclass(frozen=True, slots=True)
class GuidedInterview:
    """An interview as whoever holds it sees it.

    Attributes:
        organisation: Who made the offer.
        firm: The third party, or None.
        job_title: What the offer was for, if known.
        name: The candidate's, if known.
        mode: By phone or by video.
        language: In which the questions are read out.
        closes_on: The interview's day of closing; what was begun can be finished after it.
        definition: The version that the interview is pinned to.
        version_id: Its id.
        offer_facts: What conditions of the questionnaire may look at.
        order_seed: By which shuffled options are ordered, as on the candidate's form.
        answers: What was keyed in so far.
        notes: The interviewer's own, by the question's code; `WHOLE` for the interview's.
        revision: How often it was saved.
        consents: What is to be read out for each confidentiality that can be chosen.
    """

    organisation: str
    firm: str | None
    job_title: str | None
    name: str | None
    mode: ConversationMode
    language: str
    closes_on: date
    definition: Definition
    version_id: UUID
    offer_facts: OfferFacts
    order_seed: int
    answers: Mapping[str, Answer]
    notes: Mapping[str, str]
    revision: int
    consents: Mapping[Confidentiality, str]


async def begin_interview(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    interview_id: UUID,
    mode: ConversationMode,
    language: str | None = None,
) -> None:
    """Begin to key answers in, or go on where it was left.

    Args:
        session: The transaction.
        viewer: Who may key in.
        organisation_id: Whose interview.
        interview_id: Which.
        mode: By phone or by video.
        language: In which the questions are read out; the candidate's if None.

    Raises:
        NotFound: There is no such interview for the viewer.
        Forbidden: The role does not include keying in.
        InvalidInput: The questionnaire does not speak the language.
        AlreadyAnswered: The candidate has answered, not anonymously.
        Conflict: Somebody else keys in; or the interview is closed, or the candidate may not be
            asked any more.
    """
    held = await hold(session, viewer, organisation_id=organisation_id, interview_id=interview_id)
    conversation = held.conversation
    check_own(viewer, organisation_id, conversation)
    keyed = open_keyed(conversation)
    spoken = _checked_language(held.case, language or keyed.language)
    if conversation.sealed is None or keyed.language != spoken:
        keep_keyed(conversation, replace(keyed, language=spoken, save_id=None))
    conversation.begun_at = conversation.begun_at or datetime.now(UTC)
    conversation.person_id, conversation.mode = viewer.id, mode
    conversation.no_interview_reason = None
    conversation.state = state_of(conversation)
    await audit.record(
        session, viewer, AuditAction.CONVERSATION_BEGUN, organisation_id, interview_id
    )


async def get_guided_interview(
    session: Session, viewer: Viewer, *, organisation_id: UUID, interview_id: UUID
) -> GuidedInterview | None:
    """Return what is asked and what was keyed in so far, or None if nothing is being keyed in.

    That somebody looked is recorded.

    Raises:
        NotFound: There is no such interview for the viewer.
        Forbidden: The role does not include keying in.
        Conflict: Somebody else keys in.
    """
    where: Any = {"organisation_id": organisation_id, "interview_id": interview_id}
    await queries.get_interview_to_hold(session, viewer, **where)
    require(viewer, Permission.RESPONSE_KEY_IN, organisation_id)
    conversation = await queries.find_conversation(session, viewer, **where)
    invitation_id = await queries.find_invitation_id(session, viewer, **where)
    if conversation is None or conversation.sealed is None or invitation_id is None:
        return None
    check_own(viewer, organisation_id, conversation)
    case = await get_case(
        session, viewer, organisation_id=organisation_id, invitation_id=invitation_id
    )
    await audit.record(
        session, viewer, AuditAction.CONVERSATION_READ, organisation_id, interview_id
    )
    return await view_guided_interview(session, viewer, ToHold(case, conversation))


async def view_guided_interview(session: Session, viewer: Viewer, held: ToHold) -> GuidedInterview:
    """Return an interview that is being keyed in as whoever holds it sees it."""
    case, conversation = held.case, held.conversation
    keyed = open_keyed(conversation)
    definition = definition_of(case.version)
    language = _checked_language(case, keyed.language)
    firm = await find_firm_name(session, viewer, organisation_id=conversation.organisation_id)
    candidate = case.candidate
    names = [candidate.first_name, candidate.last_name] if candidate else []
    return GuidedInterview(
        organisation=case.organisation.name,
        firm=firm,
        job_title=(case.requisition.title or None) if case.requisition else None,
        name=" ".join(one for one in names if one) or None,
        mode=conversation.mode or ConversationMode.PHONE,
        language=language,
        closes_on=case.invitation.expires_at.date(),
        definition=definition,
        version_id=case.version.id,
        offer_facts=offer_facts(case),
        order_seed=order_seed(case.invitation.id),
        answers=keyed.answers,
        notes=keyed.notes,
        revision=conversation.revision,
        consents=consent_texts(
            definition,
            language,
            organisation=case.organisation.name,
            firm=firm,
            administrator=case.interview.administrator,
        ),
    )


async def save_keyed_answers(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    interview_id: UUID,
    revision: int,
    answers: Mapping[str, Answered | Answer],
    notes: Mapping[str, str],
    language: str | None = None,
    save_id: str | None = None,
) -> int:
    """Keep answers and notes that were keyed in; each answer is checked for itself.

    Args:
        session: The transaction.
        viewer: Who keys in.
        organisation_id: Whose interview.
        interview_id: Which.
        revision: That the viewer has seen; what was changed since is not overwritten.
        answers: By the question's code; a question that is absent keeps what was saved.
        notes: The interviewer's own, by the question's code, `WHOLE` for the interview's; an empty
            one is deleted.
        language: In which the questions are read out from now on.
        save_id: Chosen at random; a repetition of the last save, after an answer that did not
            arrive, does nothing again.

    Returns:
        The revision after this save.

    Raises:
        NotFound: There is no such interview for the viewer.
        Forbidden: The role does not include keying in.
        InvalidAnswers: Some answers are refused; nothing was saved.
        InvalidInput: A note is too long or about no question, or there is no such revision.
        ChangedMeanwhile: An answer or note was changed since the revision; nothing was saved.
        AlreadyAnswered: The candidate has answered meanwhile, not anonymously.
        Conflict: Nobody has begun, somebody else keys in, the interview is closed, or the
            candidate may not be asked any more.
    """
    held = await get_under_way(session, viewer, organisation_id, interview_id)
    keyed = open_keyed(held.conversation)
    if save_id is not None and len(save_id) > LONGEST_SAVE_ID:
        message = f"A save's id has at most {LONGEST_SAVE_ID} characters."
        raise InvalidInput(message, field="saveId")
    if save_id is not None and save_id == keyed.save_id:
        return held.conversation.revision
    merged = merge(held, revision=revision, answers=answers, notes=notes)
    spoken = _checked_language(held.case, language or keyed.language)
    kept = replace(merged, language=spoken, save_id=keyed.save_id)
    # Saying again what it says already changes nothing.
    if kept != keyed:
        held.conversation.person_id = viewer.id
        keep_keyed(held.conversation, replace(kept, save_id=save_id))
    return held.conversation.revision


async def discard_keyed_answers(
    session: Session, viewer: Viewer, *, organisation_id: UUID, interview_id: UUID, revision: int
) -> None:
    """Delete what was keyed in and not submitted, notes included; for whoever did not agree.

    Raises:
        NotFound: There is no such interview for the viewer.
        Forbidden: The role does not include keying in.
        ChangedMeanwhile: Something was saved since the revision; nothing was deleted.
        AlreadyAnswered: The candidate has answered meanwhile, not anonymously.
        Conflict: Nobody has begun, or somebody else keys in.
    """
    held = await get_under_way(session, viewer, organisation_id, interview_id)
    conversation = held.conversation
    if revision != conversation.revision:
        message = "Something was keyed in meanwhile: look at it before you discard it."
        raise ChangedMeanwhile(message, field="revision")
    conversation.sealed = conversation.begun_at = None
    conversation.state = state_of(conversation)
    await audit.record(
        session, viewer, AuditAction.CONVERSATION_GIVEN_UP, organisation_id, interview_id
    )


async def get_under_way(
    session: Session, viewer: Viewer, organisation_id: UUID, interview_id: UUID
) -> ToHold:
    """Return an interview that the viewer is keying in, locked.

    Raises:
        NotFound: There is no such interview for the viewer.
        Forbidden: The role does not include keying in.
        AlreadyAnswered: The candidate has answered meanwhile, not anonymously.
        Conflict: Nobody has begun, or somebody else keys in.
    """
    held = await hold(session, viewer, organisation_id=organisation_id, interview_id=interview_id)
    if held.conversation.sealed is None:
        message = "Begin the interview first."
        raise Conflict(message, field="interviewId")
    check_own(viewer, organisation_id, held.conversation)
    return held


def check_own(viewer: Viewer, organisation_id: UUID, conversation: Conversation) -> None:
    """Return only if the viewer may see what was keyed in.

    Who holds single interviews sees what they keyed in themselves, and nothing of what a
    consultant, or whoever held the interview before, did.

    Raises:
        Conflict: Somebody else keys in.
    """
    reach = part_of(viewer.role_in(organisation_id)).cases
    mine = conversation.person_id in {None, viewer.id}
    if conversation.sealed is not None and not mine and reach is not Reach.ALL:
        message = "Somebody else has begun this interview and has to finish it."
        raise Conflict(message, field="interviewId")


def _checked_language(case: Case, language: str | None) -> str:
    """Return a language of the version: the one that is wanted, or the candidate's.

    Raises:
        InvalidInput: The version does not speak the language that is wanted.
    """
    spoken = language or case.interview.language
    if spoken not in case.version.languages:
        if language is not None:
            message = "The questionnaire does not speak this language."
            raise InvalidInput(message, field="language")
        spoken = case.version.languages[0]
    return spoken
