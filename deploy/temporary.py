"""Runs a command on embedded servers that live in a temporary folder and end with it.

What DATABASE_URL, REDIS_URL or RABBITMQ_URL name is used instead of a server of our own.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from deploy.embedded import running
from deploy.environment import BROKER, DATABASE, lacks
from deploy.errors import DeployError
from deploy.folder import DataFolder
from deploy.interrupt import interrupt_once

GRACE_SECONDS = 5.0


@contextmanager
def temporary_servers(environment: dict[str, str]) -> Iterator[dict[str, str]]:
    """Have a database and a broker during the block.

    Args:
        environment: Variables; those that name a server spare us one.

    Yields:
        The variables completed. What the servers keep does not survive a crash, nor the block.
    """
    folder = Path(tempfile.mkdtemp(prefix="afterword-"))
    try:
        database, broker = lacks(environment, DATABASE), lacks(environment, BROKER)
        with running(
            DataFolder(folder), database=database, broker=broker, durable=False
        ) as servers:
            own = {"DATABASE_URL": servers.database_url, "REDIS_URL": servers.redis_url}
            yield {**environment, **{name: url for name, url in own.items() if url}}
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main() -> int:
    """Run the words of the command line on temporary servers; return the command's exit code."""
    interrupt_once()
    try:
        with temporary_servers(dict(os.environ)) as environment:
            return _run(sys.argv[1:], environment)
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    except DeployError as error:
        sys.stderr.write(f"{error}\n")
        return 2


def _run(command: list[str], environment: dict[str, str]) -> int:
    """Run a command; when we are interrupted it is ended before its servers are."""
    process = subprocess.Popen(command, env=environment)
    try:
        return process.wait()
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Have the process ended; a Ctrl-C has reached it as well, so that it may be ending already."""
    with suppress(subprocess.TimeoutExpired):
        process.wait(GRACE_SECONDS)
        return
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(GRACE_SECONDS)
        return
    process.kill()
    process.wait()


if __name__ == "__main__":
    sys.exit(main())
