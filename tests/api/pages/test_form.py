import gzip
import re

import pytest

from api.pages.steps import CONFIDENTIALITY, REVIEW
from tenants.questionnaires.logic import Answer
from tenants.questionnaires.question_types import AnswerState
from tenants.questionnaires.values import Choice, Choices, Text
from tenants.settings import get_settings
from tests.api.pages.conftest import Site, field_value
from tests.api.pages.surroundings import answer_all, saved, use_every_type
from tests.factories import Client, Invited, make_invited_candidate, submit

ANSWERED, SKIPPED = AnswerState.ANSWERED, AnswerState.SKIPPED


async def test_the_first_page_says_who_asks_and_where_to_begin(
    site: Site, candidate: Invited
) -> None:
    page = await site.get(f"/i/{candidate.token}")
    assert page.status_code == 200
    assert '<html lang="en" dir="ltr">' in page.text
    assert "on behalf of Northwind Robotics</p>" in page.text
    assert "Hello Robin," in page.text
    assert "<li>About 10 minutes</li>\n<li>7 short pages</li>" in page.text
    assert f'href="/i/{candidate.token}/decision?lang=en">Start</a>' in page.text
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["content-language"] == "en"


async def test_every_page_is_free_of_inline_code_cookies_and_other_hosts(
    site: Site, candidate: Invited
) -> None:
    at = f"/i/{candidate.token}"
    pages = [await site.get(at), await site.get(f"{at}/decision")]
    await answer_all(site, candidate)
    pages.append(await site.get(f"{at}/{CONFIDENTIALITY}"))
    pages.append(await site.post(f"{at}/{CONFIDENTIALITY}", {"confidentiality": "CONFIDENTIAL"}))
    pages.append(await site.get(f"{at}/{REVIEW}"))
    sent = {
        "confidentiality": "CONFIDENTIAL",
        "receipt_code": field_value(pages[-1].text, "receipt_code"),
    }
    pages.append(await site.post(f"{at}/{REVIEW}", sent))
    pages.append(await site.get(at))
    assert [page.status_code for page in pages] == [200, 200, 200, 303, 200, 200, 410]
    for page in pages:
        assert "set-cookie" not in page.headers
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["referrer-policy"] == "no-referrer"
        own = page.text.replace(get_settings().public_url, "")
        assert re.findall(r"<style|\sstyle=|\son\w+=|javascript:|//", own) == []
        assert (
            re.findall(
                r"<script(?! src=\"/static/\w+\.js\?v=[0-9a-f]{12}\" defer></script>)",
                page.text,
            )
            == []
        )


async def test_style_and_scripts_are_small_on_the_line_and_asked_for_once(
    site: Site, candidate: Invited
) -> None:
    """A first look costs two round trips, the page's and its style's, and the next ones one."""
    page = await site.get(f"/i/{candidate.token}/process")
    assert page.status_code == 200
    files = re.findall(r'(?:src|href)="(/static/[^"]+)"', page.text)
    assert len(files) == 3
    size = len(page.content)
    for address in files:
        sent = await site.get(address, **{"accept-encoding": "gzip"})
        assert sent.headers["content-encoding"] == "gzip"
        assert "Accept-Encoding" in sent.headers["vary"]
        assert sent.headers["cache-control"] == "public, max-age=31536000, immutable"
        size += len(gzip.compress(sent.content))
        # An address of another release, and none that says which, may stand for something else.
        for other in (address[:-1] + "x", address.partition("?")[0]):
            assert "immutable" not in (await site.get(other)).headers.get("cache-control", "")
    assert size < 20_000
    missing = await site.get("/static/no-such.css?v=1")
    assert (missing.status_code, "cache-control" in missing.headers) == (404, False)


@pytest.mark.parametrize(
    ("query", "language"), [("", "en"), ("?lang=de", "de"), ("?lang=fr", "en"), ("?lang=", "en")]
)
async def test_the_language_is_the_one_asked_for_or_that_of_the_invitation(
    site: Site, candidate: Invited, query: str, language: str
) -> None:
    page = await site.get(f"/i/{candidate.token}{query}")
    assert page.headers["content-language"] == language


async def test_the_language_last_used_is_kept(site: Site, candidate: Invited) -> None:
    values = {"main_reason": "PAY_BASE"}
    await site.post(f"/i/{candidate.token}/decision?lang=de", values)
    page = await site.get(f"/i/{candidate.token}")
    assert page.headers["content-language"] == "de"
    await site.post(f"/i/{candidate.token}/decision?lang=de", {"lang": "en"})
    page = await site.get(f"/i/{candidate.token}")
    assert page.headers["content-language"] == "en"


async def test_a_page_is_saved_and_leads_to_the_next(site: Site, candidate: Invited) -> None:
    values = {
        "decision_factors": ["BENEFITS", "OTHER"],
        "decision_factors.other": "The  canteen",
        "decision_factors.do_not_quote": "yes",
        "main_reason": ".prefer_not_to_say",
        "destination": "OTHER_EMPLOYER",
    }
    led = await site.post(f"/i/{candidate.token}/decision?lang=en", values)
    assert (led.status_code, led.headers["location"]) == (
        303,
        f"/i/{candidate.token}/alternative?lang=en",
    )
    answers = (await saved(candidate)).answers
    assert answers == {
        "decision_factors": Answer(
            ANSWERED, Choices(("BENEFITS", "OTHER"), "The  canteen"), do_not_quote=True
        ),
        "main_reason": Answer(AnswerState.PREFER_NOT_TO_SAY),
        "destination": Answer(ANSWERED, Choice("OTHER_EMPLOYER")),
    }


async def test_a_saved_page_comes_back_as_it_was(site: Site, candidate: Invited) -> None:
    at = f"/i/{candidate.token}/decision?lang=en"
    values = {
        "decision_factors": ["BENEFITS", "OTHER"],
        "decision_factors.other": 'a "quoted" <word>',
        "main_reason": ".prefer_not_to_say",
    }
    await site.post(at, values)
    html = (await site.get(at)).text
    assert html.count(" checked") == 2
    assert 'value="BENEFITS" checked' in html
    assert 'value="a &#34;quoted&#34; &lt;word&gt;"' in html
    assert '<option value=".prefer_not_to_say" selected>' in html


async def test_a_link_opened_again_leads_to_the_first_page_that_is_not_done(
    site: Site, candidate: Invited
) -> None:
    at = f"/i/{candidate.token}"
    await site.post(f"{at}/decision", {"main_reason": "PAY_BASE"})
    assert f'href="{at}/role_and_organisation?lang=en">Continue where' in (await site.get(at)).text
    await answer_all(site, candidate)
    assert f'href="{at}/{CONFIDENTIALITY}?lang=en"' in (await site.get(at)).text
    await site.post(f"{at}/{CONFIDENTIALITY}", {"confidentiality": "ATTRIBUTED"})
    assert f'href="{at}/{REVIEW}?lang=en"' in (await site.get(at)).text


async def test_what_is_wrong_is_named_linked_and_marked_and_nothing_typed_is_lost(
    site: Site, candidate: Invited
) -> None:
    at = f"/i/{candidate.token}/decision?lang=de"
    values = {
        "decision_factors": ["BENEFITS", "GROWTH", "FAMILY", "OTHER"],
        "decision_factors.other": "</textarea><script>alert(1)</script>",
    }
    page = await site.post(at, values)
    assert page.status_code == 422
    assert "<title>Bitte prüfen: Ihre Entscheidung</title>" in page.text
    assert 'role="alert" tabindex="-1" autofocus>\n<h2>2 Antworten brauchen' in page.text
    assert '<a href="#f-decision_factors">Welche Gründe' in page.text
    assert '<a href="#f-main_reason">Welcher Grund' in page.text
    assert 'id="e-main_reason">Bitte beantworten Sie diese Frage.</p>' in page.text
    assert (
        '<select id="f-main_reason" name="main_reason"'
        ' aria-describedby="e-main_reason h-main_reason"'
        ' aria-invalid="true" aria-required="true">'
    ) in page.text
    assert page.text.count(" checked") == 4
    assert "<script>alert" not in page.text
    assert "&lt;/textarea&gt;&lt;script&gt;alert(1)" in page.text
    assert (await saved(candidate)).answers == {}


async def test_a_page_that_the_answers_leave_out_is_passed_over(
    site: Site, candidate: Invited
) -> None:
    at = f"/i/{candidate.token}"
    values = {"main_reason": "PAY_BASE", "destination": "STUDY"}
    led = await site.post(f"{at}/decision?lang=en", values)
    assert led.headers["location"] == f"{at}/role_and_organisation?lang=en"
    for passed in (
        await site.get(f"{at}/alternative?lang=en"),
        await site.post(f"{at}/alternative?lang=en", {"value_proposition": "PAY"}),
    ):
        assert passed.status_code == 303
        assert passed.headers["location"] == f"{at}/role_and_organisation?lang=en"
    assert "Step 2 of 7" in (await site.get(f"{at}/role_and_organisation")).text
    await site.post(f"{at}/decision", {**values, "destination": "OWN_BUSINESS"})
    assert "Step 3 of 8" in (await site.get(f"{at}/role_and_organisation")).text


@pytest.mark.parametrize(
    ("button", "target"), [({"go": "back"}, "?lang=en"), ({"lang": "de"}, "/decision?lang=de")]
)
async def test_leaving_a_page_keeps_what_is_there_and_asks_for_no_more(
    site: Site, candidate: Invited, button: dict[str, str], target: str
) -> None:
    at = f"/i/{candidate.token}"
    led = await site.post(f"{at}/decision?lang=en", {"destination": "STUDY", **button})
    assert led.headers["location"] == at + target
    assert (await saved(candidate)).answers == {"destination": Answer(ANSWERED, Choice("STUDY"))}
    page = await site.get(f"{at}?lang=en")
    assert f'href="{at}/decision?lang=en"' in page.text


async def test_leaving_a_page_keeps_that_something_was_cleared(
    site: Site, candidate: Invited
) -> None:
    at = f"/i/{candidate.token}"
    await site.post(f"{at}/anything_else", {"other": "Something"})
    await site.post(f"{at}/anything_else", {"other": "", "go": "back"})
    assert (await saved(candidate)).answers == {"other": Answer(SKIPPED)}


async def test_leaving_a_page_with_something_wrong_shows_it(site: Site, candidate: Invited) -> None:
    values = {"decision_factors": ["BENEFITS", "GROWTH", "FAMILY", "OTHER"], "go": "back"}
    page = await site.post(f"/i/{candidate.token}/decision?lang=en", values)
    assert page.status_code == 422
    assert "One answer needs another look" in page.text
    assert "Please choose at most 3." in page.text


async def test_questions_that_appear_by_an_answer_come_on_the_same_page(
    site: Site, client: Client
) -> None:
    await use_every_type(client)
    candidate = await make_invited_candidate(client)
    at = f"/i/{candidate.token}/review?lang=en"
    html = (await site.get(at)).text
    assert '<fieldset id="q-follow" class="question short_text" data-visible-if=' in html
    assert html.count(" hidden disabled>") == 2
    assert "q-elsewhere" not in html
    assert "Engineering" not in html
    # Without JavaScript the hidden questions are not sent, nor is what marks them as shown.
    first = await site.post(at, {"single": "B", "several": ["X", "Y"]})
    assert first.status_code == 200
    assert "Your answers lead to a further question" in first.text
    assert '<h2><a href="#q-follow">' in first.text
    assert first.text.count(" hidden disabled>") == 1
    assert 'value="B" id="f-single"' not in first.text
    assert 'value="B" checked' in first.text
    assert (await saved(candidate)).answers["single"] == Answer(ANSWERED, Choice("B"))
    second = await site.post(at, {"single": "B", "shown": "follow", "follow": ""})
    assert second.status_code == 422
    third = await site.post(at, {"single": "B", "shown": "follow", "follow": "so"})
    assert third.status_code == 200
    assert '<h2><a href="#q-further">' in third.text
    values = {"single": "B", "shown": ["follow", "further"], "follow": "so", "further": "true"}
    assert (await site.post(at, values)).status_code == 303
    assert (await saved(candidate)).answers["follow"] == Answer(ANSWERED, Text("so"))
    values["single"] = "A"
    assert (await site.post(at, values)).status_code == 303
    assert (await saved(candidate)).answers["follow"] == Answer(AnswerState.NOT_SHOWN)


async def test_an_unknown_page_leads_to_the_start(site: Site, candidate: Invited) -> None:
    for page in (
        await site.get(f"/i/{candidate.token}/nowhere?lang=en"),
        await site.post(f"/i/{candidate.token}/nowhere?lang=en", {}),
    ):
        assert page.status_code == 404
        assert f'href="/i/{candidate.token}?lang=en">To the first page</a>' in page.text


async def test_a_post_after_somebody_sent_the_answers_is_told_so(
    site: Site, candidate: Invited
) -> None:
    await submit(candidate)
    page = await site.post(f"/i/{candidate.token}/decision", {"main_reason": "PAY_BASE"})
    assert page.status_code == 410
