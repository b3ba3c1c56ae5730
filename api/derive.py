"""GraphQL fields derived from the read graph, so that what may be read stands in one place.

A class of `api.types` names a noun and annotates its fields; this module gives each field that the
noun knows its resolver, and refuses a class that leaves out a column or relation.
"""

import inspect
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias, TypeVar

import strawberry
from strawberry.types.nodes import FragmentSpread, InlineFragment, SelectedField, Selection

from api.context import Context
from api.relay import (
    After,
    Before,
    Connection,
    Edge,
    First,
    Last,
    Node,
    PageInfo,
    encode_id,
)
from tenants.access import Permission
from tenants.errors import Forbidden
from tenants.nouns import Noun, ToMany
from tenants.paging import Window, make_window
from tenants.read_graph import NOUNS
from tenants.reading import Key, Listing, Page, Record

Info: TypeAlias = strawberry.Info[Context, None]
C = TypeVar("C")
Resolver: TypeAlias = Callable[..., Awaitable[Any] | Any]

# A list that is read as a whole is short by nature: the questions of a version, say.
WHOLE = Window(size=500)

DERIVED: set[tuple[str, str]] = set()
"""Fields that this module resolves, as noun and name: `api.plan` reads them another way."""


@dataclass(frozen=True, slots=True)
class Arguments:
    """What a connection can be asked beside its page: input type of filters, enum of orders."""

    filter: type | None = None
    order: type | None = None


def of_noun(
    noun: Noun, lists: Mapping[str, Arguments] | None = None, *, behind: Collection[str] = ()
) -> Callable[[type[C]], type[C]]:
    """Return a decorator that makes a class the GraphQL type of a noun.

    Args:
        noun: Which noun.
        lists: What the noun's connections can be asked, by name of the relation.
        behind: Columns that a field with a resolver of its own shows in another form.

    Raises:
        TypeError: A column or relation of the noun is not among the class's fields.
    """
    arguments = lists or {}

    def derive(cls: type[C]) -> type[C]:
        annotations = inspect.get_annotations(cls)
        known = {*noun.columns, *noun.to_one, *noun.to_many}
        absent = known - set(annotations) - set(vars(cls)) - set(behind)
        if absent:
            message = f"{cls.__name__} leaves out {', '.join(sorted(absent))}"
            raise TypeError(message)
        for name in annotations:
            if name in known and name not in vars(cls):
                setattr(cls, name, strawberry.field(resolver=_resolver(noun, name, arguments)))
                DERIVED.add((noun.name, name))
        if "id" in annotations or issubclass(cls, Node):
            cls.__annotations__["id"] = strawberry.ID
            setattr(cls, "id", strawberry.field(resolver=_id))  # noqa: B010 - no such attribute yet.
        is_type_of = classmethod(
            lambda _cls, value, _info: isinstance(value, Record) and value.noun is noun
        )
        setattr(cls, "is_type_of", is_type_of)  # noqa: B010 - likewise.
        return strawberry.type(cls)

    return derive


def as_type(record: Record | None) -> Any:
    """Return a record where its noun's GraphQL type is expected, whose fields resolve from it."""
    return record


def _id(root: strawberry.Parent[Record]) -> strawberry.ID:
    return encode_id(root.noun, root.key)


def is_id(resolver: Any) -> bool:
    """Return whether a field's resolver is the one of every noun's global id."""
    return resolver is not None and resolver.wrapped_func is _id


def _resolver(noun: Noun, name: str, arguments: Mapping[str, Arguments]) -> Resolver:
    if name in noun.columns:
        return _column(name, noun.columns[name].permission)
    if name in noun.to_one:
        relation = noun.to_one[name]
        return _one(name, relation.target, relation.permission)
    many = noun.to_many[name]
    if not many.paged:
        return _whole(many)
    return connection_resolver(many, arguments.get(name, Arguments()))


def require(info: Info, permission: Permission | None, key: Key) -> None:
    """Return only if the viewer's role in the row's organisation grants the permission.

    Raises:
        Forbidden: It does not; the field is null with this error at its path.
    """
    if permission is not None and not info.context.viewer.may(permission, key.organisation_id):
        message = f"Your role does not include {permission.value}."
        raise Forbidden(message)


def _column(name: str, permission: Permission | None) -> Resolver:
    def resolve(root: strawberry.Parent[Record], info: Info):  # type: ignore[no-untyped-def]  # noqa: ANN202 - the class says the type.
        require(info, permission, root.key)
        return root.values[name]

    return resolve


def _one(name: str, target: str, permission: Permission | None) -> Resolver:
    async def resolve(root: strawberry.Parent[Record], info: Info):  # type: ignore[no-untyped-def]  # noqa: ANN202 - likewise.
        require(info, permission, root.key)
        key = root.keys[name]
        if key is None:
            return None
        return await info.context.find_record(NOUNS[target], Key(root.key.organisation_id, key))

    return resolve


def _whole(relation: ToMany) -> Resolver:
    async def resolve(root: strawberry.Parent[Record], info: Info):  # type: ignore[no-untyped-def]  # noqa: ANN202 - likewise.
        require(info, relation.permission, root.key)
        page = await info.context.find_page(Listing(relation, WHOLE), root.key)
        return page.records

    return resolve


def connection_resolver(relation: ToMany, arguments: Arguments) -> Resolver:
    """Return the resolver of a connection, with the arguments that it takes."""

    async def resolve(root: Record, info: Info, **given: Any) -> Connection[Any]:
        return await find_connection(relation, root.key, info, **given)

    keyword = inspect.Parameter.KEYWORD_ONLY
    positional = inspect.Parameter.POSITIONAL_OR_KEYWORD
    parameters = [
        inspect.Parameter("root", positional, annotation=strawberry.Parent[Record]),
        inspect.Parameter("info", positional, annotation=Info),
    ]
    if arguments.filter is not None:
        parameters.append(
            inspect.Parameter("filter", keyword, default=None, annotation=arguments.filter | None)
        )
    if arguments.order is not None:
        parameters.append(
            inspect.Parameter("order_by", keyword, default=None, annotation=arguments.order | None)
        )
    parameters += [
        inspect.Parameter(name, keyword, default=None, annotation=annotation)
        for name, annotation in (
            ("first", First),
            ("after", After),
            ("last", Last),
            ("before", Before),
        )
    ]
    # Strawberry reads the arguments from the signature.
    setattr(resolve, "__signature__", inspect.Signature(parameters))  # noqa: B010 - likewise.
    return resolve


async def find_connection(
    relation: ToMany,
    parent: Key,
    info: Info,
    *,
    filter: Any = None,  # noqa: A002 - the argument's name in the API.
    order_by: Any = None,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
) -> Connection[Any]:
    """Return the part of a list that a connection's arguments ask for.

    A role that may only count gets the total, no rows, and FORBIDDEN where rows are selected.

    Raises:
        Forbidden: The role may not even count.
        InvalidInput: The arguments contradict each other, or a cursor is not of this list.
    """
    viewer = info.context.viewer
    missing = None
    needed = relation.permission
    if needed is not None and not viewer.may(needed, parent.organisation_id):
        missing = needed
        require(info, relation.count_permission or needed, parent)
    listing = make_listing(
        relation,
        filter=filter,
        order_by=order_by,
        first=first,
        after=after,
        last=last,
        before=before,
    )
    selected = selected_names(info)
    listing = replace(
        listing,
        rows=missing is None and bool(selected & {"edges", "nodes", "pageInfo"}),
        total="totalCount" in selected,
    )
    return _connection(await info.context.find_page(listing, parent), missing)


def make_listing(
    relation: ToMany,
    *,
    filter: Any = None,  # noqa: A002 - the argument's name in the API.
    order_by: Any = None,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
) -> Listing:
    """Return what a connection's arguments ask of a list.

    Raises:
        InvalidInput: The arguments contradict each other.
    """
    chosen = {} if filter is None else vars(filter)
    return Listing(
        relation,
        make_window(first=first, after=after, last=last, before=before),
        None if order_by is None else order_by.value,
        {name: value for name, value in chosen.items() if value is not None},
    )


def _connection(page: Page, missing: Permission | None) -> Connection[Any]:
    edges = [
        Edge(node=record, cursor=cursor)
        for record, cursor in zip(page.records, page.cursors, strict=True)
    ]
    return Connection(
        page_info=PageInfo(
            has_next_page=page.has_next,
            has_previous_page=page.has_previous,
            start_cursor=edges[0].cursor if edges else None,
            end_cursor=edges[-1].cursor if edges else None,
        ),
        total_count=page.total,
        found=edges,
        missing=missing,
    )


def selected_names(info: Info) -> frozenset[str]:
    """Return the names of the fields selected directly below the current one, planned or not."""
    known: frozenset[str] | None = getattr(info, "selected", None)
    return frozenset(_selected_names(info.selected_fields)) if known is None else known


def _selected_names(selections: list[Selection]) -> list[str]:
    """Return the names of the fields selected directly below the current one."""
    names: list[str] = []
    for selection in selections:
        names += _names_within(selection.selections)
    return names


def _names_within(selections: list[Selection]) -> list[str]:
    names: list[str] = []
    for selection in selections:
        if isinstance(selection, SelectedField):
            names.append(selection.name)
        elif isinstance(selection, (FragmentSpread, InlineFragment)):
            names += _names_within(selection.selections)
    return names
