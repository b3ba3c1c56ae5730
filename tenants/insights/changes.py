"""What changed between two editions, from what both of them show and from nothing else.

A reader could compute all of this: an interval tells the counts behind its share. So a comparison
gives away nothing that the two editions did not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

from tenants.access import Viewer
from tenants.disclosure.figures import Figure, Relation, Statistic, Suppressed, Unit
from tenants.errors import InvalidInput, NotFound
from tenants.insights.queries import EditionInfo, get_insights
from tenants.metrics import METRICS, MetricRows
from tenants.statistics import Estimate, Share, holm, level_of_change, newcombe, wilson_counts
from tenants.work import Session

_RESPONSES: Final = tuple(
    key
    for key, metric in METRICS.items()
    if metric.rows is MetricRows.RESPONSES and metric.unit is Unit.SHARE
)


class Certainty(StrEnum):
    """Whether a share has changed for certain, may have changed, or cannot be compared."""

    CERTAIN = "CERTAIN"
    NOT_CERTAIN = "NOT_CERTAIN"
    NOT_COMPARABLE = "NOT_COMPARABLE"


@dataclass(frozen=True, slots=True)
class Change:
    """One share in two editions.

    Attributes:
        metric: Which.
        before: In the earlier edition, as published.
        after: In the later one, as published.
        difference: After less before, with Newcombe's 95 % interval; None if not comparable.
        certainty: CERTAIN only if it stands among all comparisons of the two editions (Holm).
    """

    metric: str
    before: Statistic
    after: Statistic
    difference: Estimate | None
    certainty: Certainty

    @property
    def message(self) -> str:
        """What changed and what is certain, in a sentence."""
        title = METRICS[self.metric].title
        if self.difference is None:
            return f"{title}: cannot be compared, because too few answers stand behind one of both."
        was, became = (one.value for one in (self.before, self.after) if isinstance(one, Figure))
        verb = "fell" if self.difference.value < 0 else "rose"
        end = "certain" if self.certainty is Certainty.CERTAIN else "not yet certain"
        interval = self.difference.interval
        return (
            f"{title}: {verb} from {_percent(was)} to {_percent(became)}; difference"
            f" {_points(self.difference.value)} points, 95 % interval {_points(interval.lower)} to"
            f" {_points(interval.upper)}: {end}."
        )


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two editions of one cell.

    Attributes:
        before: The earlier edition.
        after: The later one.
        changes: Of every share from responses that either shows to the viewer.
    """

    before: EditionInfo
    after: EditionInfo
    changes: Sequence[Change]

    @property
    def message(self) -> str:
        """What the comparison says as a whole, in a sentence."""
        certain = sum(one.certainty is Certainty.CERTAIN for one in self.changes)
        if certain:
            return f"{certain} {'shares' if certain > 1 else 'share'} changed for certain."
        if any(one.certainty is Certainty.NOT_CERTAIN for one in self.changes):
            return "Nothing changed for certain: chance alone explains all differences."
        return "Too few answers stand behind one of both to compare them."


async def get_comparison(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    ends_on: date | None = None,
    since: date | None = None,
    segment: str | None = None,
) -> Comparison:
    """Return what changed between two editions of a cell, as the viewer's role sees both.

    Args:
        session: The transaction.
        viewer: Sees the cells and the questions that the role reads.
        organisation_id: Whose.
        ends_on: End of the later edition's window, exclusive; the newest edition if absent.
        since: End of the earlier one's; the edition right before the later one if absent.
        segment: A value of the dimension; the whole organisation if absent.

    Raises:
        Forbidden: The viewer's role reads no insights.
        NotFound: One of both does not exist or is not the viewer's to see.
    """

    async def find(day: date | None) -> tuple[EditionInfo, Mapping[str, Statistic]]:
        found = await get_insights(
            session, viewer, organisation_id=organisation_id, ends_on=day, segment=segment
        )
        if found.edition is None:
            noun = "edition"
            raise NotFound(noun)
        return found.edition, found.figures

    after, shown = await find(ends_on)
    before, showed = await find(since or after.starts_on)
    if before.ends_on > after.starts_on:
        message = "Compare an edition with an earlier one."
        raise InvalidInput(message, field="since")
    if segment is not None and before.dimension is not after.dimension:
        # A department and a location of one name have nothing in common.
        noun = "edition"
        raise NotFound(noun)
    return Comparison(before, after, compare(showed, shown))


def compare(before: Mapping[str, Statistic], after: Mapping[str, Statistic]) -> list[Change]:
    """Return how every share from responses changed: the surest first, those not comparable last.

    Source: Newcombe 1998 for each difference, Holm 1979 over all of them (`tenants.statistics`).

    Args:
        before: What the earlier edition shows, by metric.
        after: What the later one shows.
    """
    counts = {
        key: (one, other)
        for key in _RESPONSES
        if (one := _counts(before.get(key))) and (other := _counts(after.get(key)))
    }
    levels = {key: level_of_change(*pair) for key, pair in counts.items()}
    certain = dict(zip(levels, holm(list(levels.values())), strict=True))
    compared = [
        Change(
            key,
            before[key],
            after[key],
            newcombe(*counts[key]),
            Certainty.CERTAIN if certain[key] else Certainty.NOT_CERTAIN,
        )
        for key in sorted(counts, key=lambda key: levels[key])
    ]
    rest = [
        Change(key, before[key], after[key], None, Certainty.NOT_COMPARABLE)
        for key in _RESPONSES
        if key not in counts and key in before and key in after
        if not isinstance(before[key], Suppressed) or not isinstance(after[key], Suppressed)
    ]
    return compared + rest


def _counts(statistic: Statistic | None) -> Share | None:
    """Return successes and respondents behind a share; None where its bounds hide them."""
    if not isinstance(statistic, Figure) or statistic.relation is not Relation.EXACT:
        return None
    if statistic.lower is None or statistic.upper is None:
        return None
    return wilson_counts(statistic.lower, statistic.upper)


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _points(difference: float) -> str:
    rounded = round(100 * difference)
    return f"−{-rounded}" if rounded < 0 else f"+{rounded}" if rounded else "0"
