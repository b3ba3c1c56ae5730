"""Accepting an invitation to work for a consulting firm."""

from functools import partial
from http import HTTPStatus
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from api.auth.links import firm_link
from api.pages.join import Invited, accept, email_of, show_dead_link, show_invitation
from api.pages.sign_in import begin_session, find_person
from tenants.access import Viewer
from tenants.db import run
from tenants.errors import LinkUnusable
from tenants.members import firm_joining
from tenants.members.firm_joining import FirmJoining
from tenants.organisations.models import FirmRole
from tenants.tokens import Token

_HOME: Final = "/console"
_OPERATOR: Final = Viewer.operator()
_ROLES: Final = {FirmRole.ADMINISTRATOR: "administrator", FirmRole.CONSULTANT: "consultant"}


def routes() -> list[BaseRoute]:
    """Return the routes of accepting an invitation into a firm."""
    return [
        Route("/join-firm/{token}", show_joining, methods=["GET"]),
        Route("/join-firm/{token}", post_joining, methods=["POST"]),
    ]


async def show_joining(request: Request) -> Response:
    """Show what the invitation offers, and what accepting it takes."""
    try:
        _link, offer = await _open(request)
    except LinkUnusable as refusal:
        return show_dead_link(request, refusal)
    return await _page(request, offer)


async def post_joining(request: Request) -> Response:
    """Make the invited person one of the firm's people, and lead to the console."""
    try:
        link, offer = await _open(request)
    except LinkUnusable as refusal:
        return show_dead_link(request, refusal)
    return await accept(
        request, page=partial(_page, request, offer), join=partial(_join, request, link)
    )


async def _open(request: Request) -> tuple[Token, FirmJoining]:
    link = firm_link(request.path_params["token"])
    if link is None:
        message = "This link is not valid. Open it from the mail as a whole."
        raise LinkUnusable(message)
    return link, await run(firm_joining.get_firm_joining, _OPERATOR, link=link)


async def _join(request: Request, link: Token, fields: dict[str, str]) -> Response:
    person = await find_person(request)
    if person is not None and person.id is not None:
        email = await email_of(person)
        await run(firm_joining.join_firm, _OPERATOR, link=link, person_id=person.id, email=email)
        # What a session may do has changed: it goes on under another token.
        return await begin_session(request, person.id, _HOME)
    person_id = await run(
        firm_joining.join_firm_as_new_person,
        _OPERATOR,
        link=link,
        name=fields.get("name", ""),
        password=fields.get("password", ""),
    )
    return await begin_session(request, person_id, _HOME, with_password=True)


async def _page(
    request: Request, offer: FirmJoining, *, status: HTTPStatus = HTTPStatus.OK, **context: Any
) -> Response:
    return await show_invitation(
        request,
        Invited(offer.firm, offer.email, offer.expires_at, offer.provider),
        role=_ROLES[offer.role],
        home=_HOME,
        status=status,
        **context,
    )
