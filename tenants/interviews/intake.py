"""What an applicant-tracking system posts: kept once, applied, and followed by interviews."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from tenants.access import Permission, Viewer, require
from tenants.errors import DomainError
from tenants.integrations import queries as integrations
from tenants.integrations.models import IntakeState
from tenants.interviews.erasure import revoke_invitations
from tenants.interviews.service import follow_outcome
from tenants.offers import service as offers
from tenants.offers.ats.events import (
    ApplicationSeen,
    CandidateErased,
    CandidateMerged,
    Event,
    Parsed,
    RequisitionSeen,
)
from tenants.offers.service import Effect
from tenants.work import Session

# What a person who reviews an event needs. Whoever adds to it: no name, no address, no candidate's
# id, no pay.
_KEPT: Final = (
    "application_id",
    "application_ids",
    "offer_id",
    "version",
    "status",
    "extended_on",
    "resolved_at",
    "starts_on",
    "requisition_external_id",
    "last_activity_at",
    "unhired_at",
)

# The gravest of what became of a payload's events is what became of the payload.
_GRAVITY: Final = (
    IntakeState.NOT_NEEDED,
    IntakeState.APPLIED,
    IntakeState.WAITING,
    IntakeState.NEEDS_REVIEW,
)


@dataclass(frozen=True, slots=True)
class IntakeOutcome:
    """What became of a posted payload.

    Attributes:
        state: As it is listed now.
        duplicate: Whether it had been posted before, so that nothing was done again.
    """

    state: IntakeState
    duplicate: bool


async def receive(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    integration_id: UUID,
    event_key: str,
    parsed: Parsed,
) -> IntakeOutcome:
    """Keep a payload, apply what it says, and open and send what follows; nothing happens twice.

    What the domain refuses is undone and kept for review, with the reason.

    Args:
        session: The transaction.
        viewer: The integration.
        organisation_id: Whose.
        integration_id: Which system posted.
        event_key: What a delivery and its repetitions have in common.
        parsed: What the payload says.

    Raises:
        NotFound: The integration is gone.
    """
    require(viewer, Permission.INTAKE_POST, organisation_id)
    alone = any(isinstance(event, CandidateMerged | CandidateErased) for event in parsed.events)
    await integrations.hold_integration(
        session,
        viewer,
        organisation_id=organisation_id,
        integration_id=integration_id,
        alone=alone,
    )
    event_id = await integrations.add_event(
        session,
        viewer,
        organisation_id=organisation_id,
        integration_id=integration_id,
        event_key=event_key,
        action=parsed.action,
        application_id=_application_id(parsed.events),
        facts={"events": [_facts(event) for event in parsed.events]},
    )
    if event_id is None:
        state = await integrations.get_event_state(
            session,
            viewer,
            organisation_id=organisation_id,
            integration_id=integration_id,
            event_key=event_key,
        )
        return IntakeOutcome(state, duplicate=True)
    effect = await _apply(session, viewer, organisation_id, parsed.events)
    await integrations.set_event_state(
        session,
        viewer,
        organisation_id=organisation_id,
        event_id=event_id,
        state=effect.state,
        code=effect.code,
        reason=effect.reason,
    )
    return IntakeOutcome(effect.state, duplicate=False)


async def _apply(
    session: Session, viewer: Viewer, organisation_id: UUID, events: Sequence[Event]
) -> Effect:
    """Apply a payload's events as a whole, then do what follows; return the gravest effect."""
    effects: list[Effect] = []
    async with _undone_if_refused(session, effects):
        effects += [
            await offers.apply_event(session, viewer, organisation_id=organisation_id, event=event)
            for event in events
        ]
    touched = {offer.id: offer for effect in effects for offer in effect.offers}
    for offer in touched.values():
        # A refusal here leaves the offer recorded: what was posted is known, whatever follows.
        async with _undone_if_refused(session, effects):
            await follow_outcome(session, viewer, organisation_id=organisation_id, offer=offer)
    forgotten = {application_id for effect in effects for application_id in effect.forgotten}
    if forgotten:
        await revoke_invitations(
            session, viewer, organisation_id=organisation_id, application_ids=forgotten
        )
    return max(effects, key=lambda effect: _GRAVITY.index(effect.state))


@asynccontextmanager
async def _undone_if_refused(session: Session, effects: list[Effect]) -> AsyncIterator[None]:
    """Undo the block if the domain refuses it, and add the refusal to the effects."""
    rung = len(session.bells)
    try:
        async with session.begin_nested():
            yield
    except DomainError as refusal:
        # The jobs that the block asked for are undone as well.
        del session.bells[rung:]
        effects.append(Effect(IntakeState.NEEDS_REVIEW, refusal.code, refusal.message))


def _application_id(events: Sequence[Event]) -> str | None:
    """Return the application that a payload is about, if it is about one."""
    found = (getattr(event, "application_id", None) for event in events)
    return next((one for one in found if one is not None), None)


def _facts(event: Event) -> dict[str, Any]:
    """Return what is kept of an event, as JSON."""
    facts: dict[str, Any] = {"event": type(event).__name__}
    for name in _KEPT:
        value = getattr(event, name, None)
        if value is not None:
            facts[name] = value.isoformat() if isinstance(value, date) else value
    if isinstance(event, ApplicationSeen | RequisitionSeen) and event.requisition is not None:
        facts["requisition_external_id"] = event.requisition.external_id
    return facts
