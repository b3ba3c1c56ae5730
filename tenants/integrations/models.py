"""Tables of integrations, what they posted, and the keys that make a repetition harmless."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tenants.model import Coded, Model, Tenant, TenantKey, refers_to


class IntegrationKind(StrEnum):
    """Which applicant-tracking system posts."""

    GREENHOUSE = "GREENHOUSE"


class IntakeState(StrEnum):
    """What became of a posted event."""

    APPLIED = "APPLIED"
    WAITING = "WAITING"
    NOT_NEEDED = "NOT_NEEDED"
    NEEDS_REVIEW = "NEEDS_REVIEW"


class Integration(Tenant, Model):
    """A machine client. Its secret is encrypted with a key outside the database."""

    __tablename__ = "integrations"

    kind: Mapped[IntegrationKind] = mapped_column(Coded(IntegrationKind))
    name: Mapped[str]
    secret: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class IntakeEvent(Tenant, Model):
    """One event that an applicant-tracking system posted, once, and what became of it.

    `facts` holds what the adapter understood and the domain may keep; pay, notes and custom fields
    never reach it.
    """

    __tablename__ = "intake_events"
    __table_args__ = (
        UniqueConstraint("organisation_id", "integration_id", "event_key"),
        refers_to("integration_id", "integrations"),
        Index("ix_intake_events_state", "organisation_id", "state", "id"),
        Index("ix_intake_events_application_id", "organisation_id", "application_id"),
    )

    integration_id: Mapped[UUID]
    event_key: Mapped[str]
    action: Mapped[str]
    application_id: Mapped[str | None]
    state: Mapped[IntakeState] = mapped_column(Coded(IntakeState))
    reason_code: Mapped[str | None]
    reason: Mapped[str | None]
    facts: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    received_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class IdempotencyKey(TenantKey, Model):
    """Which noun a mutation made for a key that the client chose; never what it said."""

    __tablename__ = "idempotency_keys"

    operation: Mapped[str] = mapped_column(primary_key=True)
    key_hash: Mapped[bytes] = mapped_column(primary_key=True)
    noun_id: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
