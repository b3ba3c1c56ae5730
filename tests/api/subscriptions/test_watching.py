"""What each role is told of, in which order, from where on, and for how long."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, select, text, update

from api.relay import encode_id
from tenants import read_graph, work
from tenants.access import Viewer
from tenants.announcements import EventKind, OrganisationEvent
from tenants.db import run
from tenants.events import listening, queries, service
from tenants.insights.models import Edition
from tenants.interviews import service as interviews
from tenants.interviews.models import Confidentiality
from tenants.nouns import Noun
from tenants.offers import service as offers
from tenants.organisations.models import AccessToken, Membership
from tenants.reading import Key
from tenants.tokens import hash_token
from tenants.work import Session
from tests.api.action_world import make_action
from tests.api.asking import ask_over_http, codes, post, token_of
from tests.api.subscriptions.serving import EVENTS, PROGRESS, Talk, latest, talking
from tests.api.world import organisation_id_of, requisition_of, submit_words
from tests.factories import Client, make_client, make_invited_candidate, make_offer
from tests.jobs.rows import enqueue
from tests.tenants.insights.published import make_old_client, publish

LEASE = timedelta(minutes=1)
WATCHED_JOB = "benchmarks.contribute"


def global_id(noun: Noun, client: Client, row: UUID) -> str:
    """Return the global id of a row."""
    return encode_id(noun, Key(client.organisation_id, row))


async def watch(talk: Talk, name: str, client: Client, after: str | None) -> None:
    """Watch an organisation from a place on."""
    await talk.subscribe(name, EVENTS, organisation=organisation_id_of(client), after=after)


async def rows_of(client: Client) -> list[OrganisationEvent]:
    """Return everything that is kept of what happened."""

    async def find(session: Session, _viewer: Viewer) -> list[OrganisationEvent]:
        return [*await session.scalars(select(OrganisationEvent).order_by(OrganisationEvent.place))]

    return await run(find, client.job)


async def test_a_job_is_shown_at_once_after_each_change_and_until_its_end(address: str) -> None:
    client = await make_client()
    job_id = await run(enqueue, client.job, client.organisation_id, WATCHED_JOB)
    async with talking(address) as talk:
        await talk.begin(await token_of(client.hr))
        await talk.subscribe("it", PROGRESS, job=global_id(read_graph.JOB, client, job_id))
        shown = [await talk.next("it")]
        for step in (
            run(work.claim, client.job, job_id=job_id, lease=LEASE),
            run(work.report, client.job, job_id=job_id, percent=40),
            run(work.fail, client.job, job_id=job_id, code="Later", retry=True),
            run(work.finish, client.job, job_id=job_id),
        ):
            await step
            shown.append(await talk.next("it"))
        assert await talk.hear() == {"type": "complete", "id": "it"}
    assert [tuple(one["jobProgress"].values()) for one in shown] == [
        ("QUEUED", 0, None),
        ("RUNNING", 0, None),
        ("RUNNING", 40, None),
        ("QUEUED", 40, "Later"),
        ("DONE", 100, None),
    ]


async def test_progress_of_what_has_ended_is_said_once(address: str) -> None:
    client = await make_client()
    job_id = await run(enqueue, client.job, client.organisation_id, WATCHED_JOB)
    await run(work.fail, client.job, job_id=job_id, code="FORBIDDEN", retry=False)
    async with talking(address) as talk:
        await talk.begin(await token_of(client.consultant))
        await talk.subscribe("it", PROGRESS, job=global_id(read_graph.JOB, client, job_id))
        failed = {"state": "FAILED", "progress": 0, "errorCode": "FORBIDDEN"}
        assert await talk.next("it") == {"jobProgress": failed}
        assert await talk.hear() == {"type": "complete", "id": "it"}


@pytest.mark.parametrize("name", ["interviews.flush", "invitations.send", "test.job"])
async def test_what_could_tell_who_has_answered_cannot_be_watched(address: str, name: str) -> None:
    client = await make_client()
    start = await latest(client)
    job_id = await run(enqueue, client.job, client.organisation_id, name)
    await run(work.claim, client.job, job_id=job_id, lease=LEASE)
    await run(work.report, client.job, job_id=job_id, percent=50)
    await run(work.finish, client.job, job_id=job_id)
    assert await latest(client) == start
    async with talking(address) as talk:
        await talk.begin(await token_of(client.consultant))
        await talk.subscribe("it", PROGRESS, job=global_id(read_graph.JOB, client, job_id))
        assert (await talk.hear())["payload"][0]["extensions"]["code"] == "NOT_FOUND"


async def test_each_role_is_told_of_what_it_may_see(address: str) -> None:
    client = await make_old_client()
    start = await latest(client)
    offer_id = await make_offer(client)
    other = offers.RequisitionInput(external_id="other", title="Analyst", department="Finance")
    elsewhere = await make_offer(client, requisition=other)
    assert client.hiring_manager.id is not None
    await run(
        offers.assign_hiring_manager,
        client.hr,
        organisation_id=client.organisation_id,
        requisition_id=await requisition_of(client, offer_id),
        person_id=client.hiring_manager.id,
    )
    action_id = await make_action(client, "Finance")
    job_id = await run(enqueue, client.job, client.organisation_id, WATCHED_JOB)
    await run(work.claim, client.job, job_id=job_id, lease=LEASE)
    await publish(client)
    editions = await _editions_of(client)
    everything = [
        ("OfferChanged", global_id(read_graph.OFFER, client, offer_id)),
        ("OfferChanged", global_id(read_graph.OFFER, client, elsewhere)),
        ("ActionChanged", global_id(read_graph.ACTION, client, action_id)),
        ("JobChanged", global_id(read_graph.JOB, client, job_id)),
        *(("EditionPublished", global_id(read_graph.EDITION, client, one)) for one in editions),
    ]
    for viewer, seen in (
        (client.hr, everything),
        (client.consultant, everything),
        # The action is of another department than the one that they hire for.
        (client.hiring_manager, [everything[0], *everything[4:]]),
        (client.leadership, [everything[2], *everything[4:]]),
    ):
        async with talking(address) as talk:
            await talk.begin(await token_of(viewer))
            await watch(talk, "it", client, start)
            told = [(await talk.next("it"))["organisationEvents"] for _ in seen]
        assert [(one["__typename"], _subject(one)) for one in told] == seen


def _subject(event: dict[str, Any]) -> str:
    found = next(value for value in event.values() if isinstance(value, dict))
    return str(found["id"])


async def _editions_of(client: Client) -> list[UUID]:
    async def find(session: Session, _viewer: Viewer) -> list[UUID]:
        return [*await session.scalars(select(Edition.id).order_by(Edition.ends_on))]

    return await run(find, client.job)


@pytest.mark.usefixtures("committing")
async def test_nothing_that_a_candidate_does_is_an_event() -> None:
    client = await make_client()
    invited = [await make_invited_candidate(client) for _ in range(2)]
    start = await latest(client)
    await submit_words(invited[0], Confidentiality.ATTRIBUTED)
    await submit_words(invited[1], Confidentiality.ANONYMOUS)
    for one in invited:
        await run(
            interviews.invite_candidate,
            client.hr,
            organisation_id=client.organisation_id,
            interview_id=one.interview_id,
        )
    assert await latest(client) == start
    assert {row.kind for row in await rows_of(client)} == {EventKind.OFFER_CHANGED}


async def test_a_lost_connection_is_taken_up_where_it_was_left(address: str) -> None:
    client = await make_client()
    token = await token_of(client.hr)
    start = await latest(client)
    made = [await make_offer(client) for _ in range(3)]
    told: list[str] = []
    place = start
    for _ in made:
        async with talking(address) as talk:
            await talk.begin(token)
            await watch(talk, "it", client, place)
            event = (await talk.next("it"))["organisationEvents"]
            place = event["id"]
            told.append(event["offer"]["id"])
    assert told == [global_id(read_graph.OFFER, client, one) for one in made]
    answer = await ask_over_http(
        token,
        "query ($i: ID!) { node(id: $i) { ... on Organisation { latestEvent } } }",
        i=organisation_id_of(client),
    )
    assert answer == {"data": {"node": {"latestEvent": place}}}


@pytest.mark.usefixtures("committing")
async def test_a_repetition_that_says_nothing_new_is_no_event() -> None:
    """And what is rolled back leaves no word, and no gap."""
    client = await make_client()

    async def undone(session: Session, _viewer: Viewer) -> None:
        work.announce(session, EventKind.OFFER_CHANGED, client.organisation_id, subject_id=None)
        work.announce(session, EventKind.OFFER_CHANGED, client.organisation_id, subject_id=None)
        await session.flush()
        raise LookupError

    with pytest.raises(LookupError):
        await run(undone, client.job)
    first = await make_offer(client)
    second = await make_offer(client)
    assert [(row.place, row.subject_id) for row in await rows_of(client)] == [
        (1, first),
        (2, second),
    ]


@pytest.mark.usefixtures("committing")
async def test_places_are_in_the_order_of_commits_and_without_a_gap() -> None:
    client = await make_client()
    held, go = asyncio.Event(), asyncio.Event()

    async def slow(session: Session, _viewer: Viewer) -> None:
        own = client.organisation_id
        work.announce(session, EventKind.OFFER_CHANGED, own, subject_id=UUID(int=1))
        held.set()
        await go.wait()

    begun = asyncio.create_task(run(slow, client.job))
    await held.wait()
    await make_offer(client)
    go.set()
    await begun
    rows = await rows_of(client)
    assert [row.place for row in rows] == [1, 2]
    assert rows[1].subject_id == UUID(int=1)


async def test_who_loses_the_role_is_told_nothing_more(address: str) -> None:
    client = await make_client()
    async with talking(address) as talk:
        await talk.begin(await token_of(client.hr))
        await watch(talk, "it", client, await latest(client))
        await make_offer(client)
        assert (await talk.next("it"))["organisationEvents"]["__typename"] == "OfferChanged"

        async def remove(session: Session, _viewer: Viewer) -> None:
            gone = delete(Membership).where(Membership.person_id == client.hr.id)
            await session.execute(gone)

        await run(remove, client.job)
        await make_offer(client)
        ended = await talk.hear()
    assert (ended["type"], ended["id"]) == ("error", "it")
    assert ended["payload"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_who_signs_out_is_told_nothing_more(address: str) -> None:
    client = await make_client()
    token = await token_of(client.hr)
    async with talking(address) as talk:
        await talk.begin(token)
        await watch(talk, "it", client, await latest(client))
        await make_offer(client)
        assert (await talk.next("it"))["organisationEvents"]["__typename"] == "OfferChanged"

        async def expire(session: Session, _viewer: Viewer) -> None:
            past = datetime.now(UTC) - timedelta(seconds=1)
            mine = AccessToken.token_hash == hash_token(token)
            await session.execute(update(AccessToken).where(mine).values(expires_at=past))

        await run(expire, Viewer.operator())
        await make_offer(client)
        ended = await talk.hear()
    assert ended["payload"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_an_organisation_of_others_is_as_unknown_as_none(address: str) -> None:
    mine, other = await make_client(), await make_client()
    await make_offer(other)
    token = await token_of(mine.hr)
    own_event = await latest(mine)
    cases = [
        (organisation_id_of(other), None, "NOT_FOUND"),
        (encode_id(read_graph.ORGANISATION, Key(UUID(int=7), UUID(int=7))), None, "NOT_FOUND"),
        ("nonsense", None, "NOT_FOUND"),
        (organisation_id_of(mine), "nonsense", "BAD_CURSOR"),
        (organisation_id_of(mine), await latest(other), "BAD_CURSOR"),
        (
            organisation_id_of(mine),
            service.event_id(mine.organisation_id, 5),
            "BAD_CURSOR",
        ),
    ]
    async with talking(address) as talk:
        await talk.begin(token)
        refusals = []
        for number, (organisation, after, _) in enumerate(cases):
            await talk.subscribe(str(number), EVENTS, organisation=organisation, after=after)
            refused = await talk.hear()
            assert (refused["type"], refused["id"]) == ("error", str(number))
            refusals.append(refused["payload"][0])
    assert [one["extensions"]["code"] for one in refusals] == [code for *_, code in cases]
    assert len({one["message"] for one in refusals[:3]}) == 1
    assert await latest(mine) == own_event


async def test_what_was_trimmed_is_said_and_not_passed_over(address: str) -> None:
    client = await make_client()
    start = await latest(client)
    await make_offer(client)
    await make_offer(client)

    async def age(session: Session, _viewer: Viewer) -> None:
        old = datetime.now(UTC) - service.KEPT - timedelta(minutes=1)
        await session.execute(update(OrganisationEvent).values(recorded_at=old))

    await run(age, client.job)
    await make_offer(client)
    await run(service.trim_events, client.job, organisation_id=client.organisation_id)
    assert [row.place for row in await rows_of(client)] == [3]
    async with talking(address) as talk:
        await talk.begin(await token_of(client.hr))
        await watch(talk, "gone", client, start)
        assert (await talk.hear())["payload"][0]["extensions"]["code"] == "EVENTS_GONE"
        await watch(talk, "kept", client, service.event_id(client.organisation_id, 2))
        assert (await talk.next("kept"))["organisationEvents"]["__typename"] == "OfferChanged"
    # When nothing is kept the counter still says what is missed.
    await run(age, client.job)
    await run(service.trim_events, client.job, organisation_id=client.organisation_id)
    assert await run(queries.find_bounds, client.hr, organisation_id=client.organisation_id) == (
        4,
        3,
    )


@pytest.mark.usefixtures("committing")
async def test_a_subscription_needs_a_stream() -> None:
    client = await make_client()
    response = await post(
        {"query": EVENTS, "variables": {"organisation": organisation_id_of(client)}},
        token=await token_of(client.hr),
    )
    assert (response.status_code, codes(response)) == (400, ["NOT_A_STREAM"])


async def test_a_listener_that_was_cut_off_listens_again(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "AGAIN_SECONDS", 0.01)
    client = await make_client()

    async def cut_off(session: Session, _viewer: Viewer) -> int:
        ended = text(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name = :name"
        )
        return len((await session.execute(ended, {"name": listening.APPLICATION_NAME})).all())

    async with talking(address) as talk:
        await talk.begin(await token_of(client.hr))
        await watch(talk, "it", client, await latest(client))
        assert await run(cut_off, client.job) == 1
        await make_offer(client)
        assert (await talk.next("it"))["organisationEvents"]["__typename"] == "OfferChanged"
