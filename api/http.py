"""GraphQL over HTTP: what becomes of a request, and how it is answered.

An application of its own, because the middleware of pages would take longer than most answers. What
it says in its headers is what the middleware says.
"""

import hashlib
import json
import time
from http import HTTPStatus
from typing import Final

from graphql import GraphQLError
from starlette.middleware.errors import ServerErrorMiddleware
from starlette.types import Receive, Scope, Send
from uuid_utils import uuid7

from api.auth.bearer import viewer_of, viewer_with
from api.budget import Bill
from api.context import Context
from api.cross_origin import ForFrontEnds, cross_origin_headers
from api.deadline import answered
from api.errors import shown_all
from api.execution import GraphQLResult, execute, took_too_long
from api.metrics import observe
from api.requests import (
    GRAPHQL_RESPONSE,
    BadRequest,
    GraphQLRequest,
    Sent,
    read_request,
)
from api.security_headers import SecurityHeaders, security_headers
from api.subscriptions.sse import EventStream
from api.unexpected import unexpected
from tenants.access import Viewer
from tenants.errors import DomainError, TookTooLong, Unauthenticated
from tenants.settings import get_settings

PATH: Final = "/graphql"
METHODS: Final = frozenset({"GET", "HEAD", "POST"})
_NO_STORE: Final = (b"cache-control", b"no-store")


class Answer:
    """A response that is sent as a whole.

    Attributes:
        status: Of HTTP.
        body: In JSON.
        headers: Its own, in lower case; those of every response are added when it is sent.
    """

    __slots__ = ("body", "headers", "status")

    def __init__(self, request: Sent, request_id: str, text: str, status: int) -> None:
        """Begin with what is said of every answer."""
        self.status = status
        self.body = text.encode()
        self.headers = [
            (b"content-type", b"%s; charset=utf-8" % request.answer_type.encode()),
            (b"content-length", b"%d" % len(self.body)),
            (b"x-request-id", request_id.encode()),
            _NO_STORE,
        ]

    async def send_to(self, request: Sent, send: Send) -> None:
        """Send it, with the headers that the middleware adds to others."""
        self.headers += cross_origin_headers(is_crossing=request.has(b"origin"))
        self.headers += security_headers(request.scope)
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        await send({"type": "http.response.body", "body": self.body})


class GraphQLOverHTTP:
    """Answers GET and POST; an ASGI application."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Sent(scope, receive)
        try:
            answer = await _answer(request, uuid7().hex)
        except Exception as error:
            response = await unexpected(request.connection, error)
            await response(scope, receive, send)
            raise
        if isinstance(answer, EventStream):
            stream = SecurityHeaders(ForFrontEnds(answer))
            await ServerErrorMiddleware(stream, unexpected)(scope, receive, send)
        else:
            await answer.send_to(request, send)


async def _answer(request: Sent, request_id: str) -> Answer | EventStream:
    try:
        asked = await read_request(request)
        viewer = await viewer_with(request.field(b"authorization"), request)
    except BadRequest as error:
        return Answer(request, request_id, _error_body(error, request_id), error.status)
    except Unauthenticated as error:
        answer = Answer(request, request_id, _error_body(error, request_id), 401)
        answer.headers.append((b"www-authenticate", b"Bearer"))
        return answer
    if request.wants_events:
        return EventStream(_watching(request, viewer, request_id), asked)
    bill, began = Bill(), time.perf_counter()
    work = execute(viewer, asked, request_id, pay=bill.pay)
    try:
        result = await answered(work, get_settings().request_seconds, request.receive)
    except TookTooLong as error:
        result = took_too_long(error, request_id)
    answer = _told(request, request_id, asked, result, bill)
    observe(viewer, answer.status, time.perf_counter() - began)
    if asked.by_get and answer.status == HTTPStatus.OK and "errors" not in result.members:
        _revalidate(request, answer)
    return answer


def _told(
    request: Sent, request_id: str, asked: GraphQLRequest, result: GraphQLResult, bill: Bill
) -> Answer:
    """Return the response that says what was executed, or why nothing was."""
    # Clients that take only application/json expect 200 for any well-formed GraphQL answer.
    modern = request.answer_type == GRAPHQL_RESPONSE
    status = result.status or (200 if result.executed or not modern else 400)
    # What is left of a budget is another number each time; nothing could be kept that says it.
    text = result.text_with("" if asked.by_get else bill.extensions())
    answer = Answer(request, request_id, text, status)
    if bill.spent:
        answer.headers += bill.headers()
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        answer.headers.append((b"allow", b"POST"))
    return answer


def _revalidate(request: Sent, answer: Answer) -> None:
    """Let the client keep an answer; it becomes 304 if it is what the client has already.

    It is asked for again each time, so that nobody sees what they may no longer see.
    """
    tag = f'"{hashlib.sha256(answer.body).hexdigest()[:32]}"'
    answer.headers.remove(_NO_STORE)
    answer.headers += [
        (b"cache-control", b"private, no-cache"),
        (b"vary", b"Authorization, Cookie, Accept"),
        (b"etag", tag.encode()),
    ]
    kept = {one.strip().removeprefix("W/") for one in request.field(b"if-none-match").split(",")}
    if tag in kept:
        answer.status, answer.body = HTTPStatus.NOT_MODIFIED, b""
        answer.headers = [one for one in answer.headers if not one[0].startswith(b"content-")]


def _watching(request: Sent, viewer: Viewer, request_id: str) -> Context:
    """Return the context of an operation whose results may come over days."""
    return Context(
        viewer,
        request_id,
        authenticate=lambda: viewer_of(request.connection),
        last_event_id=request.connection.headers.get("last-event-id"),
    )


def _error_body(error: DomainError, request_id: str) -> str:
    return json.dumps(
        {"errors": shown_all([GraphQLError(error.message, original_error=error)], request_id)},
        separators=(",", ":"),
    )
