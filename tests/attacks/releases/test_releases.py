"""Attacks over several releases and groups, each with its rule and with the rule switched off."""

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from tenants.benchmarks import publication
from tenants.benchmarks.telling import MetricRelease
from tenants.disclosure import groups
from tenants.disclosure.groups import Settled
from tenants.organisations.models import Industry
from tests.attacks.releases.towns import (
    FIRM,
    Course,
    Family,
    found_by_change,
    found_by_parts,
    make_families,
    published,
    shown_to_firm,
)

Switch = Callable[[pytest.MonkeyPatch], None]
SETTLE = groups.settle
TOWN = make_families(21)
# Whose weight is large, because what is published lies near its value.
NEW = Family("newcomer", 0.84)


def joiners_do_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let everybody in at once."""

    def settle(current: Any, earlier: Any, *others: Any) -> Settled:
        found = SETTLE(current, earlier, *others)
        return Settled({**found.votes, **current}, found.withheld)

    monkeypatch.setattr(groups, "settle", settle)


def nobody_is_carried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let whoever lapsed be missing at once."""

    def settle(current: Any, earlier: Any, *others: Any) -> Settled:
        votes = SETTLE(current, earlier, *others).votes
        return Settled({name: vote for name, vote in votes.items() if name in current})

    monkeypatch.setattr(groups, "settle", settle)


def nothing_is_withheld(monkeypatch: pytest.MonkeyPatch) -> None:
    """Publish the group however few have gone."""

    def settle(*given: Any) -> Settled:
        return Settled(SETTLE(*given).votes)

    monkeypatch.setattr(groups, "settle", settle)


def everybody_is_an_outsider(monkeypatch: pytest.MonkeyPatch) -> None:
    """Count a crowd as if nobody knew any of it."""
    is_few = groups.is_few
    monkeypatch.setattr(
        publication, "is_few", lambda families, _coalitions, rules: is_few(families, (), rules)
    )


def complements_are_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Publish every narrow group that has enough families."""
    monkeypatch.setattr(groups, "hide_complements", lambda given, *_, **__: frozenset(given))


def a_firms_remainder_is_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Show a firm every group that enough others stand in, whoever is left over."""
    monkeypatch.setattr(MetricRelease, "_without_remainders", lambda _self, told, *_: told)


def one_lapses() -> tuple[Course, frozenset[str]]:
    """One gives too little from the second release on, for four releases."""
    course = Course()
    course.release([*TOWN, NEW])
    for _ in range(4):
        course.release(TOWN)
    return course, frozenset()


def a_firm_withdraws_two_of_its_own_with_one() -> tuple[Course, frozenset[str]]:
    """A firm takes two clients out in the quarter in which another family leaves."""
    leaving = [replace(one, observers=(FIRM,)) for one in make_families(2, seed=5, first=90)]
    town = [replace(one, observers=(FIRM,)) if at < 3 else one for at, one in enumerate(TOWN)]
    course = Course()
    course.release([*town, NEW, *leaving])
    course.release(town, gone=[NEW, *leaving])
    return course, frozenset(one.name for one in (*town[:3], *leaving))


@pytest.mark.parametrize(
    ("happens", "switch"),
    [
        (one_lapses, nothing_is_withheld),
        (a_firm_withdraws_two_of_its_own_with_one, everybody_is_an_outsider),
    ],
)
def test_who_goes_is_found_only_without_the_rule(
    happens: Callable[[], tuple[Course, frozenset[str]]],
    switch: Switch,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    course, firm = happens()
    assert "ALL" in published(course.drafts[0])
    assert found_by_change(course, firm) == []
    switch(monkeypatch)
    found = found_by_change(*happens())
    assert {name for _, name in found} == {NEW.name}


def test_three_who_join_or_leave_together_do_not_withhold_a_group() -> None:
    """They are a crowd by the rule; the attackers of this module look at one or two only."""
    three = make_families(3, seed=9, first=90)
    course = Course()
    course.release(TOWN)
    course.release([*TOWN, *three])
    course.release(TOWN, gone=three)
    assert [len(draft.standing["ALL"] or ()) for draft in course.drafts] == [21, 24, 21]
    assert all("ALL" in published(draft) for draft in course.drafts)


def test_the_one_outside_all_narrow_groups_is_found_only_without_the_rule(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    alone = replace(NEW, industry=Industry.FINANCE)
    draft = Course().release([*TOWN, alone])
    assert "INDUSTRY_TECHNOLOGY" not in published(draft)
    assert found_by_parts(draft) == []
    complements_are_not_counted(monkeypatch)
    draft = Course().release([*TOWN, alone])
    assert "INDUSTRY_TECHNOLOGY" in published(draft)
    assert found_by_parts(draft) == [alone.name]


def test_a_firm_that_knows_all_but_one_who_are_left_over_finds_it_only_without_the_rule(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Five are in no narrow group, which is a crowd to all but those who serve four of them."""
    alone = replace(NEW, industry=Industry.FINANCE)
    clients = [
        replace(one, industry=Industry.FINANCE, observers=(FIRM,))
        for one in make_families(4, seed=3, first=80)
    ]
    served = replace(TOWN[0], observers=(FIRM,))
    families = [served, *TOWN[1:], alone, *clients]
    firm = frozenset(one.name for one in (served, *clients))

    def attack() -> tuple[list[str], list[str]]:
        course = Course()
        draft = course.release(families)
        assert "INDUSTRY_TECHNOLOGY" in published(draft)
        shown = shown_to_firm(draft, course.fields[0])
        return sorted(shown), found_by_parts(draft, firm, shown)

    shown, found = attack()
    # The wide group is shown, and of the parts that would leave one over none is.
    assert "ALL" in shown
    assert "INDUSTRY_TECHNOLOGY" not in shown
    assert found == []
    a_firms_remainder_is_not_counted(monkeypatch)
    shown, found = attack()
    assert "INDUSTRY_TECHNOLOGY" in shown
    assert found == [alone.name]


@pytest.mark.parametrize("seed", range(4))
def test_over_a_random_course_nobody_is_found(seed: int) -> None:
    """Families join, lapse, come back and withdraw over six releases, some of them a firm's."""
    chance = Random(seed)  # noqa: S311 - no secret.
    everybody = [
        replace(
            one,
            observers=(FIRM,) if chance.random() < 0.25 else (),
            industry=chance.choice((Industry.TECHNOLOGY, Industry.FINANCE)),
        )
        for one in make_families(34, seed=seed)
    ]
    firm = frozenset(one.name for one in everybody if one.observers)
    course, gone = Course(), set[str]()
    for _ in range(6):
        here = [one for one in everybody if one.name not in gone and chance.random() < 0.9]
        leaving = [one for one in here if chance.random() < 0.03]
        gone |= {one.name for one in leaving}
        course.release(
            [one for one in here if one.name not in gone],
            gone=[one for one in everybody if one.name in gone],
        )
    assert sum("ALL" in published(draft) for draft in course.drafts) >= 2
    assert found_by_change(course, firm) == []
    assert found_by_change(course) == []
    assert [found_by_parts(draft) for draft in course.drafts] == [[]] * 6
