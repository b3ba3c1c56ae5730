"""What one request carries while its plan is followed."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Concatenate, Final, ParamSpec, TypeVar
from uuid import UUID

from graphql import FieldNode, GraphQLError, located_error

from api.context import Context
from api.plan.reasons import Reason, Unplanned
from tenants.access import Permission, Viewer
from tenants.errors import DomainError, Forbidden
from tenants.reading import Key
from tenants.text_reading import NeedsSession, run_reading
from tenants.work import Session

if TYPE_CHECKING:
    from api.plan.blocks import Block

P = ParamSpec("P")
T = TypeVar("T")

Path = tuple[Any, ...]
"""Where in the response something stands: () at the top, else what is above it and its name."""
Row = tuple[Any, ...]
Render = Callable[[Any, Path, "Request"], str]
Nodes = Sequence[FieldNode]

NULL: Final = "null"
# Stands around the number of a part that comes later. JSON text never holds it.
_MARK: Final = "\0"


@dataclass(frozen=True, slots=True)
class _Awaited:
    number: int
    value: Awaitable[Any]
    complete: Render
    path: Path
    nodes: Nodes
    nullable: bool


@dataclass(frozen=True, slots=True)
class _Wanted:
    number: int
    key: Key
    path: Path


class QuickContext(Context):
    """What resolvers reach while a plan is followed: nothing is written, so much is one message."""

    async def run(
        self,
        function: Callable[Concatenate[Session, Viewer, P], Awaitable[T]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Run a domain function for the viewer, in a transaction only if it needs one."""
        try:
            async with self._one_at_a_time:
                return await run_reading(function, self.viewer, *args, **kwargs)
        except NeedsSession:
            return await super().run(function, *args, **kwargs)


@dataclass(slots=True)
class Info:
    """What resolvers may ask of `info`; one that asks more is left to the ordinary way."""

    context: Context
    selected: frozenset[str] = frozenset()


class Request:
    """One operation on its way.

    Attributes:
        context: Reaches the viewer and the domain.
        info: What resolvers get.
        variables: The operation's, coerced.
        straight: Arguments that needed no coercion, by the id of the node that takes them.
        given: Arguments by the field that they belong to, once each.
        memo: Texts by what they are made of, within this request.
        rows: Of each set, by its number: a row by key, a list or a total by the key above it.
        errors: Those of fields that are null for them.
    """

    def __init__(
        self,
        context: Context,
        variables: Any,
        *,
        writes: bool = False,
        straight: Mapping[int, dict[str, Any]] = MappingProxyType({}),
    ) -> None:
        """Begin with nothing read.

        Args:
            context: Of the operation.
            variables: Coerced.
            writes: Whether the operation changes anything.
            straight: Arguments that were read straight from variables, by the id of the field.
        """
        self.context = context
        self.viewer = context.viewer
        self.info = Info(context if writes else QuickContext(context.viewer, context.request_id))
        self.variables = variables
        self.straight = straight
        self.given: dict[int, Any] = {}
        self.memo: dict[Any, Any] = {}
        self.rows: dict[int, dict[Any, Any]] = {}
        self.errors: list[GraphQLError] = []
        self._denied: dict[Permission, frozenset[str]] = {}
        self._numbers = 0
        self._awaited: list[_Awaited] = []
        self._wanted: dict[int, tuple[Block, list[_Wanted]]] = {}
        self._texts: dict[int, str] = {}

    @property
    def loose_ends(self) -> int:
        """How many errors and parts that come later there are: no text with one is used twice."""
        return len(self.errors) + self._numbers

    @property
    def has_later_parts(self) -> bool:
        """Whether anything stands in a text for what comes later."""
        return self._numbers > 0

    def denied(self, permission: Permission) -> frozenset[str]:
        """Return the viewer's organisations in which the role lacks a permission."""
        found = self._denied.get(permission)
        if found is None:
            viewer = self.viewer
            found = self._denied[permission] = frozenset(
                str(key) for key in viewer.roles if not viewer.may(permission, key)
            )
        return found

    def refuse(self, permission: Permission, nodes: Nodes, path: Path, *, nullable: bool) -> str:
        """Return null, with FORBIDDEN at the field's path."""
        message = f"Your role does not include {permission.value}."
        return self.fail(Forbidden(message), nodes, path, nullable=nullable)

    def fail(self, error: DomainError, nodes: Nodes, path: Path, *, nullable: bool) -> str:
        """Return null, with the error at the field's path."""
        if not nullable:
            raise Unplanned(Reason.NULL)
        self.errors.append(located_error(error, nodes, _names(path)))
        return NULL

    def later(
        self,
        value: Awaitable[Any],
        complete: Render,
        path: Path,
        nodes: Nodes,
        *,
        nullable: bool,
    ) -> str:
        """Return what stands for a value until it has been awaited."""
        self._numbers += 1
        self._awaited.append(_Awaited(self._numbers, value, complete, path, nodes, nullable))
        return f"{_MARK}{self._numbers}{_MARK}"

    def expand(self, block: "Block", key: Key, path: Path) -> str:
        """Return what stands for a record until a statement for all of its kind has read it."""
        self._numbers += 1
        _, wanted = self._wanted.setdefault(id(block), (block, []))
        wanted.append(_Wanted(self._numbers, key, path))
        return f"{_MARK}{self._numbers}{_MARK}"

    async def finish(self, text: str) -> str:
        """Return the text with everything in its place that came later."""
        try:
            while self._awaited or self._wanted:
                await self._take_awaited()
                await self._take_wanted()
        finally:
            _close(one.value for one in self._awaited)
        return self._whole(text)

    def abandon(self) -> None:
        """Await nothing any more."""
        if self._awaited:
            _close(one.value for one in self._awaited)
            self._awaited.clear()

    async def _take_awaited(self) -> None:
        taken, self._awaited = self._awaited, []
        values = await _gathered([one.value for one in taken])
        for one, value in zip(taken, values, strict=True):
            if isinstance(value, DomainError):
                text = self.fail(value, one.nodes, one.path, nullable=one.nullable)
            elif isinstance(value, BaseException):
                raise value
            else:
                text = one.complete(value, one.path, self)
            self._texts[one.number] = text

    async def _take_wanted(self) -> None:
        taken, self._wanted = self._wanted, {}
        for block, wanted in taken.values():
            await block.fetch(self, {0: list(dict.fromkeys(one.key for one in wanted))})
            found: Mapping[tuple[str, str], Row] = self.rows[block.first]
            for one in wanted:
                row = found.get((str(one.key.organisation_id), str(one.key.id)))
                if row is None:
                    # It was there a moment ago, when its resolver found it.
                    raise Unplanned(Reason.NULL)
                assert block.render is not None  # noqa: S101 - set when the block was compiled.
                self._texts[one.number] = block.render(row, one.path, self)

    def _whole(self, text: str) -> str:
        if _MARK not in text:
            return text
        parts = text.split(_MARK)
        for index in range(1, len(parts), 2):
            parts[index] = self._whole(self._texts[int(parts[index])])
        return "".join(parts)


async def _gathered(values: Sequence[Awaitable[Any]]) -> Sequence[Any]:
    """Return what is awaited, or the exceptions instead; a single one needs no task of its own."""
    if len(values) > 1:
        return await asyncio.gather(*values, return_exceptions=True)
    try:
        return [await one for one in values]
    except DomainError as error:
        return [error]


def _close(values: Iterable[Awaitable[Any]]) -> None:
    """Let coroutines end that nobody will await."""
    for value in values:
        if asyncio.iscoroutine(value):
            value.close()


def _names(path: Path) -> list[str | int]:
    names: list[str | int] = []
    while path:
        path, name = path
        names.append(name)
    return names[::-1]


def key_texts(key: Key) -> tuple[str, str]:
    """Return a key as rows spell it."""
    return str(key.organisation_id), str(key.id)


def key_of_row(organisation: str, row_id: str) -> Key:
    """Return the key that a row spells."""
    return Key(UUID(organisation), UUID(row_id))
