"""Interviews, candidates and responses; opening, inviting, answering."""

from datetime import date
from enum import StrEnum
from typing import Annotated

import strawberry

from api.derive import Info, as_type, of_noun
from api.errors import UserError, mutation
from api.relay import Node, key_of
from api.types.answers import Answer
from api.types.questionnaires import QuestionnaireVersion
from api.types.scalars import YearMonth
from tenants import read_graph
from tenants.interviews import service as interviews
from tenants.interviews.models import (
    AdministratorKind,
    Confidentiality,
    HoldReason,
    InterviewMode,
    InterviewStatus,
)
from tenants.reading import Key


@strawberry.input
class InterviewFilter:
    """Which interviews are wanted. Nothing that tells who answered can be asked for.

    Attributes:
        status: With any of these statuses.
        invited_from: Invited on this day or later (UTC).
        invited_to: Invited before this day (UTC).
    """

    status: list[InterviewStatus] | None = None
    invited_from: date | None = None
    invited_to: date | None = None


@strawberry.enum
class InterviewOrder(StrEnum):
    """In which order interviews are walked; one not yet invited comes as the oldest."""

    INVITED_ON_DESC = "INVITED_ON_DESC"
    INVITED_ON_ASC = "INVITED_ON_ASC"


@strawberry.input
class ResponseFilter:
    """Which responses are wanted.

    Attributes:
        confidentiality: Any of these; ANONYMOUS ones are never rows.
        submitted_month: Sent in this month.
    """

    confidentiality: list[Confidentiality] | None = None
    submitted_month: YearMonth | None = None


@of_noun(read_graph.CANDIDATE)
class Candidate(Node):
    """The person who got the offer.

    Attributes:
        first_name: Null once erased.
        last_name: Null once erased.
        email: Null once erased.
        language: In which they are addressed, if known.
    """

    first_name: str | None
    last_name: str | None
    email: str | None
    language: str | None


@of_noun(read_graph.INVITATION_MAIL)
class InvitationMail:
    """What one mail to a candidate said, as it was due; alike whether they had answered by then.

    Attributes:
        number: Which of the interview's mails, from 1.
        language: In which it was.
        texts_number: The version of the organisation's texts; null for the questionnaire's own.
        subject: As it was sent, but for the name, which stays a placeholder.
        body: Likewise, and without the links, which are kept nowhere.
    """

    number: int
    language: str
    texts_number: int | None
    subject: str
    body: str


@of_noun(read_graph.RESPONSE)
class Response(Node):
    """One submission, as far as the viewer may read it.

    Attributes:
        questionnaire_version: What was asked.
        submitted_month: When it was sent; the month is all that is told.
        confidentiality: What the candidate chose.
        language: In which it was written.
        answers: Those that the viewer's role may read.
        mails: What the candidate had been written to be asked.
    """

    questionnaire_version: QuestionnaireVersion
    submitted_month: YearMonth
    confidentiality: Confidentiality
    language: str | None
    answers: list[Answer]
    mails: list[InvitationMail] | None


@of_noun(read_graph.INTERVIEW)
class Interview(Node):
    """One declined-offer case.

    Attributes:
        offer: The offer that was turned down.
        status: OPENED, INVITED or CLOSED; it closes on a fixed day, answered or not.
        mode: How the candidate is asked.
        administrator: Who asks.
        language: In which the candidate is addressed.
        invited_on: The day of the first mail.
        closes_on: The day from which on the link is dead.
        candidate: Who was asked, for those who may know.
        conversation: Talking to the candidate by phone or video, for those who hold interviews.
        response: What was answered, for those who may read it; never an ANONYMOUS one.
        completed_on: The day of the answer, for the consultant; never of an ANONYMOUS one.
        confidentiality: What was chosen, for the consultant; never that it was ANONYMOUS.
        held: Why the candidate was not invited when that was due; null once they were.
        is_undeliverable: Whether the first mail came back: the address is wrong.
        mails: What the mails said.
    """

    offer: Annotated["Offer", strawberry.lazy("api.types.offers")]  # type: ignore[name-defined]  # noqa: F821 - resolved lazily.
    status: InterviewStatus
    mode: InterviewMode
    administrator: AdministratorKind
    language: str
    invited_on: date | None
    closes_on: date | None
    candidate: Candidate | None
    conversation: Annotated["Conversation", strawberry.lazy("api.types.conversations")] | None  # type: ignore[name-defined]  # noqa: F821 - likewise.
    response: Response | None
    completed_on: date | None
    confidentiality: Confidentiality | None
    held: HoldReason | None
    is_undeliverable: bool | None
    mails: list[InvitationMail] | None


@strawberry.input
class OpenInterviewInput:
    """An interview to be opened by hand.

    Attributes:
        offer_id: For which offer: declined, reneged or lapsed.
        idempotency_key: A repetition with the same key finds the same interview.
    """

    offer_id: strawberry.ID
    idempotency_key: str | None = None


@strawberry.type
class OpenInterviewPayload:
    """The interview, newly opened or found.

    Attributes:
        interview: Null when it was refused.
        user_errors: Why, in words that help.
    """

    interview: Interview | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.input
class InviteCandidateInput:
    """A mail with a link, or a reminder with a new one.

    Attributes:
        interview_id: To which interview.
        idempotency_key: A repetition with the same key sends nothing.
    """

    interview_id: strawberry.ID
    idempotency_key: str | None = None


@strawberry.type
class InviteCandidatePayload:
    """The interview; the same whether somebody has answered or not.

    Attributes:
        interview: Null when it was refused.
        user_errors: Why, in words that help.
    """

    interview: Interview | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@mutation
async def open_interview(
    info: Info,
    input: OpenInterviewInput,  # noqa: A002 - the argument's name in the API.
) -> OpenInterviewPayload:
    """Open an interview by hand; no mail is sent yet."""
    offer = key_of(read_graph.OFFER, input.offer_id, field="offerId")
    interview_id = await info.context.run(
        interviews.open_interview,
        organisation_id=offer.organisation_id,
        offer_id=offer.id,
        idempotency_key=input.idempotency_key,
    )
    record = await info.context.find_record(
        read_graph.INTERVIEW, Key(offer.organisation_id, interview_id)
    )
    return OpenInterviewPayload(interview=as_type(record))


@mutation
async def invite_candidate(
    info: Info,
    input: InviteCandidateInput,  # noqa: A002 - the argument's name in the API.
) -> InviteCandidatePayload:
    """Send the candidate a link, or a reminder; answers alike whether somebody has answered."""
    interview = key_of(read_graph.INTERVIEW, input.interview_id, field="interviewId")
    await info.context.run(
        interviews.invite_candidate,
        organisation_id=interview.organisation_id,
        interview_id=interview.id,
        idempotency_key=input.idempotency_key,
    )
    record = await info.context.find_record(read_graph.INTERVIEW, interview)
    return InviteCandidatePayload(interview=as_type(record))
