"""What a questionnaire may know of the case that it is asked in."""

from uuid import UUID

from tenants.interviews.queries import Case
from tenants.keys import Purpose, mac
from tenants.questionnaires.conditions import OfferFact, OfferFacts


def offer_facts(case: Case) -> OfferFacts:
    """Return what conditions and placeholders may know of the offer."""
    requisition = case.requisition
    if requisition is None:
        return {}
    return facts_of(requisition.department, requisition.location, requisition.title)


def facts_of(department: str | None, location: str | None, title: str | None) -> OfferFacts:
    """Return the same of what is known of a requisition."""
    facts = {
        OfferFact.DEPARTMENT: department,
        OfferFact.LOCATION: location,
        OfferFact.JOB_TITLE: title,
    }
    return {fact: value for fact, value in facts.items() if value is not None}


def order_seed(invitation_id: UUID) -> int:
    """Return 32 bits that follow from the invitation, and tell nothing of it without the key."""
    return int.from_bytes(mac(Purpose.ORDER, invitation_id.bytes)[:4])
