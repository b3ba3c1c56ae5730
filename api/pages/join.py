"""Accepting an invitation to become a member."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
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
from tenants.organisations.models import IdentityProvider
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
        _link, offer = await _open(request)
    except LinkUnusable as refusal:
        return show_dead_link(request, refusal)
    return await _page(request, offer)


async def post_joining(request: Request) -> Response:
    """Make the invited person a member, and lead to the organisation."""
    try:
        link, offer = await _open(request)
    except LinkUnusable as refusal:
        return show_dead_link(request, refusal)
    return await accept(
        request, page=partial(_page, request, offer), join=partial(_join, request, link, offer)
    )


async def accept(
    request: Request,
    *,
    page: Callable[..., Awaitable[Response]],
    join: Callable[[dict[str, str]], Awaitable[Response]],
) -> Response:
    """Return what comes of posting an invitation's form: who joins is led on, others told why not.

    Args:
        request: What was posted.
        page: Shows the form again, with a status and what went wrong.
        join: Takes the form's fields and joins.
    """
    try:
        fields = await read_form(request)
    except Refused as refusal:
        problem = "This was not sent from the form on this page. Please try again."
        return await page(status=refusal.status, problem=problem)
    try:
        return await join(fields)
    except LinkUnusable as refusal:
        return show_dead_link(request, refusal)
    except (InvalidInput, Conflict) as refusal:
        return await page(
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
        await run(joining.join, link.viewer(person), email=await email_of(person), **which)
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


async def _page(
    request: Request, offer: Joining, *, status: HTTPStatus = HTTPStatus.OK, **context: Any
) -> Response:
    return await show_invitation(
        request,
        Invited(offer.organisation, offer.email, offer.expires_at, offer.provider),
        role=ROLES[offer.role.value].as_words,
        home=f"/console/{offer.slug}",
        status=status,
        **context,
    )


async def email_of(person: Viewer) -> str:
    """Return the address of somebody who is signed in."""
    return (await run(queries.get_own_person, person)).email


@dataclass(frozen=True, slots=True)
class Invited:
    """What the page of an invitation says.

    Attributes:
        owner: Name of the organisation or firm that invites.
        email: Whom.
        expires_at: When the link dies.
        provider: Through which its people sign in, if one is set up.
    """

    owner: str
    email: str
    expires_at: datetime
    provider: IdentityProvider | None


async def show_invitation(
    request: Request,
    offer: Invited,
    *,
    role: str,
    home: str,
    status: HTTPStatus = HTTPStatus.OK,
    **context: Any,
) -> Response:
    """Show what an invitation offers, and what accepting it takes of whoever opened the link.

    Args:
        request: Whose address ends with the link's token.
        offer: The invitation.
        role: The part that waits, in words.
        home: Where its people begin.
        status: Of the answer.
        **context: What went wrong, and what was typed.
    """
    person = await find_person(request)
    known = await run(queries.find_person_by_email, Viewer.operator(), email=offer.email)
    return show_form(
        request,
        "join",
        status=status,
        owner=offer.owner,
        email=offer.email,
        provider=offer.provider,
        role=role,
        day=f"{offer.expires_at.day} {offer.expires_at:%B %Y, %H:%M} UTC",
        own=await email_of(person) if person is not None else None,
        is_known=known is not None,
        here=request.url.path,
        leave=f"/sign-in/with/{offer.provider.id}?"
        + urlencode({"join": request.path_params["token"], "next": home})
        if offer.provider
        else None,
        shortest=SHORTEST_PASSWORD,
        **{"problem": None, "at_fault": (), "name": "", **context},
    )


def show_dead_link(request: Request, refusal: LinkUnusable) -> Response:
    """Say that an invitation cannot be accepted, and why."""
    return show_form(
        request,
        "told",
        status=HTTPStatus.GONE,
        title="This invitation cannot be accepted",
        told=refusal.message,
        address="/sign-in",
        label="Sign in",
    )
