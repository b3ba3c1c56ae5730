"""Cohen's kappa against its textbook tables and against scikit-learn."""

import math
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from tenants.excerpts.agreement import agreement_by_theme, cohen_kappa, overall_agreement

TABLES = st.integers(2, 4).flatmap(
    lambda size: st.lists(
        st.lists(st.integers(0, 30), min_size=size, max_size=size), min_size=size, max_size=size
    ).filter(lambda table: sum(map(sum, table)) > 0)
)
SETS = st.frozensets(st.sampled_from(["PAY", "PACE", "TEAM"]))


def _codings(table: Sequence[Sequence[int]]) -> tuple[list[int], list[int]]:
    """Return the two coders' decisions, one by one, that a table counts."""
    decisions = [
        (row, column)
        for row, counts in enumerate(table)
        for column, count in enumerate(counts)
        for _ in range(count)
    ]
    return [first for first, _ in decisions], [second for _, second in decisions]


def test_cohens_own_table() -> None:
    """Cohen 1960, table 1: 200 cases in three categories, po .70, pc .41, kappa .492."""
    found = cohen_kappa([[88, 14, 18], [10, 40, 10], [2, 6, 12]])
    assert found.kappa is not None
    assert (found.n, found.observed) == (200, 0.70)
    assert found.expected == pytest.approx(0.41)
    assert found.kappa.value == pytest.approx(0.492, abs=0.0005)


def test_fleiss_cohen_and_everitts_own_table() -> None:
    """Fleiss, Cohen and Everitt 1969: the table of Cohen has a variance of .002885 for kappa."""
    found = cohen_kappa([[106, 10, 4], [22, 28, 10], [2, 12, 6]])
    assert found.kappa is not None
    assert found.standard_error is not None
    assert found.kappa.value == pytest.approx(0.429, abs=0.0005)
    assert found.standard_error**2 == pytest.approx(0.002885, abs=0.0000005)


def test_the_grant_proposals_of_every_introduction() -> None:
    """50 proposals, two readers: 20 and 15 agreed, 5 and 10 not; kappa is 0.40."""
    found = cohen_kappa([[20, 5], [10, 15]])
    assert found.kappa is not None
    assert found.observed == pytest.approx(0.7)
    assert found.expected == pytest.approx(0.5)
    assert found.kappa.value == pytest.approx(0.4)
    assert found.standard_error == pytest.approx(0.1272, abs=0.0005)
    assert found.kappa.interval.lower == pytest.approx(0.1506, abs=0.001)
    assert found.kappa.interval.upper == pytest.approx(0.6494, abs=0.001)


@given(TABLES)
@settings(max_examples=60)
def test_it_is_scikit_learns(table: list[list[int]]) -> None:
    found = cohen_kappa(table)
    if found.kappa is None:
        assert found.observed == 1
        return
    expected = cohen_kappa_score(*_codings(table), labels=range(len(table)))
    assert found.kappa.value == pytest.approx(expected, abs=1e-9)
    assert -1 <= found.kappa.interval.lower <= found.kappa.value + 1e-12
    assert found.kappa.value - 1e-12 <= found.kappa.interval.upper <= 1


@given(TABLES)
@settings(max_examples=40)
def test_who_is_called_first_changes_nothing(table: list[list[int]]) -> None:
    turned = [list(column) for column in zip(*table, strict=True)]
    one, other = cohen_kappa(table), cohen_kappa(turned)
    assert (one.kappa is None) == (other.kappa is None)
    if one.kappa is not None and other.kappa is not None:
        assert math.isclose(one.kappa.value, other.kappa.value, abs_tol=1e-9)
        assert one.standard_error == pytest.approx(other.standard_error, abs=1e-9)


def test_its_error_is_how_far_samples_spread() -> None:
    """The standard deviation of kappa over 2,000 samples of one table is what the formula says."""
    import numpy as np  # noqa: PLC0415 — one test only.

    lot = np.random.default_rng(1969)
    table = np.array([[60, 12], [9, 39]])
    draws = lot.multinomial(int(table.sum()), table.ravel() / table.sum(), size=2000)
    spread = np.std(
        [
            found.kappa.value
            for draw in draws
            if (found := cohen_kappa(draw.reshape(2, 2).tolist())).kappa is not None
        ]
    )
    error = cohen_kappa(table.tolist()).standard_error
    assert error == pytest.approx(float(spread), rel=0.05)


def test_coders_who_never_differ_in_habit_have_no_kappa() -> None:
    found = cohen_kappa([[12, 0], [0, 0]])
    assert (found.n, found.observed, found.kappa, found.standard_error) == (12, 1.0, None, None)


@pytest.mark.parametrize("table", [[[0, 0], [0, 0]], [[1, 2]], [[1, -1], [0, 4]], []])
def test_what_is_no_table_of_two_coders_is_refused(table: list[list[int]]) -> None:
    with pytest.raises(ValueError, match=r"square|nothing"):
        cohen_kappa(table)


def test_each_theme_and_all_of_them() -> None:
    pairs = [
        ({"PAY"}, {"PAY"}),
        ({"PAY", "PACE"}, {"PACE"}),
        (set(), set()),
        ({"PACE"}, {"PAY"}),
    ]
    themes = ["PAY", "PACE"]
    by_theme = agreement_by_theme(pairs, themes=themes)
    assert list(by_theme) == themes
    assert by_theme["PAY"].observed == 0.5
    assert by_theme["PACE"].observed == 0.75
    overall = overall_agreement(pairs, themes=themes)
    assert overall is not None
    assert overall.n == 8
    assert overall.observed == 0.625
    assert overall_agreement([], themes=themes) is None
    assert agreement_by_theme([], themes=themes) == {}


@given(st.lists(st.tuples(SETS, SETS), min_size=1, max_size=20))
@settings(max_examples=40)
def test_the_whole_agrees_as_often_as_its_themes_on_average(
    pairs: list[tuple[frozenset[str], frozenset[str]]],
) -> None:
    themes = ["PAY", "PACE", "TEAM"]
    overall = overall_agreement(pairs, themes=themes)
    by_theme = agreement_by_theme(pairs, themes=themes)
    assert overall is not None
    assert overall.observed == pytest.approx(sum(one.observed for one in by_theme.values()) / 3)
