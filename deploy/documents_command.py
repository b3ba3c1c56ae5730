"""The words of `afterword documents` on the command line."""

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
    """Add the command and what follows it.

    Args:
        commands: Of `afterword`.
        add_part: Adds one that works on an installation.
    """
    documents = commands.add_parser(
        "documents",
        help="say which GraphQL documents a client may send by their ids",
        description="Say which GraphQL documents a client may send by their ids.",
    )
    kinds = documents.add_subparsers(title="what", metavar="WHAT", dest="what", required=True)
    check = add_part(kinds, "check", _run, "validate a manifest against the schema")
    register = add_part(kinds, "register", _run, "add a manifest to a client's documents")
    clients = add_part(kinds, "list", _run, "list an organisation's clients")
    retire = add_part(kinds, "retire", _run, "take back all documents of a client")
    for one in (check, register):
        one.add_argument("file", type=Path, metavar="FILE", help="JSON: texts by their SHA-256")
    for one in (register, clients, retire):
        one.add_argument("--organisation", metavar="SLUG", required=True, help="whose")
    for one in (register, retire):
        one.add_argument("--client", metavar="NAME", required=True, help="of your choosing")


def _run(arguments: argparse.Namespace) -> int:
    with working_on(arguments.data):
        from deploy.settings import require_settings  # noqa: PLC0415 - as in `deploy.cli`.

        require_settings(("DATABASE_URL", "APPLICATION_DATABASE_URL"))
        from deploy import documents  # noqa: PLC0415 - likewise.

        return documents.main(arguments)
