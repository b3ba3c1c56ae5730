"""Counts that somebody typed in: what they are counted in, and what they give way to."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from tenants.access import Viewer
from tenants.insights.windows import month_of, months_after
from tests.api.conftest import Ask
from tests.api.insight_world import invite
from tests.factories import Client, make_client

pytestmark = pytest.mark.usefixtures("connection")

RECORD = """mutation ($input: RecordMonthlyCountsInput!) { recordMonthlyCounts(input: $input) {
  monthlyCounts { month accepted declined lapsed reneged isSuperseded }
  userErrors { code message field } } }"""
SHARE = "{ ... on Figure { value base } ... on Suppressed { message } }"
LOOK = f"""query ($slug: String!) {{ organisation(slug: $slug) {{ id insights {{
  declineRate {SHARE} lapseRate {SHARE} renegeRate {SHARE} interviewCoverage {SHARE}
  declineRateOverTime {{ month statistic {SHARE} }} }} }} }}"""


def month(before: int) -> date:
    """Return a month before the current one."""
    return months_after(month_of(datetime.now(UTC).date()), -before)


def counts(before: int, **numbers: int) -> dict[str, Any]:
    return {"month": f"{month(before):%Y-%m}", "accepted": 0, "declined": 0, **numbers}


async def record(ask: Ask, viewer: Viewer, client: Client, *given: dict[str, Any]) -> Any:
    found = await ask(client.hr, LOOK, slug=client.slug)
    organisation_id = found["data"]["organisation"]["id"]
    answer = await ask(
        viewer, RECORD, input={"organisationId": organisation_id, "counts": list(given)}
    )
    return answer["data"]["recordMonthlyCounts"]


async def look(ask: Ask, client: Client) -> Any:
    return (await ask(client.hr, LOOK, slug=client.slug))["data"]["organisation"]["insights"]


async def test_typed_months_are_counted_like_recorded_offers(ask: Ask) -> None:
    client = await make_client()
    said = await record(
        ask,
        client.hr,
        client,
        counts(2, accepted=8, declined=2),
        counts(1, accepted=8, declined=1, lapsed=1, reneged=2),
    )
    assert said["userErrors"] == []
    assert [(one["month"], one["declined"]) for one in said["monthlyCounts"]] == [
        (f"{month(1):%Y-%m}", 1),
        (f"{month(2):%Y-%m}", 2),
    ]
    found = await look(ask, client)
    assert found["declineRate"] == {"value": 0.2, "base": "FROM_20"}
    assert found["lapseRate"] == {"value": 0.05, "base": "FROM_20"}
    assert found["renegeRate"] == {"value": 0.125, "base": "FROM_10"}
    # Five were turned down and nobody was asked.
    assert found["interviewCoverage"] == {"value": 0.0, "base": "FROM_5"}
    months = {one["month"]: one["statistic"] for one in found["declineRateOverTime"]}
    assert months[f"{month(1):%Y-%m}"] == {"value": 0.2, "base": "FROM_10"}


async def test_typed_again_replaces_and_recorded_offers_win(ask: Ask) -> None:
    client = await make_client()
    await record(ask, client.consultant, client, counts(0, accepted=8, declined=2), counts(1))
    await record(ask, client.consultant, client, counts(0, accepted=5, declined=5))
    assert (await look(ask, client))["declineRate"] == {"value": 0.5, "base": "FROM_10"}
    await invite(client)
    found = await look(ask, client)
    assert found["declineRate"] == {"value": 1.0, "base": "UNDER_5"}
    assert found["declineRateOverTime"][-1]["statistic"] == {"value": 1.0, "base": "UNDER_5"}
    said = await record(ask, client.hr, client, counts(1, accepted=1))
    assert [one["isSuperseded"] for one in said["monthlyCounts"]] == [True, False]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([], "Give the counts of 1 to 60 months at once."),
        ([counts(1), counts(1)], "is there twice."),
        ([counts(-1)], "has not begun."),
        ([counts(1, declined=-1)], "has a number below 0 or above 100000."),
        ([counts(1, accepted=1, reneged=2)], "turned down after acceptance than accepted ones."),
    ],
)
async def test_counts_that_cannot_be_are_refused_and_nothing_is_kept(
    ask: Ask, given: list[dict[str, Any]], message: str
) -> None:
    client = await make_client()
    said = await record(ask, client.hr, client, *given)
    (error,) = said["userErrors"]
    assert (error["code"], error["field"]) == ("INVALID_INPUT", ["counts"])
    assert error["message"].endswith(message)
    found = await look(ask, client)
    assert found["declineRate"] == {"message": "There are no such offers in this period."}
