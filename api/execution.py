"""From a request to its result: the one way in for HTTP, the console's pages and tests."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from inspect import isawaitable
from typing import Any, Final

from graphql import ExecutionResult, OperationType
from graphql import execute as execute_graphql
from strawberry.execution.is_awaitable import optimized_is_awaitable

from api import plan
from api.context import Context
from api.documents import NotExecuted, PreparedOperation, prepare
from api.errors import shown_all
from api.plan.leaves import dump
from api.requests import GraphQLRequest
from api.schema import GRAPH, schema
from api.trusted import is_resolved, resolve
from tenants.access import Viewer
from tenants.errors import DomainError, TookTooLong


class NotAStream(DomainError):
    """A subscription was sent where only one answer can be given."""

    code = "NOT_A_STREAM"


_DATA: Final = "data"


@dataclass(slots=True)
class GraphQLResult:
    """What a client gets.

    Attributes:
        members: The response as the specification has it, without what `data` holds.
        executed: Whether execution began.
        status: The HTTP status that says how it ended; None where it depends on the media type.
        data: What a plan gave, as JSON already.
    """

    members: dict[str, Any]
    executed: bool
    status: int | None = None
    data: str | None = None

    @property
    def body(self) -> dict[str, Any]:
        """The response as the specification has it; no `data` when nothing was executed."""
        return dict(self._in_order(json.loads))

    @property
    def text(self) -> str:
        """The same as JSON."""
        return self.text_with("")

    def text_with(self, extensions: str) -> str:
        """Return the same as JSON, with what goes beside what the specification has.

        Args:
            extensions: As JSON; empty where there are none.
        """
        if self.data is not None and not self.members:
            text = f'{{"data":{self.data}'
        elif self.data is None:
            text = dump(self.members)[:-1]
        else:
            parts = [
                f'"{name}":{value if name == _DATA else dump(value)}'
                for name, value in self._in_order(str)
            ]
            text = f"{{{','.join(parts)}"
        return f'{text},"extensions":{extensions}}}' if extensions else f"{text}}}"

    def _in_order(self, read: Callable[[str], Any]) -> Iterator[tuple[str, Any]]:
        """Return the members: what went wrong, what was found, and whatever else there is."""
        if self.data is None:
            yield from self.members.items()
            return
        if "errors" in self.members:
            yield "errors", self.members["errors"]
        yield _DATA, read(self.data)
        yield from ((name, one) for name, one in self.members.items() if name != "errors")


async def execute(
    viewer: Viewer,
    request: GraphQLRequest,
    request_id: str = "-",
    *,
    pay: Callable[[Viewer, int], Awaitable[None]] | None = None,
) -> GraphQLResult:
    """Return the result of one operation for a viewer; never raises for what a client can send.

    Args:
        viewer: Who asks.
        request: For what.
        request_id: Told with every error, and logged with a bug.
        pay: Called with the cost before anything is executed; raises a `DomainError` to refuse.
    """
    try:
        if not is_resolved(request):
            request = await resolve(viewer, request)
        prepared = prepare(viewer, request)
        if pay is not None:
            await pay(viewer, prepared.cost)
    except DomainError as error:
        return _not_executed(NotExecuted.because_of(error), request_id)
    except NotExecuted as refusal:
        return _not_executed(refusal, request_id)
    if prepared.node.operation is OperationType.SUBSCRIPTION:
        not_here = NotAStream("Send subscriptions by WebSocket, or with Accept: text/event-stream.")
        return _not_executed(NotExecuted.because_of(not_here), request_id)
    try:
        return await answer(prepared, Context(viewer, request_id))
    except TookTooLong as error:
        return took_too_long(error, request_id)


def took_too_long(error: TookTooLong, request_id: str) -> GraphQLResult:
    """Return the result of an operation that had to be given up."""
    return replace(_not_executed(NotExecuted.because_of(error), request_id), status=503)


async def answer(prepared: PreparedOperation, context: Context) -> GraphQLResult:
    """Return the result of a query or mutation."""
    planned = await plan.answer(prepared, context)
    if planned is None:
        return await execute_ordinarily(prepared, context)
    members: dict[str, Any] = {}
    if planned.errors:
        members["errors"] = shown_all(planned.errors, context.request_id)
    return GraphQLResult(members, executed=True, data=planned.data)


async def execute_ordinarily(prepared: PreparedOperation, context: Context) -> GraphQLResult:
    """Return the result of an operation without a plan: the reference for those with one."""
    return result_of(await run_operation(prepared, context), context.request_id)


def result_of(result: ExecutionResult, request_id: str) -> GraphQLResult:
    """Return what a client gets of what the executor returned."""
    errors = shown_all(result.errors or (), request_id)
    # Where the variables were refused nothing has a path, and nothing was executed.
    executed = result.data is not None or any("path" in error for error in errors)
    body: dict[str, Any] = {"data": result.data} if executed else {}
    if errors:
        body = {"errors": errors, **body}
    return GraphQLResult(body, executed)


def _not_executed(refusal: NotExecuted, request_id: str) -> GraphQLResult:
    errors = shown_all(refusal.errors, request_id)
    return GraphQLResult({"errors": errors}, executed=False, status=refusal.status)


async def run_operation(prepared: PreparedOperation, context: Context) -> ExecutionResult:
    """Return what the ordinary executor makes of an operation."""
    result = execute_graphql(
        GRAPH,
        prepared.document.node,
        context_value=context,
        variable_values=dict(prepared.variables),
        operation_name=prepared.node.name.value if prepared.node.name else None,
        executor_class=schema.execution_context_class,
        is_awaitable=optimized_is_awaitable,  # type: ignore[arg-type]  # it guards no type.
        hide_suggestions=not prepared.suggests,
    )
    try:
        return await result if isawaitable(result) else result
    except asyncio.CancelledError:
        context.stop()
        raise
