"""Who works for a firm: invited by mail, another part, taken out; and what its clients learn."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from api.relay import encode_id
from tenants import read_graph
from tenants.access import Role, Viewer
from tenants.audit import AuditAction, AuditEvent
from tenants.db import run
from tenants.members.firm_joining import write_firm_invitation
from tenants.members.models import FirmInvitation
from tenants.organisations import queries as organisations
from tenants.organisations import service
from tenants.organisations.models import FirmMember, FirmRole
from tenants.reading import Key
from tenants.settings import get_settings
from tenants.work import Job, Session
from tests.api.asking import ask_over_http, token_of
from tests.api.conftest import Ask
from tests.api.pages.browsing import Browser
from tests.api.test_firms import administrator_of, mutate
from tests.api.world import fingerprint
from tests.factories import Client, make_client, make_firm_invitation, make_identity_provider

pytestmark = pytest.mark.usefixtures("connection")

INVITE = """mutation ($input: InviteFirmMemberInput!) { inviteFirmMember(input: $input) {
  invitation { id email role mailNumber } userErrors { code field } } }"""
RESEND = """mutation ($input: ResendFirmInvitationInput!) { resendFirmInvitation(input: $input) {
  invitation { mailNumber } userErrors { code field } } }"""
WITHDRAW = """mutation ($input: WithdrawFirmInvitationInput!) {
  withdrawFirmInvitation(input: $input) { withdrawnInvitationId userErrors { code field } } }"""
CHANGE = """mutation ($input: ChangeFirmRoleInput!) { changeFirmRole(input: $input) {
  member { role } userErrors { code field } } }"""
REMOVE = """mutation ($input: RemoveFirmMemberInput!) { removeFirmMember(input: $input) {
  removedMemberId userErrors { code field } } }"""
PEOPLE = (
    """{ viewer { firm { id members { id name email role } invitations { id email role } } } }"""
)
PASSWORD = "an entirely new password"


def firm_id(client: Client) -> str:
    return encode_id(read_graph.FIRM, Key(client.firm_id, client.firm_id))


def member_id(client: Client, person_id: UUID | None) -> str:
    assert person_id is not None
    return encode_id(read_graph.FIRM_MEMBER, Key(client.firm_id, person_id))


def invitation_id(client: Client, one: UUID) -> str:
    return encode_id(read_graph.FIRM_INVITATION, Key(client.firm_id, one))


async def people(token: str) -> Any:
    return (await ask_over_http(token, PEOPLE))["data"]["viewer"]["firm"]


async def events(client: Client) -> list[AuditAction]:
    async def read(session: Session, _viewer: Viewer) -> list[AuditAction]:
        rows = await session.scalars(select(AuditEvent.action).order_by(AuditEvent.at))
        return [one for one in rows if one.startswith(("firm.", "engagement.consultant_r"))]

    return await run(read, client.job)


async def link_of(client: Client, one: UUID, number: int = 1) -> str:
    letter = await run(
        write_firm_invitation,
        Viewer.operator(),
        firm_id=client.firm_id,
        invitation_id=one,
        mail_number=number,
    )
    assert letter is not None
    (link,) = re.findall(r"http\S+/join-firm/\S+", letter.body)
    return str(link).removeprefix(get_settings().public_url)


async def test_from_an_invitation_to_a_consultant_who_leaves() -> None:
    client = await make_client()
    _, token = await administrator_of(client)
    given = {"firmId": firm_id(client), "email": " Kim@Firm.example", "role": "CONSULTANT"}
    payload = await mutate(token, INVITE, **given, idempotencyKey="one")
    invitation = payload["invitation"]
    assert (invitation["email"], invitation["mailNumber"]) == ("kim@firm.example", 1)
    again = await mutate(token, INVITE, **given, idempotencyKey="one")
    assert again["invitation"]["id"] == invitation["id"]
    other = await mutate(token, INVITE, **{**given, "role": "ADMINISTRATOR"}, idempotencyKey="one")
    assert other["userErrors"] == [{"code": "IDEMPOTENCY_KEY_REUSED", "field": ["idempotencyKey"]}]
    twice = await mutate(token, INVITE, **given)
    assert twice["userErrors"] == [{"code": "CONFLICT", "field": ["email"]}]
    asked = (await people(token))["invitations"]
    assert asked == [{"id": invitation["id"], "email": "kim@firm.example", "role": "CONSULTANT"}]

    async def jobs(session: Session, _viewer: Viewer) -> list[dict[str, Any]]:
        rows = await session.scalars(select(Job).where(Job.name == "firms.invite"))
        return [row.arguments for row in rows]

    (arguments,) = await run(jobs, Viewer.operator())
    assert arguments["firm_id"] == str(client.firm_id)
    link = await link_of(client, UUID(arguments["invitation_id"]))
    page = await Browser().get(link)
    assert (page.status, "as consultant" in page.text) == (200, True)
    browser = Browser()
    joined = await browser.post(link, {"name": "Kim", "password": PASSWORD})
    assert (joined.status, joined.location) == (303, "/console")
    assert (await Browser().get(link)).status == 410
    found = await people(token)
    (kim,) = [one for one in found["members"] if one["email"] == "kim@firm.example"]
    assert (kim["name"], kim["role"], found["invitations"]) == ("Kim", "CONSULTANT", [])

    (engagement,) = (await ask_over_http(token, "{ viewer { firm { engagements { id } } } }"))[
        "data"
    ]["viewer"]["firm"]["engagements"]
    named = await mutate(
        token,
        """mutation ($input: AddConsultantInput!) { addConsultant(input: $input) {
          userErrors { code } } }""",
        engagementId=engagement["id"],
        personId=kim["id"],
    )
    assert named["userErrors"] == []
    person = await run(
        organisations.find_person_by_email, Viewer.operator(), email="kim@firm.example"
    )
    assert person is not None
    kims = await token_of(replace(client.hr, id=person.id))
    mine = "{ organisations { nodes { slug viewerRole } } }"
    seen = (await ask_over_http(kims, mine))["data"]["organisations"]["nodes"]
    assert seen == [{"slug": client.slug, "viewerRole": "CONSULTANT"}]
    gone = await mutate(token, REMOVE, memberId=kim["id"])
    assert gone == {"removedMemberId": kim["id"], "userErrors": []}
    # At once, and with the same token.
    assert (await ask_over_http(kims, mine))["data"]["organisations"]["nodes"] == []
    assert await events(client) == [
        AuditAction.FIRM_MEMBER_INVITED,
        AuditAction.CONSULTANT_REMOVED,
        AuditAction.FIRM_MEMBER_REMOVED,
    ]


async def test_another_part_ends_the_sessions_and_somebody_stays_in_charge() -> None:
    client = await make_client()
    admin, token = await administrator_of(client)
    refused = await mutate(token, REMOVE, memberId=member_id(client, admin.id))
    assert refused["userErrors"] == [{"code": "CONFLICT", "field": ["memberId"]}]
    refused = await mutate(token, CHANGE, memberId=member_id(client, admin.id), role="CONSULTANT")
    assert refused["userErrors"] == [{"code": "CONFLICT", "field": ["memberId"]}]
    link = await link_of(client, await make_firm_invitation(client, email="lee@firm.example"))
    browser = Browser()
    await browser.post(link, {"name": "Lee", "password": PASSWORD})
    assert (await browser.get("/console")).status == 200
    (lee,) = [one for one in (await people(token))["members"] if one["name"] == "Lee"]
    changed = await mutate(token, CHANGE, memberId=lee["id"], role="ADMINISTRATOR")
    assert changed == {"member": {"role": "ADMINISTRATOR"}, "userErrors": []}
    assert (await browser.get("/console")).location.startswith("/sign-in")
    # Now there are two, and one may go.
    gone = await mutate(token, REMOVE, memberId=member_id(client, admin.id))
    assert gone["userErrors"] == []
    assert (await ask_over_http(token, PEOPLE))["data"]["viewer"]["firm"] is None
    assert AuditAction.FIRM_ROLE_CHANGED in await events(client)


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"email": "nobody"}, "email"), ({"idempotencyKey": ""}, "idempotencyKey")],
)
async def test_what_cannot_be_is_refused(changes: dict[str, Any], field: str) -> None:
    client = await make_client()
    _, token = await administrator_of(client)
    before = await fingerprint(client)
    given = {"firmId": firm_id(client), "email": "new@firm.example", "role": "CONSULTANT"}
    payload = await mutate(token, INVITE, **{**given, **changes})
    assert payload["userErrors"] == [{"code": "INVALID_INPUT", "field": [field]}]
    assert (await people(token))["invitations"] == []
    assert await fingerprint(client) == before


async def test_links_die() -> None:
    client = await make_client()
    _, token = await administrator_of(client)
    one = await make_firm_invitation(client)
    first = await link_of(client, one)
    sent = await mutate(token, RESEND, invitationId=invitation_id(client, one))
    assert sent["invitation"] == {"mailNumber": 2}
    assert (await Browser().get(first)).status == 410
    second = await link_of(client, one, 2)
    assert (await Browser().get(second)).status == 200
    assert (await Browser().get(f"{second[:-1]}{'A' if second[-1] != 'A' else 'B'}")).status == 410
    gone = await mutate(token, WITHDRAW, invitationId=invitation_id(client, one))
    assert gone["withdrawnInvitationId"] == invitation_id(client, one)
    assert (await Browser().get(second)).status == 410
    late = await mutate(token, RESEND, invitationId=invitation_id(client, one))
    assert late["userErrors"] == [{"code": "NOT_FOUND", "field": ["invitationId"]}]
    expired = await make_firm_invitation(client, email="late@firm.example")
    link = await link_of(client, expired)

    async def expire(session: Session, _viewer: Viewer) -> None:
        now = datetime.now(UTC)
        await session.execute(update(FirmInvitation).values(expires_at=now))

    await run(expire, Viewer.operator())
    assert (await Browser().post(link, {"name": "Late", "password": PASSWORD})).status == 410
    # It makes room for another one.
    given = {"firmId": firm_id(client), "email": "late@firm.example", "role": "CONSULTANT"}
    assert (await mutate(token, INVITE, **given))["userErrors"] == []


async def test_an_account_joins_by_its_owner_and_keeps_a_part_that_it_has() -> None:
    client = await make_client()
    email = f"known@{client.slug}.example"
    person_id = await run(
        service.create_person, Viewer.operator(), email=email, name="Known", password=PASSWORD
    )
    link = await link_of(client, await make_firm_invitation(client, email=email))
    # The link alone does not do for an address that has an account.
    stranger = await Browser().post(link, {"name": "Thief", "password": PASSWORD})
    assert stranger.status == 400
    somebody = Browser()
    other = f"other@{client.slug}.example"
    await run(service.create_person, Viewer.operator(), email=other, name="O", password=PASSWORD)
    await somebody.post("/sign-in", {"email": other, "password": PASSWORD})
    assert (await somebody.post(link, {})).status == 400
    owner = Browser()
    await owner.post("/sign-in", {"email": email, "password": PASSWORD})
    assert (await owner.post(link, {})).location == "/console"

    async def parts(session: Session, _viewer: Viewer) -> list[FirmRole]:
        rows = await session.scalars(
            select(FirmMember.role).where(FirmMember.person_id == person_id)
        )
        return [*rows]

    assert await run(parts, Viewer.operator()) == [FirmRole.CONSULTANT]


async def test_other_firms_and_colleagues_do_nothing(ask: Ask) -> None:
    client, other = await make_client(), await make_client()
    one = await make_firm_invitation(client)
    before = await fingerprint(client)
    mutations = (
        (INVITE, {"firmId": firm_id(client), "email": "x@y.example", "role": "CONSULTANT"}),
        (RESEND, {"invitationId": invitation_id(client, one)}),
        (WITHDRAW, {"invitationId": invitation_id(client, one)}),
        (CHANGE, {"memberId": member_id(client, client.consultant.id), "role": "ADMINISTRATOR"}),
        (REMOVE, {"memberId": member_id(client, client.consultant.id)}),
    )
    colleague = replace(client.consultant, firms={client.firm_id: Role.CONSULTANT})
    for query, given in mutations:
        for viewer, code in (
            (other.firm_administrator, "NOT_FOUND"),
            (client.hr, "NOT_FOUND"),
            (colleague, "FORBIDDEN"),
        ):
            answer = await ask(viewer, query, input=given)
            # A missing right is the request's error, a missing record the input's.
            errors = answer.get("errors") or next(iter(answer["data"].values()))["userErrors"]
            codes = [one.get("extensions", one)["code"] for one in errors]
            assert codes == [code], query
    assert await fingerprint(client) == before
    assert (await ask(colleague, PEOPLE))["data"]["viewer"]["firm"]["invitations"] == []


async def test_a_firms_provider_is_in_the_log_of_its_clients(ask: Ask) -> None:
    client = await make_client()
    query = """mutation ($input: ConfigureFirmIdentityProviderInput!) {
      configureFirmIdentityProvider(input: $input) { userErrors { code } } }"""
    given = {"firmId": firm_id(client), "name": "Entra", "clientId": "afterword"}
    given |= {"issuer": "https://login.example.com/t", "clientSecret": "a secret"}
    answer = await ask(client.firm_administrator, query, input=given)
    assert answer["data"]["configureFirmIdentityProvider"]["userErrors"] == []
    query = """mutation ($input: RemoveFirmIdentityProviderInput!) {
      removeFirmIdentityProvider(input: $input) { userErrors { code } } }"""
    await ask(client.firm_administrator, query, input={"firmId": firm_id(client)})
    assert await events(client) == [
        AuditAction.FIRM_PROVIDER_CONFIGURED,
        AuditAction.FIRM_PROVIDER_REMOVED,
    ]
    # An organisation's own provider stands as what it is.
    await make_identity_provider(client)
    assert len(await events(client)) == 2
