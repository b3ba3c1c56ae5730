"""All SQL of OpenID providers and of who is who there."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import and_, any_, literal, or_, select

from tenants.access import Permission, Viewer, require, require_firm, require_operator
from tenants.organisations.models import (
    AccessToken,
    Engagement,
    EngagementConsultant,
    Firm,
    Identity,
    IdentityProvider,
    Organisation,
    Person,
)
from tenants.work import Session


async def find_provider_of(
    session: Session, viewer: Viewer, *, organisation_id: UUID | None, firm_id: UUID | None
) -> IdentityProvider | None:
    """Return the provider of an organisation or a firm, to somebody who manages it, or None."""
    owner = IdentityProvider.firm_id == firm_id
    if organisation_id is None:
        require_firm(viewer, firm_id)
    else:
        require(viewer, Permission.IDENTITY_PROVIDER_MANAGE, organisation_id)
        owner = IdentityProvider.organisation_id == organisation_id
    return await session.scalar(select(IdentityProvider).where(owner))


async def find_provider(
    session: Session, viewer: Viewer, *, provider_id: UUID
) -> IdentityProvider | None:
    """Return a provider, or None."""
    require_operator(viewer)
    return await session.get(IdentityProvider, provider_id)


async def find_provider_of_slug(
    session: Session, viewer: Viewer, *, slug: str
) -> IdentityProvider | None:
    """Return the provider of the organisation or the firm with a slug, or None."""
    require_operator(viewer)
    return await session.scalar(
        select(IdentityProvider)
        .outerjoin(Organisation, Organisation.id == IdentityProvider.organisation_id)
        .outerjoin(Firm, Firm.id == IdentityProvider.firm_id)
        .where(or_(Organisation.slug == slug, Firm.slug == slug))
        .order_by(IdentityProvider.organisation_id.nulls_last())
        .limit(1)
    )


async def find_provider_to_join(
    session: Session, viewer: Viewer, *, organisation_id: UUID
) -> IdentityProvider | None:
    """Return the provider of an organisation, to whoever holds an invitation, or None."""
    require(viewer, Permission.MEMBER_JOIN, organisation_id)
    return await session.scalar(
        select(IdentityProvider).where(IdentityProvider.organisation_id == organisation_id)
    )


async def list_providers_of_domain(
    session: Session, viewer: Viewer, *, domain: str
) -> Sequence[IdentityProvider]:
    """Return the providers through which addresses of a domain come; two at most."""
    require_operator(viewer)
    rows = await session.scalars(
        select(IdentityProvider)
        .where(literal(domain) == any_(IdentityProvider.email_domains))
        .limit(2)
    )
    return rows.all()


async def list_own_providers(session: Session, viewer: Viewer) -> Sequence[IdentityProvider]:
    """Return the providers of the organisations and firms of the person who signs in.

    Row-level security leaves no others.
    """
    if viewer.token_hash is None and viewer.id is None:
        return []
    return (await session.scalars(select(IdentityProvider))).all()


async def list_own_engagements(session: Session, viewer: Viewer) -> dict[UUID, list[UUID]]:
    """Return the firms by which the person who presents a token serves each organisation."""
    if viewer.token_hash is None and viewer.id is None:
        return {}
    rows = await session.execute(
        select(Engagement.organisation_id, Engagement.firm_id).join(
            EngagementConsultant,
            and_(
                Engagement.organisation_id == EngagementConsultant.organisation_id,
                Engagement.id == EngagementConsultant.engagement_id,
            ),
        )
    )
    found: dict[UUID, list[UUID]] = {}
    for organisation_id, firm_id in rows:
        found.setdefault(organisation_id, []).append(firm_id)
    return found


async def find_presented(session: Session, viewer: Viewer) -> AccessToken | None:
    """Return the token that the viewer presents, or None."""
    if viewer.token_hash is None:
        return None
    return await session.get(AccessToken, viewer.token_hash)


async def find_person_of_identity(
    session: Session, viewer: Viewer, *, issuer: str, subject: str
) -> Person | None:
    """Return who somebody at a provider is here, or None."""
    require_operator(viewer)
    return await session.scalar(
        select(Person)
        .join(Identity, Identity.person_id == Person.id)
        .where(Identity.issuer == issuer, Identity.subject == subject)
    )


async def add_identity(
    session: Session, viewer: Viewer, *, issuer: str, subject: str, person_id: UUID
) -> None:
    """Remember who somebody at a provider is here."""
    require_operator(viewer)
    session.add(
        Identity(issuer=issuer, subject=subject, person_id=person_id, created_at=datetime.now(UTC))
    )
    await session.flush()
