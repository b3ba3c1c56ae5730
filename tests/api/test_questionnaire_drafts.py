"""Drafts through the API: what goes in comes out, two editors, findings, translations."""

import asyncio

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from tests.api.conftest import Ask
from tests.api.questionnaire_world import (
    PUBLISH,
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
from tests.factories import Client, make_client


@pytest.fixture
async def client(connection: object) -> Client:
    del connection
    return await make_client()


LOGIC = [
    question("name", "SHORT_TEXT", settings={"maxLength": 50, "privacyNote": say("No names")}),
    question(
        "rate",
        "RATING",
        required=True,
        settings={
            "points": 5,
            "reverse": True,
            "labels": [{"point": 1, "wording": say("a")}, {"point": 5, "wording": say("b")}],
        },
    ),
    question(
        "number",
        "NUMBER",
        settings={"minimum": -5, "maximum": 3_000_000_000, "decimals": 2, "unit": say("days")},
        rules=[
            {
                "brokenIf": {
                    "answer": {
                        "question": "number",
                        "operator": "MORE_THAN",
                        "operands": [{"number": "2.5"}],
                    }
                },
                "message": say("A lot"),
                "severity": "WARNING",
            }
        ],
    ),
    question(
        "pay",
        "MONEY_BAND",
        options=[{"code": "A", "wording": say("a")}, {"code": "B", "wording": say("b")}],
        settings={"currency": "EUR", "period": "YEAR", "bounds": [50_000]},
    ),
    question("day", "DATE", settings={"earliest": "2026-01-31"}),
    question(
        "agreed",
        "CONSENT",
        settings={"statement": say("Yes")},
        visibleIf={
            "all": [
                {
                    "answer": {
                        "question": "rate",
                        "operator": "IN",
                        "operands": [{"number": "1"}, {"number": "2"}],
                    }
                },
                {
                    "negated": {
                        "answer": {
                            "question": "day",
                            "operator": "LESS_THAN",
                            "operands": [{"date": "2026-02-01"}],
                        }
                    }
                },
                {
                    "answer": {
                        "question": "pay",
                        "operator": "EQUALS",
                        "operands": [{"code": "A"}],
                    }
                },
            ]
        },
    ),
    question(
        "many",
        "MULTIPLE_CHOICE",
        shuffle=True,
        settings={"otherOption": "C", "minChoices": 1, "maxChoices": 2},
        options=[
            {"code": "A", "wording": say("a"), "group": say("Letters")},
            {"code": "B", "wording": say("b"), "exclusive": True, "pinned": True},
            {
                "code": "C",
                "wording": say("c"),
                "visibleIf": {
                    "answer": {
                        "question": "agreed",
                        "operator": "ANSWERED",
                        "operands": [{"boolean": True}],
                    }
                },
            },
        ],
    ),
]
PAGES = [
    {
        "code": "first",
        "title": say("First"),
        "questions": LOGIC,
        "skips": [
            {
                "condition": {
                    "answer": {
                        "question": "name",
                        "operator": "ANSWERED",
                        "operands": [{"boolean": False}],
                    }
                }
            }
        ],
    },
    {
        "code": "second",
        "title": say("Second"),
        "questions": [
            question(
                "last",
                wording=say("And {answer:name} at {offer:job_title}?"),
                probes=[{"wording": say("Why, {answer:name}?")}],
            )
        ],
    },
]


async def test_what_is_put_in_comes_out_and_goes_in_again(ask: Ask, client: Client) -> None:
    draft = await draft_of(
        ask, client.hr, client, source={"content": content(pages=PAGES)}, code="own"
    )
    assert (draft["number"], draft["state"], draft["revision"]) == (1, "DRAFT", 1)
    shown = draft["content"]
    assert [page["code"] for page in shown["pages"]] == ["first", "second"]
    rate, number = shown["pages"][0]["questions"][1:3]
    assert rate["settings"]["reverse"] is True
    assert number["settings"]["maximum"] == 3_000_000_000
    assert number["rules"][0]["brokenIf"]["operands"][0]["number"] == "2.5"
    # The same content again is no change.
    same = as_input(shown)
    version, errors = await told(
        ask, client.hr, UPDATE, versionId=draft["id"], revision=9, content=same
    )
    assert errors == []
    assert version is not None
    assert (version["revision"], version["content"]) == (1, shown)
    assert version["findings"] == []


async def test_the_second_of_two_editors_is_told_and_nothing_is_lost(
    ask: Ask, client: Client
) -> None:
    draft = await draft_of(ask, client.hr, client)
    mine, theirs = content(question("mine")), content(question("theirs"))
    given = {"versionId": draft["id"], "revision": 1}
    version, errors = await told(ask, client.consultant, UPDATE, **given, content=theirs)
    assert (version or {})["revision"] == 2
    version, errors = await told(ask, client.hr, UPDATE, **given, content=mine)
    assert (version, errors) == (None, [("CONFLICT", ["revision"])])
    version, errors = await told(
        ask, client.hr, UPDATE, versionId=draft["id"], revision=2, content=theirs
    )
    assert (version or {})["content"]["pages"][0]["questions"][0]["code"] == "theirs"
    for mutation, more in (
        (PUBLISH, {}),
        (TRANSLATE, {"language": "fr", "texts": [{"key": "title", "text": "T"}]}),
    ):
        version, errors = await told(ask, client.consultant, mutation, **given, **more)
        assert (version, errors) == (None, [("CONFLICT", ["revision"])])


async def test_two_editors_at_the_same_moment(committing: AsyncEngine, ask: Ask) -> None:
    del committing
    client = await make_client()
    draft = await draft_of(ask, client.hr, client)
    given = {"versionId": draft["id"], "revision": 1}
    answers = await asyncio.gather(
        *(
            told(ask, client.hr, UPDATE, **given, content=content(question(f"q{number}")))
            for number in range(4)
        )
    )
    saved = [version for version, _ in answers if version is not None]
    assert [version["revision"] for version in saved] == [2]
    refused = [errors for version, errors in answers if version is None]
    assert refused == [[("CONFLICT", ["revision"])]] * 3


DELETE = """mutation ($input: DeleteQuestionnaireDraftInput!) {
  deleteQuestionnaireDraft(input: $input) {
    deletedVersionId questionnaire { versions { number state } } userErrors { code field } } }"""


async def delete(ask: Ask, client: Client, version_id: str, revision: int) -> Json:
    """Return the payload of a deletion by HR."""
    given = {"versionId": version_id, "revision": revision}
    payload: Json = (await ask(client.hr, DELETE, input=given))["data"]["deleteQuestionnaireDraft"]
    return payload


async def test_a_draft_is_deleted_unless_somebody_changed_it(ask: Ask, client: Client) -> None:
    draft = await draft_of(ask, client.hr, client)
    given = {"versionId": draft["id"], "revision": 1}
    _, errors = await told(ask, client.hr, UPDATE, **given, content=content(title=say("New")))
    assert errors == []
    stale = await delete(ask, client, draft["id"], 1)
    assert stale["deletedVersionId"] is None
    assert [one["code"] for one in stale["userErrors"]] == ["CONFLICT"]
    gone = await delete(ask, client, draft["id"], 2)
    # It was the only version, so that nothing is left of the questionnaire, and its code is free.
    assert gone == {"deletedVersionId": draft["id"], "questionnaire": None, "userErrors": []}
    again = await delete(ask, client, draft["id"], 2)
    assert [one["code"] for one in again["userErrors"]] == ["NOT_FOUND"]
    assert (await create(ask, client.hr, client))["questionnaire"]["code"] == "our_own"


async def test_only_drafts_are_deleted(ask: Ask, client: Client) -> None:
    draft = await draft_of(ask, client.hr, client, source={"template": "DECLINED_OFFER"})
    published, errors = await told(
        ask, client.consultant, PUBLISH, versionId=draft["id"], revision=1
    )
    assert published is not None, errors
    refused = await delete(ask, client, draft["id"], 1)
    assert [one["code"] for one in refused["userErrors"]] == ["CONFLICT"]
    copied = await ask(
        client.hr,
        "mutation ($input: CopyQuestionnaireVersionInput!) { copyQuestionnaireVersion("
        "input: $input) { questionnaire { versions { id state previewUrl } } } }",
        input={"versionId": draft["id"]},
    )
    versions = copied["data"]["copyQuestionnaireVersion"]["questionnaire"]["versions"]
    assert [one["state"] for one in versions] == ["DRAFT", "PUBLISHED"]
    assert versions[0]["previewUrl"].endswith(f"/console/preview/{versions[0]['id']}")
    gone = await delete(ask, client, versions[0]["id"], 1)
    assert gone["questionnaire"] == {"versions": [{"number": 1, "state": "PUBLISHED"}]}


@pytest.mark.parametrize(
    ("broken", "field", "code"),
    [
        (content(question("1")), ["pages", "0", "questions", "0", "code"], "INVALID_INPUT"),
        (content(languages=[]), ["languages"], "INVALID_INPUT"),
        (content(languages=["de"]), ["title"], "INVALID_INPUT"),
        (
            content(question("one", "RATING")),
            ["pages", "0", "questions", "0", "settings", "points"],
            "INVALID_INPUT",
        ),
        (
            content(question("one", "NUMBER", settings={"minimum": 0.5, "maximum": 1})),
            ["pages", "0", "questions", "0", "settings", "minimum"],
            "INVALID_INPUT",
        ),
        (content(question("one", concept="Not So")), None, "INVALID_INPUT"),
    ],
)
async def test_content_that_no_draft_could_have(
    ask: Ask, client: Client, broken: Json, field: list[str] | None, code: str
) -> None:
    payload = await create(ask, client.hr, client, source={"content": broken})
    assert payload["questionnaire"] is None
    (error,) = payload["userErrors"]
    assert error["code"] == code
    if field is not None:
        assert error["field"] == ["source", "content", *field]


async def test_a_draft_with_findings_is_kept_and_not_published(ask: Ask, client: Client) -> None:
    equals = {"operator": "ANSWERED", "operands": [{"boolean": True}]}
    pages = [
        {
            "code": "a",
            "title": say("A", de="A"),
            "questions": [
                question("one", visibleIf={"answer": {"question": "two", **equals}}),
                question("two", "BOOLEAN", visibleIf={"answer": {"question": "one", **equals}}),
                question("three", visibleIf={"answer": {"question": "later", **equals}}),
                question("four", visibleIf={"answer": {"question": "gone", **equals}}),
            ],
            "skips": [{"to": "c"}],
        },
        {"code": "b", "title": say("B"), "questions": [question("never")]},
        {"code": "c", "title": say("C"), "questions": [question("later", "BOOLEAN")]},
    ]
    draft = await draft_of(
        ask, client.hr, client, source={"content": content(pages=pages, languages=["en", "de"])}
    )
    version, errors = await told(ask, client.consultant, PUBLISH, versionId=draft["id"], revision=1)
    assert version is None
    at = ["content", "pages", "0", "questions"]
    assert ("CYCLE", [*at, "0", "visibleIf", "question"]) in errors
    assert ("FORWARD_REFERENCE", [*at, "2", "visibleIf", "question"]) in errors
    assert ("UNKNOWN_CODE", [*at, "3", "visibleIf", "question"]) in errors
    assert ("UNREACHABLE_PAGE", ["content", "pages", "1"]) in errors
    assert ("MISSING_TRANSLATION", ["content", "title", "de"]) in errors
    assert ("MISSING_TRANSLATION", [*at, "0", "wording", "de"]) in errors
    assert ("MISSING_TRANSLATION", ["content", "pages", "0", "title", "de"]) not in errors


async def test_translations_are_an_overlay_with_a_report(ask: Ask, client: Client) -> None:
    asked = content(question("one", probes=[{"wording": say("What else?")}]))
    draft = await draft_of(ask, client.hr, client, source={"content": asked})
    given = {"versionId": draft["id"], "language": "ar"}
    version, errors = await told(
        ask,
        client.hr,
        TRANSLATE,
        **given,
        revision=1,
        texts=[{"key": "title", "text": "\u0639\u0646\u0648\u0627\u0646"}],
    )
    assert errors == []
    assert version is not None
    assert version["languages"] == ["en", "ar"]
    english, arabic = version["translations"]
    assert english["missing"] == []
    assert arabic["translated"] == 1
    assert arabic["total"] == english["total"]
    keys = {"pages.page.title", "questions.one.wording", "questions.one.probes.0", "texts.promise"}
    assert keys < set(arabic["missing"])
    texts = [{"key": key, "text": "{link} {closes_on}"} for key in arabic["missing"]]
    texts = [
        one if one["key"] == "texts.invitation_body" else {**one, "text": "x"} for one in texts
    ]
    version, errors = await told(ask, client.hr, TRANSLATE, **given, revision=2, texts=texts)
    assert errors == []
    assert (version or {})["translations"][1]["missing"] == []
    for wrong, field in (
        ({"key": "questions.none.wording", "text": "x"}, ["texts", "questions.none.wording"]),
        ({"key": "texts.promise", "text": "{unknown}"}, ["texts", "promise", "ar"]),
    ):
        version, errors = await told(ask, client.hr, TRANSLATE, **given, revision=3, texts=[wrong])
        assert (version, errors) == (None, [("INVALID_INPUT", field)])
