"""Greenhouse's webhooks: signature, event key, and what each action means in the domain's words.

A payload is understood as a whole or not at all: one field that makes no sense sends it to review.
"""

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from tenants.offers.ats.events import (
    ApplicationSeen,
    CandidateErased,
    CandidateFacts,
    CandidateMerged,
    CandidateUpdated,
    Event,
    NeedsReview,
    NotNeeded,
    OfferDeleted,
    OfferSeen,
    Parsed,
    RequisitionFacts,
    RequisitionSeen,
    ReviewCode,
    Unhired,
    Unreadable,
)
from tenants.offers.ats.greenhouse_reasons import rejection
from tenants.offers.ats.reading import FieldError, Fields, decode, usable_email
from tenants.offers.statuses import OfferStatus

EVENT_ID_HEADER: Final = "Greenhouse-Event-ID"
SIGNATURE_HEADER: Final = "Signature"

UNUSED: Final = NotNeeded("Seen, not needed: this action tells nothing of a candidate or an offer.")
PING: Final = NotNeeded("Seen, not needed: Greenhouse tried the address.")
PROSPECT: Final = NotNeeded("Seen, not needed: a prospect has not applied and has no offer.")
NOT_HELD: Final = NotNeeded("Seen, not needed: none of the anonymised fields is kept here.")

_SIGNATURE: Final = re.compile(r"sha256 ([0-9a-fA-F]{64})")
_EVENT_ID: Final = re.compile(r"[\x21-\x7e]{1,200}")
_ACTION: Final = re.compile(r"[A-Za-z0-9_.:-]{1,100}")

_STATUSES: Final[Mapping[str, OfferStatus]] = MappingProxyType(
    {
        "accepted": OfferStatus.ACCEPTED,
        "rejected": OfferStatus.DECLINED,
        "deprecated": OfferStatus.SUPERSEDED,
    }
)
_OPEN_STATUSES: Final = frozenset({"created", "unresolved"})

# A mail to the candidate's present employer would tell it of the application, so work comes last.
_EMAIL_ORDER: Final = ("personal", "other", "work")

# What can be anonymised there and is kept here. When the organisation forgets a part of it, whose
# offer it was is forgotten here too, because nobody is to be asked about it any more.
_HELD_FIELDS: Final = frozenset(
    {"full_name", "email_addresses", "offers", "all_offer_versions", "rejection_reasons"}
)


def verify(body: bytes, header: str | None, secret: str) -> bool:
    """Return whether the bytes were signed with the secret; the comparison takes constant time.

    Args:
        body: The request's body as it came: Greenhouse escapes Unicode before it signs.
        header: The `Signature` header, `sha256 <hex>`; None when there is none.
        secret: The secret that both sides know. An empty one verifies nothing.
    """
    match = _SIGNATURE.fullmatch((header or "").strip())
    if match is None or not secret:
        return False
    expected = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(match[1].lower(), expected)


def event_key(headers: Mapping[str, str], body: bytes) -> str:
    """Return what a delivery and its repetitions have in common.

    Args:
        headers: The request's headers, in any case.
        body: The request's body, whose digest serves when the vendor's id is absent or unusable.
    """
    named = {name.lower(): value for name, value in headers.items()}
    event_id = named.get(EVENT_ID_HEADER.lower(), "").strip()
    if _EVENT_ID.fullmatch(event_id):
        return f"id:{event_id}"
    return f"sha256:{hashlib.sha256(body).hexdigest()}"


def parse(body: bytes) -> Parsed:
    """Return what a payload means.

    Args:
        body: The request's body, its signature verified.

    Returns:
        At least one event. A readable payload that makes no sense is one `NeedsReview`.

    Raises:
        Unreadable: The bytes are not a JSON object that names an action.
    """
    message = decode(body)
    action = message.values.get("action")
    if not isinstance(action, str) or not _ACTION.fullmatch(action):
        fault = "The body names no action."
        raise Unreadable(fault)
    if action == "ping":
        return Parsed(action, (PING,))
    reader = _READERS.get(action)
    if reader is None:
        return Parsed(action, (UNUSED,))
    try:
        # The sentences of a fault name fields from the payload on, as the vendor's manual does.
        payload = Fields(message.required_child("payload").values)
        return Parsed(action, reader(payload))
    except FieldError as error:
        review = NeedsReview(error.code, error.reason, _application_id_if_clear(message))
        return Parsed(action, (review,))


def _read_application(payload: Fields) -> tuple[Event, ...]:
    """Return the application that an action is about, unless it is a prospect's.

    A prospect's names and addresses are not needed: on becoming a candidate the person is in every
    further application event, so nothing is lost by not keeping them now.
    """
    application = payload.required_child("application")
    return (PROSPECT,) if application.truth("prospect") else (_application_seen(application),)


def _read_prospect(payload: Fields) -> tuple[Event, ...]:
    """Return nothing needed, unless the payload itself says that it is no prospect's."""
    application = payload.required_child("application")
    is_candidate = application.truth("prospect") is False
    return (_application_seen(application),) if is_candidate else (PROSPECT,)


def _read_hire(payload: Fields) -> tuple[Event, ...]:
    """Return the application, then its offer as accepted; a hire may come without an offer."""
    application = payload.required_child("application")
    seen = _application_seen(application)
    offer = application.child("offer")
    if offer is None:
        return (seen,)
    accepted = OfferSeen(
        application_id=seen.application_id,
        offer_id=offer.optional_identifier("id"),
        version=offer.version("version"),
        status=OfferStatus.ACCEPTED,
        extended_on=offer.day("sent_on", "sent_at"),
        resolved_at=offer.moment("resolved_at"),
        starts_on=offer.day("starts_at", "start_date"),
        requisition_external_id=seen.requisition.external_id if seen.requisition else None,
    )
    return (seen, accepted)


def _read_unhire(payload: Fields) -> tuple[Event, ...]:
    """Return the application, then that its hire was undone, at the time of its last activity."""
    seen = _application_seen(payload.required_child("application"))
    return (seen, Unhired(seen.application_id, seen.last_activity_at))


def _read_offer(payload: Fields) -> tuple[Event, ...]:
    """Return the offer as it stands; the action does not matter, only what the offer says."""
    offer = payload.child("offer") or payload
    application_id = offer.identifier("application_id")
    extended_on = offer.day("sent_on", "sent_at")
    status = _offer_status(offer, extended=extended_on is not None)
    resolved_at = offer.moment("resolved_at")
    is_open = status in {OfferStatus.DRAFT, OfferStatus.EXTENDED}
    return (
        OfferSeen(
            application_id=application_id,
            offer_id=offer.optional_identifier("id"),
            version=offer.version("version"),
            status=status,
            extended_on=extended_on,
            resolved_at=None if is_open else resolved_at,
            starts_on=offer.day("start_date", "starts_at"),
            requisition_external_id=offer.optional_identifier("job_id"),
        ),
    )


def _read_offer_deletion(payload: Fields) -> tuple[Event, ...]:
    """Return the deletion alone.

    The status that the offer had is left aside: anonymising deletes offers too, and nobody is to be
    asked about one that came to our notice by its deletion.
    """
    offer = payload.child("offer") or payload
    deleted = OfferDeleted(
        application_id=offer.identifier("application_id"),
        offer_id=offer.optional_identifier("id"),
        version=offer.version("version"),
    )
    return (deleted,)


def _read_candidate(payload: Fields) -> tuple[Event, ...]:
    """Return the candidate's facts."""
    return (CandidateUpdated(_candidate(payload.required_child("candidate"))),)


def _read_merge(payload: Fields) -> tuple[Event, ...]:
    """Return which candidate became which."""
    person = payload.required_child("person")
    old_id, new_id = person.identifier("id"), person.identifier("new_candidate_id")
    if old_id == new_id:
        person.fail(ReviewCode.MERGED_INTO_ITSELF, "new_candidate_id", "is the merged one's own id")
    return (CandidateMerged(old_id, new_id),)


def _read_anonymisation(payload: Fields) -> tuple[Event, ...]:
    """Return that the candidate is to be forgotten, when anything kept here was."""
    candidate_id = payload.identifier("candidate_id")
    if _HELD_FIELDS.isdisjoint(payload.texts("anonymized_fields")):
        return (NOT_HELD,)
    return (CandidateErased(candidate_id),)


def _read_candidate_deletion(payload: Fields) -> tuple[Event, ...]:
    """Return that the candidate is gone, with the applications that went too."""
    person = payload.required_child("person")
    application_ids = person.identifiers("deleted_application_ids")
    return (CandidateErased(person.identifier("id"), application_ids),)


def _read_job(payload: Fields) -> tuple[Event, ...]:
    """Return the requisition."""
    return (RequisitionSeen(_requisition(payload.required_child("job"))),)


def _application_seen(application: Fields) -> ApplicationSeen:
    """Return an application with its candidate and requisition."""
    candidate = application.child("candidate")
    job = _only_job(application)
    by_candidate, stated_reasons = rejection(application)
    return ApplicationSeen(
        application_id=application.identifier("id"),
        candidate=_candidate(candidate) if candidate else None,
        requisition=_requisition(job) if job else None,
        rejected_by_candidate=by_candidate,
        stated_reasons=stated_reasons,
        last_activity_at=application.moment("last_activity_at"),
    )


def _only_job(application: Fields) -> Fields | None:
    """Return the job applied for: a candidate's application has one, by the vendor's manual."""
    jobs = application.children("jobs") or []
    if len(jobs) > 1:
        application.fail(ReviewCode.REQUISITION_AMBIGUOUS, "jobs", "names more than one job")
    return jobs[0] if jobs else application.child("job")


def _candidate(candidate: Fields) -> CandidateFacts:
    """Return a candidate's facts."""
    return CandidateFacts(
        external_id=candidate.identifier("id"),
        first_name=candidate.text("first_name"),
        last_name=candidate.text("last_name"),
        email=_email(candidate),
        may_be_emailed=candidate.truth("can_email"),
    )


def _email(candidate: Fields) -> str | None:
    """Return the best address that a mail can be sent to; an unusable one is passed over."""
    usable: dict[str, str] = {}
    for entry in candidate.children("email_addresses") or []:
        address = usable_email(entry.raw_text("value") or "")
        kind = (entry.text("type") or "other").casefold()
        if address:
            usable.setdefault(kind if kind in _EMAIL_ORDER else "other", address)
    return next((usable[kind] for kind in _EMAIL_ORDER if kind in usable), None)


def _requisition(job: Fields) -> RequisitionFacts:
    """Return a requisition's facts. Its key is the job's id: offers know no other."""
    departments = job.children("departments") or []
    offices = job.children("offices") or []
    places = [office.text("location") or office.text("name") for office in offices]
    team = job.child("hiring_team")
    managers = team.children("hiring_managers") if team else None
    return RequisitionFacts(
        external_id=job.identifier("id"),
        title=job.text("name"),
        department=departments[0].text("name") if departments else None,
        location="; ".join(dict.fromkeys(place for place in places if place)) or None,
        hiring_manager_ids=None if managers is None else _user_ids(managers),
    )


def _user_ids(users: list[Fields]) -> tuple[str, ...]:
    """Return the users' ids, each once."""
    return tuple(dict.fromkeys(user.identifier("user_id") for user in users))


def _offer_status(offer: Fields, *, extended: bool) -> OfferStatus:
    """Return the canonical status; an open offer is extended once it was sent."""
    key = "offer_status" if offer.values.get("offer_status") is not None else "status"
    name = (offer.text(key) or "").casefold()
    if name in _OPEN_STATUSES:
        return OfferStatus.EXTENDED if extended else OfferStatus.DRAFT
    if not name:
        offer.fail(ReviewCode.FIELD_MISSING, "offer_status", "is missing")
    if name not in _STATUSES:
        offer.fail(ReviewCode.OFFER_STATUS_UNKNOWN, key, "is no status that Greenhouse documents")
    return _STATUSES[name]


def _application_id_if_clear(message: Fields) -> str | None:
    """Return the application that a message is about, for the review list; None when unclear."""
    try:
        payload = message.required_child("payload")
        application = payload.child("application")
        if application:
            return application.identifier("id")
        return (payload.child("offer") or payload).optional_identifier("application_id")
    except FieldError:
        return None


_READERS: Final[Mapping[str, Callable[[Fields], tuple[Event, ...]]]] = MappingProxyType(
    {
        "new_candidate_application": _read_application,
        "application_updated": _read_application,
        "candidate_stage_change": _read_application,
        "reject_candidate": _read_application,
        "unreject_candidate": _read_application,
        "new_prospect_application": _read_prospect,
        "hire_candidate": _read_hire,
        "unhire_candidate": _read_unhire,
        "offer_created": _read_offer,
        "offer_approved": _read_offer,
        "offer_updated": _read_offer,
        "offer_deleted": _read_offer_deletion,
        "update_candidate": _read_candidate,
        "merge_candidate": _read_merge,
        "candidate_anonymized": _read_anonymisation,
        "delete_candidate": _read_candidate_deletion,
        "job_created": _read_job,
        "job_updated": _read_job,
        "job_approved": _read_job,
    }
)
