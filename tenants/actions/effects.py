"""What came of an action: its metric in the edition before it began and in the first one after.

Figures of answers come from published editions only, and a comparison uses nothing but what both of
them show to the viewer. Figures of offers are live, over the same two windows.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

from tenants.access import Permission, Viewer, require
from tenants.actions import queries
from tenants.actions.differences import difference, level
from tenants.actions.models import Action
from tenants.actions.statuses import ActionStatus
from tenants.actions.words import amount, months, points, subject
from tenants.disclosure.figures import Figure, Statistic, Suppressed
from tenants.errors import NotFound
from tenants.insights.changes import Certainty, compare
from tenants.insights.models import Edition
from tenants.insights.queries import EditionInfo, get_insights
from tenants.insights.windows import months_after
from tenants.metrics import METRICS, MetricRows
from tenants.statistics import Estimate
from tenants.work import Session

ALPHA: Final = 0.05


class EffectOutcome(StrEnum):
    """What can be said of an action's effect."""

    NOT_STARTED = "NOT_STARTED"
    NOT_YET_PUBLISHED = "NOT_YET_PUBLISHED"
    WITHHELD = "WITHHELD"
    NOT_COMPARABLE = "NOT_COMPARABLE"
    MEASURED = "MEASURED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What can be said of an action's effect, as one viewer may know it.

    Attributes:
        outcome: Which of the others are there.
        metric: Key of what it should move.
        message: What can be said, in a sentence or two.
        before: The newest edition whose window ended when the action began, or earlier.
        after: The first edition whose window began then, or later.
        expected_on: When the window ends of which figures are awaited, as windows stand.
        was: The figure before.
        became: The figure after.
        difference: After less before, with its 95 % interval; only if MEASURED.
        certainty: Whether more than chance moved it, among everything that is compared.
        exposure: Share of the later window that lies after the action was done, 0 to 1.
        is_live: Whether the figures are of offers, and move while those are recorded.
    """

    outcome: EffectOutcome
    metric: str
    message: str
    before: EditionInfo | None = None
    after: EditionInfo | None = None
    expected_on: date | None = None
    was: Statistic | None = None
    became: Statistic | None = None
    difference: Estimate | None = None
    certainty: Certainty = Certainty.NOT_COMPARABLE
    exposure: float | None = None
    is_live: bool = False


async def get_effect(
    session: Session, viewer: Viewer, *, organisation_id: UUID, action_id: UUID
) -> Effect:
    """Return what came of an action, as the viewer's role sees both editions.

    Raises:
        Forbidden: The viewer's role reads no insights.
        NotFound: There is no such action for the viewer.
    """
    require(viewer, Permission.INSIGHTS_READ, organisation_id)
    action = await queries.find_action(
        session, viewer, organisation_id=organisation_id, action_id=action_id
    )
    if action is None:
        noun = "action"
        raise NotFound(noun)
    if action.started_on is None:
        return Effect(
            outcome=EffectOutcome.NOT_STARTED,
            metric=action.metric,
            message="It has not begun, so there is nothing to compare yet.",
        )
    before, after, newest = await queries.find_editions_around(
        session, viewer, organisation_id=organisation_id, day=action.started_on
    )
    if before is None or after is None:
        return _unpublished(action.metric, action.started_on, before, newest)
    try:
        showed, shown = [
            await get_insights(
                session,
                viewer,
                organisation_id=organisation_id,
                ends_on=one.ends_on,
                segment=action.segment,
                with_offers=METRICS[action.metric].rows is MetricRows.OFFERS,
            )
            for one in (before, after)
        ]
    except NotFound:
        return Effect(
            outcome=EffectOutcome.WITHHELD,
            metric=action.metric,
            message="Your role reads no figures of this part of the organisation.",
        )
    if action.segment is not None and before.dimension is not after.dimension:
        return Effect(
            outcome=EffectOutcome.WITHHELD,
            metric=action.metric,
            message="The two editions are divided in other ways: this part is in one of them only.",
        )
    return weigh(action, (showed.edition, shown.edition), showed.figures, shown.figures)


def weigh(
    action: Action,
    editions: tuple[EditionInfo | None, EditionInfo | None],
    showed: Mapping[str, Statistic],
    shown: Mapping[str, Statistic],
) -> Effect:
    """Return what two editions say of an action's metric.

    Args:
        action: One that has begun.
        editions: The one before and the one after.
        showed: What the one before shows of the action's part of the organisation, by metric.
        shown: What the one after shows of it.
    """
    before, after = editions
    key = action.metric
    was, became = showed[key], shown[key]
    shown_of_both = Effect(
        outcome=EffectOutcome.WITHHELD,
        metric=key,
        message="",
        before=before,
        after=after,
        was=was,
        became=became,
        exposure=None if after is None else exposure(action, after),
        is_live=METRICS[key].rows is MetricRows.OFFERS,
    )
    if isinstance(was, Suppressed) or isinstance(became, Suppressed):
        word, one = ("before", was) if isinstance(was, Suppressed) else ("after", became)
        needed = one.message if isinstance(one, Suppressed) else ""
        return replace(shown_of_both, message=f"The figure {word} it began is withheld. {needed}")
    found = difference(was, became)
    if found is None:
        message = (
            f"{subject(key)}: {amount(was)} before and {amount(became)} after. Whether chance"
            " explains that cannot be told: one of both is a bound or has no interval."
        )
        return replace(shown_of_both, outcome=EffectOutcome.NOT_COMPARABLE, message=message)
    certainty, count = _certainty(key, found, showed, shown)
    change = _Change(was, became, found, certainty, count)
    return replace(
        shown_of_both,
        outcome=EffectOutcome.MEASURED,
        difference=found,
        certainty=certainty,
        message=_sentence(action, change, shown_of_both.exposure),
    )


def exposure(action: Action, after: EditionInfo) -> float:
    """Return which share of a window lies after the day on which an action was done, 0 to 1."""
    if action.status is not ActionStatus.DONE or action.done_on is None:
        return 0.0
    days = (after.ends_on - after.starts_on).days
    exposed = (after.ends_on - max(after.starts_on, action.done_on)).days
    return round(max(0, exposed) / days, 4)


def _certainty(
    key: str, found: Estimate, showed: Mapping[str, Statistic], shown: Mapping[str, Statistic]
) -> tuple[Certainty, int]:
    """Return whether a difference is certain, and among how many comparisons.

    A share of answers stands among all that the two editions compare (Holm); what they do not
    compare has to pass as the hardest of those and itself (Bonferroni). Offers are compared alone:
    no edition shows them, and the metric was chosen before the action began.
    """
    if METRICS[key].rows is MetricRows.OFFERS:
        return (Certainty.CERTAIN if level(found) < ALPHA else Certainty.NOT_CERTAIN), 1
    compared = [one for one in compare(showed, shown) if one.difference is not None]
    own = next((one for one in compared if one.metric == key), None)
    if own is not None:
        return own.certainty, len(compared)
    count = len(compared) + 1
    return (Certainty.CERTAIN if level(found) < ALPHA / count else Certainty.NOT_CERTAIN), count


@dataclass(frozen=True, slots=True)
class _Change:
    """A difference with what it is of, and among how many comparisons it stands."""

    was: Figure
    became: Figure
    found: Estimate
    certainty: Certainty
    count: int


def _sentence(action: Action, change: _Change, exposed: float | None) -> str:
    """Return what came of an action in words, with everything that must be known beside it."""
    found, unit = change.found, change.was.unit
    verb = "fell" if found.value < 0 else "rose"
    lower, upper = (points(one, unit) for one in (found.interval.lower, found.interval.upper))
    is_certain = change.certainty is Certainty.CERTAIN
    was, became = amount(change.was), amount(change.became)
    moved = f"{verb} from {was} to {became}" if found.value else f"stayed at {was}"
    parts = [f"{subject(action.metric)} {moved};"]
    parts.append(f"difference {points(found.value, unit, named=True)}, 95 % interval {lower} to")
    parts.append(f"{upper}: {'certain' if is_certain else 'not yet certain'}.")
    if not is_certain and (found.interval.lower > 0 or found.interval.upper < 0):
        parts.append(f"Alone it would count, but it is one of {change.count} comparisons.")
    if action.status is not ActionStatus.DONE:
        parts.append("The action is not done, so this is not all that it can do.")
    elif exposed is not None:
        parts.append(f"{100 * exposed:.0f} % of the later period lies after it was done.")
    if METRICS[action.metric].rows is MetricRows.OFFERS:
        parts.append("These are figures of offers, live: they move while offers are recorded.")
    parts.append("Other things may have changed as well.")
    return " ".join(parts)


def _unpublished(metric: str, day: date, before: Edition | None, newest: Edition | None) -> Effect:
    """Return that an edition is awaited, and until when as windows stand.

    Args:
        metric: What the action should move.
        day: When it began.
        before: The edition before that; None if there is none.
        newest: The newest one of all.
    """
    if before is None or newest is None:
        message = (
            "No figures were published of a period that ended before it began, so there is nothing"
            " to compare with."
        )
        return Effect(outcome=EffectOutcome.NOT_YET_PUBLISHED, metric=metric, message=message)
    starts_on, ends_on = newest.starts_on, newest.ends_on
    length = (ends_on.year - starts_on.year) * 12 + ends_on.month - starts_on.month
    while starts_on < day:
        starts_on, ends_on = ends_on, months_after(ends_on, length)
    return Effect(
        outcome=EffectOutcome.NOT_YET_PUBLISHED,
        metric=metric,
        before=queries.edition_info(before),
        expected_on=ends_on,
        message="Not yet published: the first period that lies wholly after it began is"
        f" {months(starts_on, ends_on)}.",
    )
