"""GraphQL over HTTP: what a request may look like, what becomes of it, and how it is answered."""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSyntaxError,
    TokenKind,
    get_operation_ast,
    parse,
)
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from api.auth.bearer import SESSION_COOKIE, viewer_of
from api.context import Context
from api.errors import shown, shown_all
from api.limits import MAX_TOKENS, QueryTooLarge, check_size
from api.schema import CONNECTIONS, schema
from tenants.access import Viewer, ViewerKind
from tenants.errors import DomainError, Unauthenticated
from tenants.model import new_id
from tenants.settings import get_settings

GRAPHQL_RESPONSE = "application/graphql-response+json"
MAX_BODY_BYTES = 256 * 1024
MAX_JSON_DEPTH = 64


class BadRequest(DomainError):
    """The request is not one of GraphQL over HTTP."""

    code = "BAD_REQUEST"

    def __init__(self, message: str, *, status: int = 400) -> None:
        """Keep the status that says what is wrong."""
        super().__init__(message)
        self.status = status


class OperationNotFound(DomainError):
    """The document does not say which operation to execute."""

    code = "OPERATION_NOT_FOUND"


class IntrospectionForbidden(DomainError):
    """The schema itself is for people who are signed in; `/schema.graphql` is for everybody."""

    code = "INTROSPECTION_FORBIDDEN"


@dataclass(frozen=True, slots=True)
class GraphQLRequest:
    """What a client asks for."""

    query: str
    variables: Mapping[str, Any] | None = None
    operation_name: str | None = None


@dataclass(frozen=True, slots=True)
class GraphQLResult:
    """What a client gets.

    Attributes:
        body: The response as the specification has it; `data` is absent when nothing was executed.
        executed: Whether execution began.
    """

    body: dict[str, Any]
    executed: bool


async def execute(viewer: Viewer, request: GraphQLRequest, request_id: str = "-") -> GraphQLResult:
    """Return the result of one operation for a viewer; never raises for what a client can send."""
    variables = dict(request.variables or {})
    try:
        document = parse(request.query, max_tokens=MAX_TOKENS)
        measured = check_size(document, variables, CONNECTIONS)
        if measured.introspects and not _may_introspect(viewer):
            message = "Sign in to ask for the schema, or read it at /schema.graphql."
            raise IntrospectionForbidden(message)
        if get_operation_ast(document, request.operation_name) is None:
            message = "Name one of the document's operations in operationName."
            raise OperationNotFound(message)
        _check_texts(document, variables)
        result = await schema.execute(
            request.query,
            variable_values=variables,
            context_value=Context(viewer, request_id),
            operation_name=request.operation_name,
        )
    except (GraphQLSyntaxError, DomainError) as error:
        return GraphQLResult({"errors": [_refused(error, request_id)]}, executed=False)
    errors = shown_all(result.errors or (), request_id)
    executed = result.data is not None or any("path" in error for error in errors)
    body: dict[str, Any] = {"data": result.data} if executed else {}
    if errors:
        body = {"errors": errors, **body}
    return GraphQLResult(body, executed)


def _may_introspect(viewer: Viewer) -> bool:
    """Return whether somebody may ask for the schema: people who are signed in; in a demo, all."""
    return viewer.kind is ViewerKind.PERSON or get_settings().outbox_dir is not None


def _refused(error: GraphQLSyntaxError | DomainError, request_id: str) -> Mapping[str, Any]:
    """Return an error of a document that was not executed."""
    if isinstance(error, DomainError):
        return shown(GraphQLError(error.message, original_error=error), request_id)
    # So the parser says that it has seen too many tokens or too many levels.
    too_large = error.message.endswith("Parsing aborted.")
    error.extensions = {"code": QueryTooLarge.code if too_large else "GRAPHQL_PARSE_FAILED"}
    return shown(error, request_id)


def _check_texts(document: DocumentNode, variables: Mapping[str, Any]) -> None:
    """Return only if every text in the request can be stored.

    Raises:
        BadRequest: One holds U+0000, which PostgreSQL refuses, or half a surrogate pair.
    """
    if not all(map(_storable, (*_literals(document), *_texts(variables)))):
        message = "A text holds U+0000 or half a surrogate pair, which nobody can store."
        raise BadRequest(message)


def _literals(document: DocumentNode) -> Iterator[str]:
    """Return the texts that the document itself holds."""
    token = document.loc.start_token if document.loc is not None else None
    while token is not None:
        if token.kind in {TokenKind.STRING, TokenKind.BLOCK_STRING}:
            yield token.value or ""
        token = token.next


def _texts(document: Any) -> Iterator[str]:
    """Return every text in a JSON document, names of fields included."""
    left = [document]
    while left:
        one = left.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            left += [*one, *one.values()]
        elif isinstance(one, list):
            left += one


def _storable(text: str) -> bool:
    return "\0" not in text and not any("\ud800" <= one <= "\udfff" for one in text)


async def graphql(request: Request) -> Response:
    """Answer POST /graphql."""
    request_id = new_id().hex
    try:
        _check_headers(request)
        asked = _read(await _body(request))
        viewer = await viewer_of(request)
    except BadRequest as error:
        return _answer(request, _error_body(error, request_id), error.status, request_id)
    except Unauthenticated as error:
        response = _answer(request, _error_body(error, request_id), 401, request_id)
        response.headers["WWW-Authenticate"] = "Bearer"
        return response
    result = await execute(viewer, asked, request_id)
    # Clients that take only application/json expect 200 for any well-formed GraphQL answer.
    modern = _accepts(request) == GRAPHQL_RESPONSE
    status = 200 if result.executed or not modern else 400
    return _answer(request, result.body, status, request_id)


def _error_body(error: DomainError, request_id: str) -> dict[str, Any]:
    return {"errors": [shown(GraphQLError(error.message, original_error=error), request_id)]}


def _accepts(request: Request) -> str:
    """Return the media type to answer in: the modern one for those who name it."""
    accept = request.headers.get("accept", "*/*").lower()
    return GRAPHQL_RESPONSE if GRAPHQL_RESPONSE in accept else "application/json"


def _check_headers(request: Request) -> None:
    """Refuse what is no GraphQL request, and what another site could have made a browser send.

    Raises:
        BadRequest: With the status that says what is wrong.
    """
    media, _, parameters = request.headers.get("content-type", "").partition(";")
    if media.strip().lower() != "application/json":
        message = "Send the request as application/json."
        raise BadRequest(message, status=415)
    for parameter in parameters.lower().split(";"):
        name, _, value = parameter.strip().partition("=")
        if name == "charset" and value.strip('"') not in {"utf-8", "utf8"}:
            message = "Send the request in UTF-8."
            raise BadRequest(message, status=415)
    accept = request.headers.get("accept", "*/*").lower()
    acceptable = ("*/*", "application/*", "application/json", GRAPHQL_RESPONSE)
    if not any(one in accept for one in acceptable):
        message = f"The answer is {GRAPHQL_RESPONSE} or application/json."
        raise BadRequest(message, status=406)
    site = request.headers.get("sec-fetch-site", "same-origin")
    if SESSION_COOKIE in request.cookies and site not in {"same-origin", "none"}:
        message = "A session of this site cannot be used from another one."
        raise BadRequest(message, status=403)


async def _body(request: Request) -> bytes:
    """Return the body, read no further than it may be long."""
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_BODY_BYTES:
                message = f"A request has at most {MAX_BODY_BYTES // 1024} KiB."
                raise BadRequest(message, status=413)
    except ClientDisconnect as error:
        message = "The request ended early."
        raise BadRequest(message) from error
    return bytes(body)


def _read(body: bytes) -> GraphQLRequest:
    """Return what the body asks for.

    Raises:
        BadRequest: It is not JSON, too deep, or not of the shape that the specification has.
    """
    try:
        document = json.loads(
            body.decode("utf-8"),
            object_pairs_hook=_object,
            parse_float=_finite,
            parse_constant=_finite,
        )
    except (ValueError, RecursionError) as error:
        message = "The body is not JSON in UTF-8, or an object in it names a field twice."
        raise BadRequest(message) from error
    if not isinstance(document, dict):
        message = "The body must be a JSON object with a query."
        raise BadRequest(message)
    if _depth_exceeds(document, MAX_JSON_DEPTH):
        message = f"The body is nested more than {MAX_JSON_DEPTH} levels deep."
        raise BadRequest(message)
    query, variables = document.get("query"), document.get("variables")
    name, extensions = document.get("operationName"), document.get("extensions")
    if not isinstance(query, str):
        message = "query must be a string."
        raise BadRequest(message)
    if not isinstance(variables, dict | None):
        message = "variables must be an object."
        raise BadRequest(message)
    if not isinstance(name, str | None):
        message = "operationName must be a string."
        raise BadRequest(message)
    if not isinstance(extensions, dict | None):
        message = "extensions must be an object."
        raise BadRequest(message)
    return GraphQLRequest(query, variables, name)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return a JSON object whose fields are named once each; readers disagree about any other."""
    found = dict(pairs)
    if len(found) < len(pairs):
        message = "a field is named twice"
        raise ValueError(message)
    return found


def _finite(text: str) -> float:
    """Return a number that JSON can say: neither Infinity nor NaN, nor one that overflows."""
    number = float(text)
    if not math.isfinite(number):
        message = "not a finite number"
        raise ValueError(message)
    return number


def _depth_exceeds(document: Any, limit: int) -> bool:
    """Return whether a JSON document is nested deeper than a limit, without recursion."""
    level = [document]
    for _ in range(limit):
        level = [
            inner
            for one in level
            if isinstance(one, (dict, list))
            for inner in (one.values() if isinstance(one, dict) else one)
        ]
        if not level:
            return False
    return True


def _answer(request: Request, body: Mapping[str, Any], status: int, request_id: str) -> Response:
    return Response(
        json.dumps(body, separators=(",", ":"), default=str),
        status,
        headers={"X-Request-Id": request_id, "Cache-Control": "no-store"},
        media_type=f"{_accepts(request)}; charset=utf-8",
    )
