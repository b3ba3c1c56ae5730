"""Fields with a resolver of their own, which gets the record that the ordinary way would give."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from graphql import GraphQLField, get_named_type
from graphql.execution.collect_fields import FieldDetailsList
from sqlalchemy import Text, cast, func

from api.plan.calls import Call
from api.plan.inlining import inlined
from api.plan.leaves import written_text
from api.plan.reasons import Reason, Unplanned
from api.plan.request import Path, Render, Request, Row, key_of_row
from api.plan.selecting import Finish, Selecting, is_nullable, nodes_of, python_field
from api.plan.shortcuts import SHORTCUTS
from api.plan.templates import Template
from api.plan.texts import Joined
from api.plan.values import Values
from tenants import rowsets
from tenants.errors import DomainError
from tenants.nouns import Noun
from tenants.reading import Key
from tenants.row_values import Load, UnknownType, load_of
from tenants.rowset_queries import record_text

_KEY: Final = slice(rowsets.ORGANISATION, rowsets.ID + 1)
# Begins a text that is no JSON yet: the row's id and its record follow. JSON never holds it.
_ASKS: Final = "\2"
_ID_CHARACTERS: Final = 36

Resolve = Callable[[str, Row, Path, Request], str]
"""Writes a field of a row, from the text of its record."""


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


class _Values(Mapping[str, Any]):
    """The values of a row, each made of its text when it is looked at."""

    __slots__ = ("_known", "_loads", "_texts")

    def __init__(self, loads: Mapping[str, Load], texts: Mapping[str, str | None]) -> None:
        self._loads, self._texts = loads, texts
        self._known: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._known:
            text = self._texts[name]
            self._known[name] = None if text is None else self._loads[name](text)
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)


class ByHand:
    """One such field."""

    def __init__(
        self,
        selecting: Selecting,
        template: Template,
        field: tuple[str, GraphQLField],
        details: FieldDetailsList,
        values: Values,
    ) -> None:
        """Find out what the resolver wants.

        Args:
            selecting: The operation.
            template: The set of rows that it is a field of.
            field: Its name in the response, and how the schema declares it.
            details: Where it is selected.
            values: Compiles what is selected of the value.

        Raises:
            Unplanned: It is not planned.
        """
        noun, (key, declared) = template.noun, field
        if get_named_type(declared.type).name.endswith("Connection"):
            raise Unplanned(Reason.FIELD, f"{noun.name}.{key}")
        self._template, self._noun, self._key = template, noun, key
        self._nodes, self._nullable = nodes_of(details), is_nullable(declared)
        self._call = Call(declared, self._nodes, selecting.names(declared, details))
        self._complete = values.complete(declared.type, details)
        short = SHORTCUTS.get((noun.name, python_field(declared).python_name))
        self._short = None if short is None else short(selecting, noun, details)
        try:
            self._loads = {name: load_of(one.expression.type) for name, one in noun.columns.items()}
        except UnknownType as error:
            raise Unplanned(Reason.COLUMN, noun.name) from error

    def part(self) -> Finish | Joined:
        """Return what writes the field."""
        if self._short is None:
            return self._resolved()
        record = record_text([one.expression for one in self._noun.columns.values()])
        asks = written_text(_ASKS, cast(self._noun.id, Text()), record)
        cell = func.coalesce(self._short, asks, type_=Text())
        return Joined(cell, self._of_cells, lambda: self._of_row(self._template.text(cell)), _ASKS)

    def _resolved(self) -> Finish:
        where = self._template.record()

        def finish() -> Render:
            index, resolve = where(), self._resolve()
            if not self._call.awaited:
                return lambda row, path, request: resolve(row[index], row, path, request)

            def later(row: Row, path: Path, request: Request) -> str:
                value, here = self._call(self._make(row[index], row), request), (path, self._key)
                return request.later(
                    value, self._complete, here, self._nodes, nullable=self._nullable
                )

            return later

        return finish

    def _of_row(self, where: Callable[[], int]) -> Finish:
        """Return what hands on a row's cell, or resolves the field where it asks for that."""

        def finish() -> Render:
            index, resolve = where(), self._resolve()

            def asking(row: Row, path: Path, request: Request) -> str:
                return resolve(row[index][1 + _ID_CHARACTERS :], row, path, request)

            def render(row: Row, path: Path, request: Request) -> str:
                cell: str = row[index]
                return cell if cell[0] != _ASKS else asking(row, path, request)

            source = (
                f"(row[{index}] if row[{index}][0] != {{mark}} else {{asking}}(row, path, request))"
            )
            return inlined(render, source, mark=_ASKS, asking=asking)

        return finish

    def _of_cells(self) -> Callable[[list[str], str, Path, Request], list[str]]:
        """Return the same for the cells of a list."""
        resolve = self._resolve()

        def asking(cell: str, organisation: str, path: Path, request: Request) -> str:
            row_id, record = cell[1 : 1 + _ID_CHARACTERS], cell[1 + _ID_CHARACTERS :]
            return resolve(record, rowsets.row_of(organisation, row_id), path, request)

        def write(cells: list[str], organisation: str, path: Path, request: Request) -> list[str]:
            return [
                cell if cell[0] != _ASKS else asking(cell, organisation, (path, index), request)
                for index, cell in enumerate(cells)
            ]

        return write

    def _make(self, record: str, row: Row) -> RowRecord:
        texts = dict(zip(self._loads, json.loads(record), strict=False))
        return RowRecord(self._noun, row, _Values(self._loads, texts))

    def _resolve(self) -> Resolve:
        call, complete, key = self._call, self._complete, self._key

        def resolve(values: str, row: Row, path: Path, request: Request) -> str:
            memo = request.memo
            known: str | None = memo.get((call, values)) or memo.get((call, row[_KEY], values))
            if known is not None:
                return known
            before, root, here = request.loose_ends, self._make(values, row), (path, key)
            try:
                text = complete(call(root, request), here, request)
            except DomainError as error:
                return request.fail(error, self._nodes, here, nullable=self._nullable)
            if request.loose_ends == before:
                # Whatever does not look at the key depends on the values alone.
                looked = root.looked_up is not None
                memo[(call, row[_KEY], values) if looked else (call, values)] = text
            return text

        return resolve
