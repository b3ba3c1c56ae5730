"""Attackers over random courses of releases: nobody is found, and somebody is without any rule.

The attacker controls one organisation, a firm with several clients, or a firm with clients and
organisations that it made up, and knows everybody else exactly who stays from release to release.
Each rule is switched off once: then the same property, for the same attacker, does not hold.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import pytest
from hypothesis import HealthCheck, Phase, example, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

from tenants.organisations.models import Industry
from tests.attacks.releases.test_releases import (
    NEW,
    TOWN,
    Switch,
    a_firms_remainder_is_not_counted,
    complements_are_not_counted,
    everybody_is_an_outsider,
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
    make_families,
    shown_to_firm,
)

RELEASES: Final = 4
FEWEST, MOST = 8, 24
VALUES: Final = st.integers(3000, 9000).map(lambda one: one / 10_000)
QUICK: Final = settings(
    max_examples=10, deadline=None, suppress_health_check=list(HealthCheck), database=None
)


@dataclass(frozen=True)
class World:
    """Families, and in each release who gives something and who has withdrawn or erased.

    Attributes:
        families: All that there ever are.
        here: Positions of those who give something, for each release.
        gone: Positions of those of whom nothing may be carried, likewise.
    """

    families: tuple[Family, ...]
    here: tuple[frozenset[int], ...]
    gone: tuple[frozenset[int], ...]


@st.composite
def worlds(draw: st.DrawFn, *, clients: bool, sybils: bool) -> World:
    """Draw a town of which a few come and go, and of whom answers are erased."""
    count = draw(st.integers(FEWEST, MOST))
    served = draw(st.sets(st.integers(0, count - 1), max_size=6)) if clients else set()
    made_up = draw(st.integers(1, 3)) if sybils else 0
    families = [
        Family(
            f"family-{at:02}",
            draw(VALUES),
            draw(st.sampled_from((Industry.TECHNOLOGY,) * 3 + (Industry.FINANCE,))),
            observers=(FIRM,) if at in served or at >= count else (),
        )
        for at in range(count + made_up)
    ]
    here, gone = [], []
    left: frozenset[int] = frozenset()
    # What the attacker made up comes and goes when it helps.
    moving = draw(st.sets(st.integers(0, count - 1), max_size=3)) | set(range(count, len(families)))
    for _ in range(RELEASES):
        away = draw(st.sets(st.sampled_from(sorted(moving)))) if moving else set()
        # Whoever withdrew stays away; of whoever erased an answer something else is given.
        left |= draw(st.sets(st.sampled_from(sorted(away)), max_size=1)) if away else set()
        erased = draw(st.sets(st.integers(0, count - 1), max_size=1))
        here.append(frozenset(range(len(families))) - away - left)
        gone.append(left | erased)
    return World(tuple(families), tuple(here), tuple(gone))


def world_of(families: list[Family], *here: set[int], gone: frozenset[int] = frozenset()) -> World:
    """Return a world of some releases; who is gone has gone since the second one."""
    everybody = frozenset(range(len(families)))
    at_first, *later = [everybody - frozenset(one) for one in here]
    return World(tuple(families), (at_first, *later), (frozenset(), *([gone] * len(later))))


def found(world: World) -> list[str]:
    """Return whom the attacker finds in the course of a world."""
    course, known = Course(), frozenset(one.name for one in world.families if one.observers)
    for here, gone in zip(world.here, world.gone, strict=True):
        course.release(
            [world.families[at] for at in sorted(here - gone)],
            gone=[replace(world.families[at]) for at in sorted(gone - here)],
            erased=[world.families[at] for at in sorted(gone & here)],
        )
    names = [name for _, name in found_by_change(course, known)]
    for draft, whole in zip(course.drafts, course.fields, strict=True):
        names += found_by_parts(draft)
        if known:
            names += found_by_parts(draft, known, shown_to_firm(draft, whole))
    return names


FIRMS_TOWN: Final = [*(replace(one, observers=(FIRM,)) for one in TOWN[:3]), *TOWN[3:]]
MADE_UP: Final = [replace(one, observers=(FIRM,)) for one in make_families(2, seed=5, first=90)]
FINANCE: Final = [
    replace(one, industry=Industry.FINANCE) for one in make_families(4, seed=3, first=80)
]
ALONE: Final = replace(NEW, industry=Industry.FINANCE)
ONE, SEVERAL, SYBILS = "one organisation", "a firm", "a firm with sybils"
ATTACKERS: Final = {
    ONE: worlds(clients=False, sybils=False),
    SEVERAL: worlds(clients=True, sybils=False),
    SYBILS: worlds(clients=True, sybils=True),
}
LAST = len(TOWN)
# For each rule an attacker, and a course in which only that rule stands between it and somebody.
AGAINST: Final[dict[Switch, tuple[str, World]]] = {
    joiners_do_not_wait: (ONE, world_of([*TOWN, NEW], {LAST}, set())),
    nobody_is_carried: (ONE, world_of([*TOWN, NEW], set(), {LAST}, {LAST})),
    nothing_is_withheld: (
        ONE,
        world_of([*TOWN, NEW], set(), {LAST}, gone=frozenset({LAST})),
    ),
    complements_are_not_counted: (ONE, world_of([*TOWN, ALONE], set())),
    a_firms_remainder_is_not_counted: (
        SEVERAL,
        world_of(
            [
                replace(TOWN[0], observers=(FIRM,)),
                *TOWN[1:],
                *(replace(one, observers=(FIRM,)) for one in FINANCE),
                ALONE,
            ],
            set(),
        ),
    ),
    everybody_is_an_outsider: (
        SYBILS,
        world_of([*FIRMS_TOWN, NEW, *MADE_UP], {LAST, LAST + 1, LAST + 2}, set()),
    ),
}


def property_of(attacker: str, phases: tuple[Phase, ...]) -> Callable[[], None]:
    """Return what must hold against an attacker: on the courses of above, then on drawn ones."""

    def holds(world: World) -> None:
        assert found(world) == []

    drawn = given(ATTACKERS[attacker])(holds)
    for who, world in AGAINST.values():
        if who == attacker:
            drawn = example(world)(drawn)
    return settings(QUICK, phases=phases)(drawn)


@pytest.mark.parametrize("attacker", ATTACKERS)
def test_nobody_is_found(attacker: str) -> None:
    property_of(attacker, (Phase.explicit, Phase.generate))()


@pytest.mark.parametrize("switch", AGAINST, ids=lambda one: one.__name__)
def test_the_property_does_not_hold_without_the_rule(
    switch: Switch, monkeypatch: pytest.MonkeyPatch
) -> None:
    attacker, _ = AGAINST[switch]
    switch(monkeypatch)
    with pytest.raises(AssertionError):
        property_of(attacker, (Phase.explicit,))()


@pytest.mark.parametrize("switch", [joiners_do_not_wait, nobody_is_carried, nothing_is_withheld])
def test_a_search_finds_somebody_without_the_rule(
    switch: Switch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not only on a course that somebody thought of; the others need one that is rarer."""
    switch(monkeypatch)
    search = settings(QUICK, max_examples=300, phases=[Phase.generate], derandomize=True)
    try:
        world = find(ATTACKERS[ONE], lambda one: found(one) != [], settings=search)
    except NoSuchExample:
        pytest.fail(f"the property holds without the rule {switch.__name__}")
    # And with the rule nobody is.
    monkeypatch.undo()
    assert found(world) == []
