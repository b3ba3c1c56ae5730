"""Actions through the API: who decides, who notes, what may change, and what is kept."""

from datetime import timedelta
from typing import Any

import pytest

from api.relay import encode_id
from tenants import read_graph
from tenants.access import Viewer
from tenants.actions.catalogue import OwnerRole
from tenants.reading import Key
from tests.api.action_world import TODAY, TOMORROW, begin, make_action, make_note
from tests.api.conftest import Ask
from tests.api.world import World, fingerprint, make_world

pytestmark = pytest.mark.usefixtures("connection")

ACTION = """id kind title description themeCodes ownerRole segment dueOn reviewOn status startedOn
  doneOn revision mayBecome metric { key }
  notes(first: 10) { nodes { authorRole text status happenedOn } }"""
ERRORS = "userErrors { code message field }"
CREATE = f"""mutation ($input: CreateActionInput!) {{ createAction(input: $input) {{
  action {{ {ACTION} }} {ERRORS} }} }}"""
UPDATE = f"""mutation ($input: UpdateActionInput!) {{ updateAction(input: $input) {{
  action {{ {ACTION} }} {ERRORS} }} }}"""
CHANGE = f"""mutation ($input: ChangeActionStatusInput!) {{ changeActionStatus(input: $input) {{
  action {{ {ACTION} }} {ERRORS} }} }}"""
NOTE = f"""mutation ($input: AddActionNoteInput!) {{ addActionNote(input: $input) {{
  note {{ id authorRole text action {{ id }} }} {ERRORS} }} }}"""
LIST = """query ($id: ID!, $filter: ActionFilter, $order: ActionOrder) { node(id: $id) {
  ... on Organisation { actions(filter: $filter, orderBy: $order) { totalCount
    nodes { id title segment } } } } }"""
SAID: dict[str, Any] = {
    "kind": "PROCESS_SPEED",
    "ownerRole": "HR",
    "dueOn": TOMORROW.isoformat(),
    "reviewOn": (TOMORROW + timedelta(days=90)).isoformat(),
}


async def send(ask: Ask, viewer: Viewer, query: str, **given: Any) -> Any:
    """Return the payload of a mutation that is not forbidden."""
    answer = await ask(viewer, query, input=given)
    assert "errors" not in answer, answer["errors"]
    return next(iter(answer["data"].values()))


async def listed(ask: Ask, viewer: Viewer, world: World, **given: Any) -> list[str]:
    """Return the titles of the actions that a viewer is shown, in their order."""
    answer = await ask(viewer, LIST, id=world.organisation, **given)
    page = answer["data"]["node"]["actions"]
    assert page["totalCount"] == len(page["nodes"])
    return [one["title"] for one in page["nodes"]]


async def test_an_action_from_proposal_to_done(ask: Ask) -> None:
    world = await make_world()
    hr, consultant = world.client.hr, world.client.consultant
    made = await send(ask, hr, CREATE, organisationId=world.organisation, **SAID)
    action = made["action"]
    assert (made["userErrors"], action["title"], action["status"]) == (
        [],
        "Answer candidates faster",
        "PROPOSED",
    )
    # The catalogue says what was left out.
    assert action["themeCodes"] == ["PROCESS_SLOW", "TOO_MANY_STAGES", "ASSESSMENT_BURDEN"]
    assert action["metric"] == {"key": "REASON_PROCESS_SLOW"}
    which = {"actionId": action["id"]}
    days = [TODAY - timedelta(days=days) for days in (40, 30, 2)]
    for revision, (status, day) in enumerate(
        zip(("AGREED", "IN_PROGRESS", "DONE"), days, strict=True), 1
    ):
        assert status in action["mayBecome"]
        done = await send(
            ask,
            consultant,
            CHANGE,
            **which,
            revision=revision,
            status=status,
            on=day.isoformat(),
            note="Agreed by all." if status == "AGREED" else "",
        )
        action = done["action"]
    assert (action["startedOn"], action["doneOn"]) == (days[1].isoformat(), days[2].isoformat())
    assert (action["revision"], action["mayBecome"]) == (4, ["IN_PROGRESS"])
    assert action["notes"]["nodes"] == [
        {"authorRole": "CONSULTANT", "text": "", "status": "DONE", "happenedOn": f"{days[2]}"},
        {
            "authorRole": "CONSULTANT",
            "text": "",
            "status": "IN_PROGRESS",
            "happenedOn": f"{days[1]}",
        },
        {
            "authorRole": "CONSULTANT",
            "text": "Agreed by all.",
            "status": "AGREED",
            "happenedOn": f"{days[0]}",
        },
    ]
    # Taken up again it is no longer done, and began when it began.
    again = await send(ask, hr, CHANGE, **which, revision=4, status="IN_PROGRESS")
    assert (again["action"]["doneOn"], again["action"]["startedOn"]) == (None, f"{days[1]}")


async def test_what_cannot_be_is_refused_in_words_and_changes_nothing(ask: Ask) -> None:
    world = await make_world()
    hr = world.client.hr
    action = world.id("Action", await make_action(world.client))
    before = await fingerprint(world.client)
    far = (TODAY + timedelta(days=4000)).isoformat()
    for given, field, word in (
        ({"title": "x" * 121}, "title", "120 letters"),
        ({"themes": ["PROCESS_SLOW", "NO_SUCH"]}, "themes", "no NO_SUCH"),
        ({"metric": "MEAN:nothing"}, "metric", "no such metric"),
        ({"segment": "Nowhere"}, "segment", "no such part"),
        ({"dueOn": far}, "dueOn", "within five years"),
        ({"reviewOn": far}, "reviewOn", "within five years"),
    ):
        for query, which in (
            (CREATE, {"organisationId": world.organisation}),
            (UPDATE, {"actionId": action, "revision": 1}),
        ):
            refused = await send(ask, hr, query, **which, **SAID | given)
            (error,) = refused["userErrors"]
            assert (refused["action"], error["code"]) == (None, "INVALID_INPUT")
            assert error["field"] == [field]
            assert word in error["message"]
    which = {"actionId": action, "revision": 1}
    for change, code, field in (
        ({"status": "DONE"}, "CONFLICT", "status"),
        ({"status": "IN_PROGRESS"}, "CONFLICT", "status"),
        ({"status": "AGREED", "on": TOMORROW.isoformat()}, "INVALID_INPUT", "on"),
        ({"status": "AGREED", "note": "x" * 4001}, "INVALID_INPUT", "note"),
        ({"status": "AGREED", "revision": 7}, "CONFLICT", "revision"),
    ):
        refused = await send(ask, hr, CHANGE, **which | change)
        (error,) = refused["userErrors"]
        assert (error["code"], error["field"]) == (code, [field])
    empty = await send(ask, hr, NOTE, actionId=action, text=" ")
    assert empty["userErrors"][0]["field"] == ["text"]
    assert await fingerprint(world.client) == before


async def test_who_began_with_an_older_revision_is_told(ask: Ask) -> None:
    world = await make_world()
    which = {"actionId": world.id("Action", await make_action(world.client)), "revision": 1}
    first = await send(ask, world.client.hr, UPDATE, **which, **SAID, title="Ours")
    assert (first["action"]["title"], first["action"]["revision"]) == ("Ours", 2)
    second = await send(ask, world.client.consultant, UPDATE, **which, **SAID, title="Theirs")
    assert second["userErrors"][0]["code"] == "CONFLICT"
    assert "revision 2 now" in second["userErrors"][0]["message"]


async def test_once_it_has_begun_nobody_chooses_another_measure(ask: Ask) -> None:
    """Who may choose the metric after the fact always finds one that moved."""
    world = await make_world()
    made = await make_action(world.client)
    which = {"actionId": world.id("Action", made)}
    moved = await send(
        ask, world.client.hr, UPDATE, **which, revision=1, **SAID, metric="CANDIDATE_NPS"
    )
    assert moved["action"]["metric"] == {"key": "CANDIDATE_NPS"}
    for revision, status in ((2, "AGREED"), (3, "IN_PROGRESS")):
        await send(ask, world.client.hr, CHANGE, **which, revision=revision, status=status)
    before = await fingerprint(world.client)
    for given, field in (
        ({"metric": "DECLINE_RATE"}, "metric"),
        ({"metric": "CANDIDATE_NPS", "segment": "Engineering"}, "segment"),
    ):
        refused = await send(ask, world.client.hr, UPDATE, **which, revision=4, **SAID | given)
        (error,) = refused["userErrors"]
        assert (error["code"], error["field"]) == ("CONFLICT", [field])
    assert await fingerprint(world.client) == before
    kept = await send(
        ask,
        world.client.hr,
        UPDATE,
        **which,
        revision=4,
        **SAID | {"metric": "CANDIDATE_NPS", "title": "Faster still"},
    )
    assert kept["action"]["title"] == "Faster still"


async def test_hiring_managers_see_their_departments_and_note_on_what_is_theirs(ask: Ask) -> None:
    world = await make_world()
    client = world.client
    everybody = await make_action(client, title="All")
    own = await make_action(client, "Engineering", title="Own", owner_role=OwnerRole.HIRING_MANAGER)
    other = await make_action(client, "Finance", title="Other", owner_role=OwnerRole.HIRING_MANAGER)
    assert await listed(ask, client.hiring_manager, world) == ["All", "Own"]
    assert await listed(ask, client.leadership, world) == ["All", "Own", "Other"]
    noted = await send(
        ask,
        client.hiring_manager,
        NOTE,
        actionId=world.id("Action", own),
        text="Done in our team.",
        idempotencyKey="once",
    )
    assert noted["note"]["authorRole"] == "HIRING_MANAGER"
    again = await send(
        ask,
        client.hiring_manager,
        NOTE,
        actionId=world.id("Action", own),
        text="Done in our team.",
        idempotencyKey="once",
    )
    assert again == noted
    before = await fingerprint(client)
    # HR sees to the first; the other one they cannot know of.
    answer = await ask(
        client.hiring_manager, NOTE, input={"actionId": world.id("Action", everybody), "text": "x"}
    )
    assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    hidden = await send(
        ask, client.hiring_manager, NOTE, actionId=world.id("Action", other), text="x"
    )
    unknown = encode_id(read_graph.ACTION, Key(client.organisation_id, client.organisation_id))
    nothing = await send(ask, client.hiring_manager, NOTE, actionId=unknown, text="x")
    assert hidden == nothing
    assert hidden["userErrors"][0]["code"] == "NOT_FOUND"
    assert await fingerprint(client) == before


async def test_lists_are_ordered_by_days_and_status_and_narrowed(ask: Ask) -> None:
    world = await make_world()
    client, hr = world.client, world.client.hr
    late = await make_action(
        client, title="Late", due_on=TODAY - timedelta(days=3), review_on=TODAY
    )
    await make_action(client, "Finance", title="Soon", owner_role=OwnerRole.LEADERSHIP)
    done = await make_action(
        client, title="Done", due_on=TODAY - timedelta(days=9), review_on=TODAY
    )
    await begin(client, done, TODAY - timedelta(days=20), TODAY - timedelta(days=10))
    await make_note(client, late)
    assert await listed(ask, hr, world) == ["Done", "Late", "Soon"]
    assert await listed(ask, hr, world, order="DUE_ON_DESC") == ["Soon", "Late", "Done"]
    assert await listed(ask, hr, world, order="REVIEW_ON_DESC") == ["Soon", "Done", "Late"]
    assert await listed(ask, hr, world, order="STATUS_DESC") == ["Done", "Soon", "Late"]
    for given, found in (
        # What is done is not overdue, however late it was.
        ({"isOverdue": True}, ["Late"]),
        ({"isOverdue": False}, ["Done", "Soon"]),
        ({"status": ["DONE", "DROPPED"]}, ["Done"]),
        ({"ownerRole": ["LEADERSHIP"]}, ["Soon"]),
        ({"segment": "Finance"}, ["Soon"]),
        ({"theme": "TOO_MANY_STAGES", "dueTo": TODAY.isoformat()}, ["Done", "Late"]),
        ({"theme": "FAMILY"}, []),
        ({"kind": ["FLEXIBILITY"]}, []),
        ({"reviewFrom": TOMORROW.isoformat(), "dueFrom": TODAY.isoformat()}, ["Soon"]),
        ({"reviewTo": TOMORROW.isoformat()}, ["Done", "Late"]),
    ):
        assert await listed(ask, hr, world, filter=given) == found, given


async def test_the_catalogue_is_for_everybody_who_is_signed_in(ask: Ask) -> None:
    world = await make_world()
    answer = await ask(
        world.client.leadership,
        "{ actionCatalogue { kind title advice themeCodes controllability metric { key title } } }",
    )
    entries = {one["kind"]: one for one in answer["data"]["actionCatalogue"]}
    assert len(entries) == 9
    assert entries["PROCESS_SPEED"]["metric"]["key"] == "REASON_PROCESS_SLOW"
    assert entries["OFFER_COMPETITIVENESS"]["controllability"] == "HARD_TO_CHANGE"
