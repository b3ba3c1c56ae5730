"""Figures from offers alone, live: what the applicant-tracking system knows, with honest bases.

They need no crowd for a role that may list those offers. For any other role they obey the rules of
figures from responses: at least `minimum` behind each, and no share that speaks of everybody.
"""

from dataclasses import dataclass

from tenants.disclosure import figures
from tenants.disclosure.figures import Figure, Relation, Statistic, Suppressed, Unit
from tenants.metrics import (
    ACCEPTANCE_RATE,
    DECISION_TIME,
    DECLINE_RATE,
    INTERVIEW_COVERAGE,
    LAPSE_RATE,
    RENEGE_RATE,
)
from tenants.statistics import wilson


@dataclass(frozen=True, slots=True)
class OfferCounts:
    """What became of the offers of one cell and window.

    Attributes:
        accepted: Ever accepted, reneged ones included (A).
        declined: Turned down (D).
        lapsed: Left unanswered for 30 days (L).
        due: Accepted ones whose start was due in the window.
        reneged: Of those, the ones turned down after all (R).
        refused: Declined or reneged.
        interviewed: Of those, the ones with an interview.
        decided: Accepted or declined, with both days known.
        decision_days: Median of their days from offer to answer; None without any.
    """

    accepted: int = 0
    declined: int = 0
    lapsed: int = 0
    due: int = 0
    reneged: int = 0
    refused: int = 0
    interviewed: int = 0
    decided: int = 0
    decision_days: float | None = None

    @property
    def resolved(self) -> int:
        """A + D + L."""
        return self.accepted + self.declined + self.lapsed


def offer_figures(counts: OfferCounts, *, listed: bool, minimum: int) -> dict[str, Statistic]:
    """Return every metric of offers, by key.

    Args:
        counts: Of the cell.
        listed: Whether the viewer may list these offers and so count them.
        minimum: The size of a crowd, for whoever may not.
    """

    def share(successes: int, n: int) -> Statistic:
        return rate(successes, n, listed=listed, minimum=minimum)

    return {
        DECLINE_RATE: share(counts.declined + counts.lapsed, counts.resolved),
        ACCEPTANCE_RATE: share(counts.accepted, counts.resolved),
        LAPSE_RATE: share(counts.lapsed, counts.resolved),
        RENEGE_RATE: share(counts.reneged, counts.due),
        INTERVIEW_COVERAGE: share(counts.interviewed, counts.refused),
        DECISION_TIME: _days(counts, listed=listed, minimum=minimum),
    }


def rate(successes: int, n: int, *, listed: bool, minimum: int) -> Statistic:
    """Return a share of offers: exact for whoever may count them, by the rules of crowds otherwise.

    Args:
        successes: Of the n.
        n: Offers.
        listed: As in `offer_figures`.
        minimum: Likewise.
    """
    if not listed:
        return figures.suppressed(minimum) if n < minimum else figures.share(successes, n)
    if n == 0:
        return _nothing()
    interval = wilson(successes, n)
    return Figure(
        value=round(successes / n, 4),
        relation=Relation.EXACT,
        unit=Unit.SHARE,
        lower=round(interval.lower, 4),
        upper=round(interval.upper, 4),
        base=figures.band(n),
    )


def _days(counts: OfferCounts, *, listed: bool, minimum: int) -> Statistic:
    if not listed and counts.decided < minimum:
        return figures.suppressed(minimum)
    if counts.decision_days is None:
        return _nothing()
    value = counts.decision_days
    if not listed:
        value = figures.rounded(value, Unit.DAYS, counts.decided)
    base = figures.band(counts.decided)
    return Figure(round(value, 1), Relation.EXACT, Unit.DAYS, None, None, base)


def _nothing() -> Suppressed:
    """Return what is said where there is nothing to count; it names no rule, because none hides."""
    return Suppressed("There are no such offers in this period.", 1)
