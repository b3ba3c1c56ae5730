"""The digest of an edition: what each role is told, and who gets a mail of it."""

import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from tenants.access import Viewer
from tenants.actions.digest_mails import queue_digest_mails, write_digest_mail
from tenants.actions.models import DigestMail
from tenants.db import run
from tenants.letters import Letter
from tenants.organisations.models import Person
from tenants.work import Job, Session
from tests.api.action_world import TODAY, TOMORROW, begin, make_action
from tests.api.conftest import Ask
from tests.api.insight_world import (
    CONFIDENTIAL,
    ENGINEERING,
    FINANCE,
    answer,
    hire_for,
    invite,
    make_year_old_client,
    publish,
)
from tests.api.world import organisation_id_of
from tests.factories import Client

pytestmark = pytest.mark.usefixtures("connection")

DIGEST = """query ($slug: String!) { organisation(slug: $slug) { digestMail digest {
  withheld edition { endsOn }
  strengths { wording segment statistic { ... on Figure { value relation base note } } }
  actions { title } finished { title }
  changeable { segment theme { code } share { ... on Figure { value base } } } } } }"""
EDITION = """query ($slug: String!, $segment: String) { organisation(slug: $slug) {
  insights(segment: $segment) {
    candidateNps { ... on Figure { value base } }
    reasons { reason share { ... on Figure { value base } } }
    questions { rowWording wording favourable { ... on Figure { value base } } } } } }"""
SET = """mutation ($input: SetDigestMailInput!) { setDigestMail(input: $input) {
  isWanted userErrors { code } } }"""


async def look(ask: Ask, viewer: Viewer, client: Client) -> Any:
    found = await ask(viewer, DIGEST, slug=client.slug)
    assert "errors" not in found, found["errors"]
    return found["data"]["organisation"]["digest"]


async def make_answered_client() -> Client:
    """Return a client with an edition: eight answers in Engineering, none in Finance."""
    client = await make_year_old_client()
    for number in range(8):
        reasons = ("PROCESS_SLOW",) if number < 5 else ("PAY_BASE",)
        await answer(client, CONFIDENTIAL, department=ENGINEERING, reasons=reasons, recommends=9)
    await invite(client, department=FINANCE)
    await publish(client)
    return client


async def test_each_role_is_told_what_it_may_see_and_nothing_else(ask: Ask) -> None:
    client = await make_answered_client()
    await hire_for(client, FINANCE)
    await make_action(client, title="Faster")
    await make_action(client, ENGINEERING, title="Theirs")
    done = await make_action(client, title="Done", due_on=TODAY)
    await begin(client, done, TODAY - timedelta(days=2), TODAY)
    seen = {}
    for name in ("consultant", "hr", "hiring_manager", "leadership"):
        viewer = getattr(client, name)
        seen[name] = found = await look(ask, viewer, client)
        assert found["withheld"] is None
        # What pay there is, is hard to change, and what is said of process is in their hands.
        assert {one["theme"]["code"] for one in found["changeable"]} == {"PROCESS_SLOW"}
        assert [one["title"] for one in found["finished"]] == ["Done"]
        await check_against_the_edition(ask, viewer, client, found)
    assert [one["title"] for one in seen["hr"]["actions"]] == ["Faster", "Theirs"]
    # Engineering is another manager's, and no department is leadership's.
    assert [one["title"] for one in seen["hiring_manager"]["actions"]] == ["Faster"]
    assert {one["segment"] for each in seen.values() for one in each["changeable"]} == {None}
    await hire_for(client, ENGINEERING)
    own = await look(ask, client.hiring_manager, client)
    assert [one["segment"] for one in own["changeable"]] == [None, ENGINEERING]
    assert [one["title"] for one in own["actions"]] == ["Faster", "Theirs"]
    await check_against_the_edition(ask, client.hiring_manager, client, own)
    # How the process was rated is a question for HR.
    rated = {name: {one["wording"] for one in found["strengths"]} for name, found in seen.items()}
    assert rated["hr"] - rated["leadership"]
    assert not rated["leadership"] - rated["hr"]
    await check_that_nobody_is_named(ask, client)


async def check_against_the_edition(ask: Ask, viewer: Viewer, client: Client, found: Any) -> None:
    """Assert that every figure of a digest is one of the edition, as the same viewer reads it."""
    for segment in {one["segment"] for one in (*found["strengths"], *found["changeable"])}:
        cell = (await ask(viewer, EDITION, slug=client.slug, segment=segment))["data"]
        insights = cell["organisation"]["insights"]
        shares = {one["reason"]: one["share"] for one in insights["reasons"]}
        rated = {one["rowWording"] or one["wording"]: one for one in insights["questions"]}
        for one in found["changeable"]:
            if one["segment"] == segment:
                assert one["share"] == shares[one["theme"]["code"]]
        for one in found["strengths"]:
            if one["segment"] == segment:
                shown = {name: one["statistic"][name] for name in ("value", "base")}
                known = rated.get(one["wording"])
                assert shown == (known["favourable"] if known else insights["candidateNps"])


async def check_that_nobody_is_named(ask: Ask, client: Client) -> None:
    async def people(session: Session, _viewer: Viewer) -> list[str]:
        return list(await session.scalars(select(Person.name)))

    names = await run(people, client.job)
    assert names
    text = str(await look(ask, client.hr, client))
    assert not [name for name in names if name in text]


async def test_before_the_first_edition_it_says_so_and_shows_what_is_done(ask: Ask) -> None:
    client = await make_year_old_client()
    await make_action(client, title="Faster")
    found = await look(ask, client.hr, client)
    assert (found["edition"], found["strengths"], found["changeable"]) == (None, [], [])
    assert [one["title"] for one in found["actions"]] == ["Faster"]
    # Four answers make no figure, whoever asks.
    for _ in range(4):
        await answer(client, CONFIDENTIAL)
    await publish(client)
    found = await look(ask, client.hr, client)
    assert (found["strengths"], found["changeable"]) == ([], [])
    assert "5 answers" in found["withheld"]


async def want(ask: Ask, viewer: Viewer, client: Client, *, is_wanted: bool = True) -> Any:
    given = {"organisationId": organisation_id_of(client), "isWanted": is_wanted}
    return (await ask(viewer, SET, input=given))["data"]["setDigestMail"]


async def queue(client: Client, today: Any = TODAY) -> int:
    here: dict[str, Any] = {"organisation_id": client.organisation_id}
    return await run(queue_digest_mails, client.job, **here, today=today)


async def letters(client: Client) -> list[Letter]:
    """Return every mail that a queued job would send."""

    async def queued(session: Session, _viewer: Viewer) -> list[str]:
        rows = await session.scalars(select(Job).where(Job.name == "digests.send"))
        return [one.arguments["mail_id"] for one in rows]

    here: dict[str, Any] = {"organisation_id": client.organisation_id}
    found = [
        await run(write_digest_mail, client.job, **here, mail_id=UUID(one))
        for one in await run(queued, client.job)
    ]
    return [one for one in found if one is not None]


async def test_members_who_asked_get_one_mail_for_each_occasion(ask: Ask) -> None:
    client = await make_year_old_client()
    await make_action(client, title="Faster", review_on=TOMORROW)
    await make_action(client, title="Also", review_on=TOMORROW)
    assert await want(ask, client.hr, client) == {"isWanted": True, "userErrors": []}
    await want(ask, client.leadership, client)
    assert await queue(client) == 0
    for _ in range(5):
        await answer(client, CONFIDENTIAL)
    await publish(client)
    assert await queue(client) == 2
    # Both actions are reviewed on one day, of which there is one mail.
    assert await queue(client, TOMORROW) == 2
    assert await queue(client, TOMORROW) == await queue(client) == 0
    sent = await letters(client)
    assert len(sent) == 4
    assert len({one.message_id for one in sent}) == 4
    for one in sent:
        assert one.stop is not None
        assert one.stop in one.body
        # Days of the calendar and links are all the numbers that there are: no figure is mailed.
        words = re.sub(r"https?://\S+|Client \d+|(\d{1,2} )?[A-Z][a-z]+ \d{4}", "", one.body)
        assert not re.search(r"\d", words), words
        assert "%" not in words


async def test_whoever_stops_or_leaves_gets_none(ask: Ask) -> None:
    client = await make_year_old_client()
    await make_action(client, review_on=TOMORROW)
    await want(ask, client.hr, client)
    assert await queue(client, TOMORROW) == 1
    assert len(await letters(client)) == 1
    await want(ask, client.hr, client, is_wanted=False)
    assert await letters(client) == []
    assert await queue(client, TOMORROW + timedelta(days=1)) == 0
    await want(ask, client.hr, client)

    async def mails(session: Session, _viewer: Viewer) -> int:
        return len((await session.scalars(select(DigestMail))).all())

    # Asking again does not repeat what was sent.
    assert await queue(client, TOMORROW) == 0
    assert await run(mails, client.job) == 1
