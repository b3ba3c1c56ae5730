"""Another password while signed in: by the present one, and every other browser is out."""

import pytest
from sqlalchemy import select

from tenants.access import Role, Viewer
from tenants.audit import AuditAction, AuditEvent
from tenants.db import run
from tenants.errors import InvalidInput
from tenants.model import new_id
from tenants.organisations import queries
from tenants.organisations import service as organisations
from tenants.organisations.passwords import check_new_password
from tenants.work import Session
from tests.api.pages.browsing import Browser
from tests.factories import make_client

pytestmark = pytest.mark.usefixtures("connection")

OLD, NEW = "correct horse battery", "an entirely new password"
PAGE = "/account/password"


@pytest.fixture
async def email() -> str:
    email = f"dana-{new_id().hex}@client.example"
    await run(
        organisations.create_person, Viewer.operator(), email=email, name="Dana", password=OLD
    )
    return email


async def signed_in(email: str, password: str = OLD) -> Browser:
    browser = Browser()
    page = await browser.post("/sign-in", {"email": email, "password": password})
    assert page.status == 303
    return browser


async def test_the_present_password_gives_another_one(email: str) -> None:
    here, elsewhere = await signed_in(email), await signed_in(email)
    assert (await here.get(PAGE)).status == 200
    changed = await here.post(PAGE, {"present": OLD, "password": NEW})
    assert (changed.status, changed.location) == (303, "/account")
    assert (await here.get("/account")).status == 200
    assert (await elsewhere.get("/account")).location.startswith("/sign-in")
    refused = await Browser().post("/sign-in", {"email": email, "password": OLD})
    assert refused.status == 403
    await signed_in(email, NEW)


@pytest.mark.parametrize(
    ("present", "chosen", "status"),
    [
        ("not the present one", NEW, 403),
        (OLD, "short", 400),
        (OLD, OLD, 400),
        (OLD, "password1234", 400),
        (OLD, "qwertyuiop12", 400),
    ],
)
async def test_a_refusal_changes_nothing(
    email: str, present: str, chosen: str, status: int
) -> None:
    here, elsewhere = await signed_in(email), await signed_in(email)
    page = await here.post(PAGE, {"present": present, "password": chosen})
    assert page.status == status
    for browser in (here, elsewhere):
        assert (await browser.get("/account")).status == 200
    await signed_in(email)


async def test_guessing_is_counted_as_at_the_door(email: str) -> None:
    here = await signed_in(email)
    for _ in range(10):
        await here.post(PAGE, {"present": "a guess of somebody", "password": NEW})
    closed = await here.post(PAGE, {"present": OLD, "password": NEW})
    assert closed.status == 429
    assert (await here.get("/account")).status == 200


async def test_strangers_are_led_to_sign_in() -> None:
    for page in (await Browser().get(PAGE), await Browser().post(PAGE, {"present": OLD})):
        assert page.location.startswith("/sign-in")


async def test_it_is_in_the_log_of_each_organisation(email: str) -> None:
    client = await make_client()
    person = await run(queries.find_person_by_email, Viewer.operator(), email=email)
    assert person is not None
    await run(
        organisations.add_member,
        client.job,
        organisation_id=client.organisation_id,
        person_id=person.id,
        role=Role.HR,
    )
    await (await signed_in(email)).post(PAGE, {"present": OLD, "password": NEW})

    async def changes(session: Session, _viewer: Viewer) -> int:
        rows = await session.scalars(
            select(AuditEvent).where(AuditEvent.action == AuditAction.PASSWORD_CHANGED)
        )
        return len(rows.all())

    assert await run(changes, client.job) == 1


@pytest.mark.parametrize(
    "password",
    ["dana@client.example", "x" * 20, "abcabcabcabc", "iloveyou12345", "passwordpassword"],
)
def test_what_is_tried_first_is_refused(password: str) -> None:
    with pytest.raises(InvalidInput, match="easily guessed"):
        check_new_password(password, email="dana@client.example")


@pytest.mark.parametrize("password", [OLD, NEW, "Äpfel im Schnee, grün", "x7!Kq0pZ-vb2"])
def test_what_is_hard_to_guess_may_be_chosen(password: str) -> None:
    check_new_password(password, email="dana@client.example")
