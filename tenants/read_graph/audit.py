"""The logs as nouns of the read graph: who reads which of their events."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Text, and_, cast, false, func, null, or_, select
from sqlalchemy.dialects.postgresql import array

from tenants.access import ROLE_TABLE, Permission, Reach, Role, Viewer, part_of
from tenants.audit import AuditAction, AuditEvent, FirmAuditEvent, area_of
from tenants.nouns import Column, Noun, ToMany
from tenants.organisations.engagement_queries import administered_by
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


def _visible_firm_events(viewer: Viewer, _role: Role | None) -> ColumnElement[bool]:
    """Return which events of firms a person reads: those of the firms that it administers."""
    return administered_by(viewer, FirmAuditEvent.firm_id)


def _columns(events: Any) -> Mapping[str, Column]:
    return {
        "at": Column(events.at),
        "action": Column(events.action),
        "actor_kind": Column(events.actor_kind),
        "actor_role": Column(events.actor_role),
        "actor_name": Column(
            select(Person.name).where(Person.id == events.actor_id).scalar_subquery()
        ),
        "subjects": Column(
            cast(
                func.coalesce(events.subjects, func.array_remove(array([events.subject]), null())),
                ARRAY(Text),
            )
        ),
    }


def _events(noun: str, events: Any, permission: Permission | None) -> ToMany:
    return ToMany(
        noun,
        permission=permission,
        orderings=(Ordering("NEWEST", events.at, datetime.fromisoformat, descending=True),),
        filters={
            "action": events.action.in_,
            "at_from": lambda moment: events.at >= moment,
            "at_to": lambda moment: events.at < moment,
        },
    )


AUDIT_EVENT = Noun(
    name="AuditEvent",
    organisation_id=AuditEvent.organisation_id,
    id=AuditEvent.id,
    visible=_visible_events,
    columns=_columns(AuditEvent),
)

# As everything of a firm: the first part of the key is the firm's id.
FIRM_AUDIT_EVENT = Noun(
    name="FirmAuditEvent",
    organisation_id=FirmAuditEvent.firm_id,
    id=FirmAuditEvent.id,
    visible=_visible_firm_events,
    columns=_columns(FirmAuditEvent),
)

AUDIT_EVENTS = _events("AuditEvent", AuditEvent, Permission.AUDIT_READ)
FIRM_AUDIT_EVENTS = _events("FirmAuditEvent", FirmAuditEvent, None)
