"""The mail that invites a member."""

from uuid import UUID

import pytest
from sqlalchemy import select

from api.auth.links import invitee
from tenants.access import Viewer
from tenants.db import run
from tenants.members import service as members
from tenants.settings import get_settings
from tenants.work import Job, JobState, Session
from tests.factories import Client, make_client, make_member_invitation
from tests.jobs.conftest import Perform, Relay, plain

pytestmark = pytest.mark.usefixtures("connection")


async def jobs_of(client: Client) -> list[Job]:
    async def read(session: Session, _viewer: Viewer) -> list[Job]:
        return [*await session.scalars(select(Job).order_by(Job.id))]

    return await run(read, client.job)


async def test_the_mail_carries_a_link_that_is_the_invitee(relay: Relay, perform: Perform) -> None:
    client = await make_client(name="Northwind Robotics")
    invitation = await make_member_invitation(client, email="robin@client.example")
    (job,) = await jobs_of(client)
    await perform("members.invite", job.id, client.organisation_id)
    (letter,) = relay.letters
    assert letter["To"] == "robin@client.example"
    assert letter["Subject"] == "Join Northwind Robotics on Afterword"
    prefix = f"{get_settings().public_url}/join/"
    (line,) = [one for one in plain(letter).splitlines() if one.startswith(prefix)]
    found = invitee(line.removeprefix(prefix))
    assert found is not None
    assert found.invitation_id == invitation
    assert found.organisation_id == client.organisation_id
    assert found.viewer().mail_number == 1
    assert [one.state for one in await jobs_of(client)] == [JobState.DONE]


@pytest.mark.parametrize("settle", ["withdraw", "resend"])
async def test_a_mail_that_is_no_longer_wanted_is_not_sent(
    relay: Relay, perform: Perform, settle: str
) -> None:
    client = await make_client()
    one: UUID = await make_member_invitation(client)
    verb = {
        "withdraw": members.withdraw_member_invitation,
        "resend": members.resend_member_invitation,
    }[settle]
    await run(verb, client.hr, organisation_id=client.organisation_id, invitation_id=one)
    job = (await jobs_of(client))[0]
    await perform("members.invite", job.id, client.organisation_id)
    assert relay.letters == []
    assert (await jobs_of(client))[0].state is JobState.DONE
