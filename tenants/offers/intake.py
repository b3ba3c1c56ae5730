"""What an applicant-tracking system says, applied: applications, candidates, requisitions, offers.

Each kind of event has one function here. All of them bear events that come late, twice and in any
order.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from uuid import UUID

from tenants.access import Permission, Viewer, require
from tenants.integrations.models import IntakeState
from tenants.offers import candidates, outcomes, queries, requisitions
from tenants.offers.ats.events import (
    ApplicationSeen,
    CandidateErased,
    CandidateMerged,
    CandidateUpdated,
    Event,
    NeedsReview,
    NotNeeded,
    OfferDeleted,
    OfferSeen,
    RequisitionFacts,
    RequisitionSeen,
    Unhired,
)
from tenants.offers.models import Application, Offer
from tenants.work import Session


class WaitCode(StrEnum):
    """What an event waits for."""

    CANDIDATE_UNKNOWN = "CANDIDATE_UNKNOWN"
    OFFER_UNKNOWN = "OFFER_UNKNOWN"


_WAITS: Final[Mapping[WaitCode, str]] = MappingProxyType(
    {
        WaitCode.CANDIDATE_UNKNOWN: "Nobody has told yet whose offer this is; it waits for the"
        " application.",
        WaitCode.OFFER_UNKNOWN: "A hire was undone and its offer is not known; it waits for the"
        " offer, or for somebody to record it.",
    }
)

_NOBODY: Final = "Seen, not needed: nothing is kept of this candidate."


@dataclass(frozen=True, slots=True)
class Effect:
    """What applying one event came to.

    Attributes:
        state: What became of the event.
        code: Why it was not applied, for machines.
        reason: Why it was not applied, in words.
        offers: Whose outcome is to be followed now, locked.
        forgotten: Applications (ids) that nobody may be asked about any more.
    """

    state: IntakeState = IntakeState.APPLIED
    code: str | None = None
    reason: str | None = None
    offers: tuple[Offer, ...] = ()
    forgotten: tuple[UUID, ...] = ()


async def apply_event(
    session: Session, viewer: Viewer, *, organisation_id: UUID, event: Event
) -> Effect:
    """Apply what an applicant-tracking system says; return what is to be done about it.

    Events may come late, twice and in any order. Whose outcome is to be followed by an interview
    is the caller's to do, in the same transaction.
    """
    require(viewer, Permission.OFFER_RECORD, organisation_id)
    return await _APPLIERS[type(event)](session, viewer, organisation_id, event)


async def _see_application(
    session: Session, viewer: Viewer, organisation_id: UUID, event: ApplicationSeen
) -> Effect:
    application = await queries.lock_application(
        session, viewer, organisation_id=organisation_id, external_id=event.application_id
    )
    said_at, known_at = event.last_activity_at, application.last_activity_at
    newer = known_at is None or (said_at is not None and said_at >= known_at)
    if event.candidate is not None:
        await candidates.join_candidate(session, viewer, application, event.candidate, newer=newer)
    else:
        await candidates.lock_candidate_of(session, viewer, application)
    if event.requisition is not None:
        await requisitions.join_requisition(
            session, viewer, application, event.requisition, newer=newer
        )
    if newer:
        _take_reasons(application, event)
    offer = await queries.find_offer_of(
        session, viewer, organisation_id=organisation_id, application_id=application.id
    )
    await outcomes.settle(session, viewer, application, offer)
    return Effect(offers=(offer,) if offer is not None else ())


def _take_reasons(application: Application, event: ApplicationSeen) -> None:
    reasons = [reason.value for reason in event.stated_reasons]
    if event.last_activity_at == application.last_activity_at:
        # Of equal times neither is the later one, so the order of arrival must not decide.
        reasons = max(application.stated_reasons, reasons)
    if not application.reasons_by_hand:
        application.stated_reasons = reasons
    application.last_activity_at = event.last_activity_at


async def _see_offer(
    session: Session, viewer: Viewer, organisation_id: UUID, event: OfferSeen | OfferDeleted
) -> Effect:
    application = await queries.lock_application(
        session, viewer, organisation_id=organisation_id, external_id=event.application_id
    )
    await candidates.lock_candidate_of(session, viewer, application)
    requisition_id = event.requisition_external_id if isinstance(event, OfferSeen) else None
    if requisition_id is not None and application.requisition_id is None:
        facts = RequisitionFacts(external_id=requisition_id)
        await requisitions.join_requisition(session, viewer, application, facts, newer=False)
    offer, changed = await outcomes.take_facts(
        session, viewer, application, event.facts, external_id=event.offer_id
    )
    if changed:
        await outcomes.record_change(session, viewer, offer)
    if application.candidate_id is None:
        return _waiting(WaitCode.CANDIDATE_UNKNOWN, offer)
    await outcomes.settle(session, viewer, application, offer)
    return Effect(offers=(offer,))


async def _see_unhire(
    session: Session, viewer: Viewer, organisation_id: UUID, event: Unhired
) -> Effect:
    application = await queries.lock_application(
        session, viewer, organisation_id=organisation_id, external_id=event.application_id
    )
    known = application.unhired_at
    # Without a time of its own the arrival is the nearest to it that anybody knows.
    said = event.unhired_at or known or datetime.now(UTC)
    application.unhired_at = max(known, said) if known is not None else said
    offer = await queries.find_offer_of(
        session, viewer, organisation_id=organisation_id, application_id=application.id
    )
    if offer is None:
        return _waiting(WaitCode.OFFER_UNKNOWN)
    if outcomes.show(offer, application, outcomes.reported(offer)):
        await outcomes.record_change(session, viewer, offer)
    if application.candidate_id is None:
        return _waiting(WaitCode.CANDIDATE_UNKNOWN, offer)
    return Effect(offers=(offer,))


async def _update_candidate(
    session: Session, viewer: Viewer, organisation_id: UUID, event: CandidateUpdated
) -> Effect:
    person = await candidates.update_candidate(
        session, viewer, organisation_id=organisation_id, facts=event.candidate
    )
    if person is None:
        return Effect(state=IntakeState.NOT_NEEDED, reason=_NOBODY)
    found = await queries.lock_declined_offers(
        session, viewer, organisation_id=organisation_id, candidate_id=person.id
    )
    return Effect(offers=tuple(found))


async def _merge_candidates(
    session: Session, viewer: Viewer, organisation_id: UUID, event: CandidateMerged
) -> Effect:
    person, moved = await candidates.merge_candidates(
        session, viewer, organisation_id=organisation_id, event=event
    )
    if person.erased_at is not None:
        return Effect(forgotten=tuple(application.id for application in moved))
    found = await queries.lock_declined_offers(
        session, viewer, organisation_id=organisation_id, candidate_id=person.id
    )
    return Effect(offers=tuple(found))


async def _erase_candidate(
    session: Session, viewer: Viewer, organisation_id: UUID, event: CandidateErased
) -> Effect:
    gone = await candidates.erase_candidate(
        session, viewer, organisation_id=organisation_id, event=event
    )
    for application in gone:
        offer = await queries.find_offer_of(
            session, viewer, organisation_id=organisation_id, application_id=application.id
        )
        await outcomes.settle(session, viewer, application, offer)
    return Effect(forgotten=tuple(application.id for application in gone))


async def _see_requisition(
    session: Session, viewer: Viewer, organisation_id: UUID, event: RequisitionSeen
) -> Effect:
    await requisitions.take_requisition(
        session, viewer, organisation_id=organisation_id, facts=event.requisition
    )
    return Effect()


async def _pass_over(
    _session: Session, _viewer: Viewer, _organisation_id: UUID, event: NotNeeded
) -> Effect:
    return Effect(state=IntakeState.NOT_NEEDED, reason=event.reason)


async def _send_to_review(
    _session: Session, _viewer: Viewer, _organisation_id: UUID, event: NeedsReview
) -> Effect:
    return Effect(state=IntakeState.NEEDS_REVIEW, code=event.code.value, reason=event.reason)


_APPLIERS: Final[Mapping[type, Callable[..., Awaitable[Effect]]]] = MappingProxyType(
    {
        ApplicationSeen: _see_application,
        OfferSeen: _see_offer,
        OfferDeleted: _see_offer,
        Unhired: _see_unhire,
        CandidateUpdated: _update_candidate,
        CandidateMerged: _merge_candidates,
        CandidateErased: _erase_candidate,
        RequisitionSeen: _see_requisition,
        NotNeeded: _pass_over,
        NeedsReview: _send_to_review,
    }
)


def _waiting(code: WaitCode, *offers: Offer) -> Effect:
    return Effect(IntakeState.WAITING, code.value, _WAITS[code], offers)
