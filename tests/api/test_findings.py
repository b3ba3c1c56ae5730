"""Findings of the whole organisation, through the schema: of hiding, and of a score."""

from typing import Any

import pytest

from tenants.access import Viewer
from tenants.db import run
from tenants.insights.windows import months_after
from tenants.insights.withdrawals import withdraw_response
from tenants.interviews.models import Confidentiality
from tenants.questionnaires.logic import Answered
from tenants.questionnaires.values import Matrix
from tenants.statistics import newcombe
from tests.api.conftest import Ask
from tests.factories import Client
from tests.tenants.insights.answered import add_response, answers, candidate
from tests.tenants.insights.published import BEGAN, make_old_client, publish

pytestmark = pytest.mark.usefixtures("connection")

ATTRIBUTED, CONFIDENTIAL, _ = Confidentiality
FOUND = """query ($slug: String!, $endsOn: Date, $segment: String) {
  organisation(slug: $slug) { insights(endsOn: $endsOn, segment: $segment) {
    openness { verdict message difference lower upper
      identified { ...shown } hidden { ...shown } }
    questions(concepts: ["ratings.process", "recommendation"]) {
      row ranking { option } importance { ...shown } } } } }
fragment shown on Statistic { __typename
  ... on Figure { value relation unit lower upper base note } ... on Suppressed { message } }"""
FIRST = months_after(BEGAN, 12)


async def look(ask: Ask, viewer: Viewer, client: Client, **variables: Any) -> Any:
    found = await ask(viewer, FOUND, slug=client.slug, endsOn=FIRST.isoformat(), **variables)
    return found["data"]["organisation"]["insights"]


async def say(
    client: Client, confidentiality: Confidentiality, *, reason: str, score: int | None
) -> str:
    """Let one more candidate answer, whose score follows how fast the process was."""
    rated = {"INFORMATION": 3, "SPEED": 3 if score is None else 1 + score // 3}
    given = answers(factors=(reason,), score=score)
    given |= {"process_ratings": Answered(Matrix(rated))}
    return await add_response(client, months_after(BEGAN, 3), confidentiality, given=given)


async def test_findings_of_the_whole_stand_beside_its_figures_until_too_few_are_left(
    ask: Ask,
) -> None:
    client = await make_old_client()
    for number in range(28):
        reason = "OTHER_OFFER" if number % 7 else "PROCESS_SLOW"
        await say(client, ATTRIBUTED, reason=reason, score=number % 11)
    # Of ten hidden ones half give no score.
    codes = [
        await say(
            client,
            CONFIDENTIAL,
            reason="PAY_BASE" if number % 10 < 3 else "TEAM_FIT",
            score=number + 2 if number < 5 else None,
        )
        for number in range(10)
    ]
    await publish(client, as_of=months_after(FIRST, -1))
    found = await look(ask, client.leadership, client)
    openness = found["openness"]
    assert (openness["identified"]["value"], openness["hidden"]["value"]) == (0.14, 0.7)
    assert openness["verdict"] == "MORE_OFTEN"
    expected = newcombe((4, 28), (7, 10))
    assert (openness["difference"], openness["lower"], openness["upper"]) == pytest.approx(
        (expected.value, expected.interval.lower, expected.interval.upper), abs=1e-4
    )
    assert "the two go together, and that is all that this says" in openness["message"]
    # Leadership reads no rating of the process, and so nothing that follows from one.
    assert [(one["row"], one["importance"]) for one in found["questions"]] == [(None, None)]

    def importance(found: Any) -> dict[str, Any]:
        return {one["row"]: one["importance"] for one in found["questions"] if one["row"]}

    rated = importance(await look(ask, client.hr, client))
    speed = rated["SPEED"]
    assert (speed["value"], speed["relation"], speed["unit"]) == (0.9, "AT_LEAST", "CORRELATION")
    assert (speed["base"], speed["note"]) == ("FROM_20", "All answers.")
    # What everybody rated alike goes together with nothing.
    withheld = {"__typename": "Suppressed", "message": "At least 30 answers are needed."}
    assert rated["INFORMATION"] == withheld
    part = await look(ask, client.hr, client, segment="Engineering")
    assert part["openness"] is None
    assert set(map(str, importance(part).values())) == {"None"}

    # Nine hidden ones are left, but four behind the score.
    await run(withdraw_response, candidate(client), receipt_code=codes[0])
    after = await look(ask, client.hr, client)
    assert after["openness"] == openness
    assert importance(after)["SPEED"] == withheld
    for code in codes[1:6]:
        await run(withdraw_response, candidate(client), receipt_code=code)
    gone = await look(ask, client.hr, client)
    assert (gone["openness"]["verdict"], gone["questions"]) == ("NOT_COMPARABLE", [])
    assert gone["openness"]["hidden"]["__typename"] == "Suppressed"
