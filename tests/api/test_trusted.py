"""Trusted documents: registered, sent by their ids, cached by browsers, and in the end alone."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx2
import pytest

from api import trusted
from api.console_documents import console_documents, document
from api.pages.operations import ask as ask_console
from api.requests import GRAPHQL_RESPONSE
from api.trusted import document_id, read_manifest
from tenants.errors import InvalidInput
from tenants.settings import get_settings
from tests.api.asking import codes, post, site, token_of
from tests.api.conftest import Ask
from tests.api.world import fingerprint, organisation_id_of
from tests.factories import Client, make_client

pytestmark = pytest.mark.usefixtures("connection")

QUERY = "query Mine($first: Int) { organisations(first: $first) { nodes { slug } } }"
CHANGE = (
    "mutation Open($input: OpenInterviewInput!) {"
    " openInterview(input: $input) { userErrors { code } } }"
)


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    trusted._registered.clear()
    yield
    trusted._registered.clear()


@pytest.fixture
def strict(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Answer trusted documents only."""
    monkeypatch.setenv("TRUSTED_DOCUMENTS_ONLY", "true")
    get_settings.cache_clear()
    yield
    monkeypatch.undo()
    get_settings.cache_clear()


async def register(ask: Ask, there: Client, *texts: str, **changed: Any) -> dict[str, Any]:
    """Return the payload of registerDocuments, asked by HR."""
    given = {
        "organisationId": organisation_id_of(there),
        "client": "careers site",
        "documents": [{"id": document_id(one), "text": one} for one in texts],
        **changed,
    }
    answer = await ask(
        there.hr,
        "mutation ($input: RegisterDocumentsInput!) { registerDocuments(input: $input) {"
        " documentIds userErrors { code message field } } }",
        input=given,
    )
    payload: dict[str, Any] = answer["data"]["registerDocuments"]
    return payload


async def get(
    token: str, given: Mapping[str, str], headers: Mapping[str, str] | None = None
) -> httpx2.Response:
    """Send a request in an address."""
    sent = {"accept": GRAPHQL_RESPONSE, "authorization": f"Bearer {token}", **(headers or {})}
    async with site() as browser:
        return await browser.get("/graphql", params=given, headers=sent)


async def test_a_document_is_sent_by_its_id(ask: Ask) -> None:
    client, other = await make_client(), await make_client()
    made = await register(ask, client, QUERY, CHANGE)
    assert made == {"documentIds": [document_id(QUERY), document_id(CHANGE)], "userErrors": []}
    assert made["documentIds"][0] == "sha256:" + hashlib.sha256(QUERY.encode()).hexdigest()
    before = await fingerprint(client)
    assert await register(ask, client, QUERY, CHANGE) == made
    assert await fingerprint(client) == before
    token = await token_of(client.leadership)
    for id_ in (document_id(QUERY), document_id(QUERY).removeprefix("sha256:")):
        response = await post({"documentId": id_, "variables": {"first": 1}}, token=token)
        assert response.json()["data"] == {"organisations": {"nodes": [{"slug": client.slug}]}}
    elsewhere = await post({"documentId": document_id(QUERY)}, token=await token_of(other.hr))
    unknown = await post({"documentId": document_id("{ viewer { id } }")}, token=token)
    nobody = await post({"documentId": document_id(QUERY)})
    for response in (elsewhere, unknown, nobody):
        assert (response.status_code, codes(response)) == (404, ["DOCUMENT_NOT_FOUND"])
        assert response.json()["errors"][0]["message"] == (
            "No manifest that is yours has a document with this id."
        )


@pytest.mark.parametrize(
    "body",
    [
        {"documentId": ""},
        {"documentId": "sha256:"},
        {"documentId": "sha256:" + "0" * 63},
        {"documentId": "sha1:" + "0" * 40},
        {"documentId": "sha256:" + "G" * 64},
        {"documentId": "0" * 10_000},
        {"documentId": 1},
        {"documentId": ["sha256:" + "0" * 64]},
        {"documentId": document_id(QUERY), "query": QUERY},
        {"documentId": None},
    ],
)
async def test_an_id_that_is_none(body: dict[str, Any]) -> None:
    response = await post(body)
    assert (response.status_code, codes(response)) == (400, ["BAD_REQUEST"])


async def test_a_browser_keeps_what_it_got_and_asks_whether_it_is_still_so(ask: Ask) -> None:
    client = await make_client()
    await register(ask, client, QUERY, CHANGE)
    token = await token_of(client.hr)
    given = {"documentId": document_id(QUERY), "variables": json.dumps({"first": 1})}
    first = await get(token, given)
    assert first.json() == {"data": {"organisations": {"nodes": [{"slug": client.slug}]}}}
    assert first.headers["cache-control"] == "private, no-cache"
    assert {"Authorization", "Cookie", "Accept"} <= set(first.headers["vary"].split(", "))
    again = await get(token, given, {"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    other = await get(token, given, {"if-none-match": '"x"'})
    assert (other.status_code, other.headers["etag"]) == (200, first.headers["etag"])
    by_text = await get(token, {"query": QUERY})
    assert by_text.json() == first.json()
    # What failed is kept by nobody, and what changes something does not come by GET.
    failed = await get(token, {**given, "variables": '{"first": 101}'})
    assert codes(failed) == ["INVALID_INPUT"]
    assert failed.headers["cache-control"] == "no-store"
    opened = {"documentId": document_id(CHANGE), "variables": '{"input": {"offerId": "x"}}'}
    change = await get(token, opened)
    assert (change.status_code, codes(change)) == (405, ["METHOD_NOT_ALLOWED"])


async def test_what_is_retired_is_trusted_no_more(ask: Ask) -> None:
    client = await make_client()
    await register(ask, client, QUERY)
    await register(ask, client, QUERY, client="another client")
    token = await token_of(client.hr)
    retire = """mutation ($input: RetireDocumentsInput!) { retireDocuments(input: $input) {
      retiredCount userErrors { code field } } }"""
    looks = []
    for name in ("careers site", "another client", "another client"):
        given = {"organisationId": organisation_id_of(client), "client": name}
        answer = await ask(client.hr, retire, input=given)
        trusted._registered.clear()
        response = await post({"documentId": document_id(QUERY)}, token=token)
        looks.append((answer["data"]["retireDocuments"], response.status_code))
    refused = {"retiredCount": None, "userErrors": [{"code": "NOT_FOUND", "field": ["client"]}]}
    assert looks == [
        ({"retiredCount": 1, "userErrors": []}, 200),
        ({"retiredCount": 1, "userErrors": []}, 404),
        (refused, 404),
    ]


@pytest.mark.parametrize(
    ("changed", "field", "message"),
    [
        ({"client": " "}, ["client"], "A client's name has 1 to 100 characters."),
        ({"client": "x" * 101}, ["client"], "A client's name has 1 to 100 characters."),
        ({"documents": []}, ["documents"], "Register 1 to 100 documents at once."),
        (
            {"documents": [{"id": "0" * 64, "text": QUERY}]},
            ["documents", "0"],
            f"{'0' * 64}: the SHA-256 of this document is {document_id(QUERY)[7:]}.",
        ),
        (
            {"documents": [{"id": "0" * 32, "text": QUERY}]},
            ["documents", "0"],
            f"{'0' * 32}: not a document under its SHA-256; hash with SHA-256.",
        ),
    ],
)
async def test_what_cannot_be_registered(
    ask: Ask, changed: dict[str, Any], field: list[str], message: str
) -> None:
    client = await make_client()
    before = await fingerprint(client)
    payload = await register(ask, client, QUERY, **changed)
    assert payload == {
        "documentIds": None,
        "userErrors": [{"code": "INVALID_INPUT", "message": message, "field": field}],
    }
    assert await fingerprint(client) == before


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "Syntax Error"),
        ("{ nothing }", "Cannot query field 'nothing'"),
        ("{ a " * 16 + "}" * 16, "too large"),
        ("{ ... @defer { __typename } }", "@defer"),
        ("fragment F on Query { __typename }", "no operation"),
    ],
)
async def test_a_manifest_holds_what_the_schema_answers(ask: Ask, text: str, words: str) -> None:
    client = await make_client()
    payload = await register(ask, client, QUERY, text)
    (error,) = payload["userErrors"]
    assert (error["code"], error["field"]) == ("INVALID_INPUT", ["documents", "1"])
    assert words in error["message"]
    manifest = json.dumps({document_id(one)[7:]: one for one in (QUERY, text)})
    with pytest.raises(InvalidInput, match=document_id(text)[7:]):
        read_manifest(manifest.encode())


@pytest.mark.parametrize("manifest", [b"", b"[]", b"null", b'{"a": 1}', b"\xff", b"[" * 100_000])
def test_what_is_no_manifest(manifest: bytes) -> None:
    with pytest.raises(InvalidInput):
        read_manifest(manifest)


@pytest.mark.usefixtures("strict")
async def test_a_strict_deployment_answers_nothing_else(ask: Ask) -> None:
    client = await make_client()
    token = await token_of(client.hr)
    for body in ({"query": QUERY}, {"query": "{ __typename }"}, {"query": "{"}):
        for accept in (GRAPHQL_RESPONSE, "application/json"):
            response = await post(body, token=token, headers={"accept": accept})
            assert (response.status_code, codes(response)) == (403, ["DOCUMENT_NOT_TRUSTED"])
    # Whatever way it comes: this one asks the executor itself.
    assert (await ask(client.hr, QUERY))["errors"][0]["extensions"][
        "code"
    ] == "DOCUMENT_NOT_TRUSTED"
    overview = document("organisations")
    for sent in ({"query": overview}, {"documentId": document_id(overview)}):
        response = await post(sent, token=token)
        assert response.status_code == 200
        assert "errors" not in response.json()
    assert await ask_console(client.hr, "organisations")


async def test_a_deployment_has_manifests_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "query Kind { viewer { kind } }"
    (tmp_path / "front-end.json").write_text(json.dumps({document_id(text)[7:]: text}))
    for place in (tmp_path, tmp_path / "front-end.json"):
        monkeypatch.setenv("TRUSTED_DOCUMENTS", str(place))
        get_settings.cache_clear()
        response = await post({"documentId": document_id(text)})
        # Nobody is signed in; the document is known all the same.
        assert codes(response) == ["UNAUTHENTICATED"]
    monkeypatch.undo()
    get_settings.cache_clear()
    assert codes(await post({"documentId": document_id(text)})) == ["DOCUMENT_NOT_FOUND"]


def test_every_operation_of_the_console_is_trusted() -> None:
    found = console_documents()
    assert len(found) >= 10
    for digest, text in found.items():
        assert trusted.check_entry(digest.hex(), text) == digest
