"""What was done to whom, append-only. Subjects appear as random tokens that erasure cuts off."""

from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import DateTime, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from tenants.access import Viewer, ViewerKind
from tenants.model import Coded, Model, Tenant, TenantKey
from tenants.work import Session


class AuditAction(StrEnum):
    """What happened. There is none for an anonymous submission, on purpose."""

    OFFER_RECORDED = "offer.recorded"
    MONTHLY_COUNTS_RECORDED = "offer.monthly_counts_recorded"
    HIRING_MANAGER_ASSIGNED = "requisition.hiring_manager_assigned"
    INTERVIEW_OPENED = "interview.opened"
    INTERVIEW_INVITED = "interview.invited"
    INTERVIEW_CLOSED = "interview.closed"
    CANDIDATE_ERASED = "candidate.erased"
    RESPONSE_SUBMITTED = "response.submitted"
    RESPONSE_WITHDRAWN = "response.withdrawn"
    QUESTIONNAIRE_PUBLISHED = "questionnaire.published"
    QUESTIONNAIRE_RETIRED = "questionnaire.retired"
    EDITION_PUBLISHED = "edition.published"
    IMPORT_STARTED = "import.started"
    INTEGRATION_CREATED = "integration.created"
    INTEGRATION_CHANGED = "integration.changed"
    INTEGRATION_SECRET_ROTATED = "integration.secret_rotated"  # noqa: S105 - the name of an event.
    INTEGRATION_DISABLED = "integration.disabled"
    INTEGRATION_ENABLED = "integration.enabled"
    INTEGRATION_DELETED = "integration.deleted"
    ACCESS_GRANTED = "access.granted"
    ACCESS_REVOKED = "access.revoked"
    PERSON_SIGNED_IN = "person.signed_in"
    PERSON_SIGNED_OUT = "person.signed_out"
    PASSWORD_RESET = "person.password_reset"  # noqa: S105 - the name of an event.
    IDENTITY_PROVIDER_CONFIGURED = "identity_provider.configured"
    IDENTITY_PROVIDER_REMOVED = "identity_provider.removed"
    MEMBER_INVITED = "member.invited"
    MEMBER_INVITATION_WITHDRAWN = "member.invitation_withdrawn"
    MEMBER_JOINED = "member.joined"
    MEMBER_ROLE_CHANGED = "member.role_changed"
    MEMBER_REMOVED = "member.removed"
    ORGANISATION_CREATED = "organisation.created"
    ENGAGEMENT_STARTED = "engagement.started"
    ENGAGEMENT_ENDED = "engagement.ended"
    CONSULTANT_ADDED = "engagement.consultant_added"
    CONSULTANT_REMOVED = "engagement.consultant_removed"


class AuditSubject(TenantKey, Model):
    """The token under which the log speaks of one record. Deleted on erasure and tightening."""

    __tablename__ = "audit_subjects"

    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    token: Mapped[UUID] = mapped_column(default=uuid4)


class AuditEvent(Tenant, Model):
    """One thing that happened. The application role can add rows and read them, nothing else."""

    __tablename__ = "audit_events"

    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    action: Mapped[AuditAction] = mapped_column(Coded(AuditAction))
    actor_kind: Mapped[ViewerKind] = mapped_column(Coded(ViewerKind))
    actor_id: Mapped[UUID | None]
    subject: Mapped[UUID | None]


async def record(
    session: Session,
    viewer: Viewer,
    action: AuditAction,
    organisation_id: UUID,
    subject_id: UUID | None = None,
) -> None:
    """Add an event to the log, in the transaction of what it tells of.

    A candidate is not named as the actor: the subject's token says enough, and can be cut off.

    Args:
        session: The transaction.
        viewer: Who did it.
        action: What was done.
        organisation_id: In which organisation.
        subject_id: The record it was done to; it appears in the log as its random token.
    """
    subject = None
    if subject_id is not None:
        mapping = insert(AuditSubject).values(
            organisation_id=organisation_id, subject_id=subject_id, token=uuid4()
        )
        await session.execute(mapping.on_conflict_do_nothing())
        subject = await session.scalar(
            select(AuditSubject.token).where(
                AuditSubject.organisation_id == organisation_id,
                AuditSubject.subject_id == subject_id,
            )
        )
    session.add(
        AuditEvent(
            organisation_id=organisation_id,
            at=datetime.now(UTC),
            action=action,
            actor_kind=viewer.kind,
            actor_id=viewer.id if viewer.kind is not ViewerKind.CANDIDATE else None,
            subject=subject,
        )
    )
