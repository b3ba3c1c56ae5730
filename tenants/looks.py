"""Looks at identified feedback, recorded in the transaction that reads it: one event per statement.

A response that is not ANONYMOUS and a candidate's identity are never read as rows without it.
"""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import ARRAY, Uuid, func, literal, select, union
from sqlalchemy.dialects.postgresql import insert

from tenants.access import Viewer, ViewerKind
from tenants.audit import AuditAction, AuditEvent, AuditSubject
from tenants.model import new_id
from tenants.work import Session

# By the noun of the read graph whose rows are identified feedback.
LOOKS: Final[Mapping[str, AuditAction]] = MappingProxyType(
    {"Candidate": AuditAction.CANDIDATE_READ, "Response": AuditAction.RESPONSE_READ}
)
_READERS: Final = frozenset({ViewerKind.PERSON, ViewerKind.INTEGRATION})


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
    action = LOOKS.get(noun)
    if action is None or viewer.kind not in _READERS:
        return
    by_organisation: dict[UUID, set[UUID]] = {}
    for organisation_id, row_id in rows:
        by_organisation.setdefault(organisation_id, set()).add(row_id)
    for organisation_id, ids in sorted(by_organisation.items()):
        await _record(session, viewer, action, organisation_id, sorted(ids))


async def _record(
    session: Session,
    viewer: Viewer,
    action: AuditAction,
    organisation_id: UUID,
    ids: list[UUID],
) -> None:
    """Add one event about the tokens of some rows, which get theirs in the same statement."""
    named = func.unnest(literal(ids, ARRAY(Uuid())), literal([uuid4() for _ in ids], ARRAY(Uuid())))
    fresh = named.table_valued("subject_id", "token", name="fresh").render_derived()
    added = (
        insert(AuditSubject)
        .from_select(
            ["organisation_id", "subject_id", "token"],
            select(literal(organisation_id, Uuid()), fresh.c.subject_id, fresh.c.token),
            include_defaults=False,
        )
        .on_conflict_do_nothing()
        .returning(AuditSubject.token)
        .cte("added")
    )
    known = select(AuditSubject.token).where(
        AuditSubject.organisation_id == organisation_id, AuditSubject.subject_id.in_(ids)
    )
    both = union(select(added.c.token), known).subquery("both_")
    # In the tokens' order, which is random, so that the event does not keep the list's.
    tokens = select(func.array_agg(both.c.token, type_=ARRAY(Uuid()))).scalar_subquery()
    event = (
        insert(AuditEvent)
        .values(
            organisation_id=organisation_id,
            id=new_id(),
            at=datetime.now(UTC),
            action=action,
            actor_kind=viewer.kind,
            actor_id=viewer.id,
            actor_role=viewer.role_in(organisation_id),
            subject=None,
            subjects=tokens,
        )
        .returning(func.cardinality(AuditEvent.subjects))
    )
    count = await session.scalar(event)
    if count != len(ids):
        # Somebody else looked for the first time at the same moment; their tokens are there now.
        await _record(session, viewer, action, organisation_id, ids)
