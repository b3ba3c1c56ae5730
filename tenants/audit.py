"""What was done to whom, append-only. Subjects appear as random tokens that erasure cuts off."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import ARRAY, DateTime, ForeignKey, Index, LargeBinary, Uuid, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from tenants.access import AuditArea, Role, Viewer, ViewerKind
from tenants.model import Coded, Model, Tenant, TenantKey, new_id
from tenants.work import Session


class AuditAction(StrEnum):
    """What happened. There is none for an anonymous submission, on purpose."""

    OFFER_RECORDED = "offer.recorded"
    MONTHLY_COUNTS_RECORDED = "offer.monthly_counts_recorded"
    HIRING_MANAGER_ASSIGNED = "requisition.hiring_manager_assigned"
    INTERVIEW_OPENED = "interview.opened"
    INTERVIEW_ASSIGNED = "interview.assigned"
    INTERVIEW_INVITED = "interview.invited"
    INTERVIEW_CLOSED = "interview.closed"
    CANDIDATE_READ = "candidate.read"
    CANDIDATE_ERASED = "candidate.erased"
    RESPONSE_SUBMITTED = "response.submitted"
    RESPONSE_READ = "response.read"
    RESPONSE_TIGHTENED = "response.tightened"
    RESPONSE_WITHDRAWN = "response.withdrawn"
    CONVERSATION_REQUESTED = "conversation.requested"
    CONVERSATION_SCHEDULED = "conversation.scheduled"
    CONVERSATION_ATTEMPTED = "conversation.attempted"
    CONVERSATION_BEGUN = "conversation.begun"
    CONVERSATION_READ = "conversation.read"
    CONVERSATION_GIVEN_UP = "conversation.given_up"
    QUESTIONNAIRE_DRAFT_BEGUN = "questionnaire.draft_begun"
    QUESTIONNAIRE_DRAFT_CHANGED = "questionnaire.draft_changed"
    QUESTIONNAIRE_PUBLISHED = "questionnaire.published"
    QUESTIONNAIRE_RETIRED = "questionnaire.retired"
    THEME_CHANGED = "theme.changed"
    LIBRARY_PUSHED = "library.pushed"
    QUESTIONNAIRE_DRAFT_DELETED = "questionnaire.draft_deleted"
    INVITATIONS_TIMED = "interview.invitations_timed"
    INVITATIONS_WORDED = "interview.invitations_worded"
    TEXT_READ = "excerpt.text_read"
    EXCERPT_MADE = "excerpt.made"
    EXCERPT_CODED = "excerpt.coded"
    EXCERPT_REDACTED = "excerpt.redacted"
    EXCERPT_PARAPHRASED = "excerpt.paraphrased"
    EXCERPT_ROUTED = "excerpt.routed"
    EXCERPT_RELEASED = "excerpt.released"
    EXCERPT_WITHHELD = "excerpt.withheld"
    EXCERPT_UNDONE = "excerpt.step_undone"
    EDITION_PUBLISHED = "edition.published"
    EDITIONS_SET = "edition.settings_changed"
    ACTION_CREATED = "action.created"
    ACTION_CHANGED = "action.changed"
    ACTION_STATUS_CHANGED = "action.status_changed"
    ACTION_NOTED = "action.noted"
    IMPORT_STARTED = "import.started"
    INTEGRATION_CREATED = "integration.created"
    INTEGRATION_CHANGED = "integration.changed"
    INTEGRATION_SECRET_ROTATED = "integration.secret_rotated"  # noqa: S105 - the name of an event.
    INTEGRATION_DISABLED = "integration.disabled"
    INTEGRATION_ENABLED = "integration.enabled"
    INTEGRATION_DELETED = "integration.deleted"
    INTEGRATION_SIGNED_IN = "integration.signed_in"
    INTEGRATION_REFUSED = "integration.sign_in_refused"
    ACCESS_GRANTED = "access.granted"
    ACCESS_REVOKED = "access.revoked"
    PERSON_SIGNED_IN = "person.signed_in"
    PERSON_SIGNED_OUT = "person.signed_out"
    SESSIONS_ENDED = "person.sessions_ended"
    # Somebody gave a wrong password for a member's account; the second, so often that it closed.
    SIGN_IN_FAILED = "person.sign_in_failed"
    SIGN_IN_LIMITED = "person.sign_in_limited"
    PASSWORD_RESET = "person.password_reset"  # noqa: S105 - the name of an event.
    PASSWORD_CHANGED = "person.password_changed"  # noqa: S105 - the name of an event.
    IDENTITY_PROVIDER_CONFIGURED = "identity_provider.configured"
    IDENTITY_PROVIDER_REMOVED = "identity_provider.removed"
    # Somebody whom the provider knows was nobody here.
    IDENTITY_PROVIDER_REFUSED = "identity_provider.sign_in_refused"
    DOCUMENTS_REGISTERED = "documents.registered"
    DOCUMENTS_RETIRED = "documents.retired"
    MEMBER_INVITED = "member.invited"
    MEMBER_INVITATION_WITHDRAWN = "member.invitation_withdrawn"
    MEMBER_JOINED = "member.joined"
    MEMBER_ROLE_CHANGED = "member.role_changed"
    MEMBER_MOVED = "member.moved"
    MEMBER_SIGNED_OUT = "member.signed_out"
    MEMBER_REMOVED = "member.removed"
    BENCHMARK_JOINED = "benchmark.joined"
    BENCHMARK_LEFT = "benchmark.left"
    ORGANISATION_CREATED = "organisation.created"
    ENGAGEMENT_STARTED = "engagement.started"
    ENGAGEMENT_ENDED = "engagement.ended"
    CONSULTANT_ADDED = "engagement.consultant_added"
    CONSULTANT_REMOVED = "engagement.consultant_removed"
    # In a firm's own log alone: what it keeps for all of its clients, and who joined it.
    TEMPLATE_SAVED = "library.template_saved"
    TEMPLATE_RETIRED = "library.template_retired"
    FIRM_THEME_SAVED = "library.theme_saved"
    FIRM_MEMBER_JOINED = "firm.member_joined"
    # What a firm does to itself stands in its own log and in that of each client whom it serves.
    FIRM_MEMBER_INVITED = "firm.member_invited"
    FIRM_INVITATION_WITHDRAWN = "firm.invitation_withdrawn"
    FIRM_ROLE_CHANGED = "firm.role_changed"
    FIRM_MEMBER_REMOVED = "firm.member_removed"
    FIRM_PROVIDER_CONFIGURED = "firm.identity_provider_configured"
    FIRM_PROVIDER_REMOVED = "firm.identity_provider_removed"


# By the first part of an action's name; the rest is what runs an organisation.
_AREAS: Final[Mapping[str, AuditArea]] = MappingProxyType(
    {
        "offer": AuditArea.CASE,
        "requisition": AuditArea.CASE,
        "interview": AuditArea.CASE,
        "candidate": AuditArea.CASE,
        "edition": AuditArea.CASE,
        "action": AuditArea.CASE,
        "import": AuditArea.CASE,
        "theme": AuditArea.CASE,
        "library": AuditArea.CASE,
        "response": AuditArea.RESPONSE,
        # Who is being talked to is no business of those who hire.
        "conversation": AuditArea.RESPONSE,
        "excerpt": AuditArea.RESPONSE,
        "engagement": AuditArea.ENGAGEMENT,
        "firm": AuditArea.ENGAGEMENT,
    }
)


def area_of(action: AuditAction) -> AuditArea:
    """Return what an event is about, which decides who may read it."""
    return _AREAS.get(action.value.partition(".")[0], AuditArea.ADMINISTRATION)


class FirmKey:
    """Column and key of a log's table whose rows belong to one firm."""

    @declared_attr
    def firm_id(cls) -> Mapped[UUID]:  # noqa: N805 - SQLAlchemy calls it on the class.
        """The firm, always first in every key."""
        return mapped_column(ForeignKey("firms.id"), primary_key=True, sort_order=-2)


class _Subject:
    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    token: Mapped[UUID] = mapped_column(default=uuid4)


class AuditSubject(TenantKey, _Subject, Model):
    """The token under which the log speaks of one record. Deleted on erasure and tightening."""

    __tablename__ = "audit_subjects"


class FirmAuditSubject(FirmKey, _Subject, Model):
    """The token under which a firm's log speaks of one record."""

    __tablename__ = "firm_audit_subjects"


class _Event:
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    action: Mapped[AuditAction] = mapped_column(Coded(AuditAction))
    actor_kind: Mapped[ViewerKind] = mapped_column(Coded(ViewerKind))
    actor_id: Mapped[UUID | None]
    subject: Mapped[UUID | None]
    actor_role: Mapped[Role | None] = mapped_column(Coded(Role))
    subjects: Mapped[list[UUID] | None] = mapped_column(ARRAY(Uuid()))


class AuditEvent(Tenant, _Event, Model):
    """One thing that happened. The application role can add rows and read them, nothing else.

    `subject` is the token of what it was done to, `subjects` the tokens of all that was read.
    """

    __tablename__ = "audit_events"
    __table_args__ = (Index("ix_audit_events_at", "organisation_id", "at", "id"),)


class FirmAuditEvent(FirmKey, _Event, Model):
    """One thing that happened in a firm. It can be added to and read, and that is all."""

    __tablename__ = "firm_audit_events"
    __table_args__ = (Index("ix_firm_audit_events_at", "firm_id", "at", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-1)


class _Batch:
    number: Mapped[int] = mapped_column(primary_key=True)
    previous: Mapped[bytes]
    digest: Mapped[bytes]
    event_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))
    event_digests: Mapped[list[bytes]] = mapped_column(ARRAY(LargeBinary()))
    sealed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class AuditBatch(TenantKey, _Batch, Model):
    """Some events of the log, sealed: their digests and that of the batch before (`sealing`)."""

    __tablename__ = "audit_batches"
    __table_args__ = (Index("ix_audit_batches_sealed_at", "organisation_id", "sealed_at"),)


class FirmAuditBatch(FirmKey, _Batch, Model):
    """Some events of a firm's log, sealed in the same way."""

    __tablename__ = "firm_audit_batches"
    __table_args__ = (Index("ix_firm_audit_batches_sealed_at", "firm_id", "sealed_at"),)


@dataclass(frozen=True, slots=True)
class Log:
    """One log: an organisation's or a firm's. Each has tables of its own and its own chain.

    Attributes:
        owner_id: Whose.
        is_firms: Whether the owner is a firm.
    """

    owner_id: UUID
    is_firms: bool = False

    @property
    def key(self) -> str:
        """The column that names the owner."""
        return "firm_id" if self.is_firms else "organisation_id"

    @property
    def subjects(self) -> Any:
        """The table of tokens."""
        return FirmAuditSubject if self.is_firms else AuditSubject

    @property
    def events(self) -> Any:
        """The table of events."""
        return FirmAuditEvent if self.is_firms else AuditEvent

    @property
    def batches(self) -> Any:
        """The table of the chain."""
        return FirmAuditBatch if self.is_firms else AuditBatch

    def owns(self, table: Any) -> Any:
        """Return the condition that a row of one of the tables is this log's."""
        return getattr(table, self.key) == self.owner_id


async def record(
    session: Session,
    viewer: Viewer,
    action: AuditAction,
    organisation_id: UUID,
    subject_id: UUID | None = None,
    *,
    at: datetime | None = None,
) -> None:
    """Add an event to the log, in the transaction of what it tells of.

    A candidate is not named as the actor: the subject's token says enough, and can be cut off.

    Args:
        session: The transaction.
        viewer: Who did it.
        action: What was done.
        organisation_id: In which organisation.
        subject_id: The record it was done to; it appears in the log as its random token.
        at: When, if it is told later; within the hour, and before the log is sealed again.
    """
    role = viewer.role_in(organisation_id)
    log = Log(organisation_id)
    await _add(session, viewer, log, action, subject_id=subject_id, role=role, at=at)


async def record_in_firm(
    session: Session,
    viewer: Viewer,
    action: AuditAction,
    firm_id: UUID,
    subject_id: UUID | None = None,
    *,
    at: datetime | None = None,
) -> None:
    """Add an event to a firm's log, as `record` does to an organisation's."""
    role = viewer.firms.get(firm_id)
    log = Log(firm_id, is_firms=True)
    await _add(session, viewer, log, action, subject_id=subject_id, role=role, at=at)


async def record_once(
    session: Session,
    viewer: Viewer,
    log: Log,
    action: AuditAction,
    subject_id: UUID,
    *,
    within: timedelta,
) -> None:
    """Add an event unless the log has told the same of the same record within a time.

    For what anybody can make happen again and again: it cannot flood the log. Of many at once one
    writes, and the others leave it to that one.
    """
    key = int.from_bytes(subject_id.bytes[8:], "big", signed=True)
    if not await session.scalar(select(func.pg_try_advisory_xact_lock(key))):
        return
    events, subjects = log.events, log.subjects
    token = select(subjects.token).where(log.owns(subjects), subjects.subject_id == subject_id)
    told = select(events.id).where(
        log.owns(events),
        events.at > datetime.now(UTC) - within,
        events.action == action,
        events.subject == token.scalar_subquery(),
    )
    if await session.scalar(told.limit(1)) is None:
        await _add(session, viewer, log, action, subject_id=subject_id)


async def _add(
    session: Session,
    viewer: Viewer,
    log: Log,
    action: AuditAction,
    *,
    subject_id: UUID | None,
    role: Role | None = None,
    at: datetime | None = None,
) -> None:
    subject, subjects = None, log.subjects
    if subject_id is not None:
        mapping = insert(subjects).values(
            **{log.key: log.owner_id}, subject_id=subject_id, token=uuid4()
        )
        await session.execute(mapping.on_conflict_do_nothing())
        subject = await session.scalar(
            select(subjects.token).where(log.owns(subjects), subjects.subject_id == subject_id)
        )
    session.add(
        log.events(
            **{log.key: log.owner_id},
            at=at or datetime.now(UTC),
            action=action,
            actor_kind=viewer.kind,
            actor_id=viewer.id if viewer.kind is not ViewerKind.CANDIDATE else None,
            actor_role=role,
            subject=subject,
            subjects=None,
        )
    )


async def cut(session: Session, viewer: Viewer, organisation_id: UUID, subject_id: UUID) -> None:
    """Make the log speak of a record no more: its tokens stay, and nothing says whose they are.

    Events stand as they were written and the chain holds; only who they were about is forgotten.
    """
    if viewer.role_in(organisation_id) is None:
        return
    await session.execute(
        delete(AuditSubject).where(
            AuditSubject.organisation_id == organisation_id,
            AuditSubject.subject_id == subject_id,
        )
    )
