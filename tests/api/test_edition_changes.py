"""What changed between two editions, through the schema."""

from datetime import date, timedelta
from typing import Any

import pytest

from tenants.access import Viewer
from tests.api.conftest import Ask
from tests.api.insight_world import (
    ATTRIBUTED,
    CONFIDENTIAL,
    answer,
    make_year_old_client,
    publish,
    window,
)
from tests.factories import Client, make_client

pytestmark = pytest.mark.usefixtures("connection")

CHANGES = """query ($slug: String!, $endsOn: Date, $since: Date, $segment: String) {
  organisation(slug: $slug) {
    editionChanges(endsOn: $endsOn, since: $since, segment: $segment) {
      before { endsOn } after { endsOn } message
      changes { metric { key } certainty difference lower upper message
        before { __typename ... on Figure { value } } after { __typename ... on Figure { value } } }
    } } }"""


async def look(ask: Ask, viewer: Viewer, client: Client, **variables: Any) -> Any:
    return await ask(viewer, CHANGES, slug=client.slug, **variables)


async def make_two_editions() -> tuple[Client, date, date]:
    """Return a client with the days on which the windows of two editions ended."""
    client = await make_year_old_client()
    for number in range(24):
        await answer(
            client, CONFIDENTIAL, reasons=("PROCESS_SLOW",) if number < 18 else ("PAY_BASE",)
        )
    await publish(client)
    for number in range(24):
        await answer(
            client, CONFIDENTIAL, reasons=("PROCESS_SLOW",) if number < 2 else ("PAY_BASE",)
        )
    first = window()[1]
    await publish(client, as_of=first + timedelta(days=365))
    return client, first, first.replace(year=first.year + 1)


async def test_what_changed_for_certain_since_the_edition_before(ask: Ask) -> None:
    client, first, second = await make_two_editions()
    await _what_cannot_be_seen_cannot_be_compared(ask, client)
    await _the_earlier_one_comes_first(ask, client, first, second)
    (found,) = (await look(ask, client.hr, client))["data"]["organisation"].values()
    assert (found["before"], found["after"]) == (
        {"endsOn": first.isoformat()},
        {"endsOn": second.isoformat()},
    )
    changes = {one["metric"]["key"]: one for one in found["changes"]}
    slow = changes["REASON_PROCESS_SLOW"]
    assert slow == {
        "metric": {"key": "REASON_PROCESS_SLOW"},
        "certainty": "CERTAIN",
        "difference": -0.6667,
        "lower": -0.8099,
        "upper": -0.4016,
        "before": {"__typename": "Figure", "value": 0.75},
        "after": {"__typename": "Figure", "value": 0.08},
        "message": "Reason: A process that took too long: fell from 75 % to 8 %; difference −67"
        " points, 95 % interval −81 to −40: certain.",
    }
    assert changes["REASON_VISA"]["certainty"] == "NOT_CERTAIN"
    certain = [one for one in found["changes"] if one["certainty"] == "CERTAIN"]
    assert found["message"] == f"{len(certain)} shares changed for certain."
    assert found["changes"][: len(certain)] == certain
    asked = await look(ask, client.leadership, client, endsOn=second.isoformat())
    assert asked["data"]["organisation"]["editionChanges"]["message"] == found["message"]


async def test_two_editions_are_needed(ask: Ask) -> None:
    alone = await make_year_old_client()
    for _ in range(5):
        await answer(alone, ATTRIBUTED)
    nothing = {"data": {"organisation": {"editionChanges": None}}}
    assert await look(ask, alone.hr, alone) == nothing
    await publish(alone)
    assert await look(ask, alone.hr, alone) == nothing


async def _the_earlier_one_comes_first(ask: Ask, client: Client, first: date, second: date) -> None:
    wrong = await look(ask, client.hr, client, endsOn=first.isoformat(), since=second.isoformat())
    (error,) = wrong["errors"]
    assert error["extensions"]["code"] == "INVALID_INPUT"
    assert error["message"] == "Compare an edition with an earlier one."


async def _what_cannot_be_seen_cannot_be_compared(ask: Ask, client: Client) -> None:
    other = await make_client()
    assert await look(ask, other.hr, client) == {"data": {"organisation": None}}
    for viewer in (client.hiring_manager, client.leadership):
        hidden = await look(ask, viewer, client, segment="Engineering")
        assert hidden == {"data": {"organisation": {"editionChanges": None}}}
