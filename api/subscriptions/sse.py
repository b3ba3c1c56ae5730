"""Server-sent events, as the protocol of graphql-sse has them in its mode of distinct connections.

Source: https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, Final

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.context import Context
from api.execution import GraphQLResult
from api.requests import EVENT_STREAM, GraphQLRequest
from api.subscriptions.streaming import stream

# Proxies end what is silent for longer, often after thirty seconds.
KEEP_ALIVE_SECONDS: Final = 12.0
# Who does not read for so long is let go, and comes back with the last id it has seen.
SEND_SECONDS: Final = 20.0

_COMPLETE: Final = b"event: complete\ndata:\n\n"
_KEEP_ALIVE: Final = b":\n\n"


class EventStream(Response):
    """A response that goes on until the operation or the client ends it."""

    media_type = EVENT_STREAM

    def __init__(self, context: Context, request: GraphQLRequest) -> None:
        """Keep what is to be executed."""
        super().__init__(
            headers={
                "X-Request-Id": context.request_id,
                "Cache-Control": "no-store",
                # nginx would hold results back until its buffer is full.
                "X-Accel-Buffering": "no",
            }
        )
        del self.headers["content-length"]
        self._context = context
        self._request = request

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send results as they come, and a comment from time to time."""
        del scope
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        gone = asyncio.ensure_future(_disconnected(receive))
        try:
            await self._send_all(send, gone)
        except TimeoutError:
            # The connection is cut off without an end, so that the client takes it for lost.
            return
        finally:
            gone.cancel()

    async def _send_all(self, send: Send, gone: "asyncio.Future[None]") -> None:
        results = stream(self._context, self._request)
        following: asyncio.Future[GraphQLResult | None] | None = None
        try:
            while not gone.done():
                following = following or asyncio.ensure_future(_next(results))
                either: set[asyncio.Future[Any]] = {following, gone}
                await asyncio.wait(
                    either, timeout=KEEP_ALIVE_SECONDS, return_when=asyncio.FIRST_COMPLETED
                )
                if following.done():
                    result, following = following.result(), None
                    if result is None:
                        await _send(send, _COMPLETE, more=False)
                        return
                    await _send(send, self._event(result))
                elif not gone.done():
                    await _send(send, _KEEP_ALIVE)
        finally:
            if following is not None:
                following.cancel()
                await asyncio.wait({following})
            await results.aclose()

    def _event(self, result: GraphQLResult) -> bytes:
        """Return a result as an event; its id is what Last-Event-ID takes."""
        event_id = self._context.event_id
        lines = ["event: next"]
        if event_id is not None and result.executed:
            lines.append(f"id: {event_id}")
        lines.append(f"data: {result.text}")
        return ("\n".join(lines) + "\n\n").encode()


async def _next(results: AsyncIterator[GraphQLResult]) -> GraphQLResult | None:
    return await anext(results, None)


async def _send(send: Send, body: bytes, *, more: bool = True) -> None:
    async with asyncio.timeout(SEND_SECONDS):
        await send({"type": "http.response.body", "body": body, "more_body": more})


async def _disconnected(receive: Receive) -> None:
    """Return when the client has gone."""
    message: Any = {}
    while message.get("type") != "http.disconnect":
        message = await receive()
