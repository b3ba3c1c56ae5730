"""The statement that yields sets of rows, each below the one it hangs from.

What `tenants.reading` fetches level by level is fetched at once, from one snapshot: every set is a
materialised common table expression that starts from the keys of the set above it. Who sees what
is written by the same functions, so that it stands in one place.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import (
    ARRAY,
    CTE,
    ColumnElement,
    FromClause,
    Select,
    Text,
    Uuid,
    and_,
    bindparam,
    cast,
    func,
    literal_column,
    null,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by, array
from sqlalchemy.sql import CompoundSelect
from sqlalchemy.sql.util import ClauseAdapter
from sqlalchemy.types import TypeEngine

from tenants.access import Viewer
from tenants.looks import look_along
from tenants.nouns import Expression, Noun, ToMany, Visibility, select_rows
from tenants.paging import Ordering, Window, window_order
from tenants.reading import followed, masked, seen_by
from tenants.rowsets import (
    ByKeys,
    BySlug,
    FollowedFrom,
    ListedBelow,
    Rowset,
    keys_parameters,
    slug_parameter,
    without_window,
)

_PLACE: Final = "place"


def select_rowsets(
    rowsets: Sequence[Rowset], viewer: Viewer, *, looks: Collection[int] = ()
) -> CompoundSelect[Any]:
    """Return one statement that yields the rows of all the sets, every value as text.

    Args:
        rowsets: In an order in which each stands behind the one that it hangs from.
        viewer: Whose sight decides what the rows are.
        looks: The ranks of the sets of which it records that the viewer has looked at them.
    """
    above = {_parent(one) for one in rowsets} | set(looks)
    tables: list[Any] = []
    for rank, rowset in enumerate(rowsets):
        rows = _rows(rowset, rank, viewer, rowsets, tables)
        name = f"r{rank}"
        tables.append(
            rows.cte(name).prefix_with("MATERIALIZED") if rank in above else rows.subquery(name)
        )
    width = max(one.width for one in rowsets)
    whole = union_all(
        *(
            _as_text(rank, rowset, table, width)
            for rank, (rowset, table) in enumerate(zip(rowsets, tables, strict=True))
        )
    )
    if not looks:
        return whole
    # The sets first: SQLAlchemy leaves literals unwritten that it meets within an INSERT.
    recorded = [look_along(tables[rank], rank) for rank in looks]
    return whole.add_cte(*(one for one in tables if isinstance(one, CTE)), *recorded)


def _parent(rowset: Rowset) -> int | None:
    source = rowset.source
    return source.parent if isinstance(source, FollowedFrom | ListedBelow) else None


def _rows(
    rowset: Rowset, rank: int, viewer: Viewer, rowsets: Sequence[Rowset], tables: Sequence[CTE]
) -> Select[Any]:
    """Return the rows of one set."""
    match rowset.source:
        case ByKeys():
            return _by_keys(rowset, rank, viewer)
        case BySlug():
            slug = bindparam(slug_parameter(rank), None, Text())
            column = rowset.noun.columns["slug"].expression
            return _own(rowset, viewer).where(column == slug)
        case FollowedFrom(parent, relation):
            table = tables[parent]
            key = table.c.i if relation not in rowsets[parent].keys else table.c[f"k_{relation}"]
            return _followed_from(rowset, viewer, table, key)
        case ListedBelow() as source if source.parent is None:
            return _organisations(rowset, source, viewer)
        case ListedBelow() as source:
            assert source.parent is not None  # noqa: S101 - mypy does not see the case above.
            unique = not isinstance(rowsets[source.parent].source, ListedBelow)
            parents = _parents(tables[source.parent], unique=unique)
            return _listed_below(rowset, source, viewer, parents)


def _own(rowset: Rowset, viewer: Viewer) -> Select[Any]:
    """Return the noun's visible rows, with what is wanted of each."""
    noun = rowset.noun
    return select_rows(noun, *_selected(rowset, viewer)).where(_seen(viewer, noun.visible, noun))


def _seen(viewer: Viewer, visible: Visibility, noun: Noun) -> ColumnElement[bool]:
    return seen_by(viewer, visible, noun.organisation_id, set(viewer.roles))


def _selected(rowset: Rowset, viewer: Viewer) -> list[Any]:
    """Return the row's key and what is wanted of it, under names that tell which is which."""
    noun = rowset.noun
    found: list[Any] = [noun.organisation_id.label("o"), noun.id.label("i")]
    source = rowset.source
    if (rowset.placed or rowset.joined is not None) and isinstance(source, ListedBelow):
        found.append(source.listing.order.expression.label(_PLACE))
    for name in rowset.columns:
        column = noun.columns[name]
        found.append(masked(column.expression, column.permission, viewer, noun).label(f"c_{name}"))
    for name in rowset.keys:
        relation = noun.to_one[name]
        key = masked(followed(relation, viewer, noun), relation.permission, viewer, noun)
        found.append(key.label(f"k_{name}"))
    found += [one.label(_text_name(index)) for index, one in enumerate(rowset.texts)]
    if rowset.recorded:
        columns = noun.columns.values()
        values = [masked(one.expression, one.permission, viewer, noun) for one in columns]
        found.append(record_text(values).label("record"))
    if rowset.joined is not None:
        found.append(rowset.joined.label("joined"))
    return found


def _text_name(index: int) -> str:
    return f"t_{index}"


def record_text(values: Sequence[Any]) -> ColumnElement[str]:
    """Return values as one JSON array of their texts."""
    # Without any the array would have no type.
    return cast(func.to_json(array([_text(one) for one in values] or [_nothing()])), Text())


def _by_keys(rowset: Rowset, rank: int, viewer: Viewer) -> Select[Any]:
    organisations, ids = keys_parameters(rank)
    asked = (
        func.unnest(
            bindparam(organisations, None, ARRAY(Uuid())), bindparam(ids, None, ARRAY(Uuid()))
        )
        .table_valued("o", "i", name="asked")
        .render_derived()
    )
    return _looked_up(rowset, viewer, asked)


def _followed_from(
    rowset: Rowset, viewer: Viewer, parent: CTE, key: ColumnElement[Any]
) -> Select[Any]:
    asked = select(parent.c.o, key.label("i")).where(key.is_not(None)).distinct().subquery("asked")
    return _looked_up(rowset, viewer, asked)


def _looked_up(rowset: Rowset, viewer: Viewer, asked: FromClause) -> Select[Any]:
    """Return the rows with the keys asked for, each by its own look-up in the primary key."""
    noun = rowset.noun
    # The limit keeps PostgreSQL from joining instead: decision 11.
    row = (
        _own(rowset, viewer)
        .where(noun.organisation_id == asked.c.o, noun.id == asked.c.i)
        .limit(literal_column("1"))
        .correlate(asked)
        .lateral("looked")
    )
    return select(row).select_from(asked.join(row, true()))


def _parents(table: CTE, *, unique: bool) -> FromClause:
    keys = select(table.c.o.label("po"), table.c.i.label("pi"))
    return (keys if unique else keys.distinct()).subquery("parents")


def _organisations(rowset: Rowset, source: ListedBelow, viewer: Viewer) -> Select[Any]:
    if source.counted:
        counted = select_rows(rowset.noun, func.count().label("total"))
        return counted.where(_seen(viewer, rowset.noun.visible, rowset.noun))
    return _windowed(_own(rowset, viewer), source, rowset.noun, more=source.more)


def _listed_below(
    rowset: Rowset, source: ListedBelow, viewer: Viewer, parents: FromClause
) -> Select[Any]:
    noun, relation = rowset.noun, source.listing.relation
    if source.counted:
        visible = relation.countable or noun.visible
        counted = select_rows(noun, func.count().label("total"))
        rows = counted.where(
            _seen(viewer, visible, noun), *without_window(source.listing, source.conditions)
        )
    elif rowset.joined is not None:
        return _joined_below(rowset, source, viewer, parents)
    else:
        rows = _windowed(_own(rowset, viewer), source, noun, more=source.more)
    return _each_below(parents, _below(rows, relation, noun, parents))


def _each_below(parents: FromClause, rows: Select[Any]) -> Select[Any]:
    below = rows.lateral("below")
    return select(parents.c.po, parents.c.pi, below).select_from(parents.join(below, true()))


def _joined_below(
    rowset: Rowset, source: ListedBelow, viewer: Viewer, parents: FromClause
) -> Select[Any]:
    """Return the rows of whole lists, which are sorted where they are joined.

    Many of the rows share one beside them. It is looked up once, and not for each, where it alone
    says what is visible and in which order.
    """
    noun, beside = rowset.noun, rowset.noun.beside
    # What skips nothing keeps PostgreSQL from joining instead: decision 11.
    apart: ColumnElement[int] = literal_column("0")
    own = _own(rowset, viewer).where(*source.conditions).offset(apart)
    plain = _each_below(parents, _below(own, source.listing.relation, noun, parents))
    if beside is None or beside.key is None:
        return plain
    wanted = [one for one in _selected(rowset, viewer) if one.name != _PLACE]
    all_rows = select(*wanted, beside.key.label("beside")).where(*source.conditions).offset(apart)
    below = _below(all_rows, source.listing.relation, noun, parents)
    rows = _each_below(parents, below).cte()
    rows = rows.prefix_with("MATERIALIZED")
    table = beside.table.__table__
    asked = select(rows.c.o, rows.c.beside.label("i")).distinct().subquery("asked")
    looked = (
        select(table)
        .where(table.c.organisation_id == asked.c.o, table.c.id == asked.c.i)
        .limit(literal_column("1"))
        .correlate(asked)
        .lateral("looked")
    )
    shared = select(looked).select_from(asked.join(looked, true())).cte()
    shared = shared.prefix_with("MATERIALIZED")
    adapt = ClauseAdapter(shared).traverse
    seen = seen_by(viewer, noun.visible, rows.c.o, set(viewer.roles))
    place = adapt(source.listing.order.expression.label(_PLACE))
    joined = rows.join(
        shared, and_(shared.c.organisation_id == rows.c.o, shared.c.id == rows.c.beside)
    )
    statement = select(*rows.c, place).select_from(joined).where(adapt(seen))
    if len(statement.get_final_froms()) > 1:
        # Something else than the row beside decides.
        return plain
    return statement


def _below(rows: Select[Any], relation: ToMany, noun: Noun, parents: FromClause) -> Select[Any]:
    rows = rows.where(noun.organisation_id == parents.c.po)
    if relation.key is not None:
        rows = rows.where(relation.key == parents.c.pi)
    return rows.correlate(parents)


def _windowed(rows: Select[Any], source: ListedBelow, noun: Noun, *, more: bool) -> Select[Any]:
    order: Ordering = source.listing.order
    window: Window = source.listing.window
    # A number in the text lets PostgreSQL plan for it; there are few page sizes.
    limit: Expression = literal_column(str(window.size + more))
    return (
        rows.where(*source.conditions).order_by(*window_order(order, noun.id, window)).limit(limit)
    )


def _as_text(rank: int, rowset: Rowset, table: FromClause, width: int) -> Select[Any]:
    """Return the rows of a set as all sets' rows look: the set's rank, keys, and texts."""
    if rowset.joined is not None:
        return _as_one_text(rank, rowset, table, width)
    names: Mapping[str, Any] = dict(table.c.items())
    # A list's rows are of their parent's organisation, which need not be written twice.
    wanted = ["", "pi", "o", "i", _PLACE]
    wanted += [f"c_{name}" for name in rowset.columns] + [f"k_{name}" for name in rowset.keys]
    wanted += [_text_name(index) for index in range(len(rowset.texts))]
    wanted += ["record"] if rowset.recorded else []
    if isinstance(rowset.source, ListedBelow) and rowset.source.counted:
        wanted = ["po", "pi", "o", "total"]
    texts = [_text(names[name]) if name in names else _nothing() for name in wanted]
    texts += [_nothing()] * (width - 1 - len(texts))
    return select(literal_column(f"'{rank}'").label("rank"), *texts)


def _as_one_text(rank: int, rowset: Rowset, table: FromClause, width: int) -> Select[Any]:
    """Return the same of lists that are wanted as a text each."""
    source = rowset.source
    assert isinstance(source, ListedBelow)  # noqa: S101 - nothing else is a list.
    place, row_id = (
        one.desc() if source.listing.order.descending else one.asc()
        for one in (table.c.place, table.c.i)
    )
    text = func.string_agg(table.c.joined, aggregate_order_by(literal_column("','"), place, row_id))
    texts = [_text(table.c.po), _text(table.c.pi), _nothing(), text, _text(func.count())]
    texts += [_nothing()] * (width - 1 - len(texts))
    rows = select(literal_column(f"'{rank}'").label("rank"), *texts)
    return rows.group_by(table.c.po, table.c.pi)


def _nothing() -> ColumnElement[Any]:
    return cast(null(), Text())


def _text(column: Any) -> ColumnElement[str]:
    """Return a value as the text that `tenants.row_values` reads."""
    kind: TypeEngine[Any] = column.type
    if isinstance(kind, ARRAY):
        return cast(func.to_json(column), Text())
    return cast(column, Text())
