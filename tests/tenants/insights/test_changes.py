"""What is said of two editions: sure only of what stands among all comparisons, and no more."""

from hypothesis import given
from hypothesis import strategies as st

from tenants.disclosure import figures
from tenants.disclosure.figures import Relation, Statistic
from tenants.insights.changes import Certainty, Change, compare
from tenants.metrics import CONTROLLABLE_SHARE, DECLINE_RATE, reason_key
from tenants.reasons import DeclineReason
from tenants.statistics import newcombe, wilson, wilson_counts

SLOW = reason_key(DeclineReason.PROCESS_SLOW)
PAY = reason_key(DeclineReason.PAY_BASE)
COUNTS = st.integers(20, 80).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
FEW = st.integers(5, 19).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def share(counts: tuple[int, int]) -> Statistic:
    return figures.share(*counts)


def only(changes: list[Change]) -> Change:
    (one,) = changes
    return one


def test_a_change_in_words_that_is_not_yet_certain() -> None:
    change = only(compare({SLOW: share((10, 32))}, {SLOW: share((5, 28))}))
    assert change.certainty is Certainty.NOT_CERTAIN
    assert change.message == (
        "Reason: A process that took too long: fell from 31 % to 18 %; difference −13 points,"
        " 95 % interval −33 to +9: not yet certain."
    )


def test_a_change_that_is_certain_alone_is_not_among_many() -> None:
    before, after = {SLOW: share((30, 60))}, {SLOW: share((18, 60))}
    assert only(compare(before, after)).certainty is Certainty.CERTAIN
    others = {reason_key(one): share((12, 60)) for one in DeclineReason if reason_key(one) != SLOW}
    among = compare(before | others, after | others)
    assert (among[0].metric, among[0].certainty) == (SLOW, Certainty.NOT_CERTAIN)
    surer = compare(before | others, {SLOW: share((5, 60))} | others)
    assert (surer[0].metric, surer[0].certainty) == (SLOW, Certainty.CERTAIN)
    assert "fell from 50 % to 8 %" in surer[0].message
    assert surer[0].message.endswith(": certain.")


def test_what_is_withheld_or_a_bound_cannot_be_compared() -> None:
    withheld = figures.suppressed(5)
    before = {SLOW: share((1, 12)), PAY: withheld, CONTROLLABLE_SHARE: share((6, 12))}
    after = {SLOW: share((6, 12)), PAY: withheld, CONTROLLABLE_SHARE: withheld}
    found = {one.metric: one for one in compare(before, after)}
    # Withheld in both: there is nothing to say of it.
    assert set(found) == {SLOW, CONTROLLABLE_SHARE}
    for one in found.values():
        assert (one.certainty, one.difference) == (Certainty.NOT_COMPARABLE, None)
        assert "cannot be compared" in one.message


def test_figures_of_offers_are_not_compared() -> None:
    assert compare({DECLINE_RATE: share((30, 60))}, {DECLINE_RATE: share((10, 60))}) == []


@given(COUNTS, COUNTS)
def test_the_difference_follows_from_what_both_show(
    before: tuple[int, int], after: tuple[int, int]
) -> None:
    change = only(compare({SLOW: share(before)}, {SLOW: share(after)}))
    assert change.difference == newcombe(before, after)


@given(FEW, FEW)
def test_of_few_nobody_can_tell_none_from_one(
    before: tuple[int, int], after: tuple[int, int]
) -> None:
    one, other = share(before), share(after)
    change = only(compare({SLOW: one}, {SLOW: other}))
    bound = Relation.EXACT not in {one.relation, other.relation}  # type: ignore[union-attr]
    assert (change.difference is None) >= bound


@given(COUNTS)
def test_an_interval_tells_its_counts(counts: tuple[int, int]) -> None:
    interval = wilson(*counts)
    assert wilson_counts(round(interval.lower, 4), round(interval.upper, 4)) == counts
