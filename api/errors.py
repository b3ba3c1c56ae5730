"""How errors reach a client: domain errors by code, anything else masked and logged once."""

import functools
import json
import logging
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, get_type_hints

import strawberry
from graphql import GraphQLError, GraphQLFormattedError
from strawberry import UNSET

from api.context import Context
from tenants.access import ViewerKind
from tenants.errors import DomainError, Forbidden, TookTooLong, Unauthenticated
from tenants.incidents import describe_incident
from tenants.integrations.idempotency import asked_with
from tenants.questionnaires.findings import Unpublishable
from tenants.questionnaires.problems import InvalidAnswers

_logger = logging.getLogger("afterword.api")

_OF_A_SCALAR = re.compile(r"(Value cannot represent an? \w+): .*", re.DOTALL)
_LONGEST_MESSAGE = 500

# What is worth a line in the log besides bugs.
_REFUSALS = frozenset(
    {
        *(Forbidden.code, Unauthenticated.code),
        *("DOCUMENT_NOT_TRUSTED", "INTROSPECTION_FORBIDDEN", "QUERY_TOO_LARGE", "RATE_LIMITED"),
    }
)
# What ends a request instead of being an answer to it.
_TOP_LEVEL = (Unauthenticated, Forbidden, TookTooLong)


@strawberry.type
class UserError:
    """Why a mutation was refused, in terms that a user can act on.

    Attributes:
        code: Stable; branch on it.
        message: What is wrong and what to do about it, in English.
        field: Path of the input at fault, from the top of `input`.
    """

    code: str
    message: str
    field: list[str] | None = None


def mutation(resolver: Callable[..., Awaitable[Any]]) -> Any:
    """Return a mutation field whose domain errors are data in its payload.

    Authentication and permission stay errors of the request; a bug is masked like anywhere else.

    Args:
        resolver: Takes `info` and `input`, and returns a payload with `user_errors`.
    """
    payload = get_type_hints(resolver)["return"]

    @functools.wraps(resolver)
    async def wrapped(info: strawberry.Info[Context, None], **given: Any) -> Any:
        require_somebody(info)
        # What an earlier mutation of the same request has shown may be out of date now.
        info.context.forget()
        try:
            with asked_with(lambda: _canonical(given)):
                return await resolver(info=info, **given)
        except _TOP_LEVEL:
            raise
        except DomainError as error:
            return payload(user_errors=user_errors(error))

    return strawberry.mutation(wrapped, description=resolver.__doc__)


def _canonical(given: Mapping[str, Any]) -> bytes:
    """Return the same bytes for the same input, in whichever order it was written."""
    return json.dumps(_plain(given), sort_keys=True, separators=(",", ":")).encode()


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        names = [one.name for one in fields(value) if one.name != "idempotency_key"]
        return _plain({name: getattr(value, name) for name in names})
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items() if one is not UNSET}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    return value if isinstance(value, (bool, int, str, type(None))) else str(value)


def require_somebody(info: strawberry.Info[Context, None]) -> None:
    """Return only if somebody asks.

    Raises:
        Unauthenticated: The request carries neither a token nor a session.
    """
    if info.context.viewer.kind is ViewerKind.NOBODY:
        message = "Send an access token: Authorization: Bearer ..."
        raise Unauthenticated(message)


def camel_case(name: str) -> str:
    """Return a name of the domain as the API spells it."""
    first, *others = name.split("_")
    return first + "".join(other.capitalize() for other in others)


def user_errors(error: DomainError) -> list[UserError]:
    """Return what a refusal says: one error, or one for each answer at fault."""
    if isinstance(error, Unpublishable):
        return [
            UserError(
                code=one.code.value,
                message=one.message,
                field=["content", *(camel_case(part) for part in one.path)],
            )
            for one in error.findings
        ]
    if isinstance(error, InvalidAnswers):
        return [
            UserError(code=one.problem.value, message=one.message, field=["answers", code])
            for code, one in error.problems.items()
        ]
    return [UserError(code=error.code, message=error.message, field=list(error.field) or None)]


def shown_all(errors: Iterable[GraphQLError], request_id: str) -> list[GraphQLFormattedError]:
    """Return the errors of one request as the client may see them.

    They come in the order of their paths. A bug is logged here with the request's id: once, however
    many fields it has failed. So is that somebody reached for what is not theirs, or for too much:
    by its code alone, because the words may hold what was sent.
    """
    found = sorted(errors, key=_place)
    logged: set[int] = set()
    for error in found:
        original = _original(error)
        if _is_bug(original) and id(original) not in logged:
            logged.add(id(original))
            incident = describe_incident(original) if original is not None else ""
            _logger.error("request %s failed at %s\n%s", request_id, error.path, incident)
    told = [shown(error, request_id) for error in found]
    refused = _REFUSALS & {one["extensions"]["code"] for one in told}
    if refused:
        _logger.info("request %s was refused: %s", request_id, ", ".join(sorted(refused)))
    return told


def _place(error: GraphQLError) -> list[tuple[int, str, int]]:
    """Return where an error stands in the response, so that the order does not depend on chance."""
    return [(0, one, 0) if isinstance(one, str) else (1, "", one) for one in error.path or ()]


def _original(error: GraphQLError) -> Exception | None:
    """Return what made GraphQL report an error, if it was not GraphQL itself."""
    original = error.original_error
    while isinstance(original, GraphQLError) and original.original_error is not None:
        original = original.original_error
    return original


def _is_bug(original: Exception | None) -> bool:
    return original is not None and not isinstance(original, DomainError | GraphQLError)


def shown(error: GraphQLError, request_id: str) -> GraphQLFormattedError:
    """Return an error as the client may see it.

    A domain error keeps its words; what GraphQL says of the document keeps its own; anything else
    is a bug, and told as INTERNAL.
    """
    original = _original(error)
    code = "GRAPHQL_VALIDATION_FAILED"
    # What the language's own readers say of a date or number is nobody's business, nor is the end
    # of a long value that is told back.
    message = _OF_A_SCALAR.sub(r"\1.", error.message)
    if len(message) > _LONGEST_MESSAGE:
        message = message[:_LONGEST_MESSAGE] + "…"
    if isinstance(original, DomainError):
        code, message = original.code, original.message
    elif _is_bug(original):
        code, message = "INTERNAL", "Something went wrong on our side; we have been told."
    code = (error.extensions or {}).get("code", code)
    formatted: GraphQLFormattedError = {
        "message": message,
        "extensions": {"code": code, "requestId": request_id, "docs": f"/docs/errors#{code}"},
    }
    if error.locations:
        formatted["locations"] = [one.formatted for one in error.locations]
    if error.path is not None:
        formatted["path"] = error.path
    return formatted
