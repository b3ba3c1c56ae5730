"""Inviting, changing and removing members, and joining by the link of a mail."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select, update

from api.relay import encode_id
from tenants import read_graph
from tenants.access import Role, Viewer, ViewerKind
from tenants.audit import AuditAction, AuditEvent
from tenants.db import run
from tenants.errors import Conflict, DomainError, InvalidInput, LinkExpired, LinkUnusable, LinkUsed
from tenants.members import joining
from tenants.members.models import MemberInvitation
from tenants.model import new_id
from tenants.offers import service as offers
from tenants.offers.models import HiringManager
from tenants.organisations import queries as organisations
from tenants.reading import Key
from tenants.work import Job, Session
from tests.api.asking import ask_over_http, token_of
from tests.api.conftest import Ask
from tests.api.pages.browsing import session_of
from tests.api.world import fingerprint, make_world, organisation_id_of, requisition_of
from tests.factories import Client, make_client, make_member_invitation

pytestmark = pytest.mark.usefixtures("connection")

INVITE = """mutation ($input: InviteMemberInput!) { inviteMember(input: $input) {
  invitation { id email role department mailNumber } userErrors { code field } } }"""
CHANGE = """mutation ($input: ChangeRoleInput!) { changeRole(input: $input) {
  membership { role department } userErrors { code field } } }"""
REMOVE = """mutation ($input: RemoveMemberInput!) { removeMember(input: $input) {
  removedMembershipId userErrors { code field } } }"""
PASSWORD = "a password of some length"


def membership(client: Client, viewer: Viewer) -> str:
    assert viewer.id is not None
    return encode_id(read_graph.MEMBERSHIP, Key(client.organisation_id, viewer.id))


def invitation_id(client: Client, one: UUID) -> str:
    return encode_id(read_graph.MEMBER_INVITATION, Key(client.organisation_id, one))


def holder(client: Client, number: int = 1, who: Viewer | None = None) -> Viewer:
    """Return who opened the link of an invitation's mail."""
    roles = {client.organisation_id: Role.INVITEE}
    return replace(who or Viewer.operator(), roles=roles, mail_number=number)


async def actions(client: Client) -> list[AuditAction]:
    async def read(session: Session, _viewer: Viewer) -> list[AuditAction]:
        rows = await session.scalars(select(AuditEvent.action).order_by(AuditEvent.at))
        return [one for one in rows if one.startswith("member.")]

    return await run(read, client.job)


async def invite(ask: Ask, client: Client, **changes: Any) -> dict[str, Any]:
    given = {
        "organisationId": organisation_id_of(client),
        "email": "New@Client.example ",
        "role": "HIRING_MANAGER",
        "department": "Engineering",
    }
    payload = (await ask(client.hr, INVITE, input={**given, **changes}))["data"]["inviteMember"]
    assert isinstance(payload, dict)
    return payload


async def test_an_invitation_is_listed_mailed_and_recorded(ask: Ask) -> None:
    client = await make_client()
    payload = await invite(ask, client)
    found = dict(payload["invitation"])
    one = found.pop("id")
    assert found == {
        "email": "new@client.example",
        "role": "HIRING_MANAGER",
        "department": "Engineering",
        "mailNumber": 1,
    }
    listed = await ask(
        client.hr,
        """query ($slug: String!) { organisation(slug: $slug) {
          memberInvitations { totalCount nodes { id } } } }""",
        slug=client.slug,
    )
    assert listed["data"]["organisation"]["memberInvitations"] == {
        "totalCount": 1,
        "nodes": [{"id": one}],
    }

    async def jobs(session: Session, _viewer: Viewer) -> list[tuple[str, list[str]]]:
        rows = await session.scalars(select(Job))
        return [(row.name, sorted(row.arguments)) for row in rows]

    # Ids and a number, so that nothing of it outlives anything.
    assert await run(jobs, client.job) == [("members.invite", ["invitation_id", "mail_number"])]
    assert await actions(client) == [AuditAction.MEMBER_INVITED]


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"email": "nobody"}, "INVALID_INPUT", ["email"]),
        ({"email": ""}, "INVALID_INPUT", ["email"]),
        ({"email": "a@b.example\r\nBcc: c@d.example"}, "INVALID_INPUT", ["email"]),
        ({"email": "x" * 330 + "@b.example"}, "INVALID_INPUT", ["email"]),
        ({"role": "CONSULTANT"}, "INVALID_INPUT", ["role"]),
        ({"role": "JOB"}, "INVALID_INPUT", ["role"]),
        ({"role": "FIRM_ADMINISTRATOR"}, "INVALID_INPUT", ["role"]),
        ({"department": "x" * 300}, "INVALID_INPUT", ["department"]),
        ({"idempotencyKey": ""}, "INVALID_INPUT", ["idempotencyKey"]),
    ],
)
async def test_a_bad_invitation_changes_nothing(
    ask: Ask, changes: dict[str, Any], code: str, field: list[str]
) -> None:
    client = await make_client()
    before = await fingerprint(client)
    payload = await invite(ask, client, **changes)
    assert payload == {"invitation": None, "userErrors": [{"code": code, "field": field}]}
    assert await fingerprint(client) == before


async def test_who_is_there_or_was_asked_is_not_invited_again(ask: Ask) -> None:
    client = await make_client()
    member = await invite(ask, client, email=f"hr@{client.slug}.example")
    assert member["userErrors"] == [{"code": "CONFLICT", "field": ["email"]}]
    await invite(ask, client)
    again = await invite(ask, client, email="NEW@client.example")
    assert again["userErrors"] == [{"code": "CONFLICT", "field": ["email"]}]
    await _expire(client)
    assert (await invite(ask, client))["userErrors"] == []
    # The same key finds the same one, and sends nothing again.
    first = await invite(ask, client, email="b@c.example", idempotencyKey="k")
    before = await fingerprint(client)
    assert await invite(ask, client, email="b@c.example", idempotencyKey="k") == first
    assert await fingerprint(client) == before


async def _expire(client: Client) -> None:
    async def expire(session: Session, _viewer: Viewer) -> None:
        await session.execute(update(MemberInvitation).values(expires_at=datetime.now(UTC)))

    await run(expire, client.job)


async def join_anew(client: Client, one: UUID, number: int = 1, **changes: Any) -> UUID:
    return await run(
        joining.join_as_new_person,
        holder(client, number),
        organisation_id=client.organisation_id,
        invitation_id=one,
        **{"name": "Robin", "password": PASSWORD, **changes},
    )


async def test_the_link_makes_a_member_once(ask: Ask) -> None:
    client = await make_client()
    one = await make_member_invitation(client, email="robin@client.example", role=Role.HR)
    person = await join_anew(client, one)
    roles, _ = await run(
        organisations.list_parts, Viewer(ViewerKind.PERSON, person), person_id=person
    )
    assert roles == {client.organisation_id: Role.HR}
    with pytest.raises(LinkUsed):
        await join_anew(client, one)
    members = await ask(
        client.hr,
        """query ($slug: String!) { organisation(slug: $slug) { memberInvitations { totalCount }
          members { nodes { email name role } } } }""",
        slug=client.slug,
    )
    found = members["data"]["organisation"]
    assert found["memberInvitations"] == {"totalCount": 0}
    assert {"email": "robin@client.example", "name": "Robin", "role": "HR"} in found["members"][
        "nodes"
    ]
    assert await actions(client) == [AuditAction.MEMBER_INVITED, AuditAction.MEMBER_JOINED]


async def test_only_the_last_mails_link_works_and_only_for_its_time(ask: Ask) -> None:
    client = await make_client()
    one = await make_member_invitation(client)
    resent = await ask(
        client.hr,
        """mutation ($id: ID!) { resendMemberInvitation(input: {invitationId: $id}) {
          invitation { mailNumber } userErrors { code } } }""",
        id=invitation_id(client, one),
    )
    assert resent["data"]["resendMemberInvitation"] == {
        "invitation": {"mailNumber": 2},
        "userErrors": [],
    }
    with pytest.raises(LinkUnusable):
        await join_anew(client, one, number=1)
    with pytest.raises(LinkUnusable):
        await join_anew(client, new_id(), number=2)
    await _expire(client)
    with pytest.raises(LinkExpired):
        await join_anew(client, one, number=2)


async def test_a_withdrawn_invitation_is_over(ask: Ask) -> None:
    client = await make_client()
    one = await make_member_invitation(client)
    query = """mutation ($id: ID!) { withdrawMemberInvitation(input: {invitationId: $id}) {
      withdrawnInvitationId userErrors { code field } } }"""
    given = invitation_id(client, one)
    first, second = [await ask(client.hr, query, id=given) for _ in range(2)]
    assert first["data"]["withdrawMemberInvitation"] == {
        "withdrawnInvitationId": given,
        "userErrors": [],
    }
    assert second["data"]["withdrawMemberInvitation"]["userErrors"] == [
        {"code": "NOT_FOUND", "field": ["invitationId"]}
    ]
    with pytest.raises(LinkExpired):
        await join_anew(client, one)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"name": " \n "}, InvalidInput),
        ({"name": "x" * 300}, InvalidInput),
        ({"password": "short"}, InvalidInput),
        ({"password": "a" * 20}, InvalidInput),
        ({"password": "robin@client.example"}, InvalidInput),
        ({"password": "x7" * 600}, InvalidInput),
    ],
)
async def test_who_joins_has_a_name_and_a_good_password(
    changes: dict[str, Any], refusal: type[DomainError]
) -> None:
    client = await make_client()
    one = await make_member_invitation(client, email="robin@client.example")
    before = await fingerprint(client)
    with pytest.raises(refusal):
        await join_anew(client, one, **changes)
    assert await fingerprint(client) == before


async def test_an_account_is_not_taken_over_by_an_invitation() -> None:
    client, other = await make_client(), await make_client()
    one = await make_member_invitation(client, email=f"hr@{other.slug}.example")
    with pytest.raises(Conflict):
        await join_anew(client, one)
    join = {
        "organisation_id": client.organisation_id,
        "invitation_id": one,
    }
    with pytest.raises(Conflict):
        await run(joining.join, holder(client, who=client.leadership), email="x@y.example", **join)
    with pytest.raises(Conflict):
        await run(joining.join, holder(client), email=f"hr@{other.slug}.example", **join)
    await run(joining.join, holder(client, who=other.hr), email=f"hr@{other.slug}.example", **join)
    assert other.hr.id is not None
    both, _ = await run(organisations.list_parts, other.hr, person_id=other.hr.id)
    assert both == {client.organisation_id: Role.LEADERSHIP, other.organisation_id: Role.HR}


async def test_the_last_hr_stays(ask: Ask) -> None:
    client = await make_client()
    hr = membership(client, client.hr)
    before = await fingerprint(client)
    kept = [{"code": "CONFLICT", "field": ["membershipId"]}]
    demoted = await ask(client.hr, CHANGE, input={"membershipId": hr, "role": "LEADERSHIP"})
    assert demoted["data"]["changeRole"] == {"membership": None, "userErrors": kept}
    removed = await ask(client.hr, REMOVE, input={"membershipId": hr})
    assert removed["data"]["removeMember"] == {"removedMembershipId": None, "userErrors": kept}
    assert await fingerprint(client) == before
    other = membership(client, client.leadership)
    await ask(client.hr, CHANGE, input={"membershipId": other, "role": "HR"})
    removed = await ask(client.hr, REMOVE, input={"membershipId": hr})
    assert removed["data"]["removeMember"]["userErrors"] == []
    assert await actions(client) == [AuditAction.MEMBER_ROLE_CHANGED, AuditAction.MEMBER_REMOVED]


async def test_a_removed_members_token_sees_nothing_from_then_on(ask: Ask) -> None:
    world = await make_world()
    client = world.client
    token = await token_of(client.hiring_manager)
    query = "{ organisations { totalCount } viewer { memberships { role } } }"
    before = await ask_over_http(token, query)
    assert before["data"]["viewer"]["memberships"] == [{"role": "HIRING_MANAGER"}]
    manager = membership(client, client.hiring_manager)
    await ask(client.hr, REMOVE, input={"membershipId": manager})
    after = await ask_over_http(token, query)
    assert after["data"] == {"organisations": {"totalCount": 0}, "viewer": {"memberships": []}}

    async def hires(session: Session, _viewer: Viewer) -> int:
        return (await session.scalar(select(func.count()).select_from(HiringManager))) or 0

    # Nobody comes back to what they hired for without being assigned anew.
    assert await run(hires, client.job) == 0
    with pytest.raises(DomainError):
        await run(
            offers.assign_hiring_manager,
            client.hr,
            organisation_id=client.organisation_id,
            requisition_id=await requisition_of(client, world.attributed.offer_id),
            person_id=client.hiring_manager.id or new_id(),
        )


async def test_a_role_is_changed_and_the_department_with_it(ask: Ask) -> None:
    client = await make_client()
    given = {"membershipId": membership(client, client.leadership), "role": "LEADERSHIP"}
    for department, kept in ((None, None), ("Board", "Board"), (None, "Board"), ("", None)):
        answer = await ask(client.hr, CHANGE, input={**given, "department": department})
        assert answer["data"]["changeRole"] == {
            "membership": {"role": "LEADERSHIP", "department": kept},
            "userErrors": [],
        }
    # Who may be independent hangs on the department, so that its change is recorded.
    assert await actions(client) == ["member.moved"] * 2


async def test_hr_signs_a_member_out_everywhere(ask: Ask) -> None:
    client = await make_client()
    theirs = [await session_of(client.leadership) for _ in range(2)]
    own = await session_of(client.hr)
    query = """mutation ($input: SignMemberOutInput!) { signMemberOut(input: $input) {
      membership { role } userErrors { code field } } }"""
    given = {"membershipId": membership(client, client.leadership)}
    answer = await ask(client.hr, query, input=given)
    assert answer["data"]["signMemberOut"] == {
        "membership": {"role": "LEADERSHIP"},
        "userErrors": [],
    }
    for browser in theirs:
        assert (await browser.get("/account")).location.startswith("/sign-in")
    assert (await own.get("/account")).status == 200
    assert (await (await session_of(client.leadership)).get("/account")).status == 200
    assert await actions(client) == ["member.signed_out"]
