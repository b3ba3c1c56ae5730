"""Answers by plan, and what becomes of operations that have none."""

import logging
from dataclasses import dataclass
from typing import Final

from graphql import GraphQLError

from api.context import Context
from api.documents import PreparedOperation
from api.plan.leaves import encodable
from api.plan.operations import Operation
from api.plan.reasons import PLANNED, Reason, Unplanned, count
from tenants.access import Viewer, ViewerKind
from tenants.errors import DomainError, TookTooLong
from tenants.incidents import describe_incident


@dataclass(slots=True)
class Answer:
    """What an operation gives.

    Attributes:
        data: As JSON.
        errors: Of fields that are null because of them.
    """

    data: str
    errors: list[GraphQLError]


_logger = logging.getLogger("afterword.api.plan")
# What is so for an operation whoever asks and whatever its variables are.
_FOR_GOOD: Final = frozenset({Reason.FIELD, Reason.INTROSPECTION, Reason.COLUMN})


async def answer(prepared: PreparedOperation, context: Context) -> Answer | None:
    """Return what an operation gives, exactly as the ordinary way would, or None."""
    try:
        operation = _operation(prepared, context.viewer)
        request = operation.request(context, prepared.variables)
        try:
            data = encodable(await operation.variant(request).follow(request))
        finally:
            request.abandon()
    except Unplanned as unplanned:
        if unplanned.reason in _FOR_GOOD:
            prepared.document.compiled[Operation, id(prepared.node)] = unplanned.reason
        count(unplanned.reason, context.viewer)
        return None
    except TookTooLong:
        raise
    except DomainError:
        count(Reason.ARGUMENT, context.viewer)
        return None
    except Exception as error:  # noqa: BLE001 - the ordinary way answers, or fails and tells.
        _logger.warning("a plan failed\n%s", describe_incident(error))
        count(Reason.FAILED, context.viewer)
        return None
    count(PLANNED, context.viewer)
    return Answer(data, request.errors)


def _operation(prepared: PreparedOperation, viewer: Viewer) -> Operation:
    """Return an operation of a document, looked at once and kept as long as the document is.

    Raises:
        Unplanned: It is not planned, or not for this viewer.
    """
    if viewer.kind is ViewerKind.NOBODY:
        raise Unplanned(Reason.NOBODY)
    compiled, key = prepared.document.compiled, (Operation, id(prepared.node))
    found: Operation | Reason | None = compiled.get(key)
    if found is None:
        try:
            found = Operation(prepared.document.node, prepared.node)
        except Unplanned as unplanned:
            found = unplanned.reason
        compiled[key] = found
    if isinstance(found, Reason):
        raise Unplanned(found)
    return found
