"""Integrations as nouns of the read graph; what they prove themselves with is no column."""

from datetime import UTC, datetime

from sqlalchemy import ColumnElement, and_, false, func, or_, select

from tenants.access import Permission, Role, Viewer, ViewerKind
from tenants.integrations.models import Integration
from tenants.integrations.token_models import AccessGrant, AuthorizationCode, RefreshToken
from tenants.nouns import Column, Noun, ToMany, shown_with
from tenants.organisations.models import Organisation, Person
from tenants.read_graph.orders import by_id


def _visible_integrations(viewer: Viewer, role: Role | None) -> ColumnElement[bool]:
    """Return which integrations a role sees: all that are not removed, for those who may."""
    managed = shown_with(Permission.INTEGRATION_READ)(viewer, role)
    return and_(managed, Integration.deleted_at.is_(None))


def _visible_grants(viewer: Viewer, role: Role | None) -> ColumnElement[bool]:
    """Return which consents a role sees, of those that stand: all, or the viewer's own."""
    is_person = viewer.kind is ViewerKind.PERSON and viewer.scopes is None and role is not None
    own = AccessGrant.person_id == viewer.id if is_person else false()
    return and_(
        or_(own, shown_with(Permission.INTEGRATION_READ)(viewer, role)),
        AccessGrant.revoked_at.is_(None),
        AccessGrant.expires_at > datetime.now(UTC),
    )


ACCESS_GRANT = Noun(
    name="AccessGrant",
    organisation_id=AccessGrant.organisation_id,
    id=AccessGrant.id,
    visible=_visible_grants,
    columns={
        "person_name": Column(
            select(Person.name).where(Person.id == AccessGrant.person_id).scalar_subquery()
        ),
        "integration_name": Column(
            select(Integration.name)
            .where(
                Integration.organisation_id == AccessGrant.organisation_id,
                Integration.id == AccessGrant.integration_id,
            )
            .scalar_subquery()
        ),
        "organisation_name": Column(
            select(Organisation.name)
            .where(Organisation.id == AccessGrant.organisation_id)
            .scalar_subquery()
        ),
        # A code that was never redeemed says as well what was allowed.
        "scopes": Column(
            func.coalesce(
                select(RefreshToken.scopes)
                .where(
                    RefreshToken.organisation_id == AccessGrant.organisation_id,
                    RefreshToken.grant_id == AccessGrant.id,
                )
                .order_by(RefreshToken.created_at.desc())
                .limit(1)
                .scalar_subquery(),
                select(AuthorizationCode.scopes)
                .where(
                    AuthorizationCode.organisation_id == AccessGrant.organisation_id,
                    AuthorizationCode.grant_id == AccessGrant.id,
                )
                .limit(1)
                .scalar_subquery(),
                [],
            )
        ),
        "created_at": Column(AccessGrant.created_at),
        "expires_at": Column(AccessGrant.expires_at),
    },
)

INTEGRATION = Noun(
    name="Integration",
    organisation_id=Integration.organisation_id,
    id=Integration.id,
    visible=_visible_integrations,
    columns={
        "name": Column(Integration.name),
        "kind": Column(Integration.kind),
        "is_enabled": Column(Integration.disabled_at.is_(None)),
        "scopes": Column(Integration.scopes),
        "redirect_uris": Column(Integration.redirect_uris),
        "previous_secret_ends_at": Column(Integration.previous_secret_ends_at),
        "created_at": Column(Integration.created_at),
    },
    to_many={
        "grants": ToMany(
            "AccessGrant",
            key=AccessGrant.integration_id,
            orderings=by_id(AccessGrant.id),
            paged=False,
        )
    },
)
