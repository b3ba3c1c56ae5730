"""Folders and processes for the tests of how Afterword is started."""

import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from deploy.folder import DataFolder

WAIT_SECONDS = 60.0


@pytest.fixture
def folder() -> Iterator[DataFolder]:
    """Return a data folder that the servers' account reaches: pytest's own is closed to others."""
    path = Path(tempfile.mkdtemp(prefix="afterword-test-"))
    path.chmod(0o711)
    yield DataFolder(path / "data")
    for process in processes_of(path):
        with suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGKILL)
    shutil.rmtree(path)


@pytest.fixture
def environment() -> dict[str, str]:
    """Return variables for a command, without those that name servers."""
    names = ("DATABASE_URL", "APPLICATION_DATABASE_URL", "REDIS_URL", "RABBITMQ_URL", "SECRET_KEY")
    environment = {key: value for key, value in os.environ.items() if key not in names}
    return {**environment, "PYTHONPATH": str(Path(__file__).parents[2])}


def python(*arguments: str) -> list[str]:
    """Return a command line for this Python."""
    return [sys.executable, *arguments]


def wait_until(condition: Callable[[], object]) -> None:
    """Return as soon as something is so; fail when it takes too long."""
    deadline = time.monotonic() + WAIT_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.02)


@dataclass(frozen=True)
class Running:
    """A living process, as it was when it was looked at."""

    pid: int
    parent: int
    command: str


def processes_of(path: Path) -> list[Running]:
    """Return the living processes that name a folder: in words, variables or as their place."""
    found = []
    for process in psutil.process_iter():
        try:
            command = " ".join(process.cmdline())
            words = [command, *process.environ().values(), process.cwd()]
            if any(str(path) in word for word in words):
                found.append(Running(process.pid, process.ppid(), command))
        except (psutil.NoSuchProcess, psutil.ZombieProcess, psutil.AccessDenied):
            continue
    return found
