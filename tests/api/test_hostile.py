"""Hostile documents are refused after a bounded amount of work, with no statement sent."""

import json
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentSpreadNode,
    GraphQLSyntaxError,
    InlineFragmentNode,
    Node,
    Visitor,
    parse,
    visit,
)

from api import documents, limits
from api.documents import Document, prepare
from api.limits import MAX_TOKENS, Measure, QueryTooLarge, check_size
from api.requests import GraphQLRequest
from api.schema import LENGTHS
from tenants.access import Viewer, ViewerKind
from tenants.settings import MAX_COST
from tests.api.asking import codes, post, token_of
from tests.api.conftest import Ask
from tests.api.hostile import INVALID, LARGE, bomb, chain, nested
from tests.factories import make_client, make_offer

# Whatever is prepared reads the settings.
pytestmark = pytest.mark.usefixtures("database")


@pytest.mark.usefixtures("connection")
@pytest.mark.parametrize("name", [*LARGE, *INVALID])
async def test_a_hostile_document_is_refused_and_no_statement_is_sent(
    ask: Ask, statements: Callable[[], list[str]], name: str
) -> None:
    client = await make_client()
    statements()
    answer = await ask(client.consultant, {**LARGE, **INVALID}[name])
    assert statements() == []
    assert list(answer) == ["errors"]
    code = "QUERY_TOO_LARGE" if name in LARGE else "GRAPHQL_VALIDATION_FAILED"
    assert {error["extensions"]["code"] for error in answer["errors"]} == {code}
    assert len(answer["errors"]) <= 101


SHAPES: dict[str, Callable[[int], str]] = {
    "inline fragments": lambda n: "{" + "... {" * n + "__typename" + "}" * n + "}",
    "lists": lambda n: "{ nodes(ids: " + "[" * n + "]" * n + ") { id } }",
    "objects": lambda n: (
        "{ organisations(first: " + "{a: " * n + "1" + "}" * n + ") { totalCount } }"
    ),
    "types of variables": lambda n: "query ($a: " + "[" * n + "Int" + "]" * n + ") { __typename }",
    "defaults of variables": lambda n: "query ($a: Int = " + "[" * n + "]" * n + ") { __typename }",
    "arguments of directives": lambda n: "{ __typename @skip(if: " + "[" * n + "]" * n + ") }",
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("depth", [2, 100, 198, 199, 200, 201, 202, 330])
async def test_no_depth_of_anything_is_a_bug(ask: Ask, shape: str, depth: int) -> None:
    answer = await ask(Viewer(ViewerKind.PERSON, uuid4()), SHAPES[shape](depth))
    codes_ = {error["extensions"]["code"] for error in answer.get("errors", ())}
    if depth > 200:
        assert codes_ == {"QUERY_TOO_LARGE"}
    elif shape == "inline fragments" and depth < 200:
        assert answer == {"data": {"__typename": "Query"}}
    else:
        assert codes_ in ({"GRAPHQL_VALIDATION_FAILED"}, {"QUERY_TOO_LARGE"})


def selections_in(document: DocumentNode) -> int:
    """Return how many fields, spreads and inline fragments a document has as it is written."""

    class Count(Visitor):
        found = 0

        def enter(self, node: Node, *_: Any) -> None:
            self.found += isinstance(node, FieldNode | FragmentSpreadNode | InlineFragmentNode)

    count = Count()
    visit(document, count)
    return count.found


def parsed(query: str) -> DocumentNode | None:
    """Return the document, or None when the parser itself has had enough."""
    try:
        return parse(query, max_tokens=MAX_TOKENS)
    except GraphQLSyntaxError as error:
        if error.message.endswith("Parsing aborted."):
            return None
        raise


@pytest.mark.parametrize("name", [*LARGE, *INVALID])
def test_each_node_is_looked_at_once(name: str) -> None:
    document = parsed({**LARGE, **INVALID}[name])
    if document is None or "chain" in name:
        return
    measure = Measure(document, {}, LENGTHS)
    assert measure.visited == selections_in(document)
    assert measure.visited < MAX_TOKENS


def test_the_parser_gives_up_early() -> None:
    given_up = [name for name, query in LARGE.items() if parsed(query) is None]
    assert given_up == [
        "20,000 repeated fields",
        "10,000 directives",
        "very deep lists",
        "very deep selections",
    ]


def test_doubling_fragments_cost_nothing_more() -> None:
    measure = Measure(parse(bomb(49)), {}, LENGTHS)
    assert measure.visited == 2 * 49 + 2
    assert measure.operations[0].size.fields == 2**49


@pytest.mark.parametrize(
    "query",
    [
        "{ viewer {" + " id" * 100 + " } }",
        "{ viewer { " + " ".join(f"a{n}: id" for n in range(100)) + " } }",
        "{ " + " ".join(f"a{n}: __typename" for n in range(50)) + " }",
        "{ __typename" + " @skip(if: false)" * 50 + " }",
        "{ organisations(first: 100) { nodes { offers(first: 100) { nodes { id } } } } }",
        nested(15),
        chain(50),
    ],
)
def test_what_is_just_small_enough_is_taken(query: str) -> None:
    check_size(parse(query), {}, LENGTHS)


def costs(query: str, **variables: Any) -> list[int]:
    """Return what each operation of a document costs."""
    measure = Measure(parse(query), variables, LENGTHS)
    return [measure.cost_of(one.node) for one in measure.operations]


def test_what_is_counted() -> None:
    assert costs("{ __typename }") == [1]
    assert costs("{ viewer { id } }") == [1]
    assert costs("{ viewer { memberships { role organisation { slug } } } }") == [1 + 10 * 2]
    assert costs("{ organisations { totalCount pageInfo { endCursor } } }") == [20]
    for rows in ("nodes { %s }", "edges { cursor node { %s } }"):
        inner = rows % "offers(last: 5) { nodes { id interview { status } } }"
        assert costs(f"{{ organisations(first: 3) {{ {inner} }} }}") == [3 * (1 + 5 * (1 + 1))]
    assert costs('{ nodes(ids: ["a", "b"]) { id } }') == [2]
    assert costs(
        "{ ...A ...A } fragment A on Query { organisations(first: 2) { totalCount } }"
    ) == [4]
    change = "openInterview(input: {offerId: 1}) { interview { id } userErrors { code } }"
    assert costs(f"mutation {{ a: {change} b: {change} }}") == [2 * (10 + 1 + 1 + 10)]
    assert costs("query A { viewer { id } } query B { organisations { totalCount } }") == [1, 20]


def test_variables_say_how_long_lists_are() -> None:
    query = "query ($n: Int = 100, $ids: [ID!]!) { organisations(first: $n) { nodes { id } }"
    query += " nodes(ids: $ids) { id } }"
    assert costs(query, n=7, ids=["a"]) == [7 + 1]
    assert costs(query, n=None, ids=[]) == [20]
    assert costs(query, ids=[]) == [100]
    assert costs("query ($n: Int) { organisations(first: $n) { totalCount } }") == [20]
    # Nothing that could be a size: as if it were the largest page.
    for size in (-1, 101, "7", 1.5):
        assert costs(query, n=size, ids=["a"] * 101) == [100 + 100]
    for size_ in ("-1", "9" * 5_000, "101"):
        assert costs(f"{{ organisations(first: {size_}) {{ totalCount }} }}") == [100]
    assert costs("{ organisations(first: null) { totalCount } }") == [20]


def test_a_document_is_measured_again_only_for_other_sizes() -> None:
    document = Document("query ($n: Int, $s: String) { organisations(first: $n) { totalCount } }")
    first = document.measure({"n": 5})
    assert document.measure({"n": 5, "s": "other"}) is first
    assert document.measure({"n": 6}) is not first
    assert document.measure({"n": 5, "s": "another"}) is first


def test_documents_are_kept_within_bounds() -> None:
    client = Viewer(ViewerKind.PERSON, uuid4())
    texts = ["{ viewer { id } }" + " " * n for n in range(5_000, 5_020)]
    for text in texts:
        for one in (text, text, texts[0]):
            prepare(client, GraphQLRequest(one))
    kept = [text for text in texts if documents._kept.find(text)]
    assert kept == [texts[0], *texts[-len(kept) + 1 :]]
    assert len(kept) * 5_000 <= documents.MAX_KEPT_CHARACTERS < (len(kept) + 1) * 5_020


def test_documents_that_come_once_push_none_out() -> None:
    client, wanted = Viewer(ViewerKind.PERSON, uuid4()), "{ viewer { id kind name } }"
    for query in (wanted, wanted, *(f"{{ viewer {{ a{n}: id }} }}" for n in range(50))):
        prepare(client, GraphQLRequest(query.ljust(2_000)))
    assert documents._kept.find(wanted.ljust(2_000)) is not None
    assert documents._kept.find("{ viewer { a49: id } }".ljust(2_000)) is None
    prepare(client, GraphQLRequest("{ viewer { a49: id } }".ljust(2_000)))
    assert documents._kept.find("{ viewer { a49: id } }".ljust(2_000)) is not None


def test_trusted_documents_are_kept_at_once() -> None:
    query = "{ viewer { trusted: id } }"
    prepare(Viewer(), GraphQLRequest(query, trusted=True))
    assert documents._kept.find(query) is not None


def test_the_limit_that_was_passed_is_named() -> None:
    messages = set()
    for query in LARGE.values():
        document = parsed(query)
        if document is not None:
            with pytest.raises(QueryTooLarge) as refusal:
                check_size(document, {}, LENGTHS)
            messages.add(refusal.value.message)
    limits_ = {
        f"The document is too large: at most {limit} {name}."
        for name, limit in (
            ("levels deep", limits.MAX_DEPTH),
            ("fields in all", limits.MAX_FIELDS),
            ("fields at the top", limits.MAX_ROOT_FIELDS),
            ("aliases", limits.MAX_ALIASES),
            ("directives", limits.MAX_DIRECTIVES),
            ("fields of one name", limits.MAX_REPETITIONS),
            ("points of cost", MAX_COST),
            ("fragments in one another", limits.MAX_NESTED_FRAGMENTS),
        )
    }
    assert messages == limits_


def hostile_bodies() -> Iterator[bytes]:
    """Return the large documents as requests, and one with 100 kB of lists in its variables."""
    for query in LARGE.values():
        yield json.dumps({"query": query}).encode()
    deep = "[" * 60 + "]" * 60
    lists_ = "[" + ",".join([deep] * 800) + "]"
    yield f'{{"query": "{{ __typename }}", "variables": {{"a": {lists_}}}}}'.encode()


@pytest.mark.usefixtures("connection")
async def test_a_normal_request_beside_them_is_served() -> None:
    client = await make_client()
    await make_offer(client)
    token = await token_of(client.hr)
    for body in hostile_bodies():
        response = await post(body, token=token)
        assert response.status_code == (400 if b"variables" not in body else 200)
        if response.status_code == 400:
            assert codes(response) == ["QUERY_TOO_LARGE"]
    response = await post({"query": "{ organisations { nodes { slug } } }"}, token=token)
    assert response.json()["data"] == {"organisations": {"nodes": [{"slug": client.slug}]}}


@pytest.mark.usefixtures("connection")
@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("filter: {submittedMonth: $v}", "2026-13"),
        ("filter: {submittedMonth: $v}", "0000-01"),
        ("filter: {submittedMonth: $v}", "2026-1"),
        ("filter: {submittedMonth: $v}", "2026-11-05"),
        ("filter: {submittedMonth: $v}", "\u0662\u0660\u0662\u0666-11"),
        ("filter: {submittedMonth: $v}", ""),
        ("filter: {submittedMonth: $v}", 202611),
        ("filter: {submittedMonth: $v}", None),
        ("filter: {submittedMonth: $v}", ["2026-11"]),
        ("filter: {submittedMonth: $v}", {"year": 2026}),
        ("filter: {submittedMonth: $v}", True),
    ],
)
async def test_a_month_is_a_month(ask: Ask, argument: str, value: Any) -> None:
    client = await make_client()
    answer = await ask(
        client.hr,
        "query ($v: YearMonth, $slug: String!) { organisation(slug: $slug) {"
        f" responses({argument}) {{ totalCount }} }} }}",
        v=value,
        slug=client.slug,
    )
    if value is None:
        assert answer == {"data": {"organisation": {"responses": {"totalCount": 0}}}}
    else:
        assert [one["extensions"]["code"] for one in answer["errors"]] == [
            "GRAPHQL_VALIDATION_FAILED"
        ]
