"""How an offer stands: what was said of it, and what follows from that."""

from datetime import UTC, datetime

from tenants import audit, work
from tenants.access import Viewer
from tenants.announcements import EventKind
from tenants.audit import AuditAction
from tenants.integrations import queries as integrations
from tenants.model import new_id
from tenants.offers import queries
from tenants.offers.models import Application, Offer
from tenants.offers.statuses import OfferFacts, combine, renege
from tenants.work import Session


async def take_facts(
    session: Session,
    viewer: Viewer,
    application: Application,
    facts: OfferFacts,
    *,
    external_id: str | None,
) -> tuple[Offer, bool]:
    """Return the offer of a locked application after something was said of it, locked.

    Args:
        session: The transaction.
        viewer: Who says so.
        application: Whose offer.
        facts: What was said; older knowledge than what is recorded changes nothing.
        external_id: The system's id of the offer in this version, if it was said.

    Returns:
        The offer, and whether anything of it is new.
    """
    offer = await queries.find_offer_of(
        session,
        viewer,
        organisation_id=application.organisation_id,
        application_id=application.id,
    )
    if offer is None:
        known = None
        offer = Offer(
            organisation_id=application.organisation_id,
            id=new_id(),
            application_id=application.id,
            external_id=external_id,
            recorded_at=datetime.now(UTC),
        )
        session.add(offer)
    else:
        known = reported(offer)
        offer.external_id = _external_id(offer, facts.version, external_id)
    changed = show(offer, application, combine(known, facts))
    await session.flush()
    return offer, changed


def reported(offer: Offer) -> OfferFacts:
    """Return what the offer's own events say, before an unhire is taken into account."""
    return OfferFacts(
        version=offer.version,
        status=offer.reported_status,
        extended_on=offer.extended_on,
        resolved_at=offer.reported_at,
        starts_on=offer.starts_on,
    )


def show(offer: Offer, application: Application, facts: OfferFacts) -> bool:
    """Put into the offer what its events say and what follows; return whether anything changed."""
    unhired_at = application.unhired_at
    shown = renege(facts, unhired_at) if unhired_at is not None else facts
    values = {
        "version": facts.version,
        "status": shown.status,
        "extended_on": facts.extended_on,
        "resolved_at": shown.resolved_at,
        "starts_on": facts.starts_on,
        "reported_status": facts.status,
        "reported_at": facts.resolved_at,
    }
    changed = {name: value for name, value in values.items() if getattr(offer, name) != value}
    for name, value in changed.items():
        setattr(offer, name, value)
    return bool(changed)


async def record_change(session: Session, viewer: Viewer, offer: Offer) -> None:
    """Write down that an offer has changed: in the log, and for those who watch."""
    organisation_id = offer.organisation_id
    await audit.record(session, viewer, AuditAction.OFFER_RECORDED, organisation_id, offer.id)
    work.announce(session, EventKind.OFFER_CHANGED, organisation_id, subject_id=offer.id)


async def settle(
    session: Session, viewer: Viewer, application: Application, offer: Offer | None
) -> None:
    """Call applied what waited, once both the offer and its candidate are known."""
    if offer is not None and application.candidate_id is not None:
        await integrations.settle_waiting_events(
            session,
            viewer,
            organisation_id=application.organisation_id,
            application_id=application.external_id,
        )


def _external_id(offer: Offer, version: int, external_id: str | None) -> str | None:
    """Return the id of the latest version; of two for one version always the same one."""
    if version != offer.version:
        return external_id if version > offer.version else offer.external_id
    return max((one for one in (offer.external_id, external_id) if one), default=None)
