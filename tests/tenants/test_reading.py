"""Lists read page by page: each row once, in order, whatever the direction, ties and gaps."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncConnection

from tenants import read_graph
from tenants.access import Viewer
from tenants.db import run
from tenants.errors import BadCursor
from tenants.nouns import ToMany
from tenants.offers import service as offers
from tenants.offers.statuses import OfferStatus
from tenants.paging import Window, make_window
from tenants.reading import NO_PARENT, Key, Listing, Page, fetch_by_keys, fetch_pages
from tests.factories import Client, make_client, make_offer

pytestmark = pytest.mark.usefixtures("connection")

OFFERS = read_graph.ORGANISATION.to_many["offers"]
INTERVIEWS = read_graph.ORGANISATION.to_many["interviews"]
REQUISITIONS = read_graph.ORGANISATION.to_many["requisitions"]
DAYS = (None, date(2026, 1, 1), date(2026, 1, 1), date(2026, 1, 2), None, date(2025, 12, 31))


def key(client: Client) -> Key:
    """Return the key of an organisation."""
    return Key(client.organisation_id, client.organisation_id)


async def make_list() -> Client:
    """Make an organisation with offers of equal and of absent days."""
    client = await make_client()
    for index, day in enumerate(DAYS):
        resolved = day is not None and index % 2 == 1
        await make_offer(
            client,
            status=OfferStatus.ACCEPTED if resolved else OfferStatus.EXTENDED,
            extended_on=day,
            resolved_on=day if resolved else None,
            requisition=offers.RequisitionInput(
                external_id=f"requisition-{index}", title="Same" if index < 4 else f"Title {index}"
            ),
        )
    return client


async def page_of(
    client: Client, relation: ToMany, ordering: str | None = None, **arguments: Any
) -> Page:
    """Return a page as HR sees it."""
    listing = Listing(relation, make_window(**arguments), ordering)
    return (await run(fetch_pages, client.hr, listing, [key(client)]))[key(client)]


async def walk_forward(client: Client, relation: ToMany, ordering: str, size: int) -> list[UUID]:
    """Return the ids of a list read from its start."""
    found: list[UUID] = []
    after = None
    while True:
        page = await page_of(client, relation, ordering, first=size, after=after)
        assert page.has_previous == (after is not None)
        assert len(page.records) == len(page.cursors) <= size
        found += [record.key.id for record in page.records]
        if not page.has_next:
            return found
        assert len(page.records) == size
        after = page.cursors[-1]


async def walk_backward(client: Client, relation: ToMany, ordering: str, size: int) -> list[UUID]:
    """Return the ids of a list read from its end."""
    found: list[UUID] = []
    before = None
    while True:
        page = await page_of(client, relation, ordering, last=size, before=before)
        assert page.has_next == (before is not None)
        found = [record.key.id for record in page.records] + found
        if not page.has_previous:
            return found
        assert len(page.records) == size
        before = page.cursors[0]


ORDERS = [
    (relation, order.name) for relation in (OFFERS, REQUISITIONS) for order in relation.orderings
]


@pytest.mark.parametrize(("relation", "ordering"), ORDERS)
async def test_every_row_comes_once_in_every_direction(relation: ToMany, ordering: str) -> None:
    client = await make_list()
    whole = await page_of(client, relation, ordering, first=100)
    ids = [record.key.id for record in whole.records]
    assert len(ids) == len(set(ids)) == len(DAYS)
    assert (whole.has_next, whole.has_previous) == (False, False)
    for size in range(1, len(DAYS) + 2):
        assert await walk_forward(client, relation, ordering, size) == ids
        assert await walk_backward(client, relation, ordering, size) == ids


async def test_the_orders_of_offers() -> None:
    client = await make_list()
    for ordering, column in (("EXTENDED_ON", "extended_on"), ("RESOLVED_ON", "resolved_on")):
        descending = await page_of(client, OFFERS, f"{ordering}_DESC", first=100)
        ascending = await page_of(client, OFFERS, f"{ordering}_ASC", first=100)
        assert [one.key for one in descending.records] == [
            one.key for one in reversed(ascending.records)
        ]
        places = [(one.values[column] or date.min, one.key.id) for one in ascending.records]
        assert places == sorted(places)
    extended = await page_of(client, OFFERS, "EXTENDED_ON_DESC", first=100)
    assert [one.values["extended_on"] for one in extended.records] == [
        date(2026, 1, 2),
        date(2026, 1, 1),
        date(2026, 1, 1),
        date(2025, 12, 31),
        None,
        None,
    ]
    # The first order is the one without asking.
    silent = await page_of(client, OFFERS)
    assert [one.key for one in silent.records] == [one.key for one in extended.records]


async def test_a_part_between_two_cursors() -> None:
    client = await make_list()
    whole = await page_of(client, OFFERS, first=100)
    for start in range(len(DAYS)):
        for end in range(start + 1, len(DAYS)):
            inside = list(whole.records[start + 1 : end])
            ends = {"after": whole.cursors[start], "before": whole.cursors[end]}
            first = await page_of(client, OFFERS, first=2, **ends)
            assert [one.key for one in first.records] == [one.key for one in inside[:2]]
            assert first.has_next == (len(inside) > 2)
            last = await page_of(client, OFFERS, last=2, **ends)
            assert [one.key for one in last.records] == [one.key for one in inside[-2:]]
            assert last.has_previous == (len(inside) > 2)


async def test_a_page_of_nothing() -> None:
    client = await make_list()
    page = await page_of(client, OFFERS, first=0)
    assert (list(page.records), page.has_next, page.has_previous) == ([], True, False)
    empty = await make_client()
    page = await page_of(empty, OFFERS, first=0)
    assert (list(page.records), page.has_next, page.has_previous) == ([], False, False)


async def test_rows_that_come_and_go_disturb_no_other() -> None:
    client = await make_list()
    first = await page_of(client, OFFERS, "EXTENDED_ON_ASC", first=3)
    whole = await page_of(client, OFFERS, "EXTENDED_ON_ASC", first=100)
    rest = [one.key for one in whole.records[3:]]
    # One is added ahead of the cursor.
    await make_offer(
        client, status=OfferStatus.EXTENDED, extended_on=date(2020, 1, 1), resolved_on=None
    )
    after = await page_of(client, OFFERS, "EXTENDED_ON_ASC", first=100, after=first.cursors[-1])
    assert [one.key for one in after.records] == rest


async def test_a_cursor_of_another_order_is_refused() -> None:
    client = await make_list()
    page = await page_of(client, OFFERS, "EXTENDED_ON_DESC", first=1)
    for relation, ordering in (
        (OFFERS, "EXTENDED_ON_ASC"),
        (OFFERS, "RESOLVED_ON_DESC"),
        (REQUISITIONS, "TITLE_ASC"),
        (INTERVIEWS, "INVITED_ON_DESC"),
    ):
        for name in ("after", "before"):
            with pytest.raises(BadCursor) as refusal:
                await page_of(client, relation, ordering, **{name: page.cursors[0]})
            assert refusal.value.field == (name,)


@pytest.fixture
def count(connection: AsyncConnection) -> Callable[[], int]:
    """Count the statements sent since the last time that this was asked."""
    sent: list[str] = []

    def listen(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("SELECT"):
            sent.append(statement)

    sync = connection.sync_connection
    assert sync is not None
    event.listen(sync, "before_cursor_execute", listen)

    def counted() -> int:
        number = len(sent)
        sent.clear()
        return number

    return counted


async def test_many_parents_share_a_statement(count: Callable[[], int]) -> None:
    clients = [await make_client() for _ in range(3)]
    for number, client in enumerate(clients):
        for _ in range(number):
            await make_offer(client)
    roles = {client.organisation_id: client.hr.roles[client.organisation_id] for client in clients}
    viewer = Viewer(clients[0].hr.kind, clients[0].hr.id, roles=roles)
    parents = [key(client) for client in clients]
    for rows, total, statements in ((True, False, 1), (False, True, 1), (True, True, 2)):
        listing = Listing(OFFERS, Window(1), rows=rows, total=total)
        count()
        pages = await run(fetch_pages, viewer, listing, parents)
        assert count() == statements
        assert [len(pages[parent].records) for parent in parents] == (
            [0, 1, 1] if rows else [0] * 3
        )
        assert [pages[parent].has_next for parent in parents] == [False, False, rows]
        assert [pages[parent].total for parent in parents] == ([0, 1, 2] if total else [None] * 3)


async def test_parents_without_a_role_have_empty_lists() -> None:
    client, other = await make_client(), await make_client()
    await make_offer(client)
    await make_offer(other)
    listing = Listing(OFFERS, Window(10), total=True)
    pages = await run(fetch_pages, client.hr, listing, [key(client), key(other)])
    assert [len(pages[key(one)].records) for one in (client, other)] == [1, 0]
    assert [pages[key(one)].total for one in (client, other)] == [1, 0]


async def test_only_what_is_seen_is_read_by_key(count: Callable[[], int]) -> None:
    client, other = await make_client(), await make_client()
    mine, theirs = await make_offer(client), await make_offer(other)
    keys = [
        Key(client.organisation_id, mine),
        Key(other.organisation_id, theirs),
        Key(client.organisation_id, theirs),
        Key(other.organisation_id, mine),
        Key(uuid4(), uuid4()),
    ]
    count()
    found = await run(fetch_by_keys, client.hr, read_graph.OFFER, [*keys, *keys])
    assert count() == 1
    assert list(found) == keys[:1]
    for viewer in (other.leadership, client.leadership, client.hiring_manager, Viewer()):
        assert await run(fetch_by_keys, viewer, read_graph.OFFER, keys) == {}


async def test_the_organisations_of_a_viewer() -> None:
    names = ("Beta", "Alpha", "Alpha")
    clients = [await make_client(name=name) for name in names]
    roles = {client.organisation_id: client.hr.roles[client.organisation_id] for client in clients}
    viewer = Viewer(clients[0].hr.kind, clients[0].hr.id, roles=roles)
    root = Key(NO_PARENT, NO_PARENT)
    listing = Listing(read_graph.ORGANISATIONS, Window(2), total=True)
    page = (await run(fetch_pages, viewer, listing, [root]))[root]
    assert [one.values["name"] for one in page.records] == ["Alpha", "Alpha"]
    assert [one.key.id for one in page.records] == sorted(
        client.organisation_id for client in clients[1:]
    )
    assert (page.has_next, page.total) == (True, 3)
    page = (await run(fetch_pages, Viewer(), listing, [root]))[root]
    assert (list(page.records), page.has_next, page.total) == ([], False, 0)


async def test_a_day_is_the_day_in_utc() -> None:
    client = await make_client()
    today = datetime.now(UTC).date()
    offer_id = await make_offer(client, resolved_on=today)
    found = await run(
        fetch_by_keys, client.hr, read_graph.OFFER, [Key(client.organisation_id, offer_id)]
    )
    (offer,) = found.values()
    assert offer.values["resolved_on"] == today


def test_every_list_has_an_order_that_ties_cannot_shake() -> None:
    for noun in read_graph.NOUNS.values():
        for name, relation in noun.to_many.items():
            orders = [one.name for one in relation.orderings]
            assert orders, name
            assert len(orders) == len(set(orders)), name
