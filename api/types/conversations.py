"""Conversations with candidates by phone or video: plans, attempts, why there is none."""

from datetime import date, datetime
from typing import Annotated

import strawberry

from api.derive import Info, as_type, of_noun
from api.errors import UserError, mutation
from api.relay import Node, key_of
from api.types.guides import GuidedInterview, RecordedConsent, find_consent, find_guide
from tenants import read_graph
from tenants.errors import NotFound
from tenants.interviews import conversations
from tenants.interviews.conversation_models import (
    AttemptChannel,
    AttemptOutcome,
    ConversationMode,
    ConversationState,
    NoInterviewReason,
)
from tenants.reading import Key, Record


@strawberry.input
class ConversationFilter:
    """Which conversations are wanted.

    Attributes:
        state: With any of these states.
        is_open: Whether they are still to be held: neither held nor given up, and the interview
            neither answered, other than anonymously, nor closed.
    """

    state: list[ConversationState] | None = None
    is_open: bool | None = None


@of_noun(read_graph.CONTACT_ATTEMPT)
class ContactAttempt:
    """One attempt to reach a candidate.

    Attributes:
        attempted_at: When.
        channel: How.
        outcome: What became of it.
    """

    attempted_at: datetime
    channel: AttemptChannel
    outcome: AttemptOutcome


@of_noun(read_graph.CONVERSATION)
class Conversation(Node):
    """Talking to a candidate by phone or video; seen by those who hold the interview, no one else.

    Attributes:
        interview: Which interview.
        state: What is to be done next: REQUESTED by the candidate, TRIED without an appointment,
            SCHEDULED, UNDER_WAY while answers are keyed in, HELD, or NO_INTERVIEW.
        mode: By phone or by video, if that is planned.
        scheduled_at: When it is to be held.
        time_zone: The candidate's, in which the time should be shown.
        requested_at: When the candidate asked for a call.
        phone: The number that the candidate wants to be called at; erased once nobody will call.
        preferred_times: When a call suits the candidate, in their words; erased likewise.
        no_interview_reason: Why nobody tries any more.
        begun_at: When somebody began to key in.
        held_on: The day on which what was keyed in was submitted.
        attempts: Attempts to reach the candidate, the newest first.
    """

    interview: Annotated["Interview", strawberry.lazy("api.types.interviews")]  # type: ignore[name-defined]  # noqa: F821 - resolved lazily.
    state: ConversationState
    mode: ConversationMode | None
    scheduled_at: datetime | None
    time_zone: str | None
    requested_at: datetime | None
    phone: str | None
    preferred_times: str | None
    no_interview_reason: NoInterviewReason | None
    begun_at: datetime | None
    held_on: date | None
    attempts: list[ContactAttempt]

    @strawberry.field
    async def guide(self, root: strawberry.Parent[Record], info: Info) -> GuidedInterview | None:
        """What is asked and what was keyed in so far; null if nothing is being keyed in."""
        return await find_guide(info, await _interview_of(info, root.key))

    @strawberry.field
    async def consent(self, root: strawberry.Parent[Record], info: Info) -> RecordedConsent | None:
        """What the candidate agreed to when the answers were submitted; null until then."""
        return await find_consent(info, await _interview_of(info, root.key))


@strawberry.input
class ScheduleInterviewInput:
    """When and how an interview will be held.

    Attributes:
        interview_id: Which interview.
        mode: By phone or by video; needed with a time.
        at: When, with its offset from UTC; null clears the plan.
        time_zone: The candidate's, by its IANA name; needed with a time.
    """

    interview_id: strawberry.ID
    mode: ConversationMode | None = None
    at: datetime | None = None
    time_zone: str | None = None


@strawberry.type
class ScheduleInterviewPayload:
    """The conversation as it is planned now.

    Attributes:
        conversation: Null when it was refused.
        user_errors: Why, in words that help.
    """

    conversation: Conversation | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.input
class RecordAttemptInput:
    """An attempt to reach the candidate.

    Attributes:
        interview_id: Of which interview.
        attempted_at: When, with its offset from UTC.
        channel: How.
        outcome: What became of it.
        idempotency_key: A repetition with the same key records nothing.
    """

    interview_id: strawberry.ID
    attempted_at: datetime
    channel: AttemptChannel
    outcome: AttemptOutcome
    idempotency_key: str | None = None


@strawberry.type
class RecordAttemptPayload:
    """The conversation with its attempts.

    Attributes:
        conversation: Null when it was refused.
        user_errors: Why, in words that help.
    """

    conversation: Conversation | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.input
class RecordNoInterviewInput:
    """Why nobody will talk to the candidate.

    Attributes:
        interview_id: Of which interview.
        reason: Why; null if somebody will after all.
    """

    interview_id: strawberry.ID
    reason: NoInterviewReason | None


@strawberry.type
class RecordNoInterviewPayload:
    """The conversation that will not be held.

    Attributes:
        conversation: Null when it was refused.
        user_errors: Why, in words that help.
    """

    conversation: Conversation | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@mutation
async def schedule_interview(
    info: Info,
    input: ScheduleInterviewInput,  # noqa: A002 - the argument's name in the API.
) -> ScheduleInterviewPayload:
    """Plan when an interview will be held by phone or video, or clear the plan."""
    interview = key_of(read_graph.INTERVIEW, input.interview_id, field="interviewId")
    await info.context.run(
        conversations.schedule_interview,
        organisation_id=interview.organisation_id,
        interview_id=interview.id,
        mode=input.mode,
        at=input.at,
        time_zone=input.time_zone,
    )
    return ScheduleInterviewPayload(conversation=await find_conversation(info, interview))


@mutation
async def record_attempt(
    info: Info,
    input: RecordAttemptInput,  # noqa: A002 - the argument's name in the API.
) -> RecordAttemptPayload:
    """Write down that somebody tried to reach the candidate, and what became of it."""
    interview = key_of(read_graph.INTERVIEW, input.interview_id, field="interviewId")
    await info.context.run(
        conversations.record_attempt,
        organisation_id=interview.organisation_id,
        interview_id=interview.id,
        attempted_at=input.attempted_at,
        channel=input.channel,
        outcome=input.outcome,
        idempotency_key=input.idempotency_key,
    )
    return RecordAttemptPayload(conversation=await find_conversation(info, interview))


@mutation
async def record_no_interview(
    info: Info,
    input: RecordNoInterviewInput,  # noqa: A002 - the argument's name in the API.
) -> RecordNoInterviewPayload:
    """Say why nobody will talk to the candidate; the interview itself still closes on its day."""
    interview = key_of(read_graph.INTERVIEW, input.interview_id, field="interviewId")
    await info.context.run(
        conversations.record_no_interview,
        organisation_id=interview.organisation_id,
        interview_id=interview.id,
        reason=input.reason,
    )
    return RecordNoInterviewPayload(conversation=await find_conversation(info, interview))


async def find_conversation(info: Info, interview: Key) -> Conversation | None:
    """Return the conversation of an interview as the viewer may see it."""
    record: Record | None = await info.context.find_record(read_graph.INTERVIEW, interview)
    key = record.keys["conversation"] if record is not None else None
    if key is None:
        return None
    found: Conversation | None = as_type(
        await info.context.find_record(read_graph.CONVERSATION, Key(interview.organisation_id, key))
    )
    return found


async def _interview_of(info: Info, conversation: Key) -> Key:
    """Return the interview of a conversation that the viewer was just shown.

    Raises:
        NotFound: It went meanwhile.
    """
    record: Record | None = await info.context.find_record(read_graph.CONVERSATION, conversation)
    interview = record.keys["interview"] if record is not None else None
    if interview is None:
        noun = "conversation"
        raise NotFound(noun)
    return Key(conversation.organisation_id, interview)
