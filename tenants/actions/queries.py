"""All SQL of actions."""

from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, or_, select, true

from tenants.access import Permission, Reach, Role, Viewer, part_of, require
from tenants.actions.models import Action, ActionNote
from tenants.errors import NotFound
from tenants.insights.models import Edition
from tenants.insights.queries import EditionInfo
from tenants.offers.models import HiringManager, Requisition
from tenants.work import Session


def visible_actions(viewer: Viewer, role: Role | None) -> ColumnElement[bool]:
    """Return which actions a role sees: all, or the organisation's and its own parts'."""
    if not viewer.grants(role, Permission.ACTION_READ):
        return false()
    if part_of(role).segments is not Reach.OWN:
        return true()
    # By whatever dimension the action's part was named.
    of_part = or_(Requisition.department == Action.segment, Requisition.location == Action.segment)
    own = (
        select(Requisition.id)
        .join(
            HiringManager,
            and_(
                HiringManager.organisation_id == Requisition.organisation_id,
                HiringManager.requisition_id == Requisition.id,
            ),
        )
        .where(
            Requisition.organisation_id == Action.organisation_id,
            HiringManager.person_id == viewer.id,
            of_part,
        )
    )
    return or_(Action.segment.is_(None), own.exists())


async def get_action(
    session: Session, viewer: Viewer, *, organisation_id: UUID, action_id: UUID
) -> Action:
    """Return an action that the viewer may see, locked until the transaction ends.

    Raises:
        NotFound: Unknown, another organisation's, or outside what the role may see.
    """
    found = await session.scalar(
        select(Action)
        .where(
            Action.organisation_id == organisation_id,
            Action.id == action_id,
            visible_actions(viewer, viewer.role_in(organisation_id)),
        )
        .with_for_update()
    )
    if found is None:
        noun = "action"
        raise NotFound(noun, field="actionId")
    return found


async def find_action(
    session: Session, viewer: Viewer, *, organisation_id: UUID, action_id: UUID
) -> Action | None:
    """Return an action that the viewer may see, to be read only; None otherwise."""
    return await session.scalar(
        select(Action).where(
            Action.organisation_id == organisation_id,
            Action.id == action_id,
            visible_actions(viewer, viewer.role_in(organisation_id)),
        )
    )


async def add_action(session: Session, viewer: Viewer, action: Action) -> None:
    """Write a new action."""
    require(viewer, Permission.ACTION_WRITE, action.organisation_id)
    session.add(action)
    await session.flush()


async def add_note(session: Session, viewer: Viewer, note: ActionNote) -> None:
    """Write a note of an action's progress; it is never changed afterwards."""
    require(viewer, Permission.ACTION_NOTE, note.organisation_id)
    session.add(note)
    await session.flush()


async def find_editions_around(
    session: Session, viewer: Viewer, *, organisation_id: UUID, day: date
) -> tuple[Edition | None, Edition | None, Edition | None]:
    """Return the newest edition that ends by a day, the first that begins then, and the newest.

    Args:
        session: The transaction.
        viewer: Somebody who reads insights.
        organisation_id: Whose.
        day: The one between them; a window that it lies within is neither.
    """
    require(viewer, Permission.INSIGHTS_READ, organisation_id)
    rows = await session.scalars(
        select(Edition).where(Edition.organisation_id == organisation_id).order_by(Edition.ends_on)
    )
    editions = rows.all()
    before = [one for one in editions if one.ends_on <= day]
    after = [one for one in editions if one.starts_on >= day]
    return (
        before[-1] if before else None,
        after[0] if after else None,
        editions[-1] if editions else None,
    )


def edition_info(edition: Edition) -> EditionInfo:
    """Return which edition a row is."""
    return EditionInfo(
        edition.id,
        edition.starts_on,
        edition.ends_on,
        edition.dimension,
        edition.published_at,
        edition.rules,
    )
