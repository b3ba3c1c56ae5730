"""What is shown of a number, whatever the number is."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenants.disclosure.figures import (
    FEW,
    CountBand,
    Figure,
    Relation,
    Unit,
    average,
    band,
    correlation,
    from_json,
    merged,
    rounded,
    share,
    suppressed,
    to_json,
)
from tenants.statistics import mean, net_promoter


@pytest.mark.parametrize(
    ("successes", "n", "value", "relation"),
    [
        (0, 5, 0.2, Relation.AT_MOST),
        (1, 5, 0.2, Relation.AT_MOST),
        (2, 5, 0.4, Relation.EXACT),
        (4, 5, 0.8, Relation.AT_LEAST),
        (5, 5, 0.8, Relation.AT_LEAST),
        # A bound stays true when it is rounded: up the one way, down the other.
        (0, 6, 0.2, Relation.AT_MOST),
        (6, 6, 0.8, Relation.AT_LEAST),
        (0, 19, 0.1, Relation.AT_MOST),
        (3, 12, 0.25, Relation.EXACT),
        # From twenty on, to one percentage point and without bounds.
        (0, 20, 0.0, Relation.EXACT),
        (20, 20, 1.0, Relation.EXACT),
        (7, 30, 0.23, Relation.EXACT),
    ],
)
def test_a_share_says_of_few_neither_none_nor_all(
    successes: int, n: int, value: float, relation: Relation
) -> None:
    shown = share(successes, n)
    assert (shown.value, shown.relation, shown.unit) == (value, relation, Unit.SHARE)


@given(n=st.integers(5, FEW - 1))
def test_none_and_one_of_few_look_the_same_and_so_do_all_and_all_but_one(n: int) -> None:
    assert share(0, n) == share(1, n)
    assert share(n, n) == share(n - 1, n)
    assert share(0, n).value >= 1 / n
    assert share(n, n).value <= 1 - 1 / n


@given(n=st.integers(5, 200), data=st.data())
def test_a_share_lies_in_its_interval_and_near_the_truth(n: int, data: st.DataObject) -> None:
    successes = data.draw(st.integers(0, n))
    shown = share(successes, n)
    assert shown.lower is not None
    assert shown.upper is not None
    assert 0 <= shown.lower <= successes / n <= shown.upper <= 1
    if shown.relation is Relation.EXACT:
        assert abs(shown.value - successes / n) <= (0.025 if n < FEW else 0.005) + 1e-9


@given(points=st.lists(st.integers(1, 5), min_size=5, max_size=FEW - 1))
def test_an_average_of_few_has_no_interval_and_keeps_off_the_ends(points: list[int]) -> None:
    n = len(points)
    shown = average(mean(points, lowest=1, highest=5), n, unit=Unit.SCALE, lowest=1, highest=5)
    assert (shown.lower, shown.upper) == (None, None)
    margin = 4 / n
    assert {
        Relation.AT_MOST: sum(points) / n < 1 + margin <= shown.value,
        Relation.AT_LEAST: sum(points) / n > 5 - margin >= shown.value,
        Relation.EXACT: abs(shown.value - sum(points) / n) <= 0.25 + 1e-9,
    }[shown.relation]


def test_five_promoters_are_not_said_to_be_all_of_them() -> None:
    estimate = net_promoter(promoters=5, detractors=0, n=5)
    shown = average(estimate, 5, unit=Unit.POINTS, lowest=-100, highest=100)
    # ±(100 − 200/n).
    assert (shown.value, shown.relation) == (60, Relation.AT_LEAST)
    many = average(
        net_promoter(promoters=10, detractors=4, n=20),
        20,
        unit=Unit.POINTS,
        lowest=-100,
        highest=100,
    )
    assert (many.value, many.relation) == (30, Relation.EXACT)
    assert (many.lower, many.upper) == pytest.approx((-5.7, 57.9), abs=0.05)


def merge_chosen(chosen: list[frozenset[int]]) -> list[tuple[int, int]]:
    """Merge options of which it is known who chose each."""
    return merged(len(chosen), lambda start, end: len(frozenset[int]().union(*chosen[start:end])))


@given(chosen=st.lists(st.frozensets(st.integers(0, 12), max_size=6), min_size=1, max_size=9))
def test_runs_of_options_cover_all_and_stand_for_nobody_or_a_few_people(
    chosen: list[frozenset[int]],
) -> None:
    runs = merge_chosen(chosen)
    assert [runs[0][0], runs[-1][1]] == [0, len(chosen)]
    assert all(one[1] == other[0] for one, other in pairwise(runs))
    people = [len(frozenset[int]().union(*chosen[start:end])) for start, end in runs]
    assert all(count == 0 or count >= 3 for count in people) or len(runs) == 1


def test_one_who_ticks_three_neighbours_is_one_person() -> None:
    one = frozenset({7})
    many = frozenset(range(20, 30))
    assert merge_chosen([many, one, one, one, many]) == [(0, 4), (4, 5)]


def test_bands_and_steps() -> None:
    assert [band(count) for count in (0, 4, 5, 9, 10, 19, 20, 49, 50, 99, 100)] == [
        CountBand.UNDER_5,
        CountBand.UNDER_5,
        CountBand.FROM_5,
        CountBand.FROM_5,
        CountBand.FROM_10,
        CountBand.FROM_10,
        CountBand.FROM_20,
        CountBand.FROM_20,
        CountBand.FROM_50,
        CountBand.FROM_50,
        CountBand.FROM_100,
    ]
    assert rounded(0.2394, Unit.SHARE, 9) == 0.25
    assert rounded(0.2394, Unit.SHARE, 20) == 0.24
    assert rounded(33.4, Unit.POINTS, 9) == 30
    assert rounded(33.4, Unit.POINTS, 20) == 35


@given(n=st.integers(5, 60), data=st.data())
def test_what_is_kept_is_what_was_shown(n: int, data: st.DataObject) -> None:
    shown: Figure = share(data.draw(st.integers(0, n)), n, note="All answers.")
    assert from_json(to_json(shown)) == shown
    assert from_json(to_json(suppressed(5))) == suppressed(5)


@given(n=st.integers(10, 60), m=st.integers(5, FEW - 1), data=st.data())
def test_whoever_takes_away_the_answers_it_reads_does_not_see_that_all_others_agree(
    n: int, m: int, data: st.DataObject
) -> None:
    m = min(m, n - 5)
    known = data.draw(st.integers(0, n - m))

    def shown(hidden: int) -> Figure:
        return share(known + hidden, n, parts=[(hidden, m), (0, 0)])

    assert shown(m) == shown(m - 1)
    assert shown(0) == shown(1)
    for hidden in (0, m):
        figure = shown(hidden)
        assert figure.relation is not Relation.EXACT
        assert figure.lower is not None
        assert figure.upper is not None
        assert figure.lower <= (known + hidden) / n <= figure.upper
    # That nobody named one of many reasons may be seen, that everybody did never.
    named = share(known + m, n, parts=[(m, m)], is_symmetric=False)
    assert named.relation is Relation.AT_LEAST


@given(
    known=st.lists(st.integers(1, 5), min_size=20, max_size=40),
    hidden=st.lists(st.integers(1, 5), min_size=5, max_size=FEW - 1),
)
def test_a_mean_keeps_what_few_hidden_add_to_it_off_the_ends(
    known: list[int], hidden: list[int]
) -> None:
    n, m = len(known) + len(hidden), len(hidden)

    def shown(points: list[int]) -> Figure:
        estimate = mean([*known, *points], lowest=1, highest=5)
        part = mean(points, lowest=1, highest=5).value
        return average(estimate, n, unit=Unit.SCALE, lowest=1, highest=5, parts=[(part, m)])

    # No interval: from its spread the hidden answers could be told.
    assert (shown(hidden).lower, shown(hidden).upper) == (None, None)
    # That all of them gave the best, or all but one who gave the next best, looks the same.
    assert shown([5] * m) == shown([4, *[5] * (m - 1)])
    assert shown([1] * m) == shown([2, *[1] * (m - 1)])
    assert shown([5] * m).relation is Relation.AT_LEAST


def test_a_correlation_is_told_to_a_tenth_and_never_as_certain() -> None:
    assert (correlation(0.64, 30).value, correlation(0.64, 30).relation) == (0.6, Relation.EXACT)
    assert correlation(0.64, 30) == correlation(0.56, 30)
    assert (correlation(1, 40).value, correlation(1, 40).relation) == (0.9, Relation.AT_LEAST)
    assert correlation(-0.97, 40).relation is Relation.AT_MOST
