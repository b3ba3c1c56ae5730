"""What everybody else sees of an anonymous submission: nothing."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event, select
from sqlalchemy.ext.asyncio import AsyncEngine

from api.execution import execute
from api.relay import encode_id
from api.requests import GraphQLRequest
from tenants import read_graph
from tenants.access import Role, Viewer
from tenants.db import run
from tenants.interviews import holding, letters, submission
from tenants.interviews.models import Confidentiality, Response
from tenants.questionnaires import queries as questionnaires
from tenants.reading import Key
from tenants.work import Job, JobState, Session
from tests.api.world import selection
from tests.attacks.dumps import Dump, dump
from tests.attacks.rounds import Flush, answers_of
from tests.attacks.towns import Town, make_town
from tests.attacks.ways import Participant, Send, send_by_api, send_by_form, send_by_verb
from tests.factories import Client

_INVITE = """mutation ($id: ID!, $key: String) {
  inviteCandidate(input: {interviewId: $id, idempotencyKey: $key}) {
    interview { %s } userErrors { code message field } } }"""


@contextmanager
def _counted(engine: AsyncEngine) -> Iterator[list[str]]:
    """Collect the statements of the block."""
    sent: list[str] = []

    def listen(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    event.listen(engine.sync_engine, "before_cursor_execute", listen)
    yield sent
    event.remove(engine.sync_engine, "before_cursor_execute", listen)


def _interview(one: Participant) -> str:
    key = Key(one.invited.client.organisation_id, one.invited.interview_id)
    return encode_id(read_graph.INTERVIEW, key)


async def _ask(engine: AsyncEngine, viewer: Viewer, query: str, **values: Any) -> tuple[Any, int]:
    """Return what the API answers, and in how many statements."""
    with _counted(engine) as sent:
        body = (await execute(viewer, GraphQLRequest(query, values))).body
    return body, len(sent)


async def _seen(engine: AsyncEngine, one: Participant) -> dict[Role, Any]:
    """Return everything that each role is told about an interview, and in how many statements."""
    everything = selection("Interview")
    below = f"offer {selection('Offer')} candidate {selection('Candidate')}"
    query = f"""query ($id: ID!) {{ node(id: $id) {{
      ... on Interview {everything} ... on Interview {{ {below} }} }} }}"""
    return {
        role: await _ask(engine, viewer, query, id=_interview(one))
        for role, viewer in one.invited.client.people.items()
    }


async def _all_of(engine: AsyncEngine, town: Town) -> list[dict[Role, Any]]:
    return [await _seen(engine, one) for one in town.rounds[0]]


async def test_an_interview_looks_unanswered_to_everyone_before_and_after_the_flush(
    committing: AsyncEngine, flush: Flush
) -> None:
    town = await make_town([["Sales"] * 5])
    unanswered = await _all_of(committing, town)
    for role in (Role.CONSULTANT, Role.HR):
        node = unanswered[0][role][0]["data"]["node"]
        assert (node["status"], node["response"], node["completedOn"]) == ("INVITED", None, None)
    for one in town.rounds[0]:
        await send_by_verb(one, Confidentiality.ANONYMOUS, answers_of(one))
    assert await _all_of(committing, town) == unanswered
    await flush(town.client)
    assert await _all_of(committing, town) == unanswered


async def test_who_answered_in_confidence_is_the_consultants_to_know(
    committing: AsyncEngine,
) -> None:
    town = await make_town([["Sales"] * 5])
    one = town.rounds[0][0]
    unanswered = await _seen(committing, one)
    await send_by_verb(one, Confidentiality.CONFIDENTIAL, answers_of(one))
    answered = await _seen(committing, one)
    changed = {role for role in answered if answered[role] != unanswered[role]}
    assert changed == {Role.CONSULTANT}


async def test_nobody_gets_at_an_anonymous_response(committing: AsyncEngine, flush: Flush) -> None:
    town = await make_town([["Sales"] * 5])
    for one in town.rounds[0]:
        await send_by_verb(one, Confidentiality.ANONYMOUS, answers_of(one))
    await flush(town.client)

    async def find(session: Session, _viewer: Viewer) -> list[UUID]:
        return list(await session.scalars(select(Response.id)))

    found = await run(find, town.client.job)
    assert len(found) == 5
    organisation_id = town.client.organisation_id
    query = """query ($id: ID!, $ids: [ID!]!, $unknown: ID!, $slug: String!) {
      node(id: $id) { id } unknown: node(id: $unknown) { id } nodes(ids: $ids) { id }
      organisation(slug: $slug) { responses { totalCount nodes { id answers { state } } } } }"""
    ids = [encode_id(read_graph.RESPONSE, Key(organisation_id, one)) for one in found]
    unknown = encode_id(read_graph.RESPONSE, Key(organisation_id, uuid4()))
    for role, viewer in town.client.people.items():
        values = {"id": ids[0], "ids": ids, "unknown": unknown, "slug": town.client.slug}
        body, _ = await _ask(committing, viewer, query, **values)
        data = body["data"]
        assert (data["node"], data["unknown"], data["nodes"]) == (None, None, [None] * 5), role
        rows = data["organisation"]["responses"]
        assert rows in (None, {"totalCount": 0, "nodes": []}), role
        assert not any(one.note in json.dumps(body) for one in town.rounds[0])


async def _jobs(client: Client, name: str) -> list[Job]:
    async def find(session: Session, _viewer: Viewer) -> list[Job]:
        return list(await session.scalars(select(Job).where(Job.name == name).order_by(Job.id)))

    return await run(find, client.job)


async def test_a_reminder_is_asked_for_alike_and_never_sent(committing: AsyncEngine) -> None:
    town = await make_town([["Sales"] * 5])
    silent, sent = [one for one in town.rounds[0] if one.language == "en"][:2]
    await send_by_verb(sent, Confidentiality.ANONYMOUS, answers_of(sent))
    query = _INVITE % "status invitedOn closesOn mode language completedOn confidentiality"
    answers = []
    for one in (silent, sent):
        for viewer in (town.client.consultant, town.client.hr):
            key = f"{one.invited.interview_id}-{viewer.name}"
            twice = [
                await _ask(committing, viewer, query, id=_interview(one), key=key) for _ in "ab"
            ]
            answers.append((viewer.name, twice))
        # Both reminders were used.
        third = await _ask(committing, viewer, query, id=_interview(one), key=None)
        assert third[0]["data"]["inviteCandidate"]["userErrors"][0]["code"] == "CONFLICT"
        answers.append(("third", [third]))
    assert answers[:3] == answers[3:]
    jobs = await _jobs(town.client, "invitations.send")
    assert len(jobs) == 4
    for job in jobs:
        writing = await run(
            letters.write_invitation,
            town.client.job,
            organisation_id=town.client.organisation_id,
            invitation_id=UUID(job.arguments["invitation_id"]),
            mail_number=job.arguments["mail_number"],
        )
        wanted = job.arguments["invitation_id"] == str(silent.invited.invitation_id)
        assert writing is not None
        assert (writing.letter is not None) is wanted


async def test_a_flush_that_fails_tells_the_log_nothing_that_was_answered(
    committing: object,
    flush: Flush,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert committing
    town = await make_town([["Sales"] * 5])
    for one in town.rounds[0]:
        await send_by_verb(one, Confidentiality.ANONYMOUS, answers_of(one))
    find = questionnaires.question_ids

    async def other_ids(*arguments: Any, **named: Any) -> dict[str, UUID]:
        return {code: uuid4() for code in await find(*arguments, **named)}

    with monkeypatch.context() as patch, caplog.at_level(logging.DEBUG):
        patch.setattr(questionnaires, "question_ids", other_ids)
        await flush(town.client)
    (job,) = await _jobs(town.client, "interviews.flush")
    assert (job.state, job.error_code, job.attempts) == (JobState.QUEUED, "IntegrityError", 1)
    assert "ForeignKeyViolation (23503, fk_answers_organisation_id_question_id)" in caplog.text
    # A long parameter would be there with its beginning.
    assert not any(one.note[:30] in caplog.text for one in town.rounds[0])
    # All of them are still there, and the next attempt writes them.
    assert (
        await run(holding.flush, town.client.job, organisation_id=town.client.organisation_id) == 5
    )


def _changed(before: Dump, after: Dump) -> dict[str, int]:
    """Return by how many rows each table differs, and how many of its rows were written anew."""

    def places(found: Dump, table: str) -> set[tuple[Any, ...]]:
        return {(one["ctid"], one["xmin"]) for one in found.tables[table]}

    return {
        table: len(places(before, table) ^ places(after, table))
        for table in after.tables
        if places(before, table) != places(after, table)
    }


async def test_an_anonymous_submission_touches_three_rows_and_no_log(
    committing: object, database: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert committing
    one = (await make_town([["Sales"] * 5])).rounds[0][0]
    client = one.invited.client
    await run(submission.save_answers, one.invited.viewer, answers=answers_of(one))
    before = dump(database, [client.organisation_id])
    with caplog.at_level(logging.DEBUG):
        await run(
            submission.submit_response,
            one.invited.viewer,
            answers={},
            confidentiality=Confidentiality.ANONYMOUS,
            receipt_code=submission.new_receipt_code(),
            language="de",
        )
    # The draft is gone, one submission is held, the invitation was written anew. No event of the
    # audit, job or idempotency key, and so no mail either, which only a job sends.
    after = dump(database, [client.organisation_id])
    assert _changed(before, after) == {"drafts": 1, "held_submissions": 1, "invitations": 2}
    ours = [one for one in caplog.records if one.name.split(".")[0] in {"afterword", "tenants"}]
    assert ours == []
    (held,) = after.tables["held_submissions"]
    assert {"id", "held_month", "sealed"} < held.keys()
    assert held["id"].version == 4
    assert held["sealed.length"] == 65564
    assert held["held_month"].day == 1


@pytest.mark.parametrize("send", [send_by_form, send_by_api])
async def test_our_own_code_logs_no_request(
    send: Send, committing: object, caplog: pytest.LogCaptureFixture
) -> None:
    assert committing
    one = (await make_town([["Sales"] * 5])).rounds[0][0]
    await run(submission.save_answers, one.invited.viewer, answers=answers_of(one))
    with caplog.at_level(logging.DEBUG):
        await send(one, Confidentiality.ANONYMOUS, {})
    # The client that the test asks with has a log of its own.
    assert {record.name.split(".")[0] for record in caplog.records} <= {"httpx2", "httpcore2"}
