"""Estimates against SciPy, published values, and what must hold of them whatever the numbers."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats
from scipy.stats import mstats

from tenants.quantiles import harrell_davis, harrell_davis_weights
from tenants.statistics import (
    control_limits,
    holm,
    incomplete_beta,
    level_of_change,
    mean,
    net_promoter,
    newcombe,
    wilson,
)

# Of each of nine employers, how many of those who named a reason left for the private sector.
LEFT_FOR_PRIVATE_SECTOR = [
    (4, 11),
    (18, 102),
    (20, 75),
    (2, 10),
    (8, 36),
    (6, 25),
    (24, 85),
    (9, 43),
    (10, 39),
]

COUNTS = st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
PARTS = st.tuples(st.integers(0, 90), st.integers(0, 90), st.integers(0, 90)).filter(any)
PORTIONS = st.floats(0.01, 0.99)
VALUES = st.lists(st.floats(-1000, 1000), min_size=1, max_size=40)
GRADES = st.lists(st.integers(1, 5), min_size=2, max_size=60)


@pytest.mark.parametrize(
    ("successes", "n", "lower", "upper"),
    [(3, 12, 0.089, 0.532), (5, 5, 0.566, 1.0), (0, 5, 0.0, 0.434), (81, 263, 0.255, 0.366)],
)
def test_wilson_gives_the_published_intervals(
    successes: int, n: int, lower: float, upper: float
) -> None:
    interval = wilson(successes, n)
    assert (round(interval.lower, 3), round(interval.upper, 3)) == (lower, upper)


@given(COUNTS)
def test_wilson_is_that_of_scipy(counts: tuple[int, int]) -> None:
    interval = wilson(*counts)
    theirs = stats.binomtest(*counts).proportion_ci(method="wilson")
    assert interval.lower == pytest.approx(theirs.low, abs=1e-13)
    assert interval.upper == pytest.approx(theirs.high, abs=1e-13)
    assert 0 <= interval.lower <= counts[0] / counts[1] <= interval.upper <= 1


@given(COUNTS)
def test_wilson_of_the_others_is_its_mirror_image(counts: tuple[int, int]) -> None:
    successes, n = counts
    here, there = wilson(successes, n), wilson(n - successes, n)
    assert here.lower == pytest.approx(1 - there.upper, abs=1e-14)


@pytest.mark.parametrize(
    ("counts", "value", "lower", "upper"),
    [
        ({"n": 20, "promoters": 10, "detractors": 4}, 30, -6, 58),
        ({"n": 5, "promoters": 5, "detractors": 0}, 100, 17, 100),
        ({"n": 5, "promoters": 0, "detractors": 5}, -100, -100, -17),
    ],
)
def test_net_promoter_gives_the_published_intervals(
    counts: dict[str, int], value: float, lower: int, upper: int
) -> None:
    score = net_promoter(**counts)
    assert score.value == value
    assert (round(score.interval.lower), round(score.interval.upper)) == (lower, upper)


def test_net_promoter_of_one_is_inside_its_interval() -> None:
    score = net_promoter(promoters=1, detractors=0, n=1)
    assert score.value == 100
    assert score.interval.upper == 100
    # ¼ of a scale that reaches to both sides, and 1.96 standard errors of 3/8.
    assert score.interval.lower == pytest.approx(25 - 100 * 1.959964 * 0.375, abs=1e-4)


@given(PARTS)
def test_net_promoter_stays_on_its_scale_and_mirrors(parts: tuple[int, int, int]) -> None:
    promoters, detractors, _ = parts
    n = sum(parts)
    score = net_promoter(promoters=promoters, detractors=detractors, n=n)
    assert score.value == pytest.approx(100 * promoters / n - 100 * detractors / n, abs=1e-10)
    assert -100 <= score.interval.lower <= score.value <= score.interval.upper <= 100
    mirrored = net_promoter(promoters=detractors, detractors=promoters, n=n)
    assert mirrored.value == -score.value
    assert mirrored.interval.lower == pytest.approx(-score.interval.upper, abs=1e-10)


def test_mean_gives_student_s_interval() -> None:
    estimate = mean([2, 3, 4, 3, 4, 5], lowest=1, highest=5)
    assert estimate.value == 3.5
    # 2.5706 standard errors of √(1.1 / 6).
    assert estimate.interval.lower == pytest.approx(2.3993, abs=1e-4)
    assert estimate.interval.upper == pytest.approx(4.6007, abs=1e-4)


@given(GRADES.filter(lambda grades: len(set(grades)) > 1))
def test_mean_is_that_of_scipy_on_the_scale(grades: list[int]) -> None:
    estimate = mean(grades, lowest=1, highest=5)
    centre, error = sum(grades) / len(grades), float(stats.sem(grades))
    lower, upper = stats.t.interval(0.95, len(grades) - 1, centre, error)
    assert estimate.value == pytest.approx(centre, abs=1e-12)
    assert estimate.interval.lower == pytest.approx(max(1, lower), abs=1e-9)
    assert estimate.interval.upper == pytest.approx(min(5, upper), abs=1e-9)


@pytest.mark.parametrize("n", [2, 3, 4, 30, 1000, 100_000])
def test_mean_of_many_and_few_has_the_quantile_of_scipy(n: int) -> None:
    values = [float(index % 2) for index in range(n)]
    estimate = mean(values, lowest=-math.inf, highest=math.inf)
    half = float(stats.t.ppf(0.975, n - 1)) * float(stats.sem(values))
    assert estimate.interval.upper - estimate.value == pytest.approx(half, rel=1e-9)


def test_answers_all_alike_claim_no_certainty() -> None:
    # Of five that agree, up to 43.4 % of all may think otherwise, as far as the scale reaches.
    assert mean([5] * 5, lowest=1, highest=5).interval.upper == 5
    assert mean([5] * 5, lowest=1, highest=5).interval.lower == pytest.approx(3.262, abs=1e-3)
    middle = mean([3, 3, 3, 3, 3], lowest=1, highest=5)
    assert middle.value == 3
    assert middle.interval.lower == pytest.approx(3 - 2 * 0.43448, abs=1e-4)
    assert middle.interval.upper == pytest.approx(3 + 2 * 0.43448, abs=1e-4)


def test_one_answer_says_next_to_nothing() -> None:
    estimate = mean([4], lowest=1, highest=5)
    assert estimate.value == 4
    assert estimate.interval.lower == pytest.approx(4 - 3 * 0.79346, abs=1e-4)
    assert estimate.interval.upper == pytest.approx(4 + 0.79346, abs=1e-4)
    assert mean([4], lowest=0, highest=math.inf).interval.upper == math.inf


@given(GRADES, st.randoms())
def test_mean_does_not_depend_on_the_order(grades: list[int], chance: Any) -> None:
    shuffled = chance.sample(grades, len(grades))
    assert mean(shuffled, lowest=1, highest=5) == mean(grades, lowest=1, highest=5)


@given(st.floats(0.05, 300), st.floats(0.05, 300), st.floats(0, 1))
def test_incomplete_beta_is_that_of_scipy(a: float, b: float, x: float) -> None:
    assert incomplete_beta(a, b, x) == pytest.approx(float(special.betainc(a, b, x)), abs=1e-12)


def test_incomplete_beta_has_its_closed_forms() -> None:
    assert incomplete_beta(1, 1, 0.3) == pytest.approx(0.3, abs=1e-15)
    assert incomplete_beta(2, 3, 0.5) == pytest.approx(11 / 16, abs=1e-15)
    assert incomplete_beta(0.5, 0.5, 0.25) == pytest.approx(1 / 3, abs=1e-15)
    assert incomplete_beta(7, 4, 0) == 0
    assert incomplete_beta(7, 4, 1) == 1
    assert incomplete_beta(5000, 5000, 0.5) == pytest.approx(0.5, abs=1e-10)


def test_harrell_davis_weights_of_two_and_three_are_known() -> None:
    assert harrell_davis_weights(1, 0.3) == pytest.approx((1.0,), abs=1e-15)
    assert harrell_davis_weights(2, 0.5) == pytest.approx((0.5, 0.5), abs=1e-15)
    # Beta(2, 2) has the distribution x²(3 − 2x).
    assert harrell_davis_weights(3, 0.5) == pytest.approx((7 / 27, 13 / 27, 7 / 27), abs=1e-15)


@given(st.integers(1, 200), PORTIONS)
def test_harrell_davis_weights_sum_to_one_and_mirror(n: int, p: float) -> None:
    weights = harrell_davis_weights(n, p)
    assert len(weights) == n
    assert min(weights) >= 0
    assert math.fsum(weights) == pytest.approx(1, abs=1e-12)
    assert harrell_davis_weights(n, 1 - p) == pytest.approx(weights[::-1], abs=1e-10)


@given(VALUES.filter(lambda values: len(values) > 1), PORTIONS)
def test_harrell_davis_is_that_of_scipy(values: list[float], p: float) -> None:
    theirs = float(mstats.hdquantiles(values, prob=[p])[0])
    assert harrell_davis(values, p) == pytest.approx(theirs, abs=1e-8)


def test_harrell_davis_of_the_nine_employers() -> None:
    shares = [left / n for left, n in LEFT_FOR_PRIVATE_SECTOR]
    quartiles = [round(100 * harrell_davis(shares, p), 2) for p in (0.25, 0.5, 0.75)]
    assert quartiles == [20.67, 23.94, 28.12]


@given(VALUES, PORTIONS, PORTIONS)
def test_harrell_davis_rises_with_p_between_smallest_and_largest(
    values: list[float], p: float, q: float
) -> None:
    lower, upper = (harrell_davis(values, one) for one in sorted((p, q)))
    assert lower <= upper + 1e-9
    assert min(values) <= lower
    assert upper <= max(values)


@given(VALUES, PORTIONS, st.randoms())
def test_harrell_davis_does_not_depend_on_the_order(
    values: list[float], p: float, chance: Any
) -> None:
    shuffled = chance.sample(values, len(values))
    assert harrell_davis(shuffled, p) == harrell_davis(values, p)


@given(st.floats(-1000, 1000), st.integers(1, 60), PORTIONS)
def test_harrell_davis_of_values_all_alike_is_that_value(value: float, n: int, p: float) -> None:
    assert harrell_davis([value] * n, p) == value


@pytest.mark.parametrize(("successes", "n"), [(0, 0), (6, 5), (-1, 5), (0, -1)])
def test_no_share_has_no_interval(successes: int, n: int) -> None:
    with pytest.raises(ValueError, match="is no share"):
        wilson(successes, n)


@pytest.mark.parametrize(("promoters", "detractors", "n"), [(0, 0, 0), (3, 3, 5), (-1, 0, 5)])
def test_no_score_has_no_interval(promoters: int, detractors: int, n: int) -> None:
    with pytest.raises(ValueError, match="are no score"):
        net_promoter(promoters=promoters, detractors=detractors, n=n)


@pytest.mark.parametrize("values", [[], [0.5, 2], [2, 6], [2, math.nan]])
def test_no_mean_of_nothing_or_of_what_is_off_the_scale(values: list[float]) -> None:
    with pytest.raises(ValueError, match="A mean needs values between 1 and 5"):
        mean(values, lowest=1, highest=5)


@pytest.mark.parametrize(
    ("a", "b", "x"), [(0, 1, 0.5), (1, -1, 0.5), (1, 1, 1.01), (1, 1, -0.01), (1, 1, math.nan)]
)
def test_incomplete_beta_refuses_what_is_not_defined(a: float, b: float, x: float) -> None:
    with pytest.raises(ValueError, match="is not defined"):
        incomplete_beta(a, b, x)


@pytest.mark.parametrize(("values", "p"), [([], 0.5), ([1.0], 0), ([1.0], 1), ([1.0], 1.5)])
def test_no_quantile_of_nothing_or_beyond(values: list[float], p: float) -> None:
    with pytest.raises(ValueError, match="have no quantile"):
        harrell_davis(values, p)


# Newcombe 1998, table II, method 10: of each contrast the samples and both ends.
NEWCOMBE = [
    ((48, 80), (56, 70), 0.0524, 0.3339),
    ((3, 10), (9, 10), 0.1705, 0.8090),
    ((2, 7), (6, 7), 0.0582, 0.8062),
    ((0, 29), (5, 56), -0.0381, 0.1926),
    ((0, 20), (0, 10), -0.1611, 0.2775),
    ((0, 10), (0, 10), -0.2775, 0.2775),
    ((0, 20), (10, 10), 0.6791, 1.0),
    ((0, 10), (10, 10), 0.6075, 1.0),
]


@pytest.mark.parametrize(("before", "after", "lower", "upper"), NEWCOMBE)
def test_newcombe_gives_the_published_intervals(
    before: tuple[int, int], after: tuple[int, int], lower: float, upper: float
) -> None:
    interval = newcombe(before, after).interval
    assert (round(interval.lower, 4), round(interval.upper, 4)) == (lower, upper)


@given(COUNTS, COUNTS)
def test_a_change_backwards_is_its_mirror_image(
    before: tuple[int, int], after: tuple[int, int]
) -> None:
    there, back = newcombe(before, after), newcombe(after, before)
    assert there.value == pytest.approx(-back.value, abs=1e-14)
    assert there.interval.lower == pytest.approx(-back.interval.upper, abs=1e-14)
    assert -1 <= there.interval.lower <= there.value <= there.interval.upper <= 1


@given(COUNTS, COUNTS)
def test_the_level_of_a_change_says_when_its_interval_excludes_nothing(
    before: tuple[int, int], after: tuple[int, int]
) -> None:
    interval = newcombe(before, after).interval
    level = level_of_change(before, after)
    assert 0 <= level <= 1
    if abs(level - 0.05) > 1e-9:
        assert (level < 0.05) == (interval.lower > 0 or interval.upper < 0)


def test_a_single_share_against_a_known_one_is_nearly_the_score_test() -> None:
    """Against a sample without uncertainty Wilson's interval is left, which inverts that test."""
    level = level_of_change((50_000_000, 100_000_000), (9, 10))
    score = (0.9 - 0.5) / math.sqrt(0.5 * 0.5 / 10)
    assert level == pytest.approx(2 * stats.norm.sf(score), rel=1e-3)


def test_holm_stops_at_the_first_that_is_not_certain() -> None:
    # Holm's own way: 0.01 passes 0.05 / 4, 0.013 passes 0.05 / 3, 0.03 fails 0.05 / 2.
    assert holm([0.03, 0.01, 0.04, 0.013]) == [False, True, False, True]
    assert holm([0.02, 0.02, 0.02]) == [False, False, False]
    assert holm([]) == []


@given(st.lists(st.floats(0, 1), max_size=12))
def test_holm_lies_between_bonferroni_and_no_correction(levels: list[float]) -> None:
    certain = holm(levels)
    for level, sure in zip(levels, certain, strict=True):
        assert sure or level > 0.05 / len(levels)
        assert not sure or level <= 0.05


@given(st.integers(0, 300), PORTIONS)
def test_control_limits_leave_what_scipy_says_beyond_them(n: int, share: float) -> None:
    fewest, most = control_limits(n, share)
    expected = stats.binom(n, share)
    assert expected.cdf(fewest - 1) <= 0.00135 + 1e-12
    assert expected.sf(most) <= 0.00135 + 1e-12
    # And no tighter ones would.
    assert fewest == n or expected.cdf(fewest) > 0.00135 - 1e-12
    assert most == 0 or expected.sf(most - 1) > 0.00135 - 1e-12


def test_control_limits_at_the_ends() -> None:
    assert control_limits(10, 0) == (0, 0)
    assert control_limits(10, 1) == (10, 10)
    assert control_limits(0, 0.3) == (0, 0)
    with pytest.raises(ValueError, match="no limits"):
        control_limits(5, 1.1)
