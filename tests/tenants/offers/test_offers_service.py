"""Recording offers by hand, and saying who hires."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.ext.asyncio import AsyncConnection

from tenants.access import Role, Viewer, ViewerKind
from tenants.audit import AuditAction, AuditEvent
from tenants.db import run
from tenants.errors import Conflict, DomainError, Forbidden, InvalidInput, NotFound
from tenants.integrations.models import IntakeEvent
from tenants.model import Model, new_id
from tenants.offers import queries
from tenants.offers import service as offers
from tenants.offers.ats.events import (
    ApplicationSeen,
    CandidateErased,
    CandidateFacts,
    OfferSeen,
    RequisitionFacts,
    RequisitionSeen,
    Unhired,
)
from tenants.offers.models import Application, Candidate, HiringManager, Offer, Requisition
from tenants.offers.statuses import OfferStatus
from tenants.reasons import DeclineReason
from tenants.work import Session
from tests.factories import Client, make_client

pytestmark = pytest.mark.usefixtures("connection")

TODAY = datetime.now(UTC).date()
ROBIN = offers.CandidateInput(
    external_id="c-1", first_name="Robin", last_name="Lee", email="robin@example.com", language="de"
)
DECLINED: dict[str, Any] = {
    "application_id": "a-1",
    "status": OfferStatus.DECLINED,
    "extended_on": TODAY - timedelta(days=9),
    "resolved_on": TODAY - timedelta(days=2),
}


async def record(client: Client, viewer: Viewer | None = None, **changes: Any) -> Offer:
    """Record an offer as a consultant, declined unless said otherwise."""
    return await run(
        offers.record_offer,
        viewer or client.consultant,
        organisation_id=client.organisation_id,
        offer=offers.OfferInput(**{**DECLINED, **changes}),
    )


async def say(client: Client, *events: Any) -> None:
    """Apply what a system says."""
    viewer = Viewer(
        ViewerKind.INTEGRATION, client.integration_id, roles={client.organisation_id: Role.INTAKE}
    )
    for one in events:
        await run(offers.apply_event, viewer, organisation_id=client.organisation_id, event=one)


async def _rows(session: Session, _viewer: Viewer, model: type[Model]) -> list[Any]:
    return list((await session.scalars(select(model))).all())


async def rows_of(client: Client, model: type[Model]) -> list[Any]:
    """Return the rows of one table that belong to an organisation."""
    return await run(_rows, client.job, model)


async def test_an_offer_is_recorded_with_everything_around_it() -> None:
    client = await make_client()
    offer = await record(
        client,
        external_id="o-1",
        starts_on=date(2030, 1, 2),
        candidate=ROBIN,
        requisition=offers.RequisitionInput(
            external_id="r-1", title="  Chief\n Chemist ", department="Research", location="Ulm"
        ),
        stated_reasons=(DeclineReason.PAY_BASE, DeclineReason.TEAM_FIT, DeclineReason.PAY_BASE),
    )
    (stored,) = await rows_of(client, Offer)
    assert stored.id == offer.id
    resolved_at = datetime.combine(TODAY - timedelta(days=2), datetime.min.time(), UTC)
    assert (stored.status, stored.version, stored.external_id) == ("DECLINED", 1, "o-1")
    assert (stored.resolved_at, stored.reported_at) == (resolved_at, resolved_at)
    assert (stored.extended_on, stored.starts_on) == (TODAY - timedelta(days=9), date(2030, 1, 2))
    (application,) = await rows_of(client, Application)
    assert application.external_id == "a-1"
    assert application.stated_reasons == ["PAY_BASE", "TEAM_FIT"]
    (candidate,) = await rows_of(client, Candidate)
    assert application.candidate_id == candidate.id
    assert (candidate.first_name, candidate.last_name) == ("Robin", "Lee")
    assert (candidate.email, candidate.language) == ("robin@example.com", "de")
    assert len(candidate.external_key) == 32
    (requisition,) = await rows_of(client, Requisition)
    assert application.requisition_id == requisition.id
    assert (requisition.external_id, requisition.title) == ("r-1", "Chief Chemist")
    assert (requisition.department, requisition.location) == ("Research", "Ulm")
    actors = {one.action: one.actor_id for one in await rows_of(client, AuditEvent)}
    assert actors[AuditAction.OFFER_RECORDED] == client.consultant.id


async def test_older_knowledge_changes_nothing_and_silence_overwrites_nothing() -> None:
    client = await make_client()
    await record(client, version=2, candidate=ROBIN, stated_reasons=(DeclineReason.VISA,))
    await record(client, version=1, status=OfferStatus.ACCEPTED)
    await record(client, version=2, status=OfferStatus.EXTENDED, resolved_on=None)
    await record(client, version=2, candidate=offers.CandidateInput(last_name="Leigh"))
    (offer,) = await rows_of(client, Offer)
    assert (offer.version, offer.status) == (2, OfferStatus.DECLINED)
    (candidate,) = await rows_of(client, Candidate)
    assert (candidate.first_name, candidate.last_name) == ("Robin", "Leigh")
    (application,) = await rows_of(client, Application)
    assert application.stated_reasons == ["VISA"]
    await record(client, version=3, status=OfferStatus.EXTENDED, resolved_on=None)
    (offer,) = await rows_of(client, Offer)
    assert (offer.version, offer.status, offer.resolved_at) == (3, OfferStatus.EXTENDED, None)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"application_id": ""}, ("applicationId",)),
        ({"application_id": " a"}, ("applicationId",)),
        ({"application_id": "a\x00"}, ("applicationId",)),
        ({"application_id": "a" * 256}, ("applicationId",)),
        ({"external_id": ""}, ("externalId",)),
        ({"version": 0}, ("version",)),
        ({"version": 1_000_001}, ("version",)),
        ({"status": OfferStatus.SUPERSEDED}, ("status",)),
        ({"resolved_on": None}, ("resolvedOn",)),
        ({"status": OfferStatus.LAPSED, "resolved_on": None}, ("resolvedOn",)),
        ({"resolved_on": TODAY + timedelta(days=1)}, ("resolvedOn",)),
        ({"resolved_on": date(1989, 12, 31)}, ("resolvedOn",)),
        ({"status": OfferStatus.EXTENDED}, ("resolvedOn",)),
        ({"extended_on": TODAY + timedelta(days=1)}, ("extendedOn",)),
        ({"extended_on": TODAY - timedelta(days=1)}, ("extendedOn",)),
        ({"starts_on": date(2101, 1, 1)}, ("startsOn",)),
        (
            {"status": OfferStatus.ACCEPTED, "stated_reasons": (DeclineReason.VISA,)},
            ("statedReasons",),
        ),
        ({"candidate": offers.CandidateInput(email="nobody")}, ("candidate", "email")),
        (
            {"candidate": offers.CandidateInput(email="a@b.c\nBcc: x@y.z")},
            ("candidate", "email"),
        ),
        ({"candidate": offers.CandidateInput(first_name="x" * 301)}, ("candidate", "firstName")),
        ({"candidate": offers.CandidateInput(language="deutsch!")}, ("candidate", "language")),
        ({"candidate": offers.CandidateInput(external_id="")}, ("candidate", "externalId")),
        ({"requisition": offers.RequisitionInput(title=" ")}, ("requisition", "title")),
        (
            {"requisition": offers.RequisitionInput(title="x", department="x" * 301)},
            ("requisition", "department"),
        ),
    ],
)
async def test_what_cannot_be_is_refused_by_field_and_changes_nothing(
    changes: dict[str, Any], field: tuple[str, ...]
) -> None:
    client = await make_client()
    with pytest.raises(InvalidInput) as refused:
        await record(client, **changes)
    assert refused.value.field == field
    assert await rows_of(client, Application) == []
    assert await rows_of(client, Offer) == []


@pytest.mark.parametrize(
    ("role", "error"),
    [("hiring_manager", Forbidden), ("leadership", Forbidden), ("hr", None), ("consultant", None)],
)
async def test_who_may_record(role: str, error: type[DomainError] | None) -> None:
    client = await make_client()
    viewer = getattr(client, role)
    if error is None:
        await record(client, viewer)
    else:
        with pytest.raises(error):
            await record(client, viewer)
    assert len(await rows_of(client, Offer)) == (error is None)


@pytest.fixture
def statements(connection: AsyncConnection) -> Callable[[], int]:
    """Count the statements sent since the last look."""
    sent: list[str] = []

    def listen(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith(("SET LOCAL", "SAVEPOINT", "RELEASE", "ROLLBACK")):
            sent.append(statement)

    sync = connection.sync_connection
    assert sync is not None
    event.listen(sync, "before_cursor_execute", listen)

    def count() -> int:
        found = len(sent)
        sent.clear()
        return found

    return count


async def test_unknown_and_foreign_organisations_answer_alike(
    statements: Callable[[], int],
) -> None:
    client, other = await make_client(), await make_client()
    answers = set()
    for organisation_id in (new_id(), other.organisation_id):
        statements()
        with pytest.raises(NotFound) as refused:
            await run(
                offers.record_offer,
                client.hr,
                organisation_id=organisation_id,
                offer=offers.OfferInput(**DECLINED),
            )
        answers.add((str(refused.value), refused.value.field, statements()))
    assert answers == {
        ("There is no such organisation, or you may not see it.", ("organisationId",), 0)
    }
    assert await rows_of(other, Offer) == []


async def test_a_candidate_recorded_by_hand_becomes_the_systems() -> None:
    client = await make_client()
    by_hand = offers.CandidateInput(first_name="Robin", email="robin@example.com")
    await record(client, candidate=by_hand)
    await record(client, candidate=offers.CandidateInput(last_name="Lee"))
    (candidate,) = await rows_of(client, Candidate)
    assert (candidate.external_key, candidate.first_name, candidate.last_name) == (
        None,
        "Robin",
        "Lee",
    )
    seen = ApplicationSeen("a-1", CandidateFacts("c-1", first_name="Robyn"), last_activity_at=None)
    await say(client, seen, seen)
    (candidate,) = await rows_of(client, Candidate)
    assert len(candidate.external_key) == 32
    assert (candidate.first_name, candidate.last_name, candidate.email) == (
        "Robyn",
        "Lee",
        "robin@example.com",
    )
    (application,) = await rows_of(client, Application)
    assert application.candidate_id == candidate.id


async def test_reasons_recorded_by_hand_stay() -> None:
    client = await make_client()
    await record(client, stated_reasons=(DeclineReason.PAY_BASE,))
    await say(client, ApplicationSeen("a-1", last_activity_at=datetime.now(UTC)))
    (application,) = await rows_of(client, Application)
    assert application.stated_reasons == ["PAY_BASE"]


async def test_an_erased_candidate_cannot_be_recorded_again() -> None:
    client = await make_client()
    await record(client, candidate=ROBIN)
    await say(client, CandidateErased("c-1"))
    for again in (ROBIN, offers.CandidateInput(first_name="Robin")):
        with pytest.raises(Conflict) as refused:
            await record(client, candidate=again)
        assert refused.value.field == ("candidate",)
    await record(client, version=2)
    (candidate,) = await rows_of(client, Candidate)
    assert (candidate.first_name, candidate.email) == (None, None)
    (offer,) = await rows_of(client, Offer)
    assert offer.version == 2


async def test_requisitions_by_hand_are_told_apart_by_their_words() -> None:
    client = await make_client()
    chemist = offers.RequisitionInput(title="Chemist", department="Research")
    for number in range(3):
        await record(client, application_id=f"a-{number}", requisition=chemist)
    await record(client, application_id="a-4", requisition=offers.RequisitionInput(title="Chemist"))
    assert len(await rows_of(client, Requisition)) == 2
    # The system's requisition stays in place and only has its gaps filled.
    await say(
        client, OfferSeen("a-5", None, 1, OfferStatus.EXTENDED, requisition_external_id="r-1")
    )
    await record(client, application_id="a-5", requisition=chemist)
    await record(
        client, application_id="a-5", requisition=offers.RequisitionInput(title="Physicist")
    )
    found = {one.external_id: one for one in await rows_of(client, Requisition)}
    assert len(await rows_of(client, Requisition)) == 3
    assert (found["r-1"].title, found["r-1"].department) == ("Chemist", "Research")


async def test_what_is_recorded_by_hand_ends_the_waiting() -> None:
    client = await make_client()
    await record(client)
    viewer = client.consultant
    (offer,) = await rows_of(client, Offer)

    async def candidate_of(who: Viewer) -> Candidate | None:
        return await run(
            queries.find_candidate_of_offer,
            who,
            organisation_id=client.organisation_id,
            offer_id=offer.id,
        )

    assert await candidate_of(viewer) is None
    await record(client, candidate=ROBIN)
    for who in (client.consultant, client.hr, client.job):
        found = await candidate_of(who)
        assert found is not None
        assert found.email == "robin@example.com"
    for who in (client.hiring_manager, client.leadership, (await make_client()).hr):
        assert await candidate_of(who) is None
    assert await rows_of(client, IntakeEvent) == []


async def test_an_acceptance_recorded_after_the_unhire_was_told_is_reneging() -> None:
    client = await make_client()
    unhired_at = datetime.now(UTC) - timedelta(days=1)
    await say(client, Unhired("a-1", unhired_at))
    await record(client, status=OfferStatus.ACCEPTED)
    (offer,) = await rows_of(client, Offer)
    assert (offer.status, offer.resolved_at) == (OfferStatus.RENEGED, unhired_at)
    assert offer.reported_status is OfferStatus.ACCEPTED


async def assign(client: Client, viewer: Viewer, requisition_id: Any, person_id: Any) -> None:
    """Assign a hiring manager."""
    await run(
        offers.assign_hiring_manager,
        viewer,
        organisation_id=client.organisation_id,
        requisition_id=requisition_id,
        person_id=person_id,
    )


async def test_an_assigned_hiring_manager_stays_whatever_the_system_says() -> None:
    client = await make_client()
    await say(client, RequisitionSeen(RequisitionFacts("r-1", "Chemist", None, None, ("5",))))
    (requisition,) = await rows_of(client, Requisition)
    person = client.hiring_manager.id
    await assign(client, client.hr, requisition.id, person)
    await assign(client, client.hr, requisition.id, person)
    rows = await rows_of(client, HiringManager)
    assert {(one.person_id, one.ats_user_id) for one in rows} == {(person, None), (None, "5")}
    assert [
        one.action
        for one in await rows_of(client, AuditEvent)
        if one.action is AuditAction.HIRING_MANAGER_ASSIGNED
    ] == [AuditAction.HIRING_MANAGER_ASSIGNED]
    # 92913 is the same member, whom the system names and then does not name any more.
    for users in (("92913",), ()):
        await say(client, RequisitionSeen(RequisitionFacts("r-1", None, None, None, users)))
        rows = await rows_of(client, HiringManager)
        assert [(one.person_id, one.ats_user_id) for one in rows] == [(person, None)]


async def test_assigning_whom_the_system_named_makes_them_stay() -> None:
    client = await make_client()
    named = RequisitionSeen(RequisitionFacts("r-1", "Chemist", None, None, ("92913",)))
    await say(client, named)
    (requisition,) = await rows_of(client, Requisition)
    person = client.hiring_manager.id
    await assign(client, client.hr, requisition.id, person)
    await say(client, RequisitionSeen(RequisitionFacts("r-1", hiring_manager_ids=())))
    rows = await rows_of(client, HiringManager)
    assert [(one.person_id, one.ats_user_id) for one in rows] == [(person, None)]


async def test_who_may_assign_whom() -> None:
    client, other = await make_client(), await make_client()
    await say(client, RequisitionSeen(RequisitionFacts("r-1", "Chemist")))
    await say(other, RequisitionSeen(RequisitionFacts("r-1", "Chemist")))
    (requisition,) = await rows_of(client, Requisition)
    (foreign,) = await rows_of(other, Requisition)
    person = client.hiring_manager.id
    refusals = [
        (client.hr, foreign.id, person, NotFound),
        (client.hr, new_id(), person, NotFound),
        (client.hr, requisition.id, other.hiring_manager.id, NotFound),
        (client.hr, requisition.id, client.leadership.id, InvalidInput),
        (client.consultant, requisition.id, person, Forbidden),
        (client.hiring_manager, requisition.id, person, NotFound),
        (client.leadership, requisition.id, person, NotFound),
        (other.hr, requisition.id, person, NotFound),
    ]
    for viewer, requisition_id, person_id, error in refusals:
        with pytest.raises(error):
            await assign(client, viewer, requisition_id, person_id)
    assert await rows_of(client, HiringManager) == []
