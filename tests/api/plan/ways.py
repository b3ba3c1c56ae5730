"""One operation in both ways: by its plan, and by the ordinary executor, which is the reference."""

from collections.abc import Mapping
from typing import Any

from api import execution, plan
from api.context import Context
from api.documents import prepare
from api.requests import GraphQLRequest
from tenants.access import Viewer

_REQUEST = "request"


async def planned(
    viewer: Viewer, query: str, variables: Mapping[str, Any] | None = None
) -> tuple[str, str]:
    """Return what became of the operation, and its answer by plan where it has one."""
    before = plan.operations.copy()
    result = await execution.execute(viewer, GraphQLRequest(query, variables), _REQUEST)
    outcome = "".join(plan.operations - before) or "refused"
    return outcome, result.text


async def ordinary(viewer: Viewer, query: str, variables: Mapping[str, Any] | None = None) -> str:
    """Return the answer of the ordinary executor."""
    prepared = prepare(viewer, GraphQLRequest(query, variables))
    result = await execution.execute_ordinarily(prepared, Context(viewer, _REQUEST))
    return result.text
