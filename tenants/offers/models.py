"""Tables of requisitions, candidates and offers."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, Index, Integer, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from tenants.model import Coded, Model, Tenant, TenantKey, new_id, refers_to
from tenants.offers.statuses import OfferStatus


class Requisition(Tenant, Model):
    """The opening that an offer belongs to.

    `title` is empty while only an offer has named the requisition's id.
    """

    __tablename__ = "requisitions"
    __table_args__ = (UniqueConstraint("organisation_id", "external_id"),)

    external_id: Mapped[str | None]
    title: Mapped[str]
    department: Mapped[str | None]
    location: Mapped[str | None]


class HiringManager(Tenant, Model):
    """Who hires for a requisition: a member, or a user of the ATS whom no member is known to be.

    `ats_user_id` is absent of somebody whom HR assigned; the ATS never takes that back.
    """

    __tablename__ = "hiring_managers"
    __table_args__ = (
        refers_to("requisition_id", "requisitions"),
        UniqueConstraint("organisation_id", "requisition_id", "person_id"),
        UniqueConstraint("organisation_id", "requisition_id", "ats_user_id"),
        Index("ix_hiring_managers_person_id", "organisation_id", "person_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-1)
    requisition_id: Mapped[UUID]
    person_id: Mapped[UUID | None]
    ats_user_id: Mapped[str | None]


class Candidate(Tenant, Model):
    """The person who got the offer. The ATS's id is kept as a keyed hash only.

    An erased row stays behind without a name, so that an event that comes late does not bring the
    person back. `merged_into_id` leads from a record that the ATS gave up to the one it kept.
    """

    __tablename__ = "candidates"
    __table_args__ = (
        UniqueConstraint("organisation_id", "external_key"),
        refers_to("merged_into_id", "candidates"),
    )

    external_key: Mapped[bytes | None]
    first_name: Mapped[str | None]
    last_name: Mapped[str | None]
    email: Mapped[str | None]
    language: Mapped[str | None]
    time_zone: Mapped[str | None]
    may_be_emailed: Mapped[bool]
    erased_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    merged_into_id: Mapped[UUID | None]


class Application(Tenant, Model):
    """What joins a candidate to a requisition before there is an offer; keyed by the ATS's id.

    `last_activity_at` orders its events; `unhired_at` is the latest undoing of a hire, kept beside
    the offer because it may arrive before the acceptance that it undoes. Reasons that somebody
    recorded by hand stay, whatever the system says later.
    """

    __tablename__ = "applications"
    __table_args__ = (
        UniqueConstraint("organisation_id", "external_id"),
        refers_to("candidate_id", "candidates"),
        refers_to("requisition_id", "requisitions"),
        Index("ix_applications_candidate_id", "organisation_id", "candidate_id"),
    )

    external_id: Mapped[str]
    candidate_id: Mapped[UUID | None]
    requisition_id: Mapped[UUID | None]
    stated_reasons: Mapped[list[str]]
    reasons_by_hand: Mapped[bool]
    last_activity_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    unhired_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class Offer(Tenant, Model):
    """One offer to one candidate as its latest version stands; pay is never part of it.

    `reported_status` and `reported_at` are what the offer's own events say; `status` and
    `resolved_at` follow from them and the application's `unhired_at`.
    """

    __tablename__ = "offers"
    __table_args__ = (
        UniqueConstraint("organisation_id", "application_id"),
        refers_to("application_id", "applications"),
        Index("ix_offers_resolved_at", "organisation_id", "resolved_at", "id"),
        Index("ix_offers_extended_on", "organisation_id", "extended_on", "id"),
        Index(
            "ix_offers_day_extended",
            "organisation_id",
            text("COALESCE(extended_on, '0001-01-01'::date)"),
            "id",
        ),
    )

    application_id: Mapped[UUID]
    external_id: Mapped[str | None]
    version: Mapped[int] = mapped_column(Integer)
    status: Mapped[OfferStatus] = mapped_column(Coded(OfferStatus))
    extended_on: Mapped[date | None]
    resolved_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    starts_on: Mapped[date | None]
    reported_status: Mapped[OfferStatus] = mapped_column(Coded(OfferStatus))
    reported_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class MonthlyCounts(Tenant, Model):
    """How many offers were resolved in a month and how, as a client without an ATS typed it in.

    `month` is its first day. Where offers of the month are recorded one by one, those count.
    """

    __tablename__ = "monthly_counts"
    __table_args__ = (UniqueConstraint("organisation_id", "month"),)

    month: Mapped[date]
    accepted: Mapped[int] = mapped_column(Integer)
    declined: Mapped[int] = mapped_column(Integer)
    lapsed: Mapped[int] = mapped_column(Integer)
    reneged: Mapped[int] = mapped_column(Integer)
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class IndependentAdministrator(TenantKey, Model):
    """Who of another department than the hiring one asks about an offer."""

    __tablename__ = "independent_administrators"
    __table_args__ = (
        refers_to("offer_id", "offers"),
        Index("ix_independent_administrators_person_id", "organisation_id", "person_id"),
    )

    offer_id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
