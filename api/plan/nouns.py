"""What is selected of a noun's rows: columns, relations, and fields with their own resolver."""

from collections.abc import Callable
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLObjectType,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
)
from graphql.execution.collect_fields import FieldDetailsList
from sqlalchemy import ColumnElement, func

from api.derive import DERIVED, WHOLE, is_id
from api.plan.blocks import Block
from api.plan.by_hand import ByHand
from api.plan.connections import Connections
from api.plan.inlining import inlined
from api.plan.leaves import quote, text_leaf, written_leaf, written_text
from api.plan.reasons import Reason, Unplanned
from api.plan.request import NULL, Path, Render, Request, Row
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
from api.plan.texts import Fill, Joined, Texts
from api.plan.to_one import One
from api.plan.values import Values
from api.relay import encode_row_id
from api.schema import GRAPH
from tenants import rowsets
from tenants.access import Permission
from tenants.looks import LOOKS
from tenants.nouns import Noun, ToMany
from tenants.read_graph import NOUNS
from tenants.reading import Listing, Record
from tenants.row_values import UnknownType, load_of
from tenants.rowsets import ByKeys, FollowedFrom

Allowed = Callable[[Render], Render]


def select_noun(selecting: Selecting, block: Block, rank: int, details: FieldDetailsList) -> Finish:
    """Want of a set of rows what is selected of them, and return what writes one of them."""
    noun = block.templates[rank].noun
    kind: Any = GRAPH.type_map[noun.name]
    return _Noun(selecting, block, rank, noun, kind).texts(details).finish()


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

    def texts(self, details: FieldDetailsList) -> Texts:
        """Return the parts of what writes a row."""
        texts = Texts(self._template)
        for number, (key, below) in enumerate(self._selecting.below(self._kind, details).items()):
            texts.add(f"{',' if number else ''}{quote(key)}:")
            if name_of(below) == TYPENAME:
                texts.add(quote(self._kind.name))
            elif (written := self._written(below)) is not None:
                texts.add(written)
            else:
                texts.add(self._field(key, below))
        return texts

    def _written(self, details: FieldDetailsList) -> ColumnElement[str] | None:
        """Return the expression of a field that PostgreSQL can write, or None."""
        field = field_of(self._kind, name_of(details))
        name = python_field(field).python_name
        column = self._noun.columns.get(name)
        kind = get_nullable_type(field.type)
        if (self._noun.name, name) not in DERIVED or column is None or column.permission:
            return None
        if not is_leaf_type(kind) or (text := written_leaf(kind, column.expression)) is None:
            return None
        return func.coalesce(text, written_text(NULL)) if is_nullable(field) else text

    def _field(self, key: str, details: FieldDetailsList) -> Finish | Joined:
        field = field_of(self._kind, name_of(details))
        declared, noun = python_field(field), self._noun
        name = declared.python_name
        if is_id(declared.base_resolver):
            return lambda: _id_of(noun)
        if (noun.name, name) not in DERIVED:
            return ByHand(
                self._selecting, self._template, (key, field), details, self._values()
            ).part()
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

    def _one(
        self, key: str, name: str, field: GraphQLField, details: FieldDetailsList
    ) -> Finish | Joined:
        relation = self._noun.to_one[name]
        where = self._template.key(name)
        rank = self._block.add(Template(NOUNS[relation.target], FollowedFrom(self._rank, name)))
        below = select_noun(self._selecting, self._block, rank, details)
        one = One(relation, (key, field), where, self._block.templates[rank], below)
        return one.part(self._guarded(relation.permission, key, field, details))

    def _whole(
        self, key: str, relation: ToMany, field: GraphQLField, details: FieldDetailsList
    ) -> Finish:
        listing = Listing(relation, WHOLE)
        template = Template(
            NOUNS[relation.target], parent=self._rank, listing=lambda _request: listing
        )
        rank = self._block.add(template)
        kind: Any = get_named_type(field.type)
        texts = _Noun(self._selecting, self._block, rank, template.noun, kind).texts(details)
        guarded = self._guarded(relation.permission, key, field, details)
        if not is_list_type(get_nullable_type(field.type)):
            raise Unplanned(Reason.FIELD, f"{self._noun.name}.{key}")
        # Of what is recorded each row has to be known.
        recorded = any(one.noun.name in LOOKS for one in self._block.templates[rank:])
        joined = None if recorded else texts.joined()
        if joined is not None:
            return _joined(template, key, joined, guarded)
        below = texts.finish()

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

    def _values(self) -> Values:
        return Values(self._selecting, select_record)


def _id_of(noun: Noun) -> Render:
    def render(row: Row, _path: Path, _request: Request) -> str:
        return f'"{encode_row_id(noun, row[rowsets.ORGANISATION], row[rowsets.ID])}"'

    return render


def _joined(
    template: Template, key: str, joined: tuple[ColumnElement[str], Fill], guarded: Allowed
) -> Finish:
    """Want a list's items as one text, and return what writes the list."""
    template.joined, fill = joined

    def finish() -> Render:
        items = fill()

        def render(row: Row, path: Path, request: Request) -> str:
            parent = (row[rowsets.ORGANISATION], row[rowsets.ID])
            text = request.rows[template.number].get(parent)
            return "[]" if text is None else items(text, parent[0], (path, key), request)

        return guarded(render)

    return finish


def _null(*, nullable: bool) -> str:
    if not nullable:
        raise Unplanned(Reason.NULL)
    return NULL
