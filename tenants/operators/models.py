"""The log of what was done to the installation."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import DateTime
from sqlalchemy.orm import Mapped, mapped_column

from tenants.model import Coded, Model, new_id


class InstallationAction(StrEnum):
    """What was done to the installation."""

    OPERATOR_ADDED = "operator.added"
    OPERATOR_REMOVED = "operator.removed"
    OPERATOR_SIGNED_IN = "operator.signed_in"
    OPERATOR_SIGNED_OUT = "operator.signed_out"
    # Somebody gave a wrong password for an operator's account; the second, so often that it closed.
    OPERATOR_SIGN_IN_FAILED = "operator.sign_in_failed"
    OPERATOR_SIGN_IN_LIMITED = "operator.sign_in_limited"
    BENCHMARK_RELEASE_ASKED = "benchmark.release_asked"


class InstallationEvent(Model):
    """One thing that happened to the installation. Rows are added and read, and nothing else.

    Without `actor_id` a command did it. `subject_id` is the person or the job that it is about.
    """

    __tablename__ = "installation_events"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    done_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    action: Mapped[InstallationAction] = mapped_column(Coded(InstallationAction))
    actor_id: Mapped[UUID | None]
    subject_id: Mapped[UUID]
