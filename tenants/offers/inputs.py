"""What somebody records of an offer by hand, and which of it makes sense."""

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Final
from zoneinfo import available_timezones

from tenants.errors import InvalidInput
from tenants.offers.ats.reading import MAX_TEXT_CHARACTERS, one_line, usable_email
from tenants.offers.statuses import OPENS_INTERVIEW, OfferStatus
from tenants.reasons import DeclineReason

MAX_VERSION: Final = 1_000_000
MAX_IDENTIFIER_CHARACTERS: Final = 255

OPEN: Final = frozenset({OfferStatus.DRAFT, OfferStatus.EXTENDED})
"""The statuses in which nobody has decided yet."""

_EARLIEST: Final = date(1990, 1, 1)
_LATEST: Final = date(2100, 12, 31)
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateInput:
    """Who got the offer. None says nothing and overwrites nothing.

    Attributes:
        external_id: The applicant-tracking system's id; kept as a keyed hash only.
        first_name: How to address them.
        last_name: For the consultant.
        email: Where the invitation goes.
        language: Code of the language to write in, as `de` or `pt-BR`.
        time_zone: Where they live, by its IANA name, as `Europe/Berlin`: nobody is woken by a mail.
    """

    external_id: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    language: str | None = None
    time_zone: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequisitionInput:
    """The opening that the offer belongs to. None says nothing and overwrites nothing.

    Attributes:
        title: The opening's name.
        external_id: The applicant-tracking system's id.
        department: Whose opening it is.
        location: Where the work would be.
    """

    title: str
    external_id: str | None = None
    department: str | None = None
    location: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferInput:
    """An offer as it now stands.

    Attributes:
        application_id: What the offer is keyed by.
        status: Where it stands.
        version: A higher one replaces everything known of a lower one.
        external_id: The applicant-tracking system's id of the offer.
        extended_on: The day on which it was sent.
        resolved_on: The day on which it got a status that is not open (UTC).
        starts_on: The day on which the job would begin.
        candidate: Who got it.
        requisition: What it is for.
        stated_reasons: Why it was declined, as the organisation knows; empty says nothing.
    """

    application_id: str
    status: OfferStatus
    version: int = 1
    external_id: str | None = None
    extended_on: date | None = None
    resolved_on: date | None = None
    starts_on: date | None = None
    candidate: CandidateInput | None = None
    requisition: RequisitionInput | None = None
    stated_reasons: tuple[DeclineReason, ...] = ()


def checked(offer: OfferInput) -> OfferInput:
    """Return the input with its texts on one line each and its reasons once each.

    Raises:
        InvalidInput: It contradicts itself, or a part of it cannot be; the field is named as the
            input of the mutation spells it.
    """
    _check_status(offer)
    _check_days(offer)
    return replace(
        offer,
        application_id=_required_identifier(offer.application_id, "applicationId"),
        external_id=_identifier(offer.external_id, "externalId"),
        candidate=offer.candidate and _checked_candidate(offer.candidate),
        requisition=offer.requisition and _checked_requisition(offer.requisition),
        stated_reasons=tuple(dict.fromkeys(offer.stated_reasons)),
    )


def _check_status(offer: OfferInput) -> None:
    if offer.status is OfferStatus.SUPERSEDED:
        message = "Record the newer version instead: it supersedes the older one by itself."
        raise InvalidInput(message, field="status")
    if not 1 <= offer.version <= MAX_VERSION:
        message = f"A version is a number from 1 to {MAX_VERSION}."
        raise InvalidInput(message, field="version")
    if offer.stated_reasons and offer.status not in OPENS_INTERVIEW:
        message = "Only a declined or reneged offer has stated reasons."
        raise InvalidInput(message, field="statedReasons")


def _check_days(offer: OfferInput) -> None:
    today = datetime.now(UTC).date()
    is_open = offer.status in OPEN
    days = {
        "extendedOn": (offer.extended_on, today),
        "resolvedOn": (offer.resolved_on, today),
        "startsOn": (offer.starts_on, _LATEST),
    }
    for field, (day, latest) in days.items():
        if day is not None and not _EARLIEST <= day <= latest:
            message = f"The day lies before {_EARLIEST} or after {latest}."
            raise InvalidInput(message, field=field)
    if not is_open and offer.resolved_on is None:
        message = f"An offer that is {offer.status.value} needs the day on which it became so."
        raise InvalidInput(message, field="resolvedOn")
    if is_open and offer.resolved_on is not None:
        message = f"An offer that is {offer.status.value} has no day of resolution yet."
        raise InvalidInput(message, field="resolvedOn")
    if offer.extended_on and offer.resolved_on and offer.extended_on > offer.resolved_on:
        message = "An offer is extended before it is resolved."
        raise InvalidInput(message, field="extendedOn")


def _checked_candidate(candidate: CandidateInput) -> CandidateInput:
    email = _text(candidate.email, "candidate", "email")
    if email is not None and usable_email(email) is None:
        message = "This is no e-mail address that can be written to."
        raise InvalidInput(message, field=("candidate", "email"))
    language = _text(candidate.language, "candidate", "language")
    if language is not None and not _LANGUAGE.fullmatch(language):
        message = "A language is given by its code, as de or pt-BR."
        raise InvalidInput(message, field=("candidate", "language"))
    time_zone = _text(candidate.time_zone, "candidate", "timeZone")
    if time_zone is not None and time_zone not in available_timezones():
        message = "A time zone is given by its IANA name, as Europe/Berlin."
        raise InvalidInput(message, field=("candidate", "timeZone"))
    return CandidateInput(
        external_id=_identifier(candidate.external_id, "candidate", "externalId"),
        first_name=_text(candidate.first_name, "candidate", "firstName"),
        last_name=_text(candidate.last_name, "candidate", "lastName"),
        email=email,
        language=language,
        time_zone=time_zone,
    )


def _checked_requisition(requisition: RequisitionInput) -> RequisitionInput:
    title = _text(requisition.title, "requisition", "title")
    if title is None:
        message = "A requisition needs a title."
        raise InvalidInput(message, field=("requisition", "title"))
    return RequisitionInput(
        title=title,
        external_id=_identifier(requisition.external_id, "requisition", "externalId"),
        department=_text(requisition.department, "requisition", "department"),
        location=_text(requisition.location, "requisition", "location"),
    )


def _text(value: str | None, *field: str) -> str | None:
    """Return the text on one line; None when it says nothing."""
    line = one_line(value or "")
    if len(line) > MAX_TEXT_CHARACTERS:
        message = f"The text has more than {MAX_TEXT_CHARACTERS} characters."
        raise InvalidInput(message, field=field)
    return line or None


def _identifier(value: str | None, *field: str) -> str | None:
    """Return an id unchanged, because another system has to find it again."""
    return None if value is None else _required_identifier(value, *field)


def _required_identifier(value: str, *field: str) -> str:
    if not 0 < len(value) <= MAX_IDENTIFIER_CHARACTERS or value != one_line(value):
        message = (
            f"An id has 1 to {MAX_IDENTIFIER_CHARACTERS} characters on one line,"
            " without a space at either end."
        )
        raise InvalidInput(message, field=field)
    return value
