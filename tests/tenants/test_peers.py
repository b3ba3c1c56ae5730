"""Quantiles across organisations: what each rule lets through, and what gets through without it."""

import math
from collections.abc import Collection, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenants.disclosure import peers
from tenants.disclosure.figures import CountBand, Figure, Relation, Statistic, Suppressed, Unit
from tenants.disclosure.peers import (
    LOWER_QUARTILE,
    MEDIAN,
    P10,
    P90,
    QUANTILES,
    UPPER_QUARTILE,
    PeerRules,
    Standing,
)
from tenants.quantiles import harrell_davis_weights

RULES = PeerRules()
# Of a real exit survey: respondents who name the private sector, and those who answered.
SHARES = sorted(
    k / n
    for k, n in (
        (18, 102), (24, 85), (20, 75), (9, 43), (10, 39), (8, 36), (6, 25), (4, 11), (2, 10),
    )
)  # fmt: skip


def shown(
    values: Sequence[float], known: Collection[int], unit: Unit = Unit.SHARE
) -> dict[str, Statistic]:
    """Return what a coalition is shown of some families."""
    return peers.shown_to(values, peers.quantiles(values), known, unit, RULES)


def names(statistics: dict[str, Statistic]) -> set[str]:
    """Return which quantiles are shown."""
    return {name for name, one in statistics.items() if isinstance(one, Figure)}


def test_nine_families_of_a_real_survey() -> None:
    exact = peers.quantiles(SHARES)
    percent = [round(100 * exact[name], 2) for name in (LOWER_QUARTILE, MEDIAN, UPPER_QUARTILE)]
    assert percent == [20.67, 23.94, 28.12]
    for own in range(9):
        statistics = shown(SHARES, [own])
        assert names(statistics) == {LOWER_QUARTILE, MEDIAN, UPPER_QUARTILE}
        assert statistics[LOWER_QUARTILE] == Figure(
            0.2, Relation.EXACT, Unit.SHARE, None, None, CountBand.FROM_5
        )
        assert [getattr(statistics[name], "value", None) for name in (MEDIAN, UPPER_QUARTILE)] == [
            0.25,
            0.3,
        ]
        assert peers.contributors(statistics) is CountBand.FROM_5
        assert statistics[P10] == Suppressed("At least 17 other organisations are needed.", 17)


@pytest.mark.parametrize(
    ("families", "expected"),
    [
        (5, set()),
        (6, {MEDIAN}),
        (7, {MEDIAN}),
        (8, {LOWER_QUARTILE, MEDIAN, UPPER_QUARTILE}),
        (17, {LOWER_QUARTILE, MEDIAN, UPPER_QUARTILE}),
        (18, set(QUANTILES)),
    ],
)
def test_how_many_others_each_quantile_needs(families: int, expected: set[str]) -> None:
    """An organisation's own people know one family, in the middle here."""
    assert names(shown([float(one) for one in range(families)], [families // 2])) == expected


def test_rounding_and_bands_go_by_those_who_are_unknown() -> None:
    values = [0.4137 + one / 1000 for one in range(21)]
    fine, coarse = shown(values, [0]), shown(values, [0, 1])
    assert isinstance(fine[MEDIAN], Figure)
    assert (fine[MEDIAN].value, fine[MEDIAN].base) == (0.42, CountBand.FROM_20)
    assert isinstance(coarse[MEDIAN], Figure)
    assert (coarse[MEDIAN].value, coarse[MEDIAN].base) == (0.4, CountBand.FROM_10)


# Interpolated quartiles of 5 or 9 members are exactly one member's value: position 1 + (n - 1) p.
@pytest.mark.parametrize("families", [5, 9])
def test_the_textbooks_quartile_is_one_members_value_and_ours_is_nobodys(families: int) -> None:
    values = [float(2**one) for one in range(families)]
    for p in (0.25, 0.5, 0.75):
        position = (families - 1) * p
        assert position == int(position)
        weights = harrell_davis_weights(families, p)
        assert max(weights) < 0.46
        quantile = sum(weight * value for weight, value in zip(weights, values, strict=True))
        assert quantile != values[int(position)]


def test_of_twenty_families_fifteen_known_can_leave_one_with_all_the_weight() -> None:
    """Four unknown ones lie at the ends, one in the middle: the median tells the last one's."""
    values = [float(one) for one in range(20)]
    unknown = {0, 1, 10, 18, 19}
    known = [one for one in range(20) if one not in unknown]
    weights = harrell_davis_weights(20, 0.5)
    share = peers.largest_unknown_share(values, known, weights)
    assert share == pytest.approx(weights[10] / sum(weights[one] for one in unknown))
    assert share > 0.999
    assert peers.has_enough(MEDIAN, 5, RULES)
    assert not peers.hides_each(values, known, MEDIAN, RULES)
    assert shown(values, known)[MEDIAN] == Suppressed(
        "At least 5 other organisations are needed.", 5
    )
    # Five unknown in the middle hide each other.
    middle = [one for one in range(20) if one not in {8, 9, 10, 11, 12}]
    assert names(shown(values, middle)) == {MEDIAN}


def subtract(
    values: Sequence[float], known: Collection[int], name: str, quantile: float
) -> tuple[int, float]:
    """Return whom a coalition finds out most of, and the value that it comes to.

    It takes what it knows away from a quantile and takes the rest for the heaviest unknown one's.
    """
    weights = harrell_davis_weights(len(values), QUANTILES[name])
    unknown = [one for one in range(len(values)) if one not in known]
    heaviest = max(unknown, key=lambda one: weights[one])
    left = quantile - sum(weights[one] * values[one] for one in known)
    return heaviest, left / sum(weights[one] for one in unknown)


@pytest.mark.parametrize("rule", ["gate", "minimum"])
def test_without_a_rule_a_coalition_subtracts_what_it_knows(
    rule: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = [0.04 * one for one in range(21)]
    unknown = {"gate": {0, 1, 10, 19, 20}, "minimum": {9, 10, 11}}[rule]
    known = [one for one in range(21) if one not in unknown]
    assert names(shown(values, known)) == set()
    if rule == "gate":
        monkeypatch.setattr(peers, "hides_each", lambda *_: True)
    else:
        monkeypatch.setattr(peers, "has_enough", lambda *_: True)
    let_through = shown(values, known)
    assert MEDIAN in names(let_through)
    target, guess = subtract(values, known, MEDIAN, peers.quantiles(values)[MEDIAN])
    assert target == 10
    assert abs(guess - values[target]) < 1e-9


def test_without_rounding_a_coalition_knows_the_rest_exactly(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    values = [0.031 * one for one in range(12)]
    exact = peers.quantiles(values)[MEDIAN]
    told = shown(values, [0])[MEDIAN]
    assert isinstance(told, Figure)
    assert told.value == 0.15
    assert abs(told.value - exact) > 0.02
    monkeypatch.setattr(peers, "rounded", lambda value, *_: value)
    told = shown(values, [0])[MEDIAN]
    assert isinstance(told, Figure)
    assert told.value == exact


def test_equal_values_are_dealt_out_in_the_way_that_is_worst() -> None:
    """Which of several equal values stands first means nothing, so a name must not decide."""
    values = [0.0, 0.0, 0.0, 0.5, 0.5, 0.5, 0.5, 1.0, 1.0]
    weights = harrell_davis_weights(9, 0.5)
    shares = {
        peers.largest_unknown_share(values, known, weights)
        for known in ([3, 4, 5], [4, 5, 6], [3, 5, 6], [3, 4, 6])
    }
    # The one unknown of the middle run may be the heaviest of its four positions.
    (share,) = shares
    assert share == pytest.approx(
        max(weights[3:7]) / (max(weights[3:7]) + sum(weights[:3]) + sum(weights[7:]))
    )
    distinct = peers.largest_unknown_share([float(one) for one in range(9)], [3, 4, 5], weights)
    assert distinct < share


def test_nobody_unknown_and_unknown_without_weight_are_refused() -> None:
    weights = harrell_davis_weights(6, 0.5)
    assert peers.largest_unknown_share([1.0] * 6, range(6), weights) == 1.0
    assert peers.largest_unknown_share([1.0, 2.0], [1], (0.0, 1.0)) == 1.0
    assert peers.largest_share_at_worst(6, 0.5, 6) == 1.0
    assert names(shown([1.0] * 6, range(6))) == set()


@given(
    st.lists(st.sampled_from([0.0, 0.1, 0.2, 0.3, 0.4]), min_size=1, max_size=24).map(sorted),
    st.data(),
)
def test_what_is_shown_never_leans_on_one_unknown_family(
    values: list[float], data: st.DataObject
) -> None:
    known = data.draw(st.sets(st.integers(0, len(values) - 1)))
    for name, one in shown(values, known).items():
        if not isinstance(one, Figure):
            continue
        unknown = [at for at in range(len(values)) if at not in known]
        weights = harrell_davis_weights(len(values), QUANTILES[name])
        assert len(unknown) >= RULES.minimum_of(name)
        assert max(weights[at] for at in unknown) <= 0.5 * sum(weights[at] for at in unknown)
        # The quick answer for many families never says more than the slow one.
        assert peers.largest_unknown_share(values, known, weights) <= 0.5


@given(st.integers(1, 40), st.data())
def test_the_quick_bound_is_a_bound(families: int, data: st.DataObject) -> None:
    known = data.draw(st.sets(st.integers(0, families - 1)))
    values = [float(one) for one in range(families)]
    for p in QUANTILES.values():
        weights = harrell_davis_weights(families, p)
        share = peers.largest_unknown_share(values, known, weights)
        bound = peers.largest_share_at_worst(families, p, len(known))
        assert share <= bound or math.isclose(share, bound)


def test_the_numbers_can_be_made_stricter_and_never_laxer() -> None:
    assert PeerRules(median_minimum=6, largest_share=0.4).minimum_of(MEDIAN) == 6
    for laxer in (
        {"median_minimum": 4},
        {"quartile_minimum": 6},
        {"tail_minimum": 16},
        {"largest_share": 0.51},
        {"largest_share": 0.0},
        {"complement_minimum": 4},
        {"together_minimum": 2},
        {"stable_from": 49},
        {"carried_releases": 3},
    ):
        with pytest.raises(ValueError, match="must not be"):
            PeerRules(**laxer)
    assert RULES.to_json() == {
        "median_minimum": 5,
        "quartile_minimum": 7,
        "tail_minimum": 17,
        "largest_share": 0.5,
        "complement_minimum": 5,
        "together_minimum": 3,
        "stable_from": 50,
        "carried_releases": 2,
    }


def test_a_quarter_follows_from_what_is_shown() -> None:
    statistics = shown(SHARES, [4])

    def quarter(value: float, relation: Relation = Relation.EXACT) -> Standing | None:
        own = Figure(value, relation, Unit.SHARE, None, None, CountBand.FROM_5)
        return peers.quarter(own, statistics)

    # Shown are 20, 25 and 30 %.
    assert [quarter(one) for one in (0.1, 0.2, 0.21, 0.25, 0.3, 0.35)] == [
        Standing(1, 4),
        Standing(1, 4),
        Standing(2, 4),
        Standing(2, 4),
        Standing(3, 4),
        Standing(4, 4),
    ]
    assert quarter(0.2, Relation.AT_MOST) == Standing(1, 4)
    assert quarter(0.25, Relation.AT_MOST) is None
    assert quarter(0.35, Relation.AT_LEAST) == Standing(4, 4)
    assert quarter(0.25, Relation.AT_LEAST) is None
    assert peers.quarter(Suppressed("At least 5 answers are needed.", 5), statistics) is None
    few = shown(SHARES[:7], [0])
    assert names(few) == {MEDIAN}
    own = Figure(0.1, Relation.EXACT, Unit.SHARE, None, None, CountBand.FROM_5)
    assert peers.quarter(own, few) is None


@pytest.mark.parametrize(
    ("families", "value", "expected"),
    [
        # 19 unknown: told by the quartiles alone.
        (20, 5.0, None),
        # Of 20 others none is lower, 5, 10, or all.
        (21, 0.0, Standing(1, 10)),
        (21, 5.0, Standing(3, 10)),
        (21, 10.0, Standing(6, 10)),
        (21, 20.0, Standing(10, 10)),
        # Of 50 others.
        (51, 0.0, Standing(1, 100)),
        (51, 25.0, Standing(51, 100)),
        (51, 50.0, Standing(100, 100)),
    ],
)
def test_a_fine_standing_takes_many_others(
    families: int, value: float, expected: Standing | None
) -> None:
    values = [float(one) for one in range(families)]
    own = int(value)
    statistics = shown(values, [own], Unit.DAYS)
    assert peers.fine_standing(value, values, own, families - 1, statistics) == expected


def test_equal_values_count_half() -> None:
    values = [1.0] * 21
    statistics = shown(values, [3], Unit.DAYS)
    assert peers.fine_standing(1.0, values, 3, 20, statistics) == Standing(6, 10)
    # An organisation that differs from its family is compared with the other families.
    assert peers.fine_standing(0.5, values, 3, 20, statistics) == Standing(1, 10)
    assert peers.fine_standing(2.0, values, 3, 20, statistics) == Standing(10, 10)
    hidden = peers.nothing(RULES)
    assert peers.fine_standing(1.0, values, 3, 20, hidden) is None
    assert hidden[P90] == Suppressed("At least 17 other organisations are needed.", 17)
