"""The demo's data: synthetic, the same at every first start, kept at every later one."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from deploy.demo.access import (
    fresh_link,
    fresh_tokens,
    greenhouse_secret,
    reporting_client_id,
    reporting_secret,
)
from deploy.demo.actions import make_actions
from deploy.demo.benchmark import opt_in, release_once
from deploy.demo.calls import make_calls
from deploy.demo.clients import CLIENTS, NEIGHBOURS, Client
from deploy.demo.excerpts import release_excerpts
from deploy.demo.history import write_history
from deploy.demo.pairs import in_pairs
from deploy.demo.world import FIRMS, PEOPLE, find_people, make_client, make_firms, password
from tenants.access import Viewer
from tenants.db import connected, psycopg_url, run
from tenants.insights.service import publish_editions
from tenants.insights.windows import month_of
from tenants.integrations import service as integrations
from tenants.integrations.models import IntegrationKind
from tenants.interviews.letters import link
from tenants.organisations import queries as organisations
from tenants.settings import get_settings
from tenants.work import Session

__all__ = ["seed"]

NOTES = (
    "All data is synthetic: made up from a fixed seed and calibrated on published figures.",
    "Planted to be found: a slow process in Engineering of Northwind Robotics,",
    "and bonuses in Sales of Harbour Software. Of Northwind's Legal four answered: suppressed.",
    "Northwind Robotics sees its peers' median and quartiles. Hafen Klinikum contributes no",
    "decision time, so that of its peers is withheld; Nordlicht Systeme did not opt in.",
    "The consultant has a call planned for tomorrow; another candidate asks for one.",
)


async def seed() -> dict[str, Any]:
    """Fill the database where it is not filled yet, and return what the demo prints.

    Each organisation is made in one transaction, so that an interrupted start goes on where it
    stopped.

    Returns:
        `organisation`, `tokens` (new ones, good for a day), `candidateLink` (a new candidate's),
        `greenhouse`, `logins` and `notes`, lines on what the data is.
    """
    async with connected():
        with _without_collecting():
            await _fill_all()
        return await _summary(CLIENTS[0])


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Let Python look for no garbage during the block: a sixth of its time, and none is made."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


async def _fill_all() -> None:
    """Make what is missing of organisations, editions and the release."""
    today = datetime.now(UTC).date()
    if await _make_missing(today):
        await _analyse()
    await release_once((*CLIENTS, *NEIGHBOURS), today)


async def _make_missing(today: date) -> bool:
    """Make the organisations that are missing; return whether any was."""
    operator = Viewer.operator()
    firms = await run(_find_firms, operator) or await run(make_firms, operator)
    people = await run(find_people, operator)
    missing = [
        client
        for client in (*CLIENTS, *NEIGHBOURS)
        if await run(organisations.find_organisation_id, operator, slug=client.slug) is None
    ]

    async def fill(client: Client) -> None:
        viewer = Viewer.job(client.organisation_id)
        await run(_fill, viewer, client, firms=firms, people=people, today=today)

    await in_pairs(fill, missing)
    return bool(missing)


async def _find_firms(session: Session, viewer: Viewer) -> dict[str, UUID]:
    """Return the ids of the demo's firms by slug, empty before the first start."""
    found = {
        slug: await organisations.find_firm_by_slug(session, viewer, slug=slug) for slug in FIRMS
    }
    return {slug: firm.id for slug, firm in found.items() if firm is not None}


async def _fill(
    session: Session,
    viewer: Viewer,
    client: Client,
    *,
    firms: dict[str, UUID],
    people: dict[str, UUID],
    today: date,
) -> None:
    """Make one organisation with its history, and publish the editions of what has ended."""
    await make_client(session, viewer, client, firms=firms, people=people, today=today)
    await write_history(session, viewer, client, today=today)
    await opt_in(session, viewer, client, today=today)
    await publish_editions(
        session,
        viewer,
        organisation_id=client.organisation_id,
        as_of=month_of(today) - timedelta(days=1),
    )
    await make_actions(session, viewer, client, people=people, today=today)
    await make_calls(session, viewer, client, people=people, today=today)
    await release_excerpts(session, viewer, client, people=people)


async def _analyse() -> None:
    """Let PostgreSQL know how much there is now, where the owner's address is known."""
    owner = get_settings().database_url
    if owner is None:
        return
    engine = create_async_engine(psycopg_url(owner), isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text("ANALYZE"))
    await engine.dispose()


async def _integration(main: Client) -> tuple[str, ...]:
    """Return in words how the example integration gets a token."""
    name, secret = await reporting_client_id(main), reporting_secret(main)
    return (
        f"An integration of {main.slug}, Reporting, gets a token for ten minutes with",
        f"curl {get_settings().public_url}/oauth/token -d grant_type=client_credentials \\",
        f"  -u {name}:{secret}",
    )


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
        "notes": (*NOTES, "", *await _integration(main)),
    }
