"""What an adapter of an applicant-tracking system says, in the domain's words and no vendor's.

Never in here: pay, notes, custom fields, phone numbers, postal addresses, or a value of the payload
inside a sentence about it.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from tenants.offers.statuses import OfferFacts, OfferStatus
from tenants.reasons import DeclineReason


class Unreadable(ValueError):
    """The bytes are no message of this system; the sender gets a 4xx and nothing is kept."""


class ReviewCode(StrEnum):
    """Why a readable payload could not be understood."""

    FIELD_MISSING = "FIELD_MISSING"
    FIELD_WRONG_TYPE = "FIELD_WRONG_TYPE"
    FIELD_TOO_LONG = "FIELD_TOO_LONG"
    IDENTIFIER_INVALID = "IDENTIFIER_INVALID"
    VERSION_INVALID = "VERSION_INVALID"
    DATE_INVALID = "DATE_INVALID"
    OFFER_STATUS_UNKNOWN = "OFFER_STATUS_UNKNOWN"
    REQUISITION_AMBIGUOUS = "REQUISITION_AMBIGUOUS"
    MERGED_INTO_ITSELF = "MERGED_INTO_ITSELF"


@dataclass(frozen=True, slots=True)
class CandidateFacts:
    """What is known of a candidate. None says nothing and overwrites nothing.

    Attributes:
        external_id: The system's id; kept only as a keyed hash.
        first_name: As the system spells it.
        last_name: As the system spells it.
        email: The one address to write to: personal before other before work.
        language: Code of the language to write in.
        may_be_emailed: False when the system says that this person must not be mailed.
    """

    external_id: str
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    language: str | None = None
    may_be_emailed: bool | None = None


@dataclass(frozen=True, slots=True)
class RequisitionFacts:
    """What is known of a requisition. None says nothing and overwrites nothing.

    Attributes:
        external_id: The system's id, which offers refer to.
        title: The opening's name.
        department: The first one, when there are several.
        location: All of them, joined by semicolons.
        hiring_manager_ids: The system's ids of its users; empty when it says that there are none.
    """

    external_id: str
    title: str | None = None
    department: str | None = None
    location: str | None = None
    hiring_manager_ids: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class ApplicationSeen:
    """An application, with the candidate and the requisition that it joins.

    Attributes:
        application_id: The key that offers refer to.
        candidate: None when the payload says nothing about the candidate.
        requisition: None when the payload says nothing about the requisition.
        rejected_by_candidate: Whether the candidate ended it; None while it goes on, or when the
            system does not say who did.
        stated_reasons: Why, as the recruiter recorded it; only of candidates who ended it.
        last_activity_at: The system's time of this state, UTC, to order states by.
    """

    application_id: str
    candidate: CandidateFacts | None = None
    requisition: RequisitionFacts | None = None
    rejected_by_candidate: bool | None = None
    stated_reasons: tuple[DeclineReason, ...] = ()
    last_activity_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OfferSeen:
    """One version of an offer, as it stands.

    Attributes:
        application_id: Whose offer it is.
        offer_id: The system's id of it.
        version: 1 for the first.
        status: Where this version stands.
        extended_on: The day on which it was sent.
        resolved_at: When it got a status that is not open, UTC.
        starts_on: The day on which the job would begin.
        requisition_external_id: The requisition it belongs to.
    """

    application_id: str
    offer_id: str | None
    version: int
    status: OfferStatus
    extended_on: date | None = None
    resolved_at: datetime | None = None
    starts_on: date | None = None
    requisition_external_id: str | None = None

    @property
    def facts(self) -> OfferFacts:
        """What is combined with what is known of the application's offer."""
        return OfferFacts(
            version=self.version,
            status=self.status,
            extended_on=self.extended_on,
            resolved_at=self.resolved_at,
            starts_on=self.starts_on,
        )


@dataclass(frozen=True, slots=True)
class OfferDeleted:
    """One version of an offer was deleted: rescinded, unless the candidate had answered it."""

    application_id: str
    offer_id: str | None
    version: int

    @property
    def facts(self) -> OfferFacts:
        """What is combined with what is known of the application's offer."""
        return OfferFacts(version=self.version, status=OfferStatus.RESCINDED)


@dataclass(frozen=True, slots=True)
class Unhired:
    """A hire was undone.

    Attributes:
        application_id: Whose hire it was.
        unhired_at: The system's time of it, UTC; None when it gives none.
    """

    application_id: str
    unhired_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CandidateUpdated:
    """A candidate's facts changed."""

    candidate: CandidateFacts


@dataclass(frozen=True, slots=True)
class CandidateMerged:
    """Two records of one person became one; the old id is gone."""

    old_id: str
    new_id: str


@dataclass(frozen=True, slots=True)
class CandidateErased:
    """The system forgot a candidate, so this one must.

    Attributes:
        candidate_id: The system's id.
        application_ids: The applications that went with the candidate; None when it is all of them.
            Empty when none did, which is also what a merge looks like to an account that did not
            subscribe to merges: the applications then live on under another candidate.
    """

    candidate_id: str
    application_ids: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class RequisitionSeen:
    """A requisition, as it stands."""

    requisition: RequisitionFacts


@dataclass(frozen=True, slots=True)
class NotNeeded:
    """The payload was seen and nothing of it is needed, for the reason given."""

    reason: str


@dataclass(frozen=True, slots=True)
class NeedsReview:
    """The payload is readable and makes no sense; a person has to look.

    Attributes:
        code: Machine-readable.
        reason: One sentence that names the field and never its value.
        application_id: The case it is about, when that much is clear.
    """

    code: ReviewCode
    reason: str
    application_id: str | None = None


Event = (
    ApplicationSeen
    | OfferSeen
    | OfferDeleted
    | Unhired
    | CandidateUpdated
    | CandidateMerged
    | CandidateErased
    | RequisitionSeen
    | NotNeeded
    | NeedsReview
)


@dataclass(frozen=True, slots=True)
class Parsed:
    """What one payload says: events in the order to apply them, or one why there are none.

    Attributes:
        action: The vendor's name for what happened.
        events: At least one.
    """

    action: str
    events: tuple[Event, ...]
