"""The mails of digests, from the schedule to the relay."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from tenants import work
from tenants.access import Viewer
from tenants.actions.digest_mails import set_digest_mail
from tenants.db import run
from tenants.settings import get_settings
from tenants.work import Job, JobState, Session
from tests.api.action_world import TODAY, make_action
from tests.factories import Client, make_client
from tests.jobs.conftest import Perform, Relay, plain

pytestmark = pytest.mark.usefixtures("connection")


async def jobs_of(client: Client) -> list[Job]:
    async def read(session: Session, _viewer: Viewer) -> list[Job]:
        return [*await session.scalars(select(Job).order_by(Job.id))]

    return await run(read, client.job)


async def want(client: Client) -> None:
    """Let HR ask for mails, yesterday."""
    await run(set_digest_mail, client.hr, organisation_id=client.organisation_id, is_wanted=True)

    async def yesterday(session: Session, _viewer: Viewer) -> None:
        await session.execute(
            text("UPDATE digest_wishes SET wished_at = wished_at - interval '1d'")
        )

    await run(yesterday, client.job)


async def queue(client: Client, perform: Perform) -> list[Job]:
    """Do the scheduled job once; return the mails' jobs that wait then."""

    async def enqueue(session: Session, _viewer: Viewer) -> None:
        work.enqueue(session, "digests.queue", client.organisation_id)

    await run(enqueue, client.job)
    job = (await jobs_of(client))[-1]
    await perform("digests.queue", job.id, client.organisation_id)
    return [one for one in await jobs_of(client) if one.name == "digests.send"]


async def test_whoever_asked_is_mailed_once_with_a_way_out(relay: Relay, perform: Perform) -> None:
    client = await make_client(name="Northwind Robotics")
    await want(client)
    await make_action(client, due_on=TODAY - timedelta(days=90), review_on=TODAY)
    (job,) = await queue(client, perform)
    assert [one.id for one in await queue(client, perform)] == [job.id]
    await perform("digests.send", job.id, client.organisation_id)
    (letter,) = relay.letters
    assert letter["Subject"] == "Northwind Robotics: actions to be reviewed"
    body = plain(letter)
    assert f"{get_settings().public_url}/console/{client.slug}/actions" in body
    stop = letter["List-Unsubscribe"].strip("<>")
    assert stop.startswith(f"{get_settings().public_url}/digest-mails/")
    assert stop in body
    assert {one.state for one in await jobs_of(client)} == {JobState.DONE}


async def test_whoever_stops_before_it_is_sent_gets_none(relay: Relay, perform: Perform) -> None:
    client = await make_client()
    await want(client)
    await make_action(client, review_on=TODAY)
    (job,) = await queue(client, perform)
    here = client.organisation_id
    await run(set_digest_mail, client.hr, organisation_id=here, is_wanted=False)
    await perform("digests.send", job.id, client.organisation_id)
    assert relay.letters == []
    assert {one.state for one in await jobs_of(client)} == {JobState.DONE}
