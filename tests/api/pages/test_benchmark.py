"""The page "Compared with peers": what is drawn is what is published, and silence is said."""

import re
from html import unescape
from typing import Any

import pytest
from sqlalchemy import select

from api.pages.benchmark import make_view
from api.pages.benchmark_part import CONSENT
from tenants.access import Viewer
from tenants.benchmarks.methodology import describe_methodology
from tenants.benchmarks.models import BenchmarkConsent
from tenants.db import run
from tenants.work import Session
from tests.api.pages.browsing import Page, session_of
from tests.api.pages.conftest import Site
from tests.api.pages.test_library_page import form_of
from tests.factories import make_client
from tests.tenants.benchmarks.town import (
    Member,
    look,
    make_firm,
    make_release,
    make_town,
    record_offers,
)

EXACT: dict[str, Any] = {"__typename": "Figure", "relation": "EXACT", "lower": None, "upper": None}


async def see(member: Member, clients: list[Member]) -> Page:
    """Return the page as a consultant of a firm with these clients sees it."""
    _, consultant = await make_firm(clients)
    await look([member])
    await make_release()
    return await (await session_of(consultant)).get(f"/console/{member.slug}/benchmark")


@pytest.mark.usefixtures("connection")
async def test_bands_the_median_and_the_own_place_are_drawn_and_no_member() -> None:
    members = await make_town([0.02 * at for at in range(25)])
    one = members[5]
    await record_offers(one, declined=3, accepted=12)
    page = await see(one, [one])
    assert page.status == 200
    assert "Compared with peers" in page.places()
    (drawn,) = re.findall(r'<svg class="mark" role="img".*?</svg>', page.html, re.DOTALL)
    (said,) = re.findall(r"<title>(.*?)</title>", drawn)
    assert said.replace("\xa0", " ") == (
        "Decline rate: yours 20 %; tenth percentile of peers 4 %; lower quartile of peers 11 %;"
        " median of peers 24 %; upper quartile of peers 37 %; ninetieth percentile of peers 44 %"
    )
    # The axis ends at one half: each stands at twice its share.
    assert 'class="tails" x="8.0%" width="80.0%"' in drawn
    assert 'class="span" x="22.0%" width="52.0%"' in drawn
    assert 'class="peers" x1="48.0%" x2="48.0%"' in drawn
    assert re.findall(r'<circle class="dot" cx="([\d.]+)%"', drawn) == ["40.0"]
    assert re.findall(r"<(\w+) ", drawn).count("rect") == 3
    assert "20 to 49 others" in page.text
    assert "style=" not in page.html
    assert "<script" not in page.html


@pytest.mark.usefixtures("connection")
async def test_a_withheld_one_says_the_same_to_whoever_knows_too_many() -> None:
    members = await make_town([0.1 * at for at in range(9)])
    page = await see(members[0], members[:5])
    assert page.status == 200
    assert '<svg class="mark"' not in page.html
    assert "At least 5 other organisations are needed." in page.text
    assert "Which rule withheld it is not told" in page.text


@pytest.mark.usefixtures("connection")
async def test_whoever_is_not_compared_is_told_what_to_do_and_others_find_nothing() -> None:
    client, stranger = await make_client(), await make_client()
    page = await (await session_of(client.hr)).get(f"/console/{client.slug}/benchmark")
    assert page.status == 200
    assert "There is nothing to compare yet" in page.text
    assert "at least 90 days old" in page.text
    page = await (await session_of(stranger.hr)).get(f"/console/{client.slug}/benchmark")
    assert page.status == 404


@pytest.mark.usefixtures("connection")
async def test_hr_joins_reads_what_goes_in_and_leaves() -> None:
    client = await make_client()
    address = f"/console/{client.slug}/benchmark"
    hr, leader = await session_of(client.hr), await session_of(client.leadership)
    page = await hr.get(address)
    assert "your organisation does not take part, and nothing of it goes in" in page.text
    assert CONSENT in page.text
    assert "We agree, and take part" in page.text
    # Leadership reads it and decides nothing; what is posted all the same changes nothing.
    seen = await leader.get(address)
    assert CONSENT in seen.text
    assert "We agree, and take part" not in seen.text
    form = {**form_of(await leader.get(f"/console/{client.slug}/digest")), "part": "join"}
    assert (await leader.post(address, form)).status in {403, 404}
    stale = await hr.post(address, {"csrf": "another", "part": "join"})
    assert stale.status == 403
    assert "does not take part" in (await hr.get(address)).text
    assert (await hr.post(address, {**form_of(page), "part": "join"})).location == address
    page = await hr.get(address)
    assert "Your organisation takes part since" in page.text
    assert "It has given nothing yet" in page.text
    left = await hr.post(address, {**form_of(page), "part": "leave"})
    assert left.location == address
    twice = await hr.post(address, {**form_of(page), "part": "leave"})
    assert twice.status == 409
    assert "The organisation does not take part in the benchmark." in twice.text

    async def agreed_to(session: Session, _viewer: Viewer) -> list[str]:
        return [*await session.scalars(select(BenchmarkConsent.text))]

    assert await run(agreed_to, client.job) == [CONSENT]


@pytest.mark.usefixtures("connection")
async def test_the_page_lists_exactly_what_of_the_own_goes_in() -> None:
    (member,) = await make_town([0.25])
    _, consultant = await make_firm([member])
    page = await (await session_of(consultant)).get(f"/console/{member.slug}/benchmark")
    assert "What it gave for January 2025 to December 2025" in page.text
    assert "Decline rate 25" in page.text


def test_every_unit_has_an_axis_that_holds_what_is_drawn() -> None:
    for unit, lowest, highest, values, ends in (
        ("SHARE", 0, 1, (0.02, 0.04, 0.08), ("0 %", "10 %")),
        ("POINTS", -100, 100, (-20.0, 0.0, 55.0), ("−100", "+100")),
        ("DAYS", 0, None, (7.0, 12.0, 31.0), ("0 days", "40 days")),
        ("SCALE", 1, 5, (2.5, 3.0, 4.1), ("1.0", "5.0")),
    ):
        low, middle, high = (
            {**EXACT, "value": one, "unit": unit, "base": "FROM_5"} for one in values
        )
        hidden = {
            "__typename": "Suppressed",
            "message": "At least 17 other organisations are needed.",
        }
        metric = {"title": "One", "formula": "", "unit": unit, "lowest": lowest, "highest": highest}
        view = make_view(
            [
                {
                    "metric": metric, "release": None, "own": hidden, "median": middle,
                    "lowerQuartile": low, "upperQuartile": high, "p10": hidden, "p90": hidden,
                    "requestedPeerGroup": {"title": "Technology"}, "peerGroup": {"title": "All"},
                    "standing": {"part": 2, "parts": 4},
                }
            ]
        )  # fmt: skip
        (compared,) = view.metrics
        drawing = compared.drawing
        assert drawing is not None
        assert (
            drawing.ticks[0][0].replace("\xa0", " "),
            drawing.ticks[-1][0].replace("\xa0", " "),
        ) == ends
        assert drawing.tails is None
        assert drawing.own is None
        assert drawing.middle is not None
        assert drawing.median is not None
        assert 0 <= drawing.middle.start < drawing.median
        assert drawing.median < drawing.middle.start + drawing.middle.length <= 100
        assert "Too few stand behind “Technology”" in compared.wider
        assert (
            compared.standing == "Among peers: the second quarter, counted from the lowest values."
        )


async def test_the_methodology_says_every_rule_in_force_to_anybody(site: Site) -> None:
    page = unescape((await site.get("/docs/methodology")).text)
    found = describe_methodology()
    for rule in (*found.insights, *found.benchmark):
        assert rule.title in page
        assert rule.text in page
