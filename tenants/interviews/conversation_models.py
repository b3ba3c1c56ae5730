"""Tables of interviews that are held by phone or video: plans, attempts, what was keyed in."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tenants.model import Coded, Model, Tenant, TenantKey, refers_to


class ConversationMode(StrEnum):
    """How a conversation is held. An online form is none."""

    PHONE = "PHONE"
    VIDEO = "VIDEO"


class ConversationState(StrEnum):
    """What is to be done next about a conversation."""

    REQUESTED = "REQUESTED"
    TRIED = "TRIED"
    SCHEDULED = "SCHEDULED"
    UNDER_WAY = "UNDER_WAY"
    HELD = "HELD"
    NO_INTERVIEW = "NO_INTERVIEW"


class AttemptChannel(StrEnum):
    """How somebody tried to reach the candidate."""

    PHONE = "PHONE"
    VIDEO = "VIDEO"
    TEXT_MESSAGE = "TEXT_MESSAGE"
    MAIL = "MAIL"


class AttemptOutcome(StrEnum):
    """What became of an attempt."""

    NO_ANSWER = "NO_ANSWER"
    CALL_BACK = "CALL_BACK"
    MESSAGE_LEFT = "MESSAGE_LEFT"
    WRONG_NUMBER = "WRONG_NUMBER"
    REFUSED = "REFUSED"
    BROKEN_OFF = "BROKEN_OFF"
    HELD = "HELD"


class NoInterviewReason(StrEnum):
    """Why there is no interview and nobody tries any more.

    After REFUSED the interview's mails are left out as if the candidate had answered, after
    WANTS_NO_CONTACT all of the organisation's, for good.
    """

    NOT_REACHED = "NOT_REACHED"
    REFUSED = "REFUSED"
    WANTS_NO_CONTACT = "WANTS_NO_CONTACT"
    NO_CONTACT_DETAILS = "NO_CONTACT_DETAILS"
    NO_COMMON_LANGUAGE = "NO_COMMON_LANGUAGE"
    RECORDED_BY_MISTAKE = "RECORDED_BY_MISTAKE"
    OTHER = "OTHER"


class Conversation(Tenant, Model):
    """What the third party knows and plans of talking to a candidate; an interview has at most one.

    `sealed` is what was keyed in so far, with a key outside the database; `revision` counts how
    often it was saved. `phone` and `preferred_times` go once they are not needed any more.
    """

    __tablename__ = "conversations"
    __table_args__ = (
        UniqueConstraint("organisation_id", "interview_id"),
        refers_to("interview_id", "interviews"),
        Index("ix_conversations_state", "organisation_id", "state", "id"),
    )

    interview_id: Mapped[UUID]
    state: Mapped[ConversationState] = mapped_column(Coded(ConversationState))
    mode: Mapped[ConversationMode | None] = mapped_column(Coded(ConversationMode))
    scheduled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    time_zone: Mapped[str | None]
    requested_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    phone: Mapped[str | None]
    preferred_times: Mapped[str | None]
    no_interview_reason: Mapped[NoInterviewReason | None] = mapped_column(Coded(NoInterviewReason))
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    begun_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    revision: Mapped[int]
    sealed: Mapped[bytes | None]
    held_on: Mapped[date | None]


class ContactAttempt(Tenant, Model):
    """One attempt to reach a candidate, as somebody wrote it down."""

    __tablename__ = "contact_attempts"
    __table_args__ = (
        refers_to("conversation_id", "conversations", ondelete="CASCADE"),
        Index("ix_contact_attempts_conversation_id", "organisation_id", "conversation_id"),
    )

    conversation_id: Mapped[UUID]
    attempted_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    channel: Mapped[AttemptChannel] = mapped_column(Coded(AttemptChannel))
    outcome: Mapped[AttemptOutcome] = mapped_column(Coded(AttemptOutcome))
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))


class KeyedResponse(TenantKey, Model):
    """How a response came to be that somebody keyed in: the consent, and the interviewer's notes.

    It goes with the response; the notes, sealed, go with the candidate's identity as well.
    """

    __tablename__ = "keyed_responses"
    __table_args__ = (refers_to("response_id", "responses", ondelete="CASCADE"),)

    response_id: Mapped[UUID] = mapped_column(primary_key=True)
    mode: Mapped[ConversationMode] = mapped_column(Coded(ConversationMode))
    consent_text: Mapped[str]
    language: Mapped[str]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    notes: Mapped[bytes | None]
