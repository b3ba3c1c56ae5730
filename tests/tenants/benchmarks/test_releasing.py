"""A release: who takes part, who is shown what, what it is made of, and that it never changes."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from tenants.access import Viewer
from tenants.benchmarks import release_queries, releases, service, telling
from tenants.benchmarks.field import Place
from tenants.benchmarks.models import BenchmarkRelease
from tenants.benchmarks.observers import family_hash, firm_key, person_key
from tenants.db import run
from tenants.disclosure import peers
from tenants.errors import Forbidden, InvalidInput
from tenants.metrics import CANDIDATE_NPS, option_key
from tenants.model import Model
from tenants.organisations.models import Industry, Region, SizeBand
from tenants.work import Session
from tests.tenants.benchmarks.town import (
    AS_OF,
    ENDS,
    STARTS,
    comparisons_of,
    engage,
    give,
    group_of,
    look,
    make_firm,
    make_member,
    make_release,
    make_town,
)

pytestmark = pytest.mark.usefixtures("connection")

PRIVATE_SECTOR = option_key("exit.contributing_factors", "CAREER_MOVE_PRIVATE")
# Of a real exit survey: respondents who name the private sector, and those who answered.
INSTITUTES = (
    (18, 102), (24, 85), (20, 75), (9, 43), (10, 39), (8, 36), (6, 25), (4, 11), (2, 10), (0, 2),
)  # fmt: skip
BENCHMARK_TABLES = {
    "benchmark_consents",
    "benchmark_groups",
    "benchmark_members",
    "benchmark_observers",
    "benchmark_partitions",
    "benchmark_places",
    "benchmark_releases",
    "contributions",
}


async def release_of(number: int) -> BenchmarkRelease:
    """Return a release as it is kept."""

    async def find(session: Session, _viewer: Viewer) -> BenchmarkRelease:
        rows = await session.scalars(
            select(BenchmarkRelease).where(BenchmarkRelease.number == number)
        )
        return rows.one()

    return await run(find, Viewer.operator())


def shown(entry: Any) -> dict[str, float]:
    """Return the quantiles that an entry shows."""
    return {
        name: entry[name]["value"] for name in peers.QUANTILES if "suppressed" not in entry[name]
    }


async def test_nine_institutes_of_a_real_exit_survey() -> None:
    members = []
    for named, answered in INSTITUTES:
        member = await make_member(industry=Industry.EDUCATION, region=Region.OCEANIA)
        await give(
            member, named / answered, answered, metric=PRIVATE_SECTOR, wording_hash="canonical"
        )
        members.append(member)
    released = await make_release()
    (everybody,) = [one for one in released.groups if one.peer_group == "ALL"]
    assert (released.families, released.organisations, everybody.contributors) == (9, 9, 9)
    percent = {name: round(100 * value, 2) for name, value in everybody.exact.items()}
    assert percent["lower_quartile"] == 20.67
    assert percent["median"] == 23.94
    assert percent["upper_quartile"] == 28.12
    assert everybody.shown == {"lower_quartile": 0.2, "median": 0.25, "upper_quartile": 0.3}
    for member in members[:9]:
        (row,) = await comparisons_of(member)
        assert (row.audience, row.metric) == (b"", PRIVATE_SECTOR)
        entry = group_of(row)
        assert entry["contributors"] == "FROM_5"
        assert shown(entry) == everybody.shown
        assert entry["standing"] is None
    # Two answers are too few to contribute, and who contributes nothing is shown nothing.
    assert await comparisons_of(members[9]) == []


async def test_sister_organisations_count_once_and_by_how_much_they_contribute() -> None:
    await make_town([0.1, 0.2, 0.3, 0.4, 0.5])
    for value, n in ((0.0, 6), (0.4, 18)):
        await give(await make_member(family="sisters"), value, n)
    released = await make_release()
    (everybody,) = [one for one in released.groups if one.peer_group == "ALL"]
    assert (released.families, released.organisations) == (6, 7)
    # (0 · 6 + 0.4 · 18) / 24 = 0.3, one vote; the sister with six offers alone is no contributor.
    assert everybody.contributors == 6
    assert everybody.exact == peers.quantiles([0.1, 0.2, 0.3, 0.3, 0.4, 0.5])


async def test_sisters_without_the_rule_would_be_a_crowd(monkeypatch: pytest.MonkeyPatch) -> None:
    """Six organisations of one family beside one other: nothing may be told of the other."""
    sisters = [await make_member(family="sisters") for _ in range(6)]
    for number, one in enumerate(sisters):
        await give(one, 0.1 * number)
    (other,) = await make_town([0.9])
    await make_release()
    for one in (*sisters, other):
        (row,) = await comparisons_of(one)
        assert [shown(entry) for entry in row.peer_groups] == [{}] * 7
    # As if each were a family of its own.
    monkeypatch.setattr(
        release_queries, "Place", lambda key, _family, *place: Place(key, str(key), *place)
    )
    await make_release()
    row = (await comparisons_of(sisters[0]))[-1]
    assert shown(group_of(row)) == {"median": 0.3}


@pytest.mark.parametrize(
    "case", ["consent later", "consent withdrawn", "too young", "too little", "another window"]
)
async def test_who_does_not_take_part(case: str) -> None:
    members = await make_town([0.1, 0.2, 0.3, 0.4, 0.5, 0.6])
    later = AS_OF + timedelta(days=1)
    founded = AS_OF - timedelta(days=89 if case == "too young" else 90)
    one = await make_member(
        founded=founded, joined_on=later if case == "consent later" else founded
    )
    if case != "another window":
        await give(one, 0.99, 9 if case == "too little" else 10)
    if case == "consent withdrawn":
        await run(
            service.leave_benchmark, one.job, organisation_id=one.organisation_id, left_on=AS_OF
        )
    released = await make_release()
    assert (released.families, await comparisons_of(one)) == (6, [])
    assert len(await comparisons_of(members[0])) == 1


async def test_an_organisation_of_ninety_days_takes_part() -> None:
    await make_town([0.1, 0.2, 0.3, 0.4, 0.5, 0.6])
    day = AS_OF - timedelta(days=90)
    one = await make_member(founded=day, joined_on=AS_OF)
    await give(one, 0.99, 10)
    assert (await make_release()).families == 7
    (row,) = await comparisons_of(one)
    assert shown(group_of(row)) == {"median": 0.4}


async def test_only_the_usual_wording_is_compared() -> None:
    """A question in other words, or with another scale, is another question."""
    usual = [await make_member() for _ in range(6)]
    for number, one in enumerate(usual):
        await give(one, 10.0 * number, metric=CANDIDATE_NPS, wording_hash="usual")
    odd = await make_member()
    await give(odd, -100.0, 500, metric=CANDIDATE_NPS, wording_hash="odd")
    released = await make_release()
    (everybody,) = [one for one in released.groups if one.peer_group == "ALL"]
    assert everybody.exact == peers.quantiles([0.0, 10.0, 20.0, 30.0, 40.0, 50.0])
    assert await comparisons_of(odd) == []


async def test_the_nearest_group_with_enough_others_is_shown_and_each_is_kept() -> None:
    near = await make_town([0.1, 0.2, 0.3, 0.4, 0.5, 0.6])
    # Five others: fewer would be told from these by taking the narrow groups from the wide ones.
    await make_town([0.7, 0.8, 0.9, 0.9, 0.9], industry=Industry.FINANCE)
    await make_release()
    (row,) = await comparisons_of(near[0])
    assert [(one["key"], sorted(shown(one))) for one in row.peer_groups] == [
        ("INDUSTRY_TECHNOLOGY_SIZE_FROM_250", ["median"]),
        ("INDUSTRY_TECHNOLOGY_REGION_EUROPE", ["median"]),
        ("SIZE_FROM_250_REGION_EUROPE", ["lower_quartile", "median", "upper_quartile"]),
        ("INDUSTRY_TECHNOLOGY", ["median"]),
        ("SIZE_FROM_250", ["lower_quartile", "median", "upper_quartile"]),
        ("REGION_EUROPE", ["lower_quartile", "median", "upper_quartile"]),
        ("ALL", ["lower_quartile", "median", "upper_quartile"]),
    ]


async def test_a_firm_of_several_clients_gets_what_hides_the_others() -> None:
    members = await make_town([0.1 * one for one in range(9)])
    firm_id, consultant = await make_firm(members[:4])
    single, _ = await make_firm(members[5:6])
    await look(members)
    await make_release()
    own, firm = [
        next(row for row in await comparisons_of(members[0]) if row.audience == audience)
        for audience in (b"", firm_key(firm_id))
    ]
    assert set(shown(group_of(own))) == {"lower_quartile", "median", "upper_quartile"}
    # The firm knows four of nine: five others, a median and no quartiles.
    assert set(shown(group_of(firm))) == {"median"}
    families = sorted(family_hash(one.slug) for one in members[:4])
    assert group_of(firm)["coalition"] == families
    assert group_of(own)["coalition"] == [family_hash(members[0].slug)]
    assert consultant.id is not None
    audiences = {row.audience for row in await comparisons_of(members[0])}
    assert audiences == {b"", firm_key(firm_id), person_key(consultant.id)}
    # Whoever sees one family only is told what its own people are.
    assert {row.audience for row in await comparisons_of(members[5])} == {b""}
    assert firm_key(single) not in audiences


async def test_without_the_coalition_a_firm_subtracts_its_clients(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Eight of nine are its clients: the ninth is the only unknown in the sum."""
    members = await make_town([0.1 * one for one in range(9)])
    firm_id, _ = await make_firm(members[:8])
    await look(members)

    async def told() -> dict[str, float]:
        await make_release()
        rows = await comparisons_of(members[0])
        return shown(group_of([one for one in rows if one.audience == firm_key(firm_id)][-1]))

    assert await told() == {}
    counted = telling.MetricRelease.count_known
    monkeypatch.setattr(
        telling.MetricRelease,
        "count_known",
        lambda release, coalition: counted(release, sorted(coalition)[:1]),
    )
    assert set(await told()) == {"lower_quartile", "median", "upper_quartile"}


async def test_whoever_could_see_since_the_window_began_knows() -> None:
    members = await make_town([0.1 * one for one in range(9)])
    firm_id, consultant = await make_firm(members[:1])
    assert consultant.id is not None
    for client, since, until in (
        (members[1], STARTS - timedelta(days=99), STARTS + timedelta(days=1)),
        (members[2], STARTS - timedelta(days=99), STARTS),
        (members[3], AS_OF + timedelta(days=99), None),
    ):
        await engage(firm_id, consultant.id, client, since=since, until=until)
    await look(members)
    await make_release()
    rows = {row.audience: row for row in await comparisons_of(members[0])}
    assert group_of(rows[firm_key(firm_id)])["coalition"] == sorted(
        family_hash(members[one].slug) for one in (0, 1, 3)
    )


async def test_the_same_inputs_give_the_same_release_and_another_number() -> None:
    members = await make_town([0.1 * one for one in range(9)])
    first, second = await make_release(), await make_release()
    assert second.number == first.number + 1
    assert second == replace(first, number=second.number)
    rows = await comparisons_of(members[0])
    assert [row.release_number for row in rows] == [first.number, second.number]
    assert rows[0].peer_groups == rows[1].peer_groups
    again = await make_release()
    kept = [await release_of(one.number) for one in (first, second, again)]
    # What the release before said goes in as well.
    assert kept[0].inputs_hash != kept[1].inputs_hash == kept[2].inputs_hash
    assert kept[0].outcome_hash == kept[1].outcome_hash == kept[2].outcome_hash
    assert [len(one.inputs_hash) for one in kept] == [64] * 3
    assert (kept[0].starts_on, kept[0].ends_on, kept[0].as_of_on) == (STARTS, ENDS, AS_OF)
    assert kept[0].rules == {
        "median_minimum": 5,
        "quartile_minimum": 7,
        "tail_minimum": 17,
        "largest_share": 0.5,
        "contribution_minimum": {"OFFERS": 10, "RESPONSES": 5},
        "minimum_age_days": 90,
        "lag_months": 1,
        "rejoin_months": 12,
        "complement_minimum": 5,
        "together_minimum": 3,
        "stable_from": 50,
        "carried_releases": 2,
    }
    # A repeated job makes none.
    assert (await make_release(again=False)).number == again.number
    await give(await make_member(), 0.5)
    third = await make_release()
    assert (await release_of(third.number)).inputs_hash != kept[0].inputs_hash
    # And what was released stays as it was.
    now = await comparisons_of(members[0])
    assert [row.peer_groups for row in now[:2]] == [row.peer_groups for row in rows]


async def test_many_contributors_are_told_finer() -> None:
    members = await make_town([0.01 * one for one in range(22)], size_band=SizeBand.FROM_5000)
    await make_release()
    (row,) = await comparisons_of(members[7])
    entry = group_of(row)
    assert set(shown(entry)) == set(peers.QUANTILES)
    # 21 others: to one percentage point, and in tenths: seven of 21 lie lower.
    assert (entry["median"]["value"], entry["contributors"]) == (0.1, "FROM_20")
    assert entry["standing"] == {"part": 4, "parts": 10}


@pytest.mark.parametrize(
    ("starts_on", "ends_on"),
    [
        (date(2025, 1, 2), ENDS),
        (STARTS, date(2026, 1, 2)),
        (STARTS, STARTS),
        (ENDS, STARTS),
    ],
)
async def test_a_window_is_made_of_months(starts_on: date, ends_on: date) -> None:
    with pytest.raises(InvalidInput) as refused:
        await run(
            releases.release,
            Viewer.benchmark(),
            starts_on=starts_on,
            ends_on=ends_on,
            as_of=AS_OF,
        )
    assert refused.value.field == ("window",)


async def test_nobody_else_makes_a_release() -> None:
    member = await make_member()
    for viewer in (Viewer.operator(), member.job, member.hr, Viewer()):
        with pytest.raises(Forbidden):
            await run(releases.release, viewer, starts_on=STARTS, ends_on=ENDS, as_of=AS_OF)


async def test_whoever_makes_a_release_can_read_nothing_else() -> None:
    """Not a response, an answer, an offer or a person: the database itself refuses."""
    members = await make_town([0.1, 0.2])
    firm_id, _ = await make_firm(members)
    await look(members)
    assert firm_id.version == 7
    readable, refused = {}, {}

    async def read(session: Session, _viewer: Viewer, *, table: str) -> int:
        found = await session.execute(text(f"SELECT * FROM {table}"))  # noqa: S608 - our own names.
        return len(found.all())

    for table in sorted(Model.metadata.tables):
        try:
            readable[table] = await run(read, Viewer.benchmark(), table=table)
        except DBAPIError as error:
            refused[table] = getattr(error.orig, "sqlstate", None)
    assert set(readable) == BENCHMARK_TABLES
    # Across organisations, which is what the role is for.
    assert readable["contributions"] >= 2
    assert set(refused) == set(Model.metadata.tables) - BENCHMARK_TABLES
    assert {"answers", "offers", "people", "responses"} <= set(refused)
    assert set(refused.values()) == {"42501"}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE benchmark_releases SET as_of_on = now()",
        "DELETE FROM benchmark_releases",
        "UPDATE benchmark_comparisons SET metric = ''",
        "DELETE FROM benchmark_comparisons",
        "DELETE FROM contributions",
        "UPDATE benchmark_consents SET withdrawn_on = NULL",
    ],
)
async def test_nobody_changes_a_release_and_the_benchmark_nothing_else(statement: str) -> None:
    async def change(session: Session, _viewer: Viewer) -> None:
        await session.execute(text(statement))

    viewers = [Viewer.benchmark()]
    if "benchmark_releases" in statement or "benchmark_comparisons" in statement:
        viewers += [Viewer.operator(), (await make_member()).job]
    for viewer in viewers:
        with pytest.raises(DBAPIError, match="permission denied"):
            await run(change, viewer)


async def test_an_ordinary_transaction_reads_no_other_organisations_contribution() -> None:
    first, second = await make_town([0.1, 0.2])

    async def count(session: Session, _viewer: Viewer) -> list[Any]:
        rows = await session.execute(text("SELECT organisation_id FROM contributions"))
        return [row[0] for row in rows]

    assert await run(count, first.job) == [first.organisation_id]
    assert await run(count, second.hr) == [second.organisation_id]
    assert await run(count, Viewer.operator()) == []
    assert {first.organisation_id, second.organisation_id} <= set(
        await run(count, Viewer.benchmark())
    )
