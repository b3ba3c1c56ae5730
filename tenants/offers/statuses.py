"""Offer statuses, and which of two things said about one application's offer stands."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class OfferStatus(StrEnum):
    """Where an offer stands.

    SUPERSEDED is a version that a newer one replaced, RESCINDED an offer that the organisation took
    back, LAPSED one that the candidate left unanswered, RENEGED one that the candidate accepted and
    then turned down.
    """

    DRAFT = "DRAFT"
    EXTENDED = "EXTENDED"
    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"
    RENEGED = "RENEGED"
    RESCINDED = "RESCINDED"
    LAPSED = "LAPSED"
    SUPERSEDED = "SUPERSEDED"


OPENS_INTERVIEW: Final = frozenset({OfferStatus.DECLINED, OfferStatus.RENEGED})
"""The statuses that open an interview by themselves. A rescinded offer never does."""

# Within one version the higher standing wins whatever the times say. An open offer never undoes a
# resolved one, and neither does SUPERSEDED, which only tells that a newer version will come. LAPSED
# is inferred from silence, so anything that was said refutes it. What the candidate answered stands
# even when the organisation deletes the offer afterwards.
_STANDING: Final[Mapping[OfferStatus, int]] = MappingProxyType(
    {
        OfferStatus.DRAFT: 0,
        OfferStatus.EXTENDED: 1,
        OfferStatus.SUPERSEDED: 2,
        OfferStatus.LAPSED: 3,
        OfferStatus.RESCINDED: 4,
        OfferStatus.DECLINED: 5,
        OfferStatus.ACCEPTED: 5,
        OfferStatus.RENEGED: 5,
    }
)

# Answers of equal time: somebody who may have joined is not asked why they declined, and reneging
# follows an acceptance.
_ANSWER_ORDER: Final = (OfferStatus.DECLINED, OfferStatus.ACCEPTED, OfferStatus.RENEGED)

_EARLIEST: Final = datetime.min.replace(tzinfo=UTC)
_LATEST: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class OfferFacts:
    """What is known of one version of an offer.

    Attributes:
        version: 1 for the first; a higher one replaces everything known of a lower one.
        status: Where this version stands.
        extended_on: The day on which it was sent to the candidate.
        resolved_at: When it got a status that is not open, UTC.
        starts_on: The day on which the job would begin.
    """

    version: int
    status: OfferStatus
    extended_on: date | None = None
    resolved_at: datetime | None = None
    starts_on: date | None = None


def supersedes(current: OfferFacts, incoming: OfferFacts) -> bool:
    """Return whether the incoming facts replace the current status and its time.

    The order is total and looks at nothing but the two, so the outcome depends neither on the order
    in which events arrive nor on how often: the version first, then the standing of the status
    (draft, extended, superseded, lapsed, rescinded, answered), then the time, then a fixed order of
    the answers.
    """
    return _precedence(incoming) > _precedence(current)


def combine(current: OfferFacts | None, incoming: OfferFacts) -> OfferFacts:
    """Return what is known after both, whichever came first.

    Of one version the first known day of extending and the last known day of starting are kept,
    because an event may say nothing about them.

    Args:
        current: What was known so far; None when nothing was.
        incoming: What an event says.
    """
    if current is None:
        return incoming
    standing = incoming if supersedes(current, incoming) else current
    if current.version != incoming.version:
        return standing
    extended = [day for day in (current.extended_on, incoming.extended_on) if day]
    starts = [day for day in (current.starts_on, incoming.starts_on) if day]
    return replace(
        standing,
        extended_on=min(extended, default=None),
        starts_on=max(starts, default=None),
    )


def renege(facts: OfferFacts, unhired_at: datetime) -> OfferFacts:
    """Return the facts as they stand once the application was unhired.

    An unhire belongs to the application and may arrive before the acceptance that it undoes. Keep
    the latest one beside the combined facts and apply it after each `combine`, to what is shown and
    not to what is kept; then the order of arrival does not matter here either. An acceptance after
    the unhire is a new one and stands. A refusal after it is reneging all the same: there is no
    unhiring without an acceptance before it.

    Args:
        facts: What the offer events alone say.
        unhired_at: The latest unhire of the application, UTC.
    """
    resolved_at = facts.resolved_at
    if facts.status is OfferStatus.ACCEPTED and (resolved_at or _EARLIEST) <= unhired_at:
        return replace(facts, status=OfferStatus.RENEGED, resolved_at=unhired_at)
    if facts.status is OfferStatus.DECLINED and (resolved_at or _EARLIEST) >= unhired_at:
        return replace(facts, status=OfferStatus.RENEGED)
    return facts


def _precedence(facts: OfferFacts) -> tuple[int, int, datetime, int]:
    """Return the key that facts about one application's offer are ordered by."""
    status = facts.status
    # An unknown time is taken for the earliest, so that a known one wins; but reneging, which
    # nobody can date before the acceptance that it undoes, is taken for the latest.
    unknown = _LATEST if status is OfferStatus.RENEGED else _EARLIEST
    rank = _ANSWER_ORDER.index(status) if status in _ANSWER_ORDER else 0
    return facts.version, _STANDING[status], facts.resolved_at or unknown, rank
