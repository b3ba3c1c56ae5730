"""Fails when a package that the product runs with has a licence nobody decided on.

Copyleft of the strong kind is refused. The LGPL asks only that its packages stay exchangeable,
which they are as long as we import them unchanged; README.md has the decision.
"""

import json
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, requires

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = "afterword"
LESSER_COPYLEFT = {"dramatiq", "psycopg", "psycopg-binary", "psycopg-pool"}


def runtime_packages() -> set[str]:
    """Return the names of the packages that the project needs to run, itself left out.

    Raises:
        PackageNotFoundError: The project is not installed; ./dev installs it.
    """
    seen: set[str] = set()
    waiting = [Requirement(line) for line in requires(PROJECT) or []]
    while waiting:
        requirement = waiting.pop()
        if str(requirement) not in seen and _applies(requirement, {""}):
            seen.add(str(requirement))
            waiting += _needs(requirement)
    return {canonicalize_name(Requirement(line).name) for line in seen}


def _needs(requirement: Requirement) -> list[Requirement]:
    """Return what an installed package needs, with the extras that are asked of it."""
    try:
        lines = requires(requirement.name) or []
    except PackageNotFoundError:
        return []
    needed = [Requirement(line) for line in lines]
    needed = [each for each in needed if _applies(each, requirement.extras | {""})]
    for each in needed:
        each.marker = None
    return needed


def _applies(needed: Requirement, extras: set[str]) -> bool:
    if needed.marker is None:
        return True
    return any(needed.marker.evaluate({"extra": extra}) for extra in extras)


def refused(name: str, licence: str) -> bool:
    """Return whether the licence of a package is one that nobody decided on."""
    words = licence.upper()
    if "UNKNOWN" in words or not words.strip():
        return True
    if "AGPL" in words or "AFFERO" in words:
        return True
    if "LGPL" in words or "LESSER GENERAL PUBLIC" in words:
        return name not in LESSER_COPYLEFT
    return "GPL" in words or "GENERAL PUBLIC" in words


def main() -> int:
    """Print each refused package; return 1 when there is one."""
    packages = runtime_packages()
    listed = subprocess.run(
        [
            sys.executable,
            "-m",
            "piplicenses",
            "--format=json",
            "--from=mixed",
            "--packages",
            *sorted(packages),
        ],
        stdout=subprocess.PIPE,
        check=True,
    )
    licences = {
        canonicalize_name(entry["Name"]): str(entry["License"])
        for entry in json.loads(listed.stdout)
    }
    bad = [f"{name}: {licence}" for name, licence in licences.items() if refused(name, licence)]
    print(f"{len(licences)} packages at run time, {len(bad)} with a licence that is not decided on")
    for line in sorted(bad):
        print(line)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
