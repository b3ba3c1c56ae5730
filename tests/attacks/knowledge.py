"""What an attacker without a key knows of each member of a batch, and of each answer in it.

Nothing here knows what the tables mean. From the id of an invitation or response it follows every
id and every transaction to all rows that belong to that one alone, in each dump, and notes every
value that stands there.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from tests.attacks.dumps import Dump, Row, identities

# Name of what is known to the values found for it: one, or one for each row.
Features = dict[str, tuple[Any, ...]]

# What many share leads to everybody and tells nothing of anyone.
_SHARED = (
    "engagements",
    "firms",
    "integrations",
    "organisations",
    "people",
    "questionnaire_versions",
    "questionnaires",
    "questions",
    "requisitions",
)
_MOST_ROWS = 64
_STEPS = 4


@dataclass(frozen=True)
class Crowd:
    """Answers that nothing allowed tells apart, and the members of the batch who wrote them.

    Attributes:
        answers: Numbers of the batch's responses.
        members: Numbers of the batch's members, as many.
    """

    answers: Sequence[int]
    members: Sequence[int]


@dataclass(frozen=True)
class Batch:
    """One flush of one organisation's questionnaire version, as the attacker sees it.

    Attributes:
        members: What is known of each candidate whose link an anonymous submission used up.
        answers: What is known of each response that the flush wrote.
        crowds: Who may have written what, as far as the promise goes.
        truth: For each response the number of the member who wrote it; kept from the attacker.
    """

    members: Sequence[Features]
    answers: Sequence[Features]
    crowds: Sequence[Crowd]
    truth: Sequence[int] = field(repr=False)


def rows_about(dump: Dump, starts: Sequence[Collection[UUID]]) -> list[list[tuple[str, Row]]]:
    """Return for each start the rows that belong to it and to no other, and what these refer to.

    Args:
        dump: Where to look.
        starts: For each the ids to begin with.
    """
    hubs = {row["id"]: (table, row) for table in _SHARED for row in dump.tables[table]}
    places: list[set[int]] = [set() for _ in starts]
    fronts: list[set[Any]] = [set(one) for one in starts]
    seen: set[Any] = set(hubs)
    for _ in range(_STEPS):
        owners: dict[Any, list[int]] = {}
        for number, front in enumerate(fronts):
            for identity in front - seen:
                owners.setdefault(identity, []).append(number)
        fronts = [set() for _ in starts]
        for identity, claimed in owners.items():
            rows = dump.by_identity.get(identity, [])
            if len(claimed) == 1 and len(rows) <= _MOST_ROWS:
                for row in set(rows) - places[claimed[0]]:
                    places[claimed[0]].add(row)
                    fronts[claimed[0]] |= identities(dump.rows[row][1])
        seen |= owners.keys()
    held = [place for own in places for place in own]
    shared = {place for place in held if held.count(place) > 1}
    found = [[dump.rows[place] for place in sorted(own - shared)] for own in places]
    for own in found:
        named = {identity for _, row in own for identity in identities(row)}
        own += [hubs[identity] for identity in hubs.keys() & named]
    return found


def features_of(when: str, rows: Iterable[tuple[str, Row]]) -> Features:
    """Return every value of every column, every length, and how many rows there are.

    Args:
        when: From which dump, to tell the names apart.
        rows: With their tables' names.
    """
    values: dict[str, list[Any]] = {}
    for table, row in rows:
        values.setdefault(f"{when}.{table}.rows", []).append(1)
        for column, value in row.items():
            if value is not None:
                values.setdefault(f"{when}.{table}.{column}", []).append(_plain(value))
            if isinstance(value, str | bytes | list | dict):
                values.setdefault(f"{when}.{table}.{column}.size", []).append(len(_plain(value)))
    return {
        name: (sum(found),) if name.endswith((".size", ".rows")) else tuple(found)
        for name, found in values.items()
    }


def facts(when: str, known: Mapping[str, Any]) -> Features:
    """Return what is known from elsewhere than a dump, as far as it is known."""
    return {f"{when}.{name}": (_plain(one),) for name, one in known.items() if one is not None}


def _plain(value: Any) -> Any:
    """Return a value that can be compared and put into a set, an id however it was written."""
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, dict | list):
        return json.dumps(value, sort_keys=True, default=str)
    return value
