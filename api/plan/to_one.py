"""Relations to at most one row, looked up among the rows that came with the same statement."""

from collections.abc import Callable
from typing import Any, Final

from graphql import GraphQLField
from sqlalchemy import Text, cast, func

from api.plan.leaves import written_text
from api.plan.reasons import Reason, Unplanned
from api.plan.request import NULL, Path, Render, Request, Row
from api.plan.selecting import Finish, is_nullable
from api.plan.templates import Template
from api.plan.texts import Joined, WritesCells
from tenants import rowsets
from tenants.nouns import ToOne

_NONE: Final[dict[str, str]] = {}


class One:
    """One such relation."""

    def __init__(
        self,
        relation: ToOne,
        field: tuple[str, GraphQLField],
        where: Callable[[], int],
        target: Template,
        below: Finish,
    ) -> None:
        """Keep what is known of it.

        Args:
            relation: Which one.
            field: Its name in the response, and how the schema declares it.
            where: Tells where the other row's id stands in a row.
            target: The set that the other row is in.
            below: Gives what writes that row.
        """
        self._relation, self._where, self._below = relation, where, below
        self._key, self._nullable = field[0], is_nullable(field[1])
        self._number = target.number

    def part(self, guarded: Callable[[Render], Render]) -> Finish | Joined:
        """Return what writes the field.

        Args:
            guarded: Makes a render refuse where the role lacks a permission.
        """
        relation = self._relation

        def finish() -> Render:
            index, look_up = self._where(), self._look_up()

            def render(row: Row, path: Path, request: Request) -> str:
                return look_up(row[rowsets.ORGANISATION], row[index], path, request)

            return guarded(render)

        if relation.permission is not None or relation.followed is not None:
            return finish
        # Where the relation leads nowhere the cell is empty, and no row has that id.
        cell = func.coalesce(cast(relation.key, Text()), written_text(""), type_=Text())
        return Joined(cell, self._of_cells, lambda: finish)

    def _look_up(self) -> Callable[[str, str, Path, Request], str]:
        number, write, key = self._number, self._below(), self._key

        def look_up(organisation: str, row_id: str, path: Path, request: Request) -> str:
            # A row that many lead to is written once, if nothing depends on the way there.
            known: dict[str, str] | None = request.memo.get((number, organisation))
            if known is None:
                known = request.memo[number, organisation] = {}
            text = known.get(row_id)
            if text is None:
                found = request.rows[number].get((organisation, row_id))
                if found is None:
                    return self._absent()
                before = request.loose_ends
                text = write(found, (path, key), request)
                if request.loose_ends == before:
                    known[row_id] = text
            return text

        return look_up

    def _absent(self) -> str:
        if not self._nullable:
            raise Unplanned(Reason.NULL)
        return NULL

    def _of_cells(self) -> WritesCells:
        number, look_up = self._number, self._look_up()

        def write(cells: list[str], organisation: str, path: Path, request: Request) -> list[str]:
            known: dict[str, str] = request.memo.get((number, organisation), _NONE)
            texts: list[Any] = list(map(known.get, cells))
            if None not in texts:
                return texts
            return [
                text or look_up(organisation, cell, (path, index), request)
                for index, (cell, text) in enumerate(zip(cells, texts, strict=True))
            ]

        return write
