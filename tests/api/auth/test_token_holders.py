"""Whom a token stands for is decided anew each time: who left, and what is seen elsewhere."""

import pytest
from sqlalchemy import delete, insert, update

from tenants.access import Role
from tenants.db import run
from tenants.integrations.service import delete_integration, update_integration
from tenants.members.service import remove_member
from tenants.organisations.models import Engagement, Membership
from tenants.organisations.service import add_member
from tests.api.asking import ask_over_http
from tests.api.auth.oauth_world import (
    TOKEN,
    WHO,
    Proof,
    change,
    code_for,
    is_good,
    make_front_end,
    redemption,
    renewal,
    send,
    tokens_for,
)
from tests.factories import make_client

pytestmark = pytest.mark.usefixtures("connection")


@pytest.mark.parametrize("role", [Role.HR, Role.CONSULTANT])
async def test_tokens_of_somebody_who_left_stop_at_once(role: Role) -> None:
    client = await make_client()
    board, person = await make_front_end(client), client.people[role]
    tokens = await tokens_for(board, person)
    assert await is_good(tokens["access_token"])
    proof = Proof()
    code = await code_for(board, person, proof)
    if role is Role.HR:
        await change(client, delete(Membership).where(Membership.person_id == person.id))
    else:
        await change(client, update(Engagement).values(ends_on=Engagement.starts_on))
    assert not await is_good(tokens["access_token"])
    for form in (renewal(board, tokens["refresh_token"]), redemption(board, code, proof)):
        answer = await send(TOKEN, form)
        assert answer.status_code == 400
        assert answer.json()["error"] in {"invalid_grant", "invalid_request"}


async def test_whoever_comes_back_has_to_consent_again() -> None:
    client = await make_client()
    board, person = await make_front_end(client), client.leadership
    assert person.id is not None
    tokens = await tokens_for(board, person)
    await run(
        remove_member,
        client.hr,
        organisation_id=client.organisation_id,
        person_id=person.id,
    )
    assert not await is_good(tokens["access_token"])
    await run(
        add_member,
        client.job,
        organisation_id=client.organisation_id,
        person_id=person.id,
        role=Role.LEADERSHIP,
    )
    assert not await is_good(tokens["access_token"])
    answer = await send(TOKEN, renewal(board, tokens["refresh_token"]))
    assert answer.json()["error"] == "invalid_grant"
    assert await is_good((await tokens_for(board, person))["access_token"])


async def test_tokens_of_an_application_that_was_removed_stop_at_once() -> None:
    client = await make_client()
    board = await make_front_end(client)
    tokens = await tokens_for(board, client.hr)
    assert await is_good(tokens["access_token"])
    await run(update_integration, client.hr, **board.key, is_enabled=False)
    assert not await is_good(tokens["access_token"])
    await run(update_integration, client.hr, **board.key, is_enabled=True)
    assert await is_good(tokens["access_token"])
    await run(delete_integration, client.hr, **board.key)
    assert not await is_good(tokens["access_token"])
    answer = await send(TOKEN, renewal(board, tokens["refresh_token"]))
    assert answer.json()["error"] == "invalid_client"


async def test_what_somebody_sees_elsewhere_is_not_in_the_token() -> None:
    client, other = await make_client(), await make_client()
    # Consultants belong to a firm, which a token that is narrowed to one organisation forgets.
    board = await make_front_end(client)
    await change(
        other,
        # HR of the one organisation is leadership of the other.
        insert(Membership).values(
            organisation_id=other.organisation_id, person_id=client.hr.id, role=Role.LEADERSHIP
        ),
    )
    everything = "offers:read benchmark:read insights:read"
    for person in (client.hr, client.consultant):
        tokens = await tokens_for(board, person, scope=everything)
        found = await ask_over_http(
            tokens["access_token"],
            "{ viewer { firm { slug } memberships { role } } organisations { nodes { slug"
            " viewerPermissions } } }",
        )
        (organisation,) = found["data"]["organisations"]["nodes"]
        assert organisation["slug"] == client.slug
        # What peers may be shown depends on everything that somebody sees.
        assert "BENCHMARK_READ" not in organisation["viewerPermissions"]
        assert found["data"]["viewer"]["firm"] is None
        assert len(found["data"]["viewer"]["memberships"]) == 1
    tokens = await tokens_for(board, client.leadership, scope=everything)
    found = await ask_over_http(tokens["access_token"], WHO["query"])
    permissions = found["data"]["organisations"]["nodes"][0]["viewerPermissions"]
    assert "BENCHMARK_READ" in permissions
