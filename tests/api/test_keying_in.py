"""Keying in what a candidate says: saved as it goes, submitted once, with the consent recorded."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from tenants.access import Viewer
from tenants.db import run
from tenants.errors import LinkUsed
from tenants.interviews import receipts, submission
from tenants.interviews.models import Confidentiality
from tenants.interviews.submission import new_receipt_code
from tests.api.conftest import Ask
from tests.api.test_conversations import AS_HR, count, id_of
from tests.api.world import fingerprint
from tests.conversing import key_in
from tests.factories import (
    Invited,
    make_client,
    make_invited_candidate,
    submit,
)

GUIDE = """guide { revision language candidateName questions { code isShown wording }
  answers { questionCode state value { __typename ... on ChoiceValue { code }
    ... on TextValue { text } ... on ScaleValue { scale } } }
  probes { questionCode wording }
  notes { questionCode text } consents { confidentiality text } }"""
BEGIN = f"""mutation ($input: BeginInterviewInput!) {{ beginInterview(input: $input) {{
  conversation {{ id state {GUIDE} }} userErrors {{ code field message }} }} }}"""
READ = f"""query ($id: ID!) {{ node(id: $id) {{ ... on Interview {{
  candidate {{ lastName }} conversation {{ state heldOn {GUIDE}
    consent {{ mode text language recordedBy notes {{ questionCode text }} }} }} }} }} }}"""
SAVE = """mutation ($input: SaveKeyedAnswersInput!) { saveKeyedAnswers(input: $input) {
  revision userErrors { code field } } }"""
DISCARD = """mutation ($input: DiscardKeyedAnswersInput!) { discardKeyedAnswers(input: $input) {
  conversation { state guide { revision } } userErrors { code field } } }"""
SUBMIT = """mutation ($input: SubmitKeyedResponseInput!) { submitKeyedResponse(input: $input) {
  receiptCode userErrors { code field } } }"""
REASON = {"questionCode": "main_reason", "value": {"choice": {"code": "PAY_BASE"}}}
SCORE = {"questionCode": "recommendation", "value": {"scale": 7}}


def words(text: str, code: str = "concerns") -> dict[str, Any]:
    return {"questionCode": code, "value": {"text": text}}


async def begin(ask: Ask, viewer: Viewer, invited: Invited) -> Any:
    answer = await ask(viewer, BEGIN, input={"interviewId": id_of(invited), "mode": "PHONE"})
    return answer["data"]["beginInterview"]


async def save(ask: Ask, viewer: Viewer, invited: Invited, revision: int, **given: Any) -> Any:
    asked = {"interviewId": id_of(invited), "revision": revision, "answers": [], **given}
    answer = await ask(viewer, SAVE, input=asked)
    return answer["data"]["saveKeyedAnswers"]


async def read(ask: Ask, viewer: Viewer, invited: Invited) -> Any:
    answer = await ask(viewer, READ, id=id_of(invited))
    return answer["data"]["node"]


async def send(ask: Ask, viewer: Viewer, invited: Invited, **changes: Any) -> Any:
    """Submit what was keyed in, in confidence unless said otherwise."""
    guide = (await read(ask, viewer, invited))["conversation"]["guide"]
    consents = {one["confidentiality"]: one["text"] for one in guide["consents"]} if guide else {}
    given = {
        "interviewId": id_of(invited),
        "revision": guide["revision"] if guide else 1,
        "confidentiality": "CONFIDENTIAL",
        "consentText": consents.get(changes.get("confidentiality", "CONFIDENTIAL"), "Yes?"),
        "hasConsented": True,
        "receiptCode": new_receipt_code(),
        **changes,
    }
    answer = await ask(viewer, SUBMIT, input=given)
    return answer["data"]["submitKeyedResponse"]


@pytest.mark.usefixtures("connection")
async def test_what_is_keyed_in_is_saved_resumed_and_submitted(ask: Ask) -> None:
    client = await make_client()
    invited = await make_invited_candidate(client)
    consultant = client.consultant
    begun = (await begin(ask, consultant, invited))["conversation"]
    assert begun["state"] == "UNDER_WAY"
    assert begun["guide"]["revision"] == 1
    assert {one["confidentiality"] for one in begun["guide"]["consents"]} == {
        "ATTRIBUTED",
        "CONFIDENTIAL",
    }
    probes = begun["guide"]["probes"]
    assert {
        "questionCode": "main_reason",
        "wording": "When did that become clear to you?",
    } in probes
    notes = [
        {"questionCode": "concerns", "text": "Hesitated."},
        {"questionCode": None, "text": "Bad line."},
    ]
    first = await save(
        ask, consultant, invited, 1, answers=[REASON, words("The panel.")], notes=notes
    )
    assert first == {"revision": 2, "userErrors": []}
    assert await save(ask, consultant, invited, 2, answers=[SCORE]) == {
        "revision": 3,
        "userErrors": [],
    }
    # On another device, later: begun again is gone on with.
    resumed = (await begin(ask, consultant, invited))["conversation"]["guide"]
    assert resumed["revision"] == 3
    answered = {one["questionCode"]: one["value"] for one in resumed["answers"] if one["value"]}
    assert answered["concerns"] == {"__typename": "TextValue", "text": "The panel."}
    assert answered["recommendation"] == {"__typename": "ScaleValue", "scale": 7}
    assert resumed["notes"] == notes
    code = new_receipt_code()
    sent = await send(ask, consultant, invited, confidentiality="ATTRIBUTED", receiptCode=code)
    assert sent == {"receiptCode": code, "userErrors": []}
    after = (await read(ask, consultant, invited))["conversation"]
    assert (after["state"], after["guide"]) == ("HELD", None)
    assert after["heldOn"] == datetime.now(UTC).date().isoformat()
    consent = after["consent"]
    assert (consent["mode"], consent["language"]) == ("PHONE", "en")
    assert consent["recordedBy"] == f"Consultant of {client.slug}"
    assert "With my name" in consent["text"]
    assert "Do you agree?" in consent["text"]
    assert consent["notes"] == notes
    # The candidate's own: the link is dead, the receipt code opens what was keyed in.
    with pytest.raises(LinkUsed):
        await run(submission.get_invitation, invited.viewer)
    receipt = await run(receipts.get_receipt, invited.viewer, receipt_code=code)
    assert receipt.confidentiality is Confidentiality.ATTRIBUTED
    assert str(receipt.answers["concerns"].value) == "Text(text='The panel.')"
    # Of the link's own draft, of what was keyed in and of the notes nothing is left with it.
    await run(receipts.withdraw_response, invited.viewer, receipt_code=code)
    assert await count(client, "SELECT count(*) FROM keyed_responses") == 0
    refused = await begin(ask, consultant, invited)
    assert [one["code"] for one in refused["userErrors"]] == ["CONFLICT"]


@pytest.mark.usefixtures("connection")
async def test_hr_reads_an_attributed_response_and_never_the_consent_or_notes(ask: Ask) -> None:
    client = await make_client()
    online, keyed = [await make_invited_candidate(client) for _ in range(2)]
    await submit(online, Confidentiality.ATTRIBUTED)
    await key_in(keyed, Confidentiality.ATTRIBUTED)
    seen = []
    for one in (online, keyed):
        answer = await ask(client.hr, AS_HR, id=id_of(one))
        node = answer["data"]["node"]
        assert node["response"] is not None
        shape = {name: value for name, value in node.items() if name in {"status", "mode"}}
        seen.append((shape, "errors" in answer))
        asked = await ask(client.hr, READ, id=id_of(one))
        assert asked["data"]["node"]["conversation"] is None
        assert [error["extensions"]["code"] for error in asked["errors"]] == ["FORBIDDEN"]
    assert seen[0] == seen[1]


@pytest.mark.usefixtures("connection")
async def test_two_windows_never_overwrite_each_other_unnoticed(ask: Ask) -> None:
    client = await make_client()
    invited = await make_invited_candidate(client)
    consultant = client.consultant
    await begin(ask, consultant, invited)
    note = [{"questionCode": "concerns", "text": "First window."}]
    await save(ask, consultant, invited, 1, answers=[words("First window.")], notes=note)
    lost = [{"code": "CHANGED_MEANWHILE", "field": ["revision"]}]
    before = await fingerprint(client)
    for given in (
        {"answers": [words("Second window.")]},
        {"notes": [{"questionCode": "concerns", "text": "Second window."}]},
        {"answers": [SCORE, words("Second window.")]},
    ):
        refused = await save(ask, consultant, invited, 1, **given)
        assert refused == {"revision": None, "userErrors": lost}
    assert await fingerprint(client) == before
    # What the first window did not touch, and what is the same, the second one may save.
    fine = await save(ask, consultant, invited, 1, answers=[SCORE, words("First window.")])
    assert fine == {"revision": 3, "userErrors": []}
    again = await save(ask, consultant, invited, 3, answers=[words("Second window.")])
    assert again == {"revision": 4, "userErrors": []}
    assert (await send(ask, consultant, invited, revision=2, answers=[words("Third")]))[
        "userErrors"
    ] == lost


@pytest.mark.usefixtures("connection")
async def test_a_save_whose_answer_was_lost_is_repeated_without_harm(ask: Ask) -> None:
    client = await make_client()
    invited = await make_invited_candidate(client)
    await begin(ask, client.consultant, invited)
    given = {"answers": [words("Once.")], "saveId": "of-this-page-1"}
    first = await save(ask, client.consultant, invited, 1, **given)
    again = await save(ask, client.consultant, invited, 1, **given)
    assert first == again == {"revision": 2, "userErrors": []}
    code = new_receipt_code()
    await save(ask, client.consultant, invited, 2, answers=[REASON, SCORE])
    guide = (await read(ask, client.consultant, invited))["conversation"]["guide"]
    asked = {
        "revision": guide["revision"],
        "receiptCode": code,
        "consentText": guide["consents"][0]["text"],
        "confidentiality": guide["consents"][0]["confidentiality"],
    }
    for _ in range(2):
        sent = await send(ask, client.consultant, invited, **asked)
        assert sent == {"receiptCode": code, "userErrors": []}
    assert await count(client, "SELECT count(*) FROM responses") == 1


@pytest.mark.usefixtures("committing")
async def test_saves_at_the_same_moment_are_both_kept(ask: Ask) -> None:
    client = await make_client()
    invited = await make_invited_candidate(client)
    await begin(ask, client.consultant, invited)
    codes = ["concerns", "observations_hr", "observations_organisation"]
    saved = await asyncio.gather(
        *(save(ask, client.consultant, invited, 1, answers=[words(code, code)]) for code in codes)
    )
    assert sorted(one["revision"] for one in saved) == [2, 3, 4]
    guide = (await read(ask, client.consultant, invited))["conversation"]["guide"]
    kept = {one["questionCode"]: one["value"] for one in guide["answers"]}
    assert {code: kept[code]["text"] for code in codes} == {code: code for code in codes}


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"confidentiality": "ANONYMOUS"}, "ANONYMOUS_NEEDS_FORM", "confidentiality"),
        ({"hasConsented": False}, "INVALID_INPUT", "hasConsented"),
        ({"consentText": "Fine with you?"}, "CONFLICT", "consentText"),
        ({"receiptCode": "short"}, "INVALID_INPUT", "receiptCode"),
        ({"revision": 77}, "INVALID_INPUT", "revision"),
    ],
)
@pytest.mark.usefixtures("connection")
async def test_nothing_is_sent_without_consent_to_what_was_read_out(
    ask: Ask, changes: dict[str, Any], code: str, field: str
) -> None:
    client = await make_client()
    invited = await make_invited_candidate(client)
    await begin(ask, client.consultant, invited)
    await save(ask, client.consultant, invited, 1, answers=[REASON, SCORE])
    before = await count(client, "SELECT count(*) FROM responses")
    refused = await send(ask, client.consultant, invited, **changes)
    assert refused == {"receiptCode": None, "userErrors": [{"code": code, "field": [field]}]}
    assert await count(client, "SELECT count(*) FROM responses") == before
    # And what was keyed in is still there.
    guide = (await read(ask, client.consultant, invited))["conversation"]["guide"]
    assert guide["revision"] == 2


@pytest.mark.usefixtures("connection")
async def test_the_checks_are_those_of_the_form(ask: Ask) -> None:
    client = await make_client()
    invited = await make_invited_candidate(client)
    await begin(ask, client.consultant, invited)
    wrong = {"questionCode": "main_reason", "value": {"choice": {"code": "NO_SUCH_REASON"}}}
    refused = await save(ask, client.consultant, invited, 1, answers=[wrong])
    assert [one["field"] for one in refused["userErrors"]] == [["answers", "main_reason"]]
    missing = await send(ask, client.consultant, invited)
    assert {one["field"][-1] for one in missing["userErrors"]} == {
        "main_reason",
        "recommendation",
    }
    for notes, field in (
        ([{"questionCode": "no_such", "text": "x"}], "notes"),
        ([{"text": "x" * 4_001}], "notes"),
    ):
        refused = await save(ask, client.consultant, invited, 1, notes=notes)
        assert refused["userErrors"] == [{"code": "INVALID_INPUT", "field": [field]}]
