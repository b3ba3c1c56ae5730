"""GraphQL over HTTP: which requests are understood, and how each is answered."""

import json
from typing import Any

import httpx2
import pytest

from api.requests import GRAPHQL_RESPONSE, MAX_BODY_BYTES, MAX_JSON_DEPTH
from tenants.settings import get_settings
from tests.api.asking import TYPENAME, codes, post, site

pytestmark = pytest.mark.usefixtures("connection")

OLD = "application/json"
TYPENAME_ANSWER = {
    "data": {"__typename": "Query"},
    "extensions": {"cost": {"requested": 1, "limit": None, "remaining": None}},
}
NULLS = b'{"query": "{ __typename }", "variables": null, "operationName": null, "extensions": null}'


def test_of_modern_and_old_media_types() -> None:
    assert GRAPHQL_RESPONSE == "application/graphql-response+json"
    assert MAX_BODY_BYTES == 262_144
    assert MAX_JSON_DEPTH == 64


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS"])
async def test_only_get_and_post_are_taken(method: str) -> None:
    async with site() as client:
        response = await client.request(method, "/graphql", params=TYPENAME)
    assert response.status_code == 405
    assert sorted(response.headers["allow"].split(", ")) == ["GET", "HEAD", "POST"]


async def get(accept: str = GRAPHQL_RESPONSE, **parameters: str) -> httpx2.Response:
    """Send a request in an address."""
    async with site() as client:
        return await client.get("/graphql", params=parameters, headers={"accept": accept})


async def test_the_schema_is_asked_by_get(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTBOX_DIR", "outbox")
    get_settings.cache_clear()
    query = "query Type($name: String!) { __type(name: $name) { name } }"
    for accept in (GRAPHQL_RESPONSE, OLD):
        response = await get(accept, query=query, variables='{"name": "Offer"}')
        assert response.json() == {"data": {"__type": {"name": "Offer"}}}
        assert response.headers["content-type"] == f"{accept}; charset=utf-8"
    monkeypatch.undo()
    get_settings.cache_clear()
    assert (await get(query="{ __typename }")).json() == {"data": {"__typename": "Query"}}


@pytest.mark.parametrize(
    "query",
    [
        "{ viewer { id } }",
        "{ __typename viewer { id } }",
        "{ ... { viewer { id } } }",
        "{ ...F } fragment F on Query { __typename }",
        "mutation { __typename }",
        "{ __typename: viewer { id } }",
        "query A { __typename } mutation B { __typename }",
    ],
)
async def test_nothing_else_is_answered_by_get(query: str) -> None:
    for accept in (GRAPHQL_RESPONSE, OLD):
        name = {"operationName": "B"} if "B" in query else {}
        response = await get(accept, query=query, **name)
        assert (response.status_code, codes(response)) == (405, ["METHOD_NOT_ALLOWED"])
        assert response.headers["allow"] == "POST"
        assert "data" not in response.json()


@pytest.mark.parametrize(
    "address",
    [
        "",
        "?",
        "?query=",
        "?variables={}",
        "?query={__typename}&query={__typename}",
        "?query={__typename}&variables=[]",
        "?query={__typename}&variables={",
        "?query={__typename}&variables=",
        "?query={__typename}&extensions=1",
        "?query={__typename}&variables=" + "[" * 3_000,
        "?query={__typename}&variables=%FF",
    ],
)
async def test_an_address_that_makes_no_sense(address: str) -> None:
    async with site() as client:
        response = await client.get("/graphql" + address, headers={"accept": GRAPHQL_RESPONSE})
    code = "GRAPHQL_PARSE_FAILED" if address == "?query=" else "BAD_REQUEST"
    assert (response.status_code, codes(response)) == (400, [code])


@pytest.mark.parametrize(
    "query",
    [
        "{ ... @defer { __typename } }",
        "{ organisations { nodes @stream(initialCount: 1) { id ... @defer { slug } } } }",
        "{ ...F @defer } fragment F on Query { __typename }",
    ],
)
async def test_nothing_is_deferred(query: str) -> None:
    response = await post({"query": query})
    assert (response.status_code, codes(response)) == (400, ["INCREMENTAL_DELIVERY_UNSUPPORTED"])


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "Application/JSON",
        "application/json; charset=utf-8",
        'application/json;charset="UTF-8"',
        "application/json; charset=utf8; profile=x",
    ],
)
async def test_json_in_utf_8_is_taken(content_type: str) -> None:
    response = await post(TYPENAME, headers={"content-type": content_type})
    assert (response.status_code, response.json()) == (200, TYPENAME_ANSWER)


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "text/plain",
        "application/graphql",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/jsonp",
        "application/json; charset=iso-8859-1",
        "application/json; profile=x; charset=utf-16",
    ],
)
async def test_anything_else_is_refused(content_type: str) -> None:
    response = await post(TYPENAME, headers={"content-type": content_type})
    assert (response.status_code, codes(response)) == (415, ["BAD_REQUEST"])
    assert "data" not in response.json()


@pytest.mark.parametrize(
    ("accept", "answered"),
    [
        ("", OLD),
        ("*/*", OLD),
        ("application/*", OLD),
        (GRAPHQL_RESPONSE, GRAPHQL_RESPONSE),
        (f"{GRAPHQL_RESPONSE}, application/json;q=0.9", GRAPHQL_RESPONSE),
        ("application/json", OLD),
        ("Application/JSON; charset=utf-8", OLD),
        ("text/html, application/json;q=0.5", OLD),
        (f"application/json;q=0.9, {GRAPHQL_RESPONSE}", GRAPHQL_RESPONSE),
        (f"application/json, {GRAPHQL_RESPONSE}", OLD),
        (f"{GRAPHQL_RESPONSE};q=0.5, application/json;q=0.6", OLD),
        (f"{GRAPHQL_RESPONSE};q=0, */*", OLD),
        (f"application/json;q=0, {GRAPHQL_RESPONSE};q=0.1", GRAPHQL_RESPONSE),
        ("application/json;q=0, */*;q=0.1", GRAPHQL_RESPONSE),
        (f"{GRAPHQL_RESPONSE.upper()} ; q=1", GRAPHQL_RESPONSE),
    ],
)
async def test_the_answer_has_a_type_that_is_taken(accept: str, answered: str) -> None:
    response = await post(TYPENAME, headers={"accept": accept})
    assert response.status_code == 200
    assert response.headers["content-type"] == f"{answered}; charset=utf-8"


@pytest.mark.parametrize(
    "accept",
    ["text/html", "image/*", "application/xml", "application/json;q=0", "*/*;q=0", "*/*;q=x", "x"],
)
async def test_what_cannot_be_answered_is_refused(accept: str) -> None:
    response = await post(TYPENAME, headers={"accept": accept})
    assert (response.status_code, codes(response)) == (406, ["BAD_REQUEST"])


DEEP = b"[" * 50_000 + b"]" * 50_000
BODIES = {
    "nothing": b"",
    "null": b"null",
    "a text": b'"x"',
    "a number": b"1",
    "a list": b"[]",
    "a batch": b'[{"query": "{ __typename }"}]',
    "no JSON": b"query",
    "cut short": b'{"query": "{ __typename }"',
    "two documents": b'{"query": "{ __typename }"}{}',
    "invalid UTF-8": b'{"query": "{ \xff }"}',
    "UTF-16": '{"query": "{ __typename }"}'.encode("utf-16"),
    "a byte order mark": b'\xef\xbb\xbf{"query": "{ __typename }"}',
    "a field twice": b'{"query": "{ __typename }", "query": "{ viewer { id } }"}',
    "a variable twice": b'{"query": "{ __typename }", "variables": {"a": 1, "a": 2}}',
    "NaN": b'{"query": "{ __typename }", "variables": {"a": NaN}}',
    "infinity": b'{"query": "{ __typename }", "variables": {"a": -Infinity}}',
    "overflow": b'{"query": "{ __typename }", "variables": {"a": 1e400}}',
    "5,000 digits": b'{"query": "{ __typename }", "variables": {"a": ' + b"9" * 5_000 + b"}}",
    "very deep lists": DEEP,
    "very deep variables": b'{"query": "{ __typename }", "variables": {"a": ' + DEEP + b"}}",
    "very deep objects": b'{"a":' * 40_000 + b"1" + b"}" * 40_000,
    "100 kB of lists": b'{"query": "{ __typename }", "variables": {"a": ['
    + b"[],[[]]," * 12_500
    + (b"[" * 70 + b"]" * 70)
    + b"]}}",
    "no query": b"{}",
    "query null": b'{"query": null}',
    "query a number": b'{"query": 1}',
    "query a list": b'{"query": ["{ __typename }"]}',
    "only an id": b'{"id": "abc", "documentId": "abc"}',
    "variables a list": b'{"query": "{ __typename }", "variables": []}',
    "variables a text": b'{"query": "{ __typename }", "variables": "{}"}',
    "operationName a number": b'{"query": "{ __typename }", "operationName": 1}',
    "extensions a list": b'{"query": "{ __typename }", "extensions": []}',
    "half a pair in a variable": rb'{"query": "{ __typename }", "variables": {"a": "\ud800"}}',
    "half a pair in a name": rb'{"query": "{ __typename }", "variables": {"\udfff": "a"}}',
    "a NUL in a variable": rb'{"query": "{ __typename }", "variables": {"a": ["\u0000"]}}',
}


@pytest.mark.parametrize("name", BODIES)
async def test_what_is_no_request_is_refused_with_a_code(name: str) -> None:
    for accept in (GRAPHQL_RESPONSE, OLD):
        response = await post(BODIES[name], headers={"accept": accept})
        document = response.json()
        assert (response.status_code, codes(response)) == (400, ["BAD_REQUEST"])
        assert list(document) == ["errors"]
        assert set(document["errors"][0]) == {"message", "extensions"}


async def test_nulls_stand_for_what_is_left_out() -> None:
    response = await post(NULLS)
    assert (response.status_code, response.json()) == (200, TYPENAME_ANSWER)


async def test_a_body_may_be_so_long_and_no_longer() -> None:
    shell = len(json.dumps({**TYPENAME, "variables": {"a": ""}}))
    for spare, status in ((0, 200), (1, 413)):
        body = {**TYPENAME, "variables": {"a": "x" * (MAX_BODY_BYTES - shell + spare)}}
        assert len(json.dumps(body)) == MAX_BODY_BYTES + spare
        response = await post(body)
        assert response.status_code == status
    assert codes(response) == ["BAD_REQUEST"]
    read = 0

    async def endless() -> Any:
        nonlocal read
        while True:
            read += 65_536
            yield b" " * 65_536

    async with site() as client:
        response = await client.post(
            "/graphql", content=endless(), headers={"content-type": "application/json"}
        )
    assert (response.status_code, read) == (413, 5 * 65_536)


NOT_EXECUTED = {
    "": ("GRAPHQL_PARSE_FAILED", None),
    "{": ("GRAPHQL_PARSE_FAILED", None),
    '{ node(id: "\\ud800") { id } }': ("GRAPHQL_PARSE_FAILED", None),
    "{ nothing }": ("GRAPHQL_VALIDATION_FAILED", None),
    "{ viewer }": ("GRAPHQL_VALIDATION_FAILED", None),
    "mutation { nothing }": ("GRAPHQL_VALIDATION_FAILED", None),
    "subscription { nothing }": ("GRAPHQL_VALIDATION_FAILED", None),
    "query ($a: Int!) { organisations(first: $a) { totalCount } }": (
        "GRAPHQL_VALIDATION_FAILED",
        None,
    ),
    "fragment A on Query { __typename }": ("OPERATION_NOT_FOUND", None),
    "query A { __typename }": ("OPERATION_NOT_FOUND", "B"),
    "query A { __typename } query B { __typename }": ("OPERATION_NOT_FOUND", None),
    "query A { __typename } mutation B { __typename }": ("OPERATION_NOT_FOUND", ""),
    "type Query { a: Int }": ("OPERATION_NOT_FOUND", None),
    '{ organisation(slug: "\\u0000") { id } }': ("BAD_REQUEST", None),
    '{ organisation(slug: "\ud800") { id } }': ("GRAPHQL_PARSE_FAILED", None),
    '{ organisation(slug: """a\0""") { id } }': ("BAD_REQUEST", None),
}


@pytest.mark.parametrize("query", NOT_EXECUTED)
async def test_what_is_not_executed_has_no_data(query: str) -> None:
    code, name = NOT_EXECUTED[query]
    body = {"query": query, "operationName": name}
    for accept, status in ((GRAPHQL_RESPONSE, 400), (OLD, 200)):
        response = await post(body, headers={"accept": accept})
        expected = 400 if code == "BAD_REQUEST" else status
        assert (response.status_code, codes(response)) == (expected, [code])
        assert "data" not in response.json()


async def test_what_is_executed_has_data_even_where_it_failed() -> None:
    for query in ("{ viewer { id } }", "{ node(id: 1) { id } }", "{ a: nodes(ids: []) { id } }"):
        for accept in (GRAPHQL_RESPONSE, OLD):
            response = await post({"query": query}, headers={"accept": accept})
            assert (response.status_code, codes(response)) == (200, ["UNAUTHENTICATED"])
            assert set(response.json()) == {"data", "errors", "extensions"}


async def test_one_of_several_operations_is_executed_by_its_name() -> None:
    query = "query A { a: __typename } query B { b: __typename }"
    response = await post({"query": query, "operationName": "B"})
    assert response.json()["data"] == {"b": "Query"}


async def test_every_answer_has_a_request_id_of_its_own_and_is_kept_by_nobody() -> None:
    first, second = await post("null"), await post(TYPENAME)
    ids = [one.headers["x-request-id"] for one in (first, second)]
    assert len(set(ids)) == 2
    assert first.json()["errors"][0]["extensions"] == {
        "code": "BAD_REQUEST",
        "requestId": ids[0],
        "docs": "/docs/errors#BAD_REQUEST",
    }
    for one in (first, second):
        assert one.headers["cache-control"] == "no-store"
        assert one.headers["x-content-type-options"] == "nosniff"
        assert one.headers["referrer-policy"] == "no-referrer"
        assert one.headers["content-security-policy"].startswith("default-src 'none';")
        assert "access-control-allow-origin" not in one.headers
