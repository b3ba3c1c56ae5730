"""The words of `afterword operator` on the command line."""

import argparse
import asyncio
import json
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from deploy.environment import working_on

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - it has no other name.
    Run = Callable[[argparse.Namespace], int]
    AddPart = Callable[[Commands, str, Run, str], argparse.ArgumentParser]


def add(commands: "Commands", add_part: "AddPart") -> None:
    """Add the command and what follows it.

    Args:
        commands: Of `afterword`.
        add_part: Adds one that works on an installation.
    """
    operator = commands.add_parser(
        "operator",
        help="say who may start releases of the benchmark through the API",
        description="Say who may start releases of the benchmark through the API.",
    )
    kinds = operator.add_subparsers(title="what", metavar="WHAT", dest="what", required=True)
    added = add_part(kinds, "add", _run, "let a person operate the installation")
    removed = add_part(kinds, "remove", _run, "let a person operate it no more")
    listed = add_part(kinds, "list", _run, "list who operates it")
    log = add_part(kinds, "log", _run, "show what operators did, and how they came to be some")
    for one in (added, removed):
        one.add_argument("email", metavar="EMAIL", help="the address that the person signs in with")
    added.add_argument(
        "--name",
        metavar="NAME",
        help="make an account of that name if there is none; the link for a forgotten password"
        " chooses its first one",
    )
    for one in (added, removed, listed, log):
        one.add_argument("--json", action="store_true", help="print one line of JSON")


def _run(arguments: argparse.Namespace) -> int:
    with working_on(arguments.data):
        from deploy.settings import require_settings  # noqa: PLC0415 - as in `deploy.cli`.

        require_settings(("DATABASE_URL", "APPLICATION_DATABASE_URL"))
        from deploy import operators  # noqa: PLC0415 - likewise.

        found = asyncio.run(
            operators.run_connected(
                arguments.what,
                email=getattr(arguments, "email", None),
                name=getattr(arguments, "name", None),
            )
        )
    sys.stdout.write((json.dumps(found) if arguments.json else operators.in_words(found)) + "\n")
    return 0
