"""The database's history, and the one way to move along it."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, text

if TYPE_CHECKING:
    from alembic.config import Config

# What a migration says of itself and of the one before it.
_SAYS: Final = re.compile(r'^(revision|down_revision) = "(\w+)"$', re.MULTILINE)


def configuration() -> "Config":
    """Return Alembic's configuration, wherever the package is installed."""
    # The parts only look which revision the tables are at; Alembic would take each ten megabytes.
    from alembic.config import Config  # noqa: PLC0415 - see above.

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "%%(year)d%%(month).2d%%(day).2d_%%(slug)s")
    return config


def upgrade(revision: str = "head") -> None:
    """Bring the database at DATABASE_URL up to a revision; concurrent calls wait for each other."""
    from alembic import command  # noqa: PLC0415 - see `configuration`.

    command.upgrade(configuration(), revision)


def downgrade(revision: str) -> None:
    """Take the database at DATABASE_URL down to a revision; `base` removes every table."""
    from alembic import command  # noqa: PLC0415 - see `configuration`.

    command.downgrade(configuration(), revision)


def head() -> str:
    """Return the newest revision of this release: the one that no other comes after."""
    found: dict[str, set[str]] = {"revision": set(), "down_revision": set()}
    for path in (Path(__file__).parent / "versions").glob("*.py"):
        for name, revision in _SAYS.findall(path.read_text("utf-8")):
            found[name].add(revision)
    (newest,) = found["revision"] - found["down_revision"]
    return newest


def current(connection: Connection) -> str | None:
    """Return the revision that a database is at, or None before the first."""
    found = connection.scalar(text("SELECT to_regclass('alembic_version')"))
    if found is None:
        return None
    revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision
