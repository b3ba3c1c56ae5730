"""The console shows each role what the API gives it, and says the rest in words."""

import re
from collections.abc import Mapping

import pytest

from tenants.access import Role
from tests.api.pages.browsing import Page
from tests.api.pages.console_world import EVERYWHERE, OTHER, World, make_world, named
from tests.factories import (
    make_invited_candidate,
)

pytestmark = pytest.mark.usefixtures("connection")


@pytest.fixture
async def world() -> World:
    return await make_world()


def figures(page: Page) -> Mapping[str, int]:
    """Return the numbers of the overview by what stands before them."""
    found = re.findall(r'<th scope="row">(.*?)</th><td>(\d+)</td>', page.html)
    return {re.sub(r"<[^>]*>", "", words): int(count) for words, count in found if count != "0"}


@pytest.mark.parametrize(
    ("role", "places"),
    [
        (
            Role.CONSULTANT,
            [
                *("Desk", "Interviews", "Conversations", "Offers", "Responses"),
                *("Intake", "Jobs", "Log", "Mails", "Editions"),
            ],
        ),
        (
            Role.HR,
            [
                *("Interviews", "Offers", "Responses", "Intake", "Jobs", "Log"),
                *("Mails", "Editions", "Integrations"),
            ],
        ),
        (Role.HIRING_MANAGER, ["Interviews", "Offers", "Editions"]),
        (Role.LEADERSHIP, ["Editions"]),
    ],
)
async def test_navigation_offers_what_the_role_may_see(
    world: World, role: Role, places: list[str]
) -> None:
    page = await world.look(role)
    compared = [] if role is Role.HIRING_MANAGER else ["Compared with peers"]
    read = [*compared, "In their words", "Digest", "Actions"]
    everyone = ["Overview", "Why candidates decline", *read]
    assert page.places() == [*everyone, *places, "API"]


@pytest.mark.parametrize(
    ("role", "interviews", "declined"),
    [
        (Role.CONSULTANT, 7, 7),
        (Role.HR, 7, 7),
        (Role.HIRING_MANAGER, 1, 1),
        (Role.LEADERSHIP, 7, 7),
    ],
)
async def test_the_overview_counts_what_the_role_may_count(
    world: World, role: Role, interviews: int, declined: int
) -> None:
    page = await world.look(role)
    assert page.status == 200
    assert figures(page) == {"Invited": interviews, "Declined": declined}


async def test_the_overview_says_who_one_is_and_what_one_sees(world: World) -> None:
    for role, words in {
        Role.CONSULTANT: "You are here as consultant.",
        Role.HR: "You are here as HR.",
        Role.HIRING_MANAGER: "You are here as hiring manager.",
        Role.LEADERSHIP: "You are here as leadership.",
    }.items():
        page = await world.look(role)
        assert words in page.text
        assert "An anonymous response is never shown as one, to anybody" in page.text
    assert "Responses you may read 2" in (await world.look(Role.CONSULTANT)).text
    assert "Responses you may read 1" in (await world.look(Role.HR)).text
    assert "Responses you may read" not in (await world.look(Role.HIRING_MANAGER)).text


async def test_hr_reads_what_was_said_with_a_name_and_is_meant_for_it(world: World) -> None:
    page = await world.look(Role.HR, "/responses")
    assert "With a name for HR" in page.text
    assert "Response of" in page.text
    assert "Attributed" in page.text
    assert "With a name for the manager" not in page.html
    assert "unquotable" not in page.html
    assert "Answered, and not to be shared word for word" in page.text
    assert "In confidence for" not in page.html
    assert "Anonymously" not in page.html


async def test_the_consultant_reads_what_was_said_in_confidence_as_well(world: World) -> None:
    page = await world.look(Role.CONSULTANT, "/responses")
    for words in ("With a name", "In confidence"):
        assert f"{words} for HR" in page.text
        assert f"{words} for the manager" in page.text
        assert f"{words} unquotable Not to be shared word for word" in page.text
    assert "Anonymously" not in page.html
    narrowed = await world.look(Role.CONSULTANT, "/responses?show=CONFIDENTIAL")
    assert "In confidence for HR" in narrowed.text
    assert "With a name for HR" not in narrowed.html


@pytest.mark.parametrize("role", [Role.HIRING_MANAGER, Role.LEADERSHIP])
async def test_answers_are_not_shown_to_others_who_are_told_why(world: World, role: Role) -> None:
    page = await world.look(role, "/responses")
    assert page.status == 200
    assert "Your role does not include single responses" in page.text
    for words in ("With a name", "In confidence for", "Anonymously"):
        assert words not in page.html


async def test_anonymous_answers_are_on_no_page_of_anybody(world: World) -> None:
    for role in world.client.people:
        for path in ("", *(f"/{name}" for name in EVERYWHERE)):
            page = await world.look(role, path)
            assert page.status == 200
            assert "Anonymously" not in page.html


async def test_names_are_where_the_api_gives_them(world: World) -> None:
    consultant = await world.look(Role.CONSULTANT, "/interviews")
    assert {"Ada Vale", "Cleo Vale", "Anon3 Vale"} <= set(
        re.findall(r"\w+ Vale", " ".join(consultant.rows()))
    )
    hr = await world.look(Role.HR, "/interviews")
    assert re.findall(r"\w+ Vale", " ".join(hr.rows())) == ["Ada Vale", "Ada Vale"]
    for role in (Role.HIRING_MANAGER, Role.LEADERSHIP):
        for path in ("/interviews", "/offers", world.interview(world.attributed)):
            assert "Vale" not in (await world.look(role, path)).html


async def test_only_the_consultant_sees_who_has_answered(world: World) -> None:
    consultant = await world.look(Role.CONSULTANT, "/interviews")
    assert sum("Confidential" in row for row in consultant.rows()) == 1
    assert sum("Attributed" in row for row in consultant.rows()) == 1
    hr = await world.look(Role.HR, "/interviews")
    assert "Answered" not in hr.text
    assert "Confidential" not in " ".join(hr.rows())


async def test_a_hiring_manager_sees_their_own_positions_only(world: World) -> None:
    page = await world.look(Role.HIRING_MANAGER, "/interviews")
    assert [row.split()[0] for row in page.rows()] == ["Engineer"]
    page = await world.look(Role.HIRING_MANAGER, "/offers")
    assert [row.split()[0] for row in page.rows()] == ["Engineer"]
    assert (await world.look(Role.HIRING_MANAGER, world.interview(world.attributed))).status == 200
    assert (
        await world.look(Role.HIRING_MANAGER, world.interview(world.confidential))
    ).status == 404


async def test_leadership_is_told_that_it_sees_numbers(world: World) -> None:
    for name in ("interviews", "offers"):
        page = await world.look(Role.LEADERSHIP, f"/{name}")
        assert page.status == 200
        assert page.rows() == []
        assert "are not shown to your role How many there are stands on the overview." in page.text
    page = await world.look(Role.LEADERSHIP, "/jobs")
    assert "Jobs are not shown to your role Who needs them are consultants and HR." in page.text


async def test_an_interview_shows_whose_answers_they_are_to_those_who_may_know(
    world: World,
) -> None:
    path = world.interview(world.confidential)
    consultant = await world.look(Role.CONSULTANT, path)
    assert "What Cleo Vale answered Confidential" in consultant.text
    assert "In confidence for HR" in consultant.text
    hr = await world.look(Role.HR, path)
    assert hr.status == 200
    assert "Cleo" not in hr.html
    assert "In confidence for HR" not in hr.html
    assert "No answers that you may read" in hr.text
    unanswered = await make_invited_candidate(
        world.client, requisition=OTHER, candidate=named("Dora")
    )
    other = await world.look(Role.HR, world.interview(unanswered))
    assert _without_ids(hr) == _without_ids(other)


def _without_ids(page: Page) -> str:
    return re.sub(r"application-\d+", "", page.text)
