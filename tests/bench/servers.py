"""The servers that are compared: ours, the baselines, and peers where Node is there."""

import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil
from sqlalchemy import create_engine

from deploy import ports
from tenants import db
from tenants.settings import get_settings
from tests.bench import statements

# PostGraphile 5 needs Node 22, which the package of that name brings along.
PACKAGES: Final = ("node@22", "postgraphile@5", "mercurius@16", "fastify@5", "graphql@16", "pg@8")
_SCRIPTS: Final = Path(__file__).parent / "node"
_PATIENCE: Final = 60.0


@dataclass(frozen=True, slots=True)
class Server:
    """One that answers.

    Attributes:
        name: As results call it.
        port: Where it listens.
        process: What it runs in.
    """

    name: str
    port: int
    process: psutil.Process

    def cpu_seconds(self) -> float:
        """Processor time that it has taken so far."""
        times = self.process.cpu_times()
        return float(times.user + times.system)

    def megabytes(self) -> float:
        """Memory that it holds."""
        return float(self.process.memory_info().rss) / 1e6


@contextmanager
def running() -> Iterator[list[Server]]:
    """Start every server that can be started, and end them after the block."""
    url = db.application_url(get_settings()).set(drivername="postgresql")
    environment = {
        **os.environ,
        "BENCH_DATABASE_URL": url.render_as_string(hide_password=False),
        "BENCH_INSIGHTS_SQL": statements.LIVE,
        "BENCH_SUBMIT_SQL": statements.SUBMIT,
        # What is measured is the work, not how it is rationed.
        "CLIENT_BUDGET": "0",
        "ORGANISATION_BUDGET": "0",
    }
    python = sys.executable
    uvicorn = [python, "-m", "uvicorn", "--no-access-log", "--log-level=warning"]
    with ExitStack() as stack:
        start = _starter(stack, environment)
        servers = [
            start("afterword", [python, "-m", "deploy.cli", "serve", "--port", "{port}"]),
            start("sql", [*uvicorn, "--port", "{port}", "tests.bench.baselines:app"]),
        ]
        folder = _packages()
        if folder is not None:
            _make_functions()
            node = str(folder / "node_modules/.bin/node")
            for name in ("postgraphile", "mercurius"):
                script = shutil.copy(_SCRIPTS / f"{name}.mjs", folder)
                servers.append(start(name, [node, str(script)]))
        yield servers


def _starter(
    stack: ExitStack, environment: Mapping[str, str]
) -> Callable[[str, list[str]], Server]:
    def start(name: str, command: list[str]) -> Server:
        port = ports.free_port()
        words = [word.format(port=port) if "{port}" in word else word for word in command]
        process = subprocess.Popen(words, env={**environment, "BENCH_PORT": str(port)})
        stack.callback(_end, process)
        _wait_for(name, port, process)
        return Server(name, port, psutil.Process(process.pid))

    return start


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _wait_for(name: str, port: int, process: subprocess.Popen[bytes]) -> None:
    """Return once something answers on the port.

    Raises:
        SystemExit: It has ended, or takes too long.
    """
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until and process.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5).close()
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.2)
        else:
            return
    sys.exit(f"{name} does not answer")


def _packages() -> Path | None:
    """Return a folder with the peers' packages, or None where they cannot be had."""
    npm = shutil.which("npm")
    if npm is None:
        _shout("npm is not there")
        return None
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "afterword-bench"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "package.json").write_text('{"private": true}')
    options = ["--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error"]
    done = subprocess.run(
        [npm, "install", *options, *PACKAGES],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        _shout(f"npm could not install them\n{done.stderr[-1000:]}")
        return None
    return folder


def _shout(why: str) -> None:
    sys.stderr.write(f"!!! NOT COMPARED with PostGraphile and Mercurius: {why}\n")


def _make_functions() -> None:
    """Make what PostGraphile shows beside the tables."""
    settings = get_settings()
    role = db.application_url(settings).username
    owner = create_engine(db.psycopg_url(settings.database_url or ""))
    with owner.begin() as connection:
        for statement in statements.FUNCTIONS:
            connection.exec_driver_sql(statement)
        connection.exec_driver_sql(f'GRANT USAGE ON SCHEMA bench TO "{role}"')
    owner.dispose()
