"""The benchmark through the schema: what there is to compare, and how an organisation compares."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from tenants.access import Role, Viewer, ViewerKind
from tenants.benchmarks.measuring import _CHOICES, _SCALES, measure_answers
from tenants.benchmarks.peer_groups import PEER_GROUPS
from tenants.insights.items import AskedQuestion
from tenants.metrics import METRICS
from tenants.model import new_id
from tenants.questionnaires.question_types import QuestionTypeKey
from tenants.questionnaires.values import Number
from tenants.reasons import Audience
from tests.api.conftest import Ask
from tests.api.world import nobody
from tests.tenants.benchmarks.town import (
    Member,
    look,
    make_firm,
    make_member,
    make_release,
    make_town,
    record_offers,
)

pytestmark = pytest.mark.usefixtures("connection")

STATISTIC = """{ __typename
  ... on Figure { value relation unit lower upper base note }
  ... on Suppressed { message minimum } }"""
COMPARISON = f"""{{ metric {{ key title unit rows better }} release {{ number from to releasedOn }}
  own {STATISTIC} peerGroup {{ key title industry sizeBand region parents }}
  requestedPeerGroup {{ key }} contributors median {STATISTIC} lowerQuartile {STATISTIC}
  upperQuartile {STATISTIC} p10 {STATISTIC} p90 {STATISTIC} standing {{ part parts }} }}"""
ONE = f"""query ($slug: String!, $metric: MetricKey!, $group: PeerGroupKey) {{
  organisation(slug: $slug) {{ benchmark(metric: $metric, peerGroup: $group) {COMPARISON} }} }}"""
VALUES = [0.1, 0.2, 0.25, 0.3, 0.32, 0.4, 0.5, 0.6, 0.7]


def rounded(value: float) -> dict[str, Any]:
    """Return a peer statistic as the API shows it."""
    return {
        "__typename": "Figure",
        "value": value,
        "relation": "EXACT",
        "unit": "SHARE",
        "lower": None,
        "upper": None,
        "base": "FROM_5",
        "note": None,
    }


def withheld(minimum: int) -> dict[str, Any]:
    """Return what stands in place of a peer statistic."""
    message = f"At least {minimum} other organisations are needed."
    return {"__typename": "Suppressed", "message": message, "minimum": minimum}


async def compare(
    ask: Ask, viewer: Viewer, member: Member, metric: str = "DECLINE_RATE", **given: Any
) -> Any:
    """Return how a member compares, as somebody sees it."""
    answer = await ask(viewer, ONE, slug=member.slug, metric=metric, **given)
    assert "errors" not in answer, answer
    return answer["data"]["organisation"]["benchmark"]


async def test_how_an_organisation_compares(ask: Ask) -> None:
    members = await make_town(VALUES)
    one = members[1]
    await record_offers(one, declined=3, accepted=12)
    released = await make_release()
    assert await compare(ask, one.hr, one) == {
        "metric": {
            "key": "DECLINE_RATE",
            "title": "Decline rate",
            "unit": "SHARE",
            "rows": "OFFERS",
            "better": "LOWER",
        },
        "release": {
            "number": released.number,
            "from": "2025-01",
            "to": "2025-12",
            "releasedOn": datetime.now(UTC).date().isoformat(),
        },
        "own": {
            "__typename": "Figure",
            "value": 0.2,
            "relation": "EXACT",
            "unit": "SHARE",
            "lower": 0.0705,
            "upper": 0.4519,
            "base": "FROM_10",
            "note": None,
        },
        "peerGroup": {
            "key": "INDUSTRY_TECHNOLOGY_SIZE_FROM_250",
            "title": "Technology, 250 to 999 people",
            "industry": "TECHNOLOGY",
            "sizeBand": "FROM_250",
            "region": None,
            "parents": ["INDUSTRY_TECHNOLOGY", "SIZE_FROM_250", "ALL"],
        },
        "requestedPeerGroup": {"key": "INDUSTRY_TECHNOLOGY_SIZE_FROM_250"},
        "contributors": "FROM_5",
        "median": rounded(0.35),
        "lowerQuartile": rounded(0.25),
        "upperQuartile": rounded(0.55),
        "p10": withheld(17),
        "p90": withheld(17),
        "standing": {"part": 1, "parts": 4},
    }
    everybody = await compare(ask, one.leadership, one, group="ALL")
    assert (everybody["peerGroup"]["key"], everybody["median"]) == ("ALL", rounded(0.35))


async def test_a_consultant_of_several_clients_is_shown_less(ask: Ask) -> None:
    members = await make_town(VALUES)
    _, consultant = await make_firm(members[:4])
    await look(members)
    await make_release()
    for member in members[:4]:
        found = await compare(ask, consultant, member)
        assert found["median"] == rounded(0.35)
        assert (found["lowerQuartile"], found["upperQuartile"]) == (withheld(7), withheld(7))
        assert found["standing"] is None


async def test_a_metric_can_be_written_like_an_enum(ask: Ask) -> None:
    (member,) = await make_town([0.5])
    # Of an organisation that no release has compared there is nothing to list.
    query = f"""{{ organisation(slug: "{member.slug}") {{
      listed: benchmark(metric: DECLINE_RATE) {{ metric {{ key }} }}
      quoted: benchmark(metric: "MEAN:ratings.process:SPEED") {{ metric {{ key formula }} }}
      every: benchmarks {{ metric {{ key }} }}
      some: benchmarks(metrics: [CANDIDATE_NPS, "SHARE:destination:STAYED"]) {{
        metric {{ key }} median {STATISTIC} }} }} }}"""
    answer = await ask(member.hr, query)
    assert "errors" not in answer
    words = "No release of the benchmark has compared the organisation yet."
    nothing = {"__typename": "Suppressed", "message": words, "minimum": 5}
    assert answer["data"]["organisation"] == {
        "listed": {"metric": {"key": "DECLINE_RATE"}},
        "quoted": {
            "metric": {"key": "MEAN:ratings.process:SPEED", "formula": "mean of the points chosen"}
        },
        "every": [],
        "some": [
            {"metric": {"key": "CANDIDATE_NPS"}, "median": nothing},
            {"metric": {"key": "SHARE:destination:STAYED"}, "median": nothing},
        ],
    }


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"metric": "SALARY"}, "There is no such metric."),
        ({"metric": "SHARE:a"}, "There is no such metric."),
        (
            {"metric": "DECLINE_RATE", "group": "INDUSTRY_RETAIL"},
            "The organisation does not belong to this peer group.",
        ),
    ],
)
async def test_what_cannot_be_compared(ask: Ask, given: dict[str, Any], words: str) -> None:
    members = await make_town(VALUES)
    await make_release()
    one = members[0]
    answer = await ask(one.hr, ONE, slug=one.slug, **given)
    assert answer["data"] == {"organisation": {"benchmark": None}}
    (error,) = answer["errors"]
    assert error["path"] == ["organisation", "benchmark"]
    assert (error["extensions"]["code"], error["message"]) == ("INVALID_INPUT", words)


@pytest.mark.parametrize("wrong", [7, True, None, ["DECLINE_RATE"], {"key": "DECLINE_RATE"}])
async def test_a_metric_is_a_string(ask: Ask, wrong: Any) -> None:
    (member,) = await make_town([0.5])
    answer = await ask(member.hr, ONE, slug=member.slug, metric=wrong)
    assert {one["extensions"]["code"] for one in answer["errors"]} == {"GRAPHQL_VALIDATION_FAILED"}
    assert "data" not in answer or answer["data"] is None


async def test_who_is_shown_the_benchmark(ask: Ask) -> None:
    members = await make_town(VALUES)
    await make_release()
    one, other = members[0], await make_member()
    query = f"""{{ organisation(slug: "{one.slug}") {{ benchmark(metric: DECLINE_RATE) {{
      contributors }} benchmarks {{ contributors }} }} }}"""
    seen = {"benchmark": {"contributors": "FROM_5"}, "benchmarks": [{"contributors": "FROM_5"}]}
    for viewer in (one.hr, one.leadership):
        assert await ask(viewer, query) == {"data": {"organisation": seen}}
    manager = Viewer(
        ViewerKind.PERSON, new_id(), "Manager", {one.organisation_id: Role.HIRING_MANAGER}
    )
    refused = await ask(manager, query)
    assert refused["data"] == {"organisation": {"benchmark": None, "benchmarks": None}}
    assert {(tuple(error["path"]), error["extensions"]["code"]) for error in refused["errors"]} == {
        (("organisation", "benchmark"), "FORBIDDEN"),
        (("organisation", "benchmarks"), "FORBIDDEN"),
    }
    # A foreign organisation is unknown.
    assert await ask(other.hr, query) == {"data": {"organisation": None}}


async def test_each_comparison_takes_one_statement(
    ask: Ask, statements: Callable[[], list[str]]
) -> None:
    members = await make_town(VALUES)
    await make_release()
    one = members[0]
    statements()
    await compare(ask, one.hr, one)
    # The organisation by its name, the organisation, the comparison.
    assert len(statements()) == 3
    await ask(one.hr, f'{{ organisation(slug: "{one.slug}") {{ benchmarks {{ contributors }} }} }}')
    assert len(statements()) == 3


async def test_what_there_is_to_measure_and_to_compare_with(ask: Ask) -> None:
    member = await make_member()
    answer = await ask(
        member.hr,
        """{ metrics { key title unit rows better formula source lowest highest }
             peerGroups { key title industry sizeBand region parents } }""",
    )
    metrics, groups = answer["data"]["metrics"], answer["data"]["peerGroups"]
    assert [one["key"] for one in metrics] == list(METRICS)
    assert [one for one in metrics if one["key"] == "DECISION_TIME"] == [
        {
            "key": "DECISION_TIME",
            "title": "Decision time",
            "unit": "DAYS",
            "rows": "OFFERS",
            "better": "LOWER",
            "formula": METRICS["DECISION_TIME"].formula,
            "source": METRICS["DECISION_TIME"].source,
            "lowest": 0.0,
            "highest": None,
        }
    ]
    assert [one["key"] for one in groups] == list(PEER_GROUPS)
    assert groups[0] == {
        "key": "ALL",
        "title": "All organisations",
        "industry": None,
        "sizeBand": None,
        "region": None,
        "parents": [],
    }


async def test_the_rules_in_words_say_the_numbers_that_decide(ask: Ask) -> None:
    member = await make_member()
    rules = "{ title text }"
    answer = await ask(
        member.hr, f"{{ methodology {{ title insights {rules} benchmark {rules} }} }}"
    )
    found = answer["data"]["methodology"]
    assert found["title"] == "How figures are made, and when they are withheld"
    insights = {one["title"]: one["text"] for one in found["insights"]}
    benchmark = {one["title"]: one["text"] for one in found["benchmark"]}
    assert "At least 5 answers are needed." in insights["A crowd behind every figure"]
    assert "from 20 delivered invitations" in insights["Response rate"]
    assert "5 percentage points below 20 answers, else to 1" in insights["Rounding"]
    assert "at least 90 days old" in benchmark["Give to get"]
    assert (
        "a median needs 5, quartiles 7 and the tenth and ninetieth percentile 17; and none of them"
        " may carry more than 50 %" in benchmark["Nobody subtracts what is known"]
    )
    assert "compares 12 months, which end 1 month before it" in benchmark["Releases"]
    assert "may join again 12 months later" in benchmark["Give to get"]
    assert (
        "fewer than 50 families, new ones wait until at least 3"
        in (benchmark["Nobody comes or goes alone"])
    )
    assert "number none or at least 5" in benchmark["Nobody is left over"]


async def test_nobody_is_told_to_sign_in(ask: Ask) -> None:
    for field in ("metrics { key }", "peerGroups { key }", "methodology { title }"):
        answer = await ask(nobody(), f"{{ {field} }}")
        assert [one["extensions"]["code"] for one in answer["errors"]] == ["UNAUTHENTICATED"]


@pytest.mark.parametrize(
    "key",
    [
        "SALARY",
        "PAY",
        "OFFER_AMOUNT",
        "MEAN:PAY",
        "SUM:pay:EUR",
        "SHARE:pay:40000:EUR",
        "MEDIAN:pay",
    ],
)
async def test_pay_and_terms_of_offers_cannot_be_expressed(ask: Ask, key: str) -> None:
    """No key names an amount, and what is measured of a concept is a share or a mean of points."""
    (member,) = await make_town([0.5])
    answer = await ask(member.hr, ONE, slug=member.slug, metric=key)
    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "INVALID_INPUT"
    units = {one.unit.value for one in METRICS.values()}
    assert units == {"SHARE", "DAYS", "POINTS"}
    numbers = [
        AskedQuestion(
            new_id(), new_id(), datetime.now(UTC), "pay", 1, kind, "pay", Audience.HR,
            {"en": "Pay"}, (), {},
        )
        for kind in QuestionTypeKey
        if kind not in _CHOICES | _SCALES
    ]  # fmt: skip
    assert QuestionTypeKey.NUMBER in [one.type for one in numbers]
    given = [(one.id, Number(Decimal(40_000)), 9) for one in numbers]
    assert list(measure_answers(numbers, given)) == []
