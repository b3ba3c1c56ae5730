"""The form in a real browser: with and without JavaScript, on a phone and at a desk."""

import itertools
from collections.abc import Callable

import pytest
from playwright.async_api import (
    Browser,
)

from api.pages.steps import CONFIDENTIALITY, REVIEW
from api.pages.texts import TEXTS
from tenants.db import run
from tenants.interviews.models import Confidentiality
from tenants.interviews.submission import get_invitation, save_answers
from tenants.offers.service import CandidateInput
from tenants.questionnaires.logic import Answer, Answered, visible_questions
from tenants.questionnaires.problems import PROBLEM_WORDING, AnswerProblem
from tenants.questionnaires.question_types import AnswerState
from tenants.questionnaires.templates import load
from tenants.questionnaires.values import Choice, Text
from tests.api.pages.surroundings import publish_instead, use_every_type
from tests.api.pages.visitor import visiting
from tests.factories import Client, Invited, complete_answers, make_invited_candidate

pytestmark = pytest.mark.browser

MOST_BYTES = 50_000
# How the questionnaire of every type says something in a language.
SAID: dict[str, Callable[[str], str]] = {
    "en": lambda words: words,
    "de": lambda words: f"{words} (de)",
    "ar": lambda words: f"{words} (ar)",
}
PAGES = (
    "decision",
    "alternative",
    "role_and_organisation",
    "process",
    "observations",
    "anything_else",
)


# Every two of the three choices meet.
@pytest.mark.parametrize(
    ("language", "width", "javascript"),
    [("de", 390, True), ("en", 1280, True), ("en", 390, False), ("de", 1280, False)],
    ids=["de-phone-js", "en-desk-js", "en-phone-nojs", "de-desk-nojs"],
)
async def test_a_candidate_gets_from_the_link_to_the_receipt(
    chromium: Browser,
    address: str,
    candidate: Invited,
    *,
    javascript: bool,
    language: str,
    width: int,
) -> None:
    at = f"{address}/i/{candidate.token}"
    # Without JavaScript the pages are the same for axe; one such walk is enough.
    inspects = javascript or width == 1280
    async with visiting(chromium, width=width, javascript=javascript, inspects=inspects) as visitor:
        page = visitor.page
        await page.goto(at)
        if language == "de":
            await page.click("nav a")
        await visitor.look()
        await visitor.go_on()
        await visitor.look()
        await page.check("[name=decision_factors][value=OTHER]")
        await page.fill("[name='decision_factors.other']", "Weg & Zeit")
        await visitor.go_on()
        await visitor.look()
        assert await page.input_value("[name='decision_factors.other']") == "Weg & Zeit"
        assert await page.evaluate("document.activeElement.id") == "errors"
        await page.select_option("[name=main_reason]", "COUNTER_OFFER")
        await page.check("[name=destination][value=CURRENT_EMPLOYER]")
        await visitor.go_on()
        await visitor.look()
        await page.check("[name=counter_offer][value=true]")
        await visitor.go_on()
        await visitor.look()
        await page.check("[name='organisation_ratings.TEAM'][value='5']")
        await page.fill("[name=positives]", "The team,\nand the work.")
        await page.check("[name='positives.do_not_quote']")
        await visitor.go_on()
        await visitor.look()
        await page.check("[name=recommendation][value='8']")
        for _ in range(3):
            await visitor.go_on()
            await visitor.look()
        await visitor.go_on()
        await visitor.look()
        await page.check("[name=confidentiality][value=CONFIDENTIAL]")
        await visitor.go_on()
        await visitor.look()
        code = await page.inner_text(".code")
        await visitor.go_on()
        heading = {"en": "Thank you. Your", "de": "Vielen Dank. Ihre"}[language]
        assert (await visitor.look()).startswith(heading)
        assert await page.inner_text(".code") == code
        assert await page.get_attribute("html", "lang") == language
        await page.goto(f"{at}?lang={language}")
        await visitor.look()
        assert visitor.faults == []
        assert [(path, status) for path, status, _ in visitor.seen] == [
            ("", 200),
            ("decision", 200),
            ("decision", 422),
            *((one, 200) for one in PAGES[1:]),
            (CONFIDENTIALITY, 200),
            (CONFIDENTIALITY, 422),
            (REVIEW, 200),
            (REVIEW, 200),
            ("", 410),
        ]
        assert [one for one in visitor.seen if one[2] >= MOST_BYTES] == []


# In three languages, one of them right-to-left, on a phone and at a desk, with and without script.
@pytest.mark.parametrize(
    ("language", "width", "javascript"),
    [("de", 390, True), ("ar", 390, False), ("ar", 1280, True), ("en", 1280, False)],
    ids=["de-phone-js", "ar-phone-nojs", "ar-desk-js", "en-desk-nojs"],
)
async def test_every_type_of_question_can_be_answered(
    chromium: Browser,
    address: str,
    client: Client,
    *,
    language: str,
    width: int,
    javascript: bool,
) -> None:
    await use_every_type(client)
    candidate = await make_invited_candidate(client)
    said = SAID[language]
    async with visiting(chromium, width=width, javascript=javascript) as visitor:
        page = visitor.page
        await page.goto(f"{address}/i/{candidate.token}/review?lang={language}")
        assert await page.get_attribute("html", "dir") == ("rtl" if language == "ar" else "ltr")
        await page.check("[name=single][value=B]")
        assert await page.is_visible("[name=follow]") is javascript
        if not javascript:
            await visitor.go_on()
            await visitor.look()
        await page.fill("[name=follow]", "so")
        assert await page.is_visible("[name=further][value=true]") is javascript
        if not javascript:
            await visitor.go_on()
        await page.check("[name=further][value=false]")
        await visitor.go_on()
        await visitor.look()
        await page.check("[name=yes][value=true]")
        await page.check("[name=rating][value='2']")
        await page.check("[name=recommend][value='10']")
        await page.check("[name='matrix.S'][value='3']")
        await page.select_option("[name='ranking.Q']", "1")
        await page.fill("[name=number]", "2,25")
        await page.fill("[name=day]", "2026-03-31")
        await page.check("[name=pay][value=HIGH]")
        await page.fill("[name=month]", "2026-03")
        await page.check("[name=agreed]")
        told = (await page.inner_text("#q-told")).split("\n")
        assert [line for line in told if line] == [said("About told?"), said("Only to read")]
        assert said("No names, please") in await page.inner_text("#h-words")
        await page.fill("[name=line]", "a line")
        await page.check("[name='words.prefer_not_to_say']")
        await visitor.go_on()
        assert await visitor.look() == said("Second page")
        problem = PROBLEM_WORDING[AnswerProblem.TOO_MANY_DECIMALS][language]
        assert await page.inner_text(".problem") == problem.format(decimals=1)
        assert await page.input_value("[name=day]") == "2026-03-31"
        await page.fill("[name=number]", "2,5")
        await visitor.go_on()
        assert await visitor.look() == said("Third page")
        await visitor.go_on()
        await page.check("[name=confidentiality][value=ATTRIBUTED]")
        await visitor.go_on()
        await visitor.look()
        assert await page.locator(".said").all_inner_texts() == [
            said("B"),
            "so",
            TEXTS["no"][language],
            TEXTS["yes"][language],
            "2 / 5",
            f"10 ({said('surely')})",
            f"{said('S')}: 3 / 5",
            f"1. {said('Q')}",
            f"{'2,5' if language == 'de' else '2.5'} {said('days')}",
            {"de": "31. März 2026", "ar": "31 مارس 2026", "en": "31 March 2026"}[language],
            said("High"),
            "2026-03",
            said("I agree"),
            "a line",
        ]
        await visitor.go_on()
        assert len(await page.inner_text(".code")) == 24
        assert visitor.faults == []


async def test_a_form_in_arabic_is_mirrored(
    chromium: Browser, address: str, client: Client
) -> None:
    template = load("declined_offer_short")
    await publish_instead(client, template)
    candidate = await make_invited_candidate(
        client, candidate=CandidateInput(external_id="1", email="a@b.example", language="ar")
    )
    at = f"{address}/i/{candidate.token}"
    async with visiting(chromium) as visitor:
        page = visitor.page
        await page.goto(at)
        assert await visitor.look() == template.title["ar"]
        assert await page.get_attribute("html", "lang") == "ar"
        await visitor.go_on()
        assert await visitor.look() == template.pages[0].title["ar"]
        await page.select_option("[name=main_reason]", "PAY_BASE")
        await page.check("[name=destination][value=STILL_LOOKING]")
        # What stands before the words is on their right, and the progress grows from the right.
        box = await page.locator("[name=destination] >> nth=0").bounding_box()
        words = await page.locator("[name=destination] + span >> nth=0").bounding_box()
        assert box is not None
        assert words is not None
        assert box["x"] > words["x"]
        await visitor.go_on()
        assert await visitor.look() == template.pages[1].title["ar"]
        await page.check("[name=recommendation][value='9']")
        first = await page.locator("[name=recommendation][value='0']").bounding_box()
        second = await page.locator("[name=recommendation][value='1']").bounding_box()
        assert first is not None
        assert second is not None
        assert first["x"] > second["x"]
        await visitor.go_on()
        await visitor.go_on()
        await page.check("[name=confidentiality][value=CONFIDENTIAL]")
        await visitor.go_on()
        assert await visitor.look() == TEXTS["review"]["ar"]
        await visitor.go_on()
        assert (await visitor.look()).startswith("شكرًا لكم")
        assert visitor.faults == []


async def test_the_browser_shows_what_the_server_would(
    chromium: Browser, address: str, client: Client
) -> None:
    await use_every_type(client)
    candidate = await make_invited_candidate(client)
    invitation = await run(get_invitation, candidate.viewer)
    codes = [question.code for question in invitation.definition.page("review").questions]
    async with visiting(chromium) as visitor:
        page = visitor.page
        for single, follow in itertools.product(("", "A", "B", "OTHER"), ("", " ", "x")):
            await page.goto(f"{address}/i/{candidate.token}/review")
            # What was typed while a question was shown counts for nothing once it is hidden.
            await page.check("[name=single][value=B]")
            await page.fill("[name=follow]", follow)
            await page.check(f"[name=single][value='{single or '.prefer_not_to_say'}']")
            answers = {
                "single": Answered(Choice(single)) if single else Answered(),
                "follow": Answered(Text(follow)),
            }
            visible = visible_questions(invitation.definition, answers, invitation.offer_facts)
            shown = [one for one in codes if await page.is_visible(f"#q-{one}")]
            assert await page.is_visible("[name=several][value=Z]") is (single != "A")
            assert shown == [one for one in codes if one in visible]


async def test_what_excludes_the_others_puts_them_out(
    chromium: Browser, address: str, client: Client
) -> None:
    await use_every_type(client)
    candidate = await make_invited_candidate(client)
    async with visiting(chromium) as visitor:
        page = visitor.page
        await page.goto(f"{address}/i/{candidate.token}/review")
        ticked = "#q-several input:checked"

        async def values() -> list[str]:
            boxes = await page.locator(ticked).all()
            return [f"{await box.get_attribute('value')}" for box in boxes]

        await page.check("[name=several][value=X]")
        await page.check("[name=several][value=Y]")
        assert await values() == ["X", "Y"]
        await page.check("[name=several][value=NONE]")
        assert await values() == ["NONE"]
        await page.check("[name=several][value=Z]")
        assert await values() == ["Z"]
        await page.check("[name='several.prefer_not_to_say']")
        assert await values() == ["yes"]
        await page.uncheck("[name='several.prefer_not_to_say']")
        assert await values() == []


@pytest.mark.parametrize("javascript", [True, False], ids=["js", "nojs"])
async def test_neither_enter_nor_another_language_nor_going_back_loses_what_was_typed(
    chromium: Browser, address: str, client: Client, *, javascript: bool
) -> None:
    await use_every_type(client)
    candidate = await make_invited_candidate(client)
    at = f"{address}/i/{candidate.token}"
    async with visiting(chromium, javascript=javascript) as visitor:
        page = visitor.page
        await page.goto(f"{at}/review?lang=en")
        await page.check("[name=single][value=OTHER]")
        await page.fill("[name='single.other']", "Something of mine")
        await page.click("nav button")
        await page.wait_for_url(f"{at}/review?lang=de")
        assert await page.input_value("[name='single.other']") == "Something of mine"
        await page.fill("[name=follow]", "typed")
        await page.click("[name=go]")
        await page.wait_for_url(f"{at}?lang=de")
        answers = (await run(get_invitation, candidate.viewer)).answers
        assert answers == {
            "single": Answer(AnswerState.ANSWERED, Choice("OTHER", "Something of mine")),
            "follow": Answer(AnswerState.ANSWERED, Text("typed")),
        }
        await page.goto(f"{at}/review?lang=de")
        await page.press("[name=follow]", "Enter")
        await page.wait_for_url(f"{at}/second?lang=de")
        assert visitor.faults == []


async def test_the_keyboard_is_enough(chromium: Browser, address: str, candidate: Invited) -> None:
    at = f"{address}/i/{candidate.token}"
    async with visiting(chromium) as visitor:
        page = visitor.page
        await page.goto(f"{at}/process?lang=en")
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.activeElement.className") == "skip"
        await page.keyboard.press("Enter")
        assert await page.evaluate("document.activeElement.id") == "main"
        await page.focus("[name=recommendation][value='0']")
        for _ in range(3):
            await page.keyboard.press("ArrowRight")
        assert await page.is_checked("[name=recommendation][value='3']")
        outline = "getComputedStyle(document.querySelector(':focus-visible + span')).outlineWidth"
        assert await page.evaluate(outline) == "3px"
        await page.focus(".actions button >> nth=0")
        await page.keyboard.press("Enter")
        await page.wait_for_url(f"{at}/observations?lang=en#main")


async def test_an_error_leads_to_its_field(
    chromium: Browser, address: str, candidate: Invited
) -> None:
    async with visiting(chromium) as visitor:
        page = visitor.page
        await page.goto(f"{address}/i/{candidate.token}/decision?lang=en")
        await visitor.go_on()
        await page.click(".errors a")
        assert await page.evaluate("document.activeElement.name") == "main_reason"


async def test_the_receipt_prints_without_what_surrounds_it(
    chromium: Browser, address: str, candidate: Invited
) -> None:
    at = f"{address}/i/{candidate.token}"
    for code, answer in complete_answers().items():
        await run(save_answers, candidate.viewer, answers={code: answer})
    await run(
        save_answers, candidate.viewer, answers={}, confidentiality=Confidentiality.CONFIDENTIAL
    )
    async with visiting(chromium) as visitor:
        page = visitor.page
        await page.goto(f"{at}/{REVIEW}")
        await visitor.go_on()
        assert await page.is_visible("[data-prints]")
        await page.emulate_media(media="print")
        assert await page.is_visible(".code")
        for hidden in ("header", "[data-prints]", ".note"):
            assert not await page.is_visible(hidden)
