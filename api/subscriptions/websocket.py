"""GraphQL over WebSocket: the protocol graphql-transport-ws.

Source: https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md
"""

import asyncio
import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, aclosing, contextmanager, suppress
from typing import Any, Final

from graphql import GraphQLError
from starlette.requests import HTTPConnection
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from api.auth.bearer import session_token, viewer_of
from api.context import Context
from api.errors import shown_all
from api.execution import GraphQLResult
from api.pages.posted import is_foreign
from api.requests import MAX_BODY_BYTES, BadRequest, load_json, read_parameters
from api.subscriptions import quota
from api.subscriptions.quota import TooManySubscriptions
from api.subscriptions.streaming import stream
from tenants.access import Viewer, ViewerKind
from tenants.errors import Unauthenticated
from tenants.model import new_id

PROTOCOL: Final = "graphql-transport-ws"
INIT_SECONDS: Final = 10.0
PING_SECONDS: Final = 25.0
# Who does not read for so long is let go, and comes back with the last id it has seen.
SEND_SECONDS: Final = 20.0

TRY_AGAIN_LATER: Final = 1013
BAD_MESSAGE: Final = 4400
UNAUTHORIZED: Final = 4401
FORBIDDEN: Final = 4403
NO_SUCH_PROTOCOL: Final = 4406
INIT_TIMEOUT: Final = 4408
SUBSCRIBER_EXISTS: Final = 4409
INITIALISED_TWICE: Final = 4429
# The longest reason that a close frame can carry, in bytes.
_MAX_REASON: Final = 120


class _Closed(Exception):
    """The conversation ends.

    Attributes:
        code: Of the close frame.
        reason: In words.
    """

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


async def graphql_socket(socket: WebSocket) -> None:
    """Answer a WebSocket at /graphql."""
    if PROTOCOL not in socket.scope.get("subprotocols", ()):
        await socket.accept()
        await socket.close(NO_SUCH_PROTOCOL, f"Subprotocol not acceptable; speak {PROTOCOL}.")
        return
    await socket.accept(PROTOCOL)
    try:
        await _Conversation(socket).run()
    except _Closed as closed:
        if socket.application_state is WebSocketState.CONNECTED:
            with suppress(RuntimeError, WebSocketDisconnect):
                await socket.close(closed.code, closed.reason[:_MAX_REASON])
    except WebSocketDisconnect:
        return


class _Conversation:
    """What is said on one socket: who it is with, and which operations are under way."""

    def __init__(self, socket: WebSocket) -> None:
        self._socket = socket
        self._connection: HTTPConnection = socket
        self._operations: dict[str, asyncio.Task[None]] = {}
        self._sending = asyncio.Lock()
        self._failure: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def run(self) -> None:
        """Talk until either side ends it; then nothing of it is left."""
        with _place(quota.handshakes, Viewer()):
            viewer = await self._initialise()
        with _place(quota.sockets, viewer):
            await self._send({"type": "connection_ack"})
            pinging = asyncio.create_task(self._ping())
            listening = asyncio.create_task(self._listen())
            try:
                await asyncio.wait({listening, self._failure}, return_when=asyncio.FIRST_COMPLETED)
                for ended in (listening, self._failure):
                    if ended.done():
                        ended.result()
            finally:
                tasks = [pinging, listening, *self._operations.values()]
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
                self._failure.cancel()

    async def _initialise(self) -> Viewer:
        """Return who opens the conversation, as its first message says."""
        try:
            async with asyncio.timeout(INIT_SECONDS):
                message = await self._receive()
                while message["type"] in {"ping", "pong"}:
                    if message["type"] == "ping":
                        await self._send({"type": "pong"})
                    message = await self._receive()
        except TimeoutError as error:
            raise _Closed(INIT_TIMEOUT, "Connection initialisation timeout") from error
        if message["type"] != "connection_init":
            raise _Closed(UNAUTHORIZED, "Unauthorized: send connection_init first.")
        self._connection = _authorised(self._socket, message.get("payload"))
        try:
            viewer = await viewer_of(self._connection)
        except Unauthenticated as error:
            raise _Closed(FORBIDDEN, f"Forbidden: {error.message}") from error
        if viewer.kind is ViewerKind.NOBODY:
            advice = 'send {"Authorization": "Bearer <token>"} as the payload of connection_init.'
            raise _Closed(FORBIDDEN, f"Forbidden: {advice}")
        return viewer

    async def _listen(self) -> None:
        """Do what the client says, message by message."""
        while True:
            message = await self._receive()
            kind = message["type"]
            if kind == "subscribe":
                self._subscribe(message)
            elif kind == "complete":
                operation = self._operations.pop(str(message.get("id")), None)
                if operation is not None:
                    operation.cancel()
            elif kind == "ping":
                await self._send({"type": "pong"})
            elif kind == "connection_init":
                raise _Closed(INITIALISED_TWICE, "Too many initialisation requests")
            elif kind != "pong":
                raise _Closed(BAD_MESSAGE, "Unknown type of message.")

    def _subscribe(self, message: Mapping[str, Any]) -> None:
        """Begin an operation beside those that are under way."""
        name, payload = message.get("id"), message.get("payload")
        if not isinstance(name, str) or not name or not isinstance(payload, dict):
            raise _Closed(BAD_MESSAGE, "subscribe needs an id and a payload.")
        if name in self._operations:
            raise _Closed(SUBSCRIBER_EXISTS, f"Subscriber for {name} already exists")
        # Whoever has sent so many without waiting has not closed any, either.
        if len(self._operations) >= 2 * quota.MAX_OPERATIONS:
            raise _Closed(TRY_AGAIN_LATER, "Too many operations at once.")
        task = asyncio.create_task(self._operate(name, payload))
        self._operations[name] = task
        task.add_done_callback(lambda ended: self._forget(name, ended))

    def _forget(self, name: str, ended: asyncio.Task[None]) -> None:
        """Forget an operation that has ended; one that failed to send ends the conversation."""
        if self._operations.get(name) is ended:
            del self._operations[name]
        if not ended.cancelled() and (error := ended.exception()) and not self._failure.done():
            self._failure.set_exception(error)

    async def _operate(self, name: str, payload: Mapping[str, Any]) -> None:
        """Send the results of an operation, each for who the client is by then."""
        request_id = new_id().hex
        last: GraphQLResult | None = None
        try:
            request = read_parameters(payload)
            viewer = await viewer_of(self._connection)
        except (BadRequest, Unauthenticated) as error:
            (refused,) = shown_all([GraphQLError(error.message, original_error=error)], request_id)
            last = GraphQLResult({"errors": [refused]}, executed=False)
        else:
            context = Context(viewer, request_id, authenticate=lambda: viewer_of(self._connection))
            async with aclosing(stream(context, request)) as results:
                async for result in results:
                    last = result
                    if result.executed:
                        await self._send({"type": "next", "id": name, "payload": result.body})
        if last is not None and not last.executed:
            await self._send({"type": "error", "id": name, "payload": last.body["errors"]})
        else:
            await self._send({"type": "complete", "id": name})

    async def _ping(self) -> None:
        while True:
            await asyncio.sleep(PING_SECONDS)
            await self._send({"type": "ping"})

    async def _receive(self) -> dict[str, Any]:
        """Return the next message.

        Raises:
            _Closed: It is none of this protocol.
        """
        event = await self._socket.receive()
        if event["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(event.get("code", 1000))
        text = event.get("text")
        if text is None or len(text) > MAX_BODY_BYTES:
            raise _Closed(BAD_MESSAGE, f"A message is text of at most {MAX_BODY_BYTES} bytes.")
        try:
            message = load_json(text.encode(), "The message")
        except (BadRequest, UnicodeEncodeError) as error:
            raise _Closed(BAD_MESSAGE, "The message is not JSON, or too deep.") from error
        if not isinstance(message, dict) or not isinstance(message.get("type"), str):
            raise _Closed(BAD_MESSAGE, "A message is an object with a type.")
        return message

    async def _send(self, message: Mapping[str, Any]) -> None:
        """Send a message; a client that does not take it in time is let go.

        Raises:
            _Closed: It does not.
        """
        text = json.dumps(message, separators=(",", ":"), default=str)
        try:
            async with asyncio.timeout(SEND_SECONDS), self._sending:
                await self._socket.send_text(text)
        except TimeoutError as error:
            raise _Closed(TRY_AGAIN_LATER, "You do not read; come back later.") from error


@contextmanager
def _place(places: quota.Quota, viewer: Viewer) -> Iterator[None]:
    """Count a client's socket during the block.

    Raises:
        _Closed: There are as many as there may be.
    """
    with ExitStack() as stack:
        try:
            stack.enter_context(places.one(viewer))
        except TooManySubscriptions as error:
            raise _Closed(TRY_AGAIN_LATER, error.message) from error
        yield


def _authorised(socket: WebSocket, payload: Any) -> HTTPConnection:
    """Return the connection as if its request had carried what connection_init says.

    Browsers cannot send a header with a WebSocket. A session's cookie counts only where the page
    that opened it is ours.

    Raises:
        _Closed: The page is another site's, or the payload is no object.
    """
    if not isinstance(payload, dict | None):
        raise _Closed(BAD_MESSAGE, "The payload of connection_init is an object.")
    given = {str(name).lower(): value for name, value in (payload or {}).items()}
    token = given.get("authorization")
    if token is not None:
        headers = [one for one in socket.scope["headers"] if one[0] != b"authorization"]
        header = (b"authorization", str(token).encode("latin-1", "replace"))
        return HTTPConnection({**socket.scope, "type": "http", "headers": [*headers, header]})
    scheme = "https" if socket.url.scheme == "wss" else "http"
    own = f"{scheme}://{socket.url.netloc}"
    if session_token(socket) and (
        "origin" not in socket.headers or is_foreign(socket.headers, own_origin=own)
    ):
        raise _Closed(FORBIDDEN, "Forbidden: a session cannot be used from another site.")
    return socket
