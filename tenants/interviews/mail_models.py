"""Tables of what is written to candidates, when, and to whom nothing is written any more."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, DateTime, SmallInteger, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tenants.model import Model, Tenant, TenantKey, refers_to


class InvitationSettings(TenantKey, Model):
    """When an organisation writes to candidates; without a row `mail_settings.DEFAULTS` hold.

    `quiet_from` and `quiet_to` are hours of the candidate's day, both absent for no quiet hours.
    """

    __tablename__ = "invitation_settings"

    revision: Mapped[int]
    delay_hours: Mapped[int]
    reminder_days: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger))
    quiet_from: Mapped[int | None] = mapped_column(SmallInteger)
    quiet_to: Mapped[int | None] = mapped_column(SmallInteger)
    time_zone: Mapped[str]


class InvitationTexts(TenantKey, Model):
    """What an organisation's mails say, by language and mail. The application adds, never changes.

    `texts` is {language: {mail: {"subject": ..., "body": ...}}}.
    """

    __tablename__ = "invitation_texts"

    number: Mapped[int] = mapped_column(primary_key=True)
    texts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    written_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class InvitationMail(Tenant, Model):
    """The exact text of one mail of an interview's invitation, but for the name and the links.

    Those stay placeholders: a link is stored nowhere, and a name is forgotten with its candidate.
    There is a row whether the mail went out or was left out because somebody had answered. Of a
    mail that came back `bounced_on` is set. `texts_number` is absent of a questionnaire's own text.
    """

    __tablename__ = "invitation_mails"
    __table_args__ = (
        UniqueConstraint("organisation_id", "interview_id", "number"),
        refers_to("interview_id", "interviews"),
    )

    interview_id: Mapped[UUID]
    number: Mapped[int] = mapped_column(SmallInteger)
    texts_number: Mapped[int | None]
    language: Mapped[str]
    subject: Mapped[str]
    body: Mapped[str]
    address_key: Mapped[bytes]
    sent_on: Mapped[date]
    bounced_on: Mapped[date | None]
    bounce_status: Mapped[str | None]


class WrittenAddress(TenantKey, Model):
    """An address that was written to, as a keyed hash that outlives the candidate's erasure.

    `opted_out_on` is for good: whoever asked for no more mails is not found out by losing the name.
    So is `refused_on`, the day on which the third party was told so; nobody who hires learns of it.
    """

    __tablename__ = "written_addresses"

    address_key: Mapped[bytes] = mapped_column(primary_key=True)
    invited_on: Mapped[date | None]
    opted_out_on: Mapped[date | None]
    refused_on: Mapped[date | None]
