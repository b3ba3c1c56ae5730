"""Differences of published figures, against the method's own paper and other ways to them."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tenants.actions.differences import difference, level
from tenants.disclosure import figures
from tenants.disclosure.figures import CountBand, Figure, Relation, Unit
from tenants.statistics import level_of_change, net_promoter, newcombe


def nps(promoters: int, detractors: int, n: int) -> Figure:
    return figures.average(
        net_promoter(promoters=promoters, detractors=detractors, n=n),
        n,
        unit=Unit.POINTS,
        lowest=-100,
        highest=100,
    )


def test_of_two_shares_it_is_newcombes_own_example() -> None:
    # Newcombe 1998, table II, (a) 56/70 − 48/80 by method 10: 0.2000 (0.0524, 0.3339).
    found = difference(figures.share(48, 80), figures.share(56, 70))
    assert found is not None
    assert found.value == pytest.approx(0.2)
    assert found.interval.lower == pytest.approx(0.0524, abs=5e-5)
    assert found.interval.upper == pytest.approx(0.3339, abs=5e-5)


@given(st.integers(20, 90), st.integers(20, 90), st.data())
def test_published_shares_tell_what_their_counts_do(n: int, m: int, data: st.DataObject) -> None:
    one, other = data.draw(st.integers(0, n)), data.draw(st.integers(0, m))
    found = difference(figures.share(one, n), figures.share(other, m))
    assert found == newcombe((one, n), (other, m))


@given(st.data(), st.integers(20, 200), st.integers(20, 200))
def test_of_scores_it_holds_the_value_and_turns_round_with_it(
    data: st.DataObject, n: int, m: int
) -> None:
    def score(count: int) -> Figure:
        promoters = data.draw(st.integers(0, count))
        return nps(promoters, data.draw(st.integers(0, count - promoters)), count)

    before, after = score(n), score(m)
    found, back = difference(before, after), difference(after, before)
    assert found is not None
    assert back is not None
    assert found.interval.lower <= found.value <= found.interval.upper
    assert back.value == -found.value
    assert back.interval.lower == pytest.approx(-found.interval.upper)
    # Narrower than both intervals laid end to end, wider than either alone on its side.
    for one in (before, after):
        assert one.lower is not None
        assert one.upper is not None
    reach = found.value - found.interval.lower
    assert reach >= max(after.value - (after.lower or 0), (before.upper or 0) - before.value) - 20
    assume(found.value != 0)
    excludes = found.interval.lower > 0 or found.interval.upper < 0
    assert (level(found) < 0.05) is excludes or math.isclose(level(found), 0.05)


def test_what_is_no_estimate_is_not_compared() -> None:
    share = figures.share(30, 60)
    few = figures.share(0, 12)
    assert few.relation is Relation.AT_MOST
    bare = nps(5, 2, 12)
    assert bare.lower is None
    days = Figure(12.0, Relation.EXACT, Unit.DAYS, None, None, CountBand.FROM_50)
    for one, other in (
        (share, few),
        (few, share),
        (bare, bare),
        (days, days),
        (share, nps(20, 5, 40)),
    ):
        assert difference(one, other) is None


@given(st.integers(20, 90), st.integers(20, 90), st.data())
def test_the_level_of_a_share_is_near_the_exact_one(n: int, m: int, data: st.DataObject) -> None:
    one, other = data.draw(st.integers(2, n - 2)), data.draw(st.integers(2, m - 2))
    exact = level_of_change((one, n), (other, m))
    assume(0.005 < exact < 0.5)
    found = newcombe((one, n), (other, m))
    assert level(found) == pytest.approx(exact, rel=0.5, abs=0.02)
