"""Records of the read graph for a viewer: by id, or page by page below their parents.

Each function sends one statement, whatever the number of parents or ids, plus one where a total was
asked for. Unknown, foreign and invisible rows are absent, at the same cost.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    FromClause,
    Label,
    Select,
    Uuid,
    and_,
    any_,
    case,
    cast,
    false,
    func,
    literal,
    null,
    or_,
    select,
    true,
    tuple_,
)

from tenants.access import Permission, Viewer
from tenants.looks import record_looks
from tenants.nouns import Expression, Noun, ToMany, ToOne, Visibility, select_rows
from tenants.paging import Ordering, Window, make_cursor, window_conditions, window_order
from tenants.read_graph import NOUNS
from tenants.work import Session

NO_PARENT = UUID(int=0)


class Key(NamedTuple):
    """The identity of a row: its organisation first, as in every key of the database."""

    organisation_id: UUID
    id: UUID


@dataclass(frozen=True, slots=True)
class Record:
    """One row of a noun as one viewer may see it.

    Attributes:
        noun: What it is.
        key: Its identity.
        values: Column name to value; a column that the role lacks holds None.
        keys: Name of each to-one relation to the other row's id, or None.
    """

    noun: Noun
    key: Key
    values: Mapping[str, Any]
    keys: Mapping[str, UUID | None]


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a list.

    Attributes:
        records: In the list's order.
        cursors: One for each record.
        has_previous: Whether something precedes the part.
        has_next: Whether something follows it.
        total: How many the whole list holds, when that was asked for.
    """

    records: Sequence[Record] = ()
    cursors: Sequence[str] = ()
    has_previous: bool = False
    has_next: bool = False
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """What is asked of a list; equal for all parents that share a statement.

    Attributes:
        relation: Which list.
        window: Which part of it.
        ordering: Name of the order; the relation's first if None.
        filters: Name of a filter to the value it compares with.
        rows: Whether records are wanted, or only the total.
        total: Whether the total is wanted.
    """

    relation: ToMany
    window: Window
    ordering: str | None = None
    filters: Mapping[str, Any] = field(default_factory=dict)
    rows: bool = True
    total: bool = False

    @property
    def order(self) -> Ordering:
        """The order in which the list is walked."""
        orderings = self.relation.orderings
        return next((one for one in orderings if one.name == self.ordering), orderings[0])


def seen_by(
    viewer: Viewer, visible: Visibility, organisation_id: Any, organisations: set[UUID]
) -> ColumnElement[bool]:
    """Return which rows the viewer sees, given the role held in each organisation concerned.

    The condition names no organisation when one role covers them all, so that the common statement
    is short; an organisation without a role takes part with the condition for no role, which is
    never true.
    """
    by_role: dict[Any, list[UUID]] = {}
    for organisation in sorted(organisations):
        by_role.setdefault(viewer.role_in(organisation), []).append(organisation)
    if len(by_role) == 1:
        return visible(viewer, next(iter(by_role)))
    return or_(
        false(),
        *(
            and_(organisation_id == any_(literal(members, ARRAY(Uuid()))), visible(viewer, role))
            for role, members in by_role.items()
        ),
    )


def masked(
    expression: Expression, permission: Permission | None, viewer: Viewer, noun: Noun
) -> Expression:
    """Return the expression where the role grants the permission, and null elsewhere."""
    if permission is None:
        return expression
    allowed = viewer.organisations_with(permission)
    if len(allowed) == len(viewer.roles):
        return expression
    if not allowed:
        return cast(null(), expression.type)
    held = noun.organisation_id == any_(literal(allowed, ARRAY(Uuid())))
    return case((held, expression), else_=null())


def followed(relation: ToOne, viewer: Viewer, noun: Noun) -> Any:
    """Return the other noun's id where the viewer may follow the relation, and null elsewhere."""
    if relation.followed is None:
        return relation.key
    seen = seen_by(viewer, relation.followed, noun.organisation_id, set(viewer.roles))
    return case((seen, relation.key), else_=null())


def _selected(noun: Noun, viewer: Viewer) -> list[Label[Any]]:
    """Return every column and key of the noun, labelled by position to keep names short."""
    expressions = [noun.organisation_id, noun.id]
    expressions += [
        masked(column.expression, column.permission, viewer, noun)
        for column in noun.columns.values()
    ]
    expressions += [
        masked(followed(relation, viewer, noun), relation.permission, viewer, noun)
        for relation in noun.to_one.values()
    ]
    return [expression.label(f"c{index}") for index, expression in enumerate(expressions)]


def _record(noun: Noun, row: Sequence[Any]) -> Record:
    """Return the record that a row of `_selected` holds."""
    names = len(noun.columns)
    return Record(
        noun,
        Key(row[0], row[1]),
        dict(zip(noun.columns, row[2 : 2 + names], strict=True)),
        dict(zip(noun.to_one, row[2 + names :], strict=True)),
    )


async def fetch_by_keys(
    session: Session, viewer: Viewer, noun: Noun, keys: Sequence[Key]
) -> dict[Key, Record]:
    """Return the rows that the viewer may see of those asked for, by key."""
    wanted = set(keys)
    rows = await session.execute(
        select_rows(noun, *_selected(noun, viewer)).where(
            tuple_(noun.organisation_id, noun.id).in_(sorted(wanted)),
            seen_by(
                viewer,
                noun.visible,
                noun.organisation_id,
                {key.organisation_id for key in wanted},
            ),
        )
    )
    records = (_record(noun, row) for row in rows)
    found = {record.key: record for record in records}
    await record_looks(session, viewer, noun=noun.name, rows=found)
    return found


async def fetch_pages(
    session: Session, viewer: Viewer, listing: Listing, parents: Sequence[Key]
) -> dict[Key, Page]:
    """Return one part of the same list below each parent.

    Args:
        session: The transaction.
        viewer: Who reads.
        listing: Which list and which part.
        parents: Rows that the lists belong to, already known to be visible; for all of an
            organisation's, its own id twice; for the viewer's organisations `NO_PARENT`.

    Raises:
        BadCursor: A cursor of the window belongs to another list or order.
    """
    pages: dict[Key, Page] = dict.fromkeys(parents, Page())
    if listing.rows:
        found = await _rows_by_parent(session, viewer, listing, parents)
        pages = {parent: _page(listing, found.get(parent, ())) for parent in parents}
    if listing.total:
        totals = await _totals(session, viewer, listing, parents)
        pages = {
            parent: Page(
                page.records,
                page.cursors,
                page.has_previous,
                page.has_next,
                totals.get(parent, 0),
            )
            for parent, page in pages.items()
        }
    return pages


def _parents(parents: Sequence[Key]) -> FromClause:
    """Return the parents as rows, in two parameters whatever their number."""
    return (
        func.unnest(
            literal([parent.organisation_id for parent in parents], ARRAY(Uuid())),
            literal([parent.id for parent in parents], ARRAY(Uuid())),
        )
        .table_valued("organisation_id", "id", name="parents")
        .render_derived()
    )


def _below(
    statement: Select[Any],
    viewer: Viewer,
    listing: Listing,
    parents: FromClause,
    *,
    organisations: set[UUID],
    visible: Visibility,
) -> Select[Any]:
    """Return the statement narrowed to the visible, filtered rows below one parent."""
    noun, key = NOUNS[listing.relation.target], listing.relation.key
    rooted = organisations != {NO_PARENT}
    scope = organisations if rooted else set(viewer.roles)
    statement = statement.where(
        seen_by(viewer, visible, noun.organisation_id, scope or {NO_PARENT})
    )
    if rooted:
        statement = statement.where(noun.organisation_id == parents.c.organisation_id)
    if key is not None:
        statement = statement.where(key == parents.c.id)
    conditions = [listing.relation.filters[name](value) for name, value in listing.filters.items()]
    return statement.where(*conditions).correlate(parents)


async def _rows_by_parent(
    session: Session, viewer: Viewer, listing: Listing, parents: Sequence[Key]
) -> dict[Key, list[Sequence[Any]]]:
    """Return the rows of the window and one more below each parent, with their order's value."""
    noun, order, window = NOUNS[listing.relation.target], listing.order, listing.window
    above = _parents(parents)
    page = (
        _below(
            select_rows(noun, order.expression.label("place"), *_selected(noun, viewer)),
            viewer,
            listing,
            above,
            organisations={parent.organisation_id for parent in parents},
            visible=noun.visible,
        )
        .where(*window_conditions(order, noun.id, window))
        .order_by(*window_order(order, noun.id, window))
        .limit(window.size + 1)
        .lateral("page")
    )
    statement = select(above.c.organisation_id, above.c.id, page).select_from(
        above.join(page, true())
    )
    found: dict[Key, list[Sequence[Any]]] = {}
    for row in await session.execute(statement):
        found.setdefault(Key(row[0], row[1]), []).append(row[2:])
    keys = [_record(noun, row[1:]).key for rows in found.values() for row in rows[: window.size]]
    await record_looks(session, viewer, noun=noun.name, rows=keys)
    return found


async def _totals(
    session: Session, viewer: Viewer, listing: Listing, parents: Sequence[Key]
) -> dict[Key, int]:
    """Return how many rows the whole list below each parent holds."""
    noun = NOUNS[listing.relation.target]
    above = _parents(parents)
    count = _below(
        select_rows(noun, func.count().label("total")),
        viewer,
        listing,
        above,
        organisations={parent.organisation_id for parent in parents},
        visible=listing.relation.countable or noun.visible,
    ).lateral("counted")
    statement = select(above.c.organisation_id, above.c.id, count.c.total).select_from(
        above.join(count, true())
    )
    rows = await session.execute(statement)
    return {Key(organisation_id, row_id): total for organisation_id, row_id, total in rows}


def _page(listing: Listing, rows: Sequence[Sequence[Any]]) -> Page:
    """Return the window's part of rows read one beyond it."""
    window = listing.window
    more = len(rows) > window.size
    kept = rows[: window.size]
    if window.backward:
        kept = kept[::-1]
    noun = NOUNS[listing.relation.target]
    records = [_record(noun, row[1:]) for row in kept]
    cursors = [
        make_cursor(listing.order, row[0], record.key.id)
        for row, record in zip(kept, records, strict=True)
    ]
    return Page(
        records,
        cursors,
        has_previous=more if window.backward else window.after is not None,
        has_next=window.before is not None if window.backward else more,
    )
