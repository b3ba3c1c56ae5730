"""Signing in through an organisation's or a firm's own provider."""

import logging
from http import HTTPStatus
from typing import Final
from uuid import UUID

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from api.auth.bearer import cookie_name
from api.auth.links import firm_link, invitee
from api.auth.openid import (
    FLOW_COOKIE,
    FLOW_SECONDS,
    Claimed,
    Flow,
    SignInFailed,
    come_back,
    leave,
    open_flow,
    read_flow,
)
from api.pages.own_forms import drop_cookie, read_form, set_cookie, show_form
from api.pages.posted import Refused
from api.pages.rendering import lead_to
from api.pages.sign_in import LINK_COOKIE, begin_session, find_person, local_path
from tenants.access import Viewer
from tenants.db import run
from tenants.errors import Conflict, DomainError, Forbidden, NotFound
from tenants.members import provider_joining as joining
from tenants.members.firm_joining import join_firm_with_identity
from tenants.organisations import providers
from tenants.organisations.models import IdentityProvider

_logger = logging.getLogger("afterword.api")
_OPERATOR: Final = Viewer.operator()


def routes() -> list[BaseRoute]:
    """Return the routes of signing in through a provider."""
    return [
        Route("/sign-in/provider", show_search, methods=["GET"]),
        Route("/sign-in/provider", post_search, methods=["POST"]),
        Route("/sign-in/at/{slug}", show_provider, methods=["GET"]),
        Route("/sign-in/with/{provider_id:uuid}", go, methods=["GET"]),
        Route("/sign-in/callback", come, methods=["GET"]),
    ]


async def show_search(request: Request) -> Response:
    """Ask for the organisation, the firm or the address."""
    return show_form(request, "provider_search", who="")


async def post_search(request: Request) -> Response:
    """Show the provider that belongs to what was typed."""
    try:
        fields = await read_form(request)
    except Refused as refusal:
        problem = "This was not sent from the form on this page. Please try again."
        return show_form(request, "provider_search", status=refusal.status, problem=problem, who="")
    who = fields.get("who", "")
    found = None
    if "\0" not in who:
        found = await run(providers.find_provider_for, _OPERATOR, who=who)
    if found is None:
        problem = "No provider is set up for this. Sign in with your password instead."
        status = HTTPStatus.NOT_FOUND
        return show_form(request, "provider_search", status=status, problem=problem, who=who)
    return _provider(request, found)


async def show_provider(request: Request) -> Response:
    """Show the button to the provider of an organisation or a firm, or the form for passwords."""
    found = await run(
        providers.find_provider_for, _OPERATOR, who=request.path_params["slug"].replace("@", "")
    )
    return lead_to("/sign-in") if found is None else _provider(request, found)


def _provider(request: Request, found: IdentityProvider) -> Response:
    # A link, and no form: a form of ours must not lead away from this site.
    return show_form(request, "provider", provider=found, only=False)


async def go(request: Request) -> Response:
    """Send the browser to the provider."""
    wanted = local_path(request.query_params.get("next", ""))
    join = request.query_params.get("join")
    try:
        provider = await run(
            providers.get_provider, _OPERATOR, provider_id=request.path_params["provider_id"]
        )
    except NotFound:
        return lead_to("/sign-in")
    flow = Flow(provider.id, wanted, _proved(request), join)
    try:
        address, sealed = await leave(request, provider, flow)
    except SignInFailed as failure:
        return _failed(request, failure)
    response = RedirectResponse(address, HTTPStatus.SEE_OTHER, {"Cache-Control": "no-store"})
    set_cookie(response, FLOW_COOKIE, sealed, max_age=FLOW_SECONDS)
    return response


async def come(request: Request) -> Response:
    """Begin a session for whoever came back, if they are somebody here."""
    try:
        flow, remembered = read_flow(request.cookies.get(cookie_name(FLOW_COOKIE), ""))
        provider = await run(providers.get_provider, _OPERATOR, provider_id=flow.provider_id)
        claimed = await come_back(request, provider, remembered)
        response = await _welcome(request, provider, flow, claimed)
    except SignInFailed as failure:
        response = _failed(request, failure)
    except DomainError as refusal:
        response = _refused(request, refusal.message)
    # State, nonce and verifier are good for one return, however it ended.
    drop_cookie(response, FLOW_COOKIE)
    drop_cookie(response, LINK_COOKIE)
    return response


async def _welcome(
    request: Request, provider: IdentityProvider, flow: Flow, claimed: Claimed
) -> Response:
    present = await find_person(request)
    proved = flow.person_id or (present.id if present is not None else None)
    identity = joining.Identified(
        provider_id=provider.id,
        issuer=claimed.issuer,
        subject=claimed.subject,
        email=claimed.email,
        name=claimed.name,
    )
    try:
        person_id = await _come_in(identity, proved, flow.join)
    except (Forbidden, Conflict):
        await run(providers.note_refused, providers.owner_of(provider), provider=provider)
        raise
    return await begin_session(
        request, person_id, flow.wanted, provider_id=provider.id, id_token=claimed.id_token
    )


async def _come_in(identity: joining.Identified, proved_id: UUID | None, join: str | None) -> UUID:
    """Return who comes in: by an invitation's link, or as whoever the identity is bound to."""
    link = invitee(join) if join else None
    if link is not None:
        return await run(
            joining.join_with_identity,
            link.viewer(_OPERATOR),
            identity=identity,
            proved_id=proved_id,
            organisation_id=link.organisation_id,
            invitation_id=link.invitation_id,
        )
    into_firm = firm_link(join) if join else None
    if into_firm is not None:
        return await run(
            join_firm_with_identity,
            _OPERATOR,
            link=into_firm,
            identity=identity,
            proved_id=proved_id,
        )
    return await run(
        joining.sign_in_with_identity, _OPERATOR, identity=identity, proved_id=proved_id
    )


def _proved(request: Request) -> UUID | None:
    """Return who has just given the right password for what only a provider opens."""
    try:
        kept = open_flow(request.cookies.get(cookie_name(LINK_COOKIE), ""))
    except SignInFailed:
        return None
    return UUID(kept["proved"]) if "proved" in kept else None


def _failed(request: Request, failure: SignInFailed) -> Response:
    _logger.info("signing in through a provider failed: %s", failure)
    if failure.is_temporary:
        return show_form(
            request,
            "told",
            status=HTTPStatus.BAD_GATEWAY,
            title="Your provider does not answer",
            told="We could not reach it, or did not understand it. Try again in a while.",
            address="/sign-in",
            label="Back to signing in",
        )
    return show_form(
        request,
        "told",
        status=HTTPStatus.BAD_REQUEST,
        title="That did not work",
        told="The answer of your provider does not belong to this attempt, or came too late.",
        address="/sign-in",
        label="Try again",
    )


def _refused(request: Request, message: str) -> Response:
    return show_form(
        request,
        "told",
        status=HTTPStatus.FORBIDDEN,
        title="You are not let in here yet",
        told=message,
        address="/sign-in",
        label="Back to signing in",
    )
