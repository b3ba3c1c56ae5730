"""A demo's data folder: what lies in it, its keys and ports, and who is using it."""

import fcntl
import hashlib
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import IO

from deploy.account import Account, server_account
from deploy.errors import AlreadyRunning, DeployError
from deploy.ports import free_port

ROOT_PARENT = Path("/var/lib/afterword")
SECRET_BYTES = 32
LOG_BYTES = 10_000_000


@dataclass(frozen=True)
class FolderState:
    """What a data folder remembers from one start to the next.

    Attributes:
        secret_key: The demo's SECRET_KEY.
        database_port: TCP port of its PostgreSQL.
        database_password: Password of the owner.
        broker_port: TCP port of its Valkey.
        broker_password: Password of that.
        mail_port: TCP port of its mail catcher.
        public_url: Where the demo was last reached.
    """

    secret_key: str
    database_port: int
    database_password: str
    broker_port: int
    broker_password: str
    mail_port: int
    public_url: str = "http://127.0.0.1:8000"


def default_path() -> Path:
    """Return the data folder of a demo that was started here and given none.

    That is `.afterword` in the working folder; for root a folder under `/var/lib`, because the
    account that the servers run as must reach it, and homes and checkouts of root are closed.
    """
    here = Path.cwd()
    if os.geteuid() != 0:
        return here / ".afterword"
    digest = hashlib.sha256(os.fsencode(here)).hexdigest()[:8]
    return ROOT_PARENT / f"{here.name or 'root'}-{digest}"


class DataFolder:
    """One data folder.

    Attributes:
        path: Its absolute path.
        account: Who the servers run as.
    """

    def __init__(self, path: Path) -> None:
        """Name the folder; nothing is read or made yet."""
        self.path = path.absolute()
        self.account: Account = server_account()
        self.postgresql = self.path / "postgresql"
        self.valkey = self.path / "valkey"
        self.outbox = self.path / "outbox"
        self.logs = self.path / "logs"
        self.programs = self.path / "programs"

    @property
    def exists(self) -> bool:
        """Return whether a demo was ever started on the folder."""
        return (self.path / "state.json").exists()

    def create(self) -> None:
        """Make the folder, where it is not there yet, so that the servers' account gets into it.

        Raises:
            DeployError: It cannot be made, or is closed to the servers' account.
        """
        made = [path for path in (self.path, *self.path.parents) if not path.exists()]
        try:
            for path in reversed(made):
                path.mkdir(mode=0o700, exist_ok=True)
            for private in (self.outbox, self.logs):
                private.mkdir(mode=0o700, exist_ok=True)
            if self.account.switches:
                # Folders above that were there before are not ours to open.
                for path in {self.path, *made}:
                    path.chmod(path.stat().st_mode | 0o111)
        except OSError as error:
            message = f"cannot use {self.path} for data: {error.strerror}; give another --data DIR"
            raise DeployError(message) from error
        if self.account.switches and not self.account.can_enter(self.path):
            message = (
                f"started by root, the servers run as an ordinary user, who cannot reach "
                f"{self.path}: give another --data DIR, for example under /var/lib or /tmp"
            )
            raise DeployError(message)

    def state(self) -> FolderState:
        """Return what the folder remembers; the first call decides keys and ports for good."""
        file = self.path / "state.json"
        try:
            return FolderState(**json.loads(file.read_text("utf-8")))
        except FileNotFoundError:
            state = FolderState(
                secret_key=secrets.token_urlsafe(SECRET_BYTES),
                database_port=free_port(),
                database_password=secrets.token_urlsafe(SECRET_BYTES),
                broker_port=free_port(),
                broker_password=secrets.token_urlsafe(SECRET_BYTES),
                mail_port=free_port(),
            )
            self.remember(state)
            return state
        except OSError as error:
            message = f"cannot read {file}: {error.strerror}; was it made by another user?"
            raise DeployError(message) from error

    def remember(self, state: FolderState) -> None:
        """Keep the state; a crash at any moment leaves the old one or the new one."""
        write_whole(self.path / "state.json", json.dumps(asdict(state), indent=1).encode())

    def change(self, **changes: str | int) -> FolderState:
        """Keep the state with some values changed, and return it."""
        state = replace(self.state(), **changes)  # type: ignore[arg-type]  # names are checked
        self.remember(state)
        return state

    @contextmanager
    def settled(self) -> Iterator[None]:
        """Let nobody else start or stop servers of this folder during the block."""
        with self._lock_file("lock") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    @contextmanager
    def demo_lock(self) -> Iterator[None]:
        """Be the only demo on the folder during the block.

        Raises:
            AlreadyRunning: Another demo is.
        """
        with self._lock_file("demo") as file:
            if not try_lock(file):
                message = (
                    f"a demo is already running on {self.path}, at {self.state().public_url}; "
                    "stop it, or give another folder with --data DIR (and --port N)"
                )
                raise AlreadyRunning(message)
            yield

    def join(self) -> IO[bytes]:
        """Count as a user of the servers until the returned file is closed, or we are killed."""
        file = self._lock_file("users")
        fcntl.flock(file, fcntl.LOCK_SH)
        return file

    def unused(self) -> bool:
        """Return whether no process counts as a user of the servers."""
        with self._lock_file("users") as file:
            return try_lock(file)

    def server_lock(self, name: str) -> IO[bytes]:
        """Return a file that a server keeps locked, by inheriting it, for as long as it lives."""
        return self._lock_file(name)

    def is_held(self, name: str) -> bool:
        """Return whether a server of that name lives on the folder, whoever started it."""
        with self.server_lock(name) as lock:
            return not try_lock(lock)

    def open_log(self, name: str) -> IO[bytes]:
        """Return a part's log, opened to append; a long one is put aside first."""
        path = self.logs / f"{name}.log"
        with suppress(FileNotFoundError):
            if path.stat().st_size > LOG_BYTES:
                path.replace(path.with_suffix(".log.old"))
        return path.open("ab")

    def log_tail(self, name: str, lines: int = 20) -> str:
        """Return the last lines of a part's log."""
        path = self.logs / f"{name}.log"
        text = path.read_text("utf-8", errors="replace") if path.exists() else ""
        return "\n".join(text.splitlines()[-lines:])

    def _lock_file(self, name: str) -> IO[bytes]:
        """Open a file to lock; the lock ends with the process, however that ends."""
        try:
            return (self.path / f".{name}.lock").open("ab")
        except OSError as error:
            message = f"cannot write in {self.path}: {error.strerror}; was it made by another user?"
            raise DeployError(message) from error


def try_lock(file: IO[bytes]) -> bool:
    """Lock a file if nobody has; return whether it is locked for us now."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def write_whole(path: Path, content: bytes) -> None:
    """Write a private file so that after a crash it has the old content or all of the new.

    When this returns, the content survives a power cut.
    """
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Make the names in a folder survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
