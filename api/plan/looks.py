"""Looks at identified feedback: what a plan shows of it is recorded in the transaction that reads.

A list is read one row beyond its page, and with that row what it leads to; neither is shown, and
neither is a look.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Final

from api.plan.reasons import Reason, Unplanned
from api.plan.request import Request, Row
from api.plan.templates import Template
from tenants import db, rowsets
from tenants.access import Viewer
from tenants.looks import LOOKS, TOKEN_MISSED, can_be_along, statements_of_looks
from tenants.pipeline import Parameters, Prepared, rows_of
from tenants.rowsets import FollowedFrom

# What the lists that belong to no row have for a parent.
_TOP: Final = ("", "")
# Each time somebody else would have to look for the first time at one of the same rows.
_ATTEMPTS: Final = 5


def is_recorded(templates: Sequence[Template]) -> bool:
    """Return whether some of the sets are rows that nobody reads unrecorded."""
    return any(one.noun.name in LOOKS and not one.counted for one in templates)


def looks_along(templates: Sequence[Template], viewer: Viewer) -> Sequence[int]:
    """Return the ranks of the sets whose look the statement that reads them can record.

    All that there are, or none: where one more row is read than is shown, or a viewer's roles are
    in several organisations, what is to be recorded is known only when the rows have come.
    """
    if not can_be_along(viewer):
        return ()
    if any(templates[rank].more for rank in _leading_to_looks(templates)):
        return ()
    return [
        rank for rank, one in enumerate(templates) if one.noun.name in LOOKS and not one.counted
    ]


async def read_along(request: Request, text: bytes, parameters: Parameters) -> list[Row]:
    """Return what a statement reads that records by itself who looked.

    Args:
        request: Who asks.
        text: The statement, compiled with `looks_along`.
        parameters: Of the statement.
    """
    for _ in range(_ATTEMPTS):
        with suppress(TOKEN_MISSED):
            return rows_of(await db.read_along(request.viewer, text, parameters))
    raise Unplanned(Reason.FAILED)


async def read_and_record(
    request: Request, templates: Sequence[Template], text: bytes, parameters: Parameters
) -> list[Row]:
    """Return what a statement reads, once it is in the log who looked at which of its rows.

    Args:
        request: Who asks for how much.
        templates: The sets that the statement reads.
        text: The statement.
        parameters: Of the statement.
    """
    for _ in range(_ATTEMPTS):
        with suppress(TOKEN_MISSED):
            async with db.short(request.viewer) as transaction:
                (result,) = await transaction.send((text, parameters))
                rows = rows_of(result)
                await transaction.commit_after(*_recorded(request, templates, rows))
                return rows
    raise Unplanned(Reason.FAILED)


def _recorded(
    request: Request, templates: Sequence[Template], rows: Sequence[Row]
) -> list[Prepared]:
    """Return the statements that record what of the rows can be shown."""
    shown = _shown(request, templates, rows)
    statements: list[Prepared] = []
    for rank, template in enumerate(templates):
        if template.noun.name in LOOKS and not template.counted:
            keys = [_key(row) for row in shown[rank]]
            statements += statements_of_looks(request.viewer, noun=template.noun.name, rows=keys)
    return statements


def _shown(
    request: Request, templates: Sequence[Template], rows: Sequence[Row]
) -> Mapping[int, list[Row]]:
    """Return by set which rows can be shown, of the sets that are looks or lead to such.

    Each set comes behind the one that it hangs from.
    """
    by_rank: dict[str, list[Row]] = {}
    for row in rows:
        by_rank.setdefault(row[rowsets.RANK], []).append(row)
    wanted = _leading_to_looks(templates)
    shown: dict[int, list[Row]] = {}
    for rank, template in enumerate(templates):
        found = by_rank.get(str(rank), [])
        if template.counted or rank not in wanted:
            shown[rank] = []
        elif template.listing is not None:
            size = template.listing(request).window.size
            above = None if template.parent is None else _keys(shown[template.parent])
            shown[rank] = [*_first_of_each(found, size, above)]
        elif isinstance(template.source, FollowedFrom):
            above = _followed(templates[template.source.parent], template.source, shown)
            shown[rank] = [row for row in found if _key(row) in above]
        else:
            shown[rank] = found
    return shown


def _leading_to_looks(templates: Sequence[Template]) -> set[int]:
    """Return the ranks of sets whose rows are looks, and of those that they hang from."""
    wanted: set[int] = set()
    for rank in reversed(range(len(templates))):
        template = templates[rank]
        if rank in wanted or template.noun.name in LOOKS:
            source = template.source
            parent = source.parent if isinstance(source, FollowedFrom) else template.parent
            wanted |= {rank} if parent is None else {rank, parent}
    return wanted


def _first_of_each(
    rows: Sequence[Row], size: int, above: set[tuple[str, str]] | None
) -> Iterator[Row]:
    """Return the first rows below each row of the set above."""
    counts: dict[tuple[str, str], int] = {}
    for row in rows:
        # A list lies in the organisation of what it belongs to.
        parent = (row[rowsets.ORGANISATION], row[rowsets.PARENT])
        if row[rowsets.PARENT] is None:
            parent = _TOP
        counts[parent] = counts.get(parent, 0) + 1
        if counts[parent] <= size and (above is None or parent is _TOP or parent in above):
            yield row


def _followed(
    template: Template, source: FollowedFrom, shown: Mapping[int, list[Row]]
) -> set[tuple[str, str]]:
    """Return the keys that a relation of the shown rows of a set leads to."""
    # A key that is the row's own id is not read twice.
    place = rowsets.ID
    if source.relation in template.keys:
        place = rowsets.CELLS + len(template.columns) + template.keys.index(source.relation)
    return {(row[rowsets.ORGANISATION], row[place]) for row in shown[source.parent]}


def _keys(rows: Sequence[Row]) -> set[tuple[str, str]]:
    return {_key(row) for row in rows}


def _key(row: Row) -> tuple[str, str]:
    return (row[rowsets.ORGANISATION], row[rowsets.ID])
