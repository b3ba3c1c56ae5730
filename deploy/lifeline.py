"""The line between the demo and each of its processes: "I am ready", and death with the parent.

A process that is killed with -9 cannot tell its children. They hold one end of a socket pair
whose other end only the parent has, so that the system tells them. This works on every POSIX
system and has no race, unlike a signal on the parent's death.
"""

import os
import signal
import socket
import threading
import time
from contextlib import suppress
from typing import Final

VARIABLE: Final = "AFTERWORD_LIFELINE"
READY: Final = b"."
GRACE_SECONDS = 2.0

_line: list[socket.socket] = []


def hold() -> None:
    """Let this process end when the one that started it does, if that one gave it a lifeline.

    It is asked to stop as by SIGTERM; what has not ended by itself two seconds later is killed,
    with all its own children.
    """
    descriptor = os.environ.pop(VARIABLE, None)
    if descriptor is None:
        return
    line = socket.socket(fileno=int(descriptor))
    line.set_inheritable(False)
    _line.append(line)
    threading.Thread(target=_wait_for_the_end, args=(line,), name="lifeline", daemon=True).start()


def report_ready() -> None:
    """Tell the process that started this one, if it wants to know, that the work begins."""
    for line in _line:
        line.send(READY)


def _wait_for_the_end(line: socket.socket) -> None:
    # Closed by the system, the line may end in an error: when our word was never read, it does.
    with suppress(OSError):
        while line.recv(1):
            pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    if os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)
