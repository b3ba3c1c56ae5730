"""Joining, leaving, what of one's own goes in, and how peers change, through the schema."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from api.relay import encode_id
from tenants import read_graph
from tenants.access import Viewer
from tenants.audit import AuditAction, AuditEvent
from tenants.benchmarks import queries, service
from tenants.benchmarks.windows import months_after_day, window_of
from tenants.db import run
from tenants.reading import Key
from tenants.work import Session
from tests.api.conftest import Ask
from tests.api.world import nobody
from tests.tenants.benchmarks.town import (
    AS_OF,
    ENDS,
    FOUNDED,
    STARTS,
    WORDS,
    Member,
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
PART = """{ takesPart text givenOn rejoinsOn isVerified from to contributions {
  metric { key } counts note value { __typename ... on Figure { value base } } } }"""


def change(verb: str) -> str:
    name = verb[0].upper() + verb[1:]
    return f"""mutation ($input: {name}Input!) {{ {verb}(input: $input) {{
      participation {PART} userErrors {{ code message field }} }} }}"""


def id_of(member: Member) -> str:
    return encode_id(read_graph.ORGANISATION, Key(member.organisation_id, member.organisation_id))


async def part(ask: Ask, viewer: Viewer, member: Member) -> Any:
    answer = await ask(
        viewer, f'{{ organisation(slug: "{member.slug}") {{ benchmarkParticipation {PART} }} }}'
    )
    assert "errors" not in answer
    return answer["data"]["organisation"]["benchmarkParticipation"]


async def test_hr_joins_with_the_words_that_were_shown_and_leaves(ask: Ask) -> None:
    member = await make_member(joined_on=None)
    given = {"organisationId": id_of(member), "text": "We take part."}
    nothing: dict[str, Any] = {
        "takesPart": False,
        "text": None,
        "givenOn": None,
        "rejoinsOn": None,
        "isVerified": True,
        "from": None,
        "to": None,
        "contributions": [],
    }
    assert await part(ask, member.leadership, member) == nothing
    answer = await ask(member.hr, change("joinBenchmark"), input={**given, "text": " "})
    assert answer["data"]["joinBenchmark"] == {
        "participation": None,
        "userErrors": [
            {"code": "INVALID_INPUT", "message": "The text must not be empty.", "field": ["text"]}
        ],
    }
    joined = {**nothing, "takesPart": True, "text": "We take part.", "givenOn": str(TODAY)}
    for words in ("We take part.", "Other words, which change nothing."):
        answer = await ask(member.hr, change("joinBenchmark"), input={**given, "text": words})
        assert answer["data"]["joinBenchmark"] == {"participation": joined, "userErrors": []}
    answer = await ask(
        member.hr, change("leaveBenchmark"), input={"organisationId": given["organisationId"]}
    )
    # No release was made meanwhile: it may come back at once.
    assert answer["data"]["leaveBenchmark"] == {"participation": nothing, "userErrors": []}
    # With a key an answer that was lost and asked for again does not undo what came after.
    for expected in (joined, joined, nothing):
        if expected is nothing:
            await ask(member.hr, change("leaveBenchmark"), input={"organisationId": id_of(member)})
        answer = await ask(
            member.hr, change("joinBenchmark"), input={**given, "idempotencyKey": "once"}
        )
        assert answer["data"]["joinBenchmark"] == {"participation": expected, "userErrors": []}

    async def logged(session: Session, _viewer: Viewer) -> list[AuditAction]:
        return [*await session.scalars(select(AuditEvent.action).order_by(AuditEvent.at))]

    assert await run(logged, member.job) == [
        AuditAction.BENCHMARK_JOINED, AuditAction.BENCHMARK_LEFT,
    ] * 2  # fmt: skip
    again = await ask(
        member.hr, change("leaveBenchmark"), input={"organisationId": given["organisationId"]}
    )
    (error,) = again["data"]["leaveBenchmark"]["userErrors"]
    assert (error["code"], error["message"]) == (
        "CONFLICT",
        "The organisation does not take part in the benchmark.",
    )


async def test_whoever_left_after_a_release_stays_out_for_a_year(ask: Ask) -> None:
    members = await make_town(VALUES)
    await make_release(TODAY.replace(day=1))
    one = members[0]
    await run(service.leave_benchmark, one.job, organisation_id=one.organisation_id, left_on=TODAY)
    back = months_after_day(TODAY, 12)
    assert (await part(ask, one.hr, one))["rejoinsOn"] == str(back)
    answer = await ask(
        one.hr, change("joinBenchmark"), input={"organisationId": id_of(one), "text": WORDS}
    )
    (error,) = answer["data"]["joinBenchmark"]["userErrors"]
    assert (error["code"], error["message"]) == (
        "CONFLICT",
        f"The organisation left on {TODAY}, and may join again from {back}.",
    )
    assert not (await part(ask, one.hr, one))["takesPart"]


async def test_what_of_its_own_goes_in(ask: Ask) -> None:
    member = await make_member()
    window = window_of(TODAY)
    await record_offers(member, declined=3, accepted=9, month=window.starts_on)
    await run(
        service.contribute,
        member.job,
        organisation_id=member.organisation_id,
        starts_on=window.starts_on,
        ends_on=window.ends_on,
        firm_people=await run(queries.list_firm_people, Viewer.operator()),
    )
    found = await part(ask, member.hr, member)
    assert (found["takesPart"], found["text"], found["givenOn"]) == (True, WORDS, str(FOUNDED))
    assert found["from"] == f"{window.starts_on:%Y-%m}"
    given = {one["metric"]["key"]: one for one in found["contributions"]}
    assert given["DECLINE_RATE"] == {
        "metric": {"key": "DECLINE_RATE"},
        "counts": True,
        "note": None,
        "value": {"__typename": "Figure", "value": 0.25, "base": "FROM_10"},
    }
    # Leadership may not list the offers, and sees what a crowd's figure says.
    found = await part(ask, member.leadership, member)
    given = {one["metric"]["key"]: one["value"] for one in found["contributions"]}
    assert given["DECLINE_RATE"] == {"__typename": "Figure", "value": 0.25, "base": "FROM_10"}
    assert given["DECISION_TIME"]["value"] == 8.0


TREND = """query ($slug: String!, $group: PeerGroupKey, $last: Int! = 12) {
  organisation(slug: $slug) { benchmarkTrend(metric: DECLINE_RATE, peerGroup: $group, last: $last) {
    release { number } peerGroup { key } contributors
    median { ... on Figure { value } ... on Suppressed { minimum } } } } }"""


async def test_how_peers_change_from_release_to_release(ask: Ask) -> None:
    members = await make_town(VALUES)
    _, consultant = await make_firm(members[:2])
    await look(members)
    numbers = [(await make_release()).number for _ in range(3)]
    one = members[0]

    async def trend(viewer: Viewer, **given: Any) -> Any:
        answer = await ask(viewer, TREND, slug=one.slug, **given)
        return answer["data"]["organisation"]["benchmarkTrend"], answer.get("errors")

    found, _ = await trend(one.hr)
    assert [point["release"]["number"] for point in found] == numbers
    assert {point["peerGroup"]["key"] for point in found} == {"INDUSTRY_TECHNOLOGY_SIZE_FROM_250"}
    assert [point["median"] for point in found] == [{"value": 0.35}] * 3
    found, _ = await trend(one.hr, last=1, group="ALL")
    assert [(point["release"]["number"], point["peerGroup"]["key"]) for point in found] == [
        (numbers[2], "ALL")
    ]
    # The firm knows two of nine: seven others, of whom quartiles would do, too.
    found, _ = await trend(consultant)
    assert [point["median"] for point in found] == [{"value": 0.35}] * 3
    for wrong in (0, 41):
        found, errors = await trend(one.hr, last=wrong)
        assert found is None
        assert errors[0]["extensions"]["code"] == "INVALID_INPUT"
    await walk_releases(ask, one, numbers)
    # Whoever takes no part any more sees none of it.
    await run(service.leave_benchmark, one.job, organisation_id=one.organisation_id, left_on=TODAY)
    assert (await trend(one.hr))[0] == []
    assert await over_time(ask, one, "first: 5") == ([], 0, (False, False), [])


OVER_TIME = """{ totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  edges { cursor } nodes { %s } }"""


async def over_time(ask: Ask, one: Member, arguments: str, *, everybodys: bool = False) -> Any:
    """Return numbers of releases, how many there are, what lies around, and the last cursor."""
    if everybodys:
        query = f"{{ releases({arguments}) {OVER_TIME % 'number'} }}"
    else:
        shown = OVER_TIME % "release { number } median { ... on Figure { value } }"
        query = f"""{{ organisation(slug: "{one.slug}") {{
          benchmarkOverTime(metric: DECLINE_RATE, {arguments}) {shown} }} }}"""
    answer = await ask(one.hr, query)
    if "errors" in answer:
        return [error["extensions"]["code"] for error in answer["errors"]]
    data = answer["data"]
    found = data["releases"] if everybodys else data["organisation"]["benchmarkOverTime"]
    page, nodes = found["pageInfo"], found["nodes"]
    cursors = [edge["cursor"] for edge in found["edges"]]
    assert (page["startCursor"], page["endCursor"]) == (
        (cursors[0], cursors[-1]) if cursors else (None, None)
    )
    numbers = [one["number"] if everybodys else one["release"]["number"] for one in nodes]
    around = (page["hasPreviousPage"], page["hasNextPage"])
    return numbers, found["totalCount"], around, cursors[-1:]


async def walk_releases(ask: Ask, one: Member, numbers: list[int]) -> None:
    """Walk both lists by their cursors, from either end."""
    for everybodys in (False, True):

        async def page(arguments: str, *, everybodys: bool = everybodys) -> Any:
            return await over_time(ask, one, arguments, everybodys=everybodys)

        _, total, *_ = await page("first: 100")
        assert total == 3 or everybodys
        newest = [*reversed(numbers)]
        found, _, around, (cursor,) = await page("first: 2")
        assert (found, around) == (newest[:2], (False, True))
        found, _, around, _ = await page(f'first: 1, after: "{cursor}"')
        assert (found, around[0]) == (newest[2:], True)
        found, _, around, _ = await page(f'last: 1, before: "{cursor}"')
        assert (found, around) == (newest[:1], (False, True))
        for wrong in ('first: 5, after: "x"', "first: 1, last: 1", "first: 101"):
            assert await page(wrong) in (["BAD_CURSOR"], ["INVALID_INPUT"])


async def test_releases_are_listed_and_nothing_of_unfinished_ones(ask: Ask) -> None:
    (member,) = await make_town([0.5])
    released = await make_release()
    query = "{ benchmarkReleases(last: 1) { number from to } }"
    answer = await ask(member.hr, query)
    assert answer["data"]["benchmarkReleases"] == [
        {"number": released.number, "from": f"{STARTS:%Y-%m}", "to": "2025-12"}
    ]
    assert (STARTS.year, ENDS.year, AS_OF.year) == (2025, 2026, 2026)
    refused = await ask(nobody(), query)
    assert [one["extensions"]["code"] for one in refused["errors"]] == ["UNAUTHENTICATED"]


async def test_a_firm_sees_its_clients_beside_each_other_and_each_beside_the_unknown(
    ask: Ask,
) -> None:
    """Its portfolio: what one of its clients is told is told to somebody who knows all of them."""
    members = await make_town(VALUES)
    for number, one in enumerate(members[:4]):
        await record_offers(one, declined=1 + number, accepted=9 - number)
    _, consultant = await make_firm(members[:4])
    await look(members)
    await make_release()
    query = """{ organisations(first: 50) { nodes { slug benchmark(metric: DECLINE_RATE) {
      own { ... on Figure { value } } peerGroup { key } contributors
      median { ... on Figure { value } } lowerQuartile { __typename } } } } }"""
    answer = await ask(consultant, query)
    found = {one["slug"]: one["benchmark"] for one in answer["data"]["organisations"]["nodes"]}
    assert found == {
        one.slug: {
            "own": {"value": (1 + number) / 10},
            "peerGroup": {"key": "INDUSTRY_TECHNOLOGY_SIZE_FROM_250"},
            # Five others, of whom a median may be told and no quartile.
            "contributors": "FROM_5",
            "median": {"value": 0.35},
            "lowerQuartile": {"__typename": "Suppressed"},
        }
        for number, one in enumerate(members[:4])
    }
    own = await ask(members[0].hr, query)
    (alone,) = own["data"]["organisations"]["nodes"]
    assert alone["benchmark"]["lowerQuartile"] == {"__typename": "Figure"}
