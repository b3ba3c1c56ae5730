"""One release, read by HR, by a consultant of the same firm and by one of another: by hand."""

import numpy as np
import pytest
from scipy import special

from tenants.disclosure.figures import Suppressed
from tests.tenants.benchmarks.shown import read
from tests.tenants.benchmarks.town import look, make_firm, make_release, make_town

pytestmark = pytest.mark.usefixtures("connection")

# Twenty families, a step of four points apart: the position is the value.
VALUES = [0.1 + 0.04 * at for at in range(20)]
# The firm serves four that lie apart; the other firm serves fourteen and not the ones in between.
FIRM = (0, 6, 12, 18)
OTHER = tuple(at for at in range(20) if at not in {0, 6, 8, 9, 10, 11})
NEEDED = {"p10": 17, "lower_quartile": 7, "median": 5, "upper_quartile": 7, "p90": 17}
P = {"p10": 0.1, "lower_quartile": 0.25, "median": 0.5, "upper_quartile": 0.75, "p90": 0.9}


def suppressed_by_hand(known: tuple[int, ...]) -> set[str]:
    """Return which quantiles those must not see who know the families at some positions."""
    unknown = [at for at in range(20) if at not in known]
    hidden = set()
    for name, p in P.items():
        steps = special.betainc(21 * p, 21 * (1 - p), np.arange(21) / 20)
        weights = np.diff(steps)
        share = max(weights[at] for at in unknown) / sum(weights[at] for at in unknown)
        if len(unknown) < NEEDED[name] or share > 0.5:
            hidden.add(name)
    return hidden


async def test_three_readers_see_three_different_sets() -> None:
    members = await make_town(VALUES)
    one = members[0]
    _, consultant = await make_firm([members[at] for at in FIRM])
    _, other = await make_firm([members[at] for at in OTHER])
    await look(members)
    await make_release()
    found = {}
    for name, viewer, member in (
        ("HR", one.hr, one),
        ("the firm's", consultant, one),
        ("the other firm's", other, members[OTHER[0]]),
    ):
        compared = await read(viewer, member)
        assert compared.requested == compared.peer_group
        found[name] = {
            quantile
            for quantile, shown in compared.quantiles.items()
            if isinstance(shown, Suppressed)
        }
    assert found == {
        "HR": suppressed_by_hand((0,)),
        "the firm's": suppressed_by_hand(FIRM),
        "the other firm's": suppressed_by_hand(OTHER),
    }
    # 19, 16 and 6 are unknown to them: the tails take 17 and the quartiles 7.
    assert found == {
        "HR": set(),
        "the firm's": {"p10", "p90"},
        "the other firm's": {"p10", "lower_quartile", "upper_quartile", "p90"},
    }
