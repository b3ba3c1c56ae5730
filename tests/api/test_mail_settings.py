"""When mails to candidates go out and what they say, set through the API."""

from typing import Any

import pytest

from tenants.access import Viewer
from tenants.db import run
from tenants.interviews import delivery, inviting, letters
from tenants.interviews import service as interviews
from tenants.interviews.models import Confidentiality
from tenants.offers import service as offers
from tests.api.conftest import Ask
from tests.api.mail_world import mail, mail_inputs, mails
from tests.api.world import organisation_id_of, submit_words
from tests.factories import Client, Invited, make_client, make_invited_candidate, make_offer

SETTINGS = """settings { revision delayHours reminderDays timeZone quietHours { startsAt endsAt }
  languages texts { number mails { language mail subject body } } textVersions { number } }
  userErrors { code message field }"""


@pytest.fixture
async def client(connection: object) -> Client:
    del connection
    return await make_client()


async def change(ask: Ask, viewer: Viewer, name: str, **given: Any) -> dict[str, Any]:
    """Return the payload of one of the two mutations."""
    kind = name[0].upper() + name[1:]
    answer = await ask(
        viewer,
        f"mutation ($input: {kind}Input!) {{ {name}(input: $input) {{ {SETTINGS} }} }}",
        input=given,
    )
    payload: dict[str, Any] = answer["data"][name]
    return payload


async def write(ask: Ask, client: Client, *texts: dict[str, str], on: int = 0) -> dict[str, Any]:
    """Return the payload of a new version of the texts, by HR."""
    return await change(
        ask,
        client.hr,
        "writeInvitationTexts",
        organisationId=organisation_id_of(client),
        basedOn=on,
        mails=list(texts),
    )


async def test_timing_is_changed_by_one_at_a_time(ask: Ask, client: Client) -> None:
    given = mail_inputs(organisation_id_of(client))["updateInvitationSettings"]
    payload = await change(ask, client.consultant, "updateInvitationSettings", **given)
    assert payload["settings"] == {
        "revision": 1,
        "delayHours": 0,
        "reminderDays": [7],
        "timeZone": "Europe/Berlin",
        "quietHours": {"startsAt": 20, "endsAt": 8},
        "languages": ["en", "de"],
        "texts": None,
        "textVersions": [],
    }
    stale = await change(ask, client.hr, "updateInvitationSettings", **{**given, "delayHours": 1})
    assert [one["code"] for one in stale["userErrors"]] == ["CONFLICT"]
    for wrong, field in (
        ({"delayHours": -1}, "delayHours"),
        ({"delayHours": 721}, "delayHours"),
        ({"reminderDays": [1, 2, 3]}, "reminderDays"),
        ({"reminderDays": [0]}, "reminderDays"),
        ({"timeZone": "Berlin"}, "timeZone"),
        ({"quietHours": {"startsAt": 8, "endsAt": 8}}, "quietHours"),
        ({"quietHours": {"startsAt": 8, "endsAt": 24}}, "quietHours"),
    ):
        refused = await change(
            ask, client.hr, "updateInvitationSettings", **{**given, "revision": 1, **wrong}
        )
        assert [(one["code"], one["field"]) for one in refused["userErrors"]] == [
            ("INVALID_INPUT", [field])
        ]


async def test_new_texts_are_a_new_version_and_the_old_ones_stay(ask: Ask, client: Client) -> None:
    first = await write(ask, client, *mails("en", "de"))
    assert first["settings"]["texts"]["number"] == 1
    assert first["settings"]["texts"]["mails"][0] == mail()
    # The same again is no other version.
    again = await write(ask, client, *mails("en", "de"), on=1)
    assert again["settings"]["texts"]["number"] == 1
    last = mail(kind="LAST_REMINDER", subject="The last word")
    second = await write(ask, client, *mails("en", "de"), last, on=1)
    assert [one["number"] for one in second["settings"]["textVersions"]] == [2, 1]
    stale = await write(ask, client, *mails("en", "de"), on=1)
    assert [one["code"] for one in stale["userErrors"]] == ["CONFLICT"]


@pytest.mark.parametrize(
    ("texts", "code", "field"),
    [
        (mails("en"), "MISSING_LANGUAGE", ["mails"]),
        ([*mails("en", "de"), mail("fr")], "MISSING_LANGUAGE", ["mails"]),
        (
            [mail(body="No {link}? {closes_on} {pay}")],
            "UNKNOWN_PLACEHOLDER",
            ["mails", "0", "body"],
        ),
        ([mail(body="Open {link}")], "MISSING_PLACEHOLDER", ["mails", "0", "body"]),
        ([mail(body="Until {closes_on}")], "MISSING_PLACEHOLDER", ["mails", "0", "body"]),
        ([mail(subject="Here: {link}")], "INVALID_INPUT", ["mails", "0", "subject"]),
        ([mail(subject="Two\nlines")], "INVALID_INPUT", ["mails", "0", "subject"]),
        ([mail(subject=" ")], "INVALID_INPUT", ["mails", "0", "subject"]),
        ([mail(), mail()], "INVALID_INPUT", ["mails", "1"]),
    ],
)
async def test_texts_that_will_not_do(
    ask: Ask, client: Client, texts: list[dict[str, str]], code: str, field: list[str]
) -> None:
    payload = await write(ask, client, *texts)
    assert payload["settings"] is None
    assert [(one["code"], one["field"]) for one in payload["userErrors"]] == [(code, field)]


async def test_a_preview_is_what_a_candidate_would_get(ask: Ask, client: Client) -> None:
    query = """query ($slug: String!, $mails: [MailTextInput!]) { organisation(slug: $slug) {
      mailPreviews(mails: $mails) { language mail subject body } } }"""
    answer = await ask(client.hr, query, slug=client.slug)
    found = answer["data"]["organisation"]["mailPreviews"]
    assert [(one["language"], one["mail"]) for one in found] == [
        (language, kind)
        for language in ("en", "de")
        for kind in ("INVITATION", "REMINDER", "LAST_REMINDER")
    ]
    assert found[0]["body"].startswith("Dear Robin,")
    assert "/i/..." in found[0]["body"]
    assert found[0]["body"].endswith("/o/...")
    own = await ask(client.hr, query, slug=client.slug, mails=mails("en", "de"))
    body = own["data"]["organisation"]["mailPreviews"][0]["body"]
    assert body.startswith("Dear Robin, it is about Engineer: http")
    wrong = await ask(client.hr, query, slug=client.slug, mails=[mail(body="{nothing}")])
    assert wrong["errors"][0]["extensions"]["code"] == "UNKNOWN_PLACEHOLDER"


CASE = """query ($slug: String!) { organisation(slug: $slug) { interviews { nodes {
  held isUndeliverable status mails { number textsNumber language subject body }
  response { mails { number } } } } } }"""


async def send(invited: Invited, number: int = 1) -> None:
    """Do what the sending job does, but for the relay."""
    which = {
        "organisation_id": invited.client.organisation_id,
        "invitation_id": invited.invitation_id,
    }
    job = invited.client.job
    writing = await run(letters.write_invitation, job, **which, mail_number=number)
    assert writing is not None
    await run(inviting.keep_mail, job, **which, kept=writing.kept)


async def cases(ask: Ask, client: Client, viewer: Viewer) -> list[dict[str, Any]]:
    """Return the interviews as somebody sees them."""
    found = (await ask(viewer, CASE, slug=client.slug))["data"]["organisation"]
    nodes: list[dict[str, Any]] = found["interviews"]["nodes"]
    return nodes


async def test_the_exact_text_is_kept_with_the_invitation_and_the_response(
    ask: Ask, client: Client
) -> None:
    await write(ask, client, *mails("en", "de"))
    requisition = offers.RequisitionInput(external_id="1", title="Data {link} Engineer")
    invited = await make_invited_candidate(client, requisition=requisition)
    await send(invited)
    await write(ask, client, mail(subject="Another"), *mails("en", "de")[1:], on=1)
    (case,) = await cases(ask, client, client.hr)
    (kept,) = case["mails"]
    assert (kept["number"], kept["textsNumber"], kept["language"]) == (1, 1, "en")
    assert kept["subject"].startswith("A word from Client")
    # What comes from outside is not taken for a placeholder.
    assert kept["body"].startswith("Dear {first_name}, it is about Data link Engineer: {link}")
    assert "Robin" not in kept["body"]
    assert "/i/" not in kept["body"]
    await submit_words(invited, Confidentiality.ATTRIBUTED)
    (case,) = await cases(ask, client, client.hr)
    assert case["response"] == {"mails": [{"number": 1}]}


async def test_hr_sees_the_same_of_who_answered_and_who_did_not(ask: Ask, client: Client) -> None:
    silent, answered = [await make_invited_candidate(client) for _ in range(2)]
    for one in (silent, answered):
        await send(one)
    await submit_words(answered, Confidentiality.ANONYMOUS)
    for one in (silent, answered):
        await run(
            interviews.invite_candidate,
            client.hr,
            organisation_id=client.organisation_id,
            interview_id=one.interview_id,
        )
        await send(one, 2)
        # A reminder that comes back must not tell that it was sent.
        which = {
            "organisation_id": client.organisation_id,
            "invitation_id": one.invitation_id,
        }
        if one is silent:
            assert await run(
                delivery.record_bounce, client.job, **which, mail_number=2, status="5.1.1"
            )
    for viewer in (client.hr, client.consultant):
        first, second = await cases(ask, client, viewer)
        assert first == second
        assert first["isUndeliverable"] is False


async def test_a_first_mail_that_comes_back_is_shown_and_not_counted_as_delivered(
    ask: Ask, client: Client
) -> None:
    invited = await make_invited_candidate(client)
    await send(invited)
    which = {
        "organisation_id": client.organisation_id,
        "invitation_id": invited.invitation_id,
    }
    assert await run(delivery.record_bounce, client.job, **which, mail_number=1, status="5.1.1")
    assert not await run(delivery.record_bounce, client.job, **which, mail_number=3, status="5.1.1")
    (case,) = await cases(ask, client, client.hr)
    assert case["isUndeliverable"] is True
    answer = await ask(
        client.hr,
        "mutation ($input: InviteCandidateInput!) { inviteCandidate(input: $input) {"
        " userErrors { code } } }",
        input={"interviewId": await interview_id(ask, client)},
    )
    assert answer["data"]["inviteCandidate"]["userErrors"] == [{"code": "UNDELIVERABLE"}]


async def interview_id(ask: Ask, client: Client) -> str:
    """Return the id of the only interview."""
    query = "query ($slug: String!) { organisation(slug: $slug) { interviews { nodes { id } } } }"
    answer = await ask(client.hr, query, slug=client.slug)
    (node,) = answer["data"]["organisation"]["interviews"]["nodes"]
    found: str = node["id"]
    return found


async def test_who_was_invited_lately_is_held_with_the_reason(ask: Ask, client: Client) -> None:
    same = offers.CandidateInput(external_id="1", email="robin@candidates.example")
    await make_offer(client, candidate=same)
    await make_offer(client, candidate=same)
    found = {(one["status"], one["held"]) for one in await cases(ask, client, client.consultant)}
    assert found == {("INVITED", None), ("OPENED", "INVITED_RECENTLY")}
