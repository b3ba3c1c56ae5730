"""The schema as a reference: one structure, from which both the Markdown and the page are made."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLUnionType,
    get_named_type,
    is_introspection_type,
)

from api.schema import GRAPH

_KINDS: Final = (
    ("Objects", GraphQLObjectType),
    ("Interfaces", GraphQLInterfaceType),
    ("Unions", GraphQLUnionType),
    ("Enums", GraphQLEnumType),
    ("Inputs", GraphQLInputObjectType),
    ("Scalars", GraphQLScalarType),
)


@dataclass(frozen=True, slots=True)
class Member:
    """A field, an argument, a value of an enum or a member of a union.

    Attributes:
        name: As it is written.
        type: As it is written, `[Offer!]!` say; empty where there is none.
        target: Name of the type inside, to link to.
        description: What it is.
        deprecated: Why, and until when it stays; None if it is not.
        arguments: Of a field.
    """

    name: str
    type: str = ""
    target: str = ""
    description: str = ""
    deprecated: str | None = None
    arguments: Sequence["Member"] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """A type.

    Attributes:
        name: Of the type.
        description: What it is.
        members: What it consists of.
        interfaces: Which interfaces it has.
    """

    name: str
    description: str
    members: Sequence[Member] = ()
    interfaces: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Chapter:
    """Types of one kind, or the fields of one root.

    Attributes:
        title: Of the chapter.
        entries: By name.
    """

    title: str
    entries: Sequence[Entry] = field(default_factory=tuple)


@cache
def chapters() -> Sequence[Chapter]:
    """Return everything in the schema: its roots, then its types by kind and name."""
    roots = [
        (title, root)
        for title, root in (
            ("Queries", GRAPH.query_type),
            ("Mutations", GRAPH.mutation_type),
            ("Subscriptions", GRAPH.subscription_type),
        )
        if root is not None
    ]
    found = [Chapter(title, [_entry(root)]) for title, root in roots]
    ours = [
        one
        for name, one in sorted(GRAPH.type_map.items())
        if not is_introspection_type(one) and one not in [root for _, root in roots]
    ]
    for title, kind in _KINDS:
        found.append(Chapter(title, [_entry(one) for one in ours if isinstance(one, kind)]))
    return found


def _entry(graphql_type: GraphQLNamedType) -> Entry:
    return Entry(
        graphql_type.name,
        graphql_type.description or "",
        list(_members(graphql_type)),
        [one.name for one in getattr(graphql_type, "interfaces", ())],
    )


def _members(graphql_type: Any) -> Iterator[Member]:
    for name, one in getattr(graphql_type, "fields", {}).items():
        arguments = getattr(one, "args", {}).items()
        yield _typed(name, one, [_typed(inner, argument) for inner, argument in arguments])
    for name, value in getattr(graphql_type, "values", {}).items():
        yield Member(name, description=value.description or "", deprecated=value.deprecation_reason)
    if isinstance(graphql_type, GraphQLUnionType | GraphQLInterfaceType):
        for one in GRAPH.get_possible_types(graphql_type):
            yield Member(one.name, target=one.name, description=one.description or "")


def _typed(name: str, one: Any, arguments: Sequence[Member] = ()) -> Member:
    return Member(
        name,
        str(one.type),
        get_named_type(one.type).name,
        one.description or "",
        one.deprecation_reason,
        arguments,
    )


@cache
def markdown() -> str:
    """Return the reference in Markdown."""
    lines = ["# Reference of the GraphQL API", ""]
    for chapter in chapters():
        lines += [f"## {chapter.title}", ""]
        for entry in chapter.entries:
            lines += [f"### {entry.name}", "", entry.description, ""]
            if entry.interfaces:
                lines += [f"Implements {', '.join(entry.interfaces)}.", ""]
            for member in entry.members:
                lines.append(_item(member))
                lines += [f"  {_item(argument)}" for argument in member.arguments]
            lines.append("")
    return "\n".join(lines)


def _item(member: Member) -> str:
    written = f"{member.name}: {member.type}" if member.type else member.name
    text = f"- `{written}`"
    if member.description:
        text += f" {member.description}"
    if member.deprecated is not None:
        text += f" **Deprecated.** {member.deprecated}"
    return text
