"""What each role may do, and that a denial changes nothing."""

from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from api.relay import encode_id
from api.trusted import document_id
from tenants import read_graph
from tenants.access import Viewer
from tenants.benchmarks import service as benchmarks
from tenants.db import run
from tenants.questionnaires import drafting, publishing
from tenants.questionnaires.definition import to_json
from tenants.questionnaires.templates import load
from tenants.reading import Key
from tests.api import action_world as actions
from tests.api import conversation_roles, firm_people
from tests.api import library_world as library
from tests.api import moderation_world as moderation
from tests.api.auth.oauth_world import make_grant
from tests.api.conftest import Ask, Shared
from tests.api.mail_world import OF_SETTINGS, setting_inputs
from tests.api.questionnaire_world import content, version_of
from tests.api.roles import ELSEWHERE, MUTATIONS, cells, viewers
from tests.api.world import (
    World,
    engagement_of,
    fingerprint,
    organisation_id_of,
    register_document,
    requisition_of,
)
from tests.factories import (
    Client,
    make_firm_invitation,
    make_identity_provider,
    make_member_invitation,
    make_session,
)

pytestmark = pytest.mark.usefixtures("connection")


@pytest.fixture
def connection(connection_of_shared: AsyncConnection) -> AsyncConnection:
    return connection_of_shared


PAYLOADS = {
    **conversation_roles.PAYLOADS,
    **firm_people.PAYLOADS,
    **moderation.PAYLOADS,
    **library.PAYLOADS,
    "recordOfferOutcome": "offer { id }",
    "recordMonthlyCounts": "monthlyCounts { month }",
    "assignHiringManager": "requisition { id }",
    **dict.fromkeys(("openInterview", "inviteCandidate"), "interview { id }"),
    "configureFirmIdentityProvider": "identityProvider { issuer }",
    "removeFirmIdentityProvider": "firmId",
    "configureIdentityProvider": "identityProvider { issuer }",
    "removeIdentityProvider": "organisationId",
    **dict.fromkeys(("inviteMember", "resendMemberInvitation"), "invitation { id }"),
    "withdrawMemberInvitation": "withdrawnInvitationId",
    "changeRole": "membership { id role }",
    "removeMember": "removedMembershipId",
    "signMemberOut": "membership { id }",
    "revokeSession": "session { id }",
    "revokeSessions": "revokedCount",
    "joinBenchmark": "participation { takesPart }",
    "leaveBenchmark": "participation { takesPart }",
    "releaseBenchmark": "job { id }",
    "saveAnswers": "answers { questionCode }",
    "submitResponse": "receiptCode",
    "createQuestionnaire": "questionnaire { id }",
    "importQuestionnaire": "questionnaire { id }",
    "updateQuestionnaireDraft": "version { id }",
    "translateQuestionnaire": "version { id }",
    "copyQuestionnaireVersion": "questionnaire { id }",
    "publishQuestionnaireVersion": "version { id }",
    "retireQuestionnaireVersion": "version { id }",
    "deleteQuestionnaireDraft": "deletedVersionId",
    **OF_SETTINGS,
    "createIntegration": "integration { id }",
    "updateIntegration": "integration { id }",
    "rotateIntegrationSecret": "integration { id }",
    "deleteIntegration": "integrationId",
    "revokeAccess": "revokedGrantId",
    "assignInterview": "interview { id }",
    "tightenConfidentiality": "confidentiality",
    "withdrawResponse": "isWithdrawn",
    "createOrganisation": "organisation { id }",
    "startEngagement": "engagement { id }",
    "endEngagement": "engagement { id }",
    "addConsultant": "engagement { id }",
    "removeConsultant": "engagement { id }",
    "registerDocuments": "documentIds",
    "retireDocuments": "retiredCount",
    **actions.PAYLOADS,
}


# What leaves nothing in a log: a candidate's draft, because its moment would tell who answers, and
# one's own wish for a mail.
UNRECORDED = {"saveAnswers", "setDigestMail"}


async def inputs(world: World, *, elsewhere: bool, joins_in: int = 0) -> dict[str, dict[str, Any]]:
    """Return the input of each mutation, about the own requisition or the other one.

    The organisation has consented to the benchmark from so many days on.
    """
    client = world.client
    assert client.hiring_manager.id is not None
    case = world.unanswered if elsewhere else world.again
    offer = world.elsewhere if elsewhere else world.lapsed
    answers = [
        {"questionCode": "main_reason", "value": {"choice": {"code": "PAY_BASE"}}},
        {"questionCode": "recommendation", "value": {"scale": 7}},
    ]
    integration = {"integrationId": world.id("Integration", client.integration_id)}
    assert client.leadership.id is not None
    leadership = world.id("Membership", client.leadership.id)
    firm = encode_id(read_graph.FIRM, Key(client.firm_id, client.firm_id))
    assert client.consultant.id is not None
    colleague = encode_id(read_graph.FIRM_MEMBER, Key(client.firm_id, client.consultant.id))
    asked = ""
    if not elsewhere:
        await make_identity_provider(client)
        invited = await make_firm_invitation(client)
        asked = encode_id(read_graph.FIRM_INVITATION, Key(client.firm_id, invited))
    invitation = "" if elsewhere else await make_member_invitation_id(world)
    await run(
        benchmarks.join_benchmark,
        client.job,
        organisation_id=client.organisation_id,
        text="We take part.",
        joined_on=datetime.now(UTC).date() + timedelta(days=joins_in),
    )
    # Nothing of a questionnaire is elsewhere.
    draft, published = ("", "") if elsewhere else await draft_and_published(world)
    change = {"versionId": draft, "revision": 1}
    return {
        **firm_people.inputs(firm, colleague, asked),
        **moderation.of_organisation(world.organisation),
        **({} if elsewhere else await moderation.desk_inputs(world)),
        "createQuestionnaire": {
            "organisationId": world.organisation,
            "name": "Another",
            "source": {"template": "DECLINED_OFFER"},
        },
        "importQuestionnaire": {
            "organisationId": world.organisation,
            "name": "Imported",
            "format": "SURVEYJS",
            "file": b64encode(b'{"elements": [{"type": "text", "name": "one"}]}').decode(),
        },
        "updateQuestionnaireDraft": {**change, "content": content()},
        "translateQuestionnaire": {
            **change,
            "language": "fr",
            "texts": [{"key": "title", "text": "Votre avis"}],
        },
        "copyQuestionnaireVersion": {"versionId": published, "name": "A copy"},
        "publishQuestionnaireVersion": change,
        "retireQuestionnaireVersion": {"versionId": published},
        "deleteQuestionnaireDraft": change,
        **setting_inputs(world.organisation),
        "registerDocuments": {
            "organisationId": world.organisation,
            "client": "careers",
            "documents": [{"id": document_id("{ __typename }"), "text": "{ __typename }"}],
        },
        "retireDocuments": {
            "organisationId": world.organisation,
            "client": await register_document(client),
        },
        "createIntegration": {
            "organisationId": world.organisation,
            "kind": "OAUTH_CONFIDENTIAL",
            "name": "Reporting",
            "scopes": ["offers:read"],
        },
        "updateIntegration": {**integration, "isEnabled": False},
        "rotateIntegrationSecret": integration,
        "deleteIntegration": integration,
        "revokeAccess": {"grantId": "" if elsewhere else await make_grant(client, client.hr)},
        "joinBenchmark": {"organisationId": world.organisation, "text": "We take part."},
        "leaveBenchmark": {"organisationId": world.organisation},
        "releaseBenchmark": {"idempotencyKey": "once"},
        "configureFirmIdentityProvider": {
            "firmId": firm,
            "name": "Entra",
            "issuer": "https://login.example.com/tenant",
            "clientId": "afterword",
            "clientSecret": "a secret",
        },
        "removeFirmIdentityProvider": {"firmId": firm},
        "configureIdentityProvider": {
            "organisationId": world.organisation,
            "name": "Entra",
            "issuer": "https://login.example.com/tenant",
            "clientId": "afterword",
            "clientSecret": "a secret",
        },
        "removeIdentityProvider": {"organisationId": world.organisation},
        "inviteMember": {
            "organisationId": world.organisation,
            "email": "somebody@new.example",
            "role": "LEADERSHIP",
            "idempotencyKey": "once",
        },
        "resendMemberInvitation": {"invitationId": invitation},
        "withdrawMemberInvitation": {"invitationId": invitation},
        "changeRole": {"membershipId": leadership, "role": "HIRING_MANAGER"},
        "removeMember": {"membershipId": leadership},
        "signMemberOut": {"membershipId": leadership},
        "revokeSession": {"sessionId": "" if elsewhere else await make_session(client.hr)},
        "revokeSessions": {"keepCurrent": False},
        "recordOfferOutcome": {
            "organisationId": world.organisation,
            "applicationId": "a new one",
            "status": "EXTENDED",
            "idempotencyKey": "of the matrix",
        },
        "recordMonthlyCounts": {
            "organisationId": world.organisation,
            "counts": [{"month": "2020-01", "accepted": 3, "declined": 1}],
        },
        "assignHiringManager": {
            "requisitionId": world.id("Requisition", await requisition_of(client, offer)),
            "personId": world.id("Membership", client.hiring_manager.id),
        },
        "openInterview": {"offerId": world.id("Offer", offer), "idempotencyKey": "once"},
        "inviteCandidate": {
            "interviewId": world.id("Interview", case.interview_id),
            "idempotencyKey": "once",
        },
        **conversation_roles.inputs(world.id("Interview", case.interview_id)),
        "saveAnswers": {"answers": answers},
        "submitResponse": {
            "answers": answers,
            "confidentiality": "CONFIDENTIAL",
            "receiptCode": "MATRIX-0123-4567",
        },
        "assignInterview": {
            "interviewId": world.id("Interview", case.interview_id),
            "personId": world.id("Membership", client.hiring_manager.id),
        },
        "tightenConfidentiality": {"receiptCode": "MATRIX-0123-4567"},
        "withdrawResponse": {"receiptCode": "MATRIX-0123-4567"},
        **await firm_inputs(client),
        **await actions.inputs(client, "Finance" if elsewhere else "Engineering"),
    }


async def firm_inputs(client: Client) -> dict[str, dict[str, Any]]:
    """Return the input of each mutation about the engagement, and a new client of the firm."""
    engagement = encode_id(
        read_graph.ENGAGEMENT, Key(client.organisation_id, await engagement_of(client))
    )
    assert client.consultant.id is not None
    person = encode_id(read_graph.FIRM_MEMBER, Key(client.firm_id, client.consultant.id))
    return {
        "createOrganisation": {
            "slug": f"of-{client.slug}",
            "name": "Another",
            "industry": "OTHER",
            "sizeBand": "UNDER_250",
            "region": "EUROPE",
        },
        "startEngagement": {
            "organisationId": organisation_id_of(client),
            "firmSlug": f"firm-{client.slug}",
            "startsOn": "2019-01-01",
            "endsOn": "2019-06-01",
            "idempotencyKey": "once",
        },
        "endEngagement": {"engagementId": engagement, "endsOn": "2999-01-01"},
        "addConsultant": {"engagementId": engagement, "personId": person},
        "removeConsultant": {"engagementId": engagement, "personId": person},
    }


async def make_member_invitation_id(world: World) -> str:
    """Let HR invite somebody, and return the invitation's global id."""
    return world.id("MemberInvitation", await make_member_invitation(world.client))


async def draft_and_published(world: World) -> tuple[str, str]:
    """Return the ids of a draft, and of a published version that interviews do not need."""
    client = world.client
    names: Any = {"organisation_id": client.organisation_id}
    document = to_json(load("declined_offer"))
    job = client.job
    made = [
        await run(drafting.create_questionnaire, job, name=name, document=document, **names)
        for name in ("A draft", "Published")
    ]
    ids = [await version_of(client, questionnaire) for questionnaire in made]
    await run(publishing.publish_version, job, version_id=ids[1], revision=1, **names)
    return (
        world.id("QuestionnaireVersion", ids[0]),
        world.id("QuestionnaireVersion", ids[1]),
    )


async def attempt(ask: Ask, viewer: Viewer, name: str, given: Mapping[str, Any]) -> str:
    """Return what becomes of a mutation, in the words of MUTATIONS."""
    kind = name[0].upper() + name[1:]
    answer = await ask(
        viewer,
        f"mutation ($input: {kind}Input!) {{ {name}(input: $input) {{"
        f" {PAYLOADS[name]} userErrors {{ code field }} }} }}",
        input=given,
    )
    if "errors" in answer:
        (error,) = answer["errors"]
        assert answer["data"] is None
        assert error["path"] == [name]
        code: str = error["extensions"]["code"]
        return code
    payload = answer["data"][name]
    (noun,) = set(payload) - {"userErrors"}
    if payload["userErrors"]:
        assert payload[noun] is None
        (refusal,) = payload["userErrors"]
        refused: str = refusal["code"]
        return refused
    assert payload[noun] is not None
    return "ok"


@pytest.mark.parametrize("name", MUTATIONS)
async def test_who_may_do_what_and_a_denial_changes_nothing(
    ask: Ask, shared: Shared, name: str
) -> None:
    world, other = shared.world, shared.other
    # Who would join takes no part before that, and who would leave does.
    joins_in = 1 if name == "joinBenchmark" else 0
    given = (
        await library.inputs(world.client)
        if name in library.MUTATIONS
        else await inputs(world, elsewhere=False, joins_in=joins_in)
    )[name]
    before = await fingerprint(world.client, other)
    seen = {}
    for column, viewer in viewers(world, other).items():
        if cells(MUTATIONS[name])[column] != "ok":
            seen[column] = await attempt(ask, viewer, name, given)
    if name in ELSEWHERE:
        elsewhere = (await inputs(world, elsewhere=True))[name]
        manager = world.client.hiring_manager
        assert await attempt(ask, manager, name, elsewhere) == ELSEWHERE[name]
    assert await fingerprint(world.client, other) == before
    for column, viewer in viewers(world, other).items():
        if column not in seen:
            if name == "deleteQuestionnaireDraft":
                # Each deletes another one: what is gone is unknown to the next.
                given = {**given, "versionId": (await draft_and_published(world))[0]}
            seen[column] = await attempt(ask, viewer, name, given)
    assert seen == cells(MUTATIONS[name])
    after = await fingerprint(world.client, other)
    done = "ok" in seen.values() and name != "assignHiringManager"
    assert (after != before) is done
    logs = ("audit_events", "firm_audit_events")
    recorded = any(after[one] != before[one] for one in logs)
    assert recorded is (done and name not in UNRECORDED), name


async def test_a_denial_leaves_what_was_done_before_it(ask: Ask, shared: Shared) -> None:
    world = shared.world
    requisition = await requisition_of(world.client, world.lapsed)
    manager = world.client.hiring_manager.id
    assert manager is not None
    answer = await ask(
        world.client.consultant,
        """mutation ($offer: ID!, $requisition: ID!, $person: ID!) {
          openInterview(input: {offerId: $offer}) { interview { id } }
          assignHiringManager(input: {requisitionId: $requisition, personId: $person}) {
            requisition { id } } }""",
        offer=world.id("Offer", world.lapsed),
        requisition=world.id("Requisition", requisition),
        person=world.id("Membership", manager),
    )
    # Payloads are never null, so that the whole answer is; each mutation is one transaction.
    assert answer["data"] is None
    assert [(one["path"], one["extensions"]["code"]) for one in answer["errors"]] == [
        (["assignHiringManager"], "FORBIDDEN")
    ]
    opened = await ask(
        world.client.consultant,
        "query ($id: ID!) { node(id: $id) { ... on Offer { interview { status } } } }",
        id=world.id("Offer", world.lapsed),
    )
    assert opened["data"]["node"]["interview"] == {"status": "OPENED"}
