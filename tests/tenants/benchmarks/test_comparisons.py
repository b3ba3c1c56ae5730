"""Reading: what each viewer is shown of a release, and what the own figure is."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from tenants.access import Role, Viewer
from tenants.benchmarks import comparisons, releases, service
from tenants.db import run
from tenants.disclosure.figures import (
    CountBand,
    Figure,
    Relation,
    Suppressed,
    Unit,
    share,
    to_json,
)
from tenants.disclosure.peers import QUANTILES, Standing
from tenants.disclosure.rules import Dimension
from tenants.errors import Forbidden, InvalidInput, NotFound
from tenants.insights.models import CellKind, Edition, EditionCell
from tenants.metrics import (
    CANDIDATE_NPS,
    DECISION_TIME,
    DECLINE_RATE,
    RENEGE_RATE,
    RESPONSE_RATE,
    mean_key,
)
from tenants.model import new_id
from tenants.organisations.models import Industry
from tenants.work import Session
from tests.tenants.benchmarks.shown import HIDDEN, read, values
from tests.tenants.benchmarks.town import (
    ENDS,
    STARTS,
    Member,
    give,
    make_member,
    make_release,
    make_town,
    record_offers,
)

pytestmark = pytest.mark.usefixtures("connection")


async def publish(
    member: Member,
    cell: Mapping[str, Any],
    whole: Mapping[str, Any] | None = None,
    questions: list[dict[str, Any]] | None = None,
) -> None:
    """Give a member an edition with some figures of the whole organisation."""

    async def write(session: Session, _viewer: Viewer) -> None:
        edition = new_id()
        await session.execute(
            insert(Edition).values(
                organisation_id=member.organisation_id,
                id=edition,
                starts_on=STARTS,
                ends_on=ENDS,
                dimension=Dimension.DEPARTMENT,
                rules={},
                figures=dict(whole or {}),
                published_at=datetime.now(UTC),
            )
        )
        await session.execute(
            insert(EditionCell).values(
                organisation_id=member.organisation_id,
                edition_id=edition,
                kind=CellKind.ORGANISATION,
                segment="",
                coverage=None,
                figures=dict(cell),
                questions=questions or [],
            )
        )

    await run(write, member.job)


async def test_what_hr_sees_of_rates() -> None:
    members = await make_town([0.1, 0.2, 0.25, 0.3, 0.32, 0.4, 0.5, 0.6, 0.7])
    await record_offers(members[1], declined=3, accepted=12)
    released = await make_release()
    found = await read(members[1].hr, members[1])
    assert found.metric.key == DECLINE_RATE
    assert found.release is not None
    assert (found.release.number, found.release.starts_on, found.release.ends_on) == (
        released.number,
        STARTS,
        ENDS,
    )
    assert found.release.released_on == datetime.now(UTC).date()
    assert isinstance(found.own, Figure)
    assert (found.own.value, found.own.relation) == (0.2, Relation.EXACT)
    assert found.peer_group is not None
    assert found.requested == found.peer_group
    assert found.peer_group.key == "INDUSTRY_TECHNOLOGY_SIZE_FROM_250"
    assert found.contributors is CountBand.FROM_5
    assert values(found) == {"lower_quartile": 0.25, "median": 0.35, "upper_quartile": 0.55}
    assert found.quantiles["p90"] == HIDDEN["p90"]
    assert found.standing == Standing(1, 4)


async def test_leadership_sees_an_own_rate_with_a_crowd_behind_it() -> None:
    members = await make_town([0.1, 0.2, 0.25, 0.3, 0.32, 0.4, 0.5, 0.6, 0.7])
    await record_offers(members[0], declined=1, accepted=3)
    await record_offers(members[1], declined=5, accepted=5)
    await make_release()
    few = await read(members[0].leadership, members[0])
    assert few.own == Suppressed("At least 5 answers are needed.", 5)
    # Its standing would tell what is withheld.
    assert few.standing is None
    assert values(few) == {"lower_quartile": 0.25, "median": 0.35, "upper_quartile": 0.55}
    exact = await read(members[0].hr, members[0])
    assert isinstance(exact.own, Figure)
    assert exact.own.value == 0.25
    enough = await read(members[1].leadership, members[1])
    assert enough.own == share(5, 10)
    assert enough.standing == Standing(3, 4)
    days = await read(members[1].hr, members[1], DECISION_TIME)
    assert isinstance(days.own, Figure)
    assert (days.own.value, days.own.unit) == (7.0, Unit.DAYS)
    assert days.quantiles == dict.fromkeys(
        QUANTILES, Suppressed("The organisation itself needs at least 10 resolved offers.", 10)
    )


async def test_an_own_figure_from_answers_is_what_the_edition_says() -> None:
    members = await make_town([])
    for number in range(9):
        member = await make_member()
        await give(member, 10.0 * number, 12, metric=CANDIDATE_NPS, wording_hash="usual")
        await give(member, 0.1 * number, 40, metric=RESPONSE_RATE)
        members.append(member)
    one, none = members[2], members[3]
    nps = Figure(20.0, Relation.EXACT, Unit.POINTS, -10.0, 50.0, CountBand.FROM_10, "All answers.")
    rate = Figure(0.2, Relation.EXACT, Unit.SHARE, None, None, CountBand.FROM_20)
    await publish(one, {CANDIDATE_NPS: to_json(nps)}, {RESPONSE_RATE: to_json(rate)})
    await publish(none, {})
    await make_release()
    found = await read(one.leadership, one, CANDIDATE_NPS)
    assert found.own == Figure(
        20.0,
        Relation.EXACT,
        Unit.POINTS,
        -10.0,
        50.0,
        CountBand.FROM_10,
        "All answers. The exact value goes into the benchmark.",
    )
    assert values(found) == {"lower_quartile": 20.0, "median": 40.0, "upper_quartile": 60.0}
    assert found.standing == Standing(1, 4)
    rated = await read(one.hr, one, RESPONSE_RATE)
    assert isinstance(rated.own, Figure)
    # How many answered is nobody's to know exactly, though HR may list every offer.
    assert (rated.own.value, rated.own.note) == (0.2, "The exact value goes into the benchmark.")
    withheld = await read(none.hr, none, CANDIDATE_NPS)
    assert withheld.own == Suppressed("At least 5 answers are needed.", 5)
    assert values(withheld) == {"lower_quartile": 20.0, "median": 40.0, "upper_quartile": 60.0}
    assert withheld.standing is None


async def test_an_own_figure_follows_whose_question_it_is() -> None:
    key = mean_key("ratings.process", "SPEED")
    mean = Figure(3.5, Relation.EXACT, Unit.SCALE, 3.0, 4.0, CountBand.FROM_10, "All answers.")
    (member,) = await make_town([0.5])
    await publish(
        member, {key: to_json(mean)}, questions=[{"concept": "ratings.process", "audience": "HR"}]
    )
    assert isinstance((await read(member.hr, member, key)).own, Figure)
    assert isinstance((await read(member.leadership, member, key)).own, Suppressed)


async def test_who_does_not_take_part_is_told_so() -> None:
    member = await make_member(joined_on=None)
    found = await read(member.hr, member)
    words = "The organisation does not take part in the benchmark."
    assert found.quantiles == dict.fromkeys(QUANTILES, Suppressed(words, 10))
    assert (found.release, found.peer_group, found.contributors) == (None, None, None)
    early = await make_member()
    found = await read(early.hr, early, CANDIDATE_NPS)
    words = "No release of the benchmark has compared the organisation yet."
    assert found.quantiles["median"] == Suppressed(words, 5)


async def test_whoever_left_sees_nothing_any_more() -> None:
    members = await make_town([0.1 * one for one in range(9)])
    await make_release()
    one = members[0]
    assert values(await read(one.hr, one)) != {}
    await run(
        service.leave_benchmark,
        one.job,
        organisation_id=one.organisation_id,
        left_on=datetime.now(UTC).date(),
    )
    found = await read(one.hr, one)
    assert values(found) == {}
    assert found.release is None
    # What was released stays as it was for the others.
    assert len(values(await read(members[1].hr, members[1]))) == 3


async def test_a_peer_group_is_asked_for_and_a_wider_one_takes_its_place() -> None:
    members = await make_town([0.1, 0.2, 0.3, 0.4], industry=Industry.FINANCE)
    await make_town([0.1, 0.2, 0.3, 0.4, 0.5], industry=Industry.RETAIL)
    await make_release()
    one = members[0]
    # Four of its industry are too few; of its size and region there are nine.
    nearest = await read(one.hr, one)
    assert nearest.requested is not None
    assert nearest.peer_group is not None
    assert (nearest.requested.key, nearest.peer_group.key) == (
        "INDUSTRY_FINANCE_SIZE_FROM_250",
        "SIZE_FROM_250_REGION_EUROPE",
    )
    for asked, used in (
        ("INDUSTRY_FINANCE", "ALL"),
        ("INDUSTRY_FINANCE_SIZE_FROM_250", "SIZE_FROM_250"),
        ("REGION_EUROPE", "REGION_EUROPE"),
    ):
        found = await read(one.hr, one, peer_group=asked)
        assert found.requested is not None
        assert found.peer_group is not None
        assert (found.requested.key, found.peer_group.key) == (asked, used)
    for wrong in ("INDUSTRY_RETAIL", "NOTHING"):
        with pytest.raises(InvalidInput) as refused:
            await read(one.hr, one, peer_group=wrong)
        assert refused.value.field == ("peerGroup",)
    with pytest.raises(InvalidInput):
        await read(one.hr, one, metric="SALARY")


async def test_when_too_few_are_anywhere_nothing_is_named() -> None:
    members = await make_town([0.1, 0.2, 0.3, 0.4, 0.5])
    await make_release()
    found = await read(members[0].hr, members[0])
    assert found.quantiles == HIDDEN
    assert (found.peer_group, found.contributors, found.standing) == (None, None, None)
    assert found.requested is not None
    assert found.requested.key == "INDUSTRY_TECHNOLOGY_SIZE_FROM_250"


async def test_who_may_read() -> None:
    (member,) = await make_town([0.5])
    stranger = await make_member()
    roles = {member.organisation_id: Role.HIRING_MANAGER}
    manager = Viewer(member.hr.kind, new_id(), "Manager", roles)
    for viewer in (manager, stranger.hr, member.job, Viewer.operator(), Viewer()):
        with pytest.raises(Forbidden):
            await read(viewer, member)
        with pytest.raises(Forbidden):
            await run(comparisons.list_benchmarks, viewer, organisation_id=member.organisation_id)
    nowhere = new_id()
    ghost = Viewer(member.hr.kind, new_id(), "Ghost", {nowhere: Role.HR})
    with pytest.raises(NotFound):
        await run(comparisons.list_benchmarks, ghost, organisation_id=nowhere)


async def test_several_metrics_take_one_statement(connection: AsyncConnection) -> None:
    members = await make_town([0.1 * one for one in range(9)])
    for number, one in enumerate(members):
        await give(one, 0.05 * number, metric=RENEGE_RATE)
    await make_release()
    sent: list[str] = []

    def listen(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith(("SET LOCAL", "SAVEPOINT", "RELEASE")):
            sent.append(statement)

    sync = connection.sync_connection
    assert sync is not None
    event.listen(sync, "before_cursor_execute", listen)
    given: Any = {"organisation_id": members[0].organisation_id}
    every = await run(comparisons.list_benchmarks, members[0].hr, **given)
    assert [(one.metric.key, len(values(one))) for one in every] == [
        (DECLINE_RATE, 3),
        (RENEGE_RATE, 3),
    ]
    some = await run(
        comparisons.list_benchmarks,
        members[0].hr,
        **given,
        metrics=[RENEGE_RATE, DECISION_TIME, RENEGE_RATE],
    )
    assert [(one.metric.key, len(values(one))) for one in some] == [
        (RENEGE_RATE, 3),
        (DECISION_TIME, 0),
        (RENEGE_RATE, 3),
    ]
    await read(members[0].hr, members[0])
    assert len(sent) == 3


async def test_the_newest_release_that_compares_the_organisation_counts() -> None:
    members = await make_town([0.1 * one for one in range(9)])
    first = await make_release()
    # A release over another window, in which nobody of these contributes.
    await run(
        releases.release,
        Viewer.benchmark(),
        starts_on=date(2015, 1, 1),
        ends_on=date(2016, 1, 1),
        as_of=date(2026, 2, 3) + timedelta(days=1),
    )
    found = await read(members[0].hr, members[0])
    assert found.release is not None
    assert found.release.number == first.number
