"""The table of invitations to become a member."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, Index, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from tenants.access import Role
from tenants.model import Coded, Model, Tenant


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
