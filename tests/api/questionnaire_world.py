"""Questionnaires as the API is asked for them and told of them."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from tenants.access import Viewer
from tenants.db import run
from tenants.questionnaires.models import QuestionnaireVersion
from tenants.work import Session
from tests.api.conftest import Ask
from tests.api.world import organisation_id_of
from tests.factories import Client

Json = dict[str, Any]

# Parts of other types, as `roles.PARTS` has them.
PARTS = {
    "QuestionnaireFinding": "code message path isError",
    "TranslationStatus": "language translated total missing",
    "QuestionnaireContent": "title languages texts pages",
    "Translation": "language text",
    "TextContent": "key translations",
    "PageContent": "code title questions skips visibleIf",
    "SkipContent": "to condition",
    "QuestionContent": "code type wording help concept audience required options shuffle settings"
    " rules probes visibleIf",
    "OptionContent": "code wording exclusive group pinned visibleIf",
    "ProbeContent": "wording",
    "RuleContent": "brokenIf message severity",
    "PointLabel": "point wording",
    "QuestionSettings": "otherOption minChoices maxChoices points labels reverse minimum maximum"
    " decimals unit maxLength privacyNote currency period bounds earliest latest statement",
    "AnswerCondition": "question operator operands",
    "OfferCondition": "fact texts",
    "AllOf": "parts",
    "AnyOf": "parts",
    "NotCondition": "part",
    "Operand": "code number boolean date",
}

WORDS = "{ language text }"
CONDITION_LEAF = """... on AnswerCondition { question operator
  operands { code number boolean date } } ... on OfferCondition { fact texts }"""
CONDITION = f"""{{ {CONDITION_LEAF} ... on AllOf {{ parts {{ {CONDITION_LEAF}
  ... on NotCondition {{ part {{ {CONDITION_LEAF} }} }} }} }} ... on AnyOf {{ parts {{
  {CONDITION_LEAF} }} }} ... on NotCondition {{ part {{ {CONDITION_LEAF} }} }} }}"""
CONTENT = f"""{{ title {WORDS} languages texts {{ key translations {WORDS} }}
  pages {{ code title {WORDS} visibleIf {CONDITION} skips {{ to condition {CONDITION} }}
    questions {{ code type wording {WORDS} help {WORDS} concept audience required shuffle
      options {{ code wording {WORDS} exclusive group {WORDS} pinned visibleIf {CONDITION} }}
      settings {{ otherOption minChoices maxChoices points labels {{ point wording {WORDS} }}
        reverse minimum maximum decimals unit {WORDS} maxLength privacyNote {WORDS} currency
        period bounds earliest latest statement {WORDS} }}
      rules {{ brokenIf {CONDITION} message {WORDS} severity }}
      probes {{ wording {WORDS} }} visibleIf {CONDITION} }} }} }}"""


def say(text: str, **others: str) -> list[Json]:
    """Return a text in English and other languages."""
    words = {"en": text, **others}
    return [{"language": language, "text": one} for language, one in words.items()]


def question(code: str, kind: str = "LONG_TEXT", **particulars: Any) -> Json:
    """Return a question as it is put in."""
    return {
        "code": code,
        "type": kind,
        "wording": say(f"About {code}?"),
        "audience": "HR",
        **particulars,
    }


def content(*questions: Json, **changes: Any) -> Json:
    """Return what a draft shall say: one page of questions."""
    page = {
        "code": "page",
        "title": say("Page"),
        "questions": list(questions) or [question("one")],
    }
    return {"title": say("Title"), "languages": ["en"], "pages": [page], **changes}


def as_input(shown: Any) -> Any:  # noqa: PLR0911 - one per kind of condition.
    """Return content that was read as content to be put in."""
    if isinstance(shown, list):
        return [as_input(one) for one in shown]
    if not isinstance(shown, dict):
        return shown
    if "operands" in shown:
        told = [
            {name: value for name, value in one.items() if value is not None}
            for one in shown["operands"]
        ]
        return {"answer": {**shown, "operands": told}}
    if set(shown) == {"fact", "texts"}:
        return {"offer": shown}
    if set(shown) == {"part"}:
        return {"negated": as_input(shown["part"])}
    if set(shown) == {"parts"}:
        return {"all": as_input(shown["parts"])}
    return {name: as_input(value) for name, value in shown.items()}


async def _version_of(session: Session, _viewer: Viewer, questionnaire_id: UUID) -> UUID:
    found: UUID | None = await session.scalar(
        select(QuestionnaireVersion.id)
        .where(QuestionnaireVersion.questionnaire_id == questionnaire_id)
        .order_by(QuestionnaireVersion.number.desc())
        .limit(1)
    )
    assert found is not None
    return found


async def version_of(client: Client, questionnaire_id: UUID) -> UUID:
    """Return the id of a questionnaire's newest version."""
    return await run(_version_of, client.job, questionnaire_id)


# The mutations that take a version, and what they answer with.
OF_A_VERSION = {
    **dict.fromkeys(("updateQuestionnaireDraft", "translateQuestionnaire"), "version { id }"),
    **dict.fromkeys(
        ("publishQuestionnaireVersion", "retireQuestionnaireVersion"), "version { id }"
    ),
    "copyQuestionnaireVersion": "questionnaire { id }",
    "deleteQuestionnaireDraft": "deletedVersionId",
}
SHOWN = "id number state revision languages"
CREATE = f"""mutation ($input: CreateQuestionnaireInput!) {{ createQuestionnaire(input: $input) {{
  questionnaire {{ id code name versions {{ {SHOWN} }} }}
  userErrors {{ code message field }} }} }}"""


def change(name: str, kind: str) -> str:
    """Return a mutation of a version."""
    return f"""mutation ($input: {kind}Input!) {{ {name}(input: $input) {{
      version {{ {SHOWN} contentHash publishedAt content {CONTENT}
        findings {{ code message path isError }}
        translations {{ language translated total missing }}
        questions {{ code position }} }}
      userErrors {{ code message field }} }} }}"""


UPDATE = change("updateQuestionnaireDraft", "UpdateQuestionnaireDraft")
PUBLISH = change("publishQuestionnaireVersion", "PublishQuestionnaireVersion")
RETIRE = change("retireQuestionnaireVersion", "RetireQuestionnaireVersion")
TRANSLATE = change("translateQuestionnaire", "TranslateQuestionnaire")


async def create(ask: Ask, viewer: Viewer, client: Client, **given: Any) -> Json:
    """Return the payload of a new questionnaire."""
    asked = {
        "organisationId": organisation_id_of(client),
        "name": "Our own",
        "source": {"content": content()},
        **given,
    }
    payload: Json = (await ask(viewer, CREATE, input=asked))["data"]["createQuestionnaire"]
    return payload


async def draft_of(ask: Ask, viewer: Viewer, client: Client, **given: Any) -> Json:
    """Return the draft of a new questionnaire."""
    payload = await create(ask, viewer, client, **given)
    assert payload["userErrors"] == [], payload["userErrors"]
    (version,) = payload["questionnaire"]["versions"]
    read = await ask(
        viewer,
        "query ($id: ID!) { node(id: $id) { ... on QuestionnaireVersion {"
        f" content {CONTENT} }} }} }}",
        id=version["id"],
    )
    assert "errors" not in read, read["errors"]
    return {**version, **read["data"]["node"]}


async def told(ask: Ask, viewer: Viewer, mutation: str, **given: Any) -> tuple[Json | None, Any]:
    """Return the version of a payload, and the codes and fields of what was refused."""
    answer = await ask(viewer, mutation, input=given)
    if answer["data"] is None:
        return None, answer["errors"][0]["extensions"]["code"]
    (payload,) = answer["data"].values()
    return payload["version"], [(one["code"], one["field"]) for one in payload["userErrors"]]
