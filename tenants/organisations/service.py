"""What can be done with firms, organisations and people, and how people prove who they are."""

import secrets
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from tenants.access import (
    MEMBER_ROLES,
    Permission,
    Role,
    Viewer,
    ViewerKind,
    require,
    require_operator,
)
from tenants.errors import InvalidInput, Unauthenticated
from tenants.model import new_id
from tenants.organisations import providers, queries, sessions
from tenants.organisations.models import (
    AccessToken,
    Engagement,
    EngagementConsultant,
    Firm,
    FirmMember,
    FirmRole,
    Industry,
    Membership,
    Organisation,
    Person,
    Region,
    SizeBand,
    TokenKind,
)
from tenants.organisations.passwords import hash_password
from tenants.tokens import hash_token
from tenants.work import Session


@dataclass(frozen=True, slots=True)
class OrganisationProfile:
    """What an organisation is made of."""

    slug: str
    name: str
    industry: Industry
    size_band: SizeBand
    region: Region
    language: str


async def create_firm(session: Session, viewer: Viewer, *, slug: str, name: str) -> UUID:
    """Add a consulting firm to the installation and return its id."""
    require_operator(viewer)
    firm = Firm(id=new_id(), slug=slug, name=name)
    session.add(firm)
    return firm.id


async def create_person(
    session: Session, viewer: Viewer, *, email: str, name: str, password: str | None = None
) -> UUID:
    """Add somebody who can sign in, with a password or later through a provider."""
    require_operator(viewer)
    person = Person(
        id=new_id(),
        email=email.strip().lower(),
        name=name,
        password_hash=hash_password(password) if password is not None else None,
    )
    session.add(person)
    return person.id


async def join_firm(
    session: Session, viewer: Viewer, *, firm_id: UUID, person_id: UUID, role: FirmRole
) -> None:
    """Make a person a member of a firm."""
    require_operator(viewer)
    session.add(FirmMember(firm_id=firm_id, person_id=person_id, role=role))


async def create_organisation(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    profile: OrganisationProfile,
    since: date | None = None,
) -> None:
    """Add a client organisation; the id is the caller's, because the scope must name it.

    It begins now, or where its past is imported on the day `since`. What the installation itself
    makes is verified; a firm's new client is nobody's crowd in the benchmark before the operator
    vouches for it.
    """
    require(viewer, Permission.ORGANISATION_CREATE, organisation_id)
    by_operator = viewer.role_in(organisation_id) is Role.JOB
    session.add(
        Organisation(
            id=organisation_id,
            slug=profile.slug,
            name=profile.name,
            industry=profile.industry,
            size_band=profile.size_band,
            region=profile.region,
            language=profile.language,
            created_at=(
                datetime.now(UTC)
                if since is None
                else datetime(since.year, since.month, since.day, tzinfo=UTC)
            ),
            verified_on=datetime.now(UTC).date() if by_operator else None,
        )
    )
    await session.flush()


async def start_engagement(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    firm_id: UUID,
    starts_on: date,
    ends_on: date | None,
    consultant_ids: tuple[UUID, ...],
) -> UUID:
    """Let a firm serve an organisation from a day until the day before another, by name."""
    require(viewer, Permission.ENGAGEMENT_MANAGE, organisation_id)
    if ends_on is not None and ends_on <= starts_on:
        message = "An engagement ends after it starts."
        raise InvalidInput(message, field="endsOn")
    engagement_id = new_id()
    session.add(
        Engagement(
            organisation_id=organisation_id,
            id=engagement_id,
            firm_id=firm_id,
            starts_on=starts_on,
            ends_on=ends_on,
            ended_by=None,
        )
    )
    await session.flush()
    session.add_all(
        EngagementConsultant(
            organisation_id=organisation_id, engagement_id=engagement_id, person_id=person_id
        )
        for person_id in consultant_ids
    )
    return engagement_id


async def add_member(
    session: Session,
    viewer: Viewer,
    *,
    organisation_id: UUID,
    person_id: UUID,
    role: Role,
    department: str | None = None,
    ats_user_id: str | None = None,
) -> None:
    """Give a person a role in an organisation.

    Raises:
        InvalidInput: The role is not one that a membership gives; consultants come from the firm.
    """
    require(viewer, Permission.MEMBER_MANAGE, organisation_id)
    if role not in MEMBER_ROLES:
        message = f"A member is {', '.join(MEMBER_ROLES)}."
        raise InvalidInput(message, field="role")
    session.add(
        Membership(
            organisation_id=organisation_id,
            person_id=person_id,
            role=role,
            department=department,
            ats_user_id=ats_user_id,
        )
    )


async def issue_token(
    session: Session, viewer: Viewer, *, person_id: UUID, kind: TokenKind, lifetime: timedelta
) -> str:
    """Return a new token of a person, which is kept as a hash only and cannot be shown again."""
    require_operator(viewer)
    token = secrets.token_urlsafe(32)
    now = datetime.now(UTC)
    session.add(
        AccessToken(
            token_hash=hash_token(token),
            person_id=person_id,
            kind=kind,
            created_at=now,
            expires_at=now + lifetime,
        )
    )
    return token


async def authenticate(session: Session, viewer: Viewer) -> Viewer:
    """Return the person behind the token that the viewer presents, with today's roles.

    Roles are read anew each time, so that a removed member's token stops working at once.

    Raises:
        Unauthenticated: The token is unknown or has expired.
    """
    found = await queries.find_token(session, viewer)
    if found is None:
        message = "The access token is unknown or has expired."
        raise Unauthenticated(message)
    token, person = found
    await sessions.keep_alive(session, viewer, token=token)
    roles, firms = await queries.list_parts(session, viewer, person_id=person.id)
    operates = await queries.find_operates(session, viewer, person_id=person.id)
    if token.kind is TokenKind.SESSION:
        # A provider speaks for its own organisation or firm, and never for the installation.
        operates = operates and providers.proof_of(token).with_password
        roles, firms = await providers.narrow_to_proof(
            session, viewer, token=token, roles=roles, firms=firms
        )
    return replace(
        viewer,
        kind=ViewerKind.PERSON,
        id=person.id,
        name=person.name,
        roles=roles,
        firms=firms,
        operates=operates,
    )
