"""The codebook through the API: the shared themes, and what an organisation says over them."""

from typing import Any

import pytest

from tenants.access import Viewer
from tests.api.conftest import Ask
from tests.api.insight_world import ATTRIBUTED, answer, make_year_old_client, publish
from tests.api.world import organisation_id_of
from tests.factories import Client, make_client

pytestmark = pytest.mark.usefixtures("connection")

READ = """query ($slug: String!) { organisation(slug: $slug) { codebook {
  code label(language: "de") controllability audience isRetired level
  wordings { language label description } } } }"""
SAVE = """mutation ($input: SaveThemeInput!) { saveTheme(input: $input) {
  theme { code label(language: "en") description controllability audience isRetired level }
  userErrors { code message field } } }"""


async def read(ask: Ask, viewer: Viewer, client: Client) -> dict[str, Any]:
    answer = await ask(viewer, READ, slug=client.slug)
    return {one["code"]: one for one in answer["data"]["organisation"]["codebook"]}


async def save(ask: Ask, client: Client, **given: Any) -> Any:
    given["organisationId"] = organisation_id_of(client)
    return (await ask(client.consultant, SAVE, input=given))["data"]["saveTheme"]


async def test_an_organisation_overrides_adds_and_retires(ask: Ask) -> None:
    client, other = await make_client(), await make_client()
    before = await read(ask, client.leadership, client)
    pay = before["PAY_BASE"]
    assert (pay["label"], pay["controllability"]) == ("Grundgehalt", "HARD_TO_CHANGE")
    wordings = [{"language": "en", "label": "Our pay bands", "description": "Bands A to F."}]
    said = await save(
        ask, client, code="PAY_BASE", wordings=wordings, controllability="CONTROLLABLE"
    )
    assert said["userErrors"] == []
    assert said["theme"] == {
        "code": "PAY_BASE",
        "label": "Our pay bands",
        "description": "Bands A to F.",
        "controllability": "CONTROLLABLE",
        "audience": "ORGANISATION",
        "isRetired": False,
        "level": "ORGANISATION",
    }
    # What is not said again stays; the German label was never said here.
    said = await save(ask, client, code="PAY_BASE", isRetired=True)
    assert (said["theme"]["label"], said["theme"]["isRetired"]) == ("Our pay bands", True)
    await save(
        ask,
        client,
        code="PARKING",
        wordings=[{"language": "de", "label": "Parkplätze"}],
        controllability="CONTROLLABLE",
        audience="ORGANISATION",
    )
    after = await read(ask, client.hiring_manager, client)
    assert set(after) == {*before, "PARKING"}
    assert (after["PAY_BASE"]["label"], after["PAY_BASE"]["level"]) == (
        "Grundgehalt",
        "ORGANISATION",
    )
    # An empty text falls back to the shared one.
    said = await save(
        ask, client, code="PAY_BASE", wordings=[{"language": "en", "label": ""}], isRetired=False
    )
    assert (said["theme"]["label"], said["theme"]["isRetired"]) == ("Base pay", False)
    assert await read(ask, other.hr, other) == before


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"code": "pay"}, ["code"]),
        ({"code": "P"}, ["code"]),
        ({"code": "PARKING"}, ["wordings"]),
        ({"code": "PARKING", "wordings": [{"language": "en", "label": "x"}]}, ["controllability"]),
        (
            {
                "code": "PARKING",
                "wordings": [{"language": "en", "label": "x"}],
                "controllability": "CONTROLLABLE",
            },
            ["audience"],
        ),
        (
            {"code": "PAY_BASE", "wordings": [{"language": "English", "label": "x"}]},
            ["wordings", "language"],
        ),
        (
            {"code": "PAY_BASE", "wordings": [{"language": "en", "label": "x" * 121}]},
            ["wordings", "label"],
        ),
    ],
)
async def test_what_cannot_be_is_refused_and_nothing_is_kept(
    ask: Ask, given: dict[str, Any], field: list[str]
) -> None:
    client = await make_client()
    before = await read(ask, client.hr, client)
    said = await save(ask, client, **given)
    assert said["theme"] is None
    assert [(one["code"], one["field"]) for one in said["userErrors"]] == [("INVALID_INPUT", field)]
    assert await read(ask, client.hr, client) == before
    log = await ask(
        client.consultant,
        "query ($s: String!) { organisation(slug: $s) { auditEvents { nodes { action } } } }",
        s=client.slug,
    )
    actions = [one["action"] for one in log["data"]["organisation"]["auditEvents"]["nodes"]]
    assert "THEME_CHANGED" not in actions


async def test_what_can_be_changed_is_counted_as_the_organisation_says_then(ask: Ask) -> None:
    client = await make_year_old_client()
    for number in range(8):
        await answer(client, ATTRIBUTED, reasons=["PAY_BASE" if number < 4 else "OTHER_OFFER"])
    await save(ask, client, code="PAY_BASE", controllability="CONTROLLABLE")
    await publish(client)
    # What is said afterwards counts in the next edition.
    await save(ask, client, code="PAY_BASE", controllability="OUTSIDE_CONTROL")
    found = (
        await ask(
            client.leadership,
            """query ($slug: String!) { organisation(slug: $slug) { insights {
              controllableShare { ... on Figure { value relation } }
              reasons { reason controllability } } } }""",
            slug=client.slug,
        )
    )["data"]["organisation"]["insights"]
    assert found["controllableShare"] == {"value": 0.5, "relation": "EXACT"}
    reasons = {one["reason"]: one["controllability"] for one in found["reasons"]}
    assert (reasons["PAY_BASE"], reasons["BENEFITS"]) == ("CONTROLLABLE", "HARD_TO_CHANGE")
