"""The demo's benchmark: who opted in, what each contributes, and one release."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from deploy.demo.clients import Client
from deploy.demo.pairs import in_pairs
from deploy.demo.timeline import first_day
from tenants.access import Viewer
from tenants.benchmarks import queries, release_queries, releases, service
from tenants.benchmarks.windows import window_of
from tenants.db import run
from tenants.work import Session

CONSENT = "We contribute our own aggregates to the benchmark, and see those of our peers."


async def opt_in(session: Session, viewer: Viewer, client: Client, *, today: date) -> None:
    """Let a client take part since its first day, as a family of its own, if it does."""
    if client.in_benchmark:
        await service.join_benchmark(
            session,
            viewer,
            organisation_id=client.organisation_id,
            family=client.slug,
            text=CONSENT,
            joined_on=first_day(client, today),
        )


async def release_once(clients: Iterable[Client], today: date) -> None:
    """Contribute and release the last twelve months that are complete, unless something was."""
    if await run(release_queries.next_number, Viewer.benchmark()) > 1:
        return
    window = window_of(today)
    firm_people = await run(queries.list_firm_people, Viewer.operator())

    async def contribute(client: Client) -> None:
        organisation_id: UUID = client.organisation_id
        await run(
            service.contribute,
            Viewer.job(organisation_id),
            organisation_id=organisation_id,
            starts_on=window.starts_on,
            ends_on=window.ends_on,
            firm_people=firm_people,
        )

    await in_pairs(contribute, (client for client in clients if client.in_benchmark))
    await run(
        releases.release,
        Viewer.benchmark(),
        starts_on=window.starts_on,
        ends_on=window.ends_on,
        as_of=today,
    )
