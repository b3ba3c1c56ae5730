"""The decline rate over time: what is told, and what nobody can tell from it."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from tenants.disclosure.figures import Figure, Suppressed
from tenants.insights.trends import Signal, TrendVerdict, find_trend

MONTHS = [date(2026, month, 1) for month in range(1, 13)]
COUNTS = st.integers(0, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
SERIES = st.lists(COUNTS, min_size=12, max_size=12).map(
    lambda counts: dict(zip(MONTHS, counts, strict=True))
)


def test_one_month_has_nothing_to_be_compared_with() -> None:
    trend = find_trend({MONTHS[0]: (5, 20), MONTHS[1]: (0, 0)}, listed=True, minimum=5)
    assert trend.verdict is TrendVerdict.TOO_FEW_MONTHS
    assert {one.signal for one in trend.points} == {Signal.UNKNOWN}
    assert trend.message.startswith("There are too few months")
    assert isinstance(find_trend({}, listed=True, minimum=5).usual, Suppressed)


def test_months_beyond_are_named_on_their_side() -> None:
    months = dict.fromkeys(MONTHS, (20, 100))
    trend = find_trend(
        months | {MONTHS[2]: (40, 100), MONTHS[5]: (45, 100), MONTHS[7]: (4, 100)},
        listed=True,
        minimum=5,
    )
    assert trend.verdict is TrendVerdict.CHANGED
    assert trend.message == (
        "March 2026 and June 2026 lie above what chance explains."
        " August 2026 lies below what chance explains."
    )


@given(SERIES, st.integers(0, 11), st.sampled_from([-1, 1]))
def test_who_may_only_count_cannot_tell_all_from_all_but_one(
    months: dict[date, tuple[int, int]], at: int, step: int
) -> None:
    """Of a month of fewer than twenty, the last refusal at either end changes nothing."""
    refused, n = months[MONTHS[at]]
    near_an_end = n < 20 and {refused, refused + step} in ({0, 1}, {n - 1, n})
    if near_an_end:
        other = months | {MONTHS[at]: (refused + step, n)}
        assert find_trend(months, listed=False, minimum=5) == find_trend(
            other, listed=False, minimum=5
        )


@given(SERIES)
def test_a_small_month_says_nothing_to_who_may_only_count(
    months: dict[date, tuple[int, int]],
) -> None:
    trend = find_trend(months, listed=False, minimum=5)
    for point in trend.points:
        assert point.limits is None
        few = months[point.month][1] < 5
        assert isinstance(point.statistic, Suppressed if few else Figure)
        assert not few or point.signal is Signal.UNKNOWN
