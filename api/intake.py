"""Where applicant-tracking systems post: the signature first, then what it covers."""

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tenants.access import Role, Viewer, ViewerKind
from tenants.db import run
from tenants.errors import NotFound
from tenants.integrations.models import IntegrationKind
from tenants.integrations.queries import list_signing_secrets
from tenants.interviews.intake import receive
from tenants.keys import Purpose
from tenants.offers.ats.adapters import ADAPTERS
from tenants.offers.ats.events import Unreadable
from tenants.offers.ats.reading import MAX_BODY_BYTES
from tenants.tokens import Token, read_token


class Refused(Exception):
    """The request is not taken; nothing of it is kept.

    Attributes:
        status: The answer's HTTP status.
        code: Machine-readable.
        message: What is wrong; no library's words and none of the body's.
    """

    def __init__(self, status: int, code: str, message: str) -> None:
        """Keep the status, the code and the words."""
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


async def intake(request: Request) -> Response:
    """Answer POST /intake/{kind}/{token}: 200 once the event is kept, whatever became of it."""
    try:
        return await _take(request)
    except Refused as error:
        return JSONResponse({"code": error.code, "message": error.message}, error.status)


def routes() -> list[Route]:
    """Return the routes of the intake."""
    return [Route("/intake/{kind}/{token}", intake, methods=["POST"])]


async def _take(request: Request) -> Response:
    kind, token = _address(request)
    viewer = Viewer(
        ViewerKind.INTEGRATION,
        token.subject_id,
        roles={token.organisation_id: Role.INTAKE},
    )
    body = await read_body(request, MAX_BODY_BYTES)
    adapter = ADAPTERS[kind]
    try:
        secrets = await run(
            list_signing_secrets,
            viewer,
            organisation_id=token.organisation_id,
            integration_id=token.subject_id,
            kind=kind,
        )
        signature = request.headers.get(adapter.signature_header)
        if not any(adapter.verify(body, signature, secret) for secret in secrets):
            message = "The signature does not belong to this body."
            raise Refused(401, "SIGNATURE_INVALID", message)
        outcome = await run(
            receive,
            viewer,
            organisation_id=token.organisation_id,
            integration_id=token.subject_id,
            event_key=adapter.event_key(request.headers, body),
            parsed=adapter.parse(body),
        )
    except NotFound:
        raise _no_intake() from None
    except Unreadable as error:
        raise Refused(400, "UNREADABLE", str(error)) from None
    return JSONResponse({"state": outcome.state.value, "duplicate": outcome.duplicate})


def _address(request: Request) -> tuple[IntegrationKind, Token]:
    """Return what the address says.

    Raises:
        Refused: This installation did not hand out such an address.
    """
    token = read_token(Purpose.INTAKE, request.path_params["token"])
    named = request.path_params["kind"]
    kind = next((one for one in ADAPTERS if one.value.lower() == named), None)
    if token is None or kind is None:
        raise _no_intake()
    return kind, token


def _no_intake() -> Refused:
    """Return the one answer to an unknown, a forged and a removed address."""
    return Refused(404, NotFound.code, "There is no such intake.")


async def read_body(request: Request, most: int) -> bytes:
    """Return the body, read no further than it may be long.

    Args:
        request: What was posted.
        most: How many bytes it may have.

    Raises:
        Refused: It is longer, or ended early.
    """
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > most:
                message = f"A body has at most {most} bytes."
                raise Refused(413, "BODY_TOO_LARGE", message)
    except ClientDisconnect:
        message = "The request ended early."
        raise Refused(400, "UNREADABLE", message) from None
    return bytes(body)
