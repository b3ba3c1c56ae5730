"""All SQL of firms, organisations, people and sign-in."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Result,
    Text,
    and_,
    delete,
    exists,
    literal,
    not_,
    null,
    or_,
    select,
    type_coerce,
    union_all,
)

from tenants.access import Permission, Role, Viewer, ViewerKind, require, require_operator
from tenants.errors import NotFound
from tenants.organisations.models import (
    AccessToken,
    Engagement,
    EngagementConsultant,
    Firm,
    FirmMember,
    FirmRole,
    Membership,
    Organisation,
    Person,
    TokenKind,
)
from tenants.work import Session


async def find_token(session: Session, viewer: Viewer) -> tuple[AccessToken, Person] | None:
    """Return the unexpired token that the viewer presents and whose it is, or None.

    Row-level security is scoped to the presented token alone here, so nothing else can come back.
    """
    if viewer.token_hash is None:
        return None
    rows = await session.execute(
        select(AccessToken, Person)
        .join(Person, AccessToken.person_id == Person.id)
        .where(AccessToken.token_hash == viewer.token_hash, is_alive(datetime.now(UTC)))
    )
    found = rows.first()
    return (found[0], found[1]) if found is not None else None


def is_alive(now: datetime) -> ColumnElement[bool]:
    """Return which tokens still open something: a session ends when its person's role changes."""
    changed = exists().where(
        Membership.person_id == AccessToken.person_id,
        Membership.role_changed_at > AccessToken.created_at,
    )
    return and_(
        AccessToken.expires_at > now, or_(AccessToken.kind != TokenKind.SESSION, not_(changed))
    )


async def list_parts(
    session: Session, viewer: Viewer, *, person_id: UUID
) -> tuple[dict[UUID, Role], dict[UUID, Role]]:
    """Return the role of the person who signs in, by organisation and by firm.

    A membership wins over a consultant's engagement, which counts from its first day until the day
    before its last (half-open, by UTC), and that over what the administrator of a firm is to those
    whom the firm serves or has served.
    """
    if viewer.token_hash is None and viewer.id != person_id:
        return {}, {}
    today = datetime.now(UTC).date()
    own = [EngagementConsultant.person_id == person_id]
    consults = select(literal("consults"), EngagementConsultant.organisation_id, null()).join(
        Engagement,
        and_(
            Engagement.organisation_id == EngagementConsultant.organisation_id,
            Engagement.id == EngagementConsultant.engagement_id,
            Engagement.starts_on <= today,
            or_(Engagement.ends_on.is_(None), Engagement.ends_on > today),
        ),
    )
    administers = (
        select(literal("administers"), Engagement.organisation_id, null())
        .join(FirmMember, FirmMember.firm_id == Engagement.firm_id)
        .where(FirmMember.person_id == person_id, FirmMember.role == FirmRole.ADMINISTRATOR)
    )
    rows: Result[*tuple[Any, ...]] = await session.execute(
        union_all(
            select(
                literal("is"), Membership.organisation_id, type_coerce(Membership.role, Text)
            ).where(Membership.person_id == person_id),
            consults.where(*own),
            administers,
            select(
                literal("belongs"), FirmMember.firm_id, type_coerce(FirmMember.role, Text)
            ).where(FirmMember.person_id == person_id),
        )
    )
    found: dict[str, dict[UUID, str | None]] = {}
    for how, where, role in rows:
        found.setdefault(how, {})[where] = role
    roles = (
        dict.fromkeys(found.get("administers", ()), Role.FIRM_ADMINISTRATOR)
        | dict.fromkeys(found.get("consults", ()), Role.CONSULTANT)
        | {where: Role(role) for where, role in found.get("is", {}).items() if role}
    )
    administrator = FirmRole.ADMINISTRATOR
    firms = {
        where: Role.FIRM_ADMINISTRATOR if role == administrator else Role.CONSULTANT
        for where, role in found.get("belongs", {}).items()
    }
    return roles, firms


async def find_person_by_email(session: Session, viewer: Viewer, *, email: str) -> Person | None:
    """Return who signs in with an e-mail address, or None."""
    require_operator(viewer)
    return await session.scalar(select(Person).where(Person.email == email.strip().lower()))


async def find_organisation_name(
    session: Session, viewer: Viewer, *, organisation_id: UUID
) -> str | None:
    """Return the name of an organisation that the viewer has a part in, or None."""
    if viewer.role_in(organisation_id) is None:
        return None
    return await session.scalar(select(Organisation.name).where(Organisation.id == organisation_id))


async def find_name(session: Session, viewer: Viewer) -> str | None:
    """Return the name of the person who asks, or None."""
    if viewer.kind is not ViewerKind.PERSON:
        return None
    return await session.scalar(select(Person.name).where(Person.id == viewer.id))


async def find_firm_by_slug(session: Session, viewer: Viewer, *, slug: str) -> Firm | None:
    """Return a firm of the installation by its slug, or None."""
    require_operator(viewer)
    return await session.scalar(select(Firm).where(Firm.slug == slug))


async def list_organisation_ids(session: Session, viewer: Viewer) -> Sequence[UUID]:
    """Return every organisation of the installation, for its schedule; ids and nothing more."""
    require_operator(viewer)
    return (await session.scalars(select(Organisation.id).order_by(Organisation.id))).all()


async def find_organisation_id(session: Session, viewer: Viewer, *, slug: str) -> UUID | None:
    """Return the organisation with a slug, or None."""
    require_operator(viewer)
    return await session.scalar(select(Organisation.id).where(Organisation.slug == slug))


async def find_visible_organisation(session: Session, viewer: Viewer, *, slug: str) -> UUID | None:
    """Return the organisation with a slug if the viewer has a part in it, or None."""
    return await session.scalar(
        select(Organisation.id).where(
            Organisation.slug == slug,
            Organisation.id.in_(viewer.organisations_with(Permission.ORGANISATION_READ)),
        )
    )


async def delete_token(session: Session, viewer: Viewer) -> None:
    """Make the presented token worthless."""
    if viewer.token_hash is None:
        return
    await session.execute(delete(AccessToken).where(AccessToken.token_hash == viewer.token_hash))


async def get_member(
    session: Session, viewer: Viewer, *, organisation_id: UUID, person_id: UUID
) -> Membership:
    """Return a person's membership, to somebody who may see the members.

    Raises:
        NotFound: No such member, or not the viewer's to see.
    """
    member = None
    if viewer.role_in(organisation_id) is not Role.LEADERSHIP:
        member = await session.scalar(
            select(Membership).where(
                Membership.organisation_id == organisation_id, Membership.person_id == person_id
            )
        )
    if member is None:
        noun = "member"
        raise NotFound(noun)
    require(viewer, Permission.MEMBER_READ, organisation_id)
    return member


async def list_members_with_role(
    session: Session, viewer: Viewer, *, organisation_id: UUID, role: Role
) -> Sequence[UUID]:
    """Return the people with a role in the organisation, for its own jobs."""
    if viewer.role_in(organisation_id) is not Role.JOB:
        return []
    rows = await session.scalars(
        select(Membership.person_id)
        .where(Membership.organisation_id == organisation_id, Membership.role == role)
        .order_by(Membership.person_id)
    )
    return rows.all()


async def get_language(session: Session, viewer: Viewer, *, organisation_id: UUID) -> str:
    """Return the language in which an organisation's candidates are usually addressed.

    Raises:
        NotFound: The viewer has no part in the organisation.
    """
    language = None
    if viewer.role_in(organisation_id) is not None:
        language = await session.scalar(
            select(Organisation.language).where(Organisation.id == organisation_id)
        )
    if language is None:
        noun = "organisation"
        raise NotFound(noun)
    return language
