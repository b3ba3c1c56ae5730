"""Setting up an OpenID provider, and what a session that came through one opens."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from api.relay import encode_id
from tenants import read_graph
from tenants.access import Role, Viewer, ViewerKind
from tenants.audit import AuditAction, AuditEvent
from tenants.db import run
from tenants.errors import Conflict, Forbidden
from tenants.members import provider_joining as joining
from tenants.organisations import provider_queries, providers, sessions
from tenants.organisations import service as organisations
from tenants.organisations.models import IdentityProvider
from tenants.reading import Key
from tenants.tokens import hash_token
from tenants.work import Session
from tests.api.asking import ask_over_http
from tests.api.conftest import Ask
from tests.api.world import fingerprint, organisation_id_of
from tests.factories import Client, make_client, make_identity_provider, make_member_invitation

pytestmark = pytest.mark.usefixtures("connection")

CONFIGURE = """mutation ($input: ConfigureIdentityProviderInput!) {
  configureIdentityProvider(input: $input) {
    identityProvider { name issuer clientId emailDomains isRequired redirectUri }
    userErrors { code field } } }"""
SHOWN = """query ($slug: String!) { organisation(slug: $slug) {
  identityProvider { issuer clientId } } }"""
SECRET = "a secret that nobody reads"
OPERATOR = Viewer.operator()


async def configure(ask: Ask, client: Client, **changes: Any) -> dict[str, Any]:
    given = {
        "organisationId": organisation_id_of(client),
        "name": "Entra",
        "issuer": "https://login.example.com/tenant",
        "clientId": "afterword",
        "clientSecret": SECRET,
        "emailDomains": ["Client.Example", "client.example"],
        **changes,
    }
    answer = await ask(client.hr, CONFIGURE, input=given)
    payload: dict[str, Any] = answer["data"]["configureIdentityProvider"]
    return payload


async def provider_of(client: Client) -> IdentityProvider:
    async def read(session: Session, _viewer: Viewer) -> IdentityProvider:
        where = IdentityProvider.organisation_id == client.organisation_id
        return (await session.scalars(select(IdentityProvider).where(where))).one()

    return await run(read, OPERATOR)


async def test_a_provider_is_set_up_changed_and_removed_and_its_secret_is_never_shown(
    ask: Ask,
) -> None:
    client = await make_client()
    payload = await configure(ask, client)
    assert payload == {
        "identityProvider": {
            "name": "Entra",
            "issuer": "https://login.example.com/tenant",
            "clientId": "afterword",
            "emailDomains": ["client.example"],
            "isRequired": False,
            "redirectUri": "http://127.0.0.1:8000/sign-in/callback",
        },
        "userErrors": [],
    }
    kept = await provider_of(client)
    assert SECRET.encode() not in kept.client_secret
    assert providers.client_secret_of(kept) == SECRET
    changed = await configure(ask, client, name="Okta", clientSecret=None)
    assert changed["identityProvider"]["name"] == "Okta"
    assert providers.client_secret_of(await provider_of(client)) == SECRET
    # A secret is never sent to another address than it was meant for.
    moved = await configure(ask, client, issuer="https://evil.example", clientSecret=None)
    assert moved["userErrors"] == [{"code": "INVALID_INPUT", "field": ["clientSecret"]}]
    shown = await ask(client.hr, SHOWN, slug=client.slug)
    assert shown["data"]["organisation"]["identityProvider"]["clientId"] == "afterword"
    await ask(
        client.hr,
        """mutation ($id: ID!) { removeIdentityProvider(input: {organisationId: $id}) {
          userErrors { code } } }""",
        id=organisation_id_of(client),
    )
    shown = await ask(client.hr, SHOWN, slug=client.slug)
    assert shown["data"]["organisation"]["identityProvider"] is None

    async def actions(session: Session, _viewer: Viewer) -> list[AuditAction]:
        rows = await session.scalars(select(AuditEvent.action).order_by(AuditEvent.at))
        return [one for one in rows if one.startswith("identity_provider.")]

    assert await run(actions, client.job) == [
        AuditAction.IDENTITY_PROVIDER_CONFIGURED,
        AuditAction.IDENTITY_PROVIDER_CONFIGURED,
        AuditAction.IDENTITY_PROVIDER_REMOVED,
    ]


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"issuer": "http://login.example.com"}, "INVALID_INPUT", "issuer"),
        ({"issuer": "https://"}, "INVALID_INPUT", "issuer"),
        ({"issuer": "https://login.example.com/?tenant=1"}, "INVALID_INPUT", "issuer"),
        ({"issuer": "file:///etc/passwd"}, "INVALID_INPUT", "issuer"),
        ({"name": ""}, "INVALID_INPUT", "name"),
        ({"clientId": "a\nb"}, "INVALID_INPUT", "clientId"),
        ({"clientSecret": None}, "INVALID_INPUT", "clientSecret"),
        ({"clientSecret": ""}, "INVALID_INPUT", "clientSecret"),
        ({"emailDomains": ["@client.example"]}, "INVALID_INPUT", "emailDomains"),
        ({"emailDomains": ["example"]}, "INVALID_INPUT", "emailDomains"),
        ({"isRequired": True}, "CONFLICT", "isRequired"),
    ],
)
async def test_what_cannot_be_changes_nothing(
    ask: Ask, changes: dict[str, Any], code: str, field: str
) -> None:
    client = await make_client()
    before = await fingerprint(client)
    payload = await configure(ask, client, **changes)
    assert payload == {
        "identityProvider": None,
        "userErrors": [{"code": code, "field": [field]}],
    }
    assert await fingerprint(client) == before


async def set_required(client: Client) -> UUID:
    await make_identity_provider(client)

    async def change(session: Session, _viewer: Viewer) -> UUID:
        provider = (await session.scalars(select(IdentityProvider))).one()
        provider.required = True
        return provider.id

    return await run(change, client.job)


async def roles_of(viewer: Viewer, **how: Any) -> tuple[dict[UUID, Role], str]:
    assert viewer.id is not None
    token = await run(sessions.start_session, OPERATOR, person_id=viewer.id, **how)
    found = await run(organisations.authenticate, Viewer(token_hash=hash_token(token)))
    return dict(found.roles), token


async def test_a_provider_opens_its_own_organisation_and_a_password_what_needs_none() -> None:
    mine, other = await make_client(), await make_client()
    assert mine.hr.id is not None
    await run(
        organisations.add_member,
        other.job,
        organisation_id=other.organisation_id,
        person_id=mine.hr.id,
        role=Role.LEADERSHIP,
    )
    here = {mine.organisation_id: Role.HR}
    there = {other.organisation_id: Role.LEADERSHIP}
    provider_id = await set_required(mine)
    by_password, password = await roles_of(mine.hr)
    assert by_password == there
    # Over HTTP likewise, whichever way the session is looked up there.
    seen = await ask_over_http(password, "{ viewer { memberships { role } } }")
    assert seen["data"]["viewer"]["memberships"] == [{"role": "LEADERSHIP"}]
    by_provider, through = await roles_of(mine.hr, with_password=False, provider_id=provider_id)
    assert by_provider == here
    seen = await ask_over_http(through, "{ viewer { memberships { role } } }")
    assert seen["data"]["viewer"]["memberships"] == [{"role": "HR"}]
    # Whoever proves both in one browser sees both; what another person proved is theirs.
    both, _ = await roles_of(
        mine.hr,
        with_password=False,
        provider_id=provider_id,
        earlier_hash=hash_token(password),
    )
    assert both == here | there
    others, _ = await roles_of(
        other.hr, with_password=False, provider_id=provider_id, earlier_hash=hash_token(password)
    )
    assert others == {}
    # The provider speaks for its organisation, and not for the person's other sessions.
    query = "{ viewer { sessions { isCurrent } } }"
    listed = await ask_over_http(through, query)
    assert listed["data"]["viewer"]["sessions"] == [{"isCurrent": True}]
    listed = await ask_over_http(password, query)
    assert len(listed["data"]["viewer"]["sessions"]) == 3


async def test_the_clients_provider_is_not_its_consultants() -> None:
    client = await make_client()
    whole = {client.organisation_id: Role.CONSULTANT}
    provider_id = await set_required(client)
    assert (await roles_of(client.consultant))[0] == whole
    closed, _ = await roles_of(client.consultant, with_password=False, provider_id=provider_id)
    assert closed == {}


async def test_the_firms_provider_opens_what_the_firm_serves(ask: Ask) -> None:
    client = await make_client()
    whole = {client.organisation_id: Role.CONSULTANT}
    given = {
        "firmId": encode_id(read_graph.FIRM, Key(client.firm_id, client.firm_id)),
        "name": "Firm ID",
        "issuer": "https://firm.example.com",
        "clientId": "afterword",
        "clientSecret": SECRET,
    }
    query = """mutation ($input: ConfigureFirmIdentityProviderInput!) {
      configureFirmIdentityProvider(input: $input) {
        identityProvider { issuer } userErrors { code } } }"""
    answer = await ask(client.consultant, query, input=given)
    assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    answer = await ask(client.firm_administrator, query, input=given)
    assert answer["data"]["configureFirmIdentityProvider"] == {
        "identityProvider": {"issuer": "https://firm.example.com"},
        "userErrors": [],
    }

    async def require(session: Session, _viewer: Viewer) -> UUID:
        where = IdentityProvider.firm_id == client.firm_id
        provider = (await session.scalars(select(IdentityProvider).where(where))).one()
        provider.required = True
        return provider.id

    provider_id = await run(require, client.firm_administrator)
    assert (await roles_of(client.consultant))[0] == {}
    through, _ = await roles_of(client.consultant, with_password=False, provider_id=provider_id)
    assert through == whole
    # The client's people are not the firm's.
    assert (await roles_of(client.hr))[0] == {client.organisation_id: Role.HR}


def who(provider_id: UUID, **changes: Any) -> joining.Identified:
    given = {
        "issuer": "https://login.example.com/tenant",
        "subject": "robin",
        "email": "robin@client.example",
        "name": "Robin",
        **changes,
    }
    return joining.Identified(provider_id=provider_id, **given)


async def join(client: Client, one: UUID, identity: joining.Identified, **how: Any) -> UUID:
    holder = Viewer(
        ViewerKind.OPERATOR, roles={client.organisation_id: Role.INVITEE}, mail_number=1
    )
    return await run(
        joining.join_with_identity,
        holder,
        organisation_id=client.organisation_id,
        invitation_id=one,
        identity=identity,
        **{"proved_id": None, **how},
    )


async def test_an_identity_is_bound_by_an_invitation_and_never_by_an_address() -> None:
    client, other = await make_client(), await make_client()
    await make_identity_provider(client, email_domains=("client.example",))
    await make_identity_provider(other)
    provider, foreign = (await provider_of(client)).id, (await provider_of(other)).id
    email = "robin@client.example"
    with pytest.raises(Forbidden):
        await run(joining.sign_in_with_identity, OPERATOR, identity=who(provider), proved_id=None)
    one = await make_member_invitation(client, email=email)
    refused = (
        (who(provider, email="eve@client.example"), Conflict),
        (who(provider, email="robin@elsewhere.example"), Forbidden),
        (who(provider, email=None), Forbidden),
        # Another organisation's provider says what it wants.
        (who(foreign), Forbidden),
    )
    before = await fingerprint(client)
    for identity, refusal in refused:
        with pytest.raises(refusal):
            await join(client, one, identity)
    assert await fingerprint(client) == before
    person = await join(client, one, who(provider))
    again = who(provider, email="new@client.example")
    found = await run(joining.sign_in_with_identity, OPERATOR, identity=again, proved_id=None)
    assert found == person
    # The same address under another name of the provider's is somebody else.
    for identity in (who(provider, subject="eve"), who(provider, issuer="https://evil.example")):
        with pytest.raises(Forbidden):
            await run(joining.sign_in_with_identity, OPERATOR, identity=identity, proved_id=None)


async def test_a_provider_takes_over_no_account_that_is_there() -> None:
    client, victim = await make_client(), await make_client()
    await make_identity_provider(client)
    provider = (await provider_of(client)).id
    email = f"hr@{victim.slug}.example"
    assert victim.hr.id is not None
    one = await make_member_invitation(client, email=email)
    identity = who(provider, email=email)
    with pytest.raises(Conflict):
        await join(client, one, identity)
    # Nor does somebody else's session help.
    assert client.hr.id is not None
    with pytest.raises(Conflict):
        await join(client, one, identity, proved_id=client.hr.id)
    found = await run(
        provider_queries.find_person_of_identity,
        OPERATOR,
        issuer=identity.issuer,
        subject=identity.subject,
    )
    assert found is None
    # The owner, who has proved it, may.
    assert await join(client, one, identity, proved_id=victim.hr.id) == victim.hr.id
