"""The demo's data in a database of its own, filled once for a module of tests."""

import os
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import create_engine, make_url, text

import migrations
from deploy.demo import _fill, seed
from deploy.demo.clients import NEIGHBOURS
from deploy.demo.world import make_firms
from tenants.access import Viewer
from tenants.db import connected, run
from tenants.organisations.service import authenticate
from tenants.settings import get_settings
from tenants.tokens import hash_token

TODAY = datetime.now(UTC).date()


@dataclass(frozen=True)
class Demo:
    """A database that two starts of the demo filled, the first of them interrupted."""

    owner: str
    first: dict[str, Any]
    second: dict[str, Any]
    counts: tuple[dict[str, int], dict[str, int]]

    def ask(self, statement: str, **values: Any) -> Sequence[Any]:
        """Return what the owner of the tables sees."""
        return ask(self.owner, statement, **values)


def ask(url: str, statement: str, **values: Any) -> Sequence[Any]:
    """Return what the owner of a database sees."""
    # Row-level security is forced on the owner, too; a superuser is not bound.
    engine = create_engine(url)
    with engine.connect() as connection:
        rows = connection.execute(text(statement), values).all()
    engine.dispose()
    return rows


def count_rows(url: str) -> dict[str, int]:
    """Return how many rows some tables have."""
    tables = ("organisations", "responses", "excerpts", "editions", "benchmark_releases", "jobs")
    return {table: ask(url, f"SELECT count(*) FROM {table}")[0][0] for table in tables}  # noqa: S608 - our own words.


@pytest.fixture(scope="module")
async def demo(database: str) -> AsyncIterator[Demo]:
    """Fill a database of its own, so that nobody else's tests see 32 organisations."""
    name = f"{make_url(database).database}_demo"
    owner = make_url(database).set(database=name).render_as_string(hide_password=False)
    admin = create_engine(make_url(database).set(database="postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE template0"))
    os.environ["DATABASE_URL"] = owner
    get_settings.cache_clear()
    try:
        migrations.upgrade()
        async with connected():
            # The first start ended after one organisation.
            firms = await run(make_firms, Viewer.operator())
            viewer = Viewer.job(NEIGHBOURS[0].organisation_id)
            await run(_fill, viewer, NEIGHBOURS[0], firms=firms, people={}, today=TODAY)
        first = await seed()
        before = count_rows(owner)
        second = await seed()
        async with connected():
            yield Demo(owner, first, second, (before, count_rows(owner)))
    finally:
        os.environ["DATABASE_URL"] = database
        get_settings.cache_clear()
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
            connection.execute(text(f"DROP ROLE IF EXISTS {name}_app_benchmark, {name}_app"))
        admin.dispose()


async def sign_in(demo: Demo, key: str) -> Viewer:
    """Return who has the token that the demo prints under a key."""
    token = demo.second["tokens"][key]
    return await run(authenticate, Viewer(token_hash=hash_token(token)))
