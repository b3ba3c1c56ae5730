"""Reading: nobody is shown what leaves over, beside all that they know, the value of another."""

import pytest

from tenants.access import Role, Viewer
from tenants.benchmarks import comparisons
from tenants.benchmarks.told import Told
from tenants.model import new_id
from tests.tenants.benchmarks.shown import HIDDEN, read, values
from tests.tenants.benchmarks.town import (
    engage,
    look,
    make_firm,
    make_member,
    make_release,
    make_town,
)

pytestmark = pytest.mark.usefixtures("connection")


async def test_a_firms_consultant_sees_less_than_the_client_itself() -> None:
    members = await make_town([0.1 * one for one in range(9)])
    _, consultant = await make_firm(members[:4])
    _, lone = await make_firm(members[5:6])
    await look(members)
    await make_release()
    assert set(values(await read(consultant, members[0]))) == {"median"}
    quartiles = {"lower_quartile", "median", "upper_quartile"}
    assert set(values(await read(members[0].hr, members[0]))) == quartiles
    assert set(values(await read(lone, members[5]))) == quartiles


async def test_whoever_got_to_see_another_contributor_since_is_shown_nothing() -> None:
    """The release could not know; the row is made for somebody who knows less."""
    members = await make_town([0.1 * one for one in range(9)])
    stranger = await make_member(joined_on=None)
    firm_id, consultant = await make_firm(members[:2])
    await look(members)
    await make_release()
    assert values(await read(consultant, members[0])) != {}
    assert consultant.id is not None
    await engage(firm_id, consultant.id, members[5])
    more = {**consultant.roles, members[5].organisation_id: Role.CONSULTANT}
    later = Viewer(consultant.kind, consultant.id, "Consultant", more)
    found = await read(later, members[0])
    assert found.quantiles == HIDDEN
    assert (found.peer_group, found.standing) == (None, None)
    # An organisation that contributed nothing tells nothing.
    harmless = {**consultant.roles, stranger.organisation_id: Role.CONSULTANT}
    other = Viewer(consultant.kind, consultant.id, "Consultant", harmless)
    assert values(await read(other, members[0])) != {}
    # Nor does a member who is in two organisations escape, whatever the part there.
    both = {members[0].organisation_id: Role.HR, members[1].organisation_id: Role.HIRING_MANAGER}
    person = Viewer(members[0].hr.kind, new_id(), "Both", both)
    assert (await read(person, members[0])).quantiles == HIDDEN


async def test_a_release_after_that_knows_again() -> None:
    members = await make_town([0.1 * one for one in range(9)])
    firm_id, consultant = await make_firm(members[:1])
    assert consultant.id is not None
    await look(members)
    await make_release()
    await engage(firm_id, consultant.id, members[1])
    roles = dict.fromkeys((one.organisation_id for one in members[:2]), Role.CONSULTANT)
    both = Viewer(consultant.kind, consultant.id, "Consultant", roles)
    assert values(await read(both, members[0])) == {}
    await look(members)
    await make_release()
    # Without the two smallest of nine the lower quartile leans on the third.
    assert set(values(await read(both, members[0]))) == {"median", "upper_quartile"}


def row(audience: bytes, *coalition: str) -> tuple[bytes, Told]:
    """Return a row of one group, made for an audience that knows some families."""
    return audience, Told(("ALL",), [None] * 5, [None], [None], frozenset(coalition))


@pytest.mark.parametrize(
    ("keys", "others", "chosen"),
    [
        ((), (), b""),
        ((b"firm",), (), b"firm"),
        ((b"person",), (), b"person"),
        # Who belongs to both knows both; only a row that covers all of it will do.
        ((b"firm", b"person"), (), None),
        ((b"firm", b"wide"), (), b"wide"),
        ((b"unknown",), (), b""),
        ((), ("own",), b""),
        ((), ("first",), None),
        ((b"firm",), ("first",), b"firm"),
        ((b"firm",), ("second",), None),
    ],
)
def test_the_row_must_be_made_for_somebody_who_knows_as_much(
    keys: tuple[bytes, ...], others: tuple[str, ...], chosen: bytes | None
) -> None:
    rows = [
        row(b"", "own"),
        row(b"firm", "own", "first"),
        row(b"person", "own", "second"),
        row(b"wide", "own", "first", "third"),
    ]
    found = comparisons.choose_audience(rows, keys, frozenset(others))
    assert found == next((told for audience, told in rows if audience == chosen), None)
