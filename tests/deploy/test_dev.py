"""`./dev` makes .venv once, makes it again when it must, and hands over to the real command.

It runs here on a project of a few lines that builds itself without any package, so that the real
program does its real work without a network.
"""

import json
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
BACKEND = '''
"""Builds an editable wheel with one command, with the standard library only."""
import zipfile
from pathlib import Path

INFO = "afterword-0.dist-info"
FILES = {
    "METADATA": ("Metadata-Version: 2.1", "Name: afterword", "Version: 0"),
    "WHEEL": ("Wheel-Version: 1.0", "Root-Is-Purelib: true", "Tag: py3-none-any"),
    "entry_points.txt": ("[console_scripts]", "afterword = command:main"),
    "RECORD": (),
}


def build_editable(folder, config_settings=None, metadata_directory=None):
    with Path("builds").open("a") as log:
        log.write("built\\n")
    name = "afterword-0-py3-none-any.whl"
    with zipfile.ZipFile(Path(folder, name), "w") as wheel:
        wheel.writestr("afterword.pth", str(Path.cwd()))
        for file, lines in FILES.items():
            wheel.writestr(f"{INFO}/{file}", "".join(f"{line}\\n" for line in lines))
    return name
'''
COMMAND = """
import sys


def main():
    print("afterword", *sys.argv[1:])
    return 7
"""
PROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]

[project]
name = "afterword"
version = "0"
"""


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """Return a folder with `dev` and a small project."""
    shutil.copy(REPOSITORY / "dev", tmp_path / "dev")
    (tmp_path / "backend.py").write_text(BACKEND)
    (tmp_path / "command.py").write_text(COMMAND)
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    (tmp_path / "requirements.txt").write_text("")
    return tmp_path


def dev(clone: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(clone / "dev"), *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=clone.parent,
    )


def builds(clone: Path) -> int:
    return len((clone / "builds").read_text().splitlines())


def test_it_makes_the_environment_once_and_again_when_it_must(clone: Path) -> None:
    # Two at once make one; the command has the standard output and the exit code to itself.
    with ThreadPoolExecutor() as pool:
        both = list(pool.map(lambda _: dev(clone, "demo", "--json"), range(2)))
    assert [(done.returncode, done.stdout) for done in both] == [(7, "afterword demo --json\n")] * 2
    assert builds(clone) == 1

    again = dev(clone, "demo", "--help")
    assert (again.returncode, again.stdout, again.stderr) == (7, "afterword demo --help\n", "")
    assert builds(clone) == 1

    requirements = clone / "requirements.txt"
    requirements.write_text("# changed\n")
    changed = dev(clone, "demo")
    assert (changed.returncode, changed.stderr) == (7, "./dev: bringing .venv up to date\n")
    assert builds(clone) == 2

    requirements.write_text(
        f"missing @ file:///missing-1-py3-none-any.whl --hash=sha256:{'0' * 64}\n"
    )
    failed = dev(clone, "demo")
    assert failed.returncode == 1
    assert "./dev: pip could not install what is needed" in failed.stderr
    # The stamp is written last: what was begun and not finished is made anew, like a copy of
    # another clone's, whose programs would run that one's code.
    stamp = clone / ".venv" / "afterword.stamp"
    assert not stamp.exists()
    stamp.write_text(json.dumps({"place": "/elsewhere/.venv"}))
    (clone / ".venv" / "bin" / "afterword").write_text("of the other clone")

    requirements.write_text("")
    repaired = dev(clone, "demo")
    assert (repaired.returncode, repaired.stdout) == (7, "afterword demo\n")
    assert "making .venv" in repaired.stderr
    assert builds(clone) == 3


def test_an_unknown_command_is_answered_with_those_there_are(clone: Path) -> None:
    done = dev(clone, "build")
    assert done.returncode == 1
    assert [line.split()[1] for line in done.stderr.splitlines() if "./dev " in line] == [
        "demo",
        "test",
        "check",
        "bench",
    ]
    assert not (clone / ".venv").exists()
