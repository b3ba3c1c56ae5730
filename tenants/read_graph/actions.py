"""Actions and the notes of their progress as nouns of the read graph.

What they can be ordered by is days and their status, and nothing else: no list of them ranks
anybody.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Text, and_, any_, case, literal, not_, select

from tenants.access import Permission, Role, Viewer
from tenants.actions.models import Action, ActionNote
from tenants.actions.queries import visible_actions
from tenants.actions.statuses import OPEN, ActionStatus
from tenants.excerpts.models import Excerpt
from tenants.nouns import Column, Noun, ToMany, ToOne
from tenants.paging import Ordering
from tenants.read_graph.orders import by_id

_STAGE = case(
    {status: place for place, status in enumerate(ActionStatus)}, value=Action.status, else_=0
)


def _overdue(wanted: bool) -> ColumnElement[bool]:  # noqa: FBT001 - the value of the filter.
    late = and_(Action.status.in_(sorted(OPEN)), Action.due_on < datetime.now(UTC).date())
    return late if wanted else not_(late)


ACTION_FILTERS: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "status": Action.status.in_,
        "kind": Action.kind.in_,
        "owner_role": Action.owner_role.in_,
        "segment": lambda value: Action.segment == value,
        "theme": lambda value: literal(value) == any_(Action.themes),
        "due_from": lambda day: Action.due_on >= day,
        "due_to": lambda day: Action.due_on < day,
        "review_from": lambda day: Action.review_on >= day,
        "review_to": lambda day: Action.review_on < day,
        "is_overdue": _overdue,
    }
)

ACTIONS: Final = ToMany(
    "Action",
    permission=Permission.ACTION_READ,
    orderings=(
        Ordering("DUE_ON_ASC", Action.due_on, date.fromisoformat),
        Ordering("DUE_ON_DESC", Action.due_on, date.fromisoformat, descending=True),
        Ordering("REVIEW_ON_ASC", Action.review_on, date.fromisoformat),
        Ordering("REVIEW_ON_DESC", Action.review_on, date.fromisoformat, descending=True),
        Ordering("STATUS_ASC", _STAGE, int),
        Ordering("STATUS_DESC", _STAGE, int, descending=True),
    ),
    filters=ACTION_FILTERS,
)

ACTION = Noun(
    name="Action",
    organisation_id=Action.organisation_id,
    id=Action.id,
    visible=visible_actions,
    columns={
        "kind": Column(Action.kind),
        "title": Column(Action.title),
        "description": Column(Action.description),
        "theme_codes": Column(Action.themes),
        "owner_role": Column(Action.owner_role),
        "segment": Column(Action.segment),
        "metric": Column(Action.metric),
        "due_on": Column(Action.due_on),
        "review_on": Column(Action.review_on),
        "status": Column(Action.status),
        "started_on": Column(Action.started_on),
        "done_on": Column(Action.done_on),
        "revision": Column(Action.revision),
        "created_at": Column(Action.created_at),
        "changed_at": Column(Action.changed_at),
    },
    to_many={
        "notes": ToMany(
            "ActionNote",
            key=ActionNote.action_id,
            permission=Permission.ACTION_READ,
            orderings=(Ordering("NEWEST", ActionNote.id, UUID, descending=True),),
        ),
    },
)


# What moderators released about some themes, or in one edition. An excerpt is never pinned to an
# action: it is looked up for whoever reads, and is gone when it is withdrawn.
REMARKS: Final = ToMany(
    "Excerpt",
    permission=Permission.EXCERPT_READ,
    orderings=by_id(Excerpt.id),
    filters={
        "themes": lambda codes: Excerpt.themes.op("&&", is_comparison=True)(
            literal(codes, ARRAY(Text()))
        ),
        "edition": lambda edition_id: Excerpt.edition_id == edition_id,
    },
)


def _visible_notes(viewer: Viewer, role: Role | None) -> ColumnElement[bool]:
    """Return which notes a role sees: those of the actions that it sees."""
    return (
        select(Action.id)
        .where(
            Action.organisation_id == ActionNote.organisation_id,
            Action.id == ActionNote.action_id,
            visible_actions(viewer, role),
        )
        .exists()
    )


ACTION_NOTE = Noun(
    name="ActionNote",
    organisation_id=ActionNote.organisation_id,
    id=ActionNote.id,
    visible=_visible_notes,
    columns={
        "author_role": Column(ActionNote.author_role),
        "text": Column(ActionNote.text),
        "status": Column(ActionNote.status),
        "happened_on": Column(ActionNote.happened_on),
        "written_at": Column(ActionNote.written_at),
    },
    to_one={"action": ToOne("Action", ActionNote.action_id, Permission.ACTION_READ)},
)
