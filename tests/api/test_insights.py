"""Insights through the schema: who sees which cell, and what is withheld in which words."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tenants.access import Role, Viewer
from tests.api.conftest import Ask
from tests.api.insight_world import (
    ANONYMOUS,
    ATTRIBUTED,
    CONFIDENTIAL,
    ENGINEERING,
    FINANCE,
    answer,
    hire_for,
    invite,
    make_year_old_client,
    publish,
    record_history,
    window,
)
from tests.factories import Client, make_client

pytestmark = pytest.mark.usefixtures("connection")

STATISTIC = """{ __typename
  ... on Figure { value relation unit lower upper base note }
  ... on Suppressed { message minimum } }"""
NAMES = (
    "declineRate",
    "acceptanceRate",
    "lapseRate",
    "renegeRate",
    "decisionTime",
    "interviewCoverage",
    "responseRate",
    "candidateNps",
    "controllableShare",
)
FIGURES = " ".join(f"{name} {STATISTIC}" for name in NAMES)
CELL = f"""query ($slug: String!, $endsOn: Date, $segment: String) {{ organisation(slug: $slug) {{
  insights(endsOn: $endsOn, segment: $segment) {{
    edition {{ id from to endsOn dimension }} segment from to coverage segments {FIGURES}
    declineRateOverTime {{ month signal lowerLimit upperLimit statistic {STATISTIC} }}
    declineRateTrend {{ verdict message usual {STATISTIC} }}
    reasons {{ reason group controllability wording share {STATISTIC} }}
    reasonGroups {{ group share {STATISTIC} }}
    questions {{ code concept row audience wording rowWording coverage lowestPoint highestPoint
      mean {STATISTIC} favourable {STATISTIC} distribution {{ options share {STATISTIC} }} }}
  }} }} }}"""
WITHHELD = {
    "__typename": "Suppressed",
    "message": "At least 5 answers are needed.",
    "minimum": 5,
}
FROM_ANSWERS = ("candidateNps", "controllableShare")


def exactly(value: float, unit: str, interval: tuple[Any, Any], base: str, note: Any) -> Any:
    """Return a figure as the API shows it."""
    lower, upper = interval
    return {
        "__typename": "Figure",
        "value": value,
        "relation": "EXACT",
        "unit": unit,
        "lower": lower,
        "upper": upper,
        "base": base,
        "note": note,
    }


async def look(ask: Ask, viewer: Viewer, client: Client, **variables: Any) -> Any:
    """Return the cell that somebody asks for, or None."""
    found = await ask(viewer, CELL, slug=client.slug, **variables)
    assert "errors" not in found
    return found["data"]["organisation"]["insights"]


def months() -> tuple[str, str]:
    """Return the first and the last month inside the window, as the API spells them."""
    first, until = window()
    last = (until.year * 12 + until.month - 2) // 12, (until.month - 2) % 12 + 1
    return f"{first:%Y-%m}", f"{last[0]:04}-{last[1]:02}"


async def make_twelve(hidden: Any = CONFIDENTIAL) -> Client:
    """Make a client of whose candidates twelve have answered, half of them by name.

    Half of each half name a slow process, which can be changed, and the others another offer.
    """
    client = await make_year_old_client()
    for confidentiality in (ATTRIBUTED, hidden):
        for number in range(6):
            reasons = ("PROCESS_SLOW", "PAY_BASE") if number % 2 else ("OTHER_OFFER",)
            recommends = (9, 3, 7, 10, 8, 10)[number]
            await answer(client, confidentiality, reasons=reasons, recommends=recommends)
    await publish(client)
    return client


async def test_before_the_first_edition_only_offers_have_figures(ask: Ask) -> None:
    client = await make_client()
    await record_history(client, months=24, accepted=8)
    for _ in range(5):
        await answer(client, ATTRIBUTED)
    found = await look(ask, client.consultant, client)
    assert (found["edition"], found["coverage"], found["questions"]) == (None, None, [])
    assert (found["from"], found["to"]) == months()
    assert [found[name] for name in FROM_ANSWERS] == [WITHHELD, WITHHELD]
    assert {one["share"]["message"] for one in found["reasons"]} == {WITHHELD["message"]}
    # Twelve months with ten offers each, of which 3, 2 and 1 in turn were declined, and the five.
    declined = exactly(0.232, "SHARE", (0.1667, 0.3133), "FROM_100", None)
    assert found["declineRate"] == declined
    assert found["acceptanceRate"]["value"] == 0.768
    assert found["decisionTime"]["unit"] == "DAYS"


async def test_the_decline_rate_of_each_of_24_months(ask: Ask) -> None:
    client = await make_client()
    await record_history(client, months=23, accepted=8)
    series = (await look(ask, client.hr, client))["declineRateOverTime"]
    assert len(series) == 24
    assert (series[12]["month"], series[-1]["month"]) == months()
    nothing = {
        "__typename": "Suppressed",
        "message": "There are no such offers in this period.",
        "minimum": 1,
    }
    assert series[0]["statistic"] == nothing
    assert series[1]["statistic"] == exactly(0.2, "SHARE", (0.0567, 0.5098), "FROM_10", None)
    assert [one["statistic"]["value"] for one in series[-3:]] == [0.1, 0.2, 0.3]


async def test_a_cell_with_its_figures(ask: Ask) -> None:
    client = await make_twelve()
    found = await look(ask, client.hr, client)
    note = "All answers."
    assert found["coverage"] == "ALL_ANSWERS"
    assert (found["from"], found["to"]) == months()
    assert (found["edition"]["from"], found["edition"]["to"]) == months()
    assert found["edition"]["endsOn"] == window()[1].isoformat()
    assert found["edition"]["dimension"] == "DEPARTMENT"
    assert found["controllableShare"] == exactly(0.5, "SHARE", (0.2538, 0.7462), "FROM_10", note)
    # Six of twelve give 9 or 10, two give 3: 100 · (6 − 2) / 12 is 33.3, to tens.
    assert found["candidateNps"] == exactly(30.0, "POINTS", (None, None), "FROM_10", note)
    assert found["responseRate"]["message"] == "At least 20 delivered invitations are needed."
    largest = [(one["reason"], one["share"]["value"]) for one in found["reasons"][:3]]
    assert largest == [("PAY_BASE", 0.5), ("PROCESS_SLOW", 0.5), ("OTHER_OFFER", 0.5)]
    assert len(found["reasons"]) == 35
    assert found["reasons"][1] == {
        "reason": "PROCESS_SLOW",
        "group": "PROCESS",
        "controllability": "CONTROLLABLE",
        "wording": "A process that took too long",
        "share": found["controllableShare"],
    }
    # Nobody named it, or one person: with twelve that is not told apart.
    assert found["reasons"][3]["share"]["relation"] == "AT_MOST"
    assert found["reasons"][3]["share"]["value"] == 0.1
    groups = {one["group"]: one["share"]["value"] for one in found["reasonGroups"]}
    assert (groups["PROCESS"], groups["MARKET"], groups["PERSONAL"]) == (0.5, 0.5, 0.1)


async def test_a_question_with_its_figures(ask: Ask) -> None:
    client = await make_twelve()
    found = await look(ask, client.hr, client)
    rows = {(one["code"], one["row"]): one for one in found["questions"]}
    team = rows["organisation_ratings", "TEAM"]
    assert (team["concept"], team["rowWording"]) == ("ratings.organisation", "The team")
    assert team["wording"] == "How convincing did you find these?"
    assert (team["lowestPoint"], team["highestPoint"]) == (1, 5)
    assert (team["mean"]["value"], team["favourable"]["relation"]) == (4.0, "AT_LEAST")
    # Nobody was asked to rate it, so nothing is known; it is withheld, and not absent.
    culture = rows["organisation_ratings", "CULTURE"]
    assert (culture["mean"], culture["favourable"]) == (WITHHELD, WITHHELD)
    assert (culture["coverage"], culture["distribution"]) == (None, None)
    recommendation = rows["recommendation", None]
    assert recommendation["highestPoint"] == 10
    # Two gave 3, 7, 8 and 9 each, and four gave 10; fewer than three do not stand alone.
    low = [str(point) for point in range(8)]
    shares = [(one["options"], one["share"]["value"]) for one in recommendation["distribution"]]
    assert shares == [(low, 0.35), (["8", "9"], 0.35), (["10"], 0.35)]
    destination = rows["destination", None]
    assert (destination["mean"], destination["favourable"]) == (None, None)
    assert destination["lowestPoint"] is None


async def test_wordings_and_choice_of_concepts(ask: Ask) -> None:
    client = await make_twelve()
    query = """query ($slug: String!) { organisation(slug: $slug) { insights {
      reasons { wording(language: "de") }
      questions(concepts: ["destination", "ratings.organisation"]) { code
        wording(language: "de") rowWording(language: "fr")
        distribution { options wordings(language: "de") } } } } }"""
    answered = await ask(client.leadership, query, slug=client.slug)
    found = answered["data"]["organisation"]["insights"]
    assert found["reasons"][0]["wording"] == "Grundgehalt"
    assert {one["code"] for one in found["questions"]} == {"destination", "organisation_ratings"}
    assert found["questions"][0]["wording"] == "Was machen Sie stattdessen?"
    assert found["questions"][0]["distribution"][0] == {
        "options": ["OTHER_EMPLOYER"],
        "wordings": ["Ich wechsle zu einem anderen Arbeitgeber"],
    }
    # The form is in English and German only.
    assert [one["rowWording"] for one in found["questions"][1:3]] == [
        "The work itself",
        "Chances to learn and grow",
    ]
    team = next(one for one in found["questions"] if one["rowWording"] == "The team")
    assert team["distribution"][3]["wordings"] == ["4"]


SEEN = {
    Role.CONSULTANT: ({"ORGANISATION", "HR"}, [ENGINEERING, FINANCE]),
    Role.HR: ({"ORGANISATION", "HR"}, [ENGINEERING, FINANCE]),
    Role.HIRING_MANAGER: ({"ORGANISATION"}, [ENGINEERING]),
    Role.LEADERSHIP: ({"ORGANISATION"}, []),
}


async def test_who_sees_which_questions_and_cells(ask: Ask) -> None:
    client = await make_year_old_client()
    for department in (ENGINEERING, FINANCE):
        for _ in range(5):
            await answer(client, ATTRIBUTED, department=department)
    await hire_for(client, ENGINEERING)
    await publish(client)
    for role, (audiences, segments) in SEEN.items():
        viewer = client.people[role]
        whole = await look(ask, viewer, client)
        assert whole["coverage"] == "IDENTIFIED_ONLY"
        assert {one["audience"] for one in whole["questions"]} == audiences
        assert whole["segments"] == segments
        for department in (ENGINEERING, FINANCE, "Nowhere", ""):
            cell = await look(ask, viewer, client, segment=department)
            if department in segments:
                assert (cell["segment"], cell["coverage"]) == (department, "IDENTIFIED_ONLY")
                assert cell["controllableShare"]["base"] == "FROM_5"
            else:
                # Another's department, an unknown one and an unknown edition look the same.
                assert cell is None
        assert await look(ask, viewer, client, endsOn="2020-01-01") is None
        assert await look(ask, viewer, client, endsOn=window()[1].isoformat()) == whole


async def test_editions_are_listed_with_the_cells_one_may_ask_for(ask: Ask) -> None:
    client = await make_year_old_client()
    for department in (ENGINEERING, FINANCE):
        for _ in range(5):
            await answer(client, ATTRIBUTED, department=department)
    await hire_for(client, ENGINEERING)
    await publish(client)
    query = """query ($slug: String!) { organisation(slug: $slug) { editions { totalCount nodes {
      id from to endsOn dimension segments } } } }"""
    node = "query ($id: ID!) { node(id: $id) { id ... on Edition { from segments } } }"
    for role, (_, segments) in SEEN.items():
        viewer = client.people[role]
        answered = await ask(viewer, query, slug=client.slug)
        edition = (await look(ask, viewer, client))["edition"]
        assert answered["data"]["organisation"]["editions"] == {
            "totalCount": 1,
            "nodes": [edition | {"segments": segments}],
        }
        assert (await ask(viewer, node, id=edition["id"]))["data"]["node"] == {
            "id": edition["id"],
            "from": edition["from"],
            "segments": segments,
        }


async def test_editions_take_as_many_statements_as_one(
    ask: Ask, statements: Callable[[], list[str]]
) -> None:
    client = await make_year_old_client()
    query = """query ($slug: String!) { organisation(slug: $slug) { editions { totalCount nodes {
      from segments } } } }"""
    for count in (1, 3):
        await publish(client, as_of=window()[1] + timedelta(days=365 * (count - 1)))
        statements()
        answered = await ask(client.hr, query, slug=client.slug)
        assert answered["data"]["organisation"]["editions"]["totalCount"] == count
        # The organisation by its slug, the organisation, its editions, their number, their cells.
        assert len(statements()) == 5


async def test_an_edition_is_nobody_elses(ask: Ask) -> None:
    client, other = await make_twelve(), await make_client()
    edition = (await look(ask, client.hr, client))["edition"]["id"]
    query = "query ($id: ID!) { node(id: $id) { id } }"
    assert (await ask(other.hr, query, id=edition))["data"] == {"node": None}


@pytest.mark.parametrize(
    ("hidden", "coverage", "base", "note"),
    [
        ((), "IDENTIFIED_ONLY", "FROM_5", "Identified answers only."),
        ((CONFIDENTIAL,) * 4, "IDENTIFIED_ONLY", "FROM_5", "Identified answers only."),
        ((CONFIDENTIAL,) * 5, "ALL_ANSWERS", "FROM_10", "All answers."),
        ((ANONYMOUS,) * 5, "ALL_ANSWERS", "FROM_10", "All answers."),
    ],
)
async def test_hidden_answers_are_in_a_figure_only_if_they_are_a_crowd(
    ask: Ask, hidden: tuple[Any, ...], coverage: str, base: str, note: str
) -> None:
    client = await make_year_old_client()
    # Those who answer by name are undecided; the hidden ones all name what can be changed.
    for number in range(6):
        reasons = ("PROCESS_SLOW",) if number % 2 else ("OTHER_OFFER",)
        await answer(client, ATTRIBUTED, reasons=reasons)
    for confidentiality in hidden:
        await answer(client, confidentiality, reasons=("TEAM_FIT",))
    await publish(client)
    found = await look(ask, client.hr, client)
    assert found["coverage"] == coverage
    share = found["controllableShare"]
    assert (share["base"], share["note"]) == (base, note)
    # Three of six; or eight of eleven, as if one hidden answer were not like all the others.
    assert (share["value"], share["relation"]) == (
        (0.6, "AT_LEAST") if coverage == "ALL_ANSWERS" else (0.5, "EXACT")
    )
    shares = {one["reason"]: one["share"] for one in found["reasons"]}
    assert shares["TEAM_FIT"]["relation"] == (
        "AT_LEAST" if coverage == "ALL_ANSWERS" else "AT_MOST"
    )


async def test_few_answers_look_like_none(ask: Ask) -> None:
    looks: dict[Role, list[Any]] = {role: [] for role in SEEN}
    for answers in ((), (ATTRIBUTED,) * 4, (CONFIDENTIAL,) * 4, (ANONYMOUS,) * 4):
        client = await make_year_old_client()
        # Four cases each, so that the offers look alike.
        for confidentiality in answers:
            await answer(client, confidentiality)
        for _ in range(4 - len(answers)):
            await invite(client)
        await hire_for(client, ENGINEERING)
        await publish(client)
        for role, (_, segments) in SEEN.items():
            for segment in (None, *segments[:1]):
                found = await look(ask, client.people[role], client, segment=segment)
                assert (found["coverage"], found["questions"]) == (None, [])
                assert [found[name] for name in FROM_ANSWERS] == [WITHHELD, WITHHELD]
                assert {one["share"]["message"] for one in found["reasons"]} == {
                    "At least 5 answers are needed."
                }
                looks[role].append((segment, found | {"edition": None}))
    for found in looks.values():
        assert all(one in found[: len(found) // 4] for one in found)


async def test_a_role_that_lists_no_offers_sees_no_figure_of_a_few(ask: Ask) -> None:
    client = await make_client()
    for _ in range(4):
        await answer(client, ATTRIBUTED)
    rates = {}
    for role, viewer in client.people.items():
        found = await look(ask, viewer, client)
        rates[role] = found["declineRate"], found["declineRateOverTime"][-1]["statistic"]
    all_declined = exactly(1.0, "SHARE", (0.5101, 1.0), "UNDER_5", None)
    assert rates == {
        Role.CONSULTANT: (all_declined, all_declined),
        Role.HR: (all_declined, all_declined),
        Role.HIRING_MANAGER: (WITHHELD, WITHHELD),
        Role.LEADERSHIP: (WITHHELD, WITHHELD),
    }


async def test_a_cell_takes_one_statement(ask: Ask, statements: Callable[[], list[str]]) -> None:
    client = await make_twelve()
    for role, viewer in client.people.items():
        statements()
        await look(ask, viewer, client)
        sent = statements()
        # The organisation by its slug, the organisation, and the cell with its edition.
        assert len(sent) == 3, (role, sent)
        assert "FROM editions" in sent[-1]
