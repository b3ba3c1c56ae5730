"""What can be done with actions: decide on one, change it, say how it goes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from uuid import UUID

from tenants import audit, work
from tenants.access import Permission, Role, Viewer, require
from tenants.actions import queries
from tenants.actions.catalogue import CATALOGUE, ActionKind, OwnerRole
from tenants.actions.models import Action, ActionNote
from tenants.actions.statuses import OPEN, TRANSITIONS, ActionStatus, may_follow
from tenants.announcements import EventKind
from tenants.audit import AuditAction
from tenants.errors import Conflict, Forbidden, InvalidInput, NotFound
from tenants.insights.queries import get_insights
from tenants.integrations.idempotency import once
from tenants.metrics import METRICS
from tenants.model import new_id
from tenants.themes.service import get_codebook
from tenants.work import Session

LONGEST_TITLE: Final = 120
LONGEST_TEXT: Final = 4_000
MOST_THEMES: Final = 10
FURTHEST: Final = timedelta(days=5 * 366)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionInput:
    """What an action says.

    Attributes:
        kind: Of the catalogue.
        title: A few words; the catalogue's if empty.
        description: What shall be different.
        themes: Codes of the organisation's codebook; the catalogue's if None.
        owner_role: The role or function that sees to it.
        segment: A value of the organisation's dimension; None for the whole organisation.
        metric: Key of what it should move; the catalogue's if None.
        due_on: By when it shall be done.
        review_on: When somebody looks at what came of it.
    """

    kind: ActionKind
    owner_role: OwnerRole
    due_on: date
    review_on: date
    title: str = ""
    description: str = ""
    themes: Sequence[str] | None = None
    segment: str | None = None
    metric: str | None = None


async def create_action(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    action: ActionInput,
    idempotency_key: str | None = None,
) -> UUID:
    """Propose an action, and return its id.

    Args:
        session: The transaction.
        viewer: Somebody who writes actions.
        organisation_id: Whose.
        action: What it says.
        idempotency_key: A repetition with the same key does nothing and returns the same action.

    Raises:
        NotFound: The organisation is unknown or not the viewer's.
        Forbidden: The role does not include writing actions.
        InvalidInput: A part of it cannot be; the field is named.
    """
    if viewer.role_in(organisation_id) is None:
        noun = "organisation"
        raise NotFound(noun, field="organisationId")
    require(viewer, Permission.ACTION_WRITE, organisation_id)

    async def make() -> UUID:
        now = datetime.now(UTC)
        made = Action(
            organisation_id=organisation_id,
            id=new_id(),
            status=ActionStatus.PROPOSED,
            revision=1,
            created_at=now,
            changed_at=now,
        )
        _write(made, action)
        await _check_themes(session, viewer, made)
        await _check_segment(session, viewer, organisation_id, made.segment)
        await queries.add_action(session, viewer, made)
        await _tell(session, viewer, AuditAction.ACTION_CREATED, made)
        return made.id

    return await once(
        session,
        viewer,
        organisation_id=organisation_id,
        operation="createAction",
        key=idempotency_key,
        make=make,
    )


async def update_action(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    action_id: UUID,
    revision: int,
    action: ActionInput,
) -> None:
    """Make an action say something else, unless somebody else changed it meanwhile.

    Saying again what it says already changes nothing and is no conflict, whatever the revision.
    Once it has begun, what it is measured by stays as it is: a metric or a part of the organisation
    that is chosen after the fact always finds something that moved.

    Args:
        session: The transaction.
        viewer: Somebody who writes actions.
        organisation_id: Whose.
        action_id: Which.
        revision: Of the action that the change began with.
        action: Everything that it shall say.

    Raises:
        NotFound: There is no such action for the viewer.
        Forbidden: The role does not include writing actions.
        InvalidInput: A part of it cannot be; the field is named.
        Conflict: It is of another revision by now, or would be measured anew; nothing was changed.
    """
    found = await _to_write(session, viewer, organisation_id, action_id)
    was, said_before = (found.metric, found.segment), _said(found)
    _write(found, action)
    if _said(found) == said_before:
        return
    _check_revision(found, revision)
    if found.started_on is not None and (found.metric, found.segment) != was:
        message = (
            "This action has begun, so the metric and the part of the organisation that it is"
            " measured by stay as they are. Propose another action to measure something else."
        )
        raise Conflict(message, field="metric" if found.metric != was[0] else "segment")
    await _check_themes(session, viewer, found)
    if found.segment != was[1]:
        await _check_segment(session, viewer, organisation_id, found.segment)
    found.revision += 1
    found.changed_at = datetime.now(UTC)
    await session.flush()
    await _tell(session, viewer, AuditAction.ACTION_CHANGED, found)


async def change_action_status(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    action_id: UUID,
    revision: int,
    status: ActionStatus,
    on: date | None = None,
    note: str = "",
) -> None:
    """Say where an action stands now; a note of its progress keeps it.

    Where it stands there already nothing changes, whatever the revision.

    Args:
        session: The transaction.
        viewer: Somebody who writes actions.
        organisation_id: Whose.
        action_id: Which.
        revision: Of the action that the change began with.
        status: One that may follow (`statuses.may_follow`).
        on: The day on which it was so; today if absent.
        note: What else there is to say.

    Raises:
        NotFound: There is no such action for the viewer.
        Forbidden: The role does not include writing actions.
        InvalidInput: The day lies in the future or before another one, or the note is too long.
        Conflict: It is of another revision by now, or the status may not follow.
    """
    found = await _to_write(session, viewer, organisation_id, action_id)
    if found.status is status:
        return
    _check_revision(found, revision)
    if not may_follow(found.status, status):
        ways = ", ".join(sorted(TRANSITIONS[found.status]))
        message = f"{found.status.value} may be followed by: {ways}."
        raise Conflict(message, field="status")
    day = on or datetime.now(UTC).date()
    if day > datetime.now(UTC).date():
        message = "Say when it happened: the day must not lie in the future."
        raise InvalidInput(message, field="on")
    if found.started_on is not None and day < found.started_on:
        message = f"The action began on {found.started_on:%Y-%m-%d}; this cannot be earlier."
        raise InvalidInput(message, field="on")
    found.status = status
    if status is ActionStatus.IN_PROGRESS and found.started_on is None:
        found.started_on = day
    found.done_on = day if status is ActionStatus.DONE else None
    found.revision += 1
    found.changed_at = datetime.now(UTC)
    words = _text(note, "note", LONGEST_TEXT)
    await _add_note(session, viewer, found, words, status=status, day=day)
    await _tell(session, viewer, AuditAction.ACTION_STATUS_CHANGED, found)


async def add_action_note(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    action_id: UUID,
    text: str,
    idempotency_key: str | None = None,
) -> UUID:
    """Note the progress of an action, and return the note's id.

    Args:
        session: The transaction.
        viewer: Somebody who writes actions; a hiring manager where hiring managers see to it.
        organisation_id: Whose.
        action_id: Which.
        text: How it goes. It is never changed afterwards.
        idempotency_key: A repetition with the same key does nothing and returns the same note.

    Raises:
        NotFound: There is no such action for the viewer.
        Forbidden: The role notes nothing, or another one sees to the action.
        InvalidInput: The text is empty or too long.
    """
    found = await queries.get_action(
        session, viewer, organisation_id=organisation_id, action_id=action_id
    )
    require(viewer, Permission.ACTION_NOTE, organisation_id)
    role = viewer.role_in(organisation_id)
    if not viewer.may(Permission.ACTION_WRITE, organisation_id) and not _sees_to(role, found):
        message = "Progress is noted by the role that sees to an action, by HR and by consultants."
        raise Forbidden(message)
    words = _text(text, "text", LONGEST_TEXT, needed=True)

    async def make() -> UUID:
        note = await _add_note(session, viewer, found, words)
        await _tell(session, viewer, AuditAction.ACTION_NOTED, found)
        return note.id

    return await once(
        session,
        viewer,
        organisation_id=organisation_id,
        operation="addActionNote",
        key=idempotency_key,
        make=make,
    )


def _said(action: Action) -> tuple[object, ...]:
    """Return everything that a change of an action can change."""
    names = (
        *("kind", "title", "description", "owner_role", "segment", "metric", "due_on"),
        *("review_on", "themes"),
    )
    return tuple(getattr(action, name) for name in names)


def is_overdue(*, status: ActionStatus, due_on: date, today: date) -> bool:
    """Return whether an action should have been done before today and is still open."""
    return status in OPEN and due_on < today


def _sees_to(role: Role | None, action: Action) -> bool:
    return role is not None and role.value == action.owner_role.value


async def _to_write(
    session: Session, viewer: Viewer, organisation_id: UUID, action_id: UUID
) -> Action:
    found = await queries.get_action(
        session, viewer, organisation_id=organisation_id, action_id=action_id
    )
    require(viewer, Permission.ACTION_WRITE, organisation_id)
    return found


def _check_revision(action: Action, revision: int) -> None:
    if action.revision != revision:
        message = (
            f"Somebody changed this action meanwhile; it is at revision {action.revision} now."
            " Nothing was saved: read it again and repeat your change."
        )
        raise Conflict(message, field="revision")


def _write(action: Action, given: ActionInput) -> None:
    """Let an action say what was given, with the catalogue's words where that is silent.

    Raises:
        InvalidInput: A part of it cannot be.
    """
    entry = CATALOGUE[given.kind]
    today = datetime.now(UTC).date()
    themes = entry.themes if given.themes is None else tuple(dict.fromkeys(given.themes))
    if len(themes) > MOST_THEMES:
        message = f"Name at most {MOST_THEMES} themes."
        raise InvalidInput(message, field="themes")
    metric = given.metric or entry.metric
    if metric not in METRICS:
        message = "There is no such metric; `metrics` lists what can be measured."
        raise InvalidInput(message, field="metric")
    for name, day in (("dueOn", given.due_on), ("reviewOn", given.review_on)):
        if abs(day - today) > FURTHEST:
            message = "Choose a day within five years."
            raise InvalidInput(message, field=name)
    action.kind = given.kind
    action.title = _text(given.title, "title", LONGEST_TITLE) or entry.title
    action.description = _text(given.description, "description", LONGEST_TEXT)
    action.themes = [str(one) for one in themes]
    action.owner_role = given.owner_role
    action.segment = given.segment or None
    action.metric = metric
    action.due_on = given.due_on
    action.review_on = given.review_on


def _text(given: str, field: str, longest: int, *, needed: bool = False) -> str:
    words = given.strip()
    if len(words) > longest or "\0" in words or (needed and not words):
        least = 1 if needed else 0
        message = f"Write {least} to {longest} letters."
        raise InvalidInput(message, field=field)
    return words


async def _check_themes(session: Session, viewer: Viewer, action: Action) -> None:
    """Refuse themes that the codebook does not have; retired ones stay where they are.

    Raises:
        InvalidInput: There is one.
    """
    known = await get_codebook(session, viewer, organisation_id=action.organisation_id)
    unknown = ", ".join(one for one in action.themes if one not in known)
    if unknown:
        message = f"The codebook has no {unknown}; `codebook` lists the themes that there are."
        raise InvalidInput(message, field="themes")


async def _check_segment(
    session: Session, viewer: Viewer, organisation_id: UUID, segment: str | None
) -> None:
    """Refuse a part of the organisation that no edition could speak of.

    Raises:
        InvalidInput: The viewer may not ask for figures of it.
    """
    if segment is None:
        return
    found = await get_insights(session, viewer, organisation_id=organisation_id, with_offers=False)
    if segment not in found.segments:
        message = "There is no such part; `insights { segments }` lists those that there are."
        raise InvalidInput(message, field="segment")


async def _add_note(
    session: Session,
    viewer: Viewer,
    action: Action,
    text: str,
    *,
    status: ActionStatus | None = None,
    day: date | None = None,
) -> ActionNote:
    note = ActionNote(
        organisation_id=action.organisation_id,
        id=new_id(),
        action_id=action.id,
        author_role=viewer.role_in(action.organisation_id),
        text=text,
        status=status,
        happened_on=day or datetime.now(UTC).date(),
        written_at=datetime.now(UTC),
    )
    await queries.add_note(session, viewer, note)
    return note


async def _tell(session: Session, viewer: Viewer, what: AuditAction, action: Action) -> None:
    await audit.record(session, viewer, what, action.organisation_id, action.id)
    work.announce(session, EventKind.ACTION_CHANGED, action.organisation_id, subject_id=action.id)
