"""All SQL of a firm's people and of invitations to become one of them."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select

from tenants.access import Role, Viewer, require_firm, require_operator
from tenants.errors import NotFound
from tenants.members.models import FirmInvitation
from tenants.organisations.engagement_queries import administered_by
from tenants.organisations.models import (
    Engagement,
    EngagementConsultant,
    Firm,
    FirmMember,
    FirmRole,
    IdentityProvider,
    Person,
)
from tenants.work import Session


class OfferedPart(NamedTuple):
    """An invitation and the firm that it leads into."""

    invitation: FirmInvitation
    firm: Firm


def visible_firm_invitations(viewer: Viewer, _role: Role | None) -> ColumnElement[bool]:
    """Return which invitations somebody may see: those of firms that they administer that wait."""
    return and_(
        administered_by(viewer, FirmInvitation.firm_id), FirmInvitation.settled_at.is_(None)
    )


async def hold_firm(session: Session, viewer: Viewer, *, firm_id: UUID) -> None:
    """Hold a firm's people until the transaction ends, against others who change them."""
    require_firm(viewer, firm_id)
    key = int.from_bytes(firm_id.bytes[8:], "big", signed=True)
    await session.execute(select(func.pg_advisory_xact_lock(key)))


async def is_firm_member(session: Session, viewer: Viewer, *, firm_id: UUID, email: str) -> bool:
    """Return whether somebody with an address works for the firm."""
    require_firm(viewer, firm_id)
    found = await session.scalar(
        select(FirmMember.person_id)
        .join(Person, Person.id == FirmMember.person_id)
        .where(FirmMember.firm_id == firm_id, Person.email == email)
    )
    return found is not None


async def find_firm_invitation(
    session: Session, viewer: Viewer, *, firm_id: UUID, invitation_id: UUID
) -> FirmInvitation | None:
    """Return an invitation, settled or not, or None."""
    require_firm(viewer, firm_id)
    return await session.get(FirmInvitation, (firm_id, invitation_id))


async def find_open_firm_invitation(
    session: Session, viewer: Viewer, *, firm_id: UUID, email: str
) -> FirmInvitation | None:
    """Return the unsettled invitation of an address, expired or not, or None."""
    require_firm(viewer, firm_id)
    return await session.scalar(
        select(FirmInvitation).where(
            FirmInvitation.firm_id == firm_id,
            FirmInvitation.email == email,
            FirmInvitation.settled_at.is_(None),
        )
    )


async def get_open_firm_invitation(
    session: Session, viewer: Viewer, *, firm_id: UUID, invitation_id: UUID
) -> FirmInvitation:
    """Return an unsettled invitation, held until the transaction ends.

    Raises:
        NotFound: There is none, or it was accepted or withdrawn.
    """
    require_firm(viewer, firm_id)
    found = await session.scalar(
        select(FirmInvitation)
        .where(
            FirmInvitation.firm_id == firm_id,
            FirmInvitation.id == invitation_id,
            FirmInvitation.settled_at.is_(None),
        )
        .with_for_update()
    )
    if found is None:
        noun = "invitation"
        raise NotFound(noun, field="invitationId")
    return found


async def get_firm_member(
    session: Session, viewer: Viewer, *, firm_id: UUID, person_id: UUID
) -> FirmMember:
    """Return somebody's part in a firm, to its administrators.

    Raises:
        NotFound: The person has none.
    """
    require_firm(viewer, firm_id)
    found = await session.get(FirmMember, (firm_id, person_id))
    if found is None:
        noun = "member"
        raise NotFound(noun, field="memberId")
    return found


async def count_administrators(session: Session, viewer: Viewer, *, firm_id: UUID) -> int:
    """Return how many people administer a firm."""
    require_firm(viewer, firm_id)
    found = await session.scalar(
        select(func.count())
        .select_from(FirmMember)
        .where(FirmMember.firm_id == firm_id, FirmMember.role == FirmRole.ADMINISTRATOR)
    )
    return found or 0


async def list_engagements_naming(
    session: Session, viewer: Viewer, *, firm_id: UUID, person_id: UUID
) -> Sequence[Engagement]:
    """Return a firm's engagements, past ones too, that name a person."""
    require_firm(viewer, firm_id)
    rows = await session.scalars(
        select(Engagement)
        .join(
            EngagementConsultant,
            and_(
                EngagementConsultant.organisation_id == Engagement.organisation_id,
                EngagementConsultant.engagement_id == Engagement.id,
            ),
        )
        .where(Engagement.firm_id == firm_id, EngagementConsultant.person_id == person_id)
        .order_by(Engagement.organisation_id, Engagement.id)
    )
    return rows.all()


async def find_offered_part(
    session: Session,
    viewer: Viewer,
    *,
    firm_id: UUID,
    invitation_id: UUID,
    for_update: bool = False,
) -> OfferedPart | None:
    """Return an invitation for its own mail, or for whoever holds its link; None without one."""
    require_operator(viewer)
    statement = (
        select(FirmInvitation, Firm)
        .join(Firm, Firm.id == FirmInvitation.firm_id)
        .where(FirmInvitation.firm_id == firm_id, FirmInvitation.id == invitation_id)
    )
    if for_update:
        statement = statement.with_for_update(of=FirmInvitation)
    row = (await session.execute(statement)).first()
    return OfferedPart(row[0], row[1]) if row is not None else None


async def find_provider_of_firm(
    session: Session, viewer: Viewer, *, firm_id: UUID
) -> IdentityProvider | None:
    """Return the provider of a firm, to whoever holds an invitation, or None."""
    require_operator(viewer)
    return await session.scalar(select(IdentityProvider).where(IdentityProvider.firm_id == firm_id))


async def add_firm_member(
    session: Session, viewer: Viewer, *, firm_id: UUID, person_id: UUID, role: FirmRole
) -> None:
    """Give a person a part in a firm; who has one already keeps it."""
    require_operator(viewer)
    if await session.get(FirmMember, (firm_id, person_id)) is None:
        session.add(FirmMember(firm_id=firm_id, person_id=person_id, role=role))
        await session.flush()
