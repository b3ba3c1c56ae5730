"""`afterword demo`: all parts on one data folder, kept running until it is told to stop."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from http import HTTPStatus
from http.client import HTTPException
from pathlib import Path
from socket import socket
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from deploy import ports
from deploy.embedded import running
from deploy.environment import (
    BROKER,
    DATABASE,
    completed,
    lacks,
    mail_catcher,
    report_replaced,
)
from deploy.errors import DeployError, PortTaken
from deploy.folder import DataFolder
from deploy.supervisor import Process, Supervisor

START_SECONDS = 120.0
REQUEST_SECONDS = 5.0
# The API of a demo that was killed gives its port back this soon.
PORT_SECONDS = 3.0
PAGES = {
    "graphql": "/graphql",
    "graphiql": "/graphiql",
    "docs": "/docs",
    "console": "/console",
    "outbox": "/outbox",
}
JSON_KEYS = (
    "graphql",
    "graphiql",
    "docs",
    "console",
    "candidateLink",
    "outbox",
    "organisation",
    "tokens",
    "greenhouse",
)
LABELS = {
    "graphql": "GraphQL",
    "graphiql": "GraphiQL",
    "docs": "Reference",
    "console": "Console",
    "candidateLink": "A candidate's link",
    "outbox": "Mails sent",
}


def demo(port: int, data: Path, *, as_json: bool) -> None:
    """Run a demo until interrupted; then everything it started is stopped and its data stays.

    Args:
        port: TCP port of the API; 0 for any free one.
        data: The data folder.
        as_json: Whether to print one line of JSON instead of words.

    Raises:
        DeployError: Something prevents it; the message says what to do.
    """
    folder = DataFolder(data)
    folder.create()
    with (
        folder.demo_lock(),
        _api_listener(port) as listener,
        _mail_listener(folder) as mail_listener,
    ):
        public_url = os.environ.get("PUBLIC_URL") or _address(listener)
        with folder.settled():
            folder.change(public_url=public_url)
        report_replaced(os.environ)
        database, broker = lacks(os.environ, DATABASE), lacks(os.environ, BROKER)
        _say(f"data folder: {folder.path}")
        with (
            running(folder, database=database, broker=broker) as servers,
            Supervisor(_say) as supervisor,
        ):
            environment = completed(os.environ, folder, servers, public_url=public_url)
            for server in servers.each:
                supervisor.watch(server)
            if "OUTBOX_DIR" in environment:
                supervisor.start(mail_catcher(folder, environment, mail_listener))
            prepared = _prepare(folder, environment)
            _start_parts(supervisor, folder, environment, listener)
            summary = {**_pages(public_url, _address(listener)), **prepared}
            print(_as_json(summary) if as_json else _as_words(summary, folder), flush=True)
            supervisor.run(until=lambda: False)


@contextmanager
def _api_listener(port: int) -> Iterator[socket]:
    deadline = time.monotonic() + PORT_SECONDS
    while True:
        try:
            listener = ports.listen(port)
            break
        except PortTaken as error:
            if time.monotonic() > deadline:
                message = f"{error}: choose another with --port N, or --port 0 for any free one"
                raise PortTaken(message) from error
            time.sleep(0.1)
    with listener:
        yield listener


def _address(listener: socket) -> str:
    host, port = listener.getsockname()
    return f"http://{host}:{port}"


def _mail_listener(folder: DataFolder) -> socket:
    """Return the socket of the mail catcher, on another port if its own is taken."""
    with folder.settled():
        try:
            return ports.listen(folder.state().mail_port)
        except PortTaken:
            return ports.listen(folder.change(mail_port=ports.free_port()).mail_port)


def _cli(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "deploy.cli", *arguments]


def _prepare(folder: DataFolder, environment: Mapping[str, str]) -> dict[str, Any]:
    """Have the database up to date and filled, and return what the demo hands out."""
    with folder.open_log("preparation") as log:
        done = subprocess.run(
            [sys.executable, "-m", "deploy.preparation"],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            check=False,
        )
    if done.returncode != 0:
        message = f"the database cannot be prepared:\n{folder.log_tail('preparation')}"
        raise DeployError(message)
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def _start_parts(
    supervisor: Supervisor, folder: DataFolder, environment: Mapping[str, str], listener: socket
) -> None:
    """Have API, worker and scheduler running and ready."""
    descriptor = str(listener.fileno())
    parts = [
        Process("api", _cli("serve", "--fd", descriptor), environment, folder, listener),
        Process("worker", _cli("worker"), environment, folder),
        Process("scheduler", _cli("scheduler"), environment, folder),
    ]
    for part in parts:
        supervisor.start(part)
    if not supervisor.run(lambda: all(part.is_ready() for part in parts), START_SECONDS):
        names = ", ".join(part.name for part in parts if not part.is_ready())
        message = f"not ready after {START_SECONDS:.0f} seconds: {names}; see {folder.logs}"
        raise DeployError(message)
    address = _address(listener)
    if not supervisor.run(lambda: _status(f"{address}/readyz") == HTTPStatus.OK, START_SECONDS):
        message = f"{address}/readyz does not answer 200; see {folder.logs}"
        raise DeployError(message)


def _status(url: str) -> int:
    """Return the status that a page answers with, or 0 when there is no answer."""
    try:
        with urlopen(url, timeout=REQUEST_SECONDS) as answer:
            return int(answer.status)
    except HTTPError as error:
        return error.code
    except (URLError, OSError, HTTPException):
        return 0


def _pages(public_url: str, address: str) -> dict[str, str]:
    """Return the addresses of the pages that this version has."""
    return {
        name: f"{public_url}{path}"
        for name, path in PAGES.items()
        if _status(f"{address}{path}") not in {0, HTTPStatus.NOT_FOUND}
    }


def _as_words(summary: Mapping[str, Any], folder: DataFolder) -> str:
    lines = ["", "Afterword is running. Ctrl-C stops it; its data stays in", f"{folder.path}", ""]
    lines += [f"{LABELS[key]:24}{summary[key]}" for key in LABELS if key in summary]
    for login in summary.get("logins", ()):
        lines.append(f"{login['role']:24}{login['email']}  password {login['password']}")
    lines += ["", *summary.get("notes", ())]
    return "\n".join(lines)


def _as_json(summary: Mapping[str, Any]) -> str:
    return json.dumps({key: summary[key] for key in JSON_KEYS if key in summary})


def _say(line: str) -> None:
    # Whoever read our messages may have gone; that is no reason to stop.
    with suppress(OSError):
        print(line, file=sys.stderr, flush=True)
