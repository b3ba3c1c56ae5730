"""All SQL of members and of invitations to become one."""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from tenants.access import Permission, Role, Viewer, require, require_operator
from tenants.errors import NotFound
from tenants.members.models import MemberInvitation
from tenants.offers.models import HiringManager
from tenants.organisations.models import Membership, Organisation, Person
from tenants.work import Session


class Offered(NamedTuple):
    """An invitation and the organisation that it leads into."""

    invitation: MemberInvitation
    organisation: Organisation


async def lock_members(session: Session, viewer: Viewer, *, organisation_id: UUID) -> None:
    """Hold an organisation's members until the transaction ends, against others who change them.

    Two who demote each other at the same time would otherwise both see that another HR is left.
    """
    require(viewer, Permission.MEMBER_MANAGE, organisation_id)
    await session.execute(
        select(Organisation.id).where(Organisation.id == organisation_id).with_for_update()
    )


async def get_membership(
    session: Session, viewer: Viewer, *, organisation_id: UUID, person_id: UUID
) -> Membership:
    """Return a member, to somebody who manages the members.

    Raises:
        NotFound: There is no such member.
    """
    require(viewer, Permission.MEMBER_MANAGE, organisation_id)
    found = await session.scalar(
        select(Membership).where(
            Membership.organisation_id == organisation_id, Membership.person_id == person_id
        )
    )
    if found is None:
        noun = "member"
        raise NotFound(noun, field="membershipId")
    return found


async def count_members_with_role(
    session: Session, viewer: Viewer, *, organisation_id: UUID, role: Role
) -> int:
    """Return how many members have a role."""
    require(viewer, Permission.MEMBER_MANAGE, organisation_id)
    found = await session.scalar(
        select(func.count())
        .select_from(Membership)
        .where(Membership.organisation_id == organisation_id, Membership.role == role)
    )
    return found or 0


async def delete_membership(
    session: Session, viewer: Viewer, *, organisation_id: UUID, person_id: UUID
) -> None:
    """Take a person out of an organisation, and off the requisitions that they hired for.

    Where the applicant-tracking system named them, its own id of the user stays.
    """
    require(viewer, Permission.MEMBER_MANAGE, organisation_id)
    hires = (
        HiringManager.organisation_id == organisation_id,
        HiringManager.person_id == person_id,
    )
    await session.execute(delete(HiringManager).where(*hires, HiringManager.ats_user_id.is_(None)))
    await session.execute(update(HiringManager).where(*hires).values(person_id=None))
    await session.execute(
        delete(Membership).where(
            Membership.organisation_id == organisation_id, Membership.person_id == person_id
        )
    )


async def is_member(session: Session, viewer: Viewer, *, organisation_id: UUID, email: str) -> bool:
    """Return whether somebody with an address is a member."""
    require(viewer, Permission.MEMBER_MANAGE, organisation_id)
    found = await session.scalar(
        select(Membership.person_id)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.organisation_id == organisation_id, Person.email == email)
    )
    return found is not None


async def find_open_invitation(
    session: Session, viewer: Viewer, *, organisation_id: UUID, email: str
) -> MemberInvitation | None:
    """Return the unsettled invitation of an address, expired or not, or None."""
    require(viewer, Permission.MEMBER_MANAGE, organisation_id)
    return await session.scalar(
        select(MemberInvitation).where(
            MemberInvitation.organisation_id == organisation_id,
            MemberInvitation.email == email,
            MemberInvitation.settled_at.is_(None),
        )
    )


async def get_open_invitation(
    session: Session, viewer: Viewer, *, organisation_id: UUID, invitation_id: UUID
) -> MemberInvitation:
    """Return an unsettled invitation, held until the transaction ends.

    Raises:
        NotFound: There is none, or it was accepted or withdrawn.
    """
    require(viewer, Permission.MEMBER_MANAGE, organisation_id)
    found = await session.scalar(
        select(MemberInvitation)
        .where(
            MemberInvitation.organisation_id == organisation_id,
            MemberInvitation.id == invitation_id,
            MemberInvitation.settled_at.is_(None),
        )
        .with_for_update()
    )
    if found is None:
        noun = "invitation"
        raise NotFound(noun, field="invitationId")
    return found


async def find_offered(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    invitation_id: UUID,
    for_update: bool = False,
) -> Offered | None:
    """Return an invitation for its own mail, or for whoever holds its link; None without one."""
    if viewer.role_in(organisation_id) not in {Role.JOB, Role.INVITEE}:
        return None
    statement = (
        select(MemberInvitation, Organisation)
        .join(Organisation, Organisation.id == MemberInvitation.organisation_id)
        .where(
            MemberInvitation.organisation_id == organisation_id,
            MemberInvitation.id == invitation_id,
        )
    )
    if for_update:
        statement = statement.with_for_update(of=MemberInvitation)
    row = (await session.execute(statement)).first()
    return Offered(row[0], row[1]) if row is not None else None


async def has_membership(
    session: Session, viewer: Viewer, *, organisation_id: UUID, person_id: UUID
) -> bool:
    """Return whether a person has a part already, to whoever holds an invitation."""
    require(viewer, Permission.MEMBER_JOIN, organisation_id)
    found = await session.scalar(
        select(Membership.person_id).where(
            Membership.organisation_id == organisation_id, Membership.person_id == person_id
        )
    )
    return found is not None


async def add_person(session: Session, viewer: Viewer, *, person: Person) -> UUID | None:
    """Add somebody who can sign in, and return the id; None if the address has an account."""
    require_operator(viewer)
    return await session.scalar(
        insert(Person)
        .values(
            id=person.id,
            email=person.email,
            name=person.name,
            password_hash=person.password_hash,
        )
        .on_conflict_do_nothing()
        .returning(Person.id)
    )
