"""Integrations as nouns of the read graph; what they prove themselves with is no column."""

from sqlalchemy import ColumnElement, and_

from tenants.access import Permission, Role, Viewer
from tenants.integrations.models import Integration
from tenants.nouns import Column, Noun, shown_with


def _visible_integrations(viewer: Viewer, role: Role | None) -> ColumnElement[bool]:
    """Return which integrations a role sees: all that are not removed, for those who may."""
    managed = shown_with(Permission.INTEGRATION_READ)(viewer, role)
    return and_(managed, Integration.deleted_at.is_(None))


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
)
