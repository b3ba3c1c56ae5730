"""The table of roles against what the API shows: row by row, and field by field."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from graphql import get_named_type, is_composite_type, is_object_type

from tenants.access import PEOPLE_ROLES, Role
from tests.api import moderation_world as moderation
from tests.api.action_world import make_action, make_note
from tests.api.conftest import Ask
from tests.api.insight_world import publish, window
from tests.api.roles import COLUMNS, FIELDS, MUTATIONS, PARTS, ROWS, cells, viewers
from tests.api.world import (
    REQUIRED,
    World,
    candidate_of,
    fingerprint,
    make_world,
    object_type,
    object_types,
    requisition_of,
    response_of,
)
from tests.conversing import make_conversation
from tests.factories import make_client, make_member_invitation

pytestmark = pytest.mark.usefixtures("connection")


def test_every_type_and_every_field_of_the_schema_is_stated() -> None:
    stated = {name: set(fields) for name, fields in FIELDS.items()}
    stated |= {name: set(fields.split()) for name, fields in PARTS.items()}
    stated["Mutation"] = set(MUTATIONS)
    found = {name: set(one.fields) for name, one in object_types().items()}
    for name in [one for one in found if one.endswith("Edge")]:
        assert found.pop(name) == {"node", "cursor"}
    for name in [one for one in found if one.endswith("Connection")]:
        assert found.pop(name) == {"pageInfo", "totalCount", "edges", "nodes"}
    assert found == stated


def test_every_role_is_a_column_or_nobodys_in_the_api() -> None:
    assert [role.value for role in PEOPLE_ROLES] == [
        "CONSULTANT",
        "HR",
        "HIRING_MANAGER",
        "LEADERSHIP",
        "INDEPENDENT_ADMINISTRATOR",
        "FIRM_ADMINISTRATOR",
    ]
    # A link makes a candidate, OAuth an integration; no token that the API takes makes the others.
    assert set(Role) - set(PEOPLE_ROLES) == {
        Role.INTEGRATION,
        Role.CANDIDATE,
        Role.INTAKE,
        Role.JOB,
        Role.AUTHORIZATION_SERVER,
        Role.OPERATOR,
        Role.INVITEE,
    }


def test_what_some_role_lacks_may_be_null() -> None:
    strict = [
        f"{name}.{field}"
        for name, fields in FIELDS.items()
        for field, row in fields.items()
        if {"FORBIDDEN", "count"} & set(row.split())
        and str(object_type(name).fields[field].type).endswith("!")
    ]
    assert strict == []


async def the_rows(ask: Ask, world: World) -> dict[str, dict[str, str]]:
    """Return the global id of each row that ROWS names, the first edition published."""
    client = world.client
    await publish(client, as_of=window()[1] + timedelta(days=365))
    cases = {
        "attributed": world.attributed,
        "again": world.again,
        "confidential": world.confidential,
        "anonymous": world.anonymous,
        "unanswered": world.unanswered,
    }
    offers = {name: one.offer_id for name, one in cases.items()}
    offers |= {"lapsed": world.lapsed, "elsewhere": world.elsewhere, "open": world.open}
    lists = await ask(
        client.consultant,
        """query ($id: ID!) { node(id: $id) { ... on Organisation {
          questionnaires { nodes { id versions { id questions { id } } } }
          engagements { nodes { id } }
          auditEvents(filter: {action: [OFFER_RECORDED]}) { nodes { id } }
          intakeEvents { nodes { id } } jobs { nodes { id } } editions { nodes { id } } } } }""",
        id=world.organisation,
    )
    node = lists["data"]["node"]
    conversations = {
        name: world.id("Conversation", await make_conversation(cases[name]))
        for name in ROWS["Conversation"]
    }
    (questionnaire,) = node["questionnaires"]["nodes"]
    (version,) = questionnaire["versions"]
    return {
        "Organisation": {"organisation": world.organisation},
        "Requisition": {
            "own": world.id("Requisition", await requisition_of(client, offers["attributed"])),
            "other": world.id("Requisition", await requisition_of(client, offers["unanswered"])),
        },
        "Offer": {name: world.id("Offer", one) for name, one in offers.items()},
        "Interview": {name: world.id("Interview", one.interview_id) for name, one in cases.items()},
        "Conversation": conversations,
        "Candidate": {
            name: world.id("Candidate", await candidate_of(client, cases[name].offer_id))
            for name in ROWS["Candidate"]
        },
        "Response": {
            name: world.id("Response", await response_of(cases[name])) for name in ROWS["Response"]
        },
        "Questionnaire": {"questionnaire": questionnaire["id"]},
        "QuestionnaireVersion": {"version": version["id"]},
        "Question": {"question": version["questions"][0]["id"]},
        "Edition": {"edition": node["editions"]["nodes"][0]["id"]},
        "MemberInvitation": {
            "invitation": world.id("MemberInvitation", await make_member_invitation(client))
        },
        "IntakeEvent": {"event": node["intakeEvents"]["nodes"][0]["id"]},
        "Integration": {"integration": world.id("Integration", client.integration_id)},
        "Job": {"job": node["jobs"]["nodes"][0]["id"]},
        "Engagement": {"engagement": node["engagements"]["nodes"][0]["id"]},
        **await action_rows(world),
        "AuditEvent": {"event": node["auditEvents"]["nodes"][0]["id"]},
        **await moderation.make_rows(world),
    }


async def action_rows(world: World) -> dict[str, dict[str, str]]:
    """Return the ids of an action of everybody and one of each department, each with a note."""
    made = {
        name: await make_action(world.client, segment)
        for name, segment in (
            ("organisation", None),
            ("own", "Engineering"),
            ("elsewhere", "Finance"),
        )
    }
    notes = {name: await make_note(world.client, action) for name, action in made.items()}
    return {
        "Action": {name: world.id("Action", one) for name, one in made.items()},
        "ActionNote": {
            "note": world.id("ActionNote", notes["organisation"]),
            "elsewhere": world.id("ActionNote", notes["elsewhere"]),
        },
    }


def unrecorded(tables: Mapping[str, Any]) -> dict[str, Any]:
    """Return what tables hold, without the log of who looked at what."""
    return {name: one for name, one in tables.items() if not name.startswith("audit_")}


async def test_which_rows_each_role_sees(ask: Ask) -> None:
    world, other = await make_world(), await make_client()
    rows = await the_rows(ask, world)
    before = unrecorded(await fingerprint(world.client, other))
    named = [(noun, name) for noun, lines in ROWS.items() for name in lines]
    query = " ".join(
        f'a{index}: node(id: "{rows[noun][name]}") {{ id }}'
        for index, (noun, name) in enumerate(named)
    )
    stated, seen = {}, {}
    for column, viewer in viewers(world, other).items():
        answer = await ask(viewer, f"{{ {query} }}")
        for index, (noun, name) in enumerate(named):
            yes = cells(ROWS[noun][name])[column] == "yes"
            stated[(column, noun, name)] = {"id": rows[noun][name]} if yes else None
            seen[(column, noun, name)] = answer["data"][f"a{index}"]
        codes = [error["extensions"]["code"] for error in answer.get("errors", ())]
        assert codes == (["UNAUTHENTICATED"] * len(named) if column == "nobody" else [])
    assert seen == stated
    assert unrecorded(await fingerprint(world.client, other)) == before


def probe(type_name: str, field: str) -> str:
    """Return a selection of one field, of a list with and without its rows."""
    target = get_named_type(object_type(type_name).fields[field].type)
    if is_object_type(target) and target.name.endswith("Connection"):
        return (
            f"{field}_counted: {field} {{ totalCount }}"
            f" {field}: {field}(first: 100) {{ edges {{ cursor }} nodes {{ __typename }} }}"
        )
    asked = field + REQUIRED.get(field, "")
    return f"{asked} {{ __typename }}" if is_composite_type(target) else asked


def outcome(answer: Mapping[str, Any], field: str) -> str:
    """Return what the answer to a probe says, in the words of FIELDS."""
    node = answer["data"]["node"]
    codes = {
        tuple(error["path"][1:]): error["extensions"]["code"]
        for error in answer.get("errors", ())
        if error["path"][1] in {field, f"{field}_counted"}
    }
    counted = f"{field}_counted"
    if counted not in node:
        assert codes in ({}, {(field,): "FORBIDDEN"})
        assert not codes or node[field] is None
        return "FORBIDDEN" if codes else "yes"
    if codes == {(counted,): "FORBIDDEN", (field,): "FORBIDDEN"}:
        assert (node[counted], node[field]) == (None, None)
        return "FORBIDDEN"
    total = node[counted]["totalCount"]
    if codes:
        assert codes == {(field, "edges"): "FORBIDDEN", (field, "nodes"): "FORBIDDEN"}
        assert node[field] == {"edges": None, "nodes": None}
        return f"count {total}"
    assert total == len(node[field]["nodes"]) == len(node[field]["edges"])
    return f"rows {total}"


# How many rows each list has in the world: all of them, for those who see their own, for HR.
ALL = {
    **moderation.ALL,
    ("Organisation", "requisitions"): "rows 2",
    ("Organisation", "offers"): "rows 8",
    ("Organisation", "interviews"): "rows 5",
    ("Organisation", "conversations"): "rows 2",
    ("Organisation", "responses"): "rows 2",
    ("Organisation", "questionnaires"): "rows 1",
    ("Organisation", "editions"): "rows 1",
    ("Organisation", "benchmarkOverTime"): "rows 0",
    ("Organisation", "members"): "rows 3",
    ("Organisation", "memberInvitations"): "rows 1",
    ("Organisation", "engagements"): "rows 1",
    ("Organisation", "intakeEvents"): "rows 1",
    ("Organisation", "jobs"): "rows 6",
    ("Organisation", "actions"): "rows 3",
    ("Action", "notes"): "rows 1",
    ("Requisition", "offers"): "rows 6",
}
OWN = {
    ("Organisation", "actions"): "rows 2",
    **moderation.OWN,
    ("Organisation", "requisitions"): "rows 1",
    ("Organisation", "offers"): "rows 6",
    ("Organisation", "interviews"): "rows 4",
    ("Requisition", "offers"): "rows 6",
}
COUNTS = {("Organisation", "offers"): "count 8", ("Organisation", "interviews"): "count 5"}
ATTRIBUTED = {("Organisation", "responses"): "rows 1"}


async def test_which_fields_each_role_gets(ask: Ask) -> None:
    world, other = await make_world(), await make_client()
    rows = await the_rows(ask, world)
    asking = viewers(world, other)
    stated, seen = {}, {}
    for noun, fields in FIELDS.items():
        # These five have no id to ask for; their rows are looked at below.
        if noun in {"HiringManager", "Answer", "Membership", "Consultant", "ContactAttempt"}:
            continue
        row = next(iter(rows[noun].values()))
        for column in COLUMNS[:4]:
            shown = [one for one in fields if cells(fields[one])[column] != "never"]
            if not shown:
                continue
            probes = " ".join(probe(noun, field) for field in shown)
            query = f"query ($id: ID!) {{ node(id: $id) {{ ... on {noun} {{ {probes} }} }} }}"
            answer = await ask(asking[column], query, id=row)
            for field in shown:
                line, key = cells(fields[field])[column], (noun, field)
                wanted = {"all": ALL, "own": OWN, "count": COUNTS}.get(line, {}).get(key, line)
                if column == "hr":
                    wanted = ATTRIBUTED.get(key, wanted)
                stated[(column, *key)] = wanted
                found = outcome(answer, field)
                # How long the log is depends on what was looked at meanwhile.
                logged = field == "auditEvents" and found.startswith("rows ")
                seen[(column, *key)] = "all" if logged else found
    assert seen == stated
