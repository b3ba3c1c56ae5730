"""All SQL of firms, organisations, people and sign-in."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Date,
    DateTime,
    LargeBinary,
    Result,
    Select,
    Text,
    and_,
    bindparam,
    cast,
    delete,
    exists,
    func,
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
    IdentityProvider,
    Membership,
    Operator,
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


def is_alive(now: Any) -> ColumnElement[bool]:
    """Return which tokens still open something: a session ends when its person's role changes."""
    changed = (
        exists().where(
            part.person_id == AccessToken.person_id,
            part.role_changed_at > AccessToken.created_at,
        )
        for part in (Membership, FirmMember)
    )
    return and_(
        AccessToken.expires_at > now,
        or_(AccessToken.kind != TokenKind.SESSION, not_(or_(*changed))),
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
    rows: Result[*tuple[Any, ...]] = await session.execute(
        union_all(*select_parts(person_id, today))
    )
    return parts_of(rows)


def select_parts(person_id: Any, today: Any) -> Sequence[Select[*tuple[Any, ...]]]:
    """Return what finds a person's parts: how the person has each, where, and as what.

    Args:
        person_id: Whose, as a value or as an expression.
        today: The day by UTC, likewise.
    """
    consults = (
        select(literal("consults"), EngagementConsultant.organisation_id, cast(null(), Text))
        .join(
            Engagement,
            and_(
                Engagement.organisation_id == EngagementConsultant.organisation_id,
                Engagement.id == EngagementConsultant.engagement_id,
                Engagement.starts_on <= today,
                or_(Engagement.ends_on.is_(None), Engagement.ends_on > today),
            ),
        )
        .where(EngagementConsultant.person_id == person_id)
    )
    administers = (
        select(literal("administers"), Engagement.organisation_id, cast(null(), Text))
        .join(FirmMember, FirmMember.firm_id == Engagement.firm_id)
        .where(FirmMember.person_id == person_id, FirmMember.role == FirmRole.ADMINISTRATOR)
    )
    is_member = select(
        literal("is"), Membership.organisation_id, type_coerce(Membership.role, Text)
    ).where(Membership.person_id == person_id)
    belongs = select(
        literal("belongs"), FirmMember.firm_id, type_coerce(FirmMember.role, Text)
    ).where(FirmMember.person_id == person_id)
    return [is_member, consults, administers, belongs]


def parts_of(rows: Iterable[Any]) -> tuple[dict[UUID, Role], dict[UUID, Role]]:
    """Return what `select_parts` has found: roles by organisation, and by firm."""
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


def select_presented() -> CompoundSelect[Any]:
    """Return what finds whose token is presented, and the person's parts, as one statement.

    Its parameters are `token_hash`, `now` and `today`. One row, which "presents", is the person's,
    with a JSON document of the name and of what keeping a session alive looks at; the others are
    parts. Row-level security is scoped to the presented token alone where it runs.
    """
    by_hash = AccessToken.token_hash == bindparam("token_hash", None, LargeBinary())
    alive = is_alive(bindparam("now", None, DateTime(timezone=True)))
    # Looked up once: every part asks whose it is, and what row-level security adds to a table
    # costs more to begin with than the few rows that it holds back.
    token = (
        select(
            AccessToken.person_id,
            AccessToken.kind,
            AccessToken.with_password,
            AccessToken.ends_at,
            AccessToken.used_at,
        )
        .where(by_hash, alive)
        .cte("token")
        .prefix_with("MATERIALIZED")
    )
    whose = select(token.c.person_id).scalar_subquery()
    # Where a provider is set up, or proved the person alone, a session opens less than the parts.
    by_provider = or_(token.c.with_password.is_(False), exists(select(IdentityProvider.id)))
    document = func.json_build_object(
        "name",
        Person.name,
        "ends_at",
        token.c.ends_at,
        "used_at",
        token.c.used_at,
        "operates",
        is_operator(token.c.person_id),
        "is_narrowed",
        and_(token.c.kind == TokenKind.SESSION, by_provider),
    )
    person = select(literal("presents"), token.c.person_id, cast(document, Text)).join(
        Person, Person.id == token.c.person_id
    )
    return union_all(person, *select_parts(whose, bindparam("today", None, Date())))


def is_operator(person_id: Any) -> ColumnElement[bool]:
    """Return whether a person operates the installation, as far as the scope shows it."""
    return exists().where(Operator.person_id == person_id)


async def find_operates(session: Session, viewer: Viewer, *, person_id: UUID) -> bool:
    """Return whether the person who signs in operates the installation."""
    if viewer.token_hash is None and viewer.id != person_id:
        return False
    return bool(await session.scalar(select(is_operator(person_id))))


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


async def get_person(session: Session, viewer: Viewer, *, person_id: UUID) -> Person:
    """Return a person who signs in.

    Raises:
        NotFound: There is none.
    """
    require_operator(viewer)
    person = await session.get(Person, person_id)
    if person is None:
        noun = "person"
        raise NotFound(noun)
    return person


async def get_own_person(session: Session, viewer: Viewer) -> Person:
    """Return the person who is signed in.

    Raises:
        NotFound: Nobody is.
    """
    person = None
    if viewer.kind is ViewerKind.PERSON:
        person = await session.scalar(select(Person).where(Person.id == viewer.id))
    if person is None:
        noun = "person"
        raise NotFound(noun)
    return person


async def find_firm_by_slug(session: Session, viewer: Viewer, *, slug: str) -> Firm | None:
    """Return a firm of the installation by its slug, or None."""
    require_operator(viewer)
    return await session.scalar(select(Firm).where(Firm.slug == slug))


async def list_organisation_ids(session: Session, viewer: Viewer) -> Sequence[UUID]:
    """Return every organisation of the installation, for its schedule; ids and nothing more."""
    require_operator(viewer)
    return (await session.scalars(select(Organisation.id).order_by(Organisation.id))).all()


async def list_firm_ids(session: Session, viewer: Viewer) -> Sequence[UUID]:
    """Return every firm of the installation, whose logs are sealed; ids and nothing more."""
    require_operator(viewer)
    return (await session.scalars(select(Firm.id).order_by(Firm.id))).all()


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
