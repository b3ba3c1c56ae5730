"""What /readyz asks: whether the database and the broker answer, and the tables are up to date."""

import asyncio
from functools import lru_cache

from sqlalchemy.exc import SQLAlchemyError

import migrations
from deploy.doctor import Problem, check_broker
from tenants.db import sessions
from tenants.settings import get_settings

SECONDS = 5.0


async def database() -> str | None:
    """Return why requests cannot be answered from the database, or None when they can."""
    try:
        async with asyncio.timeout(SECONDS), sessions() as session:
            connection = await session.connection()
            revision = await connection.run_sync(migrations.current)
    except (SQLAlchemyError, OSError, TimeoutError):
        return "the database does not answer"
    if revision != _newest():
        return "the tables are not those of this release: run afterword migrate"
    return None


async def broker() -> str | None:
    """Return why jobs cannot be rung for, or None when they can."""
    try:
        async with asyncio.timeout(SECONDS):
            await asyncio.to_thread(check_broker, get_settings())
    except (Problem, TimeoutError):
        return "the broker does not answer"
    return None


@lru_cache(maxsize=1)
def _newest() -> str:
    return migrations.head()
