"""Operators of the installation start a release and watch it; nobody else does, or sees it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from api.context import Context
from api.requests import GraphQLRequest
from api.subscriptions.streaming import stream
from tenants import work
from tenants.access import Permission, Viewer, ViewerKind
from tenants.authentication import authenticate
from tenants.benchmarks.models import BenchmarkRelease
from tenants.benchmarks.windows import window_of
from tenants.db import run
from tenants.model import new_id
from tenants.operators import queries, service
from tenants.operators.models import InstallationAction
from tenants.organisations import service as organisations
from tenants.organisations import sessions
from tenants.organisations.models import TokenKind
from tenants.organisations.queries import find_person_by_email
from tenants.tokens import hash_token
from tenants.work import Session
from tests.api.asking import token_of
from tests.api.conftest import Ask, ask
from tests.api.subscriptions.serving import PROGRESS, talking
from tests.api.world import fingerprint, nobody
from tests.factories import make_client
from tests.jobs.bells import bells
from tests.jobs.conftest import Perform, perform
from tests.jobs.rows import jobs_of

__all__ = ["ask", "bells", "perform"]

RELEASE = """mutation ($key: String) { releaseBenchmark(input: { idempotencyKey: $key }) {
  job { id name state } userErrors { code message field } } }"""
OPERATOR = Viewer.operator()


async def make_operator() -> Viewer:
    """Return somebody who operates the installation, as their token says."""
    email = f"operator-{new_id().hex[-12:]}@installation.example"
    assert await run(service.add_operator, OPERATOR, email=email, name="Operator")
    assert not await run(service.add_operator, OPERATOR, email=email.upper())
    return await sign_in(await find_person(email))


async def find_person(email: str) -> Viewer:
    """Return the person with an address."""
    person = await run(find_person_by_email, OPERATOR, email=email)
    assert person is not None
    return Viewer(ViewerKind.PERSON, person.id)


async def sign_in(person: Viewer) -> Viewer:
    """Return who a person's token says they are, by both ways."""
    presented = Viewer(token_hash=hash_token(await token_of(person)))
    found = await authenticate(presented)
    assert found == await run(organisations.authenticate, presented)
    return found


async def first_of(viewer: Viewer, job: str) -> Any:
    """Return the first thing that a watcher of a job is told."""
    results = stream(Context(viewer), GraphQLRequest(PROGRESS, {"job": job}))
    try:
        return (await anext(results)).body
    finally:
        await results.aclose()


async def events() -> list[Any]:
    """Return what was done to the installation, the latest first."""
    return [*await run(queries.list_events, OPERATOR, limit=3)]


@pytest.mark.usefixtures("connection", "bells")
async def test_an_operator_starts_a_release_once_and_sees_no_organisation(
    ask: Ask, perform: Perform
) -> None:
    client, operator = await make_client(), await make_operator()
    assert (operator.roles, operator.firms) == ({}, {})
    assert operator.operates_with(Permission.BENCHMARK_RELEASE)
    seen = await ask(
        operator,
        f"""{{ viewer {{ isOperator memberships {{ role }} }} organisations {{ nodes {{ id }} }}
               organisation(slug: "{client.slug}") {{ id }} }}""",
    )
    assert seen["data"] == {
        "viewer": {"isOperator": True, "memberships": []},
        "organisations": {"nodes": []},
        "organisation": None,
    }
    for key in ("", "x" * 256):
        answer = await ask(operator, RELEASE, key=key)
        (error,) = answer["data"]["releaseBenchmark"]["userErrors"]
        assert (error["code"], error["field"]) == ("INVALID_INPUT", ["idempotencyKey"])
    answer = await ask(operator, RELEASE, key="winter")
    job = answer["data"]["releaseBenchmark"]["job"]
    assert (job["name"], job["state"]) == ("benchmarks.release", "QUEUED")
    assert await ask(operator, RELEASE, key="winter") == answer
    # One at a time: another key is another release, and this one is being made.
    for other in (None, "spring"):
        refused = (await ask(operator, RELEASE, key=other))["data"]["releaseBenchmark"]
        assert [one["code"] for one in refused["userErrors"]] == ["CONFLICT"]
    row = await run(queries.find_release_job, operator)
    assert row is not None
    (last, added, *_) = await events()
    assert (last.action, last.subject_id) == (InstallationAction.BENCHMARK_RELEASE_ASKED, row.id)
    assert last.actor.startswith("operator-")
    assert (added.action, added.actor) == (InstallationAction.OPERATOR_ADDED, None)
    progress = {"state": "QUEUED", "progress": 0, "errorCode": None}
    assert (await first_of(operator, job["id"]))["data"] == {"jobProgress": progress}
    await perform("benchmarks.release", row.id, None)
    told = (await first_of(operator, job["id"]))["data"]["jobProgress"]
    assert told == {"state": "DONE", "progress": 100, "errorCode": None}

    async def newest(session: Session, _viewer: Viewer) -> BenchmarkRelease | None:
        return await session.get(BenchmarkRelease, row.arguments["after"] + 1)

    made = await run(newest, OPERATOR)
    assert made is not None
    assert made.finished_at is not None
    assert made.ends_on == window_of(made.as_of_on).ends_on
    # It was announced in every organisation, by a job of each.
    assert len(await jobs_of(client.organisation_id, "benchmarks.announce")) == 1
    again = (await ask(operator, RELEASE, key="winter"))["data"]["releaseBenchmark"]["job"]
    assert (again["id"], again["state"]) == (job["id"], "DONE")


@pytest.mark.usefixtures("connection", "bells")
async def test_nobody_else_starts_one_or_watches_it(ask: Ask) -> None:
    client, operator = await make_client(), await make_operator()
    job = (await ask(operator, RELEASE))["data"]["releaseBenchmark"]["job"]["id"]
    machine = Viewer(ViewerKind.INTEGRATION, client.integration_id, roles=dict(client.job.roles))
    everybody: dict[str, Viewer] = {
        **{role.value: viewer for role, viewer in client.people.items()},
        "firm": client.firm_administrator,
        "machine": machine,
        "job": client.job,
        # A token that a front-end holds of an operator hands on what the person's scopes say.
        "token": replace(operator, scopes=frozenset(Permission) - {Permission.BENCHMARK_RELEASE}),
        "former": replace(operator, operates=False),
        "nobody": nobody(),
    }
    before = await fingerprint(client)
    for name, viewer in everybody.items():
        answer = await ask(viewer, RELEASE)
        code = "UNAUTHENTICATED" if name == "nobody" else "FORBIDDEN"
        assert [one["extensions"]["code"] for one in answer["errors"]] == [code], name
        watched = await first_of(viewer, job)
        unseen = "UNAUTHENTICATED" if name == "nobody" else "NOT_FOUND"
        assert [one["extensions"]["code"] for one in watched["errors"]] == [unseen], name
    assert await fingerprint(client) == before


@pytest.mark.usefixtures("connection")
async def test_the_database_itself_lets_operators_alone_ask_for_a_release() -> None:
    client, operator = await make_client(), await make_operator()

    async def count(session: Session, _viewer: Viewer) -> int:
        return len((await session.execute(text("SELECT FROM jobs"))).all())

    # Releases that other tests asked for and committed.
    before = await run(count, operator)
    await run(work_row, OPERATOR, "people.reset_password")
    assert await run(count, operator) == before
    # An operator's own rows are no way to others, and neither is claiming to be one.
    assert await run(count, replace(client.hr, operates=True)) == await run(count, client.hr)
    for viewer, name in (
        (replace(client.hr, operates=True), "benchmarks.release"),
        (operator, "people.reset_password"),
    ):
        with pytest.raises(DBAPIError, match="row-level security"):
            await run(work_row, viewer, name)
    for statement in (
        "INSERT INTO operators VALUES ('{}', now())",
        "INSERT INTO installation_events VALUES (gen_random_uuid(), now(), 'x', '{}', '{}')",
    ):
        with pytest.raises(DBAPIError, match="row-level security"):
            await run(execute, client.hr, statement.replace("{}", str(client.hr.id)))


async def work_row(session: Session, _viewer: Viewer, name: str) -> None:
    """Ask for a job that belongs to no organisation."""
    work.enqueue(session, name, None)
    await session.flush()


async def execute(session: Session, _viewer: Viewer, statement: str) -> None:
    """Send a statement."""
    await session.execute(text(statement))


@pytest.mark.usefixtures("connection")
async def test_a_provider_and_a_removed_right_make_nobody_an_operator() -> None:
    operator = await make_operator()
    assert operator.id is not None
    for with_password in (True, False):
        token = await run(
            sessions.start_session,
            OPERATOR,
            person_id=operator.id,
            with_password=with_password,
            provider_id=None if with_password else new_id(),
        )
        presented = Viewer(token_hash=hash_token(token))
        assert (await authenticate(presented)).operates is with_password
    email = next(
        one for one, _ in await run(queries.list_operators, OPERATOR) if "operator-" in one
    )
    await run(service.remove_operator, OPERATOR, email=email)
    assert (await sign_in(await find_person(email))).operates is False
    assert (await events())[0].action is InstallationAction.OPERATOR_REMOVED


async def test_progress_is_told_at_once(address: str) -> None:
    operator = await make_operator()
    token = await token_of(operator, TokenKind.API)
    async with talking(address) as talk:
        await talk.begin(token)
        await talk.subscribe("start", RELEASE)
        job = (await talk.next("start"))["releaseBenchmark"]["job"]["id"]
        assert (await talk.hear())["type"] == "complete"
        row = await run(queries.find_release_job, operator)
        assert row is not None
        await talk.subscribe("it", PROGRESS, job=job)
        shown = [await talk.next("it")]
        lease = {"lease": timedelta(minutes=1)}
        for step in (
            run(work.claim, OPERATOR, job_id=row.id, **lease),
            run(work.report, OPERATOR, job_id=row.id, percent=40, **lease),
            run(work.finish, OPERATOR, job_id=row.id),
        ):
            await step
            shown.append(await talk.next("it"))
    assert [(one["jobProgress"]["state"], one["jobProgress"]["progress"]) for one in shown] == [
        ("QUEUED", 0),
        ("RUNNING", 0),
        ("RUNNING", 40),
        ("DONE", 100),
    ]
