"""Looks at identified feedback, recorded in the transaction that reads it: one event per statement.

A response that is not ANONYMOUS and a candidate's identity are never read as rows without it.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from psycopg.errors import DivisionByZero
from sqlalchemy import (
    ARRAY,
    CTE,
    ColumnElement,
    Integer,
    Uuid,
    any_,
    bindparam,
    cast,
    func,
    select,
    union,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.dml import ReturningInsert

from tenants.access import Viewer, ViewerKind
from tenants.audit import AuditAction, AuditEvent, AuditSubject
from tenants.binding import Statement, compile_named
from tenants.model import new_id
from tenants.pipeline import Prepared
from tenants.work import Session

# By the noun of the read graph whose rows are identified feedback.
LOOKS: Final[Mapping[str, AuditAction]] = MappingProxyType(
    {
        "Candidate": AuditAction.CANDIDATE_READ,
        "Response": AuditAction.RESPONSE_READ,
        "DeskText": AuditAction.TEXT_READ,
    }
)
# What `statements_of_looks` fail with.
TOKEN_MISSED: Final = DivisionByZero
_READERS: Final = frozenset({ViewerKind.PERSON, ViewerKind.INTEGRATION})
_GIVEN: Final = ("id", "at", "action", "actor_kind", "actor_id", "actor_role")


async def record_looks(
    session: Session, viewer: Viewer, *, noun: str, rows: Collection[tuple[UUID, UUID]]
) -> None:
    """Add an event that names the rows just read, if they are identified feedback.

    Whatever reads rows of the read graph for somebody calls this with all that one statement gave,
    in the same transaction. It sends one statement for each organisation that they are of, and
    none for other nouns or for no rows.

    Args:
        session: The transaction.
        viewer: Who reads; what a job or a candidate reads is no look.
        noun: Name of the rows' noun.
        rows: Organisation and id of each.
    """
    for given in _events(viewer, noun, rows):
        # Where somebody else looks for the first time at the same moment a token is not seen.
        connection = await session.connection()
        while await connection.scalar(_RECORD, given) != given["count"]:
            given["event_id"] = new_id()


def statements_of_looks(
    viewer: Viewer, *, noun: str, rows: Collection[tuple[str, str]]
) -> list[Prepared]:
    """Return what `record_looks` would send, for a transaction of `db.short`.

    They fail with `TOKEN_MISSED` where somebody else looks for the first time at the same moment;
    the transaction is to be made again then.

    Args:
        viewer: Who reads.
        noun: Name of the rows' noun.
        rows: Organisation and id of each, as texts.
    """
    statement = _strict()
    return [
        (statement.text, statement.bind(viewer, given)) for given in _events(viewer, noun, rows)
    ]


def _events(
    viewer: Viewer, noun: str, rows: Collection[tuple[Any, Any]]
) -> Iterator[dict[str, Any]]:
    """Return the parameters of one event for each organisation that the rows are of."""
    action = LOOKS.get(noun)
    if action is None or viewer.kind not in _READERS:
        return
    by_organisation: dict[Any, set[Any]] = {}
    for organisation_id, row_id in rows:
        by_organisation.setdefault(organisation_id, set()).add(row_id)
    for organisation, ids in sorted(by_organisation.items()):
        organisation_id = organisation if isinstance(organisation, UUID) else UUID(organisation)
        yield {
            "organisation_id": organisation_id,
            "ids": sorted(ids),
            "count": len(ids),
            "event_id": new_id(),
            "event_at": datetime.now(UTC),
            "event_action": action,
            "event_actor_kind": viewer.kind,
            "event_actor_id": viewer.id,
            "event_actor_role": viewer.role_in(organisation_id),
        }


def look_along(rows: CTE, rank: int) -> CTE:
    """Return what records a look at a set of rows in the statement that reads them.

    The viewer's role is in one organisation; `look_values` gives the values. It fails with
    `TOKEN_MISSED` like `statements_of_looks`.

    Args:
        rows: With the id `i` of each row, all of which are shown.
        rank: Tells the sets of a statement apart.
    """
    ids = func.array(select(rows.c.i).scalar_subquery(), type_=ARRAY(Uuid()))
    count = select(func.count(rows.c.i.distinct())).scalar_subquery()
    return _record(ids, count, rank=rank).cte(f"look_{rank}")


def look_values(viewer: Viewer, noun: str, rank: int) -> dict[str, Any]:
    """Return the parameters of `look_along`."""
    (organisation_id,) = viewer.roles
    (given,) = _events(viewer, noun, [(organisation_id, organisation_id)])
    del given["ids"], given["count"]
    return {f"{name}_{rank}": value for name, value in given.items()}


def can_be_along(viewer: Viewer) -> bool:
    """Return whether looks of a viewer can be recorded by `look_along`."""
    return viewer.kind in _READERS and len(viewer.roles) == 1


def _record(
    ids: ColumnElement[Any], count: ColumnElement[int] | None, *, rank: int | None = None
) -> ReturningInsert[Any]:
    """Return what adds one event about the tokens of some rows, which get theirs with it.

    Args:
        ids: Of the rows, as an array.
        count: How many they are, where the statement fails unless it finds as many tokens; where
            None it returns how many it has found.
        rank: Ends the names of its parameters. Without rows nothing is added then.
    """
    end = "" if rank is None else f"_{rank}"
    table: Any = AuditSubject.__table__
    events: Any = AuditEvent.__table__
    subjects = table.c
    organisation_id = bindparam(f"organisation_id{end}", None, Uuid())
    named = func.unnest(ids).table_valued("subject_id", name="named").render_derived()
    added = (
        insert(table)
        .from_select(
            ["organisation_id", "subject_id", "token"],
            select(organisation_id, named.c.subject_id, func.gen_random_uuid()),
            include_defaults=False,
        )
        .on_conflict_do_nothing()
        .returning(subjects.token)
        .cte(f"added{end}")
    )
    known = select(subjects.token).where(
        subjects.organisation_id == organisation_id, subjects.subject_id == any_(ids)
    )
    both = union(select(added.c.token), known).subquery("both_")
    # In the tokens' order, which is random, so that the event does not keep the list's.
    tokens = func.array_agg(both.c.token, type_=ARRAY(Uuid()))
    given = [bindparam(f"event_{name}{end}", None, events.c[name].type) for name in _GIVEN]
    event = insert(events).from_select(
        ["organisation_id", *_GIVEN, "subjects"],
        select(organisation_id, *given, tokens).having(func.count() > 0),
        include_defaults=False,
    )
    found: Any = func.cardinality(events.c.subjects)
    if count is not None:
        # Nothing but an error ends a transaction whose commit is on its way already.
        found = 1 / cast(found == count, Integer())
    return event.returning(found)


_IDS: Final = bindparam("ids", type_=ARRAY(Uuid()))
_RECORD: Final = _record(_IDS, None)


@cache
def _strict() -> Statement:
    return compile_named(_record(_IDS, bindparam("count", type_=Integer())))
