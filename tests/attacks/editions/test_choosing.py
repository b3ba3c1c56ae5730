"""Nobody gains by choosing a window after the fact; if a change held at once, somebody would.

The attacker reads as HR and has accomplices: hidden respondents who tell it what they answered. It
has seen who answered in a year before it decides how long the windows of that year are.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from tenants.disclosure.rules import Dimension
from tenants.insights.windows import months_after, window_of
from tenants.organisations.insight_settings import NUMBERS
from tests.attacks.editions.attacker import People, isolated
from tests.attacks.editions.organisations import (
    EVERYTHING,
    FIRST_DAY,
    FULL,
    Organisation,
    Sums,
    make_organisation,
    published,
    version,
)

ORGANISATIONS = range(40)
CHOICES = (6, 3)
DECIDED = months_after(FIRST_DAY, 11)


def first_year(seed: int) -> Organisation:
    """Return an organisation that has only one year of answers, in one window of twelve months."""
    found = make_organisation(2 * seed)
    numbers = {name: getattr(found.settings[0], name) for name in NUMBERS}
    settings = (version(numbers, FIRST_DAY, 12, Dimension.DEPARTMENT),)
    answered = tuple(one for one in found.answered if one[0] < 12)
    return replace(found, settings=settings, answered=answered)


def choose(one: Organisation, starts_on: date, months: int) -> Sums:
    """Return what is published if somebody decides on shorter windows."""
    numbers = {name: getattr(one.settings[0], name) for name in NUMBERS}
    chosen = version(numbers, starts_on, months, Dimension.DEPARTMENT)
    return published(replace(one, settings=(*one.settings, chosen)))


def starts_by_the_rule(one: Organisation) -> date:
    """Return from when on the product lets a change hold that is decided in the twelfth month."""
    window = window_of(
        DECIDED, first_day=FIRST_DAY, published_until=None, versions=one.settings, hidden=FULL
    )
    return window.ends_on


def victims(one: Organisation, before: Sums, after: Sums) -> Iterator[People]:
    """Yield who is left alone after a choice, and was not before, for so few accomplices."""
    readable = one.readable("HR")
    for cell in after[EVERYTHING]:
        hidden = sorted(cell - readable, key=str)
        if len(hidden) != one.crowd:
            continue
        known = readable | frozenset(hidden[1:])
        if not list(isolated(before[EVERYTHING], known, 2)):
            yield from isolated(after[EVERYTHING], known, 2)


def test_a_change_that_is_decided_late_publishes_nothing_else() -> None:
    for seed in ORGANISATIONS:
        one = first_year(seed)
        unchanged = published(one)
        for months in CHOICES:
            assert choose(one, starts_by_the_rule(one), months) == unchanged


@pytest.mark.parametrize("months", CHOICES)
def test_a_change_that_held_at_once_would_leave_somebody_alone(months: int) -> None:
    alone = [
        victim
        for one in map(first_year, ORGANISATIONS)
        for victim in victims(one, published(one), choose(one, FIRST_DAY, months))
    ]
    assert {len(one) for one in alone} == {1}
