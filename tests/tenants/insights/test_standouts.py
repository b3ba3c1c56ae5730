"""What stands out in a part: what the demo plants is found for certain, and nothing else is."""

from datetime import date
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from deploy.demo.clients import CLIENTS, Client
from tenants.insights.standouts import find_standouts
from tenants.metrics import reason_key
from tenants.statistics import exact_level
from tests.tenants.insights.planted import editions

# The demo's generator reads the settings of an installation.
pytestmark = pytest.mark.usefixtures("database")

SEEDS: Final = range(20)
TODAY: Final = date(2026, 11, 29)
NORTHWIND, HARBOUR, CALDER = (
    next(one for one in CLIENTS if one.slug == slug)
    for slug in ("northwind-robotics", "harbour-software", "calder-optics")
)


def look(client: Client, seed: int) -> tuple[int, int, int, int]:
    """Return editions with the planted parts shown, those that find all, others, and all."""
    planted = {
        (one.name, reason_key(one.finding.reason)) for one in client.departments if one.finding
    }
    shown = complete = others = count = 0
    for cells in editions(client, seed, TODAY):
        whole = cells.pop(None)
        parts = {segment: one for segment, one in cells.items() if segment is not None}
        found = {(one.segment, one.metric) for one in find_standouts(whole, parts)}
        count += 1
        others += bool(found - planted)
        if all(segment in parts for segment, _ in planted):
            shown += 1
            complete += planted <= found
    return shown, complete, others, count


def test_what_is_planted_is_found_and_nothing_else_over_twenty_seeds() -> None:
    shown, complete, others, count = (
        sum(each) for each in zip(*(look(NORTHWIND, seed) for seed in SEEDS), strict=True)
    )
    assert (shown, complete, others, count) == (40, 40, 0, 40)


@pytest.mark.parametrize(("client", "seed"), [(HARBOUR, 0), (HARBOUR, 1), (CALDER, 0), (CALDER, 1)])
def test_other_clients_show_theirs_and_who_has_nothing_planted_shows_nothing(
    client: Client, seed: int
) -> None:
    shown, complete, others, _ = look(client, seed)
    assert (complete, others) == (shown, 0)


@given(st.tuples(st.integers(1, 60), st.integers(1, 60)).flatmap(
    lambda n: st.tuples(
        st.tuples(st.integers(0, n[0]), st.just(n[0])),
        st.tuples(st.integers(0, n[1]), st.just(n[1])),
    )
))  # fmt: skip
def test_the_exact_level_is_that_of_scipy(pair: tuple[tuple[int, int], tuple[int, int]]) -> None:
    table = [[k, n - k] for k, n in pair]
    assert exact_level(*pair) == pytest.approx(stats.fisher_exact(table).pvalue, abs=1e-9)
