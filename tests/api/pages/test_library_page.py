"""The library in the console: listed, compared and pushed, and read by the client's people."""

import re

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser as Chromium
from playwright.async_api import Page as ChromiumPage

from api.auth.bearer import SESSION_COOKIE
from tests.api.conftest import Ask
from tests.api.library_asking import save
from tests.api.library_world import Library, make_library, name_in_engagement
from tests.api.pages.browsing import Page, session_of
from tests.api.questionnaire_world import question
from tests.api.world import organisation_id_of
from tests.factories import make_client

pytestmark = pytest.mark.usefixtures("connection")

AXE_OPTIONS = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}


@pytest.fixture
async def library() -> Library:
    return await make_library(await make_client(name="Northwind Robotics"))


def compared(library: Library) -> str:
    """Return where it stands what pushing the template would change."""
    organisation = organisation_id_of(library.client)
    return f"/console/library/compare?template={library.template}&organisation={organisation}"


def form_of(page: Page) -> dict[str, str]:
    """Return the hidden fields of the last form of a page."""
    fields = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.html)
    return {name: value for name, value in fields if name != "csrf"}


async def test_a_consultant_compares_pushes_and_hr_reads_it(library: Library) -> None:
    client = library.client
    browser = await session_of(client.consultant)
    page = await browser.get("/console/library")
    assert page.status == 200
    assert "Exit talk" in page.text
    assert "The first one." in page.text
    assert "Parking" in page.text
    assert f'<option value="{organisation_id_of(client)}">Northwind Robotics</option>' in page.html
    page = await browser.get(compared(library))
    assert "has no such questionnaire yet" in page.text
    assert "The questionnaire is new." in page.text
    pushed = await browser.post("/console/library/push", form_of(page))
    assert pushed.location == f"/console/{client.slug}/pushes"
    again = await browser.post("/console/library/push", form_of(page))
    assert again.location == pushed.location
    hr = await session_of(client.hr)
    told = await hr.get(pushed.location)
    assert "Exit talk, version 1" in told.text
    assert f"Pushed by Consultant of {client.slug} of Firm of {client.slug}" in told.text
    assert told.text.count("The questionnaire is new.") == 1
    preview = await hr.get(told.links("See the draft as the form")[0])
    assert preview.status == 200
    assert "/pushes" in (await hr.get(f"/console/{client.slug}")).html
    leadership = await session_of(client.leadership)
    page = await leadership.get(f"/console/{client.slug}/pushes")
    assert "Your role does not include this" in page.text
    assert "/pushes" not in (await leadership.get(f"/console/{client.slug}")).html


async def test_the_codebook_goes_the_same_way(library: Library) -> None:
    browser = await session_of(library.client.consultant)
    organisation = organisation_id_of(library.client)
    where = f"/console/library/compare?firm={library.firm}&organisation={organisation}"
    page = await browser.get(where)
    assert 'Theme PARKING ("Parking") is new.' in page.text
    pushed = await browser.post("/console/library/push", form_of(page))
    assert "Codebook" in (await browser.get(pushed.location)).text
    assert "There is nothing to push" in (await browser.get(where)).text


async def test_an_edited_draft_is_replaced_only_by_somebody_who_says_so(
    library: Library, ask: Ask
) -> None:
    client = library.client
    browser = await session_of(client.consultant)
    await browser.post("/console/library/push", form_of(await browser.get(compared(library))))
    # HR copies nothing and edits nothing of the library: its own draft.
    hr = await session_of(client.hr)
    (link,) = (await hr.get(f"/console/{client.slug}/pushes")).links("See the draft as the form")
    answer = await ask(
        client.hr,
        """mutation ($input: TranslateQuestionnaireInput!) { translateQuestionnaire(input: $input) {
          version { revision } userErrors { code } } }""",
        input={
            "versionId": link.rsplit("/", 1)[1],
            "revision": 1,
            "language": "fr",
            "texts": [{"key": "title", "text": "Votre avis"}],
        },
    )
    assert answer["data"]["translateQuestionnaire"]["userErrors"] == []
    await save(ask, library, question("why"), basedOn=1)
    page = await browser.get(compared(library))
    assert "It is not replaced unless you say so below" in page.text
    assert "Language fr was removed." in page.text
    refused = await browser.post("/console/library/push", form_of(page))
    assert refused.status == 409
    assert "Somebody edited this draft in the organisation" in refused.text
    done = await browser.post("/console/library/push", {**form_of(page), "replaces": "2"})
    assert done.location == f"/console/{client.slug}/pushes"


async def test_an_administrator_keeps_the_library_on_its_page(library: Library) -> None:
    client = library.client
    keeper = await session_of(await name_in_engagement(library))
    page = await keeper.get("/console/library")
    # The client's own questionnaires are there to be taken, its drafts and versions by name.
    taken = r'<option value="([^"]+)">[^<]*, version 1 \(published\)'
    (version,) = set(re.findall(taken, page.html))
    form = {"firm": library.firm, "go": "save", "based_on": "0"}
    new = {"code": "reneged", "name": "After a yes", "source": "built-in:RENEGED_ACCEPTANCE"}
    next_one = {
        "code": "exit_talk",
        "name": "Exit talk",
        "based_on": "1",
        "source": version,
        "note": "As they ask.",
    }
    for sent in (new, next_one):
        saved = await keeper.post("/console/library/keep", {**form, **sent})
        assert saved.location == "/console/library"
    stale = await keeper.post("/console/library/keep", {**form, **next_one, "source": "x"})
    assert stale.status == 409
    other = {**form, **new, "source": "built-in:DECLINED_OFFER"}
    late = await keeper.post("/console/library/keep", other)
    assert (late.status, "Nothing was saved: read it" in late.text) == (409, True)
    theme = {"firm": library.firm, "go": "theme", "code": "PARKING", "retires": "yes"}
    assert (await keeper.post("/console/library/keep", theme)).status == 303
    retired = {"go": "retire", "template": library.template}
    assert (await keeper.post("/console/library/keep", retired)).status == 303
    page = await keeper.get("/console/library")
    assert "As they ask." in page.text
    assert "After a yes" in page.text
    assert page.text.count("Retired") == 3
    assert "Retire Exit talk" not in page.html
    # Whoever only pushes keeps nothing, and neither does anybody from another firm or a client.
    stranger = await make_client()
    for viewer in (client.consultant, client.hr, stranger.consultant):
        browser = await session_of(viewer)
        assert "/console/library/keep" not in (await browser.get("/console/library")).html
        for sent in ({**form, **new, "code": "mine"}, theme, retired):
            refused = await browser.post("/console/library/keep", sent)
            assert refused.status == 409
    assert (await keeper.get("/console/library")).html == page.html


async def test_what_is_not_theirs_is_told_apart_from_nothing(library: Library) -> None:
    other = await make_client()
    stranger = await session_of(other.consultant)
    page = await stranger.get("/console/library")
    assert "Exit talk" not in page.text
    assert "No template yet" in page.text
    unknown = compared(library).replace(library.template, "unknown")
    for where in (compared(library), unknown):
        page = await stranger.get(where)
        assert (page.status, "You cannot push there" in page.text) == (404, True)
    form = {"template": library.template, "organisation": organisation_id_of(other), "slug": "x"}
    page = await stranger.post("/console/library/push", form)
    assert (page.status, "Exit talk" in page.text) == (409, False)
    form["csrf"] = "x"
    page = await stranger.post("/console/library/push", form)
    assert (page.status, "nothing was done" in page.text) == (403, True)
    hr = await session_of(library.client.hr)
    assert "You belong to no consulting firm" in (await hr.get("/console/library")).text
    assert (await hr.get(f"/console/{other.slug}/pushes")).status == 404


@pytest.mark.browser
async def test_it_is_for_everybody_and_fits_a_phone(
    library: Library, chromium: Chromium, address: str
) -> None:
    client = library.client
    token = (await session_of(await name_in_engagement(library))).token
    assert token is not None
    context = await chromium.new_context(viewport={"width": 390, "height": 844})
    await context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": address}])
    page = await context.new_page()
    await page.goto(f"{address}/console/library")
    for summary in await page.locator("main summary").all():
        await summary.click()
    await _check(page)
    await page.get_by_role("button", name="See what Exit talk would change there").click()
    await _check(page)
    await page.get_by_role("button", name="Push to Northwind Robotics").click()
    await page.wait_for_url(f"{address}/console/{client.slug}/pushes")
    assert await page.get_by_role("heading", name="Exit talk, version 1").is_visible()
    await _check(page)
    await context.close()


async def _check(page: ChromiumPage) -> None:
    for width in (1280, 390, 320):
        await page.set_viewport_size({"width": width, "height": 844})
        results = await Axe().run(page, options=AXE_OPTIONS)
        assert results.response["violations"] == [], (page.url, width)
        over = await page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert over == 0, (page.url, width)
