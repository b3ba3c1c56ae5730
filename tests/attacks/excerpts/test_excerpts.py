"""No excerpt points at a few; without any one rule some does. And nothing tells when it was sent.

Random windows of random organisations, every respondent with an excerpt, placed by the product's
own code; then one organisation through the API, as each role reads it.
"""

import re
from collections.abc import Hashable, Sequence
from random import Random
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from api.relay import decode_id
from tenants.access import Viewer
from tenants.db import run
from tenants.disclosure.cells import Respondent
from tenants.disclosure.excerpts import ExcerptRules
from tenants.excerpts import publishing
from tenants.excerpts.publishing import place_of, publish_excerpts
from tenants.insights.models import CellKind
from tenants.work import Session
from tests.api.conftest import Ask
from tests.api.excerpt_world import desk, read, release, write
from tests.api.insight_world import (
    ANONYMOUS,
    ATTRIBUTED,
    CONFIDENTIAL,
    ENGINEERING,
    FINANCE,
    make_year_old_client,
    publish,
)
from tests.attacks.excerpts import plants
from tests.attacks.excerpts.attacker import READERS, exposed

WINDOWS = range(1500)
Shown = list[tuple[Respondent, Hashable]]
FOUND_BY = [
    (plants.gate_of_hidden, ["hr"]),
    (plants.gate_of_respondents, ["leadership"]),
    (plants.siblings, ["leadership", "hr"]),
    (plants.nearest_cell, ["leadership", "hr"]),
]


def make_window(seed: int) -> list[Respondent]:
    """Return the respondents of a random window: 1 to 60, in up to five departments."""
    chance = Random(seed)  # noqa: S311 - no secret.
    hidden, nameless = chance.random(), chance.choice([0, 0.2])
    departments = [f"department {index}" for index in range(chance.randint(1, 5))]
    weights = [chance.random() + 0.05 for _ in departments]
    return [
        Respondent(
            UUID(int=index + 1),
            hidden=chance.random() < hidden,
            anonymous=False,
            segment=None if chance.random() < nameless else chance.choices(departments, weights)[0],
        )
        for index in range(chance.randint(1, 60))
    ]


def place(everybody: Sequence[Respondent]) -> Shown:
    """Return every respondent whose excerpt is shown, with the cell that it is shown in."""
    cells = publishing.choose_cells(everybody, ExcerptRules())  # type: ignore[attr-defined]  # as a plant sets it.
    shown: Shown = []
    for one in everybody:
        found = place_of(one.segment, cells)
        if found is not None:
            whole = found[0] is CellKind.ORGANISATION
            shown.append((one, None if whole else ("of", one.segment)))
    return shown


def who_gets_through() -> list[str]:
    """Return the readers for whom some excerpt points at too few."""
    found = set()
    for seed in WINDOWS:
        everybody = make_window(seed)
        shown = place(everybody)
        found |= {reader for reader in READERS if exposed(shown, everybody, reader)}
    return [reader for reader in READERS if reader in found]


def test_no_excerpt_points_at_a_few() -> None:
    assert who_gets_through() == []


def test_the_silence_is_about_something() -> None:
    placed = [place(make_window(seed)) for seed in WINDOWS]
    cells = {None if cell is None else "value" for shown in placed for _, cell in shown}
    assert cells == {None, "value"}
    assert sum(bool(shown) for shown in placed) > len(WINDOWS) / 3


@pytest.mark.parametrize(
    ("plant", "readers"), FOUND_BY, ids=lambda one: getattr(one, "__name__", "")
)
def test_without_the_rule_some_excerpt_points_at_a_few(
    plant: plants.Plant, readers: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch)
    assert who_gets_through() == readers


async def place_again(client: Any) -> None:
    """Take every excerpt out of its cell and publish anew."""

    async def again(session: Session, viewer: Viewer) -> None:
        await session.execute(
            text("UPDATE excerpts SET edition_id = NULL, cell_kind = NULL, segment = NULL")
        )
        await publish_excerpts(session, viewer, organisation_id=client.organisation_id)

    await run(again, client.job)


@pytest.mark.usefixtures("connection")
async def test_what_each_role_reads_points_at_nobody(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = await make_year_old_client()
    # Twelve in Engineering, six of them hidden; three in Finance, one of them hidden.
    everybody = {}
    for number in range(15):
        department = ENGINEERING if number < 12 else FINANCE
        kind = ATTRIBUTED if number % 2 or number == 12 else CONFIDENTIAL
        kind = ANONYMOUS if number in {0, 2, 4, 6, 8} else kind
        await write(client, kind, f"words of {number}", department=department)
        everybody[f"words of {number}"] = Respondent(
            number, kind is not ATTRIBUTED, kind is ANONYMOUS, department
        )
    await publish(client)
    order = []
    for one in await desk(ask, client.consultant, client):
        await release(ask, client.consultant, one["id"])
        order.append(one["text"])
    await place_again(client)

    async def look(viewer: Viewer, reader: str) -> list[tuple[Hashable, int]]:
        found = [one for one in await read(ask, viewer, client) if one["cell"] is not None]
        shown: Shown = [
            (
                everybody[one["text"]],
                None if one["cell"] == "ORGANISATION" else ("of", one["segment"]),
            )
            for one in found
        ]
        return exposed(shown, list(everybody.values()), reader)

    found = await read(ask, client.leadership, client)
    assert len(found) == 15
    # Finance is too small for a cell, and what is not Engineering would be Finance: so nothing is
    # shown nearer than the organisation's cell.
    assert {one["cell"] for one in found} == {"ORGANISATION"}
    for viewer, reader in ((client.leadership, "leadership"), (client.hr, "hr")):
        assert await look(viewer, reader) == []
    # Nothing says when: ids and order are by lot, and the window is the only time there is.
    keys = [decode_id(one["id"]) for one in found]
    ids = [one[1].id for one in keys if one is not None]
    assert [one.version for one in ids] == [4] * 15
    assert ids == sorted(ids)
    assert [one["text"] for one in found] != order
    assert {(one["from"], one["to"]) for one in found} == {(found[0]["from"], found[0]["to"])}
    assert not re.search(r"\d{4}-\d{2}-\d{2}", str(found))
    for plant, readers in FOUND_BY[2:]:
        with monkeypatch.context() as patch:
            plant(patch)
            await place_again(client)
        got = [
            reader
            for viewer, reader in ((client.leadership, "leadership"), (client.hr, "hr"))
            if await look(viewer, reader)
        ]
        assert got == readers, plant.__name__
