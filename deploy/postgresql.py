"""The embedded PostgreSQL of one data folder: made, started, adopted and stopped."""

import os
import secrets
import shutil
import signal
import subprocess
import time
from enum import Enum, auto
from pathlib import Path
from typing import IO, ClassVar

import psycopg

from deploy.binaries import postgresql_programs
from deploy.errors import DeployError, PortTaken
from deploy.folder import DataFolder, FolderState, try_lock
from deploy.ports import LOOPBACK, answers

DATABASE = "afterword"
OWNER = "postgres"
START_SECONDS = 120.0
STOP_SECONDS = 60.0
POLL_SECONDS = 0.02
CONNECT_SECONDS = 3

# What a server killed with -9 leaves to the next one for a few seconds: its back ends still run.
LEFTOVERS = ("pre-existing shared memory", "lock file", "is still in use")


class Status(Enum):
    """What a connection to the server's port comes to."""

    READY = auto()
    BUSY = auto()
    DOWN = auto()
    FOREIGN = auto()


class PostgresServer:
    """PostgreSQL on one data folder.

    It listens on the loopback address only and has no Unix socket, so that the length of the
    folder's path does not matter.

    Attributes:
        port: Its TCP port.
    """

    name: ClassVar = "postgresql"
    port_key: ClassVar = "database_port"

    def __init__(self, folder: DataFolder, state: FolderState, *, durable: bool = True) -> None:
        """Name the server; nothing is started yet.

        Args:
            folder: Where its files are.
            state: Its port and password.
            durable: Whether what was committed must survive a power cut; only tests do without.
        """
        self._folder = folder
        self.port = state.database_port
        self._password = state.database_password
        self._durable = durable
        self._process: subprocess.Popen[bytes] | None = None
        self._refusal = ""

    @property
    def url(self) -> str:
        """Return the address of the product's database, as its owner."""
        return f"postgresql+psycopg://{OWNER}:{self._password}@{LOOPBACK}:{self.port}/{DATABASE}"

    def start(self) -> None:
        """Have the server running and its database made; one that runs already is adopted.

        Raises:
            PortTaken: Another program listens on its port.
            DeployError: It does not start; the message has the end of its log.
        """
        if not self.is_up():
            self._process = None
        programs = postgresql_programs(self._folder.programs, self._folder.account)
        self._make_cluster(programs)
        deadline = time.monotonic() + START_SECONDS
        while (status := self._status()) is not Status.READY:
            if status is Status.FOREIGN:
                message = f"port {self.port} is taken by another program"
                raise PortTaken(message)
            if time.monotonic() > deadline:
                tail = self._folder.log_tail(self.name)
                message = f"PostgreSQL does not start: {self._refusal}\n{tail}"
                raise DeployError(message)
            if status is Status.DOWN:
                self._despair()
                with self._folder.server_lock(self.name) as lock:
                    if try_lock(lock):
                        self._launch(programs, lock)
            time.sleep(POLL_SECONDS)
        self._make_database()

    def is_up(self) -> bool:
        """Return whether the server's process is there; cheap enough to ask twice a second."""
        if self._process is not None:
            return self._process.poll() is None
        return self._folder.is_held(self.name)

    def stop(self) -> None:
        """Have the server stopped, after it ended its sessions and wrote everything down.

        Raises:
            DeployError: It would not stop.
        """
        pid = self._pid()
        for how in (signal.SIGINT, signal.SIGQUIT):
            if pid is None or self._gone():
                break
            os.kill(pid, how)
            self._wait_until_gone()
        if pid is not None and not self._gone():
            message = f"PostgreSQL (process {pid}) does not stop"
            raise DeployError(message)
        self._process = None

    def _status(self) -> Status:
        """Try a connection; only our server knows the password, and proves that it does."""
        if not self.is_up():
            # Asked in this order, a server of ours that comes or goes meanwhile is no foreigner.
            foreign = answers(self.port) and not self.is_up() and answers(self.port)
            return Status.FOREIGN if foreign else Status.DOWN
        try:
            self._connect().close()
        except psycopg.OperationalError as error:
            self._refusal = str(error)
            return Status.BUSY
        return Status.READY

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(
            host=LOOPBACK,
            port=self.port,
            user=OWNER,
            password=self._password,
            dbname="postgres",
            connect_timeout=CONNECT_SECONDS,
            require_auth="scram-sha-256",
            autocommit=True,
        )

    def _make_cluster(self, programs: Path) -> None:
        """Make the files of an empty server, all or nothing."""
        if self._folder.postgresql.exists():
            return
        unfinished = self._folder.path / "postgresql.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        self._folder.account.own(unfinished)
        password = self._folder.path / f".password.{secrets.token_hex(4)}"
        password.touch(mode=0o600)
        self._folder.account.own(password)
        password.write_text(self._password, "utf-8")
        try:
            self._initdb(programs, unfinished, password)
        finally:
            password.unlink()
        unfinished.rename(self._folder.postgresql)

    def _initdb(self, programs: Path, target: Path, password: Path) -> None:
        command = [
            str(programs / "initdb"),
            f"--pgdata={target}",
            f"--username={OWNER}",
            f"--pwfile={password}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--data-checksums",
            "--no-instructions",
        ]
        if not self._durable:
            command.append("--no-sync")
        done = subprocess.run(
            command,
            env=_environment(),
            cwd=target,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            **self._folder.account.process_options,
        )
        if done.returncode != 0:
            message = f"initdb failed:\n{done.stdout}{done.stderr}"
            raise DeployError(message)

    def _despair(self) -> None:
        """Raise when the process that we started ended for a reason that time does not heal."""
        if self._process is None:
            return
        tail = self._folder.log_tail(self.name, lines=5)
        if "could not bind" in tail:
            message = f"port {self.port} is taken by another program"
            raise PortTaken(message)
        if not any(leftover in tail for leftover in LEFTOVERS):
            message = f"PostgreSQL does not start:\n{self._folder.log_tail(self.name)}"
            raise DeployError(message)
        time.sleep(10 * POLL_SECONDS)

    def _launch(self, programs: Path, lock: IO[bytes]) -> None:
        """Start a process that holds the folder's lock for as long as it lives."""
        with self._folder.open_log(self.name) as log:
            self._process = subprocess.Popen(
                [str(programs / "postgres"), "-D", str(self._folder.postgresql), *self._options()],
                env=_environment(),
                cwd=self._folder.postgresql,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=[lock.fileno()],
                start_new_session=True,
                **self._folder.account.process_options,
            )

    def _options(self) -> list[str]:
        """Return the server's settings.

        Its log must not repeat what people wrote: no failing statements, no key values.
        """
        settings = {
            "port": str(self.port),
            "listen_addresses": LOOPBACK,
            "unix_socket_directories": "",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "log_min_error_statement": "panic",
            "log_error_verbosity": "terse",
        }
        if not self._durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        return [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]

    def _make_database(self) -> None:
        with self._connect() as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
            if found.fetchone() is None:
                connection.execute(f"CREATE DATABASE {DATABASE}")

    def _pid(self) -> int | None:
        """Return the process id of the server that runs on the folder, or None."""
        if self._process is not None:
            return self._process.pid if self._process.poll() is None else None
        # The file outlives a server that was killed, and its number may be somebody else's by
        # now; a server of ours that answers has written it anew.
        if self._status() is not Status.READY:
            return None
        return int(self._pid_file.read_text().split()[0])

    @property
    def _pid_file(self) -> Path:
        return self._folder.postgresql / "postmaster.pid"

    def _gone(self) -> bool:
        if self._process is not None:
            return self._process.poll() is not None
        return not self._pid_file.exists()

    def _wait_until_gone(self) -> None:
        deadline = time.monotonic() + STOP_SECONDS
        while not self._gone() and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)


def _environment() -> dict[str, str]:
    """Return an environment without the caller's PG* and locale variables."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}
