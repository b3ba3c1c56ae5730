"""Signals that ask a command to stop."""

import signal
from types import FrameType

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def interrupt_once() -> None:
    """Make the first request to stop a KeyboardInterrupt, and later ones nothing.

    What follows the first is the orderly end, which must not be interrupted: every step of it
    has its own time limit.
    """
    for number in STOPPING:
        # Whoever used nohup wants it to outlive the terminal.
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _interrupt)


def _interrupt(number: int, frame: FrameType | None) -> None:  # noqa: ARG001  # signal's signature
    for each in STOPPING:
        signal.signal(each, signal.SIG_IGN)
    raise KeyboardInterrupt(signal.Signals(number).name)
