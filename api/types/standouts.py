"""What stands out in a part of an organisation."""

from datetime import date
from uuid import UUID

import strawberry

from api.derive import Info
from api.types.benchmarks import MetricDefinition, define_metric
from api.types.statistics import FigureType, as_statistic
from tenants.insights.standouts import Standout as Found
from tenants.insights.standouts import list_standouts
from tenants.metrics import METRICS


@strawberry.type
class Standout:
    """A reason that a part's respondents name more often than all others, for certain.

    It is computed from what the edition shows, and certain among all comparisons of the edition:
    every reason in every part.

    Attributes:
        segment: The value of the dimension.
        metric: Which share.
        share: In the part, as published.
        whole: In the whole organisation, as published.
        difference: The part less all others, 0 to 1.
        lower: Lower end of Newcombe's 95 % interval of the difference.
        upper: Its upper end.
        message: What stands out, in English.
    """

    segment: str
    metric: MetricDefinition
    share: FigureType
    whole: FigureType
    difference: float
    lower: float
    upper: float
    message: str


def show_standout(found: Found) -> Standout:
    """Return what stands out as the API shows it."""
    share, whole = as_statistic(found.share), as_statistic(found.whole)
    if not isinstance(share, FigureType) or not isinstance(whole, FigureType):
        raise TypeError
    return Standout(
        segment=found.segment,
        metric=define_metric(METRICS[found.metric]),
        share=share,
        whole=whole,
        difference=round(found.difference.value, 4),
        lower=round(found.difference.interval.lower, 4),
        upper=round(found.difference.interval.upper, 4),
        message=found.message,
    )


async def find_standouts(
    info: Info, organisation_id: UUID, *, ends_on: date | None
) -> list[Standout]:
    """Return what stands out in the parts that the viewer reads, the surest first.

    Raises:
        Forbidden: The viewer's role reads no insights.
    """
    found = await info.context.run(list_standouts, organisation_id=organisation_id, ends_on=ends_on)
    return [show_standout(one) for one in found]
