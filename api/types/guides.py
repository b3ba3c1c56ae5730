"""What whoever holds an interview is shown: questions, what was keyed in, what to read out."""

from collections.abc import Mapping
from datetime import date, datetime

import strawberry

from api.derive import Info
from api.types.answers import DraftAnswer, show_drafts
from api.types.invitations import AskedQuestion, asked_questions
from tenants.interviews import keying, sittings
from tenants.interviews.conversation_models import ConversationMode
from tenants.interviews.models import Confidentiality
from tenants.questionnaires.piping import filled_in
from tenants.questionnaires.visibility import show
from tenants.reading import Key


@strawberry.type
class InterviewNote:
    """A note of the interviewer's own; nobody who hires ever sees it.

    Attributes:
        question_code: About which question; null about the interview as a whole.
        text: What was noted.
    """

    question_code: str | None
    text: str


@strawberry.type
class InterviewProbe:
    """What may be asked further about a question; the candidate's own form never has it.

    Attributes:
        question_code: About which question.
        wording: What to ask, in the interview's language.
    """

    question_code: str
    wording: str


@strawberry.type
class SpokenConsent:
    """What is read out to the candidate who chooses a confidentiality, word for word.

    Attributes:
        confidentiality: Which choice; ANONYMOUS is none, because somebody hears the answers.
        text: What is read out.
    """

    confidentiality: Confidentiality
    text: str


@strawberry.type
class GuidedInterview:
    """An interview that is being keyed in.

    Attributes:
        organisation: Who made the offer.
        firm: The third party that asks, if there is one.
        job_title: What the offer was for, if known.
        candidate_name: The candidate's, if known.
        mode: By phone or by video.
        language: In which the questions are read out.
        closes_on: The interview's day of closing; what was begun can be finished after it.
        revision: How often it was saved; `saveKeyedAnswers` takes what you have seen.
        questions: What is asked, in order.
        probes: What may be asked further, question by question.
        answers: What was keyed in so far.
        notes: The interviewer's own.
        consents: What is to be read out for each confidentiality that can be chosen.
    """

    organisation: str
    firm: str | None
    job_title: str | None
    candidate_name: str | None
    mode: ConversationMode
    language: str
    closes_on: date
    revision: int
    questions: list[AskedQuestion]
    probes: list[InterviewProbe]
    answers: list[DraftAnswer]
    notes: list[InterviewNote]
    consents: list[SpokenConsent]


@strawberry.type
class RecordedConsent:
    """What a candidate agreed to when somebody submitted for them, and the interviewer's notes.

    Attributes:
        mode: By phone or by video.
        text: Exactly what was read out, the choice of confidentiality included.
        language: In which.
        recorded_by: The name of who recorded it, if they are still known.
        recorded_at: When.
        notes: The interviewer's own; none once the candidate was erased.
    """

    mode: ConversationMode
    text: str
    language: str
    recorded_by: str | None
    recorded_at: datetime
    notes: list[InterviewNote]


def _probes(guided: sittings.GuidedInterview) -> list[InterviewProbe]:
    """Return what may be asked further, with placeholders filled in from what was keyed in."""
    values = show(guided.definition, guided.answers, guided.offer_facts).values
    return [
        InterviewProbe(question_code=question.code, wording=probe[guided.language])
        for question in guided.definition.questions()
        for probe in filled_in(question, guided.definition, values, guided.offer_facts).probes
    ]


def _notes(notes: Mapping[str, str]) -> list[InterviewNote]:
    return [InterviewNote(question_code=code or None, text=text) for code, text in notes.items()]


async def find_guide(info: Info, interview: Key) -> GuidedInterview | None:
    """Return an interview that is being keyed in, or None."""
    found = await info.context.run(
        sittings.get_guided_interview,
        organisation_id=interview.organisation_id,
        interview_id=interview.id,
    )
    if found is None:
        return None
    return GuidedInterview(
        organisation=found.organisation,
        firm=found.firm,
        job_title=found.job_title,
        candidate_name=found.name,
        mode=found.mode,
        language=found.language,
        closes_on=found.closes_on,
        revision=found.revision,
        questions=asked_questions(
            found.definition, found.answers, found.offer_facts, found.order_seed
        ),
        probes=_probes(found),
        answers=show_drafts(found.answers),
        notes=_notes(found.notes),
        consents=[
            SpokenConsent(confidentiality=one, text=text) for one, text in found.consents.items()
        ],
    )


async def find_consent(info: Info, interview: Key) -> RecordedConsent | None:
    """Return what the candidate agreed to, or None if nothing was keyed in."""
    found = await info.context.run(
        keying.get_consent,
        organisation_id=interview.organisation_id,
        interview_id=interview.id,
    )
    if found is None:
        return None
    return RecordedConsent(
        mode=found.mode,
        text=found.text,
        language=found.language,
        recorded_by=found.recorded_by,
        recorded_at=found.recorded_at,
        notes=_notes(found.notes),
    )
