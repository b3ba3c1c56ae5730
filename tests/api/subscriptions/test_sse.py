"""Server-sent events: when there are any, what they carry, and how they are taken up again."""

import asyncio
import json

import httpx2
import pytest

from api.subscriptions import quota, sse
from tests.api.asking import codes, post, token_of
from tests.api.subscriptions.serving import EVENTS, latest, reading
from tests.api.world import organisation_id_of
from tests.factories import make_client, make_offer


async def test_events_come_with_their_id_and_go_on_behind_the_last_one(address: str) -> None:
    client = await make_client()
    token, start = await token_of(client.hr), await latest(client)
    given = {"organisation": organisation_id_of(client)}
    async with reading(address, token, EVENTS, after=start, **given) as events:
        seen = []
        for _ in range(2):
            await make_offer(client)
            event = await anext(events)
            assert event["event"] == "next"
            shown = json.loads(event["data"])["data"]["organisationEvents"]
            assert shown["id"] == event["id"]
            seen.append(event["id"])
    assert len(set(seen)) == 2
    assert await latest(client) == seen[1]
    async with reading(address, token, EVENTS, last=seen[0], **given) as events:
        assert (await anext(events))["id"] == seen[1]
    # What is no event has no id, whatever the client has seen before.
    async with reading(address, token, "{ __typename }", last=seen[0]) as events:
        assert "id" not in await anext(events)


async def test_a_query_has_one_result_and_an_end(address: str) -> None:
    client = await make_client()
    async with reading(address, await token_of(client.hr), "{ viewer { kind } }") as events:
        told = [event async for event in events]
    assert told == [
        {"event": "next", "data": '{"data":{"viewer":{"kind":"PERSON"}}}'},
        {"event": "complete", "data": ""},
    ]


async def test_what_is_refused_says_so_and_ends(address: str) -> None:
    client = await make_client()
    token = await token_of(client.hr)
    for query, given, code in (
        ("{ nothing }", {}, "GRAPHQL_VALIDATION_FAILED"),
        (EVENTS, {"organisation": "x"}, "NOT_FOUND"),
    ):
        async with reading(address, token, query, **given) as events:
            refused, end = [event async for event in events]
        assert json.loads(refused["data"])["errors"][0]["extensions"]["code"] == code
        assert "id" not in refused
        assert end == {"event": "complete", "data": ""}


async def test_silence_is_filled_with_comments(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sse, "KEEP_ALIVE_SECONDS", 0.01)
    client = await make_client()
    token, start = await token_of(client.hr), await latest(client)
    organisation = organisation_id_of(client)
    async with reading(address, token, EVENTS, organisation=organisation, after=start) as events:
        assert await anext(events) == {"": ""}
        await make_offer(client)
        while (event := await anext(events)) == {"": ""}:
            pass
        assert event["event"] == "next"


async def test_who_does_not_read_is_let_go_and_comes_back(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = await make_client()
    token, start = await token_of(client.hr), await latest(client)
    await make_offer(client)
    given = {"organisation": organisation_id_of(client), "after": start}
    with monkeypatch.context() as patch:
        patch.setattr(sse, "SEND_SECONDS", 0.05)
        patch.setattr(sse, "KEEP_ALIVE_SECONDS", 0.01)
        # More than fits between the two: what follows has to wait for a reader.
        patch.setattr(sse.EventStream, "_event", lambda *_: b":" + b"x" * 30_000_000)
        async with reading(address, token, EVENTS, **given) as events, asyncio.timeout(20):
            while not quota.operations._open:  # noqa: ASYNC110 - nobody tells.
                await asyncio.sleep(0.01)
            while quota.operations._open:  # noqa: ASYNC110 - likewise.
                await asyncio.sleep(0.01)
            # The connection is cut off, so that the client does not take it for an end.
            with pytest.raises(httpx2.RemoteProtocolError):
                _ = [event async for event in events]
    async with reading(address, token, EVENTS, **given) as events:
        assert (await anext(events))["event"] == "next"


@pytest.mark.parametrize(
    ("accept", "streams"),
    [
        ("text/event-stream", True),
        ("text/event-stream, application/json", True),
        ("application/json, text/event-stream", False),
        (
            "application/graphql-response+json, application/json, text/event-stream, multipart/*",
            False,
        ),
        ("text/event-stream;q=0.5, application/json;q=0.9", False),
        ("*/*", False),
    ],
)
async def test_events_are_sent_to_those_who_like_them_best(
    address: str, accept: str, *, streams: bool
) -> None:
    del address
    client = await make_client()
    response = await post(
        {"query": "{ __typename }"}, token=await token_of(client.hr), headers={"accept": accept}
    )
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/event-stream") is streams


async def test_who_is_nobody_gets_no_stream(address: str) -> None:
    del address
    response = await post(
        {"query": "{ __typename }"}, token="unknown", headers={"accept": "text/event-stream"}
    )
    assert (response.status_code, codes(response)) == (401, ["UNAUTHENTICATED"])
