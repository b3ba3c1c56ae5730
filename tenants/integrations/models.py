"""Tables of integrations, what they posted, and the keys that make a repetition harmless."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import DateTime, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tenants.model import Coded, Model, Tenant, TenantKey, refers_to


class IntegrationKind(StrEnum):
    """What sort of machine it is.

    GREENHOUSE posts what becomes of offers. OAUTH_CONFIDENTIAL runs where it can keep a secret and
    acts for itself, or with redirect addresses for a person, too. OAUTH_PUBLIC runs in a browser or
    on a telephone, keeps no secret and acts for a person only.
    """

    GREENHOUSE = "GREENHOUSE"
    OAUTH_CONFIDENTIAL = "OAUTH_CONFIDENTIAL"
    OAUTH_PUBLIC = "OAUTH_PUBLIC"


NO_SECRET: Final = b""
OAUTH_KINDS: Final = (IntegrationKind.OAUTH_CONFIDENTIAL, IntegrationKind.OAUTH_PUBLIC)


class IntakeState(StrEnum):
    """What became of a posted event."""

    APPLIED = "APPLIED"
    WAITING = "WAITING"
    NOT_NEEDED = "NOT_NEEDED"
    NEEDS_REVIEW = "NEEDS_REVIEW"


class Integration(Tenant, Model):
    """A machine client.

    What it proves itself with is kept as a hash (OAuth), or encrypted with a key outside the
    database where we need it to check a signature (intake); it is empty where there is none.
    After a rotation the previous secret counts until its time is over. A deleted row stays, without
    secrets, for what refers to it.
    """

    __tablename__ = "integrations"

    kind: Mapped[IntegrationKind] = mapped_column(Coded(IntegrationKind))
    name: Mapped[str]
    secret: Mapped[bytes]
    previous_secret: Mapped[bytes | None]
    previous_secret_ends_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    scopes: Mapped[list[str]] = mapped_column(default=list)
    redirect_uris: Mapped[list[str]] = mapped_column(default=list)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    disabled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    deleted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


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


class TrustedDocument(TenantKey, Model):
    """A GraphQL document that a client of the organisation may send by the SHA-256 of its text."""

    __tablename__ = "trusted_documents"

    digest: Mapped[bytes] = mapped_column(primary_key=True)
    client: Mapped[str] = mapped_column(primary_key=True)
    text: Mapped[str]
    registered_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class IdempotencyKey(TenantKey, Model):
    """Which noun a mutation made for a key that the client chose; never what it said.

    `input_digest` is keyed, so that nobody can guess an input by it.
    """

    __tablename__ = "idempotency_keys"

    operation: Mapped[str] = mapped_column(primary_key=True)
    key_hash: Mapped[bytes] = mapped_column(primary_key=True)
    noun_id: Mapped[UUID | None]
    input_digest: Mapped[bytes | None]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
