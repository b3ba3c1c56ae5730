"""What changed between two editions."""

from datetime import date
from typing import Annotated
from uuid import UUID

import strawberry

from api.derive import Info
from api.types.benchmarks import MetricDefinition, define_metric
from api.types.insights import Edition, show_edition
from api.types.statistics import StatisticType, as_statistic
from tenants.errors import NotFound
from tenants.insights.changes import Certainty, Change, get_comparison
from tenants.metrics import METRICS

Later = Annotated[
    date | None,
    strawberry.argument(description="The later edition's `endsOn`; the newest one if absent."),
]
Since = Annotated[
    date | None,
    strawberry.argument(
        description="The earlier edition's `endsOn`; the one right before if absent."
    ),
]


@strawberry.type
class FigureChange:
    """One share in two editions, computed from what both of them show.

    Attributes:
        metric: Which.
        before: In the earlier edition, as published.
        after: In the later one, as published.
        difference: After less before, −1 to 1; null when it cannot be compared.
        lower: Lower end of Newcombe's 95 % interval of the difference.
        upper: Its upper end.
        certainty: CERTAIN only if it stands among all comparisons of the two editions.
        message: What changed and what is certain, in English.
    """

    metric: MetricDefinition
    before: StatisticType
    after: StatisticType
    difference: float | None
    lower: float | None
    upper: float | None
    certainty: Certainty
    message: str


@strawberry.type
class EditionComparison:
    """What changed between two editions of one cell: the surest first.

    Attributes:
        before: The earlier edition.
        after: The later one.
        message: What the comparison says as a whole, in English.
        changes: Of every share from responses that either shows.
    """

    before: Edition
    after: Edition
    message: str
    changes: list[FigureChange]


async def find_comparison(
    info: Info,
    organisation_id: UUID,
    *,
    ends_on: date | None,
    since: date | None,
    segment: str | None,
) -> EditionComparison | None:
    """Return what changed between two editions, or None where one is not the viewer's to see.

    Raises:
        Forbidden: The viewer's role reads no insights.
        InvalidInput: The edition to compare with is not an earlier one.
    """
    try:
        found = await info.context.run(
            get_comparison,
            organisation_id=organisation_id,
            ends_on=ends_on,
            since=since,
            segment=segment,
        )
    except NotFound:
        return None
    return EditionComparison(
        before=show_edition(found.before, organisation_id),
        after=show_edition(found.after, organisation_id),
        message=found.message,
        changes=[_change(one) for one in found.changes],
    )


def _change(one: Change) -> FigureChange:
    difference = one.difference
    return FigureChange(
        metric=define_metric(METRICS[one.metric]),
        before=as_statistic(one.before),
        after=as_statistic(one.after),
        difference=None if difference is None else round(difference.value, 4),
        lower=None if difference is None else round(difference.interval.lower, 4),
        upper=None if difference is None else round(difference.interval.upper, 4),
        certainty=one.certainty,
        message=one.message,
    )
