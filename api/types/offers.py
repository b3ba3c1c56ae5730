"""Requisitions and offers, and recording them."""

from datetime import date
from enum import StrEnum
from typing import Annotated

import strawberry

from api.derive import Arguments, Info, as_type, of_noun
from api.errors import UserError, mutation
from api.relay import Connection, Node, key_of
from tenants import read_graph
from tenants.errors import NotFound
from tenants.interviews import service as interviews
from tenants.offers import service as offers
from tenants.offers.statuses import OfferStatus
from tenants.reading import Key, Record
from tenants.reasons import DeclineReason


@strawberry.input
class OfferFilter:
    """Which offers are wanted.

    Attributes:
        status: With any of these statuses.
        resolved_from: Resolved on this day or later (UTC).
        resolved_to: Resolved before this day (UTC).
        waiting_for_candidate: Whether the candidate is still unknown.
    """

    status: list[OfferStatus] | None = None
    resolved_from: date | None = None
    resolved_to: date | None = None
    waiting_for_candidate: bool | None = None


@strawberry.enum
class OfferOrder(StrEnum):
    """In which order offers are walked; one without the date comes as the oldest."""

    EXTENDED_ON_DESC = "EXTENDED_ON_DESC"
    EXTENDED_ON_ASC = "EXTENDED_ON_ASC"
    RESOLVED_ON_DESC = "RESOLVED_ON_DESC"
    RESOLVED_ON_ASC = "RESOLVED_ON_ASC"


@strawberry.input
class RequisitionFilter:
    """Which requisitions are wanted.

    Attributes:
        department: Of this department, letter for letter.
        external_id: With this id in the applicant-tracking system.
    """

    department: str | None = None
    external_id: str | None = None


@of_noun(read_graph.OFFER)
class Offer(Node):
    """One job offer to one candidate, as its latest version stands.

    Attributes:
        external_id: The applicant-tracking system's id of the offer.
        application_id: The system's id of the application, which is what an offer is keyed by.
        job_title: What the offer is for.
        version: Versions supersede each other; this is the latest known.
        status: Where it stands.
        extended_on: The day on which it was sent.
        resolved_on: The day on which it was accepted, declined, taken back or given up (UTC).
        waiting_for_candidate: Whether nobody has told yet whose offer it is.
        requisition: The opening it belongs to.
        interview: The declined-offer case, if there is one.
    """

    external_id: strawberry.ID | None
    application_id: strawberry.ID
    job_title: str | None
    version: int
    status: OfferStatus
    extended_on: date | None
    resolved_on: date | None
    waiting_for_candidate: bool
    requisition: Annotated["Requisition", strawberry.lazy("api.types.offers")] | None
    interview: Annotated["Interview", strawberry.lazy("api.types.interviews")] | None  # type: ignore[name-defined]  # noqa: F821 - resolved lazily.

    @strawberry.field
    def stated_reasons(self, root: strawberry.Parent[Record]) -> list[DeclineReason]:
        """Why the candidate declined, as the organisation recorded it; not what candidates say."""
        return [DeclineReason(code) for code in root.values["stated_reasons"] or ()]


@of_noun(read_graph.HIRING_MANAGER)
class HiringManager:
    """Somebody who hires for a requisition.

    Attributes:
        name: The member's name; null while only the applicant-tracking system knows who it is.
        ats_user_id: The system's id of the user, if the system named them.
    """

    name: str | None
    ats_user_id: str | None


@of_noun(read_graph.REQUISITION, {"offers": Arguments(OfferFilter, OfferOrder)})
class Requisition(Node):
    """The opening that an offer belongs to.

    Attributes:
        external_id: The applicant-tracking system's id.
        title: The opening's name.
        department: Whose opening it is.
        location: Where the work would be.
        hiring_managers: Who hires for it.
        offers: Its offers.
    """

    external_id: strawberry.ID | None
    title: str
    department: str | None
    location: str | None
    hiring_managers: list[HiringManager]
    offers: Connection[Offer] | None


@strawberry.input
class CandidateInput:
    """Who got the offer. Only what is needed to write to them is kept.

    Attributes:
        external_id: The applicant-tracking system's id; kept as a keyed hash only.
        first_name: How to address them.
        last_name: For the consultant.
        email: Where the invitation goes.
        language: In which to write.
        time_zone: Where they live, by its IANA name (Europe/Berlin): mails respect quiet hours.
    """

    external_id: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    language: str | None = None
    time_zone: str | None = None


@strawberry.input
class RequisitionInput:
    """The opening that the offer belongs to.

    Attributes:
        external_id: The applicant-tracking system's id.
        title: The opening's name.
        department: Whose opening it is.
        location: Where the work would be.
    """

    title: str
    external_id: str | None = None
    department: str | None = None
    location: str | None = None


@strawberry.input
class RecordOfferOutcomeInput:
    """An offer as it now stands.

    Attributes:
        organisation_id: Whose offer.
        application_id: What the offer is keyed by.
        status: Where it stands.
        version: A higher one replaces everything known of a lower one.
        extended_on: The day on which it was sent.
        resolved_on: The day on which it got its status; needed unless it is open.
        candidate: Who got it.
        requisition: What it is for.
        stated_reasons: Why it was declined, as the organisation knows.
        idempotency_key: A repetition with the same key does nothing and returns the same offer.
    """

    organisation_id: strawberry.ID
    application_id: str
    status: OfferStatus
    version: int = 1
    extended_on: date | None = None
    resolved_on: date | None = None
    candidate: CandidateInput | None = None
    requisition: RequisitionInput | None = None
    stated_reasons: list[DeclineReason] | None = None
    idempotency_key: str | None = None


@strawberry.type
class RecordOfferOutcomePayload:
    """The offer as it is recorded now.

    Attributes:
        offer: Null when it was refused.
        user_errors: Why, in words that help.
    """

    offer: Offer | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.input
class AssignHiringManagerInput:
    """Who hires for a requisition.

    Attributes:
        requisition_id: Which requisition.
        person_id: A member with the role HIRING_MANAGER: the id of the membership.
    """

    requisition_id: strawberry.ID
    person_id: strawberry.ID


@strawberry.type
class AssignHiringManagerPayload:
    """The requisition with its hiring managers.

    Attributes:
        requisition: Null when it was refused.
        user_errors: Why, in words that help.
    """

    requisition: Requisition | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


def _offer_input(given: RecordOfferOutcomeInput) -> offers.OfferInput:
    candidate, requisition = given.candidate, given.requisition
    return offers.OfferInput(
        application_id=given.application_id,
        status=given.status,
        version=given.version,
        extended_on=given.extended_on,
        resolved_on=given.resolved_on,
        candidate=None if candidate is None else offers.CandidateInput(**vars(candidate)),
        requisition=None if requisition is None else offers.RequisitionInput(**vars(requisition)),
        stated_reasons=tuple(given.stated_reasons or ()),
    )


@mutation
async def record_offer_outcome(
    info: Info,
    input: RecordOfferOutcomeInput,  # noqa: A002 - the argument's name in the API.
) -> RecordOfferOutcomePayload:
    """Record an offer by hand; a declined or reneged one has an interview afterwards."""
    organisation = key_of(read_graph.ORGANISATION, input.organisation_id, field="organisationId")
    offer_id = await info.context.run(
        interviews.record_offer_outcome,
        organisation_id=organisation.organisation_id,
        offer=_offer_input(input),
        idempotency_key=input.idempotency_key,
    )
    record = await info.context.find_record(
        read_graph.OFFER, Key(organisation.organisation_id, offer_id)
    )
    return RecordOfferOutcomePayload(offer=as_type(record))


@mutation
async def assign_hiring_manager(
    info: Info,
    input: AssignHiringManagerInput,  # noqa: A002 - the argument's name in the API.
) -> AssignHiringManagerPayload:
    """Let a member see the offers and interviews of a requisition that they hire for."""
    requisition = key_of(read_graph.REQUISITION, input.requisition_id, field="requisitionId")
    person = key_of(read_graph.MEMBERSHIP, input.person_id, field="personId")
    if person.organisation_id != requisition.organisation_id:
        noun = "membership"
        raise NotFound(noun, field="personId")
    await info.context.run(
        offers.assign_hiring_manager,
        organisation_id=requisition.organisation_id,
        requisition_id=requisition.id,
        person_id=person.id,
    )
    record = await info.context.find_record(read_graph.REQUISITION, requisition)
    return AssignHiringManagerPayload(requisition=as_type(record))
