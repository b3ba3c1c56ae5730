"""The embedded servers, as they are really started, killed and stopped."""

import os
import signal
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
import redis
from sqlalchemy import make_url

from deploy import ports
from deploy.account import UNPRIVILEGED
from deploy.embedded import Servers, is_running, running
from deploy.errors import DeployError
from deploy.folder import DataFolder
from tests.deploy.conftest import processes_of, python, wait_until

HOLD = """
import sys, time
from pathlib import Path
from deploy.embedded import running
from deploy.folder import DataFolder
with running(DataFolder(Path(sys.argv[1])), durable=False):
    print("up", flush=True)
    time.sleep(60)
"""
AS_USER = """
import encodings.idna, os, pwd, sys  # What Python loads late, the other user may not reach.
from pathlib import Path
from deploy.embedded import running
from deploy.folder import DataFolder
user = pwd.getpwnam(sys.argv[2])
os.setgroups([]); os.setgid(user.pw_gid); os.setuid(user.pw_uid)
with running(DataFolder(Path(sys.argv[1])), durable=False) as servers:
    print(servers.postgresql.is_up(), servers.valkey.is_up(), os.geteuid() == user.pw_uid)
"""


def connect(servers: Servers) -> psycopg.Connection:
    url = make_url(servers.database_url or "").set(drivername="postgresql")
    return psycopg.connect(url.render_as_string(hide_password=False), autocommit=True)


def broker(servers: Servers) -> redis.Redis:
    return redis.Redis.from_url(servers.redis_url or "")


def keep_something(servers: Servers) -> None:
    with connect(servers) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    with broker(servers) as client:
        client.set("kept", "43")


def kept(servers: Servers) -> tuple[object, object]:
    with connect(servers) as connection, broker(servers) as client:
        row = connection.execute("SELECT answer FROM kept").fetchone()
        return row and row[0], client.get("kept")


def server_pids(folder: DataFolder) -> set[int]:
    """Return the process ids of the servers themselves, without PostgreSQL's back ends."""
    programs = ("/postgres -D", "/valkey-server")
    found = [
        process
        for process in processes_of(folder.path)
        if any(program in process.command for program in programs)
    ]
    pids = {process.pid for process in found}
    return {process.pid for process in found if process.parent not in pids}


def hold(folder: DataFolder, environment: dict[str, str]) -> subprocess.Popen[str]:
    """Start a process that has the servers running."""
    holder = subprocess.Popen(
        python("-c", HOLD, str(folder.path)), env=environment, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "up\n"
    return holder


def end(holder: subprocess.Popen[str], number: signal.Signals) -> None:
    assert holder.stdout is not None
    with holder.stdout:
        holder.send_signal(number)
        holder.wait()


def test_what_was_kept_is_there_after_a_stop_and_no_process_is(folder: DataFolder) -> None:
    with running(folder) as servers:
        keep_something(servers)
        assert is_running(folder)
    assert not is_running(folder)
    assert processes_of(folder.path) == []
    with running(folder) as servers:
        assert kept(servers) == (42, b"43")


def test_the_database_compares_by_code_point_in_unicode_and_utc(folder: DataFolder) -> None:
    with running(folder, broker=False, durable=False) as servers, connect(servers) as connection:
        row = connection.execute(
            "SELECT datlocprovider, datlocale, pg_encoding_to_char(encoding),"
            " current_setting('timezone'), current_setting('fsync'), current_user"
            " FROM pg_database WHERE datname = current_database()"
        ).fetchone()
    assert row == ("b", "C.UTF-8", "UTF8", "UTC", "off", "postgres")


def test_both_servers_killed_come_back_with_what_was_kept(folder: DataFolder) -> None:
    with running(folder) as servers:
        keep_something(servers)
        # Valkey syncs every second; what it wrote survives its own death at once.
        for pid in server_pids(folder):
            os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not any(server.is_up() for server in servers.each))
        for server in servers.each:
            server.start()
        assert kept(servers) == (42, b"43")


def test_servers_of_a_killed_process_are_adopted_and_then_stopped(
    folder: DataFolder, environment: dict[str, str]
) -> None:
    end(hold(folder, environment), signal.SIGKILL)
    orphans = server_pids(folder)
    assert len(orphans) == 2
    with running(folder, durable=False):
        assert server_pids(folder) == orphans
    assert processes_of(folder.path) == []


def test_the_last_of_several_users_stops_the_servers(
    folder: DataFolder, environment: dict[str, str]
) -> None:
    with ThreadPoolExecutor() as pool:
        holders = list(pool.map(lambda _: hold(folder, environment), range(3)))
    assert len(server_pids(folder)) == 2
    with running(folder, durable=False):
        for holder in holders:
            end(holder, signal.SIGKILL)
        assert is_running(folder)
    assert processes_of(folder.path) == []


def test_two_folders_have_servers_side_by_side(folder: DataFolder) -> None:
    other = DataFolder(folder.path.with_name("other"))
    with ExitStack() as stack:
        mine = stack.enter_context(running(folder, durable=False))
        theirs = stack.enter_context(running(other, durable=False))
        keep_something(mine)
        with connect(theirs) as connection:
            row = connection.execute("SELECT to_regclass('kept')").fetchone()
        assert row == (None,)
    assert processes_of(folder.path.parent) == []


def test_a_port_that_another_program_has_taken_is_given_up(folder: DataFolder) -> None:
    folder.create()
    before = folder.state()
    with (
        ports.listen(before.database_port),
        ports.listen(before.broker_port),
        running(folder, durable=False) as servers,
    ):
        keep_something(servers)
        assert kept(servers) == (42, b"43")
    after = folder.state()
    assert after.database_port != before.database_port
    assert after.broker_port != before.broker_port
    assert after.database_password == before.database_password


def test_a_half_made_cluster_is_made_anew(folder: DataFolder) -> None:
    folder.create()
    unfinished = folder.path / "postgresql.unfinished"
    unfinished.mkdir()
    (unfinished / "PG_VERSION").write_text("18\n")
    with running(folder, broker=False, durable=False):
        assert not unfinished.exists()


def test_the_passwords_are_nowhere_but_in_a_private_file(folder: DataFolder) -> None:
    with running(folder, durable=False):
        state = folder.state()
        words = " ".join(process.command for process in processes_of(folder.path))
    assert state.broker_password not in words
    assert state.database_password not in words
    assert (folder.path / "state.json").stat().st_mode & 0o777 == 0o600
    holding = [
        path.name
        for path in folder.path.rglob("*")
        if path.is_file() and state.database_password.encode() in path.read_bytes()
    ]
    assert holding == ["state.json"]


@pytest.mark.skipif(os.geteuid() != 0, reason="the other tests run as an ordinary user already")
def test_an_ordinary_user_has_servers_too(folder: DataFolder, environment: dict[str, str]) -> None:
    folder.path.mkdir(parents=True)
    folder.path.parent.chmod(0o755)
    folder.account.own(folder.path)
    done = subprocess.run(
        python("-c", AS_USER, str(folder.path), UNPRIVILEGED),
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("True True True\n", "")
    assert folder.path.stat().st_mode & 0o777 == 0o755


@pytest.mark.skipif(os.geteuid() != 0, reason="an ordinary user's folder needs no other account")
def test_root_is_told_of_a_folder_that_the_servers_cannot_reach(folder: DataFolder) -> None:
    closed = folder.path / "closed"
    closed.mkdir(parents=True, mode=0o700)
    with pytest.raises(DeployError, match="give another --data DIR"):
        DataFolder(closed / "data").create()
    assert closed.stat().st_mode & 0o777 == 0o700


def test_a_start_waits_for_one_that_is_under_way(folder: DataFolder) -> None:
    folder.create()
    outcome: list[Path] = []

    def start() -> None:
        with running(folder, broker=False, durable=False):
            outcome.append(folder.path)

    with folder.settled():
        thread = threading.Thread(target=start)
        thread.start()
        thread.join(0.1)
        assert outcome == []
    thread.join()
    assert outcome == [folder.path]
