"""A firm's administrator: clients, engagements and consultants, and no feedback at all."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tenants.access import Role, Viewer
from tenants.db import run
from tenants.organisations import service as organisations
from tenants.organisations.models import FirmRole
from tests.api.asking import ask_over_http, token_of
from tests.api.conftest import Ask
from tests.api.world import fingerprint, make_world, organisation_id_of
from tests.factories import Client, make_client, make_offer

pytestmark = pytest.mark.usefixtures("connection")

TODAY = datetime.now(UTC).date()
CREATE = """mutation ($input: CreateOrganisationInput!) { createOrganisation(input: $input) {
  organisation { id slug viewerRole viewerPermissions engagements { nodes { id firmName startsOn
    endsOn endedBy consultants { name } } } questionnaires { totalCount } offers { totalCount } }
  userErrors { code field } } }"""
START = """mutation ($input: StartEngagementInput!) { startEngagement(input: $input) {
  engagement { id startsOn endsOn consultants { name } } userErrors { code field } } }"""
END = """mutation ($input: EndEngagementInput!) { endEngagement(input: $input) {
  engagement { id endsOn endedBy } userErrors { code field } } }"""
NAME = """mutation ($input: AddConsultantInput!) { addConsultant(input: $input) {
  engagement { consultants { id name } } userErrors { code field } } }"""
UNNAME = """mutation ($input: RemoveConsultantInput!) { removeConsultant(input: $input) {
  engagement { consultants { id name } } userErrors { code field } } }"""
MINE = """{ organisations { nodes { slug viewerRole } } viewer { firm { id slug role
  members { id name role } clients { slug } engagements { id organisation { slug } } } } }"""


async def administrator_of(client: Client) -> tuple[Viewer, str]:
    """Add an administrator to a client's firm; return who that is, and a token."""
    person = await run(
        organisations.create_person,
        Viewer.operator(),
        email=f"administrator@{client.slug}.example",
        name="Ada Ministrator",
    )
    await run(
        organisations.join_firm,
        Viewer.operator(),
        firm_id=client.firm_id,
        person_id=person,
        role=FirmRole.ADMINISTRATOR,
    )
    viewer = replace(client.hr, id=person, roles={})
    return viewer, await token_of(viewer)


def profile(client: Client, **changes: Any) -> dict[str, Any]:
    """Return what a new client of a firm is made of."""
    given = {"slug": f"new-{client.slug}", "name": "New", "industry": "FINANCE"}
    return {**given, "sizeBand": "FROM_250", "region": "ASIA", "language": "de", **changes}


async def mutate(token: str, query: str, **given: Any) -> Any:
    """Return the payload of a mutation."""
    answer = await ask_over_http(token, query, input=given)
    assert "errors" not in answer, answer
    return next(iter(answer["data"].values()))


async def test_from_a_new_client_to_the_end_of_its_engagement() -> None:
    client = await make_client()
    _, token = await administrator_of(client)
    consultant = await token_of(client.consultant)
    mine = (await ask_over_http(token, MINE))["data"]
    assert mine["organisations"]["nodes"] == [
        {"slug": client.slug, "viewerRole": "FIRM_ADMINISTRATOR"}
    ]
    firm = mine["viewer"]["firm"]
    assert (firm["role"], firm["clients"]) == ("ADMINISTRATOR", [{"slug": client.slug}])
    named = [one for one in firm["members"] if one["role"] == "CONSULTANT"]
    assert [one["name"] for one in named] == [f"Consultant of {client.slug}"]

    made = await ask_over_http(token, CREATE, input=profile(client, idempotencyKey="one"))
    organisation = made["data"]["createOrganisation"]["organisation"]
    assert organisation["viewerPermissions"] == [
        "ENGAGEMENT_MANAGE",
        "ENGAGEMENT_READ",
        "LIBRARY_KEEP",
        "LIBRARY_READ",
        "ORGANISATION_CREATE",
        "ORGANISATION_READ",
    ]
    # That there are a questionnaire and offers is none of the administrator's business.
    assert (organisation["questionnaires"], organisation["offers"]) == (None, None)
    (engagement,) = organisation["engagements"]["nodes"]
    assert (engagement["startsOn"], engagement["consultants"]) == (TODAY.isoformat(), [])
    again = await ask_over_http(token, CREATE, input=profile(client, idempotencyKey="one"))
    found = again["data"]["createOrganisation"]["organisation"]
    assert found["id"] == organisation["id"]
    assert await seen_by(consultant) == [client.slug]

    added = await mutate(token, NAME, engagementId=engagement["id"], personId=named[0]["id"])
    (person,) = added["engagement"]["consultants"]
    assert await seen_by(consultant) == [client.slug, organisation["slug"]]
    # The questionnaire that every client begins with is there for those who work with it.
    answer = await ask_over_http(
        consultant,
        "query ($s: String!) { organisation(slug: $s) { questionnaires { totalCount } } }",
        s=organisation["slug"],
    )
    assert answer["data"]["organisation"]["questionnaires"] == {"totalCount": 1}
    gone = await mutate(token, UNNAME, engagementId=engagement["id"], personId=person["id"])
    assert gone["engagement"]["consultants"] == []
    assert await seen_by(consultant) == [client.slug]

    await mutate(token, NAME, engagementId=engagement["id"], personId=named[0]["id"])
    ended = await mutate(token, END, engagementId=engagement["id"])
    assert ended["engagement"]["endsOn"] == TODAY.isoformat()
    assert await seen_by(consultant) == [client.slug]
    refused = await mutate(token, END, engagementId=engagement["id"])
    assert refused["userErrors"] == [{"code": "CONFLICT", "field": ["engagementId"]}]
    started = await mutate(
        token,
        START,
        organisationId=organisation["id"],
        startsOn=TODAY.isoformat(),
        consultantIds=[named[0]["id"]],
    )
    assert started["engagement"]["consultants"] == [{"name": f"Consultant of {client.slug}"}]
    assert await seen_by(consultant) == [client.slug, organisation["slug"]]


async def seen_by(token: str) -> list[str]:
    """Return the short names of the organisations that somebody sees as a consultant."""
    answer = await ask_over_http(token, "{ organisations { nodes { slug viewerRole } } }")
    nodes = answer["data"]["organisations"]["nodes"]
    assert {one["viewerRole"] for one in nodes} == {"CONSULTANT"}
    return sorted(one["slug"] for one in nodes)


async def test_the_organisation_ends_an_engagement_and_only_it_starts_the_next(ask: Ask) -> None:
    client = await make_client()
    _, token = await administrator_of(client)
    consultant = await token_of(client.consultant)
    query = """query ($s: String!) { organisation(slug: $s) { id engagements {
      nodes { id firmSlug } } } }"""
    found = (await ask(client.hr, query, s=client.slug))["data"]["organisation"]
    (engagement,) = found["engagements"]["nodes"]
    ended = await ask(client.hr, END, input={"engagementId": engagement["id"]})
    assert ended["data"]["endEngagement"]["engagement"]["endedBy"] == "HR"
    assert (await ask_over_http(consultant, "{ organisations { totalCount } }"))["data"] == {
        "organisations": {"totalCount": 0}
    }
    day = TODAY.isoformat()
    refused = await mutate(token, START, organisationId=found["id"], startsOn=day)
    assert refused["userErrors"] == [{"code": "CONFLICT", "field": ["organisationId"]}]
    given = {"organisationId": found["id"], "startsOn": day}
    for slug in ("unknown", None, (await make_client()).slug):
        unknown = await ask(client.hr, START, input={**given, "firmSlug": slug})
        assert unknown["data"]["startEngagement"]["userErrors"] == [
            {"code": "NOT_FOUND", "field": ["firmSlug"]}
        ]
    started = await ask(client.hr, START, input={**given, "firmSlug": engagement["firmSlug"]})
    (only,) = started["data"].values()
    assert (only["userErrors"], only["engagement"]["consultants"]) == ([], [])


@pytest.mark.parametrize(
    ("starts", "ends", "code", "field"),
    [
        (0, 0, "INVALID_INPUT", "endsOn"),
        (0, -1, "INVALID_INPUT", "endsOn"),
        (0, None, "CONFLICT", "startsOn"),
        (400, 500, "CONFLICT", "startsOn"),
    ],
)
async def test_engagements_of_a_firm_do_not_overlap(
    ask: Ask, starts: int, ends: int | None, code: str, field: str
) -> None:
    client = await make_client()
    before = await fingerprint(client)
    answer = await ask(
        client.firm_administrator,
        START,
        input={
            "organisationId": organisation_id_of(client),
            "startsOn": (TODAY + timedelta(days=starts)).isoformat(),
            "endsOn": None if ends is None else (TODAY + timedelta(days=ends)).isoformat(),
        },
    )
    assert answer["data"]["startEngagement"]["userErrors"] == [{"code": code, "field": [field]}]
    assert await fingerprint(client) == before


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"slug": "Not A Slug"}, "slug"),
        ({"slug": "-a"}, "slug"),
        ({"slug": "a" * 64}, "slug"),
        ({"slug": ""}, "slug"),
        ({"name": " "}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"language": "English"}, "language"),
        ({"idempotencyKey": ""}, "idempotencyKey"),
    ],
)
async def test_a_client_that_makes_no_sense(ask: Ask, change: dict[str, str], field: str) -> None:
    client = await make_client()
    before = await fingerprint(client)
    answer = await ask(client.firm_administrator, CREATE, input=profile(client, **change))
    assert answer["data"]["createOrganisation"] == {
        "organisation": None,
        "userErrors": [{"code": "INVALID_INPUT", "field": [field]}],
    }
    assert await fingerprint(client) == before


async def test_a_short_name_is_taken_once(ask: Ask) -> None:
    client, other = await make_client(), await make_client()
    before = await fingerprint(client, other)
    answer = await ask(client.firm_administrator, CREATE, input=profile(client, slug=other.slug))
    assert answer["data"]["createOrganisation"]["userErrors"] == [
        {"code": "CONFLICT", "field": ["slug"]}
    ]
    assert await fingerprint(client, other) == before


async def test_the_administrator_of_another_firm_knows_nothing_of_it(ask: Ask) -> None:
    client, other = await make_client(), await make_client()
    await make_offer(client)
    _, token = await administrator_of(other)
    mine = (await ask_over_http(token, MINE))["data"]
    assert [one["slug"] for one in mine["organisations"]["nodes"]] == [other.slug]
    assert [one["slug"] for one in mine["viewer"]["firm"]["clients"]] == [other.slug]
    query = "query ($s: String!) { organisation(slug: $s) { engagements { nodes { id } } } }"
    theirs = (await ask(client.hr, query, s=client.slug))["data"]["organisation"]
    (engagement,) = theirs["engagements"]["nodes"]
    before = await fingerprint(client, other)
    refused = await mutate(token, END, engagementId=engagement["id"])
    assert refused["userErrors"] == [{"code": "NOT_FOUND", "field": ["engagementId"]}]
    assert await fingerprint(client, other) == before


async def test_a_consultant_sees_no_colleagues_and_an_administrator_no_feedback(ask: Ask) -> None:
    world = await make_world()
    client = world.client
    answer = await ask(client.consultant, MINE)
    firm = answer["data"]["viewer"]["firm"]
    assert (firm["role"], firm["members"]) == ("CONSULTANT", [])
    answer = await ask(
        client.firm_administrator,
        """query ($s: String!) { organisation(slug: $s) { viewerRole offers { totalCount }
          interviews { totalCount } responses { totalCount } members { totalCount }
          questionnaires { totalCount } insights { coverage } benchmarks { own { __typename } }
          editions { totalCount } jobs { totalCount } } }""",
        s=client.slug,
    )
    shown = answer["data"]["organisation"]
    assert shown.pop("viewerRole") == "FIRM_ADMINISTRATOR"
    assert set(shown.values()) == {None}
    assert [one["extensions"]["code"] for one in answer["errors"]] == ["FORBIDDEN"] * len(shown)


async def test_who_is_a_member_and_administers_the_firm_is_a_member_here(ask: Ask) -> None:
    client = await make_client()
    viewer, token = await administrator_of(client)
    assert viewer.id is not None
    await run(
        organisations.add_member,
        client.job,
        organisation_id=client.organisation_id,
        person_id=viewer.id,
        role=Role.LEADERSHIP,
    )
    answer = await ask_over_http(token, "{ organisations { nodes { viewerRole } } }")
    assert answer["data"]["organisations"]["nodes"] == [{"viewerRole": "LEADERSHIP"}]
    await make_offer(client, extended_on=date(2026, 1, 1))
    answer = await ask(client.firm_administrator, "{ organisations { nodes { viewerRole } } }")
    assert answer["data"]["organisations"]["nodes"] == [{"viewerRole": "FIRM_ADMINISTRATOR"}]
