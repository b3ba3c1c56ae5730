"""The database of a test: migrated once per worker, rolled back after each test, RLS everywhere."""

import gc
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import hypothesis
import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from tenants.organisations import passwords

# A busy machine is no reason for a property to fail.
hypothesis.settings.register_profile(
    "unhurried",
    deadline=None,
    max_examples=40,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("unhurried")

# Tests make and drop far more than the collector's defaults expect, and hardly any in cycles.
gc.set_threshold(20_000, 20, 20)

# What takes longest, so that no worker begins it when the others are done.
LONGEST = ("tests/resilience/", "tests/deploy/test_demo.py", "tests/attacks/test_anonymous.py")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, whatever the random order says."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONGEST))


SECRET_KEY = "a secret key that is used in tests only"


def _database_of_worker() -> str:
    """Return a name that no other run on the same server has."""
    return f"afterword_test_{os.getpid()}_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"


@pytest.fixture(scope="session")
def database() -> Iterator[str]:
    """Make an empty, migrated database on the server at DATABASE_URL; drop it at the end."""
    if "DATABASE_URL" not in os.environ:
        pytest.exit("DATABASE_URL is not set: run the tests with ./dev test", returncode=2)
    server = make_url(os.environ["DATABASE_URL"]).set(drivername="postgresql+psycopg")
    name = _database_of_worker()
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE template0"))
    url = server.set(database=name).render_as_string(hide_password=False)
    before = os.environ["DATABASE_URL"]
    os.environ["DATABASE_URL"] = url
    _settings_anew()
    import migrations  # noqa: PLC0415 - reads the settings of the test.

    migrations.upgrade()
    yield url
    os.environ["DATABASE_URL"] = before
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        connection.execute(text(f"DROP ROLE IF EXISTS {name}_app_benchmark, {name}_app"))
    admin.dispose()


def _settings_anew() -> None:
    from tenants.settings import get_settings  # noqa: PLC0415 - reads the settings of the test.

    os.environ["SECRET_KEY"] = SECRET_KEY
    get_settings.cache_clear()


@pytest.fixture(scope="session", autouse=True)
def cheap_passwords() -> None:
    """Hash passwords at argon2id's lowest cost: hundreds are hashed, and none is worth guessing."""
    cheap = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))
    patch = pytest.MonkeyPatch()
    patch.setattr(passwords, "_PASSWORDS", cheap)
    patch.setattr(passwords, "_NOBODYS_HASH", cheap.hash("nobody's"))


@pytest.fixture(scope="session")
async def engine(database: str) -> AsyncIterator[AsyncEngine]:
    """Connect as the application role, which row-level security binds."""
    from tenants.db import make_engine  # noqa: PLC0415 - reads the settings of the test.

    assert database
    engine = make_engine()
    yield engine
    await engine.dispose()


@pytest.fixture
async def connection(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """Run the test in one transaction that is rolled back; each `run()` is a savepoint of it."""
    async with engine.connect() as connection, rolled_back(connection):
        yield connection


@asynccontextmanager
async def rolled_back(connection: AsyncConnection) -> AsyncIterator[None]:
    """Let each `run()` of the block be a savepoint on a connection, and undo what they did.

    Within a transaction of the connection only the block is undone.
    """
    from tenants.db import sessions  # noqa: PLC0415 - reads the settings of the test.

    is_within = connection.in_transaction()
    outer = await (connection.begin_nested() if is_within else connection.begin())
    before = sessions.kw.copy()
    sessions.configure(bind=connection, join_transaction_mode="create_savepoint")
    try:
        yield
    finally:
        await outer.rollback()
        sessions.configure(
            bind=before["bind"],
            join_transaction_mode=before.get("join_transaction_mode", "conditional_savepoint"),
        )


@pytest.fixture
async def committing(engine: AsyncEngine) -> AsyncEngine:
    """Let `run()` really commit, for tests of concurrency; they make organisations of their own."""
    from tenants.db import sessions  # noqa: PLC0415 - reads the settings of the test.

    sessions.configure(bind=engine, join_transaction_mode="conditional_savepoint")
    return engine
