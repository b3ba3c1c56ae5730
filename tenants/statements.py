"""Statements over sets of rows, compiled once for all viewers of one kind and bound for each.

The text depends on what a viewer's roles are, not on who the viewer is or where the roles are held:
it is compiled for stand-ins, whose ids are then exchanged for those of the viewer who asks.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import BindParameter, ColumnElement

from tenants.access import Role, Viewer
from tenants.binding import DIALECT, NotCompilable, Statement, numbered
from tenants.rowset_queries import select_rowsets
from tenants.rowsets import ListedBelow, Rowset

Shape = tuple[Any, ...]

# Whatever a viewer has beside ids and a name is the same for all that share a statement.
_EXCHANGED: Final = frozenset({"id", "name", "roles", "firms", "token_hash"})
_KEPT: Final = [one.name for one in fields(Viewer) if one.name not in _EXCHANGED]


def shape_of(viewer: Viewer) -> Shape:
    """Return what of a viewer a statement's text may depend on: all but ids and the name."""
    kept = tuple(getattr(viewer, name) for name in _KEPT)
    return viewer.id is None, _roles(viewer.roles), _roles(viewer.firms), *kept


def _roles(held: Mapping[UUID, Role]) -> tuple[Role, ...]:
    return tuple(sorted(set(held.values())))


def value_name(rank: int, condition: int, number: int, element: int | None = None) -> str:
    """Return what the request calls a value in a condition of a set."""
    name = f"v{rank}_{condition}_{number}"
    return name if element is None else f"{name}_{element}"


def condition_shape(condition: ColumnElement[bool]) -> Any:
    """Return what of a condition is in the text: all but its values; of a list, its length."""
    key = _cache_key(condition)
    return key.key, tuple(
        len(one.value) if one.expanding else one.value is None for one in key.bindparams
    )


def condition_values(rank: int, number: int, condition: ColumnElement[bool]) -> dict[str, Any]:
    """Return the values in a condition, by the names that `compile_rowsets` knows them by."""
    values: dict[str, Any] = {}
    for index, one in enumerate(_cache_key(condition).bindparams):
        if one.expanding:
            for element, value in enumerate(one.value):
                values[value_name(rank, number, index, element)] = value
        else:
            values[value_name(rank, number, index)] = one.value
    return values


def _cache_key(condition: ColumnElement[bool]) -> Any:
    key = condition._generate_cache_key()  # noqa: SLF001 - what SQLAlchemy's own cache compares.
    if key is None:
        message = "a condition has no cache key"
        raise NotCompilable(message)
    return key


def compile_rowsets(
    rowsets: Sequence[Rowset], viewer: Viewer, *, looks: Collection[int] = ()
) -> Statement:
    """Return the statement that yields all the sets, for every viewer of the same shape.

    Args:
        rowsets: As `select_rowsets` takes them.
        viewer: Of the shape.
        looks: Likewise.

    Raises:
        NotCompilable: The text names the viewer, or something cannot be told apart.
    """
    stand_in = _StandIn(viewer)
    compiled = select_rowsets(rowsets, stand_in.viewer, looks=looks).compile(
        dialect=DIALECT, compile_kwargs={"render_postcompile": True}
    )
    requested = _requested(rowsets, compiled)
    text, names = numbered(str(compiled))
    stand_in.refuse_in(text)
    sources = [_source(name, compiled.params.get(name), requested, stand_in) for name in names]
    return Statement(text.encode(), sources)


def _requested(rowsets: Sequence[Rowset], compiled: Any) -> dict[str, str]:
    """Return, by the compiler's name of a parameter, the request's name of its value."""
    names = {bound.key: name for bound, name in compiled.bind_names.items()}
    found: dict[str, str] = {}
    for rank, rowset in enumerate(rowsets):
        if not isinstance(rowset.source, ListedBelow):
            continue
        for index, condition in enumerate(rowset.source.conditions):
            for number, bound in enumerate(_cache_key(condition).bindparams):
                name = names.get(bound.key)
                if name is None:
                    continue
                if bound.expanding:
                    for element in range(len(bound.value)):
                        found[f"{name}_{element + 1}"] = value_name(rank, index, number, element)
                else:
                    found[name] = value_name(rank, index, number)
    return found


def _source(
    name: str, value: Any, requested: Mapping[str, str], stand_in: "_StandIn"
) -> Callable[[Viewer, Mapping[str, Any]], Any]:
    """Return where a parameter's value comes from."""
    asked = requested.get(name)
    if asked is not None:
        return lambda _viewer, given: given[asked]
    if isinstance(value, BindParameter):
        raise NotCompilable(name)
    if value is None:
        return lambda _viewer, given: given[name]
    return stand_in.source(value)


class _StandIn:
    """A viewer of another's shape with ids that nobody has, so that they are found again."""

    def __init__(self, viewer: Viewer) -> None:
        self.organisations = {uuid4(): role for role in _roles(viewer.roles)}
        self.firms = {uuid4(): role for role in _roles(viewer.firms)}
        self.id = None if viewer.id is None else uuid4()
        # No statement over rows of the read graph may ask by which token somebody came.
        self.viewer = replace(
            viewer,
            id=self.id,
            name=None,
            roles=self.organisations,
            firms=self.firms,
            token_hash=None,
        )

    def source(self, value: Any) -> Callable[[Viewer, Mapping[str, Any]], Any]:
        """Return where a value comes from that is not of the request."""
        if isinstance(value, UUID) and value == self.id:
            return lambda viewer, _given: viewer.id
        if isinstance(value, (list, tuple)):
            if any(one in self.organisations for one in value):
                held = _held(value, self.organisations)
                return lambda viewer, _given: [
                    key for key, role in viewer.roles.items() if role in held
                ]
            if any(one in self.firms for one in value):
                held = _held(value, self.firms)
                return lambda viewer, _given: [
                    key for key, role in viewer.firms.items() if role in held
                ]
        elif isinstance(value, UUID) and value in {*self.organisations, *self.firms}:
            message = "one of the viewer's organisations or firms stands alone"
            raise NotCompilable(message)
        return lambda _viewer, _given: value

    def refuse_in(self, text: str) -> None:
        """Return only if nothing of the stand-in is in the text itself.

        Raises:
            NotCompilable: It is, and would be there for every viewer.
        """
        for key in (*self.organisations, *self.firms, self.id):
            if key is not None and (str(key) in text or key.hex in text):
                message = "the viewer's id is in the text"
                raise NotCompilable(message)


def _held(value: Sequence[Any], held: Mapping[UUID, Role]) -> set[Role]:
    """Return the roles that some stand-ins are held with.

    Raises:
        NotCompilable: Not all of them are stand-ins.
    """
    if any(one not in held for one in value):
        message = "the viewer's organisations or firms are mixed with others"
        raise NotCompilable(message)
    return {held[one] for one in value}
