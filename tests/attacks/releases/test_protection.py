"""The protection interval: what a coalition sees leaves every other family a range of values."""

import csv
from collections import defaultdict
from pathlib import Path
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenants.disclosure import peers
from tenants.disclosure.figures import Figure, Unit
from tenants.disclosure.peers import QUANTILES, PeerRules
from tenants.quantiles import harrell_davis_weights
from tests.attacks.releases.attacker import Seen, is_found, needed, step_of

RULES = PeerRules()
FEWEST, MOST = 5, 60
POOLS: Final = 50
CONTRIBUTES: Final = 5
SURVEY: Final = Path(__file__).parents[4] / "shared" / "data" / "surveys" / "tafe_survey.csv"
# Of a real exit survey of nine institutes: who name the private sector, and who answered.
TAFE = (
    (18, 102), (24, 85), (20, 75), (9, 43), (10, 39), (8, 36), (6, 25), (4, 11), (2, 10),
)  # fmt: skip


def shown_to(values: list[float], known: set[int]) -> Seen:
    """Return what a coalition at some positions of sorted values is shown."""
    names = [f"family-{at:02}" for at in range(len(values))]
    shown = peers.shown_to(values, peers.quantiles(values), known, Unit.SHARE, RULES)
    return Seen(
        dict(zip(names, values, strict=True)),
        frozenset(names[at] for at in known),
        {name: one.value for name, one in shown.items() if isinstance(one, Figure)},
        step_of(len(values) - len(known)),
    )


def targets(seen: Seen) -> list[str]:
    """Return the unknown family that what is published leans on most, and the two at the ends."""
    if not seen.quantiles:
        return []
    order = sorted(seen.values)
    unknown = [one for one in order if one not in seen.known]
    weights = [harrell_davis_weights(len(order), QUANTILES[name]) for name in seen.quantiles]
    heaviest = max(unknown, key=lambda one: max(some[order.index(one)] for some in weights))
    return sorted({heaviest, unknown[0], unknown[-1]})


SHARES: Final = st.integers(0, 1000).map(lambda one: one / 1000)
# Many alike, as of small organisations; and all around one place, as of most figures.
KINDS: Final = (SHARES, st.integers(0, 10).map(lambda one: one / 10), st.integers(100, 300).map(
    lambda one: one / 1000))  # fmt: skip


@st.composite
def pools(draw: st.DrawFn) -> Seen:
    """Draw a pool of 5 to 60 families, of which a coalition knows one or many."""
    size = draw(st.integers(FEWEST, MOST))
    kind = draw(st.sampled_from(KINDS))
    values = sorted(draw(st.lists(kind, min_size=size, max_size=size)))
    many = draw(st.integers(1, size - 4))
    first = draw(st.integers(0, size - many))
    together = st.just(set(range(first, first + many)))
    apart = st.sets(st.integers(0, size - 1), min_size=many, max_size=many)
    return shown_to(values, draw(together | apart))


@settings(max_examples=POOLS, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(pools())
def test_no_family_of_random_pools_is_found(seen: Seen) -> None:
    assert [one for one in targets(seen) if is_found(seen, one)] == []


def tafe() -> dict[str, list[float]]:
    """Return the share of each institute that named each factor, of those with five who answered.

    Institutes by their share; factors by the survey's own words.
    """
    with SURVEY.open(encoding="cp1252", newline="") as lines:
        rows = list(csv.DictReader(lines))
    factors = [one for one in rows[0] if one.startswith("Contributing Factors.")]
    answered = [row for row in rows if any(row[one] not in {"", None} for one in factors)]
    institutes = defaultdict(list)
    for row in answered:
        institutes[row["Institute"]].append(row)
    crowds = [some for some in institutes.values() if len(some) >= CONTRIBUTES]
    return {
        factor: sorted(
            sum(row[factor] not in {"", "-"} for row in some) / len(some) for some in crowds
        )
        for factor in factors
    }


@pytest.mark.skipif(not SURVEY.exists(), reason="the survey is not on this machine")
def test_no_institute_of_the_survey_is_found_in_any_of_its_factors() -> None:
    factors = tafe()
    assert len(factors) == 12
    found, shown = [], 0
    for factor, values in factors.items():
        assert len(values) == len(TAFE)
        # Who reads is the one with the lowest share, the one in the middle and the highest.
        for own in (0, len(values) // 2, len(values) - 1):
            seen = shown_to(values, {own})
            shown += len(seen.quantiles)
            found += [(factor, own, one) for one in targets(seen) if is_found(seen, one)]
    assert found == []
    # Of most factors a median and quartiles are shown, so that there is something to attack.
    assert shown > 3 * len(factors)


@pytest.mark.parametrize("own", range(9))
def test_no_institute_of_a_real_survey_is_found_by_another(own: int) -> None:
    values = sorted(named / answered for named, answered in TAFE)
    seen = shown_to(values, {own})
    assert set(seen.quantiles) == {"lower_quartile", "median", "upper_quartile"}
    assert [one for one in seen.values if one not in seen.known and is_found(seen, one)] == []


def test_of_a_few_families_each_is_found_without_the_minimum(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    values = [0.86, 0.9, 0.94]
    assert shown_to(values, {0, 2}).quantiles == {}
    monkeypatch.setattr(peers, "has_enough", lambda *_: True)
    monkeypatch.setattr(peers, "largest_share_at_worst", lambda *_: 0.0)
    for own in range(3):
        seen = shown_to(values, {0, 1, 2} - {own})
        assert len(seen.quantiles) == 5
        assert is_found(seen, f"family-{own:02}")


def test_without_the_gate_whoever_knows_who_stands_at_the_ends_finds_the_one_in_the_middle(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of forty families half are known, and of the others one stands among those."""
    values = [at / 40 for at in range(40)]
    unknown = {*range(10), 20, *range(31, 40)}
    known = set(range(40)) - unknown
    assert "median" not in shown_to(values, known).quantiles
    monkeypatch.setattr(peers, "hides_each", lambda *_: True)
    seen = shown_to(values, known)
    assert "median" in seen.quantiles
    assert seen.step == 0.01
    ends = frozenset(f"family-{at:02}" for at in unknown - {20})
    assert is_found(Seen(seen.values, seen.known | ends, seen.quantiles, seen.step), "family-20")


def test_without_rounding_whoever_knows_all_others_of_a_group_finds_the_last(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whatever the rules let an insider know: the step alone still leaves a range."""
    values = sorted(named / answered for named, answered in TAFE)
    seen = shown_to(values, {0})
    last = frozenset(seen.values) - {"family-04"}
    assert not is_found(Seen(seen.values, last, seen.quantiles, seen.step), "family-04")
    monkeypatch.setattr(peers, "rounded", lambda value, *_: value)
    exact = shown_to(values, {0}).quantiles
    assert is_found(Seen(seen.values, last, exact, 1e-6), "family-04")


def test_how_wide_a_range_must_stay() -> None:
    assert needed(0.5, 0.05) == pytest.approx(0.1)
    assert needed(0.1, 0.05) == pytest.approx(0.05)
    assert needed(0.0, 0.05) == pytest.approx(0.025)
    assert needed(1.0, 0.01) == pytest.approx(0.1)
