"""Accepting an invitation to become a member."""

from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from api.auth.links import Invitee, invitee
from api.pages.console_roles import ROLES
from api.pages.own_forms import read_form, show_form
from api.pages.posted import Refused
from api.pages.sign_in import begin_session, find_person
from tenants.access import Viewer
from tenants.db import run
from tenants.errors import Conflict, InvalidInput, LinkUnusable
from tenants.members import joining
from tenants.members.joining import Joining
from tenants.organisations import queries
from tenants.organisations.passwords import SHORTEST_PASSWORD


def routes() -> list[BaseRoute]:
    """Return the routes of accepting an invitation."""
    return [
        Route("/join/{token}", show_joining, methods=["GET"]),
        Route("/join/{token}", post_joining, methods=["POST"]),
    ]


async def show_joining(request: Request) -> Response:
    """Show what the invitation offers, and what accepting it takes."""
    try:
        link, offer = await _open(request)
    except LinkUnusable as refusal:
        return _dead(request, refusal)
    del link
    return await _page(request, offer)


async def post_joining(request: Request) -> Response:
    """Make the invited person a member, and lead to the organisation."""
    try:
        link, offer = await _open(request)
        fields = await read_form(request)
    except LinkUnusable as refusal:
        return _dead(request, refusal)
    except Refused as refusal:
        problem = "This was not sent from the form on this page. Please try again."
        return await _page(request, offer, status=refusal.status, problem=problem)
    try:
        return await _join(request, link, offer, fields)
    except LinkUnusable as refusal:
        return _dead(request, refusal)
    except (InvalidInput, Conflict) as refusal:
        return await _page(
            request,
            offer,
            status=HTTPStatus.BAD_REQUEST,
            problem=refusal.message,
            at_fault=refusal.field,
            name=fields.get("name", ""),
        )


async def _open(request: Request) -> tuple[Invitee, Joining]:
    link = invitee(request.path_params["token"])
    if link is None:
        message = "This link is not valid. Open it from the mail as a whole."
        raise LinkUnusable(message)
    offer = await run(
        joining.get_joining,
        link.viewer(),
        organisation_id=link.organisation_id,
        invitation_id=link.invitation_id,
    )
    return link, offer


async def _join(
    request: Request, link: Invitee, offer: Joining, fields: dict[str, str]
) -> Response:
    home = f"/console/{offer.slug}"
    which = {"organisation_id": link.organisation_id, "invitation_id": link.invitation_id}
    person = await find_person(request)
    if person is not None and person.id is not None:
        await run(joining.join, link.viewer(person), email=await _email_of(person), **which)
        # What a session may do has changed: it goes on under another token.
        return await begin_session(request, person.id, home)
    person_id = await run(
        joining.join_as_new_person,
        link.viewer(Viewer.operator()),
        name=fields.get("name", ""),
        password=fields.get("password", ""),
        **which,
    )
    return await begin_session(request, person_id, home, with_password=True)


async def _email_of(person: Viewer) -> str:
    return (await run(queries.get_own_person, person)).email


async def _page(
    request: Request,
    offer: Joining,
    *,
    status: HTTPStatus = HTTPStatus.OK,
    **context: Any,
) -> Response:
    person = await find_person(request)
    own = await _email_of(person) if person is not None else None
    known = await run(queries.find_person_by_email, Viewer.operator(), email=offer.email)
    return show_form(
        request,
        "join",
        status=status,
        offer=offer,
        role=ROLES[offer.role.value].as_words,
        day=f"{offer.expires_at.day} {offer.expires_at:%B %Y, %H:%M} UTC",
        own=own,
        is_known=known is not None,
        here=request.url.path,
        leave=f"/sign-in/with/{offer.provider.id}?"
        + urlencode({"join": request.path_params["token"], "next": f"/console/{offer.slug}"})
        if offer.provider
        else None,
        shortest=SHORTEST_PASSWORD,
        **{"problem": None, "at_fault": (), "name": "", **context},
    )


def _dead(request: Request, refusal: LinkUnusable) -> Response:
    return show_form(
        request,
        "told",
        status=HTTPStatus.GONE,
        title="This invitation cannot be accepted",
        told=refusal.message,
        address="/sign-in",
        label="Sign in",
    )
