"""What a process remembers of earlier requests never answers another one."""

import asyncio
import json
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api import requests
from api.auth import bearer
from api.documents import MAX_KEPT_CHARACTERS, _kept, _storable, _texts, prepare
from api.requests import BadRequest, GraphQLRequest, read_json
from tenants.access import Viewer
from tenants.keys import Purpose
from tenants.model import new_id
from tenants.settings import get_settings
from tenants.tokens import Token, make_token
from tests.api.asking import codes, post, site
from tests.factories import make_client, make_invited_candidate

pytestmark = pytest.mark.usefixtures("database")

VIEWER = {"query": "{ viewer { id kind } }"}


def link() -> str:
    return make_token(Purpose.LINK, Token(new_id(), new_id(), 1))


@pytest.fixture
def other_key(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the installation have another secret from here on."""
    yield
    monkeypatch.undo()
    get_settings.cache_clear()


@pytest.mark.usefixtures("connection")
async def test_each_link_is_its_own_candidate_again_and_again() -> None:
    client = await make_client()
    tokens = [(await make_invited_candidate(client)).token for _ in range(3)]
    ids = [
        [(await post(VIEWER, token=one)).json()["data"]["viewer"]["id"] for one in tokens]
        for _ in range(3)
    ]
    assert ids[0] == ids[1] == ids[2]
    assert len(set(ids[0])) == 3


@pytest.mark.usefixtures("connection")
async def test_the_same_body_is_answered_to_whoever_sends_it() -> None:
    client = await make_client()
    invited = await make_invited_candidate(client)
    kinds = []
    for token in (invited.token, None, invited.token, invited.token.swapcase(), None):
        answer = (await post(VIEWER, token=token)).json()
        kinds.append(answer["data"]["viewer"]["kind"] if answer.get("data") else None)
    assert kinds == ["CANDIDATE", None, "CANDIDATE", None, None]


async def test_a_link_of_another_secret_is_no_link(
    monkeypatch: pytest.MonkeyPatch, other_key: None
) -> None:
    del other_key
    token = link()
    assert bearer._candidate(token) is bearer._candidate(token) is not None
    monkeypatch.setenv("SECRET_KEY", "another secret key that is used in this test")
    get_settings.cache_clear()
    assert bearer._candidate(token) is None


def test_no_link_is_kept_and_not_many_candidates() -> None:
    tokens = [link() for _ in range(2 * bearer._KEPT_LINKS)]
    for token in tokens:
        assert bearer._candidate(token) is not None
    assert len(bearer._candidates) == bearer._KEPT_LINKS
    assert not any(token.encode() in bearer._candidates._kept for token in tokens)


def test_what_is_no_link_is_not_remembered() -> None:
    before = len(bearer._candidates)
    assert bearer._candidate(link().swapcase()) is None
    assert len(bearer._candidates) == before


def test_bodies_without_variables_are_read_once() -> None:
    body = json.dumps({"query": "{ viewer { id } }", "variables": {}, "extensions": {}}).encode()
    assert read_json(body) is read_json(body)
    assert read_json(body + b" ") is not read_json(body)
    assert read_json(body + b" ") == read_json(body)


@pytest.mark.parametrize(
    "sent",
    [
        {"query": "{ viewer { id } }", "variables": {"a": "what somebody wrote"}},
        {"query": 'mutation { saveAnswers(input: {answers: []}) { userErrors { code } } } # "x"'},
        {"query": "{ viewer { id } }" + " " * 5_000},
    ],
)
def test_other_bodies_are_not_kept(sent: dict[str, object]) -> None:
    body = json.dumps(sent).encode()
    assert read_json(body) is not read_json(body)
    assert requests._read.find(body) is None


def test_what_is_no_request_is_refused_each_time() -> None:
    for _ in range(3):
        with pytest.raises(BadRequest):
            read_json(b'{"query": "{ viewer { id } }", "query": "{ viewer { id } }"}')


def test_more_documents_than_are_kept_leave_a_bounded_amount() -> None:
    somebody, documents = Viewer(), 3 * MAX_KEPT_CHARACTERS // 1_000
    for number in range(documents):
        query = f"query Number{number} {{ viewer {{ id }} }}".ljust(1_000)
        for _ in range(2):
            prepare(somebody, read_json(json.dumps({"query": query}).encode()))
    assert MAX_KEPT_CHARACTERS - 1_000 < _kept._weight <= MAX_KEPT_CHARACTERS
    assert requests._KEPT_BYTES - 2_000 < requests._read._weight <= requests._KEPT_BYTES


def test_an_operation_that_was_ready_once_is_ready_for_its_own_name_only() -> None:
    somebody, query = Viewer(), "query A { a: __typename } query B { b: __typename }"
    found = {
        name: prepare(somebody, GraphQLRequest(query, operation_name=name)).node.name
        for name in ("A", "B", "A", "B")
    }
    assert {name: node.value for name, node in found.items() if node} == {"A": "A", "B": "B"}


@pytest.mark.usefixtures("connection")
async def test_requests_beside_each_other_are_not_mixed_up() -> None:
    client = await make_client()
    tokens = [(await make_invited_candidate(client)).token for _ in range(3)]
    alone = [(await post(VIEWER, token=one)).json()["data"] for one in tokens]
    together = await asyncio.gather(*(post(VIEWER, token=tokens[n % 3]) for n in range(30)))
    assert [one.json()["data"] for one in together] == [alone[n % 3] for n in range(30)]
    assert len({one.headers["x-request-id"] for one in together}) == 30


@pytest.mark.usefixtures("connection")
@pytest.mark.parametrize("origin", [None, "https://board.example"])
@pytest.mark.parametrize("public_url", ["http://127.0.0.1:8000", "https://afterword.example"])
async def test_graphql_says_in_its_headers_what_every_response_says(
    monkeypatch: pytest.MonkeyPatch, other_key: None, origin: str | None, public_url: str
) -> None:
    del other_key
    monkeypatch.setenv("PUBLIC_URL", public_url)
    get_settings.cache_clear()
    headers = {} if origin is None else {"origin": origin}
    async with site() as client:
        page = await client.get("/schema.graphql", headers=headers)
        events = {"accept": "text/event-stream", "content-type": "application/json", **headers}
        streamed = await client.post("/graphql", json=VIEWER, headers=events)
    answers = [await post(VIEWER, headers=headers), await post("null", headers=headers)]
    own = {"content-type", "content-length", "x-request-id", "cache-control", "x-accel-buffering"}
    expected = {name: value for name, value in page.headers.items() if name not in own}
    assert ("strict-transport-security" in expected) == public_url.startswith("https")
    assert ("access-control-allow-origin" in expected) == (origin is not None)
    for one in (*answers, streamed):
        said = {name: value for name, value in one.headers.items() if name not in own}
        assert said == expected


@given(texts=st.dictionaries(st.text(), st.text(), max_size=3), is_ascii=st.booleans())
def test_a_body_that_looks_storable_is(texts: dict[str, str], *, is_ascii: bool) -> None:
    """Whatever was not looked through text by text holds nothing that cannot be stored."""
    body = json.dumps({"query": "{ a }", "variables": texts}, ensure_ascii=is_ascii)
    request = read_json(body.encode())
    assert all(map(_storable, _texts(request.variables))) or not request.storable


@pytest.mark.parametrize(
    ("spelt", "storable"),
    [
        (rb"plain", True),
        (rb"\u00fc", True),
        (rb"\ud83d\ude00", False),
        (rb"\uD83D", False),
        (rb"\u0000", False),
        (rb"\\u0000", False),
        (rb"\u2028", True),
    ],
)
def test_escapes_are_looked_at_where_they_may_matter(spelt: bytes, *, storable: bool) -> None:
    body = b'{"query": "{ a }", "variables": {"a": "%s"}}' % spelt
    assert read_json(body).storable == storable


@pytest.mark.usefixtures("connection")
@pytest.mark.parametrize("spelt", [rb"\ud83d\ude00", rb"\\u0000", "😀".encode()])
async def test_what_can_be_stored_is_taken_however_it_is_spelt(spelt: bytes) -> None:
    body = b'{"query": "query ($a: String) { __typename }", "variables": {"a": "%s"}}' % spelt
    answer = await post(body)
    assert codes(answer) == ["GRAPHQL_VALIDATION_FAILED"]
