"""The words of `afterword bounces` on the command line."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from deploy.environment import working_on

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - it has no other name.
    Run = Callable[[argparse.Namespace], int]
    AddPart = Callable[[Commands, str, Run, str], argparse.ArgumentParser]


def add(commands: "Commands", add_part: "AddPart") -> None:
    """Add the command.

    Args:
        commands: Of `afterword`.
        add_part: Adds one that works on an installation.
    """
    part = add_part(commands, "bounces", _run, "note which mails came back as undeliverable")
    part.add_argument(
        "places",
        nargs="*",
        type=Path,
        metavar="PLACE",
        help="a mail, an mbox or a Maildir; the standard input if none is named",
    )


def _run(arguments: argparse.Namespace) -> int:
    with working_on(arguments.data):
        from deploy.settings import require_settings  # noqa: PLC0415 - as in `deploy.cli`.

        require_settings(("DATABASE_URL", "APPLICATION_DATABASE_URL"))
        from deploy import bounces  # noqa: PLC0415 - likewise.

        return bounces.main(arguments.places)
