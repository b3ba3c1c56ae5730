"""The whole demo as a newcomer starts it, with each of its processes killed in turn."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

from deploy.folder import DataFolder
from tests.deploy.conftest import processes_of, python, wait_until

KEYS = [
    "graphql",
    "graphiql",
    "docs",
    "console",
    "candidateLink",
    "outbox",
    "organisation",
    "tokens",
    "greenhouse",
]
# How each part's command line differs from the others'.
PARTS = {
    "api": "deploy.cli serve",
    "worker": "deploy.cli worker",
    "scheduler": "deploy.cli scheduler",
    "outbox": "deploy.outbox",
    "postgresql": "/postgres -D",
    "valkey": "/valkey-server",
}


@contextmanager
def demo(
    folder: DataFolder, environment: dict[str, str]
) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    """Run a demo during the block; yield its process and the line that it prints."""
    process = subprocess.Popen(
        python("-m", "deploy.cli", "demo", "--json", "--port", "0", "--data", str(folder.path)),
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    with process.stdout, process.stderr:
        try:
            line = process.stdout.readline()
            assert line, process.stderr.read()
            yield process, json.loads(line)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(60)
        # One line and nothing else.
        assert process.stdout.read() == ""


def part(folder: DataFolder, name: str) -> int | None:
    """Return the process id of a part, or None while there is none."""
    for process in processes_of(folder.path):
        if PARTS[name] in process.command:
            return process.pid
    return None


def has_another(folder: DataFolder, name: str, before: int | None) -> bool:
    return part(folder, name) not in {None, before}


def is_gone(folder: DataFolder, name: str) -> bool:
    return part(folder, name) is None


def works(line: dict[str, Any]) -> bool:
    """Return whether the demo answers and says that everything it needs does."""
    base = line["graphql"].removesuffix("/graphql")
    query = Request(
        line["graphql"],
        data=b'{"query": "{ __typename }"}',
        headers={"Content-Type": "application/json"},
    )
    try:
        with urlopen(f"{base}/readyz", timeout=10) as ready, urlopen(query, timeout=10) as answer:
            return bool(ready.status == 200 and json.load(answer)["data"])
    except (URLError, OSError):
        return False


def test_it_survives_the_death_of_each_part_and_of_itself(
    folder: DataFolder, environment: dict[str, str]
) -> None:
    with demo(folder, environment) as (process, line):
        assert list(line) == [key for key in KEYS if key in line]
        assert works(line)
        before = {name: part(folder, name) for name in PARTS}
        for pid in before.values():
            assert pid is not None
            os.kill(pid, signal.SIGKILL)
        for name, pid in before.items():
            wait_until(partial(has_another, folder, name, pid))
        wait_until(partial(works, line))

        process.kill()
        process.wait()
        for name in ("api", "worker", "scheduler", "outbox"):
            wait_until(partial(is_gone, folder, name))
        postgresql, valkey = part(folder, "postgresql"), part(folder, "valkey")

    with demo(folder, environment) as (process, again):
        assert again["organisation"] == line["organisation"]
        assert (part(folder, "postgresql"), part(folder, "valkey")) == (postgresql, valkey)
        assert works(again)
    assert process.returncode == 0
    assert processes_of(folder.path) == []
