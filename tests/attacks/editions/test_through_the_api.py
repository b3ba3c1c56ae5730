"""The attackers of figures and of excerpts, with what each role reads through GraphQL.

Random organisations of two years are published by the product's own verbs in the database; every
edition, cell, row and excerpt that a role may read is asked for through the schema. Each rule is
then switched off, and somebody gets through.
"""

from collections import defaultdict
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Hashable,
    Iterator,
    Mapping,
    Sequence,
)
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from tenants.access import Viewer
from tenants.disclosure import figures
from tenants.disclosure.cells import Respondent
from tenants.insights import lattice
from tenants.insights.windows import months_after
from tenants.interviews.models import Confidentiality
from tests.api.conftest import Ask
from tests.attacks.editions import plants
from tests.attacks.editions.agreement import Shown, agreeing
from tests.attacks.editions.api_world import (
    Crowd,
    Organisation,
    Seen,
    make_crowds,
    make_organisation,
    make_people,
    publish,
    publish_overlapping,
    read,
)
from tests.attacks.editions.attacker import People, isolated
from tests.attacks.excerpts import plants as of_excerpts
from tests.attacks.excerpts.attacker import READERS, exposed
from tests.conftest import rolled_back

CROWD = 5
ATTRIBUTED = Confidentiality.ATTRIBUTED
Plant = Callable[[pytest.MonkeyPatch], None]


def viewers(one: Organisation) -> dict[str, tuple[Viewer, bool]]:
    """Return who looks, and whether rows of responses are read."""
    client = one.client
    return {
        "leadership": (client.leadership, False),
        "manager": (client.hiring_manager, False),
        "HR": (client.hr, True),
        "consultant": (client.consultant, True),
    }


def covered(one: Organisation, end: date, segment: str | None, note: str, question: str) -> People:
    """Return whom a figure covers, as its cell, its note and the exact counts tell."""
    return frozenset(
        who
        for who in one.counted[end]
        for person in [one.people[who]]
        if segment in (None, person.segment)
        and person.answered(question)
        and (note != "IDENTIFIED_ONLY" or person.confidentiality is ATTRIBUTED)
    )


def questions(cell: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the questions of a cell of which something is shown, and their names."""
    for one in cell["questions"]:
        if one["coverage"] is not None:
            yield one["code"] + (f"/{one['row']}" if one["row"] else ""), one


def sums(one: Organisation, seen: Seen) -> dict[str, list[People]]:
    """Return of each question whom its figures cover, over all cells of all editions."""
    found: dict[str, list[People]] = defaultdict(list)
    for end, cells in seen.cells.items():
        for segment, cell in cells.items():
            for name, question in questions(cell):
                people = covered(one, end, segment, question["coverage"], name)
                found[name].append(people)
                openness = cell["openness"] or {"hidden": {}}
                if name == "main_reason" and "value" in openness["hidden"]:
                    identified = covered(one, end, None, "IDENTIFIED_ONLY", name)
                    found[name] += [identified, people - identified]
                if question["importance"] and "value" in question["importance"]:
                    both = covered(one, end, None, question["coverage"], "recommendation")
                    found[name].append(people & both)
                    found["recommendation"].append(people & both)
    return found


def succeeds(one: Organisation, question: str) -> dict[Hashable, bool]:
    """Return of everybody who answered whether the answer counts in the question's share."""
    rules: dict[str, Callable[[Any], bool]] = {
        "main_reason": lambda given: given["choice"] == "PROCESS_SLOW",
        "recommendation": lambda given: given["scale"] > 8,
        "process_ratings/SPEED": lambda given: given["matrix"]["SPEED"] > 3,
    }
    return {
        who: rules[question](person.answers[question.split("/", maxsplit=1)[0]])
        for who, person in one.people.items()
        if person.answered(question)
    }


def agreed(one: Organisation, seen: Seen) -> Iterator[People]:
    """Yield few who are found out to agree, by the shares of any edition."""
    for end, cells in seen.cells.items():
        shares: dict[str, dict[str | None, Shown]] = defaultdict(dict)
        for segment, cell in cells.items():
            for name, question in questions(cell):
                share = question["favourable"]
                if name == "main_reason":
                    share = cell["controllableShare"]
                if share and "value" in share:
                    people = covered(one, end, segment, question["coverage"], name)
                    shown = Shown(people, share["lower"], share["upper"])
                    shares[name][segment] = shown
                    # The attacker is not mistaken about whom a figure covers.
                    least, most = shown.counts
                    counted = sum(succeeds(one, name)[who] for who in people)
                    assert least <= counted <= most, (name, segment, question)
        for name, parts in shares.items():
            whole = parts.pop(None, None)
            rows = {who: it for who, it in succeeds(one, name).items() if who in seen.rows}
            yield from agreeing(whole, list(parts.values()), rows)


def pointed_at(one: Organisation, seen: Seen, name: str) -> bool:
    """Return whether an excerpt points at too few, to somebody who reads as leadership or HR."""
    shown: dict[date, list[tuple[Respondent, Hashable]]] = defaultdict(list)
    for excerpt in seen.excerpts:
        author = one.people[UUID(excerpt["text"].removeprefix("words of "))].respondent
        end = months_after(date.fromisoformat(f"{excerpt['to']}-01"), 1)
        cell = None if excerpt["cell"] == "ORGANISATION" else ("of", excerpt["segment"])
        shown[end].append((author, cell))
    # Of whom identified rows are left out by the rule of the windows nobody is an author.
    return any(
        exposed(found, [one.people[who].respondent for who in one.counted[end]], name.lower())
        for end, found in shown.items()
    )


async def who_gets_through(ask: Ask, one: Organisation) -> list[tuple[str, str]]:
    """Return which roles learn something of a few, and by which attack."""
    found = []
    for name, (viewer, reads_rows) in viewers(one).items():
        seen = await read(ask, viewer, one, reads_rows=reads_rows)
        for cells in sums(one, seen).values():
            if any(True for _ in isolated(cells, seen.rows, CROWD)):
                found.append((name, "isolated"))
                break
        if any(True for _ in agreed(one, seen)):
            found.append((name, "agreed"))
        if name.lower() in READERS and pointed_at(one, seen, name):
            found.append((name, "pointed at"))
    return found


HOMOGENEITY = {
    "few": lambda patch: patch.setattr(figures, "FEW", 0),
    "left over": lambda patch: patch.setattr(lattice, "with_what_is_left", lambda whole, _: whole),
}
# Of each rule the organisation in which somebody gets through without it, who does, and how.
Case = tuple[str | int, Plant, list[tuple[str, str]]]
LEADERSHIP, MANAGER, HR, CONSULTANT = "leadership", "manager", "HR", "consultant"
FOUND_BY: list[Case] = [
    (0, plants.gate_of_hidden, [(HR, "isolated")]),
    (0, plants.gate_of_anonymous, [(CONSULTANT, "isolated")]),
    (2, plants.minimum_respondents, [(LEADERSHIP, "isolated"), (MANAGER, "isolated")]),
    (0, plants.siblings, [(MANAGER, "isolated"), (HR, "isolated")]),
    ("siblings", plants.siblings_of_all, [(MANAGER, "isolated")]),
    (3, plants.siblings_of_hidden, [(HR, "isolated")]),
    (6, plants.siblings_of_anonymous, [(CONSULTANT, "isolated")]),
    (0, plants.counted_twice, [(CONSULTANT, "isolated")]),
    (0, plants.gate_of_questions, [(HR, "isolated"), (CONSULTANT, "isolated")]),
    (
        "waiting",
        plants.questions_beyond_the_window,
        [(one, "isolated") for one in (LEADERSHIP, MANAGER, HR)],
    ),
    ("openness", plants.splits, [(MANAGER, "isolated")]),
    ("openness", plants.splits_of_few_identified, [(MANAGER, "isolated")]),
    ("skipping", plants.splits_of_few_hidden, [(HR, "isolated")]),
    ("skipping too", plants.splits_of_few_anonymous, [(CONSULTANT, "isolated")]),
    (0, HOMOGENEITY["few"], [(LEADERSHIP, "agreed"), (MANAGER, "agreed")]),
    ("agreement", HOMOGENEITY["left over"], [(MANAGER, "agreed")]),
    (4, of_excerpts.gate_of_hidden, [(HR, "pointed at")]),
    (0, of_excerpts.gate_of_respondents, [(LEADERSHIP, "pointed at")]),
    (0, of_excerpts.siblings, [(LEADERSHIP, "pointed at"), (HR, "pointed at")]),
    (0, of_excerpts.nearest_cell, [(LEADERSHIP, "pointed at"), (HR, "pointed at")]),
]
SEEDS = (0, 2, 3, 4, 6)
_, CONFIDENTIAL, ANONYMOUS = Confidentiality
PLANNED: Mapping[str, Sequence[Crowd]] = {
    # Who subtracts the first department is left with three.
    "siblings": [(6, "Engineering", ATTRIBUTED, 0, "ms"), (3, "Finance", ATTRIBUTED, 0, "ms")],
    # Two ANONYMOUS ones make all hidden ones wait, five of whom answer a question at once.
    "waiting": [
        (6, "Engineering", ATTRIBUTED, 0, "ms"),
        (5, "Engineering", CONFIDENTIAL, 0, "ms"),
        (2, "Engineering", ANONYMOUS, 0, "r"),
        (6, "Engineering", ATTRIBUTED, 1, "ms"),
        (3, "Engineering", CONFIDENTIAL, 1, "ms"),
        (3, "Engineering", ANONYMOUS, 1, "r"),
    ],
    # All identified ones less the first department are three.
    "openness": [
        (10, "Engineering", ATTRIBUTED, 0, "o"),
        (3, "Finance", ATTRIBUTED, 0, "o"),
        (6, "Finance", CONFIDENTIAL, 0, "o"),
    ],
    # Two hidden ones, or two ANONYMOUS ones, give a score and no rating.
    "skipping": [
        (26, "Engineering", ATTRIBUTED, 0, "sr"),
        (4, "Engineering", ATTRIBUTED, 0, "s"),
        (10, "Engineering", CONFIDENTIAL, 0, "sr"),
        (2, "Engineering", CONFIDENTIAL, 0, "s"),
    ],
    "skipping too": [
        (20, "Engineering", ATTRIBUTED, 0, "sr"),
        (9, "Engineering", CONFIDENTIAL, 0, "sr"),
        (3, "Engineering", CONFIDENTIAL, 0, "s"),
        (8, "Engineering", ANONYMOUS, 0, "sr"),
        (2, "Engineering", ANONYMOUS, 0, "s"),
    ],
    # The second department is the whole less the first, and agrees.
    "agreement": [(20, "Engineering", ATTRIBUTED, 0, "o"), (5, "Finance", ATTRIBUTED, 0, "m")],
}
Worlds = tuple[AsyncConnection, Mapping[str | int, Organisation]]


@pytest.fixture(scope="module")
async def organisations(engine: AsyncEngine) -> AsyncIterator[Worlds]:
    """Make random organisations and some that are planned, which nothing is published of yet."""
    async with engine.connect() as connection, rolled_back(connection):
        found: dict[str | int, Organisation] = {
            seed: await make_organisation(make_people(seed)) for seed in SEEDS
        }
        for name, crowds in PLANNED.items():
            found[name] = await make_organisation(make_crowds(*crowds))
        yield connection, found


async def attack(
    ask: Ask,
    connection: AsyncConnection,
    one: Organisation,
    publishing: Callable[[Organisation], Awaitable[None]] = publish,
) -> list[tuple[str, str]]:
    """Publish, attack, and undo what was published."""
    async with rolled_back(connection):
        one.counted.clear()
        await publishing(one)
        return await who_gets_through(ask, one)


async def test_nobody_learns_anything_of_a_few(ask: Ask, organisations: Worlds) -> None:
    connection, found = organisations
    for name, one in found.items():
        assert await attack(ask, connection, one) == [], name


async def test_without_any_one_rule_somebody_does(
    ask: Ask, organisations: Worlds, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection, found = organisations
    for name, plant, expected in FOUND_BY:
        with monkeypatch.context() as patch:
            plant(patch)
            assert await attack(ask, connection, found[name]) == expected, (name, plant)


async def test_windows_that_overlap_isolate_somebody(ask: Ask, organisations: Worlds) -> None:
    connection, found = organisations
    got = await attack(ask, connection, found[0], publish_overlapping)
    assert got == [(name, "isolated") for name in (LEADERSHIP, MANAGER, HR, CONSULTANT)]
