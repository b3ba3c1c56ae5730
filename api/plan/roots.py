"""The fields at the top of an operation: nodes, organisations, and whatever has a resolver."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from graphql import GraphQLField
from graphql.execution.collect_fields import FieldDetailsList

from api.plan.blocks import Block
from api.plan.calls import Arguments
from api.plan.connections import Connections
from api.plan.leaves import quote
from api.plan.nouns import select_noun, select_record
from api.plan.reasons import Reason, Unplanned
from api.plan.request import NULL, Path, Render, Request, key_texts
from api.plan.selecting import TYPENAME, Finish, Selecting, field_of, name_of, nodes_of
from api.plan.templates import Template
from api.plan.values import Values, together
from api.relay import decode_id
from api.schema import MAX_NODES, NODES
from tenants import read_graph
from tenants.nouns import Noun
from tenants.read_graph import NOUNS
from tenants.reading import Key
from tenants.rowsets import ByKeys, BySlug

Nouns = tuple[tuple[str, ...], ...]
"""For each field that reads by global ids, the nouns that they name."""

_BY_ID: Final = frozenset({"node", "nodes"})


@dataclass(slots=True)
class Variant:
    """An operation with its shape settled.

    Attributes:
        block: What its first statement reads.
        keys: Of each set that is read by keys, by rank, which.
        slugs: Of each set that is read by slug, likewise.
        render: Writes the whole.
    """

    block: Block = field(default_factory=Block)
    keys: dict[int, Callable[[Request], Sequence[Key]]] = field(default_factory=dict)
    slugs: dict[int, Callable[[Request], str]] = field(default_factory=dict)
    render: Render | None = None

    async def follow(self, request: Request) -> str:
        """Return the operation's data as JSON."""
        if self.block.templates:
            keys = {rank: of(request) for rank, of in self.keys.items()}
            slugs = {rank: of(request) for rank, of in self.slugs.items()}
            await self.block.fetch(request, keys, slugs)
        assert self.render is not None  # noqa: S101 - set when it was compiled.
        text = self.render(None, (), request)
        return await request.finish(text) if request.has_later_parts else text


class Roots:
    """The fields at the top, by the name that each has in the response."""

    def __init__(self, selecting: Selecting) -> None:
        """Collect them."""
        kind = selecting.schema.get_root_type(selecting.operation.operation)
        assert kind is not None  # noqa: S101 - the document is valid.
        self._selecting, self._kind = selecting, kind
        self._fields = selecting.roots(kind)
        self._by_id = {
            key: _Ids(field_of(kind, name_of(details)), details)
            for key, details in self._fields.items()
            if name_of(details) in _BY_ID
        }

    @property
    def reads_by_id(self) -> bool:
        """Whether any of them is asked for by global ids."""
        return bool(self._by_id)

    def nouns(self, request: Request) -> Nouns:
        """Return which nouns a request's global ids name: its shape depends on them."""
        return tuple(
            tuple(sorted({noun.name for noun, _ in filter(None, ids.of(request))}))
            for ids in self._by_id.values()
        )

    def compile(self, nouns: Nouns) -> Variant:
        """Return the operation for requests whose ids name these nouns."""
        variant = Variant()
        named = dict(zip(self._by_id, nouns, strict=True))
        parts: list[str] = []
        finishes: list[Finish] = []
        for key, details in self._fields.items():
            name = name_of(details)
            if name == TYPENAME:
                parts.append(f"{quote(key)}:{quote(self._kind.name)}")
                continue
            parts.append(f"{quote(key)}:%s")
            declared = field_of(self._kind, name)
            if name in _BY_ID:
                finishes.append(self._nodes(variant, key, named[key], details))
            elif name == "organisation":
                finishes.append(self._organisation(variant, key, declared, details))
            elif name == "organisations":
                finishes.append(self._organisations(variant, key, declared, details))
            else:
                finishes.append(_called(self._selecting, key, declared, details))
        variant.render = together(parts, [one() for one in finishes])
        return variant

    def _nodes(
        self, variant: Variant, key: str, nouns: Sequence[str], details: FieldDetailsList
    ) -> Finish:
        """Want one set of rows for each noun that the ids name."""
        ids = self._by_id[key]
        finishes: dict[str, tuple[int, Finish]] = {}
        for name in nouns:
            template = Template(NOUNS[name], ByKeys())
            rank = variant.block.add(template)
            variant.keys[rank] = _keys_of(ids, template.noun)
            below = select_noun(self._selecting, variant.block, rank, details)
            finishes[name] = (template.number, below)

        def finish() -> Render:
            writes = {name: (number, one()) for name, (number, one) in finishes.items()}
            single = not ids.many

            def render(_source: Any, path: Path, request: Request) -> str:
                here = (path, key)
                texts = [
                    _node(one, writes, here if single else (here, index), request)
                    for index, one in enumerate(ids.of(request))
                ]
                return texts[0] if single else f"[{','.join(texts)}]"

            return render

        return finish

    def _organisation(
        self, variant: Variant, key: str, declared: GraphQLField, details: FieldDetailsList
    ) -> Finish:
        arguments = Arguments(declared, nodes_of(details))
        template = Template(read_graph.ORGANISATION, BySlug())
        rank = variant.block.add(template)
        variant.slugs[rank] = lambda request: str(arguments.of(request)["slug"])
        below = select_noun(self._selecting, variant.block, rank, details)

        def finish() -> Render:
            write = below()

            def render(_source: Any, path: Path, request: Request) -> str:
                rows = request.rows[template.number]
                for row in rows.values():
                    return write(row, (path, key), request)
                return NULL

            return render

        return finish

    def _organisations(
        self, variant: Variant, key: str, declared: GraphQLField, details: FieldDetailsList
    ) -> Finish:
        connection = Connections(
            self._selecting,
            variant.block,
            rank=None,
            relation=read_graph.ORGANISATIONS,
            field=declared,
            details=details,
            select_noun=select_noun,
        ).compile()

        def finish() -> Render:
            write = connection()
            return lambda _source, path, request: write(None, (path, key), request)

        return finish


class _Ids:
    """The global ids that a field at the top is asked for."""

    def __init__(self, declared: GraphQLField, details: FieldDetailsList) -> None:
        self.many = name_of(details) == "nodes"
        self._arguments = Arguments(declared, nodes_of(details))

    def of(self, request: Request) -> list[tuple[Noun, Key] | None]:
        """Return what each id names; None for one that names nothing that is a node."""
        found: list[tuple[Noun, Key] | None] | None = request.given.get(id(self))
        if found is None:
            found = request.given[id(self)] = self._read(request)
        return found

    def _read(self, request: Request) -> list[tuple[Noun, Key] | None]:
        given = self._arguments.of(request)
        ids = given["ids"] if self.many else [given["id"]]
        if len(ids) > MAX_NODES:
            raise Unplanned(Reason.ARGUMENT)
        decoded = [decode_id(one) for one in ids]
        return [one if one and one[0].name in NODES else None for one in decoded]


def _keys_of(ids: _Ids, noun: Noun) -> Callable[[Request], list[Key]]:
    def keys(request: Request) -> list[Key]:
        named = filter(None, ids.of(request))
        return list(dict.fromkeys(key for one, key in named if one is noun))

    return keys


def _node(
    named: tuple[Noun, Key] | None,
    writes: Mapping[str, tuple[int, Render]],
    path: Path,
    request: Request,
) -> str:
    if named is None:
        return NULL
    number, write = writes[named[0].name]
    row = request.rows[number].get(key_texts(named[1]))
    return NULL if row is None else write(row, path, request)


def _called(
    selecting: Selecting, key: str, declared: GraphQLField, details: FieldDetailsList
) -> Finish:
    render = Values(selecting, select_record).field(key, declared, details)
    return lambda: render
