"""How mutations refuse, and what becomes of a bug."""

import logging
from typing import Any

import pytest

from tenants import reading
from tenants.access import Viewer
from tenants.interviews import service as interviews
from tenants.interviews import submission
from tenants.settings import get_settings
from tests.api.asking import post, token_of
from tests.api.conftest import Ask
from tests.api.world import fingerprint, make_world, organisation_id_of
from tests.factories import make_client, make_invited_candidate, make_offer

pytestmark = pytest.mark.usefixtures("connection")

MASKED = "Something went wrong on our side; we have been told."
RECORD = """mutation ($input: RecordOfferOutcomeInput!) { recordOfferOutcome(input: $input) {
  offer { id } userErrors { code message field } } }"""
SUBMIT = """mutation ($input: SubmitResponseInput!) { submitResponse(input: $input) {
  receiptCode userErrors { code message field } } }"""
SAVE = """mutation ($input: SaveAnswersInput!) { saveAnswers(input: $input) {
  answers { questionCode } userErrors { code message field } } }"""


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"organisationId": "x"}, "NOT_FOUND", ["organisationId"]),
        ({"organisationId": ""}, "NOT_FOUND", ["organisationId"]),
        ({"applicationId": ""}, "INVALID_INPUT", ["applicationId"]),
        ({"applicationId": "a\nb"}, "INVALID_INPUT", ["applicationId"]),
        ({"version": 0}, "INVALID_INPUT", ["version"]),
        ({"version": 2**31 - 1}, "INVALID_INPUT", ["version"]),
        ({"status": "SUPERSEDED"}, "INVALID_INPUT", ["status"]),
        ({"status": "EXTENDED"}, "INVALID_INPUT", ["resolvedOn"]),
        ({"resolvedOn": None}, "INVALID_INPUT", ["resolvedOn"]),
        ({"resolvedOn": "9999-12-31"}, "INVALID_INPUT", ["resolvedOn"]),
        ({"extendedOn": "0001-01-01"}, "INVALID_INPUT", ["extendedOn"]),
        ({"candidate": {"email": "nobody"}}, "INVALID_INPUT", ["candidate", "email"]),
        ({"candidate": {"email": "a@b\r\nBcc: c@d"}}, "INVALID_INPUT", ["candidate", "email"]),
        ({"candidate": {"language": "x" * 99}}, "INVALID_INPUT", ["candidate", "language"]),
        ({"requisition": {"title": " "}}, "INVALID_INPUT", ["requisition", "title"]),
        ({"requisition": {"title": "x" * 9999}}, "INVALID_INPUT", ["requisition", "title"]),
        ({"idempotencyKey": "x" * 256}, "INVALID_INPUT", ["idempotencyKey"]),
    ],
)
async def test_a_refusal_names_its_code_and_field_and_changes_nothing(
    ask: Ask, changes: dict[str, Any], code: str, field: list[str]
) -> None:
    client = await make_client()
    given = {
        "organisationId": organisation_id_of(client),
        "applicationId": "one",
        "status": "DECLINED",
        "resolvedOn": "2026-01-05",
        **changes,
    }
    before = await fingerprint(client)
    answer = await ask(client.hr, RECORD, input=given)
    assert "errors" not in answer
    payload = answer["data"]["recordOfferOutcome"]
    assert payload["offer"] is None
    assert [(one["code"], one["field"]) for one in payload["userErrors"]] == [(code, field)]
    assert await fingerprint(client) == before


async def test_an_id_of_another_type_is_unknown(ask: Ask) -> None:
    world = await make_world()
    names = {
        "openInterview": "offerId",
        "inviteCandidate": "interviewId",
    }
    others = [world.organisation, world.id("Requisition", world.lapsed), "x", ""]
    before = await fingerprint(world.client)
    for mutation, argument in names.items():
        kind = mutation[0].upper() + mutation[1:]
        for id_ in others:
            answer = await ask(
                world.client.hr,
                f"mutation ($input: {kind}Input!) {{ {mutation}(input: $input) {{"
                " interview { id } userErrors { code field } } }",
                input={argument: id_},
            )
            assert answer["data"][mutation] == {
                "interview": None,
                "userErrors": [{"code": "NOT_FOUND", "field": [argument]}],
            }
    assert await fingerprint(world.client) == before


async def test_every_answer_at_fault_is_named(ask: Ask) -> None:
    client = await make_client()
    invited = await make_invited_candidate(client)
    answers = [
        {"questionCode": "main_reason", "value": {"choice": {"code": "NO_SUCH_REASON"}}},
        {"questionCode": "recommendation", "value": {"scale": 11}},
        {"questionCode": "no_such_question", "value": {"text": "x"}},
        {"questionCode": "positives", "value": {"scale": 2**31 - 1}},
        {"questionCode": "concerns", "value": {"number": "NaN"}},
        {"questionCode": "other", "value": {"number": "1e999999"}},
        {"questionCode": "counter_offer", "value": {"boolean": True}, "state": "SKIPPED"},
    ]
    before = await fingerprint(client)
    for query, name, more in (
        (SAVE, "saveAnswers", {}),
        (SUBMIT, "submitResponse", {"confidentiality": "ATTRIBUTED", "receiptCode": "A" * 12}),
    ):
        answer = await ask(invited.viewer, query, input={"answers": answers, **more})
        errors = answer["data"][name]["userErrors"]
        found = {tuple(one["field"]) for one in errors}
        stated = {("answers", str(one["questionCode"])) for one in answers}
        # Nobody was asked about a counter-offer who did not say that they stay.
        assert found == stated - {("answers", "counter_offer")}
        assert all(one["message"] for one in errors)
    assert await fingerprint(client) == before


async def test_a_value_has_exactly_one_shape(ask: Ask) -> None:
    client = await make_client()
    invited = await make_invited_candidate(client)
    values: tuple[dict[str, Any], ...] = (
        {},
        {"scale": 1, "text": "x"},
        {"scale": None},
        {"number": []},
        {"date": "today"},
    )
    for value in values:
        answer = await ask(
            invited.viewer,
            SAVE,
            input={"answers": [{"questionCode": "recommendation", "value": value}]},
        )
        assert list(answer) == ["errors"]
        assert [one["extensions"]["code"] for one in answer["errors"]] == [
            "GRAPHQL_VALIDATION_FAILED"
        ]


@pytest.mark.parametrize("code", ["", "short", "x" * 65, "ABC-DEF", "\u00e4" * 20])
async def test_a_receipt_code_is_long_enough(ask: Ask, code: str) -> None:
    client = await make_client()
    invited = await make_invited_candidate(client)
    answer = await ask(
        invited.viewer,
        SUBMIT,
        input={"answers": [], "confidentiality": "ATTRIBUTED", "receiptCode": code},
    )
    assert answer["data"]["submitResponse"] == {
        "receiptCode": None,
        "userErrors": [
            {
                "code": "INVALID_INPUT",
                "message": "A receipt code has 12 to 64 random letters and digits.",
                "field": ["receiptCode"],
            }
        ],
    }


async def test_what_is_not_on_offer_cannot_be_chosen(ask: Ask) -> None:
    client = await make_client()
    invited = await make_invited_candidate(client)
    before = await fingerprint(client)
    answer = await ask(
        invited.viewer,
        SUBMIT,
        input={"answers": [], "confidentiality": "ANONYMOUS", "receiptCode": "A" * 12},
    )
    (error,) = answer["data"]["submitResponse"]["userErrors"]
    assert (error["code"], error["field"]) == ("INVALID_INPUT", ["confidentiality"])
    assert await fingerprint(client) == before


async def test_a_later_mutation_of_a_request_sees_what_an_earlier_one_did(ask: Ask) -> None:
    client = await make_client()
    answer = await ask(
        client.hr,
        """mutation ($id: ID!) {
          a: recordOfferOutcome(input: {organisationId: $id, applicationId: "one",
            status: EXTENDED}) { offer { id status interview { id } } }
          b: recordOfferOutcome(input: {organisationId: $id, applicationId: "one",
            status: DECLINED, resolvedOn: "2026-01-05"}) {
            offer { id status interview { status } } }
        }""",
        id=organisation_id_of(client),
    )
    assert answer["data"]["a"]["offer"]["status"] == "EXTENDED"
    assert answer["data"]["a"]["offer"]["interview"] is None
    assert answer["data"]["b"]["offer"] == {
        "id": answer["data"]["a"]["offer"]["id"],
        "status": "DECLINED",
        "interview": {"status": "OPENED"},
    }


async def broken(*_: Any, **__: Any) -> None:
    """Fail with words that nobody may read."""
    message = "secret of robin@candidates.example"
    raise RuntimeError(message)


async def test_a_bug_in_a_mutation_is_masked_and_logged_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    client = await make_client()
    monkeypatch.setattr(interviews, "record_offer_outcome", broken)
    given = {
        "organisationId": organisation_id_of(client),
        "applicationId": "one",
        "status": "EXTENDED",
    }
    token = await token_of(client.hr)
    before = await fingerprint(client)
    with caplog.at_level(logging.INFO):
        response = await post({"query": RECORD, "variables": {"input": given}}, token=token)
    request_id = response.headers["x-request-id"]
    assert response.status_code == 200
    assert response.json()["errors"] == [
        {
            "message": MASKED,
            "extensions": {
                "code": "INTERNAL",
                "requestId": request_id,
                "docs": "/docs/errors#INTERNAL",
            },
            "locations": [{"line": 1, "column": 47}],
            "path": ["recordOfferOutcome"],
        }
    ]
    (record,) = [one for one in caplog.records if one.levelno >= logging.WARNING]
    assert record.name == "afterword.api"
    first, *_, last = record.getMessage().splitlines()
    assert first == f"request {request_id} failed at ['recordOfferOutcome']"
    assert last == "RuntimeError: secret of robin@candidates.example"
    assert await fingerprint(client) == before


@pytest.mark.usefixtures("unplanned")
async def test_a_bug_under_many_fields_is_logged_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    client = await make_client()
    for _ in range(3):
        await make_offer(client)
    monkeypatch.setattr(reading, "_selected", _failing_for_requisitions(reading._selected))
    token = await token_of(client.hr)
    query = "{ organisations { nodes { offers { nodes { id requisition { title } } } } } }"
    response = await post({"query": query}, token=token)
    assert [one["extensions"]["code"] for one in response.json()["errors"]] == ["INTERNAL"] * 3
    (organisation,) = response.json()["data"]["organisations"]["nodes"]
    assert [one["requisition"] for one in organisation["offers"]["nodes"]] == [None] * 3
    assert "secret" not in response.text
    found = [one for one in caplog.records if one.levelno >= logging.WARNING]
    assert [response.headers["x-request-id"] in one.getMessage() for one in found] == [True]


def _failing_for_requisitions(selected: Any) -> Any:
    def fail(noun: Any, viewer: Viewer) -> Any:
        if noun.name == "Requisition":
            message = "secret"
            raise RuntimeError(message)
        return selected(noun, viewer)

    return fail


async def test_who_reaches_too_far_leaves_a_code_in_the_log_and_mistakes_leave_nothing(
    caplog: pytest.LogCaptureFixture, ask: Ask
) -> None:
    caplog.set_level(logging.INFO, "afterword")
    client = await make_client()
    for viewer, query in (
        (client.hr, "{ organisations(first: 101) { totalCount } }"),
        (client.hr, "{ nothing }"),
        (client.hr, "{"),
        (client.hr, 'mutation { openInterview(input: {offerId: "x"}) { userErrors { code } } }'),
    ):
        await ask(viewer, query)
    assert [one for one in caplog.records if one.levelno >= logging.INFO] == []
    offers = "{ organisations { nodes { offers { nodes { id } } members { totalCount } } } }"
    await ask(client.leadership, offers)
    await ask(
        Viewer(), 'mutation { deleteIntegration(input: {integrationId: "x"}) { __typename } }'
    )
    await ask(client.hr, "{" + " ".join(f"a{number}: __typename" for number in range(200)) + "}")
    told = [one.getMessage() for one in caplog.records if one.levelno >= logging.INFO]
    assert told == [
        "request - was refused: FORBIDDEN",
        "request - was refused: UNAUTHENTICATED",
        "request - was refused: QUERY_TOO_LARGE",
    ]


async def test_an_anonymous_submission_leaves_no_line_in_the_log(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, ask: Ask
) -> None:
    caplog.set_level(logging.INFO, "afterword")
    client = await make_client()
    invited = await make_invited_candidate(client)
    settings = get_settings().model_copy(update={"anonymous_minimum_invitations": 1})
    monkeypatch.setattr(submission, "get_settings", lambda: settings)
    answers = [
        {"questionCode": "main_reason", "value": {"choice": {"code": "PAY_BASE"}}},
        {"questionCode": "recommendation", "value": {"scale": 7}},
    ]
    before = await fingerprint(client)
    caplog.clear()
    answer = await ask(
        invited.viewer,
        SUBMIT,
        input={"answers": answers, "confidentiality": "ANONYMOUS", "receiptCode": "A" * 12},
    )
    assert answer["data"]["submitResponse"] == {"receiptCode": "A" * 12, "userErrors": []}
    after = await fingerprint(client)
    assert {name for name in after if after[name] != before[name]} == {
        "held_submissions",
        "invitations",
    }
    assert [one for one in caplog.records if one.levelno >= logging.INFO] == []
