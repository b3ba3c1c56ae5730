"""Packages of npm for tests of real clients: installed once into a folder outside the project.

Where Node or the registry is absent the test is skipped, loudly.
"""

import fcntl
import hashlib
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest

_SECONDS = 300


def installed(*packages: str) -> Path:
    """Return a folder in which Node finds packages.

    Args:
        *packages: Each with its exact version, as `graphql@16.15.0`.
    """
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("NOT TESTED: Node and npm are not on this machine")
    return _install(npm, packages)


def _install(npm: str, packages: Sequence[str]) -> Path:
    digest = hashlib.sha256("\n".join(packages).encode()).hexdigest()[:16]
    folder = Path(tempfile.gettempdir(), f"afterword-npm-{digest}")
    folder.mkdir(exist_ok=True)
    done = folder / "installed"
    with (folder / "lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            options = ["--no-audit", "--no-fund", "--no-package-lock", "--prefix", str(folder)]
            found = subprocess.run(
                [npm, "install", *options, *packages],
                capture_output=True,
                text=True,
                check=False,
                timeout=_SECONDS,
            )
            if found.returncode != 0:
                pytest.skip(f"NOT TESTED: npm installs nothing: {found.stderr[-300:]}")
            done.touch()
    return folder
