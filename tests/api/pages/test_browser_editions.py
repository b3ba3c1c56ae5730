"""How editions are made, decided in a real browser, with scripts and without, by keyboard."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.api.insight_world import make_year_old_client
from tests.api.pages.test_console_browser import check, sign_in
from tests.factories import Client

pytestmark = pytest.mark.browser


@pytest.fixture
async def client(connection: AsyncConnection) -> Client:
    del connection  # Being there is enough: every `run()` is a savepoint of its transaction.
    return await make_year_old_client()


@pytest.fixture
async def page(
    *, has_scripts: bool, chromium: Browser, client: Client, address: str
) -> AsyncIterator[Page]:
    context = await chromium.new_context(java_script_enabled=has_scripts)
    await sign_in(context, address, client.consultant)
    yield await context.new_page()
    await context.close()


@pytest.mark.parametrize("has_scripts", [True, False])
async def test_a_minimum_is_raised_and_a_field_says_what_is_wrong_with_it(
    page: Page, client: Client, address: str, *, has_scripts: bool
) -> None:
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text))
    home = f"{address}/console/{client.slug}"
    await page.goto(home)
    await page.get_by_role("link", name="Editions", exact=True).click()
    minimum = page.get_by_label("Fewest people behind a figure")
    assert await minimum.input_value() == "5"
    if has_scripts:
        await check(page)
    await minimum.fill("3")
    await minimum.press("Enter")
    await page.get_by_text("It can be raised, up to 1000, and is never below 5.").wait_for()
    assert await page.get_by_role("alert").inner_text() == (
        "Nothing was saved: one field needs another look."
    )
    assert await minimum.input_value() == "3"
    assert await minimum.get_attribute("aria-invalid") == "true"
    if has_scripts:
        await check(page)
    await minimum.fill("7")
    await page.get_by_label("Months of a period").select_option("6")
    await page.get_by_role("button", name="Save").click()
    await page.get_by_text("hold for periods that begin on").wait_for()
    assert await minimum.input_value() == "7"
    row = page.get_by_role("row").filter(has_text="Fewest people behind a figure")
    assert await row.get_by_role("cell").all_inner_texts() == ["7", "7"]
    if has_scripts:
        await check(page)
    assert [one for one in refused if "Security Policy" in one] == []
