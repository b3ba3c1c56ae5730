"""The demo's outbox: the mails that its mail catcher kept, for people and for machines."""

import asyncio
from http import HTTPStatus
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from api.pages.console_words import moment
from api.pages.mails import Mail, find_file, find_mail, list_mails
from api.pages.rendering import respond
from tenants.settings import get_settings

_ON_A_PAGE: Final = 50
_HEADERS: Final = {"Cache-Control": "no-store", "Vary": "Accept"}


def routes() -> list[BaseRoute]:
    """Return the routes of the outbox; only a demo has one."""
    return [
        Route("/outbox", show_outbox, methods=["GET"]),
        Route("/outbox/{mail_id}.eml", download_mail, methods=["GET"]),
        Route("/outbox/{mail_id}", show_mail, methods=["GET"]),
    ]


async def show_outbox(request: Request) -> Response:
    """Show the mails, newest first: 50 on a page for people, all of them as JSON for machines."""
    mails = await asyncio.to_thread(list_mails, _folder())
    if _wants_json(request):
        return JSONResponse([_as_json(mail) for mail in mails], headers=_HEADERS)
    last = max(1, -(-len(mails) // _ON_A_PAGE))
    page = _page_number(request.query_params.get("page", ""), last)
    response = respond(
        "outbox/list.html",
        "en",
        mails=mails[(page - 1) * _ON_A_PAGE : page * _ON_A_PAGE],
        total=len(mails),
        page=page,
        last=last,
        moment=moment,
    )
    response.headers["Vary"] = "Accept"
    return response


async def show_mail(request: Request) -> Response:
    """Show one mail: its plain text, in which the links can be followed, and its HTML's source.

    Drawn, the latter would need inline style, which no page of ours may have.
    """
    mail = await asyncio.to_thread(find_mail, _folder(), request.path_params["mail_id"])
    if mail is None:
        return _unknown()
    return respond("outbox/mail.html", "en", mail=mail, moment=moment)


async def download_mail(request: Request) -> Response:
    """Hand out one mail as it was sent."""
    path = find_file(_folder(), request.path_params["mail_id"])
    if path is None:
        return _unknown()
    return FileResponse(
        path, media_type="message/rfc822", filename=path.name, headers={"Cache-Control": "no-store"}
    )


def _page_number(asked: str, last: int) -> int:
    """Return the page that was asked for, or the nearest that there is."""
    digits = asked if asked.isdecimal() else "1"
    # Python refuses to read a number of thousands of digits.
    return max(1, min(int(digits[:9]), last))


def _folder() -> Path:
    folder = get_settings().outbox_dir
    assert folder is not None  # noqa: S101 - without it there are no routes that lead here.
    return folder


def _unknown() -> Response:
    return respond("outbox/unknown.html", "en", status=HTTPStatus.NOT_FOUND)


def _wants_json(request: Request) -> bool:
    """Tell whether a machine asks; a browser takes HTML as well, and rather."""
    accept = request.headers.get("accept", "").lower()
    return "application/json" in accept and "text/html" not in accept


def _as_json(mail: Mail) -> dict[str, str | list[str]]:
    return {
        "id": mail.id,
        "to": mail.to,
        "subject": mail.subject,
        "date": mail.date.isoformat().replace("+00:00", "Z"),
        "messageId": mail.message_id,
        "text": mail.text,
        "html": mail.markup,
        "links": mail.links,
    }
