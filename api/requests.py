"""What a client sends over HTTP to have a GraphQL operation executed, read without trusting it."""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from starlette.requests import Request
from starlette.types import Receive, Scope

from api.auth.bearer import session_token
from api.deadline import within
from api.media_types import negotiated
from api.recent import Recent
from tenants.errors import DomainError

GRAPHQL_RESPONSE: Final = "application/graphql-response+json"
JSON: Final = "application/json"
EVENT_STREAM: Final = "text/event-stream"
MAX_BODY_BYTES: Final = 256 * 1024
MAX_JSON_DEPTH: Final = 64
# Whoever needs longer for 256 KiB holds a connection, and means to or cannot use the answer.
READ_SECONDS: Final = 10.0
# Requests without variables, as clients send them again and again: what they said is kept.
_KEPT_BODY_BYTES: Final = 4 * 1024
_KEPT_BYTES: Final = 64 * 1024
_KEPT_CHARACTERS_OF_ACCEPT: Final = 200


class BadRequest(DomainError):
    """The request is not one of GraphQL over HTTP."""

    code = "BAD_REQUEST"

    def __init__(self, message: str, *, status: int = 400) -> None:
        """Keep the status that says what is wrong."""
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class GraphQLRequest:
    """What a client asks for.

    Attributes:
        query: The document's text; empty as long as only its id is known.
        variables: Values of the operation's variables, as JSON has them.
        operation_name: Which of the document's operations is meant; None if it has only one.
        by_get: Whether it came in an address, which anybody may follow and a cache may keep.
        document_id: Which trusted document is meant, instead of a text.
        trusted: Whether the text is a trusted document's; never said by the client.
        storable: Whether every text in the variables is known to be one that can be stored.
    """

    query: str
    variables: Mapping[str, Any] | None = None
    operation_name: str | None = None
    by_get: bool = False
    document_id: str | None = None
    trusted: bool = False
    storable: bool = False


class Sent:
    """A request for GraphQL, of which each header field is found without a search.

    Attributes:
        scope: What ASGI says of it.
        receive: Brings its body, and says when the client has gone.
        method: Of HTTP.
        answer_type: The media type to answer in: the modern one for those who like it best.
        wants_events: Whether the client likes a stream of events best; many name it last.
        is_answerable: Whether the client takes one of the media types that we answer in.
    """

    __slots__ = (
        "_fields",
        "answer_type",
        "is_answerable",
        "method",
        "receive",
        "scope",
        "wants_events",
    )

    def __init__(self, scope: Scope, receive: Receive) -> None:
        """Look at what has arrived: everything but the body."""
        self.scope, self.receive = scope, receive
        self.method: str = scope["method"]
        # Of fields that are there twice the first counts, as everywhere else.
        self._fields: dict[bytes, bytes] = dict([*scope["headers"]][::-1])
        liked = _liked(self.field(b"accept", "*/*"))
        self.answer_type, self.wants_events, self.is_answerable = liked

    def field(self, name: bytes, default: str = "") -> str:
        """Return a header field by its name in lower case, or a default."""
        value = self._fields.get(name)
        return default if value is None else value.decode("latin-1")

    def has(self, name: bytes) -> bool:
        """Return whether a header field is there."""
        return name in self._fields

    @property
    def connection(self) -> Request:
        """The same for whoever wants what is seldom looked at."""
        return Request(self.scope, self.receive)

    @property
    def cookies(self) -> Mapping[str, str]:
        """The browser's."""
        return self.connection.cookies


async def read_request(request: Sent) -> GraphQLRequest:
    """Return what a GET or POST request asks for.

    Raises:
        BadRequest: With the status that says what is wrong.
    """
    if request.method == "POST":
        content_type = request.field(b"content-type")
        if content_type != JSON:
            _check_content_type(content_type)
    check_accept(request)
    check_site(request)
    if request.method == "POST":
        try:
            return read_json(await within(_whole_body(request.receive), READ_SECONDS))
        except TimeoutError as error:
            message = f"The body did not arrive within {READ_SECONDS:g} seconds."
            raise BadRequest(message, status=408) from error
    return read_address(request.connection)


def read_address(request: Request) -> GraphQLRequest:
    """Return what the query string of a GET request asks for.

    Raises:
        BadRequest: A parameter is there twice, or is not of the type that the specification has.
    """
    given = request.query_params
    if len(set(given)) < len(given.multi_items()):
        message = "A parameter of the address is there twice."
        raise BadRequest(message)
    document: dict[str, Any] = dict(given)
    for name in ("variables", "extensions"):
        if name in given:
            document[name] = load_json(given[name].encode("utf-8", "surrogatepass"), name)
    return read_parameters(document, by_get=True)


def _liked(accept: str) -> tuple[str, bool, bool]:
    """Return the attributes of `Sent` that an Accept header decides."""
    if len(accept) > _KEPT_CHARACTERS_OF_ACCEPT:
        return _negotiated_once.__wrapped__(accept)
    return _negotiated_once(accept)


@lru_cache(maxsize=128)
def _negotiated_once(accept: str) -> tuple[str, bool, bool]:
    whole = (JSON, GRAPHQL_RESPONSE)
    best = negotiated(accept, (*whole, EVENT_STREAM))
    return negotiated(accept, whole) or JSON, best == EVENT_STREAM, best is not None


def check_accept(request: Sent) -> None:
    """Return only if the client takes one of the media types that we answer in.

    Raises:
        BadRequest: With 406.
    """
    if not request.is_answerable:
        message = f"The answer is {GRAPHQL_RESPONSE}, {JSON} or {EVENT_STREAM}."
        raise BadRequest(message, status=406)


def check_site(request: Sent) -> None:
    """Return only if a session's cookie comes from this site.

    Raises:
        BadRequest: With 403.
    """
    site = request.field(b"sec-fetch-site", "same-origin")
    if site not in {"same-origin", "none"} and session_token(request):
        message = "A session of this site cannot be used from another one."
        raise BadRequest(message, status=403)


def _check_content_type(content_type: str) -> None:
    media, _, parameters = content_type.partition(";")
    if media.strip().lower() != JSON:
        message = "Send the request as application/json."
        raise BadRequest(message, status=415)
    for parameter in parameters.lower().split(";"):
        name, _, value = parameter.strip().partition("=")
        if name == "charset" and value.strip('"') not in {"utf-8", "utf8"}:
            message = "Send the request in UTF-8."
            raise BadRequest(message, status=415)


async def _whole_body(receive: Receive) -> bytes:
    """Return the body, read no further than it may be long."""
    whole = bytearray()
    while True:
        received = await receive()
        if received["type"] == "http.disconnect":
            message = "The request ended early."
            raise BadRequest(message)
        part: bytes = received.get("body", b"")
        if len(whole) + len(part) > MAX_BODY_BYTES:
            message = f"A request has at most {MAX_BODY_BYTES // 1024} KiB."
            raise BadRequest(message, status=413)
        is_last = not received.get("more_body", False)
        if is_last and not whole:
            # Most bodies are one part, which need not be copied.
            return part
        whole += part
        if is_last:
            return bytes(whole)


# How JSON spells what cannot be stored, or half of a pair that can: there is no other way, because
# the characters themselves are no JSON or no UTF-8.
_UNSTORABLE: Final = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
_read: Final[Recent[bytes, GraphQLRequest]] = Recent(most=1_000, heaviest=_KEPT_BYTES)


def read_json(body: bytes) -> GraphQLRequest:
    """Return what a body asks for.

    What a body without variables says is remembered, if it is short. A change is not: it may hold
    what a candidate wrote.

    Raises:
        BadRequest: It is not JSON, too deep, or not of the shape that the specification has.
    """
    is_short = len(body) <= _KEPT_BODY_BYTES
    known = _read.find(body) if is_short else None
    if known is not None:
        return known
    document = load_json(body, "The body")
    if not isinstance(document, dict):
        message = "The body must be a JSON object with a query."
        raise BadRequest(message)
    request = read_parameters(document, storable=_UNSTORABLE.search(body) is None)
    if is_short and not request.variables and "mutation" not in request.query:
        _read.keep(body, request, len(body))
    return request


def load_json(text: bytes, what: str) -> Any:
    """Return a JSON document that is no deeper than `MAX_JSON_DEPTH`.

    Args:
        text: In UTF-8.
        what: How to call it in a refusal.

    Raises:
        BadRequest: It is not JSON, or too deep.
    """
    try:
        document = _JSON.decode(text.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        message = f"{what} is not JSON in UTF-8, or an object in it names a field twice."
        raise BadRequest(message) from error
    # What has fewer brackets cannot be deeper, and need not be walked through.
    is_flat = text.count(b"{") + text.count(b"[") < MAX_JSON_DEPTH
    if not is_flat and _depth_exceeds(document, MAX_JSON_DEPTH):
        message = f"{what} is nested more than {MAX_JSON_DEPTH} levels deep."
        raise BadRequest(message)
    return document


def read_parameters(
    document: Mapping[str, Any], *, by_get: bool = False, storable: bool = False
) -> GraphQLRequest:
    """Return what the parameters of a request ask for; those that we do not know are ignored.

    Args:
        document: The parameters by their names, as JSON has them.
        by_get: Whether they came in an address.
        storable: Whether every text in them is known to be one that can be stored.

    Raises:
        BadRequest: One is not of the type that the specification has.
    """
    query, variables = document.get("query"), document.get("variables")
    name, extensions = document.get("operationName"), document.get("extensions")
    document_id = document.get("documentId")
    if not isinstance(document_id, str | None):
        message = "documentId must be a string."
        raise BadRequest(message)
    if document_id is not None and query is not None:
        message = "Send query or documentId, not both."
        raise BadRequest(message)
    if document_id is None and not isinstance(query, str):
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
    return GraphQLRequest(query or "", variables, name, by_get, document_id, storable=storable)


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


# `json.loads` would make one for each request.
_JSON: Final = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=_finite, parse_constant=_finite
)


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
