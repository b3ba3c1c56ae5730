"""The console's operations: GraphQL documents, run as the person who looks at a page."""

from typing import Any, Final

from api.console_documents import FOLDER, FRAGMENTS, document
from api.execution import execute
from api.requests import GraphQLRequest
from tenants.access import Viewer
from tenants.model import new_id

__all__ = ["FOLDER", "FRAGMENTS", "NoAnswer", "ask", "document"]

# What a role may not see is null, and the page leaves it out or says so.
_PART_OF_THE_ANSWER: Final = "FORBIDDEN"


class NoAnswer(Exception):
    """An operation has no answer.

    Attributes:
        code: Why, as the API spells it.
        request_id: By which the log tells more.
    """

    def __init__(self, code: str, request_id: str) -> None:
        """Keep both."""
        super().__init__(code, request_id)
        self.code = code
        self.request_id = request_id


async def ask(viewer: Viewer, name: str, **variables: Any) -> dict[str, Any]:
    """Return the data of an operation, exactly as the API gives it to the viewer.

    Args:
        viewer: Who looks at the page.
        name: Of the operation.
        **variables: Those that are None are left out.

    Raises:
        NoAnswer: The operation failed for another reason than that the role lacks something.
    """
    request_id = new_id().hex
    given = {name: value for name, value in variables.items() if value is not None}
    result = await execute(viewer, GraphQLRequest(document(name), given, trusted=True), request_id)
    for error in result.body.get("errors", ()):
        code = error["extensions"]["code"]
        if code != _PART_OF_THE_ANSWER:
            raise NoAnswer(code, request_id)
    data: dict[str, Any] = result.body["data"]
    return data
