"""Failures to sign in, told in the logs, and the logs of firms sealed with those of clients."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from deploy import auditing
from tenants import audit, db, sealing
from tenants.access import Role, Viewer
from tenants.audit import AuditAction, Log
from tenants.db import run
from tenants.model import new_id
from tenants.operators.queries import list_events as list_installation_events
from tenants.operators.service import add_operator
from tenants.organisations import providers
from tenants.organisations import service as organisations
from tenants.organisations.attempts import (
    AttemptKind,
    TooManyAttempts,
    begin_attempt,
    note_failure,
)
from tenants.organisations.models import FirmRole
from tenants.work import Session, enqueue
from tests.api.auth.oauth_world import TOKEN, basic, make_machine, send
from tests.api.conftest import Ask
from tests.api.pages.browsing import Browser, session_of
from tests.api.test_identity_providers import provider_of
from tests.factories import Client, make_client, make_identity_provider
from tests.jobs.conftest import Perform, perform

__all__ = ["perform"]

OPERATOR = Viewer.operator()
PASSWORD = "correct horse battery"
EVENTS = """query ($slug: String!) { organisation(slug: $slug) { auditEvents(first: 100) { nodes {
  action actorKind actorRole actorName subjects } } } }"""
OF_FIRM = """{ viewer { firms { auditEvents(first: 100) { totalCount nodes {
  id action actorKind actorRole actorName subjects } } } } }"""
REFUSED = ("SIGN_IN_", "IDENTITY_PROVIDER_REFUSED", "INTEGRATION_REFUSED")


async def refusals(ask: Ask, viewer: Viewer, client: Client) -> list[dict[str, Any]]:
    """Return what a client's log tells of those who were not let in, to somebody who reads it."""
    answer = await ask(viewer, EVENTS, slug=client.slug)
    events = answer["data"]["organisation"]["auditEvents"]["nodes"]
    return [one for one in events if one["action"].startswith(REFUSED)]


async def of_firm(ask: Ask, viewer: Viewer) -> list[dict[str, Any]]:
    """Return the log of the viewer's firm as the viewer reads it."""
    ((firm),) = (await ask(viewer, OF_FIRM))["data"]["viewer"]["firms"]
    assert firm["auditEvents"]["totalCount"] == len(firm["auditEvents"]["nodes"])
    return [*firm["auditEvents"]["nodes"]]


async def seal_all(perform: Perform) -> None:
    """Do the hourly job."""

    async def add(session: Session, _viewer: Viewer) -> Any:
        return enqueue(session, "audit.seal", None)

    await perform("audit.seal", await run(add, OPERATOR), None)


async def make_member_of_both(client: Client, other: Client) -> tuple[str, Viewer]:
    """Make somebody with a password: leadership of a client, administrator of another's firm."""
    email = f"dana-{new_id().hex}@client.example"
    person = await run(
        organisations.create_person, OPERATOR, email=email, name="Dana", password=PASSWORD
    )
    await run(
        organisations.add_member,
        client.job,
        organisation_id=client.organisation_id,
        person_id=person,
        role=Role.LEADERSHIP,
    )
    await run(
        organisations.join_firm,
        OPERATOR,
        firm_id=other.firm_id,
        person_id=person,
        role=FirmRole.ADMINISTRATOR,
    )
    firms = {other.firm_id: Role.FIRM_ADMINISTRATOR}
    return email, replace(client.leadership, id=person, firms=firms)


async def fail(emails: Sequence[str]) -> set[str]:
    """Sign in twice with a wrong password for each address; return what the pages say."""
    pages = set()
    for number, email in enumerate((*emails, *emails)):
        browser = Browser(address=f"198.51.100.{number}")
        page = await browser.post("/sign-in", {"email": email, "password": "wrong"})
        pages.add(f"{page.status} {page.text}")
    return pages


async def fail_quickly(email: str, *, times: int) -> None:
    """Let attempts fail as the page does, without comparing hashes."""
    for number in range(times):
        attempt = await run(
            begin_attempt,
            OPERATOR,
            kind=AttemptKind.SIGN_IN,
            account=email,
            address=f"203.0.113.{number}",
        )
        await run(note_failure, OPERATOR, attempt=attempt, account=email)


@pytest.mark.usefixtures("connection")
async def test_failures_to_sign_in_are_told_twice_an_hour_to_those_who_know_the_account(
    ask: Ask, perform: Perform
) -> None:
    client, other, third = await make_client(), await make_client(), await make_client()
    email, dana = await make_member_of_both(client, other)
    # Tests that commit may have left some in the installation's log.
    before = await run(list_installation_events, OPERATOR, limit=1000)
    await run(add_operator, OPERATOR, email=email)
    emails = (email, f"nobody-{new_id().hex}@client.example")
    # Before they are told nothing is known of them, and an unknown account answers alike.
    assert len(await fail(emails)) == 1
    assert await refusals(ask, client.hr, client) == []
    await seal_all(perform)
    (told,) = await refusals(ask, client.hr, client)
    assert told == {
        "action": "SIGN_IN_FAILED",
        "actorKind": "NOBODY",
        "actorRole": None,
        "actorName": None,
        "subjects": told["subjects"],
    }
    # It was not the owner who did it, so that nobody is named: the token is that of the member.
    assert (await Browser().post("/sign-in", {"email": email, "password": PASSWORD})).status == 303
    answer = await ask(client.hr, EVENTS, slug=client.slug)
    (signed_in,) = [
        one
        for one in answer["data"]["organisation"]["auditEvents"]["nodes"]
        if one["action"] == "PERSON_SIGNED_IN"
    ]
    assert (signed_in["actorName"], signed_in["subjects"]) == ("Dana", told["subjects"])
    assert [one["action"] for one in await of_firm(ask, dana)] == [
        "PERSON_SIGNED_IN",
        "SIGN_IN_FAILED",
    ]
    # Ten close the account, and all others of the hour make no third event.
    await fail_quickly(email, times=8)
    with pytest.raises(TooManyAttempts):
        await fail_quickly(email, times=1)
    await seal_all(perform)
    await seal_all(perform)
    actions = [one["action"] for one in await refusals(ask, client.hr, client)]
    assert sorted(actions) == ["SIGN_IN_FAILED", "SIGN_IN_FAILED", "SIGN_IN_LIMITED"]
    # Whoever operates the installation has its own log for that.
    events = await run(list_installation_events, OPERATOR, limit=1000)
    assert sorted(one.action for one in events[: len(events) - len(before)]) == [
        "operator.added",
        "operator.sign_in_failed",
        "operator.sign_in_failed",
        "operator.sign_in_limited",
        "operator.signed_in",
    ]
    # A firm's administrator has a part in the firm's clients, as a consultant has.
    assert len(await refusals(ask, other.hr, other)) == 3
    assert await refusals(ask, third.hr, third) == []
    browser = await session_of(client.hr)
    page = await browser.get(f"/console/{client.slug}/log")
    assert page.text.count("Somebody gave a wrong password") == 3  # A choice, and two rows.
    page = await browser.get(f"/console/{client.slug}/log?show=SIGN_IN_LIMITED")
    assert len(page.rows()) == 1
    page = await (await session_of(client.leadership)).get(f"/console/{client.slug}/log")
    assert (page.status, page.rows()) == (200, [])
    assert "Log" not in page.places()
    found = await run(sealing.verify_events, client.job, log=Log(client.organisation_id))
    assert (found.findings, found.unsealed) == ((), 0)


@pytest.mark.usefixtures("connection")
async def test_who_is_nobody_at_a_provider_and_a_wrong_secret_are_told_once_an_hour(
    ask: Ask,
) -> None:
    client = await make_client()
    machine = await make_machine(client)
    await make_identity_provider(client)
    provider = await provider_of(client)
    for _ in range(3):
        answer = await send(
            TOKEN,
            {"grant_type": "client_credentials"},
            headers=basic(machine.client_id, "not the secret"),
        )
        assert answer.status_code == 401
        await run(providers.note_refused, providers.owner_of(provider), provider=provider)
    # A client identifier that is none of ours names nobody.
    forged = basic(machine.client_id[:-2] + "xx", "not the secret")
    assert (await send(TOKEN, {"grant_type": "client_credentials"}, headers=forged)).is_error
    found = await refusals(ask, client.hr, client)
    assert sorted(one["action"] for one in found) == [
        "IDENTITY_PROVIDER_REFUSED",
        "INTEGRATION_REFUSED",
    ]
    assert {one["actorKind"] for one in found} == {"NOBODY"}
    # What machines and members do is no business of the consultant's.
    assert await refusals(ask, client.consultant, client) == []


async def test_of_many_refusals_at_once_one_is_told(committing: AsyncEngine) -> None:
    assert committing is not None
    client, subject = await make_client(), new_id()
    log, refused = Log(client.firm_id, is_firms=True), AuditAction.IDENTITY_PROVIDER_REFUSED
    within = providers.REFUSALS_TOLD_EVERY
    once = (run(audit.record_once, OPERATOR, log, refused, subject, within=within) for _ in "12345")
    await asyncio.gather(*once)

    async def count(session: Session, _viewer: Viewer) -> Any:
        where = "SELECT count(*) FROM firm_audit_events WHERE firm_id = :firm"
        return await session.scalar(text(where), {"firm": client.firm_id})

    assert await run(count, OPERATOR) == 1
    assert await run(count, client.consultant) == 0
    with pytest.raises(Exception, match="permission denied"):
        await run(_rewrite, OPERATOR)
    # Somebody of another firm adds nothing to it.
    other = await make_client()
    with pytest.raises(Exception, match="row-level security"):
        await run(audit.record_in_firm, other.consultant, refused, client.firm_id, subject)
    # The chain of a firm finds what was done to it, and its head is kept with the others.
    assert await run(sealing.seal_events, OPERATOR, log=log) == 1
    slug = f"firm-{client.slug}"
    kept = await auditing.heads(slug)
    assert [one["firm"] for one in kept["heads"]] == [str(client.firm_id)]
    report = await auditing.verify(slug, None)
    db.sessions.configure(bind=committing)
    assert (report["organisations"], report["sound"]) == ([], True)
    assert auditing.in_words(report) == f"firm {client.firm_id}: sound; 1 events sealed, 0 not yet"


async def _rewrite(session: Session, _viewer: Viewer) -> None:
    await session.execute(text("UPDATE firm_audit_events SET action = 'firm.nothing'"))
