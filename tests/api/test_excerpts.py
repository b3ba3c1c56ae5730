"""The moderation desk through the API, from a text to what its readers get."""

from dataclasses import replace
from typing import Any

import pytest

from api.relay import decode_id
from tenants.access import Role, Viewer
from tenants.db import run
from tenants.insights import withdrawals
from tenants.interviews import receipts
from tests.api.conftest import Ask
from tests.api.excerpt_world import desk, read, release, take, write
from tests.api.insight_world import (
    ANONYMOUS,
    ATTRIBUTED,
    CONFIDENTIAL,
    ENGINEERING,
    FINANCE,
    hire_for,
    make_year_old_client,
    publish,
)
from tests.factories import Client, make_client

pytestmark = pytest.mark.usefixtures("connection")


async def codes_of(ask: Ask, viewer: Viewer, name: str, **given: Any) -> list[str]:
    return [one["code"] for one in (await take(ask, viewer, name, **given))["userErrors"]]


async def test_from_a_text_to_a_released_excerpt(ask: Ask) -> None:
    client = await make_client()
    await write(client, ATTRIBUTED, "Hiring_Manager kept me waiting for weeks.")
    moderator = client.consultant
    (text,) = await desk(ask, moderator, client)
    assert (text["confidentiality"], text["question"]["code"]) == (
        "ATTRIBUTED",
        "improvements_process",
    )
    made = (await take(ask, moderator, "makeExcerpt", textId=text["id"]))["excerpt"]
    (proposal,) = made["redactions"]
    assert proposal["isAccepted"] is None
    assert "Hiring_Manager" in proposal["text"]
    assert "Hiring_Manager" not in made["preview"]
    given = {"excerptId": made["id"]}
    # Nothing is released with an undecided proposal; the error names it.
    refused = await take(ask, moderator, "releaseExcerpt", **given)
    (error,) = refused["userErrors"]
    assert (refused["excerpt"], error["code"]) == (None, "UNRESOLVED_REDACTIONS")
    assert proposal["text"] in error["message"]
    await take(ask, moderator, "resolveRedactions", **given, accept=True)
    assert await codes_of(ask, moderator, "releaseExcerpt", **given) == ["EXCERPT_NOT_READY"]
    coded = (await take(ask, moderator, "codeExcerpt", **given, themes=["PROCESS_SLOW"]))["excerpt"]
    assert (coded["themes"], coded["audience"]) == (["PROCESS_SLOW"], "HR")
    assert coded["undoableStep"] == "CODED"
    released = (await take(ask, moderator, "releaseExcerpt", **given))["excerpt"]
    assert (released["state"], released["isWaiting"]) == ("RELEASED", True)
    assert released["shownText"] == made["preview"]
    # For good: no step is left that could be undone, and none can be taken.
    assert await codes_of(ask, moderator, "undoExcerptStep", **given) == ["NOTHING_TO_UNDO"]
    assert await codes_of(ask, moderator, "codeExcerpt", **given, themes=[]) == ["EXCERPT_SETTLED"]
    # An ATTRIBUTED author allowed sharing, so that HR reads it without a group.
    (shown,) = await read(ask, client.hr, client)
    assert shown == {
        "id": shown["id"],
        "text": made["preview"],
        "isParaphrase": False,
        "themes": ["PROCESS_SLOW"],
        "audience": "HR",
        "cell": None,
        "segment": None,
        "from": None,
        "to": None,
    }
    assert await read(ask, client.leadership, client) == []
    assert await read(ask, client.hiring_manager, client) == []
    assert (await desk(ask, moderator, client, isOpen=True)) == []
    taken_back = (await take(ask, moderator, "withholdExcerpt", **given))["excerpt"]
    assert taken_back["state"] == "WITHHELD"
    assert await read(ask, client.hr, client) == []
    assert await codes_of(ask, moderator, "undoExcerptStep", **given) == ["NOTHING_TO_UNDO"]


async def test_every_step_can_be_undone_until_release(ask: Ask) -> None:
    client = await make_client()
    await write(client, CONFIDENTIAL, "Leadership never answered. Hr did, once.")
    (text,) = await desk(ask, client.consultant, client)
    made = (await take(ask, client.consultant, "makeExcerpt", textId=text["id"]))["excerpt"]
    given = {"excerptId": made["id"]}
    stood = [made]
    for name, more in (
        ("codeExcerpt", {"themes": ["COMMUNICATION_POOR"]}),
        ("routeExcerpt", {"audience": "ORGANISATION"}),
        ("resolveRedactions", {"accept": False}),
        ("addRedaction", {"begins": 0, "ends": 5}),
        ("paraphraseExcerpt", {"paraphrase": "Nobody answered."}),
        ("withholdExcerpt", {}),
    ):
        said = await take(ask, client.consultant, name, **given, **more)
        assert said["userErrors"] == [], name
        stood.append(said["excerpt"])
    assert stood[-1]["state"] == "WITHHELD"
    for before in reversed(stood[:-1]):
        said = await take(ask, client.consultant, "undoExcerptStep", **given)
        assert said["excerpt"] == before
    assert await codes_of(ask, client.consultant, "undoExcerptStep", **given) == ["NOTHING_TO_UNDO"]
    log = await ask(
        client.consultant,
        """query ($s: String!) { organisation(slug: $s) { auditEvents(first: 100) {
          nodes { action actorName } } } }""",
        s=client.slug,
    )
    actions = [one["action"] for one in log["data"]["organisation"]["auditEvents"]["nodes"]]
    assert actions.count("EXCERPT_UNDONE") == 6
    assert {"TEXT_READ", "EXCERPT_MADE", "EXCERPT_CODED", "EXCERPT_ROUTED"} <= set(actions)
    assert {"EXCERPT_REDACTED", "EXCERPT_PARAPHRASED", "EXCERPT_WITHHELD"} <= set(actions)
    # Whoever hires is not told by the log that somebody has answered.
    hr = await ask(
        client.hr,
        "query ($s: String!) { organisation(slug: $s) { auditEvents(first: 100) {"
        " nodes { action } } } }",
        s=client.slug,
    )
    seen = {one["action"] for one in hr["data"]["organisation"]["auditEvents"]["nodes"]}
    assert [one for one in seen if one.startswith(("EXCERPT", "TEXT"))] == []


async def test_anonymous_texts_come_singly_and_in_an_order_by_lot(ask: Ask) -> None:
    client = await make_client()
    for number in range(5):
        more = {"observations_hr": f"second of {number}"}
        await write(client, ANONYMOUS, f"first of {number}", more=more)
    # Until the flush they look unanswered, on the desk as well.
    assert await desk(ask, client.consultant, client) == []
    await publish(client)
    texts = await desk(ask, client.consultant, client)
    assert {one["confidentiality"] for one in texts} == {"ANONYMOUS"}
    assert [one["response"] for one in texts] == [None] * 10
    keys = [decode_id(one["id"]) for one in texts]
    ids = [one[1] for one in keys if one is not None]
    assert ids == sorted(ids)
    # Two texts of one response lie no nearer to each other than any others.
    numbers = [one["text"].split()[-1] for one in texts]
    assert sorted(numbers) == sorted(f"{number}" for number in range(5) for _ in range(2))


async def test_a_text_that_must_not_be_quoted_is_paraphrased(ask: Ask) -> None:
    client = await make_client()
    await write(client, ATTRIBUTED, "The office smelt of fish.", do_not_quote=True)
    (text,) = await desk(ask, client.consultant, client)
    made = (await take(ask, client.consultant, "makeExcerpt", textId=text["id"]))["excerpt"]
    given = {"excerptId": made["id"]}
    await take(ask, client.consultant, "codeExcerpt", **given, themes=["FACILITIES"])
    assert await codes_of(ask, client.consultant, "releaseExcerpt", **given) == [
        "PARAPHRASE_NEEDED"
    ]
    # A paraphrase is looked through for names as well.
    said = await take(
        ask, client.consultant, "paraphraseExcerpt", **given, paraphrase="Consultant says: smells."
    )
    assert [one["ofText"] for one in said["excerpt"]["redactions"]] == ["PARAPHRASE"]
    assert await codes_of(ask, client.consultant, "releaseExcerpt", **given) == [
        "UNRESOLVED_REDACTIONS"
    ]
    said = await take(
        ask, client.consultant, "paraphraseExcerpt", **given, paraphrase="Air is a concern."
    )
    assert said["excerpt"]["redactions"] == []
    said = await take(ask, client.consultant, "releaseExcerpt", **given)
    assert said["excerpt"]["shownText"] == "Air is a concern."
    # It may not be shared as ATTRIBUTED text is: it waits for a group like any other.
    assert await read(ask, client.hr, client) == []


async def test_hiring_managers_read_paraphrases_of_own_departments_alone(ask: Ask) -> None:
    client = await make_year_old_client()
    for number in range(20):
        kind = CONFIDENTIAL if number % 2 else ATTRIBUTED
        department = ENGINEERING if number < 10 else FINANCE
        await write(client, kind, f"text {number}", department=department)
    await hire_for(client, ENGINEERING)
    by_text = {one["text"]: one for one in await desk(ask, client.consultant, client)}
    for words in ("text 1", "text 3", "text 11"):
        made = await take(ask, client.consultant, "makeExcerpt", textId=by_text[words]["id"])
        given = {"excerptId": made["excerpt"]["id"]}
        await take(ask, client.consultant, "codeExcerpt", **given, themes=["TEAM_FIT"])
        await take(ask, client.consultant, "resolveRedactions", **given, accept=True)
        assert made["excerpt"]["paraphrase"] is None
        assert await codes_of(ask, client.consultant, "releaseExcerpt", **given) == [
            "PARAPHRASE_NEEDED"
        ]
        await take(
            ask, client.consultant, "paraphraseExcerpt", **given, paraphrase=f"about {words[5:]}"
        )
        assert await codes_of(ask, client.consultant, "releaseExcerpt", **given) == []
    await publish(client)
    found = await read(ask, client.hiring_manager, client)
    assert {one["text"] for one in found} == {"about 1", "about 3"}
    assert {(one["cell"], one["segment"]) for one in found} == {("SEGMENT", ENGINEERING)}
    assert await read(ask, client.hr, client) == []
    assert len(await read(ask, client.consultant, client)) == 3


async def test_an_excerpt_waits_for_its_cell_and_goes_with_its_author(ask: Ask) -> None:
    client = await make_year_old_client()
    codes = [await write(client, CONFIDENTIAL, f"hidden {number}") for number in range(5)]
    for number in range(4):
        await write(client, ATTRIBUTED, f"named {number}")
    by_text = {one["text"]: one["id"] for one in await desk(ask, client.consultant, client)}
    for words in ("hidden 0", "hidden 1", "named 0"):
        await release(ask, client.consultant, by_text[words])
    await publish(client)
    # Nine respondents are no cell; whoever may read rows reads what was written by name.
    assert await read(ask, client.leadership, client) == []
    assert [one["text"] for one in await read(ask, client.hr, client)] == ["named 0"]
    waiting = await read(ask, client.consultant, client)
    assert [one["cell"] for one in waiting] == [None] * 3
    other = await make_year_old_client()
    codes = [await write(other, CONFIDENTIAL, f"hidden {number}") for number in range(5)]
    named = [await write(other, ATTRIBUTED, f"named {number}") for number in range(5)]
    by_text = {one["text"]: one["id"] for one in await desk(ask, other.consultant, other)}
    for words in ("hidden 0", "hidden 1", "named 0"):
        await release(ask, other.consultant, by_text[words])
    # Released is not yet published: that happens with the edition, for all together.
    assert await read(ask, other.leadership, other) == []
    await publish(other)
    found = await read(ask, other.leadership, other)
    assert sorted(one["text"] for one in found) == ["hidden 0", "hidden 1", "named 0"]
    assert {one["cell"] for one in found} == {"SEGMENT"}
    assert all(one["from"] and one["to"] for one in found)
    # An author who wants to be known no more is not shown without a group any more, and one who
    # takes the answers back takes the excerpt along; too few are left then for the others.
    await run(receipts.tighten_confidentiality, candidate(other), receipt_code=named[0])
    assert len(await read(ask, other.leadership, other)) == 3
    await run(withdrawals.withdraw_response, candidate(other), receipt_code=codes[0])
    assert sorted(one["text"] for one in await read(ask, other.leadership, other)) == [
        "hidden 1",
        "named 0",
    ]
    await run(withdrawals.withdraw_response, candidate(other), receipt_code=codes[1])
    assert await read(ask, other.leadership, other) == []
    assert await read(ask, other.hr, other) == []
    # What was taken out of a cell stays out.
    await publish(other)
    assert await read(ask, other.leadership, other) == []


def candidate(client: Client) -> Viewer:
    """Return whoever opens the page of receipts."""
    return Viewer(roles={client.organisation_id: Role.CANDIDATE})


async def test_an_independent_administrator_moderates_where_no_firm_does(ask: Ask) -> None:
    client = await make_client()
    await write(client, CONFIDENTIAL, "Too slow.")
    somebody = replace(
        client.leadership, roles={client.organisation_id: Role.INDEPENDENT_ADMINISTRATOR}
    )
    assert await desk(ask, somebody, client) == []
    (text,) = await desk(ask, client.consultant, client)
    answer = await ask(
        somebody,
        "mutation ($id: ID!) { makeExcerpt(input: {textId: $id}) { excerpt { id } } }",
        id=text["id"],
    )
    assert [one["extensions"]["code"] for one in answer["errors"]] == ["FORBIDDEN"]
    engagement = await ask(
        client.hr,
        "query ($s: String!) { organisation(slug: $s) { engagements { nodes { id } } } }",
        s=client.slug,
    )
    (found,) = engagement["data"]["organisation"]["engagements"]["nodes"]
    await ask(
        client.hr,
        """mutation ($id: ID!) { endEngagement(input: {engagementId: $id}) {
          userErrors { code } } }""",
        id=found["id"],
    )
    (text,) = await desk(ask, somebody, client)
    assert text["response"] is None
    await release(ask, somebody, text["id"])


async def test_two_coders_are_compared(ask: Ask) -> None:
    client = await make_client()
    second = replace(client.consultant, id=client.leadership.id)
    query = """query ($s: String!) { organisation(slug: $s) { coderAgreement {
      excerpts kappa lower upper observed message } } }"""
    before = (await ask(client.consultant, query, s=client.slug))["data"]["organisation"]
    assert before["coderAgreement"]["excerpts"] == 0
    assert before["coderAgreement"]["kappa"] is None
    for number in range(3):
        await write(client, CONFIDENTIAL, f"text {number}")
    for number, text in enumerate(await desk(ask, client.consultant, client)):
        made = (await take(ask, client.consultant, "makeExcerpt", textId=text["id"]))["excerpt"]
        given = {"excerptId": made["id"]}
        await take(ask, client.consultant, "codeExcerpt", **given, themes=["PAY_BASE"])
        themes = ["PAY_BASE"] if number else ["CULTURE"]
        said = await take(ask, second, "codeExcerpt", **given, themes=themes, asSecondCoder=True)
        assert said["excerpt"]["themes"] == ["PAY_BASE"]
    after = (await ask(client.consultant, query, s=client.slug))["data"]["organisation"]
    found = after["coderAgreement"]
    assert found["excerpts"] == 3
    assert 0 < found["lower"] <= found["kappa"] < 1
    assert "3 excerpts" in found["message"]


async def test_a_piece_and_a_repetition(ask: Ask) -> None:
    client = await make_client()
    await write(client, CONFIDENTIAL, "Pay was low. The team was great.")
    (text,) = await desk(ask, client.consultant, client)
    given = {"textId": text["id"], "begins": 13, "ends": 32, "idempotencyKey": "once"}
    made = (await take(ask, client.consultant, "makeExcerpt", **given))["excerpt"]
    assert made["text"] == "The team was great."
    again = (await take(ask, client.consultant, "makeExcerpt", **given))["excerpt"]
    assert again["id"] == made["id"]
    for piece in ({"begins": 5, "ends": 5}, {"begins": 0, "ends": 33}, {"begins": -1}):
        assert await codes_of(
            ask, client.consultant, "makeExcerpt", textId=text["id"], **piece
        ) == ["INVALID_INPUT"]
    for themes in (["NONE_SUCH"], ["PAY_BASE"] * 0 + [f"T{n}" for n in range(9)]):
        assert await codes_of(
            ask, client.consultant, "codeExcerpt", excerptId=made["id"], themes=themes
        ) == ["INVALID_INPUT"]
    shown = await ask(
        client.consultant,
        """query ($id: ID!) { node(id: $id) { ... on DeskExcerpt {
          suggestions { code score } source { id } } } }""",
        id=made["id"],
    )
    assert shown["data"]["node"]["source"] == {"id": text["id"]}
    assert all(0 <= one["score"] <= 1 for one in shown["data"]["node"]["suggestions"])
