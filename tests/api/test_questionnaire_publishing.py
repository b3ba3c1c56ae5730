"""Publishing through the API: what never changes, who may, whom a condition singles out."""

from base64 import b64encode
from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tenants.access import Viewer
from tenants.db import run
from tenants.interviews.submission import get_invitation
from tenants.offers.inputs import RequisitionInput
from tenants.work import Session
from tests.api.conftest import Ask
from tests.api.questionnaire_world import (
    CONTENT,
    OF_A_VERSION,
    PUBLISH,
    RETIRE,
    TRANSLATE,
    UPDATE,
    Json,
    as_input,
    content,
    create,
    draft_of,
    question,
    say,
    told,
)
from tests.api.test_isolation import id_arguments
from tests.api.world import organisation_id_of
from tests.factories import Client, make_client, make_invited_candidate, make_offer, submit


@pytest.fixture
async def client(connection: object) -> Client:
    del connection
    return await make_client()


async def _everything(session: Session, _viewer: Viewer, statement: str) -> None:
    await session.execute(text(statement))


async def test_a_published_version_never_changes(ask: Ask, client: Client) -> None:
    draft = await draft_of(ask, client.hr, client, source={"template": "DECLINED_OFFER"})
    given = {"versionId": draft["id"], "revision": 1}
    version, errors = await told(ask, client.consultant, PUBLISH, **given)
    assert errors == []
    assert version is not None
    assert version["state"] == "PUBLISHED"
    assert version["id"] == draft["id"]
    assert [one["position"] for one in version["questions"]] == list(range(1, 20))
    for mutation, more in (
        (UPDATE, {"content": content()}),
        (TRANSLATE, {"language": "fr", "texts": [{"key": "title", "text": "x"}]}),
        (PUBLISH, {}),
    ):
        _, errors = await told(ask, client.consultant, mutation, **given, **more)
        assert errors == [("CONFLICT", ["versionId"])]
    # Whatever else takes a version: it is copied or read, and not thrown away.
    named = {name for name, argument in id_arguments() if argument == "versionId"}
    assert named == {*OF_A_VERSION, "saveTemplate"}
    for name in ("copyQuestionnaireVersion", "deleteQuestionnaireDraft"):
        revision = ", revision: 1" if name.startswith("delete") else ""
        mutation = f"mutation ($id: ID!) {{ {name}(input: {{versionId: $id{revision}}}) {{"
        answer = await ask(
            client.consultant,
            f"{mutation} {OF_A_VERSION[name]} userErrors {{ code }} }} }}",
            id=draft["id"],
        )
        refused = [one["code"] for one in answer["data"][name]["userErrors"]]
        assert refused == (["CONFLICT"] if revision else [])
    # Nor by whatever the application could say to the database.
    changes: list[Callable[[], str]] = [
        lambda: "UPDATE questionnaire_versions SET definition = '{}'",
        lambda: "UPDATE questionnaire_versions SET content_hash = ''",
        lambda: "UPDATE questionnaire_versions SET state = 'DRAFT'",
        lambda: "UPDATE questions SET wording = '{}'",
        lambda: "DELETE FROM questions",
    ]
    for statement in changes:
        with pytest.raises(DBAPIError):
            await run(_everything, client.job, statement())
    await run(_everything, client.job, "DELETE FROM questionnaire_versions")
    again = await ask(
        client.hr,
        "query ($id: ID!) { node(id: $id) { ... on QuestionnaireVersion { contentHash state"
        f" content {CONTENT} }} }} }}",
        id=draft["id"],
    )
    node = again["data"]["node"]
    assert node["contentHash"] == version["contentHash"]
    assert node["content"] == version["content"]
    version, errors = await told(ask, client.consultant, RETIRE, versionId=draft["id"])
    assert (version or {})["state"] == "RETIRED"
    with pytest.raises(DBAPIError):
        await run(
            _everything,
            client.job,
            "UPDATE questionnaire_versions SET state = 'PUBLISHED' WHERE state = 'PUBLISHED'",
        )


async def test_the_version_that_interviews_need_stays(ask: Ask, client: Client) -> None:
    answer = await ask(
        client.consultant,
        "query ($s: String!) { organisation(slug: $s) { questionnaires { nodes {"
        " versions { id number } } } } }",
        s=client.slug,
    )
    (questionnaire,) = answer["data"]["organisation"]["questionnaires"]["nodes"]
    (published,) = questionnaire["versions"]
    _, errors = await told(ask, client.consultant, RETIRE, versionId=published["id"])
    assert errors == [("CONFLICT", ["versionId"])]
    copied = await ask(
        client.consultant,
        "mutation ($id: ID!) { copyQuestionnaireVersion(input: {versionId: $id}) {"
        " questionnaire { versions { id number state } } userErrors { code } } }",
        id=published["id"],
    )
    versions = copied["data"]["copyQuestionnaireVersion"]["questionnaire"]["versions"]
    assert [(one["number"], one["state"]) for one in versions] == [(2, "DRAFT"), (1, "PUBLISHED")]
    await told(ask, client.consultant, PUBLISH, versionId=versions[0]["id"], revision=1)
    version, errors = await told(ask, client.consultant, RETIRE, versionId=published["id"])
    assert errors == []
    assert (version or {})["state"] == "RETIRED"


async def test_hr_publishes_where_no_firm_serves(ask: Ask, client: Client) -> None:
    draft = await draft_of(ask, client.hr, client)
    given = {"versionId": draft["id"], "revision": 1}
    assert await told(ask, client.hr, PUBLISH, **given) == (None, "FORBIDDEN")
    await run(_everything, client.job, f"UPDATE engagements SET ends_on = '{date.today()}'")  # noqa: S608, DTZ011
    version, errors = await told(ask, client.hr, PUBLISH, **given)
    assert errors == []
    assert (version or {})["state"] == "PUBLISHED"


async def test_drafts_are_for_those_who_work_on_them(ask: Ask, client: Client) -> None:
    draft = await draft_of(ask, client.hr, client)
    query = "query ($id: ID!) { node(id: $id) { id } }"
    for viewer, seen in (
        (client.hr, True),
        (client.consultant, True),
        (client.hiring_manager, False),
        (client.leadership, False),
    ):
        answer = await ask(viewer, query, id=draft["id"])
        assert (answer["data"]["node"] is not None) is seen


def _by_department(*departments: str) -> Json:
    asked = question("two", visibleIf={"offer": {"fact": "DEPARTMENT", "texts": list(departments)}})
    return content(question("one"), asked)


async def test_a_condition_on_few_offers_is_refused(ask: Ask, client: Client) -> None:
    for number in range(5):
        for department in ("Sales", "Legal")[: 2 if number < 4 else 1]:
            await make_offer(
                client,
                requisition=RequisitionInput(
                    external_id=department, title="T", department=department
                ),
            )
    draft = await draft_of(ask, client.hr, client, source={"content": _by_department("Legal")})
    given = {"versionId": draft["id"]}
    where = ["content", "pages", "0", "questions", "1", "visibleIf"]
    _, errors = await told(ask, client.consultant, PUBLISH, **given, revision=1)
    assert errors == [("TOO_FEW_OFFERS", where)]
    # Nor by saying it the other way round.
    asked = question(
        "two",
        visibleIf={"negated": {"offer": {"fact": "DEPARTMENT", "texts": ["Legal"]}}},
    )
    await told(ask, client.hr, UPDATE, **given, revision=1, content=content(question("one"), asked))
    _, errors = await told(ask, client.consultant, PUBLISH, **given, revision=2)
    assert errors == [("TOO_FEW_OFFERS", where)]
    await told(ask, client.hr, UPDATE, **given, revision=2, content=_by_department("Sales"))
    _, errors = await told(ask, client.consultant, PUBLISH, **given, revision=3)
    assert errors == []


async def test_two_versions_differ_in_words(ask: Ask, client: Client) -> None:
    first = await draft_of(ask, client.hr, client)
    second = await draft_of(
        ask,
        client.hr,
        client,
        source={
            "content": content(
                question("one", "SHORT_TEXT", wording=say("Why?"), required=True),
                question("two"),
            )
        },
    )
    answer = await ask(
        client.hr,
        "query ($id: ID!, $since: ID!) { node(id: $id) { ... on QuestionnaireVersion {"
        " changesSince(version: $since) } } }",
        id=second["id"],
        since=first["id"],
    )
    assert answer["data"]["node"]["changesSince"] == [
        'Question two ("About two?") was added.',
        'Question one was "About one?" in en and is "Why?".',
        "The type of question one was LONG_TEXT and is SHORT_TEXT.",
        "Question one needs an answer.",
        "The max length of question one: 4000 became 200.",
    ]
    assert second["id"] != first["id"]


async def test_a_repetition_and_a_code_that_is_taken(ask: Ask, client: Client) -> None:
    first = await create(ask, client.hr, client, code="own", idempotencyKey="k")
    again = await create(ask, client.hr, client, code="own", idempotencyKey="k")
    assert again == first
    taken = await create(ask, client.hr, client, code="own")
    assert [(one["code"], one["field"]) for one in taken["userErrors"]] == [("CONFLICT", ["code"])]
    named = [(await create(ask, client.hr, client))["questionnaire"]["code"] for _ in range(2)]
    assert named == ["our_own", "our_own_2"]


async def test_an_edit_that_breaks_comparability_is_told(ask: Ask, client: Client) -> None:
    draft = await draft_of(ask, client.hr, client, source={"template": "DECLINED_OFFER"})
    changed = as_input(draft["content"])
    questions = [one for page in changed["pages"] for one in page["questions"]]
    (rated,) = [one for one in questions if one["code"] == "recommendation"]
    canonical = {one["language"]: one["text"] for one in rated["wording"]}
    # In whichever language: it is what those who are asked in it compare by.
    for revision, language in enumerate(("en", "de"), 1):
        said = {**canonical, language: "Would you recommend us?"}
        rated["wording"] = [{"language": one, "text": text} for one, text in said.items()]
        version, errors = await told(
            ask, client.hr, UPDATE, versionId=draft["id"], revision=revision, content=changed
        )
        assert errors == []
        assert version is not None
        (finding,) = version["findings"]
        assert (finding["code"], finding["isError"]) == ("NOT_COMPARABLE", False)
        assert f'the wording in {language} must be "{canonical[language]}"' in finding["message"]
    _, errors = await told(ask, client.consultant, PUBLISH, versionId=draft["id"], revision=3)
    assert errors == []


async def test_everybody_may_read_what_is_asked_alike_everywhere(ask: Ask, client: Client) -> None:
    query = (
        "{ concepts { key type wording { language text } options { code } settings { points } } }"
    )
    found = {one["key"]: one for one in (await ask(client.hr, query))["data"]["concepts"]}
    assert found["ratings.process"]["settings"] == {"points": 5}
    assert found["ratings.process"]["options"][0] == {"code": "INFORMATION"}
    # In every language in which some built-in questionnaire asks it.
    assert [one["language"] for one in found["destination"]["wording"]] == ["en", "de", "ar"]
    assert {one["language"] for one in found["positives"]["wording"]} == {"en", "de"}


async def test_a_version_leaves_as_surveyjs_and_comes_back(ask: Ask, client: Client) -> None:
    draft = await draft_of(ask, client.hr, client, source={"template": "RENEGED_ACCEPTANCE"})
    read = await ask(
        client.hr,
        "query ($id: ID!) { node(id: $id) { ... on QuestionnaireVersion {"
        " surveyJs contentHash } } }",
        id=draft["id"],
    )
    node = read["data"]["node"]
    imported = await ask(
        client.hr,
        """mutation ($input: ImportQuestionnaireInput!) { importQuestionnaire(input: $input) {
          questionnaire { versions { contentHash state } }
          report { name outcome reason } userErrors { code field } } }""",
        input={
            "organisationId": organisation_id_of(client),
            "name": "Again",
            "format": "SURVEYJS",
            "file": b64encode(node["surveyJs"].encode()).decode(),
        },
    )
    payload = imported["data"]["importQuestionnaire"]
    (version,) = payload["questionnaire"]["versions"]
    assert version == {"contentHash": node["contentHash"], "state": "DRAFT"}
    assert {one["outcome"] for one in payload["report"]} == {"IMPORTED"}


@pytest.mark.parametrize("file", ["not base 64!", b64encode(b"[1]").decode(), ""])
async def test_a_file_that_is_none_is_refused(ask: Ask, client: Client, file: str) -> None:
    answer = await ask(
        client.hr,
        """mutation ($input: ImportQuestionnaireInput!) { importQuestionnaire(input: $input) {
          questionnaire { id } report { name } userErrors { code field } } }""",
        input={
            "organisationId": organisation_id_of(client),
            "name": "None",
            "format": "SURVEYJS",
            "file": file,
        },
    )
    assert answer["data"]["importQuestionnaire"] == {
        "questionnaire": None,
        "report": [],
        "userErrors": [{"code": "INVALID_INPUT", "field": ["file"]}],
    }


async def test_who_is_answering_keeps_the_version_even_when_it_is_retired(
    ask: Ask, client: Client
) -> None:
    candidate = await make_invited_candidate(client)
    before = await run(get_invitation, candidate.viewer)
    (old,) = await _versions(ask, client)
    copied = await ask(
        client.hr,
        "mutation ($id: ID!) { copyQuestionnaireVersion(input: {versionId: $id}) {"
        " questionnaire { versions { id } } } }",
        id=old["id"],
    )
    draft = copied["data"]["copyQuestionnaireVersion"]["questionnaire"]["versions"][0]["id"]
    given = {"versionId": draft, "revision": 1}
    texts = [{"key": "title", "text": "Another title"}]
    await told(ask, client.hr, TRANSLATE, **given, language="en", texts=texts)
    await told(ask, client.consultant, PUBLISH, versionId=draft, revision=2)
    _, errors = await told(ask, client.consultant, RETIRE, versionId=old["id"])
    assert errors == []
    assert await run(get_invitation, candidate.viewer) == before
    await submit(candidate)
    new, old = await _versions(ask, client)
    assert (new["state"], old["state"]) == ("PUBLISHED", "RETIRED")
    answer = await ask(
        client.hr,
        "query ($s: String!) { organisation(slug: $s) { responses { nodes {"
        " questionnaireVersion { id } } } } }",
        s=client.slug,
    )
    (response,) = answer["data"]["organisation"]["responses"]["nodes"]
    assert response["questionnaireVersion"]["id"] == old["id"]


async def _versions(ask: Ask, client: Client) -> list[Json]:
    answer = await ask(
        client.hr,
        "query ($s: String!) { organisation(slug: $s) { questionnaires { nodes {"
        " versions { id state } } } } }",
        s=client.slug,
    )
    (questionnaire,) = answer["data"]["organisation"]["questionnaires"]["nodes"]
    versions: list[Json] = questionnaire["versions"]
    return versions
