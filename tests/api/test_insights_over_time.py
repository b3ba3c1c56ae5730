"""Whether anything but chance moved the decline rate, through the schema."""

from datetime import date
from typing import Any

import pytest

from tenants.access import Viewer
from tests.api.conftest import Ask
from tests.api.insight_world import invite, record_history
from tests.factories import make_client

pytestmark = pytest.mark.usefixtures("connection")

SERIES = """query ($slug: String!) { organisation(slug: $slug) { insights {
  declineRateOverTime { month signal lowerLimit upperLimit }
  declineRateTrend { verdict message usual { ... on Figure { value lower upper base } } }
} } }"""


async def look(ask: Ask, viewer: Viewer, slug: str) -> Any:
    """Return the series as a viewer sees it."""
    answer = await ask(viewer, SERIES, slug=slug)
    assert "errors" not in answer
    return answer["data"]["organisation"]["insights"]


async def test_a_series_within_what_chance_explains_shows_no_change(ask: Ask) -> None:
    client = await make_client()
    await record_history(client, months=23, accepted=8)
    found = await look(ask, client.hr, client.slug)
    first, *known = found["declineRateOverTime"]
    assert (first["signal"], first["lowerLimit"], first["upperLimit"]) == ("UNKNOWN", None, None)
    # At 20 % chance explains none to six of ten: seven or more come in 0.09 % of the months.
    assert {(one["signal"], one["lowerLimit"], one["upperLimit"]) for one in known} == {
        ("WITHIN", 0.0, 0.6)
    }
    trend = found["declineRateTrend"]
    assert trend["verdict"] == "NO_CHANGE_DETECTABLE"
    assert trend["usual"] == {
        "value": 0.2043,
        "lower": 0.1573,
        "upper": 0.2611,
        "base": "FROM_100",
    }
    assert trend["message"] == (
        "No change detectable: chance alone explains how the months differ."
    )
    # Who may only count offers is told the same of coarser numbers, and no limits.
    told = await look(ask, client.leadership, client.slug)
    assert told["declineRateTrend"]["verdict"] == "NO_CHANGE_DETECTABLE"
    assert {one["upperLimit"] for one in told["declineRateOverTime"]} == {None}


async def test_a_month_beyond_its_limits_is_named(ask: Ask) -> None:
    client = await make_client()
    await record_history(client, months=12, accepted=8)
    for _ in range(12):
        await invite(client)
    found = await look(ask, client.hr, client.slug)
    newest = found["declineRateOverTime"][-1]
    assert (newest["signal"], found["declineRateTrend"]["verdict"]) == ("ABOVE", "CHANGED")
    month = f"{date.fromisoformat(newest['month'] + '-01'):%B %Y}"
    assert found["declineRateTrend"]["message"] == f"{month} lies above what chance explains."
