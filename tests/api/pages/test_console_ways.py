"""Ways through the console: what is not there, lists, what waits, hostile addresses and texts."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from api.relay import encode_id
from tenants import read_graph
from tenants.access import Role, Viewer
from tenants.db import run
from tenants.interviews.models import Confidentiality
from tenants.offers.statuses import OfferStatus
from tenants.organisations.models import Engagement
from tenants.reading import Key
from tenants.settings import get_settings
from tenants.work import Job, JobState, Session, enqueue
from tests.api.pages.browsing import Page, session_of
from tests.api.pages.console_world import EVERYWHERE, OWN, World, answer, engage, make_world, named
from tests.api.posting import Greenhouse, History
from tests.factories import (
    make_client,
    make_invited_candidate,
    make_offer,
)

pytestmark = pytest.mark.usefixtures("connection")


@pytest.fixture
async def world() -> World:
    return await make_world()


async def test_unknown_and_foreign_organisations_look_the_same(world: World) -> None:
    foreign = await make_client()
    browser = await session_of(world.client.hr)
    pages = [
        await browser.get(f"/console/{slug}{path}")
        for path in ("", *(f"/{name}" for name in EVERYWHERE), world.interview(world.attributed))
        for slug in (foreign.slug, "unknown", "a%00b", "%22%3E", "x" * 5000)
    ]
    pages += [await browser.get(f"/console/{world.client.slug}/{path}") for path in ("x", "jobs/x")]
    assert {page.status for page in pages} == {404}
    assert len({page.html for page in pages}) == 1
    assert "There is nothing here that you can see" in pages[0].text


async def test_an_interview_is_found_at_its_own_organisation_only(world: World) -> None:
    second = await make_client(name="Second")
    await engage(second, world.client.consultant)
    browser = await session_of(world.client.consultant)
    path = world.interview(world.attributed)
    assert (await browser.get(f"/console/{world.client.slug}{path}")).status == 200
    assert (await browser.get(f"/console/{second.slug}{path}")).status == 404
    offer = encode_id(
        read_graph.OFFER, Key(world.client.organisation_id, world.attributed.offer_id)
    )
    for other_id in (offer, "nonsense", "%00", "a" * 4000):
        page = await browser.get(f"/console/{world.client.slug}/interviews/{other_id}")
        assert page.status == 404


async def test_whoever_has_several_organisations_chooses(world: World) -> None:
    assert (await (await session_of(world.client.hr)).get("/console")).location == (
        f"/console/{world.client.slug}"
    )
    second = await make_client(name="Aldgate")
    await engage(second, world.client.consultant)
    browser = await session_of(world.client.consultant)
    page = await browser.get("/console")
    assert page.status == 200
    assert re.findall(r'href="/console/([^"/]+)">([^<]+)<', page.html) == [
        ("api", "API"),
        ("portfolio", "Clients beside their peers"),
        ("library", f"Library of Firm of {world.client.slug}"),
        (second.slug, "Aldgate"),
        (world.client.slug, "Northwind Robotics"),
    ]
    assert f"Clients of Firm of {world.client.slug}" in page.text
    assert "All organisations" in (await browser.get(f"/console/{second.slug}")).text


async def test_a_removed_member_sees_a_kind_word_and_nothing_else(world: World) -> None:
    browser = await session_of(world.client.consultant)

    async def end(session: Session, _viewer: Viewer) -> None:
        today = datetime.now(UTC).date()
        await session.execute(update(Engagement).values(ends_on=today))

    await run(end, world.client.job)
    page = await browser.get("/console")
    assert page.status == 200
    assert "You have no part in an organisation yet" in page.text
    assert (await browser.get(f"/console/{world.client.slug}")).status == 404
    assert (await browser.get("/console/api")).status == 200


async def test_what_waits_is_on_the_overview_and_in_the_intake(world: World) -> None:
    greenhouse = Greenhouse(world.client)
    waiting, unreadable = History(), History()
    await greenhouse.post(waiting.offer("Rejected"))
    await greenhouse.post(unreadable.offer("Whatever"))
    for role in (Role.HR, Role.CONSULTANT):
        page = await world.look(role)
        assert "Posted, and needs review 1" in page.text
        assert "The field offer_status is no status that Greenhouse documents." in page.text
        assert "Offers whose candidate is not known yet 1" in page.text
        assert f"Application {waiting.application_id}" in page.text
    rows = (await world.look(Role.HR, "/intake?show=NEEDS_REVIEW")).rows()
    assert len(rows) == 1
    assert "The field offer_status is no status that Greenhouse documents." in rows[0]
    rows = (await world.look(Role.HR, "/intake")).rows()
    assert [("Waiting" in row, "Needs review" in row) for row in rows] == [
        (False, True),
        (True, False),
    ]
    rows = (await world.look(Role.HR, "/offers?show=waiting")).rows()
    assert len(rows) == 1
    assert "candidate not known yet" in rows[0]
    page = await world.look(Role.LEADERSHIP)
    assert "What waits" not in page.text


async def test_failed_and_running_jobs_are_on_the_overview(world: World) -> None:
    async def make(session: Session, _viewer: Viewer, state: JobState, attempts: int) -> None:
        job_id = enqueue(session, "interviews.close", world.client.organisation_id)
        await session.flush()
        await session.execute(
            update(Job)
            .where(Job.id == job_id)
            .values(state=state, attempts=attempts, error_code="SMTPError", progress=40)
        )

    await run(make, world.client.job, JobState.FAILED, 12)
    await run(make, world.client.job, JobState.RUNNING, 2)
    page = await world.look(Role.HR)
    assert "Jobs that failed 1 Close interviews whose time is over after 12 attempts" in page.text
    assert "Jobs that are running 1 Close interviews whose time is over 40 % done" in page.text
    rows = (await world.look(Role.HR, "/jobs?show=FAILED")).rows()
    assert len(rows) == 1
    assert "failed with SMTPError" in rows[0]


async def test_lists_are_walked_forwards_and_backwards() -> None:
    client = await make_client()
    today = datetime.now(UTC).date()
    for number in range(23):
        await make_offer(
            client,
            application_id=f"no-{number:02}",
            status=OfferStatus.ACCEPTED,
            extended_on=today - timedelta(days=40 + number),
        )
    browser = await session_of(client.hr)

    def numbers(page: Page) -> list[str]:
        return [found for row in page.rows() for found in re.findall(r"no-(\d\d)", row)]

    first = await browser.get(f"/console/{client.slug}/offers?show=ACCEPTED")
    assert numbers(first) == [f"{number:02}" for number in range(20)]
    assert first.links("Previous page") == []
    second = await browser.get(first.links("Next page")[0])
    assert numbers(second) == ["20", "21", "22"]
    assert second.links("Next page") == []
    assert second.links("Previous page")[0].startswith(
        f"/console/{client.slug}/offers?show=ACCEPTED&before="
    )
    back = await browser.get(second.links("Previous page")[0])
    assert numbers(back) == numbers(first)


async def test_nonsense_in_an_address_is_no_failure(world: World) -> None:
    browser = await session_of(world.client.hr)
    base = f"/console/{world.client.slug}"
    for name in EVERYWHERE:
        for query in ("after=nonsense", "before=nonsense", "after=%00", "show=x&after=eyJh"):
            page = await browser.get(f"{base}/{name}?{query}")
            assert (page.status, page.location) == (303, f"{base}/{name}")
        page = await browser.get(f"{base}/{name}?show=NONSENSE")
        assert page.status == 200
    assert (await browser.get("/console?after=nonsense")).location == "/console"


async def test_what_others_wrote_is_shown_and_never_run() -> None:
    client = await make_client(name="<script>alert(1)</script>")
    nasty = '"><img src=x onerror=alert(1)>'
    invited = await make_invited_candidate(
        client,
        requisition=replace(OWN, title=nasty),
        candidate=replace(named("Ada"), first_name="<b>Ada</b>"),
    )
    await answer(invited, Confidentiality.ATTRIBUTED, nasty)
    browser = await session_of(client.hr)
    key = encode_id(read_graph.INTERVIEW, Key(client.organisation_id, invited.interview_id))
    for path in ("", "/interviews", "/offers", "/responses", f"/interviews/{key}"):
        page = await browser.get(f"/console/{client.slug}{path}")
        assert page.status == 200
        for raw in ("<script", "<img", "<b>"):
            assert raw not in page.html
    assert "What <b>Ada</b> Vale answered" in page.text


async def test_pages_hold_to_the_policy_and_are_kept_by_nobody(world: World) -> None:
    for path in ("", *(f"/{name}" for name in EVERYWHERE), world.interview(world.attributed)):
        page = await world.look(Role.CONSULTANT, path)
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["content-security-policy"].startswith("default-src 'none'")
        assert page.headers["referrer-policy"] == "no-referrer"
        assert not re.search(r"<script|<style|\sstyle=|\son\w+=", page.html)


async def test_the_api_page_has_what_a_program_needs(world: World) -> None:
    page = await (await session_of(world.client.hr)).get("/console/api")
    assert page.status == 200
    assert page.links("/schema.graphql") == ["/schema.graphql"]
    assert "http://127.0.0.1:8000/graphql" in page.text
    assert "Authorization: Bearer" in page.text
    assert f'"slug": "{world.client.slug}"' in page.text
    for name in ("WhoAmI", "OpenInterviews", "RecordOfferOutcome"):
        assert name in page.text


async def test_a_day_is_said_as_people_say_it(world: World) -> None:
    page = await world.look(Role.HR, world.interview(world.attributed))
    today = datetime.now(UTC).date()
    assert f"Invited {today.day} {today:%B} {today.year}" in page.text
    closes = today + timedelta(days=get_settings().invitation_days)
    assert f"Closes {closes.day} {closes:%B} {closes.year}" in page.text
