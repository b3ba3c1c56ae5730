"""Tables of firms, organisations, people and what joins them."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, DateTime, ForeignKey, Index, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from tenants.access import Role
from tenants.model import Coded, Model, Tenant, TenantKey, new_id, refers_to


class Industry(StrEnum):
    """What an organisation does, as the benchmark's peer groups divide it."""

    TECHNOLOGY = "TECHNOLOGY"
    MANUFACTURING = "MANUFACTURING"
    HEALTHCARE = "HEALTHCARE"
    FINANCE = "FINANCE"
    EDUCATION = "EDUCATION"
    PUBLIC_SECTOR = "PUBLIC_SECTOR"
    RETAIL = "RETAIL"
    SERVICES = "SERVICES"
    OTHER = "OTHER"


class SizeBand(StrEnum):
    """How many people an organisation employs: under 250, under 1,000, under 5,000, or more."""

    UNDER_250 = "UNDER_250"
    FROM_250 = "FROM_250"
    FROM_1000 = "FROM_1000"
    FROM_5000 = "FROM_5000"


class Region(StrEnum):
    """Where an organisation mainly hires."""

    AFRICA = "AFRICA"
    AMERICAS = "AMERICAS"
    ASIA = "ASIA"
    EUROPE = "EUROPE"
    OCEANIA = "OCEANIA"


class FirmRole(StrEnum):
    """The part that a person plays in a consulting firm."""

    ADMINISTRATOR = "ADMINISTRATOR"
    CONSULTANT = "CONSULTANT"


class TokenKind(StrEnum):
    """What an access token was handed out for."""

    API = "API"
    SESSION = "SESSION"


class Firm(Model):
    """A consulting firm: the third party that asks."""

    __tablename__ = "firms"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]


class Person(Model):
    """Somebody who signs in; a candidate never does."""

    __tablename__ = "people"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    password_hash: Mapped[str | None]


class Operator(Model):
    """A person who may start releases of the benchmark.

    Only a command of the installation writes here. It gives a part in no organisation.
    """

    __tablename__ = "operators"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), primary_key=True)
    granted_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class FirmMember(Model):
    """A person's part in a firm."""

    __tablename__ = "firm_members"
    __table_args__ = (Index("ix_firm_members_person_id", "person_id"),)

    firm_id: Mapped[UUID] = mapped_column(ForeignKey("firms.id"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), primary_key=True)
    role: Mapped[FirmRole] = mapped_column(Coded(FirmRole))
    role_changed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class AccessToken(Model):
    """A bearer token or a browser's session, kept as a hash only.

    `expires_at` of a session moves on while it is used, until `ends_at`.
    """

    __tablename__ = "access_tokens"
    __table_args__ = (Index("ix_access_tokens_person_id", "person_id"),)

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    kind: Mapped[TokenKind] = mapped_column(Coded(TokenKind))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ends_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    user_agent: Mapped[str | None]
    with_password: Mapped[bool | None]
    provider_ids: Mapped[list[UUID] | None] = mapped_column(ARRAY(Uuid))
    id_token: Mapped[bytes | None]


class IdentityProvider(Model):
    """The OpenID provider through which an organisation's or a firm's people sign in.

    The client's secret is encrypted with a key outside the database. Not a tenant's row in the
    narrow sense: a firm's belongs to no organisation.
    """

    __tablename__ = "identity_providers"
    __table_args__ = (
        CheckConstraint("num_nonnulls(organisation_id, firm_id) = 1", name="one_owner"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    organisation_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("organisations.id"), unique=True
    )
    firm_id: Mapped[UUID | None] = mapped_column(ForeignKey("firms.id"), unique=True)
    name: Mapped[str]
    issuer: Mapped[str]
    client_id: Mapped[str]
    client_secret: Mapped[bytes]
    email_domains: Mapped[list[str]]
    required: Mapped[bool]
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class Identity(Model):
    """Who somebody at a provider is here. Bound once, and never by an address alone."""

    __tablename__ = "identities"
    __table_args__ = (Index("ix_identities_person_id", "person_id"),)

    issuer: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class PasswordReset(Model):
    """Somebody asked for a new password. One row for each request, whether or not it is anybody's.

    The link's secret is not stored, only its hash.
    """

    __tablename__ = "password_resets"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class SignInAttempts(Model):
    """When somebody tried under an account or from an address, as far as it still counts.

    `person_id`, `failed_at` and `limited_at` wait until the owner's logs tell of failures. The
    first is no foreign key: checking one would take time for accounts that exist, and only then.
    """

    __tablename__ = "sign_in_attempts"
    __table_args__ = (Index("ix_sign_in_attempts_last_tried_at", "last_tried_at"),)

    key_hash: Mapped[bytes] = mapped_column(primary_key=True)
    tried_at: Mapped[list[datetime]] = mapped_column(ARRAY(DateTime(timezone=True)))
    last_tried_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    person_id: Mapped[UUID | None]
    failed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    limited_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class Organisation(Model):
    """One client organisation: the tenant.

    `verified_on` says since when the operator vouches that it is a client and nobody's invention.
    """

    __tablename__ = "organisations"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    industry: Mapped[Industry] = mapped_column(Coded(Industry))
    size_band: Mapped[SizeBand] = mapped_column(Coded(SizeBand))
    region: Mapped[Region] = mapped_column(Coded(Region))
    language: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    verified_on: Mapped[date | None]


class Membership(TenantKey, Model):
    """A person's role in an organisation."""

    __tablename__ = "memberships"
    __table_args__ = (Index("ix_memberships_person_id", "person_id"),)

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), primary_key=True)
    role: Mapped[Role] = mapped_column(Coded(Role))
    department: Mapped[str | None]
    ats_user_id: Mapped[str | None]
    role_changed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class Engagement(Tenant, Model):
    """A firm serves an organisation for a time; consultants see the client only inside it."""

    __tablename__ = "engagements"

    firm_id: Mapped[UUID] = mapped_column(ForeignKey("firms.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    ended_by: Mapped[Role | None] = mapped_column(Coded(Role))


class EngagementConsultant(TenantKey, Model):
    """A consultant whom an engagement names."""

    __tablename__ = "engagement_consultants"
    __table_args__ = (
        refers_to("engagement_id", "engagements"),
        Index("ix_engagement_consultants_person_id", "person_id"),
    )

    engagement_id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), primary_key=True)
