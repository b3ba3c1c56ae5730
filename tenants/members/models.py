"""The tables of invitations, to become a member of an organisation or of a firm."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, Index, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from tenants.access import Role
from tenants.model import Coded, Model, Tenant, new_id
from tenants.organisations.models import FirmRole


class MemberInvitation(Tenant, Model):
    """Somebody was asked by mail to become a member. It waits until it is settled or expires.

    The link is not stored: it is made of the ids and of the mail's number when the mail is sent.
    """

    __tablename__ = "member_invitations"
    __table_args__ = (
        Index(
            "uq_member_invitations_organisation_id_email",
            "organisation_id",
            "email",
            unique=True,
            postgresql_where=text("settled_at IS NULL"),
        ),
    )

    email: Mapped[str]
    role: Mapped[Role] = mapped_column(Coded(Role))
    department: Mapped[str | None]
    mail_number: Mapped[int] = mapped_column(SmallInteger)
    invited_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    settled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    accepted_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))


class FirmInvitation(Model):
    """Somebody was asked by mail to work for a firm. Otherwise like `MemberInvitation`."""

    __tablename__ = "firm_invitations"
    __table_args__ = (
        Index(
            "uq_firm_invitations_firm_id_email",
            "firm_id",
            "email",
            unique=True,
            postgresql_where=text("settled_at IS NULL"),
        ),
    )

    firm_id: Mapped[UUID] = mapped_column(ForeignKey("firms.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    email: Mapped[str]
    role: Mapped[FirmRole] = mapped_column(Coded(FirmRole))
    mail_number: Mapped[int] = mapped_column(SmallInteger)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    settled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    accepted_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
