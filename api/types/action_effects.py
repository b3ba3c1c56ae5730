"""What came of an action: its metric before and after, or word why that cannot be told yet.

Fields of one name are of one type in all of them, so that a client can select them side by side.
"""

from datetime import date
from typing import Annotated, Any, TypeAlias
from uuid import UUID

import strawberry

from api.derive import Info
from api.types.benchmarks import MetricDefinition, define_metric
from api.types.insights import Edition, show_edition
from api.types.statistics import StatisticType, as_statistic
from tenants.actions.effects import Effect, EffectOutcome, get_effect
from tenants.disclosure.figures import Statistic
from tenants.insights.changes import Certainty
from tenants.insights.queries import EditionInfo
from tenants.metrics import METRICS
from tenants.reading import Key


@strawberry.type
class EffectNotStarted:
    """The action has not begun, so there is nothing to compare.

    Attributes:
        message: That, in a sentence.
    """

    message: str


@strawberry.type
class EffectNotYetPublished:
    """An edition that the comparison needs is not published yet.

    Attributes:
        message: Which, in a sentence.
        before: The edition before the action began; null if there is none.
        expected_on: When the period ends of which figures are awaited; null if it never will be.
    """

    message: str
    before: Edition | None
    expected_on: date | None


@strawberry.type
class EffectWithheld:
    """One of both figures is withheld from the viewer; why, it says in the same words for all.

    Attributes:
        message: What is needed, in a sentence.
        before: The edition before the action began; null where the role reads no such cell.
        after: The first one after; likewise.
        was: The figure before; likewise.
        became: The figure after; likewise.
    """

    message: str
    before: Edition | None
    after: Edition | None
    was: StatisticType | None
    became: StatisticType | None


@strawberry.type
class EffectNotComparable:
    """Both figures are shown, but nothing tells how much of their difference is chance.

    Attributes:
        message: Why, in a sentence.
        metric: What was to be moved.
        before: The edition before the action began.
        after: The first one whose period lies wholly after that.
        was: The figure before.
        became: The figure after.
        is_live: Whether the figures are of offers and still move.
    """

    message: str
    metric: MetricDefinition
    before: Edition | None
    after: Edition | None
    was: StatisticType | None
    became: StatisticType | None
    is_live: bool


@strawberry.type
class EffectMeasured:
    """A figure before and after, computed from what both editions show. No proof of a cause.

    Attributes:
        message: What changed and what is certain, in English.
        metric: What was to be moved.
        before: The edition before the action began.
        after: The first one whose period lies wholly after that.
        was: The figure before.
        became: The figure after.
        difference: After less before; of shares −1 to 1.
        lower: Lower end of the 95 % interval of the difference: Newcombe's of shares.
        upper: Its upper end.
        certainty: Whether more than chance moved it, among all that the two editions compare.
        exposure: Share of the later period that lies after the action was done, 0 to 1.
        is_live: Whether the figures are of offers and still move.
    """

    message: str
    metric: MetricDefinition
    before: Edition | None
    after: Edition | None
    was: StatisticType | None
    became: StatisticType | None
    difference: float
    lower: float
    upper: float
    certainty: Certainty
    exposure: float
    is_live: bool


ActionEffect: TypeAlias = Annotated[
    EffectMeasured
    | EffectNotComparable
    | EffectWithheld
    | EffectNotYetPublished
    | EffectNotStarted,
    strawberry.union(
        "ActionEffect",
        description="What came of an action, or word why that cannot be told; never null instead.",
    ),
]


async def find_effect(info: Info, key: Key) -> ActionEffect:
    """Return what came of an action, as the viewer may know it.

    Raises:
        Forbidden: The viewer's role reads no insights.
    """
    found = await info.context.run(
        get_effect, organisation_id=key.organisation_id, action_id=key.id
    )
    return show_effect(found, key.organisation_id)


def show_effect(found: Effect, organisation_id: UUID) -> ActionEffect:
    """Return an effect as the API shows it."""

    def edition(one: EditionInfo | None) -> Edition | None:
        return None if one is None else show_edition(one, organisation_id)

    before, after = edition(found.before), edition(found.after)
    match found.outcome:
        case EffectOutcome.NOT_STARTED:
            return EffectNotStarted(message=found.message)
        case EffectOutcome.NOT_YET_PUBLISHED:
            return EffectNotYetPublished(
                message=found.message, before=before, expected_on=found.expected_on
            )
        case EffectOutcome.WITHHELD:
            return EffectWithheld(
                message=found.message,
                before=before,
                after=after,
                was=_statistic(found.was),
                became=_statistic(found.became),
            )
    shown: dict[str, Any] = {
        "message": found.message,
        "metric": define_metric(METRICS[found.metric]),
        "before": before,
        "after": after,
        "was": _statistic(found.was),
        "became": _statistic(found.became),
        "is_live": found.is_live,
    }
    if found.difference is None:
        return EffectNotComparable(**shown)
    return EffectMeasured(
        **shown,
        difference=round(found.difference.value, 4),
        lower=round(found.difference.interval.lower, 4),
        upper=round(found.difference.interval.upper, 4),
        certainty=found.certainty,
        exposure=found.exposure or 0.0,
    )


def _statistic(statistic: Statistic | None) -> StatisticType | None:
    return None if statistic is None else as_statistic(statistic)
