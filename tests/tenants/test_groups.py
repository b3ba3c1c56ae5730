"""Who stands in a peer group: nobody comes, goes or is left over alone."""

from collections.abc import Collection, Mapping
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenants.disclosure.groups import (
    UNKNOWN,
    Settled,
    Vote,
    Votes,
    hide_complements,
    is_few,
    settle,
)
from tenants.disclosure.peers import PeerRules

RULES = PeerRules()


def votes(names: Collection[str], value: float = 0.5) -> dict[str, Vote]:
    return {name: Vote(value, 10) for name in names}


def settled(
    current: Votes,
    earlier: Votes | None,
    gone: Collection[str] = (),
    coalitions: Collection[Collection[str]] = (),
) -> Settled:
    few = partial(is_few, coalitions=coalitions, rules=RULES)
    return settle(current, earlier, gone, few, RULES)


@pytest.mark.parametrize(
    ("current", "waiting"), [("abcdefg", "g"), ("abcdefgh", "gh"), ("abcdefghi", "")]
)
def test_who_is_new_waits_until_three_are(current: str, waiting: str) -> None:
    found = settled(votes(current), votes("abcdef"))
    assert set(found.votes) == set(current) - set(waiting)
    assert not found.withheld


def test_who_lapsed_is_carried_twice_with_what_was_given_last() -> None:
    now = votes("abcde", 0.6)
    first = settled(now, votes("abcdef", 0.3))
    assert (first.votes["f"], first.votes["a"]) == (Vote(0.3, 10, 1), Vote(0.6, 10))
    second = settled(now, first.votes)
    assert second.votes["f"] == Vote(0.3, 10, 2)
    third = settled(now, second.votes)
    # Then it goes, alone, and the group with it, for this release.
    assert (set(third.votes), third.withheld) == (set("abcde"), True)
    assert settled(now, third.votes) == Settled(now)


def test_who_comes_back_is_carried_no_more() -> None:
    first = settled(votes("abcde"), votes("abcdef", 0.3))
    assert settled(votes("abcdef"), first.votes).votes["f"] == Vote(0.5, 10)


def test_three_who_lapsed_go_together() -> None:
    assert settled(votes("abcde"), votes("abcdefgh")) == Settled(votes("abcde"))


@pytest.mark.parametrize(("left", "withheld"), [("f", True), ("fg", True), ("fgh", False)])
def test_of_who_withdrew_nothing_is_carried(left: str, withheld: bool) -> None:  # noqa: FBT001 - the case.
    found = settled(votes("abcde"), votes("abcde" + left), gone=left)
    assert (set(found.votes), found.withheld) == (set("abcde"), withheld)


def test_who_lapsed_stays_while_another_withdraws() -> None:
    found = settled(votes("abcde"), votes("abcdefg"), gone="g")
    assert (set(found.votes), found.withheld) == (set("abcdef"), True)


def test_two_of_a_firm_are_no_crowd_for_a_third_who_joins_or_leaves() -> None:
    """The firm knows its own two: to it the third would be the only one who came or went."""
    firm = [{"g", "h", "a"}]
    assert set(settled(votes("abcdefghi"), votes("abcdef"), coalitions=firm).votes) == set("abcdef")
    assert len(settled(votes("abcdefghijk"), votes("abcdef"), coalitions=firm).votes) == 11
    # Three of its own tell it nothing, and to others they are a crowd.
    assert len(settled(votes("abcdefghi"), votes("abcdef"), coalitions=["ghi"]).votes) == 9
    left = settled(votes("abcdef"), votes("abcdefghi"), gone="ghi", coalitions=firm)
    assert left.withheld


def test_large_groups_change_freely() -> None:
    many = [f"family-{one}" for one in range(51)]
    assert settled(votes(many[:50]), votes(many)) == Settled(votes(many[:50]))
    # Down to forty-nine the rule holds again: the one that is gone is carried.
    assert len(settled(votes(many[:49]), votes(many[:50])).votes) == 50
    # Of a group that was too large to keep nobody knows who left.
    assert settled(votes(many[:49]), UNKNOWN) == Settled(votes(many[:49]), withheld=True)
    assert settled(votes(many), UNKNOWN) == Settled(votes(many))


NAMES = st.frozensets(st.sampled_from("abcdefghij"), max_size=10)


@given(NAMES, NAMES, NAMES, st.lists(NAMES, max_size=3))
def test_between_two_published_releases_a_crowd_comes_or_goes(
    current: frozenset[str],
    earlier: frozenset[str],
    gone: frozenset[str],
    coalitions: list[frozenset[str]],
) -> None:
    found = settled(votes(current), votes(earlier), gone, coalitions)
    if found.withheld:
        return
    for difference in (found.votes.keys() - earlier, earlier - found.votes.keys()):
        for known in (frozenset(), *coalitions):
            left = len(difference - known)
            assert left == 0 or left >= RULES.together_minimum
    assert not (earlier & gone) - current & found.votes.keys()


WAYS = (("ALL", ("NORTH", "SOUTH")), ("ALL", ("BIG", "SMALL")), ("NORTH", ("NORTH-BIG",)))


def group(first: int, last: int) -> dict[str, Vote]:
    return votes([f"family-{one:02}" for one in range(first, last)])


def published(groups: Mapping[str, Votes]) -> frozenset[str]:
    return hide_complements(groups, WAYS, RULES)


def test_what_the_narrow_groups_leave_over_is_nobody_or_a_crowd() -> None:
    everybody = {"ALL": group(0, 20)}
    for last, north in ((20, True), (15, True), (16, False), (19, False)):
        parts = {**everybody, "NORTH": group(0, last)}
        assert ("NORTH" in published(parts)) is north
    both = {**everybody, "NORTH": group(0, 10), "SOUTH": group(10, 20)}
    assert published(both) == {"ALL", "NORTH", "SOUTH"}
    # The smallest gives way, and what it leaves over is a crowd then.
    assert published({**both, "SOUTH": group(10, 18)}) == {"ALL", "NORTH"}


def test_a_group_that_is_left_out_can_leave_another_out() -> None:
    groups = {
        "ALL": group(0, 20),
        "BIG": group(0, 18),
        "NORTH": group(0, 15),
        "NORTH-BIG": group(0, 12),
    }
    assert published(groups) == {"ALL", "NORTH"}
    # Where the wide one itself says nothing there is nothing to take away from.
    assert published({"NORTH-BIG": group(0, 12)}) == {"NORTH-BIG"}


@given(
    st.dictionaries(
        st.sampled_from(["ALL", "NORTH", "SOUTH", "BIG", "SMALL", "NORTH-BIG"]),
        st.frozensets(st.integers(0, 25), min_size=6).map(
            lambda some: votes([str(o) for o in some])
        ),
        max_size=6,
    )
)
def test_it_holds_for_every_group_and_way(groups: dict[str, Votes]) -> None:
    shown = published(groups)
    assert shown <= groups.keys()
    for whole, parts in WAYS:
        left = [groups[one].keys() for one in parts if one in shown]
        if whole in shown and left:
            rest = groups[whole].keys() - set().union(*left)
            assert len(rest) == 0 or len(rest) >= RULES.complement_minimum


@pytest.mark.parametrize("apart", [True, False])
@pytest.mark.parametrize(
    ("served", "shown"), [("", "WH"), ("v", "W"), ("vwxyz", "WH"), ("ab", "WH")]
)
def test_what_is_left_over_is_counted_without_those_whom_the_reader_knows(
    served: str,
    shown: str,
    apart: bool,  # noqa: FBT001 - the case.
) -> None:
    groups = {"W": votes("abcdefgvwxyz"), "H": votes("abcdefg")}
    unknown = {key: len(set(one) - set(served)) for key, one in groups.items()}
    found = hide_complements(
        groups, [("W", ["H"])], RULES, apart=apart, known=set(served), unknown=unknown
    )
    assert found == set(shown)
