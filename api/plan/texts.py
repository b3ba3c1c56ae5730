"""An object's JSON, put together of what PostgreSQL writes of a row and of what we write."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from sqlalchemy import ColumnElement, Text, func

from api.plan.inlining import inlined
from api.plan.leaves import written_text
from api.plan.reasons import Reason, Unplanned
from api.plan.request import Path, Render, Request, Row
from api.plan.selecting import Finish
from api.plan.templates import Template
from api.plan.values import filled

WritesCells: TypeAlias = Callable[[list[str], str, Path, Request], list[str]]
"""Writes a field of every item of a list: of their cells, the organisation's id and the path."""
Fill: TypeAlias = Callable[[], Callable[[str, str, Path, Request], str]]
"""Gives what writes a list of its items as PostgreSQL joined them."""

# What stands around the cells in joined items, and for an item that cannot be written. No JSON
# holds them.
_CELL: Final = "\1"
_NONE: Final = "\3"


@dataclass(frozen=True, slots=True)
class Joined:
    """A part that can be written of a text in the midst of many rows.

    Attributes:
        cell: The text's expression, never null, of columns and keys that need no permission.
        cells: Gives what writes the part of the cells of a list's items.
        row: Wants what the part needs of a row, and returns what gives its render.
        mark: Where given, the cells are the part as they are unless one of them holds this.
    """

    cell: ColumnElement[str]
    cells: Callable[[], WritesCells]
    row: Callable[[], Finish]
    mark: str = ""


Part: TypeAlias = str | ColumnElement[str] | Joined | Finish


class Texts:
    """The parts of an object, in their order.

    Each run of columns comes as one text, with the names that stand between them: a value that we
    receive and hand on costs more than PostgreSQL takes to write it.
    """

    def __init__(self, template: Template) -> None:
        """Begin without any.

        Args:
            template: The set of rows that the object is a row of.
        """
        self._template = template
        self._parts: list[Part] = ["{"]

    def add(self, part: Part) -> None:
        """Add a part.

        Args:
            part: A text that is the same for all rows, without a percent sign; the expression of a
                column's JSON, null where the plan cannot go on; or what writes anything else.
        """
        if isinstance(part, str) and isinstance(self._parts[-1], str):
            self._parts[-1] += part
        else:
            self._parts.append(part)

    def finish(self) -> Finish:
        """Want what the parts need of a row, and return what gives the object's render."""
        self.add("}")
        text, finishes, parts = "", list[Finish](), self._parts
        while parts:
            run = _run(parts)
            if run:
                text += "%s"
                finishes.append(_carried(self._template, written_text(*run)))
                parts = parts[len(run) :]
                continue
            part, *parts = parts
            if isinstance(part, str):
                text += part
            else:
                text += "%s"
                assert not isinstance(part, ColumnElement)  # noqa: S101 - a run begins with it.
                finishes.append(part.row() if isinstance(part, Joined) else part)
        return lambda: filled(text, [one() for one in finishes])

    def joined(self) -> tuple[ColumnElement[str], Fill] | None:
        """Return the text of an object, and what writes a list of many; None if that cannot be."""
        texts: list[str | ColumnElement[str]] = []
        joined: list[Joined] = []
        for part in self._parts:
            if isinstance(part, Joined):
                joined.append(part)
                texts += [_CELL, part.cell, _CELL]
            elif isinstance(part, str | ColumnElement):
                texts.append(part)
            else:
                return None
        item = func.coalesce(written_text(*texts, "}"), written_text(_NONE), type_=Text())
        return item, lambda: _fill([(one.mark, one.cells()) for one in joined])


def _run(parts: list[Part]) -> list[str | ColumnElement[str]]:
    """Return the columns that the parts begin with, and the texts that stand between them."""
    run: list[str | ColumnElement[str]] = []
    length = 0
    for part in parts:
        if not isinstance(part, ColumnElement) and not (run and isinstance(part, str)):
            break
        run.append(part)
        if isinstance(part, ColumnElement):
            length = len(run)
    return run[:length]


def _fill(cells: list[tuple[str, WritesCells]]) -> Callable[[str, str, Path, Request], str]:
    step = 2 * len(cells)
    columns = [
        (mark, slice(2 * number + 1, None, step), write)
        for number, (mark, write) in enumerate(cells)
    ]

    def fill(text: str, organisation: str, path: Path, request: Request) -> str:
        if _NONE in text:
            raise Unplanned(Reason.NULL)
        parts = text.split(_CELL)
        for mark, places, write in columns:
            if mark in text:
                parts[places] = write(parts[places], organisation, path, request)
        return f"[{''.join(parts)}]"

    return fill


def _carried(template: Template, expression: ColumnElement[str]) -> Finish:
    """Want a text of each row, and return what hands it on."""
    where = template.text(expression)

    def finish() -> Render:
        index = where()

        def none() -> str:
            raise Unplanned(Reason.NULL)

        def render(row: Row, _path: Path, _request: Request) -> str:
            text: str | None = row[index]
            return text or none()

        return inlined(render, f"(row[{index}] or {{none}}())", none=none)

    return finish
