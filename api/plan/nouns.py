"""What is selected of a noun's rows: columns, relations, and fields with their own resolver."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from graphql import (
    GraphQLField,
    GraphQLObjectType,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
)
from graphql.execution.collect_fields import FieldDetailsList

from api.derive import DERIVED, WHOLE, is_id
from api.plan.blocks import Block
from api.plan.calls import Call
from api.plan.connections import Connections
from api.plan.inlining import inlined
from api.plan.leaves import quote, text_leaf
from api.plan.reasons import Reason, Unplanned
from api.plan.request import NULL, Path, Render, Request, Row, key_of_row
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
from api.plan.shortcuts import SHORTCUTS, Shortcut
from api.plan.templates import Template
from api.plan.values import Values, together
from api.relay import encode_row_id
from api.schema import GRAPH
from tenants import rowsets
from tenants.access import Permission
from tenants.errors import DomainError
from tenants.nouns import Noun, ToMany
from tenants.read_graph import NOUNS
from tenants.reading import Key, Listing, Record
from tenants.row_values import UnknownType, load_of
from tenants.rowsets import ByKeys, FollowedFrom

Allowed = Callable[[Render], Render]
_KEY: Final = slice(rowsets.ORGANISATION, rowsets.ID + 1)


class RowRecord:
    """What resolvers get in place of a `Record`: the same, with a key made when it is looked at.

    Attributes:
        noun: What it is.
        values: Column name to value.
        looked_up: The key, once somebody has looked at it.
    """

    __slots__ = ("_row", "looked_up", "noun", "values")

    def __init__(self, noun: Noun, row: Row, values: Mapping[str, Any]) -> None:
        """Keep the row."""
        self.noun, self._row, self.values = noun, row, values
        self.looked_up: Key | None = None

    @property
    def key(self) -> Key:
        """Its identity."""
        if self.looked_up is None:
            row = self._row
            self.looked_up = key_of_row(row[rowsets.ORGANISATION], row[rowsets.ID])
        return self.looked_up


def select_noun(selecting: Selecting, block: Block, rank: int, details: FieldDetailsList) -> Finish:
    """Want of a set of rows what is selected of them, and return what writes one of them."""
    noun = block.templates[rank].noun
    kind: Any = GRAPH.type_map[noun.name]
    return _Noun(selecting, block, rank, noun, kind).select(details)


def select_record(
    selecting: Selecting, kind: GraphQLObjectType, details: FieldDetailsList
) -> Render:
    """Return what writes a record that a resolver has found: its selection, read once for all."""
    block = Block()
    rank = block.add(Template(NOUNS[kind.name], ByKeys()))
    block.render = select_noun(selecting, block, rank, details)()

    def render(record: Record, path: Path, request: Request) -> str:
        return request.expand(block, record.key, path)

    return render


class _Noun:
    """Compiles the selection of one set of rows."""

    def __init__(
        self, selecting: Selecting, block: Block, rank: int, noun: Noun, kind: GraphQLObjectType
    ) -> None:
        self._selecting, self._block, self._rank = selecting, block, rank
        self._noun, self._kind = noun, kind
        self._template = block.templates[rank]

    def select(self, details: FieldDetailsList) -> Finish:
        parts: list[str] = []
        finishes: list[Finish] = []
        for key, below in self._selecting.below(self._kind, details).items():
            if name_of(below) == TYPENAME:
                parts.append(f"{quote(key)}:{quote(self._kind.name)}")
            else:
                parts.append(f"{quote(key)}:%s")
                finishes.append(self._field(key, below))
        return lambda: together(parts, [one() for one in finishes])

    def _field(self, key: str, details: FieldDetailsList) -> Finish:
        field = field_of(self._kind, name_of(details))
        declared, noun = python_field(field), self._noun
        name = declared.python_name
        if is_id(declared.base_resolver):
            return lambda: _id_of(noun)
        if (noun.name, name) not in DERIVED:
            return self._written_by_hand(key, field, details)
        if name in noun.columns:
            return self._column(key, name, field, details)
        if name in noun.to_one:
            return self._one(key, name, field, details)
        relation = noun.to_many[name]
        if not relation.paged:
            return self._whole(key, relation, field, details)
        return self._connection(key, relation, field, details)

    def _guarded(
        self,
        permission: Permission | None,
        key: str,
        field: GraphQLField,
        details: FieldDetailsList,
    ) -> Allowed:
        """Return what makes a render refuse where the role lacks a permission."""
        if permission is None:
            return lambda render: render
        nodes, nullable = nodes_of(details), is_nullable(field)

        def guarded(render: Render) -> Render:
            def guard(row: Row, path: Path, request: Request) -> str:
                if row[rowsets.ORGANISATION] in request.denied(permission):
                    return request.refuse(permission, nodes, (path, key), nullable=nullable)
                return render(row, path, request)

            return guard

        return guarded

    def _column(
        self, key: str, name: str, field: GraphQLField, details: FieldDetailsList
    ) -> Finish:
        column = self._noun.columns[name]
        where = self._template.column(name)
        guarded = self._guarded(column.permission, key, field, details)
        kind, nullable = get_nullable_type(field.type), is_nullable(field)
        try:
            load = load_of(column.expression.type)
            encode = text_leaf(kind, column.expression.type) if is_leaf_type(kind) else None
        except UnknownType as error:
            raise Unplanned(Reason.COLUMN, f"{self._noun.name}.{name}") from error
        complete = self._values().complete(field.type, details)

        def finish() -> Render:
            index = where()

            def leaf(row: Row, _path: Path, _request: Request) -> str:
                text = row[index]
                if text is None:
                    return _null(nullable=nullable)
                assert encode is not None  # noqa: S101 - else `whole` is used.
                return encode(text)

            if nullable:
                source = f"('null' if row[{index}] is None else {{encode}}(row[{index}]))"
            else:
                source = f"({{encode}}(row[{index}]) if row[{index}] is not None else {{none}}())"
            inlined(leaf, source, encode=encode, none=lambda: _null(nullable=nullable))

            def whole(row: Row, path: Path, request: Request) -> str:
                text = row[index]
                value = None if text is None else load(text)
                return complete(value, (path, key), request)

            return guarded(whole if encode is None else leaf)

        return finish

    def _one(self, key: str, name: str, field: GraphQLField, details: FieldDetailsList) -> Finish:
        relation = self._noun.to_one[name]
        where = self._template.key(name)
        rank = self._block.add(Template(NOUNS[relation.target], FollowedFrom(self._rank, name)))
        number = self._block.templates[rank].number
        below = select_noun(self._selecting, self._block, rank, details)
        guarded = self._guarded(relation.permission, key, field, details)
        nullable = is_nullable(field)

        def finish() -> Render:
            index, write = where(), below()

            def render(row: Row, path: Path, request: Request) -> str:
                other = (row[rowsets.ORGANISATION], row[index])
                # A row that many lead to is written once, if nothing depends on the way there.
                known = (number, other)
                text: str | None = request.memo.get(known)
                if text is None:
                    found = request.rows[number].get(other)
                    if found is None:
                        return _null(nullable=nullable)
                    before = request.loose_ends
                    text = write(found, (path, key), request)
                    if request.loose_ends == before:
                        request.memo[known] = text
                return text

            other = f"({number}, (row[{rowsets.ORGANISATION}], row[{index}]))"
            inlined(
                render,
                f"(request.memo.get({other}) or {{render}}(row, path, request))",
                render=render,
            )
            return guarded(render)

        return finish

    def _whole(
        self, key: str, relation: ToMany, field: GraphQLField, details: FieldDetailsList
    ) -> Finish:
        listing = Listing(relation, WHOLE)
        template = Template(
            NOUNS[relation.target], parent=self._rank, listing=lambda _request: listing
        )
        rank = self._block.add(template)
        below = select_noun(self._selecting, self._block, rank, details)
        guarded = self._guarded(relation.permission, key, field, details)
        if not is_list_type(get_nullable_type(field.type)):
            raise Unplanned(Reason.FIELD, f"{self._noun.name}.{key}")

        def finish() -> Render:
            item = below()

            def render(row: Row, path: Path, request: Request) -> str:
                parent = (row[rowsets.ORGANISATION], row[rowsets.ID])
                rows = request.rows[template.number].get(parent, ())[: WHOLE.size]
                here = (path, key)
                items = [item(one, (here, index), request) for index, one in enumerate(rows)]
                return f"[{','.join(items)}]"

            return guarded(render)

        return finish

    def _connection(
        self, key: str, relation: ToMany, field: GraphQLField, details: FieldDetailsList
    ) -> Finish:
        connection = Connections(
            self._selecting,
            self._block,
            rank=self._rank,
            relation=relation,
            field=field,
            details=details,
            select_noun=select_noun,
        ).compile()

        def finish() -> Render:
            write = connection()
            return lambda row, path, request: write(row, (path, key), request)

        return finish

    def _written_by_hand(self, key: str, field: GraphQLField, details: FieldDetailsList) -> Finish:
        """Return what calls a resolver with the record that the ordinary way would give it."""
        if get_named_type(field.type).name.endswith("Connection"):
            raise Unplanned(Reason.FIELD, f"{self._noun.name}.{key}")
        nodes, nullable = nodes_of(details), is_nullable(field)
        call = Call(field, nodes, self._selecting.names(field, details))
        complete = self._values().complete(field.type, details)
        record = self._record()
        name = python_field(field).python_name
        short = SHORTCUTS.get((self._noun.name, name))
        shorten = None if short is None else short(self._selecting, self._template, details)

        def finish() -> Render:
            make, width = record()
            shortcut = None if shorten is None else shorten()

            def later(row: Row, path: Path, request: Request) -> str:
                value, here = call(make(row), request), (path, key)
                return request.later(value, complete, here, nodes, nullable=nullable)

            def render(row: Row, path: Path, request: Request) -> str:
                memo, values = request.memo, row[width]
                known: str | None = memo.get((call, values)) or memo.get((call, row[_KEY], values))
                if known is not None:
                    return known
                before, root, here = request.loose_ends, make(row), (path, key)
                try:
                    text = complete(call(root, request), here, request)
                except DomainError as error:
                    return request.fail(error, nodes, here, nullable=nullable)
                if request.loose_ends == before:
                    # Whatever does not look at the key depends on the values alone.
                    looked = root.looked_up is not None
                    memo[(call, row[_KEY], values) if looked else (call, values)] = text
                return text

            def straight(row: Row, path: Path, request: Request) -> str:
                assert shortcut is not None  # noqa: S101 - else `render` is returned.
                text: str | None = shortcut(row)
                return render(row, path, request) if text is None else text

            if call.awaited:
                return later
            return render if shortcut is None else _shortened(straight, shortcut, render)

        return finish

    def _record(self) -> Callable[[], tuple[Callable[[Row], RowRecord], slice]]:
        """Want every column, and return what makes a record of a row, and where they stand."""
        noun = self._noun
        where = [self._template.column(name) for name in noun.columns]
        try:
            loads = [load_of(column.expression.type) for column in noun.columns.values()]
        except UnknownType as error:
            raise Unplanned(Reason.COLUMN, noun.name) from error

        def finish() -> tuple[Callable[[Row], RowRecord], slice]:
            places = [
                (name, index(), load)
                for name, index, load in zip(noun.columns, where, loads, strict=True)
            ]

            def make(row: Row) -> RowRecord:
                values = {
                    name: None if row[index] is None else load(row[index])
                    for name, index, load in places
                }
                return RowRecord(noun, row, values)

            return make, slice(rowsets.CELLS, rowsets.CELLS + len(self._template.columns))

        return finish

    def _values(self) -> Values:
        return Values(self._selecting, select_record)


def _id_of(noun: Noun) -> Render:
    def render(row: Row, _path: Path, _request: Request) -> str:
        return f'"{encode_row_id(noun, row[rowsets.ORGANISATION], row[rowsets.ID])}"'

    return render


def _shortened(straight: Render, shortcut: Shortcut, render: Render) -> Render:
    source = "({shortcut}(row) or {render}(row, path, request))"
    return inlined(straight, source, shortcut=shortcut, render=render)


def _null(*, nullable: bool) -> str:
    if not nullable:
        raise Unplanned(Reason.NULL)
    return NULL
