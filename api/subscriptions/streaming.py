"""An operation as a stream of results, whatever transport carries them."""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from inspect import isawaitable

from graphql import ExecutionResult, GraphQLError, OperationType
from graphql import subscribe as subscribe_graphql

from api.budget import budgets
from api.context import Context
from api.deadline import in_time
from api.documents import NotExecuted, PreparedOperation, prepare
from api.errors import shown_all
from api.execution import GraphQLResult, answer, result_of
from api.requests import GraphQLRequest
from api.schema import GRAPH, schema
from api.subscriptions import quota
from api.trusted import resolve
from tenants.errors import DomainError
from tenants.settings import get_settings


async def stream(context: Context, request: GraphQLRequest) -> AsyncGenerator[GraphQLResult, None]:
    """Yield the results of an operation; never raises for what a client can send.

    A query or mutation has one. A result that was not executed is the last one: it says why the
    operation was refused, or why it does not go on.
    """
    try:
        prepared = prepare(context.viewer, await resolve(context.viewer, request))
        await budgets().spend(context.viewer, prepared.cost)
        with quota.operations.one(context.viewer):
            if prepared.node.operation is not OperationType.SUBSCRIPTION:
                yield await in_time(answer(prepared, context), get_settings().request_seconds)
                return
            async with aclosing(_watch(prepared, context)) as results:
                async for result in results:
                    # Each event is read like a query, and paid like one.
                    await budgets().spend(context.viewer, prepared.cost)
                    yield result
    except NotExecuted as refusal:
        yield _refused(refusal.errors, context)
    except DomainError as error:
        yield _refused([GraphQLError(error.message, original_error=error)], context)


async def _watch(
    prepared: PreparedOperation, context: Context
) -> AsyncGenerator[GraphQLResult, None]:
    """Yield a result for each event of a subscription."""
    source = subscribe_graphql(
        GRAPH,
        prepared.document.node,
        context_value=context,
        variable_values=dict(prepared.variables),
        operation_name=prepared.node.name.value if prepared.node.name else None,
        executor_class=schema.execution_context_class,
        hide_suggestions=not prepared.suggests,
    )
    if isawaitable(source):
        source = await source
    if isinstance(source, ExecutionResult):
        yield _refused(source.errors or (), context)
        return
    async with _closing(source):
        try:
            async for result in source:
                yield result_of(result, context.request_id)
        except Exception as error:  # noqa: BLE001 - whatever ends it: told, or masked and logged.
            yield _refused([GraphQLError(str(error), original_error=error)], context)


@asynccontextmanager
async def _closing(
    source: AsyncIterator[ExecutionResult],
) -> AsyncIterator[AsyncIterator[ExecutionResult]]:
    """Close a source of results at the end of the block, so that it waits for nothing more."""
    try:
        yield source
    finally:
        if isinstance(source, AsyncGenerator):
            await source.aclose()


def _refused(errors: Sequence[GraphQLError], context: Context) -> GraphQLResult:
    return GraphQLResult({"errors": shown_all(errors, context.request_id)}, executed=False)
