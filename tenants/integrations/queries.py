"""All SQL of integrations and of what they posted."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from tenants.access import Permission, Viewer, require
from tenants.errors import NotFound
from tenants.integrations.models import IntakeEvent, IntakeState, Integration, IntegrationKind
from tenants.keys import decrypt_text
from tenants.model import new_id
from tenants.work import Session


async def add_integration(session: Session, viewer: Viewer, integration: Integration) -> None:
    """Add an integration to its organisation."""
    require(viewer, Permission.INTEGRATION_MANAGE, integration.organisation_id)
    session.add(integration)
    await session.flush()


async def get_integration(
    session: Session, viewer: Viewer, *, organisation_id: UUID, integration_id: UUID
) -> Integration:
    """Return an integration that the viewer manages, locked until the transaction ends.

    Raises:
        NotFound: Unknown, removed, another organisation's, or not the viewer's to manage.
    """
    integration = None
    if viewer.may(Permission.INTEGRATION_MANAGE, organisation_id):
        integration = await session.scalar(
            select(Integration)
            .where(
                Integration.organisation_id == organisation_id,
                Integration.id == integration_id,
                Integration.deleted_at.is_(None),
            )
            .with_for_update()
        )
    if integration is None:
        noun = "integration"
        raise NotFound(noun, field="integrationId")
    return integration


async def list_signing_secrets(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    integration_id: UUID,
    kind: IntegrationKind,
) -> list[str]:
    """Return what an integration's system may sign with: one secret, or two after a rotation.

    Raises:
        NotFound: There is no such integration, it is of another kind, or it is disabled.
    """
    require(viewer, Permission.INTAKE_POST, organisation_id)
    integration = await session.scalar(
        select(Integration).where(
            Integration.organisation_id == organisation_id,
            Integration.id == integration_id,
            Integration.kind == kind,
            Integration.disabled_at.is_(None),
            Integration.deleted_at.is_(None),
        )
    )
    if integration is None:
        noun = "integration"
        raise NotFound(noun)
    return [decrypt_text(integration_id.bytes, one) for one in good_secrets(integration)]


def good_secrets(integration: Integration) -> list[bytes]:
    """Return what is kept of each secret that counts now, the newest first."""
    found: list[bytes | None] = [integration.secret]
    ends_at = integration.previous_secret_ends_at
    if ends_at is not None and ends_at > datetime.now(UTC):
        found.append(integration.previous_secret)
    return [one for one in found if one]


async def hold_integration(
    session: Session, viewer: Viewer, *, organisation_id: UUID, integration_id: UUID, alone: bool
) -> None:
    """Hold an integration until the transaction ends, alone or side by side with other posts.

    What is posted about one application can be applied beside the rest. What is posted about a
    whole person cannot: it locks many applications, in no order that the rest would keep.

    Raises:
        NotFound: There is no such integration.
    """
    require(viewer, Permission.INTAKE_POST, organisation_id)
    # An advisory lock is fair. A row's lock is not: whoever shares it is let past one who waits to
    # have it alone, for as long as posts keep coming.
    lock = func.pg_advisory_xact_lock if alone else func.pg_advisory_xact_lock_shared
    key = int.from_bytes(integration_id.bytes[8:], "big", signed=True)
    found = await session.execute(
        select(lock(key)).where(
            Integration.organisation_id == organisation_id, Integration.id == integration_id
        )
    )
    if found.first() is None:
        noun = "integration"
        raise NotFound(noun)


async def add_event(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    integration_id: UUID,
    event_key: str,
    action: str,
    application_id: str | None,
    facts: Mapping[str, Any],
) -> UUID | None:
    """Add a posted event and return its id; None if it was posted before.

    A delivery of the same event at the same time waits here for the end of this transaction.
    """
    require(viewer, Permission.INTAKE_POST, organisation_id)
    return await session.scalar(
        insert(IntakeEvent)
        .values(
            organisation_id=organisation_id,
            id=new_id(),
            integration_id=integration_id,
            event_key=event_key,
            action=action,
            application_id=application_id,
            state=IntakeState.APPLIED,
            facts=facts,
            received_at=datetime.now(UTC),
        )
        .on_conflict_do_nothing()
        .returning(IntakeEvent.id)
    )


async def get_event_state(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    integration_id: UUID,
    event_key: str,
) -> IntakeState:
    """Return what became of an event that was posted before."""
    require(viewer, Permission.INTAKE_POST, organisation_id)
    rows = await session.scalars(
        select(IntakeEvent.state).where(
            IntakeEvent.organisation_id == organisation_id,
            IntakeEvent.integration_id == integration_id,
            IntakeEvent.event_key == event_key,
        )
    )
    return rows.one()


async def set_event_state(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    event_id: UUID,
    state: IntakeState,
    code: str | None,
    reason: str | None,
) -> None:
    """Say what became of an event, and why if it was not applied."""
    require(viewer, Permission.INTAKE_POST, organisation_id)
    await session.execute(
        update(IntakeEvent)
        .where(IntakeEvent.organisation_id == organisation_id, IntakeEvent.id == event_id)
        .values(state=state, reason_code=code, reason=reason)
    )


async def settle_waiting_events(
    session: Session, viewer: Viewer, *, organisation_id: UUID, application_id: str
) -> None:
    """Call applied the events of an application that waited for something now known."""
    require(viewer, Permission.OFFER_RECORD, organisation_id)
    await session.execute(
        update(IntakeEvent)
        .where(
            IntakeEvent.organisation_id == organisation_id,
            IntakeEvent.application_id == application_id,
            IntakeEvent.state == IntakeState.WAITING,
        )
        .values(state=IntakeState.APPLIED, reason_code=None, reason=None)
    )
