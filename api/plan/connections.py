"""Connections: a part of a list below each row, its edges, and how many there are."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from graphql import GraphQLField, GraphQLObjectType, get_named_type
from graphql.execution.collect_fields import FieldDetailsList

from api.derive import make_listing
from api.plan.blocks import Block
from api.plan.calls import Arguments
from api.plan.leaves import quote
from api.plan.reasons import Reason, Unplanned
from api.plan.request import Path, Render, Request, Row
from api.plan.selecting import (
    TYPENAME,
    Finish,
    Selecting,
    field_of,
    is_nullable,
    name_of,
    nodes_of,
    python_field,
)
from api.plan.templates import Template
from api.plan.values import together
from tenants import rowsets
from tenants.access import Permission
from tenants.nouns import ToMany
from tenants.paging import make_cursor
from tenants.read_graph import NOUNS
from tenants.reading import Listing
from tenants.row_values import load_of

SelectNoun = Callable[[Selecting, Block, int, FieldDetailsList], Finish]


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a list below one row, cut to the window."""

    parent: tuple[Any, Any]
    listing: Listing
    rows: Sequence[Row]
    more: bool
    missing: Permission | None

    def cursor(self, row: Row) -> str:
        order = self.listing.order
        value = load_of(order.expression.type)(row[rowsets.PLACE])
        return quote(make_cursor(order, value, UUID(row[rowsets.ID])))


class Connections:
    """Compiles one connection."""

    def __init__(
        self,
        selecting: Selecting,
        block: Block,
        *,
        rank: int | None,
        relation: ToMany,
        field: GraphQLField,
        details: FieldDetailsList,
        select_noun: SelectNoun,
    ) -> None:
        """Want the sets of rows that are selected.

        Args:
            selecting: The operation.
            block: Where the sets are added.
            rank: The set that the lists hang from; None for the viewer's organisations.
            relation: Which list.
            field: The connection's field.
            details: Where it is selected.
            select_noun: Compiles what is selected of the list's rows.
        """
        self._selecting, self._block, self._select_noun = selecting, block, select_noun
        self._relation, self._nodes = relation, nodes_of(details)
        self._nullable = is_nullable(field)
        self._arguments = Arguments(field, self._nodes)
        kind: Any = get_named_type(field.type)
        self._selected = selecting.below(kind, details)
        self._kind: GraphQLObjectType = kind
        names = {self._python_name(one) for one in self._selected.values()}
        self._rows = self._total = -1
        if names & {"edges", "nodes", "page_info"}:
            self._rows = block.add(self._template(rank, counted=False))
        if "total_count" in names:
            self._total = block.add(self._template(rank, counted=True))

    def _template(self, rank: int | None, *, counted: bool) -> Template:
        noun = NOUNS[self._relation.target]
        return Template(noun, parent=rank, listing=self._listing, counted=counted)

    def _python_name(self, details: FieldDetailsList) -> str:
        name = name_of(details)
        return name if name == TYPENAME else python_field(field_of(self._kind, name)).python_name

    def _listing(self, request: Request) -> Listing:
        found: Listing | None = request.given.get(id(self))
        if found is None:
            found = make_listing(self._relation, **self._arguments.of(request))
            request.given[id(self)] = found
        return found

    def compile(self) -> Finish:
        """Return what writes the connection from the row that it hangs from."""
        parts: list[str] = []
        finishes: list[Finish] = []
        for key, details in self._selected.items():
            name = self._python_name(details)
            if name == TYPENAME:
                parts.append(f"{quote(key)}:{quote(self._kind.name)}")
                continue
            parts.append(f"{quote(key)}:%s")
            finishes.append(self._field(name, key, details))

        def finish() -> Render:
            body = together(parts, [one() for one in finishes])

            def render(row: Any, path: Path, request: Request) -> str:
                part = self._part(row, path, request)
                return part if isinstance(part, str) else body(part, path, request)

            return render

        return finish

    def _part(self, row: Any, path: Path, request: Request) -> _Part | str:
        """Return the part of the list below a row, or null where the role may not even count."""
        parent = (None, None) if row is None else (row[rowsets.ORGANISATION], row[rowsets.ID])
        needed, missing = self._relation.permission, None
        if needed is not None and parent[0] in request.denied(needed):
            missing = needed
            count = self._relation.count_permission or needed
            if parent[0] in request.denied(count):
                return request.refuse(count, self._nodes, path, nullable=self._nullable)
        listing = self._listing(request)
        if self._rows < 0 or missing is not None:
            return _Part(parent, listing, (), more=False, missing=missing)
        found = request.rows[self._block.templates[self._rows].number].get(parent, ())
        size = listing.window.size
        more, rows = len(found) > size, found[:size]
        return _Part(parent, listing, rows[::-1] if listing.window.backward else rows, more, None)

    def _field(self, name: str, key: str, details: FieldDetailsList) -> Finish:
        match name:
            case "total_count":
                number = self._block.templates[self._total].number
                return lambda: (
                    lambda part, _p, request: str(request.rows[number].get(part.parent, 0))
                )
            case "page_info":
                return self._page_info(details)
            case "nodes" | "edges":
                return self._items(name, key, details)
        raise Unplanned(Reason.FIELD, name)

    def _items(self, name: str, key: str, details: FieldDetailsList) -> Finish:
        field = field_of(self._kind, name_of(details))
        nodes, nullable = nodes_of(details), is_nullable(field)
        if name == "nodes":
            finish_item = self._select_noun(self._selecting, self._block, self._rows, details)
        else:
            finish_item = self._edge(get_named_type(field.type), details)

        def finish() -> Render:
            item = finish_item()

            def render(part: _Part, path: Path, request: Request) -> str:
                here = (path, key)
                if part.missing is not None:
                    return request.refuse(part.missing, nodes, here, nullable=nullable)
                items = [
                    item((part, row) if name == "edges" else row, (here, index), request)
                    for index, row in enumerate(part.rows)
                ]
                return f"[{','.join(items)}]"

            return render

        return finish

    def _edge(self, kind: Any, details: FieldDetailsList) -> Finish:
        parts: list[str] = []
        finishes: list[Finish] = []
        for key, below in self._selecting.below(kind, details).items():
            name = name_of(below)
            if name == TYPENAME:
                parts.append(f"{quote(key)}:{quote(kind.name)}")
                continue
            parts.append(f"{quote(key)}:%s")
            if name == "cursor":
                self._place()
                finishes.append(lambda: lambda edge, _path, _request: edge[0].cursor(edge[1]))
            elif name == "node":
                noun = self._select_noun(self._selecting, self._block, self._rows, below)
                finishes.append(_node_of_edge(key, noun))
            else:
                raise Unplanned(Reason.FIELD, name)
        return lambda: together(parts, [one() for one in finishes])

    def _place(self) -> None:
        """Want the value that the list is ordered by."""
        self._block.templates[self._rows].placed = True

    def _page_info(self, details: FieldDetailsList) -> Finish:
        kind: Any = get_named_type(field_of(self._kind, name_of(details)).type)
        parts: list[str] = []
        renders: list[Render] = []
        for key, below in self._selecting.below(kind, details).items():
            name = name_of(below)
            if name == TYPENAME:
                parts.append(f"{quote(key)}:{quote(kind.name)}")
                continue
            render = _PAGE_INFO.get(name)
            if render is None:
                raise Unplanned(Reason.FIELD, name)
            if name in {"startCursor", "endCursor"}:
                self._place()
            else:
                self._block.templates[self._rows].more = True
            parts.append(f"{quote(key)}:%s")
            renders.append(render)
        return lambda: together(parts, renders)


def _total(number: int) -> Render:
    return lambda part, _path, request: str(request.rows[number].get(part.parent, 0))


def _node_of_edge(key: str, noun: Finish) -> Finish:
    def finish() -> Render:
        item = noun()
        return lambda edge, path, request: item(edge[1], (path, key), request)

    return finish


def _json(value: bool) -> str:  # noqa: FBT001 - what is written.
    return "true" if value else "false"


def _has_next(part: _Part, _path: Path, _request: Request) -> str:
    window = part.listing.window
    if part.missing is not None:
        return "false"
    return _json(window.before is not None if window.backward else part.more)


def _has_previous(part: _Part, _path: Path, _request: Request) -> str:
    window = part.listing.window
    if part.missing is not None:
        return "false"
    return _json(part.more if window.backward else window.after is not None)


def _start(part: _Part, _path: Path, _request: Request) -> str:
    return part.cursor(part.rows[0]) if part.rows else "null"


def _end(part: _Part, _path: Path, _request: Request) -> str:
    return part.cursor(part.rows[-1]) if part.rows else "null"


_PAGE_INFO: dict[str, Render] = {
    "hasNextPage": _has_next,
    "hasPreviousPage": _has_previous,
    "startCursor": _start,
    "endCursor": _end,
}
