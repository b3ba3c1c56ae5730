"""Documents made ready for execution: parsed, measured and validated, once for each text."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    OperationType,
    TokenKind,
    get_operation_ast,
    parse,
    specified_rules,
    validate,
)
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from api.limits import MAX_TOKENS, Measure, QueryTooLarge, check_size
from api.recent import Recent
from api.requests import BadRequest, GraphQLRequest
from api.schema import GRAPH, LENGTHS
from tenants.access import Viewer, ViewerKind
from tenants.errors import DomainError
from tenants.settings import get_settings

# Documents that were valid are kept once they have come twice, so that a client's next request does
# not parse and validate again, and whoever sends thousands of others pushes none of them out. A
# parsed document takes about a hundred times the memory of its text, and what `api.plan` makes of
# it as much again: together they are to keep a process below 150 MB.
MAX_KEPT_DOCUMENTS: Final = 2_000
MAX_KEPT_CHARACTERS: Final = 48 * 1024
_MAX_KEPT_MEASURES: Final = 64
# Those that Strawberry adds to the specification's.
_RULES: Final = (*specified_rules, MaybeNullValidationRule, OneOfInputValidationRule)


class OperationNotFound(DomainError):
    """The document does not say which operation to execute."""

    code = "OPERATION_NOT_FOUND"


class IntrospectionForbidden(DomainError):
    """The schema itself is for people who are signed in; `/schema.graphql` is for everybody."""

    code = "INTROSPECTION_FORBIDDEN"


class IncrementalDeliveryUnsupported(DomainError):
    """The document defers or streams a part of the answer; each answer comes as a whole."""

    code = "INCREMENTAL_DELIVERY_UNSUPPORTED"


class MethodNotAllowed(DomainError):
    """What was asked for by GET is answered by POST only."""

    code = "METHOD_NOT_ALLOWED"
    status = 405


class DocumentNotTrusted(DomainError):
    """The deployment answers trusted documents only, and this is none."""

    code = "DOCUMENT_NOT_TRUSTED"
    status = 403


class NotExecuted(Exception):
    """Execution did not begin.

    Attributes:
        errors: Why; `api.errors.shown_all` tells the client.
        status: The HTTP status that says so; None where it depends on the media type.
    """

    def __init__(self, errors: Sequence[GraphQLError], status: int | None = None) -> None:
        """Keep the errors."""
        super().__init__(errors)
        self.errors = errors
        self.status = status

    @classmethod
    def because_of(cls, error: DomainError) -> Self:
        """Return what a single refusal makes of a request."""
        status = getattr(error, "status", None)
        return cls([GraphQLError(error.message, original_error=error)], status)


class Document:
    """A document whose text was parsed; nothing of it depends on who asks or with which variables.

    Attributes:
        node: As it was parsed.
        storable: Whether every text in it can be stored.
        valid: Whether it was validated already, without an error.
        compiled: What others have made of it and want to lose together with it, by their own keys.
        prepared: Its operations as they were found ready for requests without variables.
    """

    __slots__ = ("_measures", "_operations", "compiled", "node", "prepared", "storable", "valid")

    def __init__(self, text: str) -> None:
        """Parse a text.

        Raises:
            GraphQLSyntaxError: It is no GraphQL, or has too many tokens.
        """
        self.node: DocumentNode = parse(text, max_tokens=MAX_TOKENS)
        self.storable = all(map(_storable, _literals(self.node)))
        self.valid = False
        self.compiled: dict[Any, Any] = {}
        self.prepared: dict[tuple[str | None, bool, bool, bool], PreparedOperation] = {}
        self._measures: list[Measure] = []
        self._operations: dict[str | None, OperationDefinitionNode] = {}

    def operation(self, name: str | None) -> OperationDefinitionNode:
        """Return the operation that a request means.

        Raises:
            OperationNotFound: The document has none of that name, or several and no name was given.
        """
        found = self._operations.get(name)
        if found is None:
            found = get_operation_ast(self.node, name)
            if found is None:
                message = "Name one of the document's operations in operationName."
                raise OperationNotFound(message)
            self._operations[name] = found
        return found

    def measure(self, variables: Mapping[str, Any]) -> Measure:
        """Return what the document costs with these variables; measured once for the same sizes.

        Raises:
            QueryTooLarge: It names the limit that was passed.
        """
        for one in self._measures:
            if one.holds_for(variables):
                return one
        measure = check_size(self.node, variables, LENGTHS)
        if len(self._measures) >= _MAX_KEPT_MEASURES:
            self._measures.clear()
        self._measures.append(measure)
        return measure


@dataclass(frozen=True, slots=True)
class PreparedOperation:
    """An operation that may be executed.

    Attributes:
        document: The valid document that holds it.
        node: The operation itself.
        variables: As they were sent; execution coerces them.
        cost: In points; at least 1.
        suggests: Whether a refusal may name what the schema has instead.
    """

    document: Document
    node: OperationDefinitionNode
    variables: Mapping[str, Any]
    cost: int
    suggests: bool


_kept: Final[Recent[str, Document]] = Recent(most=MAX_KEPT_DOCUMENTS, heaviest=MAX_KEPT_CHARACTERS)
# Hashes of texts. Two texts that share one are no harm: one of them is kept a request earlier.
_seen: Final[Recent[int, bool]] = Recent(most=MAX_KEPT_DOCUMENTS)


def prepare(viewer: Viewer, request: GraphQLRequest) -> PreparedOperation:
    """Return the operation that a request means, ready to be executed for a viewer.

    Nothing is sent to the database, and the work is bounded by `api.limits` and the parser.

    Raises:
        NotExecuted: With every reason at once where validation finds several.
    """
    suggests = may_introspect(viewer)
    if get_settings().trusted_documents_only and not request.trusted:
        message = "Only registered documents are answered here; send documentId."
        raise NotExecuted.because_of(DocumentNotTrusted(message))
    document = _kept.find(request.query)
    if document is None or request.variables:
        return _prepared_anew(document, request, suggests=suggests)
    found_for = (request.operation_name, request.by_get, request.trusted, suggests)
    prepared = document.prepared.get(found_for)
    if prepared is None:
        prepared = _prepared_anew(document, request, suggests=suggests)
        document.prepared[found_for] = prepared
    return prepared


def _prepared_anew(
    document: Document | None, request: GraphQLRequest, *, suggests: bool
) -> PreparedOperation:
    """Return the operation that a request means, of a valid document that is kept or a new one."""
    variables = request.variables or {}
    try:
        document = document or Document(request.query)
        measure = document.measure(variables)
        if measure.introspects and not suggests:
            message = "Sign in to ask for the schema, or read it at /schema.graphql."
            raise IntrospectionForbidden(message)
        if measure.defers:
            message = "Leave out @defer and @stream: an answer comes as a whole, and fast."
            raise IncrementalDeliveryUnsupported(message)
        operation = document.operation(request.operation_name)
        if request.by_get:
            _check_method(operation, trusted=request.trusted)
        storable = request.storable or _storable("".join(_texts(variables)))
        if not (document.storable and storable):
            message = "A text holds U+0000 or half a surrogate pair, which nobody can store."
            raise BadRequest(message)
    except GraphQLSyntaxError as error:
        raise NotExecuted([_coded(error)]) from None
    except DomainError as error:
        raise NotExecuted.because_of(error) from None
    if not document.valid:
        _validate(document, suggests=suggests)
        if request.trusted or _seen.find(hash(request.query)):
            _kept.keep(request.query, document, len(request.query))
        else:
            _seen.keep(hash(request.query), value=True)
    return PreparedOperation(document, operation, variables, measure.cost_of(operation), suggests)


def _check_method(operation: OperationDefinitionNode, *, trusted: bool) -> None:
    """Return only if an operation may come by GET.

    What an address asks for, anybody can make a browser ask for who follows a link: it must change
    nothing and tell nothing of anybody.

    Raises:
        MethodNotAllowed: It is no query, or is not trusted and asks for more than the schema.
    """
    if operation.operation is not OperationType.QUERY:
        message = "Only queries are answered by GET; send this operation by POST."
        raise MethodNotAllowed(message)
    if not trusted and not all(
        isinstance(one, FieldNode) and one.name.value.startswith("__")
        for one in operation.selection_set.selections
    ):
        message = "Only trusted documents are answered by GET; send this one by POST."
        raise MethodNotAllowed(message)


def may_introspect(viewer: Viewer) -> bool:
    """Return whether somebody may ask for the schema: who is signed in; in a demo, everybody."""
    signed_in = viewer.kind is ViewerKind.PERSON or viewer.kind is ViewerKind.INTEGRATION
    return signed_in or get_settings().outbox_dir is not None


def check_document(document: Document) -> None:
    """Return only if a document could be executed for somebody.

    Raises:
        DomainError: It asks for more than one request may, defers, or has no operation.
        NotExecuted: It is not valid.
    """
    measure = document.measure({})
    if measure.defers:
        message = "@defer and @stream are not supported."
        raise IncrementalDeliveryUnsupported(message)
    if not measure.operations:
        message = "The document has no operation."
        raise OperationNotFound(message)
    errors = validate(GRAPH, document.node, _RULES)
    if errors:
        raise NotExecuted(errors)


def _validate(document: Document, *, suggests: bool) -> None:
    """Return only if the document is valid."""
    errors = validate(GRAPH, document.node, _RULES, hide_suggestions=not suggests)
    if errors:
        raise NotExecuted(errors)
    document.valid = True


def _coded(error: GraphQLSyntaxError) -> GraphQLSyntaxError:
    # So the parser says that it has seen too many tokens or too many levels.
    too_large = error.message.endswith("Parsing aborted.")
    error.extensions = {"code": QueryTooLarge.code if too_large else "GRAPHQL_PARSE_FAILED"}
    return error


def _literals(document: DocumentNode) -> Iterator[str]:
    """Return the texts that the document itself holds."""
    token = document.loc.start_token if document.loc is not None else None
    while token is not None:
        if token.kind in {TokenKind.STRING, TokenKind.BLOCK_STRING}:
            yield token.value or ""
        token = token.next


def _texts(document: Any) -> list[str]:
    """Return every text in a JSON document, names of fields included."""
    found: list[str] = []
    left = [document]
    for one in left:
        if isinstance(one, str):
            found.append(one)
        elif isinstance(one, dict):
            found += one
            left += one.values()
        elif isinstance(one, list):
            left += one
    return found


# Neither UTF-8 nor PostgreSQL has room for half a character, nor PostgreSQL for none.
_UNSTORABLE: Final = re.compile(r"[\0\ud800-\udfff]")


def _storable(text: str) -> bool:
    return _UNSTORABLE.search(text) is None
