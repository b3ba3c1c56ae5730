"""What two editions say of an action, from their figures alone."""

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest

from tenants.actions.catalogue import ActionKind, OwnerRole
from tenants.actions.effects import Effect, EffectOutcome, exposure, weigh
from tenants.actions.models import Action
from tenants.actions.statuses import ActionStatus
from tenants.disclosure import figures
from tenants.disclosure.figures import Statistic, Unit
from tenants.disclosure.rules import Dimension
from tenants.insights.changes import Certainty
from tenants.insights.queries import EditionInfo
from tenants.metrics import CANDIDATE_NPS, DECLINE_RATE, METRICS, reason_key
from tenants.reasons import DeclineReason
from tenants.statistics import net_promoter

SLOW = reason_key(DeclineReason.PROCESS_SLOW)
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def edition(year: int) -> EditionInfo:
    starts_on, ends_on = date(year, 1, 1), date(year + 1, 1, 1)
    return EditionInfo(uuid4(), starts_on, ends_on, Dimension.DEPARTMENT, NOW, {})


def action(metric: str = SLOW, *, done_on: date | None = None) -> Action:
    return Action(
        organisation_id=uuid4(),
        id=uuid4(),
        kind=ActionKind.PROCESS_SPEED,
        owner_role=OwnerRole.HR,
        metric=metric,
        status=ActionStatus.IN_PROGRESS if done_on is None else ActionStatus.DONE,
        started_on=date(2025, 1, 1),
        done_on=done_on,
    )


def say(
    one: Action, was: Statistic, became: Statistic, **others: tuple[Statistic, Statistic]
) -> Effect:
    """Return what is said where everything but the metric, and some others, is withheld."""
    withheld: dict[str, Statistic] = {key: figures.suppressed(5) for key in METRICS}
    before = withheld | {one.metric: was} | {key: pair[0] for key, pair in others.items()}
    after = withheld | {one.metric: became} | {key: pair[1] for key, pair in others.items()}
    return weigh(one, (edition(2024), edition(2025)), before, after)


def test_what_chance_does_not_explain_is_certain() -> None:
    found = say(action(done_on=date(2025, 4, 1)), figures.share(50, 100), figures.share(20, 100))
    assert (found.outcome, found.certainty) == (EffectOutcome.MEASURED, Certainty.CERTAIN)
    assert found.message == (
        "Declines for “A process that took too long” fell from 50 % to 20 %; difference −30 points,"
        " 95 % interval −42 to −17: certain. 75 % of the later period lies after it was done."
        " Other things may have changed as well."
    )


def test_one_of_many_comparisons_has_to_stand_among_them() -> None:
    """Alone 40 of 100 against 26 of 100 would count; among forty it is what chance brings."""
    was, became = figures.share(40, 100), figures.share(26, 100)
    assert say(action(), was, became).certainty is Certainty.CERTAIN
    same = figures.share(20, 100)
    others = {reason_key(one): (same, same) for one in DeclineReason if reason_key(one) != SLOW}
    found = say(action(), was, became, **others)
    assert found.certainty is Certainty.NOT_CERTAIN
    count = len(DeclineReason)
    assert f"Alone it would count, but it is one of {count} comparisons." in found.message
    assert "not done, so this is not all that it can do" in found.message


def test_a_score_is_compared_by_the_intervals_that_are_published() -> None:
    def score(promoters: int, detractors: int) -> Statistic:
        found = net_promoter(promoters=promoters, detractors=detractors, n=100)
        return figures.average(found, 100, unit=Unit.POINTS, lowest=-100, highest=100)

    found = say(action(CANDIDATE_NPS), score(20, 60), score(60, 20))
    assert found.certainty is Certainty.CERTAIN
    assert found.message.startswith("Candidate NPS rose from −40 to 40; difference +80 points")


def test_bounds_and_withheld_figures_are_not_compared() -> None:
    plain = figures.share(20, 60)
    for was, became, outcome in (
        (figures.share(0, 12), plain, EffectOutcome.NOT_COMPARABLE),
        (plain, figures.share(12, 12), EffectOutcome.NOT_COMPARABLE),
        (figures.suppressed(5), plain, EffectOutcome.WITHHELD),
        (plain, figures.suppressed(5), EffectOutcome.WITHHELD),
    ):
        found = say(action(), was, became)
        assert (found.outcome, found.difference) == (outcome, None)
        assert found.certainty is Certainty.NOT_COMPARABLE


def test_offers_are_compared_alone_and_said_to_be_live() -> None:
    found = say(action(DECLINE_RATE), figures.share(40, 100), figures.share(26, 100))
    assert found.is_live
    assert found.certainty is Certainty.CERTAIN
    assert "live: they move while offers are recorded" in found.message


@pytest.mark.parametrize(
    ("done_on", "share"),
    [
        (None, 0.0),
        (date(2024, 6, 1), 1.0),
        (date(2025, 1, 1), 1.0),
        (date(2025, 12, 31), 1 / 365),
        (date(2026, 6, 1), 0.0),
    ],
)
def test_exposure_is_the_part_of_the_window_after_it_was_done(
    done_on: date | None, share: float
) -> None:
    assert exposure(action(done_on=done_on), edition(2025)) == pytest.approx(share, abs=1e-4)
