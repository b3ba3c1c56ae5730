"""The last steps: confidentiality, review, sending, receipt."""

import asyncio

import httpx2
import pytest
from sqlalchemy import text

from api.app import create_app
from api.pages.steps import CONFIDENTIALITY, REVIEW
from tenants.db import scope_statement, sessions
from tenants.interviews.models import Confidentiality
from tenants.questionnaires.logic import Answer
from tenants.questionnaires.question_types import AnswerState
from tenants.questionnaires.values import Choice, Scale
from tests.api.pages.conftest import Site, field_value
from tests.api.pages.surroundings import answer_all, invite_others, saved, use_every_type
from tests.factories import Client, Invited, make_client, make_invited_candidate

ANSWERED, SKIPPED = AnswerState.ANSWERED, AnswerState.SKIPPED


async def test_no_confidentiality_is_chosen_for_the_candidate(
    site: Site, candidate: Invited
) -> None:
    at = f"/i/{candidate.token}/{CONFIDENTIALITY}?lang=en"
    html = (await site.get(at)).text
    assert " checked" not in html
    assert 'Confidential <span class="suggested">suggested</span>' in html
    assert "Anonymous answers are not on offer here." in html
    assert 'value="ANONYMOUS"' not in html
    for values in ({}, {"confidentiality": "ANONYMOUS"}, {"confidentiality": "PUBLIC"}):
        page = await site.post(at, values)
        assert page.status_code == 422
        assert '<a href="#f-ATTRIBUTED">Please choose how confidential' in page.text
    assert (await saved(candidate)).saved_confidentiality is None
    led = await site.post(at, {"confidentiality": "CONFIDENTIAL"})
    assert led.headers["location"] == f"/i/{candidate.token}/{REVIEW}?lang=en"
    assert (await saved(candidate)).saved_confidentiality is Confidentiality.CONFIDENTIAL
    assert (await site.get(at)).text.count(" checked") == 1


@pytest.mark.parametrize(
    ("button", "target"),
    [({"go": "back"}, "/anything_else?lang=en"), ({"lang": "de"}, f"/{CONFIDENTIALITY}?lang=de")],
)
async def test_the_choice_of_confidentiality_may_wait(
    site: Site, candidate: Invited, button: dict[str, str], target: str
) -> None:
    at = f"/i/{candidate.token}"
    led = await site.post(f"{at}/{CONFIDENTIALITY}?lang=en", button)
    assert led.headers["location"] == at + target
    assert (await saved(candidate)).saved_confidentiality is None


async def test_the_review_needs_a_choice_of_confidentiality(site: Site, candidate: Invited) -> None:
    led = await site.get(f"/i/{candidate.token}/{REVIEW}?lang=en")
    assert led.headers["location"] == f"/i/{candidate.token}/{CONFIDENTIALITY}?lang=en"


async def test_the_review_names_what_is_missing_and_cannot_be_sent(
    site: Site, candidate: Invited
) -> None:
    at = f"/i/{candidate.token}"
    await site.post(f"{at}/decision", {"main_reason": "PAY_BASE"})
    await site.post(f"{at}/{CONFIDENTIALITY}", {"confidentiality": "CONFIDENTIAL"})
    page = await site.get(f"{at}/{REVIEW}?lang=en")
    assert page.status_code == 200
    assert "Before you can send, this still needs an answer" in page.text
    assert f'<li><a href="{at}/process?lang=en&amp;then=review#q-recommendation">' in page.text
    assert "<form" not in page.text
    values = {"confidentiality": "CONFIDENTIAL", "receipt_code": "0123-4567-89AB"}
    refused = await site.post(f"{at}/{REVIEW}?lang=en", values)
    assert refused.status_code == 422
    assert "<form" not in refused.text
    assert (await saved(candidate)).answers["main_reason"] == Answer(ANSWERED, Choice("PAY_BASE"))


async def test_a_change_from_the_review_leads_back_to_it_or_to_what_it_opened(
    site: Site, candidate: Invited
) -> None:
    at = f"/i/{candidate.token}"
    await answer_all(site, candidate)
    await site.post(f"{at}/{CONFIDENTIALITY}", {"confidentiality": "CONFIDENTIAL"})
    page = await site.get(f"{at}/process?lang=en&then=review")
    assert "Save and return to the overview" in page.text
    led = await site.post(f"{at}/process?lang=en&then=review", {"go": "back"})
    assert led.headers["location"] == f"{at}/{REVIEW}?lang=en"
    led = await site.post(f"{at}/process?lang=en&then=review", {"recommendation": "3"})
    assert led.headers["location"] == f"{at}/{REVIEW}?lang=en"
    values = {"main_reason": "PAY_BASE", "destination": "OWN_BUSINESS"}
    led = await site.post(f"{at}/decision?lang=en&then=review", values)
    assert led.headers["location"] == f"{at}/alternative?lang=en&then=review"
    led = await site.post(f"{at}/alternative?lang=en&then=review", {})
    assert led.headers["location"] == f"{at}/{REVIEW}?lang=en"
    assert (await saved(candidate)).answers["recommendation"] == Answer(ANSWERED, Scale(3))


async def test_sending_shows_the_receipt_again_for_the_same_code_and_for_no_other(
    site: Site, candidate: Invited
) -> None:
    at = f"/i/{candidate.token}/{REVIEW}?lang=en"
    await answer_all(site, candidate)
    await site.post(f"/i/{candidate.token}/{CONFIDENTIALITY}", {"confidentiality": "ATTRIBUTED"})
    codes = [field_value((await site.get(at)).text, "receipt_code") for _ in range(2)]
    assert codes[0] != codes[1]
    values = {"confidentiality": "ATTRIBUTED", "receipt_code": codes[1]}
    sent = await site.post(at, values)
    assert sent.status_code == 200
    assert f'<p class="code" translate="no">{codes[1]}</p>' in sent.text
    assert "<h1>Thank you. Your answers have been received.</h1>" in sent.text
    assert "Northwind Robotics" in sent.text
    again = await site.post(at, values)
    assert (again.status_code, again.text) == (200, sent.text)
    other = await site.post(at, {**values, "receipt_code": codes[0]})
    assert other.status_code == 410
    for address in (at, f"/i/{candidate.token}", f"/i/{candidate.token}/decision"):
        used = await site.get(address)
        assert used.status_code == 410
        assert "Your answers have been sent already" in used.text


@pytest.mark.parametrize("code", ["", "short", "é" * 20])
async def test_an_unreadable_receipt_code_is_replaced_before_anything_is_sent(
    site: Site, candidate: Invited, code: str
) -> None:
    at = f"/i/{candidate.token}/{REVIEW}?lang=en"
    await answer_all(site, candidate)
    await site.post(f"/i/{candidate.token}/{CONFIDENTIALITY}", {"confidentiality": "ATTRIBUTED"})
    page = await site.post(at, {"confidentiality": "ATTRIBUTED", "receipt_code": code})
    assert page.status_code == 422
    assert "Here is a new one; nothing has been sent." in page.text
    assert len(field_value(page.text, "receipt_code")) == 24
    assert len((await saved(candidate)).answers) == 16


@pytest.mark.parametrize("choice", ["ANONYMOUS", "PUBLIC", ""])
async def test_a_confidentiality_that_is_not_on_offer_leads_back_to_the_choice(
    site: Site, candidate: Invited, choice: str
) -> None:
    await answer_all(site, candidate)
    values = {"confidentiality": choice, "receipt_code": "0123-4567-89AB-CDEF-GHJK"}
    led = await site.post(f"/i/{candidate.token}/{REVIEW}?lang=en", values)
    assert led.status_code == 303
    assert led.headers["location"] == f"/i/{candidate.token}/{CONFIDENTIALITY}?lang=en"


async def test_the_review_says_every_answer_in_words(site: Site, client: Client) -> None:
    await use_every_type(client)
    candidate = await make_invited_candidate(client)
    at = f"/i/{candidate.token}"
    first = {"single": "OTHER", "single.other": "mine", "single.do_not_quote": "yes"}
    shown = {"shown": ["follow", "further"], "follow": "so", "several": ["Y", "X"]}
    assert (await site.post(f"{at}/review", {**first, **shown})).status_code == 303
    second = {
        "yes": "false",
        "rating": "5",
        "recommend": ".prefer_not_to_say",
        "matrix.S": "1",
        "ranking.Q": "1",
        "ranking.P": "2",
        "number": "12,5",
        "day": "2026-03-31",
        "pay": "LOW",
        "month": "2026-03",
        "agreed": "true",
        "told": "nobody reads this",
        "words": "one\ntwo",
    }
    assert (await site.post(f"{at}/second", second)).status_code == 303
    await site.post(f"{at}/{CONFIDENTIALITY}", {"confidentiality": "CONFIDENTIAL"})
    page = await site.get(f"{at}/{REVIEW}?lang=de")
    said = page.text.split('<p class="said">')[1:]
    assert [one.split("</p>")[0] for one in said] == [
        "Other (de): mine",
        "so",
        "X (de)",
        "Y (de)",
        "Nein",
        "5 (high (de))",
        "S (de): 1 (low (de))",
        "1. Q (de)",
        "2. P (de)",
        "12,5 days (de)",
        "31. März 2026",
        "Low (de)",
        "2026-03",
        "I agree (de)",
        "one\ntwo",
    ]
    unsaid = page.text.split('<p class="unsaid">')[1:]
    assert [one.split("</p>")[0] for one in unsaid] == [
        "Keine Antwort",
        "Dazu möchten Sie nichts sagen.",
        "Keine Antwort",
    ]
    assert page.text.count('<p class="tag">Nicht im Wortlaut weitergeben</p>') == 1
    assert "About last" not in page.text
    assert "About told" not in page.text


async def test_an_anonymous_submission_leaves_nothing_behind_but_a_used_link(
    site: Site, client: Client
) -> None:
    candidate = await make_invited_candidate(client)
    await invite_others(candidate, 99)
    at = f"/i/{candidate.token}"
    await answer_all(site, candidate, lang="de")
    page = await site.get(f"{at}/{CONFIDENTIALITY}")
    assert page.text.count('type="radio"') == 3
    assert "Anonyme Antworten können wir hier nicht anbieten" not in page.text
    await site.post(f"{at}/{CONFIDENTIALITY}?lang=de", {"confidentiality": "ANONYMOUS"})
    code = field_value((await site.get(f"{at}/{REVIEW}?lang=de")).text, "receipt_code")
    values = {"confidentiality": "ANONYMOUS", "receipt_code": code}
    for _ in range(2):
        sent = await site.post(f"{at}/{REVIEW}?lang=de", values)
        assert sent.status_code == 200
        assert f">{code}</p>" in sent.text
    assert (await site.get(at)).status_code == 410
    async with sessions() as session:
        await session.execute(text(scope_statement(client.job)))
        counts = [
            await session.scalar(text(f"SELECT count(*) FROM {table}"))  # noqa: S608 - our own words.
            for table in ("held_submissions", "responses", "drafts")
        ]
    assert counts == [1, 0, 0]


@pytest.mark.usefixtures("committing")
async def test_two_clicks_at_once_are_one_submission_with_one_receipt() -> None:
    candidate = await make_invited_candidate(await make_client())
    at = f"/i/{candidate.token}"
    transport = httpx2.ASGITransport(app=create_app())
    async with httpx2.AsyncClient(transport=transport, base_url="http://testserver") as http:
        site = Site(http)
        await answer_all(site, candidate)
        await site.post(f"{at}/{CONFIDENTIALITY}", {"confidentiality": "CONFIDENTIAL"})
        code = field_value((await site.get(f"{at}/{REVIEW}")).text, "receipt_code")
        values = {"confidentiality": "CONFIDENTIAL", "receipt_code": code}
        pages = await asyncio.gather(*(site.post(f"{at}/{REVIEW}", values) for _ in range(4)))
    assert [page.status_code for page in pages] == [200] * 4
    assert len({page.text for page in pages}) == 1
