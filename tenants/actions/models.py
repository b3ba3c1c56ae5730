"""Tables of actions, of the notes of their progress, and of who gets digests by mail.

Neither an action nor a note has a column that could hold a person.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from tenants.access import Role
from tenants.actions.catalogue import ActionKind, OwnerRole
from tenants.actions.statuses import ActionStatus
from tenants.model import Coded, Model, Tenant, TenantKey, refers_to


class Action(Tenant, Model):
    """One improvement: what, why, by which role, until when, and the metric that it should move.

    `segment` is a value of the organisation's dimension, None for the whole organisation.
    `started_on` is when it first went IN_PROGRESS: the figures before and after rest on it.
    """

    __tablename__ = "actions"
    __table_args__ = (Index("ix_actions_review_on", "organisation_id", "review_on"),)

    kind: Mapped[ActionKind] = mapped_column(Coded(ActionKind))
    title: Mapped[str]
    description: Mapped[str]
    themes: Mapped[list[str]] = mapped_column(ARRAY(Text()))
    owner_role: Mapped[OwnerRole] = mapped_column(Coded(OwnerRole))
    segment: Mapped[str | None]
    metric: Mapped[str]
    due_on: Mapped[date] = mapped_column(Date)
    review_on: Mapped[date] = mapped_column(Date)
    status: Mapped[ActionStatus] = mapped_column(Coded(ActionStatus))
    started_on: Mapped[date | None] = mapped_column(Date)
    done_on: Mapped[date | None] = mapped_column(Date)
    revision: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class ActionNote(Tenant, Model):
    """What somebody wrote on an action's progress, or that its status changed. Only ever added to.

    It keeps the role of whoever wrote it. Who that was, the log of the organisation says.
    """

    __tablename__ = "action_notes"
    __table_args__ = (
        refers_to("action_id", "actions"),
        Index("ix_action_notes_action_id", "organisation_id", "action_id", "id"),
    )

    action_id: Mapped[UUID]
    author_role: Mapped[Role | None] = mapped_column(Coded(Role))
    text: Mapped[str]
    status: Mapped[ActionStatus | None] = mapped_column(Coded(ActionStatus))
    happened_on: Mapped[date] = mapped_column(Date)
    written_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class DigestWish(TenantKey, Model):
    """A member who wants a mail when there is a digest to read, and since when."""

    __tablename__ = "digest_wishes"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), primary_key=True)
    wished_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class DigestMail(Tenant, Model):
    """A mail that a member gets once: for one edition, or for the reviews of one day."""

    __tablename__ = "digest_mails"
    __table_args__ = (
        UniqueConstraint("organisation_id", "person_id", "occasion"),
        refers_to("edition_id", "editions"),
        CheckConstraint("num_nonnulls(edition_id, review_on) = 1", name="one_occasion"),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    occasion: Mapped[str]
    edition_id: Mapped[UUID | None]
    review_on: Mapped[date | None] = mapped_column(Date)
    queued_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
