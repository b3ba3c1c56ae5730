"""The demo's data: synthetic, the same at every first start, kept at every later one."""

from typing import Any

from deploy.demo.access import fresh_link, fresh_tokens, greenhouse_secret
from deploy.demo.history import write_history
from deploy.demo.world import (
    CLIENTS,
    FIRMS,
    PEOPLE,
    Client,
    find_people,
    make_client,
    make_firms,
    password,
)
from tenants.access import Viewer
from tenants.db import connected, run
from tenants.integrations import service as integrations
from tenants.integrations.models import IntegrationKind
from tenants.interviews.letters import link
from tenants.organisations import queries as organisations
from tenants.work import Session

__all__ = ["seed"]


async def seed() -> dict[str, Any]:
    """Fill the database where it is not filled yet, and return what the demo prints.

    Each organisation is made in one transaction, so that an interrupted start goes on where it
    stopped.

    Returns:
        `organisation`, `tokens` (new ones, good for a day), `candidateLink` (a new candidate's),
        `greenhouse` and `logins`.
    """
    async with connected():
        operator = Viewer.operator()
        firms = await run(_find_firms, operator) or await run(make_firms, operator)
        people = await run(find_people, operator)
        for client in CLIENTS:
            if await run(organisations.find_organisation_id, operator, slug=client.slug) is None:
                viewer = Viewer.job(client.organisation_id)
                await run(_fill, viewer, client, firms[client.firm], people)
        return await _summary(CLIENTS[0])


async def _find_firms(session: Session, viewer: Viewer) -> dict[str, Any]:
    """Return the ids of the demo's firms by slug, empty before the first start."""
    found = {
        slug: await organisations.find_firm_by_slug(session, viewer, slug=slug) for slug in FIRMS
    }
    return {slug: firm.id for slug, firm in found.items() if firm is not None}


async def _fill(
    session: Session, viewer: Viewer, client: Client, firm_id: Any, people: dict[str, Any]
) -> None:
    await make_client(session, viewer, client, firm_id=firm_id, people=people)
    await write_history(session, viewer, client)


async def _summary(main: Client) -> dict[str, Any]:
    return {
        "organisation": main.slug,
        "tokens": await fresh_tokens(),
        "candidateLink": link(await fresh_link(main)),
        "greenhouse": {
            "url": integrations.intake_url(
                IntegrationKind.GREENHOUSE, main.organisation_id, main.integration_id
            ),
            "secret": greenhouse_secret(main),
        },
        "logins": [
            {"role": person.title, "email": person.email, "password": password(person)}
            for person in PEOPLE
        ],
    }
