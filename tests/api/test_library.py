"""A firm's library through the API: who keeps it, who sees it, and its codebook."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tenants.access import Role, Viewer
from tenants.db import run
from tenants.organisations import service as organisations
from tests.api.asking import ask_over_http, token_of
from tests.api.conftest import Ask
from tests.api.library_asking import (
    CODEBOOK_DIFF,
    DIFF,
    PUSH,
    PUSH_CODEBOOK,
    RETIRE,
    SAVE,
    SHELF,
    THEME,
    Json,
    received,
    save,
    shelf,
)
from tests.api.library_world import make_library, name_in_engagement
from tests.api.questionnaire_world import content, draft_of, question, say
from tests.api.world import fingerprint, organisation_id_of
from tests.factories import make_client
from tests.tenants.test_second_wall import rows_in

pytestmark = pytest.mark.usefixtures("connection")


async def test_a_codebook_goes_under_what_the_organisation_says(ask: Ask) -> None:
    library = await make_library(await make_client())
    client = library.client
    organisation = organisation_id_of(client)
    asked = {"firmId": library.firm, "organisationId": organisation}
    said = await ask(
        library.administrator,
        THEME,
        input={
            "firmId": library.firm,
            "code": "PAY_BASE",
            "wordings": [{"language": "en", "label": "Salary"}],
        },
    )
    assert said["data"]["saveFirmTheme"]["theme"] == {
        "code": "PAY_BASE",
        "label": "Salary",
        "level": "FIRM",
        "isRetired": False,
    }
    # Nothing of it is at the client before it is pushed.
    before = {one["code"]: one for one in (await received(ask, client.hr, client))["codebook"]}
    assert "PARKING" not in before
    told = (await ask(client.consultant, CODEBOOK_DIFF, f=library.firm, o=organisation))["data"]
    assert sorted(told["codebookDiff"]) == [
        'The name of PAY_BASE in en was "Base pay" and is "Salary".',
        'Theme PARKING ("Parking") is new.',
    ]
    pushed = (await ask(client.consultant, PUSH_CODEBOOK, input=asked))["data"]["pushCodebook"]
    assert pushed == {
        "push": {"kind": "CODEBOOK", "changes": told["codebookDiff"]},
        "userErrors": [],
    }
    after = await received(ask, client.hr, client)
    assert after["libraryPushes"][0]["changes"] == told["codebookDiff"]
    codebook = {one["code"]: one for one in after["codebook"]}
    assert (codebook["PAY_BASE"]["label"], codebook["PAY_BASE"]["level"]) == ("Salary", "FIRM")
    assert codebook["PARKING"]["level"] == "FIRM"
    again = (await ask(client.consultant, PUSH_CODEBOOK, input=asked))["data"]["pushCodebook"]
    assert again["userErrors"] == [{"code": "CONFLICT", "field": ["firmId"]}]
    # What the organisation says itself stays above what the firm pushes.
    own = await ask(
        client.consultant,
        """mutation ($input: SaveThemeInput!) { saveTheme(input: $input) {
          theme { label level } userErrors { code } } }""",
        input={
            "organisationId": organisation,
            "code": "PAY_BASE",
            "wordings": [{"language": "en", "label": "Our bands"}],
        },
    )
    assert own["data"]["saveTheme"]["theme"] == {"label": "Our bands", "level": "ORGANISATION"}
    await ask(
        library.administrator,
        THEME,
        input={"firmId": library.firm, "code": "PAY_BASE", "isRetired": True},
    )
    told = (await ask(client.consultant, CODEBOOK_DIFF, f=library.firm, o=organisation))["data"]
    assert told["codebookDiff"] == ["Theme PAY_BASE is retired."]
    await ask(client.consultant, PUSH_CODEBOOK, input=asked)
    codebook = {one["code"]: one for one in (await received(ask, client.hr, client))["codebook"]}
    assert codebook["PAY_BASE"]["label"] == "Our bands"


async def test_neither_of_two_firms_sees_the_others_library(ask: Ask) -> None:
    """By the API, by what it refuses, and by the database alone."""
    library, other = (
        await make_library(await make_client()),
        await make_library(await make_client()),
    )
    mine = [one["slug"] for one in await shelf(ask, library.administrator)]
    assert mine == [f"firm-{library.client.slug}"]
    ids = {one["id"] for one in (await shelf(ask, other.client.consultant))[0]["templates"]}
    assert library.template not in ids
    theirs = {"t": library.template, "o": organisation_id_of(other.client)}
    unknown = {**theirs, "t": "unknown"}
    for viewer in (
        other.administrator,
        other.client.consultant,
        other.client.hr,
        library.client.hr,
    ):
        refusal = await ask(viewer, DIFF, **theirs)
        assert refusal["data"]["templateDiff"] is None
        assert (refusal["errors"][0]["extensions"]["code"]) == "NOT_FOUND"
        nothing = await ask(viewer, DIFF, **unknown)
        assert refusal["errors"][0]["message"] == nothing["errors"][0]["message"]
        refused = await ask(
            viewer, PUSH, input={"templateId": theirs["t"], "organisationId": theirs["o"]}
        )
        assert [one["code"] for one in refused["data"]["pushTemplate"]["userErrors"]] == [
            "NOT_FOUND"
        ]
    for name in ("library_templates", "library_template_versions", "library_themes"):
        statement = f"SELECT * FROM {name}"  # noqa: S608 - our own names.
        for viewer in (library.administrator, library.client.consultant):
            assert await rows_in(viewer, statement) == 1
            assert (
                await rows_in(viewer, f"{statement} WHERE firm_id <> '{library.client.firm_id}'")
                == 0
            )
        for viewer in (library.client.hr, library.client.job, Viewer(), Viewer.operator()):
            assert await rows_in(viewer, statement) == 0
        # A consultant reads the library; only its administrator writes there.
        changed = f"DELETE FROM {name} RETURNING 1"  # noqa: S608 - likewise.
        if name == "library_templates":
            assert await rows_in(library.client.consultant, changed) == 0


async def test_a_consultant_pushes_where_an_engagement_of_the_firm_names_them(ask: Ask) -> None:
    """Not the administrator, nor HR, nor a consultant who is there for another firm."""
    library = await make_library(await make_client())
    client, elsewhere = library.client, await make_client()
    organisation = organisation_id_of(client)
    asked = {"templateId": library.template, "organisationId": organisation}
    administrator = replace(
        library.administrator, roles={client.organisation_id: Role.FIRM_ADMINISTRATOR}
    )
    # Somebody of this firm who serves the client for another firm only.
    assert elsewhere.consultant.id is not None
    await run(
        organisations.start_engagement,
        client.job,
        organisation_id=client.organisation_id,
        firm_id=elsewhere.firm_id,
        starts_on=datetime.now(UTC).date() - timedelta(days=1),
        ends_on=None,
        consultant_ids=(elsewhere.consultant.id,),
    )
    both = replace(
        elsewhere.consultant,
        roles={client.organisation_id: Role.CONSULTANT},
        firms={client.firm_id: Role.CONSULTANT, elsewhere.firm_id: Role.CONSULTANT},
    )
    before = await fingerprint(client)
    for viewer, code in ((administrator, "FORBIDDEN"), (library.administrator, None)):
        answer = await ask(viewer, PUSH, input=asked)
        if code is None:
            assert answer["data"]["pushTemplate"]["userErrors"][0]["code"] == "NOT_FOUND"
        else:
            assert answer["errors"][0]["extensions"]["code"] == code
    refused = await ask(both, PUSH, input=asked)
    # The database lets nobody read a library whose firm they do not belong to, whatever is claimed.
    assert refused["data"]["pushTemplate"]["userErrors"][0]["code"] == "NOT_FOUND"
    assert await fingerprint(client) == before


async def test_over_http_an_administrator_keeps_it_and_a_narrowed_token_reaches_nothing() -> None:
    client = await make_client()
    library = await make_library(client)
    token = await token_of(library.administrator)
    firms = (await ask_over_http(token, SHELF))["data"]["viewer"]["firms"]
    (version,) = firms[0]["templates"][0]["versions"]
    assert version["savedByName"] == "Ada Ministrator"
    retired = await ask_over_http(token, RETIRE, input={"templateId": library.template})
    assert retired["data"]["retireTemplate"] == {"template": {"isRetired": True}, "userErrors": []}
    consultant = await token_of(client.consultant)
    asked = {"templateId": library.template, "organisationId": organisation_id_of(client)}
    answer = await ask_over_http(consultant, PUSH, input=asked)
    assert answer["data"]["pushTemplate"]["userErrors"][0]["code"] == "CONFLICT"
    refused = await ask_over_http(consultant, RETIRE, input={"templateId": library.template})
    assert refused["errors"][0]["extensions"]["code"] == "FORBIDDEN"


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({"code": "Exit"}, "INVALID_INPUT", ["code"]),
        ({"name": "  "}, "INVALID_INPUT", ["name"]),
        ({"note": "x" * 1_001}, "INVALID_INPUT", ["note"]),
        ({"basedOn": 0}, "CONFLICT", ["basedOn"]),
        ({"basedOn": 7}, "CONFLICT", ["basedOn"]),
        ({"code": "new_one", "basedOn": 1}, "CONFLICT", ["basedOn"]),
    ],
)
async def test_what_cannot_be_saved_is_refused_and_nothing_is_kept(
    ask: Ask, given: Json, code: str, field: list[str]
) -> None:
    library = await make_library(await make_client())
    before = await shelf(ask, library.administrator)
    payload = await save(ask, library, **{"basedOn": 1, **given})
    assert payload["template"] is None
    assert [(one["code"], one["field"]) for one in payload["userErrors"]] == [(code, field)]
    assert await shelf(ask, library.administrator) == before


async def test_what_one_client_asks_is_taken_without_what_only_it_may_know(ask: Ask) -> None:
    """By whoever administers the firm and is named in the client's engagement, and nobody else."""
    client = await make_client(name="Northwind Robotics")
    library = await make_library(client)
    keeper = await name_in_engagement(library)
    here = {"offer": {"fact": "DEPARTMENT", "texts": ["Legal"]}}
    drafts = {
        name: (await draft_of(ask, client.hr, client, code=name, source={"content": said}))["id"]
        for name, said in {
            "fine": content(question("why", probes=[{"wording": say("And at {organisation}?")}])),
            "narrow": content(question("why", visibleIf=here)),
            "named": content(question("why", help=say("At NORTHWIND robotics, that is."))),
        }.items()
    }
    asked = {"firmId": library.firm, "code": "taken", "name": "Taken", "basedOn": 0}

    async def take(viewer: Viewer, name: str, **more: Any) -> Json:
        given = {**asked, "versionId": drafts[name], **more}
        answer: Json = await ask(viewer, SAVE, input=given)
        return answer

    before = await shelf(ask, keeper)
    for viewer in (library.administrator, client.hr):
        payload = (await take(viewer, "fine"))["data"]["saveTemplate"]
        assert [one["code"] for one in payload["userErrors"]] == ["NOT_FOUND"]
    refused = await take(client.consultant, "fine")
    assert refused["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    for name, word in (("narrow", "departments"), ("named", "questions.why.help names")):
        (error,) = (await take(keeper, name))["data"]["saveTemplate"]["userErrors"]
        assert (error["code"], error["field"]) == ("INVALID_INPUT", ["versionId"])
        assert word in error["message"]
    both = await take(keeper, "fine", source={"template": "DECLINED_OFFER"})
    neither = await ask(keeper, SAVE, input=asked)
    for one in (both, neither):
        (error,) = one["data"]["saveTemplate"]["userErrors"]
        assert (error["code"], error["field"]) == ("INVALID_INPUT", ["source"])
    assert await shelf(ask, keeper) == before
    payload = (await take(keeper, "fine"))["data"]["saveTemplate"]
    assert payload["userErrors"] == []
    (firm,) = await shelf(ask, client.consultant)
    assert {one["code"] for one in firm["templates"]} == {"exit_talk", "taken"}


async def test_what_is_unfit_to_be_published_is_not_saved(ask: Ask) -> None:
    library = await make_library(await make_client())
    broken = question(
        "one",
        visibleIf={
            "answer": {"question": "two", "operator": "ANSWERED", "operands": [{"boolean": True}]}
        },
    )
    payload = await save(ask, library, broken, question("two"), basedOn=1)
    assert [one["code"] for one in payload["userErrors"]] == ["FORWARD_REFERENCE"]
    # Saying the same again saves nothing and is no conflict.
    same = await save(ask, library, basedOn=1)
    again = await save(ask, library, basedOn=1, name="Renamed")
    assert [len(one["template"]["versions"]) for one in (same, again)] == [2, 2]
