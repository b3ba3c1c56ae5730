"""What a noun of the read graph consists of: columns, relations, and who sees which of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, Select, false, select, true
from sqlalchemy.orm import InstrumentedAttribute

from tenants.access import Permission, Role, Viewer
from tenants.paging import Ordering

Visibility = Callable[[Viewer, Role | None], ColumnElement[bool]]
Expression = ColumnElement[Any] | InstrumentedAttribute[Any]


def shown_with(permission: Permission) -> Visibility:
    """Return the visibility of a noun of which one permission shows every row."""

    def visible(viewer: Viewer, role: Role | None) -> ColumnElement[bool]:
        return true() if viewer.grants(role, permission) else false()

    return visible


def within_scopes(permission: Permission, visibility: Visibility) -> Visibility:
    """Return a visibility that shows nothing to a token whose scopes leave out a permission.

    Args:
        permission: What a token needs to see any of the rows.
        visibility: Which rows a role sees.
    """

    def visible(viewer: Viewer, role: Role | None) -> ColumnElement[bool]:
        if viewer.scopes is not None and permission not in viewer.scopes:
            return false()
        return visibility(viewer, role)

    return visible


@dataclass(frozen=True, slots=True)
class Column:
    """One value of a noun.

    Attributes:
        expression: Where it comes from, in terms of the noun's table.
        permission: What a role needs to see it; the noun's rows may be visible without.
    """

    expression: Expression
    permission: Permission | None = None


@dataclass(frozen=True, slots=True)
class ToOne:
    """A relation to at most one other noun of the same organisation.

    Attributes:
        target: Name of the other noun; what the viewer may not see of it is absent.
        key: The other noun's id, in terms of this noun's table.
        permission: What a role needs to follow the relation.
        followed: From which of this noun's rows a role with the permission may follow it.
    """

    target: str
    key: Expression
    permission: Permission | None = None
    followed: Visibility | None = None


@dataclass(frozen=True, slots=True)
class ToMany:
    """A relation to a list of nouns of the same organisation.

    Attributes:
        target: Name of the nouns in the list.
        key: In terms of the target's table, the id of the noun that the list belongs to; None for
            all of the organisation's.
        permission: What a role needs to see the list's rows.
        count_permission: What suffices to see how many there are; `permission` if None.
        countable: Which rows count for whom; the target's visibility if None.
        orderings: The orders in which it can be walked, the first one being the default.
        filters: Conditions by name, each made of the value that a caller gives.
        paged: Read in pages; otherwise short, and read as a whole.
    """

    target: str
    key: Expression | None = None
    permission: Permission | None = None
    count_permission: Permission | None = None
    countable: Visibility | None = None
    orderings: tuple[Ordering, ...] = ()
    filters: Mapping[str, Callable[[Any], ColumnElement[bool]]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    paged: bool = True


@dataclass(frozen=True, slots=True)
class Beside:
    """A table whose rows stand beside a noun's.

    Attributes:
        table: Which one; an alias where subqueries of the noun name the table as well.
        condition: What joins it, by a key of its own or by its foreign key to the noun.
        may_be_absent: Whether a row of the noun may have none; its columns are null then.
        key: The noun's key to the table's rows, where many of its rows share one.
    """

    table: Any
    condition: ColumnElement[bool]
    may_be_absent: bool = False
    key: Expression | None = None


@dataclass(frozen=True, slots=True)
class Noun:
    """One kind of record that can be read.

    Attributes:
        name: As the API spells the type.
        organisation_id: The column of its organisation.
        id: The column of its id.
        visible: Which rows a role may see.
        columns: What can be read of a row.
        to_one: Relations to single nouns.
        to_many: Relations to lists.
        beside: A table of which each of the noun's rows has one row, or at most one. Whatever is
            said of the noun may name it, and it is looked up once for all of that.
    """

    name: str
    organisation_id: Expression
    id: Expression
    visible: Visibility
    columns: Mapping[str, Column]
    to_one: Mapping[str, ToOne] = field(default_factory=lambda: MappingProxyType({}))
    to_many: Mapping[str, ToMany] = field(default_factory=lambda: MappingProxyType({}))
    beside: Beside | None = None


def select_rows(noun: Noun, *columns: Any) -> Select[Any]:
    """Return what selects columns of a noun's rows, of all of them so far."""
    statement = select(*columns).select_from(noun.id.class_)
    if noun.beside is None:
        return statement
    return statement.join(
        noun.beside.table, noun.beside.condition, isouter=noun.beside.may_be_absent
    )
