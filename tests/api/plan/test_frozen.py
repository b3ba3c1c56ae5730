"""Figures of editions are read and written once, and never shown when they are withheld by now."""

import json
from typing import Any

import pytest
from sqlalchemy import text

from api import plan
from api.plan import frozen
from tenants import db
from tenants.access import Role, Viewer
from tenants.insights.queries import kept
from tenants.work import Session
from tests.api.insight_world import ATTRIBUTED, answer, make_year_old_client, publish
from tests.api.plan.ways import ordinary, planned
from tests.factories import Client

pytestmark = pytest.mark.usefixtures("connection")

INSIGHTS = """query ($slug: String!, $language: String) { organisation(slug: $slug) { insights {
  coverage candidateNps { ...S } questions { code wording(language: $language) mean { ...S }
  distribution { options share { ...S } } } } } }
  fragment S on Statistic { __typename ... on Figure { value } }"""


async def _published() -> Client:
    client = await make_year_old_client()
    for _ in range(6):
        await answer(client, ATTRIBUTED)
    await publish(client)
    return client


async def _withhold(session: Session, viewer: Viewer) -> None:
    """Do to the edition what withdrawals do to it."""
    (organisation_id,) = viewer.roles
    await session.execute(
        text(
            "UPDATE edition_cells SET figures = figures - 'CANDIDATE_NPS'"
            " WHERE organisation_id = :organisation"
        ),
        {"organisation": organisation_id},
    )


async def _read(client: Client, role: Role, **variables: Any) -> Any:
    """Return an answer by plan, once it is seen to be what the ordinary way gives."""
    given = {"slug": client.slug, **variables}
    viewer = client.people[role]
    outcome, answered = await planned(viewer, INSIGHTS, given)
    assert (outcome, answered) == (plan.PLANNED, await ordinary(viewer, INSIGHTS, given))
    return json.loads(answered)["data"]["organisation"]["insights"]


async def test_what_is_withheld_later_is_withheld_at_once() -> None:
    client = await _published()
    before = await _read(client, Role.CONSULTANT)
    assert before["candidateNps"]["__typename"] == "Figure"
    await db.run(_withhold, client.job)
    after = await _read(client, Role.CONSULTANT)
    assert after == {**before, "candidateNps": {"__typename": "Suppressed"}}


async def test_each_role_and_language_has_its_own() -> None:
    client = await _published()
    whole = (await _read(client, Role.CONSULTANT))["questions"]
    part = (await _read(client, Role.LEADERSHIP))["questions"]
    assert {one["code"] for one in whole} > {one["code"] for one in part}
    english, german = [
        (await _read(client, Role.CONSULTANT, language=language))["questions"][0]["wording"]
        for language in ("en", "de")
    ]
    assert english != german


async def test_an_edition_is_sent_and_written_once(monkeypatch: pytest.MonkeyPatch) -> None:
    client = await _published()
    # A document is kept, and with it what its plan wrote, once it has come twice.
    for _ in range(2):
        first = await _read(client, Role.CONSULTANT)

    def refuse(*_: Any) -> Any:
        pytest.fail("it was kept already")

    monkeypatch.setattr(frozen._texts, "keep", refuse)
    monkeypatch.setattr(kept, "keep", refuse)
    assert await _read(client, Role.CONSULTANT) == first
