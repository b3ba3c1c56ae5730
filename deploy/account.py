"""The operating system's account that the embedded servers run as."""

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypedDict

from deploy.errors import DeployError

UNPRIVILEGED: Final = "nobody"


class ProcessOptions(TypedDict, total=False):
    """Arguments of `subprocess.Popen` that make a process run as an account."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True)
class Account:
    """A user and group of the operating system.

    Attributes:
        user: User id.
        group: Group id.
        switches: Whether a process must be switched to it, because we are root.
    """

    user: int
    group: int
    switches: bool

    @property
    def process_options(self) -> ProcessOptions:
        """Return what `subprocess.Popen` needs to start a process as this account."""
        if not self.switches:
            return {}
        return {"user": self.user, "group": self.group, "extra_groups": []}

    def own(self, path: Path) -> None:
        """Make the account the owner of one file or folder, which is ours to give."""
        if self.switches:
            os.chown(path, self.user, self.group)

    def can_read(self, path: Path) -> bool:
        """Return whether the account gets to the path and may read it, by its permission bits."""
        if not self.switches:
            return True
        parents = all(self._may(parent, stat.S_IXOTH) for parent in path.parents)
        wanted = stat.S_IROTH | stat.S_IXOTH if path.is_dir() else stat.S_IROTH
        return parents and self._may(path, wanted)

    def can_enter(self, folder: Path) -> bool:
        """Return whether the account gets into the folder, by its permission bits."""
        return all(self._may(each, stat.S_IXOTH) for each in (folder, *folder.parents))

    def _may(self, path: Path, wanted: int) -> bool:
        """Compare bits written as those of "others" with the three that apply to the account."""
        found = path.stat()
        if found.st_uid == self.user:
            return found.st_mode >> 6 & wanted == wanted
        if found.st_gid == self.group:
            return found.st_mode >> 3 & wanted == wanted
        return found.st_mode & wanted == wanted


def server_account() -> Account:
    """Return the account for the embedded servers: ours, or for root an unprivileged one.

    PostgreSQL refuses to run as root, and Valkey has no need to.

    Raises:
        DeployError: We are root and the system has no unprivileged account.
    """
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), switches=False)
    try:
        entry = pwd.getpwnam(UNPRIVILEGED)
    except KeyError as error:
        message = f"root cannot run PostgreSQL and there is no user {UNPRIVILEGED}: run as a user"
        raise DeployError(message) from error
    return Account(entry.pw_uid, entry.pw_gid, switches=True)
