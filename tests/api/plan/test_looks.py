"""Looks at identified feedback: a plan records of each row what the ordinary way records."""

from uuid import UUID

import pytest
from sqlalchemy import select

from api import plan
from api.plan import blocks
from api.plan.looks import read_along, read_and_record
from tenants.access import Role, Viewer
from tenants.audit import AuditEvent
from tenants.db import run
from tenants.work import Session
from tests.api.plan.ways import ordinary, planned
from tests.api.world import World, make_world

pytestmark = pytest.mark.usefixtures("connection")

# Those where a list is read one row beyond its page, which the statement itself cannot know.
BEYOND = (
    "interviews(first: 1) { nodes { candidate { email } } pageInfo { hasNextPage } }",
    "responses(last: 1) { nodes { id } pageInfo { hasPreviousPage } }",
)
ALONG = (
    "interviews(first: 20) { nodes { candidate { email } response { id answers { state } } } }",
    "interviews(first: 1) { edges { cursor node { response { confidentiality } } } }",
    "responses(first: 1) { totalCount nodes { id } pageInfo { startCursor } }",
    "responses(first: 50) { totalCount }",
    "offers(first: 1) { nodes { id } }",
)


async def _looks(world: World, seen: set[UUID]) -> dict[str, set[UUID]]:
    """Return whose tokens the events name that were not seen yet, by action."""

    async def read(session: Session, _viewer: Viewer) -> dict[str, set[UUID]]:
        found: dict[str, set[UUID]] = {}
        for event in await session.scalars(select(AuditEvent)):
            if event.action.value.endswith(".read") and event.id not in seen:
                found.setdefault(event.action.value, set()).update(event.subjects or ())
                seen.add(event.id)
        return found

    return await run(read, world.client.job)


@pytest.mark.parametrize("role", [Role.HR, Role.CONSULTANT, Role.HIRING_MANAGER])
@pytest.mark.parametrize("selection", BEYOND + ALONG)
async def test_a_plan_records_what_the_ordinary_way_records(
    selection: str, role: Role, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, ways = await make_world(), list[str]()

    async def along(*arguments: object) -> object:
        ways.append("along")
        return await read_along(*arguments)  # type: ignore[arg-type]  # passed on.

    async def behind(*arguments: object) -> object:
        ways.append("behind")
        return await read_and_record(*arguments)  # type: ignore[arg-type]  # passed on.

    monkeypatch.setattr(blocks, "read_along", along)
    monkeypatch.setattr(blocks, "read_and_record", behind)
    viewer = world.client.people[role]
    query = f'{{ organisation(slug: "{world.client.slug}") {{ {selection} }} }}'
    outcome, _ = await planned(viewer, query)
    assert outcome == plan.PLANNED
    seen = set[UUID]()
    by_plan = await _looks(world, seen)
    await ordinary(viewer, query)
    # A row's token is the same for good.
    assert by_plan == await _looks(world, seen)
    if selection in BEYOND:
        assert ways == ["behind"]
    else:
        assert ways == ["along"] * (selection not in ALONG[-2:])
    if role is Role.CONSULTANT and selection == ALONG[0]:
        assert set(by_plan) == {"candidate.read", "response.read"}
