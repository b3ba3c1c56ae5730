"""Attackers over random courses of releases: nobody is found, and somebody is without any rule.

The attacker controls one organisation, a firm with several clients, or a firm with clients and
organisations that it made up, and knows everybody else exactly who stays from release to release.
"""

from dataclasses import dataclass, replace
from typing import Final

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

from tenants.organisations.models import Industry
from tests.attacks.releases.test_releases import (
    Switch,
    joiners_do_not_wait,
    nobody_is_carried,
    nothing_is_withheld,
)
from tests.attacks.releases.towns import (
    FIRM,
    Course,
    Family,
    found_by_change,
    found_by_parts,
)

RELEASES: Final = 4
FEWEST, MOST = 8, 24
VALUES: Final = st.integers(3000, 9000).map(lambda one: one / 10_000)
QUICK: Final = settings(
    max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), database=None
)


@dataclass(frozen=True)
class World:
    """Families, and in each release who gives something and who has withdrawn.

    Attributes:
        families: All that there ever are.
        here: Positions of those who give something, for each release.
        gone: Positions of those who withdrew, likewise.
    """

    families: tuple[Family, ...]
    here: tuple[frozenset[int], ...]
    gone: tuple[frozenset[int], ...]


@st.composite
def worlds(draw: st.DrawFn, *, clients: bool, sybils: bool) -> World:
    """Draw a town of which a few come and go."""
    count = draw(st.integers(FEWEST, MOST))
    served = draw(st.sets(st.integers(0, count - 1), max_size=4)) if clients else set()
    made_up = draw(st.integers(1, 2)) if sybils else 0
    families = [
        Family(
            f"family-{at:02}",
            draw(VALUES),
            draw(st.sampled_from((Industry.TECHNOLOGY,) * 4 + (Industry.FINANCE,))),
            observers=(FIRM,) if at in served or at >= count else (),
        )
        for at in range(count + made_up)
    ]
    here, gone = [], []
    left: frozenset[int] = frozenset()
    moving = draw(st.sets(st.integers(0, len(families) - 1), max_size=3))
    for _ in range(RELEASES):
        away = draw(st.sets(st.sampled_from(sorted(moving)))) if moving else set()
        # Whoever withdrew stays away.
        left |= draw(st.sets(st.sampled_from(sorted(away)), max_size=1)) if away else set()
        here.append(frozenset(range(len(families))) - away - left)
        gone.append(left)
    return World(tuple(families), tuple(here), tuple(gone))


ATTACKERS: Final = {
    "one organisation": worlds(clients=False, sybils=False),
    "a firm": worlds(clients=True, sybils=False),
    "a firm with sybils": worlds(clients=True, sybils=True),
}


def found(world: World) -> list[str]:
    """Return whom the attacker finds in the course of a world."""
    course, known = Course(), frozenset(one.name for one in world.families if one.observers)
    for here, gone in zip(world.here, world.gone, strict=True):
        course.release(
            [world.families[at] for at in sorted(here)],
            gone=[replace(world.families[at]) for at in sorted(gone)],
        )
    by_change = [name for _, name in found_by_change(course, known)]
    return [*by_change, *(name for draft in course.drafts for name in found_by_parts(draft))]


@pytest.mark.parametrize("attacker", ATTACKERS)
def test_nobody_is_found(attacker: str) -> None:
    @QUICK
    @given(ATTACKERS[attacker])
    def holds(world: World) -> None:
        assert found(world) == []

    holds()


@pytest.mark.parametrize("switch", [joiners_do_not_wait, nobody_is_carried, nothing_is_withheld])
def test_somebody_is_found_without_the_rule(
    switch: Switch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other rules are switched off where what happens is told step by step."""
    switch(monkeypatch)
    search = settings(QUICK, max_examples=300, phases=[Phase.generate], derandomize=True)
    try:
        world = find(ATTACKERS["one organisation"], lambda one: found(one) != [], settings=search)
    except NoSuchExample:
        pytest.fail(f"the property holds without the rule {switch.__name__}")
    # And with the rule nobody is.
    monkeypatch.undo()
    assert found(world) == []
