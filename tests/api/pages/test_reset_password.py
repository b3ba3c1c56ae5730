"""Forgotten passwords: the same answer for everybody, one use, and every session over."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import select, update

from tenants.access import Viewer, ViewerKind
from tenants.audit import AuditAction, AuditEvent
from tenants.db import run
from tenants.model import new_id
from tenants.organisations import service as organisations
from tenants.organisations.models import PasswordReset
from tenants.organisations.password_resets import write_password_reset
from tenants.settings import get_settings
from tenants.work import Job, Session
from tests.api.pages.browsing import Browser, Page
from tests.factories import make_client

pytestmark = pytest.mark.usefixtures("connection")

OLD, NEW = "correct horse battery", "an entirely new password"


@pytest.fixture
async def email() -> str:
    email = f"dana-{new_id().hex}@client.example"
    await run(
        organisations.create_person, Viewer.operator(), email=email, name="Dana", password=OLD
    )
    return email


async def resets() -> list[PasswordReset]:
    async def read(session: Session, _viewer: Viewer) -> list[PasswordReset]:
        return [*await session.scalars(select(PasswordReset).order_by(PasswordReset.id))]

    return await run(read, Viewer.operator())


async def ask_for_link(email: str, browser: Browser | None = None) -> Page:
    return await (browser or Browser()).post("/reset-password", {"email": email})


async def path_of(reset_id: UUID) -> str | None:
    letter = await run(write_password_reset, Viewer.operator(), reset_id=reset_id)
    if letter is None:
        return None
    (link,) = re.findall(r"http\S+/reset-password/\S+", letter.body)
    return str(link).removeprefix(get_settings().public_url)


async def sign_in(email: str, password: str) -> int:
    return (await Browser().post("/sign-in", {"email": email, "password": password})).status


async def test_the_link_sets_a_new_password_once_and_ends_every_session(email: str) -> None:
    signed_in = Browser()
    await signed_in.post("/sign-in", {"email": email, "password": OLD})
    assert (await signed_in.get("/console")).status == 200
    await ask_for_link(email.upper())
    await ask_for_link(email)
    first, second = await resets()
    path, other = await path_of(first.id), await path_of(second.id)
    assert path is not None
    assert other is not None
    browser = Browser()
    assert email in (await browser.get(path)).html
    page = await browser.post(path, {"password": "short"})
    assert page.status == 400
    assert "at least 12 characters" in page.text
    page = await browser.post(path, {"password": NEW})
    assert (page.status, "Your password is changed" in page.text) == (200, True)
    assert (await sign_in(email, OLD), await sign_in(email, NEW)) == (403, 303)
    assert (await signed_in.get("/console")).location == "/sign-in"
    # Neither this link nor another one works again.
    for dead in (path, other, "/reset-password/unknown"):
        assert (await browser.get(dead)).status == 410
        assert (await browser.post(dead, {"password": "yet another password"})).status == 410
    assert await sign_in(email, NEW) == 303
    assert [await path_of(one.id) for one in (first, second)] == [None, None]


async def test_whether_there_is_an_account_shows_nowhere(
    email: str, statements: Callable[[], list[str]]
) -> None:
    looks: list[tuple[int, str, int]] = []
    browser = Browser()
    for one in (email, "nobody@client.example", "", "x" * 400, "dana\0@client.example"):
        statements()
        browser.address = f"192.0.2.{len(looks) + 1}"
        page = await ask_for_link(one, browser)
        looks.append((page.status, page.html, len(statements())))
    assert looks == [looks[0]] * 5
    assert [one.person_id is not None for one in await resets()] == [True, *[False] * 4]

    async def jobs(session: Session, _viewer: Viewer) -> list[tuple[str, list[str]]]:
        rows = await session.scalars(select(Job).where(Job.name == "people.reset_password"))
        return [(row.name, sorted(row.arguments)) for row in rows]

    assert await run(jobs, Viewer.operator()) == [("people.reset_password", ["reset_id"])] * 5
    assert [await path_of(one.id) is not None for one in await resets()] == [True, *[False] * 4]


async def test_no_link_is_kept_and_none_outlives_its_time(email: str) -> None:
    await ask_for_link(email)
    (reset,) = await resets()
    path = await path_of(reset.id)
    assert path is not None
    assert path.rsplit("/", 1)[1].encode() not in reset.token_hash
    assert len(reset.token_hash) == 32

    async def expire(session: Session, _viewer: Viewer) -> None:
        await session.execute(update(PasswordReset).values(expires_at=datetime.now(UTC)))

    await run(expire, Viewer.operator())
    assert (await Browser().get(path)).status == 410
    assert (await Browser().post(path, {"password": NEW})).status == 410
    assert await path_of(reset.id) is None
    assert await sign_in(email, OLD) == 303


async def test_asking_is_limited(email: str) -> None:
    browser = Browser()
    for _ in range(10):
        assert (await ask_for_link(email, browser)).status == 200
    page = await ask_for_link(email, Browser(address="192.0.2.77"))
    assert page.status == 429
    assert int(page.headers["retry-after"]) > 0
    assert len(await resets()) == 10
    # It does not keep anybody from signing in.
    assert await sign_in(email, OLD) == 303


async def test_a_new_password_and_a_sign_in_are_in_the_log_of_the_organisation() -> None:
    client = await make_client()
    email = f"hr@{client.slug}.example"
    await ask_for_link(email)
    path = await path_of((await resets())[0].id)
    assert path is not None
    await Browser().post(path, {"password": NEW})
    browser = Browser()
    await browser.post("/sign-in", {"email": email, "password": NEW})
    await browser.post("/sign-out", {})

    async def events(session: Session, _viewer: Viewer) -> list[tuple[str, object, object]]:
        rows = await session.scalars(select(AuditEvent).order_by(AuditEvent.at))
        return [
            (row.action.value, row.actor_kind, row.actor_id)
            for row in rows
            if row.action.value.startswith("person.")
        ]

    who = (ViewerKind.PERSON, client.hr.id)
    assert await run(events, client.job) == [
        (AuditAction.PASSWORD_RESET.value, *who),
        (AuditAction.PERSON_SIGNED_IN.value, *who),
        (AuditAction.PERSON_SIGNED_OUT.value, *who),
    ]


@pytest.mark.parametrize("headers", [{"sec_fetch_site": "cross-site"}, {"content_type": "x/y"}])
async def test_another_sites_form_sets_no_password(email: str, headers: dict[str, str]) -> None:
    await ask_for_link(email)
    path = await path_of((await resets())[0].id)
    assert path is not None
    page = await Browser().post(path, {"password": NEW}, **headers)
    assert page.status in {403, 415}
    assert await sign_in(email, OLD) == 303
