"""Transactions in few messages, on connections of their own."""

import asyncio
import json

import pytest
from psycopg.errors import DivisionByZero
from sqlalchemy import text

from api.execution import execute
from api.requests import GraphQLRequest
from tenants import db
from tenants.access import Viewer
from tenants.pipeline import Prepared, rows_of
from tenants.work import Session
from tests.api.world import World, make_world

pytestmark = pytest.mark.usefixtures("committing")

RESPONSES = """query ($slug: String!) { organisation(slug: $slug) {
  responses { nodes { confidentiality } } } }"""


class Refused(Exception):
    """What a verb finds out between asking and writing."""


def _requisition(viewer: Viewer, external_id: str) -> Prepared:
    (organisation_id,) = viewer.roles
    insert = (
        b"INSERT INTO requisitions (organisation_id, id, external_id, title)"
        b" VALUES ($1::uuid, gen_random_uuid(), $2, 'Opening')"
    )
    return insert, [str(organisation_id).encode(), external_id.encode()]


async def _named(viewer: Viewer, external_id: str) -> int:
    counted = b"SELECT count(*)::text FROM requisitions WHERE external_id = $1"
    result = await db.read(viewer, counted, [external_id.encode()])
    return int(rows_of(result)[0][0])


async def _refuse(viewer: Viewer) -> None:
    async with db.short(viewer) as transaction:
        await transaction.send(_requisition(viewer, "refused"))
        raise Refused


async def _break(viewer: Viewer) -> None:
    async with db.short(viewer) as transaction:
        await transaction.send(_requisition(viewer, "broken"))
        await transaction.commit_after((b"SELECT 1 / 0", []))


async def test_what_was_not_committed_has_not_happened() -> None:
    world = await make_world()
    viewer = world.client.hr
    async with db.reading(1):
        async with db.short(viewer) as transaction:
            await transaction.send((b"SELECT 1", []))
            await transaction.commit_after(_requisition(viewer, "kept"))
        async with db.short(viewer) as transaction:
            await transaction.send(_requisition(viewer, "left"))
        with pytest.raises(Refused):
            await _refuse(viewer)
        with pytest.raises(DivisionByZero):
            await _break(viewer)
        found = [await _named(viewer, one) for one in ("kept", "left", "refused", "broken")]
        assert found == [1, 0, 0, 0]


async def test_nothing_of_a_scope_is_left_for_the_next_one() -> None:
    world, other = await make_world(), await make_world()
    asked: Prepared = (
        b"SELECT (count(*) > 0)::text FROM requisitions WHERE organisation_id = $1::uuid",
        [str(other.client.organisation_id).encode()],
    )
    async with db.reading(1):
        for viewer, expected in ((other.client.hr, "true"), (world.client.hr, "false")):
            async with db.short(viewer) as transaction:
                (result,) = await transaction.send(asked)
            assert rows_of(result) == [(expected,)]
        assert rows_of(await db.read(Viewer(), *asked)) == [("false",)]


async def test_looks_at_the_same_moment_each_name_all_that_was_shown() -> None:
    world = await make_world()
    async with db.reading(4):
        answers = await asyncio.gather(*(_look(world) for _ in range(4)))
    shown = {len(one["data"]["organisation"]["responses"]["nodes"]) for one in answers}
    assert shown == {2}
    assert await db.run(_subjects, world.client.job) == [2] * 4


async def _look(world: World) -> dict[str, dict[str, dict[str, dict[str, list[object]]]]]:
    request = GraphQLRequest(RESPONSES, {"slug": world.client.slug})
    result = await execute(world.client.consultant, request)
    found: dict[str, dict[str, dict[str, dict[str, list[object]]]]] = json.loads(result.text)
    return found


async def _subjects(session: Session, viewer: Viewer) -> list[int]:
    """Return how many responses each look names."""
    (organisation_id,) = viewer.roles
    rows = await session.scalars(
        text(
            "SELECT cardinality(subjects) FROM audit_events"
            " WHERE organisation_id = :organisation AND action = 'response.read'"
        ),
        {"organisation": organisation_id},
    )
    return [*rows]


async def test_who_waits_longest_for_a_connection_gets_it_next() -> None:
    world = await make_world()
    order: list[str] = []

    async def ask(name: str, times: int = 1) -> None:
        for _ in range(times):
            await db.read(world.client.hr, b"SELECT 1", [])
            order.append(name)

    async with db.reading(1):
        async with db.short(world.client.hr) as transaction:
            await transaction.send((b"SELECT 1", []))
            busy = asyncio.create_task(ask("busy", 3))
            gone, late = (asyncio.create_task(ask(name)) for name in ("gone", "late"))
            await asyncio.sleep(0)
            gone.cancel()
        await asyncio.gather(busy, late)
        # Nothing was lost with the one that was given up.
        await ask("last")
    assert order == ["busy", "late", "busy", "busy", "last"]
