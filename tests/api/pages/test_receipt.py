"""A receipt code opens one's own answers, and erases them."""

from collections.abc import AsyncIterator

import httpx2
import pytest
from sqlalchemy import select

from api.app import create_app
from tenants import db
from tenants.access import Viewer
from tenants.interviews import holding
from tenants.interviews.models import Confidentiality, HeldSubmission, Response
from tenants.interviews.receipts import receipt_url
from tenants.settings import get_settings
from tenants.work import Session
from tests.factories import Client, invite_hundred, make_client, make_invited_candidate, submit

pytestmark = pytest.mark.usefixtures("connection")


@pytest.fixture
async def browser() -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(create_app())
    async with httpx2.AsyncClient(transport=transport, base_url=get_settings().public_url) as http:
        yield http


async def _kept(session: Session, _viewer: Viewer) -> tuple[int, int]:
    responses = (await session.scalars(select(Response))).all()
    held = (await session.scalars(select(HeldSubmission))).all()
    return len(responses), len(held)


async def _submitted(client: Client, confidentiality: Confidentiality, note: str) -> str:
    invited = await make_invited_candidate(client)
    return await submit(invited, confidentiality, note=note)


@pytest.mark.parametrize("choice", [Confidentiality.ATTRIBUTED, Confidentiality.CONFIDENTIAL])
async def test_a_code_shows_the_answers_and_erases_them(
    browser: httpx2.AsyncClient, choice: Confidentiality
) -> None:
    client = await make_client()
    code = await _submitted(client, choice, "The coffee was good.")
    other = await _submitted(client, choice, "The coffee was cold.")
    page = receipt_url(client.organisation_id)
    asked = await browser.get(page)
    assert asked.status_code == 200
    shown = await browser.post(page, data={"receipt_code": code.lower().replace("-", " ")})
    assert shown.status_code == 200
    assert "The coffee was good." in shown.text
    assert "The coffee was cold." not in shown.text
    erased = await browser.post(page, data={"receipt_code": code, "go": "withdraw"})
    assert erased.status_code == 200
    assert "Your answers are erased" in erased.text
    assert await db.run(_kept, client.job) == (1, 0)
    again = await browser.post(page, data={"receipt_code": code})
    assert again.status_code == 404
    assert "No answers belong to this code." in again.text
    assert (await browser.post(page, data={"receipt_code": other})).status_code == 200


async def test_a_code_takes_the_name_away_and_nothing_gives_it_back(
    browser: httpx2.AsyncClient,
) -> None:
    client = await make_client()
    code = await _submitted(client, Confidentiality.ATTRIBUTED, "The coffee was good.")
    page = receipt_url(client.organisation_id)
    shown = await browser.post(page, data={"receipt_code": code})
    assert "Make them confidential" in shown.text
    tightened = await browser.post(page, data={"receipt_code": code, "go": "tighten"})
    assert tightened.status_code == 200
    assert "Confidential." in tightened.text
    assert "The coffee was good." in tightened.text
    assert "Make them confidential" not in tightened.text

    async def chosen(session: Session, _viewer: Viewer) -> list[Confidentiality]:
        return [*await session.scalars(select(Response.confidentiality))]

    assert await db.run(chosen, client.job) == [Confidentiality.CONFIDENTIAL]
    again = await browser.post(page, data={"receipt_code": code, "go": "tighten"})
    assert again.status_code == 200
    assert await db.run(chosen, client.job) == [Confidentiality.CONFIDENTIAL]


async def test_an_anonymous_submission_is_found_while_it_waits_and_after(
    browser: httpx2.AsyncClient,
) -> None:
    client = await make_client()
    await invite_hundred(client)
    codes = [
        await _submitted(client, Confidentiality.ANONYMOUS, f"note {number}") for number in range(6)
    ]
    page = receipt_url(client.organisation_id)
    waiting = await browser.post(page, data={"receipt_code": codes[2]})
    assert "note 2" in waiting.text
    assert "They still wait, sealed, for others." in waiting.text
    await browser.post(page, data={"receipt_code": codes[5], "go": "withdraw"})
    assert await db.run(_kept, client.job) == (0, 5)
    await db.run(holding.flush, client.job, organisation_id=client.organisation_id)
    assert await db.run(_kept, client.job) == (5, 0)
    kept = await browser.post(page, data={"receipt_code": codes[2]})
    assert "note 2" in kept.text
    assert "wait" not in kept.text
    await browser.post(page, data={"receipt_code": codes[2], "go": "withdraw"})
    assert await db.run(_kept, client.job) == (4, 0)


async def test_nonsense_and_other_organisations_codes_open_nothing(
    browser: httpx2.AsyncClient,
) -> None:
    client, other = await make_client(), await make_client()
    code = await _submitted(client, Confidentiality.ATTRIBUTED, "ours")
    foreign = await browser.post(receipt_url(other.organisation_id), data={"receipt_code": code})
    unknown = await browser.post(
        receipt_url(other.organisation_id), data={"receipt_code": code[::-1]}
    )
    short = await browser.post(receipt_url(client.organisation_id), data={"receipt_code": "x"})
    assert [foreign.status_code, unknown.status_code, short.status_code] == [404, 404, 404]
    assert foreign.text.replace(code, "") == unknown.text.replace(code[::-1], "")
    assert (await browser.get("/receipt/nonsense")).status_code == 404
    cross_site = await browser.post(
        receipt_url(client.organisation_id),
        data={"receipt_code": code, "go": "withdraw"},
        headers={"Sec-Fetch-Site": "cross-site"},
    )
    assert cross_site.status_code == 403
    assert await db.run(_kept, client.job) == (1, 0)
