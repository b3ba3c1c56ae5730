"""`afterword start` for the installation's own jobs."""

import pytest
from sqlalchemy import select

from deploy import starting
from deploy.errors import DeployError
from tenants.access import Viewer
from tenants.db import run
from tenants.work import Job, Session


@pytest.mark.usefixtures("connection")
async def test_a_job_of_the_installation_is_started_once() -> None:
    name = "benchmarks.release"

    async def find(session: Session, _viewer: Viewer) -> list[object]:
        rows = await session.scalars(select(Job.organisation_id).where(Job.name == name))
        return list(rows)

    # Tests that commit may have left others.
    before = await run(find, Viewer.operator())
    assert await run(starting._enqueue, Viewer.operator(), name, None) == 1
    assert await run(find, Viewer.operator()) == [*before, None]


async def test_a_job_of_the_installation_is_for_no_organisation() -> None:
    with pytest.raises(DeployError, match="not of an organisation"):
        await starting.start_job("benchmarks.release", "northwind-robotics")
    with pytest.raises(DeployError, match="there is no scheduled job nothing; there are: audit"):
        await starting.start_job("nothing", None)
