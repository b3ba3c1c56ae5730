"""Taking part: consent, the catalogue, who can see whom, and what an organisation contributes."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, text

from tenants.access import Permission, Role, Viewer, ViewerKind
from tenants.benchmarks import queries, service
from tenants.benchmarks.models import (
    BenchmarkConsent,
    BenchmarkMember,
    BenchmarkObserver,
    Contribution,
)
from tenants.benchmarks.observers import Service, firm_key, observers_of, person_key
from tenants.db import run
from tenants.errors import Conflict, Forbidden, InvalidInput, NotFound
from tenants.insights.windows import month_of, months_after
from tenants.interviews.models import Confidentiality, Response
from tenants.metrics import DECISION_TIME, DECLINE_RATE, RENEGE_RATE, RESPONSE_RATE
from tenants.model import Model, new_id
from tenants.offers.statuses import OfferStatus
from tenants.organisations import service as organisations
from tenants.organisations.models import FirmRole, Industry, Membership
from tenants.work import Session
from tests.factories import Client, make_client, make_invited_candidate, make_offer, submit
from tests.tenants.benchmarks.town import WORDS

pytestmark = pytest.mark.usefixtures("connection")

TODAY = datetime.now(UTC).date()
STARTS = months_after(month_of(TODAY), -1)
ENDS = months_after(month_of(TODAY), 1)


async def rows_of(client: Client, model: type[Model]) -> list[Any]:
    """Return an organisation's rows of a table."""

    async def find(session: Session, _viewer: Viewer) -> list[Any]:
        rows = await session.scalars(select(model).execution_options(populate_existing=True))
        return list(rows)

    return await run(find, client.job)


async def join(client: Client, **changes: Any) -> None:
    """Let an organisation join the benchmark."""
    given = {"family": "vale", "text": WORDS, "joined_on": date(2025, 3, 1), **changes}
    await run(service.join_benchmark, client.job, organisation_id=client.organisation_id, **given)


async def contribute(client: Client, viewer: Viewer | None = None) -> int:
    """Let an organisation contribute to the window around today; return how many metrics."""
    firm_people = await run(queries.list_firm_people, Viewer.operator())
    return await run(
        service.contribute,
        viewer or client.job,
        organisation_id=client.organisation_id,
        starts_on=STARTS,
        ends_on=ENDS,
        firm_people=firm_people,
    )


async def contributions(client: Client) -> dict[str, tuple[float, int]]:
    """Return what an organisation has contributed to the window."""
    rows = await rows_of(client, Contribution)
    assert {(row.starts_on, row.ends_on) for row in rows} <= {(STARTS, ENDS)}
    return {row.metric: (row.value, row.n) for row in rows}


async def execute(client: Client, statement: Any, **given: Any) -> None:
    """Execute a statement in an organisation's scope."""

    async def act(session: Session, _viewer: Viewer) -> None:
        await session.execute(statement, given or None)

    await run(act, client.job)


async def test_joining_keeps_the_words_and_gives_a_place() -> None:
    client = await make_client()
    await join(client, family=" vale ")
    (member,) = await rows_of(client, BenchmarkMember)
    assert (member.family, member.industry, member.began_on) == (
        "vale",
        Industry.TECHNOLOGY,
        TODAY,
    )
    await join(client)
    (consent,) = await rows_of(client, BenchmarkConsent)
    assert (consent.text, consent.given_on, consent.withdrawn_on) == (WORDS, date(2025, 3, 1), None)
    # From an earlier day on than it said before.
    await join(client, joined_on=date(2024, 1, 1))
    assert len(await rows_of(client, BenchmarkConsent)) == 2
    for changes, error in (
        ({"family": "other"}, Conflict),
        ({"family": " "}, InvalidInput),
        ({"text": ""}, InvalidInput),
    ):
        with pytest.raises(error):
            await join(client, **changes)


async def test_leaving_takes_every_consent_back_and_what_was_contributed() -> None:
    client = await make_client()
    await join(client)
    await make_offer(client)
    assert await contribute(client) == 3
    await join(client, joined_on=date(2024, 1, 1))
    leave: Any = {"organisation_id": client.organisation_id, "left_on": TODAY}
    await run(service.leave_benchmark, client.job, **leave)
    assert await contributions(client) == {}
    consents = await rows_of(client, BenchmarkConsent)
    assert [one.withdrawn_on for one in consents] == [TODAY, TODAY]
    assert await contribute(client) == 0
    with pytest.raises(Conflict):
        await run(service.leave_benchmark, client.job, **leave)
    # It can think better of it.
    await join(client, joined_on=TODAY)
    assert await contribute(client) == 3


async def test_without_consent_nothing_leaves_the_organisation() -> None:
    client = await make_client()
    await make_offer(client)
    assert await contribute(client) == 0
    await join(client, joined_on=TODAY + timedelta(days=1))
    assert await contribute(client) == 0
    assert await contributions(client) == {}


async def test_the_metrics_of_offers() -> None:
    client = await make_client()
    await join(client)
    cases: list[dict[str, Any]] = [
        *({"status": OfferStatus.DECLINED} for _ in range(3)),
        *({"status": OfferStatus.ACCEPTED, "starts_on": TODAY} for _ in range(4)),
        {"status": OfferStatus.RENEGED, "starts_on": TODAY},
        {"status": OfferStatus.LAPSED},
        # Unanswered for thirty days, and not yet.
        {
            "status": OfferStatus.EXTENDED,
            "extended_on": TODAY - timedelta(days=31),
            "resolved_on": None,
        },
        {
            "status": OfferStatus.EXTENDED,
            "extended_on": TODAY - timedelta(days=29),
            "resolved_on": None,
        },
        # Taken back by the organisation, and long ago.
        {"status": OfferStatus.RESCINDED},
        {
            "status": OfferStatus.DECLINED,
            "extended_on": STARTS - timedelta(days=120),
            "resolved_on": STARTS - timedelta(days=100),
        },
    ]
    for case in cases:
        resolved = {} if "resolved_on" in case else {"resolved_on": TODAY - timedelta(days=3)}
        await make_offer(client, **{**case, **resolved})
    assert await contribute(client) == 4
    assert await contributions(client) == {
        # Three declined and two lapsed of ten.
        DECLINE_RATE: (0.5, 10),
        RENEGE_RATE: (0.2, 5),
        # Seven days each, of those accepted or declined.
        DECISION_TIME: (7.0, 7),
        # Those who declined or reneged were asked.
        RESPONSE_RATE: (0.0, 4),
    }


async def test_answers_of_any_confidentiality_count_and_no_word_of_them() -> None:
    client = await make_client()
    await join(client)
    for confidentiality in (Confidentiality.ATTRIBUTED, Confidentiality.CONFIDENTIAL):
        await submit(await make_invited_candidate(client), confidentiality, note="secret words")
    await add_anonymous(client)
    assert await contribute(client) > 30
    found = await contributions(client)
    # All three say seven: neither promoters nor detractors.
    assert found["MEAN:recommendation"] == (7.0, 3)
    assert found["CANDIDATE_NPS"] == (0.0, 3)
    # The first option of the main reason is base pay, which is hard to change.
    assert found["CONTROLLABLE_SHARE"] == (0.0, 3)
    assert found["SHARE:decision_factors.main:PAY_BASE"] == (1.0, 3)
    rows = await rows_of(client, Contribution)
    hashes = {row.metric: row.wording_hash for row in rows}
    assert hashes["CANDIDATE_NPS"] == hashes["MEAN:recommendation"]
    assert hashes["CANDIDATE_NPS"] != hashes["CONTROLLABLE_SHARE"]
    assert hashes[DECLINE_RATE] is None
    assert "secret" not in str([vars(row) for row in rows])


async def add_anonymous(client: Client) -> None:
    """Add a response as the flush writes it: like one that is there, of nobody."""
    await execute(
        client,
        text(
            """
            WITH one AS (
                SELECT * FROM responses WHERE confidentiality = 'CONFIDENTIAL'
            ), added AS (
                INSERT INTO responses (organisation_id, id, questionnaire_version_id,
                                       confidentiality, submitted_month, receipt_key)
                SELECT organisation_id, gen_random_uuid(), questionnaire_version_id, 'ANONYMOUS',
                       submitted_month, '\\x01' FROM one RETURNING *
            )
            INSERT INTO answers
            SELECT (jsonb_populate_record(a, jsonb_build_object('response_id', added.id))).*
            FROM answers a JOIN one ON one.id = a.response_id, added
            """
        ),
    )
    assert len(await rows_of(client, Response)) == 3


async def test_contributing_again_replaces_the_windows_rows() -> None:
    client = await make_client()
    await join(client)
    await make_offer(client)
    await contribute(client)
    assert await contributions(client) == {
        DECLINE_RATE: (1.0, 1),
        DECISION_TIME: (7.0, 1),
        RESPONSE_RATE: (0.0, 1),
    }
    await execute(client, text("DELETE FROM invitations"))
    await execute(client, text("DELETE FROM interviews"))
    await execute(client, text("DELETE FROM offers"))
    await make_offer(client, status=OfferStatus.ACCEPTED)
    assert await contribute(client) == 3
    assert await contributions(client) == {
        DECLINE_RATE: (0.0, 1),
        RENEGE_RATE: (0.0, 1),
        DECISION_TIME: (7.0, 1),
    }


async def test_the_place_follows_the_organisation_and_the_family_stays() -> None:
    client = await make_client()
    await join(client)
    await execute(
        client,
        text(
            "UPDATE organisations SET industry = 'FINANCE', size_band = 'UNDER_250',"
            " region = 'ASIA', created_at = '2001-01-01'"
        ),
    )
    await contribute(client)
    (member,) = await rows_of(client, BenchmarkMember)
    assert (member.family, member.industry, member.size_band, member.region) == (
        "vale",
        "FINANCE",
        "UNDER_250",
        "ASIA",
    )
    assert member.began_on == TODAY


async def observers(client: Client) -> dict[bytes, tuple[date, date | None]]:
    """Return who could see an organisation, and when."""
    rows = await rows_of(client, BenchmarkObserver)
    return {row.observer_key: (row.seen_from_on, row.seen_until_on) for row in rows}


async def test_who_can_see_an_organisation_is_noted_and_never_forgotten() -> None:
    client = await make_client()
    await join(client)
    await contribute(client)
    people = {role: viewer.id for role, viewer in client.people.items()}
    lasting = {
        person_key(people[role] or new_id()): (TODAY, None)
        for role in (Role.HR, Role.HIRING_MANAGER, Role.LEADERSHIP)
    }
    served = {
        firm_key(client.firm_id): (date(2020, 1, 1), None),
        person_key(people[Role.CONSULTANT] or new_id()): (date(2020, 1, 1), None),
    }
    assert await observers(client) == {**lasting, **served}
    # The engagement ends on a day, and a member leaves without one.
    await execute(client, text("UPDATE engagements SET ends_on = '2026-02-01'"))
    await execute(client, text("DELETE FROM memberships WHERE role = 'HR'"))
    await contribute(client)
    hr = person_key(people[Role.HR] or new_id())
    assert await observers(client) == {
        **lasting,
        **{key: (date(2020, 1, 1), date(2026, 2, 1)) for key in served},
        hr: (TODAY, TODAY + timedelta(days=1)),
    }
    # Whoever comes back sees again; that there was a time without does not matter.
    await execute(
        client,
        insert(Membership).values(
            organisation_id=client.organisation_id, person_id=people[Role.HR], role=Role.HR
        ),
    )
    await contribute(client)
    assert (await observers(client))[hr] == (TODAY, None)


async def test_what_one_of_a_firms_people_sees_elsewhere_counts_as_the_firms() -> None:
    """A consultant who is a member of another organisation brings that knowledge along."""
    client, other = await make_client(), await make_client()
    assert other.hr.id is not None
    await run(
        organisations.join_firm,
        Viewer.operator(),
        firm_id=client.firm_id,
        person_id=other.hr.id,
        role=FirmRole.CONSULTANT,
    )
    await join(other)
    await contribute(other)
    assert (await observers(other))[firm_key(client.firm_id)] == (TODAY, None)


def test_periods_of_one_observer_are_joined() -> None:
    first, second, person = new_id(), new_id(), new_id()
    day = date(2026, 1, 1)
    found = observers_of(
        [
            Service(first, day, date(2026, 2, 1), (person,)),
            Service(second, day, date(2026, 3, 1), ()),
        ],
        [],
        # One of the second firm's people belongs to the first, too.
        {first: [person], second: [person]},
        first_day=date(2020, 1, 1),
    )
    assert found == {
        (firm_key(first), day): date(2026, 3, 1),
        (firm_key(second), day): date(2026, 3, 1),
        (person_key(person), day): date(2026, 2, 1),
    }
    lasting = observers_of(
        [Service(first, day, None, ()), Service(first, day, date(2026, 2, 1), ())],
        [],
        {},
        first_day=day,
    )
    assert lasting == {(firm_key(first), day): None}


@pytest.mark.parametrize("role", [Role.CONSULTANT, Role.HR, Role.HIRING_MANAGER, Role.LEADERSHIP])
async def test_contributing_is_a_jobs_work(role: Role) -> None:
    client = await make_client()
    person = client.people[role]
    assert not person.may(Permission.BENCHMARK_CONTRIBUTE, client.organisation_id)
    given: Any = {"organisation_id": client.organisation_id}
    calls: list[Callable[[], Any]] = [
        lambda: contribute(client, person),
        lambda: run(
            service.join_benchmark,
            person,
            **given,
            family="vale",
            text=WORDS,
            joined_on=TODAY,
        ),
        lambda: run(service.verify_organisation, person, **given, verified_on=TODAY),
        lambda: run(queries.list_firm_people, person),
    ]
    if role is not Role.HR:
        calls += [
            lambda: run(service.join_benchmark, person, **given, text=WORDS, joined_on=TODAY),
            lambda: run(service.leave_benchmark, person, **given, left_on=TODAY),
        ]
    for call in calls:
        with pytest.raises(Forbidden):
            await call()
    assert await rows_of(client, BenchmarkMember) == []


async def test_an_organisation_that_is_not_there() -> None:
    organisation_id = new_id()
    with pytest.raises(NotFound):
        await run(
            service.contribute,
            Viewer(ViewerKind.JOB, roles={organisation_id: Role.JOB}),
            organisation_id=organisation_id,
            starts_on=STARTS,
            ends_on=ENDS,
            firm_people={},
        )
