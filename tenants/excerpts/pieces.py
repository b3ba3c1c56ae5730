"""Pieces of a text that had better be taken out, and how those that overlap become one."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum


class RedactionKind(StrEnum):
    """What a piece of text is, for whose sake it is taken out."""

    NAME = "NAME"
    EMAIL = "EMAIL"
    PHONE = "PHONE"
    ADDRESS = "ADDRESS"
    URL = "URL"
    HANDLE = "HANDLE"


@dataclass(frozen=True, slots=True)
class RedactionProposal:
    """A piece of a text that had better be taken out.

    Attributes:
        start: Position of its first character.
        end: Position after its last one.
        kind: What it is.
        person: Index in the people of the case, or None: nobody in particular.
        score: How sure, above 0 and at most 1.
    """

    start: int
    end: int
    kind: RedactionKind
    person: int | None
    score: float


def merged(
    pieces: Iterable[RedactionProposal],
    belong_together: Callable[[RedactionProposal, RedactionProposal], bool],
) -> list[RedactionProposal]:
    """Return pieces in order, with those that overlap or belong together made one.

    What is made one covers both and what lies between. It is of the longer one's kind, of the
    person that is surest, and as sure as the surer one.

    Args:
        pieces: In any order.
        belong_together: Whether a piece and a later one that does not overlap it are one all the
            same.
    """
    found: list[RedactionProposal] = []
    for piece in sorted(pieces, key=lambda each: (each.start, -each.end, each.kind)):
        last = found[-1] if found else None
        if last is not None and (piece.start < last.end or belong_together(last, piece)):
            found[-1] = _union(last, piece)
        else:
            found.append(piece)
    return found


def _union(one: RedactionProposal, other: RedactionProposal) -> RedactionProposal:
    longer = max(one, other, key=lambda each: (each.end - each.start, each.kind == "NAME"))
    surest = max(one, other, key=lambda each: (each.person is not None, each.score))
    return replace(
        longer,
        start=min(one.start, other.start),
        end=max(one.end, other.end),
        person=surest.person,
        score=max(one.score, other.score),
    )
