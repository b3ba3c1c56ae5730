"""A firm's clients beside their peers, and what a firm must not make of them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from api.relay import encode_id
from tenants import read_graph
from tenants.access import Role, Viewer
from tenants.organisations.models import Industry
from tenants.reading import Key
from tests.api.conftest import Ask
from tests.api.pages.browsing import session_of
from tests.api.world import nobody
from tests.tenants.benchmarks.town import (
    Member,
    engage,
    give,
    look,
    make_firm,
    make_member,
    make_release,
    make_town,
    record_offers,
)

pytestmark = pytest.mark.usefixtures("connection")

TODAY = datetime.now(UTC).date()
VALUES = [0.1, 0.2, 0.25, 0.3, 0.32, 0.4, 0.5, 0.6, 0.7]
STATISTIC = "{ ... on Figure { value } ... on Suppressed { minimum } }"
PORTFOLIO = f"""query ($firm: ID, $metrics: [MetricKey!], $first: Int, $after: String) {{
  portfolio(firmId: $firm, metrics: $metrics, first: $first, after: $after) {{ totalCount
    pageInfo {{ hasNextPage endCursor }} nodes {{ organisation {{ slug }} benchmarks {{
      metric {{ key }} own {STATISTIC} peerGroup {{ key }} contributors
      median {STATISTIC} lowerQuartile {STATISTIC} standing {{ part parts }} }} }} }} }}"""


async def make_consultant(clients: list[Member]) -> Viewer:
    """Return the consultant of a firm that serves some members, as sign-in makes one."""
    firm_id, viewer = await make_firm(clients)
    return replace(viewer, firms={firm_id: Role.CONSULTANT})


async def portfolio(ask: Ask, viewer: Viewer, **given: Any) -> Any:
    """Return the portfolio of somebody."""
    answer = await ask(viewer, PORTFOLIO, **given)
    assert "errors" not in answer, answer
    return answer["data"]["portfolio"]


async def test_one_row_for_each_client_and_metric(
    ask: Ask, statements: Callable[[], list[str]]
) -> None:
    members = await make_town(VALUES)
    for number, one in enumerate(members[:4]):
        await record_offers(one, declined=1 + number, accepted=9 - number)
    consultant = await make_consultant(members[:4])
    stranger = await make_consultant([members[8]])
    await look(members)
    await make_release()
    statements()
    found = await portfolio(ask, consultant, metrics=["DECLINE_RATE", "CANDIDATE_NPS"])
    # The clients, what is told of all of them, how many there are, the organisations.
    assert len(statements()) == 4
    assert found["totalCount"] == 4
    rows = {one["organisation"]["slug"]: one["benchmarks"] for one in found["nodes"]}
    assert list(rows) == sorted(rows)
    for number, one in enumerate(members[:4]):
        rate, nps = rows[one.slug]
        assert rate == {
            "metric": {"key": "DECLINE_RATE"},
            "own": {"value": (1 + number) / 10},
            "peerGroup": {"key": "INDUSTRY_TECHNOLOGY_SIZE_FROM_250"},
            # Of nine families it knows four: five others, enough for a median and no quartile.
            "contributors": "FROM_5",
            "median": {"value": 0.35},
            "lowerQuartile": {"minimum": 7},
            "standing": None,
        }
        assert (nps["metric"]["key"], nps["median"]) == ("CANDIDATE_NPS", {"minimum": 5})
    (one,) = (await portfolio(ask, stranger, metrics=["DECLINE_RATE"]))["nodes"]
    assert one["organisation"]["slug"] == members[8].slug
    assert one["benchmarks"][0]["lowerQuartile"] == {"value": 0.25}
    # Page by page.
    first = await portfolio(ask, consultant, first=3)
    assert [len(one["benchmarks"]) for one in first["nodes"]] == [6, 6, 6]
    rest = await portfolio(ask, consultant, first=3, after=first["pageInfo"]["endCursor"])
    seen = [one["organisation"]["slug"] for page in (first, rest) for one in page["nodes"]]
    assert (seen, rest["pageInfo"]["hasNextPage"]) == (list(rows), False)
    # And the page of it, in the order of names and nowhere a figure that is withheld here.
    browser = await session_of(consultant)
    page = await browser.get("/console/portfolio")
    assert page.status == 200
    assert (await browser.get("/console/portfolio?after=x")).location == "/console/portfolio"
    assert [page.text.count(one.slug) > 0 for one in members] == [True] * 4 + [False] * 5
    assert "At least 7 other organisations are needed." in page.text
    assert "35 %" in page.text.replace("\xa0", " ")
    assert "25 %" not in page.text.replace("\xa0", " ")


async def test_whoever_is_named_by_no_engagement_of_the_firm_has_no_portfolio(ask: Ask) -> None:
    members = await make_town(VALUES)
    consultant = await make_consultant(members[:2])
    other = await make_consultant(members[2:3])
    await look(members)
    await make_release()
    # A member's rights in a client, or a claim on another firm, are none in this firm's clients.
    (firm_id,) = other.firms
    for viewer in (
        replace(consultant, firms=other.firms),
        replace(members[2].hr, firms=other.firms),
        replace(consultant, roles=dict.fromkeys(consultant.roles, Role.FIRM_ADMINISTRATOR)),
    ):
        found = await portfolio(ask, viewer)
        assert (found["nodes"], found["totalCount"]) == ([], 0)
    foreign = encode_id(read_graph.FIRM, Key(firm_id, firm_id))
    assert (await portfolio(ask, consultant, firm=foreign))["nodes"] == []
    assert len((await portfolio(ask, other, firm=foreign))["nodes"]) == 1
    answer = await ask(nobody(), PORTFOLIO)
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["UNAUTHENTICATED"]
    # An engagement that has ended is none either.
    assert other.id is not None
    await engage(firm_id, other.id, members[4], until=TODAY)
    served = replace(other, roles={**other.roles, members[4].organisation_id: Role.CONSULTANT})
    (one,) = (await portfolio(ask, served))["nodes"]
    assert one["organisation"]["slug"] == members[2].slug
    for wrong, code in (
        ({"metrics": ["SALARY"]}, "INVALID_INPUT"),
        ({"metrics": ["DECLINE_RATE"] * 21}, "INVALID_INPUT"),
        ({"after": "x"}, "BAD_CURSOR"),
        ({"firm": "x"}, "NOT_FOUND"),
    ):
        answer = await ask(consultant, PORTFOLIO, **wrong)
        assert [error["extensions"]["code"] for error in answer["errors"]] == [code]


async def test_a_firm_is_shown_no_group_beside_a_remainder_of_few(ask: Ask) -> None:
    """Of those in no narrower group it serves four: to it the fifth would stand alone."""
    town = await make_town([0.3 + 0.02 * at for at in range(20)])
    finance = [await make_member(industry=Industry.FINANCE) for _ in range(5)]
    for at, one in enumerate(finance):
        await give(one, 0.4 + 0.05 * at)
    consultant = await make_consultant([town[0], *finance[:4]])
    few = await make_consultant([town[1], finance[0]])
    await look([*town, *finance])
    await make_release()

    async def group_of(viewer: Viewer, client: Member) -> str | None:
        nodes = (await portfolio(ask, viewer, metrics=["DECLINE_RATE"]))["nodes"]
        (one,) = [node for node in nodes if node["organisation"]["slug"] == client.slug]
        group: dict[str, str] | None = one["benchmarks"][0]["peerGroup"]
        return None if group is None else group["key"]

    narrow, wide = "INDUSTRY_TECHNOLOGY_SIZE_FROM_250", "SIZE_FROM_250_REGION_EUROPE"
    query = f'{{ organisation(slug: "{town[0].slug}") {{ benchmark(metric: DECLINE_RATE) {{'
    own = await ask(town[0].hr, f"{query} peerGroup {{ key }} }} }} }}")
    assert own["data"]["organisation"]["benchmark"]["peerGroup"]["key"] == narrow
    # Whoever serves one of the five leaves four: that is few as well.
    assert await group_of(few, town[1]) == wide
    assert await group_of(consultant, town[0]) == wide
    for client in finance[:4]:
        assert await group_of(consultant, client) == wide
    trend = f'{{ organisation(slug: "{town[0].slug}") {{ benchmarkOverTime {{ nodes {{'
    told = await ask(consultant, f"{trend} peerGroup {{ key }} }} }} }} }}")
    (point,) = told["data"]["organisation"]["benchmarkOverTime"]["nodes"]
    assert point["peerGroup"]["key"] == wide
