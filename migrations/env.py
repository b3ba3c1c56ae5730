"""How Alembic reaches the database: as its owner, one migration at a time."""

from alembic import context
from sqlalchemy import create_engine, text

import tenants
from migrations.roles import ensure_application_role, ensure_benchmark_role
from tenants.db import psycopg_url
from tenants.model import Model
from tenants.settings import get_settings

# Any number; what matters is that every migrator takes the same.
_LOCK = 5_318_008_250_411

__all__ = ["tenants"]  # Importing the domain registers every table.


def run_offline() -> None:
    """Write the SQL of the migrations instead of running it."""
    context.configure(
        dialect_name="postgresql",
        target_metadata=Model.metadata,
        literal_binds=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def run_online() -> None:
    """Run the migrations as the owner, after making sure of the roles."""
    settings = get_settings()
    if settings.database_url is None:
        message = "DATABASE_URL (the owner of the tables) is needed to migrate"
        raise RuntimeError(message)
    engine = create_engine(psycopg_url(settings.database_url))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as lock:
        # Held on a connection of its own, because each migration has its own transaction; and
        # without one around it, which an index made concurrently would wait for.
        lock.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _LOCK})
        with engine.connect() as connection:
            with connection.begin():
                ensure_application_role(connection)
                ensure_benchmark_role(connection)
            context.configure(
                connection=connection,
                target_metadata=Model.metadata,
                compare_type=True,
                transaction_per_migration=True,
            )
            with context.begin_transaction():
                context.run_migrations()
        lock.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _LOCK})
    engine.dispose()


if context.is_offline_mode():
    run_offline()
else:
    run_online()
