"""A block: everything that one statement reads, and how its rows are handed out."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from api.plan.looks import is_recorded, looks_along, read_along, read_and_record
from api.plan.reasons import Reason, Unplanned
from api.plan.request import Render, Request, Row
from api.plan.templates import Template
from tenants import db, rowsets
from tenants.binding import NotCompilable, Statement
from tenants.looks import look_values
from tenants.pipeline import rows_of
from tenants.reading import Key
from tenants.rowsets import (
    ListedBelow,
    Rowset,
    conditions_of,
    keys_parameters,
    slug_parameter,
)
from tenants.statements import compile_rowsets, condition_shape, condition_values, shape_of

# One for each kind of viewer and each combination of filters, orders and page sizes.
KEPT_STATEMENTS: Final = 32

_TOP: Final = (None, None)


class Block:
    """What one statement reads.

    Attributes:
        templates: Its sets of rows, each behind the one that it hangs from.
        render: Writes a row of the first set; None for the operation itself.
    """

    def __init__(self) -> None:
        """Begin without any."""
        self.templates: list[Template] = []
        self.render: Render | None = None
        self._statements: dict[Any, Statement] = {}

    @property
    def first(self) -> int:
        """Where a request keeps the rows of the first set."""
        return self.templates[0].number

    def add(self, template: Template) -> int:
        """Add a set and return its rank."""
        self.templates.append(template)
        return len(self.templates) - 1

    async def fetch(
        self,
        request: Request,
        keys: Mapping[int, Sequence[Key]],
        slugs: Mapping[int, str] | None = None,
    ) -> None:
        """Read all the sets for a request, in one statement.

        Args:
            request: Keeps the rows.
            keys: Of each set that is read by keys, by rank, which.
            slugs: Of each that is read by slug, likewise.
        """
        given: dict[str, Any] = {}
        for rank, wanted in keys.items():
            organisations, ids = keys_parameters(rank)
            given[organisations] = [key.organisation_id for key in wanted]
            given[ids] = [key.id for key in wanted]
        for rank, slug in (slugs or {}).items():
            given[slug_parameter(rank)] = slug
        looks = looks_along(self.templates, request.viewer)
        for rank in looks:
            given |= look_values(request.viewer, self.templates[rank].noun.name, rank)
        statement = self._statement(request, given, looks)
        try:
            parameters = statement.bind(request.viewer, given)
        except NotCompilable as error:
            raise Unplanned(Reason.VISIBILITY) from error
        if looks:
            rows = await read_along(request, statement.text, parameters)
        elif is_recorded(self.templates):
            rows = await read_and_record(request, self.templates, statement.text, parameters)
        else:
            rows = rows_of(await db.read(request.viewer, statement.text, parameters))
        self._hand_out(request, rows)

    def _statement(
        self, request: Request, given: dict[str, Any], looks: Collection[int]
    ) -> Statement:
        """Return the statement for a request, and add the values of its lists to the parameters."""
        listed: dict[int, ListedBelow] = {}
        shapes = []
        for rank, template in enumerate(self.templates):
            if template.listing is None:
                continue
            listing = template.listing(request)
            conditions = conditions_of(listing)
            listed[rank] = ListedBelow(
                template.parent, listing, conditions, template.counted, template.more
            )
            for index, condition in enumerate(conditions):
                given.update(condition_values(rank, index, condition))
            shapes.append(
                (
                    listing.order.name,
                    listing.window.size,
                    listing.window.backward,
                    tuple(condition_shape(one) for one in conditions),
                )
            )
        shape = (shape_of(request.viewer), bool(looks), tuple(shapes))
        statement = self._statements.get(shape)
        if statement is None:
            statement = self._compile(request, listed, looks)
            if len(self._statements) >= KEPT_STATEMENTS:
                self._statements.clear()
            self._statements[shape] = statement
        return statement

    def _compile(
        self, request: Request, listed: Mapping[int, ListedBelow], looks: Collection[int]
    ) -> Statement:
        sets = []
        for rank, template in enumerate(self.templates):
            source = listed[rank] if template.source is None else template.source
            sets.append(
                Rowset(
                    template.noun,
                    source,
                    tuple(template.columns),
                    tuple(template.keys),
                    template.placed,
                    tuple(template.texts),
                    template.recorded,
                    template.joined,
                )
            )
        try:
            return compile_rowsets(sets, request.viewer, looks=looks)
        except NotCompilable as error:
            raise Unplanned(Reason.VISIBILITY, str(error)) from error

    def _hand_out(self, request: Request, rows: Sequence[Row]) -> None:
        """Keep the rows by key, by parent or as totals, as each set is looked up."""
        by_rank: list[list[Row]] = [[] for _ in self.templates]
        for row in rows:
            by_rank[int(row[rowsets.RANK])].append(row)
        for template, found in zip(self.templates, by_rank, strict=True):
            if template.joined is not None:
                _check_lengths(template, found, request)
            request.rows[template.number] = _looked_up_as(template, found)


def _check_lengths(template: Template, rows: Sequence[Row], request: Request) -> None:
    """Return only if no list that came as one text would have been cut."""
    assert template.listing is not None  # noqa: S101 - nothing else is joined.
    size = template.listing(request).window.size
    if any(int(row[rowsets.PLACE]) > size for row in rows):
        raise Unplanned(Reason.LENGTH)


def _looked_up_as(template: Template, rows: list[Row]) -> Any:
    if template.source is not None:
        return {(row[rowsets.ORGANISATION], row[rowsets.ID]): row for row in rows}
    if template.counted:
        return {
            (row[rowsets.PARENT_ORGANISATION], row[rowsets.PARENT]): int(row[rowsets.ID])
            for row in rows
        }
    if template.joined is not None:
        return {
            (row[rowsets.PARENT_ORGANISATION], row[rowsets.PARENT]): row[rowsets.ID] for row in rows
        }
    below: dict[Any, list[Row]] = {}
    for row in rows:
        parent = row[rowsets.PARENT]
        place = _TOP if parent is None else (row[rowsets.ORGANISATION], parent)
        if place in below:
            below[place].append(row)
        else:
            below[place] = [row]
    return below
