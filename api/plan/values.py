"""Values that resolvers return, written as graphql-core would complete them."""

from collections.abc import Callable
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLObjectType,
    GraphQLOutputType,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
    is_union_type,
)
from graphql.execution.collect_fields import FieldDetailsList

from api.plan.calls import Call
from api.plan.frozen import can_be_frozen, written_once
from api.plan.inlining import inline_of
from api.plan.leaves import quote, value_leaf
from api.plan.reasons import Reason, Unplanned
from api.plan.request import NULL, Path, Render, Request
from api.plan.selecting import (
    TYPENAME,
    Selecting,
    field_of,
    is_nullable,
    name_of,
    nodes_of,
    python_class,
)
from tenants.errors import DomainError
from tenants.read_graph import NOUNS
from tenants.reading import Record

RecordRender = Callable[[Selecting, GraphQLObjectType, FieldDetailsList], Render]


class Values:
    """Compiles what is selected of values that are no rows."""

    def __init__(self, selecting: Selecting, record: RecordRender) -> None:
        """Begin.

        Args:
            selecting: The operation.
            record: Compiles what is selected of a record of the read graph.
        """
        self._selecting = selecting
        self._record = record

    def complete(self, kind: GraphQLOutputType, details: FieldDetailsList) -> Render:
        """Return what writes a value of a type."""
        if is_non_null_type(kind):
            inner = self._present(kind.of_type, details)

            def required(value: Any, path: Path, request: Request) -> str:
                if value is None:
                    raise Unplanned(Reason.NULL)
                return inner(value, path, request)

            return required
        present = self._present(kind, details)

        def optional(value: Any, path: Path, request: Request) -> str:
            return NULL if value is None else present(value, path, request)

        return optional

    def _present(self, kind: Any, details: FieldDetailsList) -> Render:
        """Return what writes a value that is not None."""
        if is_leaf_type(kind):
            encode = value_leaf(kind)
            return lambda value, _path, _request: encode(value)
        if is_list_type(kind):
            return _listed(self.complete(kind.of_type, details))
        if is_object_type(kind):
            return self._object(kind, details)
        if is_union_type(kind):
            members = {one.name: self._object(one, details) for one in kind.types}
            return lambda value, path, request: members[_type_name(value)](value, path, request)
        raise Unplanned(Reason.FIELD, str(kind))

    def _object(self, kind: GraphQLObjectType, details: FieldDetailsList) -> Render:
        if kind.name in NOUNS:
            return self._record(self._selecting, kind, details)
        fields: list[Render] = []
        parts: list[str] = []
        for key, below in self._selecting.below(kind, details).items():
            if name_of(below) == TYPENAME:
                parts.append(f"{quote(key)}:{quote(kind.name)}")
            else:
                parts.append(f"{quote(key)}:%s")
                fields.append(self.field(key, field_of(kind, name_of(below)), below))
        render = together(parts, fields)
        return written_once(render) if can_be_frozen(python_class(kind)) else render

    def field(self, key: str, field: GraphQLField, details: FieldDetailsList) -> Render:
        """Return what writes a field of an object from the object."""
        nodes, nullable = nodes_of(details), is_nullable(field)
        call = Call(field, nodes, self._selecting.names(field, details))
        complete = self.complete(field.type, details)

        def render(source: Any, path: Path, request: Request) -> str:
            here = (path, key)
            try:
                value = call(source, request)
            except DomainError as error:
                return request.fail(error, nodes, here, nullable=nullable)
            if call.awaited:
                return request.later(value, complete, here, nodes, nullable=nullable)
            return complete(value, here, request)

        return render


def _listed(item: Render) -> Render:
    def render(value: Any, path: Path, request: Request) -> str:
        if not isinstance(value, (list, tuple)):
            raise Unplanned(Reason.FAILED)
        items = [item(one, (path, index), request) for index, one in enumerate(value)]
        return f"[{','.join(items)}]"

    return render


def _type_name(value: Any) -> str:
    """Return the name of the type that a value is of, where several are possible."""
    if isinstance(value, Record):
        return value.noun.name
    name: str = type(value).__strawberry_definition__.name
    return name


def together(parts: list[str], fields: list[Render]) -> Render:
    """Return what writes an object: its parts, with a field wherever one says %s."""
    return filled(f"{{{','.join(parts)}}}", fields)


def filled(template: str, fields: list[Render]) -> Render:
    """Return what writes a template, with a field wherever it says %s.

    There are hundreds of rows in an answer, and a call costs more than most fields: what `inlined`
    has said of them is put together to one function. Nothing of a client's is in its source.
    """
    if not fields:
        return lambda _source, _path, _request: template
    known: dict[str, Any] = {"template": template}
    sources = []
    for number, field in enumerate(fields):
        source, names = inline_of(field)
        renamed = {name: f"{name}_{number}" for name in names}
        known |= {renamed[name]: value for name, value in names.items()}
        sources.append(source.format(**renamed))
    source = f"lambda row, path, request: template % ({', '.join(sources)},)"
    written: Render = eval(source, known)  # noqa: S307 - of numbers and names given here.
    return written
