"""What came of an action: from published editions alone, in words that do not promise too much."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from tenants.access import Viewer
from tenants.insights.windows import months_after
from tests.api.action_world import TODAY, begin, make_action
from tests.api.conftest import Ask
from tests.api.insight_world import hire_for, invite, record_history
from tests.api.world import organisation_id_of
from tests.factories import Client
from tests.tenants.insights.answered import add_response, answers
from tests.tenants.insights.published import BEGAN, LAST_MONTH, make_old_client, publish

pytestmark = pytest.mark.usefixtures("connection")

SECOND = months_after(BEGAN, 12)
LOOK = """query ($id: ID!) { node(id: $id) { ... on Organisation { actions { nodes { title effect {
  __typename
  ... on EffectNotStarted { message }
  ... on EffectNotYetPublished { message before { endsOn } expectedOn }
  ... on EffectWithheld { message was { __typename } became { __typename } }
  ... on EffectNotComparable { message isLive was { ... on Figure { value } } }
  ... on EffectMeasured { message difference lower upper certainty exposure isLive
    before { endsOn } after { endsOn } was { ... on Figure { value } }
    became { ... on Figure { value } } metric { key } } } } } } } }"""


async def look(ask: Ask, viewer: Viewer, client: Client) -> dict[str, Any]:
    """Return what a viewer is told of the effect of each action, by its title."""
    answer = await ask(viewer, LOOK, id=organisation_id_of(client))
    assert "errors" not in answer, answer["errors"]
    return {one["title"]: one["effect"] for one in answer["data"]["node"]["actions"]["nodes"]}


async def respond(client: Client, month: date, slow: int, of: int, **given: Any) -> None:
    """Let so many candidates answer in a month, so many of them that the process was slow."""
    for number in range(of):
        factors = ("PROCESS_SLOW",) if number < slow else ("PAY_BASE",)
        await add_response(client, month, given=answers(factors=factors, score=9), **given)


async def make_two_years() -> Client:
    """Return a client of which 8 of 26 found the process slow in the first year, then 5 of 28."""
    client = await make_old_client()
    # What the departments are, requisitions tell.
    for department in ("Engineering", "Finance"):
        await invite(client, department=department)
    await respond(client, BEGAN, 8, 26)
    await respond(client, SECOND, 5, 28)
    await publish(client, as_of=LAST_MONTH)
    return client


async def test_what_came_of_actions_in_figures_and_words(ask: Ask) -> None:
    client = await make_two_years()
    await record_history(client)
    await hire_for(client, "Engineering")
    done, middle = months_after(SECOND, 3), months_after(SECOND, 2)
    for title, day, given in (
        ("Faster", SECOND, {}),
        ("Ours", SECOND, {"segment": "Engineering"}),
        ("Idle", None, {}),
        ("Within", middle, {}),
        ("Later", TODAY, {}),
        ("First", months_after(BEGAN, 1), {}),
        ("Small", SECOND, {"segment": "Finance"}),
        ("Days", SECOND, {"metric": "DECISION_TIME"}),
        ("Offers", SECOND, {"metric": "DECLINE_RATE"}),
        ("Score", SECOND, {"metric": "CANDIDATE_NPS"}),
    ):
        action = await make_action(client, title=title, **given)
        if day is not None:
            await begin(client, action, day, done if title == "Faster" else None)
    found = await look(ask, client.hr, client)
    check_the_uncertain_fall(found["Faster"], done)
    # Whatever a role sees of both editions, it is told the same of them.
    for viewer in (client.consultant, client.leadership):
        assert (await look(ask, viewer, client))["Faster"] == found["Faster"]
    check_what_is_awaited(found, middle)
    assert found["Small"]["__typename"] == "EffectWithheld"
    assert found["Small"]["message"].startswith("The figure before it began is withheld. At least")
    assert found["Days"]["__typename"] == "EffectNotComparable"
    assert found["Days"]["isLive"] is True
    offers, score = found["Offers"], found["Score"]
    assert offers["__typename"] == score["__typename"] == "EffectMeasured"
    assert (offers["isLive"], score["isLive"]) == (True, False)
    assert "live" in offers["message"]
    # Nobody's score changed; 0 points are not called a fall.
    assert score["message"].startswith("Candidate NPS stayed at 100; difference 0 points")
    # A department is measured by its own figures, also for whoever hires for it.
    ours = (await look(ask, client.hiring_manager, client))["Ours"]
    assert (ours["__typename"], ours["was"]) == ("EffectMeasured", {"value": 0.31})
    # Who reads no departments is told no more than that.
    assert (await look(ask, client.leadership, client))["Small"] == {
        "__typename": "EffectWithheld",
        "message": "Your role reads no figures of this part of the organisation.",
        "was": None,
        "became": None,
    }


def check_the_uncertain_fall(found: Mapping[str, Any], done: date) -> None:
    end = months_after(SECOND, 12)
    exposed = (end - done).days / (end - SECOND).days
    assert found == {
        "__typename": "EffectMeasured",
        "metric": {"key": "REASON_PROCESS_SLOW"},
        "before": {"endsOn": SECOND.isoformat()},
        "after": {"endsOn": end.isoformat()},
        "was": {"value": 0.31},
        "became": {"value": 0.18},
        # Newcombe's of 5/28 less 8/26, which tests/tenants/test_statistics.py holds to his own.
        "difference": -0.1291,
        "lower": -0.3457,
        "upper": 0.0985,
        "certainty": "NOT_CERTAIN",
        "exposure": pytest.approx(exposed, abs=1e-4),
        "isLive": False,
        "message": "Declines for “A process that took too long” fell from 31 % to 18 %; difference"
        " −13 points, 95 % interval −35 to +10: not yet certain."
        f" {100 * exposed:.0f} % of the later period lies after it was done."
        " Other things may have changed as well.",
    }


def check_what_is_awaited(found: Mapping[str, Any], middle: date) -> None:
    assert found["Idle"] == {
        "__typename": "EffectNotStarted",
        "message": "It has not begun, so there is nothing to compare yet.",
    }
    # The window that it began in is neither before nor after.
    for title, day in (("Within", middle), ("Later", TODAY)):
        assert found[title]["__typename"] == "EffectNotYetPublished"
        expected = date.fromisoformat(found[title]["expectedOn"])
        assert months_after(expected, -12) >= day
        assert months_after(expected, -24) < day
    assert found["First"]["__typename"] == "EffectNotYetPublished"
    assert found["First"]["before"] is found["First"]["expectedOn"] is None
