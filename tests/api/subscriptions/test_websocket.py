"""The protocol graphql-transport-ws, its limits, and who may open a socket."""

import asyncio
import json
from typing import Any

import pytest
from starlette.websockets import WebSocket
from websockets.exceptions import InvalidStatus

from api.auth.bearer import SESSION_COOKIE
from api.requests import MAX_BODY_BYTES
from api.subscriptions import quota, websocket
from tests.api.asking import token_of
from tests.api.subscriptions.serving import EVENTS, latest, talking
from tests.api.world import organisation_id_of
from tests.factories import make_client, make_offer

TYPENAME = "{ __typename }"


async def test_other_protocols_are_not_spoken(address: str) -> None:
    async with talking(address, "graphql-ws") as talk:
        code, reason = await talk.closed()
    assert (code, reason) == (4406, "Subprotocol not acceptable; speak graphql-transport-ws.")


async def test_queries_and_mutations_have_one_result(address: str) -> None:
    client = await make_client()
    async with talking(address) as talk:
        await talk.say(type="ping")
        assert await talk.hear() == {"type": "pong"}
        await talk.begin(await token_of(client.hr))
        await talk.subscribe("a", "{ viewer { kind } }")
        assert await talk.next("a") == {"viewer": {"kind": "PERSON"}}
        assert await talk.hear() == {"type": "complete", "id": "a"}
        # The same id can be used again, and a pong is no news.
        await talk.say(type="pong")
        await talk.subscribe(
            "a", 'mutation { inviteCandidate(input: {interviewId: "x"}) { userErrors { code } } }'
        )
        refused = {"userErrors": [{"code": "NOT_FOUND"}]}
        assert await talk.next("a") == {"inviteCandidate": refused}
        assert await talk.hear() == {"type": "complete", "id": "a"}


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"query": "{ nothing }"}, "GRAPHQL_VALIDATION_FAILED"),
    ({"query": "{"}, "GRAPHQL_PARSE_FAILED"),
    ({"query": 1}, "BAD_REQUEST"),
    (
        {"query": "{ " + " ".join(f"a{n}: __typename" for n in range(200)) + " }"},
        "QUERY_TOO_LARGE",
    ),
    (
        {
            "query": "subscription { jobProgress(id: 1) { id name } organisationEvents"
            "(organisationId: 1) { id } }"
        },
        "GRAPHQL_VALIDATION_FAILED",
    ),
    ({"query": "query ($a: ID!) { node(id: $a) { id } }"}, "GRAPHQL_VALIDATION_FAILED"),
]


async def test_what_is_not_executed_is_an_error_and_the_socket_stays(address: str) -> None:
    client = await make_client()
    async with talking(address) as talk:
        await talk.begin(await token_of(client.hr))
        for payload, code in REFUSED:
            await talk.say(type="subscribe", id="1", payload=payload)
            refused = await talk.hear()
            assert (refused["type"], refused["id"]) == ("error", "1")
            assert {one["extensions"]["code"] for one in refused["payload"]} == {code}
        await talk.subscribe("1", TYPENAME)
        assert await talk.next("1") == {"__typename": "Query"}


BREACHES: list[tuple[list[str | bytes], int]] = [
    (['{"type": "subscribe", "id": "1", "payload": {"query": "{ __typename }"}}'], 4401),
    (["INIT", '{"type": "connection_init"}'], 4429),
    (["INIT", "["], 4400),
    (["INIT", "[]"], 4400),
    (["INIT", "null"], 4400),
    (["INIT", '{"type": 1}'], 4400),
    (["INIT", '{"type": "start"}'], 4400),
    (["INIT", '{"type": "subscribe", "id": "", "payload": {"query": "{a}"}}'], 4400),
    (["INIT", '{"type": "subscribe", "id": "1", "payload": null}'], 4400),
    (["INIT", "[" * 50_000 + "]" * 50_000], 4400),
    (["INIT", "x" * (MAX_BODY_BYTES + 1)], 4400),
    (["INIT", b"\xff\xfe"], 4400),
    (["INIT", "TWICE"], 4409),
    (['{"type": "connection_init", "payload": []}'], 4400),
    (['{"type": "connection_init"}'], 4403),
    (['{"type": "connection_init", "payload": {"Authorization": "Bearer no"}}'], 4403),
    (['{"type": "connection_init", "payload": {"authorization": "Bearer \\u2603"}}'], 4403),
    (['{"type": "connection_init", "payload": {"authorization": ["x"]}}'], 4403),
]


async def test_who_breaks_the_protocol_is_told_by_a_code(address: str) -> None:
    client = await make_client()
    token = await token_of(client.hr)
    organisation, after = organisation_id_of(client), await latest(client)
    for messages, code in BREACHES:
        async with talking(address) as talk:
            for message in messages:
                if message == "INIT":
                    await talk.begin(token)
                elif message == "TWICE":
                    for _ in range(2):
                        await talk.subscribe("1", EVENTS, organisation=organisation, after=after)
                else:
                    await talk.connection.send(message)
            closed, reason = await talk.closed()
        assert closed == code, messages
        assert reason


async def test_who_says_nothing_is_let_go(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websocket, "INIT_SECONDS", 0.05)
    async with talking(address) as talk:
        assert (await talk.closed())[0] == 4408


async def test_a_session_counts_only_on_pages_of_ours(address: str) -> None:
    client = await make_client()
    cookie = f"{SESSION_COOKIE}={await token_of(client.hr)}"
    for headers, code in (
        ({"cookie": cookie}, 4403),
        ({"cookie": cookie, "origin": "https://elsewhere.example"}, 4403),
        ({"cookie": cookie, "origin": f"http://{address}", "sec-fetch-site": "same-site"}, 4403),
    ):
        async with talking(address, headers=headers) as talk:
            await talk.say(type="connection_init")
            assert (await talk.closed())[0] == code
    headers = {"cookie": cookie, "origin": f"http://{address}"}
    async with talking(address, headers=headers) as talk:
        await talk.say(type="connection_init")
        assert await talk.hear() == {"type": "connection_ack"}
        await talk.subscribe("1", "{ viewer { kind } }")
        assert await talk.next("1") == {"viewer": {"kind": "PERSON"}}


async def test_one_client_has_so_much_open_and_no_more(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quota.operations, "_most", 2)
    monkeypatch.setattr(quota.sockets, "_most", 1)
    client = await make_client()
    token, start = await token_of(client.hr), await latest(client)
    await make_offer(client)
    given = {"organisation": organisation_id_of(client), "after": start}
    async with talking(address) as talk:
        await talk.begin(token)
        for name in ("1", "2"):
            await talk.subscribe(name, EVENTS, **given)
            assert (await talk.next(name))["organisationEvents"]
        await talk.subscribe("3", EVENTS, **given)
        refused = await talk.hear()
        assert refused["payload"][0]["extensions"]["code"] == "TOO_MANY_SUBSCRIPTIONS"
        # What is closed makes room.
        await talk.say(type="complete", id="1")
        await talk.subscribe("4", EVENTS, **given)
        while (told := await talk.hear())["type"] == "error":
            await talk.subscribe("4", EVENTS, **given)
        assert told["id"] == "4"
        async with talking(address) as second:
            await second.say(type="connection_init", payload={"Authorization": f"Bearer {token}"})
            assert (await second.closed())[0] == 1013
        # Somebody else has room of their own.
        async with talking(address) as other:
            await other.begin(await token_of(client.leadership))
    async with asyncio.timeout(5):
        while quota.operations._open or quota.sockets._open:  # noqa: ASYNC110 - nobody tells.
            await asyncio.sleep(0.01)


async def test_sockets_of_nobody_are_few(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quota.handshakes, "_most", 1)
    client = await make_client()
    token = await token_of(client.hr)
    async with talking(address) as first, talking(address) as second:
        assert (await second.closed())[0] == 1013
        await first.begin(token)
        # Whoever has said who it is makes room for the next one.
        async with talking(address) as third:
            await third.begin(token)


async def test_who_does_not_read_is_let_go_and_comes_back(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is kept for it meanwhile: the next event is read when the last one was taken."""

    async def never(_self: object, text: str) -> None:
        if json.loads(text)["type"] == "next":
            await asyncio.Event().wait()
        await send(_self, text)

    client = await make_client()
    start = await latest(client)
    token = await token_of(client.hr)
    await make_offer(client)
    given = {"organisation": organisation_id_of(client), "after": start}
    send: Any = WebSocket.send_text
    with monkeypatch.context() as patch:
        patch.setattr(WebSocket, "send_text", never)
        patch.setattr(websocket, "SEND_SECONDS", 0.05)
        async with talking(address) as talk:
            await talk.begin(token)
            await talk.subscribe("1", EVENTS, **given)
            assert await talk.closed() == (1013, "You do not read; come back later.")
    async with talking(address) as talk:
        await talk.begin(token)
        await talk.subscribe("1", EVENTS, **given)
        assert (await talk.next("1"))["organisationEvents"]["__typename"] == "OfferChanged"


async def test_a_socket_that_is_silent_is_pinged(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(websocket, "PING_SECONDS", 0.01)
    client = await make_client()
    async with talking(address) as talk:
        await talk.begin(await token_of(client.hr))
        async with asyncio.timeout(5):
            assert json.loads(await talk.connection.recv()) == {"type": "ping"}


async def test_other_addresses_have_no_socket(address: str) -> None:
    with pytest.raises(InvalidStatus):
        async with talking(f"{address}/console"):
            pass
