"""All SQL of firms and their engagements."""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Uuid, any_, delete, literal, or_, select, true
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import InstrumentedAttribute

from tenants.access import Permission, Role, Viewer, require
from tenants.errors import NotFound
from tenants.organisations.models import (
    Engagement,
    EngagementConsultant,
    Firm,
    FirmMember,
    Organisation,
)
from tenants.work import Session


def _is_one_of(column: InstrumentedAttribute[UUID], firms: Iterable[UUID]) -> ColumnElement[bool]:
    """Return the condition with all the firms in one parameter, whatever their number."""
    return column == any_(literal(list(firms), ARRAY(Uuid())))


def visible_engagements(viewer: Viewer, role: Role | None) -> ColumnElement[bool]:
    """Return which engagements a role may see: the organisation all, a firm its own."""
    if viewer.grants(role, Permission.ENGAGEMENT_READ) and role is Role.HR:
        return true()
    own = viewer.firms if viewer.grants(role, Permission.ENGAGEMENT_READ) else ()
    return _is_one_of(Engagement.firm_id, own)


def visible_firms(viewer: Viewer, _role: Role | None) -> ColumnElement[bool]:
    """Return which firms a person may look into: those that the person belongs to."""
    return _is_one_of(Firm.id, viewer.firms)


def visible_firm_members(viewer: Viewer, _role: Role | None) -> ColumnElement[bool]:
    """Return whose part in a firm a person may see: everybody's in a firm that it administers."""
    return administered_by(viewer, FirmMember.firm_id)


def administered_by(viewer: Viewer, column: InstrumentedAttribute[UUID]) -> ColumnElement[bool]:
    """Return the condition that a column names a firm that a person administers."""
    administered = (key for key, role in viewer.firms.items() if role is Role.FIRM_ADMINISTRATOR)
    return _is_one_of(column, administered)


async def find_firm_id(
    session: Session, viewer: Viewer, *, organisation_id: UUID, slug: str
) -> UUID | None:
    """Return the firm with a slug, if it serves or has served the organisation."""
    require(viewer, Permission.ENGAGEMENT_MANAGE, organisation_id)
    return await session.scalar(
        select(Firm.id)
        .join(Engagement, Engagement.firm_id == Firm.id)
        .where(Firm.slug == slug, Engagement.organisation_id == organisation_id)
        .limit(1)
    )


async def get_engagement(
    session: Session, viewer: Viewer, *, organisation_id: UUID, engagement_id: UUID
) -> Engagement:
    """Return an engagement that the viewer may see, locked until the transaction ends.

    Raises:
        NotFound: Unknown, another organisation's, or another firm's.
    """
    found = await session.scalar(
        select(Engagement)
        .where(
            Engagement.organisation_id == organisation_id,
            Engagement.id == engagement_id,
            visible_engagements(viewer, viewer.role_in(organisation_id)),
        )
        .with_for_update()
    )
    if found is None:
        noun = "engagement"
        raise NotFound(noun, field="engagementId")
    return found


async def list_engagements(
    session: Session, viewer: Viewer, *, organisation_id: UUID, firm_id: UUID
) -> Sequence[Engagement]:
    """Return the engagements of a firm with an organisation, the newest first, locked."""
    require(viewer, Permission.ENGAGEMENT_MANAGE, organisation_id)
    rows = await session.scalars(
        select(Engagement)
        .where(Engagement.organisation_id == organisation_id, Engagement.firm_id == firm_id)
        .order_by(Engagement.starts_on.desc(), Engagement.id.desc())
        .with_for_update()
    )
    return rows.all()


async def list_engagement_keys(
    session: Session, viewer: Viewer, *, firm_id: UUID
) -> list[tuple[UUID, UUID]]:
    """Return organisation and id of a firm's engagements that the viewer may see, newest first."""
    served = viewer.organisations_with(Permission.ENGAGEMENT_READ)
    rows = await session.execute(
        select(Engagement.organisation_id, Engagement.id)
        .where(
            Engagement.firm_id == firm_id,
            Engagement.firm_id.in_(viewer.firms),
            Engagement.organisation_id.in_(served),
        )
        .order_by(Engagement.starts_on.desc(), Engagement.id)
    )
    return [(organisation_id, row_id) for organisation_id, row_id in rows]


async def list_served(session: Session, viewer: Viewer, *, firm_id: UUID) -> Sequence[UUID]:
    """Return the organisations that a firm serves today or later, to its administrators."""
    today = datetime.now(UTC).date()
    rows = await session.scalars(
        select(Engagement.organisation_id)
        .where(
            Engagement.organisation_id.in_(viewer.organisations_with(Permission.ENGAGEMENT_MANAGE)),
            administered_by(viewer, Engagement.firm_id),
            Engagement.firm_id == firm_id,
            or_(Engagement.ends_on.is_(None), Engagement.ends_on > today),
        )
        .distinct()
        .order_by(Engagement.organisation_id)
    )
    return rows.all()


async def list_firm_members(
    session: Session, viewer: Viewer, *, firm_id: UUID, among: Collection[UUID]
) -> set[UUID]:
    """Return which of some people belong to a firm that the viewer administers."""
    rows = await session.scalars(
        select(FirmMember.person_id).where(
            FirmMember.firm_id == firm_id,
            FirmMember.person_id.in_(among),
            visible_firm_members(viewer, None),
        )
    )
    return set(rows)


async def delete_consultant(
    session: Session, viewer: Viewer, *, engagement: Engagement, person_id: UUID
) -> bool:
    """Take a consultant off an engagement; return whether it named the person."""
    require(viewer, Permission.ENGAGEMENT_MANAGE, engagement.organisation_id)
    gone = await session.scalar(
        delete(EngagementConsultant)
        .where(
            EngagementConsultant.organisation_id == engagement.organisation_id,
            EngagementConsultant.engagement_id == engagement.id,
            EngagementConsultant.person_id == person_id,
        )
        .returning(EngagementConsultant.person_id)
    )
    return gone is not None


async def list_consultants(
    session: Session, viewer: Viewer, *, engagement: Engagement
) -> set[UUID]:
    """Return whom an engagement names."""
    require(viewer, Permission.ENGAGEMENT_READ, engagement.organisation_id)
    rows = await session.scalars(
        select(EngagementConsultant.person_id).where(
            EngagementConsultant.organisation_id == engagement.organisation_id,
            EngagementConsultant.engagement_id == engagement.id,
        )
    )
    return set(rows)


async def is_served(session: Session, viewer: Viewer, *, organisation_id: UUID) -> bool:
    """Return whether an engagement is in force today, so that the firm publishes and moderates."""
    if viewer.role_in(organisation_id) is None:
        return False
    today = datetime.now(UTC).date()
    found = await session.scalar(
        select(Engagement.id)
        .where(
            Engagement.organisation_id == organisation_id,
            Engagement.starts_on <= today,
            or_(Engagement.ends_on.is_(None), Engagement.ends_on > today),
        )
        .limit(1)
    )
    return found is not None


async def find_organisation(
    session: Session, viewer: Viewer, *, organisation_id: UUID
) -> Organisation | None:
    """Return an organisation that the viewer has a part in, or None."""
    return await session.scalar(
        select(Organisation).where(
            Organisation.id == organisation_id,
            Organisation.id.in_(viewer.organisations_with(Permission.ORGANISATION_CREATE)),
        )
    )


async def insert_organisation(
    session: Session, viewer: Viewer, *, organisation: Organisation
) -> bool:
    """Add an organisation; return whether its short name was free."""
    require(viewer, Permission.ORGANISATION_CREATE, organisation.id)
    columns = Organisation.__table__.columns.keys()
    added = await session.scalar(
        insert(Organisation)
        .values({name: getattr(organisation, name) for name in columns})
        .on_conflict_do_nothing()
        .returning(Organisation.id)
    )
    return added is not None
