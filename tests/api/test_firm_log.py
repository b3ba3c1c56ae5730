"""What a firm's log tells its administrators: library, people, provider, clients, engagements."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from tenants import sealing
from tenants.access import Role, Viewer
from tenants.audit import Log
from tenants.db import run
from tenants.library.codebooks import push_codebook
from tenants.library.pushing import push_template
from tenants.library.service import retire_template, save_template
from tenants.members import firm_members
from tenants.members.firm_joining import join_firm
from tenants.organisations import engagement_queries, engagements, providers
from tenants.organisations.models import FirmRole, Industry, Region, SizeBand
from tenants.organisations.providers import ProviderInput
from tenants.organisations.service import OrganisationProfile
from tenants.questionnaires.definition import to_json
from tenants.questionnaires.templates import load
from tenants.tokens import Token
from tests.api.conftest import Ask
from tests.api.library_world import make_library
from tests.api.pages.browsing import session_of
from tests.factories import Client, make_client, make_firm_invitation

pytestmark = pytest.mark.usefixtures("connection")

EVENTS = """query ($only: [AuditAction!], $first: Int = 100) { viewer { firm { auditEvents(
  first: $first, filter: {action: $only}) { totalCount pageInfo { hasNextPage } nodes {
  id at action actorKind actorRole actorName subjects } } } } }"""


async def read(ask: Ask, viewer: Viewer, *only: str, **given: Any) -> Any:
    answer = await ask(viewer, EVENTS, only=list(only) or None, **given)
    return answer["data"]["viewer"]["firm"]["auditEvents"]


async def change_everything(viewer: Viewer, firm_id: UUID, consultant: Viewer) -> None:
    """Do once what an administrator does to the firm's people, provider and clients."""
    email = "kim@firm.example"
    assert consultant.id is not None
    here: dict[str, Any] = {"firm_id": firm_id}
    one = await run(
        firm_members.invite_firm_member, viewer, **here, email=email, role=FirmRole.CONSULTANT
    )
    await run(firm_members.withdraw_firm_invitation, viewer, **here, invitation_id=one)
    provider = ProviderInput(
        "Entra", "https://id.example.com", "afterword", "secret", (), is_required=False
    )
    await run(providers.configure_identity_provider, viewer, **here, given=provider)
    await run(providers.remove_identity_provider, viewer, **here)
    profile = OrganisationProfile(
        f"new-{firm_id.hex[-8:]}",
        "New",
        Industry.FINANCE,
        SizeBand.FROM_250,
        Region.ASIA,
        "en",
    )
    created, known = await run(engagements.create_client, viewer, **here, profile=profile)
    (engagement,) = await run(
        engagement_queries.list_engagements, known, organisation_id=created, **here
    )
    where: dict[str, Any] = {"organisation_id": created, "engagement_id": engagement.id}
    await run(engagements.add_consultant, known, **where, person_id=consultant.id)
    await run(engagements.remove_consultant, known, **where, person_id=consultant.id)
    await run(engagements.end_engagement, known, **where)
    person = consultant.id
    await run(
        firm_members.change_firm_role, viewer, **here, person_id=person, role=FirmRole.ADMINISTRATOR
    )
    await run(firm_members.remove_firm_member, viewer, **here, person_id=person)


async def shown_to_administrators_alone(
    client: Client, other: Client, ada: Viewer, stranger: Viewer
) -> None:
    """Look at the console's page of a firm's log as everybody."""
    address = f"/console/firms/firm-{client.slug}/log"
    browser = await session_of(ada)
    assert f'href="{address}"' in (await browser.get("/console")).html
    page = await browser.get(address)
    assert (page.status, len(page.rows())) == (200, 18)
    assert "Template saved Ada Ministrator" in page.text
    assert (await browser.get(f"{address}?after=nonsense")).location == address
    for viewer in (client.consultant, client.hr, other.consultant, stranger):
        browser = await session_of(viewer)
        assert (await browser.get(address)).status == 404
        assert address not in (await browser.get("/console")).html


async def test_a_firms_log_tells_its_administrators_what_was_done(
    ask: Ask, statements: Callable[[], list[str]]
) -> None:
    client, other = await make_client(), await make_client()
    library = await make_library(client)
    ada = library.administrator
    where: dict[str, Any] = {"firm_id": client.firm_id}
    template: dict[str, Any] = {**where, "template_id": library.template_id}
    pushed: dict[str, Any] = {"organisation_id": client.organisation_id}
    # Saying again what is said already saves nothing, and retiring twice retires once.
    again: dict[str, Any] = {"code": "exit_talk", "name": "Exit talk", "based_on": 1}
    document = to_json(load("declined_offer_short"))
    await run(save_template, ada, **where, **again, document=document)
    await run(push_template, client.consultant, **pushed, template_id=library.template_id, **where)
    await run(push_codebook, client.consultant, **pushed, **where)
    await run(retire_template, ada, **template)
    await run(retire_template, ada, **template)
    administers = {client.organisation_id: Role.FIRM_ADMINISTRATOR}
    await change_everything(replace(ada, roles=administers), client.firm_id, client.consultant)
    assert other.hr.id is not None
    invitation = await make_firm_invitation(client, email=f"lee@{client.slug}.example")
    await run(
        join_firm,
        Viewer.operator(),
        link=Token(client.firm_id, invitation, 1),
        person_id=other.hr.id,
        email=f"lee@{client.slug}.example",
    )
    statements()
    found = await read(ask, ada)
    # The firm, its events, their number.
    assert len(statements()) == 3
    assert [one["action"] for one in reversed(found["nodes"])] == [
        "TEMPLATE_SAVED",
        "FIRM_THEME_SAVED",
        "LIBRARY_PUSHED",
        "LIBRARY_PUSHED",
        "TEMPLATE_RETIRED",
        "FIRM_MEMBER_INVITED",
        "FIRM_INVITATION_WITHDRAWN",
        "FIRM_PROVIDER_CONFIGURED",
        "FIRM_PROVIDER_REMOVED",
        "ORGANISATION_CREATED",
        "ENGAGEMENT_STARTED",
        "CONSULTANT_ADDED",
        "CONSULTANT_REMOVED",
        "ENGAGEMENT_ENDED",
        "FIRM_ROLE_CHANGED",
        "FIRM_MEMBER_REMOVED",
        "FIRM_MEMBER_INVITED",
        "FIRM_MEMBER_JOINED",
    ]
    assert found["totalCount"] == len(found["nodes"])
    by_action = {one["action"]: one for one in found["nodes"]}
    saved, retired = by_action["TEMPLATE_SAVED"], by_action["TEMPLATE_RETIRED"]
    assert saved["subjects"] == retired["subjects"]
    assert (saved["actorName"], saved["actorRole"]) == ("Ada Ministrator", "FIRM_ADMINISTRATOR")
    assert by_action["LIBRARY_PUSHED"]["actorRole"] == "CONSULTANT"
    page = await read(ask, ada, "LIBRARY_PUSHED", "TEMPLATE_SAVED", first=2)
    assert (page["totalCount"], page["pageInfo"]["hasNextPage"]) == (3, True)
    # Nobody else reads it: consultants of the firm, other firms' people, and the clients' HR.
    assert await read(ask, client.consultant) == {
        "totalCount": 0,
        "pageInfo": {"hasNextPage": False},
        "nodes": [],
    }
    stranger = (await make_library(other)).administrator
    theirs = {one["id"] for one in (await read(ask, stranger))["nodes"]}
    assert theirs
    assert not theirs & {one["id"] for one in found["nodes"]}
    await shown_to_administrators_alone(client, other, ada, stranger)
    log = Log(client.firm_id, is_firms=True)
    assert await run(sealing.seal_events, Viewer.operator(), log=log) == len(found["nodes"])
    verified = await run(sealing.verify_events, Viewer.operator(), log=log)
    assert (verified.sealed, verified.findings) == (len(found["nodes"]), ())
