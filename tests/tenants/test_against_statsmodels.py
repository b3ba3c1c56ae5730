"""Intervals, corrections and kappa are those of statsmodels, which shares nothing with ours."""

import math
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.inter_rater import cohens_kappa
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from tenants.excerpts.agreement import cohen_kappa
from tenants.statistics import holm, newcombe, wilson

COUNTS = st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
TABLES = st.integers(2, 4).flatmap(
    lambda size: st.lists(
        st.lists(st.integers(1, 40), min_size=size, max_size=size), min_size=size, max_size=size
    )
)


@given(COUNTS)
def test_wilson(counts: tuple[int, int]) -> None:
    lower, upper = proportion_confint(*counts, method="wilson")
    found = wilson(*counts)
    assert (found.lower, found.upper) == pytest.approx((lower, upper), abs=1e-9)


def test_wilson_of_three_in_twelve_as_published() -> None:
    lower, upper = proportion_confint(3, 12, method="wilson")
    assert (round(lower, 3), round(upper, 3)) == (0.089, 0.532)


@given(COUNTS, COUNTS)
def test_newcombe(before: tuple[int, int], after: tuple[int, int]) -> None:
    lower, upper = confint_proportions_2indep(*after, *before, method="newcomb", compare="diff")
    found = newcombe(before, after).interval
    assert (found.lower, found.upper) == pytest.approx((lower, upper), abs=1e-9)


# It takes a tenth of a second each time.
@settings(max_examples=8)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_holm(levels: list[float]) -> None:
    rejected = multipletests(levels, alpha=0.05, method="holm")[0]
    near = any(
        math.isclose(level * count, 0.05) for level in levels for count in range(1, len(levels) + 1)
    )
    assert near or holm(levels) == list(rejected)


@given(TABLES)
def test_kappa_and_its_interval(table: Sequence[Sequence[int]]) -> None:
    expected = cohens_kappa(table)
    found = cohen_kappa(table)
    assert found.kappa is not None
    assert found.kappa.value == pytest.approx(expected.kappa, abs=1e-12)
    assert found.standard_error == pytest.approx(expected.std_kappa, abs=1e-12)
    ends = max(-1, expected.kappa_low), min(1, expected.kappa_upp)
    assert (found.kappa.interval.lower, found.kappa.interval.upper) == pytest.approx(ends, abs=1e-9)
