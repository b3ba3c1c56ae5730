"""Tables of interviews, invitations, responses and the holding place of anonymous ones."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, DateTime, Index, Numeric, SmallInteger, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tenants.disclosure.rules import Dimension
from tenants.model import Coded, Model, Tenant, TenantKey, refers_to
from tenants.questionnaires.question_types import AnswerState


class InterviewStatus(StrEnum):
    """Where a case stands for everyone. It never tells whether somebody answered."""

    OPENED = "OPENED"
    INVITED = "INVITED"
    CLOSED = "CLOSED"


class InterviewMode(StrEnum):
    """How the candidate is asked."""

    ONLINE_FORM = "ONLINE_FORM"
    PHONE = "PHONE"
    VIDEO = "VIDEO"
    MIXED = "MIXED"


class AdministratorKind(StrEnum):
    """Who asks."""

    EXTERNAL_FIRM = "EXTERNAL_FIRM"
    INTERNAL_INDEPENDENT = "INTERNAL_INDEPENDENT"
    SELF_SERVICE = "SELF_SERVICE"


class Confidentiality(StrEnum):
    """Who may know whose answer it is; the candidate chooses and nobody ever loosens it."""

    ATTRIBUTED = "ATTRIBUTED"
    CONFIDENTIAL = "CONFIDENTIAL"
    ANONYMOUS = "ANONYMOUS"


class Submission(StrEnum):
    """What an invitation knows of its use: nothing but that its links are dead."""

    SUBMITTED = "SUBMITTED"
    HELD = "HELD"
    # What was answered was keyed in, not sent by the link.
    KEYED_IN = "KEYED_IN"


class HoldReason(StrEnum):
    """Why a candidate was not invited when that was due."""

    NO_ADDRESS = "NO_ADDRESS"
    OPTED_OUT = "OPTED_OUT"
    INVITED_RECENTLY = "INVITED_RECENTLY"


class Interview(Tenant, Model):
    """One declined-offer case; an offer has at most one.

    `invite_at` is when the candidate is invited, or was; `held` is why not, when that was due.
    """

    __tablename__ = "interviews"
    __table_args__ = (
        UniqueConstraint("organisation_id", "offer_id"),
        refers_to("offer_id", "offers"),
        refers_to("questionnaire_version_id", "questionnaire_versions"),
        Index("ix_interviews_invited_on", "organisation_id", "invited_on", "id"),
        Index("ix_interviews_closes_on", "organisation_id", "closes_on"),
        Index(
            "ix_interviews_day_invited",
            "organisation_id",
            text("COALESCE(invited_on, '0001-01-01'::date)"),
            "id",
        ),
    )

    offer_id: Mapped[UUID]
    questionnaire_version_id: Mapped[UUID]
    status: Mapped[InterviewStatus] = mapped_column(Coded(InterviewStatus))
    mode: Mapped[InterviewMode] = mapped_column(Coded(InterviewMode))
    administrator: Mapped[AdministratorKind] = mapped_column(Coded(AdministratorKind))
    language: Mapped[str]
    opened_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    invited_on: Mapped[date | None]
    closes_on: Mapped[date | None]
    invite_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    held: Mapped[HoldReason | None] = mapped_column(Coded(HoldReason))


class Invitation(Tenant, Model):
    """The link a candidate gets, one per interview; each mail carries its own form of it.

    No link is stored. `submission` says only that all of them are dead. `retry_key` lets a browser
    that lost the connection repeat an anonymous submission; it tells nothing of the response's own
    key and is wiped by the flush. `is_undeliverable` says that the first mail to an address came
    back; of what comes back later it says nothing, because that would tell who had not answered.
    """

    __tablename__ = "invitations"
    __table_args__ = (
        UniqueConstraint("organisation_id", "interview_id"),
        refers_to("interview_id", "interviews"),
    )

    interview_id: Mapped[UUID]
    mails: Mapped[int] = mapped_column(SmallInteger)
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    revoked: Mapped[bool]
    submission: Mapped[Submission | None] = mapped_column(Coded(Submission))
    held_version_id: Mapped[UUID | None]
    retry_key: Mapped[bytes | None]
    is_undeliverable: Mapped[bool] = mapped_column(default=False)


class Draft(TenantKey, Model):
    """What a candidate has answered so far, sealed with a key that follows from the link key."""

    __tablename__ = "drafts"
    __table_args__ = (refers_to("invitation_id", "invitations"),)

    invitation_id: Mapped[UUID] = mapped_column(primary_key=True)
    sealed: Mapped[bytes]


# So long an anonymous submission may wait for others; then it is deleted unread.
MONTHS_HELD: Final = 24


class HeldSubmission(Tenant, Model):
    """An anonymous submission that waits for others, sealed with a key outside the database.

    No column ties it to an invitation. The month is there to delete it unread after 24 of them.
    """

    __tablename__ = "held_submissions"
    __table_args__ = (refers_to("questionnaire_version_id", "questionnaire_versions"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4, sort_order=-1)
    questionnaire_version_id: Mapped[UUID]
    held_month: Mapped[date]
    sealed: Mapped[bytes]


class Response(Tenant, Model):
    """One submission. An ANONYMOUS one has no interview, language or day, and a random id.

    `edition_id` is the edition that counts it, the only one that ever will; until then it waits.
    Neither a key nor an index knows of it, because checking a million rows one by one takes longer
    than counting them.
    `segment` is a value of the `dimension` that was in force in its month.
    `source` is where an imported response came from; its `receipt_key` then follows from the
    source and the record's id there. `order_seed` is the order in which shuffled options were
    shown; only responses that are tied to an interview have one.
    """

    __tablename__ = "responses"
    __table_args__ = (
        UniqueConstraint("organisation_id", "interview_id"),
        UniqueConstraint("organisation_id", "receipt_key"),
        refers_to("interview_id", "interviews"),
        refers_to("questionnaire_version_id", "questionnaire_versions"),
        # Room on each page for a row's next version: editions mark all of a year's at once.
        {"postgresql_with": {"fillfactor": 45}},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4, sort_order=-1)
    questionnaire_version_id: Mapped[UUID]
    interview_id: Mapped[UUID | None]
    confidentiality: Mapped[Confidentiality] = mapped_column(Coded(Confidentiality))
    submitted_month: Mapped[date]
    submitted_on: Mapped[date | None]
    language: Mapped[str | None]
    segment: Mapped[str | None]
    dimension: Mapped[Dimension] = mapped_column(
        Coded(Dimension), server_default=Dimension.DEPARTMENT
    )
    receipt_key: Mapped[bytes]
    edition_id: Mapped[UUID | None]
    source: Mapped[str | None]
    order_seed: Mapped[int | None] = mapped_column(BigInteger)


class Answer(TenantKey, Model):
    """One question's typed value within a response."""

    __tablename__ = "answers"
    __table_args__ = (
        refers_to("response_id", "responses", ondelete="CASCADE"),
        refers_to("question_id", "questions"),
        # By what the moderation desk knows a free text by (`tenants.excerpts.desk_models`).
        Index(
            "ix_answers_text_id",
            "organisation_id",
            text("(md5(response_id::text || question_id::text)::uuid)"),
            postgresql_where=text("text IS NOT NULL OR other_text IS NOT NULL"),
        ),
    )

    response_id: Mapped[UUID] = mapped_column(primary_key=True)
    question_id: Mapped[UUID] = mapped_column(primary_key=True)
    state: Mapped[AnswerState] = mapped_column(Coded(AnswerState))
    do_not_quote: Mapped[bool]
    choice: Mapped[str | None]
    choices: Mapped[list[str] | None]
    other_text: Mapped[str | None]
    scale: Mapped[int | None] = mapped_column(SmallInteger)
    number: Mapped[Decimal | None] = mapped_column(Numeric)
    text: Mapped[str | None]
    ranking: Mapped[list[str] | None]
    matrix: Mapped[dict[str, int] | None] = mapped_column(JSONB(none_as_null=True))
    boolean: Mapped[bool | None]
    date: Mapped[date | None]
