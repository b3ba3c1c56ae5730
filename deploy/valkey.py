"""The embedded Valkey of one data folder: started, adopted and stopped."""

import os
import subprocess
import time
from contextlib import suppress
from typing import IO, ClassVar

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from deploy.binaries import valkey_program
from deploy.errors import DeployError, PortTaken
from deploy.folder import DataFolder, FolderState, try_lock
from deploy.ports import LOOPBACK, answers

START_SECONDS = 120.0
STOP_SECONDS = 30.0
POLL_SECONDS = 0.02
CONNECT_SECONDS = 3.0


class ValkeyServer:
    """Valkey on one data folder, with an append-only file that is synced every second.

    Attributes:
        port: Its TCP port.
    """

    name: ClassVar = "valkey"
    port_key: ClassVar = "broker_port"

    def __init__(self, folder: DataFolder, state: FolderState, *, durable: bool = True) -> None:
        """Name the server; nothing is started yet.

        Args:
            folder: Where its files are.
            state: Its port and password.
            durable: Whether it keeps its data on disk; only tests do without.
        """
        self._folder = folder
        self.port = state.broker_port
        self._password = state.broker_password
        self._durable = durable
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Return the server's address."""
        return f"redis://:{self._password}@{LOOPBACK}:{self.port}/0"

    def start(self) -> None:
        """Have the server running; one that runs already is adopted.

        Raises:
            PortTaken: Another program listens on its port.
            DeployError: It does not start; the message has the end of its log.
        """
        folder = self._folder.valkey
        folder.mkdir(mode=0o700, exist_ok=True)
        self._folder.account.own(folder)
        if not self.is_up():
            self._process = None
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            self._despair()
            if time.monotonic() > deadline:
                message = f"Valkey does not start:\n{self._folder.log_tail(self.name)}"
                raise DeployError(message)
            if self._process is None:
                with self._folder.server_lock(self.name) as lock:
                    if try_lock(lock):
                        self._launch(lock)
            time.sleep(POLL_SECONDS)

    def is_up(self) -> bool:
        """Return whether the server's process is there; cheap enough to ask twice a second."""
        if self._process is not None:
            return self._process.poll() is None
        return self._folder.is_held(self.name)

    def stop(self) -> None:
        """Have the server stopped, after it wrote everything down.

        Raises:
            DeployError: It would not stop.
        """
        if not self._folder.is_held(self.name):
            return
        with suppress(redis.RedisError):
            self._client().shutdown()
        deadline = time.monotonic() + STOP_SECONDS
        while self._folder.is_held(self.name):
            if time.monotonic() > deadline:
                if self._process is None:
                    message = f"Valkey on port {self.port} does not stop"
                    raise DeployError(message)
                self._process.kill()
            time.sleep(POLL_SECONDS)
        if self._process is not None:
            self._process.wait()
        self._process = None

    def _client(self) -> redis.Redis:
        return redis.Redis.from_url(
            self.url,
            socket_timeout=CONNECT_SECONDS,
            socket_connect_timeout=CONNECT_SECONDS,
            retry=Retry(NoBackoff(), 0),
        )

    def _launch(self, lock: IO[bytes]) -> None:
        """Start a process that holds the folder's lock for as long as it lives.

        Valkey itself lets two servers write into one folder, which ruins it. The password goes
        by the standard input: a command line can be read by every user.
        """
        program = valkey_program(self._folder.programs, self._folder.account)
        settings = {
            "bind": LOOPBACK,
            "port": str(self.port),
            "dir": ".",
            "requirepass": self._password,
            "appendonly": "yes" if self._durable else "no",
            "appendfsync": "everysec",
            "save": '""',
            "maxmemory-policy": "noeviction",
        }
        reading, writing = os.pipe()
        with os.fdopen(writing, "wb") as pipe:
            pipe.write("".join(f"{key} {value}\n" for key, value in settings.items()).encode())
        with os.fdopen(reading, "rb") as configuration, self._folder.open_log(self.name) as log:
            self._process = subprocess.Popen(
                [str(program), "-"],
                cwd=self._folder.valkey,
                stdin=configuration,
                stdout=log,
                stderr=log,
                pass_fds=[lock.fileno()],
                start_new_session=True,
                **self._folder.account.process_options,
            )

    def _despair(self) -> None:
        """Raise when another program has our port, or the process that we started has ended."""
        ended = self._process is not None and self._process.poll() is not None
        # Asked in this order, a server of ours that comes or goes meanwhile is no foreigner.
        foreign = answers(self.port) and not self._folder.is_held(self.name) and answers(self.port)
        if foreign or (ended and "in use" in self._folder.log_tail(self.name, lines=5)):
            message = f"port {self.port} is taken by another program"
            raise PortTaken(message)
        if ended:
            message = f"Valkey does not start:\n{self._folder.log_tail(self.name)}"
            raise DeployError(message)

    def _answers(self) -> bool:
        """Return whether the server serves; while it reads its file it does not."""
        if not self.is_up():
            return False
        client = self._client()
        try:
            client.ping()
        except redis.RedisError:
            return False
        finally:
            client.close()
        return True
