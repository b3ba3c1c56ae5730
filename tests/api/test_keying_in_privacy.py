"""What is keyed in, seen by nobody who must not: other holders, HR, and who reads the tables."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from tenants.access import Role, Viewer, ViewerKind
from tenants.db import run
from tenants.interviews import erasure, holding, receipts
from tenants.interviews import service as interviews
from tenants.interviews.models import Confidentiality
from tenants.settings import get_settings
from tenants.work import Session
from tests.api.conftest import Ask
from tests.api.test_assignments import make_held
from tests.api.test_conversations import AS_HR, count, id_of
from tests.api.test_keying_in import DISCARD, READ, REASON, SCORE, begin, read, save, send, words
from tests.api.world import fingerprint
from tests.conversing import key_in
from tests.factories import (
    Client,
    complete_answers,
    invite_hundred,
    make_client,
    make_invited_candidate,
    submit,
)

pytestmark = pytest.mark.usefixtures("connection")


async def test_an_answer_by_the_link_in_between_is_told_and_nothing_is_lost(ask: Ask) -> None:
    client = await make_client()
    invited = await make_invited_candidate(client)
    await begin(ask, client.consultant, invited)
    await save(ask, client.consultant, invited, 1, answers=[REASON, words("On the phone.")])
    await submit(invited, Confidentiality.CONFIDENTIAL)
    refusal = {"code": "ALREADY_ANSWERED", "field": ["interviewId"]}
    saved = await save(ask, client.consultant, invited, 2, answers=[SCORE])
    assert saved["userErrors"] == [refusal]
    assert (await send(ask, client.consultant, invited))["userErrors"] == [refusal]
    assert (await begin(ask, client.consultant, invited))["userErrors"][0]["code"] == (
        "ALREADY_ANSWERED"
    )
    guide = (await read(ask, client.consultant, invited))["conversation"]["guide"]
    assert guide["revision"] == 2


async def test_one_who_answered_anonymously_is_interviewed_like_any_other(ask: Ask) -> None:
    """Neither the answers of the API nor the tables of the case tell the two apart."""
    client = await make_client()
    await invite_hundred(client)
    plain, anonymous = [await make_invited_candidate(client) for _ in range(2)]
    code = await submit(anonymous, Confidentiality.ANONYMOUS)
    seen = []
    for one in (plain, anonymous):
        steps = [
            await begin(ask, client.consultant, one),
            await save(ask, client.consultant, one, 1, answers=[REASON, SCORE]),
            (await send(ask, client.consultant, one))["userErrors"],
            await read(ask, client.consultant, one),
            await ask(client.hr, AS_HR, id=id_of(one)),
        ]
        text_of = str(steps).replace(id_of(one), "")
        seen.append(text_of.replace(str(steps[0]["conversation"]["id"]), ""))
    assert without_names(seen[0]) == without_names(seen[1])
    # Both responses are kept, each opened by its own code.
    receipt = await run(receipts.get_receipt, anonymous.viewer, receipt_code=code)
    assert receipt.confidentiality is Confidentiality.ANONYMOUS
    assert await count(client, "SELECT count(*) FROM held_submissions") == 1
    assert await count(client, "SELECT count(*) FROM responses") == 2
    # And it still leaves the holding place with the others.
    for _ in range(get_settings().flush_minimum - 1):
        await submit(await make_invited_candidate(client), Confidentiality.ANONYMOUS)
    flushed = await run(holding.flush, client.job, organisation_id=client.organisation_id)
    assert flushed == get_settings().flush_minimum
    receipt = await run(receipts.get_receipt, anonymous.viewer, receipt_code=code)
    assert receipt.submitted_month is not None


def without_names(shown: str) -> str:
    """Return what was shown without whom and which offer it is of."""
    return re.sub(r"Number\d+|'[A-Za-z0-9_=-]{30,}'", "", shown)


async def test_an_independent_administrator_sees_what_they_key_in_until_it_is_sent(
    ask: Ask,
) -> None:
    world = await make_held(ask)
    holder, held = world.viewer, world.held
    assert (await begin(ask, holder, world.other))["userErrors"][0]["code"] == "NOT_FOUND"
    assert (await begin(ask, holder, held))["conversation"]["state"] == "UNDER_WAY"
    await save(ask, holder, held, 1, answers=[REASON, SCORE], notes=[{"text": "Mine."}])
    seen = await read(ask, holder, held)
    assert seen["conversation"]["guide"]["notes"] == [{"questionCode": None, "text": "Mine."}]
    assert seen["candidate"] is not None
    sent = await send(ask, holder, held)
    assert sent["userErrors"] == []
    answer = await ask(holder, READ, id=id_of(held))
    assert answer["data"]["node"] == {"candidate": None, "conversation": None}
    consultants = await read(ask, world.client.consultant, held)
    assert consultants["conversation"]["consent"]["recordedBy"] == "Ira Neutral"


async def test_an_independent_administrator_does_not_see_what_another_keyed_in(ask: Ask) -> None:
    world = await make_held(ask)
    await begin(ask, world.client.consultant, world.held)
    await save(ask, world.client.consultant, world.held, 1, notes=[{"text": "Theirs."}])
    before = await fingerprint(world.client)
    assert (await begin(ask, world.viewer, world.held))["userErrors"][0]["code"] == "CONFLICT"
    for refused in (
        await save(ask, world.viewer, world.held, 2, notes=[{"text": "Mine."}]),
        await send(ask, world.viewer, world.held),
    ):
        assert refused["userErrors"][0]["code"] == "CONFLICT"
    answer = await ask(world.viewer, READ, id=id_of(world.held))
    assert "Theirs." not in str(answer)
    assert answer["data"]["node"]["conversation"]["guide"] is None
    after = await fingerprint(world.client)
    assert {name for name in before if before[name] != after[name]} <= {
        "audit_events",
        "audit_subjects",
    }


async def test_what_a_candidate_does_not_agree_to_is_discarded(ask: Ask) -> None:
    client = await make_client()
    invited = await make_invited_candidate(client)
    await begin(ask, client.consultant, invited)
    await save(ask, client.consultant, invited, 1, answers=[words("Off the record.")])
    asked = {"interviewId": id_of(invited), "revision": 1}
    refused = (await ask(client.consultant, DISCARD, input=asked))["data"]["discardKeyedAnswers"]
    assert refused["userErrors"] == [{"code": "CHANGED_MEANWHILE", "field": ["revision"]}]
    gone = await ask(client.consultant, DISCARD, input={**asked, "revision": 2})
    assert gone["data"]["discardKeyedAnswers"] == {
        "conversation": {"state": "TRIED", "guide": None},
        "userErrors": [],
    }
    assert await count(client, "SELECT count(*) FROM conversations WHERE sealed IS NOT NULL") == 0
    # The form is as it was.
    await submit(invited)


async def test_what_was_begun_can_be_finished_after_the_last_day_for_a_month(ask: Ask) -> None:
    client = await make_client()
    begun, left = [await make_invited_candidate(client) for _ in range(2)]
    for one in (begun, left):
        await begin(ask, client.consultant, one)
        await save(ask, client.consultant, one, 1, answers=[REASON, SCORE])
    closes = get_settings().invitation_days
    for days in (closes, closes + 31):
        await run(
            interviews.close_due_interviews,
            client.job,
            organisation_id=client.organisation_id,
            today=datetime.now(UTC).date() + timedelta(days=days),
        )
        if days == closes:
            assert (await send(ask, client.consultant, begun))["userErrors"] == []
    assert (await send(ask, client.consultant, left))["userErrors"][0]["code"] == "CONFLICT"
    assert await count(client, "SELECT count(*) FROM conversations WHERE sealed IS NOT NULL") == 0


async def test_erasing_a_candidate_erases_notes_and_what_was_not_sent(ask: Ask) -> None:
    client = await make_client()
    sent, begun = [await make_invited_candidate(client) for _ in range(2)]
    code = await key_in(sent, note="Sounded tired.")
    await begin(ask, client.consultant, begun)

    async def erase(session: Session, viewer: Viewer) -> None:
        rows = await session.scalars(text("SELECT id FROM applications"))
        await erasure.revoke_invitations(
            session,
            viewer,
            organisation_id=client.organisation_id,
            application_ids=list(rows),
        )

    await run(erase, Viewer(ViewerKind.JOB, roles={client.organisation_id: Role.INTAKE}))
    assert await count(client, "SELECT count(*) FROM conversations") == 0
    assert await count(client, "SELECT count(*) FROM keyed_responses") == 1
    assert await count(client, "SELECT count(*) FROM keyed_responses WHERE notes IS NOT NULL") == 0
    # Erasing the answers is the candidate's own to ask for.
    receipt = await run(receipts.get_receipt, sent.viewer, receipt_code=code)
    assert set(complete_answers()) <= set(receipt.answers)


async def test_what_is_kept_says_nothing_without_the_key(ask: Ask) -> None:
    client = await make_client()
    invited = await make_invited_candidate(client)
    await begin(ask, client.consultant, invited)
    given = {"answers": [words("Unmistakable.")], "notes": [{"text": "Unmistakable."}]}
    await save(ask, client.consultant, invited, 1, **given)
    assert await rows_with(client, "conversations", "Unmistakable") == 0
    await save(ask, client.consultant, invited, 2, answers=[REASON, SCORE])
    await send(ask, client.consultant, invited)
    assert await rows_with(client, "keyed_responses", "Unmistakable") == 0


async def rows_with(client: Client, table: str, word: str) -> int:
    """Return in how many rows of a table a word stands, in bytes or in text."""
    where = f"encode(convert_to(t::text, 'UTF8'), 'hex') LIKE '%{word.encode().hex()}%'"
    hexed = f"t::text LIKE '%{word.encode().hex()}%'"
    return await count(client, f"SELECT count(*) FROM {table} t WHERE {where} OR {hexed}")  # noqa: S608 - our own names.
