"""Where a mail system posts what comes back: the operator's secret first, then the notification."""

import hmac

from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from api.intake import Refused, read_body
from tenants.access import Viewer
from tenants.db import run
from tenants.interviews.bounces import LONGEST_POSTED, read_bounce
from tenants.interviews.delivery import record_bounce
from tenants.settings import get_settings


def routes() -> list[Route]:
    """Return the route; there is none where the operator has set no secret."""
    if get_settings().mail_bounces_secret is None:
        return []
    return [Route("/mail-bounces", take_notification, methods=["POST"])]


async def take_notification(request: Request) -> Response:
    """Answer POST /mail-bounces: whether the body, as it came, says that a mail of ours is lost.

    Anything else that a mailbox gets is answered alike, so that a mail system never tries again.
    """
    secret = get_settings().mail_bounces_secret
    if secret is None or not _fits(request.headers.get("authorization", ""), secret):
        body = {"code": "UNAUTHENTICATED", "message": "The secret is missing or not ours."}
        return JSONResponse(body, 401, {"WWW-Authenticate": "Bearer"})
    try:
        bounce = read_bounce(await read_body(request, LONGEST_POSTED))
    except Refused as refusal:
        return JSONResponse({"code": refusal.code, "message": refusal.message}, refusal.status)
    if bounce is None:
        return JSONResponse({"noted": False})
    mail = bounce.mail
    noted = await run(
        record_bounce,
        Viewer.job(mail.organisation_id),
        organisation_id=mail.organisation_id,
        invitation_id=mail.subject_id,
        mail_number=mail.number,
        status=bounce.status,
    )
    return JSONResponse({"noted": noted})


def _fits(header: str, secret: SecretStr) -> bool:
    given = header.removeprefix("Bearer ").encode(errors="replace")
    return hmac.compare_digest(given, secret.get_secret_value().encode())
