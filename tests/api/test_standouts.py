"""What stands out in a part, through the schema: for whoever reads that part."""

from typing import Any

import pytest

from tenants.access import Viewer
from tenants.insights.windows import months_after
from tenants.interviews.models import Confidentiality
from tests.api.conftest import Ask
from tests.factories import Client, make_client
from tests.tenants.insights.answered import add_response, answers
from tests.tenants.insights.published import BEGAN, make_old_client, publish

pytestmark = pytest.mark.usefixtures("connection")

FIRST = months_after(BEGAN, 12)
STANDOUTS = """query ($slug: String!, $endsOn: Date) { organisation(slug: $slug) {
  standouts(endsOn: $endsOn) { segment metric { key } share { value } whole { value }
    difference lower upper message } } }"""


async def look(ask: Ask, viewer: Viewer, client: Client) -> Any:
    return await ask(viewer, STANDOUTS, slug=client.slug, endsOn=FIRST.isoformat())


async def test_a_part_that_names_a_reason_more_often_stands_out_for_who_reads_it(ask: Ask) -> None:
    client = await make_old_client()
    for number in range(40):
        segment = "Engineering" if number < 20 else "Sales"
        slow = number < 16 or number == 20
        given = answers(factors=("PROCESS_SLOW",) if slow else ("OTHER_OFFER",))
        month = months_after(BEGAN, 3)
        await add_response(client, month, Confidentiality.ATTRIBUTED, segment=segment, given=given)
    await publish(client, as_of=months_after(FIRST, -1))
    seen = (await look(ask, client.hr, client))["data"]["organisation"]["standouts"]
    assert [(one["segment"], one["metric"]["key"]) for one in seen] == [
        ("Engineering", "REASON_PROCESS_SLOW"),
        ("Sales", "REASON_OTHER_OFFER"),
    ]
    slow = seen[0]
    assert (slow["share"]["value"], slow["whole"]["value"]) == (0.8, 0.42)
    assert (slow["difference"], slow["lower"] > 0.4) == (0.75, True)
    assert slow["message"].endswith(": certain.")
    # Leadership reads no part, and a manager who hires for neither none of these.
    for viewer in (client.leadership, client.hiring_manager):
        assert (await look(ask, viewer, client))["data"] == {"organisation": {"standouts": []}}
    stranger = await make_client()
    assert (await look(ask, stranger.hr, client))["data"] == {"organisation": None}
