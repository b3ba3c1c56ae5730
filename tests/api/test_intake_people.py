"""What becomes of candidates whom the system merges or forgets, in whatever order it says so."""

import asyncio
import random
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from tenants.access import Viewer
from tenants.audit import AuditAction, AuditEvent
from tenants.db import run
from tenants.interviews import submission
from tenants.interviews.models import Draft, HoldReason, Interview, Invitation, Response
from tenants.offers.models import Application, Candidate
from tenants.work import Session
from tests.api.posting import (
    APPLIED,
    LONG_AGO,
    NOW,
    WAITING,
    YESTERDAY,
    Case,
    Greenhouse,
    History,
    application_of,
    candidate_of,
    case_of,
    dump,
    mail_of,
    new_number,
    rows_of,
)
from tests.factories import complete_answers, make_client, make_invited_candidate, submit

pytestmark = pytest.mark.usefixtures("connection")


def merge(old_id: int, new_id: int) -> dict[str, Any]:
    """Return that one record of a candidate became another."""
    person = {"id": old_id, "new_candidate_id": new_id}
    return {"action": "merge_candidate", "payload": {"person": person}}


def anonymise(candidate_id: int) -> dict[str, Any]:
    """Return that a candidate was anonymised."""
    return {
        "action": "candidate_anonymized",
        "payload": {"candidate_id": candidate_id, "anonymized_fields": ["full_name"]},
    }


def delete(candidate_id: int, *application_ids: int) -> dict[str, Any]:
    """Return that a candidate was deleted, with applications."""
    person = {"id": candidate_id, "deleted_application_ids": list(application_ids)}
    return {"action": "delete_candidate", "payload": {"person": person}}


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_a_merged_candidate_keeps_the_offer_in_any_order(order: tuple[int, ...]) -> None:
    client, history = await make_client(), History()
    account, survivor = Greenhouse(client), new_number()
    posts = [
        history.application(at=LONG_AGO),
        merge(history.candidate_id, survivor),
        history.offer("Rejected"),
    ]
    for index in order:
        await account.post(posts[index])
    assert await case_of(client, history) == Case("DECLINED", interviews=1, mails=1)
    candidate = await candidate_of(client, history)
    assert (candidate.first_name, candidate.email, candidate.erased_at) == (
        "Ada",
        f"ada{history.candidate_id}@example.com",
        None,
    )
    people = await rows_of(client, Candidate)
    (given_up,) = [one for one in people if one.id != candidate.id]
    assert given_up.merged_into_id == candidate.id
    assert (given_up.first_name, given_up.last_name, given_up.email) == (None, None, None)
    # What the kept record says of itself wins, what is still said of the other one does not.
    kept = History(history.application_id, survivor, history.job_id)
    await account.post(kept.application(at=YESTERDAY, candidate={"first_name": "Kept"}))
    await account.post(history.application(at=NOW, candidate={"first_name": "Gone"}))
    assert (await candidate_of(client, history)).id == candidate.id
    assert (await candidate_of(client, history)).first_name == "Kept"


async def test_records_merged_one_after_the_other_lead_to_the_last() -> None:
    client, history = await make_client(), History()
    account, second, third = Greenhouse(client), new_number(), new_number()
    await account.post(merge(second, third))
    await account.post(merge(history.candidate_id, second))
    await account.post(history.application())
    await account.post(merge(history.candidate_id, second))
    await account.post(merge(third, history.candidate_id))
    people = {one.id: one for one in await rows_of(client, Candidate)}
    application = await application_of(client, history)
    last = people.pop(application.candidate_id)
    assert (last.merged_into_id, last.first_name) == (None, "Ada")
    assert {one.merged_into_id for one in people.values()} == {last.id}


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_a_forgotten_candidate_stays_forgotten_in_any_order(order: tuple[int, ...]) -> None:
    client, history = await make_client(), History()
    account = Greenhouse(client)
    posts = [history.application(), anonymise(history.candidate_id), history.offer("Rejected")]
    for index in order:
        await account.post(posts[index])
    candidate = await candidate_of(client, history)
    assert candidate.erased_at is not None
    assert (candidate.first_name, candidate.last_name, candidate.email) == (None, None, None)
    assert all(one.revoked for one in await rows_of(client, Invitation))
    assert (await case_of(client, history)).waiting == 0
    assert [row for row in await dump(client.organisation_id) if "Ada" in row] == []
    mails = (await case_of(client, history)).mails
    await account.post(history.application(at=NOW))
    await account.post(
        {"action": "update_candidate", "payload": posts[0]["payload"]["application"]}
    )
    assert (await case_of(client, history)).mails == mails
    assert [row for row in await dump(client.organisation_id) if "Ada" in row] == []
    erased = [
        one
        for one in await rows_of(client, AuditEvent)
        if one.action is AuditAction.CANDIDATE_ERASED
    ]
    assert [one.actor_id for one in erased] == [client.integration_id]


async def test_a_forgotten_candidates_link_and_draft_die_and_an_answer_stays() -> None:
    client = await make_client()
    account = Greenhouse(client)
    numbers = [new_number() for _ in range(4)]
    invited = [
        await make_invited_candidate(client, application_id=str(number)) for number in numbers
    ]
    for number in numbers:
        history = History(application_id=number, candidate_id=number)
        await account.post(history.application(at=NOW))
    answered, writing, other, unlisted = invited
    await submit(answered)
    for one in (writing, other):
        await run(submission.save_answers, one.viewer, answers=complete_answers())
    assert len(await rows_of(client, Draft)) == 2
    assert await account.post(anonymise(numbers[0])) == APPLIED
    assert await account.post(delete(numbers[1], numbers[1])) == APPLIED
    # The system names no application that went: they live on under another record.
    assert await account.post(delete(numbers[3])) == APPLIED
    states = {one.id: (one.revoked, one.submission) for one in await rows_of(client, Invitation)}
    assert states[answered.invitation_id] == (False, "SUBMITTED")
    assert states[writing.invitation_id] == (True, None)
    assert states[other.invitation_id] == (False, None)
    assert states[unlisted.invitation_id] == (False, None)
    assert [one.invitation_id for one in await rows_of(client, Draft)] == [other.invitation_id]
    assert len(await rows_of(client, Response)) == 1


async def test_an_offer_of_a_deleted_application_waits_for_nobody() -> None:
    client, history = await make_client(), History()
    account = Greenhouse(client)
    assert await account.post(history.offer("Rejected")) == WAITING
    assert await account.post(delete(history.candidate_id, history.application_id)) == APPLIED
    assert await case_of(client, history) == Case("DECLINED", interviews=1, mails=0)
    assert await account.post(history.application(at=NOW)) == APPLIED
    assert await case_of(client, history) == Case("DECLINED", interviews=1, mails=0)


async def test_an_application_can_go_on_under_another_record_of_the_person() -> None:
    client, history = await make_client(), History()
    account, other_id = Greenhouse(client), new_number()
    await account.post(history.application(at=LONG_AGO))
    await account.post(delete(history.candidate_id))
    await account.post(history.offer("Rejected"))
    assert await case_of(client, history) == Case("DECLINED", interviews=1, mails=0)
    moved = History(history.application_id, other_id, history.job_id)
    await account.post(moved.application(at=NOW))
    assert await case_of(client, history) == Case("DECLINED", interviews=1, mails=1)


async def _applications(session: Session, _viewer: Viewer) -> list[Any]:
    rows = await session.execute(
        select(Application.external_id, Candidate.external_key, Candidate.merged_into_id).join(
            Candidate, Candidate.id == Application.candidate_id
        )
    )
    return list(rows.all())


async def test_posts_about_shared_people_and_openings_never_wait_for_each_other(
    committing: AsyncEngine,
) -> None:
    assert committing.pool is not None
    client = await make_client()
    account = Greenhouse(client)
    people = [new_number() for _ in range(4)]
    jobs = [new_number() for _ in range(2)]
    posts: list[dict[str, Any]] = [merge(people[0], people[1]), anonymise(people[2])]
    histories = [
        History(candidate_id=people[number % 4], job_id=jobs[number % 2]) for number in range(8)
    ]
    for history in histories:
        candidate = history.application()["payload"]["application"]["candidate"]
        posts += [
            history.application(at=YESTERDAY),
            history.application("hire_candidate", at=None),
            history.offer("Rejected"),
            history.offer("Created", at=None),
            {"action": "update_candidate", "payload": {"candidate": candidate}},
            {
                "action": "job_updated",
                "payload": {"job": {"id": history.job_id, "name": "Designer"}},
            },
        ]
    random.shuffle(posts)
    gate = asyncio.Semaphore(8)

    async def post(payload: dict[str, Any]) -> Any:
        async with gate:
            return await account.post(payload)

    answers = await asyncio.gather(*(post(payload) for payload in posts))
    assert {answer["duplicate"] for answer in answers} == {False}
    found = await run(_applications, client.job)
    assert len(found) == 8
    assert {merged for _, _, merged in found} == {None}
    assert len({key for _, key, _ in found}) == 3
    # One who declined twice is asked once within six months; after a merge two are one.
    written = dict.fromkeys(people, 0)
    for history in histories:
        case = await case_of(client, history)
        assert (case.status, case.interviews, case.waiting) == ("DECLINED", 1, 0)
        written[history.candidate_id] += await mail_of(client, history)
    assert written[people[0]] + written[people[1]] == 1
    assert written[people[3]] == 1


@pytest.mark.parametrize("first", [0, 1])
async def test_two_who_were_invited_and_turn_out_to_be_one_get_one_mail(first: int) -> None:
    client, histories = await make_client(), [History(), History()]
    account = Greenhouse(client)
    for history in histories:
        await account.post(history.application(at=YESTERDAY))
        await account.post(history.offer("Rejected"))
        assert (await case_of(client, history)).mails == 1
    await account.post(merge(histories[0].candidate_id, histories[1].candidate_id))
    second = 1 - first
    written = {one: await mail_of(client, histories[one]) for one in (first, second)}
    assert written == {0: 1, 1: 0}
    held = {one.held for one in await rows_of(client, Interview)}
    assert held == {None, HoldReason.INVITED_RECENTLY}
    # A job that runs again changes nothing.
    assert await mail_of(client, histories[1]) == 0


async def test_who_was_written_to_before_a_merge_gets_no_second_mail_after_it() -> None:
    client, histories = await make_client(), [History(), History()]
    account = Greenhouse(client)
    for history in histories:
        await account.post(history.application(at=YESTERDAY))
        await account.post(history.offer("Rejected"))
    assert await mail_of(client, histories[1]) == 1
    await account.post(merge(histories[0].candidate_id, histories[1].candidate_id))
    assert await mail_of(client, histories[0]) == 0
