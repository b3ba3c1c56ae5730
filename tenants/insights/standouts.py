"""What stands out in a part of an organisation: reasons that are named more often than elsewhere.

A reader could compute all of this: an interval tells the counts behind its share, and the rest of
the organisation is its cell less the part's. So it gives away nothing that the edition does not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from tenants.access import Permission, Reach, Viewer, part_of, require
from tenants.disclosure import figures
from tenants.disclosure.cells import MINIMUM_FLOOR
from tenants.disclosure.figures import Figure, Relation, Statistic
from tenants.insights import standout_queries as queries
from tenants.insights.models import CellKind
from tenants.metrics import METRICS, reason_key
from tenants.reasons import DeclineReason
from tenants.statistics import (
    Estimate,
    Share,
    exact_level,
    holm,
    level_of_change,
    newcombe,
    wilson,
    wilson_counts,
)
from tenants.work import Session

_REASONS: Final = tuple(reason_key(reason) for reason in DeclineReason)
# More respondents than these hide fewer than twenty rarely.
_MOST_BOUNDED: Final = 200
_ALPHA: Final = 0.05


@dataclass(frozen=True, slots=True)
class Standout:
    """A reason that a part's respondents name more often than the others, for certain.

    Attributes:
        segment: The value of the dimension.
        metric: Which share.
        share: In the part, as published.
        whole: In the whole organisation, as published.
        difference: The part less all others, with Newcombe's 95 % interval.
    """

    segment: str
    metric: str
    share: Figure
    whole: Figure
    difference: Estimate

    @property
    def message(self) -> str:
        """What stands out, in a sentence."""
        ends = self.difference.interval
        return (
            f"{self.segment}: {METRICS[self.metric].title} is named more often than elsewhere,"
            f" by {100 * self.share.value:.0f} % against {100 * self.whole.value:.0f} % of the"
            " whole organisation; difference to all others"
            f" +{100 * self.difference.value:.0f} points, 95 % interval +{100 * ends.lower:.0f} to"
            f" +{100 * ends.upper:.0f}: certain."
        )


def find_standouts(
    whole: Mapping[str, Statistic], parts: Mapping[str, Mapping[str, Statistic]]
) -> list[Standout]:
    """Return the reasons that stand out in any part, the surest first.

    Each part is held against all others together, which share nobody with it. Certain is what
    stands among all comparisons of the edition: every reason in every part, in both directions.

    Sources: Newcombe 1998 and Fisher's exact test for each difference, both of which must say so;
    Holm 1979 over all of them (`tenants.statistics`).

    Args:
        whole: Figures of the organisation's cell, by metric.
        parts: Figures of each other cell, by value of the dimension.
    """
    compared: list[tuple[float, Standout]] = []
    for segment, part in sorted(parts.items()):
        for metric in _REASONS:
            inside, everywhere = part.get(metric), whole.get(metric)
            if not isinstance(inside, Figure) or not isinstance(everywhere, Figure):
                continue
            counts, of_all = _counts(inside), _counts(everywhere)
            if counts is None or of_all is None or everywhere.relation is not Relation.EXACT:
                continue
            # Whom the part's cell covers the organisation's covers, too. What the part leaves out
            # of its own hidden answers is among the others, and can only make them more alike.
            rest = of_all[1] - counts[1]
            if rest < 1:
                continue
            others = (min(rest, max(0, of_all[0] - counts[0])), rest)
            standout = Standout(segment, metric, inside, everywhere, newcombe(others, counts))
            compared.append((_level(others, counts), standout))
    certain = holm([level for level, _ in compared], alpha=_ALPHA)
    found = [one for one, is_certain in zip(compared, certain, strict=True) if is_certain]
    found.sort(key=lambda one: (one[0], one[1].segment, one[1].metric))
    return [standout for _, standout in found if standout.difference.value > 0]


def _level(others: Share, counts: Share) -> float:
    """Return how sure a difference is; the exact test, because far out Newcombe's is too bold."""
    exact = exact_level(others, counts)
    return exact if exact > _ALPHA else max(exact, level_of_change(others, counts))


def _counts(figure: Figure) -> Share | None:
    """Return successes and respondents behind a share; the fewest that an AT_LEAST stands for."""
    if figure.lower is None or figure.upper is None or figure.relation is Relation.AT_MOST:
        return None
    if figure.relation is Relation.EXACT:
        return wilson_counts(figure.lower, figure.upper)
    # The lower end is of the bound and the upper of one more: nobody is told which it is.
    for n in range(MINIMUM_FLOOR, _MOST_BOUNDED):
        for bound in range(int(figure.value * n), n):
            ends = wilson(bound, n).lower, wilson(bound + 1, n).upper
            if (round(ends[0], 4), round(ends[1], 4)) == (figure.lower, figure.upper):
                return bound, n
    return None


async def list_standouts(
    session: Session, viewer: Viewer, *, organisation_id: UUID, ends_on: date | None = None
) -> Sequence[Standout]:
    """Return what stands out in the parts of an edition that the viewer's role reads.

    What is certain is decided over all parts, so that it is the same for every reader.

    Args:
        session: The transaction.
        viewer: Reads parts by the role.
        organisation_id: Whose.
        ends_on: End of the edition's window; the newest edition if absent.

    Raises:
        Forbidden: The viewer's role reads no insights.
    """
    require(viewer, Permission.INSIGHTS_READ, organisation_id)
    reach = part_of(viewer.role_in(organisation_id)).segments
    if reach is Reach.NONE:
        return []
    rows = await queries.list_cells(
        session, viewer, organisation_id=organisation_id, ends_on=ends_on
    )
    whole: Mapping[str, Statistic] = {}
    parts: dict[str, Mapping[str, Statistic]] = {}
    readable: set[str] = set()
    for kind, segment, documents, is_own in rows:
        shown = {key: figures.from_json(one) for key, one in documents.items() if key in _REASONS}
        if kind is CellKind.ORGANISATION:
            whole = shown
            continue
        parts[segment] = shown
        if reach is Reach.ALL or is_own:
            readable.add(segment)
    return [one for one in find_standouts(whole, parts) if one.segment in readable]
