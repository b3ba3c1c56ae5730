"""Where an action stands, and what may follow."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class ActionStatus(StrEnum):
    """Where an action stands."""

    PROPOSED = "PROPOSED"
    AGREED = "AGREED"
    IN_PROGRESS = "IN_PROGRESS"
    DONE = "DONE"
    DROPPED = "DROPPED"


_S = ActionStatus

TRANSITIONS: Final[Mapping[ActionStatus, frozenset[ActionStatus]]] = MappingProxyType(
    {
        _S.PROPOSED: frozenset({_S.AGREED, _S.DROPPED}),
        _S.AGREED: frozenset({_S.PROPOSED, _S.IN_PROGRESS, _S.DROPPED}),
        _S.IN_PROGRESS: frozenset({_S.DONE, _S.DROPPED}),
        # What was not done after all goes on; its first start stays, because figures rest on it.
        _S.DONE: frozenset({_S.IN_PROGRESS}),
        _S.DROPPED: frozenset({_S.PROPOSED}),
    }
)

# Still to be seen to: what can be overdue.
OPEN: Final = frozenset({_S.PROPOSED, _S.AGREED, _S.IN_PROGRESS})


def may_follow(status: ActionStatus, following: ActionStatus) -> bool:
    """Return whether an action may go from one status to another.

    It is agreed before it begins and begun before it is done, and what was dropped is proposed anew
    before anything else. No status follows itself.
    """
    return following in TRANSITIONS[status]
