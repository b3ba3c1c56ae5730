"""Pushing a template: what would change, what HR reads of it, and what is never overwritten."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tenants.access import Role
from tenants.db import run
from tenants.offers import service as offers
from tenants.offers.statuses import OfferStatus
from tenants.organisations import service as organisations
from tests.api.conftest import Ask
from tests.api.library_asking import (
    DIFF,
    PUSH,
    compare,
    drafts,
    edit,
    push,
    received,
    save,
    shelf,
)
from tests.api.library_world import make_library, push_everything
from tests.api.questionnaire_world import PUBLISH, content, question
from tests.api.world import fingerprint, organisation_id_of
from tests.factories import make_client, make_offer

pytestmark = pytest.mark.usefixtures("connection")


async def test_from_the_library_to_a_draft_that_hr_can_read(ask: Ask) -> None:
    library = await make_library(await make_client())
    client = library.client
    (firm,) = await shelf(ask, client.consultant)
    (template,) = firm["templates"]
    assert (template["code"], template["name"], template["isRetired"]) == (
        "exit_talk",
        "Exit talk",
        False,
    )
    assert [(one["number"], one["note"]) for one in template["versions"]] == [(1, "The first one.")]

    diff = (await compare(ask, library))["data"]["templateDiff"]
    assert (diff["outcome"], diff["number"]) == ("NEW_QUESTIONNAIRE", 1)
    assert (diff["questionnaire"], diff["changes"]) == (None, ["The questionnaire is new."])
    first = await push(ask, library, idempotencyKey="one")
    assert first["userErrors"] == []
    assert first["push"]["questionnaire"]["code"] == "exit_talk"
    assert await push(ask, library, idempotencyKey="one") == first
    refused = await push(ask, library)
    assert [(one["code"], one["field"]) for one in refused["userErrors"]] == [
        ("CONFLICT", ["templateId"])
    ]

    # The firm says something else; the client reads what that changes, and who pushed it.
    payload = await save(ask, library, question("why"), basedOn=1, note="One question only.")
    assert payload["userErrors"] == []
    assert [one["number"] for one in payload["template"]["versions"]] == [2, 1]
    diff = (await compare(ask, library))["data"]["templateDiff"]
    assert (diff["outcome"], diff["draftRevision"]) == ("RENEWED_DRAFT", 1)
    assert 'Question why ("About why?") was added.' in diff["changes"]
    assert payload["template"]["versions"][0]["changes"] == diff["changes"]
    second = await push(ask, library)
    assert second["push"]["changes"] == diff["changes"]
    for viewer in (client.hr, client.consultant):
        organisation = await received(ask, viewer, client)
        assert [
            (one["kind"], one["templateNumber"], one["note"])
            for one in organisation["libraryPushes"]
        ] == [("TEMPLATE", 2, "One question only."), ("TEMPLATE", 1, "The first one.")]
        told = organisation["libraryPushes"][0]
        assert told["changes"] == diff["changes"]
        assert told["firmName"] == f"Firm of {client.slug}"
        assert told["pushedByName"] == client.consultant.name
        assert [(one["number"], one["revision"]) for one in drafts(organisation)] == [(1, 2)]
    log = await ask(
        client.hr,
        "query ($s: String!) { organisation(slug: $s) { auditEvents { nodes { action } } } }",
        s=client.slug,
    )
    actions = [one["action"] for one in log["data"]["organisation"]["auditEvents"]["nodes"]]
    assert actions.count("LIBRARY_PUSHED") == 2


async def test_an_edited_draft_is_never_overwritten_unawares(ask: Ask) -> None:
    library = await push_everything(await make_client())
    client = library.client
    (draft,) = drafts(
        {"libraryPushes": [(await received(ask, client.hr, client))["libraryPushes"][-1]]}
    )
    await edit(ask, client, draft)
    await save(ask, library, question("why"), basedOn=1)
    diff = (await compare(ask, library))["data"]["templateDiff"]
    assert (diff["outcome"], diff["draftRevision"]) == ("EDITED_DRAFT", 2)
    assert 'Question of_our_own ("About of_our_own?") was removed.' in diff["draftChanges"]
    before = await fingerprint(client)
    for given in ({}, {"replacesRevision": 1}):
        refused = await push(ask, library, **given)
        assert refused["push"] is None
        assert [(one["code"], one["field"]) for one in refused["userErrors"]] == [
            ("CONFLICT", ["replacesRevision"])
        ]
    assert await fingerprint(client) == before
    pushed = await push(ask, library, replacesRevision=2)
    assert pushed["userErrors"] == []
    # A draft that nobody pushed is the organisation's own, whatever it says.
    other = await make_library(await make_client(), code="own_one")
    made = await ask(
        other.client.hr,
        """mutation ($input: CreateQuestionnaireInput!) { createQuestionnaire(input: $input) {
          questionnaire { id } userErrors { code } } }""",
        input={
            "organisationId": organisation_id_of(other.client),
            "name": "Ours",
            "code": "own_one",
            "source": {"content": content()},
        },
    )
    assert made["data"]["createQuestionnaire"]["userErrors"] == []
    assert (await compare(ask, other))["data"]["templateDiff"]["outcome"] == "EDITED_DRAFT"
    assert (await push(ask, other))["push"] is None


async def test_what_is_published_stays_and_the_next_push_begins_a_draft(ask: Ask) -> None:
    """Of the questionnaire, too, that interviews are opened with, by its code."""
    client = await make_client()
    library = await make_library(client, code="declined_offer")
    diff = (await compare(ask, library))["data"]["templateDiff"]
    assert (diff["outcome"], diff["questionnaire"]) == ("NEW_DRAFT", {"code": "declined_offer"})
    assert any("was removed" in one for one in diff["changes"])
    assert (await push(ask, library))["userErrors"] == []
    organisation = await received(ask, client.hr, client)
    versions = organisation["libraryPushes"][0]["questionnaire"]["versions"]
    assert sorted((one["number"], one["state"]) for one in versions) == [
        (1, "PUBLISHED"),
        (2, "DRAFT"),
    ]
    (draft,) = drafts(organisation)
    published = await ask(
        client.consultant, PUBLISH, input={"versionId": draft["id"], "revision": 1}
    )
    assert published["data"]["publishQuestionnaireVersion"]["userErrors"] == []
    assert (await compare(ask, library))["data"]["templateDiff"]["outcome"] == "UNCHANGED"
    await save(ask, library, question("why"), code="declined_offer", basedOn=1)
    assert (await compare(ask, library))["data"]["templateDiff"]["outcome"] == "NEW_DRAFT"
    assert (await push(ask, library))["userErrors"] == []
    after = (await received(ask, client.hr, client))["libraryPushes"][0]["questionnaire"][
        "versions"
    ]
    unchanged = {one["id"]: one["contentHash"] for one in after if one["state"] == "PUBLISHED"}
    assert unchanged == {
        one["id"]: one["contentHash"] for one in versions if one["number"] in {1, 2}
    }


async def test_a_condition_that_singles_somebody_out_is_refused_where_it_does(ask: Ask) -> None:
    """The same template may be pushed to a client with enough such offers, and not to another."""
    client, few = await make_client(), await make_client()
    assert client.consultant.id is not None
    await run(
        organisations.start_engagement,
        few.job,
        organisation_id=few.organisation_id,
        firm_id=client.firm_id,
        starts_on=datetime.now(UTC).date(),
        ends_on=None,
        consultant_ids=(client.consultant.id,),
    )
    library = await make_library(client)
    both = replace(
        client.consultant,
        roles={client.organisation_id: Role.CONSULTANT, few.organisation_id: Role.CONSULTANT},
    )
    sales = offers.RequisitionInput(external_id="s", title="Sales", department="Sales")
    for place, count in ((client, 5), (few, 4)):
        for _ in range(count):
            await make_offer(place, requisition=sales, status=OfferStatus.DECLINED)
    condition = {"offer": {"fact": "DEPARTMENT", "texts": ["Sales"]}}
    narrow = question("why", visibleIf=condition)
    saved = await save(ask, library, narrow, basedOn=1)
    assert saved["userErrors"] == []
    asked = {"templateId": library.template, "organisationId": organisation_id_of(few)}
    before = await fingerprint(client, few)
    diff = (await ask(both, DIFF, t=library.template, o=organisation_id_of(few)))["data"]
    (finding,) = diff["templateDiff"]["findings"]
    assert (finding["code"], finding["isError"]) == ("TOO_FEW_OFFERS", True)
    refused = (await ask(both, PUSH, input=asked))["data"]["pushTemplate"]
    assert refused["push"] is None
    (error,) = refused["userErrors"]
    assert (error["code"], error["message"]) == ("TOO_FEW_OFFERS", finding["message"])
    assert await fingerprint(client, few) == before
    assert (await push(ask, library))["userErrors"] == []
