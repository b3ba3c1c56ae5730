"""Asking the OAuth server as integrations do, and the API with what it gives out."""

import base64
import hashlib
import html
import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

import httpx2

from api.app import create_app
from api.relay import encode_id
from tenants import read_graph
from tenants.access import Role, Viewer
from tenants.db import run
from tenants.integrations import token_queries
from tenants.integrations.models import IntegrationKind
from tenants.integrations.scopes import Scope, is_for_machines
from tenants.integrations.service import client_id, create_integration
from tenants.reading import Key
from tenants.work import Session
from tests.api.asking import post
from tests.api.pages.browsing import Browser, Page, session_of
from tests.api.world import register_document
from tests.factories import Client, make_identity_provider, make_member_invitation

METADATA = "/.well-known/oauth-authorization-server"
TOKEN, JWKS = "/oauth/token", "/oauth/jwks.json"
AUTHORIZE, REVOKE, INTROSPECT = "/oauth/authorize", "/oauth/revoke", "/oauth/introspect"
CALLBACK = "https://board.example/callback"
FOR_MACHINES = [one.value for one in Scope if is_for_machines(one)]


@dataclass(frozen=True)
class Machine:
    """An integration as its own side knows it."""

    client: Client
    integration_id: UUID
    secret: str | None = field(repr=False)

    @property
    def client_id(self) -> str:
        """Its OAuth client identifier."""
        return client_id(self.client.organisation_id, self.integration_id)

    @property
    def key(self) -> dict[str, Any]:
        """Which it is, for the verbs of the domain."""
        return {
            "organisation_id": self.client.organisation_id,
            "integration_id": self.integration_id,
        }

    @property
    def basic(self) -> dict[str, str]:
        """Its credentials as a header."""
        return basic(self.client_id, self.secret or "")


def basic(name: str, secret: str) -> dict[str, str]:
    """Return credentials as a header."""
    return {"authorization": "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()}


async def make_machine(
    client: Client,
    *,
    kind: IntegrationKind = IntegrationKind.OAUTH_CONFIDENTIAL,
    scopes: list[str] | None = None,
    redirect_uris: tuple[str, ...] = (),
    name: str = "Reporting",
) -> Machine:
    """Let a machine in."""
    made = await run(
        create_integration,
        client.hr,
        organisation_id=client.organisation_id,
        kind=kind,
        name=name,
        scopes=scopes or FOR_MACHINES,
        redirect_uris=redirect_uris,
    )
    return Machine(client, made.integration_id, made.secret)


async def send(
    path: str,
    form: Mapping[str, str] | str | bytes,
    *,
    headers: Mapping[str, str] | None = None,
) -> httpx2.Response:
    """Post a form to the OAuth server as a program does."""
    transport = httpx2.ASGITransport(create_app())
    async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as http:
        sent = {"content-type": "application/x-www-form-urlencoded", **(headers or {})}
        if isinstance(form, Mapping):
            return await http.post(path, data=dict(form), headers=sent)
        return await http.post(path, content=form, headers=sent)


async def get(path: str, **headers: str) -> httpx2.Response:
    """Ask the application for something."""
    transport = httpx2.ASGITransport(create_app())
    async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as http:
        return await http.get(path, headers=headers)


async def token_for(machine: Machine, *scopes: str) -> str:
    """Return an access token of a machine that acts for itself."""
    form = {"grant_type": "client_credentials"}
    if scopes:
        form["scope"] = " ".join(scopes)
    answer = await send(TOKEN, form, headers=machine.basic)
    assert answer.status_code == 200, answer.text
    token: str = answer.json()["access_token"]
    return token


def part(token: str, number: int) -> dict[str, Any]:
    """Return the header (0) or the claims (1) of an access token."""
    text = token.split(".")[number]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return found


@dataclass(frozen=True)
class Proof:
    """What an application proves with that it is the one that began (PKCE)."""

    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))

    @property
    def challenge(self) -> str:
        """What is sent at the beginning."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")


async def make_front_end(client: Client, **given: Any) -> Machine:
    """Let a front-end in, which acts for people and keeps no secret."""
    asked: dict[str, Any] = {
        "kind": IntegrationKind.OAUTH_PUBLIC,
        "name": "Hiring board",
        "scopes": [one.value for one in Scope],
        "redirect_uris": (CALLBACK,),
        **given,
    }
    return await make_machine(client, **asked)


def wish(machine: Machine, proof: Proof, **given: str | None) -> str:
    """Return the address that an application sends a person to; None leaves a parameter out."""
    asked = {
        "response_type": "code",
        "client_id": machine.client_id,
        "redirect_uri": CALLBACK,
        "scope": "offers:read insights:read",
        "state": "xyz",
        "code_challenge": proof.challenge,
        "code_challenge_method": "S256",
        **given,
    }
    return f"{AUTHORIZE}?" + urlencode(
        {name: one for name, one in asked.items() if one is not None}
    )


def led_to(page: Page) -> dict[str, str]:
    """Return what the application is told when the person comes back."""
    assert page.status == 303
    address, _, query = page.location.partition("?")
    assert address == CALLBACK
    return dict(parse_qsl(query))


async def decide(browser: Browser, address: str, decision: str = "allow") -> Page:
    """Open the consent page and press a button."""
    page = await browser.get(address)
    assert page.status == 200, page.text
    return await browser.post(AUTHORIZE, {**hidden(page), "decision": decision})


def hidden(page: Page) -> dict[str, str]:
    """Return the hidden fields of a page."""
    found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page.html)
    return {name: html.unescape(value) for name, value in found}


async def code_for(machine: Machine, person: Viewer, proof: Proof, **given: str | None) -> str:
    """Return an authorization code that a person consented to."""
    browser = await session_of(person)
    return led_to(await decide(browser, wish(machine, proof, **given)))["code"]


def redemption(machine: Machine, code: str, proof: Proof) -> dict[str, str]:
    """Return the form with which an application gets tokens for a code."""
    return {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": CALLBACK,
        "client_id": machine.client_id,
        "code_verifier": proof.verifier,
    }


async def tokens_for(machine: Machine, person: Viewer, **given: str | None) -> dict[str, Any]:
    """Return the tokens that an application gets for a person's consent."""
    proof = Proof()
    code = await code_for(machine, person, proof, **given)
    answer = await send(TOKEN, redemption(machine, code, proof))
    assert answer.status_code == 200, answer.text
    tokens: dict[str, Any] = answer.json()
    return tokens


def renewal(machine: Machine, token: str, **given: str) -> dict[str, str]:
    """Return the form with which an application gets the next tokens."""
    return {
        "grant_type": "refresh_token",
        "refresh_token": token,
        "client_id": machine.client_id,
        **given,
    }


async def _keep(session: Session, viewer: Viewer, integration_id: UUID, person_id: UUID) -> None:
    organisation_id = next(iter(viewer.roles))
    integration = await token_queries.find_client(
        session, viewer, organisation_id=organisation_id, integration_id=integration_id
    )
    assert integration is not None
    await token_queries.add_code(
        session,
        viewer,
        integration=integration,
        person_id=person_id,
        code="a code",
        scopes=["offers:read"],
        redirect_uri="",
        code_challenge="",
    )
    code = await token_queries.lock_code(
        session, viewer, organisation_id=organisation_id, code="a code"
    )
    assert code is not None
    grant = await token_queries.find_grant(
        session, viewer, organisation_id=organisation_id, grant_id=code.grant_id
    )
    assert grant is not None
    await token_queries.add_refresh_token(
        session, viewer, grant=grant, token="a refresh token", scopes=["offers:read"]
    )
    await token_queries.deny_token(
        session,
        viewer,
        organisation_id=organisation_id,
        token_id="a token",
        expires_at=datetime.now(UTC),
    )


async def keep_one_of_each(client: Client) -> None:
    """Give an organisation a row in every table of signing in that is its own."""
    await make_member_invitation(client)
    await make_identity_provider(client)
    """Give an organisation a row in every table that machine clients have."""
    await register_document(client)
    machine = await make_machine(client)
    server = Viewer(roles={client.organisation_id: Role.AUTHORIZATION_SERVER})
    assert client.hr.id is not None
    await run(_keep, server, machine.integration_id, client.hr.id)


async def make_grant(client: Client, person: Viewer) -> str:
    """Let an application of a client's act for somebody; return the consent's id in the API."""
    machine = await make_front_end(client)
    server = Viewer(roles={client.organisation_id: Role.AUTHORIZATION_SERVER})
    assert person.id is not None
    await run(_keep, server, machine.integration_id, person.id)
    (key, *_) = await run(token_queries.list_own_grants, person)
    return encode_id(read_graph.ACCESS_GRANT, Key(*key))


async def change(client: Client, statement: Any) -> None:
    """Let something have happened in an organisation."""

    async def send_(session: Session, _viewer: Viewer) -> None:
        await session.execute(statement)

    await run(send_, client.job)


WHO = {"query": "{ viewer { kind name } organisations { nodes { slug viewerPermissions } } }"}


async def is_good(token: str) -> bool:
    """Return whether the API takes a token; it answers every other in one way."""
    answer = await post(WHO, token=token)
    if answer.status_code == 200:
        return True
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert [one["extensions"]["code"] for one in answer.json()["errors"]] == ["UNAUTHENTICATED"]
    return False
