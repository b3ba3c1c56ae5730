"""Connections and nodes, as Relay's specifications have them and as the conventions say."""

import base64
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from api.relay import encode_id
from tenants import read_graph
from tenants.offers.statuses import OfferStatus
from tenants.reading import Key
from tests.api.conftest import Ask
from tests.api.world import GRAPH, make_world, object_types, organisation_id_of
from tests.factories import make_client, make_offer

pytestmark = pytest.mark.usefixtures("connection")

LISTS = sorted(
    (name, field)
    for name, one in object_types().items()
    for field, definition in one.fields.items()
    if {"first", "after", "last", "before"} <= set(definition.args)
)


def test_every_list_of_the_schema_is_a_connection_or_short() -> None:
    assert LISTS == [
        ("Action", "notes"),
        ("Firm", "auditEvents"),
        ("Organisation", "actions"),
        ("Organisation", "auditEvents"),
        ("Organisation", "benchmarkOverTime"),
        ("Organisation", "conversations"),
        ("Organisation", "deskExcerpts"),
        ("Organisation", "deskTexts"),
        ("Organisation", "editions"),
        ("Organisation", "engagements"),
        ("Organisation", "excerpts"),
        ("Organisation", "intakeEvents"),
        ("Organisation", "interviews"),
        ("Organisation", "jobs"),
        ("Organisation", "memberInvitations"),
        ("Organisation", "members"),
        ("Organisation", "offers"),
        ("Organisation", "questionnaires"),
        ("Organisation", "requisitions"),
        ("Organisation", "responses"),
        ("Query", "organisations"),
        ("Query", "portfolio"),
        ("Query", "releases"),
        ("Requisition", "offers"),
    ]
    for name, field in LISTS:
        assert str(object_types()[name].fields[field].type).endswith("Connection")


PAGE = "{ totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } nodes { id } }"


async def ask_offers(ask: Ask, viewer: Any, slug: str, arguments: str) -> dict[str, Any]:
    """Return the answer for an organisation's offers with these arguments."""
    return await ask(
        viewer,
        f"query ($s: String!) {{ organisation(slug: $s) {{ offers({arguments}) {PAGE} }} }}",
        s=slug,
    )


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ("first: 1, last: 1", "INVALID_INPUT", "Give either first or last, not both."),
        ("first: 101", "INVALID_INPUT", "first is between 0 and 100."),
        ("first: -1", "INVALID_INPUT", "first is between 0 and 100."),
        ("last: 101", "INVALID_INPUT", "last is between 0 and 100."),
        ("last: -2147483648", "INVALID_INPUT", "last is between 0 and 100."),
        ('after: ""', "BAD_CURSOR", ""),
        ('after: "x"', "BAD_CURSOR", ""),
        ('before: "W10"', "BAD_CURSOR", ""),
        ('first: 5, after: "\\ud83d\\ude00"', "BAD_CURSOR", ""),
    ],
)
async def test_arguments_that_make_no_sense(
    ask: Ask, arguments: str, code: str, message: str
) -> None:
    client = await make_client()
    answer = await ask_offers(ask, client.hr, client.slug, arguments)
    (error,) = answer["errors"]
    assert answer["data"] == {"organisation": {"offers": None}}
    assert (error["path"], error["extensions"]["code"]) == (["organisation", "offers"], code)
    bad = "This cursor does not belong to this list; take one from pageInfo or an edge."
    assert error["message"] == (message or bad)


async def test_every_list_refuses_a_bad_cursor_in_the_same_words(ask: Ask) -> None:
    world = await make_world()
    bad = '(first: 1, after: "bm90aGluZw")'
    looks = set()
    for name, field in LISTS:
        for viewer in (world.client.consultant, world.client.hr):
            inner = f"{field}{bad} {{ nodes {{ __typename }} }}"
            query = {
                "Query": f"{{ {inner} }}",
                "Firm": f"{{ viewer {{ firm {{ {inner} }} }} }}",
                "Action": "{ organisations { nodes { actions { nodes {"
                f" {inner} }} }} }} }} }}",
                "Organisation": f"{{ organisations {{ nodes {{ {inner} }} }} }}",
                "Requisition": "{ organisations { nodes { requisitions { nodes {"
                f" {inner} }} }} }} }} }}",
            }[name]
            answer = await ask(viewer, query)
            looks |= {
                (one["extensions"]["code"], one["message"]) for one in answer.get("errors", ())
            }
    assert looks == {
        (
            "BAD_CURSOR",
            "This cursor does not belong to this list; take one from pageInfo or an edge.",
        ),
        ("FORBIDDEN", "Your role does not include member:read."),
        ("FORBIDDEN", "Your role does not include member:manage."),
        ("FORBIDDEN", "Your role does not include response:key_in."),
        ("FORBIDDEN", "Your role does not include excerpt:moderate."),
    }


async def test_a_walk_through_the_api(ask: Ask) -> None:
    client = await make_client()
    for status in (OfferStatus.DECLINED, OfferStatus.RENEGED, OfferStatus.RESCINDED):
        await make_offer(client, status=status)
    whole = (await ask_offers(ask, client.hr, client.slug, "first: 100"))["data"]["organisation"]
    ids = [one["id"] for one in whole["offers"]["nodes"]]
    assert len(ids) == 3
    found: list[str] = []
    after = ""
    for step in range(3):
        arguments = f"first: 1 {after and f'after: {chr(34)}{after}{chr(34)}'}"
        answer = await ask_offers(ask, client.hr, client.slug, arguments)
        page = answer["data"]["organisation"]["offers"]
        after = page["pageInfo"]["endCursor"]
        assert page["pageInfo"] == {
            "hasNextPage": step < 2,
            "hasPreviousPage": step > 0,
            "startCursor": after,
            "endCursor": after,
        }
        assert page["totalCount"] == 3
        found += [one["id"] for one in page["nodes"]]
    assert found == ids
    beyond = await ask_offers(ask, client.hr, client.slug, f'first: 1, after: "{after}"')
    assert beyond["data"]["organisation"]["offers"] == {
        "totalCount": 3,
        "pageInfo": {
            "hasNextPage": False,
            "hasPreviousPage": True,
            "startCursor": None,
            "endCursor": None,
        },
        "nodes": [],
    }


async def test_edges_and_nodes_are_the_same_rows(ask: Ask) -> None:
    client = await make_client()
    await make_offer(client)
    await make_offer(client)
    answer = await ask(
        client.hr,
        "{ organisations { nodes { offers { edges { cursor node { id } } nodes { id }"
        " pageInfo { startCursor endCursor } } } } }",
    )
    (organisation,) = answer["data"]["organisations"]["nodes"]
    offers = organisation["offers"]
    assert [one["node"] for one in offers["edges"]] == offers["nodes"]
    assert [one["cursor"] for one in offers["edges"]] == list(offers["pageInfo"].values())


async def test_filters_hold_for_rows_and_totals(ask: Ask) -> None:
    world = await make_world()
    client = world.client
    for arguments, count in (
        ("filter: {status: [DECLINED]}", 5),
        ("filter: {status: [DECLINED, LAPSED]}", 7),
        ("filter: {status: []}", 0),
        ("filter: {status: null}", 8),
        ("filter: {}", 8),
        ("filter: {waitingForCandidate: true}", 1),
        ("filter: {waitingForCandidate: false}", 7),
        ('filter: {resolvedFrom: "0001-01-01", resolvedTo: "9999-12-31"}', 7),
        ('filter: {resolvedFrom: "9999-12-31"}', 0),
        ("filter: {status: [LAPSED], waitingForCandidate: false}, orderBy: RESOLVED_ON_ASC", 2),
    ):
        answer = await ask_offers(ask, client.hr, client.slug, arguments)
        offers = answer["data"]["organisation"]["offers"]
        assert (offers["totalCount"], len(offers["nodes"])) == (count, count), arguments
        counted = await ask(
            client.leadership,
            f"{{ organisations {{ nodes {{ offers({arguments}) {{ totalCount }} }} }} }}",
        )
        (organisation,) = counted["data"]["organisations"]["nodes"]
        assert organisation == {"offers": {"totalCount": count}}


async def test_a_total_costs_only_whoever_asks(
    ask: Ask, statements: Callable[[], list[str]]
) -> None:
    client = await make_client()
    await make_offer(client)
    for selected, count in (
        ("nodes { id }", 1),
        ("totalCount", 1),
        ("pageInfo { hasNextPage }", 1),
        ("nodes { id } edges { cursor } pageInfo { hasNextPage }", 1),
        ("nodes { id } totalCount", 2),
        ("... on OfferConnection { totalCount } ...F", 2),
        ("__typename", 0),
    ):
        statements()
        fragment = "fragment F on OfferConnection { nodes { id } }" if "...F" in selected else ""
        answer = await ask(
            client.hr,
            f"{{ organisations {{ nodes {{ offers {{ {selected} }} }} }} }} {fragment}",
        )
        assert "errors" not in answer
        # One for the organisations, and so many for their offers.
        assert len(statements()) == 1 + count, selected


MALFORMED = [
    "",
    " ",
    "x",
    "1",
    "null",
    "=",
    "====",
    "T2ZmZXI",
    "T2ZmZXI6",
    "§§§",
    "\U0001f600",
    base64.urlsafe_b64encode(b"Offer:" + b"\0" * 31).decode(),
    base64.urlsafe_b64encode(b"Offer:" + b"\0" * 33).decode(),
    base64.urlsafe_b64encode(b"Offer " + b"\0" * 32).decode(),
    base64.urlsafe_b64encode(b"Nothing:" + b"\0" * 32).decode(),
    base64.urlsafe_b64encode(b":" + b"\0" * 32).decode(),
    base64.urlsafe_b64encode(b"\xff\xfe:" + b"\0" * 32).decode(),
    "A" * 100_000,
]


async def test_an_id_that_is_none_is_null_and_spoils_no_other(
    ask: Ask, statements: Callable[[], list[str]]
) -> None:
    client = await make_client()
    organisation = organisation_id_of(client)
    query = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    answer = await ask(client.hr, query, ids=[*MALFORMED, organisation])
    assert answer == {"data": {"nodes": [None] * len(MALFORMED) + [{"id": organisation}]}}
    statements()
    for id_ in MALFORMED:
        answer = await ask(client.hr, "query ($id: ID!) { node(id: $id) { id } }", id=id_)
        assert answer == {"data": {"node": None}}
    assert statements() == []


async def test_nodes_are_in_their_order_and_may_repeat(ask: Ask) -> None:
    world = await make_world()
    mine = [world.id("Offer", world.lapsed), world.organisation, world.id("Offer", world.open)]
    unknown = world.id("Offer", uuid4())
    ids = [mine[0], unknown, mine[1], mine[0], "x", mine[2]]
    query = "query ($ids: [ID!]!) { nodes(ids: $ids) { id __typename } }"
    answer = await ask(world.client.hr, query, ids=ids)
    assert answer["data"]["nodes"] == [
        {"id": mine[0], "__typename": "Offer"},
        None,
        {"id": mine[1], "__typename": "Organisation"},
        {"id": mine[0], "__typename": "Offer"},
        None,
        {"id": mine[2], "__typename": "Offer"},
    ]
    assert await ask(world.client.hr, query, ids=[]) == {"data": {"nodes": []}}


async def test_so_many_nodes_at_once_and_no_more(
    ask: Ask, statements: Callable[[], list[str]]
) -> None:
    client = await make_client()
    query = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    ids = [encode_id(read_graph.OFFER, Key(client.organisation_id, uuid4())) for _ in range(101)]
    statements()
    answer = await ask(client.hr, query, ids=ids[:100])
    assert answer == {"data": {"nodes": [None] * 100}}
    assert len(statements()) == 1
    answer = await ask(client.hr, query, ids=ids)
    assert [one["extensions"]["code"] for one in answer["errors"]] == ["INVALID_INPUT"]
    assert statements() == []


async def test_what_is_no_node_has_no_node(ask: Ask) -> None:
    """Members, hiring managers, answers and cells are parts of what can be asked for."""
    world = await make_world()
    person = world.client.hr.id
    assert person is not None
    parts = {"Membership", "HiringManager", "Answer", "EditionCell"}
    parts |= {"Firm", "FirmMember", "Consultant", "MonthlyCounts", "InvitationMail"}
    parts |= {"FirmInvitation", "LibraryTemplate", "ExcerptRedaction", "ContactAttempt"}
    parts |= {"FirmAuditEvent", "AccessGrant"}
    for name in parts:
        id_ = world.id(name, person)
        answer = await ask(world.client.hr, "query ($id: ID!) { node(id: $id) { id } }", id=id_)
        assert answer == {"data": {"node": None}}
    nodes = {one.name for one in GRAPH.get_possible_types(GRAPH.type_map["Node"])}  # type: ignore[arg-type]  # an interface.
    assert nodes == set(read_graph.NOUNS) - parts
