"""How editions are made, set through the API: by whom, from when on, and never below the floors."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tenants.access import Role, Viewer
from tenants.db import run
from tenants.disclosure.rules import Dimension, EditionRules
from tenants.insights.settings import rules_of
from tenants.insights.windows import Window, length_of, month_of, months_after
from tenants.organisations.insight_models import InsightSettings
from tenants.organisations.insight_settings import NUMBERS, numbers_since
from tenants.work import Session
from tests.api.conftest import Ask
from tests.api.insight_world import (
    ATTRIBUTED,
    CONFIDENTIAL,
    ENGINEERING,
    answer,
    hire_for,
    make_year_old_client,
    publish,
    window,
)
from tests.api.world import organisation_id_of
from tests.factories import Client
from tests.tenants.insights.answered import add_response

pytestmark = pytest.mark.usefixtures("connection")

RULES = """windowMonths minimum distributionMinimum responseRateMinimum excerptRespondents
  excerptHidden"""
SETTINGS = f"""revision viewerCanUpdate dimension startsOn windowStartsOn windowEndsOn
  windowDimension wanted {{ {RULES} }} rules {{ {RULES} }} floors {{ {RULES} }}
  protection {{ title text }}"""
CHANGE = f"""mutation ($input: UpdateInsightSettingsInput!) {{ updateInsightSettings(input: $input)
  {{ settings {{ {SETTINGS} }} userErrors {{ code message field }} }} }}"""
READ = f"""query ($slug: String!) {{ organisation(slug: $slug) {{
  insightSettings {{ {SETTINGS} }}
  insights {{ segments edition {{ dimension rules {{ {RULES} }} }} }}
  editions {{ nodes {{ endsOn dimension segments rules {{ minimum windowMonths }} }} }}
  auditEvents(first: 5) {{ nodes {{ action actorRole }} }} }} }}"""


async def change(ask: Ask, viewer: Viewer, client: Client, **given: Any) -> dict[str, Any]:
    said = {"organisationId": organisation_id_of(client), "revision": 0, **given}
    payload: dict[str, Any] = (await ask(viewer, CHANGE, input=said))["data"][
        "updateInsightSettings"
    ]
    return payload


async def look(ask: Ask, viewer: Viewer, client: Client) -> dict[str, Any]:
    found: dict[str, Any] = (await ask(viewer, READ, slug=client.slug))["data"]["organisation"]
    return found


async def test_what_is_decided_is_in_force_from_the_next_window_on(ask: Ask) -> None:
    client = await make_year_old_client()
    before = await look(ask, client.hr, client)
    begins, ends = window()
    standing = before["insightSettings"]
    assert (standing["revision"], standing["startsOn"]) == (0, None)
    assert (standing["windowStartsOn"], standing["windowEndsOn"]) == (str(begins), str(ends))
    assert standing["rules"] == standing["floors"] == standing["wanted"]
    for number in range(6):
        await answer(client, ATTRIBUTED if number else CONFIDENTIAL)
    said = await change(
        ask, client.consultant, client, dimension="LOCATION", windowMonths=6, minimum=6
    )
    settings = said["settings"]
    assert (settings["revision"], settings["dimension"]) == (1, "LOCATION")
    # The window that is under way stays as it was going to be; a raised number holds at once.
    assert (settings["startsOn"], settings["windowEndsOn"]) == (str(ends), str(ends))
    assert settings["windowDimension"] == "DEPARTMENT"
    assert settings["rules"] == {**standing["rules"], "minimum": 6}
    words = " ".join(one["text"] for one in settings["protection"])
    assert "figures of at least 6 people" in words
    assert "published for 12 months" in words
    await publish(client)
    after = await look(ask, client.hr, client)
    assert after["insights"]["edition"] == {"dimension": "DEPARTMENT", "rules": settings["rules"]}
    # Five identified ones are no crowd of six.
    assert after["editions"]["nodes"][0]["segments"] == []
    acts = [(one["action"], one["actorRole"]) for one in after["auditEvents"]["nodes"]]
    assert ("EDITIONS_SET", "CONSULTANT") in acts


async def test_who_decides_and_what_is_refused(ask: Ask) -> None:
    client = await make_year_old_client()
    assert (await change(ask, client.consultant, client, minimum=6))["userErrors"] == []
    for field, number in (
        ("minimum", 4),
        ("distributionMinimum", 9),
        ("responseRateMinimum", 19),
        ("excerptRespondents", 7),
        ("excerptHidden", 4),
        ("windowMonths", 1),
        ("minimum", 1001),
    ):
        refused = await change(ask, client.consultant, client, revision=1, **{field: number})
        assert [(one["code"], one["field"]) for one in refused["userErrors"]] == [
            ("INVALID_INPUT", [field])
        ]
    stale = await change(ask, client.consultant, client, minimum=7)
    assert [one["code"] for one in stale["userErrors"]] == ["CONFLICT"]
    # The firm decides while it serves; saying the same again is no other version.
    given = {"organisationId": organisation_id_of(client), "revision": 1}
    refusal = (await ask(client.hr, CHANGE, input=given))["errors"][0]
    assert refusal["extensions"]["code"] == "FORBIDDEN"
    again = await change(ask, client.consultant, client, minimum=6)
    assert again["settings"]["revision"] == 1
    for role, viewer in client.people.items():
        seen = (await look(ask, viewer, client))["insightSettings"]
        assert seen["viewerCanUpdate"] is (role is Role.CONSULTANT), role


@pytest.mark.parametrize("floor", NUMBERS)
async def test_the_database_and_the_library_keep_the_floors(floor: str) -> None:
    client = await make_year_old_client()
    low = {**EditionRules().to_json(), floor: 4}
    with pytest.raises(ValueError, match=r"not be below|needs"):
        EditionRules(**low)

    async def add(session: Session, _viewer: Viewer) -> None:
        session.add(
            InsightSettings(
                organisation_id=client.organisation_id,
                number=1,
                starts_on=date(2026, 1, 1),
                decided_on=date(2026, 1, 1),
                dimension=Dimension.DEPARTMENT,
                **low,
            )
        )
        await session.flush()

    with pytest.raises(IntegrityError, match=f"ck_insight_settings_{floor}"):
        await run(add, client.job)


async def test_editions_by_location_have_their_own_cells_and_readers(ask: Ask) -> None:
    client = await make_year_old_client()
    begins, _ = window()
    for segment, dimension, count in (
        ("Berlin", "LOCATION", 6),
        ("Paris", "LOCATION", 7),
        (ENGINEERING, "DEPARTMENT", 6),
    ):
        for _ in range(count):
            await add_response(client, begins, segment=segment)
        await run(_tag, client.job, segment, dimension)
    await run(_decide, client.job, client, begins)
    await answer(client, ATTRIBUTED)
    await run(_located, client.job)
    await hire_for(client, ENGINEERING)
    await publish(client)
    found = await look(ask, client.hr, client)
    # Who waited by department has no value of this dimension.
    assert set(found["editions"]["nodes"][0]["segments"]) == {"Berlin", "Paris"}
    assert found["insights"]["edition"]["dimension"] == "LOCATION"
    assert set(found["insights"]["segments"]) == {"Berlin", "Paris"}
    own = await look(ask, client.hiring_manager, client)
    assert own["insights"]["segments"] == ["Berlin"]
    assert own["editions"]["nodes"][0]["segments"] == ["Berlin"]


async def _tag(session: Session, _viewer: Viewer, segment: str, dimension: str) -> None:
    await session.execute(
        text("UPDATE responses SET dimension = :dimension WHERE segment = :segment"),
        {"dimension": dimension, "segment": segment},
    )


async def _located(session: Session, _viewer: Viewer) -> None:
    await session.execute(text("UPDATE requisitions SET location = 'Berlin'"))


async def _decide(session: Session, _viewer: Viewer, client: Client, day: date) -> None:
    session.add(
        InsightSettings(
            organisation_id=client.organisation_id,
            number=1,
            starts_on=day,
            decided_on=day,
            dimension=Dimension.LOCATION,
            **EditionRules().to_json(),
        )
    )


def _version(day: date, minimum: int, months: int = 12) -> InsightSettings:
    numbers = {**EditionRules().to_json(), "minimum": minimum, "window_months": months}
    return InsightSettings(starts_on=day, decided_on=day, dimension=Dimension.DEPARTMENT, **numbers)


def test_a_lowered_minimum_holds_for_nobody_who_may_have_answered_before() -> None:
    high, low = _version(date(2023, 5, 1), 9), _version(date(2025, 6, 10), 5)
    assert numbers_since([high, low], date(2025, 7, 1))["minimum"] == 5
    assert numbers_since([high, low], date(2025, 6, 1))["minimum"] == 9
    # Raised after the window began, it holds for it.
    assert numbers_since([low, high], date(2022, 1, 1))["minimum"] == 9
    year = Window(date(2027, 7, 1), date(2028, 7, 1))
    # An anonymous submission may have been sent two years before its window began.
    assert rules_of([high, low], year).minimum == 5
    assert rules_of([high, low], Window(date(2027, 6, 1), date(2028, 6, 1))).minimum == 9
    # Somebody who waits answered earlier still.
    assert rules_of([high, low], year, oldest=date(2027, 5, 1)).minimum == 9


def test_shorter_windows_need_a_year_that_was_full_enough() -> None:
    start = month_of(datetime.now(UTC).date())
    full = {months_after(start, -back): 7 for back in range(1, 13)}
    assert [length_of(wanted, start, full) for wanted in (12, 6, 3)] == [12, 6, 3]
    # One quarter has 19: half a year is still full enough.
    thin = full | {months_after(start, -1): 5}
    assert [length_of(wanted, start, thin) for wanted in (12, 6, 3)] == [12, 6, 6]
    assert [length_of(wanted, start, {}) for wanted in (12, 6, 3)] == [12, 12, 12]
