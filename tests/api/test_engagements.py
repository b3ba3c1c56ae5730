"""Whom a person's roles let in: engagements in their time, memberships, and both at once."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from api.relay import encode_id
from tenants import read_graph
from tenants.access import Role, Viewer
from tenants.db import run
from tenants.organisations import service as organisations
from tenants.organisations.models import FirmRole
from tenants.reading import Key
from tests.api.asking import ask_over_http, token_of
from tests.api.conftest import Ask
from tests.api.pages.browsing import session_of
from tests.api.world import make_world, organisation_id_of
from tests.factories import make_client, make_offer

pytestmark = pytest.mark.usefixtures("connection")

TODAY = datetime.now(UTC).date()


def day(offset: int | None) -> date | None:
    """Return a day counted from today."""
    return None if offset is None else TODAY + timedelta(days=offset)


@pytest.mark.parametrize(
    ("starts", "ends", "sees"),
    [
        (-10, None, True),
        (-10, 1, True),
        (0, None, True),
        (0, 1, True),
        (-10, 0, False),
        (-10, -1, False),
        (1, None, False),
        (1, 9, False),
    ],
)
async def test_outside_the_engagement_the_client_does_not_exist(
    starts: int, ends: int | None, *, sees: bool
) -> None:
    """A consultant of two other organisations, one of them no longer."""
    served, once, third = await make_client(), await make_client(), await make_client()
    consultant = served.consultant
    assert consultant.id is not None
    for client, starts_on, ends_on in (
        (once, TODAY - timedelta(days=100), TODAY - timedelta(days=1)),
        (third, day(starts), day(ends)),
    ):
        assert starts_on is not None
        await run(
            organisations.start_engagement,
            client.job,
            organisation_id=client.organisation_id,
            firm_id=served.firm_id,
            starts_on=starts_on,
            ends_on=ends_on,
            consultant_ids=(consultant.id,),
        )
    offers = {client.slug: await make_offer(client) for client in (served, once, third)}
    token = await token_of(consultant)
    answer = await ask_over_http(
        token,
        """{ viewer { memberships { role organisation { slug } } }
          organisations { totalCount nodes { slug offers { totalCount } } } }""",
    )
    expected = sorted([served.slug, third.slug] if sees else [served.slug])
    memberships = answer["data"]["viewer"]["memberships"]
    assert sorted(one["organisation"]["slug"] for one in memberships) == expected
    assert {one["role"] for one in memberships} == {"CONSULTANT"}
    found = answer["data"]["organisations"]
    assert found["totalCount"] == len(expected)
    assert sorted(one["slug"] for one in found["nodes"]) == expected
    assert [one["offers"]["totalCount"] for one in found["nodes"]] == [1] * len(expected)
    for client in (served, once, third):
        key = Key(client.organisation_id, offers[client.slug])
        theirs = [organisation_id_of(client), encode_id(read_graph.OFFER, key)]
        answer = await ask_over_http(
            token,
            "query ($ids: [ID!]!, $slug: String!) { nodes(ids: $ids) { id }"
            " organisation(slug: $slug) { slug } }",
            ids=theirs,
            slug=client.slug,
        )
        inside = client.slug in expected
        assert answer["data"]["nodes"] == [{"id": one} if inside else None for one in theirs]
        assert answer["data"]["organisation"] == ({"slug": client.slug} if inside else None)


async def test_a_colleague_whom_the_engagement_does_not_name_sees_nothing() -> None:
    served, client = await make_client(), await make_client()
    await run(
        organisations.start_engagement,
        client.job,
        organisation_id=client.organisation_id,
        firm_id=served.firm_id,
        starts_on=TODAY,
        ends_on=None,
        consultant_ids=(),
    )
    answer = await ask_over_http(
        await token_of(served.consultant),
        "query ($slug: String!) { organisation(slug: $slug) { id } }",
        slug=client.slug,
    )
    assert answer == {"data": {"organisation": None}}


async def test_somebody_of_two_firms_and_two_organisations_goes_from_one_to_the_other() -> None:
    served, other, member = await make_client(), await make_client(), await make_client()
    consultant = served.consultant
    assert consultant.id is not None
    operator = Viewer.operator()
    person: dict[str, Any] = {"person_id": consultant.id}
    role = FirmRole.ADMINISTRATOR
    await run(organisations.join_firm, operator, firm_id=other.firm_id, role=role, **person)
    here: dict[str, Any] = {"organisation_id": member.organisation_id, "role": Role.LEADERSHIP}
    await run(organisations.add_member, member.job, **here, **person)
    token = await token_of(consultant)
    answer = await ask_over_http(
        token,
        "{ viewer { firms { slug role } memberships { role organisation { slug } } } }",
    )
    firms = answer["data"]["viewer"]["firms"]
    assert [(one["slug"], one["role"]) for one in firms] == [
        (f"firm-{served.slug}", "CONSULTANT"),
        (f"firm-{other.slug}", "ADMINISTRATOR"),
    ]
    parts = {
        one["organisation"]["slug"]: one["role"] for one in answer["data"]["viewer"]["memberships"]
    }
    assert parts == {
        served.slug: "CONSULTANT",
        other.slug: "FIRM_ADMINISTRATOR",
        member.slug: "LEADERSHIP",
    }
    browser = await session_of(consultant)
    page = await browser.get("/console")
    assert f"Library of Firm of {served.slug} and Firm of {other.slug}" in page.text
    for slug in parts:
        assert f'href="/console/{slug}"' in page.html
        assert (await browser.get(f"/console/{slug}")).status == 200


async def test_a_membership_wins_over_an_engagement() -> None:
    client = await make_client()
    consultant = client.consultant
    assert consultant.id is not None
    await run(
        organisations.add_member,
        client.job,
        organisation_id=client.organisation_id,
        person_id=consultant.id,
        role=Role.LEADERSHIP,
    )
    answer = await ask_over_http(
        await token_of(consultant),
        "query ($slug: String!) { organisation(slug: $slug) { viewerRole } }",
        slug=client.slug,
    )
    assert answer == {"data": {"organisation": {"viewerRole": "LEADERSHIP"}}}


async def test_two_roles_in_two_organisations_stay_apart(ask: Ask) -> None:
    first, second = await make_world(), await make_world()
    organisations_ = (first.client.organisation_id, second.client.organisation_id)
    both = replace(
        first.client.consultant,
        roles=dict(zip(organisations_, (Role.CONSULTANT, Role.HR), strict=True)),
    )
    answer = await ask(
        both,
        """{ organisations { nodes { viewerRole interviews(orderBy: INVITED_ON_ASC) {
          nodes { completedOn candidate { id } } } responses { totalCount nodes { id } } } } }""",
    )
    nodes = {one["viewerRole"]: one for one in answer["data"]["organisations"]["nodes"]}
    dates = {
        role: sorted(str(one["completedOn"]) for one in node["interviews"]["nodes"])
        for role, node in nodes.items()
    }
    today = TODAY.isoformat()
    assert dates == {
        "CONSULTANT": [today, today, "None", "None", "None"],
        "HR": ["None"] * 5,
    }
    named = {
        role: sum(one["candidate"] is not None for one in node["interviews"]["nodes"])
        for role, node in nodes.items()
    }
    assert named == {"CONSULTANT": 5, "HR": 1}
    assert {role: one["responses"]["totalCount"] for role, one in nodes.items()} == {
        "CONSULTANT": 2,
        "HR": 1,
    }
    codes = [one["extensions"]["code"] for one in answer["errors"]]
    assert codes == ["FORBIDDEN"] * 5
