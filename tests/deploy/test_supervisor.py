"""Parts that end are started again; none outlives the supervisor, however that ends."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator

import psutil
import pytest

from deploy.errors import DeployError
from deploy.folder import DataFolder
from deploy.supervisor import Process, Supervisor
from tests.deploy.conftest import processes_of, python, wait_until

READY = """
import time
from deploy import lifeline
lifeline.hold()
lifeline.report_ready()
time.sleep(60)
"""
STUBBORN = """
import signal, subprocess, sys, time
from deploy import lifeline
signal.signal(signal.SIGTERM, signal.SIG_IGN)
lifeline.hold()
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)", sys.argv[1]])
lifeline.report_ready()
time.sleep(60)
"""
PARENT = """
import os, sys, time
from pathlib import Path
from deploy.folder import DataFolder
from deploy.supervisor import Process, Supervisor
folder = DataFolder(Path(sys.argv[1]))
folder.create()
with Supervisor(print) as supervisor:
    command = [sys.executable, "-c", sys.argv[2], str(folder.path)]
    process = Process("part", command, dict(os.environ), folder)
    supervisor.start(process)
    supervisor.run(process.is_ready)
    print("up", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def lines() -> list[str]:
    """Return what a supervisor has reported."""
    return []


@pytest.fixture
def supervisor(lines: list[str]) -> Iterator[Supervisor]:
    """Return a supervisor that stops its parts at the end of the test."""
    with Supervisor(lines.append) as supervisor:
        yield supervisor


@pytest.fixture
def part(folder: DataFolder, environment: dict[str, str]) -> Process:
    """Return a part that is ready soon and then runs."""
    folder.create()
    return Process("part", python("-c", READY), environment, folder)


def test_a_killed_part_is_started_again(
    supervisor: Supervisor, part: Process, lines: list[str]
) -> None:
    supervisor.start(part)
    assert supervisor.run(part.is_ready, seconds=10)
    first = part.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    assert supervisor.run(lambda: part.pid not in {first, None}, seconds=10)
    assert supervisor.run(part.is_ready, seconds=10)
    assert lines == ["part has ended; it is started again"]


def test_a_part_that_keeps_ending_is_started_ever_more_rarely(
    supervisor: Supervisor, folder: DataFolder, environment: dict[str, str], lines: list[str]
) -> None:
    folder.create()
    supervisor.start(Process("failing", ["false"], environment, folder))
    started = time.monotonic()
    assert supervisor.run(lambda: len(lines) == 4, seconds=10)
    # 0.1, 0.2 and 0.4 seconds lie between four endings.
    assert time.monotonic() - started > 0.7


def test_a_part_that_ends_instead_of_starting_is_told_with_its_log(
    folder: DataFolder, environment: dict[str, str]
) -> None:
    folder.create()
    failing = Process("failing", python("-c", "raise SystemExit('no luck')"), environment, folder)
    failing.start()
    wait_until(lambda: not failing.is_up())
    with pytest.raises(DeployError, match=r"failing does not start:\nno luck"):
        failing.is_ready()
    failing.stop()


def test_parts_are_stopped_the_last_first(folder: DataFolder, environment: dict[str, str]) -> None:
    folder.create()
    log = folder.path / "order"
    script = (
        "import signal, sys\n"
        "from deploy import lifeline\n"
        "def note(*_):\n"
        f"    print(sys.argv[1], file=open({str(log)!r}, 'a'))\n"
        "    sys.exit()\n"
        "signal.signal(signal.SIGTERM, note)\n"
        "lifeline.hold()\n"
        "lifeline.report_ready()\n"
        "signal.pause()\n"
    )
    with Supervisor(print) as supervisor:
        for name in ("first", "second"):
            part = Process(name, python("-c", script, name), environment, folder)
            supervisor.start(part)
            assert supervisor.run(part.is_ready, seconds=10)
    assert log.read_text() == "second\nfirst\n"


@pytest.mark.parametrize("script", [READY, STUBBORN], ids=["ready", "stubborn"])
def test_a_part_dies_with_a_parent_that_is_killed(
    folder: DataFolder, environment: dict[str, str], script: str
) -> None:
    parent = subprocess.Popen(
        python("-c", PARENT, str(folder.path), script),
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout is not None
    with parent.stdout:
        assert parent.stdout.readline() == "up\n"
    parts = psutil.Process(parent.pid).children(recursive=True)
    assert len(parts) == (2 if script is STUBBORN else 1)
    parent.kill()
    parent.wait()
    wait_until(lambda: not any(alive(part) for part in parts))
    assert processes_of(folder.path) == []


def alive(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != str(psutil.STATUS_ZOMBIE)


def test_what_a_killed_part_had_started_ends_before_the_part_is_started_again(
    supervisor: Supervisor, folder: DataFolder, environment: dict[str, str]
) -> None:
    folder.create()
    part = Process("part", python("-c", STUBBORN, "child"), environment, folder)
    supervisor.start(part)
    assert supervisor.run(part.is_ready, seconds=10)
    (child,) = psutil.Process(part.pid).children()
    part_pid = part.pid
    assert part_pid is not None
    os.kill(part_pid, signal.SIGKILL)
    assert supervisor.run(lambda: part.pid not in {part_pid, None}, seconds=10)
    wait_until(lambda: not alive(child))
    second = part.pid
    assert second is not None
    os.killpg(second, signal.SIGKILL)


def test_a_long_log_is_put_aside(folder: DataFolder) -> None:
    folder.create()
    path = folder.logs / "part.log"
    path.write_bytes(b"x" * 10_000_001)
    with folder.open_log("part") as log:
        log.write(b"new\n")
    assert path.read_bytes() == b"new\n"
    assert (folder.logs / "part.log.old").stat().st_size == 10_000_001
