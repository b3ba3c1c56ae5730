"""The database's history, and the one way to move along it."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text


def configuration() -> Config:
    """Return Alembic's configuration, wherever the package is installed."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "%%(year)d%%(month).2d%%(day).2d_%%(slug)s")
    return config


def upgrade(revision: str = "head") -> None:
    """Bring the database at DATABASE_URL up to a revision; concurrent calls wait for each other."""
    command.upgrade(configuration(), revision)


def downgrade(revision: str) -> None:
    """Take the database at DATABASE_URL down to a revision; `base` removes every table."""
    command.downgrade(configuration(), revision)


def head() -> str:
    """Return the newest revision of this release."""
    return ScriptDirectory.from_config(configuration()).get_current_head() or ""


def current(connection: Connection) -> str | None:
    """Return the revision that a database is at, or None before the first."""
    found = connection.scalar(text("SELECT to_regclass('alembic_version')"))
    if found is None:
        return None
    revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision
