"""Keeps the processes of a demo running: what ends is started again, until all are stopped."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self

from deploy.errors import DeployError
from deploy.folder import DataFolder
from deploy.lifeline import READY, VARIABLE

POLL_SECONDS = 0.1
STOP_SECONDS = 10.0
FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 5.0
# A part that ran this long before it ended is not in a loop of failing.
SETTLED_SECONDS = 10.0


class Part(Protocol):
    """Something that runs and can be started again."""

    @property
    def name(self) -> str:
        """Return what to call it in messages; also the name of its log."""

    def start(self) -> None:
        """Have it running."""

    def is_up(self) -> bool:
        """Return whether it runs."""


class Process:
    """A child process that ends with us, however we end.

    Attributes:
        name: What to call it; also the name of its log.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        folder: DataFolder,
        listener: socket.socket | None = None,
    ) -> None:
        """Describe the process; it is not started yet.

        Args:
            name: What to call it.
            command: The program and its arguments.
            environment: All its variables.
            folder: Where its log goes.
            listener: A socket that it inherits under the same number.
        """
        self.name = name
        self._command = command
        self._environment = environment
        self._folder = folder
        self._listener = listener
        self._process: subprocess.Popen[bytes] | None = None
        self._line: socket.socket | None = None
        self._ready = False

    @property
    def pid(self) -> int | None:
        """Return its process id while it runs."""
        return self._process.pid if self._process and self.is_up() else None

    def start(self) -> None:
        """Start the process; it says by its lifeline when it is ready."""
        self._clear()
        ours, theirs = socket.socketpair()
        descriptors = [theirs.fileno()]
        if self._listener is not None:
            descriptors.append(self._listener.fileno())
        with theirs, self._folder.open_log(self.name) as log:
            self._process = subprocess.Popen(
                self._command,
                env={**self._environment, VARIABLE: str(theirs.fileno())},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=descriptors,
                # Ctrl-C in a terminal goes to the whole group: we stop our parts in order.
                start_new_session=True,
            )
        ours.setblocking(False)  # noqa: FBT003  # socket's own signature
        self._line = ours

    def is_up(self) -> bool:
        """Return whether the process runs."""
        return self._process is not None and self._process.poll() is None

    def is_ready(self) -> bool:
        """Return whether the process has said that it is ready.

        Raises:
            DeployError: It ended instead; the message has the end of its log.
        """
        if not self._ready and self._line is not None:
            with suppress(BlockingIOError, ConnectionError):
                self._ready = self._line.recv(1) == READY
        if not self._ready and not self.is_up():
            message = f"{self.name} does not start:\n{self._folder.log_tail(self.name)}"
            raise DeployError(message)
        return self._ready

    def stop(self) -> None:
        """Have the process ended: asked first, killed with its children when it does not."""
        if self._process is not None and self.is_up():
            self._process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(STOP_SECONDS)
        self._clear()

    def _clear(self) -> None:
        """Leave nothing of an earlier process, nor of what it had started."""
        if self._process is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        if self._line is not None:
            self._line.close()
        self._process, self._line, self._ready = None, None, False


@dataclass
class _Watched:
    """How a part has fared.

    Attributes:
        part: The part.
        started_at: When it was last started, on the monotonic clock.
        due_at: When to start it again, or None while it runs.
        pause_seconds: How long the next pause before a start is.
    """

    part: Part
    started_at: float
    due_at: float | None = None
    pause_seconds: float = FIRST_PAUSE_SECONDS


class Supervisor:
    """Starts parts in order, keeps them running, stops them in reverse order."""

    def __init__(self, report: Callable[[str], None]) -> None:
        """Begin with no parts.

        Args:
            report: Called with one line for each thing that happens to a part.
        """
        self._report = report
        self._watched: list[_Watched] = []
        self._processes: list[Process] = []

    def __enter__(self) -> Self:
        """Do nothing; parts are added one by one."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop the processes, the last started first."""
        for process in reversed(self._processes):
            process.stop()

    def start(self, process: Process) -> None:
        """Start a process, watch it from now on, and stop it in the end."""
        self._processes.append(process)
        process.start()
        self.watch(process)

    def watch(self, part: Part) -> None:
        """Start a part again whenever it ends; somebody else stops it in the end."""
        self._watched.append(_Watched(part, time.monotonic()))

    def run(self, until: Callable[[], bool], seconds: float = float("inf")) -> bool:
        """Keep the parts running until something is so.

        Args:
            until: Asked again and again.
            seconds: For how long at most.

        Returns:
            Whether it became so in time.
        """
        deadline = time.monotonic() + seconds
        while not until():
            if time.monotonic() > deadline:
                return False
            self._revive()
            time.sleep(POLL_SECONDS)
        return True

    def _revive(self) -> None:
        for watched in self._watched:
            now = time.monotonic()
            if watched.due_at is None and not watched.part.is_up():
                settled = now - watched.started_at > SETTLED_SECONDS
                pause = FIRST_PAUSE_SECONDS if settled else watched.pause_seconds
                watched.due_at = now + pause
                watched.pause_seconds = min(2 * pause, LONGEST_PAUSE_SECONDS)
                self._report(f"{watched.part.name} has ended; it is started again")
            elif watched.due_at is not None and now >= watched.due_at:
                self._start_again(watched)

    def _start_again(self, watched: _Watched) -> None:
        watched.due_at = None
        try:
            watched.part.start()
        except DeployError as error:
            self._report(f"{watched.part.name}: {error}")
        watched.started_at = time.monotonic()
