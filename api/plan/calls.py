"""Calls of resolvers that are written by hand, with the arguments that the operation gives them."""

import inspect
from collections.abc import Callable
from typing import Any

from graphql import GraphQLError, GraphQLField
from graphql.execution.values import get_argument_values

from api.plan.inputs import Inputs
from api.plan.reasons import Reason, Unplanned
from api.plan.request import Info, Nodes, Request
from api.plan.selecting import python_field


class Arguments:
    """The arguments of one field, as its resolver takes them."""

    def __init__(self, field: GraphQLField, nodes: Nodes) -> None:
        """Take the first of the nodes: validation has seen that the others say the same."""
        self._field = field
        self._node = nodes[0]
        self._inputs = Inputs(python_field(field).arguments)

    def of(self, request: Request) -> dict[str, Any]:
        """Return the arguments in a request, by their names in Python.

        Raises:
            Unplanned: One of them is refused.
        """
        if not self._field.args:
            return {}
        found: dict[str, Any] | None = request.given.get(id(self))
        if found is None:
            found = request.straight.get(id(self._node)) or self._read(request)
            request.given[id(self)] = found
        return found

    def _read(self, request: Request) -> dict[str, Any]:
        try:
            given = get_argument_values(self._field, self._node, request.variables)
        except GraphQLError as error:
            raise Unplanned(Reason.ARGUMENT) from error
        return self._inputs.convert(given)


class Call:
    """The resolver of one field, or the attribute that it shows.

    Attributes:
        awaited: Whether the value has to be awaited.
    """

    def __init__(
        self, field: GraphQLField, nodes: Nodes, selected: frozenset[str] = frozenset()
    ) -> None:
        """Find out what the resolver wants to be given.

        Args:
            field: Whose.
            nodes: Where it is selected.
            selected: Names of the fields selected below it.
        """
        self._selected = selected
        declared = python_field(field)
        self._name = declared.python_name
        self._resolver = resolver = declared.base_resolver
        self._arguments = Arguments(field, nodes)
        self._source = self._info = None
        self._with_self = self._is_plain = False
        self._takes_arguments = bool(field.args)
        self.awaited = False
        if resolver is not None:
            function: Any = resolver.wrapped_func
            self._function: Callable[..., Any] = function
            self.awaited = inspect.iscoroutinefunction(function)
            source = resolver.parent_parameter or resolver.root_parameter
            self._source = None if source is None else source.name
            self._with_self = resolver.self_parameter is not None
            info = resolver.info_parameter
            self._info = None if info is None else info.name
            # Only of the object that it stands on, as most that compute something are.
            self._is_plain = self._with_self and not (self._source or self._info or field.args)

    def __call__(self, source: Any, request: Request) -> Any:
        """Return what the field resolves to for a source."""
        if self._resolver is None:
            return getattr(source, self._name)
        if self._is_plain:
            return self._function(source)
        given: dict[str, Any] | None = request.given.get(id(self))
        if given is None:
            given = dict(self._arguments.of(request)) if self._takes_arguments else {}
            if self._info is not None:
                given[self._info] = Info(request.info.context, self._selected)
            request.given[id(self)] = given
        if self._source is not None:
            named = {self._source: source}
            if self._with_self:
                return self._function(source, **named, **given)
            return self._function(**named, **given)
        if self._with_self:
            return self._function(source, **given)
        return self._function(**given)
