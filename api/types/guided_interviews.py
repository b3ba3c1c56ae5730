"""Holding an interview: keying in what a candidate says, submitting it with their consent."""

import strawberry

from api.derive import Info
from api.errors import UserError, mutation
from api.relay import key_of
from api.types.answers import AnswerInput, read_answers
from api.types.conversations import Conversation, find_conversation
from tenants import read_graph
from tenants.interviews import keying, sittings
from tenants.interviews.conversation_models import ConversationMode
from tenants.interviews.keyed import WHOLE
from tenants.interviews.models import Confidentiality


@strawberry.input
class BeginInterviewInput:
    """An interview to be held now.

    Attributes:
        interview_id: Which interview.
        mode: By phone or by video.
        language: In which the questions are read out; the candidate's if null.
    """

    interview_id: strawberry.ID
    mode: ConversationMode
    language: str | None = None


@strawberry.type
class BeginInterviewPayload:
    """The conversation, with its guide.

    Attributes:
        conversation: Null when it was refused.
        user_errors: Why, in words that help.
    """

    conversation: Conversation | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.input
class InterviewNoteInput:
    """A note of the interviewer's own.

    Attributes:
        question_code: About which question; null about the interview as a whole.
        text: What to keep, at most 4,000 characters; an empty text deletes the note.
    """

    text: str
    question_code: str | None = None


@strawberry.input
class SaveKeyedAnswersInput:
    """What a candidate said, to be kept until it is submitted.

    Attributes:
        interview_id: In which interview.
        revision: That you have seen; what was changed since is not overwritten.
        answers: Those that are new or changed.
        notes: Likewise.
        language: In which the questions are read out from now on.
        save_id: Chosen at random for each save: sent again, it does nothing twice.
    """

    interview_id: strawberry.ID
    revision: int
    answers: list[AnswerInput]
    notes: list[InterviewNoteInput] = strawberry.field(default_factory=list)
    language: str | None = None
    save_id: str | None = None


@strawberry.type
class SaveKeyedAnswersPayload:
    """Where the interview stands now.

    Attributes:
        revision: After this save; null when something was refused, and then nothing was saved.
        user_errors: Why, one for each answer at fault; CHANGED_MEANWHILE when somebody else changed
            the same answer or note.
    """

    revision: int | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.input
class DiscardKeyedAnswersInput:
    """What was keyed in and must not be kept.

    Attributes:
        interview_id: In which interview.
        revision: That you have seen; what was saved since is not deleted.
    """

    interview_id: strawberry.ID
    revision: int


@strawberry.type
class DiscardKeyedAnswersPayload:
    """The conversation, with nothing keyed in.

    Attributes:
        conversation: Null when it was refused.
        user_errors: Why, in words that help.
    """

    conversation: Conversation | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.input
class SubmitKeyedResponseInput:
    """What was keyed in, to be sent on the candidate's behalf.

    Attributes:
        interview_id: In which interview.
        revision: That you have seen.
        answers: On top of what was saved.
        confidentiality: The candidate's choice, ATTRIBUTED or CONFIDENTIAL.
        consent_text: What was read out: the guide's text for this choice, word for word.
        has_consented: Whether the candidate agreed to it.
        receipt_code: 12 to 64 random letters and digits, to be given to the candidate. Sending the
            same code again is the same submission.
    """

    interview_id: strawberry.ID
    revision: int
    confidentiality: Confidentiality
    consent_text: str
    has_consented: bool
    receipt_code: str
    answers: list[AnswerInput] = strawberry.field(default_factory=list)


@strawberry.type
class SubmitKeyedResponsePayload:
    """The candidate's receipt.

    Attributes:
        receipt_code: With which the candidate finds the response again; null when refused.
        user_errors: Why, one for each answer at fault.
    """

    receipt_code: str | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@mutation
async def begin_interview(
    info: Info,
    input: BeginInterviewInput,  # noqa: A002 - the argument's name in the API.
) -> BeginInterviewPayload:
    """Begin to key in what a candidate says, or go on where it was left."""
    interview = key_of(read_graph.INTERVIEW, input.interview_id, field="interviewId")
    await info.context.run(
        sittings.begin_interview,
        organisation_id=interview.organisation_id,
        interview_id=interview.id,
        mode=input.mode,
        language=input.language,
    )
    return BeginInterviewPayload(conversation=await find_conversation(info, interview))


@mutation
async def save_keyed_answers(
    info: Info,
    input: SaveKeyedAnswersInput,  # noqa: A002 - the argument's name in the API.
) -> SaveKeyedAnswersPayload:
    """Keep what a candidate said, sealed, until it is submitted."""
    interview = key_of(read_graph.INTERVIEW, input.interview_id, field="interviewId")
    revision = await info.context.run(
        sittings.save_keyed_answers,
        organisation_id=interview.organisation_id,
        interview_id=interview.id,
        revision=input.revision,
        answers=read_answers(input.answers),
        notes={one.question_code or WHOLE: one.text for one in input.notes},
        language=input.language,
        save_id=input.save_id,
    )
    return SaveKeyedAnswersPayload(revision=revision)


@mutation
async def discard_keyed_answers(
    info: Info,
    input: DiscardKeyedAnswersInput,  # noqa: A002 - the argument's name in the API.
) -> DiscardKeyedAnswersPayload:
    """Delete what was keyed in and not submitted, for a candidate who does not agree."""
    interview = key_of(read_graph.INTERVIEW, input.interview_id, field="interviewId")
    await info.context.run(
        sittings.discard_keyed_answers,
        organisation_id=interview.organisation_id,
        interview_id=interview.id,
        revision=input.revision,
    )
    return DiscardKeyedAnswersPayload(conversation=await find_conversation(info, interview))


@mutation
async def submit_keyed_response(
    info: Info,
    input: SubmitKeyedResponseInput,  # noqa: A002 - the argument's name in the API.
) -> SubmitKeyedResponsePayload:
    """Send on the candidate's behalf what was keyed in, with the consent recorded."""
    interview = key_of(read_graph.INTERVIEW, input.interview_id, field="interviewId")
    receipt_code = await info.context.run(
        keying.submit_keyed_response,
        organisation_id=interview.organisation_id,
        interview_id=interview.id,
        revision=input.revision,
        answers=read_answers(input.answers),
        confidentiality=input.confidentiality,
        consent_text=input.consent_text,
        has_consented=input.has_consented,
        receipt_code=input.receipt_code,
    )
    return SubmitKeyedResponsePayload(receipt_code=receipt_code)
