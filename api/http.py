"""GraphQL over HTTP: what becomes of a request, and how it is answered."""

import hashlib
import json
import time
from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType

from graphql import GraphQLError
from starlette.requests import Request
from starlette.responses import Response

from api.auth.bearer import viewer_of
from api.budget import Bill
from api.context import Context
from api.deadline import deadline
from api.errors import shown_all
from api.execution import execute, took_too_long
from api.metrics import observe
from api.requests import GRAPHQL_RESPONSE, BadRequest, answer_type, read_request, wants_events
from api.subscriptions.sse import EventStream
from tenants.access import Viewer
from tenants.errors import DomainError, TookTooLong, Unauthenticated
from tenants.model import new_id
from tenants.settings import get_settings


async def graphql(request: Request) -> Response:
    """Answer GET and POST /graphql."""
    request_id = new_id().hex
    try:
        asked = await read_request(request)
        viewer = await viewer_of(request)
    except BadRequest as error:
        return _answer(request, _error_body(error, request_id), error.status, request_id)
    except Unauthenticated as error:
        response = _answer(request, _error_body(error, request_id), 401, request_id)
        response.headers["WWW-Authenticate"] = "Bearer"
        return response
    if wants_events(request):
        return EventStream(_watching(request, viewer, request_id), asked)
    bill, began = Bill(), time.perf_counter()
    try:
        async with deadline(request, get_settings().request_seconds):
            result = await execute(viewer, asked, request_id, pay=bill.pay)
    except TookTooLong as error:
        result = took_too_long(error, request_id)
    # Clients that take only application/json expect 200 for any well-formed GraphQL answer.
    modern = answer_type(request) == GRAPHQL_RESPONSE
    status = result.status or (200 if result.executed or not modern else 400)
    extensions = bill.extensions()
    # What is left of a budget is another number each time; nothing could be kept that says it.
    if extensions and not asked.by_get:
        result.members["extensions"] = extensions
    response = _answer(request, result.text, status, request_id, bill.headers())
    observe(viewer, status, time.perf_counter() - began)
    if asked.by_get and status == HTTPStatus.OK and "errors" not in result.members:
        return _revalidated(request, response)
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        response.headers["Allow"] = "POST"
    return response


def _revalidated(request: Request, response: Response) -> Response:
    """Return an answer that its client may keep, or 304 if it is what the client has already.

    It is asked for again each time, so that nobody sees what they may no longer see.
    """
    tag = f'"{hashlib.sha256(response.body).hexdigest()[:32]}"'
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Vary"] = "Authorization, Cookie, Accept"
    response.headers["ETag"] = tag
    kept = {
        one.strip().removeprefix("W/")
        for one in request.headers.get("if-none-match", "").split(",")
    }
    if tag not in kept:
        return response
    headers = {
        name: value for name, value in response.headers.items() if not name.startswith("content-")
    }
    return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)


def _watching(request: Request, viewer: Viewer, request_id: str) -> Context:
    """Return the context of an operation whose results may come over days."""
    return Context(
        viewer,
        request_id,
        authenticate=lambda: viewer_of(request),
        last_event_id=request.headers.get("last-event-id"),
    )


def _error_body(error: DomainError, request_id: str) -> str:
    return json.dumps(
        {"errors": shown_all([GraphQLError(error.message, original_error=error)], request_id)},
        separators=(",", ":"),
    )


def _answer(
    request: Request,
    body: str,
    status: int,
    request_id: str,
    headers: Mapping[str, str] = MappingProxyType({}),
) -> Response:
    return Response(
        body,
        status,
        headers={"X-Request-Id": request_id, "Cache-Control": "no-store", **headers},
        media_type=f"{answer_type(request)}; charset=utf-8",
    )
