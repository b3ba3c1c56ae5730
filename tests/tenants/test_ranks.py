"""Statistics of ranks against published values and an independent library."""

import math
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tenants.ranks import borda, fisher, spearman

OPTIONS = ("A", "B", "C", "D")
# Ten persons' intelligence quotients and hours of television a week, a textbook's example.
QUOTIENTS = (106, 100, 86, 101, 99, 103, 97, 113, 112, 110)
HOURS = (7, 27, 2, 50, 28, 29, 20, 12, 6, 17)


def test_a_textbook_s_correlation_of_ranks() -> None:
    pairs = Counter(zip(QUOTIENTS, HOURS, strict=True))
    assert spearman(pairs) == pytest.approx(-29 / 165)
    assert spearman(Counter({(3, 1): 4, (3, 5): 4})) is None
    assert spearman(Counter({(1, 2): 3, (5, 9): 1})) == 1


@given(st.lists(st.tuples(st.integers(1, 5), st.integers(0, 10)), min_size=4, max_size=60))
def test_ties_are_ranked_as_an_independent_library_ranks_them(
    pairs: list[tuple[int, int]],
) -> None:
    ours = spearman(Counter(pairs))
    if ours is None:
        assert len({one for one, _ in pairs}) == 1 or len({other for _, other in pairs}) == 1
        return
    theirs = stats.spearmanr([one for one, _ in pairs], [other for _, other in pairs]).statistic
    assert ours == pytest.approx(theirs, abs=1e-12)


def test_the_interval_is_that_of_bonett_and_wright() -> None:
    # tanh(artanh 0.5 ± 1.959964 · √(1.125 / 27)) = tanh(0.549306 ± 0.400075).
    interval = fisher(0.5, 30)
    assert interval.lower == pytest.approx(math.tanh(0.149231), abs=1e-6)
    assert interval.upper == pytest.approx(math.tanh(0.949381), abs=1e-6)
    assert fisher(0, 30).lower == -fisher(0, 30).upper
    for wrong in ((1.0, 30), (0.5, 3)):
        with pytest.raises(ValueError, match="has no interval"):
            fisher(*wrong)


@given(st.permutations(OPTIONS), st.integers(0, 4))
def test_everybody_gives_away_equally_many_points(order: list[str], ranked: int) -> None:
    points = borda(order[:ranked], OPTIONS)
    assert sum(points.values()) == pytest.approx(200)
    placed = [points[one] for one in order[:ranked]]
    assert placed == sorted(placed, reverse=True)
    assert all(points[one] <= min(placed, default=100) for one in order[ranked:])


def test_options_that_are_left_out_share_what_remains() -> None:
    assert borda(("C",), OPTIONS) == pytest.approx(
        {"A": 100 / 3, "B": 100 / 3, "C": 100, "D": 100 / 3}
    )
    assert borda(("C", "A", "B", "D"), OPTIONS) == pytest.approx(
        {"C": 100, "A": 200 / 3, "B": 100 / 3, "D": 0}
    )
