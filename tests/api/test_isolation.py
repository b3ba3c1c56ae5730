"""Another organisation's records answer exactly as unknown ones do, and cost as much."""

import json
from base64 import b64encode
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from graphql import GraphQLID, get_named_type, is_input_object_type

from api.relay import decode_id, encode_id
from tenants import read_graph
from tenants.access import Role
from tenants.db import run
from tenants.organisations import service as organisations
from tenants.reading import Key
from tests.api import action_world as actions
from tests.api import conversation_roles, firm_people
from tests.api import moderation_world as moderation
from tests.api.conftest import Ask
from tests.api.document_world import DOCUMENTS, document_inputs
from tests.api.insight_world import publish, window
from tests.api.library_world import ID_ARGUMENTS as OF_LIBRARIES
from tests.api.library_world import PAYLOADS as PAYLOADS_OF_LIBRARIES
from tests.api.library_world import own_inputs as inputs_about_libraries
from tests.api.mail_world import OF_SETTINGS, setting_inputs
from tests.api.questionnaire_world import OF_A_VERSION, content
from tests.api.walking import walk
from tests.api.world import GRAPH, fingerprint, make_world, organisation_id_of
from tests.factories import Client, make_client, make_member_invitation, make_offer

pytestmark = pytest.mark.usefixtures("connection")

# Every place in the input of a mutation that takes an id, and an input about the asker's own
# organisation, in which a foreign id is put there.
ID_ARGUMENTS = {
    *firm_people.ID_ARGUMENTS,
    ("recordOfferOutcome", "organisationId"),
    ("assignHiringManager", "requisitionId"),
    ("assignHiringManager", "personId"),
    ("openInterview", "offerId"),
    ("inviteCandidate", "interviewId"),
    ("createIntegration", "organisationId"),
    *((name, "organisationId") for name in (*DOCUMENTS, *OF_SETTINGS)),
    *actions.ID_ARGUMENTS,
    *((name, "interviewId") for name in conversation_roles.ABOUT_INTERVIEWS),
    *moderation.ID_ARGUMENTS,
    *((f"{verb}Integration", "integrationId") for verb in ("update", "delete")),
    ("rotateIntegrationSecret", "integrationId"),
    ("revokeAccess", "grantId"),
    *((f"{verb}FirmIdentityProvider", "firmId") for verb in ("configure", "remove")),
    *((f"{verb}IdentityProvider", "organisationId") for verb in ("configure", "remove")),
    ("inviteMember", "organisationId"),
    *((f"{verb}MemberInvitation", "invitationId") for verb in ("resend", "withdraw")),
    *((name, "membershipId") for name in ("changeRole", "removeMember", "signMemberOut")),
    ("revokeSession", "sessionId"),
    *OF_LIBRARIES,
    ("assignInterview", "interviewId"),
    ("assignInterview", "personId"),
    ("createOrganisation", "firmId"),
    ("startEngagement", "organisationId"),
    ("startEngagement", "consultantIds"),
    ("endEngagement", "engagementId"),
    ("addConsultant", "engagementId"),
    ("addConsultant", "personId"),
    ("removeConsultant", "engagementId"),
    ("removeConsultant", "personId"),
    ("recordMonthlyCounts", "organisationId"),
    ("joinBenchmark", "organisationId"),
    ("leaveBenchmark", "organisationId"),
    ("createQuestionnaire", "organisationId"),
    ("importQuestionnaire", "organisationId"),
    *((name, "versionId") for name in OF_A_VERSION),
}
# What only the administrator of the firm may ask; the others HR may.
OF_THE_FIRM = {
    *firm_people.OF_PEOPLE,
    "createOrganisation",
    "startEngagement",
    "addConsultant",
    "configureFirmIdentityProvider",
    "removeFirmIdentityProvider",
    "saveTemplate",
    "saveFirmTheme",
}
PEERS = {"industry": "OTHER", "sizeBand": "UNDER_250", "region": "EUROPE"}
PAYLOADS = {
    "recordOfferOutcome": "offer { id }",
    "assignHiringManager": "requisition { id }",
    **dict.fromkeys(("openInterview", "inviteCandidate"), "interview { id }"),
    "createIntegration": "integration { id }",
    **DOCUMENTS,
    **conversation_roles.PAYLOADS,
    **firm_people.PAYLOADS,
    **moderation.PAYLOADS,
    **actions.PAYLOADS,
    "updateIntegration": "integration { id }",
    "rotateIntegrationSecret": "integration { id }",
    "deleteIntegration": "integrationId",
    "revokeAccess": "revokedGrantId",
    "configureFirmIdentityProvider": "identityProvider { issuer }",
    "removeFirmIdentityProvider": "firmId",
    "configureIdentityProvider": "identityProvider { issuer }",
    "removeIdentityProvider": "organisationId",
    **dict.fromkeys(("inviteMember", "resendMemberInvitation"), "invitation { id }"),
    "withdrawMemberInvitation": "withdrawnInvitationId",
    "changeRole": "membership { id }",
    "removeMember": "removedMembershipId",
    "signMemberOut": "membership { id }",
    **PAYLOADS_OF_LIBRARIES,
    "revokeSession": "session { id }",
    "assignInterview": "interview { id }",
    "createOrganisation": "organisation { id }",
    "startEngagement": "engagement { id }",
    "endEngagement": "engagement { id }",
    "addConsultant": "engagement { id }",
    "removeConsultant": "engagement { id }",
    "recordMonthlyCounts": "monthlyCounts { month }",
    "joinBenchmark": "participation { __typename }",
    "leaveBenchmark": "participation { __typename }",
    "createQuestionnaire": "questionnaire { id }",
    "importQuestionnaire": "questionnaire { id }",
    **OF_A_VERSION,
    **OF_SETTINGS,
}


def takes_key(mutation: str) -> bool:
    """Return whether a mutation makes something, so that its input has an idempotency key."""
    mutations = GRAPH.mutation_type
    assert mutations is not None
    given = get_named_type(mutations.fields[mutation].args["input"].type)
    assert is_input_object_type(given)
    return "idempotencyKey" in given.fields


def id_arguments() -> set[tuple[str, str]]:
    """Return the places of the schema in which a mutation takes an id of a record."""
    mutations = GRAPH.mutation_type
    assert mutations is not None
    found = set()
    for name, field in mutations.fields.items():
        given = get_named_type(field.args["input"].type)
        assert is_input_object_type(given)
        left, seen = [given], {given.name}
        while left:
            for argument, one in left.pop().fields.items():
                target = get_named_type(one.type)
                if target is GraphQLID:
                    found.add((name, argument))
                # A condition consists of conditions.
                elif is_input_object_type(target) and target.name not in seen:
                    seen.add(target.name)
                    left.append(target)
    return found


def test_every_id_that_a_mutation_takes_is_tried_here() -> None:
    assert id_arguments() == ID_ARGUMENTS


def unknown_like(foreign: str, own: UUID) -> list[str]:
    """Return ids of the same kind that name nothing: nowhere, there, and at the asker's."""
    decoded = decode_id(foreign)
    assert decoded is not None
    noun, key = decoded
    return [
        encode_id(noun, Key(uuid4(), uuid4())),
        encode_id(noun, Key(key.organisation_id, uuid4())),
        encode_id(noun, Key(own, uuid4())),
    ]


def anonymous(answer: Mapping[str, Any], used: str) -> str:
    """Return an answer without what differs from request to request."""
    document = json.loads(json.dumps(answer).replace(used, "the id"))
    for error in document.get("errors", ()):
        error["extensions"].pop("requestId")
    return json.dumps(document, sort_keys=True)


async def test_foreign_records_are_as_unknown(
    ask: Ask, statements: Callable[[], list[str]]
) -> None:
    world, other = await make_world(), await make_client()
    await publish(world.client, as_of=window()[1] + timedelta(days=365))
    await make_member_invitation(world.client)
    ids = await walk(ask, world.client.hr, world.organisation)
    ids |= await walk(ask, world.client.consultant, world.organisation)
    kinds = {"Organisation", "Requisition", "Offer", "Interview", "Candidate", "Response"}
    kinds |= {"Questionnaire", "QuestionnaireVersion", "Question", "Membership", "IntakeEvent"}
    kinds |= {"MemberInvitation", "Integration", "Engagement", "Consultant", "AuditEvent"}
    assert set(ids.values()) == {*kinds, "Edition", "Job", "DeskText"}
    before = await fingerprint(world.client, other)
    for foreign in ids:
        for query in (
            "query ($id: ID!) { node(id: $id) { id __typename } }",
            "query ($id: ID!) { nodes(ids: [$id, $id]) { id __typename } }",
        ):
            looks = []
            for one in (foreign, *unknown_like(foreign, other.organisation_id)):
                statements()
                answer = await ask(other.hr, query, id=one)
                assert next(iter(answer["data"].values())) in (None, [None, None])
                looks.append((anonymous(answer, one), len(statements())))
            assert looks == [looks[0]] * 4
    together = await ask(other.hr, "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=[*ids])
    assert together == {"data": {"nodes": [None] * len(ids)}}
    assert await fingerprint(world.client, other) == before


async def own_inputs(ask: Ask, client: Client) -> dict[str, dict[str, Any]]:
    """Return an input for each mutation with ids of the asker's own organisation."""
    await make_offer(client)
    query = """query ($slug: String!) { organisation(slug: $slug) { id
      offers { nodes { id requisition { id } interview { id } } }
      members { nodes { id role } } engagements { nodes { id consultants { id } } } } }"""
    found = (await ask(client.hr, query, slug=client.slug))["data"]["organisation"]
    (offer,) = found["offers"]["nodes"]
    (engagement,) = found["engagements"]["nodes"]
    (manager,) = [one for one in found["members"]["nodes"] if one["role"] == "HIRING_MANAGER"]
    return {
        "recordOfferOutcome": {
            "organisationId": found["id"],
            "applicationId": "a new one",
            "status": "EXTENDED",
        },
        "assignHiringManager": {
            "requisitionId": offer["requisition"]["id"],
            "personId": manager["id"],
        },
        "createIntegration": {
            "organisationId": found["id"],
            "kind": "OAUTH_CONFIDENTIAL",
            "name": "Reporting",
            "scopes": ["offers:read"],
        },
        **document_inputs(found["id"]),
        **firm_people.inputs(),
        **conversation_roles.inputs(offer["interview"]["id"]),
        **moderation.of_organisation(found["id"]),
        **actions.inputs_about(found["id"], ""),
        **setting_inputs(found["id"]),
        "updateIntegration": {"integrationId": "", "isEnabled": False},
        "rotateIntegrationSecret": {"integrationId": ""},
        "deleteIntegration": {"integrationId": ""},
        "revokeAccess": {"grantId": ""},
        "configureFirmIdentityProvider": {
            "firmId": "",
            "name": "Entra",
            "issuer": "https://login.example.com/tenant",
            "clientId": "afterword",
            "clientSecret": "a secret",
        },
        "removeFirmIdentityProvider": {"firmId": ""},
        "configureIdentityProvider": {
            "organisationId": found["id"],
            "name": "Entra",
            "issuer": "https://login.example.com/tenant",
            "clientId": "afterword",
            "clientSecret": "a secret",
        },
        "removeIdentityProvider": {"organisationId": found["id"]},
        "inviteMember": {
            "organisationId": found["id"],
            "email": "new@x.example",
            "role": "HR",
        },
        "resendMemberInvitation": {"invitationId": ""},
        "withdrawMemberInvitation": {"invitationId": ""},
        "changeRole": {"membershipId": manager["id"], "role": "HR"},
        "removeMember": {"membershipId": manager["id"]},
        "signMemberOut": {"membershipId": manager["id"]},
        "revokeSession": {"sessionId": ""},
        **inputs_about_libraries(client),
        "recordMonthlyCounts": {
            "organisationId": found["id"],
            "counts": [{"month": "2020-01", "accepted": 3, "declined": 1}],
        },
        "joinBenchmark": {"organisationId": found["id"], "text": "The text"},
        "leaveBenchmark": {"organisationId": found["id"]},
        "createQuestionnaire": {
            "organisationId": found["id"],
            "name": "Another",
            "source": {"template": "DECLINED_OFFER"},
        },
        "importQuestionnaire": {
            "organisationId": found["id"],
            "name": "Imported",
            "format": "SURVEYJS",
            "file": b64encode(b'{"elements": [{"type": "text", "name": "one"}]}').decode(),
        },
        "updateQuestionnaireDraft": {"versionId": "", "revision": 1, "content": content()},
        "translateQuestionnaire": {
            "versionId": "",
            "revision": 1,
            "language": "fr",
            "texts": [],
        },
        "copyQuestionnaireVersion": {"versionId": ""},
        "publishQuestionnaireVersion": {"versionId": "", "revision": 1},
        "retireQuestionnaireVersion": {"versionId": ""},
        "deleteQuestionnaireDraft": {"versionId": "", "revision": 1},
        "openInterview": {"offerId": offer["id"]},
        "inviteCandidate": {"interviewId": offer["interview"]["id"]},
        "assignInterview": {"interviewId": offer["interview"]["id"], "personId": manager["id"]},
        "createOrganisation": {"slug": f"of-{client.slug}", "name": "Another", **PEERS},
        "startEngagement": {"organisationId": found["id"], "startsOn": "2019-01-01"},
        "endEngagement": {"engagementId": engagement["id"]},
        "addConsultant": {
            "engagementId": engagement["id"],
            "personId": encode_id(read_graph.FIRM_MEMBER, Key(client.firm_id, uuid4())),
        },
        "removeConsultant": {
            "engagementId": engagement["id"],
            "personId": engagement["consultants"][0]["id"],
        },
    }


@pytest.mark.parametrize("key", [None, "a key"])
async def test_mutations_take_foreign_ids_for_unknown_ones(
    ask: Ask, statements: Callable[[], list[str]], key: str | None
) -> None:
    world, other = await make_world(), await make_client()
    await make_member_invitation(world.client)
    ids = await walk(ask, world.client.hr, world.organisation)
    one_of_each = {its_type: foreign for foreign, its_type in ids.items()}.values()
    inputs = await own_inputs(ask, other)
    before = await fingerprint(world.client, other)
    for name, argument in sorted(ID_ARGUMENTS):
        given = inputs[name]
        asking = other.firm_administrator if name in OF_THE_FIRM else other.hr
        if key is not None and takes_key(name):
            given["idempotencyKey"] = key
        kind = name[0].upper() + name[1:]
        query = (
            f"mutation ($input: {kind}Input!) {{ {name}(input: $input) {{ {PAYLOADS[name]}"
            " userErrors { code message field } } }"
        )
        for foreign in one_of_each:
            looks = []
            for one in (foreign, *unknown_like(foreign, other.organisation_id)[:2]):
                statements()
                answer = await ask(asking, query, input={**given, argument: one})
                (refusal,) = answer["data"][name]["userErrors"]
                assert refusal["code"] == "NOT_FOUND"
                looks.append((anonymous(answer, one), len(statements())))
            assert looks == [looks[0]] * 3
    assert await fingerprint(world.client, other) == before


async def test_a_membership_is_taken_for_its_own_organisation_only(ask: Ask) -> None:
    """One person may be a member of two organisations."""
    world, other = await make_world(), await make_client()
    given = (await own_inputs(ask, other))["assignHiringManager"]
    person = world.client.hiring_manager.id
    assert person is not None
    await run(
        organisations.add_member,
        other.job,
        organisation_id=other.organisation_id,
        person_id=person,
        role=Role.HIRING_MANAGER,
    )
    answer = await ask(
        other.hr,
        "mutation ($input: AssignHiringManagerInput!) { assignHiringManager(input: $input) {"
        " userErrors { code field } } }",
        input={**given, "personId": world.id("Membership", person)},
    )
    assert answer["data"]["assignHiringManager"]["userErrors"] == [
        {"code": "NOT_FOUND", "field": ["personId"]}
    ]


async def test_a_foreign_slug_is_as_unknown(ask: Ask, statements: Callable[[], list[str]]) -> None:
    client, other = await make_client(), await make_client()
    looks = []
    for slug in (client.slug, "there-is-none", "", "x" * 10_000):
        statements()
        answer = await ask(
            other.hr, "query ($s: String!) { organisation(slug: $s) { id } }", s=slug
        )
        looks.append((answer, len(statements())))
    assert looks == [({"data": {"organisation": None}}, 1)] * 4


async def test_lists_end_at_the_organisation(ask: Ask) -> None:
    world, other = await make_world(), await make_client()
    await make_offer(other)
    found = await walk(ask, other.hr, organisation_id_of(other))
    foreign = await walk(ask, world.client.hr, world.organisation)
    assert set(found) & set(foreign) == set()
    decoded = [decode_id(one) for one in found]
    assert {one[1].organisation_id for one in decoded if one} == {other.organisation_id}
    answer = await ask(other.hr, "{ organisations(first: 100) { totalCount nodes { slug } } }")
    assert answer["data"]["organisations"] == {"totalCount": 1, "nodes": [{"slug": other.slug}]}
