"""The log as a noun of the read graph: who reads which of its events."""

from datetime import datetime

from sqlalchemy import ARRAY, ColumnElement, Text, and_, cast, false, func, null, or_, select
from sqlalchemy.dialects.postgresql import array

from tenants.access import ROLE_TABLE, Permission, Reach, Role, Viewer, part_of
from tenants.audit import AuditAction, AuditEvent, area_of
from tenants.nouns import Column, Noun, ToMany
from tenants.organisations.models import Person
from tenants.paging import Ordering


def _visible_events(viewer: Viewer, role: Role | None) -> ColumnElement[bool]:
    """Return which events a role reads: those of its areas.

    Who may not know that somebody answered reads of responses only that such as they looked at
    those that they may look at.
    """
    if not viewer.grants(role, Permission.AUDIT_READ):
        return false()
    part = part_of(role)
    actions = [action for action in AuditAction if area_of(action) in part.audit]
    looks = [one for one, other in ROLE_TABLE.items() if other.responses is Reach.ATTRIBUTED]
    return or_(
        AuditEvent.action.in_(actions),
        and_(AuditEvent.action == AuditAction.RESPONSE_READ, AuditEvent.actor_role.in_(looks)),
    )


AUDIT_EVENT = Noun(
    name="AuditEvent",
    organisation_id=AuditEvent.organisation_id,
    id=AuditEvent.id,
    visible=_visible_events,
    columns={
        "at": Column(AuditEvent.at),
        "action": Column(AuditEvent.action),
        "actor_kind": Column(AuditEvent.actor_kind),
        "actor_role": Column(AuditEvent.actor_role),
        "actor_name": Column(
            select(Person.name).where(Person.id == AuditEvent.actor_id).scalar_subquery()
        ),
        "subjects": Column(
            cast(
                func.coalesce(
                    AuditEvent.subjects, func.array_remove(array([AuditEvent.subject]), null())
                ),
                ARRAY(Text),
            )
        ),
    },
)

AUDIT_EVENTS = ToMany(
    "AuditEvent",
    permission=Permission.AUDIT_READ,
    orderings=(Ordering("NEWEST", AuditEvent.at, datetime.fromisoformat, descending=True),),
    filters={
        "action": AuditEvent.action.in_,
        "at_from": lambda moment: AuditEvent.at >= moment,
        "at_to": lambda moment: AuditEvent.at < moment,
    },
)
