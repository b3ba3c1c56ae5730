"""Tables of the OAuth server: keys, grants, codes, refresh tokens, revoked access tokens.

Of codes and tokens only hashes are kept. Who presents one says with the client identifier whose
scope it is in, so that each lies behind its organisation like everything else.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tenants.model import Model, Tenant, TenantKey, refers_to


class SigningKey(Model):
    """A key that signs access tokens, from `active_at` until a younger one is active.

    The private part is encrypted with a key outside the database. A row stays for as long as tokens
    that it signed may be presented.
    """

    __tablename__ = "signing_keys"

    id: Mapped[str] = mapped_column(primary_key=True)
    public_key: Mapped[dict[str, Any]] = mapped_column(JSONB)
    private_key: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    active_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class AccessGrant(Tenant, Model):
    """What a person let an integration do: the family of all tokens that came of one consent."""

    __tablename__ = "access_grants"
    __table_args__ = (
        refers_to("integration_id", "integrations"),
        Index("ix_access_grants_person_id", "person_id"),
        Index("ix_access_grants_integration_id", "organisation_id", "integration_id"),
    )

    integration_id: Mapped[UUID]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class AuthorizationCode(TenantKey, Model):
    """What an integration gets tokens for, once, after a person consented."""

    __tablename__ = "authorization_codes"
    __table_args__ = (
        refers_to("grant_id", "access_grants"),
        Index("ix_authorization_codes_grant_id", "organisation_id", "grant_id"),
    )

    code_hash: Mapped[bytes] = mapped_column(primary_key=True)
    grant_id: Mapped[UUID]
    scopes: Mapped[list[str]]
    redirect_uri: Mapped[str]
    code_challenge: Mapped[str]
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class RefreshToken(TenantKey, Model):
    """What an integration gets the next tokens for, once."""

    __tablename__ = "refresh_tokens"
    __table_args__ = (
        refers_to("grant_id", "access_grants"),
        Index("ix_refresh_tokens_grant_id", "organisation_id", "grant_id"),
    )

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    grant_id: Mapped[UUID]
    scopes: Mapped[list[str]]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class DeniedToken(TenantKey, Model):
    """An access token that was revoked before its time, kept until it would have expired."""

    __tablename__ = "denied_tokens"

    token_id: Mapped[str] = mapped_column(primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
