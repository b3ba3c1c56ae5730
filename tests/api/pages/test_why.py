"""The page "Why candidates decline": what it says to whom, and how it says that it is silent."""

import re
from datetime import timedelta
from typing import Any

import pytest

from api.pages.charts import Point, Scale, make_bar, make_line, share_scale
from api.pages.console_words import amount, base, figure, interval
from api.pages.first_steps import FIRST_STEPS
from api.pages.why import BENCHMARKED, make_view
from tenants.access import Role
from tenants.metrics import METRICS
from tenants.reasons import REASONS, Controllability
from tests.api.insight_world import (
    ATTRIBUTED,
    CONFIDENTIAL,
    ENGINEERING,
    FINANCE,
    answer,
    hire_for,
    make_year_old_client,
    publish,
    record_history,
    window,
)
from tests.api.pages.browsing import Page, session_of
from tests.factories import Client, make_client

WITHHELD = "At least 5 answers are needed."


async def look(client: Client, role: Role, query: str = "") -> Page:
    """Return the page as somebody sees it."""
    browser = await session_of(client.people[role])
    return await browser.get(f"/console/{client.slug}/why{query}")


def options(page: Page, name: str) -> list[str]:
    """Return what can be chosen in one of the page's lists."""
    found = re.search(rf'<select id="{name}".*?</select>', page.html, re.DOTALL)
    return re.findall(r"<option[^>]*>([^<]+)<", found[0]) if found else []


async def make_full() -> Client:
    """Make a client of whom the page is full: 20 in Engineering, two in Finance."""
    client = await make_year_old_client(name="Northwind Robotics")
    await record_history(client, months=24, accepted=8)
    kinds = (
        ("PROCESS_SLOW", "PAY_BASE"),
        ("PROCESS_SLOW", "REMOTE_FLEX"),
        ("OTHER_OFFER",),
        ("PAY_BASE",),
    )
    for number in range(20):
        chosen = CONFIDENTIAL if number % 2 else ATTRIBUTED
        await answer(client, chosen, reasons=kinds[number % 4], recommends=7 + number % 4)
    await hire_for(client, ENGINEERING)
    return client


@pytest.mark.usefixtures("connection")
async def test_the_page_of_an_organisation_with_answers() -> None:
    client = await make_full()
    await publish(client)
    page = await look(client, Role.HR)
    assert page.status == 200
    assert "Why candidates decline" in page.places()
    # Half of the twenty give 9 or 10, and nobody less than 7.
    for words in (
        "Controllable share 50 % gave a main reason that is in your hands",
        "20 to 49 answers, likely 30 % to 70 %",
        "Candidate NPS +50",
        "All answers.",
        "What can be changed first",
        "What stands out",
        "No difference is detectable: chance alone explains it.",
        "A process that took too long 50 %",
        FIRST_STEPS["PROCESS_SLOW"],
        "Reasons that candidates gave",
        "How convincing did you find these?",
        "The team",
    ):
        assert words in page.text, words
    # What cannot be changed is a reason, and nothing to begin with.
    assert page.text.index("Base pay") > page.text.index("Reasons that candidates gave")
    # Once more in the hidden words of the link that proposes an action against it.
    assert page.text.count("A process that took too long") == 5
    assert WITHHELD in page.text
    assert "Identified answers only" not in page.text


@pytest.mark.usefixtures("connection")
async def test_every_chart_says_its_numbers_in_words_and_in_a_table() -> None:
    client = await make_full()
    await publish(client)
    page = await look(client, Role.HR)
    drawn = re.findall(r'<svg class="(?:mark|line)".*?</title>', page.html, re.DOTALL)
    assert len(drawn) > 10
    assert all('role="img"' in one for one in drawn)
    titles = [
        re.sub(r".*<title[^>]*>", "", one, flags=re.DOTALL)[: -len("</title>")] for one in drawn
    ]
    assert "A process that took too long: 50\xa0%, 95 % interval 30\xa0% to 70\xa0%" in titles
    # In this month, seven offers were accepted, and three declined beside the twenty asked why.
    newest = window()[1] - timedelta(days=1)
    assert f'<desc id="line-desc">Newest: 77\xa0% in {newest:%B %Y}.' in page.html
    table = re.search(r"All reasons as a table.*?</table>", page.html, re.DOTALL)
    assert table is not None
    assert table[0].count("<tr>") == 1 + len(REASONS)
    months = re.search(r"Decline rate by month: table.*?</table>", page.html, re.DOTALL)
    assert months is not None
    assert months[0].count("<tr>") == 1 + 24
    assert "style=" not in page.html
    assert "<script" not in page.html


@pytest.mark.usefixtures("connection")
async def test_a_department_and_a_period_can_be_chosen_by_those_who_may() -> None:
    client = await make_full()
    for _ in range(2):
        await answer(client, ATTRIBUTED, department=FINANCE)
    await publish(client)
    whole = "Whole organisation"
    for role, choices in {
        Role.CONSULTANT: [whole, ENGINEERING, FINANCE],
        Role.HR: [whole, ENGINEERING, FINANCE],
        Role.HIRING_MANAGER: [whole, ENGINEERING],
        Role.LEADERSHIP: [],
    }.items():
        page = await look(client, role)
        assert (page.status, options(page, "segment")) == (200, choices)
        assert "Controllable share" in page.text
    ends_on = window()[1].isoformat()
    page = await look(client, Role.HIRING_MANAGER, f"?edition={ends_on}&segment={ENGINEERING}")
    assert f'<option value="{ENGINEERING}" selected>' in page.html
    assert f'<option value="{ends_on}" selected>' in page.html
    assert "Response rate" not in page.text
    # Empty is what a form sends for what was not chosen.
    assert (await look(client, Role.HR, "?edition=&segment=")).status == 200
    unknown = [
        await look(client, Role.HIRING_MANAGER, query)
        for query in (
            f"?segment={FINANCE}",
            "?segment=Nowhere",
            "?edition=2020-01-01",
            "?edition=yesterday",
        )
    ]
    assert {page.status for page in unknown} == {404}
    # Each look is by a session of its own, and its seal is all that differs.
    assert len({re.sub(r'name="csrf" value="[^"]+"', "", page.html) for page in unknown}) == 1


@pytest.mark.usefixtures("connection")
async def test_too_few_answers_are_said_in_words() -> None:
    client = await make_year_old_client()
    for _ in range(4):
        await answer(client, ATTRIBUTED, reasons=("TEAM_FIT",))
    await publish(client)
    for role in client.people:
        page = await look(client, role)
        assert page.status == 200
        # Once for the page, and once each for the NPS and the controllable share.
        assert page.text.count(WITHHELD) >= 3
        assert "nobody is told whether few or none have answered" in page.text
        assert "Fit with the team" not in page.text
        assert "Reasons that candidates gave" not in page.text
    page = await look(client, Role.HR, f"?segment={ENGINEERING}")
    assert "look at the whole organisation, which may show more" in page.text


@pytest.mark.usefixtures("connection")
async def test_identified_answers_only_is_explained() -> None:
    client = await make_year_old_client()
    for confidentiality in (*(ATTRIBUTED,) * 5, *(CONFIDENTIAL,) * 4):
        await answer(client, confidentiality)
    await publish(client)
    page = await look(client, Role.HR)
    assert "These figures rest on answers that were given with a name." in page.text
    assert "which of the two is not told" in page.text
    assert "5 to 9 answers" in page.text
    assert "10 to 19 answers" not in page.text


@pytest.mark.usefixtures("connection")
async def test_before_the_first_edition_offers_speak() -> None:
    client = await make_client()
    await record_history(client, months=24, accepted=8)
    page = await look(client, Role.HR)
    assert "The first edition is still to come" in page.text
    assert "Decline rate 20 % of offers declined or left unanswered" in page.text
    assert "What can be changed first" not in page.text
    assert (await look(await make_client(), Role.HR)).text.count(
        "There is no month with enough offers to show."
    ) == 1


@pytest.mark.usefixtures("connection")
async def test_another_organisation_has_no_such_page() -> None:
    client, other = await make_client(), await make_client()
    browser = await session_of(other.hr)
    page = await browser.get(f"/console/{client.slug}/why")
    assert page.status == 404
    assert client.slug not in page.html


def shown(value: float, **changes: Any) -> dict[str, Any]:
    """Return a figure as the API shows it."""
    return {
        "__typename": "Figure",
        "value": value,
        "relation": "EXACT",
        "unit": "SHARE",
        "lower": None,
        "upper": None,
        "base": "FROM_20",
        "note": None,
        **changes,
    }


def organisation(**changes: Any) -> dict[str, Any]:
    """Return what the API says of an organisation of which everything is known and withheld."""
    withheld = {"__typename": "Suppressed", "message": WITHHELD}
    insights: dict[str, Any] = {
        "segment": None,
        "coverage": "ALL_ANSWERS",
        "segments": [],
        "from": "2025-11",
        "to": "2026-10",
        "edition": {"endsOn": "2026-11-01", "publishedAt": "2026-11-02T03:00:00+00:00"},
        "declineRate": shown(0.174),
        "responseRate": withheld,
        "candidateNps": withheld,
        "controllableShare": withheld,
        "openness": None,
        "declineRateOverTime": [],
        "declineRateTrend": {"message": "No change detectable."},
        "reasons": [],
        "questions": [],
    }
    months = [
        {"month": f"2026-{month:02}", "signal": "WITHIN", "statistic": shown(0.2)}
        for month in range(1, 11)
    ]
    return {
        "editions": {"nodes": [{"from": "2025-11", "to": "2026-10", "endsOn": "2026-11-01"}]},
        "insights": insights | {"declineRateOverTime": months} | changes,
        "editionChanges": None,
        "standouts": [],
        "benchmarks": None,
    }


def reason(code: str, share: dict[str, Any], controllability: str = "CONTROLLABLE") -> Any:
    """Return a reason as the API shows it."""
    return {
        "reason": code,
        "controllability": controllability,
        "wording": code.lower(),
        "share": share,
    }


def test_the_median_of_peers_stands_beside_a_figure_where_there_is_one() -> None:
    withheld = {"__typename": "Suppressed", "message": WITHHELD}
    found = organisation(reasons=[reason("PROCESS_SLOW", shown(0.3, lower=0.2, upper=0.42))])
    peers = {"title": "Technology"}
    found["benchmarks"] = [
        {"metric": {"key": "DECLINE_RATE"}, "peerGroup": peers, "median": shown(0.21)},
        {"metric": {"key": "REASON_PROCESS_SLOW"}, "peerGroup": peers, "median": shown(0.1)},
        {"metric": {"key": "CANDIDATE_NPS"}, "peerGroup": None, "median": withheld},
    ]
    view = make_view(found)
    assert view.peers == "Technology"
    assert [one.benchmark for one in view.headlines] == ["21\xa0%", "", "", ""]
    assert view.series.benchmark == ("21\xa0%", 30.0)
    # The axis goes to 60 %, the smallest round end that holds the interval.
    (row,) = view.reasons
    assert row.bar is not None
    assert (row.bar.place, row.bar.lower, row.bar.upper, row.bar.benchmark) == (60, 40, 84, 20)
    assert make_view(organisation()).peers == ""


def test_only_what_was_named_by_more_than_one_is_drawn_and_what_can_be_changed_is_first() -> None:
    view = make_view(
        organisation(
            reasons=[
                reason("PAY_BASE", shown(0.5), "HARD_TO_CHANGE"),
                reason("PROCESS_SLOW", shown(0.4, lower=0.3, upper=0.5)),
                reason("TEAM_FIT", shown(0.25, lower=0.2, upper=0.29)),
                reason("CULTURE", shown(0.1, relation="AT_MOST")),
                reason("GROWTH", shown(0.0)),
            ]
        )
    )
    assert [one.label for one in view.reasons] == ["pay_base", "process_slow", "team_fit"]
    assert [one.label for one in view.first] == ["process_slow", "team_fit"]
    assert len(view.all_reasons) == 5
    assert view.is_settled
    overlapping = make_view(
        organisation(
            reasons=[
                reason("PROCESS_SLOW", shown(0.4, lower=0.2, upper=0.6)),
                reason("TEAM_FIT", shown(0.3, lower=0.1, upper=0.5)),
            ]
        )
    )
    assert not overlapping.is_settled


def test_what_changed_is_told_surest_first_and_chance_is_called_chance() -> None:
    found = organisation()
    assert make_view(found).changes is None
    found["editionChanges"] = {
        "message": "1 share changed for certain.",
        "before": {"from": "2024-11", "to": "2025-10"},
        "changes": [
            {"certainty": "CERTAIN", "message": "sure"},
            *({"certainty": "NOT_CERTAIN", "message": f"chance {one}"} for one in range(5)),
            {"certainty": "NOT_COMPARABLE", "message": "few"},
        ],
    }
    changes = make_view(found).changes
    assert changes is not None
    assert (changes.since, changes.message) == (
        "November 2024 to October 2025",
        "1 share changed for certain.",
    )
    assert (changes.certain, changes.others) == (("sure",), ("chance 0", "chance 1", "chance 2"))


def test_everything_that_can_be_changed_has_a_first_step() -> None:
    can = {
        reason.value
        for reason, facts in REASONS.items()
        if facts.controllability is Controllability.CONTROLLABLE
    }
    assert set(FIRST_STEPS) == can
    assert set(BENCHMARKED) <= set(METRICS)


@pytest.mark.parametrize(
    ("statistic", "words"),
    [
        (shown(0.17), "17\xa0%"),
        (shown(0.2, relation="AT_MOST"), "at most 20\xa0%"),
        (shown(0.8, relation="AT_LEAST"), "at least 80\xa0%"),
        (shown(0.1731), "17\xa0%"),
        (shown(30.0, unit="POINTS"), "+30"),
        (shown(-10.0, unit="POINTS"), "\N{MINUS SIGN}10"),
        (shown(-0.4, unit="POINTS"), "0"),
        (shown(3.9, unit="SCALE"), "3.9"),
        (shown(12.0, unit="DAYS"), "12\xa0days"),
        (shown(1.0, unit="DAYS"), "1\xa0day"),
        ({"__typename": "Suppressed", "message": WITHHELD}, WITHHELD),
    ],
)
def test_a_figure_in_words(statistic: dict[str, Any], words: str) -> None:
    assert figure(statistic) == words


def test_intervals_and_bases_in_words() -> None:
    withheld = {"__typename": "Suppressed", "message": WITHHELD}
    assert interval(shown(0.3, lower=0.0894, upper=0.5319)) == "9\xa0% to 53\xa0%"
    assert (interval(shown(0.3)), interval(withheld), base(withheld)) == ("", "", "")
    assert base(shown(0.3)) == "20 to 49 answers"
    assert base(shown(0.3, base="FROM_100"), "offers") == "100 or more offers"
    assert amount(0.25, "SHARE") == "25\xa0%"


def test_a_scale_and_its_bars() -> None:
    scale = share_scale([0.12, 0.31])
    assert (scale.highest, scale.ticks()) == (
        0.4,
        [(0.0, 0.0), (0.1, 25.0), (0.2, 50.0), (0.3, 75.0), (0.4, 100.0)],
    )
    assert (share_scale([]).highest, share_scale([1.0]).highest) == (0.1, 1.0)
    bar = make_bar(scale, 0.2, lower=0.1, upper=0.5, benchmark=0.3)
    assert (bar.place, bar.lower, bar.upper, bar.span, bar.benchmark) == (50, 25, 100, 75, 75)
    bare = make_bar(Scale(1, 5), 4.0, lower=None, upper=None)
    assert (bare.place, bare.lower, bare.span, bare.benchmark) == (75, None, 0, None)


def test_a_line_breaks_where_nothing_is_known() -> None:
    line = make_line(
        [Point(0, 0.2, 0.1, 0.3), Point(1, 0.3, 0.2, 0.4), Point(2, None), Point(3, 0.1, 0.0, 0.2)]
    )
    assert line.scale.highest == 0.3
    assert line.dots == ((0, 12.5, 33.33), (1, 37.5, 0.0), (3, 87.5, 66.67))
    assert line.paths == ("12.5,33.33 37.5,0.0",)
    # There and back: upper ends from left to right, lower ones from right to left.
    assert line.bands == ("12.5,0.0 37.5,0.0 37.5,33.33 12.5,66.67",)
    assert line.rules == ((0.0, 100.0), (0.1, 66.67), (0.2, 33.33), (0.3, 0.0))
