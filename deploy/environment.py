"""The variables that the parts read: those that are set, and a data folder's for the others."""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from socket import socket

from deploy import ports
from deploy.embedded import Servers, running
from deploy.errors import DeployError, PortTaken
from deploy.folder import DataFolder
from deploy.supervisor import Process

DATABASE = ("DATABASE_URL", "APPLICATION_DATABASE_URL")
BROKER = ("REDIS_URL", "RABBITMQ_URL")


def lacks(environment: Mapping[str, str], names: tuple[str, ...]) -> bool:
    """Return whether none of the variables is set; an empty one counts as not set."""
    return not any(environment.get(name) for name in names)


def report_replaced(environment: Mapping[str, str]) -> None:
    """Say which variables replace servers of a data folder: a forgotten one leads elsewhere."""
    names = [name for name in (*DATABASE, *BROKER) if environment.get(name)]
    if names:
        sys.stderr.write(f"{', '.join(names)}: used instead of the demo's own server\n")


def completed(
    given: Mapping[str, str], folder: DataFolder, servers: Servers, *, public_url: str
) -> dict[str, str]:
    """Return the variables with which a part works on a data folder.

    Args:
        given: Variables that are set; they win.
        folder: The data folder.
        servers: Its servers that run, which are those that no given variable replaces.
        public_url: Where the API is reached.
    """
    state = folder.state()
    own = {"SECRET_KEY": state.secret_key, "PUBLIC_URL": public_url}
    if servers.database_url:
        own["DATABASE_URL"] = servers.database_url
    if servers.redis_url:
        own["REDIS_URL"] = servers.redis_url
    if lacks(given, ("SMTP_URL",)):
        own["SMTP_URL"] = f"smtp://{ports.LOOPBACK}:{state.mail_port}"
        own["OUTBOX_DIR"] = str(folder.outbox)
    return own | {name: value for name, value in given.items() if value}


@contextmanager
def working_on(data: Path | None, *, public_url: str | None = None) -> Iterator[None]:
    """Set this process's variables so that a part works on a data folder, up during the block.

    Args:
        data: The folder of a demo, running or not; None to work on the variables as they are.
        public_url: Where the API is reached; None for where the demo was last reached.

    Raises:
        DeployError: No demo was ever started on the folder, or its servers do not start.
    """
    if data is None:
        yield
        return
    folder = DataFolder(data)
    if not folder.exists:
        message = f"no demo was started on {folder.path} yet: run afterword demo --data {data}"
        raise DeployError(message)
    report_replaced(os.environ)
    database, broker = lacks(os.environ, DATABASE), lacks(os.environ, BROKER)
    with running(folder, database=database, broker=broker) as servers, ExitStack() as stack:
        url = public_url or folder.state().public_url
        os.environ.update(completed(os.environ, folder, servers, public_url=url))
        if "OUTBOX_DIR" in os.environ:
            stack.enter_context(catching_mail(folder, os.environ))
        yield


@contextmanager
def catching_mail(folder: DataFolder, environment: Mapping[str, str]) -> Iterator[None]:
    """Have a data folder's mail catcher running during the block, unless another runs already."""
    try:
        listener = ports.listen(folder.state().mail_port)
    except PortTaken:
        yield
        return
    with listener:
        catcher = mail_catcher(folder, environment, listener)
        catcher.start()
        try:
            yield
        finally:
            catcher.stop()


def mail_catcher(folder: DataFolder, environment: Mapping[str, str], listener: socket) -> Process:
    """Return the mail catcher of a data folder, not started yet, that answers on a socket."""
    command = [
        sys.executable,
        "-m",
        "deploy.outbox",
        str(folder.outbox),
        str(listener.fileno()),
    ]
    return Process("outbox", command, environment, folder, listener)
