"""What can be done with offers: recording them by hand, and saying who hires.

What an applicant-tracking system says is applied by `tenants.offers.intake`.
"""

from datetime import UTC, datetime, time
from uuid import UUID

from tenants import audit
from tenants.access import Permission, Role, Viewer, require
from tenants.audit import AuditAction
from tenants.errors import InvalidInput, NotFound
from tenants.model import new_id
from tenants.offers import candidates, outcomes, queries, requisitions
from tenants.offers.inputs import CandidateInput, OfferInput, RequisitionInput, checked
from tenants.offers.intake import Effect, apply_event
from tenants.offers.models import HiringManager, Offer
from tenants.offers.statuses import OfferFacts, OfferStatus
from tenants.organisations import queries as organisations
from tenants.work import Session

__all__ = [
    "CandidateInput",
    "Effect",
    "OfferInput",
    "OfferStatus",
    "RequisitionInput",
    "apply_event",
    "assign_hiring_manager",
    "record_offer",
]


async def record_offer(
    session: Session, viewer: Viewer, *, organisation_id: UUID, offer: OfferInput
) -> Offer:
    """Record an offer as somebody says that it now stands; return it, locked.

    Of what is said about the offer the higher version wins, then a resolved status over an open
    one, then the later day: older knowledge than what is recorded changes nothing. What is said
    about candidate and requisition replaces what was known of them.

    Args:
        session: The transaction.
        viewer: Somebody who may record offers.
        organisation_id: Whose offer.
        offer: What is known of it.

    Raises:
        NotFound: The organisation is unknown or not the viewer's.
        Forbidden: The role does not include recording offers.
        InvalidInput: A part of it cannot be; the field is named.
        Conflict: The candidate was erased.
    """
    if viewer.role_in(organisation_id) is None:
        noun = "organisation"
        raise NotFound(noun, field="organisationId")
    require(viewer, Permission.OFFER_RECORD, organisation_id)
    offer = checked(offer)
    application = await queries.lock_application(
        session, viewer, organisation_id=organisation_id, external_id=offer.application_id
    )
    if offer.candidate is not None:
        await candidates.join_candidate_by_hand(session, viewer, application, offer.candidate)
    else:
        await candidates.lock_candidate_of(session, viewer, application)
    if offer.requisition is not None:
        await requisitions.join_requisition_by_hand(session, viewer, application, offer.requisition)
    if offer.stated_reasons:
        application.stated_reasons = [reason.value for reason in offer.stated_reasons]
        application.reasons_by_hand = True
    resolved_on = offer.resolved_on
    facts = OfferFacts(
        version=offer.version,
        status=offer.status,
        extended_on=offer.extended_on,
        resolved_at=datetime.combine(resolved_on, time(), UTC) if resolved_on else None,
        starts_on=offer.starts_on,
    )
    recorded, _ = await outcomes.take_facts(
        session, viewer, application, facts, external_id=offer.external_id
    )
    await outcomes.record_change(session, viewer, recorded)
    await outcomes.settle(session, viewer, application, recorded)
    return recorded


async def assign_hiring_manager(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    requisition_id: UUID,
    person_id: UUID,
) -> None:
    """Make a member a hiring manager of a requisition, whatever the system says of it later.

    Raises:
        NotFound: There is no such requisition or member for the viewer.
        Forbidden: The role does not include assigning.
        InvalidInput: The member's role is not HIRING_MANAGER.
    """
    await queries.get_requisition(
        session, viewer, organisation_id=organisation_id, requisition_id=requisition_id
    )
    require(viewer, Permission.REQUISITION_ASSIGN, organisation_id)
    member = await organisations.get_member(
        session, viewer, organisation_id=organisation_id, person_id=person_id
    )
    if member.role is not Role.HIRING_MANAGER:
        message = "Only a member with the role HIRING_MANAGER can hire for a requisition."
        raise InvalidInput(message, field="personId")
    rows = await queries.list_hiring_managers(
        session, viewer, organisation_id=organisation_id, requisition_id=requisition_id
    )
    present = next((row for row in rows if row.person_id == person_id), None)
    if present is not None and present.ats_user_id is None:
        return
    if present is not None:
        present.ats_user_id = None
    else:
        session.add(
            HiringManager(
                organisation_id=organisation_id,
                id=new_id(),
                requisition_id=requisition_id,
                person_id=person_id,
                ats_user_id=None,
            )
        )
    await session.flush()
    await audit.record(
        session, viewer, AuditAction.HIRING_MANAGER_ASSIGNED, organisation_id, requisition_id
    )
