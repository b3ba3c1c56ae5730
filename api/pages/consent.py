"""The page on which a person lets an application act for them, or does not."""

import hmac
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from authlib.oauth2 import OAuth2Error
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from api.auth.bearer import session_token
from api.auth.oauth import AUTHORIZE, serve
from api.auth.oauth_models import User
from api.auth.oauth_requests import (
    Answer,
    ServerRequest,
    client_viewer,
    read_parameters,
    refusal,
)
from api.auth.oauth_server import OAuthServer
from api.content_security import content_security_policy
from api.pages.posted import Refused, read_posted
from api.pages.rendering import respond
from api.pages.sign_in import find_person, lead_to_sign_in
from tenants.access import Permission, Role, Viewer, ViewerKind, part_of
from tenants.db import run
from tenants.integrations.scopes import SCOPES, Scope
from tenants.keys import Purpose, mac
from tenants.organisations import queries as organisations

_ALLOW: Final = "allow"


@dataclass(frozen=True, slots=True)
class Wish:
    """What an application asks a person for, found to be in order.

    Attributes:
        application: Its name.
        organisation_id: Whose integration it is.
        redirect_uri: Where the answer leads.
        scopes: What it asks for.
    """

    application: str
    organisation_id: UUID
    redirect_uri: str
    scopes: tuple[Scope, ...]


def routes() -> list[BaseRoute]:
    """Return the routes of the authorization endpoint (RFC 6749, section 3.1)."""
    return [
        Route(AUTHORIZE, show_consent, methods=["GET"]),
        Route(AUTHORIZE, post_consent, methods=["POST"]),
    ]


async def show_consent(request: Request) -> Response:
    """Ask whoever is signed in; lead an application back that asks for what cannot be."""
    return await _show(request, request.url.query)


async def post_consent(request: Request) -> Response:
    """Lead back to the application, with a code if the person allowed it."""
    try:
        posted = await read_posted(request)
    except Refused as refused:
        return _broken(refused.status)
    fields = {name: values[-1] for name, values in posted.items()}
    query = fields.get("request", "")
    person = await _signed_in(request)
    if person is None:
        return _broken(HTTPStatus.FORBIDDEN)
    if not hmac.compare_digest(fields.get("seal", "").encode(), _seal(request, person, query)):
        # Somebody else has signed in since, or the page is not ours.
        return await _show(request, query, HTTPStatus.FORBIDDEN)
    try:
        asked = ServerRequest("GET", AUTHORIZE, {}, read_parameters(query.encode()))
    except OAuth2Error:
        return _broken(HTTPStatus.BAD_REQUEST)
    found = client_viewer(asked)
    if not set(found.roles) <= set(person.roles):
        return _outsider(person)
    allows = fields.get("decision") == _ALLOW
    actor = Viewer(
        ViewerKind.PERSON,
        person.id,
        roles=dict.fromkeys(found.roles, Role.AUTHORIZATION_SERVER),
    )
    answer = await serve(actor, lambda server: _decide(server, asked, person if allows else None))
    return _led_back(answer)


def _decide(server: OAuthServer, asked: ServerRequest, person: Viewer | None) -> Answer:
    """Return where the answer leads: with a code for the person who allows it, else without."""
    user = User(person.id) if person is not None and person.id is not None else None
    try:
        grant = server.get_consent_grant(asked, user)
    except OAuth2Error as error:
        return _named(server, error)
    answer: Answer = server.create_authorization_response(asked, user, grant)
    return answer


def _examine(server: OAuthServer, asked: ServerRequest) -> Wish | Answer:
    """Return what is asked for, or the answer that it gets at once."""
    try:
        grant = server.get_consent_grant(asked, None)
    except OAuth2Error as error:
        return _named(server, error)
    integration = grant.request.client.integration
    scopes = grant.request.scope.split()
    return Wish(
        integration.name,
        integration.organisation_id,
        grant.redirect_uri,
        tuple(one for one in Scope if one in scopes),
    )


def _named(server: OAuthServer, error: OAuth2Error) -> Answer:
    answer = refusal(error)
    server.issuer.add_issuer_parameter(server, answer)
    return answer


async def _show(request: Request, query: str, status: HTTPStatus = HTTPStatus.OK) -> Response:
    try:
        asked = ServerRequest("GET", AUTHORIZE, {}, read_parameters(query.encode()))
    except OAuth2Error:
        return _broken(HTTPStatus.BAD_REQUEST)
    wish = await serve(client_viewer(asked), lambda server: _examine(server, asked))
    if isinstance(wish, Answer):
        return _led_back(wish)
    person = await _signed_in(request)
    if person is None:
        return lead_to_sign_in(request)
    role = person.role_in(wish.organisation_id)
    if role is None:
        return _outsider(person)
    within, beyond = _by_role(wish.scopes, role)
    response = _page(
        "authorize",
        status,
        person=person.name,
        application=wish.application,
        organisation=await run(
            organisations.find_organisation_name, person, organisation_id=wish.organisation_id
        ),
        host=urlsplit(wish.redirect_uri).netloc,
        within=within,
        beyond=beyond,
        request=query,
        seal=_seal(request, person, query).decode(),
        is_repeat=status is not HTTPStatus.OK,
    )
    response.headers["Content-Security-Policy"] = content_security_policy(wish.redirect_uri)
    return response


def _by_role(scopes: tuple[Scope, ...], role: Role) -> tuple[list[str], list[str]]:
    """Return in words what the application would be able to do, and what the role lacks."""
    allowed = part_of(role).permissions - {Permission.ORGANISATION_READ}
    within = [SCOPES[one].words for one in scopes if SCOPES[one].permissions & allowed]
    beyond = [SCOPES[one].words for one in scopes if not SCOPES[one].permissions & allowed]
    return within, beyond


async def _signed_in(request: Request) -> Viewer | None:
    """Return the person whose browser it is, by its session; a bearer token consents to nothing."""
    if "authorization" in request.headers:
        return None
    return await find_person(request)


def _seal(request: Request, person: Viewer, query: str) -> bytes:
    """Return what proves that our page showed this request to this person in this session."""
    session = session_token(request)
    identity = person.id.bytes if person.id is not None else b""
    return mac(Purpose.CONSENT, identity, session.encode(), query.encode()).hex().encode()


def _led_back(answer: Answer) -> Response:
    """Return a redirect to the application, or for a request that names none in order, a page."""
    if answer.location is None:
        return _broken(HTTPStatus.BAD_REQUEST)
    # After a post 303 is the one status that no browser repeats the post for.
    answer.status = HTTPStatus.SEE_OTHER
    return answer.response()


def _broken(status: HTTPStatus) -> Response:
    return _page("authorize_broken", status, is_outsider=False)


def _outsider(person: Viewer) -> Response:
    return _page("authorize_broken", HTTPStatus.FORBIDDEN, is_outsider=True, person=person.name)


def _page(template: str, status: HTTPStatus, **context: Any) -> Response:
    return respond(f"console/{template}.html", "en", status=status, **context)
