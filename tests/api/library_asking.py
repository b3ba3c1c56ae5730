"""How a library is asked for, saved and pushed through the API."""

from collections.abc import Mapping
from typing import Any

from tenants.access import Viewer
from tests.api.conftest import Ask
from tests.api.library_world import Library
from tests.api.questionnaire_world import content, question
from tests.api.world import organisation_id_of
from tests.factories import Client

Json = dict[str, Any]

SHELF = """{ viewer { firms { slug templates { id code name isRetired
  versions { number note savedByName changes languages } content { title { text } } }
  codebook { code label level } } } }"""
SAVE = """mutation ($input: SaveTemplateInput!) { saveTemplate(input: $input) {
  template { id isRetired versions { number changes } } userErrors { code field message } } }"""
RETIRE = """mutation ($input: RetireTemplateInput!) { retireTemplate(input: $input) {
  template { isRetired } userErrors { code field } } }"""
THEME = """mutation ($input: SaveFirmThemeInput!) { saveFirmTheme(input: $input) {
  theme { code label level isRetired } userErrors { code field } } }"""
DIFF = """query ($t: ID!, $o: ID!) { templateDiff(templateId: $t, organisationId: $o) {
  template { name } number outcome questionnaire { code } draftRevision changes draftChanges
  findings { code message path isError } } }"""
CODEBOOK_DIFF = "query ($f: ID!, $o: ID!) { codebookDiff(firmId: $f, organisationId: $o) }"
PUSH = """mutation ($input: PushTemplateInput!) { pushTemplate(input: $input) {
  push { kind templateName templateNumber changes questionnaire { id code } }
  userErrors { code field message } } }"""
PUSH_CODEBOOK = """mutation ($input: PushCodebookInput!) { pushCodebook(input: $input) {
  push { kind changes } userErrors { code field } } }"""
PUSHED = """query ($s: String!) { organisation(slug: $s) { libraryPushes { kind firmName
  pushedByName templateName templateNumber note changes questionnaire { code versions {
  id number state revision contentHash } } } codebook { code label level } } }"""


async def shelf(ask: Ask, viewer: Viewer) -> list[Json]:
    firms: list[Json] = (await ask(viewer, SHELF))["data"]["viewer"]["firms"]
    return firms


async def save(ask: Ask, library: Library, *questions: Json, **given: Any) -> Json:
    """Save content as the template of a library; return the payload."""
    asked = {
        "firmId": library.firm,
        "code": "exit_talk",
        "name": "Exit talk",
        "source": {"content": content(*questions)},
        **given,
    }
    payload: Json = (await ask(library.administrator, SAVE, input=asked))["data"]["saveTemplate"]
    return payload


async def compare(ask: Ask, library: Library, viewer: Viewer | None = None) -> Json:
    found: Json = await ask(
        viewer or library.client.consultant,
        DIFF,
        t=library.template,
        o=organisation_id_of(library.client),
    )
    return found


async def push(ask: Ask, library: Library, **given: Any) -> Json:
    asked = {
        "templateId": library.template,
        "organisationId": organisation_id_of(library.client),
        **given,
    }
    payload: Json = (await ask(library.client.consultant, PUSH, input=asked))["data"][
        "pushTemplate"
    ]
    return payload


async def received(ask: Ask, viewer: Viewer, client: Client) -> Json:
    found: Json = (await ask(viewer, PUSHED, s=client.slug))["data"]["organisation"]
    return found


def drafts(organisation: Json) -> list[Mapping[str, Any]]:
    """Return the drafts of the questionnaire that was pushed last."""
    versions = organisation["libraryPushes"][0]["questionnaire"]["versions"]
    return [one for one in versions if one["state"] == "DRAFT"]


async def edit(ask: Ask, client: Client, draft: Mapping[str, Any]) -> None:
    """Let HR say something else in a draft."""
    answer = await ask(
        client.hr,
        """mutation ($input: UpdateQuestionnaireDraftInput!) { updateQuestionnaireDraft(
          input: $input) { version { revision } userErrors { code } } }""",
        input={
            "versionId": draft["id"],
            "revision": draft["revision"],
            "content": content(question("of_our_own")),
        },
    )
    assert answer["data"]["updateQuestionnaireDraft"]["userErrors"] == []
