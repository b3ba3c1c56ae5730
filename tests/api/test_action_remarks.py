"""What candidates said, beside the action that answers it and in the digest, if it was released."""

from typing import Any

import pytest

from tenants.access import Viewer
from tests.api.action_world import make_action
from tests.api.conftest import Ask
from tests.api.excerpt_world import desk, read, release, take, write
from tests.api.insight_world import ATTRIBUTED, CONFIDENTIAL, make_year_old_client, publish
from tests.api.world import organisation_id_of
from tests.factories import Client

pytestmark = pytest.mark.usefixtures("connection")

LOOK = """query ($id: ID!) { node(id: $id) { ... on Organisation {
  actions { nodes { title remarks { text themes } } } digest { remarks { text } } } } }"""


async def look(ask: Ask, viewer: Viewer, client: Client) -> tuple[dict[str, list[str]], list[str]]:
    """Return the remarks beside each action by its title, and those of the digest."""
    answer = await ask(viewer, LOOK, id=organisation_id_of(client))
    assert "errors" not in answer, answer["errors"]
    node: dict[str, Any] = answer["data"]["node"]
    beside = {
        one["title"]: sorted(each["text"] for each in one["remarks"])
        for one in node["actions"]["nodes"]
    }
    return beside, sorted(one["text"] for one in node["digest"]["remarks"])


async def test_remarks_are_those_that_the_role_may_read_and_go_with_them(ask: Ask) -> None:
    client = await make_year_old_client()
    await make_action(client, title="Faster", themes=["PROCESS_SLOW"])
    await make_action(client, title="Team", themes=["TEAM_FIT"])
    for number in range(5):
        await write(client, CONFIDENTIAL, f"hidden {number}")
        await write(client, ATTRIBUTED, f"named {number}")
    texts = {one["text"]: one["id"] for one in await desk(ask, client.consultant, client)}
    slow = await release(ask, client.consultant, texts["hidden 0"])
    await release(ask, client.consultant, texts["hidden 1"], themes=["TEAM_FIT"], audience="HR")
    # Released is not yet published, and what is not in an edition is in no digest.
    assert await look(ask, client.leadership, client) == ({"Faster": [], "Team": []}, [])
    await publish(client)
    assert await look(ask, client.hr, client) == (
        {"Faster": ["hidden 0"], "Team": ["hidden 1"]},
        ["hidden 0", "hidden 1"],
    )
    # What is for HR is not for leadership, and who hires reads paraphrases of own departments.
    assert await look(ask, client.leadership, client) == (
        {"Faster": ["hidden 0"], "Team": []},
        ["hidden 0"],
    )
    assert await look(ask, client.hiring_manager, client) == ({"Faster": [], "Team": []}, [])
    assert [one["text"] for one in await read(ask, client.leadership, client)] == ["hidden 0"]
    said = await take(ask, client.consultant, "withholdExcerpt", excerptId=slow)
    assert said["userErrors"] == []
    assert await look(ask, client.leadership, client) == ({"Faster": [], "Team": []}, [])
