"""Who joins, leaves, lapses or is doubted, from release to release, in the database."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import delete

from tenants.access import Viewer
from tenants.benchmarks import service
from tenants.benchmarks.models import BenchmarkMember, Contribution
from tenants.db import run
from tenants.disclosure import peers
from tenants.errors import Conflict
from tenants.organisations.models import Organisation
from tenants.work import Session
from tests.tenants.benchmarks.town import (
    AS_OF,
    Member,
    comparisons_of,
    give,
    group_of,
    look,
    make_member,
    make_release,
    make_town,
)

pytestmark = pytest.mark.usefixtures("connection")


def shown(entry: Any) -> dict[str, float]:
    """Return the quantiles that an entry shows."""
    return {
        name: entry[name]["value"] for name in peers.QUANTILES if "suppressed" not in entry[name]
    }


async def test_who_is_not_vouched_for_is_nobodys_crowd() -> None:
    """A firm makes organisations up: they may join, and count only when they are admitted."""
    members = await make_town([0.1, 0.2, 0.3, 0.4])
    invented = await make_town([0.9, 0.9])

    async def doubt(session: Session, _viewer: Viewer, *, one: Member) -> None:
        found = await session.get_one(Organisation, one.organisation_id)
        found.verified_on = None

    for one in invented:
        await run(doubt, one.job, one=one)
    await look(members + invented)
    assert (await make_release()).families == 4
    (row,) = await comparisons_of(members[0])
    assert shown(group_of(row)) == {}
    assert await comparisons_of(invented[0]) == []
    for one in invented:
        await run(
            service.verify_organisation,
            one.job,
            organisation_id=one.organisation_id,
            verified_on=AS_OF,
        )
    assert (await make_release()).families == 6
    assert shown(group_of((await comparisons_of(members[0]))[-1])) == {"median": 0.4}


async def test_a_family_that_left_as_a_whole_stays_out_for_a_year() -> None:
    members = await make_town([0.1 * one for one in range(9)])
    await make_release()
    one = members[0]
    here: Any = {"organisation_id": one.organisation_id}
    await run(service.leave_benchmark, one.job, **here, left_on=AS_OF + timedelta(days=1))
    with pytest.raises(Conflict):
        await run(
            service.join_benchmark, one.job, **here, text="Again.", joined_on=date(2026, 12, 1)
        )
    # Another organisation of the family, which consents to something new, is out as long.
    sister = await make_member(family=one.slug, joined_on=AS_OF + timedelta(days=2))
    await give(sister, 0.5)
    later = AS_OF + timedelta(days=3)
    assert (await make_release(later)).families == 8
    assert await comparisons_of(sister) == []
    year = date(2027, 2, 5)
    await run(service.join_benchmark, one.job, **here, text="Again.", joined_on=year)
    assert (await make_release(year)).families == 9


async def test_after_an_erasure_nothing_is_carried() -> None:
    """Whoever lapsed is carried with the last contribution, unless it rests on what was erased."""
    members = await make_town([0.1 * one for one in range(9)])
    await make_release()

    async def lapse(session: Session, _viewer: Viewer, *, one: Member) -> None:
        await session.execute(
            delete(Contribution).where(Contribution.organisation_id == one.organisation_id)
        )

    async def erase(session: Session, _viewer: Viewer, *, one: Member) -> None:
        found = await session.get_one(BenchmarkMember, one.organisation_id)
        found.erased_on = AS_OF

    await run(lapse, members[8].job, one=members[8])
    carried = await make_release()
    assert [one.contributors for one in carried.groups if one.peer_group == "ALL"] == [9]
    await run(lapse, members[7].job, one=members[7])
    await run(erase, members[7].job, one=members[7])
    # One is carried still, of the other nothing may be: the group is withheld.
    assert (await make_release()).groups == []
    again = await make_release()
    assert {one.contributors for one in again.groups} <= {7, 8}
