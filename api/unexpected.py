"""What is answered where something has failed that should not."""

import logging

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tenants.incidents import describe_incident

_logger = logging.getLogger("afterword.api")


async def unexpected(_request: Request, error: Exception) -> Response:
    """Tell nothing of a bug; the log has it, without the address, which may carry a link."""
    _logger.error("a request failed\n%s", describe_incident(error))
    body = {"code": "INTERNAL", "message": "Something went wrong on our side; we have been told."}
    return JSONResponse(body, 500)
