"""What a history of posts comes to: the offer, its interview and its mail, in any order."""

import asyncio
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncEngine

from tenants.access import Viewer
from tenants.db import run
from tenants.integrations.models import IntakeEvent, Integration, IntegrationKind
from tenants.integrations.service import create_integration
from tenants.interviews.models import Interview, Invitation
from tenants.model import new_id
from tenants.offers.models import HiringManager, Offer, Requisition
from tenants.organisations import service as organisations
from tenants.organisations.models import Industry, Region, SizeBand
from tenants.work import Job
from tests.api.posting import (
    APPLIED,
    LONG_AGO,
    NEEDS_REVIEW,
    NOT_NEEDED,
    NOW,
    WAITING,
    YESTERDAY,
    Case,
    Greenhouse,
    History,
    application_of,
    candidate_of,
    case_of,
    offer_of,
    requisition_of,
    rows_of,
)
from tests.factories import Client, make_client

DECLINED_AND_INVITED = Case("DECLINED", interviews=1, mails=1)

pytestmark = pytest.mark.usefixtures("connection")


async def test_an_offer_waits_for_its_candidate_visibly_and_is_then_followed() -> None:
    client, history = await make_client(), History()
    account = Greenhouse(client)
    assert await account.post(history.offer("Created", at=None)) == WAITING
    assert await account.post(history.offer("Rejected")) == WAITING
    assert await case_of(client, history) == Case("DECLINED", interviews=1, mails=0, waiting=2)
    reasons = {(event.reason_code, event.reason) for event in await rows_of(client, IntakeEvent)}
    assert reasons == {
        (
            "CANDIDATE_UNKNOWN",
            "Nobody has told yet whose offer this is; it waits for the application.",
        )
    }
    assert await account.post(history.application()) == APPLIED
    assert await case_of(client, history) == DECLINED_AND_INVITED
    events = await rows_of(client, IntakeEvent)
    assert {(event.state.value, event.reason_code, event.reason) for event in events} == {
        ("APPLIED", None, None)
    }


async def test_the_application_may_come_first() -> None:
    client, history = await make_client(), History()
    account = Greenhouse(client)
    assert await account.post(history.application()) == APPLIED
    assert await account.post(history.offer("Rejected")) == APPLIED
    assert await case_of(client, history) == DECLINED_AND_INVITED


async def test_an_offer_that_was_taken_back_opens_no_interview() -> None:
    client = await make_client()
    account = Greenhouse(client)
    for status, action in (("Deprecated", "offer_updated"), ("Created", "offer_deleted")):
        history = History()
        await account.post(history.application())
        await account.post(history.offer("Created", at=None))
        assert await account.post(history.offer(status, action=action)) == APPLIED
        case = await case_of(client, history)
        assert (case.interviews, case.mails) == (0, 0)
    assert {offer.status.value for offer in await rows_of(client, Offer)} == {
        "SUPERSEDED",
        "RESCINDED",
    }


async def test_a_deletion_does_not_undo_what_the_candidate_answered() -> None:
    client, history = await make_client(), History()
    account = Greenhouse(client)
    await account.post(history.application())
    await account.post(history.offer("Rejected"))
    await account.post(history.offer("Rejected", action="offer_deleted"))
    assert await case_of(client, history) == DECLINED_AND_INVITED


@pytest.mark.parametrize("unhire_first", [False, True])
async def test_an_unhire_after_the_hire_is_reneging(*, unhire_first: bool) -> None:
    client, history = await make_client(), History()
    account = Greenhouse(client)
    hired_at = YESTERDAY - timedelta(days=5)
    hire = history.application(
        "hire_candidate",
        at=None,
        offer={"id": 1, "version": 1, "resolved_at": hired_at.isoformat()},
    )
    unhire = history.unhire(YESTERDAY)
    if unhire_first:
        assert await account.post(unhire) == WAITING
        assert await case_of(client, history) == Case(None, interviews=0, mails=0, waiting=1)
        assert await account.post(hire) == APPLIED
    else:
        assert await account.post(hire) == APPLIED
        assert await case_of(client, history) == Case("ACCEPTED", interviews=0, mails=0)
        assert await account.post(unhire) == APPLIED
    assert await case_of(client, history) == Case("RENEGED", interviews=1, mails=1)
    offer = await offer_of(client, history)
    assert (offer.resolved_at, offer.reported_status.value, offer.reported_at) == (
        YESTERDAY,
        "ACCEPTED",
        hired_at,
    )


async def test_an_unhire_without_a_time_counts_from_its_arrival_once() -> None:
    client, history = await make_client(), History()
    account = Greenhouse(client)
    await account.post(history.application())
    await account.post(history.offer("Accepted", at=LONG_AGO))
    await account.post(history.unhire(None))
    unhired_at = (await application_of(client, history)).unhired_at
    assert NOW <= unhired_at <= NOW + timedelta(hours=2)
    await account.post(history.unhire(None))
    assert (await application_of(client, history)).unhired_at == unhired_at
    assert await case_of(client, history) == Case("RENEGED", interviews=1, mails=1)


def _whole_history(history: History) -> list[dict[str, Any]]:
    """Return everything that is posted about an offer that is made anew and declined in the end."""
    day = timedelta(days=1)
    candidate = {"first_name": "Grace"}
    return [
        history.application("new_candidate_application", at=LONG_AGO, candidate=candidate),
        history.application("candidate_stage_change", at=LONG_AGO + day, candidate=candidate),
        history.offer("Created", at=None, sent_on=None, action="offer_created"),
        history.offer("Created", at=None),
        history.offer("Deprecated", at=YESTERDAY - 9 * day),
        history.offer("Created", version=2, at=None, sent_on=None, action="offer_created"),
        history.offer("Created", version=2, at=None),
        history.offer("Rejected", version=2, at=YESTERDAY),
        history.application(
            "reject_candidate",
            at=YESTERDAY,
            candidate=candidate,
            rejection_reason={"name": "Salary", "type": {"name": "They rejected us"}},
        ),
    ]


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(order=st.permutations(range(9)), twice=st.sets(st.integers(0, 8), max_size=3))
async def test_any_order_of_a_history_ends_alike(order: list[int], twice: set[int]) -> None:
    client, history = await make_client(), History()
    posts = _whole_history(history)
    for index in [*order, *twice]:
        await Greenhouse(client).post(posts[index])
    assert await case_of(client, history) == DECLINED_AND_INVITED
    offer = await offer_of(client, history)
    assert (offer.version, offer.external_id) == (2, str(history.application_id + 900_002))
    assert (offer.resolved_at, offer.starts_on.isoformat()) == (YESTERDAY, "2030-04-15")
    assert offer.extended_on == (YESTERDAY - timedelta(days=10)).date()
    application = await application_of(client, history)
    assert application.stated_reasons == ["PAY_BASE"]
    assert application.last_activity_at == YESTERDAY
    candidate = await candidate_of(client, history)
    assert (candidate.first_name, candidate.may_be_emailed) == ("Grace", True)
    assert (await requisition_of(client, history)).title == "Designer"


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(order=st.permutations(range(6)))
async def test_any_order_of_a_declined_and_then_accepted_offer_ends_alike(
    order: list[int],
) -> None:
    client, history = await make_client(), History()
    day = timedelta(days=1)
    posts = [
        history.application(at=LONG_AGO),
        history.offer("Created", at=None),
        history.offer("Rejected", at=YESTERDAY - 3 * day),
        history.offer("Created", version=2, at=None),
        history.offer("Accepted", version=2, at=YESTERDAY),
        history.application(at=YESTERDAY, candidate={"can_email": True}),
    ]
    for index in order:
        await Greenhouse(client).post(posts[index])
    case = await case_of(client, history)
    assert (case.status, case.waiting) == ("ACCEPTED", 0)
    assert case.interviews in {0, 1}
    offer = await offer_of(client, history)
    interviews = [one for one in await rows_of(client, Interview) if one.offer_id == offer.id]
    # Whoever accepted in the end is not asked why they declined, whatever had been opened.
    assert {one.status.value for one in interviews} <= {"CLOSED"}
    opened = {one.id for one in interviews}
    invitations = [one for one in await rows_of(client, Invitation) if one.interview_id in opened]
    assert all(one.revoked for one in invitations)


async def test_a_candidate_who_must_not_be_mailed_gets_no_mail_by_itself() -> None:
    client, history = await make_client(), History()
    account = Greenhouse(client)
    await account.post(history.application(candidate={"can_email": False}))
    await account.post(history.offer("Rejected"))
    assert await case_of(client, history) == Case("DECLINED", interviews=1, mails=0)
    # Late words to the contrary do not count, new ones do.
    await account.post(history.application(at=LONG_AGO - timedelta(days=1)))
    assert await case_of(client, history) == Case("DECLINED", interviews=1, mails=0)
    await account.post(history.application(at=NOW))
    assert await case_of(client, history) == DECLINED_AND_INVITED


async def test_an_address_that_comes_later_brings_the_invitation() -> None:
    client, history = await make_client(), History()
    account = Greenhouse(client)
    await account.post(history.application(candidate={"email_addresses": []}))
    await account.post(history.offer("Rejected"))
    assert await case_of(client, history) == Case("DECLINED", interviews=1, mails=0)
    update = {
        "action": "update_candidate",
        "payload": {
            "candidate": {
                "id": history.candidate_id,
                "email_addresses": [{"type": "home", "value": "late@example.com"}],
            }
        },
    }
    assert await account.post(update) == APPLIED
    assert await case_of(client, history) == DECLINED_AND_INVITED
    assert (await candidate_of(client, history)).email == "late@example.com"


async def test_late_words_fill_gaps_and_overwrite_nothing() -> None:
    client, history = await make_client(), History()
    account = Greenhouse(client)
    now = {"last_name": "Now", "email_addresses": []}
    await account.post(history.application(at=NOW, candidate=now, jobs=[]))
    before = {"first_name": "Before", "last_name": "Before"}
    await account.post(history.application(at=YESTERDAY, candidate=before))
    candidate = await candidate_of(client, history)
    assert (candidate.first_name, candidate.last_name, candidate.email) == (
        "Ada",
        "Now",
        f"ada{history.candidate_id}@example.com",
    )
    assert (await requisition_of(client, history)).title == "Designer"
    # Somebody else's name for the same application, said too late, is not even kept.
    stranger = History(history.application_id, job_id=history.job_id)
    await account.post(stranger.application(at=YESTERDAY, candidate={"last_name": "Stranger"}))
    assert (await candidate_of(client, history)).id == candidate.id
    assert (await candidate_of(client, history)).last_name == "Now"


async def test_hiring_managers_are_the_systems_unless_it_says_nothing() -> None:
    client, history = await make_client(), History()
    account = Greenhouse(client)

    def job(*user_ids: int) -> Mapping[str, Any]:
        team = {"hiring_managers": [{"user_id": user_id} for user_id in user_ids]}
        return {
            "action": "job_updated",
            "payload": {"job": {"id": history.job_id, "name": "Designer", "hiring_team": team}},
        }

    async def managers() -> set[tuple[Any, str | None]]:
        return {(one.person_id, one.ats_user_id) for one in await rows_of(client, HiringManager)}

    member = client.hiring_manager.id
    assert await account.post(job(92913, 5)) == APPLIED
    assert await managers() == {(member, "92913"), (None, "5")}
    await account.post(history.application())
    assert await managers() == {(member, "92913"), (None, "5")}
    kept = {one.id for one in await rows_of(client, HiringManager)}
    await account.post(job(92913, 5, 6))
    assert kept < {one.id for one in await rows_of(client, HiringManager)}
    await account.post(job(6))
    assert await managers() == {(None, "6")}
    await account.post(job())
    assert await managers() == set()


async def test_an_offer_names_its_requisition_before_anybody_tells_its_title() -> None:
    client, history = await make_client(), History()
    account = Greenhouse(client)
    await account.post(history.offer("Created", at=None))
    assert [(one.external_id, one.title) for one in await rows_of(client, Requisition)] == [
        (str(history.job_id), "")
    ]
    await account.post(
        {"action": "job_created", "payload": {"job": {"id": history.job_id, "name": "Chemist"}}}
    )
    assert (await requisition_of(client, history)).title == "Chemist"


async def _bare_organisation() -> tuple[Viewer, Any]:
    """Return an organisation that has no questionnaire, and its integration."""
    organisation_id = new_id()
    job = Viewer.job(organisation_id)
    await run(
        organisations.create_organisation,
        job,
        organisation_id=organisation_id,
        profile=organisations.OrganisationProfile(
            slug=f"bare-{organisation_id.hex}",
            name="Bare",
            industry=Industry.OTHER,
            size_band=SizeBand.UNDER_250,
            region=Region.EUROPE,
            language="en",
        ),
    )
    intake = await run(
        create_integration,
        job,
        organisation_id=organisation_id,
        kind=IntegrationKind.GREENHOUSE,
        name="Greenhouse",
        secret="a webhook secret of a test",
    )
    return job, intake.integration_id


async def test_a_refusal_keeps_the_offer_and_sends_the_event_to_review() -> None:
    job, integration_id = await _bare_organisation()
    (organisation_id,) = job.roles
    client = Client(organisation_id, "bare", new_id(), job, job, job, job, job, integration_id)
    account, history = Greenhouse(client), History()
    assert len(await rows_of(client, Integration)) == 1
    assert await account.post(history.application()) == APPLIED
    assert await account.post(history.offer("Rejected")) == NEEDS_REVIEW
    assert await case_of(client, history) == Case("DECLINED", interviews=0, mails=0)
    event = next(
        one for one in await rows_of(client, IntakeEvent) if one.state.value == "NEEDS_REVIEW"
    )
    assert (event.reason_code, event.reason) == (
        "NOT_FOUND",
        "There is no such published questionnaire, or you may not see it.",
    )
    assert event.facts["events"][0]["status"] == "DECLINED"


async def test_nothing_is_kept_of_candidates_without_an_application() -> None:
    client = await make_client()
    stranger = History().application()["payload"]["application"]["candidate"]
    update = {"action": "update_candidate", "payload": {"candidate": stranger}}
    assert await Greenhouse(client).post(update) == NOT_NEEDED
    (event,) = await rows_of(client, IntakeEvent)
    assert event.reason == "Seen, not needed: nothing is kept of this candidate."
    assert "Ada" not in json.dumps(event.facts)


async def test_eight_deliveries_at_once_are_one_interview_and_one_mail(
    committing: AsyncEngine,
) -> None:
    assert committing.pool is not None
    client = await make_client()
    account, history = Greenhouse(client), History()
    posts = [history.application(), history.offer("Rejected")]
    same = [account.post(posts[1], event_id="same") for _ in range(8)]
    answers = await asyncio.gather(*same)
    assert sorted(answer["duplicate"] for answer in answers) == [False] + 7 * [True]
    # The application and the offer, each four times under ids of their own, all at once.
    await asyncio.gather(*(account.post(posts[index % 2]) for index in range(8)))
    assert await case_of(client, history) == DECLINED_AND_INVITED
    assert len(await rows_of(client, Interview)) == 1
    assert [job.name for job in await rows_of(client, Job)] == ["invitations.send"]
    assert len(await rows_of(client, IntakeEvent)) == 9
